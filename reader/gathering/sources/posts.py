"""Make a post of what a format said of it: plain text, papers with their sentence, links.

One way for all formats, so that a paper is found alike in each. A post without a paper is
a post too: counting is the caller's. Knows no format and fetches nothing.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from reader.base.text import html_to_text, plain, plain_lines
from reader.gathering.post import ADDRESS, is_label
from reader.library.ids import find_ids, url_of
from reader.library.paper import Mention, Paper, Post, PostKind

MAX_SENTENCE = 300
MAX_TEXT = 20_000
"""Longer posts are whole articles: their ids are all found, their text is kept this far."""
MAX_LINKS = 200


@dataclass(frozen=True, slots=True)
class PostParts:
    """What a format says of one post.

    quoted: the post below it that these words are about, as markup. The papers in it are
    mentioned by the words above it.
    links: addresses that stand beside the words, such as an attachment's.
    """

    guid: str
    author: str
    body: str
    is_html: bool = True
    title: str = ""
    url: str = ""
    posted_at: datetime | None = None
    links: tuple[str, ...] = ()
    quoted: str = ""
    kind: PostKind = "post"
    n_votes: int | None = None


def make_post(said: PostParts) -> Post:
    """Turn what was said into a post that is safe to print."""
    body, hrefs = _to_text(said.body, is_html=said.is_html)
    marked = body
    if said.is_html and any(find_ids(href) for href in hrefs):
        marked, _ = html_to_text(_ANCHOR.sub(_mark, said.body))
    title = plain(html_to_text(said.title)[0])
    if _is_told_by(title, body):
        title = ""
    quoted, quoted_hrefs = html_to_text(said.quoted)
    own = f"{title}\n\n{body}".strip()
    text = f"{own}\n\n> {quoted}".strip() if quoted else own
    url = plain(said.url or next(iter(said.links), ""))
    beside = [*hrefs, *said.links, said.url, *_addresses(quoted), *quoted_hrefs]
    return Post(
        guid=plain(said.guid)[:500] or url or _hash(text),
        author=plain(html_to_text(said.author)[0]),
        text=text[:MAX_TEXT],
        url=url,
        posted_at=said.posted_at,
        mentions=tuple(_mentions(f"{title}\n\n{marked}".strip(), [*beside, quoted])),
        kind=said.kind,
        links=_without_ids([*_addresses(own), *beside], url),
        n_votes=said.n_votes,
    )


def make_posts(said: Iterable[PostParts]) -> tuple[Post, ...]:
    """Make posts, in the order given.

    Posts with one guid are one post if they say the same, else the guid gets a suffix.
    """
    posts: dict[str, Post] = {}
    for post in map(make_post, said):
        if post.guid in posts and posts[post.guid].text != post.text:
            post = replace(post, guid=f"{post.guid}#{_hash(post.text)}")
        posts.setdefault(post.guid, post)
    return tuple(posts.values())


def own_words(text: str) -> str:
    """Take the addresses out of some text, and cut it; "" if no words are left."""
    bare = _OPENED.sub(r"\1", _EMPTY_BRACKETS.sub("", ADDRESS.sub("", text)))
    words = _LOOSE_END.sub(r"\1", plain(bare).strip(" :;,-–—→>|•*"))
    if not re.search(r"\w", words) or is_label(words):
        return ""
    if len(words) <= MAX_SENTENCE:
        return words
    cut = words[: MAX_SENTENCE - 1]
    space = cut.rfind(" ", MAX_SENTENCE - 60)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


def _to_text(body: str, *, is_html: bool) -> tuple[str, tuple[str, ...]]:
    return html_to_text(body) if is_html else (plain_lines(body), ())


def _is_told_by(title: str, body: str) -> bool:
    """Tell whether a title is only the beginning of its text again, as timelines make it."""
    said = title.rstrip("….")
    return bool(said) and "".join(said.split()) in "".join(body.split())


# Linear on any text: what stands between "<a" and "href" holds no "<".
_ANCHOR = re.compile(
    r"""<a\s[^<>]*?href\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE
)


def _mark(match: re.Match[str]) -> str:
    """Set a link's address before it, so that it is known where in the text it stands."""
    return f" {match[1] or match[2] or match[3] or ''} {match[0]}"


def _mentions(text: str, beside: Iterable[str]) -> Iterator[Mention]:
    """Give each paper once: those in the text with their sentence, then those beside it."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    found = find_ids(text)
    starts = [f.start for f in found]
    seen: set[str] = set()
    for here in found:
        if here.id not in seen:
            seen.add(here.id)
            yield Mention(here.id, _sentence(text, ends, starts, (here.start, here.end)))
    for other in (other for link in beside for other in find_ids(link)):
        if other.id not in seen:
            seen.add(other.id)
            yield Mention(other.id, own_words(text[:_AROUND]))


_SENTENCE_END = re.compile(r"[.!?…]+[\"')\]]*\s+|[。！？]+[」』）]*\s*|\n+")
_AROUND = 2 * MAX_SENTENCE
# What may stand before the words: "Great work:\n<address>", or after: "<address>\nGreat work".
_NEIGHBOURS = (0, -1, -2, 1)


def _sentence(text: str, ends: list[int], starts: list[int], place: tuple[int, int]) -> str:
    """Give the person's own words around a place: its sentence, or the nearest if empty.

    ends: of all sentences. starts: of all identifiers. A neighbour in which another paper
    stands is about that one, and so may be what stands before it.
    """
    bounds = [0, *ends, len(text)]
    here = bisect_right(bounds, place[0]) - 1
    for i in (here + step for step in _NEIGHBOURS):
        if not 0 <= i < len(bounds) - 1:
            continue
        first, last = max(bounds[i], place[0] - _AROUND), min(bounds[i + 1], place[1] + _AROUND)
        words = own_words(text[first:last])
        if words and i != here and _is_between(starts, bounds[i], bounds[i + 1]):
            return ""
        if words:
            return words
    return ""


def _is_between(starts: list[int], first: int, last: int) -> bool:
    return bisect_left(starts, first) < bisect_left(starts, last)


_LOOSE_END = re.compile(r"[ :;,–—→-]+([.!?。！？]+)$")  # "See: <address>." without the address
_OPENED = re.compile(r"([(\[（「『【]) +")
_EMPTY_BRACKETS = re.compile(r"[(\[（「『【<]\s*[)\]）」』】>]")
_HTTP = re.compile(r"https?://[!-~]{1,1000}", re.IGNORECASE)


def _addresses(text: str) -> list[str]:
    return [match[0].rstrip(".,;:!?'\")]}>") for match in _HTTP.finditer(text)]


def _without_ids(links: Iterable[str], own: str) -> tuple[str, ...]:
    """Keep the web addresses that name no paper as they stand, each once."""
    found = dict.fromkeys(plain(link) for link in links)
    found.pop(own, None)
    return tuple(u for u in found if _HTTP.fullmatch(u) and not find_ids(u))[:MAX_LINKS]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def entry_of(paper: Paper) -> Post:
    """Make the entry of a list of papers: nobody's words, and a mention of the paper."""
    return Post(
        guid=paper.id,
        author="",
        text=paper.title,
        url=url_of(paper.id),
        posted_at=None,
        mentions=(Mention(paper.id),),
    )
