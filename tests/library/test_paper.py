"""Test the family part of a name, and a paper's first id."""

from __future__ import annotations

import pytest

from reader.library.paper import Paper, family_name


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Hirofumi Inaguma", "Inaguma"),
        ("Inaguma, Hirofumi", "Inaguma"),
        ("John Q. Public Jr.", "Public"),
        ("John Public III", "Public"),
        ("Plato", "Plato"),
        ("Jr.", "Jr."),
        ("山田 太郎", "山田太郎"),
        ("山田太郎", "山田太郎"),
        ("アダ・ラブレス", "アダラブレス"),
        ("Benjamin van Niekerk", "van Niekerk"),
        ("Niekerk, Benjamin van", "van Niekerk"),
        ("van Niekerk, Benjamin", "van Niekerk"),
        ("van Niekerk", "van Niekerk"),
        ("Ada M. de la Cruz Jr.", "de la Cruz"),
        ("Eva von der Thirdson", "von der Thirdson"),
        ("Ada Van Example", "Example"),
        ("dora fifth", "fifth"),
        ("", ""),
    ],
)
def test_the_family_name_is_the_last_word_with_particles_or_a_whole_name_in_characters(
    author: str, family: str
) -> None:
    assert family_name(author) == family


def test_the_first_id_is_the_papers() -> None:
    assert Paper(("arxiv:2401.01234", "doi:10.1145/1234"), "Quiet").id == "arxiv:2401.01234"
