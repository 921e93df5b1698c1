"""Test what would change a paper's place, computed from its own terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.library.paper import LibraryPaper
from reader.morning.values import Candidate
from reader.morning.why import ScoreChange, with_other_talk, without_terms
from reader.ranking.heat import closeness_of, near_score
from reader.ranking.model import MUCH_DECIDED, SOME_DECIDED, Place, Rank, Term, TopicModel, total
from tests.samples import DAY, paper

MODEL = TopicModel("a", ("x",), cut=0.0, doubt=1.0)
START = Term("start", "", -1.0)


def rank(*terms: Term) -> Rank:
    score = total(terms)
    return Rank("a", None, "in" if score >= 0 else "out", score, 0.0, terms)


def test_terms_that_decide_the_place_come_first() -> None:
    found = rank(START, Term("learned", "y", 0.2), Term("title", "x", 1.5))
    assert list(without_terms(found, MODEL)) == [
        ScoreChange("without", "title\tx", -0.8, "out", cut=0.0, is_bare=True),
        ScoreChange("without", "learned\ty", 0.5, "in", cut=0.0),
    ]


def test_terms_against_a_paper_are_removed_too() -> None:
    found = rank(START, Term("title", "x", 3.0), Term("learned", "ants", -4.0))
    assert list(without_terms(found, MODEL)) == [
        ScoreChange("without", "learned\tants", 2.0, "in", cut=0.0),
        ScoreChange("without", "title\tx", -5.0, "out", cut=0.0, is_bare=True),
    ]


@pytest.mark.parametrize(
    ("n_decided", "place"),
    [(SOME_DECIDED - 1, "out"), (SOME_DECIDED, "doubtful"), (MUCH_DECIDED, "in")],
)
def test_without_its_last_word_a_paper_stands_by_what_was_learned(
    n_decided: int, place: Place
) -> None:
    found = rank(START, Term("learned", "y", 2.0), Term("title", "x", 0.5))
    learned = replace(MODEL, n_in=n_decided, bare_cut=0.8)
    title = next(c for c in without_terms(found, learned) if c.what == "title\tx")
    assert title == ScoreChange("without", "title\tx", 1.0, place, cut=0.0, is_bare=True)


def test_one_voice_less_or_more_changes_the_whole_sum() -> None:
    heat = (Term("mention", "Cy", 2.0), Term("votes", "9", 1.0), Term("class", "cs.CL", -0.1))
    foretold = (Term("start", "", -3.0),)
    it = Candidate(LibraryPaper(1, paper(1), "candidate", DAY), heat=heat, forecast=foretold)
    near = Rank("b", None, "in", 2.0, 0.0)

    def score(*terms: Term) -> float:
        return total(near_score(terms, foretold, closeness_of(2.0), n_days=0))

    assert list(with_other_talk(it, near, [1.0, -9.0])) == [
        ScoreChange("without", "mention\tCy", score(*heat[1:]), position=2),
        ScoreChange("without", "votes\t9", score(heat[0], heat[2]), position=1),
        ScoreChange("more", "", score(*heat, Term("mention", "", 1.0)), position=1),
    ]
