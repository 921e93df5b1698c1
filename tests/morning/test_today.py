"""Test the arrangement of a morning: lanes, order, reasons, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.messages import speaking
from reader.library.config import Config, Topic
from reader.library.paper import LibraryPaper, Paper
from reader.library.post import PostMention
from reader.morning.lanes import CLOSE, SURE, lanes, why
from reader.morning.values import Candidate, Entry, FoldedDays, Lanes, Morning, Quota, SourceLine
from reader.ranking.heat import closeness_of, listing_days, months_between, near_score, velocity
from reader.ranking.model import ABSTRACT_WORD, ListPlace, Place, Rank, Term, total, with_lessons
from reader.texts.morning import sureness_mark, topic_text
from tests.samples import DAY, paper

OWN = Topic("speech/translation", "own", "speech", ("speech translation",))
NEAR = Topic("nlp/llm", "near", "nlp", ("large language model",))
CONFIG = Config(topics=(OWN, NEAR), minutes=9)
START = Term("start", "", -1.0)
TITLE = Term("title", "speech translation", 3.0)
LEARNED = Term("learned", "garden", 0.6)
IN = Rank(OWN.path, None, "in", 2.0, 0.0, (TITLE, START))
DOUBTFUL = Rank(OWN.path, None, "doubtful", -0.4, 0.0, (START, LEARNED))
MODEL = Term("title", "large language model", 3.0)
NEAR_IN = Rank(NEAR.path, None, "in", 2.0, 0.0, (MODEL, START))
RANKS = {
    "Speech translation": (IN,),
    "Speech in doubt": (DOUBTFUL,),
    "Large language models": (NEAR_IN,),
    "On ants": (),
}


def library_paper(paper: Paper, row: int = 1) -> LibraryPaper:
    return LibraryPaper(row, paper, "candidate", DAY)


def said(author: str, row: int = 1) -> PostMention:
    return PostMention(row, author, "Read this.", f"https://example.org/{author}", "timeline")


def candidate(number: int, title: str = "On ants", *people: str, followed: str = "") -> Candidate:
    return Candidate(
        paper=library_paper(paper(number, title), number),
        ranks=RANKS.get(title, ()),
        mentions=tuple(said(name, number) for name in people),
        origins=("arXiv",),
        followed=followed,
        heat=tuple(Term("mention", name, 1.0) for name in people),
    )


def rows(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.paper.row for entry in entries]


def in_lanes(found: Lanes) -> tuple[list[int], list[int], list[int], int | None]:
    wild = found.wild.paper.row if found.wild else None
    return rows(found.own), rows(found.doubtful), rows(found.near), wild


def test_papers_of_own_topics_are_listed_without_talk() -> None:
    found = lanes([candidate(1, "Speech translation")], CONFIG)
    [entry] = found.own
    assert str(entry.why) == "“speech translation” in the title."
    assert found == Lanes(
        own=(
            Entry(
                paper=library_paper(paper(1, "Speech translation")),
                lane="own",
                topic="speech/translation",
                score=2.0,
                why=entry.why,
                mentions=(),
                origins=("arXiv",),
                terms=(TITLE, START),
                sureness="likely",
            ),
        )
    )


def test_a_paper_of_two_own_topics_has_the_higher_score() -> None:
    other = Topic("speech/recognition", "own", "speech", ("ASR",))
    config = replace(CONFIG, topics=(*CONFIG.topics, other))
    lower = replace(IN, score=1.0, cut=-1.0)
    liked = Rank(other.path, None, "in", 5.0, 4.0, (Term("title", "ASR", 5.0),))
    maybe = replace(liked, place="doubtful", cut=6.0)
    plain, of_both, of_one = candidate(1), candidate(2), candidate(3)
    found = lanes(
        [
            replace(plain, ranks=(IN,)),
            replace(of_both, ranks=(lower, liked)),
            replace(of_one, ranks=(lower, maybe)),
        ],
        config,
    )
    assert rows(found.own) == [2, 1, 3]
    assert [entry.topic for entry in found.own] == [OWN.path] * 3


def test_papers_of_near_topics_are_listed_only_with_talk() -> None:
    quiet, loud = (candidate(1, "Large language models"),
                   candidate(2, "Large language models", "Cy"))  # fmt: skip
    found = lanes([quiet, loud], CONFIG)
    assert (in_lanes(found), found.n_talked) == (([], [], [2], None), 1)
    assert found.near[0].topic == "nlp/llm"
    assert str(found.near[0].why) == "“large language model” in the title; mentioned by Cy."
    assert {t.kind: t.what for t in found.near[0].terms} == {
        "mention": "Cy",
        "closeness": "nlp/llm",
    }


def test_a_near_papers_score_is_heat_times_closeness() -> None:
    [entry] = lanes([candidate(2, "Large language models", "Cy", "Di")], CONFIG).near
    heat = [Term("mention", name, 1.0) for name in ("Cy", "Di")]
    terms = near_score(heat, (), closeness_of(2.0), n_days=0)
    assert entry.score == round(total(terms), 4) == round(total(entry.terms), 4)


def test_two_people_on_a_paper_of_yesterday_stand_above_a_vote_on_one_of_today() -> None:
    title = "Large language models"
    listed = replace(candidate(1, title), heat=(Term("votes", "1", 0.5),), n_votes=1)
    spoken = replace(candidate(2, title, "Cy", "Di"), n_days=1, is_new=False)
    assert rows(lanes([listed, spoken], CONFIG).near) == [2, 1]


def test_a_paper_by_a_possible_namesake_says_so() -> None:
    unsure = replace(candidate(1, "On ants", followed="Mio Hoshi"), is_followed_surely=False)
    assert [str(e.why) for e in lanes([unsure], CONFIG).own] == [
        "perhaps by Mio Hoshi, whom you follow (or somebody with the same name)."
    ]


def test_of_two_topics_the_doubtful_nearest_to_their_own_cut_come_first() -> None:
    low = Rank(OWN.path, None, "doubtful", -3.1, -3.0, (START, LEARNED))
    several = [replace(candidate(n, "Speech in doubt"), ranks=(low,)) for n in (8, 9)]
    found = lanes([candidate(1, "Speech in doubt"), *several], CONFIG)
    assert in_lanes(found)[1] == [8, 9, 1]


def test_a_followed_persons_paper_is_in_the_own_lane_whatever_it_is_about() -> None:
    found = lanes([candidate(1, "On ants", followed="Mio Hoshi")], CONFIG)
    assert [(e.lane, e.topic, e.score, str(e.why)) for e in found.own] == [
        ("own", None, 1.0, "by Mio Hoshi, whom you follow.")
    ]
    assert found.near == ()


def test_a_followed_person_brings_a_paper_over_the_cut_and_the_terms_say_so() -> None:
    far = Rank(OWN.path, None, "out", -7.0, 1.5, (Term("start", "", -7.0),))
    [entry] = lanes([replace(candidate(1, followed="Mio"), ranks=(far,))], CONFIG).own
    assert entry.score == 1.51
    assert (entry.terms[0].kind, entry.terms[0].what) == ("followed", "Mio")
    assert entry.terms[0].value == pytest.approx(8.51)


def test_papers_just_below_the_cut_are_doubtful_and_five_are_shown() -> None:
    many = [candidate(n, "Speech in doubt") for n in range(1, 9)]
    found = lanes([*many, candidate(20, "Speech translation")], CONFIG)
    assert in_lanes(found) == ([20], [1, 2, 3, 4, 5], [], None)
    assert {str(e.why) for e in found.doubtful} == {"“garden”, as in other papers of this topic."}
    assert {e.lane for e in found.doubtful} == {"own"}


def test_a_paper_without_a_reason_is_not_asked_about() -> None:
    nothing = Rank(OWN.path, None, "doubtful", -1.0, 0.0, (START,))
    assert lanes([replace(candidate(1), ranks=(nothing,))], CONFIG) == Lanes()


def test_a_doubtful_paper_that_is_near_and_talked_about_stands_in_the_near_lane() -> None:
    both = replace(candidate(1, "On ants", "Cy"), ranks=(DOUBTFUL, NEAR_IN))
    assert in_lanes(lanes([both], CONFIG)) == ([], [], [1], None)


def test_a_doubtful_paper_of_an_earlier_day_does_not_come_again() -> None:
    old = replace(candidate(1, "Speech in doubt"), is_new=False)
    assert lanes([old], CONFIG) == Lanes()


def test_the_most_talked_about_paper_that_fits_nothing_is_the_wild_card() -> None:
    found = lanes([candidate(1, "On ants", "Cy"), candidate(2, "On ants", "Cy", "Di")], CONFIG)
    assert (in_lanes(found), found.n_talked) == (([], [], [1], 2), 1)
    assert found.wild is not None
    assert (found.wild.lane, found.wild.topic) == (None, None)


def test_without_a_hot_paper_there_is_no_wild_card_but_a_shown_one_stays() -> None:
    passed_on = replace(candidate(1, "On ants", "Cy"), heat=(Term("repost", "Cy", 0.4),))
    assert in_lanes(lanes([passed_on], CONFIG)) == ([], [], [1], None)
    assert in_lanes(lanes([passed_on], CONFIG, {1: ListPlace("wild", 0)})) == ([], [], [], 1)


def test_papers_are_brought_up_once() -> None:
    seen = [replace(candidate(n, t, "Cy"), was_shown=True) for n, t in enumerate(RANKS, 1)]
    assert in_lanes(lanes(seen, CONFIG)) == ([1], [2], [], None)


LIKELY = (Term("start", "", -3.0), Term("record", "Ada: 3 of 4", 4.0), Term("place", "3", 0.1))


def silent(number: int, **more: Any) -> Candidate:
    """Make a new paper of a near topic that is likely to be talked about."""
    likely: dict[str, Any] = {"forecast": LIKELY}
    return replace(candidate(number, "Large language models"), **(likely | more))


def test_a_near_paper_that_is_likely_to_be_talked_about_takes_a_free_place_and_says_so() -> None:
    found = lanes([silent(1), candidate(2, "Large language models", "Cy")], CONFIG)
    assert (in_lanes(found), found.n_talked) == (([], [], [2, 1], None), 1)
    assert [e.is_foretold for e in found.near] == [False, True]
    assert str(found.near[1].why) == (
        "“large language model” in the title; not talked about yet; earlier papers of its "
        "authors were talked about."
    )
    assert found.near[1].score == round(total(found.near[1].terms), 4)


@pytest.mark.parametrize(
    "other",
    [
        {"forecast": (Term("start", "", -0.1),)},  # hardly likely
        {"forecast": ()},
        {"is_new": False},
        {"was_shown": True},
        {"was_foretold": True},
        {"ranks": ()},
        {"ranks": (replace(NEAR_IN, place="doubtful"),)},
    ],
)
def test_other_near_papers_without_talk_stay_out(other: dict[str, Any]) -> None:
    assert lanes([silent(1, **other)], CONFIG) == Lanes()


def test_without_a_near_topic_nothing_is_foretold() -> None:
    assert lanes([silent(1)], replace(CONFIG, topics=(OWN,))) == Lanes()


def test_few_papers_are_foretold_on_a_day_and_talk_that_is_worth_more_goes_first() -> None:
    wide = replace(CONFIG, minutes=90)
    assert rows(lanes([silent(n) for n in range(1, 20)], wide).near) == list(range(1, 7))
    talked = [candidate(n, "Large language models", "Cy", "Di") for n in (21, 22, 23)]
    assert rows(lanes([silent(1), *talked], CONFIG).near) == [21, 22, 23]


def test_foretold_papers_stay_in_their_day_and_count_for_the_limit() -> None:
    kept = {n: ListPlace("near", n) for n in (7, 8)}
    several = [silent(n) for n in range(1, 9)]
    found = lanes(several, replace(CONFIG, minutes=90), kept)
    assert rows(found.near) == [7, 8, 1, 2, 3, 4]


def test_foretold_papers_come_again_behind_new_ones() -> None:
    title = "Large language models"
    back = replace(candidate(1, title, "Cy", "Di", "Ed"), was_foretold=True, is_new=False)
    found = lanes([back, candidate(2, title, "Cy"), silent(3)], CONFIG)
    assert (rows(found.near), found.n_talked) == ([2, 1, 3], 2)
    assert str(found.near[1].why) == (
        "“large language model” in the title; shown before, when it was not talked about yet; "
        "mentioned by Cy, Di and 1 more."
    )
    others = [candidate(n, title, "Cy") for n in (2, 3, 4)]
    assert rows(lanes([back, *others], CONFIG).near) == [2, 3, 4]


@pytest.mark.parametrize(
    ("terms", "reasons"),
    [
        ([Term("record", "", 0.2)], ""),
        ([Term("text", "", 0.2)], "; its text is like that of papers that were talked about"),
        ([Term("place", "9", 0.2)], "; it was submitted shortly before arXiv's daily deadline"),
        ([Term("place", "9", 0.01), Term("text", "", -1), Term("closeness", "a", 3)], ""),
        ([Term("record", "A: 1 of 2", 0.1), Term("place", "9", 0.2), Term("text", "", 0.3)],
         "; its text is like that of papers that were talked about; it was submitted shortly before"
         " arXiv's daily deadline"),
    ],
)  # fmt: skip
def test_a_foretold_paper_names_what_speaks_for_it_most(terms: list[Term], reasons: str) -> None:
    it = Candidate(library_paper(paper(1)))
    assert str(why(it, terms)) == f"not talked about yet{reasons}."


def test_a_direction_that_was_left_makes_a_wild_card() -> None:
    left = Rank("speech/emotion", None, "in", 1.0, 0.0, ())
    found = lanes(
        [candidate(1, "On ants", "Cy"), replace(candidate(2, "On ants", "Cy"), ranks=(left,))],
        CONFIG,
    )
    assert found.wild is not None
    assert (found.wild.paper.row, str(found.wild.why)) == (
        2,
        "from speech/emotion, a topic that you have not read for a while; mentioned by Cy.",
    )


def test_near_topics_come_before_what_else_was_talked_about_hottest_first() -> None:
    title = "Large language models"
    found = lanes(
        [
            candidate(1, title, "Cy"),
            candidate(2, title, "Cy", "Di"),
            candidate(3, "On ants", "Cy", "Di", "Ed"),
            candidate(4, "On ants", "Cy"),
        ],
        CONFIG,
    )
    assert in_lanes(found) == ([], [], [2, 1, 4], 3)


def learned_in(topic: str, *terms: Term) -> Rank:
    """Rank a paper that a topic's model takes in because of learned words."""
    return Rank(topic, None, "in", 2.0, 0.0, (LEARNED, START, *terms))


def test_a_near_topic_is_named_only_where_its_words_stand_in_the_paper() -> None:
    spoken = candidate(1, "On ants", "Cy")
    outside = replace(spoken, ranks=(learned_in(NEAR.path),))
    word = Term("abstract", "large language model", 2.0)
    inside = replace(spoken, ranks=(learned_in(NEAR.path, word),))
    aside = replace(spoken, ranks=(learned_in(NEAR.path, replace(word, value=ABSTRACT_WORD)),))
    [alone] = lanes([outside], CONFIG).near
    [mentioned] = lanes([aside], CONFIG).near
    assert (mentioned.topic, mentioned.is_outside) == (None, True)
    [named] = lanes([inside], CONFIG).near
    assert (alone.topic, alone.is_outside, str(alone.why)) == (None, True, "mentioned by Cy.")
    assert (named.topic, named.is_outside) == (NEAR.path, False)
    assert str(named.why) == "“large language model” in the abstract; mentioned by Cy."
    assert alone.score == named.score


def test_where_much_was_liked_a_near_topics_model_names_a_paper_without_a_word() -> None:
    spoken = replace(candidate(1, "On ants", "Cy"), ranks=(learned_in(NEAR.path),))
    [entry] = lanes([replace(spoken, settled=frozenset({NEAR.path}))], CONFIG).near
    assert entry.topic == NEAR.path
    assert str(entry.why) == "“garden”, as in other papers of this topic; mentioned by Cy."
    out = replace(spoken.ranks[0], place="out")
    several = [replace(spoken, ranks=(out,), settled=frozenset({NEAR.path})),
               candidate(2, "On ants", "Cy", "Di")]  # fmt: skip
    assert [entry.topic for entry in lanes(several, CONFIG).near] == [None]


def test_a_near_topic_with_a_word_is_named_before_one_that_only_fits_better() -> None:
    other = Topic("nlp/parsing", "near", "nlp", ("parsing",))
    better = replace(learned_in(other.path), score=9.0)
    spoken = replace(candidate(1, "On ants", "Cy"), ranks=(NEAR_IN, better))
    [entry] = lanes([spoken], replace(CONFIG, topics=(OWN, NEAR, other))).near
    assert entry.topic == NEAR.path


def test_a_filed_paper_is_not_called_outside() -> None:
    [entry] = lanes([replace(candidate(1, "On ants", "Cy"), ranks=(learned_in(NEAR.path),))],
                    CONFIG).near  # fmt: skip
    assert entry.is_outside
    assert topic_text(entry) == "outside your topics"
    filed = replace(entry, paper=replace(entry.paper, topic="nlp/insects"))
    assert (filed.is_outside, topic_text(filed)) == (False, "nlp/insects")


def test_a_lists_votes_alone_bring_up_only_what_is_near() -> None:
    votes = (Term("votes", "40", 6.0),)
    near, far, farther = (
        replace(candidate(n, t), heat=votes, n_votes=40)
        for n, t in enumerate(["Large language models", "On ants", "On ants"], 1)
    )
    found = lanes([near, far, farther], CONFIG)
    assert (in_lanes(found), found.n_talked) == (([], [], [1], 2), 1)
    assert str(found.near[0].why) == "“large language model” in the title; 40 up-votes."


def test_the_near_lane_is_cut_to_the_time_and_the_rest_is_counted() -> None:
    many = [candidate(n, "Large language models", "Cy") for n in range(1, 8)]
    found = lanes(many, CONFIG)
    assert (len(found.near), found.n_talked) == (3, 7)
    assert len(lanes(many, Config(topics=CONFIG.topics, minutes=1)).near) == 1


def test_the_own_lane_is_never_cut() -> None:
    many = [candidate(n, "Speech translation") for n in range(1, 200)]
    assert len(lanes(many, CONFIG).own) == 199


def test_own_papers_stand_by_score_then_by_id() -> None:
    high = replace(candidate(4, "On ants"), ranks=(replace(IN, terms=(TITLE,), score=3.0),))
    found = lanes(
        [candidate(3, "Speech translation"), candidate(2, "Speech translation"), high], CONFIG
    )
    assert rows(found.own) == [4, 2, 3]


def test_of_two_topics_the_one_with_the_larger_margin_counts() -> None:
    other = Topic("speech/recognition", "own", "speech")
    config = replace(CONFIG, topics=(OWN, other))
    stands = Rank(other.path, None, "in", 9.0, 8.0, (Term("title", "x", 9.0),))
    both = replace(candidate(1), ranks=(stands, IN))
    assert [e.topic for e in lanes([both], config).own] == [OWN.path]


OTHER = Topic("speech/recognition", "own", "speech", ("speech recognition",))
THIRD = Topic("speech/emotion", "own", "speech", ("emotion",))
SEVERAL = replace(CONFIG, topics=(OWN, OTHER, THIRD, NEAR))


def stands(topic: Topic, margin: float, place: Place = "in", *, cut: float = 0.0) -> Rank:
    """Rank a paper so far above a topic's cut."""
    word, start = Term("title", topic.words[0], 3.0), Term("start", "", cut + margin - 3.0)
    return Rank(topic.path, None, place, cut + margin, cut, (word, start))


@pytest.mark.parametrize(
    ("margin", "place", "sureness"),
    [
        (SURE + 0.01, "in", "sure"),
        (SURE - 0.01, "in", "likely"),
        (0.0, "in", "likely"),
        (-0.01, "doubtful", "maybe"),
        (SURE + 0.01, "doubtful", "maybe"),  # nothing of it in words, and little decided
    ],
)
@pytest.mark.parametrize("cut", [0.0, -3.0, 1.5])
def test_sureness_has_three_steps_by_the_distance_to_the_cut(
    margin: float, place: Place, sureness: str, cut: float
) -> None:
    it = replace(candidate(1), ranks=(stands(OWN, margin, place, cut=cut),))
    found = lanes([it], CONFIG)
    [entry] = [*found.own, *found.doubtful]
    assert entry.sureness == sureness
    assert sureness_mark(entry) == {"sure": "⣿", "likely": "⣤", "maybe": "⣀"}[sureness]


def test_a_followed_persons_paper_is_surely_yours_and_a_namesakes_likely() -> None:
    followed = candidate(1, "On ants", followed="Mio Hoshi")
    perhaps = replace(candidate(2, "On ants", followed="Mio Hoshi"), is_followed_surely=False)
    own = {e.paper.row: e.sureness for e in lanes([followed, perhaps], CONFIG).own}
    assert own == {1: "sure", 2: "likely"}


def test_near_papers_have_no_sureness() -> None:
    near = candidate(1, "Large language models", "Cy")
    found = lanes([near, candidate(2, "On ants", "Cy", "Di")], CONFIG)
    assert found.wild is not None
    assert (found.near[0].sureness, found.wild.sureness) == (None, None)
    assert (sureness_mark(found.near[0]), sureness_mark(found.wild)) == ("", "")


@pytest.mark.parametrize(
    ("lower", "also"),
    [
        (stands(OTHER, 3.0 - CLOSE), (OTHER.path,)),
        (stands(OTHER, 3.0 - CLOSE - 0.01), ()),
        (stands(OTHER, 2.5, cut=-4.0), (OTHER.path,)),  # by margins, whatever the scores
        (stands(OTHER, 2.9, "doubtful"), ()),
        (stands(OTHER, 2.9, "out"), ()),
        (stands(NEAR, 2.9), ()),
    ],
)
def test_another_own_topic_is_named_too_where_it_is_close(
    lower: Rank, also: tuple[str, ...]
) -> None:
    both = replace(candidate(1), ranks=(lower, stands(OWN, 3.0)))
    [entry] = lanes([both], SEVERAL).own
    assert (entry.topic, entry.also) == (OWN.path, also)
    assert topic_text(entry) == ", ".join([OWN.path, *also])


def test_two_others_are_both_named_and_where_it_is_filed_none() -> None:
    three = replace(candidate(1), ranks=(stands(THIRD, 2.5), stands(OWN, 3.0), stands(OTHER, 2.6)))
    filed = replace(three, paper=replace(three.paper, topic=OTHER.path))
    [entry], [lying] = lanes([three], SEVERAL).own, lanes([filed], SEVERAL).own
    assert sorted(entry.also) == sorted([OTHER.path, THIRD.path])
    assert (lying.also, topic_text(lying)) == ((), OTHER.path)


def test_of_two_topics_the_one_that_takes_a_paper_in_counts_whatever_the_margins() -> None:
    asked = stands(OTHER, 4.0, "doubtful")
    [entry] = lanes([replace(candidate(1), ranks=(asked, stands(OWN, 0.1)))], SEVERAL).own
    assert (entry.topic, entry.also, entry.sureness) == (OWN.path, (), "likely")


def test_a_persons_word_makes_its_topic_sure_and_the_only_one() -> None:
    ranks = with_lessons([stands(OWN, 0.1), stands(OTHER, 0.2)], {OWN.path: "yes"})
    [entry] = lanes([replace(candidate(1), ranks=tuple(ranks))], SEVERAL).own
    assert (entry.topic, entry.also, entry.sureness) == (OWN.path, (), "sure")
    gone = tuple(with_lessons([stands(OWN, 5.0)], {OWN.path: "no"}))
    decided = replace(
        candidate(1), paper=replace(library_paper(paper(1)), state="skip"), ranks=gone
    )
    [entry] = lanes([decided], SEVERAL, {1: ListPlace("own", 1)}).own
    assert (entry.is_sorted_out, entry.sureness) == (True, None)


def test_shown_papers_keep_their_place_and_later_ones_follow() -> None:
    several = [candidate(n, "Speech translation") for n in (1, 2, 3)]
    kept = {3: ListPlace("own", 1), 2: ListPlace("own", 2)}
    assert rows(lanes(several, CONFIG, kept).own) == [3, 2, 1]


def test_shown_papers_stay_in_their_lane() -> None:
    several = [candidate(1, "Speech translation"), candidate(2, "On ants", "Cy", "Di"),
               candidate(3, "On ants", "Cy"), candidate(4)]  # fmt: skip
    kept = {1: ListPlace("doubtful", 1), 3: ListPlace("wild", 3), 4: ListPlace("near", 2)}
    found = lanes(several, CONFIG, kept)
    assert in_lanes(found) == ([], [1], [4, 2], 3)


def test_shown_near_papers_are_not_pushed_out_by_hotter_ones() -> None:
    title = "Large language models"
    several = [candidate(n, title, *"CDEFG"[: n // 2]) for n in range(2, 12)]
    kept = {n: ListPlace("near", n) for n in (2, 3, 4)}
    assert rows(lanes(several, CONFIG, kept).near) == [2, 3, 4]


def cited(number: int, n: int | None, months: int | None, *people: str) -> Candidate:
    it = candidate(number, "Large language models", *people)
    heat = (*it.heat, Term("citations", "", 3.0)) if velocity(n, months) >= 5 else it.heat
    return replace(it, n_citations=n, n_months=months, heat=heat)


def test_a_near_paper_is_talked_about_when_many_cite_it() -> None:
    found = lanes([cited(1, 240, 14), cited(2, 69, 14), cited(3, 240, None)], CONFIG)
    assert (in_lanes(found), found.n_talked) == (([], [], [1], None), 1)
    assert [(e.topic, e.n_citations, e.n_months, str(e.why)) for e in found.near] == [
        ("nlp/llm", 240, 14, "“large language model” in the title; cited 240 times in 14 months.")
    ]


def test_much_cited_papers_of_no_topic_stay_out() -> None:
    ants = replace(cited(1, 900, 2), ranks=())
    assert lanes([ants], CONFIG) == Lanes()


def test_months_are_counted_from_publication_the_running_one_included() -> None:
    day = date(2024, 5, 1)
    lasts = (date(2024, 4, 1), day, date(2024, 5, 31), date(2024, 6, 1), date(2025, 5, 1))
    assert [months_between(day, last) for last in lasts] == [1, 1, 1, 2, 13]
    assert months_between(None, day) is None
    assert [velocity(n, m) for n, m in ((None, 2), (3, None), (0, 2), (8, 2))] == [0, 0, 0, 4]


def test_listing_days_are_those_of_the_week() -> None:
    friday, monday = date(2025, 6, 6), date(2025, 6, 9)
    assert [listing_days(friday, day) for day in (friday, monday, date(2025, 6, 5))] == [1, 2, 0]


@pytest.mark.parametrize(
    ("followed", "terms", "people", "sentence"),
    [
        ("", [], (), "fits no topic."),
        ("Mio", [], (), "by Mio, whom you follow."),
        ("", [Term("title", "y", 2), Term("title", "x", 3)], (), "“x”, “y” in the title."),
        ("", [Term("title", "x", 3), Term("abstract", "x", 1), Term("abstract", "z", 1)], (),
         "“x” in title and abstract; “z” in the abstract."),
        ("", [Term("title", "y", 3), Term("abstract", "x", 1), Term("title", "x", 2)], (),
         "“x” in title and abstract; “y” in the title."),
        ("", [Term("scattered", "live translation", 2), Term("abstract", "live translation", 1)],
         (), "the words of “live translation” in the title; “live translation” in the abstract."),
        ("", [Term("learned", w, v) for w, v in zip("abcde", (1, 4, 2, 3, -9), strict=True)],
         (), "“b”, “d”, “c”, as in other papers of this topic."),
        ("", [Term("title", "x", 3), Term("learned", "a", 1)], (), "“x” in the title."),
        ("", [Term("learned", "34", 2), Term("learned", "a", 1)], (),
         "“a”, as in other papers of this topic."),
        ("", [Term("learned", "use", 0.01), Term("category", "cs.SD", 0.6)], (),
         "in cs.SD, like other papers of this topic."),
        ("", [Term("learned", "use", 0.01), Term("category", "cs.SD", 0.05)], (),
         "“use”, as in other papers of this topic."),
        ("", [Term("learned", "use", 0.01), Term("learned", "asr", 0.1)], (),
         "“asr”, as in other papers of this topic."),
        ("", [Term("learned", "use", 0.01)], ("Cy",), "mentioned by Cy."),
        ("", [Term("author", "Mio Hoshi", 1)], (), "by Mio Hoshi, who writes on this topic."),
        # So little comes from one paper, which may be this one.
        ("", [Term("title", "x", 3), Term("author", "Mio Hoshi", 0.2)], (), "“x” in the title."),
        ("", [Term("note", "On Moss", 1)], (), "similar to your note on “On Moss”."),
        ("", [Term("seed", "On Moss", 1)], (), "similar to your seed “On Moss”."),
        ("", [Term("paper", "On Moss", 1)], (), "similar to “On Moss”, which you filed."),
        ("", [Term("nearness", "a/b", 1)], (), "closer to a/b than most papers of the day."),
        ("", [Term("category", "cs.CL", 1), START], ("Cy",), "mentioned by Cy."),
        ("", [], ("Cy", "Cy", "Di", "Ed"), "mentioned by Cy, Di and 1 more."),
        ("", [], ("@Cy", "@cy", "Di"), "mentioned by @Cy, Di."),
        ("Mio", [Term("title", "x", 3)], ("Cy",),
         "by Mio, whom you follow; “x” in the title; mentioned by Cy."),
    ],
)  # fmt: skip
def test_the_reason_is_one_sentence_made_of_the_terms(
    followed: str, terms: list[Term], people: tuple[str, ...], sentence: str
) -> None:
    mentions = tuple(said(name) for name in people)
    it = Candidate(library_paper(paper(1)), mentions=mentions, followed=followed)
    assert str(why(it, terms)) == sentence


def test_a_reason_is_in_the_language_in_which_it_is_shown() -> None:
    terms = [Term("title", "x", 3), Term("title", "y", 2)]
    reason = why(Candidate(library_paper(paper(1)), mentions=(said("Cy"),), followed="Mio"), terms)
    assert str(reason) == "by Mio, whom you follow; “x”, “y” in the title; mentioned by Cy."
    with speaking("ja"):
        assert str(reason) == "フォロー中の Mio の論文、タイトルに「x」、「y」、Cy が言及。"
    assert hash(reason) == hash(reason)


def test_the_weightiest_person_is_named_first() -> None:
    heat = (Term("mention", "Di", 2.0), Term("repost", "Cy", 0.4))
    mentions = tuple(said(name) for name in ("Cy", "Ed", "Di"))
    it = Candidate(library_paper(paper(1)), mentions=mentions, heat=heat)
    assert str(why(it, heat)) == "mentioned by Di, Cy and 1 more."


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(RANKS)),
            st.lists(st.sampled_from("CDEF"), max_size=3, unique=True),
            st.sampled_from(["", "Mio"]),
        ),
        max_size=30,
    )
)
def test_every_candidate_with_a_reason_is_shown_or_counted_once(
    drawn: list[tuple[str, list[str], str]],
) -> None:
    all_ = [candidate(n, t, *p, followed=f) for n, (t, p, f) in enumerate(drawn, 1)]
    found = lanes(all_, CONFIG)
    own, doubtful, near, wild = in_lanes(found)
    shown = [*own, *doubtful, *near, *([wild] if wild else [])]
    assert len(set(shown)) == len(shown)
    must = [c for c in all_ if c.followed or c.ranks == (IN,)]
    assert sorted(own) == [c.paper.row for c in must]
    below = [c for c in all_ if c not in must and c.ranks == (DOUBTFUL,)]
    assert len(doubtful) == min(len(below), 5)
    others = [c for c in all_ if c not in must and c not in below and c.mentions]
    assert found.n_talked + (wild is not None) == len(others)
    assert len(near) == min(found.n_talked, 3)
    assert lanes(reversed(all_), CONFIG) == found


@settings(deadline=None)
@given(st.permutations(range(1, 8)), st.integers(0, 7))
def test_a_list_that_was_shown_is_the_same_when_it_is_shown_again(
    order: list[int], n_shown: int
) -> None:
    several = [candidate(n, "Speech translation") for n in range(1, 8)]
    kept = {row: ListPlace("own", n) for n, row in enumerate(order[:n_shown], 1)}
    assert rows(lanes(several, CONFIG, kept).own)[:n_shown] == order[:n_shown]


def morning(*sources: SourceLine, wild: Entry | None = None) -> Morning:
    found = lanes([candidate(1, "Speech translation")], CONFIG)
    return Morning(DAY, found.own, (), wild, 1, 0, (), (), Quota(5, 1, 0), {}, sources)


@pytest.mark.parametrize(
    ("state", "is_missing"),
    [("complete", False), ("not checked", False), ("unchanged", False), ("empty", False),
     ("partial", True), ("stale", True), ("failed", True), ("not asked", True)],
)  # fmt: skip
def test_a_morning_is_complete_when_no_source_lacks_anything(state: str, is_missing: bool) -> None:
    line = SourceLine("arXiv", state, covers=date(2025, 6, 4))
    assert line.is_missing is is_missing
    assert morning(SourceLine("timeline", "empty"), line).is_complete is not is_missing


def test_the_entries_are_the_lanes_one_after_another() -> None:
    found = lanes([candidate(2, "On ants", "Cy")], CONFIG)
    assert found.near == ()
    assert rows(morning(wild=found.wild).entries) == [1, 2]
    assert rows(morning().entries) == [1]
    folded = FoldedDays("away", DAY, DAY, 1, 1, 0, (), found.near, (), found.wild)
    assert rows(replace(morning(), folded=folded).entries) == [2]


def test_papers_still_to_write_are_never_negative() -> None:
    assert [Quota(5, n, 0).to_go for n in (0, 4, 5, 7)] == [5, 1, 0, 0]
