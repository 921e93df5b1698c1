"""Store marks: of copies taken to the tablet, of those that came back, and of the pages here.

A row of `highlights` is one state of a mark; only its `gone_at` ever changes. `sightings` has
the states that the newest copy of each place has; the pages here are one more place, ON_PAGE.
`library.highlight` decides whether two marks are one.

A row of `markings` says that one state of a mark took another one's place here: none before a
new mark, none behind a removed one. Rows are only ever added.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reader.library.highlight import Highlight, InkStroke, Marks, MarkState
from reader.library.rows.database import Database, Row
from reader.library.rows.mark_places import (
    ReplacedPdf,
    boxes,
    boxes_text,
    last_replaced,
    mark_places,
)
from reader.library.rows.papers import STANDING_PICK_SQL
from reader.library.rows.used_ids import next_id_sql


@dataclass(frozen=True, slots=True)
class TabletCopy:
    """A copy that was put into the tablet's folder; path: its name there."""

    paper: int
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class MarkedCopy:
    """A marked PDF that is kept; path: relative to the library, with `/`."""

    paper: int
    path: str
    sha256: str
    n_ink: int
    """The number of strokes and drawings by hand in it."""
    ink: tuple[int, ...] = ()
    """The page of each of them; empty where only their number is known."""
    traces: frozenset[str] = frozenset()
    """See `Marks.traces`; empty where they are not known."""
    is_version: bool = False
    """Whether it is the paper's own former PDF, which a newer version replaced."""
    at: datetime | None = field(default=None, compare=False)
    """When it came, None where it is not recorded yet."""


@dataclass(frozen=True, slots=True)
class PlaceState:
    """The copy at a place when the place was last looked at."""

    place: str
    paper: int
    sha256: str
    n_ink: int = 0
    ink: tuple[int, ...] = ()
    """The page of each stroke; empty where only their number is known."""
    strokes: frozenset[str] = frozenset()
    """The names of our strokes that we wrote into it and that are still in it."""
    n_pages: int = 0
    """0 where it is not known."""


def picks_on(db: Database, day: date) -> list[int]:
    """List the papers that were picked on a local day and not skipped since, in that order."""
    return db.column(
        f"""
        SELECT d.paper FROM decisions AS d WHERE d.on_date = ? AND {STANDING_PICK_SQL}
        GROUP BY d.paper ORDER BY min(d.id)
        """,  # noqa: S608  a constant
        (day.isoformat(),),
    )


def add_taken(db: Database, taken: TabletCopy, *, at: datetime) -> None:
    """Record a copy that is about to be put into the folder; the same one is recorded once."""
    db.execute(
        """
        INSERT INTO taken (paper, path, sha256, at) SELECT ?, ?, ?, ?
        WHERE NOT EXISTS (SELECT 1 FROM taken WHERE paper = ? AND path = ? AND sha256 = ?)
        """,
        (taken.paper, taken.path, taken.sha256, at.isoformat(),
         taken.paper, taken.path, taken.sha256),
    )  # fmt: skip


def taken_of(db: Database, paper: int) -> list[TabletCopy]:
    """List the copies that were taken of a paper, the oldest first."""
    rows = db.read("SELECT * FROM taken WHERE paper = ? ORDER BY id", (paper,))
    return [TabletCopy(r["paper"], r["path"], r["sha256"]) for r in rows]


def taken_rows(db: Database) -> dict[str, int]:
    """List all copies that were ever taken: name → paper."""
    return db.pairs(
        """
        SELECT t.path, coalesce(p.merged_into, p.id) AS row
        FROM taken AS t JOIN papers AS p ON p.id = t.paper ORDER BY t.id
        """
    )


def copies_of(db: Database, paper: int) -> list[MarkedCopy]:
    """List the PDFs kept beside a paper's own, the newest last."""
    rows = db.read("SELECT * FROM marked_copies WHERE paper = ? ORDER BY at, id", (paper,))
    return [_copy(r) for r in rows]


def marked_of(db: Database, paper: int) -> list[MarkedCopy]:
    """List a paper's marked copies, the newest last."""
    return [copy for copy in copies_of(db, paper) if not copy.is_version]


def copy_at(db: Database, path: str) -> MarkedCopy | None:
    """Look up the marked copy with a path, None where there is none."""
    r = db.read_one("SELECT * FROM marked_copies WHERE path = ?", (path,))
    return _copy(r) if r else None


def add_copy(db: Database, copy: MarkedCopy, *, at: datetime) -> None:
    """Record a marked copy whose file is in its place; the same bytes are recorded once."""
    db.execute(
        """
        INSERT INTO marked_copies (paper, path, is_version, sha256, n_ink, ink, traces, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        (copy.paper, copy.path, int(copy.is_version), *_content(copy), at.isoformat()),
    )


def replace_copy(db: Database, older: MarkedCopy, copy: MarkedCopy, *, at: datetime) -> None:
    """Record a marked copy in place of an older one of the same paper."""
    with db.writing():
        db.execute(
            """
            UPDATE marked_copies SET path = ?, sha256 = ?, n_ink = ?, ink = ?, traces = ?, at = ?
            WHERE paper = ? AND sha256 = ?
            """,
            (copy.path, *_content(copy), at.isoformat(), older.paper, older.sha256),
        )
        db.execute(
            "UPDATE place_history SET sha256 = ? WHERE paper = ? AND sha256 = ?",
            (copy.sha256, older.paper, older.sha256),
        )
        # `moves` names copies by their hashes: a split must find this one to give it back.
        db.execute(
            "UPDATE OR REPLACE moves SET key = ? WHERE part = 'marked_copies' AND key = ?",
            (copy.sha256, older.sha256),
        )


def set_newest(db: Database, copy: MarkedCopy, *, at: datetime) -> None:
    """Record that a marked copy came once more, so that it is the newest one."""
    db.execute(
        "UPDATE marked_copies SET at = ? WHERE paper = ? AND sha256 = ?",
        (at.isoformat(), copy.paper, copy.sha256),
    )


def remove_copy(db: Database, copy: MarkedCopy) -> None:
    """Delete the rows of a marked copy; its file is not touched."""
    which = (copy.paper, copy.sha256)
    with db.writing():
        db.execute("DELETE FROM marked_copies WHERE paper = ? AND sha256 = ?", which)
        db.execute("DELETE FROM place_history WHERE paper = ? AND sha256 = ?", which)


def _content(copy: MarkedCopy) -> tuple[str, int, str, str]:
    return copy.sha256, copy.n_ink, _joined(copy.ink), " ".join(sorted(copy.traces))


def returned_from(db: Database, place: str) -> PlaceState | None:
    """Look up the last copy at a place, None where nothing came from it yet."""
    r = db.read_one("SELECT * FROM returned WHERE place = ?", (place,))
    return _returned(r) if r else None


def returned_of(db: Database, paper: int) -> list[PlaceState]:
    """List the places that copies of a paper came from, the oldest first."""
    rows = db.read("SELECT * FROM returned WHERE paper = ? ORDER BY at, place", (paper,))
    return [_returned(r) for r in rows]


def history_of(db: Database, paper: int) -> dict[str, list[str]]:
    """List the copies that came from each place of a paper: place → SHA-256s, newest last.

    The marks of a place are those of its newest copy, or of the one before where that copy was
    removed.
    """
    rows = db.read("SELECT place, sha256 FROM place_history WHERE paper = ? ORDER BY id", (paper,))
    found: dict[str, list[str]] = {}
    for r in rows:
        found.setdefault(r["place"], []).append(r["sha256"])
    return found


def set_returned(db: Database, returned: PlaceState, *, at: datetime) -> None:
    """Record the copy that is at a place now, as the newest one from there."""
    r = returned
    with db.writing():
        db.execute(
            """
            INSERT INTO returned (place, paper, sha256, n_ink, ink, strokes, n_pages, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET paper = excluded.paper, sha256 = excluded.sha256,
                n_ink = excluded.n_ink, ink = excluded.ink, strokes = excluded.strokes,
                n_pages = excluded.n_pages, at = excluded.at
            """,
            (r.place, r.paper, r.sha256, r.n_ink, _joined(r.ink), " ".join(sorted(r.strokes)),
             r.n_pages, at.isoformat()),
        )  # fmt: skip
        db.execute(
            """
            INSERT INTO place_history (place, paper, sha256) SELECT ?1, ?2, ?3
            WHERE ?3 IS NOT (SELECT sha256 FROM place_history WHERE place = ?1 AND paper = ?2
                             ORDER BY id DESC LIMIT 1)
            """,
            (r.place, r.paper, r.sha256),
        )


def state_at(
    place: str, paper: int, sha256: str, marks: Marks, strokes: frozenset[str] = frozenset()
) -> PlaceState:
    """Make the state of a place whose copy has these marks; strokes: as in PlaceState."""
    ink = marks.ink
    return PlaceState(place, paper, sha256, len(ink), ink, strokes & marks.strokes, marks.n_pages)


def forget_place(db: Database, place: str) -> None:
    """Forget the history of a place, so that the next copy from it begins anew.

    Where its newest copy is kept in the library, the marks stay as those of the kept file.
    """
    with db.writing():
        kept = db.read_one(
            """
            SELECT c.path FROM place_history AS h
            JOIN marked_copies AS c ON c.paper = h.paper AND c.sha256 = h.sha256
            WHERE h.place = ? ORDER BY h.id DESC LIMIT 1
            """,
            (place,),
        )
        own = f"library:{unicodedata.normalize('NFC', kept['path'])}" if kept else ""
        if own and returned_from(db, own) is None:
            move_place(db, place, own)
            return
        db.execute("DELETE FROM sightings WHERE place = ?", (place,))
        db.execute("DELETE FROM returned WHERE place = ?", (place,))
        db.execute("DELETE FROM place_history WHERE place = ?", (place,))


def move_place(db: Database, place: str, target: str) -> None:
    """Rename a place, with its history and its marks."""
    with db.writing():
        db.execute("UPDATE OR REPLACE returned SET place = ? WHERE place = ?", (target, place))
        db.execute("UPDATE place_history SET place = ? WHERE place = ?", (target, place))
        # States that the new place has already stay; the rest of the old place goes.
        db.execute("UPDATE OR IGNORE sightings SET place = ? WHERE place = ?", (target, place))
        db.execute("DELETE FROM sightings WHERE place = ?", (place,))


def highlights_of(db: Database, paper: int) -> list[MarkState]:
    """List all states of a paper's marks, in reading order, the older state first.

    They stand where their words are in the paper's PDF; see `Highlight.is_earlier`.
    """
    last = last_replaced(db, paper)
    if last is None:
        return highlights_as_made(db, paper)
    return states_in(db, paper, last.by, is_former=False, last=last)


def highlights_as_made(db: Database, paper: int) -> list[MarkState]:
    """As `highlights_of`, but each on the pages of the PDF in which it was made."""
    rows = db.read("SELECT * FROM highlights WHERE paper = ? ORDER BY page, place, id", (paper,))
    return [_mark_state(r) for r in rows]


def states_in(
    db: Database, paper: int, sha256: str, *, is_former: bool, last: ReplacedPdf
) -> list[MarkState]:
    """List the states of a paper's marks as they stand in one of its PDFs, as `highlights_of`.

    is_former: whether it is from before the PDF was replaced. Those that do not stand in it are
    earlier, with the page of where they were made; so are those whose words were not yet looked
    for, where they were made before the other text came.
    """
    places = mark_places(db, paper, sha256)
    found = []
    for kept in highlights_as_made(db, paper):
        there, h = places.get(kept.id), kept.highlight
        if there is not None and there.page:
            h = replace(h, page=there.page, place=there.place, box=there.box, quads=there.quads)
        # What has no words, as a typed note, stays with the PDF of its first state.
        elif there or ((kept.id if h.text else kept.mark) <= last.last_state) != is_former:
            h = replace(h, is_earlier=True)
        found.append(replace(kept, highlight=h))
    return sorted(found, key=lambda k: (k.highlight.page, k.highlight.place, k.id))


def everywhere_of(db: Database, paper: int) -> list[MarkState]:
    """List the states of a paper's marks at each place where a copy may have them.

    One stands more than once in it where the PDF was replaced.
    """
    made = dict.fromkeys(highlights_as_made(db, paper))
    return list(made | dict.fromkeys(highlights_of(db, paper)))


def seen_at(db: Database, place: str) -> set[int]:
    """Select the ids of the states that the newest copy from a place has."""
    return set(db.column("SELECT highlight FROM sightings WHERE place = ?", (place,)))


def add_highlight(
    db: Database, paper: int, highlight: Highlight, *, mark: int | None, at: datetime
) -> int:
    """Add a state of a mark, or of a new mark where mark is None; return the state's id."""
    # A new mark is numbered by the id that its first state gets.
    h = highlight
    return db.execute(
        f"""
        INSERT INTO highlights (id, mark, paper, kind, page, place, text, note, colour,
                                is_flattened, box, quads, name, at)
        VALUES ({next_id_sql("highlights")}, coalesce(?1, {next_id_sql("highlights")}),
                ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                coalesce(nullif(?12, ''), (SELECT max(name) FROM highlights WHERE mark = ?1),
                         ''), ?13)
        """,  # noqa: S608  constants
        (mark, paper, h.kind, h.page, h.place, h.text, h.note, h.colour,
         int(h.is_flattened), boxes_text([h.box]), boxes_text(h.quads), h.name, at.isoformat()),
    )  # fmt: skip


def forget_on_page(db: Database, states: Iterable[int]) -> None:
    """Let states that were made here no longer count as there because of that.

    A copy that they were written into came back without them.
    """
    db.execute_many(
        "DELETE FROM sightings WHERE place = ? AND highlight = ?",
        [(ON_PAGE, state) for state in states],
    )


def keep_on_page(db: Database, states: Iterable[int]) -> None:
    """Let states count as there because of the pages here, whatever copy lacks them."""
    db.execute_many(
        "INSERT OR IGNORE INTO sightings (place, highlight) VALUES (?, ?)",
        [(ON_PAGE, state) for state in states],
    )


def set_seen(
    db: Database,
    place: str,
    states: Sequence[int],
    *,
    at: datetime,
    known: Collection[int] = (),
) -> None:
    """Record the states that the newest copy from a place has.

    A state that is new at this place counts as there. One that it had before may have been
    changed or removed on the page here meanwhile, and stays so. A state that the place had
    before, and that no other place has, gets its `gone_at`.
    known: further states that are not new at this place.
    """
    with db.writing():
        before = seen_at(db, place)
        db.execute("DELETE FROM sightings WHERE place = ?", (place,))
        db.execute_many(
            "INSERT OR IGNORE INTO sightings (place, highlight) VALUES (?, ?)",
            [(place, state) for state in states],
        )
        there = "UPDATE highlights SET gone_at = NULL WHERE id = ?"
        db.execute_many(there, [(state,) for state in states if state not in before | set(known)])
        db.execute_many(
            """
            UPDATE highlights SET gone_at = ? WHERE id = ? AND gone_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM sightings WHERE highlight = highlights.id)
            """,
            [(at.isoformat(), state) for state in sorted(before - set(states))],
        )


def _copy(row: Row) -> MarkedCopy:
    return MarkedCopy(
        paper=row["paper"],
        path=row["path"],
        sha256=row["sha256"],
        n_ink=row["n_ink"],
        ink=_pages(row["ink"]),
        traces=frozenset(row["traces"].split()),
        is_version=bool(row["is_version"]),
        at=datetime.fromisoformat(row["at"]) if row["at"] else None,
    )


def _returned(row: Row) -> PlaceState:
    strokes = frozenset(row["strokes"].split())
    ink = _pages(row["ink"])
    return PlaceState(
        row["place"], row["paper"], row["sha256"], row["n_ink"], ink, strokes, row["n_pages"]
    )


def _joined(pages: tuple[int, ...]) -> str:
    return " ".join(map(str, pages))


def _pages(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


def _mark_state(r: Row) -> MarkState:
    [box] = boxes(r["box"])
    highlight = Highlight(
        r["page"], r["place"], r["kind"], r["text"], r["note"], r["colour"], box,
        bool(r["is_flattened"]), boxes(r["quads"]), r["name"],
    )  # fmt: skip
    gone_at = datetime.fromisoformat(r["gone_at"]) if r["gone_at"] else None
    at = datetime.fromisoformat(r["at"])
    return MarkState(r["id"], r["mark"], r["paper"], highlight, at, gone_at)


ON_PAGE = "page"
"""The place of states that were made here; no file has this name, since others have a prefix."""

# The plus signs keep SQLite from the index of `undoes`, which has nearly every row under NULL.
STANDS_SQL = """
    SELECT s.* FROM strokes AS s WHERE +s.undoes IS NULL AND +s.erases IS NULL
    AND NOT EXISTS (SELECT 1 FROM strokes AS u WHERE u.undoes = s.id)
    AND NOT EXISTS (SELECT 1 FROM strokes AS e WHERE e.erases = s.id AND +e.undoes IS NULL
                    AND NOT EXISTS (SELECT 1 FROM strokes AS u WHERE u.undoes = e.id))"""
"""The strokes that are there: neither taken back nor erased."""


def replace_states(
    db: Database, old: Sequence[int], new: int | None, *, act: int, at: datetime, on: date
) -> None:
    """Let a state take the place of others, as a part of an act; None for a removed mark."""
    with db.writing():
        for state in old:
            _close(db, state, at)
        if new is not None:
            _open(db, new)
        db.execute_many(
            "INSERT INTO markings (act, old, new, at, on_date) VALUES (?, ?, ?, ?, ?)",
            [(act, state, new, at.isoformat(), on.isoformat()) for state in old or (None,)],
        )


def take_back(db: Database, ids: Sequence[int], *, act: int, at: datetime, on: date) -> None:
    """Take rows of `markings` back, in the open transaction.

    What was done to a mark since, here or in a copy, stands.
    """
    rows = [row for id_ in ids for row in db.read("SELECT * FROM markings WHERE id = ?", (id_,))]
    for row in [row for row in rows if _is_last(db, row)]:
        if row["new"] is not None:
            _close(db, row["new"], at)
        for state in _standing(db, row["old"]):
            _open(db, state)
    db.execute_many(
        "INSERT INTO markings (act, old, new, undoes, at, on_date) VALUES (?, ?, ?, ?, ?, ?)",
        [(act, r["old"], r["new"], r["id"], at.isoformat(), on.isoformat()) for r in rows],
    )


def _standing(db: Database, state: int | None) -> list[int]:
    """Find what to show again in place of a state: itself, or what stood before it where the act
    that made it was taken back already."""
    if state is None:
        return []
    undone = db.read(
        """
        SELECT old FROM markings AS m WHERE new = ? AND +undoes IS NULL
        AND EXISTS (SELECT 1 FROM markings AS u WHERE u.undoes = m.id)
        """,
        (state,),
    )
    return [one for row in undone for one in _standing(db, row["old"])] if undone else [state]


def _is_last(db: Database, row: Row) -> bool:
    if row["new"] is not None:
        sql = "SELECT 1 FROM highlights WHERE id = ? AND gone_at IS NULL"
        return db.read_one(sql, (row["new"],)) is not None
    sql = """
        SELECT 1 FROM highlights WHERE gone_at IS NULL
        AND mark = (SELECT mark FROM highlights WHERE id = ?)"""
    return db.read_one(sql, (row["old"],)) is None


def _close(db: Database, state: int, at: datetime) -> None:
    sql = "UPDATE highlights SET gone_at = ? WHERE id = ? AND gone_at IS NULL"
    db.execute(sql, (at.isoformat(), state))
    db.execute("DELETE FROM sightings WHERE place = ? AND highlight = ?", (ON_PAGE, state))


def _open(db: Database, state: int) -> None:
    db.execute("UPDATE highlights SET gone_at = NULL WHERE id = ?", (state,))
    sql = "INSERT OR IGNORE INTO sightings (place, highlight) VALUES (?, ?)"
    db.execute(sql, (ON_PAGE, state))


def strokes_of(db: Database, paper: int) -> list[InkStroke]:
    """List the strokes on a paper's pages that are there, in the order in which they were drawn."""
    return [_stroke(row) for row in db.read(f"{STANDS_SQL} AND s.paper = ? ORDER BY id", (paper,))]


def former_strokes(db: Database, paper: int, *, until: int) -> set[str]:
    """List the names of a paper's strokes up to an id, and of later ones on a former PDF."""
    sql = "SELECT name FROM strokes WHERE paper = ? AND (id <= ? OR sha256 != '')"
    return {row["name"] for row in db.read(sql, (paper, until))}


def add_strokes(
    db: Database, paper: int, strokes: Sequence[InkStroke], *, act: int, at: datetime, on: date
) -> list[int]:
    """Record strokes, as a part of an act, in the open transaction; return their ids."""
    db.execute_many(
        """
        INSERT INTO strokes (act, paper, page, name, colour, width, points, sha256, at, on_date)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
            (act, paper, s.page, s.name, s.colour, s.width, " ".join(f"{x:g}" for x in s.points),
             s.sha256, at.isoformat(), on.isoformat())
            for s in strokes
        ],
    )  # fmt: skip
    return db.column("SELECT id FROM strokes WHERE act = ? ORDER BY id", (act,))


def erase_strokes(
    db: Database, paper: int, names: Sequence[str], *, act: int, at: datetime, on: date
) -> int:
    """Record that strokes were erased, in the open transaction; return how many were there."""
    found = db.read(f"{STANDS_SQL} AND s.paper = ? ORDER BY id", (paper,))
    rows = [row for row in found if row["name"] in set(names)]
    db.execute_many(
        """
        INSERT INTO strokes (act, paper, page, name, colour, width, points, erases, at, on_date)
        VALUES (?, ?, ?, ?, '', 0, '', ?, ?, ?)
        """,
        [(act, paper, r["page"], r["name"], r["id"], at.isoformat(), on.isoformat()) for r in rows],
    )
    return len(rows)


@dataclass(frozen=True, slots=True)
class MarksElsewhere:
    """Marks (their numbers) and strokes (their names) that belong to another PDF."""

    marks: frozenset[int]
    strokes: frozenset[str]


def marks_elsewhere(db: Database, paper: int) -> MarksElsewhere:
    """Find the marks of a paper that lie on the PDF of a copy which was merged into it.

    A paper with a PDF keeps its own; on its pages these would stand on other words.
    """
    moved = """
        SELECT v.part, CAST(v.key AS INTEGER) AS id FROM papers AS p
        JOIN merges AS m ON m.merged = p.id JOIN moves AS v ON v.merge_id = m.id
        JOIN pdfs AS f ON f.paper = p.id
        WHERE p.merged_into = ?1 AND v.part = ?2
        AND f.sha256 IS NOT (SELECT sha256 FROM pdfs WHERE paper = ?1)"""
    marks = db.column(
        f"SELECT DISTINCT h.mark FROM ({moved}) AS v JOIN highlights AS h ON h.id = v.id",  # noqa: S608
        (paper, "highlights"),
    )
    strokes = db.read(
        f"SELECT s.name FROM ({moved}) AS v JOIN strokes AS s ON s.id = v.id",  # noqa: S608
        (paper, "strokes"),
    )
    return MarksElsewhere(frozenset(marks), frozenset(row["name"] for row in strokes))


def has_strokes(db: Database, paper: int) -> bool:
    """Check whether anything was ever drawn on a paper's pages here."""
    return db.read_one("SELECT 1 FROM strokes WHERE paper = ? LIMIT 1", (paper,)) is not None


def has_acts(db: Database, paper: int) -> bool:
    """Check whether anything was ever marked or drawn on a paper's pages here."""
    sql = """
        SELECT 1 FROM highlights AS h WHERE h.paper = ? AND (
            EXISTS (SELECT 1 FROM markings WHERE new = h.id)
            OR EXISTS (SELECT 1 FROM markings WHERE old = h.id)) LIMIT 1"""
    return has_strokes(db, paper) or db.read_one(sql, (paper,)) is not None


def replaced_states(db: Database, paper: int) -> set[int]:
    """Select the states of a paper's marks that were changed or removed here."""
    rows = db.read(
        """
        SELECT m.old FROM markings AS m JOIN highlights AS h ON h.id = m.old
        WHERE h.paper = ? AND +m.undoes IS NULL
        AND NOT EXISTS (SELECT 1 FROM markings AS u WHERE u.undoes = m.id)
        """,
        (paper,),
    )
    return {row["old"] for row in rows}


def stamp_of(db: Database, paper: int) -> str:
    """Make a text that changes whenever a mark or stroke of a paper does."""
    row = db.read(
        """
        SELECT (SELECT max(id) || ' ' || count(gone_at) || ' ' || coalesce(max(gone_at), '')
                FROM highlights WHERE paper = ?1) AS marks,
            (SELECT max(id) FROM markings) AS acts,
            (SELECT max(id) FROM strokes WHERE paper = ?1) AS strokes,
            (SELECT sha256 FROM pdfs WHERE paper = ?1) AS pdf
        """,
        (paper,),
    )[0]
    return f"{row['marks']}/{row['acts']}/{row['strokes']}/{row['pdf']}"


def _stroke(row: Row) -> InkStroke:
    points = tuple(map(float, row["points"].split()))
    return InkStroke(row["page"], row["name"], row["colour"], row["width"], points, row["sha256"])
