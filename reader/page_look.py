"""Tell whether two PDFs show the same pages: by their words, and by how they look without any.

A copy that an app drew anew, marks and all, has no text, and a page of few words has too
little for a `sketch`. Pure functions on values: knows no PDFs and no papers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from operator import mul
from typing import Literal

WIDTH, HEIGHT = 192, 256
"""Pixels of a page's picture: letters cannot be read, words and their gaps are seen."""

AROUND = 9
"""Pixels of a row whose mean is taken off each: what stays is where words begin and end. Else
the same lines with other words in them, or a page of the same template, look alike."""

SAME_PICTURE = 0.2
"""Correlation of what stays. Of 20 papers' first pages, drawn anew as JPEG at 110 dpi with marks
and ink in them, .23 to .9; of two different papers .08 at most; of two texts in one layout .18."""

SAME_WORDS = 0.6
"""What two pages share of the words of the one that has more."""

FEWEST_WORDS = 8
"""Words that a page must have to be told by them."""

MOST_DIFFERENT = 3
"""One page in so many may be covered by marks."""

Likeness = Literal["same", "partly", "n_pages", "blank", "other"]


@dataclass(frozen=True, slots=True)
class PageLook:
    """What one page shows. words: folded, with repeats. grey: WIDTH × HEIGHT levels, row by row."""

    words: tuple[str, ...]
    grey: bytes


@dataclass(frozen=True, slots=True)
class Looks:
    """What a PDF shows: the number of all its pages, and the first of them."""

    n_pages: int
    pages: tuple[PageLook, ...]


def compare(original: Looks, copy: Looks) -> Likeness:
    """Say whether a copy shows an original's pages.

    n_pages: it has more or fewer. blank: nothing stands on the copy's pages. partly: too few
    of its pages look like the original's, and other: none does.
    """
    if original.n_pages != copy.n_pages:
        return "n_pages"
    if not any(_tells(page) for page in copy.pages):
        return "blank"
    # An empty page proves nothing, in whatever copy it is.
    pairs = [(a, b) for a, b in zip(original.pages, copy.pages, strict=False) if _tells(a)]
    n_same = sum(_is_same(a, b) for a, b in pairs)
    if not n_same:
        return "other"
    return "same" if MOST_DIFFERENT * (len(pairs) - n_same) <= len(pairs) else "partly"


def _tells(page: PageLook) -> bool:
    return len(page.words) >= FEWEST_WORDS or len(set(page.grey)) > 1


def _is_same(one: PageLook, other: PageLook) -> bool:
    most = max(len(one.words), len(other.words))
    if min(len(one.words), len(other.words)) >= FEWEST_WORDS:
        return (Counter(one.words) & Counter(other.words)).total() >= SAME_WORDS * most
    a, b = _gaps(one.grey), _gaps(other.grey)
    both = sqrt(sum(map(mul, a, a)) * sum(map(mul, b, b)))
    return both > 0 and sum(map(mul, a, b)) >= SAME_PICTURE * both


def _gaps(grey: bytes) -> list[float]:
    """Take the mean of the pixels around it off each pixel, row by row."""
    found: list[float] = []
    for begin in range(0, len(grey), WIDTH):
        row = grey[begin : begin + WIDTH]
        sums = [0, *accumulate(row)]
        for x, level in enumerate(row):
            left, right = max(0, x - AROUND // 2), min(len(row), x + AROUND // 2 + 1)
            found.append(level - (sums[right] - sums[left]) / (right - left))
    return found
