"""Read the answers of servers, RSS, Atom or JSON, without trusting their form.

feedparser gets bytes in a file object only: it would take a string or bare bytes for an address
or a file's name. Its HTML sanitiser is off: it takes 36 s for 0.8 MB of "<!--", and
`reader.base.text` makes plain text of all entries anyway. A JSON value of another type than
expected counts as missing, since these servers change their answers without notice. Knows nothing
of papers and posts.
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
from reader.base.messages import N_, Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as feedparser returns it: a dict of the channel, and of each entry."""

    channel: Any
    entries: Sequence[Any]


def parse_feed(content: bytes, *, source: str, content_type: str = "") -> ParsedFeed:
    """Parse a feed of any common kind, with or without entries.

    content_type: the header; its charset is used only for bytes that are not UTF-8.
    Raises SourceFailed for anything that is no feed, and for a feed that is cut off, is so
    malformed that entries are lost, or has entities that expand or lead elsewhere.
    """
    import feedparser  # not at the top, since most kinds of source need only the functions below

    data = to_utf8(content, content_type)
    if not data.strip():
        raise refusal(source, lazy_gettext("the answer is empty"))
    try:
        parsed = feedparser.parse(
            io.BytesIO(_without_entities(data, source)),
            # The bytes are UTF-8 by now, and feedparser must not guess again.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_FAULTS as error:
        what = lazy_gettext("the feed cannot be read ({error})", error=plain(repr(error))[:100])
        raise refusal(source, what) from error
    if not parsed.version:
        raise refusal(source, not_but(N_("the answer is {came}, not a feed"), data))
    # bozo means not well-formed, which alone is no failure, since many feeds are not.
    if parsed.bozo and not _END.search(data[-1000:]):
        raise refusal(
            source,
            lazy_ngettext(
                "the feed breaks off after {n} entry",
                "the feed breaks off after {n} entries",
                len(parsed.entries),
            ),
        )
    if parsed.bozo and (n_begun := _n_entry_starts(data)) > len(parsed.entries):
        what = lazy_ngettext(
            "only {n} of {of} entry in the feed can be read",
            "only {n} of {of} entries in the feed can be read",
            n_begun,
            n=len(parsed.entries),
            of=n_begun,
        )
        raise refusal(source, what)
    return ParsedFeed(parsed.feed, parsed.entries)


def refusal(source: str, what: Text) -> SourceFailed:
    """Make the error of a source that answered something else."""
    return SourceFailed(
        source=source,
        what=what,
        hint=lazy_gettext(
            "Open its address in a browser to see what is there. The next gather tries again."
        ),
    )


def not_but(key: str, content: bytes) -> Text:
    """Describe an answer that is not what was expected; key: of a text with the value `came`."""
    return lazy_gettext(key, came=received_text(content))


def not_this(source: str, what: Text) -> SourceFailed:
    """Make the error of a source with JSON of another form than its kind has."""
    return refusal(
        source,
        lazy_gettext(
            "the answer is JSON, but not {what}. Is the kind in feeds.toml right?", what=what
        ),
    )


def received_text(content: bytes) -> Text:
    """Describe the kind of some bytes, for an error message."""
    start = content[:2000].lstrip().lower()
    # HTML is checked before XML, since both begin with "<".
    if not start:
        return lazy_gettext("empty")
    if b"<!doctype html" in start or b"<html" in start:
        return lazy_gettext("an HTML page")
    kinds = (
        (b"%pdf", N_("a PDF")),
        (b"{", N_("JSON")),
        (b"[", N_("JSON")),
        (b"<", N_("other or incomplete XML")),
    )
    for begin, key in kinds:
        if start.startswith(begin):
            return lazy_gettext(key)
    words = plain(start[:40].decode("utf-8", "replace"))
    return lazy_gettext("text that begins with {start!r}", start=words)


def to_utf8(content: bytes, content_type: str = "") -> bytes:
    """Convert text to UTF-8, without control characters and impossible character references.

    The encoding of bytes that are not valid UTF-8 is that of the byte order mark, the header or
    the XML declaration, else Windows-1252.
    """
    # Valid UTF-8 is taken for it whatever is declared: wrong declarations are common, and other
    # text is hardly ever valid UTF-8 by chance.
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


# The exceptions that feedparser raised on 20,000 damaged feeds; it catches only SAX's own errors.
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
    """Determine the encoding of text that is not UTF-8, as Python names it."""
    # UTF-32 comes first, since its byte order mark begins with that of UTF-16.
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name
    declared = _DECLARED.match(content)
    header = _HEADER.search(content_type)
    # The header goes first: it is from the server of now, the declaration from the author of then.
    for name in (header[1] if header else "", declared[1].decode() if declared else ""):
        if _TEXT.match(name):
            with contextlib.suppress(LookupError):
                return codecs.lookup(name).name
    return "cp1252"


_BEGUN = re.compile(rb"<!--|<!\[CDATA\[|<(?:\w{1,20}:)?(?:item|entry)(?=[\s>])")
_ENTITY = re.compile(rb"""<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)'|(?:SYSTEM|PUBLIC)\s)""")
_HARMLESS = re.compile(rb"(?:[^&]|&(?:#\w+|amp|lt|gt|quot|apos);){0,1000}")


def _n_entry_starts(data: bytes) -> int:
    """Count the begins of entries in a feed, outside of comments and CDATA sections."""
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
        else:  # it has no end, and no later one has: each begin of an entry counts from here
            del ends[token[0]]
    return n


def _without_entities(data: bytes, source: str) -> bytes:
    """Remove all entity declarations of a feed; an entity that stays unknown becomes text.

    Raises SourceFailed where a used entity is more than a few plain words, since without it the
    feed would be incomplete.
    """
    # None is needed, since HTML's own names (&eacute;) are known, and some are bombs.
    root = re.search(rb"<[A-Za-z_]", data)
    head = data[: root.start()] if root else data
    if b"<!ENTITY" not in head:
        return data
    # Entities that are declared and never used do no harm.
    used = set(re.findall(rb"&([\w.:-]+);", data[len(head) :]))
    for entity in _ENTITY.finditer(head):
        text = entity[2] if entity[3] is None else entity[3]
        if entity[1] in used and (text is None or not _HARMLESS.fullmatch(text)):
            shown = plain(f"&{entity[1].decode('utf-8', 'replace')};")[:40]
            raise refusal(
                source,
                lazy_gettext(
                    "the feed cannot be read: its entity {name} grows without limit or refers to "
                    "another file",
                    name=shown,
                ),
            )
    return re.sub(rb"<!DOCTYPE.*", b"", head, flags=re.DOTALL) + data[len(head) :]


Thing = Mapping[str, Any]
"""A JSON object."""


def read_json(content: bytes, *, source: str, content_type: str = "") -> Any:
    """Parse an answer as JSON.

    Raises SourceFailed for anything else, and for JSON that is cut off, is nested without end or
    has numbers that JSON does not allow.
    """
    data = to_utf8(content, content_type)
    if data.lstrip()[:1] not in (b"{", b"["):
        raise refusal(source, not_but(N_("the answer is {came}, not JSON"), data))
    try:
        return json.loads(data, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise refusal(
            source, lazy_gettext("damaged or incomplete JSON ({error})", error=str(error)[:150])
        ) from error


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def inner(thing: object, *names: str) -> Thing:
    """Get the object at the end of a path of names; {} where there is none."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing if isinstance(thing, dict) else {}


def objects(found: object) -> list[Thing]:
    """Select the objects in a list; [] for anything that is no list."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(thing: Thing, *names: str) -> str:
    """Get the first of some fields that is a text or a whole number; "" for none."""
    for name in names:
        value = thing.get(name)
        # In Python True is an int; in JSON it is no number.
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def count(thing: Thing, *names: str) -> int | None:
    """Get the first of some fields that is a count, as a number or as text; None for none."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            # Python refuses numbers of thousands of digits, and is slow with fewer.
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
    return None


def day_of(written: object) -> date | None:
    """Read a day such as "2024-03-01"; None for anything else."""
    try:
        return date.fromisoformat(str(written))
    except ValueError:
        return None


def moment(parsed: struct_time | None) -> datetime | None:
    """Turn feedparser's UTC time into an aware moment; None for an impossible one."""
    with contextlib.suppress(ValueError, OverflowError, TypeError):
        return moment_of_seconds(timegm(parsed)) if parsed else None
    return None


def moment_of(texts: Iterable[str]) -> datetime | None:
    """Read the first of some ISO 8601 texts that is a moment, in UTC; None for none."""
    for written in texts:
        with contextlib.suppress(ValueError, OverflowError):
            at = datetime.fromisoformat(written)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    return None


def moment_of_seconds(seconds: object) -> datetime | None:
    """Turn seconds since 1970 into a moment in UTC; None for anything else."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
