"""Read JSON of any place without trusting its shape, or say why it cannot be read.

What is there under another type than it should have counts as absent: these servers
change their answers without a word. This module knows nothing of papers or posts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from reader.errors import SourceFailed
from reader.phrases import say
from reader.sources.feed import not_but, refusal, to_utf8

Thing = Mapping[str, Any]

_NOTHING: Thing = {}


def read_json(content: bytes, *, source: str, content_type: str = "") -> Any:
    """Parse a whole answer.

    Raises SourceFailed for what is no JSON, breaks off, is nested without end or holds
    numbers that JSON does not have.
    """
    data = to_utf8(content, content_type)
    if data.lstrip()[:1] not in (b"{", b"["):
        raise refusal(source, not_but("answer.no_json", data))
    try:
        return json.loads(data, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise refusal(source, say("answer.bad_json", error=error)[:200]) from error


def not_this(source: str, what: str) -> SourceFailed:
    """Say that an answer is JSON, but not of the form that its kind has."""
    return refusal(source, say("answer.wrong_kind", what=what))


def _refuse_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def inner(thing: object, *names: str) -> Thing:
    """Give the object at the end of a path of names; an empty one where there is none."""
    for name in names:
        thing = thing.get(name) if isinstance(thing, dict) else None
    return thing if isinstance(thing, dict) else _NOTHING


def objects(found: object) -> list[Thing]:
    """Give the objects of a list; none if it is no list."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(thing: Thing, *names: str) -> str:
    """Give the first of some fields that holds text or a whole number; "" for none."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def count(thing: Thing, *names: str) -> int | None:
    """Give the first of some fields that holds a count, as a number or as text."""
    for name in names:
        value = thing.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:9])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
    return None


def moment_of(texts: Iterable[str]) -> datetime | None:
    """Give the first of some ISO 8601 texts that is a moment, as UTC; None for none."""
    for written in texts:
        try:
            at = datetime.fromisoformat(written)
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def moment_of_seconds(seconds: object) -> datetime | None:
    """Turn seconds since 1970 into a moment; None for what is no such number."""
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
