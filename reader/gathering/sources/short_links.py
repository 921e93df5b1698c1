"""Follow short addresses (t.co and its kind) to the papers that they stand for.

Each is asked for once, as an address found in content: it never leads to a private one. It is
not read what stands at the end, only where that is. Knows no format and no store.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from reader.base.errors import SourceFailed
from reader.base.http.wire import Fetch, Request
from reader.gathering.post import own_words
from reader.library.ids import find_ids
from reader.library.paper import Mention, Post

MAX_BYTES = 4_000_000
"""A page at the end is read this far and thrown away. What is longer is mostly a PDF."""


@dataclass(frozen=True, slots=True)
class ResolvedPosts:
    """Posts whose short addresses were followed.

    posts: those given, with what was found added to their mentions; `links` are the short
    addresses that are still to be followed, and nothing else.
    targets: short address → where it led, of those asked for now.
    failures: why some could not be followed, by address.
    """

    posts: tuple[Post, ...]
    targets: Mapping[str, str]
    failures: Mapping[str, SourceFailed]


def resolve_links(
    fetch: Fetch,
    posts: Iterable[Post],
    *,
    hosts: frozenset[str],
    known: Mapping[str, str] | None = None,
    held_back: Collection[str] = (),
) -> ResolvedPosts:
    """Follow the links on these hosts; those in `known` are not asked for again.

    held_back: addresses that failed and whose time has not come: left for later.
    """
    targets: dict[str, str] = {}
    failures: dict[str, SourceFailed] = {}
    followed: list[Post] = []
    for post in posts:
        short = [link for link in post.links if is_short(link, hosts)]
        for link in short:
            if link in (known or {}) or link in targets or link in failures or link in held_back:
                continue
            try:
                targets[link] = follow(fetch, link)
            except SourceFailed as error:
                failures[link] = error
        followed.append(_with_targets(post, short, {**(known or {}), **targets}))
    return ResolvedPosts(tuple(followed), targets, failures)


def keep_short(posts: Iterable[Post], hosts: Collection[str]) -> tuple[Post, ...]:
    """Leave of the links of posts those that are to be followed."""
    return tuple(
        replace(post, links=tuple(link for link in post.links if is_short(link, hosts)))
        for post in posts
    )


def is_short(link: str, hosts: Collection[str]) -> bool:
    """Tell whether an address is on one of the hosts, and is more than its front page."""
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return host in hosts and len(parts.path) > 1


def follow(fetch: Fetch, link: str) -> str:
    """Give the address that a short one leads to in the end.

    Raises SourceFailed if it leads nowhere. An end that turns programs away, or is too long,
    is an end too where the failure names it.
    """
    source = f"short address {urlsplit(link).hostname}"
    try:
        return fetch(Request(link, source, max_bytes=MAX_BYTES, is_trusted=False)).url
    except SourceFailed as error:
        end = str(error.values.get("url", ""))
        if end in ("", link):
            raise
        return end


def _with_targets(post: Post, short: list[str], known: Mapping[str, str]) -> Post:
    seen = {mention.id for mention in post.mentions}
    added: list[Mention] = []
    for link in short:
        for found in find_ids(known.get(link, "")):
            if found.id not in seen:
                seen.add(found.id)
                added.append(Mention(found.id, _words(post.text, link)))
    left = tuple(link for link in short if link not in known)
    return replace(post, mentions=(*post.mentions, *added), links=left)


def _words(text: str, link: str) -> str:
    """Give the line that an address stands in, else the beginning."""
    lines = [line for line in text.split("\n") if link in line]
    return own_words(lines[0] if lines else "") or own_words(text[:600])
