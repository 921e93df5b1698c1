"""Read what servers answer, RSS, Atom or JSON, without trusting its shape.

feedparser gets bytes in a file object only: given a string or bare bytes, it would take them for
an address or a file's name. Its HTML sanitiser is off: it needs 36 s for 0.8 MB of "<!--", and
what an entry holds is made plain text by `reader.base.text` anyway. In JSON, what is there under
another type than it should have counts as absent: these servers change their answers without
notice. This module knows nothing of papers or posts.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import re
from calendar import timegm
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import struct_time
from typing import Any

from reader.base.errors import SourceFailed
from reader.base.messages import say
from reader.base.text import plain


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
            # The bytes are UTF-8 by now; else feedparser would guess again.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_FAULTS as error:
        what = say("answer.unreadable_feed", error=plain(repr(error))[:100])
        raise refusal(source, what) from error
    if not parsed.version:
        raise refusal(source, not_but("answer.no_feed", data))
    # bozo: not well-formed. Many feeds are not, so by itself that is no failure.
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
    """Describe what came in place of what was wanted. key: of a text that asks for `came`."""
    return say(key, came=what_came(content).rstrip(","))


def not_this(source: str, what: str) -> SourceFailed:
    """Blame the source for JSON that is not of the form that its kind has."""
    return refusal(source, say("answer.wrong_kind", what=what))


def what_came(content: bytes) -> str:
    """Name what some bytes are, for the sentence that refuses them."""
    start = content[:2000].lstrip().lower()
    # In an order that matters: a page of HTML begins with "<" as XML does.
    if not start:
        return say("came.nothing")
    if b"<!doctype html" in start or b"<html" in start:
        return say("came.html")
    for begin, key in ((b"%pdf", "pdf"), (b"{", "json"), (b"[", "json"), (b"<", "xml")):
        if start.startswith(begin):
            return say(f"came.{key}")
    return say("came.other", start=plain(start[:40].decode("utf-8", "replace")))


def to_utf8(content: bytes, content_type: str = "") -> bytes:
    """Return text as UTF-8 without control characters and impossible character references.

    Bytes that are valid UTF-8 are taken for it whatever they declare: wrong declarations
    are common, and other text is hardly ever valid UTF-8 by chance. Else the byte order
    mark, the header or the XML declaration decides, else Windows' Latin alphabet.
    """
    is_utf8 = False
    if b"\x1b" not in content and b"\0" not in content[:4]:  # no ISO-2022-JP, no UTF-16
        with contextlib.suppress(UnicodeDecodeError):
            content.decode("utf-8")
            is_utf8 = True
    if not is_utf8:
        text = content.decode(_charset(content, content_type), "replace")
        content = text.encode("utf-8", "replace")
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


def _possible_reference(match: re.Match[bytes]) -> bytes:
    # One "&#xd800;" in a feed that is not well-formed costs feedparser the whole feed.
    digits, base = (match[1], 16) if match[1] is not None else (match[2], 10)
    code = int(digits, base) if 0 < len(digits) < 8 else -1
    is_character = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return match[0] if is_character else b""


def _charset(content: bytes, content_type: str) -> str:
    """Name the encoding of text that is not UTF-8: one that Python knows."""
    # UTF-32 before UTF-16, whose mark it begins with.
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    declared = _DECLARED.match(content)
    header = _HEADER.search(content_type)
    # The header is set by who serves the file now, the declaration by who made it once.
    for name in (header[1] if header else "", declared[1].decode() if declared else ""):
        if _TEXT.match(name):
            with contextlib.suppress(LookupError):
                return codecs.lookup(name).name
    return "cp1252"


_BEGUN = re.compile(rb"<!--|<!\[CDATA\[|<(?:\w{1,20}:)?(?:item|entry)(?=[\s>])")
_ENTITY = re.compile(rb"""<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\s)""")
_HARMLESS = re.compile(rb"(?:[^&]|&(?:#\w+|amp|lt|gt|quot|apos);){0,1000}")


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
    # What is declared and never used does no harm.
    used = set(re.findall(rb"&([\w.:-]+);", data[len(head) :]))
    for entity in _ENTITY.finditer(head):
        text = entity[2] if entity[3] is None else entity[3]
        if entity[1] in used and (text is None or not _HARMLESS.fullmatch(text)):
            shown = plain(f"&{entity[1].decode('utf-8', 'replace')};")[:40]
            raise refusal(source, say("answer.entity", name=shown))
    return re.sub(rb"<!DOCTYPE.*", b"", head, flags=re.DOTALL) + data[len(head) :]


Thing = Mapping[str, Any]
"""A JSON object."""


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


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def inner(thing: object, *names: str) -> Thing:
    """Return the object at the end of a path of names; an empty one where there is none."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing if isinstance(thing, dict) else {}


def objects(found: object) -> list[Thing]:
    """Return the objects of a list; none if it is no list."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(thing: Thing, *names: str) -> str:
    """Return the first of some fields that holds text or a whole number; "" for none."""
    for name in names:
        value = thing.get(name)
        # In Python True is an int; in JSON it is no number.
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def count(thing: Thing, *names: str) -> int | None:
    """Return the first of some fields that holds a count, as a number or as text."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            # Python refuses to read numbers of thousands of digits, and takes long for fewer.
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
    return None


def day_of(written: object) -> date | None:
    """Read "2024-03-01"; None for what is no such day."""
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return None


def moment(parsed: struct_time | None) -> datetime | None:
    """Turn feedparser's UTC time into an aware one; None for none or an impossible one."""
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        return moment_of_seconds(timegm(parsed)) if parsed else None
    return None


def moment_of(texts: Iterable[str]) -> datetime | None:
    """Return the first of some ISO 8601 texts that is a moment, as UTC; None for none."""
    for written in texts:
        with contextlib.suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(written)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    return None


def moment_of_seconds(seconds: object) -> datetime | None:
    """Turn seconds since 1970 into a moment; None for what is no such number."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
