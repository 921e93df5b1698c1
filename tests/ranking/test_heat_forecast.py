"""Test the forecast of talk on a paper's own morning: terms that add up, from plain numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.identity import author_key
from reader.library.paper import Paper
from reader.ranking.forecast import (
    FARTHEST,
    FEWEST,
    KINDS,
    N_BUCKETS,
    AuthorRecord,
    Coefficients,
    NumberPlace,
    buckets,
    facts_of,
    forecast,
    numbers_of,
    places,
    records_of,
)
from reader.ranking.learn import shipped
from reader.ranking.model import total

SHIPPED = Coefficients.read(shipped())
POND = Paper(
    ("arxiv:3103.00001",), "Listening to Ponds", ("Ada Pond", "Bo Reed"), "Frogs are heard."
)
PLAIN = Coefficients(
    start=-3.0,
    weights={"authors": 1.0, "record_hot": 2.0, "after": -0.5},
    usual={"authors": 1.0, "record_hot": 0.0, "after": 9.0},
    text=tuple(0.5 for _ in range(N_BUCKETS)),
)

records = st.lists(
    st.builds(
        AuthorRecord,
        author=st.just("Ada Pond"),
        n_papers=st.integers(0, 10**6),
        n_hot=st.integers(0, 10**6),
        n_doublings=st.none() | st.floats(0, 1e6),
    ),
    max_size=5,
)


def test_a_title_and_an_abstract_become_buckets_of_length_one() -> None:
    found = buckets(POND.title, POND.abstract)
    assert math.isclose(sum(v * v for v in found.values()), 1.0)
    assert all(0 <= k < N_BUCKETS for k in found)
    assert buckets("LISTENING to ponds", "frogs ARE heard") == found


def test_a_text_without_words_has_no_buckets() -> None:
    assert buckets("", "") == {}
    assert buckets("池の音", "the of and") == {}


def test_the_buckets_of_a_word_are_fixed_so_that_shipped_weights_mean_the_same() -> None:
    assert buckets("pond", "") == {4341: 1.0}


def test_names_in_other_case_with_accents_or_dots_have_one_record() -> None:
    assert author_key("José A.  Núñez") == author_key("jose a nunez") == "jose a nunez"
    known = {"ada pond": (7, 2, 5.0)}
    assert records_of(["Ada Pond", "Bo Reed", "Ada Pond"], known) == (
        AuthorRecord("Ada Pond", 7, 2, 5.0),
        AuthorRecord("Bo Reed"),
    )


def test_without_any_talk_authors_records_are_empty() -> None:
    known = {"ada pond": (50, 0)}
    assert records_of(["Ada Pond"], known, is_watched=False) == (AuthorRecord("Ada Pond"),)


def test_of_very_many_authors_the_first_and_the_last_count() -> None:
    names = [f"Author {n}" for n in range(1000)]
    found = records_of(names, {})
    assert (len(found), found[0].author, found[-1].author) == (60, "Author 0", "Author 999")


def test_the_last_numbers_of_a_day_stand_last() -> None:
    ids = [f"arxiv:3103.{n:05}" for n in range(100, 100 + FEWEST)]
    found = places([*ids, "arxiv:3102.09999", "doi:10.1/x", "arxiv:cs/0101001"])
    assert found[ids[-1]] == NumberPlace(after=0.0, share=FEWEST / (FEWEST + 1))
    assert found[ids[-2]].after == 1.0
    assert found["arxiv:3102.09999"] == NumberPlace(after=FARTHEST, share=0.0)
    assert set(found) == {*ids, "arxiv:3102.09999"}


def test_a_small_day_says_nothing_of_places() -> None:
    assert places(["arxiv:3103.00001", "arxiv:3103.00002"]) == {}
    assert places([]) == {}


def test_a_forecast_names_the_author_their_number_and_the_place() -> None:
    facts = facts_of(POND, NumberPlace(after=3.0, share=0.9))
    terms = forecast(facts, [AuthorRecord("Ada Pond", 9, 4), AuthorRecord("Bo Reed", 2, 0)], PLAIN)
    assert [(t.kind, t.what) for t in terms] == [
        ("start", ""),
        ("text", ""),
        ("record", "Ada Pond: 4 of 9"),
        ("authors", "2"),
        ("place", "7"),
    ]
    assert terms[2].value == pytest.approx(2 * math.log1p(4))
    assert terms[3].value == pytest.approx(math.log2(3) - 1)
    assert terms[4].value == 3.0


def test_an_empty_paper_has_a_forecast_too() -> None:
    facts = facts_of(Paper(("doi:10.1/x",), ""))
    terms = forecast(facts, (), SHIPPED)
    assert math.isfinite(total(terms))
    assert forecast(facts, (), Coefficients())[0].value == Coefficients().start


@settings(max_examples=60)
@given(records)
def test_the_terms_add_up_to_the_weighed_numbers(several: list[AuthorRecord]) -> None:
    numbers = SHIPPED
    facts = facts_of(POND)
    found = numbers_of(facts, several)
    expected = numbers.start + numbers.weigh_text(facts.text)
    expected += sum(w * (found[n] - numbers.usual[n]) for n, w in numbers.weights.items())
    terms = forecast(facts, several, numbers)
    assert total(terms) == pytest.approx(expected)
    assert forecast(facts, several, numbers) == terms


def test_every_number_that_is_weighed_belongs_to_one_term() -> None:
    named = [name for names in KINDS.values() for name in names]
    assert sorted(named) == sorted(numbers_of(facts_of(POND), ()))
    assert set(SHIPPED.weights) == set(named)


def test_coefficients_come_back_from_their_text() -> None:
    rounded = Coefficients.read(PLAIN.to_text())
    assert rounded == PLAIN
    assert Coefficients.read(rounded.to_text()) == rounded
    assert Coefficients.read("# nothing\n\n") == Coefficients()


@pytest.mark.parametrize(
    "line", ["start", "start nan", "weight x 1", "text 0.01 a", "word frog 1", "start inf"]
)
def test_a_malformed_coefficient_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Coefficients.read(line)


def test_the_shipped_numbers_are_small_and_hold_no_word() -> None:
    text = SHIPPED.to_text()
    assert len(text.encode()) < 300_000
    allowed = {"start", "weight", "text", *(n for names in KINDS.values() for n in names)}
    words = {
        w for w in text.split() if not w.lstrip("-").replace(".", "").replace("e-", "").isdigit()
    }
    assert words <= allowed
    assert len(SHIPPED.text) == N_BUCKETS


def test_a_paper_of_much_talked_about_authors_handed_in_last_is_likelier() -> None:
    numbers = SHIPPED
    known = [AuthorRecord("Ada Pond", 12, 6, 24.0), AuthorRecord("Bo Reed", 20, 9, 40.0)]
    unknown = [AuthorRecord("Ada Pond"), AuthorRecord("Bo Reed")]
    late, usual = facts_of(POND, NumberPlace(1.0, 0.99)), facts_of(POND)
    assert total(forecast(usual, known, numbers)) > total(forecast(usual, unknown, numbers)) + 1
    assert total(forecast(late, known, numbers)) > total(forecast(usual, known, numbers)) + 0.5
