"""Store the person's decisions: picks, skips, filings, removals, and take back acts of any kind.

A removed paper is merged into itself: so each query that leaves out the copies of papers leaves
it out too, and what comes for it goes on being recognised as this paper. All of its rows stay.

Rows are only ever added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from reader.library.rows import fields, merges
from reader.library.rows.database import Database, Row
from reader.library.rows.used_ids import used_sql

Kind = Literal["pick", "skip"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What an act did to a paper; rows made by one command have the same `act`.

    place: its table. of: the topic of a filing or a lesson, a property's value, the field of an
    edit, else "".
    """

    id: int
    act: int
    paper: int
    kind: str
    place: str = field(default="decisions", compare=False)
    of: str = field(default="", compare=False)
    at: datetime | None = field(default=None, compare=False)


def add_decisions(
    db: Database,
    kind: Kind,
    papers: Sequence[int],
    *,
    at: datetime,
    on: date,
    act: int | None = None,
) -> None:
    """Record a pick or skip of some papers, with the line that a list showed of each.

    All of it is on the disk when this returns.
    act: the act that this is a part of, None for a new one.
    """
    with db.writing():
        act = act or next_act(db)
        # What `_keep_decided` is to look at has higher ids: rows are only added.
        last = db.number("SELECT coalesce(max(id), 0) FROM decisions")
        db.execute_many(
            "INSERT INTO decisions (act, paper, kind, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, paper, kind, at.isoformat(), on.isoformat()) for paper in papers],
        )
        _keep_decided(db, last)


def take_back(db: Database, papers: Sequence[int], *, at: datetime, on: date) -> None:
    """Take back the last pick or skip of each of some papers."""
    with db.writing():
        act = next_act(db)
        # `decide_rows` has added them in this transaction, so they are the newest and stand.
        db.execute_many(
            """
            INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
            SELECT ?, paper, 'undo', max(id), ?, ? FROM decisions
            WHERE paper = ? AND kind != 'undo' GROUP BY paper
            """,
            [(act, at.isoformat(), on.isoformat(), paper) for paper in papers],
        )


def decided_after(db: Database, papers: Sequence[int], moment: datetime) -> set[int]:
    """Select those of some papers that have a decision, or an undo, after a moment."""
    # Moments are UTC and compared as texts. One without a fraction still comes before those of
    # the same second that have one, since "+" sorts before ".".
    rows = db.read(
        """
        SELECT DISTINCT paper FROM decisions WHERE at > ?
        AND paper IN (SELECT value FROM json_each(?))
        """,
        (moment.isoformat(), json.dumps(list(papers))),
    )
    return {r["paper"] for r in rows}


def moments_on(db: Database, day: date, papers: Sequence[int]) -> list[datetime]:
    """Load the moments of a day's decisions and undos on some papers, in their order."""
    rows = db.read(
        """
        SELECT at FROM decisions WHERE on_date = ?
        AND paper IN (SELECT value FROM json_each(?)) ORDER BY id
        """,
        (day.isoformat(), json.dumps(list(papers))),
    )
    return [datetime.fromisoformat(r["at"]) for r in rows]


def last_kinds(db: Database, papers: Sequence[int]) -> dict[int, Kind]:
    """Load the last pick or skip of each of some papers that was not taken back."""
    rows = db.read(
        """
        SELECT paper, kind, max(id) FROM decisions AS d WHERE kind != 'undo'
        AND paper IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id) GROUP BY paper
        """,
        (json.dumps(list(papers)),),
    )
    return {r["paper"]: r["kind"] for r in rows}


def last_decided(db: Database, papers: Sequence[int]) -> int | None:
    """Find the one of some papers whose pick or skip is the newest that was not taken back."""
    found = db.read_one(
        """
        SELECT paper FROM decisions AS d WHERE kind IN ('pick', 'skip')
        AND paper IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)
        ORDER BY id DESC LIMIT 1
        """,
        (json.dumps(list(papers)),),
    )
    return int(found["paper"]) if found else None


_ACTS = (
    ("decisions", "kind", "''"),
    ("lessons", "kind", "topic"),
    ("postponed", "'later'", "''"),
    ("guesses", "'guess'", "''"),
    ("filings", "'file'", "topic"),
    ("removals", "'remove'", "''"),
    ("restored", "'restore'", "''"),
    ("properties", "kind", "value"),
    ("fields", "'edit'", "field"),
    ("markings", "'mark'", "''"),
    ("strokes", "'ink'", "''"),
)
"""Tables with a row for each act on a paper, with the SQL of its kind and of what it is of."""


def _acts_sql() -> str:
    """Write the SELECT of what stood at the moment ?1 of the acts from ?2 to ?3.

    is_undone: it was taken back since. of: the topic of a filing or a lesson, a property's value,
    else "".
    """
    # Properties stay with their copy when it is merged; the act is on the paper that it became.
    papers = {
        "properties": "(SELECT coalesce(merged_into, id) FROM papers AS p WHERE p.id = t.paper)",
        "markings": "(SELECT h.paper FROM highlights AS h WHERE h.id = coalesce(t.new, t.old))",
    }
    # The ratings of an import are no act of their own: they go with it.
    own = {"properties": "AND act NOT IN (SELECT act FROM imports)"}
    selects = [
        f"""
        SELECT '{table}' AS place, id, act, {paper} AS paper, {kind} AS kind, {of} AS of, at,
            EXISTS (SELECT 1 FROM {table} AS u WHERE u.undoes = t.id) AS is_undone
        FROM {table} AS t WHERE act BETWEEN ?2 AND ?3 AND undoes IS NULL AND at <= ?1
        AND NOT EXISTS (SELECT 1 FROM {table} AS u WHERE u.undoes = t.id AND u.at <= ?1)
        {own.get(table, "")}
        """  # noqa: S608  the names above
        for table, kind, of in _ACTS
        for paper in (papers.get(table, "paper"),)
    ]
    # A merge is undone by a split and the other way round. Those of no act came by themselves.
    selects.append(
        """
        SELECT 'merges', id, act, kept, kind, '', at, 0 FROM merges AS t
        WHERE act BETWEEN ?2 AND ?3 AND at <= ?1
        AND NOT EXISTS (SELECT 1 FROM merges AS u WHERE u.undoes = t.id)
        """
    )
    return " UNION ALL ".join(selects)


_ACTS_SQL = _acts_sql()

# Moments are compared as texts, and "9999" is greater than all of them.
_EVER = "9999"
_LAST = 2**63 - 1


def last_act(db: Database, *, until: datetime | None = None) -> list[Decision]:
    """List what stands of the last act, of whatever kind; empty where there is none.

    until: the moment of an undo that was made offline: the act that was the last one then, of
    which nothing is listed where it was taken back meanwhile.
    """
    if until is None:
        return acts(db, last=1)
    rows = db.read(
        f"""
        WITH acts AS ({_ACTS_SQL})
        SELECT * FROM acts WHERE act = (SELECT max(act) FROM acts) ORDER BY id
        """,  # noqa: S608  a constant of this module
        (until.isoformat(), 0, _LAST),
    )
    return [_decision(row) for row in rows if not row["is_undone"]]


def acts(db: Database, *, last: int) -> list[Decision]:
    """List what stands of the last acts, the newest act first."""
    end = next_act(db)
    first, n = end, last
    found: dict[int, list[Decision]] = {}
    # Of some hundred thousand acts the last ones are enough; more where many were taken back.
    while len(found) < last and first > 0:
        first, n = first - n, n * 10
        found = {}
        for row in db.read(f"{_ACTS_SQL} ORDER BY act DESC, id", (_EVER, first, end)):
            found.setdefault(row["act"], []).append(_decision(row))
    return [one for of_act in [*found.values()][:last] for one in of_act]


KeptKind = Literal["note", "add", "back"]


def newest_kept(db: Database) -> tuple[KeptKind, int, datetime] | None:
    """Find the newest thing of the person's that no undo takes back, None where there is none.

    Returns its kind, the paper and the moment: "note", a note that no import brought; "add", a
    PDF that was added as a paper; "back", a marked copy.
    """
    found = db.read_one(
        """
        SELECT 'note' AS kind, paper, at FROM notes
        WHERE id NOT IN (SELECT CAST(key AS INTEGER) FROM imported WHERE part = 'note')
        UNION ALL
        SELECT 'add', paper, at FROM additions WHERE outcome IN ('identified', 'unknown')
        UNION ALL
        SELECT 'back', paper, at FROM marked_copies
        ORDER BY at DESC LIMIT 1
        """
    )
    if found is None or found["paper"] is None:
        return None
    return found["kind"], found["paper"], datetime.fromisoformat(found["at"])


def act_of(db: Database, act: int, paper: int | None = None) -> list[Decision]:
    """List what stands of an act, on one paper or on all."""
    rows = db.read(
        f"SELECT * FROM ({_ACTS_SQL}) WHERE ?4 IS NULL OR paper = ?4",  # noqa: S608
        (_EVER, act, act, paper),
    )
    return [_decision(row) for row in rows]


def _decision(row: Row) -> Decision:
    at = datetime.fromisoformat(row["at"])
    return Decision(row["id"], row["act"], row["paper"], row["kind"], row["place"], row["of"], at)


def undo_act(db: Database, act: int, *, at: datetime, on: date, paper: int | None = None) -> None:
    """Take back what is left of an act, on one paper or on all."""
    with db.writing():
        undo_rows(db, act_of(db, act, paper), at=at, on=on)


_TAKING_BACK = {
    "restored": """
        INSERT INTO restored (act, paper, first_act, was_here, undoes, at, on_date)
        SELECT ?, paper, first_act, was_here, id, ?, ? FROM restored WHERE id = ?
    """,
    "lessons": """
        INSERT INTO lessons (act, paper, topic, kind, undoes, at, on_date)
        SELECT ?, paper, topic, 'undo', id, ?, ? FROM lessons WHERE id = ?
    """,
    "properties": """
        INSERT INTO properties (act, paper, kind, fold, value, undoes, at, on_date)
        SELECT ?, paper, kind, fold, '', id, ?, ? FROM properties WHERE id = ?
    """,
    "strokes": """
        INSERT INTO strokes (act, paper, page, name, colour, width, points, undoes, at, on_date)
        SELECT ?, paper, page, name, '', 0, '', id, ?, ? FROM strokes WHERE id = ?
    """,
}
"""Table → what takes a row of it back, by the new act, its moment and day, and the row."""

# File the paper again where the last filing of another act put it that stands; where it was filed
# anew since, it stays there. The new row has the act of the filing that it repeats, so that an undo
# of that act can follow this one.
_FILING_AGAIN = """
    INSERT INTO filings (paper, topic, at, is_by_hand, act, undoes)
    SELECT f.paper, coalesce(b.topic, 'unfiled'), ?1, coalesce(b.is_by_hand, 0), b.act, f.id
    FROM filings AS f LEFT JOIN filings AS b ON b.id = CASE WHEN f.act = (
            SELECT act FROM filings WHERE paper = f.paper ORDER BY id DESC LIMIT 1)
        THEN (
            SELECT max(id) FROM filings AS e WHERE e.paper = f.paper AND e.id < f.id
            AND e.act IS NOT f.act AND e.undoes IS NULL
            AND NOT EXISTS (SELECT 1 FROM filings AS u WHERE u.undoes = e.id))
        ELSE (SELECT max(id) FROM filings WHERE paper = f.paper) END
    WHERE f.id = ?2
"""


def undo_rows(db: Database, rows: Sequence[Decision], *, at: datetime, on: date) -> None:
    """Take back what stands of acts, in one new act, in the open transaction."""
    # Imported here: an undo alone needs it, and `today` imports this module.
    from reader.library.rows import highlights

    act = next_act(db)
    moments = (at.isoformat(), on.isoformat())

    def of(place: str) -> list[Decision]:
        return [row for row in rows if row.place == place]

    db.execute_many(
        """
        INSERT INTO decisions (act, paper, kind, undoes, at, on_date)
        VALUES (?, ?, 'undo', ?, ?, ?)
        """,
        [(act, r.paper, r.id, *moments) for r in of("decisions")],
    )
    for table in ("postponed", "removals"):
        db.execute_many(
            f"INSERT INTO {table} (act, paper, undoes, at, on_date) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [(act, r.paper, r.id, *moments) for r in of(table)],
        )
    db.execute_many(
        """
        INSERT INTO guesses (act, paper, text, undoes, at, on_date) VALUES (?, ?, '', ?, ?, ?)
        """,
        [(act, r.paper, r.id, *moments) for r in of("guesses")],
    )
    show_again(db, [r.paper for r in of("removals")])
    for table, statement in _TAKING_BACK.items():
        db.execute_many(statement, [(act, *moments, r.id) for r in of(table)])
    db.execute_many(_FILING_AGAIN, [(moments[0], r.id) for r in of("filings")])
    highlights.take_back(db, [r.id for r in of("markings")], act=act, at=at, on=on)
    edits = [(r.id, merges.row_now(db, r.paper)) for r in of("fields")]
    fields.take_back(db, edits, act=act, at=at, on=on)
    for row in of("merges"):
        merges.take_back(db, row.id, on=on)


def undo_of(
    db: Database, paper: int, *, at: datetime, on: date, until: datetime | None = None
) -> list[Decision]:
    """Take back the newest decision on a paper, with the lessons on it of the same act.

    Where it has no decision, its newest lessons are taken back. until: as in `last_act`.
    Returns what was taken back, [] where there is neither.
    """
    moment = "9999" if until is None else until.isoformat()
    with db.writing():
        found = db.read_one(
            """
            SELECT act, is_undone FROM (
                SELECT act, 1 AS weight,
                    EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id) AS is_undone
                FROM decisions AS d WHERE paper = ?1 AND kind IN ('pick', 'skip') AND at <= ?2
                AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id AND u.at <= ?2)
                UNION ALL SELECT act, 0,
                    EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id)
                FROM lessons AS l WHERE paper = ?1 AND kind IN ('yes', 'no') AND at <= ?2
                AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id AND u.at <= ?2))
            ORDER BY weight DESC, act DESC LIMIT 1
            """,
            (paper, moment),
        )
        if found is None or found["is_undone"]:
            return []
        undone = act_of(db, found["act"], paper)
        undo_rows(db, undone, at=at, on=on)
    return undone


def add_filing(
    db: Database,
    paper: int,
    topic: str,
    *,
    at: datetime,
    is_by_hand: bool = False,
    act: int | None = None,
) -> None:
    """File a paper under a topic; its last filing holds.

    is_by_hand: the person chose the topic, not the topics' words. act: the act that this is a
    part of, and with which it is taken back; None for no act.
    """
    db.execute(
        "INSERT INTO filings (paper, topic, at, is_by_hand, act) VALUES (?, ?, ?, ?, ?)",
        (paper, topic, at.isoformat(), is_by_hand, act),
    )


def next_act(db: Database) -> int:
    """Get the number of the next act."""
    # One number for all tables, so that the last act of any kind can be found.
    tables = ("decisions", "lessons", "postponed", "removals", "restored", "filings", "merges",
              "imports", "properties", "mutes", "fields", "markings", "strokes",
              "guesses")  # fmt: skip
    # Without WHERE no partial index is used.
    each = (f"SELECT max(act) AS act FROM {t} WHERE act IS NOT NULL" for t in tables)  # noqa: S608
    numbers = " UNION ALL ".join(each)
    return db.number(f"SELECT 1 + max(coalesce(max(act), 0), {used_sql('acts')}) FROM ({numbers})")  # noqa: S608


def _keep_decided(db: Database, after: int) -> None:
    """Copy the line that a list showed for each decision after an id, in the open transaction.

    It is the line of the last list that showed the paper, up to the day of the decision. Where
    there is none (from before lines were kept, or never listed), the ranks of now are copied.
    """
    db.execute(
        """
        INSERT INTO decided (decision, day, lane, position, topic, score, sentence, terms,
            mentions, n_votes, models)
        SELECT d.id, l.day, l.lane, l.position, l.topic, l.score, l.sentence, l.terms,
            l.mentions, l.n_votes, l.models
        FROM decisions AS d JOIN lines AS l ON l.paper = d.paper AND l.day = (
            SELECT max(k.day) FROM lines AS k WHERE k.paper = d.paper AND k.day <= d.on_date)
        WHERE d.id > ?
        """,
        (after,),
    )
    # The decisions that are left. `shown` numbers all lanes of a day together, so the place in
    # the lane is counted here. A paper that no list showed gets the topic that it fits best.
    db.execute(
        """
        INSERT INTO decided (decision, day, lane, position, topic, score, sentence, terms,
            mentions, n_votes, models)
        SELECT d.id, s.day, s.lane,
            CASE WHEN s.day IS NOT NULL THEN (
                SELECT count(*) FROM shown AS o
                WHERE o.day = s.day AND o.lane = s.lane AND o.position <= s.position) END,
            coalesce(nullif(s.topic, ''), r.topic, ''), r.score, '', coalesce(r.terms, ''),
            '', NULL, coalesce(k.models, '')
        FROM decisions AS d
        LEFT JOIN shown AS s ON s.paper = d.paper AND s.day = (
            SELECT max(o.day) FROM shown AS o WHERE o.paper = d.paper AND o.day <= d.on_date)
        LEFT JOIN idx.ranks AS r ON r.paper = d.paper AND r.topic = coalesce(nullif(s.topic, ''), (
            SELECT b.topic FROM idx.ranks AS b WHERE b.paper = d.paper
            ORDER BY b.score - b.cut DESC, b.topic LIMIT 1))
        LEFT JOIN idx.ranked AS k ON k.paper = d.paper
        WHERE d.id > ? AND NOT EXISTS (SELECT 1 FROM decided AS c WHERE c.decision = d.id)
        """,
        (after,),
    )


def newest_acts(db: Database) -> tuple[int, ...]:
    """Read numbers that change with each decision, note, filing, merge, edit and new paper."""
    row = db.read(
        """
        SELECT (SELECT max(id) FROM decisions), (SELECT max(id) FROM notes),
            (SELECT max(id) FROM filings), (SELECT max(id) FROM merges),
            (SELECT count(*) FROM papers WHERE merged_into = id), (SELECT max(id) FROM papers),
            (SELECT max(id) FROM fields)
        """
    )[0]
    return tuple(number or 0 for number in row)


TRASH_KEPT = timedelta(days=90)
"""How long files and texts of a removed paper lie in the trash."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A paper in the trash. emptied_at: when its files and texts were deleted, None for not yet."""

    act: int
    paper: int
    at: datetime
    emptied_at: datetime | None


def add_removals(db: Database, papers: Sequence[int], *, act: int, at: datetime, on: date) -> None:
    """Record that some papers were removed, as a part of an act."""
    with db.writing():
        db.execute_many(
            "INSERT INTO removals (act, paper, at, on_date) VALUES (?, ?, ?, ?)",
            [(act, paper, at.isoformat(), on.isoformat()) for paper in papers],
        )
        db.execute_many("UPDATE papers SET merged_into = id WHERE id = ?", [(p,) for p in papers])


def show_again(db: Database, papers: Iterable[int]) -> None:
    """Take papers out of the trash of which no removal stands."""
    db.execute_many(
        """
        UPDATE papers SET merged_into = NULL WHERE id = ? AND merged_into = id AND NOT EXISTS (
            SELECT 1 FROM removals AS r WHERE r.paper = papers.id AND undoes IS NULL
            AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = r.id))
        """,
        [(paper,) for paper in papers],
    )


def ever_removed(db: Database) -> list[int]:
    """List the papers that were ever removed, also those that came back."""
    return db.column("SELECT DISTINCT paper FROM removals ORDER BY paper")


def removals(db: Database, papers: Iterable[int] | None = None) -> list[Removal]:
    """List what lies in the trash, of some papers or all, the newest first."""
    rows = db.read(
        """
        SELECT act, paper, at, emptied_at FROM removals AS r WHERE undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = r.id)
        AND (?1 IS NULL OR paper IN (SELECT value FROM json_each(?1))) ORDER BY id DESC
        """,
        (None if papers is None else json.dumps(list(papers)),),
    )
    moment = datetime.fromisoformat
    return [
        Removal(act, paper, moment(at), moment(emptied_at) if emptied_at else None)
        for act, paper, at, emptied_at in rows
    ]


@dataclass(frozen=True, slots=True)
class RestoredPaper:
    """A paper that was brought back from an archive, by the acts from `first_act` on.

    was_here: the library had it, and not in the trash. note: the revision (`notes.id`) that came.
    """

    paper: int
    first_act: int
    was_here: bool
    note: int | None


def add_restored(db: Database, one: RestoredPaper, *, act: int, at: datetime, on: date) -> None:
    """Record that a paper came back from an archive."""
    db.execute(
        """
        INSERT INTO restored (act, paper, first_act, was_here, note, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        (act, one.paper, one.first_act, one.was_here, one.note, at.isoformat(), on.isoformat()),
    )


def restored(db: Database, number: int) -> RestoredPaper:
    """Look up what came back by a restore (`restored.id`)."""
    [r] = db.read("SELECT paper, first_act, was_here, note FROM restored WHERE id = ?", (number,))
    return RestoredPaper(r["paper"], r["first_act"], bool(r["was_here"]), r["note"])


_OWN = (
    "sightings WHERE highlight IN (SELECT id FROM highlights WHERE paper {of})",
    "markings WHERE coalesce(new, old) IN (SELECT id FROM highlights WHERE paper {of})",
    "highlights WHERE paper {of}",
    "strokes WHERE paper {of}",
    "marked_copies WHERE paper {of}",
    "returned WHERE paper {of}",
    "place_history WHERE paper {of}",
    "taken WHERE paper {of}",
    "additions WHERE paper {of}",
    "reading_places WHERE paper {of}",
    "idx.contents WHERE sha256 IN (SELECT sha256 FROM pdfs WHERE paper {of})",
    "replaced_pdfs WHERE paper {of}",
    "pdfs WHERE paper {of}",
    "exports WHERE paper {of}",
    "note_links WHERE source {of}",
    "reviews WHERE paper {of}",
    "openings WHERE paper {of}",
    "loose_note_ids WHERE loose IN (SELECT l.id FROM loose_notes AS l JOIN notes AS n"
    " ON n.id = l.note WHERE n.paper {of})",
    "loose_notes WHERE note IN (SELECT id FROM notes WHERE paper {of})",
    "notes WHERE paper {of}",
    "idx.texts WHERE paper {of}",
    "idx.pictures WHERE paper {of}",
    "idx.cited WHERE paper {of}",
    "idx.cited_keys WHERE paper {of}",
)
"""What is deleted of a paper whose trash is emptied: its files' rows, and what a person wrote."""


def empty_trash(db: Database, paper: int, *, at: datetime) -> None:
    """Delete the notes, marks and files' rows of a removed paper and of its copies.

    Its ids, title and decisions stay, so that it is known when it comes again.
    """
    of = "IN (SELECT id FROM papers WHERE id = ?1 OR merged_into = ?1)"
    with db.writing():
        db.execute(
            f"""
            UPDATE arrivals SET note = NULL
            WHERE note IN (SELECT id FROM notes WHERE paper {of})
            """,  # noqa: S608  a constant of this function
            (paper,),
        )
        db.execute(
            f"DELETE FROM idx.full_text WHERE rowid IN (SELECT id FROM idx.texts WHERE paper {of})",  # noqa: S608
            (paper,),
        )
        for which in _OWN:
            db.execute(f"DELETE FROM {which.format(of=of)}", (paper,))  # noqa: S608
        db.execute(
            """
            UPDATE removals SET emptied_at = ?2 WHERE paper = ?1 AND undoes IS NULL
            AND NOT EXISTS (SELECT 1 FROM removals AS u WHERE u.undoes = removals.id)
            """,
            (paper, at.isoformat()),
        )
