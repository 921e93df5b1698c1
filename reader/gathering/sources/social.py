"""Read posts and votes: Mastodon, Bluesky, Reddit, Hacker News, Hugging Face.

Mastodon: statuses as its API gives them, `/api/v1/accounts/<id>/statuses`,
`/api/v1/timelines/…`, one status, a search, or a status's context. Fields after
docs.joinmastodon.org/entities/Status; other servers of the Fediverse answer in the same form.

Bluesky: posts as its public API gives them, `app.bsky.feed.getAuthorFeed`, `getFeed`,
`getListFeed`, `searchPosts`, `getPosts`, `getPostThread`, or one post. Fields after the lexicons
of the AT Protocol (atproto.com, app.bsky.feed.defs): facets count bytes of UTF-8, not characters.

Reddit: a subreddit's, a person's or a post's listing. The feeds (`/r/<name>/.rss`) were tried on
recorded ones; the JSON (`/r/<name>/new.json`) is read after reddit.com/dev/api, not tried on real
bytes.

Hacker News: the JSON of its search at hn.algolia.com, or hnrss's feeds.
`https://hn.algolia.com/api/v1/search_by_date?query=arxiv.org&tags=story`. Fields after
hn.algolia.com/api; not tried on real bytes.

Hugging Face: its daily papers with their votes, `https://huggingface.co/api/daily_papers`.
The entries of this list have no author. An archive of the list has each entry as the text of a
Python dict; that form is read too.
"""

from __future__ import annotations

import ast
import re
from html import escape, unescape

from reader.base.messages import lazy_gettext
from reader.base.text import plain
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
from reader.library.post import ListPage, PostParts, make_posts


def read_mastodon(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read statuses in their order. Raises SourceFailed for an answer of another form.

    A boost is a repost by the account that boosted, with the words of the first author; a thread
    that goes on under one's own status is a post and no reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    is_empty = answer == []
    if isinstance(answer, dict) and "content" not in answer:
        names = ("statuses", "ancestors", "descendants")
        listed = [status for name in names for status in objects(answer.get(name))]
        is_empty = answer.get("statuses", answer.get("ancestors")) == []
    else:
        listed = objects([answer] if isinstance(answer, dict) else answer)
    statuses = [status for status in listed if "content" in status or "reblog" in status]
    if not statuses and not is_empty:
        raise not_this(source, lazy_gettext("Mastodon posts"))
    return make_posts(_status(status, source) for status in statuses)


# Mastodon 4.5 puts this line before a quote, for servers that have no quotes.
_RE_LINE = re.compile(r'\A\s*<p class="quote-inline">.*?</p>', re.DOTALL)


def _status(status: Thing, source: str) -> PostParts:
    boosted = inner(status, "reblog")
    shown = boosted or status
    quote: Thing = {} if boosted else inner(status, "quote")
    quoted = inner(quote, "quoted_status") or (quote if "content" in quote else {})
    account = inner(status, "account")
    to = field(status, "in_reply_to_account_id")
    kind: PostKind = "post"
    if boosted:
        kind = "repost"
    elif quoted:
        kind = "quote"
    elif field(status, "in_reply_to_id") and to != field(account, "id"):
        kind = "reply"
    body, name = field(shown, "content"), field(account, "acct", "username")
    return PostParts(
        # A boost has a guid of its own, since several accounts may boost one status.
        guid=field(status, "uri", "url", "id"),
        # An account without a name is the source; only entries of lists have no author.
        author=field(account, "display_name") or (f"@{name}" if name else source),
        title=field(shown, "spoiler_text"),
        body=_RE_LINE.sub("", body) if quoted else body,
        url=field(shown, "url", "uri"),
        posted_at=moment_of([field(shown, "created_at")]),
        links=(field(inner(shown, "card"), "url"),),
        quoted=field(quoted, "content"),
        kind=kind,
        n_votes=count(shown, "favourites_count"),
    )


def read_bluesky(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts in their order. Raises SourceFailed for an answer of another form.

    A repost is by the account that reposted, with the words of the first author; a thread that
    goes on under one's own post is a post and no reply.
    """
    answer = read_json(content, source=source, content_type=content_type)
    views = _views(answer)
    if views is None and answer != []:
        raise not_this(source, lazy_gettext("Bluesky posts"))
    return make_posts(_bluesky_post(view, source) for view in views or [])


def _views(answer: object) -> list[Thing] | None:
    """Collect views of the form {post, reason}; None for an answer of an unknown form."""
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


_POST = "/app.bsky.feed.post/"


def _bluesky_post(view: Thing, source: str) -> PostParts:
    post, reason = inner(view, "post"), inner(view, "reason")
    record, author = inner(post, "record"), inner(post, "author")
    uri = field(post, "uri")
    embedded = inner(post, "embed", "record")
    # A quote together with pictures is one level deeper.
    embedded = inner(embedded, "record") or embedded
    # The view of the quoted post, where it is shown.
    quoted = inner(embedded, "value") if _POST in field(embedded, "uri") else {}
    target = inner(record, "embed", "record")
    quoted_uri = field(inner(target, "record"), "uri") or field(target, "uri")
    parent = field(inner(record, "reply", "parent"), "uri")
    guid, by, kind = uri or field(post, "cid"), author, _kind_of_bluesky(uri, author, parent)
    if quoted or _POST in quoted_uri:
        kind = "quote"
    if field(reason, "$type").endswith("#reasonRepost"):
        by, kind = inner(reason, "by"), "repost"
        guid = field(reason, "uri") or f"{guid}#repost-{field(by, 'did', 'handle')}"
    # at://did:…/app.bsky.feed.post/key is a page by the account's name and the key.
    repo, _unused, key = uri.removeprefix("at://").partition(_POST)
    page = f"https://bsky.app/profile/{field(author, 'handle') or repo}/post/{key}"
    name = field(by, "handle", "did")
    return PostParts(
        guid=guid,
        author=field(by, "displayName") or (f"@{name}" if name else source),
        body=_markup(record),
        url=page if key else "",
        posted_at=moment_of([field(record, "createdAt"), field(post, "indexedAt")]),
        links=(*_cards(record), *_cards(quoted)),
        quoted=_markup(quoted),
        kind=kind,
        n_votes=count(post, "likeCount"),
    )


def _kind_of_bluesky(uri: str, author: Thing, parent: str) -> PostKind:
    """Return "reply" for a reply to somebody else, "post" for one to oneself."""
    of_parent, own = (u.removeprefix("at://").partition("/")[0] for u in (parent, uri))
    return "reply" if parent and of_parent != (field(author, "did") or own) else "post"


def _cards(record: Thing) -> tuple[str, ...]:
    """Get the address of the card below a post, () for none."""
    embed = inner(record, "embed")
    cards = (inner(embed, "external"), inner(embed, "media", "external"))
    return tuple(uri for card in cards if (uri := field(card, "uri")))


def _markup(record: Thing) -> str:
    """Turn a record's text into HTML with its links, which the text may show shortened."""
    # Facets count bytes of UTF-8, not characters.
    raw = field(record, "text").encode("utf-8", "replace")
    links = []
    for facet in objects(record.get("facets")):
        start = count(inner(facet, "index"), "byteStart")
        end = count(inner(facet, "index"), "byteEnd")
        uris = [field(feature, "uri") for feature in objects(facet.get("features"))]
        uri = next(filter(None, uris), "")
        if uri and start is not None and end is not None and start < end <= len(raw):
            links.append((start, end, uri))
    pieces, position = [], 0
    # Facets may overlap and come in any order; a link within another one is left out.
    for start, end, uri in sorted(links):
        if start >= position:
            before, shown = _html(raw[position:start]), _html(raw[start:end])
            pieces.append(f'{before}<a href="{escape(uri)}">{shown}</a>')
            position = end
    return "".join([*pieces, _html(raw[position:])])


def _html(raw: bytes) -> str:
    return escape(raw.decode("utf-8", "replace")).replace("\n", "<br>")


def read_reddit(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read posts and comments; a crosspost with the same title is a repost, else a quote."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    listings = objects(answer if isinstance(answer, list) else [answer])
    if not listings or any("children" not in inner(listing, "data") for listing in listings):
        raise not_this(source, lazy_gettext("a Reddit listing"))
    children = [c for one in listings for c in objects(inner(one, "data").get("children"))]
    return make_posts(
        _reddit_post(inner(c, "data")) for c in children if field(c, "kind") in ("t1", "t3")
    )


def _reddit_post(data: Thing) -> PostParts:
    parents = objects(data.get("crosspost_parent_list"))
    page, title = field(data, "permalink"), field(data, "title")
    kind: PostKind = "post"
    if "body" in data:
        kind = "reply"
    elif parents:
        kind = "repost" if field(parents[0], "title") == title else "quote"
    # A crosspost has the links of its first post too.
    places = [field(data, name) for name in ("url_overridden_by_dest", "url", "link_url")]
    places += [field(p, name) for p in parents for name in ("url_overridden_by_dest", "url")]
    places += [unescape(field(p, "selftext")) for p in parents]
    return PostParts(
        guid=field(data, "name", "id"),
        author=f"/u/{field(data, 'author')}",
        title=unescape(title),
        body=unescape(field(data, "body" if kind == "reply" else "selftext")),
        is_html=False,
        url=f"https://www.reddit.com{page}" if page else field(data, "url"),
        posted_at=moment_of_seconds(data.get("created_utc")),
        links=tuple(unescape(place) for place in places if place),
        kind=kind,
        n_votes=count(data, "score", "ups"),
    )


def read_hn(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read stories and comments; a comment also mentions the papers that its story links."""
    if content.lstrip()[:1] == b"<":
        return read_posts(content, source=source, content_type=content_type)
    answer = read_json(content, source=source, content_type=content_type)
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, list):
        raise not_this(source, lazy_gettext("a Hacker News search"))
    return make_posts(_hn_post(hit) for hit in objects(hits))


def _hn_post(hit: Thing) -> PostParts:
    id_, comment = field(hit, "objectID"), field(hit, "comment_text")
    at = moment_of([field(hit, "created_at")]) or moment_of_seconds(hit.get("created_at_i"))
    return PostParts(
        guid=id_,
        author=field(hit, "author"),
        title="" if comment else field(hit, "title"),
        body=comment or field(hit, "story_text"),
        url=f"https://news.ycombinator.com/item?id={id_}" if id_ else field(hit, "url"),
        posted_at=at,
        links=tuple(u for name in ("url", "story_url") if (u := field(hit, name))),
        kind="reply" if comment else "post",
        n_votes=count(hit, "points"),
    )


def read_hf(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the day's papers as posts without author, with their votes, in the list's order.

    The papers are complete except arXiv's classes and comment, which the list does not have.
    """
    answer = read_json(content, source=source, content_type=content_type)
    listed = answer if isinstance(answer, list) else []
    entries = objects([_python(item) if isinstance(item, str) else item for item in listed])
    entries = [e for e in entries if field(inner(e, "paper") or e, "id")]
    if not isinstance(answer, list) or (listed and not entries):
        raise not_this(source, lazy_gettext("Hugging Face's daily papers"))
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


# The tokens of a dict of texts and numbers. Python's parser must never get foreign text with
# anything else: a thousand brackets or minus signs end it.
_TOKEN = re.compile(
    r"""(?P<open>[\[{]) | (?P<close>[\]}]) | [,:]\s* | \s+ | True|False|None
    | -?\d{1,15}(?:\.\d{1,15})?
    | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*" """,
    re.VERBOSE,
)
_DEEPEST = 20


def _python(text: str) -> object:
    """Read a Python dict that was written into JSON as text; None for anything else."""
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
