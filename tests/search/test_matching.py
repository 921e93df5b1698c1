"""Test the fusion of rankings and the choice of the sentence that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.tex import title_text
from reader.base.words import neighbours
from reader.notes.words import BESIDE
from reader.search.evidence import (
    evidence,
    fingerprint,
    fuse,
    is_same_text,
    share_of_letters,
    share_of_pairs,
    shared_words,
    standing,
)


def test_one_outstanding_score_ranks_before_two_middling_ones() -> None:
    assert fuse((2.0, [(1, 3.0), (2, 0.5)]), (1.0, [(3, 1.5), (2, 1.0)])) == [
        (1, 6.0),
        (2, 2.0),
        (3, 1.5),
    ]


def test_one_list_stays_as_it_is_and_none_gives_nothing() -> None:
    assert [thing for thing, _ in fuse((2.0, [(9, 3.0), (4, 2.0), (7, 1.0)]))] == [9, 4, 7]
    assert fuse() == fuse((1.0, []), (2.0, [])) == []


def rounded(scored: list[tuple[int, float]]) -> list[tuple[int, float]]:
    return [(thing, round(score, 2)) for thing, score in scored]


def test_a_score_is_counted_in_deviations_from_the_last_of_a_full_list() -> None:
    full = standing([(1, 5.0), (2, 3.0), (3, 1.0)], n=3, zero=0.0)
    assert rounded(full) == [(1, 2.45), (2, 1.22), (3, 0.0)]


def test_a_short_list_goes_on_with_what_all_others_have() -> None:
    assert rounded(standing([(1, 5.0)], n=100, zero=0.0)) == [(1, 10.05)]
    assert standing([(1, 5.0)], n=100) == [(1, 0.0)]  # there is nothing else to stand out from
    assert standing([], n=9) == []


SCORED = st.dictionaries(st.integers(0, 30), st.floats(0, 50)).map(
    lambda scores: sorted(scores.items(), key=lambda item: -item[1])
)


@settings(deadline=None)
@given(st.lists(SCORED, max_size=4))
def test_fusing_keeps_every_thing_once_best_first(lists: list[list[tuple[int, float]]]) -> None:
    fused = fuse(*((1.0, standing(scored, n=30, zero=0.0)) for scored in lists))
    assert {thing for thing, _ in fused} == {thing for scored in lists for thing, _ in scored}
    assert len({thing for thing, _ in fused}) == len(fused)
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))


TEXT = "We plant trees. The garden listens to rain at night. 庭は雨を聞く。 Nothing else grows."


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rain in the garden", "The garden listens to rain at night."),
        ("雨を聞く", "庭は雨を聞く。"),
        ("GROWS", "Nothing else grows."),
        ("quantum", "We plant trees."),
        ("", "We plant trees."),
    ],
)
def test_the_sentence_that_shares_most_with_the_query_is_shown_else_the_first(
    query: str, sentence: str
) -> None:
    assert evidence(TEXT, query).text == sentence


def test_a_heading_is_shown_where_its_words_are_asked_for_alone() -> None:
    note = "## What I will do with it\nTry it on lectures.\n"
    assert evidence(note, "meetings").text == "Try it on lectures."
    assert evidence(note, "what will I do").text == "## What I will do with it"
    assert evidence("## Idea\n", "meetings").text == "## Idea"


def test_the_rest_of_a_sentence_is_no_evidence_where_there_is_a_whole_one() -> None:
    whole = "The garden listens."
    assert evidence(f"tricks become\n\n{whole}\n", "meetings").text == whole
    assert evidence("木を植え\n\n庭は聞く。\n", "meetings").text == "庭は聞く。"
    assert evidence("tricks become", "meetings").text == "tricks become"
    assert evidence(f"{whole}\n\ntricks become", "tricks").text == "tricks become"


def test_a_long_sentence_is_cut_and_says_so() -> None:
    assert evidence("leaf " * 100, "leaf", width=20).text == "leaf leaf leaf leaf…"
    assert evidence("", "leaf").text == ""


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=30), st.integers(1, 60))
def test_a_sentence_is_never_longer_than_the_width(text: str, query: str, width: int) -> None:
    assert len(evidence(text, query, width=width).text) <= width


def marked(text: str, query: str, *, width: int = 200) -> str:
    """Print the evidence with its matches in brackets."""
    found, shown, done = evidence(text, query, width=width), "", 0
    for start, end in found.matches:
        shown += f"{found.text[done:start]}[{found.text[start:end]}]"
        done = end
    return shown + found.text[done:]


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Rain. Gardens listen.", "the garden", "[Gardens] listen."),
        ("An end-to-end way.", "endtoend", "An [end-to-end] way."),
        ("An end-to-end way.", "end to end", "An [end-to-end] way."),
        ("Naïve ﬁsh.", "naive fish", "[Naïve] [ﬁsh]."),
        ("第一の文。サーバーのﾃﾞｰﾀ翻訳。", "サーバ データ", "[サーバー]の[ﾃﾞｰﾀ]翻訳。"),
        ("庭は雨を聞くのである。", "雨を聞いて", "庭は[雨を聞]くのである。"),
        ("Rain\x1b[2J falls\u202e.", "rain", "[Rain] falls."),
        ("Nothing here.", "rain", "Nothing here."),
    ],
)
def test_the_words_that_match_are_marked_as_they_are_written(
    text: str, query: str, shown: str
) -> None:
    assert marked(text, query) == shown


def test_a_long_sentence_is_cut_around_its_first_match() -> None:
    text = "leaf " * 60 + "rain " + "root " * 60
    assert marked(text, "rain", width=40) == "…leaf [rain] root root root root root roo…"


@settings(deadline=None)
@given(st.text(max_size=400), st.text(max_size=30), st.integers(1, 60))
def test_matches_lie_in_the_text_in_order_and_apart(text: str, query: str, width: int) -> None:
    found = evidence(f"{text} {query}", query, width=width)
    flat = [at for match in found.matches for at in match]
    assert flat == sorted(set(flat))
    assert all(0 <= at <= len(found.text) for at in flat)


def test_texts_that_differ_by_a_few_words_are_the_same() -> None:
    text = "one two three four five six seven eight nine ten"
    same, other = fingerprint(f"{text} eleven"), fingerprint("one two red blue")
    assert is_same_text(fingerprint(text), same)
    assert not is_same_text(fingerprint(text), other)
    assert not is_same_text(fingerprint(""), fingerprint(""))


def test_shared_words_are_given_as_the_first_text_prints_them() -> None:
    one, other = "Streaming Models of the sea 同時音声翻訳", "A model that streams 音声翻訳"
    assert shared_words(one, other) == {"model": "Models"}
    assert shared_words(other, one) == {"model": "model", "音声翻訳": "音声翻訳"}
    titled = "Models of Speech in ASR\nOne of these models hears speech."
    assert shared_words(titled, "a model of speech for ASR") == {
        "model": "models",
        "speech": "speech",
        "asr": "ASR",
    }
    assert shared_words("With this and the model", "the model with this and that") == {
        "model": "model"
    }


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("still water", ["still water"]),
        ("the still of water", ["the still", "still of", "of water"]),
        ("of the", []),
        ("water", []),
        ("still-water STILL Waters", ["still water", "water still"]),
        ("水と water", []),
    ],
)
def test_neighbours_are_pairs_of_latin_words(query: str, pairs: list[str]) -> None:
    assert neighbours(query) == pairs


def test_the_share_of_pairs_counts_those_that_stand_side_by_side() -> None:
    assert share_of_pairs(["still water", "deep lake"], "Still waters, a deep and dark lake") == 0.5
    assert share_of_pairs(["till water"], "Still waters") == 0
    assert share_of_pairs([], "Still waters") == 0


@pytest.mark.parametrize(
    ("query", "share"),
    [("still water", 1), ("lake water", 5 / 9), ("水の音声認識", 4 / 5), ("!?", 0)],
)
def test_the_share_of_letters_counts_words_and_pairs_of_japanese(query: str, share: float) -> None:
    assert share_of_letters(query, "Still waters, 音声。認識") == share


@pytest.mark.parametrize(
    ("query", "share"),
    [
        ("言い淀みに弱い", 1),  # another particle, another ending
        ("弱点", 0),
        ("弱い光", 1 / 2),
        ("よどみ", 0),
        ("には", 1),
        ("サーバ負荷", 0),
    ],
)
def test_of_japanese_particles_and_endings_do_not_count(query: str, share: float) -> None:
    assert share_of_letters(query, "言い淀みには弱そうだ。") == share


def test_many_brackets_take_no_time() -> None:
    # Where it tries all ways to part them, this test does not end.
    assert evidence("[[]]" * 60 + "speech", "speech").text.endswith("speech")
    assert evidence("[" * 50_000 + "speech", "speech").text.endswith("speech")


def test_the_address_of_a_link_is_no_evidence() -> None:
    link = "[where it is](https://example.org/paper/a-game-engine)"
    assert evidence(f"{link}\n\nIt plays a game.", "paper game").text == "It plays a game."
    assert evidence(link, "paper game").text == "where it is"


def test_of_a_notes_address_only_the_whole_is_marked() -> None:
    text = "It plays.\n\nIt is at https://example.org/a-game-engine, they say."
    found = evidence(text, "game engine", in_addresses=False)
    assert (found.text, found.matches) == ("It plays.", ())
    assert evidence(text, "game engine").matches == ((31, 42),)
    found = evidence(text, "https://example.org/a-game-engine/", in_addresses=False)
    assert found.text == "It is at https://example.org/a-game-engine, they say."
    assert found.matches == ((9, 42),)


@pytest.mark.parametrize(
    "bare",
    ["0.31 12.4 17.0 speech 8 9.1", "[[speech 2506.00001]]", "![[a]], [[speech]]", str(BESIDE)],
)
def test_numbers_and_bare_links_are_no_evidence(bare: str) -> None:
    text = f"{bare}\n\nIt listens to rivers."
    assert evidence(text, "speech written at the same time").text == "It listens to rivers."
    assert evidence(bare, "speech").text == bare, "there is nothing else"


def test_a_sentence_with_numbers_is_evidence() -> None:
    text = "It listens to rivers.\n\nIn 2019 speech of 12 rivers was heard."
    assert evidence(text, "speech").text.startswith("In 2019")


def test_evidence_shows_no_tex() -> None:
    found = evidence(
        "We \\emph{bound} the regret of speech by $\\sqrt{T}$, 5\\%.", "speech", as_text=title_text
    )
    assert found.text == "We bound the regret of speech by √T, 5%."
    assert [found.text[start:end] for start, end in found.matches] == ["speech"]
