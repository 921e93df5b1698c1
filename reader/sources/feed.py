"""Read RSS and Atom bytes through feedparser, or say why they are no feed.

It gets bytes in a file object only: given a string or bare bytes, feedparser would take
them for an address or a file's name. Its HTML sanitiser is off: it needs 36 s for 0.8 MB
of "<!--", and what an entry holds is made plain text by `reader.plain` anyway. This module
knows nothing of papers or posts.
"""

from __future__ import annotations

import codecs
import io
import re
from calendar import timegm
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any

from reader.errors import SourceFailed
from reader.phrases import say
from reader.plain import plain


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as feedparser gives it: dicts of the channel and of each entry."""

    channel: Any
    entries: Sequence[Any]


def parse_feed(content: bytes, *, source: str, content_type: str = "") -> Feed:
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
    return Feed(parsed.feed, parsed.entries)


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
