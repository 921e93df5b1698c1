"""Test that a person's word on a topic stands above the model's, in sums that add up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reader.library.config import Lane
from reader.library.paper import LibraryPaper
from reader.morning.lanes import entry_now
from reader.morning.values import Entry, Sureness
from reader.ranking.model import TOLD, Rank, Term, Words, total, with_lessons
from tests.samples import DAY, paper

A = Rank("a", 0.4, "in", 3.0, 1.0, (Term("title", "moss", 3.0),))
B = Rank("b", None, "doubtful", -0.5, 0.0, (Term("learned", "fern", -0.5),))


def test_without_a_word_nothing_changes() -> None:
    assert with_lessons([A, B], {}) == [A, B]
    assert with_lessons([A], {"a": "seed"}) == [A]


def test_a_no_puts_a_paper_below_the_cut_of_any_model() -> None:
    [out] = with_lessons([A], {"a": "no"})
    assert (out.place, out.margin, out.terms) == (
        "out", -TOLD, (*A.terms, Term("told_no", "a", -3.0)))  # fmt: skip
    assert total(out.terms) == out.score


def test_a_yes_puts_a_paper_above_all_other_topics() -> None:
    a, b = with_lessons([A, B], {"b": "yes"})
    assert (a, b.topic, b.place) == (A, "b", "in")
    assert b.margin == pytest.approx(2.01)
    assert total(b.terms) == pytest.approx(b.score)


def test_a_word_counts_without_a_kept_rank() -> None:
    no, yes = with_lessons([], {"a": "yes", "b": "no"})
    assert (yes.place, yes.score, yes.terms) == ("in", TOLD, (Term("told_yes", "a", TOLD),))
    assert (no.place, no.margin, no.terms) == ("out", -TOLD, (Term("told_no", "b", -TOLD),))


def test_a_rank_without_terms_still_has_a_sum() -> None:
    bare = Rank("b", 0.1, "out", -4.0, 1.0)
    [yes] = with_lessons([bare], {"b": "yes"})
    assert (yes.place, yes.nearness, total(yes.terms)) == ("in", 0.1, yes.score)


LINE = Entry(
    LibraryPaper(1, paper(1), "candidate", DAY), "own", "a", 2.0, "“moss” in the title.", (), ()
)


@pytest.mark.parametrize(
    ("lane", "topic", "sureness", "words", "now"),
    [
        ("own", "a", "likely", {"a": "no", "b": "yes"}, ("b", "sure", False)),
        ("own", "a", "maybe", {"a": "no"}, (None, None, True)),
        ("near", "n", None, {"b": "yes"}, ("b", "sure", False)),
        ("own", "a", "likely", {"a": "no", "n": "yes"}, ("n", None, True)),
    ],
)
def test_an_open_line_follows_the_persons_word(
    lane: Lane,
    topic: str,
    sureness: Sureness | None,
    words: Words,
    now: tuple[str | None, Sureness | None, bool],
) -> None:
    line = replace(LINE, lane=lane, topic=topic, sureness=sureness, also=("c",))
    found = entry_now(line, words, {"a", "b", "c"})
    assert (found.topic, found.sureness, found.is_sorted_out) == now
    assert found.also == ()


def test_an_open_line_without_a_word_stays_as_it_was() -> None:
    line = replace(LINE, sureness="likely", also=("c",))
    assert entry_now(line, {}, {"a", "b", "c"}) is line
