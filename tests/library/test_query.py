"""Test the query language: filters and operators are read as documented, and any string at all."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reader.base.errors import QueryError
from reader.library.query import (
    LONGEST,
    MAX_PARTS,
    Filter,
    Group,
    Part,
    Query,
    QueryTerm,
    Unclear,
    is_true,
    parse,
    parts_of,
)


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
        ("R&D P(A|B) !Xóõ a||b now!", Query("R&D P(A|B) !Xóõ a||b now!")),
        ("Q & A", Query("Q A")),
        ("a ! b （ -!", Query("a b")),
        ("（", Query()),
        ("(ASR) word(s) and or not", Query("(ASR) word(s) and or not")),
        ("(a b)", Query("(a b)")),
        ("an odds ratio (OR)", Query("an odds ratio (OR)")),
        ("(speech :( a) b)", Query("(speech a) b)")),
        ("THE ART OF SPEECH AND NOT TALKING", Query("THE ART OF SPEECH AND NOT TALKING")),
        ('"AND" title:OR', Query("AND title:OR", phrases=("AND",))),
        ("topic: author:", Query("topic: author:")),
        ('"" -"" - *', Query()),
    ],
)
def test_a_query_is_read_as_words_phrases_and_filters(text: str, query: Query) -> None:
    assert parse(text) == query


A, B, C = QueryTerm("a"), QueryTerm("b"), QueryTerm("c")
NOTE, TAGGED = Filter("has", "note"), Filter("tag", "x")


def one_of(*parts: Part) -> Group:
    return Group(parts, is_any=True)


def each_of(*parts: Part) -> Group:
    return Group(parts, is_any=False)


def no(part: QueryTerm | Filter) -> QueryTerm | Filter:
    return replace(part, is_not=True)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (
            '(ASR OR "speech recognition") NOT survey',
            Query(
                without=("survey",),
                groups=(one_of(QueryTerm("ASR"), QueryTerm("speech recognition", is_phrase=True)),),
                grouped="ASR speech recognition",
            ),
        ),
        ("has:note OR tag:x", Query(groups=(one_of(NOTE, TAGGED),))),
        ("a AND b", Query("a b", groups=(A, B))),
        ("a && ! b", Query("a", groups=(A,), without=("b",))),
        ("a NOT b", Query("a", without=("b",))),
        ("a -(b OR has:note)", Query("a", without=("b",), filters=(replace(NOTE, is_not=True),))),
        ("(has:note tag:x) a", Query("a", filters=(NOTE, TAGGED))),
        ("(a OR b) c", Query("c", groups=(one_of(A, B),), grouped="a b")),
        ("a NOT title:b", Query("a", without=("b",))),
    ],
)
def test_operators_say_what_each_result_must_meet(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a | b", [one_of(A, B)]),
        ("a || b ｜ c", [one_of(A, B, C)]),
        ("a ＯＲ b", [one_of(A, B)]),
        ("（音声 ＯＲ 話す）ＮＯＴ（a）", [one_of(QueryTerm("音声"), QueryTerm("話す")), no(A)]),
        ("a b OR c", [one_of(each_of(A, B), C)]),
        ("a OR b AND c", [one_of(A, each_of(B, C))]),
        ("(a OR b) && c", [each_of(one_of(A, B), C)]),
        ("(a AND b) c", [each_of(A, B), C]),
        ("(a b) OR (a (b c))", [one_of(each_of(A, B), each_of(A, B, C))]),
        ("a OR -b", [one_of(A, no(B))]),
        ("NOT (a OR b)", [each_of(no(A), no(B))]),
        ("NOT (a b)", [one_of(no(A), no(B))]),
        ("-(a -b)", [one_of(no(A), B)]),
        ("NOT NOT a", [A]),
        ("a OR(b)", [one_of(A, B)]),
        ("a OR“b c”", [one_of(A, QueryTerm("b c", is_phrase=True))]),
        ("tag:(x OR has:note)", [one_of(TAGGED, NOTE)]),
        ("-Tag：(x OR y) a", [each_of(no(TAGGED), no(Filter("tag", "y"))), A]),
        ("a OR (ASR)", [one_of(A, QueryTerm("ASR"))]),
        ("a OR word(s)", [one_of(A, QueryTerm("word(s)"))]),
        ("(a OR word(s))", [one_of(A, QueryTerm("word(s)"))]),
        ("a OR odds ratio (OR)", [one_of(A, each_of(*map(QueryTerm, ("odds", "ratio", "(OR)"))))]),
        ("a OR P(A|B)", [one_of(A, QueryTerm("P(A|B)"))]),
        ("ASR OR TTS", [one_of(QueryTerm("ASR"), QueryTerm("TTS"))]),
        ('a OR "b', [one_of(A, B)]),
        ('"a OR b"', [QueryTerm("a OR b", is_phrase=True)]),
        ("a OR title:b", [one_of(A, QueryTerm("b", prefix="title:"))]),
    ],
)
def test_operators_bind_as_in_other_search_engines(text: str, parts: list[Part]) -> None:
    assert parts_of(text)[0] == parts


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("(a OR b", 1, "this bracket is never closed"),
        ("c ((a OR b)", 3, "this bracket is never closed"),
        ("(has:note", 1, "this bracket is never closed"),
        ("a OR b) c", 7, "this bracket was never opened"),
        ("a) OR b", 2, "this bracket was never opened"),
        ("NOT", 1, "a word is missing beside NOT"),
        ("a OR", 3, "a word is missing beside OR"),
        ("OR a", 1, "a word is missing beside OR"),
        ("a OR AND b", 6, "a word is missing beside AND"),
        ("a | *", 3, "a word is missing beside |"),
        ("(a OR) b", 4, "a word is missing beside OR"),
        ("a OR ()", 6, "a word is missing beside ("),
        ("a -()", 4, "a word is missing beside ("),
        ("title:(a OR b)", 1, "title: is not a filter"),
        ("a OR " + "(" * 40 + "b" + ")" * 40, 36, "there are too many brackets"),
    ],
)
def test_a_query_that_cannot_be_read_is_an_error_with_its_place(
    text: str, at: int, what: str
) -> None:
    with pytest.raises(QueryError) as wrong:
        parse(text)
    assert (wrong.value.values["at"], wrong.value.what) == (at, what)
    assert wrong.value.message.startswith(f"The query cannot be read at “{text[at - 1]}")
    assert wrong.value.hint


@pytest.mark.parametrize(
    ("text", "asks"), [("a", True), ("has:note", True), ("-a", False), (" ", False), ("-", False)]
)
def test_a_query_of_exclusions_alone_asks_for_nothing(text: str, asks: bool) -> None:
    assert parse(text).asks == asks


@pytest.mark.parametrize(
    ("text", "is_query"),
    [
        ('They call it "a garden of rain" and leave it -- -based on year:2020 (ASR ' * 4, False),
        ("a) speech and (b " * 8, False),
        ("(speech OR " * 31, True),
    ],
)
def test_a_long_pasted_text_is_all_words(text: str, is_query: bool) -> None:
    assert parse(text) == Query(words=text, has_operators=is_query)


@dataclass(frozen=True)
class Said:
    """An expression as somebody writes it, and what it means: the sets of words that it fits."""

    text: str
    fits: frozenset[frozenset[str]]


EVERY = frozenset(
    frozenset(some) for n in range(4) for some in itertools.combinations(("a", "b", "c"), n)
)


def expressions() -> st.SearchStrategy[Said]:
    words = st.sampled_from("abc").map(lambda w: Said(w, frozenset(s for s in EVERY if w in s)))

    def larger(inner: st.SearchStrategy[Said]) -> st.SearchStrategy[Said]:
        both = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(st.sampled_from(("NOT ", "-", "NOT", "！ ")), inner).map(
                lambda p: Said(f"{p[0]}({p[1].text})", EVERY - p[1].fits)
            ),
            st.tuples(st.sampled_from((" ", " AND ", " && ", "AND")), both).map(
                lambda p: Said(
                    f"({p[1][0].text}){p[0]}({p[1][1].text})", p[1][0].fits & p[1][1].fits
                )
            ),
            st.tuples(st.sampled_from((" OR ", " | ", "|| ", "ＯＲ")), both).map(
                lambda p: Said(
                    f"({p[1][0].text}){p[0]}({p[1][1].text})", p[1][0].fits | p[1][1].fits
                )
            ),
        )

    return st.recursive(words, larger, max_leaves=8)


@given(expressions())
def test_a_query_means_what_its_operators_say(said: Said) -> None:
    parts, _ = parts_of(f"{said.text} OR {said.text}")

    def fits(some: frozenset[str]) -> bool:
        return all(is_true(part, lambda leaf: getattr(leaf, "text", "") in some) for part in parts)

    assert set(filter(fits, EVERY)) == said.fits


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
    "(",
    ")",
    "（",
    "OR",
    "AND ",
    "NOT",
    "｜",
    "&& ",
    "!",
    "🐟",
    "THE",
)


def queries() -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from(PIECES), max_size=12)
    return st.one_of(st.text(max_size=60), pieces.map("".join), pieces.map(" ".join))


@settings(max_examples=500, deadline=None)
@given(queries())
def test_every_string_is_a_query_or_an_error_with_a_place(text: str) -> None:
    query, wrong = Query(), None
    try:
        query = parse(text)
    except QueryError as error:
        wrong = error
    assert wrong is None or (1 <= wrong.values["at"] <= len(text) and wrong.hint)
    assert all(f.value for f in query.all_filters)
    assert all(any(c.isalnum() for c in part) for part in (*query.phrases, *query.without))


OPERATORS = ("AND", "OR", "NOT", "ＡＮＤ", "ＯＲ", "ＮＯＴ", *"|｜&＆!！")


def written(part: Part, *, is_alone: bool = True) -> str:
    """Write a part as somebody would type it. is_alone: no other part stands beside it."""
    if isinstance(part, Group):
        # AND binds closer than OR, so only OR within AND needs brackets.
        text = (" OR " if part.is_any else " AND ").join(
            written(one, is_alone=part.is_any) for one in part.parts
        )
        return text if is_alone else f"({text})"
    minus = "-" if part.is_not else ""
    if isinstance(part, Filter):
        return f"{minus}{part.name}:{quoted(part.value)}"
    # What looks like a name with a colon, or a sign, is not left out by a minus.
    has_letters = any(map(str.isalnum, part.text))
    is_word = has_letters and part.text[-1] not in ":：" and not part.prefix
    minus = "NOT " if part.is_not and not is_word else minus
    # Of `"-a` the first quotation mark is lost; an operator is a word in titles in capitals only.
    assume(part.is_phrase or not part.text.startswith(("-", *OPERATORS)))
    is_quoted = part.is_phrase or len(part.text.split()) > 1 or not has_letters
    return minus + part.prefix + (quoted(part.text) if is_quoted else part.text)


def quoted(text: str) -> str:
    opening, closing = "「」" if re.search('["“”]', text) else '""'
    assume(not set(text) & {opening, closing})
    return f"{opening}{text}{closing}"


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(queries())
def test_a_query_that_is_written_out_is_read_as_the_same(text: str) -> None:
    try:
        parts, _ = parts_of(text)
    except QueryError:
        assume(False)
    again = " ".join(written(part, is_alone=len(parts) == 1) for part in parts)
    assert parts_of(again)[0] == parts
