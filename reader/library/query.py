"""Read the query language of `reader search`: words, "phrases", -words and filters.

    topic:speech/translation  tag:survey  author:inaguma  year:2020-2023  has:note  state:pick
    rating:>3  priority:high

Any string is a query: what is no filter counts as words. Knows nothing of papers and indexes.
"""

from __future__ import annotations

import calendar
import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from reader.base.text import as_utf8
from reader.library.paper import State
from reader.library.properties import clean_tag, priority_of, ratings_in

Name = Literal["topic", "tag", "rating", "priority", "author", "year", "has", "state", "on"]
Has = Literal["note", "pdf", "highlight"]

FILTERS: tuple[Name, ...] = get_args(Name)
HAS: tuple[Has, ...] = get_args(Has)
STATES: tuple[State, ...] = get_args(State)

PASTED, PASTED_WORDS = 300, 30
"""Characters, and words, from which on a query counts as pasted text. A quarter of 416 notes
holds a quotation, which would otherwise be a phrase that each result must have."""

LONGEST = 2_000
"""Characters that are read. The encoder takes 16 s for 100,000, pasted by mistake."""

OPERATORS = frozenset(("AND", "OR", "NOT", "&&", "||", "|", "!"))
"""Operators of other search engines, which this one does not have. The words count in capitals
only, as they do there. A lone & is none: people write "Q & A"."""

MAX_PARTS = 16
"""The most filters, phrases and left-out words of a query, each; further ones count as words."""

LIKENESS = 0.75
"""The least likeness (difflib, 0 to 1) of a word before a colon to the name of a filter from
which on it may be that name, mistyped."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition that each result must meet, or must not meet (is_not).

    days: the first and the last day that fit, for `year` and `on` only; both inclusive.
    ratings: the same for `rating`, (0, 0) for papers without one.
    """

    name: Name
    value: str
    is_not: bool = False
    days: tuple[date, date] | None = None
    ratings: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part that looks like a filter and is none; it is searched as words.

    near: the filter that may have been meant. is_value: its name is right and its value wrong.
    """

    text: str
    near: Name
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read.

    words: the free words and those of the phrases, as typed; the encoder gets these.
    has_operators: it had operators, or brackets around words, which were left out.
    is_cut: only its first `LONGEST` characters were read.
    """

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    unclear: tuple[Unclear, ...] = ()
    has_operators: bool = False
    is_cut: bool = False

    @property
    def asks(self) -> bool:
        """Check whether there is anything to search; left-out words alone are nothing."""
        return bool(self.words.strip() or self.filters)


# A part is one of: -word, name:value, "quoted", 「quoted」, bare; `name` and `minus` may stand
# before any of the last three. Japanese keyboards type full-width colons and quotation marks.
_PART = re.compile(
    r"""(?P<minus>(?<!\S)-)?(?:(?P<name>[A-Za-z]{1,20})[:：])?
    (?:["“”](?P<quoted>[^"“”]*)["“”]|「(?P<bracketed>[^「」]*)」|(?P<bare>[^\s"“”「」]+))""",
    re.VERBOSE,
)

_GLUED = re.compile(r"(?<![^\s(（])(AND|OR|NOT|ＡＮＤ|ＯＲ|ＮＯＴ)(?=[(（])")
"""An operator that stands right before a bracket: NOT(survey)."""


@dataclass(slots=True)
class _QueryParts:
    """The parts of a query that were read so far."""

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    has_operators: bool = False


def parse(text: str) -> Query:
    """Read a query; every string is one.

    "…", “…” and 「…」 hold a phrase; an opening quotation mark alone is ignored. All filters
    must fit. A text longer than PASTED characters or PASTED_WORDS words was pasted: all of it
    is words.
    """
    is_cut, text = len(text) > LONGEST, as_utf8(text[:LONGEST])
    # The quotation marks and dashes of a pasted text are its author's, no part of a query.
    if len(text) > PASTED or len(text.split()) > PASTED_WORDS:
        return Query(words=text, is_cut=is_cut)
    read = _QueryParts()
    for part in _PART.finditer(_GLUED.sub(r"\1 ", text)):
        bare = unicodedata.normalize("NFKC", part["bare"] or "")
        word = bare.strip("()")
        is_operator = bare != word == "" or (part[0] == part["bare"] and word in OPERATORS)
        # "(ASR)" and "word(s)" are how people write; "(speech" opens a group.
        read.has_operators |= is_operator or bare.count("(") != bare.count(")")
        if is_operator:
            continue
        # An empty phrase ("") is a phrase too, and None is none.
        quoted = next((q for q in (part["quoted"], part["bracketed"]) if q is not None), None)
        value = (part["bare"] if quoted is None else quoted).strip()
        if part["name"] and value and _take_filter(read, part[0], part["name"], value):
            continue
        _take_words(read, part, value, is_phrase=quoted is not None)
    return Query(
        " ".join(read.words),
        tuple(read.phrases),
        tuple(read.without),
        tuple(read.filters),
        tuple(read.unclear),
        read.has_operators,
    )


def _take_filter(read: _QueryParts, whole: str, typed: str, value: str) -> bool:
    """Add a part as a filter, and return whether it is one; else what it may have been is kept."""
    name = next((known for known in FILTERS if known == typed.casefold()), None)
    if name is None:
        near = difflib.get_close_matches(typed.casefold(), FILTERS, n=1, cutoff=LIKENESS)
        read.unclear += [Unclear(whole, known) for known in FILTERS if known in near][:MAX_PARTS]
        return False
    found = _filter(name, unicodedata.normalize("NFKC", value), is_not=whole.startswith("-"))
    if found is None:
        read.unclear.append(Unclear(whole, name, is_value=True))
        return False
    if len(read.filters) >= MAX_PARTS:
        return False
    read.filters.append(found)
    return True


def _take_words(read: _QueryParts, part: re.Match[str], value: str, *, is_phrase: bool) -> None:
    is_word = any(c.isalnum() for c in value)
    before = f"{part['name']}:" if part["name"] else ""
    # "-year: 2020", with a blank after the colon, is no word to leave out.
    if part["minus"] and not before and not value.endswith((":", "：")):
        if is_word and len(read.without) < MAX_PARTS:
            read.without.append(value)
            return
        if not is_word:
            return
    if is_phrase and is_word and len(read.phrases) < MAX_PARTS:
        read.phrases.append(value)
    # Signs outside of ASCII may mean something: 🐟.
    if is_word or not value.isascii():
        read.words.append(before + value)


def _filter(name: Name, value: str, *, is_not: bool) -> Filter | None:
    if name in ("year", "on"):
        days = _years(value) if name == "year" else _period(value)
        return Filter(name, value, is_not, days) if days else None
    if name == "has":
        kind = value.casefold().removesuffix("s")
        return Filter(name, kind, is_not) if kind in HAS else None
    if name == "state":
        state = value.casefold()
        return Filter(name, state, is_not) if state in STATES else None
    if name == "rating":
        ratings = ratings_in(value)
        return Filter(name, value, is_not, ratings=ratings) if ratings else None
    if name == "priority":
        priority = priority_of(value)
        return Filter(name, priority, is_not) if priority else None
    if name == "tag":
        return Filter(name, tag, is_not) if (tag := clean_tag(value)) else None
    shown = value.strip("/") if name == "topic" else value
    return Filter(name, shown, is_not) if any(c.isalnum() for c in shown) else None


def _years(value: str) -> tuple[date, date] | None:
    """Read years: 2023, 2020-2023, 2020- or -2023; None for anything else."""
    match = re.fullmatch(r"([1-9][0-9]{3})?(-)?([1-9][0-9]{3})?", value)
    if match is None or not (match[1] or match[3]) or (match[3] and not match[2]):
        return None
    first = int(match[1] or date.min.year)
    last = int(match[3] or (date.max.year if match[2] else first))
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _period(value: str) -> tuple[date, date] | None:
    """Read a day, a month or a year: 2026-10-03, 2026-10, 2026; None for anything else."""
    match = re.fullmatch(r"([1-9][0-9]{3})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", value)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    try:
        if not match[2]:
            return date(year, 1, 1), date(year, 12, 31)
        last = day if match[3] else calendar.monthrange(year, month)[1]
        return date(year, month, day if match[3] else 1), date(year, month, last)
    except ValueError:  # the thirteenth month, the thirtieth of February
        return None
