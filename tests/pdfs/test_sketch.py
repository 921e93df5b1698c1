"""Test that a text is recognised in another file, and that no other text is taken for it."""

from __future__ import annotations

import random
from dataclasses import replace

from reader.library.passage import Block, Document, Page
from reader.pdfs.recognition import FEWEST, N_PLACES, SHINGLE_WIDTH, likeness, sketch_of
from tests.samples import document

WORDS = [a + b for a in ("ka", "mo", "ri", "se", "tu", "ven", "lo") for b in "bdfghjklmnprstvz"]


def text(seed: int, n: int = 400) -> str:
    draw = random.Random(seed)
    return " ".join(draw.choice(WORDS) for _ in range(n))


def test_the_same_text_in_another_order_of_pages_and_paragraphs_has_nearly_the_same_sketch() -> (
    None
):
    parts = [text(seed) for seed in range(8)]
    one = sketch_of(document(*parts))
    other = sketch_of(document(*parts[::-1]))
    assert len(one) == N_PLACES * SHINGLE_WIDTH
    assert likeness(one, other) == 1.0
    joined = sketch_of(document(" ".join(parts[4:] + parts[:4])))
    assert likeness(one, joined) > 0.95


def test_case_ligatures_and_full_width_letters_make_no_difference() -> None:
    one = sketch_of(document("The ﬁrst ＡＢＣ " + text(1)))
    assert one == sketch_of(document("the first abc " + text(1).upper()))


def test_another_text_is_not_like_it_and_a_longer_one_that_has_it_only_a_little() -> None:
    one, other = sketch_of(document(text(1))), sketch_of(document(text(2)))
    assert likeness(one, other) < 0.05
    both = sketch_of(document(text(1), *(text(n) for n in range(2, 10))))
    assert 0 < likeness(one, both) < 0.3


def test_a_revision_is_like_it() -> None:
    parts = [text(seed) for seed in range(6)]
    revised = sketch_of(document(*parts[:4], text(20), text(21)))
    assert 0.3 < likeness(sketch_of(document(*parts)), revised) < 0.7


def test_japanese_without_spaces_has_a_sketch_too() -> None:
    draw = random.Random(3)
    kana = [chr(code) for code in range(0x3042, 0x3093)]
    long = "".join(draw.choice(kana) for _ in range(900))
    one = sketch_of(document(long))
    assert likeness(one, sketch_of(document(long, "追記。"))) > 0.9


def test_a_text_of_few_words_has_no_sketch_and_no_likeness() -> None:
    assert sketch_of(Document(())) == ""
    assert sketch_of(document("A title page", "with few words")) == ""
    assert sketch_of(document(" ".join(WORDS[: FEWEST + 1]))) == ""
    assert likeness("", "") == likeness("", sketch_of(document(text(1)))) == 0.0


def test_references_and_words_in_figures_do_not_count() -> None:
    one = document(text(1))
    more = Block(text(2), kind="reference"), Block(text(3), kind="figure")
    assert sketch_of(one) == sketch_of(replace(one, pages=(*one.pages, Page(2, more))))
