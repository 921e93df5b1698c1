"""Test which papers of a day a list chooses from, also those that nobody has spoken of yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.morning.pick import decide_rows
from reader.morning.pipe import fetch_and_rank
from reader.morning.rank import fingerprint, mark_of, rank_days
from reader.morning.today import candidates, day_of
from reader.morning.values import Entry, Morning
from reader.morning.why import changes, explain
from reader.ranking.forecast import Coefficients
from reader.ranking.learn import foretell_day
from reader.ranking.model import Rank, Term
from reader.ranking.rows import standings
from reader.ranking.rows.standings import TALK, StoredModel
from tests.mornings import at, bring, morning, talk
from tests.mornings import look as look_at
from tests.samples import DAY, FEEDS_TOML, Web, a_library, fit_means, paper, tools

MODELS = "Large Language Models in Gardens"
SPEECH = "Speech Translation in Gardens"
SILENT = "“large language model” in the title; not talked about yet."
AGAIN = (
    "“large language model” in the title; shown before, when it was not talked about yet; "
    "mentioned by Di."
)
WORD = Term("title", "large language model", 1.0)
OLD = 1
"""The row of the paper that was talked about long ago."""


def after(n: int) -> date:
    return DAY + timedelta(n)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Open a library whose numbers foretell talk of everything, and which has seen some."""
    with a_library(tmp_path) as library:
        listen(library)
        yield library


def listen(library: Library) -> None:
    standings.keep(library.db, [StoredModel(TALK, "1", Coefficients(start=1.0).to_text())])
    bring(library, after(-60), paper(90, "On Ants"))
    talk(library, after(-60), OLD, "Cy")


def look(library: Library, day: date, *, may_fold: bool = False) -> Morning:
    return look_at(library, day, may_fold=may_fold)


def lines(entries: tuple[Entry, ...]) -> list[tuple[int, bool, str]]:
    return [(e.paper.row, e.is_foretold, str(e.why)) for e in entries]


def test_a_new_near_paper_that_is_likely_to_be_talked_about_is_shown_and_says_so(
    library: Library,
) -> None:
    bring(library, DAY, paper(1, MODELS), paper(2, "On Bees"))
    found = look(library, DAY)
    assert (lines(found.near), found.n_talked) == ([(2, True, SILENT)], 0)
    assert lines(look(library, DAY).near) == [(2, True, SILENT)]


def test_a_changed_topic_puts_what_the_day_showed_in_its_place(library: Library) -> None:
    bring(library, DAY, paper(1, "On Ants", "Moss. Speech recognition of it."))
    assert [(e.paper.row, e.topic) for e in look(library, DAY).doubtful] == [
        (2, "speech/recognition")
    ]
    changed = parse(FEEDS_TOML.replace('"speech translation"', '"on ants"'))
    found = look(replace(library, config=changed), DAY)
    assert ([(e.paper.row, e.topic) for e in found.own], found.doubtful) == (
        [(2, "speech/translation")],
        (),
    )
    [picked] = decide_rows(library, "pick", [2])
    assert picked.topic == "speech/translation"


def test_a_near_topics_model_is_trusted_without_a_word_once_enough_was_liked(
    library: Library,
) -> None:
    bring(library, DAY, *(paper(n, f"{MODELS} {n}") for n in range(1, 22)))
    rank_days(library, DAY)
    rows = list(range(2, 23))

    def settled() -> frozenset[str]:
        return candidates(library, day_of(library, DAY))[0].settled

    decide_rows(library, "pick", rows[:19])
    decide_rows(library, "skip", rows[19:20])
    assert settled() == frozenset()
    decide_rows(library, "pick", rows[20:])
    assert settled() == {"nlp/llm"}


def test_why_does_not_call_a_foretold_paper_talked_about(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    [entry] = look(library, DAY).near
    found = explain(library, entry.paper)
    assert (found.lane, found.is_foretold, str(found.sentence)) == ("near", True, SILENT)
    assert found.terms == entry.terms
    assert [change.kind for change in changes(library, found, fit_means)] == ["more"]


def test_why_explains_a_near_paper_by_the_near_lanes_sum_on_every_later_day(
    library: Library,
) -> None:
    # It has a word of an own topic, which leaves it out: that topic's sum decided nothing.
    abstract = "Unlike speech recognition."
    bring(library, DAY, paper(1, "Of Ants and Bees", abstract), paper(2, MODELS, abstract))
    standings.set_ranks(
        library.db,
        {
            row: [Rank("speech/recognition", None, "out", -1.0, 0.0, ()), *near]
            for row, near in ((2, ()), (3, (Rank("nlp/llm", None, "in", 1.0, 0.0, (WORD,)),)))
        },
        topics=fingerprint(library.config),
        encoder="",
        models=mark_of(library),
    )
    talk(library, after(2), 3, "Di", "Ed")
    [entry] = look(library, after(2)).near
    for day in (after(2), after(3), after(9)):
        found = explain(at(library, day), entry.paper)
        assert (found.lane, found.day, found.topic) == ("near", after(2), "nlp/llm")
        assert found.terms == entry.terms
        assert {t.kind for t in found.terms} >= {"mention", "closeness", "start"}
        assert (found.place, found.cut, found.sentence) == (None, None, entry.why)


def test_a_foretold_paper_is_shown_on_one_morning_and_again_for_that_day(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    look(library, DAY)
    assert look(library, after(1)).near == ()
    assert [e.paper.row for e in morning(at(library, after(9)), DAY).near] == [2]


def test_a_foretold_paper_talked_about_later_comes_once_more(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    look(library, DAY)
    talk(library, after(2), 2, "Di")
    assert lines(look(library, after(2)).near) == [(2, False, AGAIN)]
    assert lines(look(library, after(2)).near) == [(2, False, AGAIN)]
    talk(library, after(3), 2, "Ed", "Flo")
    assert look(library, after(3)).near == ()


def test_a_paper_is_in_no_list_before_it_arrived(
    library: Library,
) -> None:
    """A post may link a paper that nobody knows yet; the next day brings it."""
    bring(library, after(1), paper(1, SPEECH), paper(2, MODELS))
    for row in (2, 3):
        talk(library, DAY, row, "Di")
    assert {e.paper.row for e in look(library, after(1)).entries} >= {2}
    assert look(library, DAY).entries == ()


def test_a_foretold_paper_talked_about_that_day_counts_as_shown_for_talk(
    library: Library,
) -> None:
    bring(library, DAY, paper(1, MODELS))
    look(library, DAY)
    talk(library, DAY, 2, "Di")
    [entry] = look(library, DAY).near
    assert (entry.is_foretold, str(entry.why)) == (
        False,
        "“large language model” in the title; mentioned by Di.",
    )
    talk(library, after(2), 2, "Ed")
    assert look(library, after(2)).near == ()


@pytest.mark.parametrize("kind", ["skip", "pick"])
def test_decided_papers_stay_decided(library: Library, kind: str) -> None:
    bring(library, DAY, paper(1, MODELS))
    look(library, DAY)
    decide_rows(library, kind, [2])  # type: ignore[arg-type]
    talk(library, after(2), 2, "Di", "Ed")
    assert look(library, after(2)).near == ()


def test_a_paper_that_was_decided_before_its_list_takes_no_place(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    decide_rows(library, "skip", [2])
    assert look(library, DAY).near == ()


def test_nothing_is_foretold_where_talk_was_never_seen(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        standings.keep(library.db, [StoredModel(TALK, "1", Coefficients(start=1.0).to_text())])
        bring(library, DAY, paper(1, MODELS))
        assert look(library, DAY).near == ()
        foretell_day(library, DAY)
        assert standings.forecasts_of(library.db, [1]) == {}


def test_without_a_near_topic_nothing_is_foretold(tmp_path: Path) -> None:
    text = FEEDS_TOML.replace('lane = "near"', 'lane = "own"')
    with a_library(tmp_path, text) as library:
        listen(library)
        bring(library, DAY, paper(1, MODELS))
        foretell_day(library, DAY)
        found = look(library, DAY)
        assert ([e.paper.row for e in found.own], found.near) == ([2], ())
        assert standings.forecasts_of(library.db, [1, 2]) == {}


def test_forecasts_of_the_days_near_papers_are_made_ahead_of_the_list(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS), paper(2, SPEECH))
    rank_days(library, DAY)
    foretell_day(library, DAY)
    known = standings.forecasts_of(library.db, [1, 2, 3])
    assert list(known) == [2]
    [found] = [c for c in candidates(library, day_of(library, DAY)) if c.paper.row == 2]
    assert found.forecast == known[2]


def test_gathering_makes_the_forecasts_that_a_list_reads(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS))
    fetch_and_rank(library, tools(Web()))
    assert list(standings.forecasts_of(library.db, [1, 2])) == [2]


def test_papers_of_days_that_went_by_unseen_are_not_foretold_in_a_fold(library: Library) -> None:
    bring(library, DAY, paper(10, SPEECH))
    look(library, DAY)
    for n in range(1, 6):
        given = paper(n, f"{MODELS} {n}", announced_on=after(n))
        bring(library, after(n), given)
    folded = look(library, after(5), may_fold=True).folded
    assert folded is not None
    assert [e.paper.row for e in folded.near] == [7]


@pytest.mark.parametrize(("announced", "n_days"), [(0, 0), (-1, 0), (-3, 0), (-4, 4), (1, 0)])
def test_a_mailing_that_is_first_seen_after_a_weekend_is_new(
    library: Library, announced: int, n_days: int
) -> None:
    bring(library, DAY, paper(1, MODELS, announced_on=after(announced)))
    morning(library, DAY)
    [found] = [c for c in candidates(library, day_of(library, DAY)) if c.paper.row == 2]
    assert found.n_days == n_days
    assert bool(found.forecast) is (n_days == 0)


def test_papers_shown_for_talk_and_foretold_ones_are_distinguished(library: Library) -> None:
    bring(library, DAY, paper(1, MODELS), paper(2, f"{MODELS} Again", authors=("Zoe Hill",)))
    talk(library, DAY, 2, "Di")
    look(library, DAY)
    assert standings.shown_before(library.db, [2, 3], after(1)) == {2}
    assert standings.foretold_before(library.db, [2, 3], after(1)) == {3}
    assert standings.foretold_before(library.db, [2, 3], DAY) == set()
