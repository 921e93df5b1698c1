"""Test the query language: every string is a query, and filters are read as documented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.query import LONGEST, MAX_PARTS, Filter, Query, Unclear, parse


def days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("two words", Query("two words")),
        ('a "two words" b', Query("a two words b", phrases=("two words",))),
        ("“two words”", Query("two words", phrases=("two words",))),
        ("「待って」話す", Query("待って 話す", phrases=("待って",))),
        ("speech -survey", Query("speech", without=("survey",))),
        ('speech -"a survey"', Query("speech", without=("a survey",))),
        ("end-to-end - x", Query("end-to-end x")),
        ("topic:/speech/", Query(filters=(Filter("topic", "speech"),))),
        ("-topic:speech x", Query("x", filters=(Filter("topic", "speech", is_not=True),))),
        ('author:"Ada Field"', Query(filters=(Filter("author", "Ada Field"),))),
        ("Author：inaguma", Query(filters=(Filter("author", "inaguma"),))),
        (
            "year:2023",
            Query(filters=(Filter("year", "2023", days=days("2023-01-01", "2023-12-31")),)),
        ),
        (
            "year:２０２０-2023",
            Query(filters=(Filter("year", "2020-2023", days=days("2020-01-01", "2023-12-31")),)),
        ),
        (
            "year:2020-",
            Query(filters=(Filter("year", "2020-", days=days("2020-01-01", "9999-12-31")),)),
        ),
        (
            "on:2024-02",
            Query(filters=(Filter("on", "2024-02", days=days("2024-02-01", "2024-02-29")),)),
        ),
        (
            "on:2026-10-03",
            Query(filters=(Filter("on", "2026-10-03", days=days("2026-10-03", "2026-10-03")),)),
        ),
        ("has:Notes", Query(filters=(Filter("has", "note"),))),
        ("title:x", Query("title:x")),
        ("autor:x", Query("autor:x", unclear=(Unclear("autor:x", "author"),))),
        ("year:23", Query("year:23", unclear=(Unclear("year:23", "year", is_value=True),))),
        (
            "on:2026-02-30",
            Query("on:2026-02-30", unclear=(Unclear("on:2026-02-30", "on", is_value=True),)),
        ),
        ("has:fish", Query("has:fish", unclear=(Unclear("has:fish", "has", is_value=True),))),
        ('"half', Query("half")),
        ("speech AND recognition", Query("speech recognition", has_operators=True)),
        ("AND (", Query(has_operators=True)),
        ("ＡＮＤ（x", Query("（x", has_operators=True)),
        ("NOT(survey)", Query("(survey)", has_operators=True)),
        ("(a OR b)", Query("(a b)", has_operators=True)),
        ("(a b)", Query("(a b)", has_operators=True)),
        ("speech | recognition || rain", Query("speech recognition rain", has_operators=True)),
        ("speech && ! rain", Query("speech rain", has_operators=True)),
        ("speech ｜ rain", Query("speech rain", has_operators=True)),
        ("(a | b)", Query("(a b)", has_operators=True)),
        ("R&D P(A|B) !Xóõ a||b now!", Query("R&D P(A|B) !Xóõ a||b now!")),
        ("Q & A", Query("Q A")),
        ('"a | b" -!', Query("a | b", phrases=("a | b",))),
        ("word(s) (ASR) and or not", Query("word(s) (ASR) and or not")),
        ('"AND" title:OR', Query("AND title:OR", phrases=("AND",))),
        ("topic: author:", Query("topic: author:")),
        ('"" -"" - *', Query()),
    ],
)
def test_a_query_is_read_as_words_phrases_and_filters(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "asks"), [("a", True), ("has:note", True), ("-a", False), (" ", False), ("-", False)]
)
def test_a_query_of_exclusions_alone_asks_for_nothing(text: str, asks: bool) -> None:
    assert parse(text).asks == asks


def test_a_long_pasted_text_is_all_words() -> None:
    text = 'They call it "a garden of rain" and leave it -- -based on year:2020 ' * 3
    assert parse(text) == Query(words=text)


@given(
    st.lists(st.text("ab音訳", min_size=1, max_size=3), min_size=1, max_size=5),
    st.lists(
        st.sampled_from(["AND", "OR", "NOT", "(", "）", "|", "||", "&&", "！"]),
        min_size=1,
        max_size=4,
    ),
    st.data(),
)
def test_operators_are_recognised_and_not_searched_as_words(
    words: list[str], operators: list[str], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations([*words, *operators]))
    query = parse(" ".join(mixed))
    assert query == Query(" ".join(w for w in mixed if w in words), has_operators=True)


@given(st.text(), st.text('ab -"():音', max_size=40))
def test_a_text_over_the_limit_is_cut_before_it_is_parsed(a: str, b: str) -> None:
    text = (a + b).ljust(LONGEST, "x")
    assert parse(text + "AND more -words has:note") == parse(text[:LONGEST] + "y")
    assert (parse(text[:LONGEST]).is_cut, parse(text[:LONGEST] + "y").is_cut) == (False, True)


def test_parts_beyond_the_limit_are_words() -> None:
    query = parse("-a " * 20)
    assert len(query.without) == MAX_PARTS
    assert query.words.split() == ["a"] * (20 - MAX_PARTS)


PIECES = (
    "topic:",
    "author:",
    "year:2020-",
    "on:",
    "has:",
    '"',
    "-",
    "「",
    "」",
    "“",
    " ",
    "a",
    "：",
)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=12).map("".join)))
def test_every_string_is_a_query(text: str) -> None:
    query = parse(text)
    assert all(f.value for f in query.filters)
    assert all(any(c.isalnum() for c in part) for part in (*query.phrases, *query.without))
