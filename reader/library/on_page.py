"""Find the words of a search on one page of a PDF, as boxes to draw over it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reader.highlight import Box
from reader.pdf import PageLine, PageText
from reader.query import parse
from reader.words import is_cjk, parts_of, query_words, word_places

MOST = 500
"""Boxes of one page."""


def boxes_of(page: PageText, query: str) -> list[Box]:
    """Give where words of a query stand, in points from the page's upper left corner.

    Of Japanese, which has no blanks, the part of a run that is asked for; of the rest whole
    words, in any case, singular or plural. Lines that run askew are left out.
    """
    asked = parse(query)
    words = query_words(" ".join([asked.words, *asked.phrases]))
    latin = {word for word in words if not is_cjk(word)}
    runs = [run for word in words if is_cjk(word) for run in (word, *parts_of(word))]
    several = (box for line in page.lines for box in _on_line(line, latin, runs))
    return [box for box, _ in zip(several, range(MOST), strict=False)]


def _on_line(line: PageLine, latin: set[str], runs: Sequence[str]) -> Iterator[Box]:
    top, bottom = line.height
    for x0, x1, text in line.words:
        width = (x1 - x0) / max(1, len(text))
        for place in word_places(text):
            if not is_cjk(place.word):
                if place.word in latin:
                    yield x0 + width * place.starts[0], top, x0 + width * place.end, bottom
                continue
            for start, end in _within(place.word, runs):
                first = place.starts[start]
                last = place.starts[end] if end < len(place.starts) else place.end
                yield x0 + width * first, top, x0 + width * last, bottom


def _within(word: str, runs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give the parts of a run of Japanese that are asked for; the longest one at each place."""
    longest = sorted({run for run in runs if run in word}, key=len, reverse=True)
    if longest:
        for found in re.finditer("|".join(map(re.escape, longest)), word):
            yield found.span()
