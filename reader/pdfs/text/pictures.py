"""Draw pages of an opened PDF, and find the places of their words; runs in the child.

People recognise a paper by its first page and its first figure, which `figures` finds. A page on
the screen is its picture and its words. Copies are compared by small pictures. Knows PyMuPDF.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from reader.pdfs.recognition import HEIGHT, WIDTH, Looks, PageLook
from reader.pdfs.text.answer import (
    PageLine,
    PageText,
    Pictures,
    Unreadable,
    failures,
    is_memory,
    unreadable,
)
from reader.pdfs.text.figures import CAPTION, Box, Figure, Look, WordLine, find_figures, gutter
from reader.pdfs.text.lines import compounds

PAGE_WIDTH = 480
"""Width in pixels at which a line of ten-point text is just legible; a file has some 100 kB."""
FIGURE_WIDTHS = (900, 600, 400)
MAX_ZOOM = 3.0
MAX_BYTES = 400_000
"""The most bytes of a figure: a photograph as PNG is large, and is drawn smaller."""
MAX_PAGES = 12
"""The pages on which the first figure is looked for; people do not recognise a paper by a later
one."""
MAX_CAPTION = 600
MAX_DRAWN = 50_000
TRIM = 3.0
"""Points of white that are left around a drawing."""
_DRAWN = ("fill-path", "stroke-path", "fill-image", "fill-shade", "fill-imgmask")


def pictures_of(pymupdf: Any, file: Any) -> Pictures:
    """Draw the first page and the first figure of a PDF.

    A figure that cannot be found or drawn is left out. Raises Unreadable where page 1 cannot be
    drawn.
    """
    faults = failures(pymupdf)
    try:
        if not file.page_count:
            raise Unreadable("no page")
        page = _png(pymupdf, file[0], Box(*file[0].rect), PAGE_WIDTH)
    except faults as error:
        raise unreadable(error, "no page") from error
    pages = _first_pages(pymupdf, file, faults)
    middle = gutter(pages, file[0].rect.width)
    letters: Counter[tuple[float, str]] = Counter()
    for line in itertools.chain.from_iterable(pages):
        letters[round(line.size, 1), line.font] += len(line.text)
    body = max(letters, key=letters.__getitem__, default=(10.0, ""))
    hyphenated = compounds(line.text for lines in pages for line in lines)
    for number, words in enumerate(pages, 1):
        if not any(CAPTION.match(line.text) for line in words):
            continue  # a cheap test, before the drawings of the page are read
        try:
            sheet = file[number - 1]
            whole = Box(*sheet.rect)
            drawn = [Box(*box).cut(whole) for kind, box in sheet.get_bboxlog() if kind in _DRAWN]
            # Pieces after MAX_DRAWN are ignored: each of them is compared with each line.
            drawn = [box for box in drawn if box.width >= 0 and box.height >= 0][:MAX_DRAWN]
            look = Look(whole.width, whole.height, words, drawn, body, middle)
            figures = find_figures(look, hyphenated)
            images = ((_figure_png(pymupdf, file, number, f), f) for f in figures)
            image, figure = next(images, (b"", None))
        except faults:
            continue
        if figure is not None:
            return Pictures(page, image, number, figure.caption[:MAX_CAPTION])
    return Pictures(page)


def _first_pages(
    pymupdf: Any, file: Any, faults: tuple[type[Exception], ...]
) -> list[list[WordLine]]:
    """Read the lines of the first pages, without running heads and page numbers."""
    pages: list[list[WordLine]] = []
    for number in range(min(file.page_count, MAX_PAGES)):
        try:
            pages.append(_words(pymupdf, file[number]))
        except faults:
            pages.append([])
    height = file[0].rect.height
    # Running heads and page numbers are the same at one height on several pages, but for digits.
    marked = [
        [(o, (re.sub(r"[\divxlc]+", "0", o.text), round(o.box.y0 / 3))) for o in words]
        for words in pages
    ]
    seen = Counter(mark for words in marked for mark in {mark for _, mark in words})
    top, bottom = 0.14 * height, 0.86 * height
    return [
        [o for o, mark in words if top < o.box.y0 < bottom or seen[mark] < 2] for words in marked
    ]


def _words(pymupdf: Any, page: Any) -> list[WordLine]:
    if page.rotation:
        return []  # there text and drawings have different coordinates
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    found = []
    for number, block in enumerate(page.get_text("dict", flags=flags)["blocks"]):
        for line in block.get("lines", ()):
            spans = [span for span in line["spans"] if span["text"].strip()]
            if not spans or line["dir"][0] <= 0.97:
                continue
            main = max(spans, key=lambda span: len(span["text"]))
            # Some fonts claim to be ten lines tall, so the box is made of base line and size.
            x0, y0, x1, y1 = line["bbox"]
            base, size = main["origin"][1], main["size"]
            box = Box(x0, max(y0, base - size), x1, min(y1, base + 0.35 * size))
            text = "".join(span["text"] for span in line["spans"]).strip()
            found.append(WordLine(box, text, size, main["font"], spans[0]["font"], number))
    return found


def _figure_png(pymupdf: Any, file: Any, number: int, figure: Figure) -> bytes:
    image = b""
    box = _trimmed(pymupdf, file[number - 1], figure.box)
    for width in FIGURE_WIDTHS:
        image = _png(pymupdf, file[number - 1], box, width)
        if len(image) <= MAX_BYTES:
            break
    return image


def _trimmed(pymupdf: Any, page: Any, box: Box) -> Box:
    """Cut off the white around a drawing: MuPDF's boxes of lines are wider than the lines."""
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
    # A page may be a strip of any height, so the height is limited too.
    scale = min(scale, 2 * width / max(1.0, box.height))
    matrix = pymupdf.Matrix(scale, scale)
    image = page.get_pixmap(matrix=matrix, clip=pymupdf.Rect(box), alpha=False)
    return bytes(image.tobytes("png"))


MAX_PIXELS = 12_000_000
"""The most pixels of a page, 36 MB of memory; a larger one is drawn smaller."""
MAX_LINES = 4_000
"""The most lines of a page; one that was made to harm may have millions."""
MAX_LETTERS = 2_000
"""The most letters of a line."""
AHEAD = 50
"""The number of lines in which a group of words is looked for, from that of the last group on."""

Word = tuple[float, float, float, float, str, int, int, int]
"""x0, y0, x1, y1, the word; the numbers of its block and its line, and its own there."""


def text_of_page(pymupdf: Any, file: Any, number: int) -> PageText:
    """Read the lines and words of a page, from 1, with their places; raises Unreadable."""
    faults = failures(pymupdf)
    page = _page(pymupdf, file, number)
    try:
        flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
        read = page.get_textpage(flags=flags)
        words: dict[int, list[Word]] = {}
        for word in read.extractWORDS():
            words.setdefault(word[5], []).append(word)
        lines = [
            _screen_line(line, on_it)
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
    """Draw a page, from 1, `width` pixels wide, with its marks, as PNG; raises Unreadable."""
    page = _page(pymupdf, file, number)
    try:
        scale = width / max(1.0, page.rect.width)
        n_pixels = max(1.0, page.rect.width * page.rect.height * scale**2)
        scale *= min(1.0, math.sqrt(MAX_PIXELS / n_pixels))
        image = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        pixels = image.samples
        if pixels[0::3] == pixels[1::3] == pixels[2::3]:
            # Only greys: one number for each pixel halves the bytes of the PNG.
            image = pymupdf.Pixmap(pymupdf.csGRAY, image)
        return bytes(image.tobytes("png"))
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


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
    """Pair each line of a block with its words, both in their order."""
    # MuPDF does not number the lines of words as it lists lines: a wide gap may begin a new line,
    # or a line that is not listed lies between. So a group of words is found by its text.
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


def _screen_line(line: dict[str, Any], words: list[tuple[float, float, str]]) -> PageLine:
    """Make a line with the begin, direction, length and size that a screen needs."""
    spans = [span for span in line["spans"] if span["text"].strip()]
    x0, y0, x1, y1 = line["bbox"]
    across, down = line["dir"]
    # The box of a line askew gives only the distance of its corners.
    length = abs(x1 - x0) if abs(across) > 0.99 else abs(y1 - y0)
    length = length if max(abs(across), abs(down)) > 0.99 else math.hypot(x1 - x0, y1 - y0)
    x, y = spans[0]["origin"]
    # Of all spans, also those of blanks: each word may be a span of its own.
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


MOST_PAGES = 40
"""The number of pages that are compared; 40 distinguish a file from any other."""
MOST_WORDS = 2_000
"""The most words of a page; one that was made to harm may have millions."""


def looks_of(pymupdf: Any, file: Any) -> Looks:
    """Read the words and a small grey picture of each of the first pages.

    A page that cannot be read has neither. Raises Unreadable for a PDF without pages.
    """
    faults = failures(pymupdf)
    try:
        n_pages = file.page_count
    except faults as error:
        raise unreadable(error, "no page") from error
    if not n_pages:
        raise Unreadable("no page")
    pages = []
    for number in range(min(n_pages, MOST_PAGES)):
        try:
            pages.append(_page_look(pymupdf, file[number]))
        except faults as error:
            if is_memory(error):
                raise Unreadable("memory") from error
            pages.append(PageLook((), b""))
    return Looks(n_pages, tuple(pages))


def _page_look(pymupdf: Any, page: Any) -> PageLook:
    words = [word[4].casefold() for word in page.get_text("words")[:MOST_WORDS]]
    box = page.rect
    matrix = pymupdf.Matrix(WIDTH / max(1.0, box.width), HEIGHT / max(1.0, box.height))
    image = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
    pixels, row = bytes(image.samples), image.stride
    # A box that begins between two pixels makes the picture one pixel larger.
    lines = [pixels[y * row : y * row + image.width] for y in range(min(HEIGHT, image.height))]
    grey = b"".join(line[:WIDTH].ljust(WIDTH, b"\xff") for line in lines)
    return PageLook(tuple(words), grey.ljust(WIDTH * HEIGHT, b"\xff"))


def png_of(svg: str, *, scale: float = 2.0) -> bytes:
    """Render an SVG as PNG; scale: pixels for one of the drawing's."""
    import pymupdf

    with pymupdf.open(stream=svg.encode(), filetype="svg") as drawing:
        pixels = drawing[0].get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        content: bytes = pixels.tobytes("png")
    return content
