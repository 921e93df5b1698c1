"""Read the talk about papers: which are talked about, with how many votes, and since when.

Counts how much authors' earlier papers were talked about as well. Keeps how often papers were
cited, by day: a count is never replaced. That a paper came up because it is much cited is an
origin of it like any other, `citations`, so it comes up once. Rows of posts are kept in
`gathering.rows.sources`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from reader.library.identity import author_key, family_fold
from reader.library.paper import CitationCount, NewestCount
from reader.library.rows.database import Database, Row
from reader.ranking.forecast import SUPPOSED, Counts
from reader.ranking.rows.standings import FORETOLD_SQL


def talked_between(db: Database, first: date, last: date) -> list[int]:
    """List the papers that people or lists with votes pointed at, as seen on some days."""
    return db.column(
        """
        SELECT DISTINCT i.paper FROM mentions AS m
        JOIN identifiers AS i ON i.id = m.identifier JOIN posts AS s ON s.id = m.post
        WHERE m.seen_on BETWEEN ? AND ? AND (s.author != '' OR s.n_votes IS NOT NULL)
        ORDER BY i.paper
        """,
        (first.isoformat(), last.isoformat()),
    )


def warm(db: Database, first: date, last: date, *, limit: int) -> list[int]:
    """Find undecided papers that arrived and were talked about on some days, and that no list
    showed for it; those with most people and votes first."""
    # A rough order for the limit, ten votes as one person: `heat` weighs those that are left.
    return db.column(
        f"""
        SELECT i.paper, count(DISTINCT s.author) + max(coalesce(s.n_votes, 0)) / 10.0 AS n
        FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        JOIN posts AS s ON s.id = m.post JOIN papers AS p ON p.id = i.paper
        WHERE m.seen_on BETWEEN ?1 AND ?2 AND p.arrived_on BETWEEN ?1 AND ?2
          AND (s.author != '' OR s.n_votes IS NOT NULL) AND p.merged_into IS NULL
          AND NOT EXISTS (SELECT 1 FROM shown AS k WHERE k.paper = p.id AND k.day < ?2
                          AND k.lane IN ('near', 'wild') AND NOT {FORETOLD_SQL})
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id AND d.kind != 'undo'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
        GROUP BY i.paper ORDER BY n DESC, max(m.seen_on) DESC, i.paper DESC LIMIT ?3
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat(), limit),
    )


def votes(
    db: Database, papers: Iterable[int], *, until: date, without: Sequence[str] = ()
) -> dict[int, tuple[int, date]]:
    """Read the most votes that a list without authors counts for papers, and since when the
    paper stands on it. without: lists (sources) that do not count."""
    rows = db.read(
        """
        SELECT i.paper, max(s.n_votes) AS n, min(m.seen_on) AS day FROM json_each(?) AS wanted
        JOIN identifiers AS i ON i.paper = wanted.value
        JOIN mentions AS m ON m.identifier = i.id JOIN posts AS s ON s.id = m.post
        WHERE s.author = '' AND s.n_votes IS NOT NULL AND m.seen_on <= ?
          AND s.source NOT IN (SELECT value FROM json_each(?)) GROUP BY i.paper
        """,
        (json.dumps(list(papers)), until.isoformat(), json.dumps(list(without))),
    )
    return {r["paper"]: (r["n"], date.fromisoformat(r["day"])) for r in rows}


def busy_authors(db: Database, first: date, last: date, *, at_least: int) -> set[str]:
    """Find the authors who named so many papers on one of some days: machines and lists."""
    rows = db.read(
        """
        SELECT DISTINCT s.author FROM mentions AS m JOIN posts AS s ON s.id = m.post
        WHERE m.seen_on BETWEEN ? AND ? AND s.author != ''
        GROUP BY s.author, m.seen_on HAVING count(DISTINCT m.identifier) >= ?
        """,
        (first.isoformat(), last.isoformat(), at_least),
    )
    return {r["author"] for r in rows}


def known_records(db: Database, authors: Collection[str], day: date) -> dict[str, Counts]:
    """Count the papers of authors that arrived before a day, and how many of them were talked
    about then, by `author_key`. Names are compared as printed; authors' own posts do not count.

    Papers that are not in the library count by the votes that were imported for them.
    """
    # The folded family name comes first in the index; the printed one decides.
    names = json.dumps([[family_fold(name), name] for name in sorted(set(authors))])
    rows = db.read(
        f"""
        SELECT a.name, {_IS_HOT} AS is_hot, {_VOTES} AS n_votes
        FROM json_each(?1) AS wanted
        JOIN authors AS a ON a.family_fold = wanted.value ->> 0 AND a.name = wanted.value ->> 1
        JOIN papers AS p ON p.id = a.paper
        WHERE p.arrived_on < ?2 AND p.merged_into IS NULL
        """,  # noqa: S608  constants of this module
        (names, day.isoformat()),
    )
    found: dict[str, tuple[int, int, float, int]] = {}
    for r in rows:
        key = author_key(r["name"])
        n, n_hot, doublings, _ = found.get(key, _NONE)
        more = math.log2(1 + (r["n_votes"] or 0)) if r["is_hot"] else 0.0
        found[key] = (n + 1, n_hot + r["is_hot"], doublings + more, 0)
    # Whatever is in the library was counted above, or came on the day or later: a paper is not
    # among its own authors' earlier ones.
    imported = db.read(
        """
        SELECT a.author, v.n_votes FROM json_each(?1) AS wanted
        JOIN vote_authors AS a ON a.author = wanted.value
        JOIN vote_papers AS v ON v.id = a.voted
        WHERE v.day < ?2 AND NOT EXISTS (SELECT 1 FROM identifiers WHERE id = v.identifier)
        """,
        (json.dumps(sorted({author_key(name) for name in authors})), day.isoformat()),
    )
    for r in imported:
        n, n_hot, doublings, n_supposed = found.get(r["author"], _NONE)
        more = math.log2(1 + r["n_votes"])
        found[r["author"]] = (n + 1, n_hot + 1, doublings + more, n_supposed + SUPPOSED)
    return dict(found)


_NONE = (0, 0, 0.0, 0)


_TALK = """
    FROM identifiers AS i JOIN mentions AS m ON m.identifier = i.id
    JOIN posts AS s ON s.id = m.post WHERE i.paper = p.id AND m.seen_on < ?2
"""
_IMPORTED = """
    FROM identifiers AS i JOIN vote_papers AS v ON v.identifier = i.id
    WHERE i.paper = p.id AND v.day < ?2
"""
_VOTES = f"""
    max(coalesce((SELECT max(s.n_votes) {_TALK} AND s.author = ''), 0),
        coalesce((SELECT max(v.n_votes) {_IMPORTED}), 0))
"""
_IS_HOT = f"""
    (EXISTS (SELECT 1 {_TALK} AND (s.author = '' AND s.n_votes IS NOT NULL
             OR s.author NOT IN ('', a.name) AND s.kind != 'repost'))
     OR EXISTS (SELECT 1 {_IMPORTED}))
"""


def is_watched(db: Database) -> bool:
    """Check whether any talk was ever seen here, or its votes imported."""
    sql = "SELECT 1 FROM (SELECT 1 FROM mentions LIMIT 1) UNION ALL SELECT 1 FROM vote_days LIMIT 1"
    return db.read_one(sql) is not None


def hot_papers(db: Database, first: date, last: date, *, before: date) -> dict[int, int]:
    """Find the papers that came on some days and were talked about before another day, by
    others than their authors; by row the votes of lists, 0 for none."""
    # From the talk on, which is of few papers: a year's papers are many.
    return db.pairs(
        f"""
        SELECT p.id, {_VOTES} AS n FROM papers AS p
        WHERE p.id IN (
            SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
            UNION SELECT i.paper FROM vote_papers AS v JOIN identifiers AS i ON i.id = v.identifier)
        AND p.arrived_on BETWEEN ?1 AND ?3 AND p.merged_into IS NULL AND (
            EXISTS (SELECT 1 {_TALK} AND (s.author = '' AND s.n_votes IS NOT NULL
                    OR s.author != '' AND s.kind != 'repost' AND s.author NOT IN (
                        SELECT name FROM authors WHERE paper = p.id)))
            OR EXISTS (SELECT 1 {_IMPORTED}))
        ORDER BY p.id
        """,  # noqa: S608  constants of this module
        (first.isoformat(), before.isoformat(), last.isoformat()),
    )


def arrivals(db: Database, first: date, last: date) -> dict[int, date]:
    """Read the day of arrival of the papers that arrived on some days, by row."""
    rows = db.read(
        """
        SELECT id, arrived_on FROM papers
        WHERE arrived_on BETWEEN ? AND ? AND merged_into IS NULL ORDER BY id
        """,
        (first.isoformat(), last.isoformat()),
    )
    return {r["id"]: date.fromisoformat(r["arrived_on"]) for r in rows}


def announced_with(db: Database, papers: Iterable[int]) -> dict[int, tuple[str, date]]:
    """Read the id and the mailing of those of some papers that have one, by row."""
    rows = db.read(
        """
        SELECT id, canonical, announced_on FROM papers
        WHERE id IN (SELECT value FROM json_each(?)) AND announced_on IS NOT NULL
        """,
        (json.dumps(list(papers)),),
    )
    return {r["id"]: (r["canonical"], date.fromisoformat(r["announced_on"])) for r in rows}


def ids_announced(db: Database, day: date) -> list[str]:
    """Read the ids of all papers of a mailing that are here."""
    return db.column("SELECT canonical FROM papers WHERE announced_on = ?", (day.isoformat(),))


ORIGIN = "citations"


def papers_to_count(
    db: Database, topics: Sequence[str], source: str, *, since: date, counted_after: date
) -> dict[int, tuple[str, ...]]:
    """Find the papers of some topics, published since a day, that a source did not count
    after another day: row → identifiers."""
    rows = db.read(
        """
        SELECT p.id, (SELECT json_group_array(i.id) FROM identifiers AS i WHERE i.paper = p.id)
            AS ids
        FROM papers AS p
        WHERE coalesce(p.published_on, p.announced_on, p.arrived_on) >= ?
          AND p.merged_into IS NULL
          AND EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                      AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM citations AS c WHERE c.paper = p.id AND c.source = ?
                          AND c.on_date > ?)
        ORDER BY p.id
        """,
        (since.isoformat(), json.dumps(list(topics)), source, counted_after.isoformat()),
    )
    return {r["id"]: tuple(json.loads(r["ids"])) for r in rows}


def add_counts(
    db: Database, counts: Mapping[int, CitationCount | None], *, source: str, on: date
) -> None:
    """Keep the counts of one day, in one transaction; the first of a day stays.

    None: the source does not know the paper, which is kept too, so that it is not asked
    for again at once.
    """
    db.execute_many(
        """
        INSERT INTO citations (paper, source, n, n_influential, on_date)
        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
        [
            (row, source, *((c.n, c.n_influential) if c else (None, None)), on.isoformat())
            for row, c in counts.items()
        ],
    )


def newest_counts(db: Database, papers: Iterable[int], *, until: date) -> dict[int, NewestCount]:
    """Read the newest count that papers had on a day, the highest of several sources'."""
    # Ordered so that this count is a paper's last row: in a dict it stays.
    rows = db.read(
        """
        SELECT c.paper, c.n, c.on_date, coalesce(p.published_on, p.announced_on) AS published_on
        FROM json_each(?) AS wanted
        JOIN citations AS c ON c.paper = wanted.value JOIN papers AS p ON p.id = c.paper
        WHERE c.n IS NOT NULL AND c.on_date <= ?
        ORDER BY c.on_date, c.n
        """,
        (json.dumps(list(papers)), until.isoformat()),
    )
    return {r["paper"]: _counted(r) for r in rows}


def never_shown(
    db: Database, near: Sequence[str], own: Sequence[str], *, since: date, at_least: int
) -> list[NewestCount]:
    """Find papers of near topics that are cited so often and that no list ever held: of no own
    topic, talked about by nobody, undecided, not brought up before."""
    # With max() and no other aggregate, SQLite takes the other columns from the row of the
    # greatest value: here the newest count.
    rows = db.read(
        """
        SELECT c.paper, c.n, max(c.on_date) AS on_date,
            coalesce(p.published_on, p.announced_on) AS published_on
        FROM citations AS c JOIN papers AS p ON p.id = c.paper
        WHERE c.n >= ? AND coalesce(p.published_on, p.announced_on) >= ?
          AND p.merged_into IS NULL
          AND EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                      AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = 'in'
                          AND r.topic IN (SELECT value FROM json_each(?)))
          AND NOT EXISTS (SELECT 1 FROM origins AS o WHERE o.paper = p.id
                          AND o.source = 'citations')
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i JOIN mentions AS m ON m.identifier = i.id
                          JOIN posts AS s ON s.id = m.post
                          WHERE i.paper = p.id AND s.author != '')
        GROUP BY c.paper ORDER BY c.paper
        """,
        (at_least, since.isoformat(), json.dumps(list(near)), json.dumps(list(own))),
    )
    return [_counted(r) for r in rows]


def bring_up(db: Database, papers: Iterable[int], *, on: date) -> None:
    """Add papers to a day's list because they are much cited."""
    db.execute_many(
        "INSERT INTO origins (paper, source, seen_on) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(row, ORIGIN, on.isoformat()) for row in papers],
    )


def brought_up_on(db: Database, day: date) -> list[int]:
    """List the papers that are in a day's list because they are much cited."""
    return db.column(
        """
        SELECT o.paper FROM origins AS o JOIN papers AS p ON p.id = o.paper
        WHERE o.source = 'citations' AND o.seen_on = ? AND p.merged_into IS NULL ORDER BY o.paper
        """,
        (day.isoformat(),),
    )


def n_brought_up_from_here(db: Database, day: date) -> int:
    """Count the much cited papers of a day's list that were in the library before."""
    sql = """
        SELECT count(*) AS n FROM origins AS o JOIN papers AS p ON p.id = o.paper
        WHERE o.source = 'citations' AND o.seen_on = ?1 AND p.arrived_on < ?1
    """
    return db.number(sql, (day.isoformat(),))


def _counted(row: Row) -> NewestCount:
    on, published = row["on_date"], row["published_on"]
    published_on = date.fromisoformat(published) if published else None
    return NewestCount(row["paper"], row["n"], date.fromisoformat(on), published_on)
