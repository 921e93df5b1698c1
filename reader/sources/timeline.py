"""Read a timeline or a blog: posts, and the papers that each points at.

RSS 0.9 to 2.0, Atom and JSON Feed 1.1. A post without a paper is a post too: counting is
the caller's. Short addresses (t.co) are not followed here; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from reader.ids import find_ids
from reader.paper import Mention, Post
from reader.plain import html_to_text, plain, plain_lines
from reader.sources.feed import moment, parse_feed, refusal, to_utf8, what_came

MAX_SENTENCE = 300
MAX_TEXT = 20_000
"""Longer posts are whole articles: their ids are all found, their text is kept this far."""


def read_posts(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read all posts of a feed, as it orders them; none if it holds none.

    content_type: the header, for its charset. Raises SourceFailed for what is no feed.
    Posts with one guid are one post if they say the same, else the guid gets a suffix.
    """
    if content.lstrip()[:1] in (b"{", b"["):
        entries = _json_entries(to_utf8(content, content_type), source)
    else:
        feed = parse_feed(content, source=source, content_type=content_type)
        author = feed.channel.get("title", "")
        entries = (_xml_entry(entry, author) for entry in feed.entries)
    posts: dict[str, Post] = {}
    for post in map(_post, entries):
        if post.guid in posts and posts[post.guid].text != post.text:
            post = replace(post, guid=f"{post.guid}#{_hash(post.text)}")
        posts.setdefault(post.guid, post)
    return tuple(posts.values())


@dataclass(frozen=True, slots=True)
class _Entry:
    guid: str
    author: str
    title: str
    body: str
    is_html: bool
    url: str
    posted_at: datetime | None
    links: tuple[str, ...]


def _xml_entry(entry: Any, feed_title: str) -> _Entry:
    bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    body = next((b for b in bodies if b.get("value")), {"value": entry.get("summary", "")})
    links = entry.get("links", ())
    return _Entry(
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


def _json_entries(content: bytes, source: str) -> Iterator[_Entry]:
    try:
        feed = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refusal(source, f"JSON that is damaged or breaks off ({error})"[:200]) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list) or "jsonfeed.org" not in _text(feed, "version"):
        raise refusal(source, what_came(content) + ", not a feed")
    author = _json_author(feed) or _text(feed, "title")
    return (_json_entry(item, author) for item in items if isinstance(item, dict))


def _json_entry(item: Mapping[str, Any], feed_author: str) -> _Entry:
    html = _text(item, "content_html")
    attachments = item.get("attachments")
    attached = attachments if isinstance(attachments, list) else []
    return _Entry(
        guid=_text(item, "id"),
        author=_json_author(item) or feed_author,
        title=_text(item, "title"),
        body=html or _text(item, "content_text") or _text(item, "summary"),
        is_html=bool(html),
        url=_text(item, "url") or _text(item, "external_url"),
        posted_at=_iso(_text(item, "date_published") or _text(item, "date_modified")),
        links=(
            _text(item, "external_url"),
            *(_text(thing, "url") for thing in attached if isinstance(thing, dict)),
        ),
    )


def _json_author(thing: Mapping[str, Any]) -> str:
    authors = thing.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else thing.get("author")
    return _text(first, "name") if isinstance(first, dict) else ""


def _text(thing: Mapping[str, Any], name: str) -> str:
    value = thing.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _post(entry: _Entry) -> Post:
    body, hrefs = _to_text(entry.body, entry)
    marked = body
    if any(find_ids(href) for href in hrefs):
        marked, _ = _to_text(_ANCHOR.sub(_mark, entry.body), entry)
    title = plain(html_to_text(entry.title)[0])
    if _is_told_by(title, body):
        title = ""
    text = f"{title}\n\n{body}".strip()[:MAX_TEXT]
    links = [*hrefs, *entry.links, entry.url]
    url = plain(entry.url or next(iter(entry.links), ""))
    return Post(
        guid=plain(entry.guid)[:500] or url or _hash(text),
        author=plain(html_to_text(entry.author)[0]),
        text=text,
        url=url,
        posted_at=entry.posted_at,
        mentions=tuple(_mentions(f"{title}\n\n{marked}".strip(), links)),
    )


def _to_text(body: str, entry: _Entry) -> tuple[str, tuple[str, ...]]:
    return html_to_text(body) if entry.is_html else (plain_lines(body), ())


def _is_told_by(title: str, body: str) -> bool:
    """Tell whether a title is only the beginning of its text again, as timelines make it."""
    said = _RETOLD.sub("", title).rstrip("….")
    return bool(said) and "".join(said.split()) in "".join(body.split())


_RETOLD = re.compile(r"^(?:RT by|R to|Pinned:?) ?@?\w*: ?")
# Linear on any text: what stands between "<a" and "href" holds no "<".
_ANCHOR = re.compile(
    r"""<a\s[^<>]*?href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE
)


def _mark(match: re.Match[str]) -> str:
    """Set a link's address before it, so that it is known where in the text it stands."""
    return f" {match[1] or match[2] or match[3] or ''} {match[0]}"


def _mentions(text: str, links: Iterable[str]) -> Iterator[Mention]:
    """Give each paper once: those in the text with their sentence, then those only linked."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    seen: set[str] = set()
    for found in find_ids(text):
        if found.id not in seen:
            seen.add(found.id)
            yield Mention(found.id, _sentence(text, ends, found.start, found.end))
    for found in (found for link in links for found in find_ids(link)):
        if found.id not in seen:
            seen.add(found.id)
            yield Mention(found.id, _own_words(text[:_AROUND]))


_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*\s+|[。！？]+[」』）]*\s*|\n+")
_AROUND = 2 * MAX_SENTENCE
# What may stand before the words: "Great work:\n<address>", or after: "<address>\nGreat work".
_NEIGHBOURS = (0, -1, -2, 1)


def _sentence(text: str, ends: list[int], start: int, end: int) -> str:
    """Give the person's own words around a place: its sentence, or the nearest if empty."""
    bounds = [0, *ends, len(text)]
    here = bisect_right(bounds, start) - 1
    for i in (here + step for step in _NEIGHBOURS):
        if 0 <= i < len(bounds) - 1:
            near = text[max(bounds[i], start - _AROUND) : min(bounds[i + 1], end + _AROUND)]
            if words := _own_words(near):
                return words
    return ""


_ADDRESS = re.compile(
    r"https?://[!-~]*(?:[\w/]|…)|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,12}/(?:[!-~]*[\w/])?…?",
    re.IGNORECASE | re.ASCII,
)
_LOOSE_END = re.compile(r"[ :;,–—→-]+([.!?。！？]+)$")  # "See: <address>." without the address
_EMPTY_BRACKETS = re.compile(r"[(\[（「『【<]\s*[)\]）」』】>]")


def _own_words(text: str) -> str:
    """Take the addresses out of some text, and cut it; "" if no words are left."""
    bare = _EMPTY_BRACKETS.sub("", _ADDRESS.sub("", text))
    words = _LOOSE_END.sub(r"\1", plain(bare).strip(" :;,-–—→>|•*"))
    if not re.search(r"\w", words):
        return ""
    if len(words) <= MAX_SENTENCE:
        return words
    cut = words[: MAX_SENTENCE - 1]
    space = cut.rfind(" ", MAX_SENTENCE - 60)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
