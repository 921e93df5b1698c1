"""Read what servers answer, RSS, Atom or JSON, without trusting its shape.

Read RSS and Atom bytes through feedparser, or say why they are no feed.

It gets bytes in a file object only: given a string or bare bytes, feedparser would take
them for an address or a file's name. Its HTML sanitiser is off: it needs 36 s for 0.8 MB
of "<!--", and what an entry holds is made plain text by `reader.base.text` anyway. This module
knows nothing of papers or posts.

Know what the makers of feeds put around a person's words, and take it off.

RSS has no field for a repost, a quote or a score, so each service writes them into the
title or the body in its own way. Written after recorded feeds of Nitter, Tumblr, Reddit and
Lemmy, and after the source text of Nitter (quotes) and hnrss. What is not recognised
stays as it is: an own post.

Read JSON of any place without trusting its shape, or say why it cannot be read.

What is there under another type than it should have counts as absent: these servers
change their answers without a word. This module knows nothing of papers or posts.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from calendar import timegm
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from reader.base.errors import SourceFailed
from reader.base.messages import say
from reader.base.text import html_to_text, plain
from reader.gathering.post import PostParts


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as feedparser gives it: dicts of the channel and of each entry."""

    channel: Any
    entries: Sequence[Any]


def parse_feed(content: bytes, *, source: str, content_type: str = "") -> ParsedFeed:
    """Parse a feed of any common kind; no entries is a feed too.

    content_type: the header, for its charset, which is believed only of bytes that are
    not UTF-8. Raises SourceFailed for what is no feed and for one that cannot be read to its
    end: it breaks off, its middle swallows entries, or its entities grow or lead elsewhere.
    """
    import feedparser  # here, since most kinds of source need only what stands below

    data = to_utf8(content, content_type)
    if not data.strip():
        raise refusal(source, say("answer.empty"))
    try:
        parsed = feedparser.parse(
            io.BytesIO(_without_entities(data, source)),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_FAULTS as error:
        what = say("answer.unreadable_feed", error=plain(repr(error))[:100])
        raise refusal(source, what) from error
    if not parsed.version:
        raise refusal(source, not_but("answer.no_feed", data))
    if parsed.bozo and not _END.search(data[-1000:]):
        raise refusal(source, say("answer.half_feed", n=len(parsed.entries)))
    if parsed.bozo and (n_begun := _n_begun(data)) > len(parsed.entries):
        what = say("answer.swallowed", n=len(parsed.entries), of=n_begun)
        raise refusal(source, what)
    return ParsedFeed(parsed.feed, parsed.entries)


def refusal(source: str, what: str) -> SourceFailed:
    """Blame the source for what came instead of a feed."""
    return SourceFailed(source=source, what=what, hint=say("answer.browser"))


def not_but(key: str, content: bytes) -> str:
    """Say what came in place of what was wanted. key: of a text that asks for `came`."""
    return say(key, came=what_came(content).rstrip(","))


def what_came(content: bytes) -> str:
    """Name what some bytes are, for the sentence that refuses them."""
    start = content[:2000].lstrip().lower()
    if not start:
        return say("came.nothing")
    if b"<!doctype html" in start or b"<html" in start:
        return say("came.html")
    if start.startswith(b"%pdf"):
        return say("came.pdf")
    if start[:1] in (b"{", b"["):
        return say("came.json")
    if start[:1] == b"<":
        return say("came.xml")
    return say("came.other", start=plain(start[:40].decode("utf-8", "replace")))


def moment(parsed: struct_time | None) -> datetime | None:
    """Turn feedparser's UTC time into an aware one; None for none or an impossible one."""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def to_utf8(content: bytes, content_type: str = "") -> bytes:
    """Give text as UTF-8 without control characters and impossible character references.

    Bytes that are valid UTF-8 are taken for it whatever they declare: wrong declarations
    are common, and other text is hardly ever valid UTF-8 by chance. Else the byte order
    mark, the header or the XML declaration decides, else Windows' Latin alphabet.
    """
    is_8_bit = b"\x1b" not in content and b"\0" not in content[:4]  # ISO-2022-JP, UTF-16
    if not (is_8_bit and _is_utf8(content)):
        content = content.decode(_charset(content, content_type), "replace").encode(
            "utf-8", "replace"
        )
    content = content.removeprefix(codecs.BOM_UTF8).translate(None, _CONTROLS)
    return _REFERENCE.sub(_possible_reference, content)


# What 20,000 damaged feeds made it raise: feedparser catches only SAX's own errors.
_FEEDPARSER_FAULTS = (ValueError, LookupError, AssertionError, OverflowError, RecursionError)
_END = re.compile(rb"</\s*(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r")
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]*)|0*([0-9]*));?")
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"),
)  # fmt: skip
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
# Not "punycode", "idna" or the escapes, which Python counts as encodings too.
_TEXT = re.compile(
    r"utf|iso|latin|l1$|cp\d|windows|shift|sjis|ms932|euc|gb|big5|koi8|tis|us-?ascii|ascii|mac",
    re.IGNORECASE,
)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _possible_reference(match: re.Match[bytes]) -> bytes:
    # One "&#xd800;" in a feed that is not well-formed costs feedparser the whole feed.
    digits, base = (match[1], 16) if match[1] is not None else (match[2], 10)
    code = int(digits, base) if 0 < len(digits) < 8 else -1
    is_character = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return match[0] if is_character else b""


def _charset(content: bytes, content_type: str) -> str:
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    declared = _DECLARED.match(content)
    header = _HEADER.search(content_type)
    for name in (header[1] if header else "", declared[1].decode() if declared else ""):
        if _TEXT.match(name) and _is_known(name):
            return name
    return "cp1252"


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _n_begun(data: bytes) -> int:
    """Count the entries that a feed begins, outside of comments and CDATA that end."""
    n, position = 0, 0
    ends = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}
    for token in _BEGUN.finditer(data):
        if token.start() < position:
            continue
        end = ends.get(token[0])
        if end is None:
            n += token[0] not in (b"<!--", b"<![CDATA[")
        elif (found := data.find(end, token.end())) >= 0:
            position = found
        else:  # nor does any later one end
            del ends[token[0]]
    return n


_BEGUN = re.compile(rb"<!--|<!\[CDATA\[|<(?:\w{1,20}:)?(?:item|entry)(?=[\s>])")
_ENTITY = re.compile(rb"""<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\s)""")
_HARMLESS = re.compile(rb"(?:[^&]|&(?:#\w+|amp|lt|gt|quot|apos);){0,1000}")


def _without_entities(data: bytes, source: str) -> bytes:
    """Take out all entity declarations: none of them is needed, and some are bombs.

    HTML's own names (&eacute;) are known without; an entity that stays unknown is text.
    Raises SourceFailed where one is used that is not a few plain words: without it the feed
    is not what it says.
    """
    root = re.search(rb"<[A-Za-z_]", data)
    head = data[: root.start()] if root else data
    if b"<!ENTITY" not in head:
        return data
    used = set(re.findall(rb"&([\w.:-]+);", data[len(head) :]))
    for entity in _ENTITY.finditer(head):
        text = entity[2] if entity[3] is None else entity[3]
        if entity[1] in used and (text is None or not _HARMLESS.fullmatch(text)):
            shown = plain(f"&{entity[1].decode('utf-8', 'replace')};")[:40]
            raise refusal(source, say("answer.entity", name=shown))
    return re.sub(rb"<!DOCTYPE.*", b"", head, flags=re.DOTALL) + data[len(head) :]


def tidy(said: PostParts, owner: str) -> PostParts:
    """Take one service's habits off an entry; owner: whose feed it is."""
    for habit in _HABITS:
        tidied = habit(said, owner)
        if tidied is not None:
            return tidied
    return said


_NITTER = re.compile(r"(?:(?P<by>RT by)|(?P<to>R to)) @(?P<who>\w{1,40}): ?|Pinned: ")
_NITTER_QUOTE = re.compile(r"<hr\s*/?>\s*<blockquote>(.*?)(?:</blockquote>|\Z)", re.DOTALL)
_NITTER_STATUS = re.compile(r"/[A-Za-z0-9_]{1,15}/status/\d{5,20}(?:#m)?$")


def _nitter(said: PostParts, owner: str) -> PostParts | None:
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


def _passed_on(said: PostParts, owner: str) -> PostParts | None:
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


def _tumblr(said: PostParts, owner: str) -> PostParts | None:
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


def _reddit(said: PostParts, owner: str) -> PostParts | None:
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


def _lemmy(said: PostParts, owner: str) -> PostParts | None:
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


def _tag_feed(said: PostParts, owner: str) -> PostParts | None:
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


def _hnrss(said: PostParts, owner: str) -> PostParts | None:
    """Read hnrss: article and comments as addresses, then points."""
    tail = _HNRSS.search(said.body)
    if not tail:
        return None
    body = said.body[: tail.start()] + said.body[tail.end() :]
    links = (*said.links, *([tail["url"]] if tail["url"] else []))
    return replace(said, body=body, links=links, n_votes=int(tail["points"]))


_HABITS: tuple[Callable[[PostParts, str], PostParts | None], ...] = (
    _nitter, _tumblr, _reddit, _lemmy, _tag_feed, _hnrss, _passed_on,
)  # fmt: skip


Thing = Mapping[str, Any]

_NOTHING: Thing = {}


def read_json(content: bytes, *, source: str, content_type: str = "") -> Any:
    """Parse a whole answer.

    Raises SourceFailed for what is no JSON, breaks off, is nested without end or holds
    numbers that JSON does not have.
    """
    data = to_utf8(content, content_type)
    if data.lstrip()[:1] not in (b"{", b"["):
        raise refusal(source, not_but("answer.no_json", data))
    try:
        return json.loads(data, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise refusal(source, say("answer.bad_json", error=error)[:200]) from error


def not_this(source: str, what: str) -> SourceFailed:
    """Say that an answer is JSON, but not of the form that its kind has."""
    return refusal(source, say("answer.wrong_kind", what=what))


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def inner(thing: object, *names: str) -> Thing:
    """Give the object at the end of a path of names; an empty one where there is none."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing if isinstance(thing, dict) else _NOTHING


def objects(found: object) -> list[Thing]:
    """Give the objects of a list; none if it is no list."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(thing: Thing, *names: str) -> str:
    """Give the first of some fields that holds text or a whole number; "" for none."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def count(thing: Thing, *names: str) -> int | None:
    """Give the first of some fields that holds a count, as a number or as text."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
    return None


def moment_of(texts: Iterable[str]) -> datetime | None:
    """Give the first of some ISO 8601 texts that is a moment, as UTC; None for none."""
    for written in texts:
        try:
            at = datetime.fromisoformat(written)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def moment_of_seconds(seconds: object) -> datetime | None:
    """Turn seconds since 1970 into a moment; None for what is no such number."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
