"""Define the marks that a reader made in a PDF, with whatever program, and how they are shown.

A mark has several states where its colour, its typed note or its range was changed; the marks of a
copy are matched with those that are stored. Knows neither PDFs nor tables: room `pdfs` reads the
marks, and the rows keep them.
"""

from __future__ import annotations

import colorsys
import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from reader.base.messages import N_
from reader.base.text import plain, plain_lines
from reader.base.words import grams

OWN = "asayomi-"
"""What the names of annotations begin with that this program wrote into a copy."""

Kind = Literal["highlight", "underline", "strike-out", "squiggle", "note"]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Highlight:
    """Words that the reader marked, or a note that was typed at a place."""

    page: int
    """The page on which it begins, from 1; 0 where what it was brought from names none."""
    place: int
    """Its place on the page in reading order: the smaller one of two is read first."""
    kind: Kind
    text: str
    """The marked words, hyphens at line ends joined, white space as one blank. Empty for a
    note without words under it, and where a picture or a font has no readable words."""
    note: str = ""
    """The text that the reader typed at it."""
    colour: str = ""
    """`#rrggbb`, empty where the program set none."""
    box: Box = (0.0, 0.0, 0.0, 0.0)
    """x0, y0, x1, y1 of the mark on its first page, in points from the top left."""
    is_flattened: bool = False
    """Whether it is a coloured rectangle that an app drew into the page, and no annotation."""
    quads: tuple[Box, ...] = field(default=(), compare=False)
    """The boxes of its lines on that page, as `box` counts; empty where they are not known."""
    name: str = field(default="", compare=False)
    """The name that we gave its annotation: OWN and letters by chance. Empty for any other."""
    is_earlier: bool = field(default=False, compare=False)
    """Whether its words are not in the paper's PDF, only in one of before; `page` is of that."""


@dataclass(frozen=True, slots=True)
class InkStroke:
    """A stroke that was drawn on a page by hand.

    name: as that of a Highlight. width: in points. points: x0 y0 x1 y1 …, in points from the top
    left of the page as it is shown. sha256: of the PDF on whose page it was drawn, where a newer
    version had taken its place by then; "" for any other.
    """

    page: int
    name: str
    colour: str
    width: float
    points: tuple[float, ...]
    sha256: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Marks:
    """All the marks of a reader in one PDF."""

    highlights: tuple[Highlight, ...] = ()
    """In reading order, over columns and pages."""
    ink: tuple[int, ...] = ()
    """The page of each stroke and drawing by hand; handwriting is not read."""
    unread: tuple[int, ...] = ()
    """Pages whose marks could not all be read, so that a missing mark need not be removed."""
    traces: frozenset[str] = field(default=frozenset(), compare=False)
    """Fingerprints of each stroke, and of what each page paints beside the highlights. A copy
    that lacks one of another copy's may lack handwriting. Empty where they are not known."""
    strokes: frozenset[str] = field(default=frozenset(), compare=False)
    """The names of our own strokes in it."""
    n_pages: int = field(default=0, compare=False)
    is_ours: bool = field(default=False, compare=False)
    """Whether it is a copy that we wrote, whose pages paint what they painted then."""

    @property
    def n_ink(self) -> int:
        """Return the number of strokes and drawings by hand."""
        return len(self.ink)


def once(text: str) -> str:
    """Shorten a phrase that a mark has three times or more in a row ("BLEU BLEU BLEU") to one."""
    found = _REPEATED.fullmatch(text)
    return found[1] if found else text


# The bound of 200 characters keeps the time linear in a long text.
_REPEATED = re.compile(r"(\S.{0,200}?)(?: \1){2,}", re.DOTALL)


def gathered(marks: Iterable[Highlight]) -> list[tuple[int, ...]]:
    """Return for each mark the pages that it is shown with, in the order of the marks.

    Marks of the same words, kind and colour without a typed note are shown once, at the first of
    them, with all their pages; each other one of them has (). Those of an earlier version of the
    PDF stand apart, since their pages are of that.
    """
    marks = list(marks)
    pages: dict[tuple[str, str, str, bool], list[int]] = {}
    keys = [(once(m.text).casefold(), m.kind, m.colour, m.is_earlier) for m in marks]
    for mark, key in zip(marks, keys, strict=True):
        if mark.text and not mark.note:
            pages.setdefault(key, []).append(mark.page)
    # `pop`: the first mark of a key takes all pages, and leaves none for the next ones.
    return [
        tuple(dict.fromkeys(pages.pop(key, ()))) if mark.text and not mark.note else (mark.page,)
        for mark, key in zip(marks, keys, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class MarkState:
    """One state of a mark."""

    id: int
    mark: int
    """The id of the mark's first state."""
    paper: int
    highlight: Highlight
    at: datetime
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class VisibleMark:
    """A mark as it is shown; id: of the state that is shown."""

    id: int
    highlight: Highlight
    at: datetime
    gone_at: datetime | None
    """When it was removed, None where it was not."""


def shown(states: Iterable[MarkState]) -> list[VisibleMark]:
    """List each mark with the state that is shown, in reading order.

    It is the newest state that a copy has; where two copies have two states, the typed notes of
    both are shown. A mark that no copy has is removed: its last state is shown, with the moment.
    """
    found = by_mark(states).values()
    return sorted(found, key=lambda s: (s.highlight.page, s.highlight.place, s.id))


def by_mark(states: Iterable[MarkState]) -> dict[int, VisibleMark]:
    """Choose the state of each mark that is shown: `MarkState.mark` → its mark as `shown`."""
    marks: dict[int, list[MarkState]] = defaultdict(list)
    for kept in states:
        marks[kept.mark].append(kept)
    found = {}
    for number, mark in marks.items():
        there = sorted((k for k in mark if k.gone_at is None), key=lambda k: k.id)
        if not there:
            last = max(mark, key=lambda k: (k.gone_at or k.at, k.id))
            found[number] = VisibleMark(last.id, last.highlight, last.at, last.gone_at)
            continue
        notes: list[str] = []
        for kept in reversed(there):
            if not any(kept.highlight.note in note for note in notes):
                notes.append(kept.highlight.note)
        newest, first = there[-1], min(mark, key=lambda k: k.id)
        highlight = replace(newest.highlight, note="\n".join(filter(None, notes)))
        found[number] = VisibleMark(newest.id, highlight, first.at, None)
    return found


MARKS = {
    "highlight": N_("highlight"),
    "underline": N_("underlined"),
    "strike-out": N_("struck out"),
    "squiggle": N_("squiggle"),
    "note": N_("note"),
}
COLOURS = {
    "red": N_("red"),
    "orange": N_("orange"),
    "yellow": N_("yellow"),
    "green": N_("green"),
    "cyan": N_("cyan"),
    "blue": N_("blue"),
    "purple": N_("purple"),
    "pink": N_("pink"),
    "white": N_("white"),
    "grey": N_("grey"),
    "black": N_("black"),
}


@functools.lru_cache(maxsize=256)
def colour_word(colour: str) -> str:
    """Get the English name of a colour `#rrggbb`; "" for none."""
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


TELLING = 25
"""Characters of marked words from which on they stand on a page once only, so that the mark may
be at another place in a copy of another layout."""

OVERLAP = 0.5
"""The share of the smaller box that two boxes must have in common to be two ranges of one mark."""

MOST_ALIKE = 300
"""The most marks of one key that are compared one with each other; a file made to harm may have
more."""

MOST_CHARS = 2_000
"""Characters of two texts that are compared for a common run, which takes quadratic time."""


@dataclass(frozen=True, slots=True)
class MarkMatch:
    """The stored mark, and its state, that a mark of a copy is; None for a new one."""

    mark: int | None = None
    state: int | None = None
    before: Highlight | None = None
    """The state whose words and place it takes over, where its own words could not be read."""


def cleaned(found: Iterable[Highlight]) -> list[Highlight]:
    """Return the marks of a copy with safe text, each once."""
    unique: dict[tuple[object, ...], Highlight] = {}
    for h in found:
        h = replace(h, text=plain(h.text), note=plain_lines(h.note))
        unique.setdefault((*_key(h), tuple(round(x) for x in h.box)), h)
    return list(unique.values())


def match(known: Sequence[MarkState], found: Sequence[Highlight]) -> list[MarkMatch]:
    """Match the marks of a copy with the stored states; one match for each, in their order.

    Each stored mark is matched once, by the surest of these: the name that we gave it in the
    copy; the same state at the same place;
    the same words at the same place (or anywhere on the page, if they are long); a changed
    range, or a typed note that was changed or moved; the same place, where the words of one of
    the two cannot be read.
    """
    matches = [MarkMatch()] * len(found)
    claimed: set[int] = set()
    old, new = [_keys(k.highlight) for k in known], [_keys(h) for h in found]
    # The newest state of a mark with a given content, so that no equal state is added.
    states: dict[tuple[int, object], int] = {}
    for kept, keys in zip(known, old, strict=True):
        states[kept.mark, keys[1]] = max(kept.id, states.get((kept.mark, keys[1]), 0))
    names = {k.highlight.name: k.mark for k in known if k.highlight.name}
    for i, mark in enumerate(found):
        if (named := names.get(mark.name)) is not None and named not in claimed:
            claimed.add(named)
            matches[i] = MarkMatch(named, states.get((named, new[i][1])))
    # Each criterion is tried on all marks before the next, weaker one, so that a sure match is
    # never taken by a mark that only may be it.
    for n, is_same in _CRITERIA:
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
            best = max(fitting, key=lambda k: (_overlap(k.highlight.box, mark.box), k.id))
            claimed.add(best.mark)
            matches[i] = MarkMatch(best.mark, states.get((best.mark, new[i][1])))
            if is_same is _is_wordless and best.highlight.text:
                matches[i] = _with_words_of(best, known, mark)
    return matches


def _with_words_of(best: MarkState, known: Sequence[MarkState], mark: Highlight) -> MarkMatch:
    """Take over the words of before, and that very state where note and colour are the same."""
    look = (mark.note, colour_word(mark.colour))
    states_of = [(k.id, k.highlight) for k in known if k.mark == best.mark]
    same = [id_ for id_, h in states_of if h.text and (h.note, colour_word(h.colour)) == look]
    return MarkMatch(best.mark, max(same, default=None), best.highlight)


@dataclass(frozen=True, slots=True)
class MarkEdits:
    """What a copy lacks of the marks that are shown: what to add, change and remove in it.

    change: each mark as it is in the copy, and as it should be.
    """

    add: tuple[VisibleMark, ...] = ()
    change: tuple[tuple[Highlight, VisibleMark], ...] = ()
    remove: tuple[Highlight, ...] = ()


def edits(known: Sequence[MarkState], found: Sequence[Highlight]) -> MarkEdits:
    """Compare the marks of a copy with those that are shown.

    A mark of the copy that was never recorded stays, and so does one that an app drew into the
    page. What has no place on a page cannot be added.
    """
    visible = {mark: one for mark, one in by_mark(known).items() if one.gone_at is None}
    change, remove, there = [], [], set()
    for mark, matched in zip(found, match(known, found), strict=True):
        if matched.mark is None:
            continue
        there.add(matched.mark)
        wanted = visible.get(matched.mark)
        if mark.is_flattened:
            continue
        if wanted is None:
            remove.append(mark)
        elif _look(wanted.highlight) != _look(mark):
            change.append((mark, wanted))
    add = [
        one
        for mark, one in visible.items()
        if mark not in there and one.highlight.page and any(one.highlight.box)
    ]
    return MarkEdits(tuple(add), tuple(change), tuple(remove))


def _look(h: Highlight) -> tuple[str, str, str]:
    return h.kind, h.note, colour_word(h.colour)


def holds(older: Iterable[MarkState], newer: Iterable[MarkState]) -> bool:
    """Check whether a newer copy has all marks of an older one, unchanged or with more words."""
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


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Fold marked words to letters and digits, without case, hyphens and spaces."""
    # Words of signs alone would fold to nothing, and all be the same.
    return "".join(grams(text).split()) or text.strip()


def _key(h: Highlight) -> tuple[object, ...]:
    """Return the content of a mark as a key, without its exact place."""
    return (h.page, h.kind, fold(h.text), h.note, colour_word(h.colour))


def _keys(h: Highlight) -> tuple[object, object, object, object]:
    """List the keys by which a mark is looked up, the surest first."""
    # `:g`, since rows store a box in that form.
    key = _key(h)
    return (key, tuple(f"{x:g}" for x in h.box)), key, key[:3], h.page


def _is_alike(old: Highlight, new: Highlight) -> bool:
    if old.kind != new.kind:
        return False
    if not old.text and not new.text:
        is_moved = new.kind == "note" and bool(new.note) and old.note == new.note
        return is_moved or overlap_of_smaller(old.box, new.box) >= OVERLAP
    words = fold(new.text)
    is_near = len(words) >= TELLING or overlap_of_smaller(old.box, new.box) > 0
    return is_near and fold(old.text) == words


def _is_changed(old: Highlight, new: Highlight) -> bool:
    if overlap_of_smaller(old.box, new.box) < OVERLAP or bool(old.text) != bool(new.text):
        return False
    # A longer or shorter range has all words of the other one, or a common run of half of them.
    one, other = sorted((fold(old.text)[:MOST_CHARS], fold(new.text)[:MOST_CHARS]), key=len)
    if not one or one in other:
        return bool(one) or old.kind == new.kind
    run = SequenceMatcher(None, one, other, autojunk=False).find_longest_match().size
    return run >= max(OVERLAP * len(one), 3)


def _is_wordless(old: Highlight, new: Highlight) -> bool:
    is_one_look = old.kind == new.kind and bool(old.text) != bool(new.text)
    return is_one_look and _overlap(old.box, new.box) >= OVERLAP


_CRITERIA: tuple[tuple[int, Callable[[Highlight, Highlight], bool] | None], ...] = (
    (0, None),
    (1, _is_alike),
    (2, _is_alike),
    (3, _is_changed),
    (3, _is_wordless),
)
"""Which of `_keys` two marks must share, and what else makes them one, the surest first."""


def overlap_of_smaller(one: Box, other: Box) -> float:
    """Compute the common area of two boxes as a share of the smaller one."""
    smaller = min(_area(one), _area(other))
    return _common(one, other) / smaller if smaller > 0 else float(one == other)


def _overlap(one: Box, other: Box) -> float:
    """Compute the common area of two boxes as a share of the area that they cover together."""
    both = _area(one) + _area(other) - _common(one, other)
    return _common(one, other) / both if both > 0 else float(one == other)


def _common(one: Box, other: Box) -> float:
    return _area(
        (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    )


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
