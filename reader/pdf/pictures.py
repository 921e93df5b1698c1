"""Draw an opened PDF's first page and its first figure; in the child.

Knows PyMuPDF; where a figure stands is found by `figures`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from reader.pdf.answer import Pictures
from reader.pdf.boxes import Box, Look, Words
from reader.pdf.captions import has_caption
from reader.pdf.figures import Figure, find_figures, gutter
from reader.pdf.join import compounds
from reader.pdf.opening import Unreadable, failures, unreadable

PAGE_WIDTH = 480
"""Pixels: a line of ten-point text is just legible, a file some 100 kB."""
FIGURE_WIDTHS = (900, 600, 400)
MAX_ZOOM = 3.0
MAX_BYTES = 400_000
"""Photographs as PNG are large: one over this is drawn smaller."""
MAX_PAGES = 12
"""A first figure after these is none that people know the paper by."""
MAX_CAPTION = 600
MAX_DRAWN = 50_000
TRIM = 3.0
"""Points of white that stay around a drawing."""
_DRAWN = ("fill-path", "stroke-path", "fill-image", "fill-shade", "fill-imgmask")


def pictures_of(pymupdf: Any, file: Any) -> Pictures:
    """Draw what people know a paper by; raises Unreadable where page 1 cannot be drawn.

    A figure that cannot be found or drawn is left out.
    """
    faults = failures(pymupdf)
    try:
        if not file.page_count:
            raise Unreadable("no page")
        page = _png(pymupdf, file[0], Box(*file[0].rect), PAGE_WIDTH)
    except faults as error:
        raise unreadable(error, "no page") from error
    pages, middle = _read(pymupdf, file, faults)
    body = _body([line for lines in pages for line in lines])
    hyphenated = compounds(line.text for lines in pages for line in lines)
    for number, words in enumerate(pages, 1):
        if not has_caption(words):
            continue
        try:
            look = _look(file[number - 1], words, body, middle)
            figures = find_figures(look, hyphenated)
            images = ((_figure_png(pymupdf, file, number, f), f) for f in figures)
            image, figure = next(images, (b"", None))
        except faults:
            continue
        if figure is not None:
            return Pictures(page, image, number, figure.caption[:MAX_CAPTION])
    return Pictures(page)


def _read(
    pymupdf: Any, file: Any, faults: tuple[type[Exception], ...]
) -> tuple[list[list[Words]], float | None]:
    """Give the lines of the first pages without running heads, and the gutter's place."""
    pages: list[list[Words]] = []
    for number in range(min(file.page_count, MAX_PAGES)):
        try:
            pages.append(_words(pymupdf, file[number]))
        except faults:
            pages.append([])
    box = file[0].rect
    pages = _without_heads(pages, box.height)
    return pages, gutter(pages, box.width)


def _words(pymupdf: Any, page: Any) -> list[Words]:
    if page.rotation:
        return []  # text and drawings are told in other directions there
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    return [
        _line(line, number)
        for number, block in enumerate(page.get_text("dict", flags=flags)["blocks"])
        for line in block.get("lines", ())
        if line["dir"][0] > 0.97 and any(span["text"].strip() for span in line["spans"])
    ]


def _line(line: dict[str, Any], block: int) -> Words:
    spans = [span for span in line["spans"] if span["text"].strip()]
    main = max(spans, key=lambda span: len(span["text"]))
    # Some fonts claim to be ten lines tall: what letters need is enough.
    x0, y0, x1, y1 = line["bbox"]
    base, size = main["origin"][1], main["size"]
    box = Box(x0, max(y0, base - size), x1, min(y1, base + 0.35 * size))
    text = "".join(span["text"] for span in line["spans"]).strip()
    return Words(box, text, size, main["font"], spans[0]["font"], block)


def _without_heads(pages: list[list[Words]], height: float) -> list[list[Words]]:
    """Leave out running heads and page numbers: alike at one height on several pages."""
    seen = Counter(mark for words in pages for mark in {_mark(line) for line in words})

    def is_head(line: Words) -> bool:
        is_at_edge = not 0.14 * height < line.box.y0 < 0.86 * height
        return is_at_edge and seen[_mark(line)] > 1

    return [[line for line in words if not is_head(line)] for words in pages]


def _mark(line: Words) -> tuple[str, int]:
    return re.sub(r"[\divxlc]+", "0", line.text), round(line.box.y0 / 3)


def _body(words: list[Words]) -> tuple[float, str]:
    letters: Counter[tuple[float, str]] = Counter()
    for line in words:
        letters[round(line.size, 1), line.font] += len(line.text)
    return letters.most_common(1)[0][0] if letters else (10.0, "")


def _look(page: Any, words: list[Words], body: tuple[float, str], middle: float | None) -> Look:
    whole = Box(*page.rect)
    drawn = [Box(*box).cut(whole) for kind, box in page.get_bboxlog() if kind in _DRAWN]
    # What is drawn of more pieces is not looked at: each line is compared with each of them.
    drawn = [box for box in drawn if box.width >= 0 and box.height >= 0][:MAX_DRAWN]
    return Look(whole.width, whole.height, words, drawn, body, middle)


def _figure_png(pymupdf: Any, file: Any, number: int, figure: Figure) -> bytes:
    image = b""
    box = _trimmed(pymupdf, file[number - 1], figure.box)
    for width in FIGURE_WIDTHS:
        image = _png(pymupdf, file[number - 1], box, width)
        if len(image) <= MAX_BYTES:
            break
    return image


def _trimmed(pymupdf: Any, page: Any, box: Box) -> Box:
    """Take the white around a drawing away: MuPDF's boxes of lines are wider than the lines."""
    clip = pymupdf.Rect(box) & page.rect
    image = page.get_pixmap(clip=clip, alpha=False)
    width, height, row = image.width, image.height, image.stride
    pixels = bytes(image.samples)
    lines = [pixels[y * row : y * row + 3 * width] for y in range(height)]
    ink_y = [y for y, line in enumerate(lines) if line.strip(b"\xff")]
    ink_x = [
        x for x in range(width) if any(pixels[3 * x + c :: row].strip(b"\xff") for c in range(3))
    ]
    if not ink_x or not ink_y:
        return box
    x, y = clip.x0, clip.y0
    ink = Box(x + ink_x[0], y + ink_y[0], x + ink_x[-1] + 1, y + ink_y[-1] + 1)
    return Box(ink.x0 - TRIM, ink.y0 - TRIM, ink.x1 + TRIM, ink.y1 + TRIM).cut(box)


def _png(pymupdf: Any, page: Any, box: Box, width: int) -> bytes:
    scale = min(MAX_ZOOM, width / max(1.0, box.width))
    # A strip of a page may be as tall as it likes: what counts is how many pixels come.
    scale = min(scale, 2 * width / max(1.0, box.height))
    matrix = pymupdf.Matrix(scale, scale)
    image = page.get_pixmap(matrix=matrix, clip=pymupdf.Rect(box), alpha=False)
    return bytes(image.tobytes("png"))
