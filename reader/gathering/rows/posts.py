"""Store posts, their mentions of papers, their short addresses, and the votes of past daily pages.

Votes are for authors' records alone (`ranking.rows.talk`): of a past page no paper of the
library, no post and no mention is made.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import cast

from reader.library.identity import author_key
from reader.library.paper import Mention, Post, PostKind
from reader.library.post import LOOKED_AT, PostMention
from reader.library.rows.database import Database
from reader.library.rows.fields import BROUGHT_SQL

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
    rows = db.read(
        "SELECT url, target FROM short_links WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(list(urls)),),
    )
    return {row["url"]: row["target"] for row in rows}


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
    row = db.read(
        """
        SELECT count(DISTINCT m.identifier) AS n FROM mentions AS m WHERE m.seen_on = ?
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i WHERE i.id = m.identifier)
        """,
        (day.isoformat(),),
    )[0]
    return int(row["n"])


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
    rows = db.read(
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
    return [row["paper"] for row in rows]


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
