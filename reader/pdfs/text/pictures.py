"""Draw pages of an opened PDF, and find the places of their words; runs in the child.

People recognise a paper by its first page and its first figure, which `figures` finds. A page on
the screen is its picture and its words. Copies are compared by small pictures. Knows PyMuPDF.
"""

from __future__ import annotations

import functools
import io
import itertools
import math
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reader.pdfs.recognition import HEIGHT, WIDTH, Looks, PageLook
from reader.pdfs.text.answer import (
    PageLine,
    PageText,
    PictureForm,
    Pictures,
    Unreadable,
    failures,
    is_memory,
    unreadable,
)
from reader.pdfs.text.figures import CAPTION, Box, Figure, Look, WordLine, find_figures, gutter
from reader.pdfs.text.lines import NOT_TEXT, compounds, with_ligatures

if TYPE_CHECKING:
    from PIL import Image

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
            drawn = drawn_boxes(sheet.get_bboxlog(), whole)
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
            pages.append(words_of(pymupdf, file[number]))
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


def drawn_boxes(log: Sequence[tuple[str, Sequence[float]]], whole: Box) -> list[Box]:
    """Select the drawings of a page; log: from get_bboxlog(). whole: the page."""
    left, top, right, bottom = whole
    drawn = [
        Box(max(x0, left), max(y0, top), min(x1, right), min(y1, bottom))
        for kind, (x0, y0, x1, y1) in log
        if kind in _DRAWN
    ]
    # Pieces after MAX_DRAWN are ignored: each of them is compared with each line.
    return [box for box in drawn if box.width >= 0 and box.height >= 0][:MAX_DRAWN]


def words_of(pymupdf: Any, page: Any, read: dict[str, Any] | None = None) -> list[WordLine]:
    """Read the level lines of a page, by which figures are found; none on a turned page.

    read: what MuPDF has read of it, without images and ligatures; None to read it here.
    """
    if page.rotation:
        return []  # there text and drawings have different coordinates
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    read = read or page.get_text("dict", flags=flags)
    found = []
    for number, block in enumerate(read["blocks"]):
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
MAX_PART_ZOOM = 6.0
"""Pixels for a point of a page's part, which may be as small as a sign."""
MAX_LINES = 4_000
"""The most lines of a page; one that was made to harm may have millions."""
MAX_LETTERS = 2_000
"""The most letters of a line."""
LEAST_WIDTH = 1.0
"""Points of a letter whose font says no width."""


def text_of_page(pymupdf: Any, file: Any, number: int) -> PageText:
    """Read the lines and words of a page, from 1, with their places; raises Unreadable."""
    faults = failures(pymupdf)
    page = page_of(pymupdf, file, number)
    try:
        blocks = lines_with_words(pymupdf, page)["blocks"]
        several = [line for block in blocks for line in block.get("lines", ()) if line["words"]]
        lines = tuple(map(_screen_line, several[:MAX_LINES]))
    except faults as error:
        raise unreadable(error, "no page") from error
    turn = tuple(page.rotation_matrix) if page.rotation else ()
    box = page.rect
    return PageText(file.page_count, box.width, box.height, turn, lines)


def image_of_page(
    pymupdf: Any, file: Any, number: int, width: int, part: Sequence[int] = (), *, form: PictureForm
) -> bytes:
    """Draw a page, from 1, `width` pixels wide, with its marks; raises Unreadable.

    part: the box of what is drawn, in points of the page before it is turned; empty for all.
    """
    from PIL import Image  # pictures of pages alone need Pillow

    page = page_of(pymupdf, file, number)
    try:
        box = pymupdf.Rect(part) * page.rotation_matrix & page.rect if part else page.rect
        if box.is_empty:
            raise Unreadable("no page")
        scale = width / max(1.0, box.width)
        scale = min(scale, MAX_PART_ZOOM) if part else scale
        n_pixels = max(1.0, box.width * box.height * scale**2)
        scale *= min(1.0, math.sqrt(MAX_PIXELS / n_pixels))
        listed = list_of_page(pymupdf, file, number) or page.get_displaylist()
        matrix = pymupdf.Matrix(scale, scale)
        # These are Pillow's own modes too, so that no pixel is copied.
        mode, pixels = (
            ("RGBX", _coloured_pixels(pymupdf, listed, box, matrix))
            if _may_have_colours(pymupdf.mupdf, listed)
            else ("L", listed.get_pixmap(matrix, pymupdf.csGRAY, clip=box))
        )
        size = (pixels.width, pixels.height)
        drawn = Image.frombuffer(mode, size, pixels.samples_mv, "raw", mode, pixels.stride, 1)
        has_photos = bool(page.get_images())
        if mode == "RGBX" and has_photos and not _has_colours(drawn):
            drawn = drawn.getchannel(0)
        encoded = _encoded(drawn, form, has_photos=has_photos)
        del drawn  # before the pixels that it shows
        return encoded
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


def _coloured_pixels(pymupdf: Any, listed: Any, box: Any, matrix: Any) -> Any:
    """Draw a page as `get_pixmap` does, but with four bytes for a pixel."""
    mupdf = pymupdf.mupdf
    place = mupdf.FzIrect(*((box & listed.rect) * matrix).round())
    pixels = mupdf.fz_new_pixmap_with_bbox(pymupdf.csRGB.this, place, mupdf.FzSeparations(), 1)
    mupdf.fz_clear_pixmap_with_value(pixels, 255)
    device = mupdf.fz_new_draw_device_with_bbox(mupdf.FzMatrix(*matrix), pixels, place)
    within = mupdf.FzRect(*box)
    mupdf.fz_run_display_list(listed.this, device, mupdf.FzMatrix(), within, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return pymupdf.Pixmap("raw", pixels)


QUALITY = 80
"""Of JPEG and WebP. As WebP a page has a third fewer bytes, but takes 50 ms of CPU more."""
_TO_SIXTEEN = [(level * 15 + 127) // 255 for level in range(256)]
MOST_SHADES = 0.12
"""The largest share of pixels that are neither dark nor light on a page of letters and lines."""
SLIGHT = 5
"""Black that was mixed for print, (35, 31, 32), is no colour; 8 of 100 pages have no other."""


def _may_have_colours(mupdf: Any, listed: Any) -> bool:
    """Check for colours before a page is drawn; coloured pictures count, also where they are grey.

    A drawing in greys takes as long, but to look at its pixels for colours takes 4 ms.
    """
    answer = mupdf.ll_fz_new_test_device_outparams()
    device = mupdf.ll_fz_new_test_device_outparams_fn(SLIGHT / 255, 0, None, answer)
    device = mupdf.FzDevice(device)
    everywhere = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
    mupdf.fz_run_display_list(listed.this, device, mupdf.FzMatrix(), everywhere, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return bool(answer.is_color)


def _has_colours(drawn: Image.Image) -> bool:
    """Check for colours by the means of 4 by 4 pixels, which show also a thin line."""
    from PIL import ImageChops

    red, *others = drawn.reduce(4).split()[:3]
    several = (ImageChops.difference(red, other) for other in others)
    return any(any(other.histogram()[SLIGHT + 1 :]) for other in several)


def _encoded(drawn: Image.Image, form: PictureForm, *, has_photos: bool) -> bytes:
    """Encode a drawn page as `form` says; letters in sixteen greys are PNG also where it is quick.

    As JPEG letters alone take a third of the CPU, but twice the bytes.
    """
    # Every fourth pixel each way tells as much.
    few = drawn.resize((max(1, drawn.width // 4), max(1, drawn.height // 4)), 0)
    if drawn.mode == "L" and not (
        has_photos or sum(few.histogram()[17:239]) > MOST_SHADES * few.width * few.height
    ):
        greys = _png_of_greys(drawn.point(_TO_SIXTEEN))
        if form != "small":
            return greys
        as_webp = drawn.point([level * 17 for level in _TO_SIXTEEN]).convert("RGB")
        return min(greys, _saved(as_webp, "WEBP", lossless=True, quality=20, method=1), key=len)
    if form == "png":
        shown = drawn if drawn.mode == "L" else drawn.convert("RGB")
        return _saved(shown, "PNG", compress_level=1)
    quick = _saved(drawn, "JPEG", quality=QUALITY)
    if form == "quick":
        return quick
    return min(quick, _saved(drawn.convert("RGB"), "WEBP", quality=QUALITY, method=2), key=len)


def _saved(drawn: Image.Image, form: str, **options: int) -> bytes:
    content = io.BytesIO()
    drawn.save(content, form, **options)
    return content.getvalue()


def _png_of_greys(drawn: Image.Image) -> bytes:
    """Write a picture in greys of 0 to 15 as PNG; as Pillow would, which takes three times as long.

    https://www.w3.org/TR/png-3/, sections 5 and 9
    """
    from isal import isal_zlib  # a quarter of zlib's time, and a tenth fewer bytes

    # Before each row stands the number of its filter, 0 for none: the byte after the last one.
    row = (drawn.width + 1) // 2
    lines = b"\0" + drawn.convert("P").tobytes("raw", "P;4", row + 1)[:-1]
    head = struct.pack(">IIBBBBB", drawn.width, drawn.height, 4, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", isal_zlib.compress(lines, 2)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def page_of(pymupdf: Any, file: Any, number: int) -> Any:
    """Open a page, from 1; raises Unreadable, "past the end" where there is none."""
    try:
        n_pages = file.page_count
        if not 1 <= number <= n_pages:
            raise Unreadable("past the end", str(number))
        return file[number - 1]
    except failures(pymupdf) as error:
        raise unreadable(error, "no page") from error


@functools.lru_cache(maxsize=1)
def list_of_page(pymupdf: Any, file: Any, number: int) -> Any:
    """Interpret a page, from 1, for its picture and its words; the last one is kept for both.

    None where they differ: on a turned page, and on one with marks, which a picture may leave out.
    """
    page = file[number - 1]
    return None if page.rotation or page.first_annot else page.get_displaylist()


def boxes_of(pymupdf: Any, page: Any, listed: Any) -> list[tuple[str, Sequence[float]]]:
    """Give what `get_bboxlog` gives; from what `list_of_page` read it takes a third of the time."""
    if listed is None:
        found: list[tuple[str, Sequence[float]]] = page.get_bboxlog()
        return found
    found = []
    mupdf = pymupdf.mupdf
    device = pymupdf.JM_new_bbox_device(found, False)
    everywhere = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)
    mupdf.fz_run_display_list(listed.this, device, mupdf.FzMatrix(), everywhere, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return found


def lines_with_words(pymupdf: Any, page: Any, listed: Any = None) -> dict[str, Any]:
    """Read a page as get_text("dict") does; lines have "words" too: [x0, y0, x1, y1, word].

    listed: what `list_of_page` read of it.
    """
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    box = page.cropbox
    read = (
        page.get_textpage(flags=flags)
        if listed is None
        else pymupdf.TextPage(listed.get_textpage(flags))
    )
    found: dict[str, Any] = read.extractDICT(cb=box)
    by_line: dict[tuple[int, int], list[Any]] = {}
    for word in read.extractWORDS():
        by_line.setdefault(word[5:7], []).append(word)
    for block in found["blocks"]:
        for n, line in enumerate(block.get("lines", ())):
            words = by_line.pop((block["number"], n), [])
            text = "".join([span["text"] for span in line["spans"]])
            if text.isprintable() and text.split() == [word[4] for word in words]:
                line["words"] = [word[:5] for word in words]
                continue
            several = [[*word[:4], _plain_word(word[4])] for word in words]
            if "".join(text.split()) != "".join([word[4] for word in words]):
                joined = _joined(text, several)
                if joined is None:
                    return _by_letters(read, box)
                several = joined
            line["words"] = [word for word in several if word[4]]
    return _by_letters(read, box) if by_line else found


def _joined(text: str, words: Iterable[list[Any]]) -> list[list[Any]] | None:
    """Join the words that MuPDF splits at a sign without a letter; None where they are others."""
    rest = iter(words)
    found = []
    for plain in filter(None, map(_plain_word, text.split())):
        parts: list[list[Any]] = []
        while sum([len(part[4]) for part in parts]) < len(plain) and (part := next(rest, None)):
            parts.append(part)
        if "".join([part[4] for part in parts]) != plain:
            return None
        x0, y0, x1, y1, _ = zip(*parts, strict=True)
        found.append([min(x0), min(y0), max(x1), max(y1), plain])
    return found if next(rest, None) is None else None


def _by_letters(read: Any, box: Any) -> dict[str, Any]:
    """Read a page by its letters, which takes three times as long. read: its text page."""
    for block in read.this:
        for line in block if block.m_internal.type == 0 else ():
            _widen(block.m_internal.bbox, line)
    raw: dict[str, Any] = read.extractRAWDICT(cb=box)
    for block in raw["blocks"]:
        for line in block.get("lines", ()):
            line["words"] = list(_words(line))
            for span in line["spans"]:
                span["text"] = "".join([char["c"] for char in span["chars"]])
    return raw


def _widen(around: Any, line: Any) -> None:
    """Widen a line whose font says no width for its letters; around: the box of its block."""
    # PyMuPDF leaves such a line out, and counts those after it as if it were not there.
    box = line.m_internal.bbox
    if (box.x0 == box.x1) == (box.y0 == box.y1):
        return
    across, down = (LEAST_WIDTH, 0) if box.x0 == box.x1 else (0, LEAST_WIDTH)
    for edges in (box, around):
        edges.x1, edges.y1 = max(edges.x1, box.x0 + across), max(edges.y1, box.y0 + down)
    for letter in line:
        quad = letter.m_internal.quad
        for corner in (quad.ur, quad.lr):
            corner.x, corner.y = corner.x + across, corner.y + down


def _words(line: dict[str, Any]) -> Iterator[list[Any]]:
    """Yield the words between blanks, each with the box around its letters."""
    chars = [char for span in line["spans"] for char in span["chars"]]
    for is_blank, group in itertools.groupby(chars, key=lambda char: char["c"].isspace()):
        if is_blank:
            continue
        several = list(group)
        text = _plain_word("".join([char["c"] for char in several]))
        if text:
            x0, y0, x1, y1 = zip(*[char["bbox"] for char in several], strict=True)
            yield [min(x0), min(y0), max(x1), max(y1), text]


def _plain_word(text: str) -> str:
    return text if text.isprintable() else NOT_TEXT.sub("", with_ligatures(text))


def _screen_line(line: dict[str, Any]) -> PageLine:
    """Make a line with the begin, direction, length and size that a screen needs."""
    spans = [span for span in line["spans"] if span["text"].strip()]
    x0, y0, x1, y1 = line["bbox"]
    across, down = line["dir"]
    # The box of a line askew gives only the distance of its corners.
    length = abs(x1 - x0) if abs(across) > 0.99 else abs(y1 - y0)
    length = length if max(abs(across), abs(down)) > 0.99 else math.hypot(x1 - x0, y1 - y0)
    x, y = spans[0]["origin"]
    text = " ".join([word[4] for word in line["words"]])
    return PageLine(
        x,
        y,
        length,
        max(span["size"] for span in spans),
        math.degrees(math.atan2(down, across)),
        text[:MAX_LETTERS],
        (y0, y1),
        tuple((word[0], word[2], word[4]) for word in line["words"]) if across > 0.99 else (),
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
