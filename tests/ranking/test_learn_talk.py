"""Test when the forecast is fitted to the library's own talk, and on which papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.rows import papers
from reader.ranking.forecast import Coefficients, TalkExample
from reader.ranking.learn import FEWEST_HOT, KNOWN_AFTER_DAYS, forecasts, learn_talk
from reader.ranking.rows import standings
from tests.samples import DAY, NOW, Web, a_library, paper, post, tools

LATER = timedelta(KNOWN_AFTER_DAYS + 1)


class Fitting:
    """Fit a start alone, and keep the examples that were given."""

    def __init__(self) -> None:
        self.examples: list[Sequence[TalkExample]] = []

    def __call__(self, examples: Sequence[TalkExample], before: Coefficients) -> Coefficients:
        self.examples.append(examples)
        return replace(before, start=-1.0)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path, now=lambda: NOW + LATER) as library:
        yield library


def fill(library: Library, n_hot: int) -> None:
    several = [
        paper(n, f"On {n} Ants", authors=(f"Ada {chr(97 + n % 26)}{chr(97 + n // 26)}",))
        for n in range(1, 301)
    ]
    papers.add_papers(library.db, several, source="arXiv", on=DAY)
    said = [post(f"p{n}", paper(n).id) for n in range(1, n_hot + 1)]
    sources.add_posts(library.db, said, source="timeline", on=DAY)


def test_too_little_talk_leaves_the_shipped_numbers(library: Library) -> None:
    fill(library, FEWEST_HOT - 1)
    fitting = Fitting()
    assert not learn_talk(library, replace(tools(Web()), fit_talk=fitting))
    assert (fitting.examples, standings.stored(library.db)) == ([], {})


def test_the_hot_and_a_tenth_of_the_others_teach_and_the_result_is_used(library: Library) -> None:
    fill(library, FEWEST_HOT)
    fitting = Fitting()
    given = replace(tools(Web()), fit_talk=fitting)
    assert learn_talk(library, given)
    [examples] = fitting.examples
    hot = [e for e in examples if e.n_votes is not None]
    assert (len(hot), len(examples), sum(e.weight for e in examples)) == (60, 84, 300)
    fresh = paper(900, "On Bees")
    papers.add_papers(library.db, [fresh], source="arXiv", on=library.today())
    [terms] = forecasts(library, papers.papers_at(library.db, [301])).values()
    assert {t.kind: t.value for t in terms}["start"] == -1.0
    # Not again until there is a quarter more talk.
    assert not learn_talk(library, given)
    more = [post(f"m{n}", paper(n).id) for n in range(200, 220)]
    sources.add_posts(library.db, more, source="timeline", on=DAY)
    assert learn_talk(library, given)


def test_papers_of_the_last_two_weeks_are_too_young_to_teach(library: Library) -> None:
    fill(library, FEWEST_HOT)
    young = replace(library, now=lambda: NOW + timedelta(KNOWN_AFTER_DAYS - 1))
    assert not learn_talk(young, replace(tools(Web()), fit_talk=Fitting()))
