"""Test the key sentence of a note, and the question that is asked before its words are shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.messages import _
from reader.library.config import BUILT_IN_TEMPLATES
from reader.notes.draft import all_texts
from reader.notes.words import key_sentence, question


@pytest.mark.parametrize(
    ("note", "sentence"),
    [
        ("It listens twice. Then it speaks.", "It listens twice."),
        ("一度目で聞く。二度目で訳す。", "一度目で聞く。"),
        ("## Problem\nToo slow.\n\n## Idea\n- It **listens** twice. And?\n", "It listens twice."),
        ("**課題**\n遅延が長い。\n\n**アイデア**\n二度聞いてから訳す。\n", "二度聞いてから訳す。"),
        ("## Problem\nToo slow for a talk.\n\n## Idea\n\n## Doubt\n", "Too slow for a talk."),
        ("> words of theirs, quoted.\n\nMine are these words.", "Mine are these words."),
        ("See [[2023_X|the other one]] and [a page](https://a.example/b) first. Then.",
         "See the other one and a page first."),
        ("# 手法 #\n三 words", "三 words"),
        ("Fig. 2 shows it by Inaguma et al. in short. Next.",
         "Fig. 2 shows it by Inaguma et al. in short."),
        ("one word", "one word"),
        ("", ""),
        ("---\n***\n", ""),
    ],
)  # fmt: skip
def test_the_key_sentence_is_the_idea_or_the_first_one(note: str, sentence: str) -> None:
    assert key_sentence(note) == sentence


def test_the_idea_of_every_built_in_template_is_found() -> None:
    assert len(all_texts()) == 2 * (len(BUILT_IN_TEMPLATES) - 1)
    for template in all_texts():
        headings = [line for line in template.split("\n") if line.startswith("#")]
        note = "\n".join(f"{head}\nHere stands sentence {n}.\n" for n, head in enumerate(headings))
        at = int(key_sentence(note).removesuffix(".").split()[-1])
        assert headings[at] in ("## Idea", "## アイデア", "## In one breath", "## ひとことで")


QUESTION = "What is the problem, the idea, the evidence, and what do you doubt?"


@pytest.mark.parametrize(
    ("note", "asked"),
    [
        ("Q: How many passes?\nTwo of them.", "How many passes?"),
        ("- **問**：何度聞くか\n二度。", "何度聞くか"),
        ("## Problem\nSlow.\n## Idea\nTwice.\n## Doubt\n",
         "What did you write under Problem, Idea?"),
        ("It listens twice.", _(QUESTION)),
        ("", _(QUESTION)),
    ],
)  # fmt: skip
def test_the_question_is_the_persons_or_names_their_headings(note: str, asked: str) -> None:
    assert str(question(note)) == asked


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="#*_-[]()|!>`Q:問 \nab。.", max_size=60))
def test_key_sentence_and_question_of_any_note_are_one_line(note: str) -> None:
    assert "\n" not in key_sentence(note) + str(question(note))
