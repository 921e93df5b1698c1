"""Read a person's acts and lessons about each topic: only those that were not taken back.

An act that was taken back is not here at all, so what is learned after it is what was
learned before. Knows no model.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal

from reader.library.paper import Paper
from reader.library.rows.database import REMOVED_SQL, Database
from reader.library.rows.decisions import next_act
from reader.library.rows.fields import BROUGHT_SQL
from reader.library.rows.papers import STATE_SQL
from reader.ranking.events import Event, Kind


@dataclass(frozen=True, slots=True)
class Act:
    """An act that stands, with what is known of its topic.

    filed: where the paper is filed now, "" for nowhere; listed: the topic in whose lane the
    act found it, "" where it was in none, None where no list had shown it.
    """

    paper: int
    kind: Kind
    on: date
    filed: str = ""
    listed: str | None = None


def acts(db: Database, *, skips_since: date) -> list[Act]:
    """List each paper's last decision and its first written note, oldest first.

    skips_since: earlier skips say nothing any more and are left out.
    """
    rows = db.read(
        f"""
        SELECT d.paper, d.kind, d.on_date, {_FILED} AS filed,
            (SELECT s.topic FROM shown AS s WHERE s.paper = d.paper AND s.day <= d.on_date
             ORDER BY s.day DESC LIMIT 1) AS listed
        FROM decisions AS d WHERE d.id IN (
            SELECT max(id) FROM decisions AS k WHERE k.kind != 'undo'
            AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = k.id) GROUP BY paper)
        AND (d.kind = 'pick' OR d.on_date >= ?) AND d.paper NOT IN ({REMOVED_SQL})
        UNION ALL
        SELECT d.paper, 'write', min(d.on_date), {_FILED}, NULL
        FROM notes AS d WHERE d.is_written AND d.paper NOT IN ({REMOVED_SQL}) GROUP BY d.paper
        ORDER BY 3, 1
        """,  # noqa: S608  a constant of this module
        (skips_since.isoformat(),),
    )
    return [
        Act(r["paper"], r["kind"], date.fromisoformat(r["on_date"]), r["filed"] or "", r["listed"])
        for r in rows
    ]


def listed(db: Database, paper: int, on: date) -> str | None:
    """Look up the topic in whose lane an act of a day finds a paper, as `Act.listed`."""
    row = db.read_one(
        "SELECT topic FROM shown WHERE paper = ? AND day <= ? ORDER BY day DESC LIMIT 1",
        (paper, on.isoformat()),
    )
    return str(row["topic"]) if row else None


_FILED = "(SELECT topic FROM filings AS f WHERE f.paper = d.paper ORDER BY f.id DESC LIMIT 1)"


def filed_by_hand(db: Database, zone: tzinfo) -> list[Act]:
    """List the papers that a person filed, where each lies now."""
    rows = db.read(
        f"""
        SELECT f.paper, f.topic, f.at FROM filings AS f
        JOIN (SELECT paper, max(id) AS id FROM filings GROUP BY paper) AS last ON last.id = f.id
        WHERE f.is_by_hand AND f.paper NOT IN ({REMOVED_SQL}) ORDER BY f.id
        """  # noqa: S608  a constant
    )
    return [
        Act(r["paper"], "file", datetime.fromisoformat(r["at"]).astimezone(zone).date(), r["topic"])
        for r in rows
    ]


def filed_now(db: Database, topic: str, *, limit: int) -> list[int]:
    """List the papers filed in a topic by a person, or picked or noted and still so; those filed
    last come first, at most `limit`."""
    return db.column(
        f"""
        SELECT f.paper FROM filings AS f JOIN papers AS p ON p.id = f.paper
        WHERE f.topic = ? AND p.merged_into IS NULL
        AND f.id = (SELECT max(id) FROM filings AS l WHERE l.paper = f.paper)
        AND (f.is_by_hand OR {STATE_SQL} IN ('pick', 'read'))
        ORDER BY f.id DESC LIMIT ?
        """,  # noqa: S608  a constant
        (topic, limit),
    )


def n_liked(db: Database, topic: str, *, at_most: int) -> int:
    """Count the papers filed under a topic that are picked or read, up to a number."""
    return db.number(
        f"""
        SELECT count(*) FROM (
            SELECT 1 FROM filings AS f JOIN papers AS p ON p.id = f.paper
            WHERE f.topic = ? AND p.merged_into IS NULL AND {STATE_SQL} IN ('pick', 'read')
            AND f.id = (SELECT max(id) FROM filings AS l WHERE l.paper = f.paper) LIMIT ?)
        """,  # noqa: S608  a constant
        (topic, at_most),
    )


def lessons(db: Database) -> list[Event]:
    """List the lessons that stand: of each paper and topic the last word."""
    return [
        Event(r["paper"], r["kind"], r["topic"], date.fromisoformat(r["on_date"]))
        for r in db.read(f"{WORDS_SQL} AND paper NOT IN ({REMOVED_SQL}) ORDER BY id")
    ]


def of_other_topics(db: Database, topics: Sequence[str]) -> list[tuple[str, int]]:
    """Count, for each former topic, the papers filed there and the lessons about it.

    Former topics are those that lists or `teach` once knew and that are none of `topics`.
    """
    rows = db.read(
        """
        SELECT k.topic,
            (SELECT count(*) FROM (SELECT paper, max(id) AS id FROM filings GROUP BY paper) AS l
             JOIN filings AS f ON f.id = l.id WHERE f.topic = k.topic)
            + (SELECT count(DISTINCT l.paper) FROM lessons AS l
               WHERE l.topic = k.topic AND l.kind != 'undo'
               AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id)
               AND NOT EXISTS (SELECT 1 FROM lessons AS o WHERE o.paper = l.paper
                               AND o.topic IN (SELECT value FROM json_each(?1)))) AS n
        FROM (SELECT topic FROM shown UNION SELECT topic FROM lessons) AS k
        WHERE k.topic != '' AND k.topic NOT IN (SELECT value FROM json_each(?1))
        GROUP BY k.topic HAVING n > 0 ORDER BY k.topic
        """,
        (json.dumps(list(topics)),),
    )
    return [(r["topic"], r["n"]) for r in rows]


def moved_topics(db: Database, topics: Sequence[str]) -> dict[str, str]:
    """Map former topics to where they were moved: all that was filed there lies elsewhere now,
    most of it in the topic that is returned."""
    # Ordered by the number of papers: in a dict the last row of a topic stays.
    rows = db.read(
        """
        WITH last AS (SELECT paper, max(id) AS id FROM filings GROUP BY paper)
        SELECT f.topic AS old, now.topic AS new FROM filings AS f
        JOIN last ON last.paper = f.paper JOIN filings AS now ON now.id = last.id
        WHERE f.topic NOT IN (SELECT value FROM json_each(?1))
        AND now.topic IN (SELECT value FROM json_each(?1))
        AND NOT EXISTS (SELECT 1 FROM filings AS s JOIN last AS l ON l.id = s.id
                        WHERE s.topic = f.topic)
        GROUP BY f.topic, now.topic ORDER BY count(DISTINCT f.paper), new
        """,
        (json.dumps(list(topics)),),
    )
    return {r["old"]: r["new"] for r in rows}


MOST_AT_ONCE = 2_000
"""How many papers arrive, in a large library, before the background is drawn anew."""


def seeds(db: Database, ids: Iterable[str]) -> dict[str, int]:
    """Look up the papers of some seeds: id → row, without those that were removed."""
    return db.pairs(
        f"""
        SELECT id, paper FROM identifiers
        WHERE id IN (SELECT value FROM json_each(?)) AND paper NOT IN ({REMOVED_SQL})
        """,  # noqa: S608  a constant
        (json.dumps(list(ids)),),
    )


def background(db: Database, n: int) -> list[int]:
    """Draw at most n papers that sources brought, whatever was decided on them.

    Half of them are the newest, the others are spread over the whole library. The same ones
    until a sixteenth more papers have come, or MOST_AT_ONCE: a new draw means that every
    model is fitted anew.
    """
    last = db.number("SELECT coalesce(max(id), 0) FROM papers")
    # The last multiple of a sixteenth of the greatest power of two in the library's size.
    step = min(MOST_AT_ONCE, max(1, 2 ** (last.bit_length() - 1) // 16)) if last else 1
    top = last - last % step
    brought = f"FROM papers AS p WHERE merged_into IS NULL AND {BROUGHT_SQL}"
    rows = db.read(
        f"SELECT id {brought} AND id <= ? ORDER BY id DESC LIMIT ?",
        (top, n - n // 2),
    )
    newest = [r["id"] for r in rows]
    older = newest[-1] if newest else 0
    spread = range(1, older, max(1, -(-older // max(1, n // 2))))
    rows = db.read(
        f"SELECT id {brought} AND id IN (SELECT value FROM json_each(?))",  # noqa: S608
        (json.dumps(list(spread)),),
    )
    return sorted([*newest, *(r["id"] for r in rows)])


def newest(db: Database, n: int) -> list[int]:
    """List the papers that came last."""
    return db.column(
        "SELECT id FROM papers WHERE merged_into IS NULL ORDER BY id DESC LIMIT ?", (n,)
    )


def texts(db: Database, papers: Sequence[int]) -> dict[int, Paper]:
    """Read the texts of papers to learn from, by row: titles, abstracts, authors, classes."""
    rows = db.read(
        """
        SELECT p.id, p.canonical, p.title, p.abstract, p.categories,
            (SELECT json_group_array(name) FROM
                (SELECT name FROM authors WHERE paper = p.id ORDER BY position)) AS authors
        FROM json_each(?) AS wanted JOIN papers AS p ON p.id = wanted.value
        """,
        (json.dumps(list(papers)),),
    )
    return {
        r["id"]: Paper(
            ids=(r["canonical"],),
            title=r["title"],
            abstract=r["abstract"],
            authors=tuple(json.loads(r["authors"])),
            categories=tuple(r["categories"].split()),
        )
        for r in rows
    }


LessonKind = Literal["seed", "yes", "no"]


def add_lessons(
    db: Database, kind: LessonKind, topic: str, papers: Sequence[int], *, at: datetime, on: date
) -> None:
    """Record in one act that some papers belong to a topic, or do not."""
    with db.writing():
        act = next_act(db)
        for paper in papers:
            add_words(db, paper, {topic: kind}, act=act, at=at, on=on)


def add_words(
    db: Database, paper: int, words: Mapping[str, LessonKind], *, act: int, at: datetime, on: date
) -> None:
    """Record, as part of an act, of which topics one paper is and of which it is not."""
    db.execute_many(
        "INSERT INTO lessons (act, paper, topic, kind, at, on_date) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (act, paper, topic, kind, at.isoformat(), on.isoformat())
            for topic, kind in words.items()
        ],
    )


WORDS_SQL = """
    SELECT id, paper, topic, kind, on_date FROM lessons WHERE id IN (
        SELECT max(id) FROM lessons AS l WHERE kind != 'undo'
        AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id) GROUP BY paper, topic)
"""
"""The last word that stands on each paper and topic."""


def words_on(db: Database, papers: Iterable[int]) -> dict[int, dict[str, LessonKind]]:
    """Read the last word that stands on each topic of some papers, in the order of recording."""
    found: dict[int, dict[str, LessonKind]] = {}
    for r in db.read(
        f"SELECT * FROM ({WORDS_SQL}) WHERE paper IN (SELECT value FROM json_each(?)) ORDER BY id",  # noqa: S608
        (json.dumps(list(papers)),),
    ):
        found.setdefault(r["paper"], {})[r["topic"]] = r["kind"]
    return found


def brought_on(db: Database, topics: Iterable[str], first: date, last: date) -> list[int]:
    """Find the papers that arrived on some days and that a person assigned to one of these
    topics."""
    return db.column(
        f"""
        SELECT DISTINCT p.id FROM ({WORDS_SQL}) AS w JOIN papers AS p ON p.id = w.paper
        WHERE w.kind = 'yes' AND w.topic IN (SELECT value FROM json_each(?))
        AND p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL ORDER BY p.id
        """,  # noqa: S608  a constant of this module
        (json.dumps(list(topics)), first.isoformat(), last.isoformat()),
    )


def was_taught_after(db: Database, paper: int, moment: datetime) -> bool:
    """Check whether a lesson about a paper was recorded, or taken back, after a moment."""
    sql = "SELECT 1 FROM lessons WHERE paper = ? AND at > ?"
    return db.read_one(sql, (paper, moment.isoformat())) is not None


def taught(db: Database, topic: str) -> dict[int, LessonKind]:
    """Read the lessons about a topic that stand, by row of the paper."""
    return db.pairs(
        """
        SELECT paper, kind FROM lessons AS l WHERE topic = ? AND kind != 'undo'
        AND NOT EXISTS (SELECT 1 FROM lessons AS u WHERE u.undoes = l.id) ORDER BY id
        """,
        (topic,),
    )


def rename_topic(db: Database, old: str, new: str, *, act: int, at: datetime, on: date) -> int:
    """Move the lessons of one topic to another, as part of an act; returns the number of
    papers."""
    with db.writing():
        standing = taught(db, old)
        for row, kind in standing.items():
            add_words(db, row, {new: kind}, act=act, at=at, on=on)
    return len(standing)
