"""Keep the grades of recall, and read the acts and posts of past days.

Grades are only ever added. FSRS's state of a note is computed from them; the day on which it
comes back is kept with each, so that a morning can count what is due without computing anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from reader.library.rows.database import REMOVED_SQL, Database
from reader.library.rows.decisions import Kind
from reader.notes.rows.notes import UNDATED_SQL

# For a query that calls its row of `reviews` r: the row is a grade, and no undo names it.
_STANDING = """
    grade IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reviews AS u WHERE u.undoes = r.id)
"""

_IS_HERE = f"paper NOT IN ({REMOVED_SQL})"

_LAST = f"""
    SELECT r.paper, r.on_date, r.due_on FROM reviews AS r
    JOIN (SELECT max(id) AS id FROM reviews AS r WHERE {_STANDING} GROUP BY paper) AS last
        ON last.id = r.id
"""  # noqa: S608  a constant


@dataclass(frozen=True, slots=True)
class Review:
    """One grade that stands: 1 again, 2 hard, 3 good, 4 easy."""

    id: int
    paper: int
    grade: int
    on_date: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """A note that can come back; the days are None for one that never did.

    written_on: the local day on which it was first written up; where an import brought it
    without its day (not is_dated), the day of the import.
    """

    paper: int
    written_on: date
    last_on: date | None = None
    due_on: date | None = None
    is_dated: bool = True

    @property
    def interval(self) -> int | None:
        """Return the days that were to pass since it was last recalled."""
        return (self.due_on - self.last_on).days if self.due_on and self.last_on else None


def add_review(
    db: Database, paper: int, grade: int, *, due_on: date, at: datetime, on: date
) -> int:
    """Append a grade; it is on the disk when this returns. Returns its id."""
    return db.execute(
        "INSERT INTO reviews (paper, grade, due_on, at, on_date) VALUES (?, ?, ?, ?, ?)",
        (paper, grade, due_on.isoformat(), at.isoformat(), on.isoformat()),
    )


def undo_last(db: Database, paper: int | None = None, *, at: datetime, on: date) -> Review | None:
    """Take back the last grade that still stands, of one paper or of any; None for none."""
    with db.writing():
        row = db.read_one(
            f"""
            SELECT * FROM reviews AS r WHERE (?1 IS NULL OR paper = ?1) AND {_STANDING}
            ORDER BY id DESC LIMIT 1
            """,  # noqa: S608  a constant of this module
            (paper,),
        )
        if row is None:
            return None
        db.execute(
            "INSERT INTO reviews (paper, undoes, at, on_date) VALUES (?, ?, ?, ?)",
            (row["paper"], row["id"], at.isoformat(), on.isoformat()),
        )
    return Review(row["id"], row["paper"], row["grade"], *_days(row["on_date"], row["due_on"]))


def reviews_of(db: Database, paper: int) -> list[Review]:
    """List the grades of a note that stand, oldest first."""
    rows = db.read(
        f"SELECT * FROM reviews AS r WHERE paper = ? AND {_STANDING} ORDER BY id",  # noqa: S608
        (paper,),
    )
    return [Review(r["id"], paper, r["grade"], *_days(r["on_date"], r["due_on"])) for r in rows]


def waiting(db: Database) -> list[Waiting]:
    """List every note that can come back, by the day on which it was first written up.

    Those are the notes of which some revision counts as written; a skimmed one cannot. Notes
    that were imported without their day come first: nobody knows how old they are.
    """
    rows = db.read(
        f"""
        SELECT n.paper, coalesce(n.known_on, n.any_on) AS written_on, l.on_date, l.due_on,
            n.known_on IS NOT NULL AS is_dated
        FROM (SELECT paper, min(CASE WHEN NOT ({UNDATED_SQL}) THEN on_date END) AS known_on,
                     min(on_date) AS any_on
              FROM notes AS n WHERE is_written GROUP BY paper)
            AS n JOIN papers AS p ON p.id = n.paper AND p.merged_into IS NULL
        LEFT JOIN ({_LAST}) AS l ON l.paper = n.paper ORDER BY is_dated, written_on, n.paper
        """  # noqa: S608  constants
    )
    found = []
    for r in rows:
        on, due_on = _days(r["on_date"], r["due_on"]) if r["due_on"] else (None, None)
        written_on = date.fromisoformat(r["written_on"])
        found.append(Waiting(r["paper"], written_on, on, due_on, bool(r["is_dated"])))
    return found


def last_rows(db: Database) -> tuple[int, ...]:
    """Return the last row of each table that `waiting` reads.

    Rows are only ever added there, so what comes back stays the same while these numbers do.
    """
    # Few reads by primary key, where `waiting` reads every note.
    tables = ("notes", "reviews", "merges", "removals")
    found = [db.read_one(f"SELECT max(id) AS id FROM {table}") for table in tables]  # noqa: S608
    return tuple(int(row["id"] or 0) if row else 0 for row in found)


def n_recalled_on(db: Database, day: date) -> int:
    """Count the notes that were graded on a local day."""
    return db.number(
        f"""
        SELECT count(DISTINCT paper) AS n FROM reviews AS r
        WHERE on_date = ? AND {_STANDING} AND {_IS_HERE}
        """,  # noqa: S608  constants of this module
        (day.isoformat(),),
    )


def n_recalled(db: Database, first: date, last: date) -> dict[date, int]:
    """Count the notes that were graded on each local day between two, both included."""
    rows = db.read(
        f"""
        SELECT on_date, count(DISTINCT paper) AS n FROM reviews AS r
        WHERE on_date BETWEEN ? AND ? AND {_STANDING} AND {_IS_HERE} GROUP BY on_date
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return {date.fromisoformat(r["on_date"]): r["n"] for r in rows}


def _days(on_date: str, due_on: str) -> tuple[date, date]:
    return date.fromisoformat(on_date), date.fromisoformat(due_on)


@dataclass(frozen=True, slots=True)
class NotedPaper:
    """A paper and the local day on which it was first written up, else first noted at all."""

    paper: int
    on_date: date
    is_written: bool


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A note as it stood at the end of some days, and before them; "" where there was none."""

    paper: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class FromSource:
    """The papers that a source brought in some days: how many came, were picked, written up."""

    source: str
    n_arrived: int
    n_picked: int
    n_written: int


_STANDS = "NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)"


def noted(db: Database, first: date, last: date, *, with_undated: bool = False) -> list[NotedPaper]:
    """List the papers that were first written up between two days, or, if never, first noted.

    Both days included; in the order of the days. with_undated: also notes that were imported
    without their day, on the day of the import.
    """
    rows = db.read(
        f"""
        SELECT n.paper, coalesce(n.written, n.any_note) AS on_date, n.written FROM (
            SELECT paper, min(CASE WHEN is_written THEN on_date END) AS written,
                   min(on_date) AS any_note, min(id) AS id
            FROM notes AS n WHERE {_IS_HERE} AND (? OR NOT ({UNDATED_SQL})) GROUP BY paper) AS n
        WHERE coalesce(n.written, n.any_note) BETWEEN ? AND ? ORDER BY on_date, n.id
        """,  # noqa: S608  constants
        (with_undated, first.isoformat(), last.isoformat()),
    )
    return [
        NotedPaper(r["paper"], date.fromisoformat(r["on_date"]), r["written"] is not None)
        for r in rows
    ]


def decided(db: Database, kind: Kind, first: date, last: date) -> dict[int, date]:
    """Find the papers without a note whose last standing decision is of a kind and was made
    between two days; each with its day, in the order of the decisions."""
    rows = db.read(
        f"""
        SELECT d.paper, d.on_date FROM decisions AS d
        JOIN papers AS p ON p.id = d.paper AND p.merged_into IS NULL
        WHERE d.kind = ? AND d.on_date BETWEEN ? AND ? AND {_STANDS}
          AND NOT EXISTS (
            SELECT 1 FROM decisions AS l WHERE l.paper = d.paper AND l.id > d.id
            AND l.kind != 'undo'
            AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = l.id))
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = d.paper)
        ORDER BY d.id
        """,  # noqa: S608  a constant of this module
        (kind, first.isoformat(), last.isoformat()),
    )
    return {r["paper"]: date.fromisoformat(r["on_date"]) for r in rows}


def picked(db: Database, first: date, last: date) -> list[int]:
    """List the papers that were picked between two days, noted or let go since or not."""
    return db.column(
        f"""
        SELECT DISTINCT d.paper FROM decisions AS d
        JOIN papers AS p ON p.id = d.paper AND p.merged_into IS NULL
        WHERE d.kind = 'pick' AND d.on_date BETWEEN ? AND ? AND {_STANDS}
        ORDER BY d.paper
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )


def arrived(db: Database, first: date, last: date, *, limit: int) -> list[int]:
    """List papers that arrived between two days, at most `limit`, the newest first."""
    return db.column(
        """
        SELECT id FROM papers WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL
        ORDER BY arrived_on DESC, id DESC LIMIT ?
        """,
        (first.isoformat(), last.isoformat(), limit),
    )


_IS_IMPORTED = """(EXISTS (SELECT 1 FROM loose_notes AS l WHERE l.note = i.id)
    OR EXISTS (SELECT 1 FROM imported AS m WHERE m.part = 'note' AND m.key = CAST(i.id AS TEXT)
        AND m.paper IN (SELECT id FROM papers WHERE id = i.paper OR merged_into = i.paper)))"""
"""Whether an import made the revision `i`, or it was a note that an import brought without a
paper."""


def rewritten(db: Database, first: date, last: date) -> list[Rewritten]:
    """List the notes that got a revision between two days, as they were before and after.

    What an import brought in these days stands in the text of before: it is no work of theirs.
    """
    rows = db.read(
        f"""
        SELECT c.paper,
            coalesce((SELECT text FROM notes AS b WHERE b.paper = c.paper AND b.on_date < ?1
                      ORDER BY b.id DESC LIMIT 1), '')
            || coalesce((SELECT group_concat(char(10) || i.text, '') FROM notes AS i
                         WHERE i.paper = c.paper AND i.on_date BETWEEN ?1 AND ?2
                         AND {_IS_IMPORTED}), '') AS before,
            (SELECT text FROM notes AS a WHERE a.paper = c.paper AND a.on_date <= ?2
             ORDER BY a.id DESC LIMIT 1) AS after
        FROM (SELECT paper, min(id) AS id FROM notes WHERE on_date BETWEEN ?1 AND ?2
              AND {_IS_HERE} GROUP BY paper) AS c ORDER BY c.id
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return [Rewritten(r["paper"], r["before"], r["after"]) for r in rows]


def talkers_since(db: Database, since: Mapping[int, date], until: date) -> dict[int, int]:
    """Count the people who mentioned each of some papers after its day, and until another."""
    # A post without an author is an entry of a list of papers, and nobody's words.
    return db.pairs(
        """
        SELECT w.value ->> 0 AS paper, count(DISTINCT s.author) AS n FROM json_each(?) AS w
        JOIN identifiers AS i ON i.paper = w.value ->> 0
        JOIN mentions AS m ON m.identifier = i.id
            AND m.seen_on > w.value ->> 1 AND m.seen_on <= ?
        JOIN posts AS s ON s.id = m.post AND s.author != '' GROUP BY 1
        """,
        (json.dumps([(row, day.isoformat()) for row, day in since.items()]), until.isoformat()),
    )


def from_sources(db: Database, first: date, last: date) -> list[FromSource]:
    """Count by source the papers that arrived between two days, each once.

    It counts for the source that had it first, arXiv where several had it that day. arXiv's
    channels are one source; no feed can have a name that begins as theirs.
    """
    # SQLite takes the row of the least text: by day, arXiv's channels first, then by name.
    # A subquery for each paper took twice as long.
    rows = db.read(
        f"""
        WITH picked AS (
            SELECT DISTINCT d.paper FROM decisions AS d WHERE d.kind = 'pick' AND {_STANDS}
        ), written AS (
            SELECT DISTINCT n.paper FROM notes AS n WHERE n.is_written AND NOT ({UNDATED_SQL})
        )
        SELECT source, count(*) AS n, count(picked.paper) AS n_picked,
            count(written.paper) AS n_written
        FROM (
            SELECT p.id, CASE WHEN o.source GLOB 'arXiv*' THEN 'arXiv' ELSE o.source END AS source,
                min(o.seen_on || (o.source NOT GLOB 'arXiv*') || o.source)
            FROM papers AS p JOIN origins AS o ON o.paper = p.id
            WHERE p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL GROUP BY p.id
        ) AS arrived
        LEFT JOIN picked ON picked.paper = arrived.id
        LEFT JOIN written ON written.paper = arrived.id
        GROUP BY source ORDER BY n_written DESC, n DESC, source
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return [FromSource(r["source"], r["n"], r["n_picked"], r["n_written"]) for r in rows]


def first_acts(db: Database, rows: Collection[int]) -> dict[int, str]:
    """Name the first pick, note or highlight of each of some papers: paper → "pick 7".

    The name stays what it is: through later notes, an undone pick, and a merge with a paper that
    had none of these. Papers that have none are left out.
    """
    found = db.read(
        """
        SELECT paper, min(at || ' ' || name) AS first FROM (
            SELECT paper, at, 'pick ' || id AS name FROM decisions WHERE kind = 'pick'
            UNION ALL SELECT paper, at, 'note ' || id FROM notes
            UNION ALL SELECT paper, at, 'mark ' || id FROM highlights)
        WHERE paper IN (SELECT value FROM json_each(?)) GROUP BY paper
        """,
        (json.dumps(list(rows)),),
    )
    return {r["paper"]: r["first"].partition(" ")[2] for r in found}
