"""Test where the words of a search are found on a page."""

from __future__ import annotations

from reader.morning.browse_library import MOST, boxes_of
from reader.pdfs.text.answer import PageLine, PageText


def page(*lines: str, y: float = 100.0) -> PageText:
    """Invent a page whose letters are ten points wide, its words a blank apart."""
    made = []
    for n, text in enumerate(lines):
        words, x = [], 0.0
        for word in text.split():
            words.append((x, x + 10 * len(word), word))
            x += 10 * (len(word) + 1)
        at = y + 20 * n
        made.append(PageLine(0, at, x, 10, 0, text, (at - 10, at + 2), tuple(words)))
    return PageText(1, 600, 800, (), tuple(made))


def test_words_are_found_whatever_their_case_and_number() -> None:
    found = boxes_of(page("Models, and a model-based MODEL", "A modelling"), "models")
    assert found == [(0, 90, 60, 102), (140, 90, 190, 102), (260, 90, 310, 102)]


def test_a_run_of_japanese_is_found_within_a_line() -> None:
    assert boxes_of(page("この同時通訳者は待つ。"), "同時通訳") == [(20, 90, 60, 102)]
    assert boxes_of(page("サーバーを待つ"), "サーバ") == [(0, 90, 40, 102)]


def test_a_phrase_and_filters_count_by_their_words() -> None:
    found = boxes_of(page("end to end"), '"end to end" author:field -survey year:2020')
    assert found == [(0, 90, 30, 102), (70, 90, 100, 102)]


def test_words_that_are_not_on_the_page_mark_nothing() -> None:
    for query in ("", "  ", "::", "absent", "author:field", "の"):
        assert boxes_of(page("Present words"), query) == []


def test_no_page_gets_more_boxes_than_anybody_can_see() -> None:
    assert len(boxes_of(page(*["word " * 40] * 40), "word")) == MOST
