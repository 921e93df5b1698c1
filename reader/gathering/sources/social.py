"""Read posts and votes: Mastodon, Bluesky, Reddit, Hacker News, Hugging Face.

Read statuses as Mastodon's API gives them: an account's, a tag's or a list's timeline.

`/api/v1/accounts/<id>/statuses`, `/api/v1/timelines/…`, one status, a search, or a status's
context. Fields after docs.joinmastodon.org/entities/Status; other servers of the Fediverse
answer in the same form.

Read posts as Bluesky's public API gives them: an author's, a list's or a custom feed.

`app.bsky.feed.getAuthorFeed`, `getFeed`, `getListFeed`, `searchPosts`, `getPosts`,
`getPostThread`, or one post. Fields after the lexicons of the AT Protocol
(atproto.com, app.bsky.feed.defs): facets count bytes of UTF-8, not characters.

Read Reddit: a subreddit's, a person's or a post's listing, as RSS or as JSON.

The feeds (`/r/<name>/.rss`) were tried on recorded ones; the JSON (`/r/<name>/new.json`) is
read after reddit.com/dev/api and was not tried on real bytes.

Read Hacker News: the JSON of its search at hn.algolia.com, or hnrss's feeds.

`https://hn.algolia.com/api/v1/search_by_date?query=arxiv.org&tags=story`. Fields after
hn.algolia.com/api; not tried on real bytes.

Read Hugging Face's daily papers: arXiv papers with the votes that they got.

`https://huggingface.co/api/daily_papers`. Nobody says anything there: the entries are a
list's, without author. An archive of the list keeps each entry as the text of a Python
dict; that form is read too.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html import escape, unescape

from reader.base.messages import say
from reader.base.text import plain
from reader.gathering.post import ListPage, PostParts, make_posts
from reader.gathering.sources.answer import (
    Thing,
    count,
    inner,
    moment_of,
    moment_of_seconds,
    not_this,
    objects,
    read_json,
)
from reader.gathering.sources.answer import text as field
from reader.gathering.sources.feed import read_posts
from reader.library.ids import parse_id
from reader.library.paper import Mention, Paper, Post, PostKind


def read_mastodon(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read statuses in their order. Raises SourceFailed for what holds none.

    A boost is a repost by the account that passed it on, with the words of the first
    author; a thread that goes on under one's own status is a post, not a reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    statuses = _statuses(answer)
    if not statuses and answer != [] and not _is_empty_search(answer):
        raise not_this(source, say("kind_of.mastodon"))
    # Who is not named is the source: only an entry of a list is nobody's.
    return make_posts(
        said if said.author else replace(said, author=source) for said in map(_said, statuses)
    )


def _statuses(answer: object) -> list[Thing]:
    if isinstance(answer, dict) and "content" not in answer:
        found = [answer.get(name) for name in ("statuses", "ancestors", "descendants")]
        listed = [status for part in found for status in objects(part)]
    else:
        listed = objects([answer] if isinstance(answer, dict) else answer)
    return [status for status in listed if "content" in status or "reblog" in status]


def _is_empty_search(answer: object) -> bool:
    return isinstance(answer, dict) and answer.get("statuses", answer.get("ancestors")) == []


def _said(status: Thing) -> PostParts:
    boosted = inner(status, "reblog")
    said = _own(boosted or status)
    if boosted:
        # The boost has an identity of its own: the same status may be boosted by several.
        guid = field(status, "uri", "url", "id")
        return replace(said, guid=guid, author=_author(status), kind="repost")
    quote = inner(status, "quote")
    quoted = inner(quote, "quoted_status") or (quote if "content" in quote else {})
    if quoted:
        body = _RE_LINE.sub("", said.body)
        return replace(said, body=body, quoted=field(quoted, "content"), kind="quote")
    to = field(status, "in_reply_to_account_id")
    is_reply = bool(field(status, "in_reply_to_id")) and to != field(inner(status, "account"), "id")
    return replace(said, kind="reply") if is_reply else said


# What Mastodon 4.5 puts before a quote for servers that do not know quotes.
_RE_LINE = re.compile(r'\A\s*<p class="quote-inline">.*?</p>', re.DOTALL)


def _own(status: Thing) -> PostParts:
    return PostParts(
        guid=field(status, "uri", "url", "id"),
        author=_author(status),
        title=field(status, "spoiler_text"),
        body=field(status, "content"),
        url=field(status, "url", "uri"),
        posted_at=moment_of([field(status, "created_at")]),
        links=(field(inner(status, "card"), "url"),),
        n_votes=count(status, "favourites_count"),
    )


def _author(status: Thing) -> str:
    account = inner(status, "account")
    return field(account, "display_name") or f"@{field(account, 'acct', 'username')}".rstrip("@")


def read_bluesky(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts in their order. Raises SourceFailed for what holds none.

    A repost is by the one who passed it on, with the words of the first author; a thread
    that goes on under one's own post is a post, not a reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    views = _views(answer)
    if views is None and answer != []:
        raise not_this(source, say("kind_of.bluesky"))
    return make_posts(_by_somebody(_bluesky_said(view), source) for view in views or [])


def _by_somebody(said: PostParts, source: str) -> PostParts:
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


def _bluesky_said(view: Thing) -> PostParts:
    post = inner(view, "post")
    said = _bluesky_own(post)
    reason = inner(view, "reason")
    if field(reason, "$type").endswith("#reasonRepost"):
        by = inner(reason, "by")
        guid = field(reason, "uri") or f"{said.guid}#repost-{field(by, 'did', 'handle')}"
        return replace(said, guid=guid, author=_name(by), kind="repost")
    if said.kind == "post" and _is_reply(post):
        return replace(said, kind="reply")
    return said


def _bluesky_own(post: Thing) -> PostParts:
    record = inner(post, "record")
    uri = field(post, "uri")
    author = inner(post, "author")
    quote = _quoted(post)
    quoted = inner(quote, "value")
    return PostParts(
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


def read_reddit(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts and comments; a crosspost under the same title is a repost, else a quote."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    listings = objects(answer if isinstance(answer, list) else [answer])
    if not listings or any("children" not in inner(listing, "data") for listing in listings):
        raise not_this(source, say("kind_of.reddit"))
    children = [c for one in listings for c in objects(inner(one, "data").get("children"))]
    return make_posts(
        _reddit_said(inner(c, "data")) for c in children if field(c, "kind") in ("t1", "t3")
    )


def _reddit_said(data: Thing) -> PostParts:
    parents = objects(data.get("crosspost_parent_list"))
    page = field(data, "permalink")
    is_comment = "body" in data
    return PostParts(
        guid=field(data, "name", "id"),
        author=f"/u/{field(data, 'author')}",
        title=unescape(field(data, "title")),
        body=unescape(field(data, "body") if is_comment else field(data, "selftext")),
        is_html=False,
        url=f"https://www.reddit.com{page}" if page else field(data, "url"),
        posted_at=moment_of_seconds(data.get("created_utc")),
        links=_reddit_links(data, parents),
        kind=_kind(data, parents, is_comment=is_comment),
        n_votes=count(data, "score", "ups"),
    )


def _reddit_links(data: Thing, parents: list[Thing]) -> tuple[str, ...]:
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


def read_hn(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read stories and comments. A comment mentions what it says and what its story links."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, list):
        raise not_this(source, say("kind_of.hn"))
    return make_posts(_hn_said(hit) for hit in objects(hits))


def _hn_said(hit: Thing) -> PostParts:
    id_, comment = field(hit, "objectID"), field(hit, "comment_text")
    url = f"https://news.ycombinator.com/item?id={id_}" if id_ else field(hit, "url")
    seconds = moment_of_seconds(hit.get("created_at_i"))
    return PostParts(
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


def read_hf(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the day's papers as posts of nobody, with their votes, in the list's order.

    The papers are whole but for arXiv's classes and comment, which the list does not have.
    """
    answer = read_json(content, source=source, content_type=content_type)
    listed = answer if isinstance(answer, list) else []
    entries = objects([_python(item) if isinstance(item, str) else item for item in listed])
    entries = [e for e in entries if field(inner(e, "paper") or e, "id")]
    if not isinstance(answer, list) or (listed and not entries):
        raise not_this(source, say("kind_of.hf"))
    posts: dict[str, Post] = {}
    papers: dict[str, Paper] = {}
    for entry in entries:
        about = inner(entry, "paper") or entry
        number, title = field(about, "id"), plain(field(about, "title"))
        name = plain(number)
        found = parse_id(number)
        id_ = found.id if found and found.id.startswith("arxiv:") else ""
        shown = title or plain(field(entry, "title"))
        posts[number] = Post(
            guid=name or shown,
            author="",
            text=shown,
            url=f"https://huggingface.co/papers/{name}",
            posted_at=moment_of([field(about, "submittedOnDailyAt"), field(entry, "publishedAt")]),
            mentions=(Mention(id_),) if id_ else (),
            n_votes=count(about, "upvotes"),
        )
        if id_ and title:
            names = (plain(field(author, "name")) for author in objects(about.get("authors")))
            at = moment_of([field(about, "publishedAt")])
            papers[id_] = Paper(
                ids=(id_,),
                title=title,
                authors=tuple(filter(None, names)),
                abstract=plain(field(about, "summary")),
                published_on=at.date() if at else None,
            )
    return ListPage(tuple(posts.values()), tuple(papers.values()))


# Only what a dict of texts and numbers is made of: the parser of Python must never see
# foreign text that holds anything else (a thousand brackets or minus signs stop it).
_TOKEN = re.compile(
    r"""(?P<open>[\[{]) | (?P<close>[\]}]) | [,:]\s* | \s+ | True|False|None
    | -?\d{1,15}(?:\.\d{1,15})?
    | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE,
)
_DEEPEST = 20


def _python(text: str) -> object:
    """Read a Python dict that was written into JSON as text; None if it is anything else."""
    position = depth = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        depth += bool(token["open"]) - bool(token["close"])
        if not 0 <= depth <= _DEEPEST:
            return None
        position = token.end()
    try:
        found: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return found
