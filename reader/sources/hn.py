"""Read Hacker News: the JSON of its search at hn.algolia.com, or hnrss's feeds.

`https://hn.algolia.com/api/v1/search_by_date?query=arxiv.org&tags=story`. Fields after
hn.algolia.com/api; not tried on real bytes.
"""

from __future__ import annotations

from reader.paper import Post
from reader.phrases import say
from reader.sources.json_answer import (
    Thing,
    count,
    moment_of,
    moment_of_seconds,
    not_this,
    objects,
    read_json,
)
from reader.sources.json_answer import text as field
from reader.sources.post import Said, make_posts
from reader.sources.timeline import read_posts


def read_hn(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read stories and comments. A comment mentions what it says and what its story links."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, list):
        raise not_this(source, say("kind_of.hn"))
    return make_posts(_said(hit) for hit in objects(hits))


def _said(hit: Thing) -> Said:
    id_, comment = field(hit, "objectID"), field(hit, "comment_text")
    url = f"https://news.ycombinator.com/item?id={id_}" if id_ else field(hit, "url")
    seconds = moment_of_seconds(hit.get("created_at_i"))
    return Said(
        guid=id_,
        author=field(hit, "author"),
        title="" if comment else field(hit, "title"),
        body=comment or field(hit, "story_text"),
        url=url,
        posted_at=moment_of([field(hit, "created_at")]) or seconds,
        links=tuple(u for name in ("url", "story_url") if (u := field(hit, name))),
        kind="reply" if comment else "post",
        n_votes=count(hit, "points"),
    )
