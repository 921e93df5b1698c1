"""Check the types and forms of what a feeds.toml holds, and find the line of a key in it.

An error names the file, the line, the key and what to do. Knows no key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from reader.base.errors import ConfigError
from reader.base.messages import N_, Joined, Text, lazy_gettext
from reader.library.config import WEEKDAYS

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
