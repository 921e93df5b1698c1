"""Keep what people posted, and which papers they pointed at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from reader.paper import Mentioned, Post
from reader.store.database import Database


def add_posts(db: Database, posts: Iterable[Post], *, source: str, on: date) -> int:
    """Keep posts and their mentions, in one transaction; returns how many posts were new.

    A post is known by its guid within its source. Links added to it later become
    mentions too; a mention's words stay as they were first seen.
    """
    n_new = 0
    with db.writing():
        for post in posts:
            known = db.read_one(
                "SELECT id FROM posts WHERE source = ? AND guid = ?", (source, post.guid)
            )
            n_new += known is None
            row = known["id"] if known else _insert(db, post, source)
            db.execute_many(
                """
                INSERT INTO mentions (post, identifier, sentence, seen_on) VALUES (?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                [(row, m.id, m.sentence, on.isoformat()) for m in post.mentions],
            )
    return n_new


def _insert(db: Database, post: Post, source: str) -> int:
    return db.execute(
        "INSERT INTO posts (source, guid, author, text, url, posted_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            source,
            post.guid,
            post.author,
            post.text,
            post.url,
            post.posted_at.isoformat() if post.posted_at else None,
        ),
    )


def ids_without_paper(db: Database, *, now: datetime) -> dict[str, str]:
    """Give the identifiers in posts that no paper here has and that may be asked for now,
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


def mentions_of(db: Database, papers: Iterable[int]) -> list[Mentioned]:
    """List the mentions of some papers, oldest post first.

    An entry of a feed of papers is nobody's mention; it has no author and is not here.
    """
    rows = db.read(
        """
        SELECT i.paper, p.author, m.sentence, p.url, p.source
        FROM json_each(?) AS wanted
        JOIN identifiers AS i ON i.paper = wanted.value
        JOIN mentions AS m ON m.identifier = i.id
        JOIN posts AS p ON p.id = m.post WHERE p.author != ''
        ORDER BY p.posted_at, p.id
        """,
        (json.dumps(list(papers)),),
    )
    return [
        Mentioned(row["paper"], row["author"], row["sentence"], row["url"], row["source"])
        for row in rows
    ]


def papers_mentioned_on(db: Database, day: date) -> list[int]:
    """List the papers that a post pointed at, as this library saw it on that day."""
    rows = db.read(
        """
        SELECT DISTINCT i.paper FROM mentions AS m JOIN identifiers AS i ON i.id = m.identifier
        JOIN posts AS p ON p.id = m.post WHERE m.seen_on = ? AND p.author != '' ORDER BY i.paper
        """,
        (day.isoformat(),),
    )
    return [row["paper"] for row in rows]
