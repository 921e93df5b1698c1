"""Know what the makers of feeds put around a person's words, and take it off.

RSS has no field for a repost, a quote or a score, so each service writes them into the
title or the body in its own way. Written after recorded feeds of Nitter, Tumblr, Reddit and
Lemmy, and after the source text of Nitter (quotes) and hnrss. What is not recognised
stays as it is: an own post.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from reader.plain import html_to_text, plain
from reader.sources.post import Said


def tidy(said: Said, owner: str) -> Said:
    """Take one service's habits off an entry; owner: whose feed it is."""
    for habit in _HABITS:
        tidied = habit(said, owner)
        if tidied is not None:
            return tidied
    return said


_NITTER = re.compile(r"(?:(?P<by>RT by)|(?P<to>R to)) @(?P<who>\w{1,40}): ?|Pinned: ")
_NITTER_QUOTE = re.compile(r"<hr\s*/?>\s*<blockquote>(.*?)(?:</blockquote>|\Z)", re.DOTALL)
_NITTER_STATUS = re.compile(r"/[A-Za-z0-9_]{1,15}/status/\d{5,20}(?:#m)?$")


def _nitter(said: Said, owner: str) -> Said | None:
    """Nitter: "RT by @who: …", "R to @who: …", "Pinned: …", and a quote below a line."""
    head = _NITTER.match(said.title)
    title = said.title[head.end() :] if head else said.title
    if head and head["by"]:
        return replace(said, title=title, author=f"@{head['who']}", kind="repost")
    if not _NITTER_STATUS.search(said.guid or said.url):
        return None
    quote = _NITTER_QUOTE.search(said.body)
    if quote:
        body = said.body[: quote.start()] + said.body[quote.end() :]
        return replace(said, title=title, body=body, quoted=quote[1], kind="quote")
    to = (head["who"] or "").lower() if head else ""
    is_reply = to not in ("", said.author.removeprefix("@").lower())  # else a thread goes on
    return replace(said, title=title, kind="reply" if is_reply else said.kind)


_PASSED_ON = re.compile(
    r"(?P<who>[^\n:]{0,80}?) ?\b(?:boosted|reposted|retweeted|reblogged|shared a status by)\b"
    r"(?P<whom>[^\n:]{0,80}):? ?"
)
_RT = re.compile(r"(?:RT|🔁|♻️?) @?[\w.@-]{1,80}: ?")


def _passed_on(said: Said, owner: str) -> Said | None:
    """Bridges: "Mio boosted Ada: …", "RT @ada: …"."""
    head = _PASSED_ON.match(said.title)
    who = head["who"].strip() if head else ""
    # Only whose feed it is passes on in it: "How we boosted accuracy" is a title.
    if head and who in owner and (who or head["whom"].strip()):
        title = said.title[head.end() :]
        return replace(said, title=title, author=who or owner, kind="repost")
    shown = said.title or html_to_text(said.body[:500])[0]
    if _RT.match(shown):
        title = _RT.sub("", said.title, count=1)
        return replace(said, title=title, author=owner or said.author, kind="repost")
    return None


_TUMBLR = re.compile(
    r"""\s*<p\s*>\s*<a\s[^<>]*class="tumblr_blog"[^<>]*>.*?</a\s*>\s*:\s*</p\s*>"""
)


def _tumblr(said: Said, owner: str) -> Said | None:
    """Tumblr: a link to the other blog, its words as a block quotation, then own ones."""
    head = _TUMBLR.match(said.body)
    if not head:
        return None
    below = said.body[head.end() :]
    end = below.rfind("</blockquote")
    cut = below.find(">", end) + 1 if end >= 0 else len(below)
    own = below[cut:]
    if not plain(html_to_text(own)[0]):
        return replace(said, body=below, author=owner or said.author, kind="repost")
    author = owner or said.author
    return replace(said, title="", body=own, quoted=below[:cut], author=author, kind="quote")


_REDDIT = re.compile(
    r"""submitted\ by(?:\s|&\#32;)*<a\ href="https://www\.reddit\.com/user/[^<]*</a>.*\Z""",
    re.DOTALL | re.VERBOSE,
)


def _reddit(said: Said, owner: str) -> Said | None:
    """Reddit: "submitted by … [link] [comments]" at the end; [link] is what it is about."""
    tail = _REDDIT.search(said.body)
    if not tail:
        return None
    _, hrefs = html_to_text(tail[0])
    beside = (*said.links, *(h for h in hrefs if not _REDDIT_OWN.match(h)))
    return replace(said, body=said.body[: tail.start()], links=beside)


_REDDIT_OWN = re.compile(r"https?://(?:www|old)\.reddit\.com/(?:user|r)/")
_LEMMY = re.compile(
    r"""\s*submitted\ by\ <a\ href="[^"<>]*">[^<>]*</a>\ to\ <a\ href="[^"<>]*">[^<>]*</a>
    <br\s*/?>(?P<points>-?\d{1,9})\ points?\ \|\ <a\ href="[^"<>]*">\d+\ comments?</a>(?:<br\s*/?>)?
    (?P<link><a\ href="[^"<>]*">[^<>]*</a>)?""",
    re.VERBOSE,
)


def _lemmy(said: Said, owner: str) -> Said | None:
    """Lemmy: "submitted by … to … | 180 points | 19 comments", then the link and the words."""
    head = _LEMMY.match(said.body)
    if not head:
        return None
    _, hrefs = html_to_text(head["link"] or "")
    points = max(int(head["points"]), 0)
    author = _LEMMY_USER.sub(r"@\2@\1", said.author)
    links = (*said.links, *hrefs)
    return replace(said, body=said.body[head.end() :], author=author, links=links, n_votes=points)


_LEMMY_USER = re.compile(r"\Ahttps?://([\w.:-]{1,100})/u/([\w.-]{1,100})\Z")
_FEDIVERSE = re.compile(r"https?://([\w.:-]{1,100})/@([\w.-]{1,100})/\d{5,30}\Z")


def _tag_feed(said: Said, owner: str) -> Said | None:
    """Mastodon's feed of a tag: many people, whom only the addresses tell apart."""
    place = _FEDIVERSE.match(said.url)
    if not place or not owner.startswith("#") or said.author != owner:
        return None
    return replace(said, author=f"@{place[2]}@{place[1]}")


_HNRSS = re.compile(
    r"""(?:<p>Article\ URL:\ <a\ href="(?P<url>[^"<>]*)">[^<>]*</a></p>\s*)?
    <p>Comments\ URL:\ <a\ href="[^"<>]*">[^<>]*</a></p>\s*
    <p>Points:\ (?P<points>\d{1,9})</p>\s*<p>\#\ Comments:\ \d+</p>""",
    re.VERBOSE,
)


def _hnrss(said: Said, owner: str) -> Said | None:
    """Read hnrss: article and comments as addresses, then points."""
    tail = _HNRSS.search(said.body)
    if not tail:
        return None
    body = said.body[: tail.start()] + said.body[tail.end() :]
    links = (*said.links, *([tail["url"]] if tail["url"] else []))
    return replace(said, body=body, links=links, n_votes=int(tail["points"]))


_HABITS: tuple[Callable[[Said, str], Said | None], ...] = (
    _nitter, _tumblr, _reddit, _lemmy, _tag_feed, _hnrss, _passed_on,
)  # fmt: skip
