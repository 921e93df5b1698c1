"""Take away blanks that nobody typed from a page's large lines, its title above all.

MuPDF puts a blank wherever letters stand apart: before an accent that an old font draws over
its letter, between letter-spaced capitals, and where typesetting parts Japanese and Latin
letters by a quarter of an em. The places of single letters tell them from those of words.
Knows get_text's "dict" and "rawdict" and nothing of titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import median
from typing import Any

from reader.pdf.join import CJK

LEAST_SIZE = 11.0
"""Points: running text is mostly smaller, and read without its single letters."""
KERNED = 0.12
SPACED = 0.15
QUARTER = 0.29
"""Of the letters' size: up to which a gap is none; beyond the spacing of the line; between
Japanese and Latin letters, where TeX and word processors leave .25 by themselves."""
_ACCENTS = "`´ˆ˜¨ˇ˘˙˝¸"
_DOUBTFUL = re.compile(
    rf"\s[{_ACCENTS}]|[{CJK}] +[0-9A-Za-z]|[0-9A-Za-z] +[{CJK}]|(?:\b[^\W\d_]\s+){{4}}[^\W\d_]\b"
)
_IS_CJK = re.compile(f"[{CJK}]")


def is_doubtful(page: dict[str, Any]) -> bool:
    """Say whether a page, as get_text("dict") gives it, has large lines to look at closely."""
    return any(_is_doubtful(line) for line in _lines(page))


def without_stray_blanks(page: dict[str, Any], letters: dict[str, Any]) -> None:
    """Take stray blanks from the doubtful lines of a page; letters: its "rawdict"."""
    for line, single in zip(_lines(page), _lines(letters), strict=False):
        if len(line["spans"]) != len(single["spans"]) or not _is_doubtful(line):
            continue
        chars = [(c, at) for at, span in enumerate(single["spans"]) for c in span["chars"]]
        stray = _stray([c for c, _ in chars], max(span["size"] for span in line["spans"]))
        for at, span in enumerate(line["spans"]):
            span["text"] = "".join(
                [c["c"] for n, (c, of) in enumerate(chars) if of == at and n not in stray]
            )


def _lines(page: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in page["blocks"]:
        yield from block.get("lines", ())


def _is_doubtful(line: dict[str, Any]) -> bool:
    spans = line["spans"]
    if line["dir"][0] < 0.97 or max([span["size"] for span in spans], default=0) < LEAST_SIZE:
        return False
    return bool(_DOUBTFUL.search("".join([span["text"] for span in spans])))


def _stray(chars: list[dict[str, Any]], size: float) -> set[int]:
    """Give the places of the blanks that are no wider than what parts letters of one word."""
    gaps: list[tuple[float, bool, list[int]]] = []
    before: dict[str, Any] | None = None
    blanks: list[int] = []
    for at, char in enumerate(chars):
        if char["c"].isspace():
            blanks.append(at)
        elif not _is_over(chars, at):
            if before is not None:
                is_mixed = (_IS_CJK.match(before["c"]) is None) != (
                    _IS_CJK.match(char["c"]) is None
                )
                gaps.append(((char["bbox"][0] - before["bbox"][2]) / size, is_mixed, blanks))
            before, blanks = char, []
    spacing = median([gap for gap, _, _ in gaps]) if gaps else 0.0
    usual = spacing + SPACED if spacing > KERNED else KERNED
    return {
        at
        for gap, is_mixed, found in gaps
        if gap < (max(QUARTER, usual) if is_mixed else usual)
        for at in found
    }


def _is_over(chars: list[dict[str, Any]], at: int) -> bool:
    """Say whether a sign is an accent that stands over the letter after it."""
    after = chars[at + 1] if at + 1 < len(chars) else None
    if chars[at]["c"] not in _ACCENTS or after is None:
        return False
    return bool(after["bbox"][0] < chars[at]["bbox"][2] - 0.1)
