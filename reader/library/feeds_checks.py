"""Check what a feeds.toml holds: types, forms and queries to arXiv; find the line of a key in it.

An error names the file, the line, the key and what to do. Knows no key.

Queries to arXiv's API: info.arxiv.org/help/api/user-manual.html, section 5.1. `PREFIX:word`,
`PREFIX:"a phrase"` and `PREFIX:(a OR b)`, joined by AND, OR and ANDNOT, grouped by brackets; a
range of dates is `submittedDate:[YYYYMMDDHHMM TO YYYYMMDDHHMM]`. The API takes most mistakes for
words to search for, and answers with papers that nobody asked for. So are words side by side: they
are an error here, since the API joins them by OR, and `ti:speech translation` would be any paper
with the word "translation" anywhere.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Any, NoReturn
from urllib.parse import urlsplit

from reader.base.errors import ConfigError
from reader.base.messages import N_, Joined, Text, in_thousands, lazy_gettext
from reader.library.config import CLASSES, WEEKDAYS, nearest_class

Place = tuple[str | int, ...]
"""The way to a key: ("feed", 1, "url") is the second [[feed]]'s url."""


def line_of(text: str, place: Place) -> int:
    """Find the line (from 1) of a key in TOML text; 1 where it cannot be found."""
    # tomllib keeps no positions of what it read, so the line is looked for in the text.
    header, best = "", 1
    n_seen: dict[str, int] = {}
    names = [part for part in place if isinstance(part, str)]
    index = next((part for part in place if isinstance(part, int)), 0)
    # Not splitlines: tomllib and editors do not count U+2028 and the like as ends of lines.
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$", line):
            # [topics."a/b"] becomes topics.a/b, as the names of a place are joined.
            header = re.sub(
                r"[\"']|\s*\.\s*(?=[\"'])", lambda m: "." if "." in m[0] else "", match[2]
            )
            n_seen[header] = n_seen.get(header, -1) + 1
            # Where the key itself is not found (it is missing), its table is the best answer.
            is_parent = header == ".".join(names[:-1]) and n_seen[header] == index
            is_within = best == 1 and header.startswith(".".join([*names, ""]))
            if is_parent or header == ".".join(names) or is_within:
                best = number
            continue
        key = re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[.=]""", line)
        name = next((g for g in key.groups() if g is not None), "") if key else ""
        full = f"{header}.{name}" if header else name
        if name and full == ".".join(names) and n_seen.get(header, 0) in (index, -1):
            return number
    return best


_TYPES = {
    int: N_("a whole number"),
    float: N_("a number"),
    str: N_('text in "quotes"'),
    tuple: N_('a list of texts, ["…", "…"]'),
    bool: N_("true or false, without quotes"),
    frozenset: N_('a list of days, ["saturday", 2027-01-01]'),
    date: N_("a date without quotes, 2027-03-01"),
    dict: N_("a table"),
    list: N_("a list of tables, [[…]]"),
}
_EXAMPLES: Mapping[type, str] = {
    int: "5",
    float: "0.5",
    str: '"…"',
    tuple: '["…", "…"]',
    bool: "true",
    frozenset: '["saturday", 2027-01-01]',
    date: "2027-03-01",
}
"""A value of each type, as it is written in the file."""

LARGEST = 100_000
"""The largest number that any key may have: a larger one leads out of the calendar."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of types and forms in one file; text and file are for the messages."""

    text: str
    file: str

    def tables(
        self, name: str, raw: object, keys: Mapping[str, type], required: Sequence[str]
    ) -> list[dict[str, Any]]:
        if not isinstance(raw, list):
            raise self.wrong_type((name,), list)
        tables = [self.table((name, i), table, keys) for i, table in enumerate(raw)]
        for index, table in enumerate(tables):
            for key in required:
                if key not in table:
                    hint = lazy_gettext("Every [[{table}]] needs one.", table=name)
                    raise self.wrong((name, index), lazy_gettext("{key} is missing", key=key), hint)
        return tables

    def table(self, place: Place, raw: object, keys: Mapping[str, type]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.wrong_type(place, dict)
        for key in raw:
            if key not in keys:
                raise self.unknown((*place, key), list(keys))
        return {key: self.value((*place, key), value, keys[key]) for key, value in raw.items()}

    def value(self, place: Place, value: object, kind: type) -> object:
        # "not … <=" refuses nan as well, which compares as False with everything.
        if isinstance(value, int | float) and not abs(value) <= LARGEST:
            raise self.wrong(
                place,
                lazy_gettext("this number is not possible here"),
                lazy_gettext("The largest number is {n}.", n=LARGEST),
            )
        if kind is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if kind is frozenset and isinstance(value, list):
            return tuple(self.day(place, one) for one in value)
        if kind is bool and isinstance(value, bool):
            return value
        # In Python a bool is an int and a datetime is a date; in this file neither is.
        is_right = isinstance(value, kind) and not isinstance(value, bool | datetime)
        if kind in (tuple, float) or not is_right:
            raise self.wrong_type(place, kind)
        return value

    def day(self, place: Place, value: object) -> str:
        """Read a weekday's English name in small letters, or a date as ISO text."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if not isinstance(value, str):
            raise self.wrong_type(place, frozenset)
        name = value.strip().lower()
        try:
            return name if name in WEEKDAYS else date.fromisoformat(name).isoformat()
        except ValueError:
            hint = lazy_gettext(
                "Write one of {names}, or a date: 2027-01-01.", names=Joined(WEEKDAYS)
            )
            raise self.wrong(
                place, lazy_gettext("{value!r} is not a day", value=value), hint
            ) from None

    def address(self, place: Place, url: str) -> None:
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:  # brackets that hold no IPv6 address
            is_address = False
        if not is_address:
            shown = re.sub("[^/]*@", "…@", url.partition("?")[0])  # no password, no token
            what = lazy_gettext("{url!r} is not a web address", url=shown)
            hint = lazy_gettext("A web address begins with https:// or http://.")
            raise self.wrong(place, what, hint)

    def one_of(self, place: Place, value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            hint = lazy_gettext("Write one of: {allowed}.", allowed=Joined(allowed))
            raise self.wrong(
                place, lazy_gettext("{value!r} is not possible here", value=value), hint
            )

    def at_least(self, place: Place, value: float, least: float) -> None:
        if value < least:
            hint = lazy_gettext("Write {least:g} or more.", least=least)
            raise self.wrong(place, lazy_gettext("{value:g} is too small", value=value), hint)

    def unknown(self, place: Place, known: list[str]) -> ConfigError:
        near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
        names = Joined(known)
        hint = (
            lazy_gettext("Did you mean {near}?", near=near[0])
            if near
            else lazy_gettext("Possible here: {names}.", names=names)
        )
        return self.wrong(place, lazy_gettext("unknown key"), hint)

    def wrong_type(self, place: Place, kind: type) -> ConfigError:
        what = lazy_gettext("this must be {kind}", kind=lazy_gettext(_TYPES[kind]))
        names = [part for part in place if isinstance(part, str)]
        if kind is dict:
            # A part of a table's name is bare where TOML lets it, else in quotes.
            is_bare = re.compile(r"[A-Za-z0-9_-]+").fullmatch
            parts = (name if is_bare(name) else f'"{name}"' for name in names[1:])
            example = f"[{'.'.join([*names[:1], *parts])}]"
        elif kind is list:
            example = f"[[{names[-1]}]]"
        else:
            example = f"{names[-1]} = {_EXAMPLES[kind]}"
        return self.wrong(place, what, lazy_gettext("Write it like {example}.", example=example))

    def wrong(self, place: Place, what: Text, hint: Text) -> ConfigError:
        key = ".".join(part for part in place if isinstance(part, str))
        return ConfigError(
            file=self.file, line=line_of(self.text, place), key=key, what=what, hint=hint
        )

    def wrong_at(self, place: Place, value: str, at: int, what: Text, hint: Text) -> ConfigError:
        """Make the error of a character of a query, counted from 1."""
        line, column = self.position(place, value, at - 1)
        key = ".".join(part for part in place if isinstance(part, str))
        what = lazy_gettext("column {column}: {what}", column=column, what=what)
        return ConfigError(file=self.file, line=line, key=key, what=what, hint=hint)

    def position(self, place: Place, value: str, at: int) -> tuple[int, int]:
        """Find the line and column, from 1, of a character of a text that the file holds."""
        line = line_of(self.text, place)
        lines = self.text.replace("\r\n", "\n").split("\n")
        rest = "\n".join(lines[line - 1 :])
        # As it stands between '…', and with the escapes that "…" needs.
        for shown in (str, lambda part: part.replace("\\", "\\\\").replace('"', '\\"')):
            if (start := rest.find(shown(value))) >= 0:
                before = rest[: start + len(shown(value[:at]))]
                return line + before.count("\n"), len(before) - before.rfind("\n")
        return line, at + 1


PREFIXES = ("ti", "au", "abs", "co", "jr", "cat", "rn", "id", "all")
DATES = ("submittedDate", "lastUpdatedDate")
OPERATORS = ("AND", "OR", "ANDNOT")

LONGEST_QUERY = 2_000
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
        if len(search) > LONGEST_QUERY:
            hint = lazy_gettext("The longest possible is {n}.", n=in_thousands(LONGEST_QUERY))
            _fail(LONGEST_QUERY, lazy_gettext("the query is too long"), hint)
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
