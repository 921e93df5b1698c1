"""Match the marks of a PDF copy with the stored ones, and choose what of a mark is shown.

A mark has states: it is recoloured, its typed note or its range is changed. Pure
functions on values: knows no files, and writes nothing.
"""

from __future__ import annotations

import colorsys
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher

from reader.base.text import plain, plain_lines
from reader.base.words import grams
from reader.library.highlight import Box, Highlight
from reader.pdfs.rows.highlights import MarkState

TELLING = 25
"""Characters of marked words that stand on a page once: the mark may lie elsewhere in a
copy of another layout."""

OVERLAP = 0.5
"""What two boxes share of the smaller one, where two ranges can be one mark's."""

MOST_ALIKE = 300
"""Marks of a page that are compared one with each other, of those that are not known by the
very state; a made-up file may have more."""

MOST_CHARS = 2_000
"""How much of two texts is compared for a common run: that takes the square of it."""


@dataclass(frozen=True, slots=True)
class MarkMatch:
    """What a mark of a copy is: of which mark, and which of its states; None: a new one."""

    mark: int | None = None
    state: int | None = None
    before: Highlight | None = None
    """Whose words and place it has, where its own words could not be read."""


@dataclass(frozen=True, slots=True)
class VisibleMark:
    """One mark as it is shown; id: of the state that is."""

    id: int
    highlight: Highlight
    at: datetime
    gone_at: datetime | None
    """When it was removed; None: it is there."""


def cleaned(found: Iterable[Highlight]) -> list[Highlight]:
    """Clean a copy's marks as they are kept: text that is safe, nothing twice."""
    unique: dict[tuple[object, ...], Highlight] = {}
    for h in found:
        h = replace(h, text=plain(h.text), note=plain_lines(h.note))
        unique.setdefault((*_key(h), tuple(round(x) for x in h.box)), h)
    return list(unique.values())


def match(known: Sequence[MarkState], found: Sequence[Highlight]) -> list[MarkMatch]:
    """Recognise the marks of a copy among all states that are known; in the order of `found`.

    Each mark is recognised once, the surest first: the very state at the very place; the
    same words where they were (or anywhere on the page, if they are long); a range that was
    changed, or a typed note that was changed or moved; one that lies where a mark was, and
    of which the words cannot be read, now or then.
    """
    matches = [MarkMatch()] * len(found)
    claimed: set[int] = set()
    old, new = [_keys(k.highlight) for k in known], [_keys(h) for h in found]
    states: dict[tuple[int, object], int] = {}
    for kept, keys in zip(known, old, strict=True):
        states[kept.mark, keys[1]] = max(kept.id, states.get((kept.mark, keys[1]), 0))
    for n, is_same in _WAYS:
        left = [i for i, m in enumerate(matches) if m.mark is None]
        groups: dict[object, list[MarkState]] = defaultdict(list)
        for kept, keys in zip(known if left else (), old if left else (), strict=True):
            groups[keys[n]].append(kept)
        n_asked: dict[object, int] = defaultdict(int)
        for i in left:
            key = new[i][n]
            n_asked[key] += 1
            if key not in groups or n_asked[key] > MOST_ALIKE:
                continue
            free = [k for k in groups[key] if k.mark not in claimed][:MOST_ALIKE]
            mark = found[i]
            fitting = [k for k in free if is_same is None or is_same(k.highlight, mark)]
            if not fitting:
                continue
            best = max(fitting, key=lambda k: (_alike(k.highlight.box, mark.box), k.id))
            claimed.add(best.mark)
            matches[i] = MarkMatch(best.mark, states.get((best.mark, new[i][1])))
            if is_same is _is_wordless and best.highlight.text:
                # It has the words of before, and that state where nothing else is new.
                look = (mark.note, colour_word(mark.colour))
                states_of = [(k.id, k.highlight) for k in known if k.mark == best.mark]
                same = [
                    id_
                    for id_, h in states_of
                    if h.text and (h.note, colour_word(h.colour)) == look
                ]
                matches[i] = MarkMatch(best.mark, max(same, default=None), best.highlight)
    return matches


def holds(older: Iterable[MarkState], newer: Iterable[MarkState]) -> bool:
    """Check that a newer copy has all marks of an older one, as they were or with more words."""
    by_mark: dict[int, list[Highlight]] = defaultdict(list)
    for kept in newer:
        by_mark[kept.mark].append(kept.highlight)
    return all(
        any(
            (new.kind, colour_word(new.colour)) == (old.kind, colour_word(old.colour))
            and old.note in new.note
            and fold(old.text) in fold(new.text)
            for new in by_mark[kept.mark]
        )
        for kept in older
        for old in [kept.highlight]
    )


def shown(states: Iterable[MarkState]) -> list[VisibleMark]:
    """Choose for each mark, in reading order, the one state that is shown: the newest there.

    Where two copies have two states of it, the typed notes of both are shown. A mark of
    which no state is there is removed: its newest state is shown, with when.
    """
    marks: dict[int, list[MarkState]] = defaultdict(list)
    for kept in states:
        marks[kept.mark].append(kept)
    found = []
    for mark in marks.values():
        there = sorted((k for k in mark if k.gone_at is None), key=lambda k: k.id)
        if not there:
            last = max(mark, key=lambda k: (k.gone_at or k.at, k.id))
            found.append(VisibleMark(last.id, last.highlight, last.at, last.gone_at))
            continue
        notes: list[str] = []
        for kept in reversed(there):
            if not any(kept.highlight.note in note for note in notes):
                notes.append(kept.highlight.note)
        newest, first = there[-1], min(mark, key=lambda k: k.id)
        highlight = replace(newest.highlight, note="\n".join(filter(None, notes)))
        found.append(VisibleMark(newest.id, highlight, first.at, None))
    return sorted(found, key=lambda s: (s.highlight.page, s.highlight.place, s.id))


@functools.lru_cache(maxsize=256)
def colour_word(colour: str) -> str:
    """Name a colour `#rrggbb` as people do; empty for none."""
    try:
        red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    except ValueError:
        return ""
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if light > 0.97 or light < 0.08 or saturation < 0.12:
        return "white" if light > 0.9 else "black" if light < 0.25 else "grey"
    degrees = hue * 360 if light < 0.8 or 15 <= hue * 360 < 345 else 344  # light red is pink
    return next(name for end, name in _HUES if degrees < end)


_HUES = ((15, "red"), (42, "orange"), (70, "yellow"), (165, "green"), (190, "cyan"),
         (250, "blue"), (290, "purple"), (345, "pink"), (361, "red"))  # fmt: skip


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Make marked words comparable: letters and digits, without case, hyphens and spaces."""
    return "".join(grams(text).split()) or text.strip()


def _key(h: Highlight) -> tuple[object, ...]:
    """Make a key of what a mark states, but for where exactly it lies."""
    return (h.page, h.kind, fold(h.text), h.note, colour_word(h.colour))


def _keys(h: Highlight) -> tuple[object, object, object, object]:
    """List what a mark is looked up by, the surest first. A row has its box as `:g` gives it."""
    key = _key(h)
    return (key, tuple(f"{x:g}" for x in h.box)), key, key[:3], h.page


def _is_alike(old: Highlight, new: Highlight) -> bool:
    if old.kind != new.kind:
        return False
    if not old.text and not new.text:
        is_moved = new.kind == "note" and bool(new.note) and old.note == new.note
        return is_moved or _shared(old.box, new.box) >= OVERLAP
    words = fold(new.text)
    is_near = len(words) >= TELLING or _shared(old.box, new.box) > 0
    return is_near and fold(old.text) == words


def _is_changed(old: Highlight, new: Highlight) -> bool:
    if _shared(old.box, new.box) < OVERLAP or bool(old.text) != bool(new.text):
        return False
    one, other = sorted((fold(old.text)[:MOST_CHARS], fold(new.text)[:MOST_CHARS]), key=len)
    if not one or one in other:
        return bool(one) or old.kind == new.kind
    run = SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
    return run >= max(OVERLAP * len(one), 3)


def _is_wordless(old: Highlight, new: Highlight) -> bool:
    is_one_look = old.kind == new.kind and bool(old.text) != bool(new.text)
    return is_one_look and _alike(old.box, new.box) >= OVERLAP


_WAYS: tuple[tuple[int, Callable[[Highlight, Highlight], bool] | None], ...] = (
    (0, None),
    (1, _is_alike),
    (2, _is_alike),
    (3, _is_changed),
    (3, _is_wordless),
)
"""Which of `_keys` two marks share, and what else tells that they are one."""


def _shared(one: Box, other: Box) -> float:
    """Measure what two boxes have in common, as a share of the smaller one."""
    smaller = min(_area(one), _area(other))
    return _common(one, other) / smaller if smaller > 0 else float(one == other)


def _alike(one: Box, other: Box) -> float:
    """Measure what two boxes have in common, as a share of what they cover together."""
    both = _area(one) + _area(other) - _common(one, other)
    return _common(one, other) / both if both > 0 else float(one == other)


def _common(one: Box, other: Box) -> float:
    return _area(
        (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    )


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
