"""Hold how papers' files are named: the same everywhere, safe everywhere."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.paper import Paper, family_name, file_stem


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Hirofumi Inaguma", "Inaguma"),
        ("Inaguma, Hirofumi", "Inaguma"),
        ("John Q. Public Jr.", "Public"),
        ("John Public III", "Public"),
        ("Plato", "Plato"),
        ("Jr.", "Jr."),
        ("山田 太郎", "太郎"),
        ("", ""),
    ],
)
def test_the_family_name_is_the_last_word_or_what_stands_before_a_comma(
    author: str, family: str
) -> None:
    assert family_name(author) == family


def paper(title: str, *authors: str, id: str = "arxiv:2401.01234") -> Paper:
    return Paper((id,), title, authors)


@pytest.mark.parametrize(
    ("of", "stem"),
    [
        (paper("WhisperBox: a box that whispers", "Rin Sato"), "2024_Sato_WhisperBox"),
        (
            paper("On the hearing of quiet voices in rooms", "Rin Sato"),
            "2024_Sato_HearingQuietVoicesRooms",
        ),
        (paper("The of and", "Rin Sato"), "2024_Sato_TheOfAnd"),
        (paper(": what follows a colon", "Rin Sato"), "2024_Sato_WhatFollowsColon"),
        (paper("静かな声を聞く", "佐藤 凛"), "2024_凛_静かな声を聞く"),
        (paper("Quiet", "Ana O'Neil-Díaz"), "2024_ONeilDíaz_Quiet"),
        (paper("../../etc/passwd", "a/b"), "2024_ab_EtcPasswd"),
        (paper("", ""), "2024_Anon_Untitled"),
        (paper("\x00\x1b[2J\u202e", "\x07"), "2024_Anon_2J"),
        (paper("Quiet", id="arxiv:cs/9901001"), "1999_Anon_Quiet"),
        (paper("Quiet", id="arxiv:quant-ph/0201082"), "2002_Anon_Quiet"),
        (paper("Quiet", id="doi:10.1145/1234"), "undated_Anon_Quiet"),
        (Paper(("doi:10.1145/1",), "Quiet", published_on=date(2021, 3, 4)), "2021_Anon_Quiet"),
        (Paper(("doi:10.1145/1",), "Quiet", announced_on=date(2022, 3, 4)), "2022_Anon_Quiet"),
    ],
)
def test_a_stem_is_year_author_and_short_title(of: Paper, stem: str) -> None:
    assert file_stem(of) == stem


@given(st.text(), st.text())
def test_a_stem_fits_every_file_system(title: str, author: str) -> None:
    stem = file_stem(paper(title * 20, author * 20))
    assert stem.replace("_", "").isalnum()
    assert stem.isprintable()
    assert not stem.endswith("_")
    assert unicodedata.normalize("NFC", stem) == stem
    assert len(stem) <= 80
    assert len(stem.encode()) <= 180


def test_the_first_id_is_the_papers() -> None:
    assert Paper(("arxiv:2401.01234", "doi:10.1145/1234"), "Quiet").id == "arxiv:2401.01234"
