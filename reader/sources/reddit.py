"""Read Reddit: a subreddit's, a person's or a post's listing, as RSS or as JSON.

The feeds (`/r/<name>/.rss`) were tried on recorded ones; the JSON (`/r/<name>/new.json`) is
read after reddit.com/dev/api and was not tried on real bytes.
"""

from __future__ import annotations

from html import unescape

from reader.paper import Post, PostKind
from reader.phrases import say
from reader.sources.json_answer import (
    Thing,
    count,
    inner,
    moment_of_seconds,
    not_this,
    objects,
    read_json,
)
from reader.sources.json_answer import text as field
from reader.sources.post import Said, make_posts
from reader.sources.timeline import read_posts


def read_reddit(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts and comments; a crosspost under the same title is a repost, else a quote."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    listings = objects(answer if isinstance(answer, list) else [answer])
    if not listings or any("children" not in inner(listing, "data") for listing in listings):
        raise not_this(source, say("kind_of.reddit"))
    children = [c for one in listings for c in objects(inner(one, "data").get("children"))]
    return make_posts(_said(inner(c, "data")) for c in children if field(c, "kind") in ("t1", "t3"))


def _said(data: Thing) -> Said:
    parents = objects(data.get("crosspost_parent_list"))
    page = field(data, "permalink")
    is_comment = "body" in data
    return Said(
        guid=field(data, "name", "id"),
        author=f"/u/{field(data, 'author')}",
        title=unescape(field(data, "title")),
        body=unescape(field(data, "body") if is_comment else field(data, "selftext")),
        is_html=False,
        url=f"https://www.reddit.com{page}" if page else field(data, "url"),
        posted_at=moment_of_seconds(data.get("created_utc")),
        links=_links(data, parents),
        kind=_kind(data, parents, is_comment=is_comment),
        n_votes=count(data, "score", "ups"),
    )


def _links(data: Thing, parents: list[Thing]) -> tuple[str, ...]:
    names = ("url_overridden_by_dest", "url", "link_url")
    places = [field(data, name) for name in names]
    places += [field(p, name) for p in parents for name in ("url_overridden_by_dest", "url")]
    places += [unescape(field(p, "selftext")) for p in parents]
    return tuple(unescape(place) for place in places if place)


def _kind(data: Thing, parents: list[Thing], *, is_comment: bool) -> PostKind:
    if is_comment:
        return "reply"
    if not parents:
        return "post"
    return "repost" if field(parents[0], "title") == field(data, "title") else "quote"
