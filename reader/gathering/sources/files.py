"""Read files that others wrote: BibTeX, mails of Google Scholar, an archive of X.

Read a BibTeX file into papers. Its entries are what others typed: any of them may be broken.

bibtexparser takes it apart; whatever it cannot read is counted and left out.

Read the mails in which Google Scholar announces papers: an .eml file, or an mbox.

Nobody says anything there: each paper that a mail lists is an entry without author. Other
mails are passed over. Only the standard library's parser of mail is trusted, and every
part of a mail may be missing or damaged. Written after alert mails as they are described
and shown on the web; not tried on real bytes.

Read the archive of an account of X that its owner asked for: tweets.js or like.js.

Each file is a script that sets a list ("window.YTD.tweets.part0 = [ … ]"). The archive
does not name its owner in these files: the author is the source. Fields after the
README.txt of the archive; not tried on real bytes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware, SeparateCoAuthors
from bibtexparser.middlewares.names import parse_single_name_into_parts

from reader.base.messages import say
from reader.base.text import html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.post import ListPage, PostParts, make_posts
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
from reader.library.identity import title_fold
from reader.library.ids import find_ids
from reader.library.paper import Mention, Paper, Post, PostKind

MOST_BYTES = 50_000_000

_ID_FIELDS = ("doi", "eprint", "arxivid", "url", "ee", "note", "journal", "howpublished")
_ARXIV = re.compile(r"(?:[a-z-]+/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What a file gave: its papers, each once, and how many entries could not be read."""

    papers: tuple[Paper, ...]
    n_broken: int


def read_bibtex(data: bytes) -> Bibliography:
    """Read all entries that have a title.

    One without any identifier is named by its title, first author and year: `pdf:…`, which
    gives way as soon as a source brings the paper.
    """
    # It reports each broken entry on the error stream; they are counted instead.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    text = data[:MOST_BYTES].decode("utf-8-sig", "replace")
    # Braces are left for the names: of "{Moss and Fern}" nobody is called Fern.
    decode = LatexDecodingMiddleware(keep_braced_groups=True)
    found = parse_string(text, append_middleware=[decode, SeparateCoAuthors()])
    read: dict[str, Paper] = {}
    n_broken = len(found.failed_blocks)
    for entry in found.entries:
        fields = {key.casefold(): field.value for key, field in entry.fields_dict.items()}
        paper = _paper(fields)
        if paper is None:
            n_broken += 1
        else:
            read.setdefault(paper.id, paper)
    return Bibliography(tuple(read.values()), n_broken)


def _paper(fields: dict[str, object]) -> Paper | None:
    title = _text(fields.get("title"))
    if not title_fold(title):
        return None
    people = fields.get("author")
    people = (
        [a for a in people if _text(a) not in ("", "others")] if isinstance(people, list) else []
    )
    named = tuple(_text(a) for a in people)
    year = re.search(r"\b(?:1[89]|20)\d\d\b", _text(fields.get("year") or fields.get("date")))
    return Paper(
        ids=_ids(fields) or (_name(title, named, year.group() if year else ""),),
        title=title,
        authors=tuple(_in_order(name) for name in people),
        abstract=_text(fields.get("abstract")),
        published_on=date(int(year.group()), 1, 1) if year else None,
    )


def _ids(fields: dict[str, object]) -> tuple[str, ...]:
    """Find the identifiers, arXiv's first; a bare number counts in arXiv's own field only."""
    found: list[str] = []
    for name in _ID_FIELDS:
        value = _text(fields.get(name))
        if name in ("eprint", "arxivid") and _ARXIV.fullmatch(value):
            value = f"arXiv:{value}"
        if name == "doi" and value.startswith("10."):
            value = f"doi:{value}"
        found += [one.id for one in find_ids(value)]
    return tuple(dict.fromkeys(sorted(found, key=lambda id_: not id_.startswith("arxiv:"))))


def _in_order(author: str) -> str:
    """Print a name as papers do: "Field, Ada" is Ada Field; 山田, 太郎 is 山田 太郎."""
    if is_cjk(author):
        return " ".join(_text(author).replace(",", " ").split())
    return _text(parse_single_name_into_parts(author, strict=False).merge_first_name_first)


def _name(title: str, authors: tuple[str, ...], year: str) -> str:
    said = "\n".join((title_fold(title), *(a.casefold() for a in authors[:1]), year))
    return f"pdf:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _text(value: object) -> str:
    return " ".join(plain(re.sub(r"[{}]", "", str(value or ""))).split())


MAIL_FILES = ("*.eml", "*.mbox", "*.mbx")
"""What of a folder is read."""

_NEXT_MAIL = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]{1,300}\r?\n")
_HEADER = re.compile(rb"\A\s*(?:[A-Za-z][A-Za-z0-9-]{0,60}:[^\n]*\n)")


def read_scholar(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the papers of all alerts, each once, in the order of the mails.

    total: the papers and, for one each, the alerts of which nothing could be read. Raises
    SourceFailed for what is no mail, and where there are alerts and none of them lists
    anything that can be read: their form has changed then.
    """
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
    if n_unread and not posts:
        raise refusal(source, say("answer.alerts", n=n_unread))
    return ListPage(tuple(posts.values()), total=len(posts) + n_unread)


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


ARCHIVE_FILES = ("tweets.js", "tweets-part*.js", "tweet.js", "like.js")
"""What of an archive's folder `data` is read."""

_HEAD = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?window\.YTD\.\w+\.part\d+\s*=\s*(?=\[)")


def read_x_archive(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read one file of an archive. What the person liked counts as passed on."""
    head = _HEAD.match(content)
    if head is None:
        raise refusal(source, not_but("answer.no_tweets", content))
    items = objects(read_json(content[head.end() :].rstrip().rstrip(b";"), source=source))
    likes = [like for item in items if (like := inner(item, "like"))]
    tweets = [inner(item, "tweet") or item for item in items if not inner(item, "like")]
    tweets = [tweet for tweet in tweets if "full_text" in tweet or "text" in tweet]
    if items and not (likes or tweets):
        raise not_this(source, say("kind_of.x"))
    own = frozenset(field(tweet, "id_str", "id") for tweet in tweets)
    said = [_tweet(tweet, source, own) for tweet in tweets]
    return make_posts([*said, *(_like(like, source) for like in likes)])


def _tweet(tweet: Thing, source: str, own: frozenset[str]) -> PostParts:
    id_ = field(tweet, "id_str", "id")
    links = _links(tweet)
    return PostParts(
        guid=id_,
        author=source,
        body=_whole_links(field(tweet, "full_text", "text"), links),
        is_html=False,
        url=f"https://x.com/i/status/{id_}" if id_ else "",
        posted_at=_tweet_moment(field(tweet, "created_at")),
        links=tuple(whole for _, whole in links),
        kind=_kind(tweet, [whole for _, whole in links], own),
        n_votes=count(tweet, "favorite_count"),
    )


def _like(like: Thing, source: str) -> PostParts:
    id_ = field(like, "tweetId")
    return PostParts(
        guid=f"like-{id_}",
        author=source,
        body=unescape(field(like, "fullText")),
        is_html=False,
        url=field(like, "expandedUrl"),
        kind="repost",
    )


def _links(tweet: Thing) -> list[tuple[str, str]]:
    """Give (short, whole) of each link; t.co is not asked, since the archive knows."""
    found = objects(inner(tweet, "entities").get("urls"))
    pairs = [(field(link, "url"), field(link, "expanded_url")) for link in found]
    return [(short, whole) for short, whole in pairs if short and whole]


def _whole_links(text: str, links: Iterable[tuple[str, str]]) -> str:
    for short, whole in links:
        text = text.replace(short, whole)
    return unescape(text)


_STATUS = re.compile(r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/\w+/status/\d+")
_PASSED_ON = re.compile(r"RT @\w{1,20}: ")


def _kind(tweet: Thing, links: list[str], own: frozenset[str]) -> PostKind:
    if _PASSED_ON.match(field(tweet, "full_text", "text")):
        return "repost"
    if any(_STATUS.match(link) for link in links):
        return "quote"
    to = field(tweet, "in_reply_to_status_id_str", "in_reply_to_status_id")
    return "reply" if to and to not in own else "post"


def _tweet_moment(written: str) -> datetime | None:
    """Read "Wed Oct 10 20:19:24 +0000 2018"."""
    try:
        return datetime.strptime(written, "%a %b %d %H:%M:%S %z %Y")
    except ValueError:
        return None
