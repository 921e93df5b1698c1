"""Test that spaces made by typesetting are told from typed ones by the places of letters."""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest

from reader.pdfs.text.lines import is_doubtful, page_lines, without_stray_blanks

SIZE = 16.0


def read(pieces: list[tuple[str, str, float]], *, size: float = SIZE) -> tuple[bool, list[str]]:
    """Draw pieces (text, font, gap after it in em) on one line.

    Returns whether its spaces are doubtful, and the lines that are read."""
    page = pymupdf.open().new_page()
    x = 60.0
    for text, font, gap in pieces:
        page.insert_text((x, 100), text, fontname=font, fontsize=size)
        x += pymupdf.get_text_length(text, fontname=font, fontsize=size) + gap * size
    flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
    found: dict[str, Any] = page.get_text("dict", flags=flags)
    was_doubtful = is_doubtful(found)
    without_stray_blanks(found, page.get_text("rawdict", flags=flags))
    return was_doubtful, [line.text for line in page_lines(found).lines]


def test_an_accent_drawn_over_its_letter_parts_no_word() -> None:
    # As TeX's old fonts print "FÁB": the acute stands over the A, which is printed after it.
    pieces = [("RUF", "tibo", 0.19), ("\xb4", "tibo", -0.52), ("AB ROOFS", "tibo", 0.0)]
    assert read(pieces) == (True, ["RUF\xb4AB ROOFS"])


def test_a_blank_before_an_accented_word_stays() -> None:
    pieces = [("RUF", "tibo", 0.5), ("\xb4", "tibo", -0.52), ("AB", "tibo", 0.0)]
    assert read(pieces) == (True, ["RUF \xb4AB"])


@pytest.mark.parametrize(("gap", "title"), [(0.25, "雨とMinRainの音"), (0.4, "雨とMinRain の音")])
def test_japanese_and_latin_letters_are_parted_where_more_than_typesetting_does(
    gap: float, title: str
) -> None:
    _, lines = read([("雨と", "japan", 0.0), ("MinRain", "tiro", gap), ("の音", "japan", 0.0)])
    assert lines == [title]


def test_letter_spaced_words_are_words() -> None:
    pieces = [(letter, "tibo", 0.2) for letter in "QUIET"]
    pieces[-1] = ("T", "tibo", 0.6)
    pieces += [(letter, "tibo", 0.2) for letter in "ROOFS"]
    assert read(pieces) == (True, ["QUIET ROOFS"])


def test_small_print_and_plain_words_are_not_looked_at() -> None:
    assert read([("A plain line of words", "tiro", 0.0)])[0] is False
    assert read([("雨と MinRain", "japan", 0.0)], size=9)[0] is False
