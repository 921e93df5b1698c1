"""Make invented PDFs, and mark them the way an app on a tablet does."""

from __future__ import annotations

import functools
import io
import itertools
import re
from collections.abc import Callable
from typing import Any

import pymupdf

Marking = Callable[[Any], None]
"""Does something to an opened pymupdf.Document."""

YELLOW, RED = (1.0, 1.0, 0.0), (1.0, 0.2, 0.2)

SNAILS = (
    "Snails hear with the foot that they walk on. A drum of gravel carries each step to them.",
    "We put ninety snails on wet glass and played rain. Sixty turned towards the sound at once.",
    "Nobody had asked a snail before. The others slept, as snails do in the dry hours.",
    "What they hear is slow: a wave of two seconds length is the shortest that moves them.",
)
MOSS = (
    "Moss drinks fog through leaves of one cell. It needs no root and it has no hurry at all.",
    "In a jar without fog it waits eleven months. After one misty morning it was green again.",
    "We weighed each cushion before sunrise. The heaviest had doubled, the lightest had not.",
    "A tile on a roof keeps a forest of it that no gardener planted and no map shows.",
)


@functools.cache
def typeset(
    title: str,
    sentences: tuple[str, ...] = SNAILS,
    *,
    authors: str = "Ada Field and Bo Lind",
    n_pages: int = 2,
) -> bytes:
    """Make a PDF: a title, authors, and on each page the sentences, each a paragraph."""
    document = pymupdf.open()
    for number in range(1, n_pages + 1):
        page = document.new_page()
        top = 72.0
        if number == 1:
            page.insert_text((72, top), title, fontsize=18)
            page.insert_text((72, top + 26), authors, fontsize=11)
            top += 60
        for n, sentence in enumerate(sentences):
            for line in sentence.split(". "):
                text = f"{line.rstrip('.')} ({number}{'abcd'[n]})."
                page.insert_text((72, top), text, fontsize=10)
                top += 14
            top += 10
    return bytes(document.tobytes(no_new_id=True))


def marked(content: bytes, *markings: Marking) -> bytes:
    """Open a PDF, do something to it, and save all of it anew."""
    document = pymupdf.open(stream=io.BytesIO(content), filetype="pdf")
    for marking in markings:
        marking(document)
    return bytes(document.tobytes(garbage=3, deflate=True))


def in_several_fonts(text: str, *, top: float = 90.0) -> Marking:
    """Write a line on the first page in which each word and each blank is a span of its own."""

    def write(document: Any) -> None:
        fonts, x = itertools.cycle(("helv", "tiro", "cour")), 72.0
        for piece in re.findall(r"\S+|\s", text):
            name = next(fonts)
            document[0].insert_text((x, top), piece, fontname=name)
            x += pymupdf.get_text_length(piece, fontname=name)

    return write


def highlight(
    words: str,
    *,
    page: int = 1,
    colour: tuple[float, float, float] = YELLOW,
    note: str = "",
    kind: str = "highlight",
) -> Marking:
    """Mark words where they first stand on a page."""

    def mark(document: Any) -> None:
        sheet = document[page - 1]
        found = sheet.search_for(words, quads=True)
        assert found, words
        annotation = getattr(sheet, f"add_{kind}_annot")(found)
        annotation.set_colors(stroke=colour)
        annotation.set_info(content=note)
        annotation.update()

    return mark


def sticky(note: str, *, page: int = 1, at: tuple[float, float] = (500.0, 400.0)) -> Marking:
    """Type a note at a place."""

    def mark(document: Any) -> None:
        document[page - 1].add_text_annot(at, note)

    return mark


def ink(*, page: int = 1) -> Marking:
    """Draw two strokes."""

    def mark(document: Any) -> None:
        strokes = [[(300, 600), (340, 640)], [(340, 600), (300, 640)]]
        document[page - 1].add_ink_annot(strokes)

    return mark


def flat(content: bytes) -> bytes:
    """Draw each page anew as one picture, marks and all, as some apps save a copy."""
    drawn = pymupdf.open()
    for page in pymupdf.open(stream=io.BytesIO(content), filetype="pdf"):
        picture = page.get_pixmap(dpi=90).tobytes("jpeg", jpg_quality=60)
        sheet = drawn.new_page(width=page.rect.width, height=page.rect.height)
        sheet.insert_image(sheet.rect, stream=picture)
    return bytes(drawn.tobytes(no_new_id=True))


def blank(*, n_pages: int = 1) -> bytes:
    """Make a PDF on whose pages nothing stands."""
    document = pymupdf.open()
    for _ in range(n_pages):
        document.new_page()
    return bytes(document.tobytes(no_new_id=True))


def drawing(*, n_pages: int) -> bytes:
    """Make a PDF of shapes without a word."""
    document = pymupdf.open()
    for number in range(n_pages):
        page = document.new_page()
        for n in range(12):
            centre = (90 + 35 * n, 300 + 90 * ((n + number) % 3))
            page.draw_circle(centre, 20 + 5 * n, fill=(0.2, 0.4, 0.1 * (n % 9)))
    return bytes(document.tobytes(no_new_id=True))


def without_marks(document: Any) -> None:
    """Remove every annotation."""
    for page in document:
        while page.first_annot:
            page.delete_annot(page.first_annot)


def renamed_producer(document: Any) -> None:
    """Change nothing that a person made."""
    document.set_metadata({"producer": "an app that rewrites"})
