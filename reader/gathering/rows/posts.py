"""Rows of posts: what people posted, and which papers they pointed at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import cast

from reader.gathering.post import LOOKED_AT, PostMention
from reader.library.paper import Mention, Post, PostKind
from reader.library.rows.database import Database
from reader.library.rows.versions import BROUGHT_SQL

LINK = "link"
"""The stage under which `failures` keeps short addresses that could not be followed."""


def add_posts(db: Database, posts: Iterable[Post], *, source: str, on: date) -> int:
    """Add posts and their mentions, in one transaction; returns how many posts were new.

    A post is known by its guid within its source. Links added to it later become
    mentions too; a mention's words stay as they were first seen, votes only grow.
    Its `links` are kept as still to be followed; give it only those that are to be.
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
    return db.execute(
        """
        INSERT INTO posts (source, guid, author, text, url, posted_at, kind, n_votes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (source, post.guid, post.author, post.text, post.url, at, post.kind, post.n_votes),
    )


def add_short_links(db: Database, targets: Mapping[str, str], *, now: datetime) -> None:
    """Record where short addresses led, so that none is asked for twice, and follow no more."""
    with db.writing():
        db.execute_many(
            """
            INSERT INTO short_links (url, target, at) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET target = excluded.target, at = excluded.at
            """,
            [(url, target, now.isoformat()) for url, target in targets.items()],
        )
        urls = [(url,) for url in targets]
        # Followed for one post is followed for all.
        db.execute_many("DELETE FROM open_links WHERE url = ?", urls)
        db.execute_many("DELETE FROM failures WHERE stage = 'link' AND subject = ?", urls)


def short_links(db: Database, urls: Iterable[str]) -> dict[str, str]:
    """Find where those of some addresses lead that were followed before."""
    rows = db.read(
        "SELECT url, target FROM short_links WHERE url IN (SELECT value FROM json_each(?))",
        (json.dumps(list(urls)),),
    )
    return {row["url"]: row["target"] for row in rows}


def posts_with_open_links(db: Database, *, now: datetime) -> dict[str, list[Post]]:
    """List, by source, the posts with short addresses that may be followed now.

    Each with those addresses as its `links`, and with the mentions that it has.
    """
    rows = db.read(
        """
        SELECT p.*, o.url AS link FROM open_links AS o JOIN posts AS p ON p.id = o.post
        WHERE NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'link'
                          AND f.subject = o.url AND f.retry_at > ?)
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


def ids_without_paper(db: Database, *, now: datetime) -> dict[str, str]:
    """Find the identifiers in posts that no paper here has and that may be asked for now,
    each with the source that named it first."""
    rows = db.read(
        """
        SELECT m.identifier AS id, p.source, min(p.id)
        FROM mentions AS m JOIN posts AS p ON p.id = m.post
        WHERE NOT EXISTS (SELECT 1 FROM identifiers AS i WHERE i.id = m.identifier)
          AND NOT EXISTS (SELECT 1 FROM failures AS f WHERE f.stage = 'resolve'
                          AND f.subject = m.identifier AND f.retry_at > ?)
        GROUP BY m.identifier ORDER BY m.identifier
        """,
        (now.isoformat(),),
    )
    return {row["id"]: row["source"] for row in rows}


def n_without_paper(db: Database, day: date) -> int:
    """Count the identifiers in posts seen on a day that no paper here has."""
    row = db.read(
        """
        SELECT count(DISTINCT m.identifier) AS n FROM mentions AS m WHERE m.seen_on = ?
          AND NOT EXISTS (SELECT 1 FROM identifiers AS i WHERE i.id = m.identifier)
        """,
        (day.isoformat(),),
    )[0]
    return int(row["n"])


def n_open_links(db: Database) -> int:
    """Count the short addresses of which nobody knows yet where they lead."""
    row = db.read("SELECT count(DISTINCT url) AS n FROM open_links")[0]
    return int(row["n"])


def mentions_of(db: Database, papers: Iterable[int]) -> list[PostMention]:
    """List the mentions of some papers, oldest post first.

    An entry of a feed of papers is nobody's mention; it has no author and is not here.
    """
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
    """List the papers that a post pointed at, as this library saw it on that day.

    Also those that arrived on it and were mentioned before: they were looked up late.
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
