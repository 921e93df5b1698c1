"""Read and write lists of what somebody follows: OPML, accounts of Mastodon, Bluesky and X.

The form is recognised by what is in the file, whatever its name. lxml reads OPML strictly and with
entities off: listparser, the package for it, reads with an HTML parser, which takes half a list or
a web page for a whole list, and knows no lines. What is no feed is left out with its line and the
reason. Knows no file and no library.
"""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

from lxml import etree

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain, shorten
from reader.library.config import FEED_KINDS, Feed, FeedKind

LONGEST = 20_000_000
"""The most bytes of a list: an OPML of 2,000 feeds has some 600 kB."""

LONGEST_NAME = 80

NO_FEED_OF_X = lazy_gettext(
    "X has no public feed. Look for their Mastodon, Bluesky or blog, follow their papers by "
    "`reader follow NAME`, or read your own archive by the kind x-archive."
)


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A feed in a list. folder: of the list, "" for none. line: of the list, from 1."""

    url: str
    name: str = ""
    kind: FeedKind = "posts"
    folder: str = ""
    line: int = 1


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """What a list has that is no feed, and why."""

    line: int
    text: str
    why: Text


@dataclass(frozen=True, slots=True)
class FollowList:
    """What a file holds, in its order."""

    feeds: tuple[FollowedFeed, ...]
    left_out: tuple[SkippedLine, ...] = ()


def read_follow_list(content: bytes, *, file: str) -> FollowList:
    """Read a list. file: its name, for messages. Raises UsageError where it is none."""
    if content.startswith(b"PK\x03\x04"):
        _refuse(
            file,
            None,
            lazy_gettext("this is a packed archive"),
            lazy_gettext("Unpack it first; of an archive of X the list is data/following.js."),
        )
    if b"eroots" in content[:16]:
        hint = lazy_gettext(
            "Save {url} as a file and read that, or write the handles into a text, one a line.",
            url="https://public.api.bsky.app/xrpc/app.bsky.graph.getFollows?limit=100&actor=HANDLE",
        )
        _refuse(
            file, None, lazy_gettext("this is Bluesky's archive, in which nobody has a name"), hint
        )
    text = _decoded(content, file)
    begin = text.lstrip()[:1]
    items: Iterable[FollowedFeed | SkippedLine]
    if begin == "<":
        items = _of_opml(text, file)
    elif begin in ("[", "{") or text.lstrip().startswith("window.YTD."):
        items = _of_json(text, file)
    else:
        items = _of_rows(text, file)
    found = list(items)
    feeds = tuple(item for item in found if isinstance(item, FollowedFeed))
    left_out = tuple(item for item in found if isinstance(item, SkippedLine))
    if not feeds and all(item.why is _NO_ACCOUNT for item in left_out):
        hint = lazy_gettext(
            "Possible are OPML, the CSV of Mastodon, a following list of Bluesky or X, and a text "
            "with an address or a handle in each line."
        )
        _refuse(file, None, lazy_gettext("nobody and nothing to follow is in this file"), hint)
    return FollowList(feeds, left_out)


def _refuse(file: str, line: int | None, what: Text, hint: Text) -> NoReturn:
    if line is None:
        raise UsageError(what=lazy_gettext("{file}: {what}", file=file, what=what), hint=hint)
    message = lazy_gettext("{file}, line {line}: {what}", file=file, line=line, what=what)
    raise UsageError(what=message, hint=hint)


def _decoded(content: bytes, file: str) -> str:
    declared = re.match(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""", content[:300])
    encoding = declared[1].decode() if declared else "utf-8-sig"
    for begin, name in _BEGINS.items():
        if content.startswith(begin):
            encoding = name
            break
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError) as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        what = lazy_gettext(
            "this is not {encoding}", encoding=encoding.removesuffix("-sig").upper()
        )
        _refuse(file, line, what, lazy_gettext("Save or export it again as UTF-8."))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        _refuse(
            file,
            line,
            lazy_gettext("this is no text"),
            lazy_gettext("Save or export it again as UTF-8."),
        )
    return text


_BEGINS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
"""First bytes that decide the encoding, whatever the file says of itself."""

_DECLARATION = re.compile(r"\s*<\?xml.*?\?>", re.DOTALL)
_LOOSE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
"""An & that XML would not take: many programs write addresses with a bare one."""


def _of_opml(text: str, file: str) -> Iterator[FollowedFeed | SkippedLine]:
    again = lazy_gettext("Export the list again as OPML.")
    if found := re.search(r"<!ENTITY", text):
        line = text[: found.start()].count("\n") + 1
        _refuse(file, line, lazy_gettext("it declares entities, which no list needs"), again)
    if re.match(
        r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+)?html", text[:2000], re.IGNORECASE | re.DOTALL
    ):
        _refuse(file, 1, lazy_gettext("this is a web page"), again)
    # The text is decoded already, so what it says of its encoding is wrong by now.
    body = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(_LOOSE.sub("&amp;", body).encode(), parser)
    except etree.XMLSyntaxError as error:
        what = lazy_gettext(
            "the file is cut or broken here ({error})", error=_without_place(error.msg)
        )
        _refuse(file, error.lineno or 1, what, again)
    kind = etree.QName(root).localname.lower()
    if kind in ("rss", "feed", "rdf"):
        hint = lazy_gettext("Follow it by its address: reader follow NAME --feed URL")
        _refuse(file, 1, lazy_gettext("this is a feed, no list of feeds"), hint)
    if kind != "opml":
        _refuse(file, 1, lazy_gettext("this is no OPML"), again)
    for outline in root.iter("{*}outline"):
        if item := _of_outline(outline):
            yield item


def _without_place(message: str) -> str:
    """Cut the place off a parser's message, which we name ourselves."""
    return plain(re.sub(r"[,:] line \d+,? column \d+.*", "", message))[:100]


def _attributes(outline: Any) -> dict[str, str]:
    # Some programs write xmlurl. Entities of HTML are left as they stand by `_LOOSE`.
    return {name.lower(): plain(html.unescape(value)) for name, value in outline.attrib.items()}


def _title(given: dict[str, str]) -> str:
    return shorten(given.get("text") or given.get("title") or "", LONGEST_NAME)


def _of_outline(outline: Any) -> FollowedFeed | SkippedLine | None:
    """Read an outline; None for a folder."""
    given, line = _attributes(outline), outline.sourceline or 1
    url = given.get("xmlurl") or (given.get("url", "") if given.get("type") == "rss" else "")
    name = _title(given)
    if not url:
        if len(outline):
            return None
        return SkippedLine(line, name, lazy_gettext("There is no address of a feed (xmlUrl)."))
    folders = [_title(_attributes(o)) for o in outline.iterancestors("{*}outline")]
    folder = "/".join(part for part in reversed(folders) if part)
    kinds = [kind for kind in given.get("category", "").split(",") if kind in FEED_KINDS]
    return _of_address(url, line, name=name, folder=folder, kind=next(iter(kinds), ""))


def _of_address(
    url: str, line: int, *, name: str = "", folder: str = "", kind: str = ""
) -> FollowedFeed | SkippedLine:
    # feed://host/x and feed:https://host/x are what some browsers make of a feed's address.
    url = re.sub(r"^feed:(?://)?(?=https?:)|^feed:(?=//)", "", url, flags=re.IGNORECASE)
    url = f"https:{url}" if url.startswith("//") else url
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # brackets that hold no IPv6 address
        is_address = False
    if not is_address or re.search(r"\s", url):
        return SkippedLine(
            line, shorten(url, LONGEST_NAME), lazy_gettext("This is no web address.")
        )
    host = parts.hostname or ""
    if host in _OF_X:
        return SkippedLine(line, name or url, NO_FEED_OF_X)
    guessed = next(
        (k for end, k in _KINDS.items() if host == end or host.endswith(f".{end}")), "posts"
    )
    return FollowedFeed(url, name, cast(FeedKind, kind or guessed), folder, line)


_OF_X = ("x.com", "www.x.com", "twitter.com", "www.twitter.com", "mobile.twitter.com")
_KINDS = {
    "rss.arxiv.org": "papers",
    "export.arxiv.org": "papers",
    "hnrss.org": "hn",
    "reddit.com": "reddit",
}
"""Hosts whose feeds have a kind of their own."""

_NO_ACCOUNT = lazy_gettext("This is no account and no web address.")
_MASTODON = re.compile(r"@?([\w.-]+)@([\w-]+(?:\.[\w-]+)+(?::\d+)?)")
_PROFILE = re.compile(
    r"https?://(?!(?:www\.)?(?:medium\.com|threads\.\w+|tiktok\.com|youtube\.com)/)"
    r"([\w.-]+(?::\d+)?)/(?:users/|@)([\w-]+)/?"
)
_BLUESKY = re.compile(
    r"(?:https?://bsky\.app/profile/|@)?(did:(?:plc|web):[\w.:%-]+|[\w-]+(?:\.[\w-]+)+)/?"
)
_X = re.compile(r"@\w{1,15}")


def _of_account(
    text: str, line: int, *, name: str = "", is_x: bool = False
) -> FollowedFeed | SkippedLine:
    """Read an account or the address of a feed, as people write them."""
    name = shorten(plain(name), LONGEST_NAME)
    if found := _MASTODON.fullmatch(text) or _PROFILE.fullmatch(text):
        user, host = found.groups() if found.re is _MASTODON else found.groups()[::-1]
        if host.lower() in _OF_X:
            return SkippedLine(line, text, NO_FEED_OF_X)
        return FollowedFeed(
            f"https://{host.lower()}/@{user}.rss", name or f"@{user}@{host}", line=line
        )
    if (found := _BLUESKY.fullmatch(text)) and not is_x:
        return FollowedFeed(f"https://bsky.app/profile/{found[1]}/rss", name or found[1], line=line)
    if "://" in text or text.lower().startswith("feed:"):
        return _of_address(text, line, name=name)
    is_x = is_x or bool(_X.fullmatch(text))
    return SkippedLine(
        line, shorten(plain(text), LONGEST_NAME), NO_FEED_OF_X if is_x else _NO_ACCOUNT
    )


_COLUMNS_OF_X = ("screen_name", "screen name", "username", "user name")
_COLUMNS = ("account address", "handle", *_COLUMNS_OF_X, "xmlurl", "feed url", "url")
"""Headers of the column that names an account or a feed, in small letters, the surest first."""


def _of_rows(text: str, file: str) -> Iterator[FollowedFeed | SkippedLine]:
    """Read CSV, with a header or without, or a text with one account a line."""
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    column, is_first, header = 0, True, ""
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            heads = [cell.lower() for cell in cells]
            header = next((name for name in _COLUMNS if is_first and name in heads), header)
            if is_first and header:
                column = heads.index(header)
            else:
                cell = cells[column] if column < len(cells) else ""
                yield _of_account(cell, rows.line_num, is_x=header in _COLUMNS_OF_X)
            is_first = False
    except csv.Error as error:
        what = lazy_gettext("the file is cut or broken here ({error})", error=str(error))
        _refuse(file, rows.line_num, what, lazy_gettext("Export the list again."))


def _of_json(text: str, file: str) -> Iterator[FollowedFeed | SkippedLine]:
    """Read Bluesky's getFollows or records of follows, or the following.js of X."""
    # An archive of X assigns the list to a variable: window.YTD.following.part0 = [ … ]
    begin = re.match(r"\s*window\.YTD\.\w+\.part\d+\s*=", text)
    body = (" " * begin.end() + text[begin.end() :]) if begin else text
    try:
        value = json.loads(body)
        accounts = list(_accounts(value))
    except (ValueError, RecursionError) as error:
        reason = _without_place(str(error))
        what = lazy_gettext("the file is cut or broken here ({error})", error=reason)
        line = getattr(error, "lineno", 1)
        _refuse(file, line, what, lazy_gettext("Export the list again."))
    at, line = 0, 1
    for account, name, is_x in accounts:
        # The JSON parser keeps no lines: each is found in the text behind the one before it.
        if (found := text.find(json.dumps(account, ensure_ascii=False), at)) >= 0:
            line, at = line + text.count("\n", at, found), found
        yield _of_account(account, line, name=name, is_x=is_x)
    # Bluesky answers a hundred at a time, and names the next page.
    if isinstance(value, dict) and (cursor := value.get("cursor")) and "follows" in value:
        why = lazy_gettext("There are more: save the next page too, with &cursor= and this.")
        yield SkippedLine(line, shorten(plain(str(cursor)), LONGEST_NAME), why)


def _accounts(value: Any) -> Iterator[tuple[str, str, bool]]:
    """Yield the accounts in JSON: (handle or id, name, whether it is of X)."""
    if isinstance(value, list):
        for one in value:
            yield from _accounts(one)
    elif isinstance(value, dict):
        texts = {key: one for key, one in value.items() if isinstance(one, str)}
        name = texts.get("displayName") or texts.get("name") or ""
        if account := texts.get("handle") or texts.get("subject") or texts.get("did"):
            yield account, name, False
        elif account := texts.get("accountId") or texts.get("screen_name") or texts.get("username"):
            yield account, name, True
        else:
            # "subject" of Bluesky's answer is the person whose list it is.
            for key, one in value.items():
                if key != "subject":
                    yield from _accounts(one)


def write_opml(feeds: Iterable[Feed], *, title: str) -> bytes:
    """Write feeds as OPML 2.0; a kind other than posts becomes their category."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for feed in feeds:
        given = {
            "type": "rss",
            "text": plain(feed.name),
            "title": plain(feed.name),
            "xmlUrl": feed.url,
        }
        if feed.kind != "posts":
            given["category"] = feed.kind
        etree.SubElement(body, "outline", given)
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return content
