"""Test that lines which an editor only shows are never kept, and typed words are never lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.config import BUILT_IN_TEMPLATES, Template
from reader.notes.draft import (
    HINT,
    all_texts,
    fields_of,
    laid_out,
    template_text,
    with_headings,
    without_shown,
    words_in,
)
from reader.notes.words import sentences

MINE = Template("mine", "# Mine\nIn a word: \n## What for?\n\n- cited by\n")
SHOWN = ("On Bees", "", "ABSTRACT", "Bees were shown cards.")
WHAT = "never kept"


def page(words: str) -> str:
    return laid_out(words, SHOWN, what=WHAT)


def kept(saved: str, before: str = "") -> str:
    return words_in(saved, templates=all_texts([MINE]), before=before)


def text_of(name: str) -> str:
    text = template_text(name, "en", [MINE])
    assert text is not None
    return text.rstrip("\n")


def test_an_editor_is_given_the_note_and_below_it_what_is_only_to_read() -> None:
    assert page("Bees count.") == (
        "Bees count.\n\n<!-- reader:show: never kept -->\n"
        "┊ On Bees\n┊\n┊ ABSTRACT\n┊ Bees were shown cards.\n<!-- reader:shown -->\n"
    )


@pytest.mark.parametrize("name", [*BUILT_IN_TEMPLATES, "mine"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_unchanged_template_is_an_empty_note(name: str, language: str) -> None:
    text = template_text(name, language, [MINE])  # type: ignore[arg-type]
    assert text is not None
    assert kept(page(text.rstrip("\n"))) == ""
    assert kept(text.replace("\n", " \n")) == ""


def test_templates_are_in_both_languages_and_differ() -> None:
    texts = [
        template_text(name, language)
        for name in ("key-points", "six-questions")
        for language in ("en", "ja")
    ]
    assert len(set(texts)) == 4
    assert [text and text.count("## ") for text in texts] == [5, 5, 6, 6]
    assert all(not text or not list(sentences(kept(text))) for text in texts)
    assert template_text("nobody's", "en", [MINE]) is None


def test_template_headings_without_words_are_dropped() -> None:
    saved = page(text_of("key-points"))
    saved = saved.replace("differently?\n", "differently?\nBees count to four.\n\n\nAnd on.\n")
    saved = saved.replace("not hold?\n", "not hold?\nIn the dark.\n")
    assert kept(saved) == ("## Idea\nBees count to four.\n\n\nAnd on.\n\n## Doubt\nIn the dark.")


def test_a_heading_stays_if_a_deeper_section_has_words() -> None:
    saved = text_of("mine").replace("What for?\n", "What for?\nFor the bees.\n")
    assert kept(saved) == "# Mine\n## What for?\nFor the bees."
    assert kept(text_of("mine").replace("a word: ", "a word: bees")) == "# Mine\nIn a word: bees"


def test_the_persons_own_headings_stay_without_words() -> None:
    saved = "## Problem\n### bees\n## Idea\n## Later"
    assert kept(saved) == "## Problem\n### bees\n## Later"


def test_words_typed_among_shown_lines_are_kept_and_moved_shown_lines_are_not() -> None:
    saved = page("Bees count.").replace("┊ ABSTRACT\n", "┊ ABSTRACT\nBut how?\n")
    assert kept("┊ Bees were shown cards.\n" + saved) == "Bees count.\n\nBut how?"
    no_end = page("Bees count.").replace("<!-- reader:shown -->\n", "Mine, at the end.\n")
    assert kept(no_end) == "Bees count.\n\nMine, at the end."


def test_words_typed_behind_a_shown_line_are_kept() -> None:
    hint = "┊ Where might it not hold?"
    begun = page(text_of("key-points")).replace(hint, f"{hint} In the dark.  ")
    assert kept(begun) == "## Doubt\nIn the dark."
    assert without_shown(begun, given=all_texts()).count("In the dark.") == 1
    opened = page("Bees count.")
    saved = opened.replace("shown cards.\n", "shown cards. Not ants!\n").replace("┊\n", "┊ x\n")
    assert words_in(saved, given=opened) == "Bees count.\n\nNot ants!"


def test_shown_lines_that_an_editor_joined_or_broke_are_not_kept() -> None:
    opened = page("Bees count.")
    joined = opened.replace("ABSTRACT\n┊", "ABSTRACT ┊").replace("shown cards.", "shown\n┊ cards.")
    assert words_in(joined, given=opened) == "Bees count."


def test_a_line_of_the_note_is_kept_even_with_the_mark_in_front() -> None:
    before = "┊ drawn by hand\n## Idea\n<!-- reader:shown -->"
    assert kept(page(before), before) == before
    assert without_shown(page(before), before=before) == before


def test_a_templates_headings_are_put_below_a_note_but_for_those_that_it_has() -> None:
    note = "## Idea\nBees count."
    opened = with_headings(note, text_of("key-points"))
    assert opened.startswith(f"{note}\n\n## Problem\n{HINT} ")
    assert opened.count("## Idea") == 1
    assert kept(page(opened), note) == note
    assert with_headings("", "") == ""


LINES = st.sampled_from(
    ["", " ", "┊ On Bees", "┊", "## Idea", "# Mine", "## mine", "- cited by", "a. b.", "```",
     "<!-- reader:show: x -->", "<!-- reader:shown -->", "<!-- reader:begin", "#", "┊┊", "\t┊ x"]
)  # fmt: skip
ANY = st.text(st.characters(blacklist_characters="\r\n", blacklist_categories=["Cs"]), max_size=8)
TEXTS = st.lists(LINES | ANY, max_size=9).map(lambda lines: "\n".join(lines).strip("\n"))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_note_comes_back_from_the_editor_as_it_was(note: str) -> None:
    assert kept(page(note), note) == note


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(st.text("ab., ", min_size=1, max_size=6), max_size=4), st.data())
def test_every_line_that_a_person_types_anywhere_is_kept(
    note: str, typed: list[str], data: st.DataObject
) -> None:
    lines = page(note).split("\n")
    for line in typed:
        lines.insert(data.draw(st.integers(0, len(lines))), f"x{line}")
    found = kept("\n".join(lines), note).split("\n")
    assert [line for line in typed if f"x{line}" not in found] == []


def test_a_note_has_the_fields_of_the_template_that_it_follows() -> None:
    texts = all_texts([MINE])
    names = [label for label, _ in fields_of("## 根拠\n数えた。\n\n## 疑問", texts)]
    assert names == ["課題", "アイデア", "根拠", "疑問", "自分はどう使うか"]
    assert fields_of("Words\n## What for?\n", texts) == [("What for?", "")]
    assert fields_of("## Doubt\nx", texts)[3] == ("Doubt", "Where might it not hold?")


@pytest.mark.parametrize("text", ["", "Bees count.", "# Idea\nx", "### Idea", "## Mine", "##Idea"])
def test_a_note_without_headings_of_a_template_has_no_fields(text: str) -> None:
    assert fields_of(text, all_texts([MINE])) == []
