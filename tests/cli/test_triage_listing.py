"""Test the rows of the list, where a person begins, and where each decision leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.cli.triage.entries import Row, moved, next_of, papers_in, rows_of, start_of
from reader.cli.triage.layout import morning_page, text_of
from reader.library.paper import State
from reader.morning.values import FoldedDays, Morning, SourceLine, States, n_waiting
from tests.mornings import TITLES, a_morning, library_papers
from tests.samples import DAY, a_library


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    with a_library(Path(tmp_path_factory.mktemp("library"))) as library:
        yield a_morning(library_papers(library))


def texts(rows: tuple[Row, ...]) -> list[str]:
    return [row.entry.paper.record.title if row.entry else row.text for row in rows]


def states(**decided: State) -> States:
    """Make the states of all papers: _3="pick" is the third one's, the others wait."""
    return {n: decided.get(f"_{n}", "candidate") for n in range(1, len(TITLES) + 1)}


def test_the_lanes_stand_under_each_other_and_the_doubtful_are_folded(shown: Morning) -> None:
    assert texts(rows_of(shown)) == [
        "OWN TOPICS  4 papers for you (612 new, all sources complete)",
        *TITLES[:4],
        "2 more that may be yours: d shows them",
        "TALKED ABOUT  1 of 17",
        TITLES[6],
        "WILD CARD  talked about, and far from your topics",
        TITLES[7],
    ]
    opened = texts(rows_of(shown, is_open=True))
    assert opened[5:8] == [
        "MAYBE  2 papers that may be yours; your decision teaches the ranking",
        *TITLES[4:6],
    ]


def test_papers_without_posts_are_not_counted_as_talked_about(
    shown: Morning,
) -> None:
    silent = replace(shown.near[0], is_foretold=True)
    both = replace(shown, near=(*shown.near, silent))
    assert "TALKED ABOUT  1 of 17, and 1 likely to be" in texts(rows_of(both))


def test_a_lane_without_papers_says_so_and_a_list_that_lacks_something_too(
    shown: Morning,
) -> None:
    lacking = replace(
        shown, own=(), wild=None, doubtful=(), sources=(SourceLine("arXiv", "failed"),)
    )
    assert texts(rows_of(lacking))[:2] == [
        "OWN TOPICS  0 papers for you (612 new so far, some sources are missing)",
        "none",
    ]


THEMES = {"speech/translation": "speech translation", "speech/asr": "speech recognition"}


def test_each_theme_stands_with_its_number_folded_to_the_screen(shown: Morning) -> None:
    two = replace(shown, theme_of=THEMES)
    assert texts(rows_of(two))[1] == "speech translation: 4 · speech recognition: 0 today"
    narrow = rows_of(two, size=(40, 24))
    assert texts(narrow)[1:4] == [
        "speech translation: 4", "speech recognition: 0 today", TITLES[0]]  # fmt: skip
    assert [row.kind for row in narrow[:4]] == ["head", "text", "text", "paper"]
    assert "speech" not in texts(rows_of(two, query="ants"))[0]


def test_a_low_screen_names_only_the_themes_without_a_paper(shown: Morning) -> None:
    two = replace(shown, theme_of=THEMES)
    assert texts(rows_of(two, size=(40, 10)))[1:3] == ["speech recognition: 0 today", TITLES[0]]
    assert text_of(morning_page(two, 80).lines[0]).strip() == (
        "speech translation: 4 · speech recognition: 0 today"
    )


def test_several_days_are_one_list_with_its_counts(shown: Morning) -> None:
    folded = FoldedDays(
        "away", DAY - timedelta(days=9), DAY, 7, 214, 30, shown.own, (), shown.near, shown.wild
    )
    assert texts(rows_of(replace(shown, folded=folded)))[:2] == [
        "WELCOME BACK  the days since Sun 25 May are one list",
        "OWN TOPICS  4 papers for you (214 new, all sources complete)",
    ]
    days = [row.day for row in rows_of(replace(shown, folded=folded)) if row.entry]
    assert days == [" 4 Jun"] * 6
    assert {row.day for row in rows_of(shown)} == {""}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("speech title", [TITLES[2]]),
        ("ＧＡＲＤＥＮＳ recog", [TITLES[2]]),
        ("音声 句読点", [TITLES[1]]),
        ("ants", [TITLES[4]]),
        ("pond.example", [TITLES[6]]),
        ("2506.00004", [TITLES[3]]),
        ("山田 silence", [TITLES[7]]),
        ("no such words", []),
    ],
)
def test_a_query_narrows_the_list(shown: Morning, query: str, found: list[str]) -> None:
    rows = rows_of(shown, query=query)
    assert [e.paper.record.title for e in papers_in(rows)] == found
    # A lane of which nothing is left has no heading either.
    assert len([row for row in rows if not row.entry]) == len(
        {row.entry.lane for row in rows if row.entry} if found else []
    )


class TestPlace:
    def test_a_new_morning_begins_at_the_top(self, shown: Morning) -> None:
        assert start_of(rows_of(shown), states()) == 1

    def test_a_half_decided_one_goes_on_after_the_last_decision(self, shown: Morning) -> None:
        # The second one was left for later; the person stopped after the third.
        assert start_of(rows_of(shown), states(_1="skip", _3="pick"), 3) == 4
        # The wild card was picked by its id meanwhile: nothing of the list is passed over.
        assert start_of(rows_of(shown), states(_1="skip", _8="pick"), 8) == 2

    def test_without_open_papers_below_it_begins_at_the_ones_left(self, shown: Morning) -> None:
        assert start_of(rows_of(shown), states(_7="skip", _8="skip"), 8) == 1
        assert start_of(rows_of(shown), states(_5="skip"), 5) == 1, "5 is folded"

    def test_a_decided_one_begins_at_the_top_and_an_empty_one_nowhere(self, shown: Morning) -> None:
        decided: States = dict.fromkeys(range(1, 9), "pick")
        assert start_of(rows_of(shown), decided, 8) == 1
        assert start_of((), {}) is None

    def test_the_next_paper_is_the_next_that_waits(self, shown: Morning) -> None:
        rows = rows_of(shown)
        assert next_of(rows, states(_2="skip", _3="read"), 1) == 4
        assert next_of(rows, states(), 4) == 7, "the doubtful ones are folded"
        assert next_of(rows, states(_8="pick"), 7) == 7

    def test_a_move_ends_at_the_ends_of_the_list(self, shown: Morning) -> None:
        rows = rows_of(shown)
        assert [moved(rows, 4, by) for by in (1, -1, 99, -99)] == [7, 3, 8, 1]
        assert moved((), None, 1) is None
        assert moved(rows, 99, 1) == 2


def test_open_papers_are_counted(shown: Morning) -> None:
    assert n_waiting(papers_in(rows_of(shown)), states(_1="pick")) == 5
