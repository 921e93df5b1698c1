"""Test when two marks are the same, which words of a mark are shown, and names of colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.library.highlight import (
    Box,
    Highlight,
    MarkMatch,
    MarkState,
    VisibleMark,
    cleaned,
    colour_word,
    fold,
    match,
    shown,
)
from tests.samples import NOW

BOX: Box = (72.0, 100.0, 300.0, 112.0)
BELOW: Box = (72.0, 400.0, 300.0, 412.0)
OLD = Highlight(2, 5, "highlight", "sixty snails turned", colour="#ffff00", box=BOX)
STICKY = Highlight(2, 9, "note", "", "Why?", box=(500.0, 100.0, 520.0, 120.0))


def kept(
    id_: int, highlight: Highlight, *, mark: int | None = None, is_gone: bool = False
) -> MarkState:
    return MarkState(id_, mark or id_, 1, highlight, NOW, NOW if is_gone else None)


def each(box: Box, change: Callable[[float], float]) -> Box:
    x0, y0, x1, y1 = map(change, box)
    return (x0, y0, x1, y1)


KNOWN = [kept(1, OLD), kept(2, STICKY)]


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (OLD, MarkMatch(1, 1)),
        (
            replace(OLD, text="SIXTY snails tur-ned", box=(72.5, 99.0, 301.0, 113.0)),
            MarkMatch(1, 1),
        ),
        (replace(OLD, colour="#ffee11", is_flattened=True, place=7), MarkMatch(1, 1)),
        (replace(OLD, colour="#00ff00"), MarkMatch(1)),
        (replace(OLD, note="All of them?"), MarkMatch(1)),
        (replace(OLD, text="sixty snails turned at once", box=(72, 100, 360, 112)), MarkMatch(1)),
        (replace(OLD, text="snails turned", box=(110, 100, 300, 112)), MarkMatch(1)),
        (replace(OLD, text="snails turned at once", box=(110, 100, 360, 112)), MarkMatch(1)),
        (replace(OLD, kind="underline"), MarkMatch(1)),
        (replace(OLD, box=BELOW), MarkMatch()),
        (replace(OLD, page=3), MarkMatch()),
        (replace(OLD, text="played rain"), MarkMatch()),
        (replace(OLD, text="played rain", box=(280, 100, 340, 112)), MarkMatch()),
        (STICKY, MarkMatch(2, 2)),
        (replace(STICKY, note="Why not?"), MarkMatch(2)),
        (replace(STICKY, box=BELOW), MarkMatch(2, 2)),
        (replace(STICKY, note="Why not?", box=BELOW), MarkMatch()),
        (replace(STICKY, box=BELOW, note=""), MarkMatch()),
    ],
)
def test_a_mark_is_known_again(new: Highlight, found: MarkMatch) -> None:
    assert match(KNOWN, [new]) == [found]


def test_long_words_are_known_wherever_they_stand_on_their_page() -> None:
    text = "sixty of ninety snails turned towards the sound"
    assert match([kept(1, replace(OLD, text=text))], [replace(OLD, text=text, box=BELOW)]) == [
        MarkMatch(1, 1)
    ]


def test_a_word_that_is_marked_twice_is_two_marks() -> None:
    twice = [replace(OLD, text="snail"), replace(OLD, text="snail", box=BELOW)]
    known = [kept(n, h) for n, h in enumerate(twice, 1)]
    assert match(known, twice[::-1]) == [MarkMatch(2, 2), MarkMatch(1, 1)]
    assert match(known[:1], twice) == [MarkMatch(1, 1), MarkMatch()]


def test_of_a_mark_split_in_two_the_second_part_is_new() -> None:
    one = replace(OLD, text="sixty snails", box=(72, 100, 180, 112))
    other = replace(OLD, text="turned", box=(240, 100, 300, 112))
    assert match([kept(1, OLD)], [one, other]) == [MarkMatch(1), MarkMatch()]


def test_an_earlier_state_and_a_removed_mark_are_known_again() -> None:
    red = replace(OLD, colour="#ff0000")
    known = [kept(1, OLD, is_gone=True), kept(2, red, mark=1)]
    assert match(known, [OLD]) == [MarkMatch(1, 1)]
    assert match(known, [red]) == [MarkMatch(1, 2)]


def test_thousands_of_marks_at_one_place_are_compared_in_time() -> None:
    many = [replace(OLD, text=f"{n} snails", box=(n, 0.0, n + 9.0, 9.0)) for n in range(2_000)]
    known = [kept(n, h) for n, h in enumerate(many, 1)]
    assert len(match(known, [replace(h, note="x") for h in many])) == 2_000


@pytest.mark.parametrize("n", [1_000, 10_000])
def test_each_of_many_marks_on_a_page_is_known_again(n: int) -> None:
    """Test more marks than a page has places at the six digits that a row keeps of a box."""
    places = [(x / 7, 0.0, x / 7 + 0.123456789, 9.0) for x in range(n)]
    many = [replace(OLD, text=f"word {x % 999}", box=box) for x, box in enumerate(places)]
    rows = [replace(h, box=each(h.box, lambda x: float(f"{x:g}"))) for h in many]
    known = [kept(id_, h) for id_, h in enumerate(rows, 1)]
    assert match(known, many) == [MarkMatch(id_, id_) for id_ in range(1, n + 1)]


def test_a_thousand_marks_that_another_app_shifted_a_little_are_known_again() -> None:
    many = [replace(OLD, text=f"word {n}", box=(n, 0.0, n + 9.0, 9.0)) for n in range(1_000)]
    known = [kept(n, h) for n, h in enumerate(many, 1)]
    shifted = [replace(h, box=each(h.box, lambda x: x + 0.4)) for h in many]
    assert match(known, shifted) == [MarkMatch(n, n) for n in range(1, 1_001)]


def test_a_mark_whose_words_cannot_be_read_any_more_keeps_those_it_had() -> None:
    mute = replace(OLD, text="", place=0)
    assert match(KNOWN, [mute]) == [MarkMatch(1, 1, OLD)]
    assert match(KNOWN, [replace(mute, note="Why?")]) == [MarkMatch(1, None, OLD)]
    assert match(KNOWN, [replace(mute, kind="underline")]) == [MarkMatch()]
    assert match(KNOWN, [replace(mute, box=(72, 100, 600, 300))]) == [MarkMatch()]
    assert match([kept(1, mute)], [OLD]) == [MarkMatch(1)]


def test_a_mark_that_an_app_wrote_twice_is_one_and_keeps_its_text() -> None:
    dirty = replace(OLD, text="sixty\x1b[31m\nsnails", note="a\r\nb\ud800")
    assert cleaned([dirty, dirty, STICKY]) == [
        replace(OLD, text="sixty snails", note="a\nb"),
        STICKY,
    ]


def test_the_newest_state_that_is_there_is_shown_and_no_typed_note_is_hidden() -> None:
    longer = replace(OLD, note="on the laptop", place=1)
    states = [
        kept(1, STICKY, is_gone=True),
        kept(2, replace(OLD, note="on the iPad")),
        kept(3, replace(OLD, note="gone"), mark=2, is_gone=True),
        kept(4, longer, mark=2),
    ]
    assert shown(states) == [
        VisibleMark(4, replace(longer, note="on the laptop\non the iPad"), NOW, None),
        VisibleMark(1, STICKY, NOW, NOW),
    ]


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        ("#ffff00", "yellow"),
        ("#ffd400", "yellow"),
        ("#fae15f", "yellow"),
        ("#f19837", "orange"),
        ("#ff6666", "red"),
        ("#ff0000", "red"),
        ("#ffb6c1", "pink"),
        ("#fb9fbc", "pink"),
        ("#5fb236", "green"),
        ("#9fdd7e", "green"),
        ("#2ea8e5", "blue"),
        ("#78b8fb", "blue"),
        ("#a28ae5", "purple"),
        ("#00ffff", "cyan"),
        ("#aaaaaa", "grey"),
        ("#000000", "black"),
        ("#ffffff", "white"),
        ("", ""),
        ("yellow", ""),
    ],
)
def test_a_colour_has_the_name_that_people_give_it(colour: str, word: str) -> None:
    assert colour_word(colour) == word


def test_words_are_compared_without_what_programs_read_differently() -> None:
    assert fold("Word-\u00adbased  ﬁne") == fold("wordbased fine")
    assert fold("機械 学習") != fold("機械")
    assert fold("∑") == "∑"


BOXES = st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(7, 12)] * 2).map(
    lambda box: tuple(float(10 * x) for x in box)
)
HIGHLIGHTS = st.lists(
    st.builds(
        Highlight,
        page=st.integers(1, 2),
        place=st.integers(0, 9),
        kind=st.sampled_from(["highlight", "underline", "note"]),
        text=st.sampled_from(["", "a", "snails", "snails hear", "they hear rain"]),
        note=st.sampled_from(["", "x", "y"]),
        colour=st.sampled_from(["", "#ffff00", "#ff0000"]),
        box=BOXES,
    ),
    max_size=8,
).map(cleaned)


@settings(max_examples=80, deadline=None)
@given(HIGHLIGHTS, HIGHLIGHTS)
def test_a_mark_is_claimed_once_and_a_copy_again_is_all_known(
    before: list[Highlight], after: list[Highlight]
) -> None:
    known = [kept(n, h) for n, h in enumerate(before, 1)]
    assert [m.state for m in match(known, before)] == [k.id for k in known]
    marks = [m.mark for m in match(known, after) if m.mark]
    assert len(marks) == len(set(marks))
