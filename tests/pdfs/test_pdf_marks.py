"""Test the reading of marks and typed notes in PDFs, in reading order.

The small PDFs are drawn and marked here; the real ones (needs_data) stay apart.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.highlight import Highlight, Marks
from reader.pdfs.text.answer import fields, marks_from
from reader.pdfs.text.marks import marks_of
from tests.data import DATA, needs_data

LEFT, RIGHT = 60, 310
YELLOW, PINK = (1, 1, 0), (1, 0.5, 0.75)


class Draft:
    """Build a PDF with marks on its last page; `marks` saves and reads it."""

    def __init__(self) -> None:
        self.file = pymupdf.open()
        self.new_page()

    def new_page(self) -> None:
        # Held on to: PyMuPDF's annotations are lost with their page.
        self.page = self.file.new_page(width=595, height=842)

    def reopen(self) -> None:
        self.file = self.saved()
        self.page = self.file[-1]

    def write(self, x: float, y: float, *lines: str, size: float = 10, font: str = "tiro") -> None:
        for n, line in enumerate(lines):
            at = (x, y + 1.2 * size * n)
            self.page.insert_text(at, line, fontsize=size, fontname=font)

    def quads(self, *words: str) -> list[Any]:
        flags = pymupdf.TEXT_PRESERVE_WHITESPACE  # and no hyphens taken away
        return [self.page.search_for(one, quads=True, flags=flags)[0] for one in words]

    def mark(self, *words: str, kind: str = "highlight", note: str = "", **keys: str) -> int:
        """Mark words, each within one line; keys: set in the object as PDF writes them."""
        made = getattr(self.page, f"add_{kind}_annot")(quads=self.quads(*words))
        made.set_info(content=note)
        made.update()
        for key, value in keys.items():
            self.file.xref_set_key(made.xref, key, value)
        return int(made.xref)

    def saved(self) -> Any:
        return pymupdf.open(stream=self.file.tobytes())

    def marks(self) -> Marks:
        return marks_of(pymupdf, self.saved())


def texts(marks: Marks) -> list[str]:
    return [one.text for one in marks.highlights]


def a_page() -> Draft:
    draft = Draft()
    draft.write(
        LEFT,
        100,
        "The gardener listens to the small machine every morning,",
        "and writes down what it has said about the weather and the",
        "old pear tree that stands behind the house by the river.",
    )
    return draft


def test_a_highlight_has_its_page_place_words_colour_note_and_box() -> None:
    draft = a_page()
    draft.new_page()
    draft.write(LEFT, 100, "On the second page the rain begins.")
    draft.mark("second page", note="when?", C="[1 0.5 0]")
    (one,) = draft.marks().highlights
    x0, y0, x1, y1 = draft.page.search_for("second page")[0]
    assert (one.page, one.place, one.kind, one.text) == (2, 7, "highlight", "second page")
    assert (one.note, one.colour, one.is_flattened) == ("when?", "#ff8000", False)
    assert one.box == pytest.approx((x0, y0, x1, y1), abs=1.5)


def test_underlines_strike_outs_and_squiggles_are_told_apart() -> None:
    draft = a_page()
    draft.mark("gardener", kind="underline")
    draft.mark("weather", kind="strikeout")
    draft.mark("pear tree", kind="squiggly")
    found = [(one.kind, one.text) for one in draft.marks().highlights]
    assert found == [
        ("underline", "gardener"),
        ("strike-out", "weather"),
        ("squiggle", "pear tree"),
    ]


def test_marks_are_in_reading_order_over_two_columns_whatever_their_order_in_the_file() -> None:
    draft = Draft()
    left = [f"Left line {n} of the garden story goes on" for n in range(10)]
    right = [f"Right line {n} of the river story goes on" for n in range(10)]
    draft.write(RIGHT, 100, *right)
    draft.write(LEFT, 100, *left)
    for words in ("Right line 1", "Left line 8", "Right line 7", "Left line 1"):
        draft.mark(words)
    expected = ["Left line 1", "Left line 8", "Right line 1", "Right line 7"]
    assert texts(draft.marks()) == expected


def test_the_place_of_a_mark_stays_when_others_are_added() -> None:
    draft = a_page()
    draft.mark("weather")
    (before,) = draft.marks().highlights
    draft.mark("gardener", note="who?")
    draft.page.add_text_annot((300, 90), "a note")
    assert before in draft.marks().highlights


def test_a_mark_over_two_columns_reads_one_after_the_other() -> None:
    draft = Draft()
    draft.write(LEFT, 100, *[f"Left line {n} of the garden story goes on" for n in range(10)])
    draft.write(RIGHT, 100, *[f"Right line {n} of the river story goes on" for n in range(10)])
    draft.mark("Right line 0", "Left line 9")
    assert texts(draft.marks()) == ["Left line 9 Right line 0"]


def test_a_hyphen_at_a_lines_end_goes_and_one_inside_a_compound_stays() -> None:
    draft = Draft()
    draft.write(
        LEFT,
        100,
        "It is a hand-made instrument, and the listen-",
        "ing is best done with a hand-",
        "made chair in the shade.",
    )
    draft.mark("the listen-", "ing is best done with a hand-", "made chair")
    assert texts(draft.marks()) == ["the listening is best done with a hand-made chair"]


def test_a_compound_of_another_marked_page_keeps_its_hyphen() -> None:
    draft = Draft()
    draft.write(LEFT, 100, "A twelve-fold chair stands here.")
    draft.mark("stands")
    draft.new_page()
    draft.write(LEFT, 100, "It is a twelve-", "fold one.")
    draft.mark("twelve-", "fold one")
    assert texts(draft.marks()) == ["stands", "twelve-fold one"]


def test_japanese_has_no_blanks_between_its_lines_and_keeps_its_marks() -> None:
    draft = Draft()
    draft.write(LEFT, 100, "庭の機械は毎朝、天気に", "ついて（少し）話します。", font="japan")
    draft.mark("天気に", "ついて（少し）話します。")
    assert texts(draft.marks()) == ["天気について（少し）話します。"]


def test_part_of_a_word_and_its_punctuation_are_as_they_were_marked() -> None:
    draft = a_page()
    draft.mark("eather and th")
    assert texts(draft.marks()) == ["eather and th"]


def test_a_tall_mark_takes_no_words_of_the_lines_above_and_below() -> None:
    draft = a_page()
    x0, y0, x1, y1 = draft.page.search_for("writes down what")[0]
    made = draft.page.add_highlight_annot(quads=[pymupdf.Rect(x0, y0 - 4, x1, y1 + 4).quad])
    made.update()
    assert texts(draft.marks()) == ["writes down what"]


def test_marks_one_on_the_other_each_have_all_their_words_the_shorter_first() -> None:
    draft = a_page()
    draft.mark("gardener listens to the small", C="[1 1 0]")
    draft.mark("gardener listens", C="[0 1 0]")
    found = [(one.text, one.colour) for one in draft.marks().highlights]
    assert found == [
        ("gardener listens", "#00ff00"),
        ("gardener listens to the small", "#ffff00"),
    ]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30, 40, 560, 800)])
def test_rotated_and_cropped_pages_have_the_same_words(
    rotation: int, crop: tuple[int, ...] | None
) -> None:
    draft = a_page()
    if crop:
        draft.page.set_cropbox(pymupdf.Rect(crop))
    draft.reopen()
    draft.mark("writes down what", "old pear tree")
    draft.page.set_rotation(rotation)
    (one,) = draft.marks().highlights
    assert one.text == "writes down what old pear tree"
    shown = draft.page.search_for("writes down what")[0] * draft.page.rotation_matrix
    x0, y0, x1, y1 = one.box
    assert shown in pymupdf.Rect(x0 - 2, y0 - 2, x1 + 2, y1 + 2)


def test_a_landscape_page_whose_text_is_upright_only_when_rotated_is_read_in_order() -> None:
    draft = Draft()
    for n in range(6):
        words = f"Sideways line {n} tells of the garden"
        draft.page.insert_text((100 + 14 * n, 700), words, fontsize=10, rotate=90)
    draft.page.set_rotation(90)
    for n in (4, 1):
        draft.mark(f"line {n} tells")
    assert texts(draft.marks()) == ["line 1 tells", "line 4 tells"]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 1, 3, 2), (2, 3, 0, 1), (3, 1, 0, 2)])
def test_the_corners_of_a_mark_may_come_in_any_order(order: tuple[int, ...]) -> None:
    draft = a_page()
    xref = draft.mark("small machine")
    values = draft.file.xref_get_key(xref, "QuadPoints")[1].strip("[]").split()
    corners = [values[2 * n : 2 * n + 2] for n in order]
    turned = " ".join(value for corner in corners for value in corner)
    draft.file.xref_set_key(xref, "QuadPoints", f"[{turned}]")
    assert texts(draft.marks()) == ["small machine"]


def test_typed_notes_stand_where_they_were_typed_between_the_marks() -> None:
    draft = a_page()
    draft.mark("gardener")
    draft.mark("pear tree")
    draft.page.add_text_annot((20, 108), "ask her")
    draft.page.add_freetext_annot((440, 150, 560, 190), "written\rin the margin")
    found = [(one.kind, one.text, one.note) for one in draft.marks().highlights]
    assert found == [
        ("highlight", "gardener", ""),
        ("note", "", "ask her"),
        ("highlight", "pear tree", ""),
        ("note", "", "written\nin the margin"),
    ]


def test_popups_and_replies_belong_to_the_mark_that_they_answer() -> None:
    draft = a_page()
    head = draft.mark("gardener", note="who is it?")
    reply = draft.page.add_text_annot((20, 100), "my aunt")
    second = draft.page.add_text_annot((20, 100), "really?")
    state = draft.page.add_text_annot((20, 100), "Accepted set by me")
    for made, parent in ((reply, head), (second, reply.xref), (state, head)):
        draft.file.xref_set_key(made.xref, "IRT", f"{parent} 0 R")
        draft.file.xref_set_key(made.xref, "F", "30")  # hidden, as Acrobat writes replies
    draft.file.xref_set_key(state.xref, "StateModel", "(Review)")
    popup = draft.page.add_text_annot((20, 100), "who is it?")
    draft.file.xref_set_key(popup.xref, "Subtype", "/Popup")
    draft.file.xref_set_key(popup.xref, "Parent", f"{head} 0 R")
    (one,) = draft.marks().highlights
    assert (one.text, one.note) == ("gardener", "who is it?\nmy aunt\nreally?")


def test_a_strike_out_with_new_words_at_a_caret_has_them_as_its_note() -> None:
    draft = a_page()
    caret = draft.page.add_caret_annot((100, 100))
    caret.set_info(content="neighbour")
    caret.update()
    draft.mark("gardener", kind="strikeout", IRT=f"{caret.xref} 0 R")
    (one,) = draft.marks().highlights
    assert (one.kind, one.text, one.note) == ("strike-out", "gardener", "neighbour")


def test_a_note_that_only_says_the_marked_words_again_is_left_out() -> None:
    draft = a_page()
    draft.mark("small machine every", note="small  machine every")
    (one,) = draft.marks().highlights
    assert (one.text, one.note) == ("small machine every", "")


def test_rich_text_is_read_where_there_is_no_plain_note() -> None:
    draft = a_page()
    draft.mark("gardener", RC="(<body><p>one &amp; two</p><p><b>three</b></p></body>)")
    (one,) = draft.marks().highlights
    assert one.note == "one & two\nthree"


def test_ink_and_shapes_are_counted_and_are_no_highlights() -> None:
    draft = a_page()
    draft.page.add_ink_annot([[(60, 90), (80, 110), (100, 95)]])
    draft.page.add_rect_annot((60, 90, 200, 105))
    draft.page.add_stamp_annot((300, 300, 400, 350))
    assert draft.marks() == Marks((), ink=(1, 1))


def test_links_widgets_and_hidden_annotations_are_no_marks() -> None:
    draft = a_page()
    draft.mark("gardener", F="2")
    draft.mark("weather", F="32")
    link = {"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(60, 90, 200, 105), "uri": "https://a.b"}
    draft.page.insert_link(link)
    widget = pymupdf.Widget()
    widget.field_name, widget.rect = "field", pymupdf.Rect(60, 200, 160, 220)
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    draft.page.add_widget(widget)
    assert draft.marks() == Marks()


def test_a_square_that_says_it_is_a_highlight_is_one_and_takes_whole_words() -> None:
    draft = a_page()
    start, end = draft.page.search_for("ardener")[0], draft.page.search_for("machin")[0]
    made = draft.page.add_rect_annot(start | end)
    draft.file.xref_set_key(made.xref, "IT", "/AreaHighlight")
    draft.file.xref_set_key(made.xref, "C", "[1 1 0]")
    (one,) = draft.marks().highlights
    assert (one.kind, one.text, one.colour) == (
        "highlight",
        "gardener listens to the small machine",
        "#ffff00",
    )


def test_a_mark_on_a_picture_is_kept_without_words_and_one_without_extent_is_not() -> None:
    draft = a_page()
    made = draft.page.add_highlight_annot(quads=[pymupdf.Rect(60, 300, 200, 400).quad])
    made.update()
    draft.mark("gardener", QuadPoints="[0 0 0 0 0 0 0 0]", Rect="[0 0 0 0]")
    assert [(one.kind, one.text) for one in draft.marks().highlights] == [("highlight", "")]


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("[0.5]", "#808080"),
        ("[0 0.2 1]", "#0033ff"),
        ("[0 0 1 0]", "#ffff00"),
        ("[]", ""),
        ("[9 -3 0.5]", "#ff0080"),
        ("(red)", ""),
    ],
)
def test_colours_are_written_in_one_way(colour: str, expected: str) -> None:
    draft = a_page()
    draft.mark("gardener", C=colour)
    assert [one.colour for one in draft.marks().highlights] == [expected]


@pytest.mark.parametrize(
    "keys",
    [
        {"QuadPoints": "null"},
        {"QuadPoints": "[1 2 3]"},
        {"QuadPoints": "(nonsense)"},
        {"QuadPoints": "[1e30 0 -1e30 0 0 1e30 0 -1e30]"},
        {"QuadPoints": "[0 0 0 0 0 0 0 0]"},
        {"Rect": "null"},
        {"Rect": "[1e38 -1e38 /Name (x)]", "QuadPoints": "null"},
        {"Popup": "9999 0 R"},
        {"Popup": "(broken)", "IRT": "9999 0 R"},
        {"IRT": "[1 2 3]", "C": "/Red", "F": "(4)"},
        {"Contents": "<FEFFD83D>"},
        {"Contents": "12", "Subtype": "null"},
    ],
)
def test_a_broken_annotation_takes_no_other_one_with_it(keys: dict[str, str]) -> None:
    draft = a_page()
    draft.mark("small machine", **keys)
    draft.mark("pear tree")
    marks = draft.marks()
    assert texts(marks)[-1] == "pear tree"
    assert marks_from(json.loads(json.dumps(marks, default=fields))) == marks


def test_annotations_that_answer_one_another_in_a_circle_are_still_read() -> None:
    draft = a_page()
    first, second = draft.mark("gardener"), draft.mark("weather", note="so")
    draft.file.xref_set_key(first, "IRT", f"{second} 0 R")
    draft.file.xref_set_key(second, "IRT", f"{first} 0 R")
    assert texts(draft.marks()) == ["gardener", "weather"]


def test_the_list_of_annotations_may_hold_anything() -> None:
    draft = a_page()
    mark = draft.mark("gardener")
    quad = "[60 760 120 760 60 740 120 740]"
    inline = f"<</Subtype/Highlight/QuadPoints {quad}/Contents(in the list)>>"
    listed = f"[null 7 (x) {inline} {mark} 0 R 9999 0 R [1 2] {mark} 0 R]"
    draft.file.xref_set_key(draft.page.xref, "Annots", listed)
    found = [(one.text, one.note) for one in draft.marks().highlights]
    assert ("gardener", "") in found
    assert any(note == "in the list" for _, note in found)


@pytest.mark.slow
def test_ten_thousand_annotations_are_read_and_no_more() -> None:
    draft = a_page()
    xrefs = [draft.mark("gardener")]
    quad = draft.file.xref_get_key(xrefs[0], "QuadPoints")[1]
    listed = f"<</Subtype/Highlight/QuadPoints {quad}>>" * 10_005
    draft.file.xref_set_key(draft.page.xref, "Annots", f"[{listed}]")
    assert Counter(texts(draft.marks())) == {"gardener": 10_000}
    assert draft.marks().unread == (1,)


def test_a_page_whose_text_cannot_be_read_keeps_its_marks_without_words() -> None:
    draft = a_page()
    draft.mark("gardener", note="who?")
    draft.file.xref_set_key(draft.page.xref, "Type", "/Nothing")
    draft.file.xref_set_key(draft.page.xref, "MediaBox", "(no box)")
    assert [one.note for one in draft.marks().highlights] == ["who?"]


def test_a_page_that_cannot_be_loaded_is_named_and_keeps_its_marks() -> None:
    draft = a_page()
    draft.mark("gardener", note="who?")

    class Torn:
        """Play an opened file of which no page can be loaded."""

        def __init__(self, file: Any) -> None:
            self.this, self.page_count, self._file = file.this, file.page_count, file

        def __getitem__(self, number: int) -> Any:
            raise RuntimeError(f"page {number} is torn")

    marks = marks_of(pymupdf, Torn(draft.saved()))
    assert [(one.text, one.note) for one in marks.highlights] == [("", "who?")]
    assert (marks.unread, marks.traces) == ((1,), frozenset())


def test_more_ink_has_the_traces_of_less_and_other_ink_or_paint_has_not() -> None:
    draft = a_page()
    plain = draft.marks().traces
    draft.page.add_ink_annot([[(60, 90), (80, 110), (100, 95)]])
    one = draft.marks()
    draft.page.add_ink_annot([[(60, 290), (80, 310)]])
    draft.mark("gardener")
    two = draft.marks()
    draft.page.delete_annot(next(draft.page.annots()))
    other = draft.marks()
    assert (one.ink, two.ink, other.ink) == ((1,), (1, 1), (1,))
    assert plain < one.traces < two.traces
    assert not one.traces <= other.traces
    draft.page.add_stamp_annot((300, 300, 400, 350))
    assert other.traces < draft.marks().traces
    draft.page.draw_line((60, 400), (90, 420))
    assert not other.traces <= draft.marks().traces


def test_reading_marks_leaves_the_opened_file_as_it_was() -> None:
    draft = a_page()
    draft.mark("gardener")
    file = draft.saved()
    before = marks_of(pymupdf, file)
    assert [one.type[1] for one in file[0].annots()] == ["Highlight"]
    assert marks_of(pymupdf, file) == before


def test_a_file_without_marks_is_read_without_its_letters() -> None:
    draft = a_page()

    class Watched:
        """Play an opened file that fails when a page is asked for."""

        def __init__(self, file: Any) -> None:
            self.this, self.page_count, self._file = file.this, file.page_count, file

        def __getitem__(self, number: int) -> Any:
            raise AssertionError(f"page {number} was loaded")

    assert marks_of(pymupdf, Watched(draft.saved())) == Marks()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Highlight,
            page=st.integers(1, 9),
            place=st.integers(0, 99),
            kind=st.sampled_from(["highlight", "underline", "strike-out", "squiggle", "note"]),
            text=st.text(max_size=9),
            note=st.text(max_size=9),
            colour=st.just("#ffff00"),
            box=st.tuples(*[st.floats(0, 9)] * 4),
            is_flattened=st.booleans(),
        ),
        max_size=3,
    ),
    st.lists(st.integers(1, 9), max_size=3),
    st.frozensets(st.text(max_size=4), max_size=3),
)
def test_marks_come_through_the_pipe_as_they_were(
    highlights: list[Highlight], pages: list[int], traces: frozenset[str]
) -> None:
    marks = Marks(tuple(highlights), tuple(pages), tuple(pages[:1]), traces)
    again = marks_from(json.loads(json.dumps(marks, default=fields)))
    assert (again, again.traces) == (marks, traces)


def _bare(text: str) -> str:
    return re.sub(r"[\s\-‐\xad]+", "", unicodedata.normalize("NFKC", text))


def _annotated() -> Iterator[tuple[list[str], list[str]]]:
    """List for each real annotated PDF its true marks, and those that were read."""
    assert DATA is not None
    folder = DATA / "files"
    for line in (folder / "annotated_truth.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        marks = marks_of(pymupdf, pymupdf.open(Path(folder / row["file"])))
        truth = [_bare(text) for text in row["highlights_in_reading_order"] if text.strip()]
        yield truth, [_bare(one.text) for one in marks.highlights if one.kind != "note"]


@pytest.mark.slow
@needs_data
def test_real_marks_are_exact_and_in_order() -> None:
    n = n_exact = n_pairs = n_ordered = 0
    for truth, found in _annotated():
        n += len(truth)
        n_exact += (Counter(truth) & Counter(found)).total()
        known = [text for text in truth if text in found]
        n_pairs += max(0, len(known) - 1)
        n_ordered += sum(
            found.index(a) < len(found) - 1 - found[::-1].index(b) for a, b in pairwise(known)
        )
    assert n_exact / n >= 0.98
    assert n_ordered / n_pairs >= 0.98
