"""Show one page of an opened PDF: its picture, and its words with their places; in the child.

Knows PyMuPDF; who looks at it, and which words they look for, is not asked here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from reader.pdf.answer import PageLine, PageText
from reader.pdf.opening import Unreadable, failures, unreadable

MAX_PIXELS = 12_000_000
"""A strip as tall as it likes is drawn smaller: 36 MB of pixels at most."""
MAX_LINES = 4_000
"""Of a page that was made to have millions."""
MAX_LETTERS = 2_000
"""Of a line."""
AHEAD = 50
"""Lines among which words are looked for, from the line of those before them on."""

Word = tuple[float, float, float, float, str, int, int, int]
"""x0, y0, x1, y1, the word; the numbers of its block and its line, and its own there."""


def text_of_page(pymupdf: Any, file: Any, number: int) -> PageText:
    """Give the words of a page, from 1, where they stand; raises Unreadable."""
    faults = failures(pymupdf)
    page = _page(pymupdf, file, number)
    try:
        flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
        read = page.get_textpage(flags=flags)
        words: dict[int, list[Word]] = {}
        for word in read.extractWORDS():
            words.setdefault(word[5], []).append(word)
        lines = [
            _line(line, on_it)
            for block in read.extractDICT()["blocks"]
            for line, on_it in _with_words(block.get("lines", ()), words.get(block["number"], []))
            if any(span["text"].strip() for span in line["spans"])
        ]
    except faults as error:
        raise unreadable(error, "no page") from error
    turn = tuple(page.rotation_matrix) if page.rotation else ()
    box = page.rect
    return PageText(file.page_count, box.width, box.height, turn, tuple(lines[:MAX_LINES]))


def image_of_page(pymupdf: Any, file: Any, number: int, width: int) -> bytes:
    """Draw a page, from 1, `width` pixels wide, with what is marked in it; raises Unreadable."""
    page = _page(pymupdf, file, number)
    try:
        scale = width / max(1.0, page.rect.width)
        n_pixels = max(1.0, page.rect.width * page.rect.height * scale**2)
        scale *= min(1.0, math.sqrt(MAX_PIXELS / n_pixels))
        image = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        return bytes(_without_colours(pymupdf, image).tobytes("png"))
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


def _without_colours(pymupdf: Any, image: Any) -> Any:
    """Keep one number for each pixel where there are only greys: half the bytes as PNG."""
    pixels = image.samples
    is_grey = pixels[0::3] == pixels[1::3] == pixels[2::3]
    return pymupdf.Pixmap(pymupdf.csGRAY, image) if is_grey else image


def _page(pymupdf: Any, file: Any, number: int) -> Any:
    try:
        n_pages = file.page_count
        if not 1 <= number <= n_pages:
            raise Unreadable("past the end", str(number))
        return file[number - 1]
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


def _with_words(
    lines: Sequence[dict[str, Any]], words: Sequence[Word]
) -> Iterator[tuple[dict[str, Any], list[tuple[float, float, str]]]]:
    """Put to each line of a block its words, both in their order.

    The lines that MuPDF numbers words by are not always those that it lists: a wide gap may
    begin a new one, or one that is not listed lies between.
    """
    found: list[list[tuple[float, float, str]]] = [[] for _ in lines]
    left = ["".join("".join(span["text"] for span in line["spans"]).split()) for line in lines]
    at = 0
    for _, group in itertools.groupby(words, key=lambda word: word[6]):
        several = list(group)
        text = "".join(word[4] for word in several)
        for n in range(at, min(at + AHEAD, len(lines))):
            _, is_here, left_now = left[n].partition(text)
            if is_here:
                found[n] += [(word[0], word[2], word[4]) for word in several]
                left[n], at = left_now, n
                break
    return zip(lines, found, strict=True)


def _line(line: dict[str, Any], words: list[tuple[float, float, str]]) -> PageLine:
    """Say where a line begins, in which direction it runs, how long and how large it is."""
    spans = [span for span in line["spans"] if span["text"].strip()]
    x0, y0, x1, y1 = line["bbox"]
    across, down = line["dir"]
    # Of a line that runs askew the box tells nothing but how far its corners are apart.
    length = abs(x1 - x0) if abs(across) > 0.99 else abs(y1 - y0)
    length = length if max(abs(across), abs(down)) > 0.99 else math.hypot(x1 - x0, y1 - y0)
    x, y = spans[0]["origin"]
    # With the spans that hold nothing but blanks: each word may be a span of its own.
    text = " ".join("".join(span["text"] for span in line["spans"]).split())
    return PageLine(
        x,
        y,
        length,
        max(span["size"] for span in spans),
        math.degrees(math.atan2(down, across)),
        text[:MAX_LETTERS],
        (y0, y1),
        tuple(words) if across > 0.99 else (),
    )
