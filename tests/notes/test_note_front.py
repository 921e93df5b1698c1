"""Test whose each line of a front matter is, and that a broken one is mended."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.front_matter import fields, spliced, values
from reader.notes.file import (
    block_of,
    cut,
    mend_front,
    new_file,
    replaced,
    splice,
    typed_inside,
    words_of,
)
from reader.notes.sheet import (
    PageEntry,
    Sheet,
    list_page,
    monday,
    tag_of,
    week_of,
)
from tests.samples import DAY


def render(sheet: Sheet) -> str:
    return new_file(sheet.ours, sheet.text)


OLD = Sheet(
    key="2025_Field_Bees",
    id="arxiv:2506.00001",
    title="On Bees",
    authors=("Ada Field", "Bo Lind"),
    year=2025,
    topic="a/b",
    state="skimmed",
    noted_on=DAY,
    text="Bees count. It was tried.",
)
NEW = Sheet(**{**{f: getattr(OLD, f) for f in OLD.__slots__}, "topic": "c", "state": "written"})
FILE = render(OLD)
END = "<!-- reader:end -->"


def updated(file: str) -> str:
    content = splice(file, NEW.ours, before=OLD.ours.front, titles=["On Bees"])
    assert content is not None
    return content


def changed(file: str) -> list[str]:
    """List the lines that an update removes and adds."""
    before, after = file.split("\n"), updated(file).split("\n")
    gone = [f"-{line}" for line in before if line not in after]
    return gone + [f"+{line}" for line in after if line not in before]


OURS = ['-topic: "a/b"', '-  - "a/b"', '-state: "skimmed"', '+topic: "c"', '+  - "c"',
        '+state: "written"']  # fmt: skip


def test_untouched_keys_are_updated() -> None:
    assert changed(FILE) == OURS
    assert updated(FILE) == render(NEW)


@pytest.mark.parametrize(
    ("line", "by_hand"),
    [
        ('state: "skimmed"', "state: to read again"),
        ('topic: "a/b"', "topic: mine"),
        ('title: "On Bees"', "title: 'Bees, shortly'"),
        ("year: 2025", "year: 1925"),
        ('  - "Bo Lind"', '  - "Bo Lind"\n  - "Cy Pond"'),
    ],
)
def test_a_key_changed_by_hand_stays_as_it_is(line: str, by_hand: str) -> None:
    edited = FILE.replace(line, by_hand, 1)
    once = updated(edited)
    assert by_hand in once
    assert splice(once, NEW.ours, before=NEW.ours.front, titles=["On Bees"]) == once


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ('title: "On Bees"', "title: On Bees"),
        ('id: "arxiv:2506.00001"', "id: 'arxiv:2506.00001'"),
        ('authors:\n  - "Ada Field"\n  - "Bo Lind"', "authors: [Ada Field, Bo Lind]"),
        ('authors:\n  - "Ada Field"\n  - "Bo Lind"', "authors:\n- Ada Field\n- Bo Lind"),
        ('title: "On Bees"', "title: >-\n  On\n  Bees"),
        ("date: 2025-06-04", 'date: "2025-06-04"'),
    ],
)
def test_a_key_formatted_otherwise_keeps_its_format(ours: str, theirs: str) -> None:
    edited = FILE.replace(ours, theirs, 1)
    assert theirs in updated(edited)
    assert changed(edited) == OURS


def test_others_items_in_our_lists_stay_and_only_our_tag_changes() -> None:
    edited = FILE.replace("tags:\n", "tags:\n  - reading\n").replace(
        'aliases:\n  - "On Bees"\n', "aliases:\n  - Bees\n"
    )
    new = updated(edited)
    assert values(new[4:])["tags"] == ("reading", "c")
    assert values(new[4:])["aliases"] == ("Bees",)


def test_a_list_removed_by_hand_stays_away() -> None:
    assert "tags:" not in updated(FILE.replace('tags:\n  - "a/b"\n', ""))


def test_a_key_of_ours_that_a_hand_deleted_is_made_again() -> None:
    assert 'state: "written"\n' in updated(FILE.replace('state: "skimmed"\n', ""))


def test_keys_that_an_older_version_did_not_write_stay() -> None:
    old = FILE.replace("date: 2025-06-04", "date: yesterday").replace('  - "a/b"', "  - mine")
    new = splice(old, NEW.ours, before="")
    assert new is not None
    assert "date: yesterday\n" in new
    assert "  - mine\n" in new
    assert 'topic: "c"\n' in new


def test_a_file_of_another_program_keeps_all_its_keys() -> None:
    theirs = "---\nid: 2506.00001\ntitle: Mine\n# a comment\n日付: 今日\n---\n"
    new = spliced(theirs, NEW.ours.keys, before=None, line_end="\n")
    assert new.startswith(theirs.removesuffix("---\n").replace("# a comment\n日付: 今日\n", ""))
    assert "# a comment\n日付: 今日\n" in new
    assert fields(new)["key"] == "2025_Field_Bees"


FOREIGN = FILE.replace("---\n\n#", "rating: 5\ncssclasses:\n- wide\n---\n\n#", 1)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(
    "broken",
    [
        lambda file: file.replace("---\n", "", 1),
        lambda file: file.replace("\n---\n", "\n", 1),
        lambda file: file.replace("---\n", "", 1).replace("\n---\n", "\n", 1),
        lambda file: file.partition("\n---\n")[2],
        lambda file: "\n\n" + file,
        lambda file: file.replace("\n---\n", "\n", 1).replace("It was", "\n---\nIt was"),
    ],
    ids=["no first", "no second", "neither", "none at all", "blank lines", "a rule instead"],
)
def test_a_broken_front_matter_is_put_back_in_order(broken: object, mark: str, end: str) -> None:
    assert callable(broken)
    found = mark + broken(FOREIGN).replace("\n", end)
    whole = mend_front(found, FOREIGN)
    words = words_of(whole, ["On Bees"])
    assert words
    assert [word for word in words.split() if word != "---"] == [
        "Bees",
        "count.",
        "It",
        "was",
        "tried.",
    ]
    assert whole.startswith(f"{mark}---{end}")
    assert fields(whole) == fields(FOREIGN)
    assert mend_front(whole, FOREIGN) == whole


def test_words_typed_above_the_front_matter_come_below_the_heading() -> None:
    whole = mend_front("A thought.\nAnother: one.\n" + FOREIGN, FOREIGN)
    assert words_of(whole) == "A thought.\nAnother: one.\n\nBees count. It was tried."


def test_a_whole_front_matter_is_left_as_it_is() -> None:
    for found in (FOREIGN, FOREIGN.replace("rating", "# note\n\nrating"), FOREIGN + "---\n"):
        assert mend_front(found, FOREIGN) == found


def test_words_typed_inside_the_block_are_found_and_formatting_is_not() -> None:
    block = block_of(FILE)
    typed = FILE.replace(END, f"Mine too.\n{END}")
    assert typed_inside(typed, [block]) == "Mine too."
    assert typed_inside(FILE.replace("[", "\\[").replace(" · ", "   "), [block]) == ""
    assert typed_inside(typed, [block, f"{block}\n\nMine too."]) == ""


TEXT = st.text(alphabet="ab\r\n ", max_size=12)


@settings(max_examples=300, deadline=None)
@given(TEXT, TEXT, st.sampled_from(["\n", "\r\n"]))
def test_lines_that_stay_keep_their_bytes(raw: str, text: str, end: str) -> None:
    lead, own, trail = cut(raw, end)
    assert lead + own + trail == raw
    said = own.replace("\r\n", "\n") if end == "\r\n" else own
    assert replaced(own, said, end) == own
    result = replaced(own, text, end)
    if end == "\n":
        assert result == text


def test_one_changed_line_changes_no_other() -> None:
    raw = "one  \r\ntwo\nthree\r\n四\n"
    assert replaced(raw[:-1], "one  \ntwo\nthree!\n四", "\r\n") == "one  \r\ntwo\nthree!\r\n四"


@pytest.mark.parametrize(
    ("topic", "tag"),
    [("speech/translation", "speech/translation"), ("own words/折り紙", "own-words/折り紙"),
     ("2024", "_2024"), ("a/c++", "a/c"), ("", "")],
)  # fmt: skip
def test_a_topic_becomes_a_tag(topic: str, tag: str) -> None:
    assert tag_of(topic) == tag


def test_pages_list_entries_in_a_fixed_order() -> None:
    bees = PageEntry(
        1,
        "Bees [1]",
        ("Ada Field", "Bo Lind"),
        "2025",
        "a",
        "../a/b.md",
        DAY,
        DAY,
        True,
        "insects",
        "They do.",
    )
    ants = PageEntry(
        2,
        "Ants",
        ("Bo Lind", "Cy Marsh", "Di Moor"),
        "",
        "a",
        "../a/a.md",
        DAY,
        DAY,
        False,
        "insects",
    )
    topic = list_page("topic a", [bees, ants])
    assert topic == list_page("topic a", [ants, bees])
    assert topic.block == (
        "- 2025-06-04 [Ants](../a/a.md) · Lind et al. · skimmed\n"
        "- 2025-06-04 [Bees \\[1\\]](../a/b.md) · Field & Lind 2025"
    )
    week = list_page(f"week {week_of(DAY)}", [bees])
    assert week.block == (
        "2025-06-02 – 2025-06-08\n\n## insects\n\n"
        "- 2025-06-04 [Bees \\[1\\]](../a/b.md) · Field & Lind 2025\n  They do."
    )
    assert fields(new_file(week, "")) == {"title": "2025-W23", "page": "week 2025-W23"}
    assert monday("2026-W01").isoformat() == "2025-12-29"
