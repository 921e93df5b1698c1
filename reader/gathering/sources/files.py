"""Read files that others wrote: mails of Google Scholar, an archive of X.

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

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

from reader.base.messages import N_, lazy_gettext, lazy_ngettext
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
