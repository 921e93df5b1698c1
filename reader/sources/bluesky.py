"""Read posts as Bluesky's public API gives them: an author's, a list's or a custom feed.

`app.bsky.feed.getAuthorFeed`, `getFeed`, `getListFeed`, `searchPosts`, `getPosts`,
`getPostThread`, or one post. Fields after the lexicons of the AT Protocol
(atproto.com, app.bsky.feed.defs): facets count bytes of UTF-8, not characters.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from reader.paper import Post
from reader.phrases import say
from reader.sources.json_answer import Thing, count, inner, moment_of, not_this, objects, read_json
from reader.sources.json_answer import text as field
from reader.sources.post import Said, make_posts


def read_bluesky(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts in their order. Raises SourceFailed for what holds none.

    A repost is by the one who passed it on, with the words of the first author; a thread
    that goes on under one's own post is a post, not a reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    views = _views(answer)
    if views is None and answer != []:
        raise not_this(source, say("kind_of.bluesky"))
    return make_posts(_by_somebody(_said(view), source) for view in views or [])


def _by_somebody(said: Said, source: str) -> Said:
    """Name the source where nobody is named: only an entry of a list is nobody's."""
    return said if said.author else replace(said, author=source)


def _views(answer: object) -> list[Thing] | None:
    """List views of the form {post, reason}; None where the answer is of no known form."""
    if not isinstance(answer, dict):
        listed = objects(answer)
        return [v for item in listed for v in _views(item) or []] or None
    if isinstance(answer.get("feed"), list):
        return [v for v in objects(answer["feed"]) if inner(v, "post", "record")]
    if isinstance(answer.get("posts"), list):
        return [{"post": p} for p in objects(answer["posts"]) if inner(p, "record")]
    if inner(answer, "thread", "post"):
        thread = inner(answer, "thread")
        below = [reply for reply in objects(thread.get("replies")) if inner(reply, "post")]
        return [{"post": view["post"]} for view in (thread, *below)]
    if inner(answer, "post", "record"):
        return [answer]
    return [{"post": answer}] if inner(answer, "record") else None


def _said(view: Thing) -> Said:
    post = inner(view, "post")
    said = _own(post)
    reason = inner(view, "reason")
    if field(reason, "$type").endswith("#reasonRepost"):
        by = inner(reason, "by")
        guid = field(reason, "uri") or f"{said.guid}#repost-{field(by, 'did', 'handle')}"
        return replace(said, guid=guid, author=_name(by), kind="repost")
    if said.kind == "post" and _is_reply(post):
        return replace(said, kind="reply")
    return said


def _own(post: Thing) -> Said:
    record = inner(post, "record")
    uri = field(post, "uri")
    author = inner(post, "author")
    quote = _quoted(post)
    quoted = inner(quote, "value")
    return Said(
        guid=uri or field(post, "cid"),
        author=_name(author),
        body=_markup(record),
        url=_address(uri, author),
        posted_at=moment_of([field(record, "createdAt"), field(post, "indexedAt")]),
        links=(*_beside(record), *_beside(quoted)),
        quoted=_markup(quoted),
        kind="quote" if quote or _POST in _quoted_uri(record) else "post",
        n_votes=count(post, "likeCount"),
    )


_POST = "/app.bsky.feed.post/"


def _name(author: Thing) -> str:
    return field(author, "displayName") or f"@{field(author, 'handle', 'did')}".rstrip("@")


def _address(uri: str, author: Thing) -> str:
    """Turn at://did:…/app.bsky.feed.post/key into the address of the page."""
    repo, _, key = uri.removeprefix("at://").partition(_POST)
    who = field(author, "handle") or repo
    return f"https://bsky.app/profile/{who}/post/{key}" if key else ""


def _is_reply(post: Thing) -> bool:
    parent = field(inner(post, "record", "reply", "parent"), "uri")
    own = field(inner(post, "author"), "did") or _repo(field(post, "uri"))
    return bool(parent) and _repo(parent) != own


def _repo(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]


def _quoted_uri(record: Thing) -> str:
    embed = inner(record, "embed")
    return field(inner(embed, "record", "record"), "uri") or field(inner(embed, "record"), "uri")


def _quoted(post: Thing) -> Thing:
    """Give the view of the post that this one quotes; empty: none, or not shown."""
    record = inner(post, "embed", "record")
    record = inner(record, "record") or record
    return record if inner(record, "value") and _POST in field(record, "uri") else {}


def _beside(record: Thing) -> tuple[str, ...]:
    """Give the address of the card below a post."""
    embed = inner(record, "embed")
    cards = (inner(embed, "external"), inner(embed, "media", "external"))
    return tuple(uri for card in cards if (uri := field(card, "uri")))


def _markup(record: Thing) -> str:
    """Write a record's text as HTML, its links as links: shortened ones become whole so."""
    raw = field(record, "text").encode("utf-8", "replace")
    pieces, position = [], 0
    for start, end, uri in sorted(_links(record, len(raw))):
        if start >= position:
            shown = _html(raw[start:end])
            pieces += [_html(raw[position:start]), f'<a href="{escape(uri)}">{shown}</a>']
            position = end
    return "".join([*pieces, _html(raw[position:])])


def _links(record: Thing, n_bytes: int) -> list[tuple[int, int, str]]:
    found = []
    for facet in objects(record.get("facets")):
        start = count(inner(facet, "index"), "byteStart")
        end = count(inner(facet, "index"), "byteEnd")
        uris = [field(feature, "uri") for feature in objects(facet.get("features"))]
        uri = next((u for u in uris if u), "")
        if uri and start is not None and end is not None and start < end <= n_bytes:
            found.append((start, end, uri))
    return found


def _html(raw: bytes) -> str:
    return escape(raw.decode("utf-8", "replace")).replace("\n", "<br>")
