"""Read the entries of a list of references, and find the places of a text that cite them.

Entries are numbered, have keys such as [Smi20], or are known by name and year. What is not sure is
left out: a title that cannot be told, a citation that fits two entries. Knows nothing of PDFs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reader.library.identity import is_generic, is_telling, title_fold
from reader.library.ids import find_ids
from reader.library.passage import Document, sentences


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
_YEAR = re.compile(r"(?<![\w./:–-])((?:19[3-9]|20[0-4])\d)([a-h]?)(?![\w/–-]|\.\d)")
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
    years = list(_YEAR.finditer(text))
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
                if one[0] and (number := self._meant(match, year + one[2])):
                    yield Citation(begin, one.end(), number)
                    begin = one.end()
                if one[0]:
                    begin = max(begin, one.end())
                    begin += len(text[begin:]) - len(text[begin:].lstrip(" ,;"))

    def _meant(self, match: re.Match[str], year: str) -> int | None:
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
