"""Read a feed whose entries are papers: all that it says of each, also where it prints no id.

RSS, Atom or JSON Feed with the names of Dublin Core (`dc:*`), PRISM (`prism:*`) and Highwire
(`citation_*`), and what IEEE Xplore and ScienceDirect put elsewhere. An entry is the paper
that its own fields name; one that names none is known by its address (`web:…`). What its
abstract links is cited. An entry that only links papers, as in somebody's reading list, stands
for those. Nothing is fetched.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from reader.base.text import html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.post import PostParts, make_post
from reader.gathering.sources.feed import objects
from reader.gathering.sources.timeline import said_of_entries
from reader.library.identity import is_generic
from reader.library.ids import find_ids, web_id
from reader.library.paper import Mention, Paper, Post


def read_entries(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read all entries, as the feed orders them; each mentions the paper that it is.

    One without a mention is no paper that can be told: a cover, a masthead.
    """
    return tuple(post for post, _ in _entries(content, source, content_type))


def entry_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read what the feed says of the papers that its entries are."""
    found = (paper for _, paper in _entries(content, source, content_type) if paper)
    return tuple({paper.id: paper for paper in found}.values())


def _entries(content: bytes, source: str, content_type: str) -> Iterator[tuple[Post, Paper | None]]:
    # feedparser keeps of several elements of an unknown name the last, of authors all.
    content = _CITATION_AUTHOR.sub(rb"<\1author", content)
    seen: dict[str, str] = {}
    for said, entry in said_of_entries(content, source=source, content_type=content_type):
        title = plain(html_to_text(said.title or _field(entry, "citation_title"))[0])
        post = make_post(replace(said, title=title, author="", kind="post"))
        paper = _paper(said, entry, title, post)
        if paper:
            post = replace(post, mentions=(Mention(paper.id),))
        if post.guid in seen and seen[post.guid] == post.text:
            continue
        if post.guid in seen:
            post = replace(post, guid=f"{post.guid}#{len(seen)}")
        seen[post.guid] = post.text
        yield post, paper


_CITATION_AUTHOR = re.compile(rb"<(/?)citation_author\b")


def _paper(said: PostParts, entry: Any, title: str, post: Post) -> Paper | None:
    """Make the paper that an entry is, None where its own fields do not tell.

    arXiv's, OpenReview's and the Anthology's ids are looked up: there is more to know there.
    """
    named = [*(_field(entry, name) for name in _NAMES), said.guid, said.url]
    ids = [found.id for text in named for found in find_ids(text)]
    if not title or (ids and not ids[0].startswith("doi:")):
        return None
    lines = _lines(said, entry)
    authors, abstract = _authors(entry, lines), _abstract(lines)
    if (ids or post.mentions) and not _is_of_journal(entry, lines):
        return None  # somebody's list: what it links are the papers, by other authors
    # A title alone is a paper by its DOI, an editorial alone is none.
    if not (authors or ((ids or abstract) and not is_generic(title))):
        return None
    address = web_id(said.url) or web_id(said.guid)
    return Paper(
        ids=(ids[0] if ids else address or _nameless(title, authors),),
        title=title,
        authors=authors,
        abstract=abstract,
        comment=plain(_field(entry, "prism_publicationname", "citation_journal_title")),
        published_on=_published(said, entry, lines),
    )


_NAMES = ("prism_doi", "citation_doi", "dc_identifier", "dc_source")
_DATES = (
    "prism_publicationdate",
    "citation_publication_date",
    "citation_online_date",
    "citation_date",
)


def _is_of_journal(entry: Any, lines: Iterable[str]) -> bool:
    """Tell an entry that a publisher describes from one in which somebody links a paper."""
    is_described = any(name.startswith(("prism_", "citation_", "dc_")) for name in entry)
    return is_described or isinstance(entry.get("authors"), str) or bool(_labelled(lines))


def _nameless(title: str, authors: Iterable[str]) -> str:
    """Make a name for what has not even a page, as for a PDF that nobody knows."""
    said = "\n".join([title, *authors])
    return f"pdf:{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _field(entry: Any, *names: str) -> str:
    """Give the first of some fields that has a text, "" for none."""
    values = (entry.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")


def _lines(said: PostParts, entry: Any) -> list[str]:
    """Give the text of an entry's longest description, line by line."""
    bodies = [said.body, _field(entry, "summary"), _field(entry, "citation_abstract")]
    texts = [html_to_text(body)[0] if said.is_html else body for body in bodies]
    return [line for text in [max(texts, key=len)] if text for line in map(plain, text.split("\n"))]


_LABEL = re.compile(r"(Publication date|Source|Author\(s\)|Available online):?\s*(.*)")
_HEADING = re.compile(r"(?:abstract|summary)[.:]?", re.IGNORECASE)
_SAID_FIRST = re.compile(r"(?:ABSTRACT|Abstract[.:])\s+")
_PLACE = re.compile(
    r"[^.]{0,120},\s*(?:Published online:.*|EarlyView|Ahead of Print|Volume \d.*|Issue \d.*)"
    r"|doi:\s*\S+",
    re.IGNORECASE,
)
_LONGEST_PLACE = 200


def _is_place(line: str) -> bool:
    """Tell the line of its own that says where a paper stands, and nothing of what it says."""
    return len(line) <= _LONGEST_PLACE and bool(_PLACE.match(line))


def _labelled(lines: Iterable[str]) -> dict[str, str]:
    """Give what stands behind ScienceDirect's labels."""
    return {match[1]: match[2] for line in lines if (match := _LABEL.match(line))}


def _abstract(lines: Iterable[str]) -> str:
    kept = [line for line in lines if line and not (_LABEL.match(line) or _is_place(line))]
    return _SAID_FIRST.sub("", " ".join(kept[bool(kept and _HEADING.fullmatch(kept[0])) :]), 1)


def _authors(entry: Any, lines: Iterable[str]) -> tuple[str, ...]:
    given = entry.get("authors")
    if isinstance(given, str):  # IEEE Xplore: <authors>
        return _names(given)
    names = [plain(str(author.get("name") or "")) for author in objects(given)]
    names = [name for name in names if name]
    if len(names) == 1:
        written = next(str(a.get("name")) for a in objects(given) if a.get("name"))
        return _names(written)
    return tuple(map(_turned, names)) or _names(_labelled(lines).get("Author(s)", ""))


def _names(written: str) -> tuple[str, ...]:
    """Part several names that stand in one text: by semicolons or lines, else by commas.

    "Field, Ada" is one name, and "Field, A., Lind, B." are two.
    """
    if re.search(r";|,\s*\n", written):
        parts = re.split(r";|,\s*\n", written)
        return tuple(_turned(name) for part in parts if (name := plain(part)))
    parts = re.split(r",\s+(?:and\s+|&\s*)?|\s+(?:and|&)\s+|\s*[、，]\s*", plain(written))
    parts = [part for part in parts if part]
    if parts and len(parts) % 2 == 0 and all(map(_INITIALS.fullmatch, parts[1::2])):
        return tuple(f"{b} {a}" for a, b in zip(parts[::2], parts[1::2], strict=True))
    is_turned = len(parts) == 2 and "," in written and not any(" " in part for part in parts)
    if is_turned and not any(is_cjk(part) for part in parts):
        return (f"{parts[1]} {parts[0]}",)
    return tuple(parts)


_INITIALS = re.compile(r"(?:[A-ZÀ-Þ]\.?[ -]?){1,4}")


def _turned(name: str) -> str:
    """Turn "Field, Ada" into "Ada Field"."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma and "," not in given else name


_DAY = re.compile(r"(?P<y>[12]\d{3})(?:[-/](?P<m>\d\d?))?(?:[-/](?P<d>\d\d?))?")
_WRITTEN = re.compile(r"(?:(?P<d>\d\d?)\s+)?(?P<m>[A-Z][a-z]{2})[a-z]*\.?\s+(?P<y>[12]\d{3})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _published(said: PostParts, entry: Any, lines: Iterable[str]) -> date | None:
    """Give the day that the feed says a paper is of: its own, else that of the entry, else that
    of the issue, which may be still to come. A missing month or day is the first."""
    labels = _labelled(lines)
    own = [*(_field(entry, name) for name in _DATES)]
    own += [labels.get("Available online", ""), labels.get("Publication date", "")]
    posted = said.posted_at.date().isoformat() if said.posted_at else ""
    days = map(_day, [*own, posted, _field(entry, "prism_coverdate")])
    return next((day for day in days if day), None)


def _day(written: str) -> date | None:
    match = _DAY.match(written.strip()) or _WRITTEN.match(written.strip())
    if not match:
        return None
    month = match["m"] or "1"
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    try:
        return date(int(match["y"]), number or int(month), int(match["d"] or 1))
    except ValueError:  # also of a word that is no month
        return None
