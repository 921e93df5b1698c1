"""Read the query language of `reader search`: words, "phrases", -words, filters and operators.

    topic:speech/translation  tag:survey  author:inaguma  year:2020-2023  has:note  state:pick
    rating:>3  priority:high  cites:2401.01234
    (ASR OR "speech recognition") NOT survey

What is no filter counts as words. Brackets group only in a query with an operator, since people
write "(ASR)" and "word(s)" too. NOT binds closest, then AND, also where it is left out, then OR.
Knows nothing of papers and indexes.
"""

from __future__ import annotations

import calendar
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Literal, NoReturn, cast, get_args

from reader.base.errors import QueryError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import as_utf8, plain, shorten
from reader.base.words import says_something
from reader.library.paper import State, clean_tag, priority_of, ratings_in

Name = Literal[
    "topic", "tag", "rating", "priority", "author", "venue", "cites", "year", "has", "state", "on"
]  # fmt: skip
Has = Literal["note", "written", "pdf", "highlight"]

FILTERS: tuple[Name, ...] = get_args(Name)
HAS: tuple[Has, ...] = get_args(Has)
STATES: tuple[State, ...] = get_args(State)

PASTED, PASTED_WORDS = 300, 30
"""Characters, and words, from which on a query counts as pasted text. A quarter of 416 notes
holds a quotation, which would otherwise be a phrase that each result must have."""

LONGEST = 2_000
"""Characters that are read. The encoder takes 16 s for 100,000, pasted by mistake."""

MAX_PARTS = 16
"""The most filters, phrases and left-out words of a query without operators, each; further ones
count as words."""

DEEPEST = 30
"""Brackets within brackets."""

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
class QueryTerm:
    """A word or phrase of a query. prefix: what stood before it with a colon and is no filter."""

    text: str
    is_phrase: bool = False
    is_not: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of which one (is_any) or each must be true."""

    parts: tuple[Part, ...]
    is_any: bool

    def leaves(self) -> Iterator[QueryTerm | Filter]:
        """Yield the terms and filters in it, in their order."""
        for part in self.parts:
            yield from part.leaves() if isinstance(part, Group) else (part,)


Part = QueryTerm | Filter | Group


def is_true(part: Part, is_there: Callable[[QueryTerm | Filter], bool]) -> bool:
    """Check whether a part of a query is true. is_there: tells it of a term or filter, whatever its
    minus."""
    if isinstance(part, Group):
        return (any if part.is_any else all)(is_true(one, is_there) for one in part.parts)
    return is_there(part) != part.is_not


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
    """A query that was read. Its free words rank; all else says what each result must meet.

    words: the words outside of groups and those of the phrases, as typed. groups: what an operator
    asks for. grouped: the words in them.
    has_operators: it has operators, but is so long that it is all words.
    is_cut: only its first `LONGEST` characters were read.
    """

    words: str = ""
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    groups: tuple[Part, ...] = ()
    grouped: str = ""
    unclear: tuple[Unclear, ...] = ()
    has_operators: bool = False
    is_cut: bool = False

    @property
    def asks(self) -> bool:
        """Check whether there is anything to search; left-out words alone are nothing."""
        return bool(self.all_words.strip() or self.all_filters)

    @property
    def is_narrowed(self) -> bool:
        """Check whether filters or operators say what each result must meet."""
        return bool(self.filters or self.groups)

    @property
    def all_words(self) -> str:
        """Return the words that results are ranked by; the encoder gets these."""
        return f"{self.grouped} {self.words}".strip() if self.grouped else self.words

    @property
    def all_filters(self) -> tuple[Filter, ...]:
        """Return the filters, also those in groups."""
        leaves = Group(self.groups, is_any=False).leaves()
        return (*self.filters, *(leaf for leaf in leaves if isinstance(leaf, Filter)))


# A part is one of: -word, name:value, "quoted", 「quoted」, bare; `name` and `minus` may stand
# before any of the last three. Japanese keyboards type full-width colons and quotation marks.
_PART = re.compile(
    r"""(?P<minus>(?<![^\s(（])-)?(?:(?P<name>[A-Za-z]{1,20})[:：])?
    (?:["“”](?P<quoted>[^"“”]*)["“”]|「(?P<bracketed>[^「」]*)」|(?P<bare>[^\s"“”「」]+))""",
    re.VERBOSE,
)

# Operators count in capitals only, and where they stand alone or at a bracket or quotation mark.
# A lone & is none: people write "Q & A". One alone in brackets is a word: "odds ratio (OR)".
_SIGN = re.compile(
    r"""(?P<word>[(（](?:AND|OR|NOT)[)）])|(?P<open>[(（])|(?P<close>[)）])
    |(?P<operator>-(?=[(（])
        |(?:AND|OR|NOT|ＡＮＤ|ＯＲ|ＮＯＴ|&&|＆＆|[|｜]{1,2}|[!！])(?=[\s()（）"“”「」]|$))
    |(?P<minus>-?)(?P<field>[A-Za-z]{1,20})[:：](?=[(（])""",
    re.VERBOSE,
)
_SIGNS = {"&&": "AND", "|": "OR", "||": "OR", "!": "NOT", "-": "NOT"}


@dataclass(frozen=True, slots=True)
class _QueryToken:
    """A sign or a part of a query.

    kind: "(", ")", "AND", "OR", "NOT", "field" (a filter's name before a bracket), "part", "end".
    """

    kind: str
    at: int
    match: re.Match[str]

    @property
    def value(self) -> str:
        """Return what a part says, without its quotation marks, name and minus."""
        found = self.match
        # An empty phrase ("") is a phrase too, and None is none.
        quoted = (q for q in (found["quoted"], found["bracketed"]) if q is not None)
        return next(quoted, found["bare"] or "").strip()

    @property
    def is_empty(self) -> bool:
        """Check whether a part says nothing: "-" or "&". Signs outside of ASCII may: 🐟."""
        value, found = self.value, self.match
        is_ascii = unicodedata.normalize("NFKC", value).strip("()!") == "" or value.isascii()
        is_left_out = bool(found["minus"] and not found["name"])
        return (is_ascii or is_left_out) and not any(map(str.isalnum, value))


def _tokens(text: str) -> Iterator[_QueryToken]:
    at = 0
    while at < len(text):
        sign = _SIGN.match(text, at)
        if sign and (kind := sign.lastgroup or "") != "word":
            typed = unicodedata.normalize("NFKC", sign[0])
            yield _QueryToken("field" if kind == "field" else _SIGNS.get(typed, typed), at, sign)
            at = sign.end()
        elif part := _PART.match(text, at, sign.end() if sign else _end_of_word(text, at)):
            token = _QueryToken("part", at, part)
            if not token.is_empty:
                yield token
            at = part.end()
        else:
            at += 1  # a blank, or a quotation mark that nothing closes


def _end_of_word(text: str, at: int) -> int:
    """Find where a word ends: at a bracket that closes a group. That of "word(s)" does not."""
    depth = 0
    for end in range(at, len(text)):
        sign = text[end]
        if sign in '"“”「」' or sign.isspace():
            break  # of a phrase the end is found by its quotation mark
        depth += (sign in "(（") - (sign in ")）")
        if depth < 0:
            return end
    return len(text)


def _has_operators(tokens: Sequence[_QueryToken]) -> bool:
    """Check whether the operators and brackets of a text are meant as such."""
    parts = [token.match for token in tokens if token.kind == "part"]
    # A title in capitals is pasted: "SPEECH AND THE BRAIN".
    typed = " ".join(p[0] for p in parts if (p["name"] or "").casefold() not in FILTERS)
    if typed == typed.upper() and not all(map(says_something, re.findall("[A-Z]{2,}", typed))):
        return False
    for token, after in zip_longest(tokens, tokens[1:]):
        name = token.match.groupdict().get("field") or ""
        if token.kind == "(" and after and after.kind == "part":
            name = after.match["name"] or ""
        # A "!" that stands alone is mostly the end of a sentence.
        is_operator = token.kind in ("AND", "OR", "NOT") and token.match[0] not in "!！"
        if is_operator or name.casefold() in FILTERS:
            return True
    return False


def parse(text: str) -> Query:
    """Read a query. Raises QueryError where its operators or brackets make no sense.

    "…", “…” and 「…」 hold a phrase; an opening quotation mark alone is ignored. All filters
    must fit. A text longer than PASTED characters or PASTED_WORDS words was pasted: all of it
    is words.
    """
    is_cut, text = len(text) > LONGEST, as_utf8(text[:LONGEST])
    # The quotation marks and dashes of a pasted text are its author's, no part of a query.
    if len(text) > PASTED or len(text.split()) > PASTED_WORDS:
        is_query = _has_operators(list(_tokens(text)))
        return Query(words=text, has_operators=is_query, is_cut=is_cut)
    parts, unclear = parts_of(text)
    placed = _PlacedParts()
    for part in parts:
        placed.add(part)
    return Query(
        " ".join(placed.words),
        tuple(placed.phrases),
        tuple(placed.without),
        tuple(placed.filters),
        tuple(placed.groups),
        " ".join(placed.grouped),
        tuple(unclear),
    )


def with_filters(query: str, filters: str) -> str:
    """Add filters to a query, so that all must fit whatever OR it has. Raises QueryError."""
    parse(query)  # an error names the place in what was typed
    is_grouped = filters and _has_operators(list(_tokens(query)))
    return f"{filters} ({query})" if is_grouped else f"{filters} {query}".strip()


def parts_of(text: str) -> tuple[list[Part], list[Unclear]]:
    """Read the parts of a query, which all must be true, and what in them may be meant otherwise.

    A group of which each part must be true was joined by AND: then words must be there too.
    Raises QueryError.
    """
    tokens = list(_tokens(text))
    if _has_operators(tokens):
        reader = _PartReader(tokens, text, most=PASTED)
        return reader.all_parts(), reader.unclear
    # Here brackets are parts of words.
    several = (_QueryToken("part", part.start(), part) for part in _PART.finditer(text))
    reader = _PartReader([], text, most=MAX_PARTS)
    return [reader.leaf(token) for token in several if not token.is_empty], reader.unclear


@dataclass(slots=True)
class _PlacedParts:
    """The parts of a query by what they do in a search; see `Query`."""

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    groups: list[Part] = field(default_factory=list)
    grouped: list[str] = field(default_factory=list)

    def add(self, part: Part, *, is_needed: bool = False) -> None:
        """Place a part. is_needed: a word is no free one."""
        if isinstance(part, Filter):
            self.filters.append(part)
        elif isinstance(part, QueryTerm) and part.is_not:
            # A sign is no word that a text could have.
            self.without += [part.text] if any(map(str.isalnum, part.text)) else []
        elif isinstance(part, QueryTerm):
            self.words.append(part.prefix + part.text)
            if is_needed:
                self.groups.append(part)
            elif part.is_phrase:
                self.phrases.append(part.text)
        elif part.is_any:
            self.groups.append(part)
            terms = (leaf for leaf in part.leaves() if isinstance(leaf, QueryTerm))
            self.grouped += [term.text for term in terms if not term.is_not]
        else:
            for one in part.parts:
                self.add(one, is_needed=True)


class _PartReader:
    """Reads the tokens of a query from left to right; each method leaves behind what it has read.

    NOT is carried down to the words and filters: NOT (a OR b) is read as -a -b.
    most: filters, phrases and left-out words, each; further ones are words.
    """

    def __init__(self, tokens: Sequence[_QueryToken], text: str, *, most: int) -> None:
        end = _QueryToken("end", len(text), cast("re.Match[str]", re.search("$", text)))
        self._tokens, self._text, self._most = [*tokens, end], text, most
        self._n, self._depth = 0, 0
        self._counts = Counter[str]()
        self.unclear: list[Unclear] = []

    @property
    def _token(self) -> _QueryToken:
        return self._tokens[self._n]

    def _next(self) -> _QueryToken:
        self._n += 1
        return self._tokens[self._n - 1]

    def _fail(self, token: _QueryToken, what: Text, hint: Text) -> NoReturn:
        part = shorten(plain(self._text[token.at :]), 24)
        raise QueryError(at=token.at + 1, part=part, what=what, hint=hint)

    def all_parts(self) -> list[Part]:
        found = self._any("", is_not=False)
        if self._token.kind == ")":
            hint = lazy_gettext("Remove it, or write ( where the group begins.")
            self._fail(self._token, lazy_gettext("this bracket was never opened"), hint)
        return found

    def _any(self, name: str, *, is_not: bool, before: _QueryToken | None = None) -> list[Part]:
        """Read what OR joins. name: the filter that words are values of, "" for none. before: the
        sign on the left."""
        several = [self._every(name, before, is_not=is_not)]
        while self._token.kind == "OR":
            several.append(self._every(name, self._next(), is_not=is_not))
        if len(several) == 1:
            return several[0]
        return [_group([_group(one, is_any=is_not) for one in several], is_any=not is_not)]

    def _every(self, name: str, before: _QueryToken | None, *, is_not: bool) -> list[Part]:
        """Read what AND joins, or a blank."""
        found = self._one(name, before, is_not=is_not)
        is_joined = is_not
        while self._token.kind not in ("OR", ")", "end"):
            operator = self._next() if self._token.kind == "AND" else None
            is_joined |= operator is not None
            found = [*found, *self._one(name, operator, is_not=is_not)]
        return [_group(found, is_any=is_not)] if is_joined else found

    def _one(self, name: str, before: _QueryToken | None, *, is_not: bool) -> list[Part]:
        token = self._next()
        if token.kind == "NOT":
            found = self._one(name, token, is_not=not is_not)
            return [_group(found, is_any=not is_not)]
        if token.kind == "(":
            return self._in_brackets(name, token, is_not=is_not)
        if token.kind == "field":
            field = token.match["field"].casefold()
            if field not in FILTERS:
                hint = lazy_gettext("`reader search --help` lists the filters.")
                self._fail(token, lazy_gettext("{part} is not a filter", part=f"{field}:"), hint)
            is_not ^= bool(token.match["minus"])
            return [_group(self._in_brackets(field, self._next(), is_not=is_not), is_any=is_not)]
        if token.kind == "part":
            return [self.leaf(token, name, is_not=is_not)]
        lacking = token if token.kind in ("AND", "OR") else before or token
        what = lazy_gettext("a word is missing beside {sign}", sign=plain(lacking.match[0]))
        example = '(ASR OR "speech recognition") NOT survey'
        self._fail(lacking, what, lazy_gettext("Write it like {example}.", example=example))

    def _in_brackets(self, name: str, begin: _QueryToken, *, is_not: bool) -> list[Part]:
        self._depth += 1
        if self._depth > DEEPEST:
            hint = lazy_gettext("Write {n} within each other at most.", n=DEEPEST)
            self._fail(begin, lazy_gettext("there are too many brackets"), hint)
        found = self._any(name, is_not=is_not, before=begin)
        if self._next().kind != ")":
            hint = lazy_gettext("Write ) where the group ends.")
            self._fail(begin, lazy_gettext("this bracket is never closed"), hint)
        self._depth -= 1
        return found

    def leaf(
        self, token: _QueryToken, name: str = "", *, is_not: bool = False
    ) -> QueryTerm | Filter:
        """Read a part: a filter, or else a word or phrase. name: the filter that it is a value of,
        where it names none itself."""
        part, value = token.match, token.value
        is_not ^= bool(part["minus"])
        named = part["name"] or name
        if named and value and (found := self._filter(token, named, is_not=is_not)):
            return found
        # "-year: 2020", with a blank after the colon, is no word to leave out.
        if part["minus"] and (part["name"] or value.endswith((":", "："))):
            is_not = not is_not
        is_phrase = part["bare"] is None and any(map(str.isalnum, value))
        is_not = is_not and not self._is_too_many("without")
        is_phrase = is_phrase and (is_not or not self._is_too_many("phrase"))
        return QueryTerm(value, is_phrase, is_not, f"{part['name']}:" if part["name"] else "")

    def _is_too_many(self, kind: str) -> bool:
        self._counts[kind] += 1
        return self._counts[kind] > self._most

    def _filter(self, token: _QueryToken, typed: str, *, is_not: bool) -> Filter | None:
        """Read a part as a filter; where it is none, what it may have been is kept."""
        whole, name = token.match[0], next((n for n in FILTERS if n == typed.casefold()), None)
        if name is None:
            near = difflib.get_close_matches(typed.casefold(), FILTERS, n=1, cutoff=LIKENESS)
            self.unclear += [Unclear(whole, known) for known in FILTERS if known in near]
            return None
        found = _filter(name, unicodedata.normalize("NFKC", token.value), is_not=is_not)
        if found is None:
            self.unclear.append(Unclear(whole, name, is_value=True))
            return None
        return None if self._is_too_many("filter") else found


def _group(parts: Sequence[Part], *, is_any: bool) -> Part:
    """Join parts; one is no group, and a group of the same sort in it is none of its own."""
    same = (p.parts if isinstance(p, Group) and p.is_any == is_any else (p,) for p in parts)
    flat = tuple(part for several in same for part in several)
    return flat[0] if len(flat) == 1 else Group(flat, is_any)


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
