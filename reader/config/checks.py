"""Check parsed TOML, table by table; what is wrong is said with file, line, key and remedy.

Knows types and forms, and nothing of what a key is for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from reader.config.keys import REQUIRED
from reader.config.lines import Place, line_of
from reader.config.values import WEEKDAYS
from reader.errors import ConfigError
from reader.phrases import say

_EXAMPLES: Mapping[type, str] = {
    int: "5",
    float: "0.5",
    str: '"…"',
    tuple: '["…", "…"]',
    bool: "true",
    frozenset: '["saturday", 2027-01-01]',
    date: "2027-03-01",
}
"""How a value of each type is written."""

LARGEST = 100_000
"""Of any number here: beyond it days leave the calendar, and so do infinities."""


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of one file: carries what a message needs."""

    text: str
    file: str

    def tables(self, name: str, raw: object, keys: Mapping[str, type]) -> list[dict[str, Any]]:
        if not isinstance(raw, list):
            raise self.wrong_type((name,), list)
        tables = [self.table((name, i), table, keys) for i, table in enumerate(raw)]
        for index, table in enumerate(tables):
            for key in REQUIRED[name]:
                if key not in table:
                    hint = say("toml.missing.hint", table=name)
                    raise self.wrong((name, index), say("toml.missing", key=key), hint)
        return tables

    def table(self, place: Place, raw: object, keys: Mapping[str, type]) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise self.wrong_type(place, dict)
        for key in raw:
            if key not in keys:
                raise self.unknown((*place, key), list(keys))
        return {key: self.value((*place, key), value, keys[key]) for key, value in raw.items()}

    def value(self, place: Place, value: object, kind: type) -> object:
        if isinstance(value, int | float) and not abs(value) <= LARGEST:
            raise self.wrong(place, say("toml.number"), say("toml.number.hint", n=LARGEST))
        if kind is tuple and isinstance(value, list) and all(isinstance(v, str) for v in value):
            return tuple(value)
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if kind is frozenset and isinstance(value, list):
            return tuple(self.day(place, one) for one in value)
        if kind is bool and isinstance(value, bool):
            return value
        is_right = isinstance(value, kind) and not isinstance(value, bool | datetime)
        if kind in (tuple, float) or not is_right:
            raise self.wrong_type(place, kind)
        return value

    def day(self, place: Place, value: object) -> str:
        """Give a weekday's English name in small letters, or a date as ISO text."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        if not isinstance(value, str):
            raise self.wrong_type(place, frozenset)
        name = value.strip().lower()
        try:
            return name if name in WEEKDAYS else date.fromisoformat(name).isoformat()
        except ValueError:
            hint = say("toml.day.hint", names=say("list").join(WEEKDAYS))
            raise self.wrong(place, say("toml.day", value=value), hint) from None

    def address(self, place: Place, url: str) -> None:
        try:
            parts = urlsplit(url)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:  # brackets that hold no IPv6 address
            is_address = False
        if not is_address:
            raise self.wrong(place, say("toml.address", url=url), say("toml.address.hint"))

    def one_of(self, place: Place, value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            hint = say("toml.one_of.hint", allowed=say("list").join(allowed))
            raise self.wrong(place, say("toml.one_of", value=value), hint)

    def at_least(self, place: Place, value: float, least: float) -> None:
        if value < least:
            hint = say("toml.small.hint", least=least)
            raise self.wrong(place, say("toml.small", value=value), hint)

    def unknown(self, place: Place, known: list[str]) -> ConfigError:
        near = difflib.get_close_matches(str(place[-1]), known, n=1, cutoff=0.5)
        names = say("list").join(known)
        hint = say("toml.near", near=near[0]) if near else say("toml.known", names=names)
        return self.wrong(place, say("toml.unknown"), hint)

    def wrong_type(self, place: Place, kind: type) -> ConfigError:
        what = say("toml.type", kind=say(f"toml.type.{kind.__name__}"))
        names = [part for part in place if isinstance(part, str)]
        if kind is dict:
            example = f"[{'.'.join(names[:1] + [_quoted(name) for name in names[1:]])}]"
        elif kind is list:
            example = f"[[{names[-1]}]]"
        else:
            example = f"{names[-1]} = {_EXAMPLES[kind]}"
        return self.wrong(place, what, say("toml.like", example=example))

    def wrong(self, place: Place, what: str, hint: str) -> ConfigError:
        key = ".".join(part for part in place if isinstance(part, str))
        return ConfigError(
            file=self.file, line=line_of(self.text, place), key=key, what=what, hint=hint
        )


def _quoted(name: str) -> str:
    """Write a part of a table's name: bare where TOML lets it, else in quotes."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{name}"'
