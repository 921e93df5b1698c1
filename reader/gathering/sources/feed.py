"""Read feeds entry by entry, RSS 0.9 to 2.0, Atom and JSON Feed 1.1: of posts, or of papers.

RSS has no field for a repost, a quote or a score, so each service writes them into the title or
the body in its own way, which is recognised and removed. Written after recorded feeds of Nitter,
Tumblr, Reddit and Lemmy, and after the source code of Nitter (quotes) and hnrss. An entry that is
not recognised is a post of its author.

A feed of papers has the names of Dublin Core (`dc:*`), PRISM (`prism:*`) and Highwire
(`citation_*`), and fields of IEEE Xplore and ScienceDirect. An entry is the paper that its own
fields name; one that names none is identified by its address (`web:…`). Papers that its abstract
links are cited ones. An entry that only links papers, as in somebody's reading list, stands for
those. Short addresses (t.co) are not followed here; nothing is fetched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from reader.base.messages import N_
from reader.base.text import html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.sources.answer import (
    Thing,
    moment,
    moment_of,
    not_but,
    objects,
    parse_feed,
    read_json,
    refusal,
    text,
    to_utf8,
)
from reader.library.identity import is_generic
from reader.library.ids import find_ids, web_id
from reader.library.paper import Mention, Paper, Post
from reader.library.post import ListPage, PostParts, make_post, make_posts


def read_posts(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read all posts of a feed, in its order.

    content_type: the header, for its charset. Raises SourceFailed for anything that is no feed.
    Posts with one guid are one post if their texts are equal, else the guid gets a suffix.
    """
    return make_posts(parts for parts, _ in _entries(content, source, content_type))


_TELLING = ("alternate", "enclosure", "related", "via")
"""The relations of an entry's links that may lead to its paper."""


def _entries(content: bytes, source: str, content_type: str) -> Iterator[tuple[PostParts, Any]]:
    """Yield each entry of a feed as the parts of a post, and as a dict of all its fields."""
    if content.lstrip()[:1] in (b"{", b"["):
        yield from _json_entries(content, source, content_type)
        return
    feed = parse_feed(content, source=source, content_type=content_type)
    owner = feed.channel.get("title", "")
    for entry in feed.entries:
        # The whole text is preferred to its summary.
        bodies = [*entry.get("content", ()), entry.get("summary_detail") or {}]
        body = next((b for b in bodies if b.get("value")), {"value": entry.get("summary", "")})
        # feedparser's own `get` would return one date for the other, with a warning.
        at = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        links = (x.get("href", "") for x in entry.get("links", ()) if x.get("rel") in _TELLING)
        parts = PostParts(
            guid=entry.get("id", ""),
            author=entry.get("author") or owner,
            title=entry.get("title", ""),
            body=body.get("value") or "",
            is_html=body.get("type") != "text/plain",
            url=entry.get("link", ""),
            posted_at=moment(at),
            links=tuple(links),
        )
        yield tidy(parts, owner), entry


def _json_entries(
    content: bytes, source: str, content_type: str
) -> Iterator[tuple[PostParts, Thing]]:
    feed = read_json(content, source=source, content_type=content_type)
    items = feed.get("items") if isinstance(feed, dict) else None
    # Other JSON may have "items" too; the version identifies a JSON Feed.
    if not isinstance(items, list) or "jsonfeed.org" not in text(feed, "version"):
        raise refusal(
            source, not_but(N_("the answer is {came}, not a feed"), to_utf8(content, content_type))
        )
    owner = _json_author(feed) or text(feed, "title")
    for item in objects(items):
        html = text(item, "content_html")
        attached = objects(item.get("attachments"))
        parts = PostParts(
            guid=text(item, "id"),
            author=_json_author(item) or owner,
            title=text(item, "title"),
            body=html or text(item, "content_text", "summary"),
            is_html=bool(html),
            url=text(item, "url", "external_url"),
            posted_at=moment_of([text(item, "date_published"), text(item, "date_modified")]),
            links=(text(item, "external_url"), *(text(thing, "url") for thing in attached)),
        )
        yield parts, item


def _json_author(thing: Thing) -> str:
    authors = objects(thing.get("authors")) or objects([thing.get("author")])
    return text(authors[0], "name") if authors else ""


def tidy(parts: PostParts, owner: str) -> PostParts:
    """Remove what a service puts around an entry's words; owner: the title of the feed."""
    fields = {
        "title": parts.title,
        "body": parts.body,
        "url": parts.url,
        "guid": parts.guid or parts.url,
    }
    for name, pattern, take_off in _HABITS:
        match = pattern.search(fields[name])
        if match and (tidied := take_off(parts, match, owner)):
            return tidied
    # Bridges write "RT @ada: …".
    if _RT.match(parts.title or html_to_text(parts.body[:500])[0]):
        title = _RT.sub("", parts.title, count=1)
        return replace(parts, title=title, author=owner or parts.author, kind="repost")
    return parts


_NITTER_REPOST = re.compile(r"\ART by @(?P<who>\w{1,40}): ?")
_NITTER_HEAD = re.compile(r"R to @(?P<whom>\w{1,40}): ?|Pinned: ")
_NITTER_STATUS = re.compile(r"/[A-Za-z0-9_]{1,15}/status/\d{5,20}(?:#m)?$")
_NITTER_QUOTE = re.compile(r"<hr\s*/?>\s*<blockquote>(.*?)(?:</blockquote>|\Z)", re.DOTALL)
_TUMBLR = re.compile(
    r"""\A\s*<p\s*>\s*<a\s[^<>]*class="tumblr_blog"[^<>]*>.*?</a\s*>\s*:\s*</p\s*>"""
)
_REDDIT = re.compile(
    r"""(?P<link>submitted\ by(?:\s|&\#32;)*<a\ href="https://www\.reddit\.com/user/
    [^<]*</a>.*)\Z""",
    re.DOTALL | re.VERBOSE,
)
_REDDIT_OWN = re.compile(r"https?://(?:www|old)\.reddit\.com/(?:user|r)/")
_LEMMY = re.compile(
    r"""\A\s*submitted\ by\ <a\ href="[^"<>]*">[^<>]*</a>\ to\ <a\ href="[^"<>]*">[^<>]*</a>
    <br\s*/?>(?P<points>-?\d{1,9})\ points?\ \|\ <a\ href="[^"<>]*">\d+\ comments?</a>(?:<br\s*/?>)?
    (?P<link><a\ href="[^"<>]*">[^<>]*</a>)?""",
    re.VERBOSE,
)
_LEMMY_USER = re.compile(r"\Ahttps?://([\w.:-]{1,100})/u/([\w.-]{1,100})\Z")
_FEDIVERSE = re.compile(r"\Ahttps?://([\w.:-]{1,100})/@([\w.-]{1,100})/\d{5,30}\Z")
_HNRSS = re.compile(
    r"""(?:<p>Article\ URL:\ (?P<link><a\ href="[^"<>]*">[^<>]*</a>)</p>\s*)?
    <p>Comments\ URL:\ <a\ href="[^"<>]*">[^<>]*</a></p>\s*
    <p>Points:\ (?P<points>\d{1,9})</p>\s*<p>\#\ Comments:\ \d+</p>""",
    re.VERBOSE,
)
_PASSED_ON = re.compile(
    r"\A(?P<who>[^\n:]{0,80}?) ?\b(?:boosted|reposted|retweeted|reblogged|shared a status by)\b"
    r"(?P<whom>[^\n:]{0,80}):? ?"
)
_RT = re.compile(r"(?:RT|🔁|♻️?) @?[\w.@-]{1,80}: ?")


def _nitter_repost(parts: PostParts, match: re.Match[str], owner: str) -> PostParts:
    title = parts.title[match.end() :]
    return replace(parts, title=title, author=f"@{match['who']}", kind="repost")


def _nitter_post(parts: PostParts, _: re.Match[str], owner: str) -> PostParts:
    """Remove Nitter's "R to @who: …" and "Pinned: …", and take a quote below a line apart."""
    head = _NITTER_HEAD.match(parts.title)
    title = parts.title[head.end() :] if head else parts.title
    quote = _NITTER_QUOTE.search(parts.body)
    if quote:
        body = parts.body[: quote.start()] + parts.body[quote.end() :]
        return replace(parts, title=title, body=body, quoted=quote[1], kind="quote")
    to = (head["whom"] or "").lower() if head else ""
    # A reply to oneself goes on with a thread.
    is_reply = to not in ("", parts.author.removeprefix("@").lower())
    return replace(parts, title=title, kind="reply" if is_reply else parts.kind)


def _tumblr(parts: PostParts, match: re.Match[str], owner: str) -> PostParts:
    """Take a reblog of Tumblr apart."""
    # It is a link to the other blog, its words as a block quotation, then own words.
    author = owner or parts.author
    below = parts.body[match.end() :]
    # The end of the last quotation, since reblogs of reblogs are nested.
    end = below.rfind("</blockquote")
    cut = below.find(">", end) + 1 if end >= 0 else len(below)
    own = below[cut:]
    if not plain(html_to_text(own)[0]):
        return replace(parts, body=below, author=author, kind="repost")
    return replace(parts, title="", body=own, quoted=below[:cut], author=author, kind="quote")


def _framed(parts: PostParts, match: re.Match[str], owner: str) -> PostParts:
    """Remove a service's frame from the body; its link is the post's, its points are votes.

    Reddit: "submitted by … [link] [comments]" at the end. Lemmy: "submitted by … to … | 180
    points | 19 comments" and the link before the words. hnrss: addresses of article and comments,
    then points.
    """
    found = match.groupdict()
    _, hrefs = html_to_text(found["link"] or "")
    points = found.get("points")
    return replace(
        parts,
        body=parts.body[: match.start()] + parts.body[match.end() :],
        author=_LEMMY_USER.sub(r"@\2@\1", parts.author),
        links=(*parts.links, *(href for href in hrefs if not _REDDIT_OWN.match(href))),
        n_votes=parts.n_votes if points is None else max(int(points), 0),
    )


def _tag_feed(parts: PostParts, match: re.Match[str], owner: str) -> PostParts | None:
    """Find the author of an entry in Mastodon's feed of a tag, by its address."""
    if not owner.startswith("#") or parts.author != owner:
        return None
    return replace(parts, author=f"@{match[2]}@{match[1]}")


def _passed_on(parts: PostParts, match: re.Match[str], owner: str) -> PostParts | None:
    """Turn a bridge's "Mio boosted Ada: …" into a repost."""
    who = match["who"].strip()
    # Only the feed's owner boosts in it: "How we boosted accuracy" is a title.
    if who not in owner or not (who or match["whom"].strip()):
        return None
    title = parts.title[match.end() :]
    return replace(parts, title=title, author=who or owner, kind="repost")


_HABITS: tuple[
    tuple[str, re.Pattern[str], Callable[[PostParts, re.Match[str], str], PostParts | None]], ...
] = (
    ("title", _NITTER_REPOST, _nitter_repost),
    ("guid", _NITTER_STATUS, _nitter_post),
    ("body", _TUMBLR, _tumblr),
    ("body", _REDDIT, _framed),
    ("body", _LEMMY, _framed),
    ("url", _FEDIVERSE, _tag_feed),
    ("body", _HNRSS, _framed),
    ("title", _PASSED_ON, _passed_on),
)
"""The habits of services: the field, the pattern that recognises it, and the function that removes
it; the first one that fits is applied."""


_CITATION_AUTHOR = re.compile(rb"<(/?)citation_author\b")
_NAMES = ("prism_doi", "citation_doi", "dc_identifier", "dc_source")
_DATES = (
    "prism_publicationdate",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
)
_LABEL = re.compile(r"(Publication date|Source|Author\(s\)|Available online):?\s*(.*)")
"""A labelled line in ScienceDirect's descriptions."""

_HEADING = re.compile(r"(?:abstract|summary)[.:]?", re.IGNORECASE)
_HEADING_WORD = re.compile(r"(?:ABSTRACT|Abstract[.:])\s+")
_PLACE = re.compile(
    r"[^.]{0,120},\s*(?:Published online:.*|EarlyView|Ahead of Print|Volume \d.*|Issue \d.*)"
    r"|doi:\s*\S+",
    re.IGNORECASE,
)
"""A line with the place of a paper in its journal, which is no part of the abstract."""

_LONGEST_PLACE = 200


def read_entries(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read all entries of a feed of papers, in its order; each mentions the paper that it is.

    An entry without a mention is no paper: a cover, a masthead.
    """
    # Of several elements of an unknown name feedparser keeps the last one, of `author` all.
    content = _CITATION_AUTHOR.sub(rb"<\1author", content)
    posts: dict[str, Post] = {}
    papers: dict[str, Paper] = {}
    for parts, entry in _entries(content, source, content_type):
        title = plain(html_to_text(parts.title or _field(entry, "citation_title"))[0])
        post = make_post(replace(parts, title=title, author="", kind="post"))
        if paper := _paper(parts, entry, title, post):
            post = replace(post, mentions=(Mention(paper.id),))
            papers[paper.id] = paper
        if post.guid in posts and posts[post.guid].text != post.text:
            post = replace(post, guid=f"{post.guid}#{len(posts)}")
        posts.setdefault(post.guid, post)
    return ListPage(tuple(posts.values()), tuple(papers.values()))


def _field(entry: Any, *names: str) -> str:
    """Get the first of some fields that is a text, "" for none."""
    values = (entry.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _paper(parts: PostParts, entry: Any, title: str, post: Post) -> Paper | None:
    """Make the paper that an entry is; None where its own fields do not show one.

    Papers of arXiv, OpenReview and the Anthology are None too: they are looked up by their ids,
    since their registries have more.
    """
    # Ids in the abstract are those of cited papers.
    named = [*(_field(entry, name) for name in _NAMES), parts.guid, parts.url]
    ids = [found.id for field in named for found in find_ids(field)]
    if not title or (ids and not ids[0].startswith("doi:")):
        return None
    bodies = [parts.body, _field(entry, "summary"), _field(entry, "citation_abstract")]
    # Summary and body are often the same, and one of them is cut.
    described = max((html_to_text(b)[0] if parts.is_html else b for b in bodies), key=len)
    lines = [plain(line) for line in described.split("\n")]
    labels = {match[1]: match[2] for line in lines if (match := _LABEL.match(line))}
    authors, abstract = _authors(entry, labels), _abstract(lines)
    is_described = any(name.startswith(("prism_", "citation_", "dc_")) for name in entry)
    is_described = is_described or isinstance(entry.get("authors"), str) or bool(labels)
    if (ids or post.mentions) and not is_described:
        return None  # somebody's list: the papers are those that it links, by other authors
    # An entry without authors is a paper only with a DOI or an abstract, and no editorial.
    if not (authors or ((ids or abstract) and not is_generic(title))):
        return None
    id_ = ids[0] if ids else web_id(parts.url) or web_id(parts.guid)
    if not id_:  # it has no page either
        digest = hashlib.sha256("\n".join([title, *authors]).encode()).hexdigest()
        id_ = f"pdf:{digest[:16]}"
    return Paper(
        ids=(id_,),
        title=title,
        authors=authors,
        abstract=abstract,
        comment=plain(_field(entry, "prism_publicationname", "citation_journal_title")),
        published_on=_published(parts, entry, labels),
    )


def _abstract(lines: Iterable[str]) -> str:
    """Join the lines of a description that are its abstract."""
    kept = [
        line
        for line in lines
        if line
        and not _LABEL.match(line)
        and not (len(line) <= _LONGEST_PLACE and _PLACE.match(line))
    ]
    return _HEADING_WORD.sub("", " ".join(kept[bool(kept and _HEADING.fullmatch(kept[0])) :]), 1)


def _authors(entry: Any, labels: Mapping[str, str]) -> tuple[str, ...]:
    given = entry.get("authors")
    if isinstance(given, str):  # IEEE Xplore: <authors>
        return _names(given)
    names = [name for a in objects(given) if plain(name := str(a.get("name") or ""))]
    if len(names) == 1:
        return _names(names[0])
    return tuple(_turned(plain(name)) for name in names) or _names(labels.get("Author(s)", ""))


_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?[ -]?){1,4}")


def _names(written: str) -> tuple[str, ...]:
    """Split several names in one text: at semicolons or lines, else at commas.

    "Field, Ada" is one name, and "Field, A., Lind, B." are two.
    """
    if re.search(r";|,\s*\n", written):
        parts = re.split(r";|,\s*\n", written)
        return tuple(_turned(name) for part in parts if (name := plain(part)))
    # At commas and "and", also at Chinese and Japanese commas.
    parts = re.split(r",\s+(?:and\s+|&\s*)?|\s+(?:and|&)\s+|\s*[、，]\s*", plain(written))
    parts = [part for part in parts if part]
    # Where every second part is initials, family names and initials alternate.
    if parts and len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2])):
        return tuple(f"{b} {a}" for a, b in zip(parts[::2], parts[1::2], strict=True))
    is_turned = len(parts) == 2 and "," in written and not any(" " in part for part in parts)
    if is_turned and not any(is_cjk(part) for part in parts):
        return (f"{parts[1]} {parts[0]}",)
    return tuple(parts)


def _turned(name: str) -> str:
    """Turn "Field, Ada" into "Ada Field"."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and "," not in given else name


_DAY = re.compile(r"(?P<y>[12]\d{3})(?:[-/](?P<m>\d\d?))?(?:[-/](?P<d>\d\d?))?")
_WRITTEN = re.compile(r"(?:(?P<d>\d\d?)\s+)?(?P<m>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<y>[12]\d{3})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _published(parts: PostParts, entry: Any, labels: Mapping[str, str]) -> date | None:
    """Determine the day of a paper: its own, else the entry's, else the issue's."""
    # The comes last, since it may still be in the future.
    written = [_field(entry, name) for name in _DATES]
    written += [labels.get("Available online", ""), labels.get("Publication date", "")]
    written.append(parts.posted_at.date().isoformat() if parts.posted_at else "")
    return next(filter(None, map(_day, [*written, _field(entry, "prism_coverdate")])), None)


def _day(written: str) -> date | None:
    """Read a day such as "2024-03-01" or "1 March 2024"; a missing month or day is the first."""
    match = _DAY.match(written.strip()) or _WRITTEN.match(written.strip())
    if not match:
        return None
    month = match["m"] or "1"
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    try:
        return date(int(match["y"]), number or int(month), int(match["d"] or 1))
    except ValueError:  # also of a word that is no month
        return None
