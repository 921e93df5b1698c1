"""Test who is an author on theses, pages of the web and letters, and in other scripts."""

from __future__ import annotations

import pytest

from reader.pdfs.text.cells import Cell, is_prose
from reader.pdfs.text.names import is_name, names_among, names_in, names_possibly
from reader.pdfs.text.names_cjk import family_names_among, has_family
from reader.pdfs.text.people import authors_of
from reader.pdfs.text.person import words_of
from tests.pdfs.test_pdf_front import ADA, BEN, EVA, Sheet, titled


@pytest.mark.parametrize(
    "degree", ["Dipl.-Ing.", "M.Sc.", "Dr.-Ing.", "Mme", "Profa. Dra.", "Herr"]
)
def test_a_degree_before_a_name_is_no_part_of_it(degree: str) -> None:
    assert names_in(f"{degree} {ADA}") == [ADA]


@pytest.mark.parametrize(
    "role",
    [
        "Hauptberichter:",
        "Korreferentin:",
        "Zweitprüfer:",
        "Työn ohjaaja:",
        "Vedoucí práce:",
        "Beoordelingscommissie:",
        "Opponent:",
        "Banca examinadora",
        "Prepared for:",
    ],
)
def test_who_judges_a_thesis_is_no_author_in_any_language(role: str) -> None:
    sheet = Sheet().mid(100, ADA, 14).mid(300, "Quiet Machines that Listen", 20, "tibo")
    sheet.mid(500, role, 12).mid(516, f"Prof. {EVA}", 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_role_with_its_person_leaves_the_next_line_alone() -> None:
    sheet = titled().mid(200, "Tutor: Carla Fifth", 12).mid(216, ADA, 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_the_word_for_a_jury_is_no_person_with_one_name() -> None:
    sheet = Sheet().mid(100, "présentée par", 11).mid(120, ADA, 14)
    sheet.mid(300, "Machines silencieuses", 20, "tibo").mid(400, "Jury", 12, "tibo")
    sheet.mid(416, f"Mme {EVA} Professeure, Université de Valmont Rapporteure", 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_title_that_speaks_of_translation_hides_no_names() -> None:
    sheet = titled().mid(100, "Translation)", 12).mid(120, f"{ADA}, {BEN}", 11)
    assert sheet.body().read().authors == (ADA, BEN)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("雨 野 花 子", ["雨野花子"]),
        ("雨　野　花　子", ["雨野花子"]),
        ("王 静 怡", ["王静怡"]),
        ("한 지 우, 오 세 현", ["한지우", "오세현"]),
    ],
)
def test_a_name_whose_letters_are_set_apart_is_one(line: str, names: list[str]) -> None:
    assert names_in(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("原创　顾北辰　　技术前哨　　2024-03-02 08:30　浙江", ["顾北辰"]),
        ("著者：田村なお　／　カテゴリー：音声", ["田村なお"]),
        ("作者｜赵磊　　编辑｜沈默", ["赵磊", "沈默"]),
        ("입력 2024.03.02 08:30 | 오세현 기자", ["오세현"]),
    ],
)
def test_in_the_line_of_a_web_page_family_names_tell_the_author(
    line: str, names: list[str]
) -> None:
    assert names_in(line) is None
    assert names_among(line) == names


def test_family_names_are_known_in_other_scripts_and_running_text_has_none() -> None:
    people = ("榊原 文子", "林 一", "欧阳晓峰", "남궁민", "Екатерина Новикова", "С. П. Королёв")
    assert all(map(has_family, people))
    others = ("技术前哨", "浙江", "음성학습모델", "Автоматическая классификация", "")
    assert not any(map(has_family, others))
    assert family_names_among("王静怡，" * 30) == []


@pytest.mark.parametrize("word", ["i", "e", "και", "и", "og"])
def test_a_word_for_and_in_other_languages_parts_two_whole_names(word: str) -> None:
    assert names_in(f"Olga Zielińska {word} Jan Wiśniewski") == ["Olga Zielińska", "Jan Wiśniewski"]
    assert names_in("Ana Silva e Souza") == ["Ana Silva e Souza"]


def test_a_school_in_another_language_is_no_name() -> None:
    assert not any(map(is_name, ("Univerzita Karlova", "Ankara Üniversitesi", "جامعة القاهرة")))


def test_a_collaboration_is_the_author_where_nobody_else_is() -> None:
    sheet = titled().mid(110, "The HELIOS Collaboration", 12)
    assert sheet.body().read().authors == ("The HELIOS Collaboration",)
    sheet = titled().mid(110, f"{ADA}, {BEN}", 12).mid(126, "The HELIOS Collaboration", 12)
    assert sheet.body().read().authors == (ADA, BEN)


def test_who_signs_below_the_text_is_the_author_where_nobody_stands_above() -> None:
    sheet = titled().prose(70, 110, 30)
    sheet.put(400, 490, ADA.upper(), 9)
    sheet.put(300, 503, "Department of Rain, University of Somewhere", 10, "tiit")
    assert sheet.read().authors == (ADA,)


def test_the_kind_of_a_text_is_no_author() -> None:
    sheet = Sheet().mid(100, "White Paper", 12).mid(300, "Quiet Machines that Listen", 20, "tibo")
    assert sheet.page().prose(70, 100, 40).read().authors == ()


def test_one_name_above_its_school_and_the_title_is_the_author() -> None:
    sheet = Sheet()
    sheet.put(70, 60, ADA, 10)
    sheet.put(70, 77, "University of Somewhere, Rain", 10)
    sheet.put(70, 110, "Quiet Machines that Listen", 18, "tibo")
    assert sheet.prose(70, 140, 40).read().authors == (ADA,)


def test_a_column_of_names_may_begin_at_the_left_of_the_title() -> None:
    sheet = Sheet()
    for at, line in enumerate(("Quiet Machines", "that Listen to the", "Rain on Roofs")):
        sheet.put(230, 70 + 30 * at, line, 24, "tibo")
    for at, name in enumerate((ADA, BEN, EVA)):
        sheet.put(90, 110 + 40 * at, name, 12, "tibo")
        sheet.put(90, 122 + 40 * at, "Institute of Hearing", 8)
    assert sheet.body(360).read().authors == (ADA, BEN, EVA)


def test_a_name_of_two_rows_in_a_narrow_column_is_one() -> None:
    sheet = titled()
    for at, (first, last) in enumerate((("Joshua J.", "Daymude"), ("Stephanie", "Forrest"))):
        sheet.put(70, 120 + 36 * at, first, 10)
        sheet.put(70, 132 + 36 * at, last, 10)
        sheet.put(180, 126 + 36 * at, "Institute of Hearing", 8)
    assert sheet.body().read().authors[0] == "Joshua J. Daymude"


def test_who_writes_a_memo_is_its_author() -> None:
    sheet = Sheet()
    for y, label, name in ((80, "To:", BEN), (96, "From:", ADA)):
        sheet.put(70, y, label, 10)
        sheet.put(120, y, name, 10)
    sheet.put(70, 140, "Quiet Machines that Listen", 18, "tibo")
    assert sheet.prose(70, 170, 40).read().authors == (ADA,)


RARE = "Hinnerk Brodersby"
"""A name whose letters are seldom those of names."""


def test_a_rare_name_is_an_author_by_the_place_where_it_stands() -> None:
    assert not is_name(RARE)
    assert titled().mid(110, RARE, 12).body().read().authors == (RARE,)
    sheet = titled().mid(110, RARE, 12).mid(126, "University of Somewhere", 10)
    assert sheet.body().read().authors == (RARE,)
    sheet = titled().mid(110, RARE, 12).mid(126, ADA, 12).mid(142, BEN, 12)
    assert sheet.body().read().authors == (RARE, ADA, BEN)
    sheet = titled()
    for x, name in ((200, RARE), (400, ADA)):
        sheet.mid(110, name, 12, x=x).mid(124, "Institute of Hearing", 9, x=x)
    assert sheet.body().read().authors == (RARE, ADA)


def test_words_that_never_are_a_persons_are_no_rare_name() -> None:
    for words in (
        "Department of Rain",
        "Tsushima Marine Laboratory",
        "rain sounds",
        "Deep Learning",
    ):
        assert names_possibly(words) is None
    assert not is_name("Tsushima Marine Laboratory")


def test_a_particle_that_begins_a_name_with_a_capital_is_a_word_of_it() -> None:
    assert words_of("Ben Okafor") == ["ben", "okafor"]
    assert words_of("ben Okafor") == words_of("Okafor ben") == ["okafor"]
    assert is_name("Ben Okafor")


def test_a_second_reader_and_a_table_of_judges_are_no_authors() -> None:
    sheet = titled().mid(300, ADA, 14).mid(360, f"Supervisor: {EVA}", 14)
    sheet.mid(378, f"Second reader: {BEN}", 14)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)
    sheet = Sheet().mid(100, "présentée par", 11).mid(120, ADA, 14)
    sheet.mid(300, "Machines silencieuses", 20, "tibo").mid(400, "Jury", 12, "tibo")
    for at, (name, role) in enumerate(((EVA, "Rapporteure"), (BEN, "Directeur de thèse"))):
        for x, text in ((120, name), (260, "Professeur, Valmont"), (400, role)):
            sheet.put(x, 416 + 16 * at, text, 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_an_author_beside_a_committee_stays() -> None:
    sheet = titled()
    sheet.put(90, 300, "Author", 12)
    sheet.put(90, 316, ADA, 12)
    sheet.put(350, 300, "Committee", 12)
    sheet.put(350, 316, EVA, 12)
    assert sheet.page().prose(70, 100, 40).read().authors == (ADA,)


def test_a_german_line_of_authors_has_titles_and_towns() -> None:
    line = f"Von Dr. iur. {ADA}, Fulda, und Prof. Dr. {EVA}, Greifswald"
    assert titled().mid(110, line, 10, "tiit").body().read().authors[0] == ADA
    assert names_in(f"Von {ADA}") == names_in(f"Miss {ADA}") == [ADA]
    assert names_in(f"von {ADA}") != [ADA]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("○学　雨野 颯太（有明工大）　　正　安慶名 充（同）", ["雨野 颯太", "安慶名 充"]),
        ("　正　畠中 結衣（対馬海洋研）", ["畠中 結衣"]),
        ("雨野 学　安慶名 正", ["雨野 学", "安慶名 正"]),
        ("雨 敏　卓玛央金　麦庆堂　嵇 波", ["雨 敏", "卓玛央金", "麦庆堂", "嵇 波"]),
        (f"雨野潮・{RARE}・安慶名 充", ["雨野潮", RARE, "安慶名 充"]),
        ("研究生姓名：蔺 书 瑶", ["蔺书瑶"]),
    ],
)
def test_members_of_a_meeting_and_wide_gaps_part_names(line: str, names: list[str]) -> None:
    assert names_in(line) == names


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("2021-03-18 09:12　来源：科研观察　作者：拓跋清河　阅读：1,204", ["拓跋清河"]),
        ("피은솔 입법조사연구원 · 문화미디어팀", ["피은솔"]),
    ],
)
def test_a_label_or_a_role_tells_a_rare_name(line: str, names: list[str]) -> None:
    assert names_among(line) == names


def line(y: float, text: str, size: float = 12, x: float = 200) -> Cell:
    end = x + size * len(text)
    return Cell(x, y - size, end, y, y, text, text, size, size, False, False, "font")


def test_a_subtitle_behind_dashes_and_a_numbered_heading_are_no_names() -> None:
    name = line(160, "研究生姓名：蔺书瑶")
    assert authors_of([line(120, "——以湘西两县为例", 16), name]) == ("蔺书瑶",)
    assert authors_of([line(120, "1. 들어가며"), line(160, "2. 해외 동향")]) == ()


def test_of_names_written_from_the_right_the_right_one_is_first() -> None:
    row = [line(120, "طارق زين العابدين", x=100), line(120, "ريما الخطيب", x=400)]
    assert authors_of(row) == ("ريما الخطيب", "طارق زين العابدين")


def test_who_signs_in_the_right_one_of_two_columns_is_the_author() -> None:
    sheet = titled()
    for x, n in ((50, 40), (310, 20)):
        for at in range(n):
            sheet.put(x, 120 + 13 * at, "que nous avons pour une rive et qui se lit dans", 11)
    sheet.put(420, 400, ADA, 11)
    sheet.put(310, 430, "1. The rain in the roof and that which is to be, 2031.", 8)
    assert sheet.read().authors == (ADA,)


@pytest.mark.parametrize(
    "text",
    [
        "Der Wirkungsgrad ist bei Teillast nicht mehr so hoch wie zuvor",
        "que nous avons lu dans une étude qui se trouve ici, au bord",
        "近年来随着技术的快速发展，相关研究受到了国内外学者的广泛关注，在此基础上本文提出了方法",
        "실험 결과는 제안한 방법을 공개 데이터에서 평가하여 보인 것이다",
    ],
)
def test_running_text_is_known_in_other_languages(text: str) -> None:
    assert is_prose(line(100, text, 11, x=50), 595)
    for other in (
        "Universidad de la Costa y Escuela de los Ríos del Sur, Valmont",
        f"{ADA}, {EVA}",
    ):
        assert not is_prose(line(100, other, 11, x=50), 595)
