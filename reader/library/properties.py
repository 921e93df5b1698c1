"""Define what a person sorts papers by: tags, a rating, a priority; and read them as typed.

A tag is known by its fold: case, width and the blanks that no tag of Obsidian can have do not
count. Imported tags and one's own are the same thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from reader.base.text import plain

Priority = Literal["high", "normal", "low"]
PropertyKind = Literal["tag", "rating", "priority"]

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""Three are enough to put a queue in order; what is not set is normal."""

LAB_TAG = "shared-with-lab"
"""The tag of a note that its person shares with the lab. No import can bring it: what others wrote
into a file shares nothing."""

RATINGS = range(1, 6)

LONGEST_TAG = 100
"""Characters."""


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """What is to be changed of a paper. rating: 0 for none. None leaves a value as it is."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    rating: int | None = None
    priority: Priority | None = None


def clean_tag(text: str) -> str:
    """Read a tag as a person types it, also with Obsidian's #; "" where nothing is left."""
    tag = unicodedata.normalize("NFC", plain(text)).strip().strip("#/,").strip()
    return tag if any(c.isalnum() or not c.isascii() for c in tag) else ""


def front_tag(tag: str) -> str:
    """Write a tag as it stands in a front matter, where it can have no blank."""
    return re.sub(r"[\s,#]+", "-", clean_tag(tag))


def tag_fold(tag: str) -> str:
    """Fold a tag, for comparing."""
    return unicodedata.normalize("NFKC", front_tag(tag)).casefold()


def is_within(fold: str, outer: str) -> bool:
    """Check whether a folded tag is another one, or one inside of it: asr, speech/asr."""
    return f"/{outer}/" in f"/{fold}/"


def tags_in(text: str) -> tuple[str, ...]:
    """Read tags between commas, each once."""
    tags = filter(None, map(clean_tag, re.split("[,、，]", text)))
    return tuple({tag_fold(tag): tag for tag in tags}.values())


def to_become(before: Iterable[str], after: Iterable[str]) -> PropertyChange:
    """Find the change that makes one list of tags another."""
    old, new = ({tag_fold(tag): tag for tag in tags} for tags in (before, after))
    return PropertyChange(
        add=tuple(tag for fold, tag in new.items() if fold not in old),
        remove=tuple(tag for fold, tag in old.items() if fold not in new),
    )


def completions(typed: str, known: Iterable[str]) -> list[str]:
    """Choose the known tags that begin as the last one of a typed list, else have it inside."""
    last = tag_fold(re.split("[,、，]", typed)[-1])
    taken = {tag_fold(tag) for tag in tags_in(typed)} - {last}
    several = {tag: tag_fold(tag) for tag in known}
    found = [tag for tag, fold in several.items() if fold not in taken]
    begin = [tag for tag in found if several[tag].startswith(last)]
    return begin + [tag for tag in found if tag not in begin and last in several[tag]]


def rating_of(text: str) -> int | None:
    """Read a rating, 1 to 5, or 0 for none; None for anything else."""
    text = unicodedata.normalize("NFKC", text).strip().casefold()
    if text in ("", "none"):
        return 0
    return int(text) if text.isdecimal() and len(text) == 1 and int(text) in RATINGS else None


def priority_of(text: str) -> Priority | None:
    """Read a priority, normal for none; None for anything else."""
    text = text.strip().casefold() or "normal"
    return next((one for one in PRIORITIES if one == text), None)


def ratings_in(value: str) -> tuple[int, int] | None:
    """Read the ratings that a filter asks for: 4, >3, >=3, <3, 2-4, 2-, -4, none.

    Returns the first and the last one, (0, 0) for papers without one; None for anything else.
    """
    if value.casefold() == "none":
        return 0, 0
    first, last = RATINGS[0], RATINGS[-1]
    if found := re.fullmatch(r"(>=|<=|>|<|=)?([0-9])", value):
        n = int(found[2])
        asked = {">": (n + 1, last), ">=": (n, last), "<": (first, n - 1), "<=": (first, n)}
        low, high = asked.get(found[1] or "", (n, n))
    elif (found := re.fullmatch(r"([0-9])?(?:-|\.\.)([0-9])?", value)) and any(found.groups()):
        low, high = int(found[1] or first), int(found[2] or last)
    else:
        return None
    return (low, high) if first <= low <= high <= last else None
