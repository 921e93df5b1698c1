"""Make references of papers: what a bibliography says of each, and the key that cites it.

A key is the first author's family name, the year and the first telling word of the title, as
Better BibTeX makes it: `field2026listening`. It is made of what was known of the paper first, so
that a new version does not change it.

Also cleans what registries and imports say of where a paper was published.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reader.base.text import plain
from reader.library.file_names import KEY_PATTERN, telling_words, year_of
from reader.library.identity import family_fold, title_fold
from reader.library.ids import parse_id, url_of
from reader.library.paper import (
    HAS_CJK,
    FieldValue,
    LibraryPaper,
    Paper,
    PersonName,
    Publication,
    name_parts,
)

Kind = Literal["article", "inproceedings", "misc"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a bibliography says of a paper; "" or None for what is not known.

    venue: the journal or the proceedings. pages: "1-10". arxiv: the number of its preprint.
    """

    key: str
    held: LibraryPaper
    kind: Kind
    title: str
    people: tuple[PersonName, ...]
    year: int | None
    month: int | None
    venue: str
    doi: str
    arxiv: str
    url: str
    volume: str = ""
    number: str = ""
    pages: str = ""
    publisher: str = ""


def _published(paper: Paper, copies: Sequence[Paper]) -> tuple[Kind, str, Paper]:
    """Find the copy to cite, with its kind and venue: what was published before its preprint."""
    # The copies first: a paper whose preprint came first has arXiv's comment and date.
    for one in sorted((*copies, paper), key=lambda one: _rank(one.id)):
        kind, venue = _venue(one)
        if venue:
            return kind, venue, one
    return "misc", "", paper


def reference_of(
    held: LibraryPaper,
    copies: Sequence[Paper],
    key: str,
    holding: Mapping[str, FieldValue] | None = None,
) -> Reference:
    """Make the reference of a paper: what was published goes before its preprint.

    copies: the papers that were merged into it, each as its own source has it. holding: the value
    that holds in each field. Title and authors are the cited copy's but for a hand's word.
    """
    holding = holding or {}
    said = {field: one.value for field, one in holding.items()}
    by_hand = {field: one.value for field, one in holding.items() if one.is_by_hand}
    paper = held.paper
    kind, venue, cited = _published(paper, copies)
    ids = dict.fromkeys((*paper.ids, *(id_ for one in copies for id_ in one.ids)))
    # Reversed: of several ids of one scheme the first one stays in the dict.
    schemes = dict(id_.split(":", 1) for id_ in reversed(ids))
    if said.get("venue"):
        venue = said["venue"]
        kind = "inproceedings" if MEETING.search(venue) else "article"
    day = cited.published_on or paper.published_on
    year = int(said["year"]) if said.get("year") else day.year if day else None
    authors = paper.authors if "authors" in by_hand else cited.authors or paper.authors
    # A first of January only stands for its year.
    is_whole_day = day and (day.month, day.day) != (1, 1) and day.year == year
    return Reference(
        key=key,
        held=held,
        kind=kind,
        title=plain(by_hand.get("title") or cited.title or paper.title),
        people=tuple(_person(plain(author)) for author in authors),
        year=year or year_of(cited) or year_of(paper),
        month=day.month if day and is_whole_day else None,
        venue=venue,
        doi=by_hand.get("doi") or schemes.get("doi") or said.get("doi", ""),
        arxiv=schemes.get("arxiv", ""),
        url=url_of(min(ids, key=_rank)),
        volume=said.get("volume", ""),
        number=said.get("number", ""),
        pages=said.get("pages", ""),
        publisher=said.get("publisher", ""),
    )


_RANKS = ("acl", "doi", "openreview", "arxiv", "web")


def _rank(id_: str) -> int:
    """Order ids by what is cited first: the proceedings' before the preprint's."""
    scheme = id_.partition(":")[0]
    return _RANKS.index(scheme) if scheme in _RANKS else len(_RANKS)


_ACL = re.compile(r"acl:(\d{4})\.(?:(findings)-)?([a-z0-9]+)")
_OLD_ACL = re.compile(r"acl:([A-Z])(\d\d)")
_OLD_NAMES = {
    "C": "COLING", "D": "EMNLP", "E": "EACL", "J": "cl", "K": "CoNLL", "L": "LREC", "N": "NAACL",
    "P": "ACL", "Q": "tacl", "S": "SemEval",
}  # fmt: skip
"""The letters of the ACL Anthology's ids until 2019; W stands for all workshops."""
_JOURNALS = {
    "cl": "Computational Linguistics",
    "tacl": "Transactions of the Association for Computational Linguistics",
}


def _venue(paper: Paper) -> tuple[Kind, str]:
    """Name where a paper was published, "" where nothing says so."""
    scheme = paper.id.partition(":")[0]
    if scheme == "acl" and (name := _acl_name(paper)):
        journal = _JOURNALS.get(name)
        return ("article", journal) if journal else ("inproceedings", name)
    # What arXiv's authors write ("12 pages") is no venue; an entry that was imported has no class.
    is_theirs = scheme == "arxiv" and (paper.categories or paper.version)
    # An import writes the venue first, and the entry's note behind it.
    venue = "" if is_theirs else plain(paper.comment).partition(" · ")[0]
    if not venue or UNPUBLISHED.match(venue):
        return "misc", ""
    is_meeting = scheme == "openreview" or MEETING.search(venue)
    return "inproceedings" if is_meeting else "article", venue


def _acl_name(paper: Paper) -> str:
    if new := _ACL.match(paper.id):
        year, findings, name = new.groups()
        meeting = f"{name.upper()} {year}"
        return name if name in _JOURNALS else f"Findings of {meeting}" if findings else meeting
    old = _OLD_ACL.match(paper.id)
    name = _OLD_NAMES.get(old[1], "") if old else ""
    return name if not name or name in _JOURNALS else f"{name} {year_of(paper)}"


_GROUP = re.compile(
    r"\b(?:and|team|group|collaboration|consortium|community|project)\b", re.IGNORECASE
)


def _person(author: str) -> PersonName:
    """Split a name; the name of a group stays whole."""
    return PersonName(author) if _GROUP.search(author) else name_parts(author)


def is_whole(name: PersonName) -> bool:
    """Check whether a name is kept whole, as a group's or one in characters."""
    return not name.given and (" " in name.family or bool(HAS_CJK.search(name.family)))


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """What was known of a paper first: its row, id, title, first author and day."""

    row: int
    id: str
    title: str
    author: str
    on: date | None


def citation_keys(
    several: Iterable[FirstKnown],
    imported: Mapping[int, str] | None = None,
    pattern: str = KEY_PATTERN,
) -> dict[int, str]:
    """Make the keys of papers, row → key.

    pattern: one in which `key_pattern_problem` finds nothing.
    imported: all keys that imports brought, row → key; a paper keeps its own. Of other papers that
    would have the same key the first row keeps it, the others get -2, -3 …: so a paper that comes
    later changes no key. The papers must hold all that share a family name.
    """
    keys = dict(imported or {})
    taken = set(keys.values())
    n_with: dict[str, int] = {}
    for one in sorted(several, key=lambda one: one.row):
        stem = _stem(one, pattern)
        for n in itertools.count(n_with.get(stem, 0) + 1):
            key = stem if n == 1 else f"{stem}-{n}"
            # A paper with an imported key takes one too, so that the others keep theirs.
            if key not in taken or one.row in keys:
                break
        n_with[stem] = n
        keys.setdefault(one.row, key)
    return keys


# A server makes the keys of the same names again and again: some families wrote hundreds of papers.
@functools.lru_cache(maxsize=4_096)
def _stem(one: FirstKnown, pattern: str) -> str:
    number, author = _ascii(one.id), family_fold(one.author) if one.author else "anon"
    telling = [_ascii(word) for word in telling_words(one.title)[:3]]
    # A name or a title in Japanese has no letter of a-z: then the id tells the paper apart.
    if not (is_named := bool(re.fullmatch("[a-z]+", author))):
        author, telling = "anon", []
    word, titles = "".join(telling[:1])[:40] or number, [*filter(None, telling)] or [number]
    year = year_of(Paper((one.id,), "", published_on=one.on)) or "undated"
    values = {"author": author, "word": word, "title": "".join(titles), "id": number, "year": year}
    values |= {"Author": author.capitalize(), "Word": word.capitalize()}
    stem = pattern.format_map(values | {"Title": "".join(map(str.capitalize, titles))})
    return stem if is_named or number in stem.lower() else stem + number


def _ascii(text: str) -> str:
    # Keys are a-z and 0-9 alone: BibTeX, biber and LaTeX on any system agree on these.
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())


MEETING = re.compile(
    r"\b(?:proc(?:eedings|\.)|conference|workshop|symposium|meeting|(?:19|20)\d\d)\b", re.IGNORECASE
)
"""A word by which a venue is known as proceedings and no journal."""

UNPUBLISHED = re.compile(
    r"(?:submitted|under review|bioRxiv|medRxiv|arXiv|CoRR)\b|.*\b(?:withdrawn|rejected)\b",
    re.IGNORECASE,
)
"""The venue of a paper that was published nowhere yet."""

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_DOI = re.compile(r"10\.\d+/\S+")
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]+\s*")
_LONGEST = 1_000
"""Letters of a field."""


def publication_of(source: str, **said: str) -> Publication | None:
    """Clean what a source says; None where it names no publication, or a preprint server alone.

    said: fields of a Publication, as the source writes them.
    """
    texts = {name: cleaned(name, value) for name, value in said.items()}
    venue, publisher = texts.get("venue", ""), texts.get("publisher", "")
    is_out = not UNPUBLISHED.match(venue or publisher)
    has_place = any(text for name, text in texts.items() if name not in ("year", "doi"))
    return Publication(source, **texts) if is_out and has_place else None


def cleaned(field: str, value: str) -> str:
    """Write the value of a field as it is stored; "" for what cannot be one."""
    text = plain(value)
    if field == "year":
        found = _YEAR.search(text)
        return found[0] if found else ""
    if field == "doi":
        named = _DOI.search(text.lower())
        # A DOI of arXiv's is the preprint's.
        return named[0] if named and not named[0].startswith("10.48550/") else ""
    if field in ("volume", "number") and parse_id(text.removeprefix("abs/")):
        return ""  # the number of a preprint
    if field == "pages":
        text = _DASH.sub("-", re.sub(r"^pp?\.\s*", "", text))
    return text[:_LONGEST]


def named_meeting(venue: str, year: str) -> str:
    """Name the proceedings of a meeting: "Interspeech" in 2023 is "Interspeech 2023"."""
    return f"{venue} {year}" if venue and year and not MEETING.search(venue) else venue


def differing(values: Sequence[FieldValue]) -> list[FieldValue]:
    """List the values of a field that say something else than the first one, each once.

    Case, accents, blanks and punctuation make no difference.
    """
    different = {title_fold(one.value) or one.value: one for one in reversed(values)}
    return [one for one in values[1:] if one in different.values()]
