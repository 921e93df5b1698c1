"""Test how a PDF is set in one column: what is text there, and what is a picture of the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from reader.base.errors import PdfError
from reader.pdfs.text.layout import is_formula
from reader.pdfs.text.process import PdfReader
from tests.pdfs.test_pdf import LEFT, LONG, Draft

FORMULA = "L(x) = log p(x | y) + b (3)"


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader() as reader:
        yield reader


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Make a paper of two pages with a formula, a drawing with its caption, and a blank page."""
    draft = Draft()
    draft.write(LEFT, 80, "1 Introduction", size=12, font="tibo")
    draft.write(LEFT, 100, f"Speech is hard; {LONG}", "and that is all.")
    draft.write(LEFT + 60, 160, FORMULA)
    draft.write(LEFT, 200, f"This holds where {LONG}", "and its sentence goes on to")
    draft.file[-1].draw_rect((100, 400, 300, 500), fill=(0, 0, 1))
    draft.write(120, 450, "a label", size=7)
    draft.write(LEFT, 520, "Figure 1: A blue box.")
    draft.page()
    draft.write(LEFT, 80, f"the next page, where {LONG}", "and where it ends.")
    return draft.save(tmp_path / "one.pdf")


def pieces(reader: PdfReader, file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(reader.facts(file, "reflow"))
    return found


def test_text_is_text_and_formulas_and_figures_are_pictures(reader: PdfReader, file: Path) -> None:
    found = pieces(reader, file)
    assert [one.get("of", one["kind"]) for one in found] == [
        "heading", "text", "formula", "text", "figure", "caption",
    ]  # fmt: skip
    heading, _first, formula, text, figure, caption = found
    assert (heading["text"], heading["level"]) == ("1 Introduction", 2)
    x0, y0, x1, y1 = formula["box"]
    assert x0 < LEFT + 60 < x1
    assert y0 < 160 <= y1 + 1
    x0, y0, x1, y1 = figure["box"]
    assert (x0 < 101, y0 < 401, x1 >= 299, y1 >= 499) == (True, True, True, True)
    assert y1 < 520
    assert caption["parts"] == [[1, "", "Figure 1: A blue box."]]
    [begin, end] = text["parts"]
    assert (begin[0], begin[2][-5:]) == (1, "on to")
    assert (end[0], end[1], end[2][:13]) == (2, " ", "the next page")


def test_a_page_without_text_is_a_picture(reader: PdfReader, tmp_path: Path) -> None:
    with pymupdf.open() as document:
        document.new_page(width=300, height=200)
        document.save(tmp_path / "blank.pdf")
    assert pieces(reader, tmp_path / "blank.pdf") == [
        {"kind": "picture", "page": 1, "box": [0, 0, 301, 201], "of": "page"}
    ]


def test_a_part_of_a_page_is_drawn_as_large_as_asked(reader: PdfReader, file: Path) -> None:
    drawn = pymupdf.Pixmap(reader.page_part(file, 1, 600, (100, 400, 300, 500)))
    assert (drawn.width, drawn.height) == (600, 300)
    assert drawn.pixel(10, 10) == (0, 0, 255)
    for box in ((700, 100, 800, 200), (300, 500, 100, 400)):
        with pytest.raises(PdfError):
            reader.page_part(file, 1, 600, box)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (FORMULA, True),
        ("max sin(x) ≤ 1,", True),
        ("We set x = 1 in all of the experiments below.", False),
        ("A heading of a few words", False),
        ("損失は L = 3 とする", False),
    ],
)
def test_a_formula_has_signs_and_hardly_a_word(text: str, *, is_one: bool) -> None:
    assert is_formula(text) == is_one
