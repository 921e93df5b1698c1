"""Read the mails in which Google Scholar announces papers: an .eml file, or an mbox.

Nobody says anything there: each paper that a mail lists is an entry without author. Other
mails are passed over. Only the standard library's parser of mail is trusted, and every
part of a mail may be missing or damaged. Written after alert mails as they are described
and shown on the web; not tried on real bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from reader.ids import find_ids
from reader.paper import Mention, Post
from reader.phrases import say
from reader.plain import html_to_text, plain
from reader.sources.feed import not_but, refusal, to_utf8

FILES = ("*.eml", "*.mbox", "*.mbx")
"""What of a folder is read."""

_NEXT_MAIL = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]{1,300}\r?\n")
_HEADER = re.compile(rb"\A\s*(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n)")


def read_scholar(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read the papers of all alerts, each once, in the order of the mails.

    Raises SourceFailed for what is no mail, and where there are alerts and none of them
    lists anything that can be read: their form has changed then.
    """
    posts, n_unread = _read(content, source)
    if n_unread and not posts:
        raise refusal(source, say("answer.alerts", n=n_unread))
    return tuple(posts.values())


def scholar_total(content: bytes) -> int | None:
    """Count the papers and, for one each, the alerts of which nothing could be read."""
    posts, n_unread = _read(content, "Scholar")
    return len(posts) + n_unread


def _read(content: bytes, source: str) -> tuple[dict[str, Post], int]:
    mails = [part for part in _NEXT_MAIL.split(content) if part.strip()]
    if not mails or not _HEADER.match(mails[0]):
        raise refusal(source, not_but("answer.no_mail", content))
    posts: dict[str, Post] = {}
    n_unread = 0
    for mail in mails:
        message = message_from_bytes(mail)
        listed = list(_papers(message))
        n_unread += not listed and _is_alert(message)
        for post in listed:
            posts.setdefault(post.guid, post)
    return posts, n_unread


def _is_alert(message: Message) -> bool:
    sender = str(message.get("From", ""))
    return "scholaralerts-noreply@google.com" in sender and "scholar_url?" in _html(message)


_TITLE = re.compile(
    r"""<a\s(?P<attributes>[^<>]*)>(?P<title>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""", re.IGNORECASE
)
_HREF = re.compile(r"""href\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)


def _papers(message: Message) -> Iterator[Post]:
    html = _html(message)
    titles = [t for t in _TITLE.finditer(html) if "gse_alrt_title" in t["attributes"]]
    ends = [t.start() for t in titles[1:]] + [len(html)]
    at = _moment(str(message.get("Date", "")))
    for title, end in zip(titles, ends, strict=False):
        href = _HREF.search(title["attributes"])
        url = _unwrapped(html_to_text(f'<a href="{href[1] if href else ""}">x</a>')[1])
        yield _post(plain(html_to_text(title["title"])[0]), url, html[title.end() : end], at)


def _post(title: str, url: str, below: str, at: datetime | None) -> Post:
    """Make an entry of a title, its address, and what stands below: authors, some words."""
    lines = html_to_text(_LINKS.sub("", below))[0].split("\n")
    about = "\n".join([line for line in lines if line.strip()][:4])[:1_000]
    text = f"{title}\n\n{about}".strip()
    found = [*find_ids(url), *find_ids(about)]
    return Post(
        guid=url or title,
        author="",
        text=text,
        url=url,
        posted_at=at,
        mentions=(Mention(found[0].id),) if found else (),
        links=(url,) if url and not found else (),
    )


_LINKS = re.compile(r"<a\s[^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a\s*>", re.IGNORECASE)


def _unwrapped(hrefs: tuple[str, ...]) -> str:
    """Give the address within scholar_url?url=…, or the one that there is."""
    href = hrefs[0] if hrefs else ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    inner = parse_qs(parts.query).get("url", [""])[0] if "scholar_url" in parts.path else href
    return plain(inner) if inner.startswith(("http://", "https://")) else ""


def _html(message: Message) -> str:
    """Give the HTML of a mail as text, "" where it has none."""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            charset = part.get_param("charset") or ""
            kind = f"charset={charset}" if isinstance(charset, str) else ""
            if isinstance(payload, bytes):
                return to_utf8(payload, kind).decode("utf-8", "replace")
    return ""


def _moment(written: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(written)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    try:
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
