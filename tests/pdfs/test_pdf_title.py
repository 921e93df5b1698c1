"""Test which words of a first page are its title, and when that is sure."""

from __future__ import annotations

import json
import lzma

import pytest

from reader.library.passage import Document
from reader.pdfs.text.blocks import is_caption
from reader.pdfs.text.cells import Cell
from reader.pdfs.text.front import N_RAW
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.lines import page_lines, with_ligatures
from reader.pdfs.text.pages import compose
from reader.pdfs.text.title import has_doubtful_sign, is_banner, reads_as_title
from tests.data import DATA, needs_data
from tests.pdfs.test_pdf_front import ADA, BEN, EVA, FLAGS, Sheet, titled


@pytest.mark.parametrize(
    "heading",
    [
        "Abstract",
        "A BSTRACT",
        "1 Introduction",
        "1. INTRODUCTION",
        "I. Introduction",
        "Contents",
        "Table of Contents",
        "Chapter 1",
        "Chapter 3 Estimation",
        "Appendix A",
        "Einleitung",
        "目次",
        "目　次",
        "はじめに",
        "１．はじめに",
        "第1章 序論",
        "概要",
    ],
)
def test_a_heading_is_no_title(heading: str) -> None:
    font = "tibo" if heading.isascii() else "japan"
    sheet = Sheet()
    sheet.put(70, 80, heading, 20, font)
    sheet.prose(70, 120, 20)
    assert is_section(heading)
    assert sheet.page().prose(70, 100, 40).read().title == ""


def test_what_stands_below_the_first_heading_is_no_title() -> None:
    sheet = Sheet()
    sheet.put(70, 80, "Chapter 4", 18, "tibo")
    sheet.put(70, 120, "Counting the Rain", 24, "tibo")
    assert sheet.prose(70, 160, 30).read().title == ""
    sheet = Sheet()
    sheet.put(70, 80, "Contents", 14, "tibo")
    sheet.put(70, 110, "Counting the Rain . . . . . . . . 3", 18)
    assert sheet.read().title == ""


@pytest.mark.parametrize("number", ["Chapter 7", "CHAPTER IV"])
def test_the_name_of_a_chapter_with_its_own_authors_is_its_title(number: str) -> None:
    sheet = Sheet()
    sheet.put(70, 80, number, 15)
    sheet.put(70, 110, "Counting the Rain on", 20, "tibo")
    sheet.put(70, 134, "Windows that Listen", 20, "tibo")
    sheet.put(70, 164, f"{ADA} and {BEN}", 12)
    document = sheet.body(220).read()
    assert document.title == "Counting the Rain on Windows that Listen"
    assert document.authors == (ADA, BEN)
    assert not document.is_title_sure


def test_a_label_above_the_title_does_not_end_the_front() -> None:
    sheet = Sheet()
    sheet.put(70, 60, "METHOD", 11, "tibo")
    sheet.mid(90, "Quiet Machines that Listen", 20, "tibo").mid(120, ADA, 11)
    document = sheet.body().read()
    assert (document.title, document.is_title_sure) == ("Quiet Machines that Listen", True)


def test_a_first_line_that_reads_as_a_banner_belongs_to_its_title() -> None:
    sheet = (
        Sheet()
        .mid(80, "A Walk through the University of Quiet", 18, "tibo")
        .mid(101, "Rain", 18, "tibo")
    )
    document = sheet.mid(130, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == (
        "A Walk through the University of Quiet Rain",
        False,
    )


def test_a_title_like_the_text_is_found_above_its_authors() -> None:
    sheet = Sheet().mid(80, "QUIET MACHINES THAT LISTEN TO RAIN:", 10)
    sheet.mid(93, "A CHAPTER ON WINDOWS", 10).mid(120, f"{ADA}, {BEN}", 10)
    document = sheet.body(160).read()
    assert document.title == "QUIET MACHINES THAT LISTEN TO RAIN: A CHAPTER ON WINDOWS"
    assert not document.is_title_sure


def test_names_larger_than_the_title_are_no_title() -> None:
    sheet = Sheet().mid(80, "QUIET MACHINES THAT LISTEN", 10).mid(105, f"{ADA}, {BEN}", 14)
    sheet.mid(125, "University of Somewhere", 14)
    assert sheet.body(160).read().title == "QUIET MACHINES THAT LISTEN"


def test_a_title_of_words_with_capitals_may_read_as_names() -> None:
    sheet = Sheet().mid(70, "Less Context, Better Rain:", 16, "tibo")
    sheet.mid(90, "A Study of Windows that Listen", 16, "tibo").mid(120, f"{ADA}, {BEN}", 11)
    document = sheet.body(160).read()
    assert document.title == "Less Context, Better Rain: A Study of Windows that Listen"


def test_a_line_that_ends_in_a_small_word_goes_on_however_wide_the_lines_are_set() -> None:
    sheet = Sheet().mid(200, "The Speech-Like Sounds of Many Quiet Machines Made for", 12, "tibo")
    sheet.mid(225, "Rain-Loving Listeners", 12, "tibo").mid(275, f"{ADA} and {BEN}", 12)
    document = sheet.mid(300, "Department of Rain, University of Somewhere", 12).read()
    assert document.title.endswith("Machines Made for Rain-Loving Listeners")
    assert (document.authors, document.is_title_sure) == ((ADA, BEN), False)


def test_a_compound_of_three_words_keeps_its_hyphens_at_a_lines_end() -> None:
    sheet = Sheet().mid(70, "Quiet Machines for Speech-", 16, "tibo")
    document = sheet.mid(90, "to-Text Rain", 16, "tibo").mid(120, ADA, 11).body(160).read()
    assert document.title == "Quiet Machines for Speech-to-Text Rain"
    assert not document.is_title_sure


def test_a_journals_name_in_small_letters_is_no_title() -> None:
    sheet = Sheet()
    sheet.put(50, 60, "quiet reports", 20, "tibo")
    sheet.put(100, 110, "Machines that Listen", 16, "tibo")
    sheet.put(100, 135, ADA, 9, "tibo")
    assert sheet.body().read().title == "Machines that Listen"
    sheet = Sheet().mid(60, "wav2rain", 20, "tibo").mid(100, ADA, 12, "tibo")
    assert sheet.body().read().title == "wav2rain"


def test_a_hyphen_at_a_lines_end_in_capitals_leaves_the_title_unsure() -> None:
    sheet = Sheet().mid(70, "QUIET MACHINES OVER-", 16, "tibo").mid(90, "HEARD BY RAIN", 16, "tibo")
    assert not sheet.mid(120, ADA, 11).body(160).read().is_title_sure


@pytest.mark.parametrize("mark", ["#", "$", "(1)", "[a]", "a", "A", "\u00ae"])
def test_a_raised_mark_at_its_end_is_no_part_of_a_title(mark: str) -> None:
    sheet = Sheet().raised(150, 80, f"Quiet Machines that Listen^{mark}^", 17, "tibo")
    document = sheet.mid(120, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == ("Quiet Machines that Listen", True)


def test_a_raised_sign_that_may_be_an_exponent_leaves_the_title_unsure() -> None:
    sheet = Sheet().raised(150, 80, "Quiet Machines in R^n^", 17, "tibo")
    document = sheet.mid(120, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == ("Quiet Machines in Rn", False)


def test_a_sign_at_its_end_leaves_a_title_unsure() -> None:
    assert not titled("Quiet Machines that Listen #").mid(120, ADA, 11).body().read().is_title_sure


@pytest.mark.parametrize(("text", "expected"), [("آلات هادئة", True), ("Quiet Machines", False)])
def test_letters_from_right_to_left_leave_a_title_unsure(text: str, expected: bool) -> None:
    # MuPDF gives their words from left to right, as they stand on the page.
    cell = Cell(72, 80, 240, 97, 94, text, text, 17, 17, is_bold=False, is_italic=False)
    assert has_doubtful_sign([cell]) == expected


def test_the_last_line_of_a_title_may_read_as_a_name_with_a_mark() -> None:
    sheet = (
        Sheet()
        .mid(60, "What the Rain Says", 17, "tibo")
        .mid(81, "to Those who Listen:", 17, "tibo")
    )
    sheet.raised(220, 102, "Quiet Machines^1^", 17, "tibo")
    document = sheet.mid(130, ADA, 11).body().read()
    assert document.title == "What the Rain Says to Those who Listen: Quiet Machines"
    assert document.authors == (ADA,)


@pytest.mark.parametrize(
    ("text", "title", "is_sure"),
    [
        ("what they overheard", "Quiet Machines and the Overheard Rain", True),
        ("an over-heard word", "Quiet Machines and the Over-heard Rain", True),
        ("overheard, over-heard", "Quiet Machines and the Overheard Rain", False),
        ("what they heard", "Quiet Machines and the Overheard Rain", False),
        ("heard over the rain", "Quiet Machines and the Over-heard Rain", False),
    ],
)
def test_the_papers_spelling_decides_on_a_hyphen_at_a_lines_end(
    text: str, title: str, is_sure: bool
) -> None:
    sheet = Sheet().mid(70, "Quiet Machines and the Over-", 16, "tibo")
    sheet.mid(90, "heard Rain", 16, "tibo").mid(120, ADA, 11).body(160).put(70, 600, text)
    document = sheet.read()
    assert (document.title, document.is_title_sure) == (title, is_sure)


def test_a_part_of_a_word_in_capitals_that_is_no_word_has_no_hyphen() -> None:
    sheet = Sheet().mid(70, "QUIET MACHINES AT AN OB-", 16, "tibo")
    sheet.mid(90, "SERVATORY", 16, "tibo").mid(120, ADA, 11)
    document = sheet.body(160).read()
    assert document.title == "QUIET MACHINES AT AN OBSERVATORY"
    assert not document.is_title_sure


def test_a_raised_mark_above_a_titles_last_line_does_not_end_it() -> None:
    sheet = titled("Quiet Machines that Listen").mid(101, "to the Rain", 17, "tibo")
    sheet.put(345, 92, "a", 6)
    document = sheet.mid(130, ADA, 11).body().read()
    assert document.title == "Quiet Machines that Listen to the Rain"


def test_words_between_title_and_names_leave_the_title_unsure() -> None:
    sheet = titled("Quiet Machines").mid(105, "on listening to the rain", 10)
    assert not sheet.mid(130, ADA, 12).body().read().is_title_sure


def test_an_only_name_in_the_type_of_the_title_leaves_it_unsure() -> None:
    sheet = titled("Quiet Machines that Listen").raised(240, 101, "Ada Example^1^", 17, "tibo")
    assert not sheet.body().read().is_title_sure


def test_a_number_in_brackets_at_its_end_leaves_a_title_unsure() -> None:
    document = titled("Quiet Machines that Listen [1]").mid(110, ADA, 11).body().read()
    assert not document.is_title_sure


def test_a_title_may_stand_beside_the_text_of_the_right_column() -> None:
    sheet = Sheet()
    for at, text in enumerate(("Quiet Machines that", "Listen to Rain", "in the Winter")):
        sheet.put(60, 90 + 18 * at, text, 15, "tibo")
    sheet.put(60, 150, f"{ADA} and {BEN}", 10)
    sheet.put(320, 80, "1 Introduction", 15, "tibo")
    sheet.prose(320, 100, 40)
    sheet.put(60, 180, "Abstract", 12, "tibo")
    document = sheet.prose(60, 200, 30).read()
    assert document.title == "Quiet Machines that Listen to Rain in the Winter"
    assert document.authors == (ADA, BEN)


def test_words_of_a_titles_line_may_be_set_far_apart() -> None:
    sheet = Sheet()
    for x, word in ((70, "Quiet"), (160, "Machines"), (285, "that")):
        sheet.put(x, 80, word, 18, "tibo")
    sheet.put(70, 101, "Listen to the Autumn Rain", 18, "tibo")
    document = sheet.mid(140, ADA, 11).body().read()
    assert document.title == "Quiet Machines that Listen to the Autumn Rain"


def test_small_capitals_have_lines_without_a_large_letter() -> None:
    sheet = Sheet()
    sheet.put(70, 80, "QUIET", 13.6)
    end = sheet.put(sheet.put(70, 101, "M", 17), 101, "ACHINES ", 13.6)
    sheet.put(sheet.put(end, 101, "T", 17), 101, "HAT", 13.6)
    sheet.put(70, 122, "LISTEN", 13.6)
    document = sheet.mid(150, ADA, 11).body().read()
    assert document.title == "QUIET MACHINES THAT LISTEN"


def test_a_line_in_another_font_above_a_gap_is_no_part_of_a_title() -> None:
    sheet = Sheet().mid(60, "THE RAIN REVIEW", 17, "helv")
    sheet.mid(95, "Quiet Machines that Listen", 17).mid(116, "to the Rain", 17)
    document = sheet.mid(150, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == (
        "Quiet Machines that Listen to the Rain",
        False,
    )


def test_uneven_gaps_between_its_lines_leave_a_title_unsure() -> None:
    sheet = Sheet().mid(60, "Rain Review", 17).mid(92, "Quiet Machines that Listen", 17)
    assert not sheet.mid(113, "to the Rain", 17).mid(150, ADA, 11).body().read().is_title_sure


def test_the_kind_of_a_text_right_above_its_title_is_no_part_of_it() -> None:
    sheet = Sheet().mid(62, "RESEARCH ARTICLE", 17, "tibo").mid(83, "Quiet Machines", 17, "tibo")
    assert sheet.mid(120, ADA, 11).body().read().title == "Quiet Machines"


def test_a_bolder_line_below_a_journals_name_of_its_size_is_the_title() -> None:
    sheet = Sheet().mid(60, "Session of Rain", 15).mid(90, "Quiet Machines", 15, "tibo")
    document = sheet.mid(120, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == ("Quiet Machines", False)
    sheet = Sheet()
    sheet.put(60, 60, "Rain", 15)
    sheet.put(400, 60, "Vol. 3, No. 2", 10)
    document = sheet.mid(90, "Quiet Machines", 15).mid(120, ADA, 11).body().read()
    assert document.title == "Quiet Machines"


def test_a_subtitle_may_be_smaller_than_the_names_below_it() -> None:
    sheet = titled("Quiet Machines").mid(103, "How they listened to the rain", 12)
    sheet.mid(118, "and snow", 12)
    document = sheet.mid(150, ADA, 14).body().read()
    assert document.title == "Quiet Machines: How they listened to the rain and snow"


def test_a_title_of_one_word_in_small_letters_is_no_logo_above_a_date() -> None:
    sheet = Sheet().mid(70, "rain2quiet", 20, "tibo").mid(110, ADA, 13).mid(130, "May 3, 2031", 13)
    assert sheet.body().read().title == "rain2quiet"


def test_a_title_page_in_capitals_of_one_size_has_a_title() -> None:
    sheet = Sheet().mid(120, "THREE ESSAYS ON QUIET RAIN", 12).mid(200, "A Dissertation", 12)
    sheet.mid(230, "Presented to the Faculty of the Graduate School", 12)
    assert sheet.mid(380, "by", 12).mid(400, ADA, 12).read().title == "THREE ESSAYS ON QUIET RAIN"


def test_neither_a_journals_issue_nor_a_date_is_a_title() -> None:
    sheet = Sheet().mid(70, "RAIN AND TAPE, Vol. 9, No. 3 (1971)", 10)
    sheet.mid(100, "ON MEASURING SHORT RAIN", 10).mid(125, f"{ADA}, {BEN}", 10)
    assert sheet.body(160).read().title == "ON MEASURING SHORT RAIN"
    sheet = Sheet().mid(70, "2031年6月5日（土） A棟201", 10, "japan")
    assert sheet.mid(90, "雨野花子，風間太郎", 10, "japan").read().title == ""


def test_the_address_of_a_letter_is_no_title() -> None:
    sheet = Sheet()
    for at, line in enumerate(["Rain and Daughters, binders", "Long Street 14", f"Prof. {ADA}"]):
        sheet.put(74, 70 + 14 * at, line, 10)
    assert sheet.prose(74, 160, 30).read().title == ""


def test_running_text_without_a_title_has_none() -> None:
    sheet = Sheet().prose(70, 80, 40)
    assert sheet.page().prose(70, 80, 40).read().title == ""


def test_a_heading_with_its_number_apart_is_no_title() -> None:
    sheet = Sheet()
    sheet.put(70, 80, "1", 14, "tibo")
    sheet.put(100, 80, "Materials", 14, "tibo")
    assert sheet.prose(70, 110, 40).read().title == ""


def test_words_beside_a_title_do_not_end_it() -> None:
    sheet = Sheet(400, 300)
    for at, word in enumerate(["Quiet", "Machines", "that", "Listen"]):
        sheet.put(10, 60 + 9 * at, word, 6)
    sheet.mid(70, "Quiet Machines", 16, x=250).mid(90, "that Listen", 16, x=250)
    assert sheet.mid(130, ADA, 11, x=250).read().title == "Quiet Machines that Listen"


def test_the_number_of_a_note_is_no_part_of_a_title() -> None:
    sheet = Sheet()
    end = sheet.put(150, 80, "雨を聞く静かな機械の設計", 16, "japan")
    sheet.put(end, 74, "*1", 9)
    assert sheet.mid(110, "雨野花子", 11, "japan").body(heading="概要").read().title == (
        "雨を聞く静かな機械の設計"
    )
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計＊", 16, "japan")
    assert sheet.mid(110, "雨野花子", 11, "japan").body(heading="概要").read().title == (
        "雨を聞く静かな機械の設計"
    )


def test_a_title_page_alone_has_a_title() -> None:
    sheet = Sheet().mid(300, "Quiet Machines that Listen", 20, "tiro").mid(360, ADA, 12)
    assert sheet.read().title == "Quiet Machines that Listen"


def test_a_heading_that_the_title_page_lists_is_no_title() -> None:
    sheet = Sheet()
    sheet.put(70, 90, "Quiet Machines that Listen", 17, "tibo")
    sheet.put(70, 120, f"{ADA} and {BEN}", 11)
    sheet.put(70, 160, "Supplementary text", 10)
    sheet.page().put(70, 80, "Supplementary text", 14, "tibo")
    assert sheet.prose(70, 100, 40).read().title == "Quiet Machines that Listen"


def test_a_page_with_a_notice_alone_is_followed_by_the_front() -> None:
    sheet = Sheet()
    sheet.put(70, 80, "Under review at Rain 2031", 10)
    document = sheet.page().mid(80, "Quiet Machines", 17, "tibo").mid(110, ADA, 11).body().read()
    assert (document.title, document.authors) == ("Quiet Machines", (ADA,))


def test_a_subtitle_in_the_titles_bold_type_may_have_a_comma() -> None:
    sheet = titled("Quiet Machines").mid(100, "How they listened, 1790 to 1811", 11, "tibo")
    document = sheet.mid(130, ADA, 12).body().read()
    assert document.title == "Quiet Machines: How they listened, 1790 to 1811"


def test_a_subtitle_may_be_little_larger_than_the_text_and_have_a_comma() -> None:
    sheet = titled("Quiet Machines").mid(102, "How they listen, and to what", 11)
    document = sheet.mid(130, ADA, 10).body().read()
    assert document.title == "Quiet Machines: How they listen, and to what"
    sheet = titled("Quiet Machines").mid(102, "Institute for Rain, Lund", 12)
    assert sheet.mid(130, ADA, 10).body().read().title == "Quiet Machines"


@pytest.mark.parametrize("line", ["Anonymous RAIN submission", "Anonymous Author(s)"])
def test_the_line_in_place_of_names_is_no_subtitle(line: str) -> None:
    sheet = titled("Quiet Machines That Listen").mid(104, line, 12, "tibo")
    sheet.mid(124, "Abstract", 10.5, "tibo")
    document = sheet.body(140, heading="").read()
    assert (document.title, document.authors) == ("Quiet Machines That Listen", ())


def test_a_hyphen_in_a_title_does_not_set_off_its_subtitle() -> None:
    sheet = titled("Rain-Guided Machines").mid(102, "How they listen to the rain", 13)
    document = sheet.mid(130, ADA, 10).body().read()
    assert document.title == "Rain-Guided Machines: How they listen to the rain"


def test_a_title_in_capitals_about_speech_stands_above_names_as_large() -> None:
    """What the departments of a field are called is no word of an institution here."""
    title = "VOICE PERTURBATION FOR FRUGAL CHILD AND ADULT SPEECH RECOGNITION"
    sheet = Sheet().mid(80, title, 12, "tibo")
    names = "Leocadia Nnamdi^1^, Arvid Stenqvist^2^, Bo-Ra Maeng^1^, Giulio Santacroce^2^"
    sheet.raised(118, 107, names, 12, "tiit")
    sheet.raised(180, 125, "^1^Somewhere Audio, ^2^Rain Machines, Elsewhere", 8)
    assert sheet.body().read().title == title


def test_a_subtitle_that_begins_with_a_dash_needs_no_colon() -> None:
    sheet = Sheet().mid(80, "雨を聞く静かな機械", 17, "japan").mid(104, "― 冬の観測 ―", 13, "japan")
    document = sheet.mid(130, "雨野花子", 10, "japan").body(heading="概要").read()
    assert document.title == "雨を聞く静かな機械― 冬の観測 ―"


def test_a_subtitle_as_large_as_the_names_below_it_belongs_to_the_title() -> None:
    sheet = titled("Quiet Machines").mid(103, "How they listened to the rain", 12)
    document = sheet.mid(130, ADA, 12).body().read()
    assert document.title == "Quiet Machines: How they listened to the rain"
    sheet = titled("Quiet Machines").mid(103, "How they listened to the rain", 12)
    assert sheet.mid(130, "Rain 2031", 12).body().read().title == "Quiet Machines"


def test_a_journals_name_above_the_title_is_larger_but_has_no_names_below() -> None:
    sheet = Sheet()
    sheet.put(70, 60, "Rain & Machines", 24, "tibo")
    sheet.put(70, 80, "Spring 2031, no. 4", 8)
    sheet.put(70, 110, "How quiet machines listen", 17, "tibo")
    sheet.put(70, 132, f"{ADA} and {BEN}", 11)
    document = sheet.body().read()
    assert (document.title, document.is_title_sure) == ("How quiet machines listen", False)


def test_names_with_text_beside_them_are_no_title_below_a_journals_name() -> None:
    sheet = Sheet()
    sheet.put(70, 56, "Quiet Machines that Listen", 12, "tibo")
    sheet.put(312, 67, "of the rain", 10)
    sheet.put(75, 82, f"{ADA}, Senior Member, IEEE,", 11)
    sheet.put(100, 95, f"{BEN}, and {EVA}", 10)
    assert sheet.body().read().title == "Quiet Machines that Listen"


def test_a_bold_line_below_a_title_without_names_is_no_title() -> None:
    sheet = titled("Quiet Machines").mid(105, "March 2031", 10)
    document = sheet.mid(130, "Thanks go to many", 16, "tibo").body().read()
    assert document.title == "Quiet Machines"


def test_what_stands_below_running_text_is_no_title() -> None:
    sheet = Sheet().prose(70, 80, 6)
    sheet.put(70, 170, "Quiet Machines that Listen", 16, "tibo")
    assert sheet.prose(70, 190, 30).read().title == ""


def test_a_title_may_stand_below_a_notice_in_small_print() -> None:
    sheet = Sheet().prose(70, 40, 5, size=7)
    sheet.mid(130, "Quiet Machines that Listen", 16, "tibo").mid(160, ADA, 11)
    assert sheet.body().read().title == "Quiet Machines that Listen"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("Title: Quiet machines that listen", "Running title: Quiet machines"),
        ("TITLE: Quiet machines that listen", "Authors: Ada Example"),
    ],
)
def test_a_manuscript_may_label_its_title(line: str, after: str) -> None:
    sheet = Sheet()
    for at, text in enumerate((line, after, "Word count: 6000")):
        sheet.put(70, 80 + 24 * at, text, 12)
        sheet.put(56, 84 + 24 * at, str(at + 1), 6)
    assert sheet.body().read().title == "Quiet machines that listen"


def test_small_notes_beside_the_title_do_not_end_it() -> None:
    sheet = Sheet()
    for at, text in enumerate(("Edited by", "Cora Third", "Reviewed by", "Dan Fourth", "Keywords")):
        sheet.put(50, 70 + 9 * at, text, 7)
    sheet.put(190, 80, "How quiet machines listen to the rain", 20, "tibo")
    sheet.put(190, 103, "in winter", 20, "tibo")
    sheet.put(190, 130, f"{ADA} and {BEN}", 10)
    document = sheet.prose(190, 160, 12).body().read()
    assert document.title == "How quiet machines listen to the rain in winter"
    assert document.authors == (ADA, BEN)


def test_words_that_stand_out_between_title_and_authors_leave_the_title_unsure() -> None:
    sheet = titled("Quiet Machines").mid(100, "Rain, Wind, Snow", 11, "tibo")
    assert not sheet.mid(130, f"{ADA} and {BEN}", 11).body().read().is_title_sure


def test_running_text_is_no_title() -> None:
    assert Sheet().prose(70, 80, 30).read().title == ""


def test_a_title_above_its_authors_and_abstract_is_sure() -> None:
    document = titled().mid(110, f"{ADA} and {BEN}", 11).body().read()
    assert (document.title, document.is_title_sure) == ("Quiet Machines that Listen", True)


@pytest.mark.parametrize(
    "text",
    [
        "Draft and Refine with Quiet Experts",
        "These Quiet Moments: Listening to Rain",
        "Accepted with Minor Revisions: What Rain Is Worth",
        "Proceedings without Papers",
        "Volume 2 of Rain",
        "This Is Your Rain",
    ],
)
def test_a_title_that_begins_as_a_banner_does_is_read(text: str) -> None:
    document = titled(text).mid(110, ADA, 11).body().read()
    assert (document.title, document.is_title_sure) == (text, True)


def test_a_curriculum_vitae_is_no_paper() -> None:
    sheet = titled("Curriculum Vitae").mid(110, ADA, 11).mid(124, "Somewhere University", 11)
    sheet.put(70, 160, "Positions", 12, "tibo")
    sheet.put(70, 178, "Since 2028 researcher in the Institute of Hearing")
    document = sheet.read()
    assert (document.title, document.is_title_sure, document.authors) == ("", False, ())


def test_a_title_with_nothing_of_a_paper_below_is_not_sure() -> None:
    assert not titled().prose(70, 150, 30).read().is_title_sure


def test_two_texts_that_stand_out_leave_the_title_unsure() -> None:
    sheet = Sheet().mid(60, "Rain and Shine", 24, "tibo").mid(110, "Quiet Machines", 16, "tibo")
    assert not sheet.mid(140, ADA, 11).body().read().is_title_sure


@pytest.mark.parametrize(
    "text",
    [
        "Quiet machines, simpli#ed",
        "Quiet machines that listen to",
        "for machines that listen",
        "2 Quiet machines",
        "Listening",
        "Quiet \ufffd\ufffd machines",
        "Quiet √ machines with O( n) ears",
        "Wednesday 16 June, room B",
    ],
)
def test_words_that_may_be_a_part_of_a_title_or_none_are_not_sure(text: str) -> None:
    assert not reads_as_title(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("RESEARCH ARTICLE", True),
        ("Technical Report No. 12", True),
        ("International Journal of Rain", True),
        ("RBXE WORKING PAPER SERIES", True),
        ("Rain Bureau Discussion Paper No. 12/31", True),
        ("RT2031-88123", True),
        ("RainCon 2031, oral session 3", True),
        ("Rain 2031: The Second Shared Task", False),
        ("Rain-2 Technical Report", False),
        ("Working Papers and the Rain", False),
        ("University of Somewhere", True),
        ("西方大学大学院 情報学研究科", True),
        ("令和4年度 修士論文", True),
        ("MASTERARBEIT", True),
        ("Accepted Manuscript", True),
        ("Supporting Information", True),
        ("Supplementary Material for Quiet Machines", False),
        ("The Journal of Rain Or: How We Stopped Listening", False),
        ("Proceedings of the Second Workshop on Rain", False),
        ("Technical Report for the Rain Challenge", False),
    ],
)
def test_a_banner_names_a_kind_a_journal_or_a_school_and_nothing_else(
    text: str, is_one: bool
) -> None:
    assert is_banner(text) is is_one


def test_ligatures_of_fonts_without_names_are_written_out() -> None:
    assert with_ligatures("\x1cnished \x0cve a\x1bairs") == "finished five affairs"


@needs_data
@pytest.mark.slow
def test_no_title_of_the_data_is_taken_for_a_banner_or_a_heading() -> None:
    assert DATA is not None
    titles = []
    for path in sorted((DATA / "arxiv" / "papers").glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            titles += [" ".join(json.loads(line)["title"].split()) for line in lines]
    assert len(titles) > 88_000
    none = (is_banner, is_section, is_caption)
    assert [title for title in titles if any(is_one(title) for is_one in none)] == []


@pytest.mark.parametrize("has_own_line", [True, False])
def test_an_english_abstract_before_a_japanese_text_is_told(has_own_line: bool) -> None:
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計", 17, "japan")
    sheet.mid(120, "雨野 花子", 11, "japan")
    if has_own_line:
        sheet.put(70, 180, "Abstract", 12, "tibo")
    else:
        sheet.put(70, 188, "Abstract  We listen to the rain and to all the words")
    sheet.prose(70, 200)
    sheet.put(70, 300, "1. はじめに", 12, "japan")
    for at in range(12):
        sheet.put(70, 320 + 14 * at, "静かな機械は雨の音を長く聞くことができる。", 10, "japan")
    document = sheet.read()
    assert "of the words that we say" in document.abstract[:70]
    assert document.abstract_language == "en"


def test_the_abstract_in_the_papers_own_language_comes_before_an_english_one() -> None:
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計", 17, "japan")
    sheet.put(70, 120, "Abstract", 12, "tibo")
    sheet.prose(70, 140)
    sheet.put(70, 240, "概要", 12, "japan")
    for at in range(4):
        sheet.put(70, 260 + 14 * at, "静かな機械は雨の音を長く聞くことができる。", 10, "japan")
    sheet.put(70, 340, "1. はじめに", 12, "japan")
    for at in range(12):
        sheet.put(70, 360 + 14 * at, "雨の日には長い時間にわたって音を集めている。", 10, "japan")
    document = sheet.read()
    assert document.abstract.startswith("静かな機械は")
    assert document.abstract_language == ""


def test_the_abstract_of_an_english_paper_is_in_no_other_language() -> None:
    assert titled().mid(110, ADA, 11).body().read().abstract_language == ""


def test_a_larger_masthead_is_no_title_where_names_stand_below_another_line() -> None:
    sheet = Sheet()
    sheet.put(50, 60, "Quiet Reports", 24, "tibo")
    sheet.put(50, 110, "OPEN", 10, "tibo")
    sheet.put(120, 110, "Counting drops of rain on roofs", 24)
    sheet.put(120, 150, f"{ADA}, {BEN} & {EVA}", 10, "tibo")
    assert sheet.prose(120, 200, 30).read().title == "Counting drops of rain on roofs"


def test_a_projects_name_far_above_the_title_is_left_out() -> None:
    sheet = Sheet().mid(150, "RAINVOX", 25, "tibo").mid(170, "Voices of the Weather", 14)
    sheet.mid(250, "D1.2 First report on counting drops", 20, "tibo")
    sheet.put(100, 350, "Authors", 12)
    sheet.put(250, 350, ADA, 12)
    assert sheet.read().title == "D1.2 First report on counting drops"
    near = Sheet().mid(150, "RAINVOX", 25, "tibo")
    near.mid(180, "A Corpus of Rain on many Roofs", 20, "tibo").mid(220, ADA, 12)
    assert near.body().read().title.startswith("RAINVOX")


def test_a_school_or_a_kind_of_thesis_in_spanish_is_no_title() -> None:
    sheet = Sheet().mid(90, "UNIVERSIDAD DE LA LLUVIA", 17, "tibo")
    sheet.mid(200, "TRABAJO FIN DE MÁSTER", 14)
    sheet.mid(300, "CONTAR LAS GOTAS EN LOS TEJADOS", 17, "tibo")
    sheet.put(350, 460, "Autor: Ada de la Example", 12)
    sheet.put(350, 480, "Tutora: Dra. Eva Thirdson", 12)
    document = sheet.read()
    assert document.title == "CONTAR LAS GOTAS EN LOS TEJADOS"
    assert document.authors == ("Ada de la Example",)


def test_the_title_in_a_form_stands_beside_its_label() -> None:
    sheet = Sheet()
    sheet.put(65, 75, "RAIN & ROOFS", 11, "tibo")
    for y, label, value in (
        (100, "Type", "Poster"),
        (120, "Title", "Can drops of rain be told from the steps of"),
        (134, "", "many cats?"),
        (160, "Authors", f"{ADA}, {BEN}"),
    ):
        if label:
            sheet.put(65, y, label, 11, "tibo")
        sheet.put(175, y, value, 11)
    document = sheet.prose(65, 220, 20).read()
    assert document.title == "Can drops of rain be told from the steps of many cats?"


def test_a_translation_below_is_no_part_of_the_title() -> None:
    sheet = Sheet().mid(90, "Contar las gotas de la lluvia en los tejados", 15, "tibo")
    sheet.mid(115, "Counting the Drops of Rain on Roofs", 12, "tiit")
    sheet.mid(140, f"{ADA}, {BEN}", 10, "tibo")
    assert sheet.body().read().title == "Contar las gotas de la lluvia en los tejados"


def _in_japanese(sheet: Sheet, y: float = 200) -> Document:
    sheet.put(70, y, "1. はじめに", 12, "japan")
    for at in range(30):
        sheet.put(70, y + 20 + 14 * at, "静かな機械は雨の音を長く聞くことができる。", 10, "japan")
    return sheet.read()


@pytest.mark.parametrize("size", [10, 11])
@pytest.mark.parametrize("size_of_translation", [12, 14, 16])
def test_a_larger_translation_below_a_japanese_title_is_none(
    size: float, size_of_translation: float
) -> None:
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計", size, "japan")
    sheet.mid(104, "Quiet Machines that Listen to the Rain", size_of_translation, "tibo")
    sheet.mid(130, "雨野 花子", 10, "japan").mid(144, "Hanako Ameno", 10)
    document = _in_japanese(sheet)
    assert document.title == "雨を聞く静かな機械の設計"
    assert document.is_title_sure is (size > 10)  # where it looks like the text it never is


def test_an_english_title_below_a_japanese_journals_name_is_one() -> None:
    sheet = Sheet().mid(60, "雨音研究 第12巻3号（2031年）", 10, "japan")
    sheet.mid(104, "Quiet Machines that Listen to the Rain", 16, "tibo")
    document = _in_japanese(sheet.mid(130, "雨野 花子", 10, "japan"))
    assert document.title == "Quiet Machines that Listen to the Rain"


@pytest.mark.parametrize(
    ("text", "is_title"),
    [
        ("Contar las gotas de los tejados The Drops of Rain on Roofs", False),
        ("Der Regen auf dem Dach und das Haus Counting the Rain of the Roof", False),
        ("The Streets of Rio de la Lluvia", True),
        ("Contar las gotas de los tejados", True),
    ],
)
def test_a_title_in_two_languages_is_never_sure(text: str, is_title: bool) -> None:
    assert reads_as_title(text) is is_title


def test_a_raised_number_behind_a_sign_is_a_note_and_no_exponent() -> None:
    sheet = Sheet().raised(100, 80, "What is in the Rain?^1^ Drops on Roofs", 16, "tibo")
    sheet.mid(110, ADA, 11)
    assert sheet.body().read().title == "What is in the Rain? Drops on Roofs"
    sheet = Sheet().raised(100, 80, "Norms of L^2^ Spaces of Rain", 16, "tibo").mid(110, ADA, 11)
    assert sheet.body().read().title == "Norms of L2 Spaces of Rain"


def _programme(sheet: Sheet) -> Sheet:
    for at in range(5):
        sheet.put(70, 160 + 20 * at, f"{9 + at}:15", 10)
        sheet.put(200, 160 + 20 * at, "Rain and other sounds", 10)
        sheet.put(400, 160 + 20 * at, f"{ADA[:3]} Example{'abcde'[at]}", 10)
    return sheet


def _form(sheet: Sheet) -> Sheet:
    for at in range(4):
        sheet.put(70, 160 + 20 * at, "I agree to hear the rain. [ ]", 10)
    return sheet


def _bill(sheet: Sheet) -> Sheet:
    for at in range(4):
        sheet.put(70, 160 + 20 * at, "Hire of a roof", 10)
        sheet.put(400, 160 + 20 * at, f"£{at}5.00", 10)
    return sheet


def _resume(sheet: Sheet) -> Sheet:
    sheet.put(70, 120, "Education", 11, "tibo")
    sheet.put(70, 140, "2031 Master of Roofs, Rainford", 10)
    sheet.put(70, 170, "Work Experience", 11, "tibo")
    sheet.put(70, 190, "2032 Counter of drops, Rainford", 10)
    return sheet


@pytest.mark.parametrize(
    "sheet",
    [
        _programme(Sheet().mid(80, "MEETING ON RAIN", 22, "tibo")),
        _form(Sheet().mid(80, "HEARING RAIN", 15, "tibo")),
        _bill(Sheet().mid(80, "Charges for roofs and rain", 15, "tibo")),
        Sheet().mid(80, "Reviewer Report Form", 16, "tibo").prose(70, 120, 20),
        Sheet().mid(80, "Call for Papers", 25).mid(100, "First Workshop on Rain", 14),
        titled().mid(100, "Editorial Board", 11, "tibo").mid(120, f"{ADA} (Rainford)", 11),
        _resume(Sheet().mid(80, "Ada B. Example", 20, "tibo")),
        Sheet().mid(80, "請 求 書", 20, "japan").mid(120, "屋根の使用料", 10, "japan"),
        Sheet().mid(80, "御見積書", 20, "japan").mid(120, "屋根の使用料", 10, "japan"),
    ],
    ids=[
        *("programme", "form", "bill", "report form", "call", "masthead", "résumé"),
        *("Japanese bill", "Japanese offer"),
    ],
)
def test_a_page_that_names_no_paper_has_no_title(sheet: Sheet) -> None:
    document = sheet.read()
    assert (document.title, document.authors) == ("", ())


@pytest.mark.parametrize(
    "salutation", ["Dear Dr Example,", "Dear Ada Example,", "Sehr geehrte Frau Dr. Example"]
)
def test_a_letter_has_no_title_nor_authors(salutation: str) -> None:
    sheet = Sheet()
    sheet.put(70, 80, "Your hire of two roofs", 12, "tibo")
    sheet.put(70, 110, salutation, 11)
    document = sheet.prose(70, 130, 10).read()
    assert (document.title, document.authors) == ("", ())


def test_a_journals_name_beside_its_number_is_no_title_even_alone() -> None:
    sheet = Sheet()
    sheet.put(85, 90, "ANNALS OF QUIET RAIN", 14)
    sheet.put(413, 90, "Volume 9, Number 2", 11)
    sheet.put(85, 150, "Contents", 14, "tibo")
    for at in range(5):
        sheet.put(85, 180 + 20 * at, "On the rain . . . . . . . . . . . . . 3", 11)
    assert sheet.read().title == ""


@pytest.mark.parametrize("label", ["Figure S6. ", "Table 2: "])
def test_a_caption_is_no_title_even_alone(label: str) -> None:
    sheet = Sheet().mid(300, f"{label}Drops of rain that were counted on many roofs", 10)
    assert sheet.mid(312, "from one spring to the next one", 10).read().title == ""


def test_a_slide_with_a_heading_at_its_top_and_no_names_is_no_title_slide() -> None:
    sheet = Sheet(400, 300)
    sheet.put(10, 20, "Last week", 16)
    for at in range(3):
        sheet.put(30, 100 + 20 * at, "Rain on roofs", 12)
    assert sheet.read().title == ""


def test_the_same_title_in_the_metadata_makes_a_parted_one_sure() -> None:
    sheet = titled("Quiet Machines that lis-").mid(100, "ten to the Rain", 17, "tibo")
    sheet.mid(140, ADA, 11).body()
    raw = [page.get_text("dict", flags=FLAGS) for page in sheet.file]
    lines = [page_lines(page) for page in raw]
    read = compose(lines, raw[:N_RAW])
    assert read.title == "Quiet Machines that listen to the Rain"
    assert not read.is_title_sure
    assert compose(lines, raw[:N_RAW], claimed=f" {read.title.upper()} ").is_title_sure
    assert compose(lines, raw[:N_RAW], claimed=read.title.replace(" that", " - that")).is_title_sure
    assert not compose(lines, raw[:N_RAW], claimed="Rain.docx").is_title_sure


def test_a_small_label_well_above_a_title_with_names_below_is_no_rival() -> None:
    def read(label: str, y: float) -> bool:
        sheet = Sheet().mid(y, label, 14).mid(100, "Counting the Rain on Roofs", 20, "tibo")
        document = sheet.mid(130, f"{ADA}, {BEN}", 11).body().read()
        assert document.title == "Counting the Rain on Roofs"
        return document.is_title_sure

    assert read("Quiet Hill Laboratory Notes", 50)
    assert not read("Quiet Hill Laboratory Notes", 75)  # it may be the title's first line
    assert not read("A first attempt at the", 50)


def test_a_manuscripts_running_head_is_no_rival_of_its_title() -> None:
    sheet = Sheet().mid(70, "Running head: RAIN ON ROOFS", 12)
    sheet.mid(180, "Counting the Rain on Roofs of Hills", 12, "tibo").mid(215, ADA, 12)
    assert sheet.body().read().is_title_sure


def test_the_state_of_an_open_review_is_no_part_of_a_title() -> None:
    sheet = titled("Counting the Rain on Roofs")
    sheet.mid(100, "[version 2; peer review: 1 approved, 1 not]", 17, "tibo").mid(130, ADA, 11)
    assert sheet.body().read().title == "Counting the Rain on Roofs"


def test_the_last_line_of_a_title_may_read_as_a_name_where_names_stand_elsewhere() -> None:
    def read(below: str) -> tuple[str, tuple[str, ...]]:
        sheet = titled("Counting the Rain with Models").mid(101, "for a Large Roof", 17, "tibo")
        sheet.mid(122, "Quiet Harbour", 17, "tibo")
        document = sheet.mid(150, below, 11).body().read()
        return document.title, document.authors

    title, last = "Counting the Rain with Models for a Large Roof", "Quiet Harbour"
    assert read(f"{ADA}, Rain Institute of Somewhere") == (f"{title} {last}", (ADA,))
    assert read("Rain Institute, Somewhere") == (title, (last,))


def test_the_kind_of_a_japanese_text_before_its_title_is_no_part_of_it() -> None:
    def read(line: str) -> str:
        sheet = Sheet().mid(80, line, 16, "japan").mid(110, "雨野花子", 11, "japan")
        return sheet.body(heading="概要").read().title

    assert read("巻頭言　雨を聞く静かな機械のために") == "雨を聞く静かな機械のために"
    assert read("論文の雨を聞く静かな機械の設計") == "論文の雨を聞く静かな機械の設計"
