"""Keep the ranks of papers in the topics, forecasts, features, the fitted models, and where a
day's list showed a paper.

All but the last is derived, and only what is worth keeping has a row: in or just below a topic,
or talked about. What lists showed is only added, but for the order of a day whose topics the
person taught or changed: so an order stays, and no paper is brought up twice.
"""

from __future__ import annotations

import functools
import hashlib
import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reader.library.paper import Paper
from reader.library.rows.database import Database
from reader.library.rows.fields import BROUGHT_SQL
from reader.ranking.model import ListLane, ListPlace, Rank, Term, with_lessons
from reader.ranking.rows.labels import WORDS_SQL, words_on


def to_text(terms: Iterable[Term]) -> str:
    """Write terms one a line, their numbers so that they are read back to the last bit."""
    # What a term names may have tabs and line ends, which part terms here.
    return "\n".join(f"{t.kind}\t{t.value!r}\t{' '.join(t.what.split())}" for t in terms)


@functools.lru_cache(1_024)
def from_text(text: str) -> tuple[Term, ...]:
    """Parse what `to_text` wrote; cached, since a server reads the same lists again and again."""
    lines = (line.split("\t", 2) for line in text.split("\n") if line)
    return tuple(Term(kind, what, float(value)) for kind, value, what in lines)


def papers_to_rank(
    db: Database, first: date, last: date, topics: str, *, encoder: str, models: str
) -> dict[int, date]:
    """Find the papers of some days that were not ranked with these topics yet, each with its
    day: that of its arrival, else that of the first post among these days.

    encoder: also those that were ranked by words alone or by another encoder's vectors,
    and have a vector of this one now; models: also those of the last day that other models
    judged. Neither holds for what a list has shown: its order stays. What only a hand added
    has no day here.
    """
    # First by indexes alone: of some thousand papers hardly one is lacking. A paper of no topic
    # is marked as ranked and has no ranks; once it is talked about, its closeness is asked for.
    rows = db.read(
        f"""
        WITH lacking AS MATERIALIZED (
            SELECT d.paper, d.day, d.is_talk FROM (
                SELECT p.id AS paper, p.arrived_on AS day, 0 AS is_talk FROM papers AS p
                WHERE p.arrived_on BETWEEN ?1 AND ?2
                UNION ALL SELECT i.paper, m.seen_on, 1
                FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
                WHERE m.seen_on BETWEEN ?1 AND ?2) AS d
            LEFT JOIN idx.ranked AS r ON r.paper = d.paper
            WHERE r.paper IS NULL OR r.topics != ?3
            OR d.is_talk AND NOT EXISTS (SELECT 1 FROM idx.ranks AS k WHERE k.paper = d.paper)
            OR (
            (?5 != r.models AND ?5 != '' AND d.day = ?2
             OR ?4 != r.encoder AND ?4 != '' AND EXISTS (
                SELECT 1 FROM idx.texts AS t JOIN idx.vectors AS v ON v.hash = t.hash
                WHERE t.paper = d.paper AND t.kind = 'paper' AND v.encoder = ?4))
            AND NOT EXISTS (SELECT 1 FROM shown AS s WHERE s.paper = d.paper)))
        SELECT p.id, min(l.day) AS day FROM lacking AS l JOIN papers AS p ON p.id = l.paper
        WHERE p.merged_into IS NULL AND (l.is_talk OR {BROUGHT_SQL})
        GROUP BY p.id ORDER BY p.id
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat(), topics, encoder, models),
    )
    return {r["id"]: date.fromisoformat(r["day"]) for r in rows}


def of_other_topics(db: Database, papers: Iterable[int], topics: str) -> bool:
    """Check whether one of some papers was ranked with other topics than these."""
    rows = db.read(
        "SELECT 1 FROM idx.ranked WHERE topics != ? AND paper IN (SELECT value FROM json_each(?))"
        " LIMIT 1",
        (topics, json.dumps(list(papers))),
    )
    return bool(rows)


def papers_of_day(db: Database, day: date) -> list[int]:
    """List the papers that sources brought on a day or that a post seen on it points at.

    A folder of PDFs that a hand added would change what is near among the day's own.
    """
    return db.column(
        f"""
        SELECT p.id FROM papers AS p
        WHERE p.arrived_on = ? AND p.merged_into IS NULL AND {BROUGHT_SQL}
        UNION SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        WHERE m.seen_on = ?
        """,  # noqa: S608  a constant
        (day.isoformat(), day.isoformat()),
    )


def set_ranks(
    db: Database,
    ranks: Mapping[int, Sequence[Rank]],
    *,
    topics: str,
    encoder: str,
    models: str,
) -> None:
    """Keep the ranks of papers, in place of their earlier ones."""
    if not ranks:
        return
    with db.writing():
        db.execute(
            "DELETE FROM idx.ranks WHERE paper IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ranks)),),
        )
        db.execute_many(
            """
            INSERT INTO idx.ranks (paper, topic, nearness, place, score, cut, terms)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                (paper, r.topic, r.nearness, r.place, r.score, r.cut, to_text(r.terms))
                for paper, of_paper in ranks.items()
                for r in of_paper
            ],
        )
        db.execute_many(
            "INSERT OR REPLACE INTO idx.ranked (paper, topics, encoder, models)"
            " VALUES (?, ?, ?, ?)",
            [(paper, topics, encoder, models) for paper in ranks],
        )


def members_on(db: Database, day: date, *, until: date | None = None) -> list[int]:
    """List the papers that arrived on a day, or from it until another, and belong to some topic."""
    return _placed(db, "in", day, until or day)


def doubtful_on(db: Database, first: date, last: date) -> list[int]:
    """List the papers that arrived from one day to another and stand just below a topic's cut."""
    return _placed(db, "doubtful", first, last)


def _placed(db: Database, place: str, first: date, last: date) -> list[int]:
    # From the days' papers to their ranks: SQLite would rather read all ranks that there are.
    # A rank without terms is of a paper that is only talked about, which is not asked about.
    return db.column(
        """
        SELECT p.id FROM papers AS p INDEXED BY papers_by_arrival
        WHERE p.arrived_on BETWEEN ? AND ? AND p.merged_into IS NULL AND EXISTS (
            SELECT 1 FROM idx.ranks AS r WHERE r.paper = p.id AND r.place = ?
            AND (r.place = 'in' OR r.terms != ''))
        ORDER BY p.id
        """,
        (first.isoformat(), last.isoformat(), place),
    )


def n_undecided(
    db: Database, topics: Sequence[str], first: date, last: date, *, more: Iterable[int]
) -> list[tuple[date, int]]:
    """Count papers of some topics without a decision, by day of arrival, newest first.

    more: papers that are counted whatever their topics, if they arrived on these days.
    What the list of its day showed stays in its lane there, and is counted by that.
    What a hand added counts for nothing: its owner knows of it.
    """
    # CROSS JOIN keeps the order: lists show some papers, thousands arrived on these days.
    rows = db.read(
        f"""
        WITH words AS MATERIALIZED ({WORDS_SQL}), there AS MATERIALIZED (
            SELECT s.paper, s.lane, EXISTS (SELECT 1 FROM words AS w WHERE w.paper = s.paper
                                            AND w.topic = s.topic AND w.kind = 'no') AS is_away
            FROM shown AS s CROSS JOIN papers AS p ON p.id = s.paper AND p.arrived_on = s.day
            WHERE s.day BETWEEN ?1 AND ?2), own AS MATERIALIZED (
            SELECT value AS id FROM json_each(?3)
            UNION SELECT r.paper FROM papers AS p JOIN idx.ranks AS r ON r.paper = p.id
            WHERE p.arrived_on BETWEEN ?1 AND ?2 AND r.place = 'in'
              AND r.topic IN (SELECT value FROM json_each(?4))
              AND NOT EXISTS (SELECT 1 FROM words AS w WHERE w.paper = r.paper
                              AND w.topic = r.topic AND w.kind = 'no')
              AND NOT EXISTS (SELECT 1 FROM there AS t WHERE t.paper = r.paper
                              AND t.lane != 'own')
            UNION SELECT paper FROM there WHERE lane = 'own' AND NOT is_away
            UNION SELECT paper FROM words
            WHERE kind = 'yes' AND topic IN (SELECT value FROM json_each(?4)))
        SELECT p.arrived_on AS day, count(*) AS n FROM own JOIN papers AS p ON p.id = own.id
        WHERE p.arrived_on BETWEEN ?1 AND ?2 AND p.merged_into IS NULL AND {BROUGHT_SQL}
          AND NOT EXISTS (SELECT 1 FROM notes AS n WHERE n.paper = p.id)
          AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.paper = p.id AND d.kind != 'undo'
                          AND NOT EXISTS (SELECT 1 FROM decisions AS u WHERE u.undoes = d.id))
        GROUP BY p.arrived_on ORDER BY p.arrived_on DESC
        """,  # noqa: S608  a constant
        (first.isoformat(), last.isoformat(), json.dumps(list(more)), json.dumps(list(topics))),
    )
    return [(date.fromisoformat(r["day"]), r["n"]) for r in rows]


def ranks_of(db: Database, papers: Iterable[int]) -> dict[int, list[Rank]]:
    """Read the ranks of some papers, with a person's own word above the models."""
    rows = list(papers)
    return with_words(db, kept_ranks(db, rows), rows)


def with_words(
    db: Database, ranks: Mapping[int, Sequence[Rank]], papers: Iterable[int]
) -> dict[int, list[Rank]]:
    """Put a person's own word above the ranks of some papers."""
    words = words_on(db, papers)
    found = {row: list(of_paper) for row, of_paper in ranks.items()}
    return found | {
        row: with_lessons(found.get(row, ()), own_words) for row, own_words in words.items()
    }


def kept_ranks(db: Database, papers: Iterable[int]) -> dict[int, list[Rank]]:
    """Read the ranks of some papers as their topics' models made them."""
    ranks: dict[int, list[Rank]] = {}
    for r in db.read(
        "SELECT * FROM idx.ranks WHERE paper IN (SELECT value FROM json_each(?))",
        (json.dumps(list(papers)),),
    ):
        sums = r["score"], r["cut"], from_text(r["terms"])
        rank = Rank(r["topic"], r["nearness"], r["place"], *sums)
        ranks.setdefault(r["paper"], []).append(rank)
    return ranks


def forecasts_of(db: Database, papers: Iterable[int]) -> dict[int, tuple[Term, ...]]:
    """Read the forecasts of some papers, by row."""
    rows = db.read(
        "SELECT paper, terms FROM idx.forecasts WHERE paper IN (SELECT value FROM json_each(?))",
        (json.dumps(list(papers)),),
    )
    return {r["paper"]: from_text(r["terms"]) for r in rows}


def set_forecasts(db: Database, found: Mapping[int, Sequence[Term]], *, model: str) -> None:
    """Keep the forecasts of papers. model: names the numbers that made them."""
    db.execute_many(
        "INSERT OR REPLACE INTO idx.forecasts (paper, model, terms) VALUES (?, ?, ?)",
        [(paper, model, to_text(terms)) for paper, terms in found.items()],
    )


TALK = "talk"
"""The name of the forecast's numbers; a topic's model is named by its path, which has no blank
before it: `topic speech/translation`."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model's text; fitted_on: a text that changes with what it was fitted on."""

    name: str
    fitted_on: str
    text: str


def topic_name(path: str) -> str:
    """Return the name of a topic's model."""
    return f"topic {path}"


def stored(db: Database) -> dict[str, StoredModel]:
    """Read all models, by name."""
    rows = db.read("SELECT name, fitted_on, text FROM idx.models ORDER BY name")
    return {r["name"]: StoredModel(r["name"], r["fitted_on"], r["text"]) for r in rows}


def text_of(db: Database, name: str) -> str:
    """Read one model's text, empty where it was never fitted."""
    row = db.read_one("SELECT text FROM idx.models WHERE name = ?", (name,))
    return str(row["text"]) if row else ""


def fingerprints(db: Database) -> dict[str, str]:
    """Read `fitted_on` of each model, by name, without the models."""
    return db.pairs("SELECT name, fitted_on FROM idx.models ORDER BY name")


def keep(db: Database, models: Iterable[StoredModel], *, gone: Iterable[str] = ()) -> None:
    """Keep models in place of their earlier ones, and drop some, in one transaction."""
    with db.writing():
        db.execute_many(
            "INSERT OR REPLACE INTO idx.models (name, fitted_on, text) VALUES (?, ?, ?)",
            [(m.name, m.fitted_on, m.text) for m in models],
        )
        db.execute_many("DELETE FROM idx.models WHERE name = ?", [(name,) for name in gone])


AT_ONCE = 1_000
"""Papers whose features are read at once: those of a thousand take 1.5 MB beside the result."""


def features_of(
    db: Database, papers: Mapping[int, Paper], *, code: bytes
) -> dict[int, dict[str, float]]:
    """Read the kept features of papers, by row, as `set_features` was given them.

    papers: with the texts that they have now. Left out is what was made from another text or by
    other code, and what was damaged since.
    """
    found = {}
    rows = list(papers)
    for first in range(0, len(rows), AT_ONCE):
        for r in db.read(
            "SELECT * FROM idx.features WHERE paper IN (SELECT value FROM json_each(?))",
            (json.dumps(rows[first : first + AT_ONCE]),),
        ):
            row, names, numbers = r["paper"], r["names"], r["numbers"]
            if r["hash"] != _hash_of_features(papers[row], names, numbers, code):
                continue
            several, values = names.decode().split("\n"), array("d", numbers)
            # A name with a line end in it comes apart; such features are made anew each time.
            if len(several) == len(values):
                found[row] = dict(zip(several, values, strict=True))
    return found


def set_features(
    db: Database,
    papers: Mapping[int, Paper],
    found: Mapping[int, Mapping[str, float]],
    *,
    code: bytes,
    wanted: Iterable[int],
) -> None:
    """Keep the features of papers to the last bit, and drop those of papers that are not wanted.

    papers: the texts that they were made from. code: what changes with the code that made them.
    """

    def rows() -> Iterator[tuple[int, bytes, bytes, bytes]]:
        for row, of_paper in found.items():
            names = "\n".join(of_paper).encode()
            numbers = array("d", of_paper.values()).tobytes()
            yield row, names, numbers, _hash_of_features(papers[row], names, numbers, code)

    with db.writing():
        db.execute_many(
            "INSERT OR REPLACE INTO idx.features (paper, names, numbers, hash) VALUES (?, ?, ?, ?)",
            rows(),
        )
        db.execute(
            "DELETE FROM idx.features WHERE paper NOT IN (SELECT value FROM json_each(?))",
            (json.dumps(list(wanted)),),
        )


def _hash_of_features(paper: Paper, names: bytes, numbers: bytes, code: bytes) -> bytes:
    parts = code, repr(paper).encode(), names, numbers
    return hashlib.sha256(b"\0".join(parts)).digest()[:16]


def shown_on(db: Database, day: date) -> dict[int, ListPlace]:
    """Read where the list of a day showed each of its papers, by row."""
    rows = db.read("SELECT paper, lane, position FROM shown WHERE day = ?", (day.isoformat(),))
    return {r["paper"]: ListPlace(r["lane"], r["position"]) for r in rows}


def add_shown(
    db: Database, day: date, papers: Sequence[tuple[int, ListLane, str]], *, at: datetime
) -> None:
    """Keep (row, lane, topic) of the papers that a day's list shows now, in its order.

    Papers that it showed before keep their place; the others follow.
    """
    # On conflict nothing: another page or terminal may show the same list at this moment.
    with db.writing():
        last = db.read_one(
            "SELECT coalesce(max(position), 0) AS n FROM shown WHERE day = ?", (day.isoformat(),)
        )
        db.execute_many(
            """
            INSERT INTO shown (day, paper, lane, topic, position, at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
            [
                (day.isoformat(), paper, lane, topic, n, at.isoformat())
                for n, (paper, lane, topic) in enumerate(papers, (last["n"] if last else 0) + 1)
            ],
        )


def topic_shown(db: Database, paper: int) -> str:
    """Look up the topic under which a list showed a paper last; empty for none."""
    row = db.read_one(
        "SELECT topic FROM shown WHERE paper = ? AND topic != '' ORDER BY day DESC LIMIT 1",
        (paper,),
    )
    return str(row["topic"]) if row else ""


def last_shown(db: Database, paper: int, until: date) -> date | None:
    """Look up the last day up to another whose list showed a paper, None for none."""
    row = db.read_one(
        "SELECT max(day) AS day FROM shown WHERE paper = ? AND day <= ?",
        (paper, until.isoformat()),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None


def forget_order(db: Database, day: date) -> None:
    """Drop the order of a day's own lane, which is made anew; decided papers and those of the
    other lanes stay."""
    db.execute(
        """
        DELETE FROM shown WHERE day = ? AND lane IN ('own', 'doubtful')
        AND paper NOT IN (SELECT paper FROM decisions)
        """,
        (day.isoformat(),),
    )


FORETOLD_SQL = """
    (k.lane = 'near' AND k.day = p.arrived_on AND NOT EXISTS (
        SELECT 1 FROM identifiers AS f JOIN mentions AS g ON g.identifier = f.id
        JOIN posts AS h ON h.id = g.post WHERE f.paper = p.id AND g.seen_on <= k.day
        AND (h.author != '' OR h.n_votes IS NOT NULL)))
"""
"""A row k of `shown` had the paper p in the near lane when nobody had spoken of it."""


def shown_before(db: Database, papers: Iterable[int], day: date) -> set[int]:
    """Select the papers that the list of an earlier day showed because of talk: in the near lane,
    as a wild card, or on another day than that of their arrival."""
    is_for_talk = f"k.lane IN ('near', 'wild') AND NOT {FORETOLD_SQL} OR k.day > p.arrived_on"
    return _shown(db, papers, day, is_for_talk)


def foretold_before(db: Database, papers: Iterable[int], day: date) -> set[int]:
    """Select the papers that the list of an earlier day showed when nobody had spoken of them."""
    return _shown(db, papers, day, FORETOLD_SQL)


def _shown(db: Database, papers: Iterable[int], day: date, how: str) -> set[int]:
    rows = db.read(
        f"""
        SELECT DISTINCT k.paper FROM json_each(?) AS wanted
        JOIN shown AS k ON k.paper = wanted.value
        JOIN papers AS p ON p.id = k.paper
        WHERE k.day < ? AND ({how})
        """,  # noqa: S608  constants of this module
        (json.dumps(list(papers)), day.isoformat()),
    )
    return {r["paper"] for r in rows}


def last_visit(db: Database, before: date) -> date | None:
    """Look up the last day before another on which a list was shown, or something was decided or
    noted; None for none."""
    row = db.read_one(
        """
        SELECT max(day) AS day FROM (
            SELECT max(day) AS day FROM shown WHERE day < ?1
            UNION ALL SELECT max(on_date) FROM decisions WHERE on_date < ?1
            UNION ALL SELECT max(on_date) FROM notes WHERE on_date < ?1)
        """,
        (before.isoformat(),),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None
