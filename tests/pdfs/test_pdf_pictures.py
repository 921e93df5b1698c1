"""Test that the first figure is found by its caption and cropped whole, or left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from reader.pdfs.text.answer import Pictures
from reader.pdfs.text.figures import Box, Look, WordLine, find_figures, gutter
from reader.pdfs.text.process import PdfReader

BODY = (10.0, "Serif")
TEXT = "Rain falls on the roof of the house at night and nobody counts it"


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader(timeout_s=30) as reader:
        yield reader


# By geometry alone


def line(text: str, x: float, y: float, *, block: int, width: float = 0.0) -> WordLine:
    return WordLine(Box(x, y, x + (width or 4.5 * len(text)), y + 10), text, *BODY, BODY[1], block)


def look(words: list[WordLine], drawn: list[Box], *, middle: float | None = None) -> Look:
    return Look(600, 800, words, drawn, BODY, middle)


def paragraph(y: float, *, x: float = 60, width: float = 480, block: int = 0) -> list[WordLine]:
    return [line(TEXT, x, y + 12 * n, block=block, width=width) for n in range(4)]


CURVE = Box(100, 200, 500, 320)
CAPTION = line("Figure 1: Rain by hour.", 200, 340, block=5)


def boxes(found: Look) -> list[Box]:
    return [figure.box for figure in find_figures(found)]


def test_a_figure_is_what_is_drawn_between_the_text_and_the_caption() -> None:
    page = look([*paragraph(100), CAPTION, *paragraph(400, block=6)], [CURVE])
    (found,) = find_figures(page)
    assert found == (Box(96, 196, 504, 324), "Figure 1: Rain by hour.")


def test_labels_at_the_drawing_belong_to_it_and_the_text_does_not() -> None:
    labels = [line("0", 90, 322, block=3), line("rain", 85, 250, block=4)]
    page = look([*paragraph(140), *labels, CAPTION], [CURVE])
    assert boxes(page) == [Box(81, 196, 504, 336)]


def test_the_caption_may_stand_over_the_figure() -> None:
    caption = line("Figure 1: Rain by hour.", 200, 180, block=5)
    page = look([*paragraph(100), caption, *paragraph(400, block=6)], [CURVE])
    assert boxes(page) == [Box(96, 196, 504, 324)]


def test_a_caption_of_two_lines_is_read_whole() -> None:
    second = line("Measured on a roof.", 200, 352, block=5)
    (found,) = find_figures(look([CAPTION, second, *paragraph(400, block=6)], [CURVE]))
    assert found.caption == "Figure 1: Rain by hour. Measured on a roof."


def test_a_caption_keeps_the_hyphens_that_the_paper_itself_writes() -> None:
    lines = [
        line("Figure 1: Twelve-", 200, 340, block=5),
        line("fold rain on a nat-", 200, 352, block=5),
        line("ural roof.", 200, 364, block=5),
    ]
    (found,) = find_figures(
        look([*lines, *paragraph(400, block=6)], [CURVE]), frozenset({"twelve-fold"})
    )
    assert found.caption == "Figure 1: Twelve-fold rain on a natural roof."


def test_a_japanese_caption_is_a_little_smaller_than_its_number() -> None:
    number = WordLine(Box(200, 340, 230, 350), "図1.2", 9.8, "latin", "latin", 5)
    words = WordLine(Box(240, 340, 300, 350), "雨の音", 9.06, "kana", "kana", 5)
    (found,) = find_figures(look([number, words, *paragraph(400, block=6)], [CURVE]))
    assert found.caption == "図1.2 雨の音"


def test_a_figure_may_be_words_alone_where_all_are_indented() -> None:
    rows = [line("r ::= drop | r r", 150, 170 + 14 * n, block=3) for n in range(8)]
    assert boxes(look([*paragraph(100), *rows, CAPTION], [])) == []
    caption = line("Figure 1: Rain.", 200, 300, block=5)
    page = [*paragraph(100), *rows, caption, *paragraph(400, block=6)]
    assert boxes(look(page, [])) == [Box(146, 166, 226, 282)]
    left = [row._replace(box=row.box._replace(x0=60)) for row in rows]
    assert boxes(look([*paragraph(100), *left, caption], [])) == []


def test_each_column_has_its_own_figure() -> None:
    left, right = Box(70, 200, 280, 320), Box(320, 200, 530, 320)
    words = [
        line("Figure 2: Dry.", 100, 340, block=1),
        line("Fig. 1. Wet.", 350, 340, block=2),
    ]
    found = find_figures(look(words, [left, right], middle=300))
    assert [(f.caption, f.box) for f in found] == [
        ("Fig. 1. Wet.", Box(316, 196, 534, 324)),
        ("Figure 2: Dry.", Box(66, 196, 284, 324)),
    ]


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ([line("Figure 1 shows how it rains.", 60, 340, block=5)], [CURVE]),
        ([line("図1に示すとおりである。", 60, 340, block=5)], [CURVE]),
        ([line("Table 1: Rain by hour.", 200, 340, block=5)], [CURVE]),
        ([CAPTION], []),
        ([CAPTION], [Box(280, 310, 320, 330)]),
        ([CAPTION], [Box(60, 320, 540, 321)]),
        ([CAPTION], [Box(100, 100, 500, 220)]),
        ([CAPTION], [Box(0, 0, 600, 800)]),
        ([CAPTION], [CURVE, Box(350, 335, 500, 360)]),
        ([line("Table 2: Dry hours.", 200, 190, block=1), CAPTION], [CURVE]),
        ([*paragraph(230, width=470, x=70), CAPTION], [CURVE]),
    ],
    ids=[
        "a sentence",
        "a Japanese sentence",
        "a table",
        "nothing drawn",
        "a logo",
        "a rule",
        "too far",
        "a scan",
        "drawn beside the caption",
        "a table over it",
        "text over the drawing",
    ],
)
def test_an_uncertain_figure_is_left_out(words: list[WordLine], drawn: list[Box]) -> None:
    assert boxes(look(words, drawn)) == []


def test_text_that_runs_around_a_figure_is_not_in_it() -> None:
    beside = [line(TEXT, 60, 200 + 12 * n, block=1, width=220) for n in range(14)]
    caption = line("Figure 1: Rain.", 330, 340, block=5)
    page = look([*beside, caption], [Box(300, 200, 540, 320)])
    assert boxes(page) == [Box(296, 196, 544, 324)]


def test_the_gutter_is_between_two_columns_and_nowhere_in_one() -> None:
    two = [*paragraph(100, width=220), *paragraph(100, x=320, width=220)]
    assert gutter([two], 600) == 300
    assert gutter([paragraph(100)], 600) is None
    assert gutter([], 600) is None


# In real PDFs


def drawn(path: Path) -> Path:
    """Write a PDF with a figure of vectors on its second page."""
    file = pymupdf.open()
    for _ in range(2):
        page = file.new_page()
        for n in range(8):
            page.insert_text((72, 90 + 14 * n), f"{TEXT} {TEXT[:20]}", fontsize=10)
    second = file[1]
    shape = second.new_shape()
    shape.draw_circle((300, 300), 60)
    shape.draw_rect((150, 250, 220, 350))
    shape.finish(fill=(0.2, 0.4, 0.9))
    shape.commit()
    second.insert_text((200, 390), "Figure 1: A circle beside a box.", fontsize=10)
    file.save(path)
    return path


def size(png: bytes) -> tuple[int, int]:
    image = pymupdf.Pixmap(png)
    return image.width, image.height


def test_page_one_and_the_first_figure_are_drawn_small(reader: PdfReader, tmp_path: Path) -> None:
    found = reader.pictures(drawn(tmp_path / "drawn.pdf"))
    assert (found.figure_page, found.caption) == (2, "Figure 1: A circle beside a box.")
    assert size(found.page) == (480, 680)
    width, height = size(found.figure)
    # From the box's left to the circle's right, at three pixels a point, a little white around.
    assert (width, height) == pytest.approx((3 * 216, 3 * 126), abs=6)


def test_a_pdf_without_figures_has_its_page_alone(reader: PdfReader, tmp_path: Path) -> None:
    file = pymupdf.open()
    file.new_page(width=100, height=4000).insert_text((10, 50), "A long strip")
    file.save(tmp_path / "strip.pdf")
    found = reader.pictures(tmp_path / "strip.pdf")
    assert found == Pictures(page=found.page)
    assert max(size(found.page)) <= 2 * 480


def test_a_photograph_is_drawn_smaller_until_it_is_light(reader: PdfReader, tmp_path: Path) -> None:
    noise = bytes((n * n * 7919 >> 3) % 256 for n in range(600 * 500 * 3))
    picture = pymupdf.Pixmap(pymupdf.csRGB, 600, 500, noise, False)
    file = pymupdf.open()
    page = file.new_page()
    page.insert_image((100, 200, 400, 450), pixmap=picture)
    page.insert_text((150, 480), "Figure 1: Noise.")
    file.save(tmp_path / "noise.pdf")
    found = reader.pictures(tmp_path / "noise.pdf")
    assert found.figure_page == 1
    assert size(found.figure)[0] <= 620
