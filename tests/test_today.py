"""Hold the arrangement of a morning: lanes, order, reasons, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.config import Config, Topic
from reader.paper import Held, Mentioned, Paper
from reader.today import (
    Candidate,
    Entry,
    Morning,
    Quota,
    SourceLine,
    heat_of,
    lanes,
    months_between,
    velocity,
    why,
)
from reader.topic import Fit, fit
from tests.samples import DAY, paper

OWN = Topic("speech/translation", "own", "speech", ("speech translation",))
NEAR = Topic("nlp/llm", "near", "nlp", ("large language model",))
CONFIG = Config(topics=(OWN, NEAR), minutes=9)


def held(paper: Paper, row: int = 1) -> Held:
    return Held(row, paper, "candidate", DAY)


def said(author: str, row: int = 1) -> Mentioned:
    return Mentioned(row, author, "Read this.", f"https://example.org/{author}", "timeline")


def candidate(number: int, title: str = "", *people: str, followed: str = "") -> Candidate:
    it = paper(number, title)
    return Candidate(
        held=held(it, number),
        fits=tuple(fit(it, topic) for topic in CONFIG.topics),
        mentions=tuple(said(name, number) for name in people),
        origins=("arXiv",),
        followed=followed,
    )


def rows(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.held.row for entry in entries]


def test_what_fits_an_own_topic_is_listed_though_nobody_talks_about_it() -> None:
    own, near, wild, n_talked = lanes([candidate(1, "Speech translation")], CONFIG)
    assert own == (
        Entry(
            held=held(paper(1, "Speech translation")),
            lane="own",
            topic="speech/translation",
            score=3.0,
            why="“speech translation” in the title.",
            mentions=(),
            origins=("arXiv",),
        ),
    )
    assert (near, wild, n_talked) == ((), None, 0)


def test_what_fits_a_near_topic_is_listed_only_when_talked_about() -> None:
    quiet, loud = (candidate(1, "A large language model"),
                   candidate(2, "Large language models", "Cy"))  # fmt: skip
    own, near, wild, n_talked = lanes([quiet, loud], CONFIG)
    assert (rows(own), rows(near), wild, n_talked) == ([], [2], None, 1)
    assert near[0].topic == "nlp/llm"


def test_a_paper_by_somebody_of_a_like_name_says_that_it_is_not_sure() -> None:
    unsure = replace(candidate(1, "On ants", followed="Mio Hoshi"), is_followed_surely=False)
    own, _, _, _ = lanes([unsure], CONFIG)
    assert [e.why for e in own] == [
        "perhaps by Mio Hoshi, whom you follow (the name may be another's)."
    ]


def test_a_followed_persons_paper_is_in_the_own_lane_whatever_it_is_about() -> None:
    own, near, _, _ = lanes([candidate(1, "On ants", followed="Mio Hoshi")], CONFIG)
    assert [(e.lane, e.topic, e.score, e.why) for e in own] == [
        ("own", None, 2.0, "by Mio Hoshi, whom you follow.")
    ]
    assert near == ()


def test_the_most_talked_about_paper_that_fits_nothing_is_the_wild_card() -> None:
    found = lanes([candidate(1, "On ants", "Cy"), candidate(2, "On bees", "Cy", "Di")], CONFIG)
    own, near, wild, n_talked = found
    assert (rows(own), rows(near), n_talked) == ([], [1], 1)
    assert wild is not None
    assert (wild.held.row, wild.lane, wild.topic) == (2, None, None)


def test_near_topics_come_before_what_else_was_talked_about_hottest_first() -> None:
    title = "Large language models"
    _, near, wild, _ = lanes(
        [
            candidate(1, title, "Cy"),
            candidate(2, title, "Cy", "Di"),
            candidate(3, "On ants", "Cy", "Di", "Ed"),
            candidate(4, "On bees", "Cy"),
        ],
        CONFIG,
    )
    assert (rows(near), wild and wild.held.row) == ([2, 1, 4], 3)


def test_the_near_lane_is_cut_to_the_time_and_the_rest_is_counted() -> None:
    many = [candidate(n, "Large language models", "Cy") for n in range(1, 8)]
    _, near, _, n_talked = lanes(many, CONFIG)
    assert (len(near), n_talked) == (3, 7)
    _, near, _, _ = lanes(many, Config(topics=CONFIG.topics, minutes=1))
    assert len(near) == 1


def test_the_own_lane_is_never_cut() -> None:
    many = [candidate(n, "Speech translation") for n in range(1, 200)]
    assert len(lanes(many, CONFIG)[0]) == 199


def test_own_papers_stand_by_score_then_by_id() -> None:
    own, *_ = lanes(
        [
            candidate(3, "Speech translation"),
            candidate(2, "Speech translation"),
            candidate(1, "On ants", followed="Mio Hoshi"),
            candidate(4, "Speech translation", "Cy"),
        ],
        CONFIG,
    )
    assert rows(own) == [4, 2, 3, 1]


def test_heat_counts_people_not_posts() -> None:
    assert heat_of([said("Cy"), said("Cy"), said("Di")]) == 2.0
    assert heat_of([]) == 0.0


def cited(number: int, n: int | None, months: int | None, *people: str) -> Candidate:
    it = candidate(number, "Large language models", *people)
    return replace(it, n_citations=n, n_months=months)


def test_a_near_paper_is_talked_about_when_many_cite_it() -> None:
    found = [cited(1, 240, 14), cited(2, 69, 14), cited(3, 240, None), cited(4, None, 14)]
    _, near, wild, n_talked = lanes(found, CONFIG)
    assert (rows(near), wild, n_talked) == ([1], None, 1)
    assert [(e.topic, e.n_citations, e.n_months, e.why) for e in near] == [
        ("nlp/llm", 240, 14, "“large language model” in the title; cited 240 times in 14 months.")
    ]


def test_what_is_much_cited_and_fits_nothing_stays_out() -> None:
    ants = replace(candidate(1, "On ants"), n_citations=900, n_months=2)
    assert lanes([ants], CONFIG) == ((), (), None, 0)


def test_citations_and_people_make_one_heat() -> None:
    found = [
        cited(1, None, None, "Cy", "Di", "Ed"),
        cited(2, 31, 1, "Cy"),
        cited(3, 31, 1),
        cited(4, 4, 1, "Cy"),
    ]
    _, near, _, _ = lanes(found, CONFIG)
    assert [(e.held.row, e.heat) for e in near] == [(2, 6.0), (3, 5.0), (1, 3.0)]


def test_heat_grows_with_the_logarithm_of_the_citations_a_month() -> None:
    heats = [heat_of([], velocity(n, 1)) for n in (4, 7, 31, 1023)]
    assert heats == [0.0, 3.0, 5.0, 10.0]
    assert heat_of([said("Cy")], velocity(62, 2)) == 6.0


def test_a_first_month_is_named_so() -> None:
    it = replace(cited(1, 12, 1), fits=())
    assert why(it, None) == "cited 12 times in its first month."


def test_months_are_counted_from_publication_the_running_one_included() -> None:
    day = date(2024, 5, 1)
    lasts = (date(2024, 4, 1), day, date(2024, 5, 31), date(2024, 6, 1), date(2025, 5, 1))
    assert [months_between(day, last) for last in lasts] == [1, 1, 1, 2, 13]
    assert months_between(None, day) is None


@pytest.mark.parametrize(
    ("followed", "found", "people", "sentence"),
    [
        ("", None, (), "fits no topic."),
        ("Mio", None, (), "by Mio, whom you follow."),
        ("", Fit("a", 3, ("x", "y"), (), None, True), (), "“x”, “y” in the title."),
        ("", Fit("a", 4, ("x",), ("x", "z"), 2.0, True), (),
         "“x” in the title; “z” in the abstract."),
        ("", Fit("a", 2, (), (), 4.04, True), (),
         "nearer to a than nearly all of today's papers (4.0 standard deviations)."),
        ("", None, ("Cy",), "mentioned by Cy."),
        ("", None, ("Cy", "Cy", "Di", "Ed"), "mentioned by Cy, Di and 1 more."),
        ("Mio", Fit("a", 3, ("x",), (), None, True), ("Cy",),
         "by Mio, whom you follow; “x” in the title; mentioned by Cy."),
    ],
)  # fmt: skip
def test_one_sentence_says_why_from_the_terms_of_the_score(
    followed: str, found: Fit | None, people: tuple[str, ...], sentence: str
) -> None:
    mentions = tuple(said(name) for name in people)
    assert why(Candidate(held(paper(1)), (), mentions, (), followed), found) == sentence


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Speech translation", "Large language models", "On ants"]),
            st.lists(st.sampled_from("CDEF"), max_size=3),
            st.sampled_from(["", "Mio"]),
        ),
        max_size=30,
    )
)
def test_every_candidate_with_a_reason_is_shown_or_counted_once(
    drawn: list[tuple[str, list[str], str]],
) -> None:
    all_ = [candidate(n, t, *p, followed=f) for n, (t, p, f) in enumerate(drawn, 1)]
    own, near, wild, n_talked = lanes(all_, CONFIG)
    shown = [*rows(own), *rows(near), *([wild.held.row] if wild else [])]
    assert len(set(shown)) == len(shown)
    must = [c for c in all_ if c.followed or c.held.paper.title == "Speech translation"]
    assert sorted(rows(own)) == [c.held.row for c in must]
    others = [c for c in all_ if c not in must and c.mentions]
    assert n_talked + (wild is not None) == len(others)
    assert len(near) == min(n_talked, 3)
    shuffled = lanes(reversed(all_), CONFIG)
    assert shuffled == (own, near, wild, n_talked)


def morning(*sources: SourceLine, wild: Entry | None = None) -> Morning:
    own, near, _, _ = lanes([candidate(1, "Speech translation")], CONFIG)
    return Morning(DAY, own, near, wild, 1, 0, (), (), Quota(5, 1, 0), {}, sources)


@pytest.mark.parametrize(
    ("state", "is_missing"),
    [("complete", False), ("not checked", False), ("unchanged", False), ("empty", False),
     ("partial", True), ("stale", True), ("failed", True), ("not asked", True)],
)  # fmt: skip
def test_a_morning_is_complete_when_no_source_owes_anything(state: str, is_missing: bool) -> None:
    line = SourceLine("arXiv", state, covers=date(2025, 6, 4))
    assert line.is_missing is is_missing
    assert morning(SourceLine("timeline", "empty"), line).is_complete is not is_missing


def test_the_entries_are_the_lanes_one_after_another() -> None:
    _, near, wild, _ = lanes([candidate(2, "On ants", "Cy")], CONFIG)
    assert near == ()
    assert rows(morning(wild=wild).entries) == [1, 2]
    assert rows(morning().entries) == [1]


def test_what_is_still_to_write_is_never_below_none() -> None:
    assert [Quota(5, n, 0).to_go for n in (0, 4, 5, 7)] == [5, 1, 0, 0]
