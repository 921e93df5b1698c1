"""Read the query language of `reader search`: words, "phrases", -words and filters.

    topic:speech/translation  author:inaguma  year:2020-2023  has:note  state:pick  on:2026-10

Any string is a query: what is no filter is words. Knows nothing of papers and indexes.
"""

from __future__ import annotations

import calendar
import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from reader.library.paper import State

Name = Literal["topic", "author", "year", "has", "state", "on"]
Has = Literal["note", "pdf", "highlight"]

FILTERS: tuple[Name, ...] = get_args(Name)
HAS: tuple[Has, ...] = get_args(Has)
STATES: tuple[State, ...] = get_args(State)

PASTED, PASTED_WORDS = 300, 30
"""Characters, and words, from which on a text was pasted rather than asked. Of 416 notes a
quarter holds a quotation, which would be a phrase that must be there."""

LONGEST = 2_000
"""Characters that are read: 100,000 of them, pasted by mistake, take the encoder 16 s."""

OPERATORS = frozenset(("AND", "OR", "NOT", "&&", "||", "|", "!"))
"""What other searches understand and this one does not, each standing alone; words in capitals
only, as it is there. A lone & is how people write: Q & A."""

MAX_PARTS = 16
"""Filters, phrases and left-out words each; more of them are words."""

LIKENESS = 0.75
"""How like a filter's name a word before a colon is that may be it, mistyped."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a paper must have, or must not have.

    days: of `year` and `on` the first and the last one that fit.
    """

    name: Name
    value: str
    is_not: bool = False
    days: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part that looks like a filter and is none: it is looked for as words.

    near: the filter that may have been meant; where its name is right, the value is wrong.
    """

    text: str
    near: Name
    is_value: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked.

    words: free words with those of the phrases, as typed: what is compared by meaning.
    has_operators: there were operators or brackets around words, which are left out.
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
        """Check whether anything is looked for: leaving out alone is no question."""
        return bool(self.words.strip() or self.filters)


_PART = re.compile(
    r"""(?P<minus>(?<!\S)-)?(?:(?P<name>[A-Za-z]{1,20})[:：])?
    (?:["“”](?P<quoted>[^"“”]*)["“”]|「(?P<bracketed>[^「」]*)」|(?P<bare>[^\s"“”「」]+))""",
    re.VERBOSE,
)

_GLUED = re.compile(r"(?<![^\s(（])(AND|OR|NOT|ＡＮＤ|ＯＲ|ＮＯＴ)(?=[(（])")
"""NOT(survey)"""


@dataclass(slots=True)
class _QueryParts:
    """The parts found so far."""

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    has_operators: bool = False


def parse(text: str) -> Query:
    """Read a query; every string is one.

    "…", “…” and 「…」 hold a phrase; an open quote is none. Several filters must all fit.
    A long text was pasted and is words throughout: its quotes and dashes are its author's.
    """
    is_cut, text = len(text) > LONGEST, text[:LONGEST]
    # Pasted: its quotes and dashes are its author's, and mean nothing to us.
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
    """Take a part as a filter; False where it is none, and then says what it may have been."""
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
    if part["minus"] and not before and not value.endswith((":", "：")):
        if is_word and len(read.without) < MAX_PARTS:
            read.without.append(value)
            return
        if not is_word:
            return
    if is_phrase and is_word and len(read.phrases) < MAX_PARTS:
        read.phrases.append(value)
    # Signs that are no operator may mean something: 🐟.
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
    shown = value.strip("/") if name == "topic" else value
    return Filter(name, shown, is_not) if any(c.isalnum() for c in shown) else None


def _years(value: str) -> tuple[date, date] | None:
    """Read 2023, 2020-2023, 2020- or -2023."""
    match = re.fullmatch(r"([1-9][0-9]{3})?(-)?([1-9][0-9]{3})?", value)
    if match is None or not (match[1] or match[3]) or (match[3] and not match[2]):
        return None
    first = int(match[1] or date.min.year)
    last = int(match[3] or (date.max.year if match[2] else first))
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _period(value: str) -> tuple[date, date] | None:
    """Read a day, a month or a year: 2026-10-03, 2026-10, 2026."""
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
