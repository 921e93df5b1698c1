"""Make references of papers, and read those that papers make of others.

Made: what a bibliography says of each paper, and the key that cites it. A key is the first
author's family name, the year and the first telling word of the title, as Better BibTeX makes it:
`field2026listening`. It is made of what was known of the paper first, so that a new version does
not change it. Values that registries and imports say of a publication are cleaned here as well.

Read: the entries of a list of references, and the places of a text that cite them. Entries are
numbered, have keys such as [Smi20], or are known by name and year. What is not sure is left out:
a title that cannot be told, a citation that fits two entries. Knows nothing of PDFs.
"""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from reader.base.text import plain
from reader.library.file_names import KEY_PATTERN, telling_words, year_of
from reader.library.identity import family_fold, is_generic, is_telling, title_fold
from reader.library.ids import find_ids, parse_id, url_of
from reader.library.paper import (
    HAS_CJK,
    FieldValue,
    FirstKnown,
    LibraryPaper,
    Paper,
    PersonName,
    Publication,
    name_parts,
)
from reader.library.passage import Document, sentences

Kind = Literal["article", "inproceedings", "misc"]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a bibliography says of a paper; "" or None for what is not known.

    venue: the journal or the proceedings. pages: "1-10". arxiv: the number of its preprint.
    """

    key: str
    paper: LibraryPaper
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
    paper: LibraryPaper,
    copies: Sequence[Paper],
    key: str,
    holding: Mapping[str, FieldValue] | None = None,
) -> Reference:
    """Make the reference of a paper: what was published goes before its preprint.

    copies: the papers that were merged into it, each as its own source has it. holding: the value
    that holds in each field. Title and authors are the cited copy's but for a hand's word.
    """
    holding = holding or {}
    values = {field: one.value for field, one in holding.items()}
    by_hand = {field: one.value for field, one in holding.items() if one.is_by_hand}
    record = paper.record
    kind, venue, cited = _published(record, copies)
    ids = dict.fromkeys((*record.ids, *(id_ for one in copies for id_ in one.ids)))
    # Reversed: of several ids of one scheme the first one stays in the dict.
    schemes = dict(id_.split(":", 1) for id_ in reversed(ids))
    if values.get("venue"):
        venue = values["venue"]
        kind = "inproceedings" if MEETING.search(venue) else "article"
    day = cited.published_on or record.published_on
    year = int(values["year"]) if values.get("year") else day.year if day else None
    authors = record.authors if "authors" in by_hand else cited.authors or record.authors
    # A first of January only stands for its year.
    is_whole_day = day and (day.month, day.day) != (1, 1) and day.year == year
    return Reference(
        key=key,
        paper=paper,
        kind=kind,
        title=plain(by_hand.get("title") or cited.title or record.title),
        people=tuple(_person(plain(author)) for author in authors),
        year=year or year_of(cited) or year_of(record),
        month=day.month if day and is_whole_day else None,
        venue=venue,
        doi=by_hand.get("doi") or schemes.get("doi") or values.get("doi", ""),
        arxiv=schemes.get("arxiv", ""),
        url=url_of(min(ids, key=_rank)),
        volume=values.get("volume", ""),
        number=values.get("number", ""),
        pages=values.get("pages", ""),
        publisher=values.get("publisher", ""),
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


LONGEST_WORD = 40
FEW_WORDS = 10
"""With more words to look for, to make every key is as quick."""


def may_share_keys(
    several: Iterable[FirstKnown], rows: Collection[int], pattern: str
) -> list[FirstKnown]:
    """Leave of papers some, and those that may have the same key as one of them.

    A family of thousands of papers has few whose titles begin with the same word, and to make
    each one's key takes ten times as long as to look for the word.
    """
    several = list(several)
    first = {_telling(one.title)[0][:LONGEST_WORD] for one in several if one.row in rows}
    has_word = re.search("{(?:word|title)}", pattern, re.IGNORECASE)
    if "" in first or not has_word or len(first) > FEW_WORDS:
        return several
    return [
        one
        for one in several
        if one.row in rows
        or not one.title.isascii()
        or any(word in one.title.lower() for word in first)
    ]


def _telling(title: str) -> list[str]:
    """List the first three telling words of a title, as keys have them; [""] without any."""
    return [_ascii(word) for word in telling_words(title)[:3]] or [""]


# A server makes the keys of the same names again and again: some families wrote hundreds of papers.
@functools.lru_cache(maxsize=4_096)
def _stem(one: FirstKnown, pattern: str) -> str:
    number, author = _ascii(one.id), family_fold(one.author) if one.author else "anon"
    telling = _telling(one.title)
    # A name or a title in Japanese has no letter of a-z: then the id tells the paper apart.
    if not (is_named := bool(re.fullmatch("[a-z]+", author))):
        author, telling = "anon", []
    word = "".join(telling[:1])[:LONGEST_WORD] or number
    titles = [*filter(None, telling)] or [number]
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


def publication_of(source: str, **values: str) -> Publication | None:
    """Clean what a source says; None where it names no publication, or a preprint server alone.

    values: fields of a Publication, as the source writes them.
    """
    texts = {name: cleaned(name, value) for name, value in values.items()}
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


@dataclass(frozen=True, slots=True)
class CitedWork:
    """An entry of a list of references.

    number: its place in the list, from 1. key: the number or label before it, "" without one.
    text: as printed, without the key. title: "" where it cannot be told. year: as printed
    ("2020a"). ids: printed in it, in canonical form. page, y: where it begins, in points from the
    top; y is None on a page whose text is turned.
    """

    number: int
    key: str
    text: str
    title: str
    year: str
    ids: tuple[str, ...]
    page: int
    y: float | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """List what it is matched by: its ids, and its folded title if only one paper has it."""
        is_own = is_telling(self.title) and not is_generic(self.title)
        return (*self.ids, *([f"title:{title_fold(self.title)}"] if is_own else []))


FEWEST_STRAY = 4
_KEY = re.compile(r"\[([^\[\]]{1,24})\]\s*|[(（]?(\d{1,3})[.)）]\s+")
_BROKEN = re.compile(r"((?:https?://|\b10\.\d{4,5}/)\S*[/_-])\s(?=[\w.])")
_ENTRY_YEAR = re.compile(r"(?<![\w./:–-])((?:19[3-9]|20[0-4])\d)([a-h]?)(?![\w/–-]|\.\d)")
_QUOTED = re.compile(r"[“\"「『]([^”\"」』]{8,300})[”\"」』]")
_AFTER_NAMES = re.compile(r"(?:\b[A-Z]\.|\bal\.?|\)|\w)\s?:\s+(?=\S)")
_AFTER_YEAR = re.compile(r"\s*[)\]]?\s*[.,:]\s+(?=\S)")


def works_of(document: Document) -> tuple[CitedWork, ...]:
    """Read the entries of a document's list of references, in its order."""
    found: list[CitedWork] = []
    for page in document.pages:
        for block in page.blocks:
            if block.kind == "reference":
                y = block.box[1] if block.box else None
                found.append(_work(len(found) + 1, block.text, page.number, y))
    # Tables of an appendix may look as entries: a list does not end in several that say nothing.
    n = len(found)
    while n and not (found[n - 1].key or (found[n - 1].title and found[n - 1].year)):
        n -= 1
    return tuple(found if len(found) - n < FEWEST_STRAY else found[:n])


def _work(number: int, printed: str, page: int, y: float | None) -> CitedWork:
    key = _KEY.match(printed)
    text = printed[key.end() :] if key else printed
    # An address that was broken at a line's end has a blank there.
    whole = _BROKEN.sub(r"\1", text)
    title, year = _title(whole)
    ids = tuple(dict.fromkeys(one.id for one in find_ids(whole)))
    label = (key[1] or key[2]).strip() if key else ""
    return CitedWork(number, label, text, title, year, ids, page, y)


def _title(text: str) -> tuple[str, str]:
    """Find the title and the year of an entry; each "" where it cannot be told."""
    years = list(_ENTRY_YEAR.finditer(text))
    last = "".join(years[-1].groups()) if years else ""
    if quoted := _QUOTED.search(text):
        return quoted[1].strip(" .,"), last
    # "A.L. Maas": initials end no sentence.
    text = _INITIALS.sub(" ", text)
    first, *rest = sentences(text) or [""]
    for year in years:
        # "Smith, J., and Jones, B. 2020a. Title. …", "Smith, J. (2020). Title. …"
        after = _AFTER_YEAR.match(text, year.end())
        if after and year.start() < 0.8 * len(text) and _are_names(text[: year.start()]):
            return _first_of(text[after.end() :]), "".join(year.groups())
    # "Smith, J., Jones, B.: Title. In: …"
    colon = _AFTER_NAMES.search(text)
    if colon and "," in text[: colon.start()] and _are_names(text[: colon.start()]):
        return _first_of(text[colon.end() :]), last
    # "POE, A., AND LEE, B. K. Title. …"
    if (names := _LAST_NAME.match(text)) and _are_names(names[0].title()):
        return _first_of(text[names.end() :]), last
    if rest and _are_names(first):
        return _first_of("".join(rest)), last
    return "", last


_INITIALS = re.compile(r"(?<=\b[A-Z]\.)(?=[A-Z]\.)")
_LAST_NAME = re.compile(
    r"(?:[^.,]+,(?:\s[A-Z]\.(?:-[A-Z]\.)?)+,\s)*(?:(?:AND|and|&)\s)?[^.,]+,(?:\s[A-Z]\.)+\s(?=[A-Z][\w’'-]*\s)"
)
_BEHIND = re.compile(r"\.\s+(?:arXiv|https?:|doi|bioRxiv|Available|In\s).*")
_AT_END = re.compile(r",?\s\(?(?:19|20)\d\d[a-h]?\)?\.?\s*$")
_NO_NAME = re.compile(r"\b(?:[a-z]{4,}|[Tt]he|of|for|in|on|with|to)\b(?!\s+[A-Z][\w’'-]+[,.&])")


def _are_names(text: str) -> bool:
    """Check whether the begin of an entry can be its authors: words with capitals, and "and"."""
    words = re.sub(r"\b(?:et al|and|others|eds?|editors?)\b", " ", text)
    return len(text) > 3 and not any(c.isdigit() for c in words) and not _NO_NAME.search(words)


def _first_of(text: str) -> str:
    """Get the first sentence of a text, without what small letters may begin behind it."""
    return _AT_END.sub("", _BEHIND.sub("", next(iter(sentences(text)), ""))).strip(" .,")


class Citation(NamedTuple):
    """A place `text[start:end]` that cites an entry of the list; number: of the entry."""

    start: int
    end: int
    number: int


_SURNAME = r"[^\W\d_][\w’'‐-]*[^\W\d_]"
_BY_NAME = re.compile(
    rf"(?P<name>{_SURNAME})(?P<others>\s+(?i:et\s+al\b\.?)|,?\s+(?:and|&)\s+(?P<second>{_SURNAME}))?"
    r"(?:’s|'s)?\s*,?\s*[(\[]?\s*(?P<years>\d{4}[a-h]?(?:\s*[,;]\s*(?:\d{4}[a-h]?|[a-h])(?![\w.]))*)"
    r"(?![\w–-])"
)
_ONE_YEAR = re.compile(r"(\d{4})?([a-h]?)")
_BRACKETS = re.compile(r"\[([^\[\]]{1,120})\]")
_PIECE = re.compile(r"[^,;–—\s](?:[^,;–—]*[^,;–—\s])?")
_RANGED = re.compile(r"(?<=\d)\s?-\s?(?=\d)")


class CitedWorks:
    """The entries of one list, as citations name them."""

    def __init__(self, works: Sequence[CitedWork]) -> None:
        keyed = [(re.sub(r"\s", "", work.key), work.number) for work in works if work.key]
        self._by_key = dict(reversed(keyed)) if len(keyed) > len(works) / 2 else {}
        self._is_numbered = sum(key.isdecimal() for key in self._by_key) > len(self._by_key) / 2
        self._by_year: dict[str, list[tuple[int, frozenset[str], frozenset[str]]]] = {}
        for work in works:
            first, names = _names(work)
            self._by_year.setdefault(work.year, []).append((work.number, first, names))

    def citations(self, text: str) -> list[Citation]:
        """Find the citations of a text that surely mean one entry, in their order."""
        found = [*self._in_brackets(text)] if self._by_key else []
        return sorted(found) if self._is_numbered else sorted([*found, *self._by_names(text)])

    def _in_brackets(self, text: str) -> Iterator[Citation]:
        for group in _BRACKETS.finditer(text):
            # A hyphen in "[3-5]" parts numbers; in "[Lee-98]" it is a part of the key.
            inner = _RANGED.sub(lambda sign: "–".center(len(sign[0])), group[1])
            pieces = [(p[0], p.start(), p.end()) for p in _PIECE.finditer(inner)]
            cited = [(self._by_key.get(re.sub(r"\s", "", p[0])), *p[1:]) for p in pieces]
            # After the first one may stand "Sec. 3"; with another number it is an interval.
            if not cited or cited[0][0] is None:
                continue
            if any(
                k is None and p[0].isdecimal() for p, (k, *_) in zip(pieces, cited, strict=True)
            ):
                continue
            for number, start, end in cited:
                if number is not None and len(cited) == 1:
                    yield Citation(group.start(), group.end(), number)
                elif number is not None:
                    yield Citation(group.start(1) + start, group.start(1) + end, number)

    def _by_names(self, text: str) -> Iterator[Citation]:
        for match in _BY_NAME.finditer(text):
            if not match["name"][0].isupper() and match["name"].isascii():
                continue
            year, begin = "", match.start()
            for one in _ONE_YEAR.finditer(text, match.start("years"), match.end("years")):
                year = one[1] or year
                if one[0] and (number := self._entry_for(match, year + one[2])):
                    yield Citation(begin, one.end(), number)
                    begin = one.end()
                if one[0]:
                    begin = max(begin, one.end())
                    begin += len(text[begin:]) - len(text[begin:].lstrip(" ,;"))

    def _entry_for(self, match: re.Match[str], year: str) -> int | None:
        """Find the only entry of a name and a year; a second name must be one of its authors."""
        name, second = _fold(match["name"]), _fold(match["second"] or "")
        several = self._by_year.get(year, [])
        fitting = [
            (number, name in first, names)
            for number, first, names in several
            if name in names and (not second or second in names)
        ]
        # "Poe, Lee and Kay (2020)" is read from its last two names.
        best = [one for one in fitting if one[1]] or (fitting if second else [])
        return best[0][0] if len(best) == 1 else None


def _names(work: CitedWork) -> tuple[frozenset[str], frozenset[str]]:
    """Fold the words of an entry's first author, and those of all authors."""
    text = work.text
    ends = [at for at in (text.find(work.title), text.find(work.year)) if at > 0]
    people = text[: min(ends, default=min(len(text), 60))]
    first = re.split(r"[,;:(]|\band\b|&|\bet al\b", people, maxsplit=1)[0]
    return _words(first), _words(people)


def _words(text: str) -> frozenset[str]:
    return frozenset(_fold(word) for word in re.findall(_SURNAME, text))


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in plain if c.isalnum())
