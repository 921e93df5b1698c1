"""Test that no line is too wide, in any script."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reader.base.text import columns, plain, wrap
from reader.cli.triage.layout import COLOURED, PLAIN, Span, cut, fold, painted, spread, text_of

TEXTS = st.text(st.sampled_from("ab é庭園、。「」ー… -x\u0301"), max_size=80).map(plain)


def test_japanese_is_broken_as_it_is_printed() -> None:
    # No comma begins a line and no opening bracket ends one.
    assert fold("静かな庭、遠い「海」の音。", 8) == ["静かな", "庭、遠い", "「海」の", "音。"]
    assert fold("ASR は 音声認識", 8) == ["ASR は", "音声認識"]


def test_a_quotation_mark_stays_with_its_word() -> None:
    assert fold("in the title; “ASR”, “word”", 16) == ["in the title;", "“ASR”, “word”"]
    assert wrap("in the title; “ASR”, “word”", 14) == ["in the title;", "“ASR”, “word”"]


def test_a_word_longer_than_a_line_is_broken() -> None:
    assert fold("see https://example.org/x", 10) == ["see", "https://ex", "ample.org/", "x"]


def test_cut_text_ends_with_dots() -> None:
    assert fold("one two three four", 9, 2) == ["one two", "three fo…"]
    assert fold("one two", 9, 2) == ["one two"]
    assert fold("", 9, 2) == [""]
    assert fold("one", 9, 0) == []


@given(TEXTS, st.integers(2, 40), st.one_of(st.none(), st.integers(0, 5)))
def test_no_line_is_too_wide_and_no_character_is_lost(
    text: str, width: int, most: int | None
) -> None:
    lines = fold(text, width, most)
    assert max((columns(line) for line in lines), default=0) <= width
    if most is None:
        assert "".join("".join(lines).split()) == "".join(text.split())
    else:
        assert len(lines) <= max(most, 0)


@given(TEXTS, TEXTS, st.integers(0, 60))
def test_cut_and_spread_fill_no_more_than_the_width(left: str, right: str, width: int) -> None:
    spans = [Span(left, "bold"), Span(right)]
    assert columns(text_of(cut(spans, width))) <= width
    assert columns(text_of(spread(spans[:1], spans[1:], width))) == width


def test_without_colours_nothing_is_coloured() -> None:
    spans = (Span("a", "warn"), Span("b", "good"), Span("c"))
    assert painted(spans, COLOURED) == "\x1b[1;31ma\x1b[m\x1b[32mb\x1b[mc"
    assert painted(spans, PLAIN) == "\x1b[1ma\x1b[mbc"
