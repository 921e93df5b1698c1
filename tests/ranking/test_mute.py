"""Test which papers and posts a mute is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.library.config import Topic
from reader.library.identity import author_key, matches
from reader.library.paper import Paper
from reader.library.post import PostMention
from reader.ranking.topic import (
    IDLE,
    Mute,
    MuteKind,
    is_meant,
    mentions,
    mutable_parts,
    mute_key,
    mute_line,
    muting,
    silencing,
)
from tests.samples import DAY, NOW, paper

ANTS = paper(
    1,
    "Diffusion Models of Ants",
    "蟻の音声翻訳を試す。",
    authors=("Shinji Watanabe", "Wei Wang", "Émile Nulle-Part"),
    categories=("cs.CV", "cs.CL"),
)


def a_mute(kind: MuteKind, value: str, number: int = 1) -> Mute:
    return Mute(number, number, kind, value, None, NOW, DAY)


def said(author: str, source: str = "timeline") -> PostMention:
    return PostMention(1, author, "Read this.", "https://example.org/1", source)


@pytest.mark.parametrize(
    ("kind", "value", "is_muted"),
    [
        ("word", "diffusion model", True),
        ("word", "DIFFUSION-models", True),
        ("word", "fusion", False),
        ("word", "音声翻訳", True),
        ("word", "ant", True),
        ("author", "Watanabe, Shinji", True),
        ("author", "Emile Nulle-Part", True),
        ("author", "S. Watanabe", False),  # somebody of this initial
        ("author", "Wei Wang", True),  # printed so, though hundreds have the name
        ("author", "Watanabe", False),
        ("category", "cs.CV", True),
        ("category", "cs.CL", False),  # it is only listed there too
        ("source", "timeline", True),
        ("source", "arXiv", False),
    ],
)
def test_a_mute_is_about_a_paper(kind: MuteKind, value: str, is_muted: bool) -> None:
    one = a_mute(kind, value)
    assert muting([one], ANTS, ("timeline",), is_heard=False) == ((one,) if is_muted else ())


def test_a_paper_is_muted_by_its_sources_where_all_that_brought_it_are() -> None:
    one, two = a_mute("source", "timeline"), a_mute("source", "arXiv", 2)
    both = ("arXiv", "timeline")
    assert muting([one], ANTS, both, is_heard=False) == ()
    assert muting([one, two], ANTS, both, is_heard=False) == (one, two)
    assert muting([one], ANTS, ("timeline",), is_heard=True) == (), "another source names it"
    assert muting([one], ANTS, (), is_heard=False) == ()


def test_a_post_is_muted_by_its_source_or_whoever_wrote_it() -> None:
    source, author = a_mute("source", "timeline"), a_mute("author", "Cy Pond", 2)
    both = [source, author, a_mute("word", "read", 3)]
    assert silencing(both, said("Di Reed"), {}) == [source]
    assert silencing(both, said("Pond, Cy", "blog"), {}) == [author]
    assert silencing(both, said("@cy", "cy's"), {"cy's": "Cy Pond"}) == [author]
    assert silencing(both, said("@cy", "blog"), {}) == []


WORDS = st.text(st.sampled_from("abAB -_/.音ー（ａ"), max_size=8)


@given(WORDS, st.text(max_size=40) | WORDS, WORDS)
def test_words_are_found_as_those_of_topics_are(word: str, title: str, abstract: str) -> None:
    if any(c.isalnum() for c in word):
        one, found = a_mute("word", word), mentions((word,), title, abstract).is_any
        given_ = Paper(("arxiv:2506.00001",), title, abstract=abstract)
        assert bool(muting([one], given_, (), is_heard=False)) is found


NAMES = st.lists(
    st.sampled_from(["Wei", "Chen", "O'Neil", "Mueller", "Müller", "de", "la", "Cruz,", "J.", "JL",
                     "Nulle-Part", "Jr.", "(ETH)", "静", "ada@nowhere.example", "@cy", "x42"]),
    min_size=1, max_size=4,
).map(" ".join)  # fmt: skip


@given(NAMES, NAMES)
def test_names_are_told_apart_by_letters_as_by_their_readings(muted: str, author: str) -> None:
    is_same = author_key(muted) == author_key(author) or matches(muted, author) == "same"
    assert is_meant(muted, author) is is_same


def test_a_mute_ends_by_itself_and_is_idle_after_90_days() -> None:
    one = replace(a_mute("word", "ants"), until=DAY)
    assert [one.holds(DAY + timedelta(days=n)) for n in (-1, 0, 1)] == [True, True, False]
    assert mute_line(one, DAY, DAY + timedelta(days=1)).state == "ended"
    for_good = replace(one, until=None)
    states = [mute_line(for_good, hid, DAY + IDLE).state for hid in (None, DAY)]
    assert states == ["holds", "holds"]
    late = DAY + IDLE + timedelta(days=1)
    hid_on = [None, DAY, DAY + timedelta(days=1)]
    assert [mute_line(for_good, hid, late).state for hid in hid_on] == ["idle", "idle", "holds"]


def test_what_can_be_muted_of_a_paper_is_each_named_once() -> None:
    topic = Topic("a/b", "near", "a", ("diffusion model", "tide", "ant"))
    posts = [said("Cy Pond"), said("cy pond"), said("Wei Wang", "blog")]
    assert list(mutable_parts(ANTS, [topic], ["timeline"], posts)) == [
        ("word", "diffusion model"),
        ("word", "ant"),
        ("author", "Shinji Watanabe"),
        ("author", "Wei Wang"),
        ("author", "Émile Nulle-Part"),
        ("author", "Cy Pond"),
        ("category", "cs.CV"),
        ("source", "timeline"),
        ("source", "blog"),
    ]


def test_a_thing_is_the_same_however_it_is_typed() -> None:
    assert mute_key("word", "Wait-K ") == mute_key("word", "wait k")
    assert mute_key("author", "E. Nulle-Part") == mute_key("author", "é nulle part")
    assert mute_key("author", "Ant") != mute_key("word", "Ant")
