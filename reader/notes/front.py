"""Compare the tags, rating and priority in a file's front matter with those of its paper.

Compared are the file as it is, as it was left, and the paper as it stands: what a hand changed
in the file since becomes a change of the paper. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from reader.base.front_matter import Value, items_of, lines_of, quoted, text_at, values
from reader.library.file_names import UNFILED
from reader.library.paper import LibraryPaper
from reader.library.properties import (
    Priority,
    PropertyChange,
    clean_tag,
    front_tag,
    priority_of,
    rating_of,
    tag_fold,
)
from reader.notes.sheet import tag_of

ReadValue = TypeVar("ReadValue")
ValueKey = Literal["rating", "priority"]


@dataclass(frozen=True, slots=True)
class FrontProperties:
    """The properties in a front matter. tags: fold → as it stands there. rating: 0 for none.
    None: a hand wrote something that is none."""

    tags: Mapping[str, str] = field(default_factory=dict)
    rating: int | None = 0
    priority: Priority | None = "normal"


@dataclass(frozen=True, slots=True)
class HandChange:
    """What a hand changed in a front matter. conflicts: keys that were changed in the library too,
    where the library's value stays. unread: keys whose values are none."""

    change: PropertyChange = field(default_factory=PropertyChange)
    conflicts: tuple[ValueKey, ...] = ()
    unread: tuple[ValueKey, ...] = ()


def front_properties(yaml: str) -> FrontProperties:
    """Read the properties in a front matter."""
    found = values(yaml)
    tags = {tag_fold(item): item for item in items_of(found.get("tags", ())) if clean_tag(item)}
    rating = _read(found.get("rating", ""), rating_of)
    return FrontProperties(tags, rating, _read(found.get("priority", ""), priority_of))


def _read(value: Value, read: Callable[[str], ReadValue | None]) -> ReadValue | None:
    # A comment of YAML may follow.
    return read(f" {value}".partition(" #")[0].strip()) if isinstance(value, str) else None


def hand_change(yaml: str, left: str, ours: str, held: LibraryPaper) -> HandChange:
    """Find what a hand changed in a file's front matter.

    yaml: as it is; left: as it was left, and ours: our lines of that, both "" for a file that was
    never ours: then its own values count. held: the paper as it stands.
    """
    found, known, was = map(front_properties, (yaml, ours, left))
    now = {tag_fold(tag): tag for tag in held.tags}
    # What stood in the file beside our own tags is new here too.
    before = known.tags.keys() & was.tags.keys()
    topics = {_topic_fold(held.topic or UNFILED), _topic_fold(text_at(ours, "topic"))}
    added = found.tags.keys() - before - now.keys() - topics
    removed = (before - found.tags.keys()) & now.keys()
    conflicts, unread = list[ValueKey](), list[ValueKey]()
    rating, priority = found.rating, found.priority
    if rating is None:
        unread.append("rating")
    elif rating in (known.rating, held.rating or 0):
        rating = None
    elif ours and (held.rating or 0) != known.rating:
        conflicts.append("rating")
        rating = None
    if priority is None:
        unread.append("priority")
    elif priority in (known.priority, held.priority):
        priority = None
    elif ours and held.priority != known.priority:
        conflicts.append("priority")
        priority = None
    change = PropertyChange(
        tuple(clean_tag(item) for fold, item in found.tags.items() if fold in added),
        tuple(now[fold] for fold in now if fold in removed),
        rating,
        priority,
    )
    return HandChange(change, tuple(conflicts), tuple(unread))


def front_tags(held: LibraryPaper, yaml: str = "") -> tuple[str, ...]:
    """Write a paper's tags for a front matter, as they are spelt there already; without the
    topic's, which stands there anyway."""
    there, topic = front_properties(yaml).tags, _topic_fold(held.topic or UNFILED)
    several = {tag_fold(tag): tag for tag in held.tags}
    return tuple(there.get(f, front_tag(tag)) for f, tag in several.items() if f != topic)


def _topic_fold(topic: str | None) -> str:
    return tag_fold(tag_of(topic or ""))


def as_left(ours: str, yaml: str, held: LibraryPaper) -> str:
    """Return our lines of a front matter as it was left, but for what a hand has said of the
    properties since, which `hand_change` has read: what stands there now is to be replaced.
    """
    if not ours:
        return ours
    found, known = front_properties(yaml), front_properties(ours).tags
    topic = _topic_fold(text_at(ours, "topic"))
    # A topic's tag that a hand took out stays out, also when the topic changes.
    stays = {*found.tags, topic}
    tags = [found.tags.get(fold, tag) for fold, tag in known.items() if fold in stays]
    lines = lines_of("tags", tuple(tags)) or ["tags: []"]
    there, wanted = values(yaml), {"rating": held.rating or 0, "priority": held.priority}
    for key, value in {"rating": found.rating, "priority": found.priority}.items():
        text = there.get(key)
        if isinstance(text, str) and value not in (None, wanted[key]):
            lines.append(f"{key}: {quoted(text)}")
    return "".join(f"{line}\n" for line in lines) + ours
