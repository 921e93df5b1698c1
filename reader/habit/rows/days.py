"""Look back over days: what was noted, decided, rewritten and talked about on each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reader.library.rows.database import Database
from reader.library.rows.decisions import Kind


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
    """What a source brought in some days, and what became of it."""

    source: str
    n_arrived: int
    n_picked: int
    n_written: int


_STANDS = "NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id)"


def noted(db: Database, first: date, last: date) -> list[NotedPaper]:
    """List the papers that were first written up between two days, or, if never, first noted.

    Both days included; in the order of the days.
    """
    rows = db.read(
        """
        SELECT n.paper, coalesce(n.written, n.any_note) AS on_date, n.written FROM (
            SELECT paper, min(CASE WHEN is_written THEN on_date END) AS written,
                   min(on_date) AS any_note, min(id) AS id
            FROM notes GROUP BY paper) AS n
        WHERE coalesce(n.written, n.any_note) BETWEEN ? AND ? ORDER BY on_date, n.id
        """,
        (first.isoformat(), last.isoformat()),
    )
    return [
        NotedPaper(r["paper"], date.fromisoformat(r["on_date"]), r["written"] is not None)
        for r in rows
    ]


def decided(db: Database, kind: Kind, first: date, last: date) -> dict[int, date]:
    """Give the papers whose last standing decision is of a kind and fell between two days,
    without a note, each with that day; in the order of the decisions."""
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
    """List the papers that were picked between two days and not let go, noted since or not."""
    rows = db.read(
        f"""
        SELECT DISTINCT d.paper FROM decisions AS d
        JOIN papers AS p ON p.id = d.paper AND p.merged_into IS NULL
        WHERE d.kind = 'pick' AND d.on_date BETWEEN ? AND ? AND {_STANDS}
        ORDER BY d.paper
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return [r["paper"] for r in rows]


def arrived(db: Database, first: date, last: date, *, limit: int) -> list[int]:
    """List papers that arrived between two days, at most `limit`, the newest first."""
    rows = db.read(
        """
        SELECT id FROM papers WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL
        ORDER BY arrived_on DESC, id DESC LIMIT ?
        """,
        (first.isoformat(), last.isoformat(), limit),
    )
    return [r["id"] for r in rows]


def rewritten(db: Database, first: date, last: date) -> list[Rewritten]:
    """List the notes that got a revision between two days, as they were before and after."""
    rows = db.read(
        """
        SELECT c.paper,
            coalesce((SELECT text FROM notes AS b WHERE b.paper = c.paper AND b.on_date < ?1
                      ORDER BY b.id DESC LIMIT 1), '') AS before,
            (SELECT text FROM notes AS a WHERE a.paper = c.paper AND a.on_date <= ?2
             ORDER BY a.id DESC LIMIT 1) AS after
        FROM (SELECT paper, min(id) AS id FROM notes WHERE on_date BETWEEN ?1 AND ?2
              GROUP BY paper) AS c ORDER BY c.id
        """,
        (first.isoformat(), last.isoformat()),
    )
    return [Rewritten(r["paper"], r["before"], r["after"]) for r in rows]


def talkers_since(db: Database, since: Mapping[int, date], until: date) -> dict[int, int]:
    """Count the people who mentioned each of some papers after its day, and until another."""
    rows = db.read(
        """
        SELECT w.value ->> 0 AS paper, count(DISTINCT s.author) AS n FROM json_each(?) AS w
        JOIN identifiers AS i ON i.paper = w.value ->> 0
        JOIN mentions AS m ON m.identifier = i.id
            AND m.seen_on > w.value ->> 1 AND m.seen_on <= ?
        JOIN posts AS s ON s.id = m.post AND s.author != '' GROUP BY 1
        """,
        (json.dumps([(row, day.isoformat()) for row, day in since.items()]), until.isoformat()),
    )
    return {r["paper"]: r["n"] for r in rows}


def from_sources(db: Database, first: date, last: date) -> list[FromSource]:
    """Count by source the papers that arrived between two days, each once.

    It counts for the source that had it first, arXiv where several had it that day. arXiv's
    channels are one source; no feed can have a name that begins as theirs.
    """
    rows = db.read(
        f"""
        SELECT source, count(*) AS n, sum(is_picked) AS n_picked, sum(is_written) AS n_written
        FROM (SELECT
            (SELECT CASE WHEN o.source GLOB 'arXiv*' THEN 'arXiv' ELSE o.source END
             FROM origins AS o WHERE o.paper = p.id
             ORDER BY o.seen_on, o.source NOT GLOB 'arXiv*', o.source LIMIT 1) AS source,
            EXISTS (SELECT 1 FROM decisions AS d
                    WHERE d.paper = p.id AND d.kind = 'pick' AND {_STANDS}) AS is_picked,
            EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id AND n.is_written) AS is_written
            FROM papers AS p WHERE p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL)
        WHERE source IS NOT NULL GROUP BY source ORDER BY n_written DESC, n DESC, source
        """,  # noqa: S608  a constant of this module
        (first.isoformat(), last.isoformat()),
    )
    return [FromSource(r["source"], r["n"], r["n_picked"], r["n_written"]) for r in rows]
