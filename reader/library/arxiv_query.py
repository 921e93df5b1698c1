"""Check a query in the syntax of arXiv's API, before it is asked.

Source: info.arxiv.org/help/api/user-manual.html, section 5.1. `PREFIX:word`, `PREFIX:"a phrase"`
and `PREFIX:(a OR b)`, joined by AND, OR and ANDNOT, grouped by brackets; a range of dates is
`submittedDate:[YYYYMMDDHHMM TO YYYYMMDDHHMM]`. The API takes most mistakes for words to search
for, and answers with papers that nobody asked for. So are words side by side: they are an error
here, since the API joins them by OR, and `ti:speech translation` would be any paper with the word
"translation" anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import NoReturn

from reader.base.messages import Joined, Text, lazy_gettext
from reader.library.config import CLASSES, nearest_class

PREFIXES = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "all")
DATES = ("submittedDate", "lastUpdatedDate")
OPERATORS = ("AND", "OR", "ANDNOT")

LONGEST = 2_000
"""Characters of a query: it is part of an address, and those have some 8,000 at most."""

DEEPEST = 30
"""Brackets within brackets."""


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """What is wrong in a query. at: the character, from 0."""

    at: int
    what: Text
    hint: Text


def problem_of(search: str) -> QueryProblem | None:
    """Find the first thing that is wrong in a query; None where the API understands it."""
    try:
        if len(search) > LONGEST:
            hint = lazy_gettext("The longest possible is {n}.", n=f"{LONGEST:,}")
            _fail(LONGEST, lazy_gettext("the query is too long"), hint)
        parser = _Parser(list(_tokens(search)))
        parser.group()
        if parser.token.kind == ")":
            hint = lazy_gettext("Remove it, or write ( where the group begins.")
            _fail(parser.token.at, lazy_gettext("this bracket was never opened"), hint)
    except _WrongQuery as error:
        return error.problem
    return None


class _WrongQuery(Exception):
    """A problem on its way out of the recursion."""

    def __init__(self, problem: QueryProblem) -> None:
        super().__init__()
        self.problem = problem


def _fail(at: int, what: Text, hint: Text) -> NoReturn:
    raise _WrongQuery(QueryProblem(at, what, hint))


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a query.

    at, end: its characters. kind: "(", ")", "field", "word", "phrase", "range", an operator, or
    "end". text: without the quotes of a phrase, the brackets of a range, the colon of a field.
    """

    at: int
    end: int
    kind: str
    text: str = ""


_TOKEN = re.compile(
    r'(?P<bracket>[()])|"(?P<phrase>[^"]*)"|\[(?P<range>[^\]]*)\]'
    r'|(?P<field>[^\s():"\[\]]+):|(?P<word>[^\s():"\[\]]+)'
)


def _tokens(search: str) -> Iterator[_Token]:
    at, end = 0, len(search.rstrip())
    while (at := at + len(search[at:]) - len(search[at:].lstrip())) < end:
        found = _TOKEN.match(search, at)
        if found is None:
            what = (
                lazy_gettext("{sign} is never closed", sign=search[at])
                if search[at] in '"['
                else lazy_gettext("{sign} has nothing before it", sign=search[at])
            )
            hint = lazy_gettext('Write a phrase as "…", a range as [… TO …], a field as ti:word.')
            _fail(at, what, hint)
        kind = found.lastgroup or ""
        text = found[kind]
        at = found.end()
        is_sign = kind == "bracket" or (kind == "word" and text in OPERATORS)
        yield _Token(found.start(), at, text if is_sign else kind, text)
    yield _Token(end, end, "end")


class _Parser:
    """Reads the tokens from left to right; each method leaves behind what it has read."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._n, self._depth = tokens, 0, 0

    @property
    def token(self) -> _Token:
        return self._tokens[self._n]

    def _next(self) -> _Token:
        token = self.token
        self._n += 1
        return token

    def group(self, field: str = "all") -> None:
        """Read terms with operators between them, up to a bracket that closes or the end.

        field: the prefix that the words have.
        """
        self._term(field)
        while self.token.kind not in (")", "end"):
            if self.token.kind not in OPERATORS:
                self._fail_side_by_side(self.token)
            self._n += 1
            self._term(field)

    def _fail_side_by_side(self, token: _Token) -> NoReturn:
        word = token.text.upper()
        if word in OPERATORS:
            hint = lazy_gettext("Write {word} in capitals.", word=word)
        elif word == "NOT":
            hint = lazy_gettext("Write {word}.", word="ANDNOT")
        else:
            hint = lazy_gettext(
                'Write "…" around a phrase, or AND, OR or ANDNOT in between: arXiv takes a blank '
                "for OR."
            )
        _fail(token.at, lazy_gettext("an operator is missing before {word}", word=token.text), hint)

    def _term(self, field: str) -> None:
        token = self._next()
        if token.kind == "(":
            self._depth += 1
            if self._depth > DEEPEST:
                hint = lazy_gettext("Write {n} within each other at most.", n=DEEPEST)
                _fail(token.at, lazy_gettext("there are too many brackets"), hint)
            self.group(field)
            if self._next().kind != ")":
                hint = lazy_gettext("Write ) where the group ends.")
                _fail(token.at, lazy_gettext("this bracket is never closed"), hint)
            self._depth -= 1
        elif token.kind == "field":
            self._value(token)
        elif token.kind == "word" and token.text.upper() == "NOT":
            what = lazy_gettext("{word} is no operator of the API", word=token.text)
            _fail(token.at, what, lazy_gettext("Write {word}.", word="ANDNOT"))
        elif token.kind in ("word", "phrase"):
            _check_words(token, field)
        elif token.kind == "range":
            what = lazy_gettext("a range needs the name of its date")
            _fail(token.at, what, _like("submittedDate:[202501010000 TO 202512312359]"))
        else:
            what = lazy_gettext("a term is missing here")
            _fail(token.at, what, _like('ti:"speech translation" ANDNOT abs:survey'))

    def _value(self, field: _Token) -> None:
        """Read what stands behind the prefix of a field."""
        if field.text not in (*PREFIXES, *DATES):
            known = Joined([*PREFIXES, *DATES])
            what = lazy_gettext("arXiv has no field {name}", name=field.text)
            _fail(field.at, what, lazy_gettext("Possible here: {names}.", names=known))
        value = self.token
        if value.kind in (")", "end", "field", *OPERATORS) or value.at != field.end:
            what = lazy_gettext("nothing stands after {field}:", field=field.text)
            _fail(field.at, what, lazy_gettext("Write a word right after the colon."))
        if field.text in DATES:
            _check_range(value)
            self._n += 1
        elif value.kind == "range":
            what = lazy_gettext("only dates have ranges: {names}", names=Joined(DATES))
            _fail(value.at, what, _like("submittedDate:[202501010000 TO 202512312359]"))
        else:
            self._term(field.text)


def _check_words(token: _Token, field: str) -> None:
    """Refuse words that find nothing: none at all, and a category that arXiv does not have."""
    name = token.text.strip()
    if not any(c.isalnum() for c in name):
        what = lazy_gettext("there is no word in it")
        _fail(token.at, what, _like('ti:"speech translation"'))
    if field == "cat" and not any(fnmatchcase(known, name) for known in CLASSES):
        what = lazy_gettext("{category!r} is not an arXiv category", category=name)
        near = nearest_class(name)
        # "cs" is an archive: its classes are cs.AI, cs.CL and so on.
        is_archive = any(known.startswith(f"{name}.") for known in CLASSES)
        example = f"cat:{name}.*" if is_archive else "cat:cs.CL"
        hint = lazy_gettext("Did you mean {near}?", near=near) if near else _like(example)
        _fail(token.at, what, hint)


def _check_range(token: _Token) -> None:
    days = re.fullmatch(r"(\d{12})(?:\d\d)? TO (\d{12})(?:\d\d)?", token.text.strip())
    try:
        if token.kind == "range" and days:
            start, end = (_moment(day) for day in days.groups())
            if start <= end:
                return
    except ValueError:  # a 13th month
        pass
    what = lazy_gettext("this is not a range of dates")
    _fail(token.at, what, _like("submittedDate:[202501010000 TO 202512312359]"))


def _moment(digits: str) -> datetime:
    return datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=UTC)


def _like(example: str) -> Text:
    return lazy_gettext("Write it like {example}.", example=example)
