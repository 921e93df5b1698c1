"""Read what the pages of an opened PDF show, small, to compare copies by; in the child."""

from __future__ import annotations

from typing import Any

from reader.page_look import HEIGHT, WIDTH, Looks, PageLook
from reader.pdf.opening import Unreadable, failures, is_memory, unreadable

MOST_PAGES = 40
"""Pages that are looked at: 40 pages tell a file from any other."""
MOST_WORDS = 2_000
"""Of a page that was made to have millions."""


def looks_of(pymupdf: Any, file: Any) -> Looks:
    """Give the first pages' words and small grey pictures; raises Unreadable where it has no
    pages. A page that cannot be read shows nothing."""
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
            pages.append(_look(pymupdf, file[number]))
        except faults as error:
            if is_memory(error):
                raise Unreadable("memory") from error
            pages.append(PageLook((), b""))
    return Looks(n_pages, tuple(pages))


def _look(pymupdf: Any, page: Any) -> PageLook:
    words = [word[4].casefold() for word in page.get_text("words")[:MOST_WORDS]]
    box = page.rect
    matrix = pymupdf.Matrix(WIDTH / max(1.0, box.width), HEIGHT / max(1.0, box.height))
    image = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
    pixels, row = bytes(image.samples), image.stride
    # A box that begins between two pixels gives one more in each direction.
    lines = [pixels[y * row : y * row + image.width] for y in range(min(HEIGHT, image.height))]
    grey = b"".join(line[:WIDTH].ljust(WIDTH, b"\xff") for line in lines)
    return PageLook(tuple(words), grey.ljust(WIDTH * HEIGHT, b"\xff"))
