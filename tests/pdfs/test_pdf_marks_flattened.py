"""Test marks that an app drew into the page, and drawings that only look like marks."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from reader.library.highlight import Highlight, Marks
from reader.pdfs.text.marks import marks_of
from tests.data import DATA, needs_data

LEFT = 60
LINES = (
    "The gardener listens to the small machine every morning and",
    "writes down what it has said about the weather, the wind and",
    "the old pear tree that stands behind the house by the river.",
    "Nobody else in the village believes that a machine can know.",
    "In the evening she reads it all again and laughs for a while.",
)
YELLOW, GREEN, GREY = (1, 1, 0), (0.66, 1, 0.09), (0.8, 0.8, 0.8)


class Draft:
    """Build a PDF of one page, painted in the order of the calls."""

    def __init__(self) -> None:
        self.file = pymupdf.open()
        self.page = self.file.new_page(width=595, height=842)

    def write(self, *lines: str, x: float = LEFT, y: float = 100) -> None:
        for n, line in enumerate(lines):
            self.page.insert_text((x, y + 14 * n), line, fontsize=10, fontname="tiro")

    def paint(self, words: str, colour: Any = YELLOW, *, opacity: float = 0.4) -> None:
        self.box(self.page.search_for(words)[0], colour, opacity=opacity)

    def box(self, rect: Any, colour: Any = YELLOW, *, opacity: float = 0.4) -> None:
        shape = self.page.new_shape()
        shape.draw_rect(rect)
        shape.finish(fill=colour, color=None, fill_opacity=opacity)
        shape.commit()

    def marks(self) -> Marks:
        return marks_of(pymupdf, pymupdf.open(stream=self.file.tobytes()))


def a_page() -> Draft:
    draft = Draft()
    draft.write(*LINES)
    return draft


def texts(draft: Draft) -> list[str]:
    return [one.text for one in draft.marks().highlights]


def test_a_translucent_box_painted_over_words_is_a_mark() -> None:
    draft = a_page()
    draft.paint("listens to the small machine")
    (one,) = draft.marks().highlights
    x0, y0, x1, y1 = draft.page.search_for("listens to the small machine")[0]
    assert one == Highlight(
        page=1,
        place=13,
        kind="highlight",
        text="listens to the small machine",
        colour="#ffff00",
        box=one.box,
        is_flattened=True,
    )
    assert one.box == pytest.approx((x0, y0, x1, y1), abs=0.5)


def test_boxes_line_by_line_are_one_mark_and_two_on_a_line_are_two() -> None:
    draft = a_page()
    for words in ("the wind and", LINES[2], "Nobody else", "a machine can"):
        draft.paint(words, GREEN)
    assert texts(draft) == [
        f"the wind and {LINES[2]} Nobody else",
        "a machine can",
    ]


def test_another_colour_begins_another_mark() -> None:
    draft = a_page()
    draft.paint("every morning and", GREEN)
    draft.paint("writes down", YELLOW)
    found = [(one.text, one.colour) for one in draft.marks().highlights]
    assert found == [("every morning and", "#a8ff17"), ("writes down", "#ffff00")]


def test_words_under_a_free_hand_are_taken_whole_or_not_at_all() -> None:
    draft = a_page()
    start, end = draft.page.search_for("eather,")[0], draft.page.search_for("wind a")[0]
    draft.box(start | end)
    assert texts(draft) == ["weather, the wind"]


def test_a_marker_that_is_a_thick_stroke_is_a_mark() -> None:
    draft = a_page()
    rect = draft.page.search_for("old pear tree")[0]
    shape = draft.page.new_shape()
    shape.draw_line((rect.x0, rect.y0 + 7), (rect.x1, rect.y0 + 7))
    shape.finish(color=YELLOW, width=11, stroke_opacity=0.4)
    shape.commit()
    assert texts(draft) == ["old pear tree"]


def test_annotations_baked_into_the_page_are_marks_still() -> None:
    draft = a_page()
    page = draft.page
    page.add_highlight_annot(quads=page.search_for("old pear tree", quads=True)).update()
    draft.file = pymupdf.open(stream=draft.file.tobytes())
    draft.file.bake()
    found = [(one.text, one.is_flattened) for one in draft.marks().highlights]
    assert found == [("old pear tree", True)]


def test_annotations_are_not_found_a_second_time_as_paint() -> None:
    draft = a_page()
    draft.paint("every morning and")
    page = draft.page
    page.add_highlight_annot(quads=page.search_for("old pear tree", quads=True)).update()
    found = [(one.text, one.is_flattened) for one in draft.marks().highlights]
    assert found == [("every morning and", True), ("old pear tree", False)]


def test_a_note_in_the_margin_does_not_part_a_mark() -> None:
    draft = a_page()
    draft.write("why is", "that so?", "(ask her)", x=420, y=104)
    for words in (LINES[1], LINES[2], LINES[3]):
        draft.paint(words)
    assert texts(draft) == [" ".join(LINES[1:4])]


def test_what_authors_shade_before_they_write_is_no_mark() -> None:
    draft = Draft()
    for n in range(5):
        draft.box((LEFT, 90 + 14 * n, 350, 104 + 14 * n), YELLOW, opacity=0.4)
    draft.write(*LINES)
    assert draft.marks() == Marks()


def test_table_rows_code_and_boxed_links_are_no_marks() -> None:
    draft = Draft()
    for n in range(6):
        draft.box((LEFT, 90 + 14 * n, 500, 104 + 14 * n), (0.8, 0.9, 1) if n % 2 else GREEN)
    draft.write(*[f"system {n}     23.{n}     45.{n}" for n in range(6)])
    draft.box((LEFT, 290, 400, 380), (0.95, 0.95, 0.7), opacity=1)
    draft.write("def listen(machine):", "    return machine.words", y=302)
    draft.write(*LINES, y=500)
    for words in ("weather", "machine"):
        rect = draft.page.search_for(words)[0]
        draft.page.draw_rect(rect, color=(0, 1, 0), width=1)
    assert draft.marks() == Marks()


def test_a_figures_translucent_colours_are_no_marks_though_labels_lie_under_some() -> None:
    draft = a_page()
    for n in range(8):
        draft.write(f"bar {n}", x=100 + 50 * n, y=400)
        draft.box((95 + 50 * n, 300, 135 + 50 * n, 405 - 10 * n), (1, 0.6, 0), opacity=0.5)
        draft.box((95 + 50 * n, 390, 135 + 50 * n, 405), (0, 0.6, 1), opacity=0.5)
    assert draft.marks() == Marks()


def test_grey_and_opaque_paint_is_no_mark() -> None:
    draft = a_page()
    draft.paint("listens to the small", GREY)
    draft.paint("old pear tree", YELLOW, opacity=1)
    assert draft.marks() == Marks()


@needs_data
@pytest.mark.slow
def test_real_flattened_marks_are_found_and_papers_without_marks_have_none() -> None:
    assert DATA is not None
    found: dict[str, int] = {}
    for path in sorted((DATA / "files" / "papers").glob("*.pdf")):
        with pymupdf.open(path) as file:
            flattened = [h for h in marks_of(pymupdf, file).highlights if h.is_flattened]
        if flattened:
            found[path.name] = len(flattened)
            assert all(one.text for one in flattened)
    assert sorted(found) == ["p174.pdf", "p177.pdf", "p301.pdf"]
    assert min(found.values()) > 50
