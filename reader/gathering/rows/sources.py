"""Store the sources' answers: when each answered, its batches, failures and next tries; posts,
their mentions of papers, their short addresses, and the votes of past daily pages.

Votes are for authors' records alone (`ranking.rows.talk`): of a past page no paper of the
library, no post and no mention is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast

from reader.base.errors import Reason
from reader.library.identity import author_key
from reader.library.paper import Batch, Mention, Post, PostKind
from reader.library.post import LOOKED_AT, PostMention
from reader.library.rows.database import Database, Row
from reader.library.rows.fields import BROUGHT_SQL

LONGEST_HOLD = timedelta(days=7)
"""The longest time that a source is not asked, whatever it wishes."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """The state of a source.

    etag, last_modified: validators of its last good answer, empty for none.
    n_errors: failures in a row. error, hint: why the last try failed and what to do, empty where
    it did not fail. retry_at: the moment before which it is not asked, None for none.
    """

    name: str
    etag: str = ""
    last_modified: str = ""
    asked_at: datetime | None = None
    succeeded_at: datetime | None = None
    n_errors: int = 0
    error: str = ""
    hint: str = ""
    retry_at: datetime | None = None
    reason: Reason = ""

    def next_try(self, now: datetime) -> datetime | None:
        """Return `retry_at` as far as it holds: None for at once.

        A failure of a later moment than now was stored while the clock was ahead, and its
        source need not wait for that moment to come.
        """
        if self.retry_at is None or self.asked_at is None or self.asked_at > now:
            return None
        return min(self.retry_at, self.asked_at + LONGEST_HOLD)


def source(db: Database, name: str) -> SourceState:
    """Load the state of a source; a new one where it was never asked."""
    row = db.read_one("SELECT * FROM sources WHERE name = ?", (name,))
    if row is None:
        return SourceState(name)
    # The columns are named as the fields are.
    moments = {at: _moment(row[at]) for at in ("asked_at", "succeeded_at", "retry_at")}
    return SourceState(**{**dict(row), **moments})


def add_success(
    db: Database, name: str, *, now: datetime, etag: str = "", last_modified: str = ""
) -> None:
    """Record that a source answered, which ends its failures."""
    db.execute(
        """
        INSERT INTO sources (name, etag, last_modified, asked_at, succeeded_at)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET etag = excluded.etag, n_errors = 0, error = '', hint = '',
            reason = '', last_modified = excluded.last_modified, asked_at = excluded.asked_at,
            succeeded_at = excluded.succeeded_at, retry_at = NULL
        """,
        (name, etag, last_modified, now.isoformat(), now.isoformat()),
    )


def last_asked(db: Database, *, now: datetime) -> datetime | None:
    """Get the moment, not after now, at which any source was last asked, None for never."""
    # Sources that feeds.toml names no more count too.
    row = db.read_one(
        "SELECT max(asked_at) AS at FROM sources WHERE asked_at <= ?", (now.isoformat(),)
    )
    return _moment(row["at"]) if row else None


def touch(db: Database, name: str, *, now: datetime) -> None:
    """Record that a source was not asked, since there was nothing to ask for."""
    db.execute(
        """
        INSERT INTO sources (name, asked_at) VALUES (?, ?)
        ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at
        """,
        (name, now.isoformat()),
    )


def add_error(
    db: Database,
    name: str,
    error: tuple[str, str],
    *,
    now: datetime,
    retry_at: datetime | None,
    reason: Reason = "",
) -> None:
    """Record that a source failed, and when it may be asked again.

    error: the message and the hint.
    """
    db.execute(
        """
        INSERT INTO sources (name, asked_at, n_errors, error, hint, reason, retry_at)
        VALUES (?, ?, 1, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at, error = excluded.error,
            hint = excluded.hint, reason = excluded.reason, n_errors = n_errors + 1,
            retry_at = excluded.retry_at
        """,
        (name, now.isoformat(), *error, reason, retry_at.isoformat() if retry_at else None),
    )


def add_batch(db: Database, batch: Batch, *, now: datetime, on: date) -> None:
    """Add a batch; earlier ones of the same day stay as history."""
    name, covers, *counts = astuple(batch)
    db.execute(
        f"""
        INSERT INTO batches (at, on_date, source, covers, {", ".join(_COUNTS)})
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,  # noqa: S608  constants of this module
        (now.isoformat(), on.isoformat(), name, covers.isoformat(), *counts),
    )


_COUNTS = ("expected", "received", "state", "error", "category", "digest", "reason")
"""The fields of a batch after its source and its day, which are also their columns."""


def batches_on(db: Database, day: date) -> list[Batch]:
    """Load the last batch of each source and day covered, of the gathers of a local day.

    In the order in which they came. An announcement that was complete by its own total stays so
    where a later try fails. Without the batches of classes, which `batches_by_category` has.
    """
    rows = db.read(
        "SELECT * FROM batches WHERE on_date = ? AND category = '' ORDER BY id", (day.isoformat(),)
    )
    # A batch that comes again moves to the end.
    found: dict[tuple[str, date], Batch] = {}
    for batch in map(_batch, rows):
        before = found.pop((batch.source, batch.covers), None)
        # Only arXiv's, since other sources go on during a day. No feed can have a name that
        # begins with "arXiv".
        is_whole = (
            before
            and before.source.startswith("arXiv")
            and before.state == "complete"
            and before.expected is not None
        )
        stays = before if is_whole and batch.state == "failed" else None
        found[batch.source, batch.covers] = stays or batch
    return list(found.values())


def last_batch(db: Database, name: str, covers: date) -> Batch | None:
    """Load the last batch of a source for a day, None where there is none."""
    row = db.read_one(
        "SELECT * FROM batches WHERE source = ? AND covers = ? AND category = ''"
        " ORDER BY id DESC LIMIT 1",
        (name, covers.isoformat()),
    )
    return _batch(row) if row else None


def good_answer_after(
    db: Database, name: str, day: date, *, covers: date | None
) -> tuple[Batch, date] | None:
    """Find the first complete answer of a source after a local day.

    covers: the day that the answer must cover, None for any.
    Returns the batch and the local day on which it came, None where there is none.
    """
    row = db.read_one(
        """
        SELECT * FROM batches
        WHERE source = ?1 AND category = '' AND on_date > ?2 AND (?3 IS NULL OR covers = ?3)
          AND state IN ('complete', 'not checked', 'unchanged', 'empty', 'not needed')
        ORDER BY id LIMIT 1
        """,
        (name, day.isoformat(), covers.isoformat() if covers else None),
    )
    return (_batch(row), date.fromisoformat(row["on_date"])) if row else None


def batches_by_category(db: Database, name: str, covers: date) -> list[Batch]:
    """Load the last batch of each class of a source for a day, by class."""
    rows = db.read(
        """
        SELECT * FROM batches WHERE id IN (
            SELECT max(id) FROM batches WHERE source = ? AND covers = ? AND category != ''
            GROUP BY category)
        ORDER BY category
        """,
        (name, covers.isoformat()),
    )
    return [_batch(row) for row in rows]


def newest_batch(db: Database, name: str) -> Batch | None:
    """Load the last batch of the newest day for which a source gave an answer, None without."""
    row = db.read_one(
        """
        SELECT * FROM batches WHERE source = ? AND category = ''
        ORDER BY state IN ('failed', 'not asked', 'not needed'), covers DESC, id DESC LIMIT 1
        """,
        (name,),
    )
    return _batch(row) if row else None


def batches_of(db: Database, name: str, *, limit: int) -> list[Batch]:
    """Load the last batch of each day of a source, the newest day first, at most `limit`."""
    rows = db.read(
        """
        SELECT * FROM batches WHERE id IN (
            SELECT max(id) FROM batches WHERE source = ? AND category = '' GROUP BY covers)
        ORDER BY covers DESC LIMIT ?
        """,
        (name, limit),
    )
    return [_batch(row) for row in rows]


def day_of_digest(db: Database, name: str, digest: str, *, before: date) -> date | None:
    """Find the last earlier day with exactly these papers of a source, None without one."""
    row = db.read_one(
        "SELECT max(covers) AS day FROM batches WHERE source = ? AND digest = ? AND covers < ?",
        (name, digest, before.isoformat()),
    )
    return date.fromisoformat(row["day"]) if row and row["day"] else None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The last answer of a source for a day."""

    state: str
    at: datetime
    digest: str


def days_asked(db: Database, name: str) -> dict[date, DayAnswer]:
    """Load the last answer for each day that a source was asked for: day → answer."""
    rows = db.read(
        """
        SELECT covers, state, at, digest, max(id) FROM batches
        WHERE source = ? AND category = '' GROUP BY covers
        """,
        (name,),
    )
    return {
        date.fromisoformat(r["covers"]): DayAnswer(
            r["state"], datetime.fromisoformat(r["at"]), r["digest"]
        )
        for r in rows
    }


def days_empty_twice(db: Database, name: str) -> set[date]:
    """Find the days for which a source had no paper on two local days or more."""
    rows = db.read(
        """
        SELECT covers FROM batches
        WHERE source = ? AND category = '' AND state IN ('empty', 'not out yet')
        GROUP BY covers HAVING count(DISTINCT on_date) > 1
        """,
        (name,),
    )
    return {date.fromisoformat(r["covers"]) for r in rows}


def forget_answers(db: Database, *, before: date) -> None:
    """Delete the batches of earlier gathers, but for arXiv's and for each source's first and last.

    arXiv's tell which days are here, a source's first one since when it is asked.
    """
    # A library that was never tidied has hundreds of thousands: some at a time.
    db.execute(
        """
        DELETE FROM batches WHERE id IN (
            SELECT id FROM batches
            WHERE on_date < ? AND source NOT LIKE 'arXiv%' AND id NOT IN (
                SELECT min(id) FROM batches GROUP BY source
                UNION ALL SELECT max(id) FROM batches GROUP BY source)
            LIMIT 20000)
        """,
        (before.isoformat(),),
    )


def first_days(db: Database) -> dict[str, date]:
    """Load the local day on which each source was first asked: name → day."""
    rows = db.read("SELECT source, min(on_date) AS day FROM batches GROUP BY source")
    return {row["source"]: date.fromisoformat(row["day"]) for row in rows}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _batch(row: Row) -> Batch:
    counts = (row[name] for name in _COUNTS)
    return Batch(row["source"], date.fromisoformat(row["covers"]), *counts)


LINK = "link"
"""The stage of `failures` for short addresses that could not be followed."""


def add_posts(db: Database, posts: Iterable[Post], *, source: str, on: date) -> int:
    """Add posts and their mentions, in one transaction; return how many posts were new.

    A post is identified by its guid within its source. A known post gets new mentions and more
    votes; its words, and those of its mentions, stay as they were first seen. Its `links` are
    stored as still to be followed. Of one that names nothing the words are not stored.
    """
    n_new = 0
    with db.writing():
        for post in posts:
            known = db.read_one(
                "SELECT id FROM posts WHERE source = ? AND guid = ?", (source, post.guid)
            )
            n_new += known is None
            # Only votes of a known post change: its words stay as they were first seen.
            row = known["id"] if known else _insert(db, post, source)
            if known and (post.mentions or post.links):
                sql = "UPDATE posts SET text = ? WHERE id = ? AND text = ''"
                db.execute(sql, (post.text, row))
            if known and post.n_votes is not None:
                db.execute(
                    "UPDATE posts SET n_votes = max(coalesce(n_votes, 0), ?) WHERE id = ?",
                    (post.n_votes, row),
                )
            db.execute_many(
                """
                INSERT INTO mentions (post, identifier, sentence, seen_on) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                [(row, m.id, m.sentence, on.isoformat()) for m in post.mentions],
            )
            # A new post waits for all its short addresses, also for those that were followed for
            # another post; a known one only for those that nobody followed yet.
            db.execute_many(
                """
                INSERT INTO open_links (post, url) SELECT ?1, ?2
                WHERE ?3 OR NOT EXISTS (SELECT 1 FROM short_links WHERE url = ?2)
                ON CONFLICT DO NOTHING
                """,
                [(row, link, known is None) for link in post.links],
            )
    return n_new


def _insert(db: Database, post: Post, source: str) -> int:
    at = post.posted_at.isoformat() if post.posted_at else None
    # Most posts of most feeds name no paper, and a post may be a whole article.
    text = post.text if post.mentions or post.links else ""
    return db.execute(
        """
        INSERT INTO posts (source, guid, author, text, url, posted_at, kind, n_votes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (source, post.guid, post.author, text, post.url, at, post.kind, post.n_votes),
    )


def add_short_links(db: Database, targets: Mapping[str, str], *, now: datetime) -> None:
    """Record the targets of short addresses, which are then no longer open."""
    with db.writing():
        db.execute_many(
            """
            INSERT INTO short_links (url, target, at) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET target = excluded.target, at = excluded.at
            """,
            [(url, target, now.isoformat()) for url, target in targets.items()],
        )
        urls = [(url,) for url in targets]
        # For all posts, since a short address has one target.
        db.execute_many("DELETE FROM open_links WHERE url = ?", urls)
        db.execute_many("DELETE FROM failures WHERE stage = 'link' AND subject = ?", urls)


def short_links(db: Database, urls: Iterable[str]) -> dict[str, str]:
    """Load the targets of those of some short addresses that were followed: address → target."""
    return db.pairs(
        "SELECT url, target FROM short_links WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(list(urls)),),
    )


def posts_with_open_links(db: Database, *, now: datetime) -> dict[str, list[Post]]:
    """Load the posts with short addresses that may be followed now: source → posts.

    Each has these addresses as its `links`, and its mentions so far.
    """
    rows = db.read(
        """
        SELECT p.*, o.url AS link FROM open_links AS o JOIN posts AS p ON p.id = o.post
        WHERE NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'link'
                          AND f.subject = o.url AND f.at <= ?1 AND f.retry_at > ?1)
        ORDER BY p.id, o.url
        """,
        (now.isoformat(),),
    )
    found: dict[str, list[Post]] = {}
    for row_id, of_post in groupby(rows, lambda row: int(row["id"])):
        row, *more = of_post
        mentions = db.read(
            "SELECT identifier, sentence FROM mentions WHERE post = ? ORDER BY identifier",
            (row_id,),
        )
        post = Post(
            guid=row["guid"],
            author=row["author"],
            text=row["text"],
            url=row["url"],
            posted_at=datetime.fromisoformat(row["posted_at"]) if row["posted_at"] else None,
            mentions=tuple(Mention(m["identifier"], m["sentence"]) for m in mentions),
            kind=cast(PostKind, row["kind"]),
            links=tuple(one["link"] for one in (row, *more)),
            n_votes=row["n_votes"],
        )
        found.setdefault(row["source"], []).append(post)
    return found


def give_up(db: Database, *, before: date, most_tries: int) -> None:
    """Forget the failures of ids that no post named since a day, and short addresses that failed
    so many times."""
    with db.writing():
        db.execute(
            "DELETE FROM failures WHERE stage = 'resolve' AND"
            " (SELECT max(seen_on) FROM mentions WHERE identifier = subject) < ?",
            (before.isoformat(),),
        )
        db.execute(
            "DELETE FROM open_links WHERE url IN"
            " (SELECT subject FROM failures WHERE stage = 'link' AND attempts >= ?)",
            (most_tries,),
        )
        db.execute("DELETE FROM failures WHERE stage = 'link' AND attempts >= ?", (most_tries,))


def ids_without_paper(db: Database, *, now: datetime, since: date = date.min) -> dict[str, str]:
    """Select the ids without a paper, in posts seen since a day, that may be looked up now:
    id → first source."""
    rows = db.read(
        """
        SELECT m.identifier AS id, p.source, min(p.id)
        FROM mentions AS m JOIN posts AS p ON p.id = m.post
        WHERE m.seen_on >= ?2
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i WHERE i.id = m.identifier)
          AND NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'resolve'
                          AND f.subject = m.identifier AND f.at <= ?1 AND f.retry_at > ?1)
        GROUP BY m.identifier ORDER BY m.identifier
        """,
        (now.isoformat(), since.isoformat()),
    )
    return {row["id"]: row["source"] for row in rows}


def n_without_paper(db: Database, day: date) -> int:
    """Count the ids in posts seen on a day that no paper in the library has."""
    return db.number(
        """
        SELECT count(DISTINCT m.identifier) AS n FROM mentions AS m WHERE m.seen_on = ?
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i WHERE i.id = m.identifier)
        """,
        (day.isoformat(),),
    )


def mentions_of(db: Database, papers: Iterable[int]) -> list[PostMention]:
    """Load the mentions of some papers by people, oldest post first."""
    # Entries of a feed of papers have no author, and are no mentions by people. The words around
    # a mention are read only for posts that mention several papers.
    rows = db.read(
        """
        SELECT i.paper AS row, p.author, substr(p.text, 1, ?) AS text, p.url, p.source, p.kind,
               p.n_votes, m.seen_on AS "on", m.identifier AS id, t.title, CASE WHEN EXISTS (
                   SELECT 1 FROM mentions AS o
                   WHERE o.post = m.post AND o.identifier != m.identifier
               ) THEN m.sentence ELSE '' END AS sentence
        FROM json_each(?) AS wanted JOIN papers AS t ON t.id = wanted.value
        JOIN identifiers AS i ON i.paper = wanted.value
        JOIN mentions AS m ON m.identifier = i.id
        JOIN posts AS p ON p.id = m.post WHERE p.author != ''
        ORDER BY p.posted_at, p.id
        """,
        (LOOKED_AT, json.dumps(list(papers))),
    )
    # The columns are named as the fields are.
    return [PostMention(**{**dict(row), "on": date.fromisoformat(row["on"])}) for row in rows]


def papers_mentioned_on(db: Database, day: date) -> list[int]:
    """Select the papers that are mentioned in posts which this library saw on a day.

    Papers that arrived on that day and were mentioned before it count too: they were looked up
    late.
    """
    return db.column(
        f"""
        SELECT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        JOIN posts AS s ON s.id = m.post WHERE m.seen_on = ? AND s.author != ''
        UNION
        SELECT i.paper FROM papers AS p JOIN identifiers AS i ON i.paper = p.id
        JOIN mentions AS m ON m.identifier = i.id JOIN posts AS s ON s.id = m.post
        WHERE p.arrived_on = ? AND m.seen_on <= p.arrived_on AND s.author != '' AND {BROUGHT_SQL}
        ORDER BY paper
        """,  # noqa: S608  a constant
        (day.isoformat(), day.isoformat()),
    )


@dataclass(frozen=True, slots=True)
class VotedPaper:
    """A paper of a daily page: its identifier, its up-votes and its authors as printed."""

    id: str
    n_votes: int
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredVotes:
    """The votes that were imported: of which days, and how much.

    first, last: the first and the last day that was read, None for none.
    """

    first: date | None
    last: date | None
    n_days: int
    n_papers: int
    n_votes: int


def days_with_votes(db: Database) -> set[date]:
    """Load the days whose page was read."""
    return {date.fromisoformat(row["day"]) for row in db.read("SELECT day FROM vote_days")}


def add_votes(db: Database, day: date, several: Iterable[VotedPaper]) -> None:
    """Add the papers of a day's page, and that it was read, in one transaction.

    A paper that stood on another page before keeps the earlier day and the higher votes.
    """
    with db.writing():
        db.execute("INSERT INTO vote_days VALUES (?) ON CONFLICT DO NOTHING", (day.isoformat(),))
        for voted in several:
            db.execute(
                """
                INSERT INTO vote_papers (identifier, day, n_votes) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET day = min(day, excluded.day),
                    n_votes = max(n_votes, excluded.n_votes)
                """,
                (voted.id, day.isoformat(), voted.n_votes),
            )
            # Folded, so that all printings of a name have one record.
            db.execute_many(
                """
                INSERT INTO vote_authors (author, voted)
                SELECT ?, id FROM vote_papers WHERE identifier = ? ON CONFLICT DO NOTHING
                """,
                [(author_key(name), voted.id) for name in voted.authors],
            )


def stored_votes(db: Database) -> StoredVotes:
    """Sum up what was imported."""
    days = db.read("SELECT min(day) AS first, max(day) AS last, count(*) AS n FROM vote_days")[0]
    of_papers = db.read("SELECT count(*) AS n, total(n_votes) AS votes FROM vote_papers")[0]
    first, last = (date.fromisoformat(d) if d else None for d in (days["first"], days["last"]))
    return StoredVotes(first, last, days["n"], of_papers["n"], int(of_papers["votes"]))
