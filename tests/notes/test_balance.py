"""Test the balance of the own themes: counts, the starving one, one theme too many."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.config import Config, Topic
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.rows import decisions, papers
from reader.notes.balance import Balance, balance, starving, theme_of
from reader.notes.rows import notes
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

TRANSLATION, RECOGNITION = "speech/translation", "speech/recognition"


def write(library: Library, row: int, topic: str, *, on: date = DAY) -> None:
    papers.add_papers(library.db, [paper(row)], source="arXiv", on=DAY)
    decisions.add_filing(library.db, row, topic, at=NOW)
    notes.add_note(library.db, row, "One. Two.", is_written=True, at=NOW, on=on)


def test_folders_below_a_topic_count_for_its_theme(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        write(library, 1, TRANSLATION)
        write(library, 2, f"{TRANSLATION}/simultaneous")
        write(library, 3, "nlp/llm")
        assert balance(library, DAY) == Balance({TRANSLATION: 2, RECOGNITION: 0}, 14)
        assert balance(library, DAY).hints == ()


def test_the_window_has_the_days_of_feeds_toml(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        write(library, 1, TRANSLATION, on=DAY - timedelta(13))
        write(library, 2, TRANSLATION, on=DAY - timedelta(14))
        assert balance(library, DAY).counts == {TRANSLATION: 1, RECOGNITION: 0}


@pytest.mark.parametrize(
    ("counts", "names"),
    [
        ({}, ()),
        ({"a": 9}, ()),
        ({"a": 0, "b": 0}, ()),
        ({"a": 4, "b": 0}, ()),  # too few to say anything
        ({"a": 5, "b": 0}, ("b",)),
        ({"a": 9, "b": 1}, ("b",)),
        ({"a": 8, "b": 2}, ()),
        ({"a": 0, "b": 0, "c": 9}, ("a", "b")),
    ],
)
def test_a_theme_starves_below_a_quarter_of_its_share(
    counts: dict[str, int], names: tuple[str, ...]
) -> None:
    assert starving(counts, least=5) == names


def test_a_starving_theme_is_named_except_near_a_deadline_or_on_a_day_off(
    tmp_path: Path,
) -> None:
    text = FEEDS_TOML.replace("quota = 3", 'quota = 3\ndays_off = ["2025-06-05"]')
    text += '[[deadline]]\nname = "A"\non = 2025-06-10\ndays = 4\n'
    with a_library(tmp_path, text) as library:
        for row in range(1, 6):
            write(library, row, TRANSLATION)
        assert tuple(map(str, balance(library, DAY).hints)) == (
            "speech/recognition: 0 of 5 written up on your own themes in the last 14 days. Is it "
            "that theme's turn?",
        )
        assert [balance(library, DAY + timedelta(n)).hints for n in (1, 2, 6)] == [(), (), ()]
        assert balance(library, DAY + timedelta(7)).starving == (RECOGNITION,)


def test_a_third_own_theme_is_warned_of(tmp_path: Path) -> None:
    with a_library(tmp_path, FEEDS_TOML + '[topics."speech/synthesis"]\n') as library:
        [hint] = balance(library, DAY).hints
        assert str(hint).startswith("feeds.toml has 3 own themes (speech/translation, ")
    with a_library(tmp_path, FEEDS_TOML + '[topics."a/b"]\ntheme = "speech/translation"\n') as two:
        assert balance(two, DAY).n_too_many == 0


@pytest.mark.parametrize(
    ("topic", "theme"),
    [("a/b", "A theme"), ("a/b/c/d", "A theme"), ("a/bc", "a/bc"), ("x/y/z", "x/y"),
     ("unfiled", "unfiled"), ("", "")],
)  # fmt: skip
def test_a_folder_has_the_theme_of_the_topic_above_it(topic: str, theme: str) -> None:
    assert theme_of(Config((Topic("a/b", "own", "A theme"),)), topic) == theme


def test_the_template_of_feeds_toml_has_two_themes() -> None:
    from reader.library.folder import template

    assert len(parse(template()).themes) == 2
