"""Hold the query language: every string is a query, and filters are read as documented."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.query import MAX_PARTS, Filter, Query, Unclear, parse


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
        ("topic: author:", Query("topic: author:")),
        ('"" -"" - *', Query()),
    ],
)
def test_a_query_is_read_as_words_phrases_and_filters(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "asks"), [("a", True), ("has:note", True), ("-a", False), (" ", False), ("-", False)]
)
def test_leaving_out_alone_is_no_question(text: str, asks: bool) -> None:
    assert parse(text).asks == asks


def test_a_long_text_was_pasted_and_is_words_throughout() -> None:
    text = 'They call it "a garden of rain" and leave it -- -based on year:2020 ' * 3
    assert parse(text) == Query(words=text)


def test_what_is_too_many_is_words() -> None:
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
