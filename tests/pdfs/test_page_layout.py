"""Test how a page is laid out for the screen, and what is found in a file, on small real PDFs."""

from __future__ import annotations

import json
from typing import Any

import pymupdf
import pytest

from reader.pdfs.text.layout import contents_of, hits_of, layout_json, layout_of, sizes_of
from reader.pdfs.text.mark_writer import hidden_marks
from reader.pdfs.text.pictures import image_of_page

LEFT = (
    "Snails hear with the foot. We have found infor-",
    "mation about it in wet gravel, where each of the",
    "ninety snails turned to the rain that we played",
    "to them for a while, and then went back to sleep.",
    "Nobody had asked a snail before.",
)
RIGHT = (
    "The others slept as snails do in the dry hours",
    "of the day, and we let them sleep as long as it",
    "did not rain. What they hear is slow, and it is",
    "mostly the begin of a wave of several seconds",
    "length. A shorter one does not move them.",
)


def _columns() -> Any:
    """Make a page of two columns; the file has the right one first."""
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    for x, lines in ((320, RIGHT), (60, LEFT)):
        for n, line in enumerate(lines):
            page.insert_text((x, 100 + 12 * n), line, fontsize=10)
    return document


def copied(page: dict[str, Any]) -> str:
    """Join a page's words as the screen does when they are copied."""
    text = ""
    for line in page["lines"]:
        text += " ".join(word[4] for word in line["words"])
        text = text[:-1] if line["after"] == "-" else text + line["after"]
    return text


def test_words_are_read_column_by_column_without_hyphens_at_line_ends() -> None:
    page = layout_of(pymupdf, _columns(), 1)
    read = copied(page)
    assert read.startswith("Snails hear with the foot. We have found information about it in wet")
    assert read.index("Nobody had asked") < read.index("The others slept")
    assert [[round(x) for x in box[::2]] for box in page["columns"]] == [[60, 275], [320, 524]]


def test_a_page_is_written_as_json_with_one_decimal_of_its_boxes() -> None:
    page = layout_of(pymupdf, _columns(), 1)
    for line in page["lines"]:
        line["words"][0] = (*line["words"][0][:4], 'a "quoted" ノート\\')
    written = json.loads(layout_json(page))
    for line in page["lines"]:
        line["box"] = [round(x, 1) for x in line["box"]]
        line["words"] = [[*(round(x, 1) for x in box), word] for *box, word in line["words"]]
    assert written == page


def test_japanese_lines_are_joined_without_a_blank_and_found_across_them() -> None:
    document = pymupdf.open()
    page = document.new_page()
    for n, line in enumerate(
        ("同時通訳の品質を測るために音声を集め", "た。雑音の中でも翻訳は止まらなかった。")
    ):
        page.insert_text((72, 100 + 14 * n), line, fontname="japan", fontsize=11)
    assert copied(layout_of(pymupdf, document, 1)) == (
        "同時通訳の品質を測るために音声を集めた。雑音の中でも翻訳は止まらなかった。\n"
    )
    [hit] = hits_of(pymupdf, document, "集めた", {})["hits"]
    assert (hit["text"].replace(" ", ""), len(hit["boxes"])) == ("集めた", 2)


def test_words_between_full_width_blanks_have_boxes_of_their_own() -> None:
    document = pymupdf.open()
    document.new_page().insert_text((72, 100), "音声　認識", fontname="japan", fontsize=10)
    first, second = layout_of(pymupdf, document, 1)["lines"][0]["words"]
    assert (first[4], second[4]) == ("音声", "認識")
    assert (first[0], first[2], second[0], second[2]) == (72.0, 92.0, 102.0, 122.0)


def test_words_with_a_sign_that_is_no_letter_are_whole_and_read_without_each_letter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = pymupdf.open()
    document.new_page().insert_text((72, 100), "The coordina@on of @ snails", fontsize=10)
    names = "<< /Type /Encoding /Differences [64 /uni0010] >>"
    document.xref_set_key(document[0].get_fonts()[0][0], "Encoding", names)
    document = pymupdf.open(stream=document.tobytes(), filetype="pdf")
    monkeypatch.delattr(pymupdf.TextPage, "extractRAWDICT")
    [line] = layout_of(pymupdf, document, 1)["lines"]
    words = {word: (round(x0), round(x1)) for x0, _y0, x1, _y1, word in line["words"]}
    assert words == {
        "The": (72, 89),
        "coordinaon": (92, 152),
        "of": (154, 163),
        "snails": (178, 204),
    }


@pytest.mark.parametrize("turn", [0, 90])
def test_letters_of_a_font_without_widths_can_be_selected(turn: int) -> None:
    document = pymupdf.open()
    page = document.new_page()
    for letter, place in {"J": (72, 100), "K": (60, 106)}.items():
        page.insert_text(place, letter, fontname="cour", rotate=turn)
    page.insert_text((90, 300), "is a set of snails", rotate=turn)
    [font] = [font[0] for font in page.get_fonts() if font[3] == "Courier"]
    for key, value in {"FirstChar": "0", "LastChar": "1", "Widths": "[0 0]"}.items():
        document.xref_set_key(font, key, value)
    document = pymupdf.open(stream=document.tobytes(), filetype="pdf")
    words = {w[4]: w for line in layout_of(pymupdf, document, 1)["lines"] for w in line["words"]}
    assert words.keys() == {"J", "K", "is", "a", "set", "of", "snails"}
    for x0, y0, x1, y1, word in words.values():
        assert min(x1 - x0, y1 - y0) >= 1, word


@pytest.mark.parametrize("query", ["information about", "INFORMATION", "ｉｎｆｏｒｍａｔｉｏｎ"])
def test_words_are_found_across_a_hyphen_at_a_line_end(query: str) -> None:
    [hit] = hits_of(pymupdf, _columns(), query, {})["hits"]
    assert hit["page"] == 1
    assert len(hit["boxes"]) == 2


def test_a_page_is_read_again_only_for_a_hit() -> None:
    texts: dict[int, str] = {}
    hits_of(pymupdf, _columns(), "shell", texts)
    assert "ninety snails turned" in texts[1]
    texts[1] = "ninety worms turned"
    assert hits_of(pymupdf, _columns(), "snails", texts)["hits"] == []
    assert len(hits_of(pymupdf, _columns(), "ninety", texts)["hits"]) == 1


def test_a_part_of_a_word_is_marked_alone() -> None:
    [hit] = hits_of(pymupdf, _columns(), "nail before", {})["hits"]
    [whole] = hits_of(pymupdf, _columns(), "snail before", {})["hits"]
    assert hit["boxes"][0][0] > whole["boxes"][0][0]
    assert hit["boxes"][0][2:] == whole["boxes"][0][2:]
    assert hits_of(pymupdf, _columns(), "snailbefore", {})["hits"] == []


def test_links_and_outline_lead_to_heights_of_pages_as_they_are_shown() -> None:
    document = _columns()
    document.new_page(width=600, height=800)
    place = {"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(60, 90, 100, 102), "page": 1}
    document[0].insert_link(place | {"to": pymupdf.Point(72, 300)})
    for address in ("https://example.org/a", "javascript:alert(1)", "file:///etc/passwd"):
        link = {"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(320, 90, 400, 102), "uri": address}
        document[0].insert_link(link)
    to = {"kind": pymupdf.LINK_GOTO, "page": 1, "to": pymupdf.Point(72, 300)}
    document.set_toc([[1, "First", 1], [2, "  Second ", 2, to]])
    document = pymupdf.open(stream=document.tobytes(), filetype="pdf")
    assert layout_of(pymupdf, document, 1)["links"] == [
        {"box": [60.0, 90.0, 100.0, 102.0], "page": 2, "y": 300.0},
        {"box": [320.0, 90.0, 400.0, 102.0], "url": "https://example.org/a"},
    ]
    second = contents_of(pymupdf, document)[1]
    assert second == {"level": 2, "title": "Second", "page": 2, "x": 72.0, "y": 300.0}


def test_a_turned_page_is_laid_out_as_it_is_shown() -> None:
    document = _columns()
    document[0].set_rotation(90)
    page = layout_of(pymupdf, document, 1)
    assert [[page["width"], page["height"]]] == sizes_of(pymupdf, document) == [[800.0, 600.0]]
    first = page["lines"][0]
    assert (first["angle"], first["words"][0][4]) == (90, "Snails")
    x0, y0, x1, y1 = first["words"][0][:4]
    assert 690 < x0 < x1 < 715
    assert 59 < y0 < y1 < 95


def test_marks_are_hidden_also_after_the_words_were_read() -> None:
    document = _columns()
    document[0].add_highlight_annot((60, 90, 300, 120))
    with hidden_marks(pymupdf, document, 1):
        unmarked = image_of_page(pymupdf, document, 1, 600, form="quick")
    layout_of(pymupdf, document, 1)
    marked = image_of_page(pymupdf, document, 1, 600, form="quick")
    assert marked != unmarked
    with hidden_marks(pymupdf, document, 1):
        assert image_of_page(pymupdf, document, 1, 600, form="quick") == unmarked


def test_pictures_are_figures_and_a_scan_of_the_whole_page_is_none() -> None:
    document = _columns()
    photo = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 40, 30), False)
    document[0].insert_image(pymupdf.Rect(100, 400, 300, 550), pixmap=photo)
    document[0].insert_image(pymupdf.Rect(0, 0, 600, 800), pixmap=photo, keep_proportion=False)
    assert layout_of(pymupdf, document, 1)["figures"] == [[100.0, 400.0, 300.0, 550.0]]
