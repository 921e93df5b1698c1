"""Define the kinds of a [[feed]], and read those that are files on this disk.

A local source is an archive or saved mails: a file, or a folder of them. A file that cannot be
read is reported, and the others are read. Never uses the network.

Google Scholar: the mails in which it announces papers, an .eml file or an mbox. Each paper in such
a mail is an entry without author; other mails are ignored. The standard library parses mails, and
every part of a mail may be missing or damaged. Written after alert mails as they are described and
shown on the web.

X: tweets.js or like.js of an account's archive, which its owner asked for. Each file is a script
that sets a list ("window.YTD.tweets.part0 = [ … ]"). These files do not name the owner, so the
author is the source. Fields after the README.txt of the archive.

Mails and archives were not tried on real bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Final, Literal, Protocol
from urllib.parse import parse_qs, urlsplit

from reader.base.errors import SourceFailed
from reader.base.messages import N_, Joined, Text, in_thousands, lazy_gettext, lazy_ngettext
from reader.base.text import html_to_text, plain
from reader.gathering.sources.answer import (
    Thing,
    count,
    inner,
    not_but,
    not_this,
    objects,
    read_json,
    refusal,
    to_utf8,
)
from reader.gathering.sources.answer import text as field
from reader.gathering.sources.feed import read_entries, read_posts
from reader.gathering.sources.registries import read_acl, read_biorxiv, read_isca, read_openreview
from reader.gathering.sources.social import (
    read_bluesky,
    read_hf,
    read_hn,
    read_mastodon,
    read_reddit,
)
from reader.library.ids import find_ids
from reader.library.paper import Mention, Post, PostKind
from reader.library.post import ListPage, PostParts, make_posts

MAIL_FILES = ("*.eml", "*.mbox", "*.mbx")
"""Patterns of the files that are read in a folder of mails."""

_NEXT_MAIL = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]{1,300}\r?\n")
_HEADER = re.compile(rb"\A\s*(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n)")
_TITLE = re.compile(
    r"""<a\s(?P<attributes>[^<>]*)>(?P<title>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""", re.IGNORECASE
)
_HREF = re.compile(r"""href\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)
_LINKS = re.compile(r"<a\s[^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a\s*>", re.IGNORECASE)


def read_scholar(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the papers of all alerts, each once, in the order of the mails.

    The page's total is the number of papers and of alerts in which nothing could be read. Raises
    SourceFailed for anything that is no mail, and where no alert has a paper that can be read,
    since then their form has changed.
    """
    mails = [part for part in _NEXT_MAIL.split(content) if part.strip()]
    if not mails or not _HEADER.match(mails[0]):
        raise refusal(
            source, not_but(N_("the file is {came}, neither a mail nor an mbox"), content)
        )
    posts: dict[str, Post] = {}
    n_unread = 0
    for mail in mails:
        message = message_from_bytes(mail)
        html = _html(message)
        listed = list(_listed(html, _moment(str(message.get("Date", "")))))
        is_alert = "scholaralerts-noreply@google.com" in str(message.get("From", ""))
        n_unread += not listed and is_alert and "scholar_url?" in html
        for post in listed:
            posts.setdefault(post.guid, post)
    if n_unread and not posts:
        raise refusal(
            source,
            lazy_ngettext(
                "no paper can be read in {n} alert", "no paper can be read in {n} alerts", n_unread
            ),
        )
    return ListPage(tuple(posts.values()), total=len(posts) + n_unread)


def _listed(html: str, at: datetime | None) -> Iterator[Post]:
    """Yield the entries of a mail: title, address, and the lines below (authors, some words)."""
    # The mails mark the link of each paper by this class.
    titles = [t for t in _TITLE.finditer(html) if "gse_alrt_title" in t["attributes"]]
    ends = [t.start() for t in titles[1:]] + [len(html)]
    for match, end in zip(titles, ends, strict=False):
        href = _HREF.search(match["attributes"])
        url = _unwrapped(html_to_text(f'<a href="{href[1] if href else ""}">x</a>')[1])
        title = plain(html_to_text(match["title"])[0])
        lines = html_to_text(_LINKS.sub("", html[match.end() : end]))[0].split("\n")
        about = "\n".join([line for line in lines if line.strip()][:4])[:1_000]
        found = [*find_ids(url), *find_ids(about)]
        yield Post(
            guid=url or title,
            author="",
            text=f"{title}\n\n{about}".strip(),
            url=url,
            posted_at=at,
            mentions=(Mention(found[0].id),) if found else (),
            links=(url,) if url and not found else (),
        )


def _unwrapped(hrefs: tuple[str, ...]) -> str:
    """Extract the address within scholar_url?url=…, or the link's own; "" for none."""
    href = hrefs[0] if hrefs else ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    inner = parse_qs(parts.query).get("url", [""])[0] if "scholar_url" in parts.path else href
    return plain(inner) if inner.startswith(("http://", "https://")) else ""


def _html(message: Message) -> str:
    """Extract the HTML of a mail as text, "" without any."""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            # Decoded from quoted-printable or base64; None for a part that has parts.
            payload = part.get_payload(decode=True)
            charset = part.get_param("charset") or ""
            kind = f"charset={charset}" if isinstance(charset, str) else ""
            if isinstance(payload, bytes):
                return to_utf8(payload, kind).decode("utf-8", "replace")
    return ""


def _moment(written: str) -> datetime | None:
    """Read the date of a mail, as UTC; None where it cannot be read."""
    try:
        at = parsedate_to_datetime(written)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None


ARCHIVE_FILES = ("tweets.js", "tweets-part*.js", "tweet.js", "like.js")
"""Patterns of the files that are read in an archive's folder `data`."""

_HEAD = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?window\.YTD\.\w+\.part\d+\s*=\s*(?=\[)")
_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status/\d+")
_PASSED_ON = re.compile(r"RT @\w{1,20}: ")


def read_x_archive(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read a file of an archive; a tweet that the person liked counts as a repost."""
    head = _HEAD.match(content)
    if head is None:
        raise refusal(
            source, not_but(N_("the file is {came}, not tweets.js of an X archive"), content)
        )
    items = objects(read_json(content[head.end() :].rstrip().rstrip(b";"), source=source))
    likes = [like for item in items if (like := inner(item, "like"))]
    # Older archives have the tweet without the wrapper.
    tweets = [inner(item, "tweet") or item for item in items if not inner(item, "like")]
    tweets = [tweet for tweet in tweets if "full_text" in tweet or "text" in tweet]
    if items and not (likes or tweets):
        raise not_this(source, lazy_gettext("tweets or likes of an X archive"))
    own = frozenset(field(tweet, "id_str", "id") for tweet in tweets)
    liked = (
        PostParts(
            guid=f"like-{field(like, 'tweetId')}",
            author=source,
            body=unescape(field(like, "fullText")),
            is_html=False,
            url=field(like, "expandedUrl"),
            kind="repost",
        )
        for like in likes
    )
    return make_posts([*(_tweet(tweet, source, own) for tweet in tweets), *liked])


def _tweet(tweet: Thing, source: str, own: frozenset[str]) -> PostParts:
    """Make a post of a tweet; own: the ids of the person's tweets, replies to which are posts."""
    id_, text = field(tweet, "id_str", "id"), field(tweet, "full_text", "text")
    # t.co is not asked, since the archive has the whole address of each link.
    found = objects(inner(tweet, "entities").get("urls"))
    pairs = [(field(link, "url"), field(link, "expanded_url")) for link in found]
    links = {short: whole for short, whole in pairs if short and whole}
    to = field(tweet, "in_reply_to_status_id_str", "in_reply_to_status_id")
    kind: PostKind = "reply" if to and to not in own else "post"
    if _PASSED_ON.match(text):
        kind = "repost"
    elif any(_STATUS.match(link) for link in links.values()):
        kind = "quote"
    for short, whole in links.items():
        text = text.replace(short, whole)
    try:
        at = datetime.strptime(field(tweet, "created_at"), "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        at = None
    return PostParts(
        guid=id_,
        author=source,
        body=unescape(text),
        is_html=False,
        url=f"https://x.com/i/status/{id_}" if id_ else "",
        posted_at=at,
        links=tuple(links.values()),
        kind=kind,
        n_votes=count(tweet, "favorite_count"),
    )


class PageReader(Protocol):
    """Reads an answer into a page; raises SourceFailed for an answer of another kind.

    content_type: the header. url: the address of the answer, from which that of the next page is
    made.
    """

    def __call__(
        self, content: bytes, *, source: str, content_type: str = "", url: str = ""
    ) -> ListPage: ...


def _posts(read: Callable[..., tuple[Post, ...]]) -> PageReader:
    """Make a reader of pages of a function that returns posts alone."""

    def page(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
        return ListPage(read(content, source=source, content_type=content_type))

    return page


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: how it is read, and its description in `reader sources`.

    tried_on: whether it was ever tried on bytes that a server sent. files: patterns of the files
    that are read in a folder, where the address may be a path on this disk; () for other kinds.
    """

    read: PageReader
    tried_on: Literal["real bytes", "documented format"]
    note: str
    files: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Check whether the address may be a path on this disk."""
        return bool(self.files)


_REAL: Final = "real bytes"
_DOCUMENTED: Final = "documented format"

KINDS: Mapping[str, Kind] = {
    "posts": Kind(_posts(read_posts), _REAL, "RSS, Atom or JSON Feed of people who post"),
    "papers": Kind(read_entries, _REAL, "RSS, Atom or JSON Feed whose entries are papers"),
    "mastodon": Kind(_posts(read_mastodon), _REAL, "statuses as Mastodon's API gives them"),
    # Its recordings were written by hand after the real ones, by a project that uses them.
    "bluesky": Kind(_posts(read_bluesky), _DOCUMENTED, "posts as Bluesky's public API gives them"),
    "hf": Kind(read_hf, _REAL, "Hugging Face's daily papers, with votes"),
    "hn": Kind(_posts(read_hn), _DOCUMENTED, "Hacker News: search at hn.algolia.com, or hnrss"),
    "reddit": Kind(_posts(read_reddit), _REAL, "Reddit: RSS; its JSON was not tried"),
    "x-archive": Kind(
        _posts(read_x_archive),
        _DOCUMENTED,
        "tweets.js and like.js of an archive of X",
        ARCHIVE_FILES,
    ),
    "scholar": Kind(
        read_scholar,
        _DOCUMENTED,
        "mails of Google Scholar's alerts: .eml, mbox, or a folder of them",
        MAIL_FILES,
    ),
    "openreview": Kind(read_openreview, _DOCUMENTED, "a venue's notes at OpenReview"),
    "acl": Kind(read_acl, _DOCUMENTED, "a volume or event of the ACL Anthology: page, XML or .bib"),
    "isca": Kind(read_isca, _DOCUMENTED, "a conference's page of the ISCA archive"),
    "biorxiv": Kind(read_biorxiv, _DOCUMENTED, "bioRxiv's or medRxiv's API"),
}


MAX_BYTES = 500_000_000
"""The most bytes of a file; no archive of one person is longer."""


@dataclass(frozen=True, slots=True)
class Local:
    """The posts in a file or a folder.

    etag: a hash of names, sizes and times, "" where a file failed. is_unchanged: it is the same
    as before, and no file was read.
    n_missing: entries that the files announce and that could not be read.
    failures: of single files, which are named in them.
    """

    etag: str
    posts: tuple[Post, ...] = ()
    n_files: int = 0
    n_missing: int = 0
    is_unchanged: bool = False
    failures: tuple[SourceFailed, ...] = ()


def local_path(url: str, folder: Path) -> Path:
    """Compute the path of a feed's address; a relative one starts at the library's folder."""
    try:
        return folder / Path(url).expanduser()
    except RuntimeError:  # "~somebody" without a home on this machine
        return folder / url


def _short_file(file: Path, source: str) -> bytes:
    if file.stat().st_size > MAX_BYTES:
        raise _failed(
            source, lazy_gettext("the file is longer than {n} B", n=in_thousands(MAX_BYTES))
        )
    return file.read_bytes()


def read_local(path: Path, kind: Kind, *, source: str, etag: str = "") -> Local:
    """Read a file, or the files of a folder that the kind has, in the order of their names.

    etag: of the last reading. Raises SourceFailed where there is nothing to read.
    """
    try:
        files = _files(path, kind.files)
        states = [(str(file), file.stat()) for file in files]
    except (OSError, ValueError) as error:
        raise _failed(source, f"{path}: {_error_text(error)}") from error
    if not files:
        names = Joined(kind.files)
        raise _failed(
            source,
            lazy_gettext("{path} contains no file to read ({names})", path=path, names=names),
        )
    listing = "".join(f"{name}\0{state.st_size}\0{state.st_mtime_ns}\n" for name, state in states)
    # surrogateescape: a name on a disk need not be UTF-8.
    state = hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    if state == etag:
        return Local(etag, n_files=len(files), is_unchanged=True)
    posts: dict[str, Post] = {}
    failures: list[SourceFailed] = []
    n_missing = 0
    for file in files:
        try:
            page = kind.read(_short_file(file, source), source=source)
        except OSError as error:
            failures.append(_failed(source, f"{file.name}: {_error_text(error)}"))
        except SourceFailed as error:
            what = Joined((file.name, error.values["what"]), ": ")
            failures.append(_failed(source, what))
        else:
            for post in page.posts:
                posts.setdefault(post.guid, post)
            n_missing += max((page.total or 0) - len(page.posts), 0)
    if failures and not posts:
        raise failures[0]
    # After a failure no state is stored, so that the next gather reads the files again.
    kept = "" if failures else state
    return Local(kept, tuple(posts.values()), len(files), n_missing, False, tuple(failures))


def _files(path: Path, patterns: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        path.stat()  # raises the system's error for a missing file
        return [path]
    # An archive of X has its files in the folder `data`.
    folders = (path, path / "data") if (path / "data").is_dir() else (path,)
    found = {file for folder in folders for pattern in patterns for file in folder.glob(pattern)}
    return sorted(file for file in found if file.is_file())


def _error_text(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)


def _failed(source: str, what: Text) -> SourceFailed:
    return SourceFailed(
        source=source,
        what=what,
        hint=lazy_gettext("Is the path in feeds.toml still right? The next gather tries again."),
    )
