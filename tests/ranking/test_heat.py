"""Test how much a paper is talked about: terms for people, votes, citations; and the lanes."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.paper import Paper, PostKind
from reader.library.post import PostMention
from reader.ranking.heat import (
    A_DAY,
    CATCH_DAYS,
    CLASS_SHARE,
    FORECAST,
    LISTED,
    N_FORETOLD,
    ROLE_MODEL,
    SILENCE,
    Talk,
    Voice,
    caught,
    closeness_of,
    heat,
    is_hot,
    is_likely,
    near_score,
    talk_of,
    wild_score,
)
from reader.ranking.model import Term, total

DAY = date(2031, 3, 5)

voices = st.builds(
    Voice,
    author=st.sampled_from(["Ada Pond", "Bo Reed", "Cy Lake", "Di Moss", "paperbot"]),
    kind=st.sampled_from(["post", "quote", "reply", "repost"]),
    n_votes=st.none() | st.integers(-5, 10**9),
    on=st.none() | st.dates(date(2031, 2, 1), date(2031, 4, 1)),
    is_role_model=st.booleans(),
    is_own_paper=st.booleans(),
    is_bot=st.booleans(),
)
talks = st.builds(
    Talk,
    voices=st.lists(voices, max_size=6).map(tuple),
    n_votes=st.none() | st.integers(0, 10**9),
    voted_on=st.none() | st.dates(date(2031, 2, 1), date(2031, 4, 1)),
    n_citations=st.none() | st.integers(0, 10**9),
    n_months=st.none() | st.integers(0, 600),
    category=st.sampled_from(["", "cs.CL", "cs.CV", "eess.AS", "math.GT"]),
)


def degrees(talk: Talk) -> float:
    return total(heat(talk, DAY))


def test_no_talk_gives_no_term() -> None:
    assert heat(Talk(), DAY) == ()
    assert heat(Talk(category="cs.CL", n_citations=0, n_months=3), DAY) == ()


def test_each_person_counts_once_with_the_weightiest_post() -> None:
    talk = Talk((Voice("Ada Pond", "repost"), Voice("Ada Pond"), Voice("Bo Reed", "repost")))
    assert heat(talk, DAY) == (Term("mention", "Ada Pond", 1.0), Term("repost", "Bo Reed", 0.4))


def test_role_models_count_more_and_bots_and_authors_of_the_paper_less() -> None:
    usual = degrees(Talk((Voice("Ada Pond"),)))
    assert degrees(Talk((Voice("Ada Pond", is_role_model=True),))) == ROLE_MODEL * usual
    assert degrees(Talk((Voice("Ada Pond", is_own_paper=True),))) == usual / 4
    assert degrees(Talk((Voice("Ada Pond", is_bot=True),))) == usual / 10
    assert degrees(Talk((Voice("Ada Pond", "repost"),))) < usual
    assert degrees(Talk((Voice("Ada Pond", n_votes=100),))) > usual


def test_a_role_models_word_on_yesterdays_paper_outweighs_a_vote_on_one_of_today() -> None:
    said = Talk((Voice("Ada Pond", is_role_model=True, on=DAY),), category="cs.LG")
    listed = Talk(n_votes=0, voted_on=DAY)
    waited = near_score(heat(said, DAY), (), 0.9, n_days=1)
    assert total(waited) > total(near_score(heat(listed, DAY), (), 0.9, n_days=0))


def test_a_post_counts_half_after_a_week_and_nothing_before_its_day() -> None:
    assert degrees(Talk((Voice("Ada Pond", on=DAY - timedelta(7)),))) == 0.5
    assert heat(Talk((Voice("Ada Pond", on=DAY + timedelta(1)),)), DAY) == ()
    assert heat(Talk(n_votes=9, voted_on=DAY + timedelta(1)), DAY) == ()


def test_votes_count_by_their_doublings_and_fade_slowly() -> None:
    assert heat(Talk(n_votes=7, voted_on=DAY), DAY) == (Term("votes", "7", 3 * 7 / 8),)
    assert degrees(Talk(n_votes=7, voted_on=DAY - timedelta(90))) == 1.5 * 7 / 8
    assert degrees(Talk(n_votes=0)) == LISTED < degrees(Talk(n_votes=1)) == 0.5


def test_citations_count_by_the_month_and_only_where_there_are_many() -> None:
    assert heat(Talk(n_citations=70, n_months=10), DAY) == (Term("citations", "7", 3.0),)
    assert heat(Talk(n_citations=40, n_months=10), DAY) == ()
    assert heat(Talk(n_citations=70), DAY) == ()


def test_a_small_class_is_evened_out_with_a_term_of_its_own() -> None:
    terms = heat(Talk((Voice("Ada Pond"),), category="eess.AS"), DAY)
    assert [t.kind for t in terms] == ["mention", "class"]
    assert 1.0 < total(terms) < 1.3
    assert 0.8 < degrees(Talk((Voice("Ada Pond"),), category="cs.CV")) < 1.0


def test_mentions_become_voices_with_what_their_authors_are() -> None:
    paper = Paper(("arxiv:3103.00001",), "Ponds", ("Ada Pond",), categories=("cs.CL", "cs.SD"))

    def mention(author: str) -> PostMention:
        return PostMention(1, author, "Read.", "https://example.org", "timeline", on=DAY)

    several = [mention(a) for a in ("Pond, Ada", "Bo Reed", "paper-bot", "Di Moss")]
    assert talk_of(paper, several, role_models=["Bo Reed"], busy={"Di Moss"}, timelines={}) == Talk(
        (
            Voice("Pond, Ada", on=DAY, is_own_paper=True),
            Voice("Bo Reed", on=DAY, is_role_model=True, person="Bo Reed"),
            Voice("paper-bot", on=DAY, is_bot=True),
            Voice("Di Moss", on=DAY, is_bot=True),
        ),
        category="cs.CL",
    )


@pytest.mark.parametrize(
    "name",
    [
        "Ada Abbot",
        "Talbot Reed",
        "Bo Reed",
        "Robot Dreams",
        "@abbot@pond.example",
        "@ada@arxiv.example",
        "TALBOT",
    ],
)
def test_a_person_is_no_bot(name: str) -> None:
    paper = Paper(("arxiv:3103.00001",), "Ponds")
    mentions = [PostMention(1, name, "", "", "timeline")]
    assert talk_of(paper, mentions, role_models=(), timelines={}, busy=()).voices == (Voice(name),)


def test_the_same_name_in_another_case_is_one_person() -> None:
    assert degrees(Talk((Voice("@ada"), Voice("@Ada")))) == 1.0


def test_posts_on_a_role_models_timeline_are_theirs_under_any_name() -> None:
    paper = Paper(("arxiv:3103.00001",), "Ponds", ("Ada Pond",))
    several = [
        PostMention(1, "@reed", "Read.", "", "Bo Reed", on=DAY),
        PostMention(1, "@reed", "Read it again.", "", "a list of many", on=DAY),
        PostMention(1, "Bo Reed", "And here.", "", "a blog", on=DAY),
        PostMention(1, "@pond", "Out now.", "", "Ada Pond", on=DAY),
    ]
    talk = talk_of(
        paper,
        several,
        role_models=["Bo Reed", "Ada Pond"],
        timelines={"Bo Reed": "Bo Reed", "Ada Pond": "Ada Pond"},
        busy=(),
    )
    assert heat(talk, DAY) == (
        Term("mention", "@reed", ROLE_MODEL),
        Term("mention", "@pond", ROLE_MODEL / 4),
    )


@pytest.mark.parametrize(
    "name",
    ["@arxiv_cs_CL", "arXiv Daily", "arxivsound", "@paperbot@pond.example", "StatMLBot", "cl-bot",
     "@cl_bot@pond.example", "@papers@botsin.space", "daily_papers"],
)  # fmt: skip
def test_a_machine_is_known_by_its_name(name: str) -> None:
    paper = Paper(("arxiv:3103.00001",), "Ponds")
    mentions = [PostMention(1, name, "", "", "timeline")]
    assert talk_of(paper, mentions, role_models=(), timelines={}, busy=()).voices == (
        Voice(name, is_bot=True),
    )


@settings(max_examples=100)
@given(talks)
def test_terms_are_finite_the_same_each_time_and_never_below_nothing(talk: Talk) -> None:
    terms = heat(talk, DAY)
    assert heat(talk, DAY) == terms
    assert all(math.isfinite(t.value) for t in terms)
    assert total(terms) >= 0


@settings(max_examples=100)
@given(talks, voices)
def test_one_more_person_never_cools_a_paper(talk: Talk, voice: Voice) -> None:
    more = replace(talk, voices=(*talk.voices, replace(voice, author="Somebody New")))
    assert degrees(more) >= degrees(talk)
    assert total(near_score(heat(more, DAY), (), 0.5, n_days=0)) >= total(
        near_score(heat(talk, DAY), (), 0.5, n_days=0)
    )


def test_the_near_score_is_heat_and_a_little_forecast_and_the_logarithm_of_closeness() -> None:
    said, foretold = (Term("mention", "Ada Pond", 1.0),), (Term("text", "", -1.0),)
    assert near_score(said, foretold, 0.5, n_days=0) == (
        Term("mention", "Ada Pond", 1.0),
        Term("text", "", -FORECAST),
        Term("closeness", "0.50", -1.0),
    )
    votes = (Term("votes", "7", 2.6),)
    assert near_score(votes, foretold, None, n_days=2) == (
        Term("votes", "7", 2.6),
        Term("text", "", -FORECAST),
        Term("days", "2", -(SILENCE + 2 * A_DAY)),
    )
    assert near_score((), (), -7.0, n_days=0)[0].value == near_score((), (), 0.0, n_days=0)[0].value
    assert near_score((), (), None, n_days=-3) == ()


@settings(max_examples=200)
@given(
    category=st.sampled_from(["", *CLASS_SHARE]),
    n_days=st.integers(0, CATCH_DAYS),
    closeness=st.floats(0, 1) | st.none(),
    forecasts=st.tuples(st.floats(-5, 2), st.floats(-5, 2)),
)
def test_two_people_stand_above_one_vote_whatever_the_topic_the_class_and_the_day(
    category: str, n_days: int, closeness: float | None, forecasts: tuple[float, float]
) -> None:
    people = Talk((Voice("Ada Pond", on=DAY), Voice("Bo Reed", on=DAY)), category=category)
    listed = Talk(n_votes=1, voted_on=DAY)
    dull, promising = ((Term("text", "", value),) for value in forecasts)
    said = near_score(heat(people, DAY), dull, closeness, n_days=n_days)
    voted = near_score(heat(listed, DAY), promising, None if closeness is None else 1.0, n_days=0)
    assert total(said) > total(voted)


def test_a_person_ends_the_silence_and_a_repost_part_of_it() -> None:
    def silence(*kinds: PostKind) -> float:
        said = heat(Talk(tuple(Voice(f"Person {n}", k) for n, k in enumerate(kinds))), DAY)
        return total(t for t in near_score(said, (), None, n_days=1) if t.kind == "days")

    assert silence("post") == silence("reply", "repost") == 0
    assert silence("repost") == pytest.approx(0.6 * silence())
    assert silence() == -(SILENCE + A_DAY)


def test_a_second_person_makes_the_topic_matter_less() -> None:
    def closeness(n: int) -> float:
        said = [Term("mention", f"Person {n}", 1.0) for n in range(n)]
        [term] = [t for t in near_score(said, (), 0.1, n_days=0) if t.kind == "closeness"]
        return float(term.what)

    assert [closeness(n) for n in range(4)] == [0.1, 0.1, 0.91, 0.99]


def test_a_wild_card_gains_by_being_far_or_of_a_direction_that_was_left() -> None:
    said = (Term("mention", "Ada Pond", 2.0),)
    far, close = (
        wild_score(said, (), 0.0, left="", n_days=0),
        wild_score(said, (), 0.9, left="", n_days=0),
    )
    assert total(far) == 2.0
    assert total(close) < 0
    assert wild_score(said, (), 0.9, left="speech/parsing", n_days=0)[-1] == Term(
        "left", "speech/parsing", 1.0
    )


def test_the_highest_scores_are_chosen_and_equal_ones_in_order() -> None:
    scores = {1: 2.0, 2: 3.0, 3: 2.0}
    assert caught(scores, cap=2) == [2, 1]
    assert caught(scores, cap=0) == caught(scores, cap=-1) == []
    assert caught({}, cap=10) == []


@pytest.mark.parametrize(
    ("talked", "foretold", "again", "cap", "most", "chosen"),
    [
        ({1: 3.0}, {}, {}, 3, 2, [1]),
        # Places are free where no higher score takes them, and only so many.
        ({1: 3.0}, {11: 0.1, 12: 0.2, 13: 0.3}, {}, 9, 2, [1, 13, 12]),
        ({1: 3.0}, {11: 0.1}, {}, 9, 0, [1]),
        ({1: 3.0, 2: -3.0}, {11: 0.1}, {}, 2, 2, [1, 11]),
        ({1: 3.0, 2: 2.0}, {11: 0.1}, {}, 2, 2, [1, 2]),
        # A talked-about paper wins where scores are equal.
        ({1: 0.1}, {11: 0.1}, {}, 1, 2, [1]),
        # What was shown before takes no place of what was not, and says more than a forecast.
        ({1: 3.0}, {11: 0.1}, {21: 9.0, 22: 8.0}, 3, 2, [1, 21, 11]),
        ({1: 3.0}, {}, {21: 9.0}, 1, 2, [1]),
        ({}, {}, {21: 1.0, 22: 2.0}, 9, 2, [22, 21]),
        ({1: 3.0}, {11: 0.1}, {}, 9, -1, [1]),
    ],
)
def test_places_go_to_talk_then_to_a_few_forecasts_then_to_what_comes_again(
    talked: dict[int, float],
    foretold: dict[int, float],
    again: dict[int, float],
    cap: int,
    most: int,
    chosen: list[int],
) -> None:
    assert caught(talked, foretold, again, cap=cap, n_foretold=most) == chosen


numbers = st.floats(-9, 9)


@settings(max_examples=100)
@given(
    st.dictionaries(st.integers(0, 20), numbers),
    st.dictionaries(st.integers(30, 50), numbers),
    st.dictionaries(st.integers(60, 80), numbers),
    st.integers(0, 12),
)
def test_the_near_lane_is_full_and_few_of_it_are_foretold(
    talked: dict[int, float], foretold: dict[int, float], again: dict[int, float], cap: int
) -> None:
    found = caught(talked, foretold, again, cap=cap)
    assert len(set(found)) == len(found)
    n_foretold = min(len(foretold), N_FORETOLD)
    assert len(found) == min(cap, len(talked) + n_foretold + len(again))
    assert len(found_foretold := [row for row in found if row in foretold]) <= N_FORETOLD
    left_out = [score for row, score in talked.items() if row not in found]
    assert all(foretold[row] > score for row in found_foretold for score in left_out)


def test_only_what_is_likelier_than_not_is_foretold() -> None:
    assert is_likely((Term("start", "", -2.0), Term("record", "Ada: 3 of 4", 2.0)))
    assert not is_likely((Term("start", "", -2.0), Term("record", "Ada: 3 of 4", 1.9)))
    assert not is_likely(())


def test_one_persons_own_words_are_hot_and_a_repost_is_not() -> None:
    classes = ("", "cs.LG", "eess.AS", "cs.CY")
    said = [Talk((Voice("Ada Pond", on=DAY),), category=c) for c in classes]
    assert all(is_hot(heat(talk, DAY)) for talk in said)
    assert not is_hot(heat(Talk((Voice("Ada Pond", "repost", on=DAY),)), DAY))
    assert not is_hot(heat(Talk((Voice("Ada Pond", on=DAY - timedelta(7)),)), DAY))
    assert not is_hot(())


def test_closeness_is_half_at_the_cut_and_between_zero_and_one() -> None:
    assert closeness_of(0.0) == 0.5
    assert closeness_of(-1e9) < 0.01 < 0.99 < closeness_of(1e9) <= 1
