"""Test what is read of a first page by its typography: title, authors, year, DOI, abstract, type.

All pages are drawn here, after the habits of conferences, journals, theses and slides.
"""

from __future__ import annotations

from typing import Any

import pymupdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.passage import Document
from reader.pdfs.text.cells import Cell
from reader.pdfs.text.front import N_RAW
from reader.pdfs.text.lines import page_lines
from reader.pdfs.text.names import names_among, names_before, names_in
from reader.pdfs.text.pages import compose
from reader.pdfs.text.people import authors_of
from reader.pdfs.text.person import name_score

FLAGS = pymupdf.TEXTFLAGS_DICT & ~(pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES)
UP = 3.6
"""Points that a mark is raised by."""


class Sheet:
    """Build a PDF. Fonts: tiro, tibo, tiit (Times), helv, japan."""

    def __init__(self, width: float = 595, height: float = 842) -> None:
        self.file = pymupdf.open()
        self.size = width, height
        self.page()

    def page(self) -> Sheet:
        self.file.new_page(width=self.size[0], height=self.size[1])
        return self

    def put(self, x: float, y: float, text: str, size: float = 10, font: str = "tiro") -> float:
        self.file[-1].insert_text((x, y), text, fontsize=size, fontname=font)
        return x + float(pymupdf.get_text_length(text, fontname=font, fontsize=size))

    def mid(self, y: float, text: str, size: float = 10, font: str = "tiro", x: float = 0) -> Sheet:
        """Write centred on x, by default on the page's middle."""
        wide = pymupdf.get_text_length(text, fontname=font, fontsize=size)
        self.put((x or self.size[0] / 2) - wide / 2, y, text, size, font)
        return self

    def raised(self, x: float, y: float, text: str, size: float = 11, font: str = "tiro") -> Sheet:
        """Write a line in which ^1,2^ is raised and smaller."""
        for at, part in enumerate(text.split("^")):
            if at % 2:
                x = self.put(x, y - UP, part, 0.65 * size, "tiro")
            else:
                x = self.put(x, y, part, size, font)
        return self

    def prose(self, x: float, y: float, n: int = 6, size: float = 10) -> Sheet:
        lines = ["of the words that we say in a text, which is long"] * n
        # All at once: each call takes as long for one line.
        self.file[-1].insert_text(
            (x, y), lines, fontsize=size, lineheight=12 / size, fontname="tiro"
        )
        return self

    def body(self, y: float = 300, heading: str = "Abstract") -> Sheet:
        self.put(70, y, heading, 12, "tibo")
        self.prose(70, y + 18)
        self.put(70, y + 120, "1 Introduction", 12, "tibo")
        self.prose(70, y + 138, 12)
        return self

    def read(self) -> Document:
        raw: list[dict[str, Any]] = [page.get_text("dict", flags=FLAGS) for page in self.file]
        return compose([page_lines(page) for page in raw], raw[:N_RAW])


def titled(text: str = "Quiet Machines that Listen") -> Sheet:
    return Sheet().mid(80, text, 17, "tibo")


ADA, BEN, EVA = "Ada Example", "Ben C. Other", "Eva van der Thirdson"
ORCID = "0000-0002-1825-0097"


def test_names_with_raised_marks_are_parted_and_their_marks_dropped() -> None:
    sheet = titled().raised(120, 110, f"{ADA}^1,2^, {BEN}^2,*^ and {EVA}^†^")
    sheet.raised(120, 130, "^1^Institute of Hearing, ^2^Somewhere College")
    assert sheet.body().read().authors == (ADA, BEN, EVA)


@pytest.mark.parametrize(
    "line",
    [
        f"{ADA}, {BEN}, and {EVA}",
        f"{ADA} and {BEN} and {EVA}",
        f"{ADA}, {BEN} & {EVA}",
        f"{ADA} · {BEN} · {EVA}",
        f"{ADA}; {BEN}; {EVA}",
        f"{ADA}1, {BEN}1,2 and {EVA}2",
        f"{ADA}*, {BEN}(1) and {EVA}[0000-0001-2345-6789]",
        f"{ADA} a, {BEN} a,b, {EVA} b",
        f"By {ADA}, {BEN} and {EVA}",
        f"Prepared by: {ADA}, {BEN} and {EVA}",
        f"AUTHORS {ADA}, {BEN}, {EVA}",
        f"Dr. {ADA}, Prof. {BEN}, {EVA}, PhD",
        f"{ADA}, Member, IEEE, {BEN}, Fellow, IEEE, and {EVA}",
        f"{ADA.upper()}, {BEN.upper()}, AND {EVA.upper()}",
        f"{ADA}! [0000-0001-2345-6789] {BEN}?*, and {EVA}®",
        f"{ADA}*®, {BEN}° and {EVA}",
    ],
)
def test_a_line_of_names_is_parted_however_it_is_written(line: str) -> None:
    authors = titled().mid(110, line, 11).body().read().authors
    assert [name.lower() for name in authors] == [n.lower() for n in (ADA, BEN, EVA)]


def test_names_in_small_letters_are_told_by_their_raised_marks() -> None:
    sheet = titled().raised(120, 110, "ada example^1^, ben other^2^ and eva thirdson^1^")
    assert sheet.body().read().authors == (ADA, "Ben Other", "Eva Thirdson")
    sheet = titled().raised(120, 110, "counting the drops^1^")
    assert sheet.body().read().authors == ()


@pytest.mark.parametrize(
    "line",
    [
        f"{ADA}\u2019 {BEN}\u201d {EVA}*",
        f"{ADA}? - {BEN}?*・{EVA}'",
        f'{ADA}" {BEN}°, {EVA}',
    ],
)
def test_signs_that_recognition_makes_of_raised_marks_part_names(line: str) -> None:
    cell = Cell(70, 100, 400, 112, 110, line, line, 11, 11, False, False)
    assert authors_of([cell]) == (ADA, BEN, EVA)


@pytest.mark.parametrize("word", ["and", "et", "y", "und"])
def test_any_sign_may_be_raised_and_a_word_may_join_the_last_name(word: str) -> None:
    sheet = titled()
    x = sheet.put(70, 110, ADA, 11)
    x = sheet.put(x, 110 - UP, "\u25c7\u25a1", 7, "japan")
    x = sheet.put(x, 110, BEN, 11)
    x = sheet.put(x, 110 - UP, "\u2660 ", 7, "japan")
    sheet.put(x, 110, f"{word} {EVA}", 11)
    assert sheet.body().read().authors == (ADA, BEN, EVA)


def test_a_person_without_an_institute_is_no_second_author() -> None:
    sheet = titled().mid(110, ADA, 11).mid(124, "Independent Researcher", 11)
    assert sheet.body().read().authors == (ADA,)


def test_names_below_a_label_go_before_what_else_may_be_one() -> None:
    sheet = titled().mid(110, "Quiet Horizon", 11).mid(130, "Presentada por:", 11)
    assert sheet.mid(150, ADA, 11).body().read().authors == (ADA,)


def test_small_print_on_another_baseline_that_touches_a_name_is_no_part_of_it() -> None:
    sheet = titled()
    x = sheet.put(70, 109, "https://example.org/10.1234/rain.2031.004", 7, "helv")
    sheet.put(70, 117, "Received: 12 May 2031", 7, "helv")
    sheet.raised(x + 1, 111.3, f"{ADA}^1^ & {BEN}^2^", 9, "tibo")
    assert sheet.body().read().authors == (ADA, BEN)


def test_names_in_a_line_that_is_stretched_are_whole() -> None:
    sheet, x = titled(), 60.0
    for word in f"{ADA}, (Member, IEEE), {BEN}, and {EVA}".split():
        x = sheet.put(x, 110, word, 10, "tibo") + 9
    sheet.put(60, 130, "Rain Semiconductor, Suwon", 10)
    assert sheet.body().read().authors == (ADA, BEN, EVA)


def test_names_in_capitals_are_written_small() -> None:
    sheet = titled().mid(110, "ADA J. EXAMPLE and BEN OTHER-THIRD", 11)
    assert sheet.body().read().authors == ("Ada J. Example", "Ben Other-Third")


def test_a_name_that_the_lines_end_parts_is_one() -> None:
    sheet = titled().mid(110, f"{ADA}, {BEN}, Carl Fourth, Dora", 11)
    sheet.mid(124, f"Fifthling, {EVA}", 11)
    expected = (ADA, BEN, "Carl Fourth", "Dora Fifthling", EVA)
    assert sheet.body().read().authors == expected


def test_names_in_blocks_side_by_side_are_read_row_by_row() -> None:
    sheet = titled()
    people = [(150, 120, ADA), (400, 120, BEN), (150, 180, EVA), (400, 180, "Carl Fourth")]
    for x, y, name in people:
        sheet.mid(y, name, 11, "tibo", x).mid(y + 13, "Somewhere University", 11, x=x)
        sheet.mid(y + 26, f"{name.split()[0].lower()}@example.org", 9, x=x)
    assert sheet.body().read().authors == (ADA, BEN, EVA, "Carl Fourth")


def test_an_affiliation_in_the_names_own_type_is_no_author() -> None:
    sheet = titled()
    for x, name in ((120, ADA), (300, BEN), (480, "Carl Fourth")):
        sheet.mid(120, name, 11, x=x).mid(133, "Quiet Horizon", 11, x=x)
        sheet.mid(146, "Baltimore, Maryland", 11, x=x)
    assert sheet.body().read().authors == (ADA, BEN, "Carl Fourth")


def test_a_second_line_in_another_type_is_no_author() -> None:
    sheet = titled().mid(110, f"{ADA} and {BEN}", 11, "tibo").mid(126, "Pleasant Harbour", 10)
    assert sheet.body().read().authors == (ADA, BEN)


def test_a_sentence_or_an_address_is_no_author() -> None:
    sheet = titled().mid(110, "We Thank Everyone for This", 11).mid(124, "ada@example.org")
    sheet.mid(138, "12 Long Street, New York, NY 10001").mid(152, "https://example.org")
    assert sheet.body().read().authors == ()


def test_names_and_affiliations_on_one_line_are_parted_by_capitals() -> None:
    sheet = titled()
    sheet.put(70, 110, "ADA EXAMPLE, University of Somewhere, Norway", 11)
    sheet.put(70, 124, "BEN OTHER and EVA THIRD, Elsewhere Institute, Peru", 11)
    assert sheet.body().read().authors == ("Ada Example", "Ben Other", "Eva Third")


def test_names_in_capitals_with_accents_set_apart_are_parted_from_their_affiliation() -> None:
    sheet = titled()
    sheet.put(70, 110, "REN´E ´EXAMPLE, University of Somewhere, Norway", 11)
    sheet.put(70, 124, "BEN OTHER, Elsewhere Institute, Peru", 11)
    sheet.put(70, 138, "EVA TH¨ORN, University of Somewhere, Norway", 11)
    assert sheet.body().read().authors == ("René Éxample", "Ben Other", "Eva Thörn")


@pytest.mark.parametrize(
    "lines",
    [
        ("Example, Ada and Other, Ben C.",),
        ("Example, Ada; Other, Ben C.",),
        ("Ada Example, University of Somewhere", "Ben C. Other, Elsewhere Institute"),
        ("Ada Example (University of Somewhere), Ben C. Other (Elsewhere)",),
        ("Ada Example", "ada@example.org", "and", "Ben C. Other", "ben@example.org"),
    ],
)
def test_names_turned_round_or_with_their_affiliation_are_found(lines: tuple[str, ...]) -> None:
    sheet = titled()
    for at, line in enumerate(lines):
        sheet.mid(110 + 13 * at, line, 11)
    assert sheet.body().read().authors == (ADA, BEN)


def test_raised_marks_longer_than_the_names_are_dropped() -> None:
    sheet = titled().raised(90, 110, f"{ADA}^1(B)[0000-0001-2345-6789]^, {BEN}^2^, and", 10)
    sheet.raised(120, 122, f"{EVA}^1,2[0000-0002-1111-2222]^", 10)
    assert sheet.body().read().authors == (ADA, BEN, EVA)


def test_one_single_name_or_a_small_letter_does_not_spoil_the_others() -> None:
    sheet = titled().mid(110, f"{ADA}, {BEN}, Cicero, {EVA}, Carl Fourth and Dora fifth", 11)
    expected = (ADA, BEN, "Cicero", EVA, "Carl Fourth", "Dora fifth")
    assert sheet.body().read().authors == expected


def test_a_name_printed_twice_is_a_firm_and_no_author() -> None:
    sheet = titled()
    for x, name in ((150, ADA), (400, BEN)):
        sheet.mid(120, name, 11, x=x).mid(133, "Pleasant Harbour", 11, x=x)
    assert sheet.body().read().authors == (ADA, BEN)


def test_accents_that_stand_apart_go_onto_their_letters() -> None:
    sheet = titled().mid(110, "Ren´e Exampl¨e and Franc¸ois Other", 11)
    assert sheet.body().read().authors == ("René Examplë", "François Other")
    sheet = titled().mid(110, "Ngaire P¯otiki and Ana ´Sarm¯a", 11)
    assert sheet.body().read().authors == ("Ngaire Pōtiki", "Ana Śarmā")


def test_the_first_of_several_authors_may_have_one_name() -> None:
    sheet = titled().raised(120, 110, f"Singlename^1^, {ADA}^2^, {BEN}^1^")
    assert sheet.body().read().authors == ("Singlename", ADA, BEN)


def test_one_word_before_several_names_is_a_person() -> None:
    sheet = titled().mid(110, f"Singlename, {ADA}, {BEN}", 12)
    sheet.mid(124, "Institute of Hearing", 10, "tiit")
    assert sheet.body().read().authors == ("Singlename", ADA, BEN)


def test_one_word_beside_names_in_their_type_is_a_person() -> None:
    sheet = titled()
    for x, name in ((120, "Singlename"), (300, ADA), (480, BEN)):
        sheet.mid(120, name, 11, "tibo", x).mid(133, "Somewhere University", 9, x=x)
    sheet.mid(170, "Onename", 11, "tibo", 300).mid(183, "Elsewhere University", 9, x=300)
    assert sheet.body().read().authors == ("Singlename", ADA, BEN, "Onename")


def test_one_word_above_an_institution_is_a_person_and_none_above_other_words() -> None:
    sheet = titled().mid(110, "Singlename", 12).mid(124, "Institute of Hearing", 10, "tiit")
    assert sheet.body().read().authors == ("Singlename",)
    sheet = titled().mid(110, "Overture", 12).mid(124, "On the sea and the rain", 10, "tiit")
    assert sheet.body().read().authors == ()


def test_beside_an_affiliation_in_the_names_type_stands_no_name() -> None:
    sheet = titled().mid(120, ADA, 11, x=200).mid(120, BEN, 11, x=400)
    sheet.mid(133, "Somewhere Institute", 11, x=200).mid(133, "Quiet Horizon", 11, x=400)
    assert sheet.body().read().authors == (ADA, BEN)


def test_words_behind_a_mark_below_the_names_are_an_affiliation() -> None:
    sheet = titled().raised(120, 110, f"{ADA}^1^, {BEN}^2^")
    assert sheet.raised(120, 124, "^1^Quiet Horizon").body().read().authors == (ADA, BEN)


def test_marked_names_in_another_weight_go_on_with_the_list() -> None:
    sheet = titled().raised(100, 110, f"{ADA}^1^", font="tibo")
    sheet.raised(300, 110, f"{BEN}^2^", font="tibo").raised(200, 124, f"{EVA}^1^")
    assert sheet.body().read().authors == (ADA, BEN, EVA)


def test_a_list_of_names_with_marks_goes_before_one_that_may_be_a_name() -> None:
    sheet = titled().mid(106, "Quiet Horizon", 13, "tiit")
    sheet.raised(120, 130, f"{ADA}^1^, {BEN}^2^", 11, "tibo")
    assert sheet.body().read().authors == (ADA, BEN)


def test_a_name_parted_between_two_rows_of_cells_is_one() -> None:
    sheet = titled().raised(60, 110, f"{ADA}^1^").raised(220, 110, f"{BEN}^1^")
    sheet.raised(380, 110, "Carl Fourth^2^, Dora").raised(60, 124, "Fifthling^2^")
    assert sheet.body().read().authors == (ADA, BEN, "Carl Fourth", "Dora Fifthling")


def test_a_name_that_a_hyphen_parts_at_the_lines_end_is_whole() -> None:
    sheet = titled().mid(110, f"{ADA}, Carl Fourth-", 11).mid(124, f"Fifth, {BEN}", 11)
    assert sheet.body().read().authors == (ADA, "Carl Fourth-Fifth", BEN)


def test_a_tutorials_number_is_no_tutor() -> None:
    sheet = titled().mid(110, "Tutorial T4", 11).mid(130, ADA, 11, x=280).mid(130, BEN, 11, x=400)
    assert sheet.body().read().authors == (ADA, BEN)


def test_a_date_is_no_japanese_name() -> None:
    sheet = (
        Sheet().mid(80, "雨を聞く静かな機械の設計", 17, "japan").mid(110, "雨野花子", 11, "japan")
    )
    assert sheet.mid(130, "2031年6月4日", 11, "japan").read().authors == ("雨野花子",)


def test_a_bill_a_ticket_and_a_list_of_references_name_no_author() -> None:
    sheet = Sheet()
    sheet.put(71, 80, "INVOICE", 10)
    sheet.put(71, 104, "Ada Example", 10)
    for at, words in enumerate(("Hours", "Rate", "Sum")):
        sheet.put(71, 160 + 24 * at, words, 10)
    assert sheet.read().authors == ()
    for kind in ("BOARDING PASS", "Boarding card", "E-Ticket"):
        sheet = Sheet()
        sheet.put(70, 80, kind, 18)
        sheet.put(70, 104, "Name: EXAMPLE/ADA MS", 10)
        sheet.put(70, 124, "Gate 7 · Seat 12A", 10)
        assert sheet.read().authors == ()
    sheet = Sheet().mid(60, "REFERENCES", 10, "tibo")
    for at in range(20):
        sheet.put(54, 86 + 24 * at, "[1] A. Gallo, R. Fujii, and B. Other, “Robust", 10)
        sheet.put(74, 98 + 24 * at, "memories,” Journal of Rain, vol. 3, pp. 26-28, 2005.", 10)
    assert sheet.read().authors == ()


@pytest.mark.parametrize(
    "line",
    [
        f"By {ADA} · 18 April 2031 · 9 min read",
        f"{ADA} · 18 April 2031 · 9 min read",
        f"Posted on 17 March 2031 by {ADA} · 14 comments",
        f"Posted by {ADA} on 3 May 2031",
        f"Published March 3, 2031 by {ADA}",
        f"March 3, 2031 · 7 min read · by {ADA}",
        f"9 minutes read | by {ADA}",
        f"{ADA} (she/her)",
        f"{ADA} <ada@example.org>",
        f"{ADA}, CCC-SLP",
    ],
)
def test_what_stands_around_a_name_is_left_out(line: str) -> None:
    assert titled().mid(110, line, 11).body().read().authors == (ADA,)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{ADA}, Jr., {BEN} III", ["Ada Example Jr.", f"{BEN} III"]),
        ("ABEL VAN ’T THIRD, Pleasant Harbour, Norway", ["Abel Van ’T Third"]),
        (f"{ADA} (a@example.org), Onename (b@example.org), {BEN}", [ADA, "Onename", BEN]),
        (f"{ADA}, {BEN}, and the Rain Crew", [ADA, BEN]),
        ("Nguyễn ThịRain", ["Nguyễn Thị Rain"]),
        ("Ðora Fifth", ["Đora Fifth"]),
        ("홍길동, 남궁 민", ["홍길동", "남궁 민"]),
        ("오늘은 비가 많이 내린다", None),
        ("雨野 花，オコンクウォ 慈恵", ["雨野 花", "オコンクウォ 慈恵"]),
        ("Principal Scientist", None),
        (f"{ADA} ada@example.org", [ADA]),
        (f"{ADA} ada@example.org, {BEN} b.other@example.org", [ADA, BEN]),
        ("Quiet Harbour: ada@example.org", None),
        ("雨野 花子 霧島大学", ["雨野 花子"]),
        ("霧島 大学", None),
    ],
)
def test_names_of_many_forms_are_read(line: str, expected: list[str] | None) -> None:
    assert (names_in(line) or names_before(line)) == expected


def test_a_place_or_a_label_may_be_among_a_persons_names() -> None:
    def read(names: str) -> tuple[str, ...]:
        sheet = titled().raised(100, 110, names)
        sheet.raised(120, 130, "^1^Rain Institute, Norway, ^2^Quiet Harbour University, Korea")
        return sheet.body().read().authors

    odd = "Phone Ada Example", "Dora Brazil Fourth"
    assert read(f"{odd[0]}^1^, {BEN}^2^, {EVA}^1,2^") == (odd[0], BEN, EVA)
    assert read(f"{BEN}^2^, {odd[1]}^1^, {EVA}^1,2^") == (BEN, odd[1], EVA)
    assert names_in(odd[0]) is None


def test_an_author_before_the_button_of_a_blog_is_found() -> None:
    sheet = Sheet()
    sheet.put(70, 80, "Quiet Machines that Listen", 17, "hebo")
    sheet.put(70, 110, f"{ADA} · Follow", 9, "hebo")
    sheet.put(70, 122, "8 min read · May 9, 2031", 9)
    assert sheet.prose(70, 150, 30).read().authors == (ADA,)


def test_greek_letters_that_mark_affiliations_are_dropped() -> None:
    assert names_in(f"{ADA}α, {BEN}αβ and {EVA}β") == [ADA, BEN, EVA]


def test_the_last_name_of_a_list_may_stand_in_another_type() -> None:
    sheet = titled().mid(110, f"{ADA}, Member, IEEE, {BEN},", 11)
    sheet.mid(124, f"and {EVA}, Senior Member, IEEE", 11, "tiit")
    assert sheet.body().read().authors == (ADA, BEN, EVA)
    sheet = titled().mid(110, f"{ADA}, Student Member, IEEE,", 11, "tiit")
    assert sheet.mid(124, f"{BEN}, and {EVA}", 11).body().read().authors == (ADA, BEN, EVA)


def test_a_family_name_may_have_a_word_between_its_parts() -> None:
    assert names_in(f"{ADA}, Carlos de la Torre y Peña, {BEN}") == [
        ADA,
        "Carlos de la Torre y Peña",
        BEN,
    ]
    assert names_in(f"{ADA} y {BEN}") == [ADA, BEN]


def test_members_of_a_jury_beside_its_word_are_no_authors() -> None:
    sheet = titled().mid(120, ADA, 12)
    sheet.put(80, 300, "Jury", 12, "tibo")
    for at, name in enumerate([BEN, EVA]):
        sheet.put(200, 300 + 15 * at, name, 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_subtitle_in_smaller_type_belongs_to_the_title() -> None:
    sheet = titled("Quiet Machines").mid(102, "How they listen to the rain", 13)
    sheet.mid(130, ADA, 10)
    assert sheet.body().read().title == "Quiet Machines: How they listen to the rain"
    sheet = titled("QM: Quiet Machines").mid(102, "Listening With Patience", 13, "tibo")
    sheet.mid(130, ADA, 10)
    assert sheet.body().read().title == "QM: Quiet Machines Listening With Patience"


def test_a_title_of_many_lines_ends_where_the_names_begin() -> None:
    sheet = Sheet().mid(80, "A Long Title about Machines that", 12, "tibo")
    sheet.mid(95, "Listen to the Rain and the Wind", 12, "tibo")
    sheet.mid(125, f"{ADA}, {BEN}", 12, "tibo")
    document = sheet.body().read()
    assert document.title == "A Long Title about Machines that Listen to the Rain and the Wind"
    assert document.authors == (ADA, BEN)


def test_a_journals_name_is_no_title_however_large() -> None:
    sheet = Sheet().mid(50, "Contents lists available at SomeDirect", 8)
    sheet.mid(74, "Rainfall Letters", 22, "tibo").mid(92, "journal homepage: www.example.org", 8)
    sheet.mid(150, "Quiet machines that listen", 15).mid(175, f"{ADA} a, {BEN} b", 11)
    assert sheet.body().read().title == "Quiet machines that listen"
    sheet = Sheet().mid(60, "International Journal of Rain", 22, "tibo")
    sheet.mid(150, "Quiet machines that listen", 15).mid(175, ADA, 11)
    assert sheet.body().read().title == "Quiet machines that listen"


def test_an_initial_and_a_banner_are_no_title() -> None:
    sheet = Sheet()
    sheet.put(60, 60, "RESEARCH ARTICLE", 20, "helv")
    sheet.put(60, 100, "Quiet machines that listen", 17, "tibo")
    sheet.put(60, 130, f"{ADA}, {BEN}", 11)
    sheet.body()
    sheet.put(40, 470, "W", 40)
    assert sheet.read().title == "Quiet machines that listen"


def test_a_mark_of_a_footnote_is_no_part_of_the_title() -> None:
    sheet = Sheet().raised(150, 80, "Quiet Machines that Listen^*^", 17, "tibo")
    assert sheet.mid(110, ADA, 11).body().read().title == "Quiet Machines that Listen"
    sheet = Sheet().raised(150, 80, "Quiet Machines that Listen^1^", 17, "tibo")
    assert sheet.mid(110, ADA, 11).body().read().title == "Quiet Machines that Listen"
    sheet = (
        Sheet().raised(150, 80, "Quiet Machines^*^", 17, "tibo").mid(103, "Listening to Rain", 14)
    )
    document = sheet.mid(130, ADA, 10).body().read()
    assert document.title == "Quiet Machines: Listening to Rain"


def test_a_raised_number_in_a_formula_belongs_to_the_title() -> None:
    sheet = Sheet().raised(150, 80, "Quiet Machines in H^2^", 17, "tibo")
    assert sheet.mid(110, ADA, 11).body().read().title == "Quiet Machines in H2"


def japanese() -> Sheet:
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計", 17, "japan")
    return sheet.mid(104, "Designing Quiet Machines for Rain", 18, "tibo")


def test_the_title_in_the_papers_first_language_is_taken() -> None:
    sheet = japanese().mid(130, "雨野花子", 11, "japan").mid(150, "Hanako Ameno", 11)
    document = sheet.body(heading="概要").read()
    assert document.title == "雨を聞く静かな機械の設計"
    assert document.authors == ("雨野花子",)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("雨野花子　風間太郎", ("雨野花子", "風間太郎")),
        ("雨野 花子　風間 太郎", ("雨野 花子", "風間 太郎")),
        ("○雨野花子*1, 風間太郎*2", ("雨野花子", "風間太郎")),
        ("雨野花子（西大），風間太郎（東大）", ("雨野花子", "風間太郎")),
        ("雨野花子† 風間太郎‡", ("雨野花子", "風間太郎")),
        ("A1BC2345 雨野花子", ("雨野花子",)),
        ("西方大学大学院 雨野花子", ("雨野花子",)),
        ("西方大・工 ○雨野花子，風間太郎", ("雨野花子", "風間太郎")),
        ("雨野花子，○風間太郎", ("雨野花子", "風間太郎")),
        ("正会員 ○雨野 花子*", ("雨野 花子",)),
        ("学生会員雨野花子", ("雨野花子",)),
        ("西方研 雨野 花子", ("雨野 花子",)),
        (
            "ソフィア・マルティン、雨野花子・風間太郎",
            ("ソフィア・マルティン", "雨野花子", "風間太郎"),
        ),
        ("雨野美月　月岡隆", ("雨野美月", "月岡隆")),
        ("雨野花子，Ada Example（西大），風間太郎", ("雨野花子", "Ada Example", "風間太郎")),
        ("雨音の統計", ()),
        ("雨見ヶ浦 佑月", ("雨見ヶ浦 佑月",)),
        ("雨見ヶ原すみれ，風間太郎", ("雨見ヶ原すみれ", "風間太郎")),
        ("雨野花子 † スミス ジョナサン ‡", ("雨野花子", "スミス ジョナサン")),
        ("雨野花子，王　　　静怡", ("雨野花子", "王 静怡")),
        ("雨見ヶ浦 佑月　風間 太郎", ("雨見ヶ浦 佑月", "風間 太郎")),
        ("雨野花子，マルティネス恵子", ("雨野花子", "マルティネス恵子")),
        ("雨野花子，Ren´e Example（西大）", ("雨野花子", "René Example")),
        ("指導教員　風間太郎", ()),
        ("西方大学 情報学部", ()),
    ],
)
def test_japanese_names_are_told_from_schools_and_teachers(
    line: str, names: tuple[str, ...]
) -> None:
    assert japanese().mid(130, line, 11, "japan").body(heading="概要").read().authors == names


@pytest.mark.parametrize(
    ("lines", "authors"),
    [
        (("by", ADA), (ADA,)),
        ((f"Author: {ADA}",), (ADA,)),
        ((ADA, "Supervisor: Carl Fourth"), (ADA,)),
        ((ADA, "Supervisor:", "Carl Fourth"), (ADA,)),
    ],
)
def test_a_thesis_has_its_author_and_not_its_supervisor(
    lines: tuple[str, ...], authors: tuple[str, ...]
) -> None:
    sheet = Sheet().mid(80, "University of Somewhere", 22, "tibo")
    sheet.mid(200, "Quiet Machines that Listen", 18, "tibo")
    for at, line in enumerate(lines):
        sheet.mid(260 + 20 * at, line, 12)
    sheet.mid(500, "A thesis submitted for the degree of", 12).mid(515, "Doctor of Philosophy", 12)
    sheet.mid(560, "March 2031", 12)
    sheet.page().prose(70, 100, 30)
    document = sheet.read()
    assert document.title == "Quiet Machines that Listen"
    assert document.authors == authors
    assert (document.type, document.year) == ("thesis", 2031)


def test_all_words_beside_the_word_for_a_supervisor_are_left_out() -> None:
    sheet = titled()
    for x, word in ((250, "Orientadora:"), (350, "Profa."), (400, "Dra."), (450, BEN)):
        sheet.put(x, 200, word, 12)
    assert sheet.mid(300, ADA, 12).page().prose(70, 100, 40).read().authors == (ADA,)


def test_the_place_at_the_foot_of_a_title_page_is_no_author() -> None:
    sheet = Sheet().mid(150, ADA.upper(), 14, "tibo")
    sheet.mid(300, "Quiet Machines that Listen", 18, "tibo").mid(360, "Tese de doutorado", 12)
    sheet.mid(750, "Quiet Harbour", 12).mid(766, "2031", 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_name_at_the_foot_of_a_title_page_is_the_author_where_no_other_stands() -> None:
    sheet = Sheet().mid(300, "Quiet Machines that Listen", 18, "tibo").mid(360, "A report", 12)
    sheet.mid(750, ADA, 12).mid(766, "2031", 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_dutch_thesis_has_its_author() -> None:
    sheet = titled().mid(140, "Academisch Proefschrift", 12).mid(200, "door", 12)
    sheet.mid(230, ADA, 14)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_names_in_two_scripts_in_one_row_are_all_authors() -> None:
    sheet = Sheet().mid(80, "雨を聞く静かな機械の設計", 17, "japan")
    sheet.put(150, 110, ADA, 11)
    sheet.put(300, 110, "雨野花子", 11, "japan")
    sheet.put(400, 110, "風間太郎", 11, "japan")
    assert sheet.body(heading="概要").read().authors == (ADA, "雨野花子", "風間太郎")


def test_an_affiliation_with_its_country_in_a_list_is_no_author() -> None:
    sheet = titled().mid(110, f"{ADA.upper()}, École des Vents, France", 11)
    sheet.mid(126, f"{BEN.upper()}, Rain Foundry, South Korea", 11)
    assert sheet.body().read().authors == (ADA, BEN)


def test_names_are_parted_from_their_ordinals() -> None:
    sheet = titled()
    for x, line in ((80, f"1st {ADA}"), (250, f"2nd {BEN}"), (420, f"3rd {EVA}")):
        sheet.put(x, 110, line, 11)
    assert sheet.body().read().authors == (ADA, BEN, EVA)


def test_nobody_in_the_table_of_a_jury_is_an_author() -> None:
    sheet = Sheet().mid(130, "présentée par", 11).mid(150, ADA, 12, "tibo")
    sheet.mid(300, "Machines silencieuses", 20, "tibo").mid(400, "devant le jury :", 11)
    for y, name, role in ((415, BEN, "Rapporteur"), (430, EVA, "Examinatrice")):
        sheet.put(230, y, name, 11)
        sheet.put(380, y, role, 11)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_an_author_beside_the_supervisor_is_found() -> None:
    sheet = Sheet().mid(200, "Quiet Machines", 22, "tibo")
    for y, left, right in ((300, "Author:", "Supervisor:"), (316, ADA, f"Dr. {BEN}")):
        sheet.put(100, y, left, 12)
        sheet.put(380, y, right, 12)
    assert sheet.read().authors == (ADA,)


def test_an_author_above_the_title_of_a_title_page_is_found() -> None:
    sheet = Sheet().mid(80, ADA, 16).mid(200, "Quiet Machines that Listen", 20, "tibo")
    sheet.mid(260, "Dissertation zur Erlangung des Grades", 12).page().prose(70, 100, 40)
    document = sheet.read()
    assert (document.type, document.authors) == ("thesis", (ADA,))


def test_an_author_above_the_title_is_found_below_a_label() -> None:
    sheet = Sheet().mid(60, "présentée et soutenue publiquement le 4 juin 2031 par", 11)
    sheet.mid(80, ADA, 16, "tibo").mid(160, "Machines silencieuses", 20, "tibo")
    assert sheet.body().read().authors == (ADA,)


def test_authors_above_or_beside_the_title_of_an_article_are_found() -> None:
    above = Sheet().mid(70, f"{ADA} and {BEN}", 11).mid(100, "Quiet Machines", 17, "tibo")
    assert above.body().read().authors == (ADA, BEN)
    beside = Sheet().mid(80, "Quiet Machines", 17, "tibo")
    beside.put(70, 70, ADA, 9, "tibo")
    beside.put(70, 90, BEN, 9, "tibo")
    assert beside.body().read().authors == (ADA, BEN)


def test_a_journals_name_above_the_title_is_no_author() -> None:
    sheet = Sheet().mid(70, "Quiet Agronomy", 11, "tibo").mid(100, "Quiet Machines", 17, "tibo")
    assert sheet.body().read().authors == ()


def test_a_german_thesis_is_known_by_its_words() -> None:
    sheet = Sheet().mid(80, "MASTERARBEIT", 24, "tibo")
    sheet.mid(150, "Quiet Machines that Listen", 18, "tibo").mid(200, "vorgelegt von", 12)
    sheet.mid(220, ADA, 14).mid(300, "Betreuer: Prof. Carl Fourth", 12)
    document = sheet.mid(400, "12. Oktober 2031", 12).page().prose(70, 100, 30).read()
    assert (document.type, document.title) == ("thesis", "Quiet Machines that Listen")
    assert (document.authors, document.year) == ((ADA,), 2031)


@pytest.mark.parametrize("lines", [("von", ADA), (f"vorgelegt von {ADA}",)])
@pytest.mark.parametrize("degree", ["Doktors der Naturwissenschaften", "Doktors der Philosophie"])
def test_the_degree_of_a_german_thesis_is_no_author(degree: str, lines: tuple[str, ...]) -> None:
    sheet = Sheet().mid(80, "Quiet Machines that Listen", 18, "tibo")
    sheet.mid(200, "Zur Erlangung des akademischen Grades eines", 12).mid(230, degree, 12, "tibo")
    for at, line in enumerate(lines):
        sheet.mid(300 + 20 * at, line, 12)
    assert sheet.page().prose(70, 100, 30).read().authors == (ADA,)


def test_below_a_word_for_by_alone_stands_the_author() -> None:
    sheet = titled().mid(110, "Quiet Horizon", 12).mid(140, "von", 12).mid(160, ADA, 12)
    assert sheet.body().read().authors == (ADA,)


def test_a_japanese_school_year_yields_to_the_day() -> None:
    sheet = Sheet().mid(100, "平成30年度 修士論文", 14, "japan")
    sheet.mid(200, "雨を聞く静かな機械の設計", 18, "japan").mid(400, "雨野 花子", 14, "japan")
    sheet.mid(440, "指導教員 風間 太郎 教授", 14, "japan").mid(500, "平成31年2月3日", 14, "japan")
    document = sheet.read()
    assert (document.type, document.year) == ("thesis", 2019)
    assert document.authors == ("雨野 花子",)


def test_letters_that_are_set_apart_name_the_kind_of_a_title_page() -> None:
    sheet = Sheet().mid(100, "修　士　論　文", 18, "japan").mid(200, "論文題目", 12, "japan")
    sheet.mid(230, "雨を聞く静かな機械の設計", 16, "japan").mid(330, "学籍番号", 16, "japan")
    sheet.mid(350, "31RA0417", 14).mid(400, "雨野　みのり", 16, "japan")
    document = sheet.read()
    assert (document.type, document.title) == ("thesis", "雨を聞く静かな機械の設計")
    assert document.authors == ("雨野 みのり",)


def test_a_committee_has_as_many_names_as_stand_below_its_word() -> None:
    sheet = Sheet().mid(200, "Quiet Machines that Listen", 20, "tibo").mid(260, ADA, 12)
    for at, line in enumerate(["Committee:", f"{BEN}, Chair", "Carl Fourth", "Dora Fifth"]):
        sheet.mid(400 + 15 * at, line, 12)
    sheet.mid(600, "In Partial Fulfillment of the Requirements", 12).page().prose(70, 100, 40)
    assert sheet.read().authors == (ADA,)


def test_a_title_that_breaks_between_japanese_and_latin_letters_has_no_blank_there() -> None:
    sheet = Sheet().mid(80, "静かな機械による", 18, "japan").mid(102, "BERTの学習", 18, "japan")
    assert sheet.mid(140, "雨野 花子", 11, "japan").body().read().title == (
        "静かな機械によるBERTの学習"
    )


def test_slides_are_wide_with_few_large_words() -> None:
    sheet = Sheet(720, 540).mid(200, "Quiet Machines that Listen", 40, "helv")
    sheet.mid(280, f"{ADA} and {BEN}", 24, "helv").mid(320, "Somewhere University", 20, "helv")
    sheet.page().mid(200, "They listen", 32, "helv")
    document = sheet.read()
    assert (document.type, document.title) == ("slides", "Quiet Machines that Listen")
    assert document.authors == (ADA, BEN)


def test_a_supplement_says_so_above_its_title_and_has_no_doi_of_its_own() -> None:
    sheet = Sheet().mid(60, "Supplementary Material for:", 12)
    sheet.mid(90, "Quiet Machines that Listen", 17, "tibo").mid(120, ADA, 11)
    document = sheet.mid(140, "https://doi.org/10.1234/rain.2031.5", 9).body().read()
    assert (document.type, document.doi) == ("supplement", "")


def test_a_poster_has_the_type_other() -> None:
    sheet = Sheet(2384, 3370).mid(300, "Quiet Machines that Listen", 90, "tibo")
    assert sheet.mid(420, ADA, 60).read().type == "other"


@pytest.mark.parametrize(
    ("y", "line", "doi"),
    [
        (800, "10.1234/Rain.2031-12", "10.1234/Rain.2031-12"),
        (800, "http://dx.doi.org/10.1234/rain.2031-12", "10.1234/rain.2031-12"),
        (40, "Rain 12 (2031) 1-9, doi:10.1234/j.rain.2031.05.002", "10.1234/j.rain.2031.05.002"),
        (800, "978-1-2345/31/$31.00 2031 XY | DOI: 10.1234/R5.2031.9", "10.1234/R5.2031.9"),
        (740, "https://doi.org/10.1234/3394486.3403168", "10.1234/3394486.3403168"),
        (800, "https://doi.org/10.1145/nnnnnnn.nnnnnnn", ""),
        (800, "https://doi.org/10.1145/0000000.0000000", ""),
        (800, "https://doi.org/10.1145/1122445.1122456", ""),
        (800, "https://doi.org/10.5281/zenodo.123456", ""),
        (800, "Our data are available at https://doi.org/10.1234/abc.def", ""),
        (600, "as shown before (see doi:10.1234/abc.def) and", ""),
        (800, "[3] C. Fourth. Rain. doi:10.1234/abc.def", ""),
        (800, "1 https://doi.org/10.1234/abc.def", ""),
    ],
)
def test_a_doi_counts_only_where_a_paper_prints_its_own(y: float, line: str, doi: str) -> None:
    sheet = titled().mid(110, ADA, 11).body(200)
    sheet.put(70, y, line, 9)
    assert sheet.read().doi == doi


def test_two_dois_at_the_edge_give_no_doi() -> None:
    sheet = titled().mid(110, ADA, 11).body()
    sheet.put(70, 790, "doi:10.1234/one.2031", 9)
    sheet.put(70, 802, "doi:10.1234/two.2031", 9)
    assert sheet.read().doi == ""


def test_dois_and_years_below_the_references_are_others() -> None:
    sheet = titled().mid(110, ADA, 11).body(200)
    sheet.put(70, 700, "References", 12, "tibo")
    sheet.put(70, 790, "Proceedings of Rain, 1999.", 9)
    sheet.put(70, 802, "https://doi.org/10.1234/abc.def", 9)
    document = sheet.read()
    assert (document.doi, document.year) == ("", None)


@pytest.mark.parametrize(
    ("y", "line", "year"),
    [
        (800, "Copyright © 2031 The Rain Society", 2031),
        (800, "Proceedings of the 9th Meeting on Rain, pages 9-16, June 2031.", 2031),
        (40, "2031 IEEE International Conference on Rain", 2031),
        (40, "Rain Letters 321 (2031) 5-12", 2031),
        (40, "Published as a conference paper at RAIN 2031", 2031),
        (150, "14 February 2031", 2031),
        (150, "December 2031", 2031),
        (150, "Received: 1 January 2030 / Accepted: 16 November 2031", 2031),
        (800, "RAIN '31, August 6-10, 2031, Somewhere", 2031),
        (800, "28 February - 2 March 2031, Somewhere", 2031),
        (760, "Somewhere Univ. J. Rain 8(1): 7-10, 2031 (June)", 2031),
        (40, "Vol.2031-XY-289 No.5", 2031),
        (40, "TECHNICAL REPORT OF RAIN  XY2031-12(2031-06)", 2031),
        (40, "RAINDROP 2031", 2031),
        (800, "July 2031", 2031),
        (800, "Downloaded on May 5, 2031 from an archive", None),
        (700, "1 Supported by grant 2031-1234 of the Rain Council.", None),
        (720, "2 https://example.org/rain (accessed 3 March 2031)", None),
        (600, "the 21-25 October 2031, when it rained, are left out", None),
        (600, "in 2031 it rained on the 14th of February", None),
    ],
)
def test_the_year_is_what_the_page_prints_of_itself(y: float, line: str, year: int | None) -> None:
    sheet = titled().mid(110, ADA, 11).body(200)
    sheet.put(70, y, line, 9)
    assert sheet.read().year == year


@pytest.mark.parametrize(
    ("line", "year"),
    [
        ("Rain Letters   Volume 12 / Number 10 / October, 2031", 2031),
        ("[8th meeting on rain, Somewhere, 21-25 October 2031]", 2031),
        ("To appear in RAIN 2031", 2031),
        ("Rain in Motion | www.example.org   October 2031 | Volume 12 | Article 123", 2031),
        ("© 2031 Rain Society of Japan", 2031),
        ("July 2031", 2031),
        ("Quiet Machines", None),
    ],
)
@pytest.mark.parametrize("y", [30, 810])
def test_the_year_of_a_head_or_foot_on_each_page_counts(
    y: float, line: str, year: int | None
) -> None:
    sheet = titled().mid(110, ADA, 11).body(200).mid(y, line, 8)
    assert sheet.page().prose(70, 100, 40).mid(y, line, 8).read().year == year


def test_proceedings_go_on_over_three_lines_beside_another_column() -> None:
    sheet = titled().mid(110, ADA, 11).body(200)
    lines = ["Proceedings of the 9th Conference", "on Rain, Somewhere. Copyright by", "them, 2031."]
    for at, line in enumerate(lines):
        sheet.put(60, 760 + 10 * at, line, 8)
        sheet.put(320, 758 + 10 * at, "of the words that we say in 1999, a text", 8)
    assert sheet.read().year == 2031


def test_the_years_of_a_form_yield_to_the_date_below_the_title() -> None:
    sheet = titled().mid(110, ADA, 11).mid(125, "(version 2031/10/29)", 11).body(200)
    assert sheet.mid(800, "©1959 Rain Society of Japan", 8).read().year == 2031


def test_arxivs_number_tells_the_year_of_the_first_version() -> None:
    sheet = titled().mid(110, ADA, 11).body()
    stamp = "arXiv:2912.01234v3 [cs.XY] 4 Jan 2031"
    sheet.file[-1].insert_text((30, 500), stamp, fontsize=14, rotate=90)
    document = sheet.read()
    assert document.stamp.startswith("arXiv:2912.01234v3")
    assert document.year == 2029


@pytest.mark.parametrize("heading", ["Abstract", "A BSTRACT", "Summary", "概要"])
def test_the_abstract_is_what_its_heading_stands_over(heading: str) -> None:
    sheet = titled().mid(110, ADA, 11)
    sheet.put(70, 200, heading, 12, "japan" if heading == "概要" else "tibo")
    sheet.put(70, 218, "We listen to the rain, for a long while and with patience,")
    sheet.put(70, 230, "and a second line ends what we have to say here.")
    sheet.put(70, 254, "Keywords: rain, machines")
    sheet.put(70, 290, "1 Introduction", 12, "tibo")
    sheet.prose(70, 308, 12)
    assert sheet.read().abstract == (
        "We listen to the rain, for a long while and with patience, "
        "and a second line ends what we have to say here."
    )


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Abstract", "with patience."),
        ("ABSTRACT", "with patience. INDEX TERMS Rain."),
        ("SUMMARY", "with patience."),
    ],
)
def test_an_abstract_may_follow_its_name_without_a_sign(name: str, last: str) -> None:
    sheet = titled().mid(110, ADA, 11)
    lines = [f"{name}  We listen to the rain,", "for a long while and", last]
    for at, line in enumerate(lines):
        sheet.put(70, 200 + 12 * at, line)
    sheet.put(70, 290, "1 Introduction", 12, "tibo")
    sheet.put(70, 308, "Abstract Rain is a theory that we leave to others, of which")
    sheet.prose(70, 320)
    assert sheet.read().abstract == "We listen to the rain, for a long while and with patience."


def test_a_title_in_capitals_that_begins_so_is_no_abstract() -> None:
    sheet = Sheet()
    for at, line in enumerate(["ABSTRACT RAIN AND QUIET", "MACHINES THAT LISTEN", "IN WINTER"]):
        sheet.put(70, 80 + 18 * at, line, 15, "tibo")
    sheet.put(70, 150, ADA, 11)
    sheet.put(70, 290, "1 Introduction", 12, "tibo")
    assert sheet.prose(70, 308, 12).read().abstract == ""


def test_a_sentence_of_a_section_that_begins_so_is_no_abstract() -> None:
    sheet = titled().mid(110, ADA, 11)
    sheet.put(70, 290, "1 Introduction", 12, "tibo")
    sheet.put(70, 308, "Abstract Rain is a theory that we leave to others, of which")
    sheet.prose(70, 320)
    assert sheet.read().abstract == ""


def test_an_abstract_beside_a_narrow_column_is_read_down_its_own() -> None:
    sheet = titled().mid(110, ADA, 11)
    sheet.put(60, 200, "a r t i c l e  i n f o", 8)
    sheet.put(60, 216, "Received 3 May 2031", 8)
    sheet.put(220, 200, "a b s t r a c t", 8)
    for at, line in enumerate(["We listen to the rain, for a", "long while and", "with patience."]):
        sheet.put(220, 216 + 10 * at, line, 8)
    sheet.put(60, 300, "1. Introduction", 12, "tibo")
    sheet.prose(60, 320, 12)
    assert sheet.read().abstract == "We listen to the rain, for a long while and with patience."


@pytest.mark.parametrize(
    "notice", ["HAL Id: hal-01234567", "This is an electronic reprint of the original article."]
)
def test_an_archives_cover_is_not_the_front(notice: str) -> None:
    sheet = Sheet().mid(100, "Quiet Machines that Listen", 20, "tibo").mid(140, "Carl Fourth", 14)
    sheet.mid(200, "A paper, kept for all who read it", 10).mid(300, notice, 10).prose(70, 400, 9)
    sheet.page().mid(80, "Quiet Machines that Listen", 17, "tibo")
    sheet.mid(110, f"{ADA} and {BEN}", 11)
    document = sheet.body().read()
    assert document.title == "Quiet Machines that Listen"
    assert document.authors == (ADA, BEN)
    assert document.abstract.startswith("of the words that we say")


def test_labels_of_a_chart_are_no_authors() -> None:
    sheet = Sheet().mid(80, "Rain by Place", 18, "tibo")
    for at, place in enumerate(["Quiet Harbour", "Long Harbour", "Old Harbour", "Far Harbour"]):
        sheet.put(70, 120 + 12 * at, place)
    assert sheet.read().authors == ()


def test_an_empty_page_has_no_front() -> None:
    document = Sheet().read()
    assert (document.title, document.authors, document.year, document.doi) == ("", (), None, "")
    assert (document.abstract, document.type) == ("", "paper")


def line_of(at: tuple[int, int, int], size: float, text: str, font: str) -> dict[str, Any]:
    """Make a line as get_text("dict") has it. at: left, top and length."""
    x, y, width = at
    box = (x, y, x + width, y + size)
    span = {"text": text, "size": size, "font": font, "origin": (x, y + size), "bbox": box}
    return {"spans": [{**span, "flags": 0}], "dir": (1.0, 0.0), "bbox": box}


WORDS = """Abstract|1 Introduction|Ada Field, Bo Lind|ada@field.example|1|*|要旨|What Snails Hear
doi:10.1000/182|arXiv:2506.00001v2|Keywords: rain|2025"""

LINES = st.builds(
    line_of,
    st.tuples(st.integers(-20, 620), st.integers(-20, 860), st.integers(0, 600)),
    st.sampled_from([1, 6.5, 10, 12, 18, 40]),
    st.sampled_from(WORDS.replace("\n", "|").split("|")) | st.text(max_size=40),
    st.sampled_from(["Times-Roman", "Times-Bold", ""]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(LINES, max_size=15), min_size=1, max_size=3))
def test_any_page_is_read(pages: list[list[dict[str, Any]]]) -> None:
    raw: list[dict[str, Any]] = [
        {"width": 595, "height": 842, "blocks": [{"type": 0, "lines": lines}]} for lines in pages
    ]
    document = compose([page_lines(page) for page in raw], raw[:N_RAW])
    assert "\n" not in document.title
    assert all(name.strip() for name in document.authors)
    assert document.year is None or 1000 < document.year < 3000


def test_the_first_of_names_in_small_letters_may_stand_beside_a_short_title() -> None:
    sheet = titled("Quiet Rain")
    for x, name in ((90, ADA), (260, BEN), (400, EVA)):
        sheet.put(x, 110, name, 9)
    assert sheet.body().read().authors == (ADA, BEN, EVA)


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        (f"Ada Example (ORCID {ORCID}), Ben C.", f"Other (ORCID {ORCID})", [ADA, "Ben C. Other"]),
        (
            "Ada Example, Carla Fifth, and Ben J.",
            "F. Other",
            [ADA, "Carla Fifth", "Ben J. F. Other"],
        ),
        ("Ada Example · Carla Fifth · Ben", "Other", [ADA, "Carla Fifth", "Ben Other"]),
        ("ADA EXAMPLE, BO FIFTH,", "BEN LI", [ADA, "Bo Fifth", "Ben Li"]),
        ("Ada Example iD | Carla Fifth iD |", "Ben Other iD", [ADA, "Carla Fifth", "Ben Other"]),
        ("Ada Example (Rain, Wind Institute)", "Ben Other (Rain, Lund)", [ADA, "Ben Other"]),
    ],
)
def test_a_list_of_names_goes_on_in_the_next_line(
    first: str, second: str, names: list[str]
) -> None:
    sheet = titled().mid(110, first, 11).mid(123, second, 11)
    assert sheet.body().read().authors == tuple(names)


def test_a_dot_within_a_chinese_name_does_not_part_it() -> None:
    assert names_in("欧阳思远\x1f,诸葛瑾\x1f,麦麦提·吐尔逊\x1f") == [
        "欧阳思远",
        "诸葛瑾",
        "麦麦提·吐尔逊",
    ]
    assert names_in("欧阳思远·诸葛瑾") == ["欧阳思远", "诸葛瑾"]


def test_a_dot_below_a_vietnamese_vowel_is_joined_with_it() -> None:
    assert names_in("Thiê. n-Ân Lâm, Awa N’Diaye, Xiulan Xie") == [
        "Thiện-Ân Lâm",
        "Awa N’Diaye",
        "Xiulan Xie",
    ]


def test_an_archive_and_a_salutation_are_no_authors() -> None:
    assert names_in("Quiet Rain Archive") is None
    assert names_in("Dear Dr Example") is None


@pytest.mark.parametrize(
    "lines",
    [
        (f"Lead author: {ADA}",),
        (f"Eingereicht von: {ADA}", "Matrikelnummer: 1234567"),
        (f"{ADA}, Leeds, UK; {BEN}, Seoul",),
        (f"{ADA}, University of Somewhere, ada@example.org, {BEN}, Elsewhere, ben@example.org",),
        (f"{ADA} (@ada_ml), {BEN} (@ben_ml)",),
        ("Madan, A.", "University of Somewhere"),
    ],
)
def test_names_with_other_words_between_them_are_found(lines: tuple[str, ...]) -> None:
    sheet = titled()
    for at, line in enumerate(lines):
        sheet.mid(110 + 16 * at, line, 10)
    assert sheet.body().read().authors[:1] in ((ADA,), ("A. Madan",))


def test_a_label_beside_that_of_the_supervisor_keeps_its_name() -> None:
    sheet = titled()
    for x, label, name in ((70, "Relatore:", "Prof. Carlo Guida"), (400, "Candidato:", ADA)):
        sheet.put(x, 300, label, 12)
        sheet.put(x, 316, name, 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


@pytest.mark.parametrize(
    "others", ["Deep Learning", "Working Paper", "South Korea", "Senior Engineer", "Rain Sounds"]
)
def test_words_that_score_lower_than_names_are_none(others: str) -> None:
    assert name_score(others) < min(map(name_score, (ADA, BEN, EVA, "Yuki Tanaka", "José Pérez")))


def test_scripts_that_the_weights_know_nothing_of_score_by_their_family_names() -> None:
    assert name_score("Дождь крыши") == name_score("أحمد الحسن") == 0
    assert min(map(name_score, ("Олег Морозов", "田村なお", "김민수", "欧阳晓峰"))) > 0
    assert names_among("Авторы: Олег Морозов, Мария Соколова") == ["Олег Морозов", "Мария Соколова"]
