"""Test passages: sentences whole, sections apart, nothing lost, none over the limit; and the
estimates of reading time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.passage import (
    CHARACTERS_A_MINUTE,
    WORDS_A_MINUTE,
    Block,
    Document,
    Page,
    Passage,
    minutes,
    paper_seconds,
    seconds,
    sentences,
    spent_s,
    split,
)
from tests.samples import paper

CJK = re.compile("[\u3040-\u30ff\u4e00-\u9fff。、]")


def count(texts: Sequence[str]) -> list[int]:
    """Count words and Japanese characters, much as a tokenizer would."""
    return [len(CJK.sub(" ", text).split()) + len(CJK.findall(text)) for text in texts]


def count_with_marks(texts: Sequence[str]) -> list[int]:
    """Count as an encoder does that puts a prefix and two marks around each text."""
    return [n + 4 for n in count(texts)]


def document(*blocks: Block) -> Document:
    return Document(pages=(Page(1, blocks),))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It is fast!", ["It works. ", "It is fast!"]),
        ("Does it? (Yes.) It does.", ["Does it? ", "(Yes.) ", "It does."]),
        ("Lee et al. Found it in Fig. 3 of it.", ["Lee et al. Found it in Fig. 3 of it."]),
        ("J. Doe saw 3.5 points, e.g. Here.", ["J. Doe saw 3.5 points, e.g. Here."]),
        ("音声を訳す。誤りは減った。", ["音声を訳す。", "誤りは減った。"]),
        ("彼は「はい。」と言う．3．5点だ．", ["彼は「はい。」", "と言う．", "3．5点だ．"]),
        ("A title\nThe text. More", ["A title\n", "The text. ", "More"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_short_section_is_one_passage_with_its_heading_and_page() -> None:
    paper = Document(
        pages=(
            Page(1, (Block("A title", "heading"), Block("Two authors."))),
            Page(2, (Block("1 Idea", "heading"), Block("It listens."), Block("It speaks."))),
        )
    )
    assert split(paper, count_tokens=count) == (
        Passage(n=0, text="Two authors.", page=1, section="A title"),
        Passage(n=1, text="It listens.\nIt speaks.", page=2, section="1 Idea"),
    )


def test_passages_of_a_long_section_end_at_sentences_and_are_about_equal() -> None:
    text = " ".join(f"Sentence number {n} has seven words." for n in range(9))
    found = split(document(Block(text)), count_tokens=count, max_tokens=48)
    assert [count([p.text])[0] for p in found] == [30, 24]
    assert all(p.text.endswith(".") for p in found)


def test_a_paragraph_that_goes_on_over_a_page_is_one_sentence_of_its_first_page() -> None:
    paper = Document(
        pages=(
            Page(1, (Block("We trans"), Block("A side remark.", "footnote"))),
            Page(2, (Block("late speech. Then we stop.", glue=""),)),
        )
    )
    assert split(paper, count_tokens=count, max_tokens=4) == (
        Passage(n=0, text="We translate speech.", page=1),
        Passage(n=1, text="Then we stop.", page=2),
        Passage(n=2, text="A side remark.", page=1),
    )


def test_a_heading_below_a_heading_belongs_to_it() -> None:
    found = split(
        document(Block("3 Data", "heading"), Block("3.1 Words", "heading"), Block("Many.")),
        count_tokens=count,
    )
    assert [p.section for p in found] == ["3 Data / 3.1 Words"]


def test_references_are_left_out() -> None:
    found = split(
        document(
            Block("We end."), Block("References", "heading"), Block("[1] A. Doe.", "reference")
        ),
        count_tokens=count,
    )
    assert [p.text for p in found] == ["We end."]


def test_a_sentence_over_the_limit_is_cut_at_a_clause() -> None:
    found = split(
        document(Block("it hears one two three, and it says four five six.")),
        count_tokens=count,
        max_tokens=8,
    )
    assert [p.text for p in found] == ["it hears one two three,", "and it says four five six."]


def test_japanese_without_any_full_stop_is_cut_at_characters() -> None:
    found = split(document(Block("音" * 50)), count_tokens=count, max_tokens=20)
    assert "".join(p.text for p in found) == "音" * 50
    assert max(count([p.text])[0] for p in found) <= 20


def test_a_document_without_text_has_no_passages() -> None:
    assert split(Document(pages=()), count_tokens=count) == ()
    assert split(Document(pages=(Page(1),), n_scanned=1), count_tokens=count) == ()


WORDS = st.text(
    alphabet=list("abcXYZ 019.,;:!?-()[]。、．音声翻訳「」\t"), min_size=1, max_size=120
)
BLOCKS = st.builds(
    Block,
    text=WORDS,
    kind=st.sampled_from(["text", "text", "heading", "caption", "footnote", "reference"]),
    glue=st.sampled_from(["\n", " ", ""]),
)
DOCUMENTS = st.lists(st.lists(BLOCKS, max_size=6), max_size=4).map(
    lambda pages: Document(pages=tuple(Page(n, tuple(b)) for n, b in enumerate(pages, 1)))
)


def solid(text: str) -> str:
    return "".join(text.split())


def kept_text(paper: Document) -> str:
    """Build the promised text by hand: each section's text, then the parts set aside in it."""
    text, running, apart = "", "", ""
    for page in paper.pages:
        for block in page.blocks:
            if block.kind == "heading":
                text, running, apart = text + running + apart, "", ""
            elif block.kind == "text":
                running += block.text
            elif block.kind != "reference":
                apart += block.text
    return solid(text + running + apart)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.integers(min_value=1, max_value=30))
def test_nothing_is_lost_nothing_moved_and_nothing_over_the_limit(
    paper: Document, max_tokens: int
) -> None:
    found = split(paper, count_tokens=count, max_tokens=max_tokens)
    assert solid("".join(p.text for p in found)) == kept_text(paper)
    assert all(n <= max_tokens for n in count([p.text for p in found]))
    assert [p.n for p in found] == list(range(len(found)))
    assert all(p.text == p.text.strip() != "" for p in found)


@settings(max_examples=100, deadline=None)
@given(DOCUMENTS)
def test_what_an_encoder_adds_to_each_text_is_within_the_limit(paper: Document) -> None:
    found = split(paper, count_tokens=count_with_marks, max_tokens=12)
    assert solid("".join(p.text for p in found)) == kept_text(paper)
    assert all(n <= 12 for n in count_with_marks([p.text for p in found]))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_sentences_put_together_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


def test_the_references_are_the_entries_of_the_list() -> None:
    paper = document(Block("Text."), Block("[1] A.", "reference"), Block("[2] B.", "reference"))
    assert paper.references == ("[1] A.", "[2] B.")
    assert Document(pages=()).references == ()


NOON = datetime(2025, 6, 4, 12, tzinfo=UTC)


def test_english_counts_in_words_and_japanese_in_characters() -> None:
    assert seconds("one two-three can't " * WORDS_A_MINUTE) == pytest.approx(180)
    assert seconds("静かな庭、" * CHARACTERS_A_MINUTE) == pytest.approx(240)
    assert seconds("ASR は一つ。") == pytest.approx(seconds("ASR") + seconds("は一つ"))
    assert seconds("") == seconds(" … 、 -- ") == 0


def test_a_paper_takes_its_title_its_abstract_and_what_is_said_of_it() -> None:
    one = paper(1, "Two words", "And four more words.")
    assert paper_seconds(one, ["Read this."]) == pytest.approx(8 * 60 / WORDS_A_MINUTE)


def test_any_text_takes_at_least_one_minute() -> None:
    assert [minutes(s) for s in (0, 0.1, 60, 89, 91, 600)] == [0, 1, 1, 1, 2, 10]


def test_time_spent_leaves_pauses_out_and_needs_no_order() -> None:
    moments = [NOON + timedelta(seconds=s) for s in (0, 20, 60, 4000, 4030)]
    assert spent_s(moments) == spent_s(moments[::-1]) == 90
    assert spent_s([]) == spent_s(moments[:1]) == 0


@given(st.text(max_size=300), st.text(max_size=300))
def test_more_text_never_takes_less(one: str, other: str) -> None:
    assert seconds(f"{one} {other}") >= seconds(one) >= 0
