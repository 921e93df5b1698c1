"""Test which sentences of notes are own, close or copied, beside invented papers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reader.notes.own_words import Check, CheckedSentence, check
from reader.notes.stretches import SourceText, prepare

TITLE = "Counting Rain with Garden Microphones"
ABSTRACT = (
    "Rain gauges are rare in villages, although farmers would need them every day. We present a "
    "method that estimates the amount of rain from the sound of drops on leaves in a garden. "
    "The network was trained with recordings from forty gardens that were labelled by their "
    "owners over a whole summer. On held-out gardens the error is below two millimetres for nine "
    "days out of ten, which is good enough for deciding when to water."
)
PASSAGE = (
    "The micro-\nphones hang under the eaves so that wind does not reach them, and each of them is "
    "wrapped in a stocking against spiders. We found the ﬁnal layer to be suﬃcient for all gardens."
)
MARKED = "wind does not reach them"
SOURCES = [
    SourceText(TITLE, "title"),
    SourceText(ABSTRACT, "abstract"),
    SourceText(MARKED, "highlight", 4),
    SourceText(PASSAGE, "passage", 3),
]
FIRST = "Rain gauges are rare in villages, although farmers would need them every day."
JAPANESE = SourceText(
    "本研究では、庭に置いたマイクで葉に落ちる雨粒の音を録音し、雨量を推定する手法を提案する。"
    "四十か所の庭で一夏のあいだ録音を行い、持ち主が毎日の雨量を書き込んだ。",
    "abstract",
)


def verdicts(note: str, *sources: SourceText) -> list[str]:
    return [one.verdict for one in check(note, sources or SOURCES).sentences]


def test_a_check_has_sentence_source_page_and_shared_words() -> None:
    note = (
        "Hang them high: the microphones hang under the eaves so that wind does not reach them.\n"
        "I would rather have used two of them, one of them under glass, and compared."
    )
    whole, own = check(note, SOURCES).sentences
    assert whole == CheckedSentence(
        "Hang them high: the microphones hang under the eaves so that wind does not reach them.",
        "copied",
        0.8125,
        "the microphones hang under the eaves so that wind does not reach them",
        SOURCES[3],
    )
    assert own == CheckedSentence(
        "I would rather have used two of them, one of them under glass, and compared."
    )


def test_of_equal_stretches_the_first_source_is_named() -> None:
    twice = [*SOURCES, SourceText(ABSTRACT, "passage", 1)]
    found = check(FIRST, twice)
    assert found == Check(
        (CheckedSentence(FIRST, "copied", 1.0, FIRST[:-1], SOURCES[1]),), "copied", True, 1.0
    )


def test_a_note_in_own_words_is_own() -> None:
    note = (
        "Nobody measures rain where it matters. They listen to leaves instead, which I find "
        "clever; hail must sound awful. Try it on our balcony with the old phone."
    )
    assert check(note, SOURCES).verdict == "own"
    assert check(note, SOURCES).share == 0


def test_a_note_is_mostly_copied_by_the_share_of_its_words() -> None:
    own = "I do not believe the numbers for hail, and nobody has asked the neighbours about it."
    assert check(f"{FIRST} {own}", SOURCES).is_mostly_copied is False
    assert check(f"{FIRST} {own}", SOURCES).verdict == "close"
    assert check(f"{FIRST} Odd.", SOURCES).is_mostly_copied is True
    assert check(f"{ABSTRACT} {own}", SOURCES).is_mostly_copied is True


def test_a_copied_sentence_with_a_few_changed_words_is_copied() -> None:
    changed = "Rain gauges are very rare in most villages, though farmers would need them each day."
    assert verdicts(changed) == ["copied"]


def test_a_sentence_with_a_copied_clause_is_close() -> None:
    note = (
        "What convinced me is that the error is below two millimetres for nine days, but the "
        "gardens were all in one valley and none had trees, so who knows."
    )
    assert verdicts(note) == ["close"]


@pytest.mark.parametrize(
    "note",
    [
        "Counting rain with garden microphones is what I would do as well.",  # the title
        "I read 1.8 mm for 40 gardens in 2021 and 2.3 mm, which looks small to me.",
        "They use held-out gardens and the garden microphones to judge.",
    ],
)
def test_title_numbers_and_terms_are_not_copying(note: str) -> None:
    source = SourceText(
        "Counting rain with garden microphones is cheap. It is 1.8 mm for 40 gardens in 2021 and "
        "2.3 mm for 12 gardens in 2022. On held-out gardens and the garden microphones it works.",
        "abstract",
    )
    assert verdicts(note, SourceText(TITLE, "title"), source) == ["own"]


def test_names_as_the_paper_prints_them_are_not_copying() -> None:
    source = SourceText(
        "We call it BERT, which means Bidirectional Encoder Representations from Transformers.",
        "abstract",
    )
    note = "BERT (Bidirectional Encoder Representations from Transformers) again."
    assert verdicts(note, source) == ["own"]


@pytest.mark.parametrize(
    "note",
    [
        f"“{FIRST}”",
        f'"{FIRST}"',
        f"> {FIRST}",
        f"「{FIRST}」",
        f"『{FIRST}』",
        f"They write “{FIRST}” and I doubt it.",
        f"```\n{FIRST}\n```",
        f"<!-- {FIRST} -->",
    ],
)
def test_quotations_are_not_copied(note: str) -> None:
    assert set(verdicts(note)) <= {"own"}
    assert check(note, SOURCES).is_mostly_copied is False


def test_marks_of_markdown_do_not_hide_a_copy() -> None:
    sentence = FIRST.removesuffix(".")
    for note in (
        f"- {sentence}",
        f"1. {sentence}",
        f"- [ ] **{sentence}**",
        f"[{sentence}](https://example.org/a)",
        f"| {sentence} |",
        f"*Rain gauges* are `now` {sentence.removeprefix('Rain gauges are ')}",
    ):
        assert verdicts(note) == ["copied"], note


def test_a_list_of_copied_lines_is_copied_line_by_line() -> None:
    note = "\n".join(f"* {part.strip()}" for part in ABSTRACT.split(".") if part)
    assert verdicts(note) == ["copied"] * 4


def test_headings_and_questions_of_a_template_are_not_sentences() -> None:
    note = (
        "# Rain\n\n## Problem\nNobody knows.\n\n---\n\n### What is the one idea in it?\nListening."
    )
    assert [one.text for one in check(note, SOURCES).sentences] == ["Nobody knows.", "Listening."]


def test_a_note_that_lost_its_line_breaks_is_still_read() -> None:
    note = f"## Summary {FIRST} * I like it. * And so on ## Doubts Hail?"
    assert verdicts(note) == ["copied", "own", "own", "own"]


@pytest.mark.parametrize(
    "note",
    [
        "each of them is wrapped in a stocking against spi-\nders",
        "We found the final layer to be sufficient for all gardens",
        "WE FOUND THE FINAL LAYER TO BE SUFFICIENT FOR ALL GARDENS",
        "Ｗｅ ｆｏｕｎｄ ｔｈｅ ｆｉｎａｌ ｌａｙｅｒ ｔｏ ｂｅ ｓｕｆｆｉｃｉｅｎｔ",
        "We found\nthe final\nlayer to be\nsufficient for\nall gardens",
        "The microphones hang under the eaves so that wind does not reach them",
    ],
)
def test_case_width_ligatures_hyphens_and_line_breaks_do_not_hide_a_copy(note: str) -> None:
    assert set(verdicts(note)) == {"copied"}


def test_japanese_is_compared_by_characters() -> None:
    copied = "庭に置いたマイクで葉に落ちる雨粒の音を録音し雨量を推定する手法を提案する。"
    own = "葉の種類が変わったらどうなるのか。うちの紫陽花なら雨の音はもっと低いはずだ。"
    terms = "雨粒の音と雨量の話。葉に落ちる雨粒が題材。"
    assert verdicts(copied, JAPANESE) == ["copied"]
    assert verdicts(own, JAPANESE) == ["own", "own"]
    assert verdicts(terms, JAPANESE) == ["own", "own"]


def test_half_width_and_decomposed_kana_are_the_same() -> None:
    source = SourceText(
        "カメラのデータを集めて、それがどのくらい役に立つかをグラフで調べた。", "abstract"
    )
    for note in (
        unicodedata.normalize("NFD", source.text),
        source.text.replace("カメラ", "ｶﾒﾗ").replace("データ", "ﾃﾞｰﾀ").replace("グラフ", "ｸﾞﾗﾌ"),
    ):
        assert verdicts(note, source) == ["copied"]


def test_mixed_languages_are_each_compared_with_their_own() -> None:
    note = f"{FIRST}\nこれはどの村でも本当だろうか。うちの村には雨量計が二つある。"
    found = check(note, SOURCES)
    assert [one.verdict for one in found.sentences] == ["copied", "own", "own"]
    assert found.n_unseen == 2


@pytest.mark.parametrize(
    ("note", "n"),
    [("", 0), ("   \n\n", 0), ("Rain.", 1), ("雨", 1), ("12.5", 0), ("$a+b$", 0), ("> x", 0)],
)
def test_a_note_without_prose_is_own(note: str, n: int) -> None:
    found = check(note, SOURCES)
    assert (found.verdict, found.share, len(found.sentences)) == ("own", 0.0, n)


def test_without_sources_every_sentence_is_own() -> None:
    assert check(ABSTRACT, []).verdict == "own"
    assert check(ABSTRACT, [SourceText(TITLE, "title")]).verdict == "own"
    assert (
        check(ABSTRACT, [SourceText("", "abstract"), SourceText(" \n", "passage", 2)]).found == ()
    )


def test_sources_are_prepared_once_for_many_notes() -> None:
    prepared = prepare(SOURCES)
    assert check(ABSTRACT, prepared) == check(ABSTRACT, SOURCES)


SENTENCES = [part.strip() + "." for part in ABSTRACT.split(".") if part]


def broken(text: str, at: list[int]) -> str:
    words = text.split(" ")
    return " ".join(f"{word}\n" if n in at else word for n, word in enumerate(words)).replace(
        "\n ", "\n"
    )


CHANGES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    str.title,
    lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace("fi", "ﬁ"),
    lambda text: text.replace(" ", "  "),
]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(SENTENCES),
    st.sampled_from(CHANGES),
    st.lists(st.integers(0, 30)),
    st.sampled_from(["", "- ", "1. ", "A word. "]),
)
def test_a_copied_sentence_is_copied_whatever_its_print(
    sentence: str, change: Callable[[str], str], at: list[int], before: str
) -> None:
    note = before + broken(change(sentence), at)
    found = check(note, SOURCES)
    copied = sum(len(one.text) for one in found.sentences if one.verdict == "copied")
    assert copied >= 0.95 * len("".join(sentence.split()))
    assert found.is_mostly_copied


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(SENTENCES), st.sampled_from(["“{}”", '"{}"', "「{}」", "『{}』", "> {}"]))
def test_a_quoted_sentence_is_own(sentence: str, quotation: str) -> None:
    found = check(quotation.format(sentence), SOURCES)
    assert found.found == ()
    assert not found.is_mostly_copied


TERMS = [
    "rain gauges",
    "garden microphones",
    "held-out gardens",
    "amount of rain",
    "sound of drops",
    "two millimetres",
    "final layer",
    "forty gardens",
    "whole summer",
    "the sound of drops on leaves",
]
FRAMES = [
    "{} beside {}, and nothing said about {}",
    "I doubt {} since {} ruin {}",
    "Why {} rather than {} or {}",
    "{}, {}, {}",
]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(FRAMES), st.lists(st.sampled_from(TERMS), min_size=3, max_size=3))
def test_a_sentence_that_shares_only_terms_is_never_copied(frame: str, terms: list[str]) -> None:
    assert verdicts(frame.format(*terms)) == ["own"]


PIECES = st.sampled_from(
    ["```", "> ", "“", "”", '"', "「", "」", "<!--", "-->", "$", "[[", "](", "# ", "- ", "\r\n",
     "\x1e", "\x00", "\ud800", "か\u3099", "e\u0301", "ﬁ", "Ａ", "。", "...", FIRST, "雨量を推定"]
)  # fmt: skip
NOTES = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join)


@settings(deadline=None, max_examples=300)
@given(NOTES, st.lists(NOTES, max_size=3))
@example("\U000fffff\u0345", ["ǰ\u0345"])
def test_no_text_is_refused(note: str, texts: list[str]) -> None:
    sources = [SourceText(text, "passage", n) for n, text in enumerate(texts)]
    found = check(note, [*sources, SourceText(note[:50], "title"), SourceText(note, "abstract")])
    assert 0 <= found.share <= 1
    assert all(0 <= one.share <= 1 and one.text for one in found.sentences)
    assert all((one.source is None) == (one.verdict == "own") for one in found.sentences)


THINGS = ["a ", "[", "<!--", '"a ', "“", "e\u0301\u0323", "あ", "か\u3099\u3099", "$a", "`", "<a"]
THINGS += ["- ", "\n", ".", "[a](", "http://", "a-", "- - ", "「あ", "# "]


@pytest.mark.parametrize("text", THINGS)
def test_a_large_uniform_text_takes_no_long_time(text: str) -> None:
    note = text * (100_000 // len(text))
    # By far the slowest takes half a second; what grows with the square takes minutes.
    check(note, [SourceText(note, "abstract")])
