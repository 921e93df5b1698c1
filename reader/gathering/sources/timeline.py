"""Read a timeline or a blog: posts, and the papers that each points at.

RSS 0.9 to 2.0, Atom and JSON Feed 1.1. Short addresses (t.co) are not followed here;
nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reader.gathering.post import PostParts, make_posts
from reader.gathering.sources.feed import (
    Thing,
    moment,
    moment_of,
    not_but,
    objects,
    parse_feed,
    read_json,
    refusal,
    text,
    tidy,
    to_utf8,
)
from reader.library.paper import Post


def read_posts(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read all posts of a feed, as it orders them; none if it holds none.

    content_type: the header, for its charset. Raises SourceFailed for what is no feed.
    Posts with one guid are one post if they say the same, else the guid gets a suffix.
    """
    return make_posts(
        said for said, _ in said_of_entries(content, source=source, content_type=content_type)
    )


def said_of_entries(
    content: bytes, *, source: str, content_type: str = ""
) -> Iterator[tuple[PostParts, Any]]:
    """Give what a feed says of each entry, beside all of the entry's own fields: a dict."""
    if content.lstrip()[:1] in (b"{", b"["):
        yield from _json_entries(content, source, content_type)
        return
    feed = parse_feed(content, source=source, content_type=content_type)
    owner = feed.channel.get("title", "")
    for entry in feed.entries:
        yield tidy(_xml_entry(entry, owner), owner), entry


def _xml_entry(entry: Any, feed_title: str) -> PostParts:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    body = next((b for b in bodies if b.get("value")), {"value": entry.get("summary", "")})
    links = entry.get("links", ())
    return PostParts(
        guid=entry.get("id", ""),
        author=entry.get("author") or feed_title,
        title=entry.get("title", ""),
        body=body.get("value") or "",
        is_html=body.get("type") != "text/plain",
        url=entry.get("link", ""),
        # dict.get: feedparser's own gives one for the other, with a warning.
        posted_at=moment(dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")),
        links=tuple(link.get("href", "") for link in links if link.get("rel") in _TELLING),
    )


_TELLING = ("alternate", "enclosure", "related", "via")


def _json_entries(
    content: bytes, source: str, content_type: str
) -> Iterator[tuple[PostParts, Thing]]:
    feed = read_json(content, source=source, content_type=content_type)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in text(feed, "version"):
        raise refusal(source, not_but("answer.no_feed", to_utf8(content, content_type)))
    author = _json_author(feed) or text(feed, "title")
    return ((_json_entry(item, author), item) for item in objects(items))


def _json_entry(item: Thing, feed_author: str) -> PostParts:
    html = text(item, "content_html")
    attached = objects(item.get("attachments"))
    return PostParts(
        guid=text(item, "id"),
        author=_json_author(item) or feed_author,
        title=text(item, "title"),
        body=html or text(item, "content_text", "summary"),
        is_html=bool(html),
        url=text(item, "url", "external_url"),
        posted_at=moment_of([text(item, "date_published"), text(item, "date_modified")]),
        links=(text(item, "external_url"), *(text(thing, "url") for thing in attached)),
    )


def _json_author(thing: Thing) -> str:
    authors = objects(thing.get("authors")) or objects([thing.get("author")])
    return text(authors[0], "name") if authors else ""
