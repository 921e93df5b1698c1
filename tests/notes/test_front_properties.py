"""Test that tags, rating and priority are the same in a file's front matter and its paper."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.front_matter import Value, items_of, values, yaml_of
from reader.library.folder import Library
from reader.library.paper import PropertyChange, tag_fold
from reader.library.rows import decisions, papers, properties
from reader.morning.edit import file_paper, tag
from reader.morning.undo import past_acts, take_back
from reader.notes.export import export
from reader.notes.write import add_note
from tests.samples import DAY, NOW, a_library, paper

TOPIC = "speech/translation"
FILE = f"notes/{TOPIC}/2025_Field_Bees.md"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with noted(tmp_path) as library:
        yield library


@contextmanager
def noted(folder: Path) -> Iterator[Library]:
    """A paper with a note that was exported."""
    with a_library(folder) as library:
        papers.add_papers(library.db, [paper(1, "On Bees")], source="arXiv", on=DAY)
        decisions.add_filing(library.db, 1, TOPIC, at=NOW)
        add_note(library, papers.papers_at(library.db, [1])[0], "Bees count. It was tried.")
        export(library)
        yield library


def content(library: Library, path: str = FILE) -> str:
    return (library.folder / path).read_bytes().decode()


def edit(library: Library, change: Callable[[str], str]) -> None:
    before = content(library)
    (library.folder / FILE).write_bytes(change(before).encode())


def front(library: Library, path: str = FILE) -> dict[str, Value]:
    found = values(yaml_of(content(library, path)))
    return {key: found[key] for key in ("tags", "rating", "priority") if key in found}


def library_paper(library: Library) -> tuple[tuple[str, ...], int | None, str]:
    [one] = papers.papers_at(library.db, [1])
    return one.tags, one.rating, one.priority


def with_line(line: str) -> Callable[[str], str]:
    """Add a line to the front matter, in place of one with the same key."""
    key = line.partition(":")[0]

    def change(text: str) -> str:
        text = re.sub(rf"^{key}:.*\n(?:[ ]+- .*\n)*", "", text, count=1, flags=re.MULTILINE)
        return text.replace("\n---\n", f"\n{line}\n---\n", 1)

    return change


def test_a_command_is_in_the_file_at_once(library: Library) -> None:
    assert front(library) == {"tags": (TOPIC,)}
    tag(library, [1], PropertyChange(add=("to cite", "survey"), rating=4, priority="high"))
    assert front(library) == {
        "tags": (TOPIC, "survey", "to-cite"), "rating": "4", "priority": "high",
    }  # fmt: skip
    assert "rating: 4\npriority: high\n" in content(library)
    tag(library, [1], PropertyChange(remove=("to-cite",), rating=0, priority="normal"))
    assert front(library) == {"tags": (TOPIC, "survey")}
    take_back(library)
    assert front(library)["tags"] == (TOPIC, "survey", "to-cite")
    before = content(library)
    assert export(library).written == []
    assert content(library) == before


def test_what_a_hand_changes_is_an_act_that_undo_takes_back(library: Library) -> None:
    tag(library, [1], PropertyChange(add=("survey",), rating=2))
    edit(library, lambda text: text.replace('"survey"', "mine\n  - '#ASR'"))
    edit(library, with_line("rating: 5  # read it twice"))
    edit(library, with_line("priority: Low"))
    done = export(library)
    assert (done.tagged, done.read_in, done.left) == ([FILE], [], [])
    assert library_paper(library) == (("ASR", "mine"), 5, "low")
    assert "rating: 5  # read it twice\n" in content(library)
    assert "priority: Low\n" in content(library)
    assert front(library)["tags"] == (TOPIC, "mine", "#ASR")
    assert export(library).tagged == []
    take_back(library)
    assert library_paper(library) == (("survey",), 2, "normal")
    assert front(library) == {"tags": (TOPIC, "survey"), "rating": "2"}


@pytest.mark.parametrize(
    "tags",
    [
        "tags: [a/b, to cite]",
        "tags: a/b,to-cite",
        "tags:\n- a/b\n- 'to cite'",
        'tags: ["a/b",\n  to cite]',
    ],
)
def test_a_list_in_any_form_is_read_and_grows(library: Library, tags: str) -> None:
    edit(library, with_line(tags))
    export(library)
    assert library_paper(library)[0] == ("a/b", "to cite" if "to cite" in tags else "to-cite")
    tag(library, [1], PropertyChange(add=("more",), remove=("a/b",)))
    assert {*map(tag_fold, items_of(front(library)["tags"]))} == {"to-cite", "more"}
    assert export(library).tagged == []


def test_both_sides_changed_tags_and_all_changes_count(library: Library) -> None:
    tag(library, [1], PropertyChange(add=("a", "b", "c")))
    edit(library, lambda text: text.replace('"a"', "new"))
    # Without an export in between, as where feeds.toml says `export = false`.
    _behind(library, PropertyChange(("d",), ("b",)))
    assert export(library).left == []
    assert library_paper(library)[0] == ("c", "d", "new")
    assert {*front(library)["tags"]} == {TOPIC, "c", "d", "new"}


def _behind(library: Library, wanted: PropertyChange) -> None:
    """Change properties, and leave the file behind."""
    with library.db.writing():
        act = decisions.next_act(library.db)
        properties.change(library.db, [1], wanted, act=act, at=NOW, on=DAY)


def test_of_two_ratings_the_librarys_stays_and_a_line_says_so(library: Library) -> None:
    tag(library, [1], PropertyChange(rating=3, priority="high"))
    edit(library, with_line("rating: 4"))
    edit(library, lambda text: text.replace("priority: high\n", ""))
    _behind(library, PropertyChange(rating=2, priority="low"))
    assert [str(error) for error in export(library).left] == [
        f"{FILE}: rating 4 was not taken over, because it was set to 2 here since.",
        f"{FILE}: priority - was not taken over, because it was set to low here since.",
    ]
    assert library_paper(library) == ((), 2, "low")
    assert front(library) == {"tags": (TOPIC,), "rating": "2", "priority": "low"}
    assert export(library).left == []


def test_a_value_that_is_none_is_left_alone_and_said_once(library: Library) -> None:
    edit(library, with_line("rating: 8/10"))
    edit(library, with_line("priority: urgent"))
    tag(library, [1], PropertyChange(rating=3))
    assert (library_paper(library)[1], front(library)["rating"]) == (3, "8/10")
    assert export(library).left == []
    edit(library, with_line("rating: 6"))
    assert [str(error) for error in export(library).left] == [
        f"{FILE}: rating 6 was not taken over. A rating is 1 to 5, a priority high, normal or low.",
        f"{FILE}: priority urgent was not taken over. A rating is 1 to 5, a priority high, "
        "normal or low.",
    ]
    edit(library, with_line("rating: 2"))
    export(library)
    assert library_paper(library)[1] == 2


def test_the_topics_tag_is_no_tag_of_the_paper(library: Library) -> None:
    tag(library, [1], PropertyChange(add=("mine",)))
    [one] = papers.papers_at(library.db, [1])
    file_paper(library, one, "nlp/llm")
    export(library)
    moved = "notes/nlp/llm/2025_Field_Bees.md"
    assert (front(library, moved)["tags"], library_paper(library)[0]) == (
        ("nlp/llm", "mine"),
        ("mine",),
    )
    # Taken out by a hand it stays out, also under another topic, and others still come in.
    file = library.folder / moved
    file.write_text(content(library, moved).replace('  - "nlp/llm"\n', ""), "utf-8")
    export(library)
    file_paper(library, one, TOPIC)
    tag(library, [1], PropertyChange(add=("more",)))
    assert (front(library)["tags"], library_paper(library)[0]) == (
        ("mine", "more"),
        ("mine", "more"),
    )


def test_tags_of_a_hand_from_before_are_read_in_once(library: Library) -> None:
    # As an older version left it: its record of the file has them, and no row.
    edit(library, lambda text: text.replace(f'  - "{TOPIC}"', f'  - "{TOPIC}"\n  - old'))
    with library.db.writing():
        library.db.execute("UPDATE exports SET content = ?", (content(library),))
    assert (export(library).tagged, library_paper(library)[0]) == ([FILE], ("old",))
    tag(library, [1], PropertyChange(remove=("old",)))
    assert (export(library).tagged, library_paper(library)[0]) == ([], ())


def test_a_file_that_becomes_a_note_brings_its_own(tmp_path: Path) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "On Bees")], source="arXiv", on=DAY)
        tag(library, [1], PropertyChange(add=("mine",), rating=1))
        (library.folder / "notes").mkdir(exist_ok=True)
        own = '---\nid: "arxiv:2506.00001"\ntags: [bees]\nrating: 4\n---\nBees count. I saw it.\n'
        (library.folder / "notes" / "bees.md").write_text(own, "utf-8")
        export(library)
        assert library_paper(library) == (("bees", "mine"), 4, "normal")
        export(library)
        [file] = (library.folder / "notes").glob("*/**/bees.md")
        there = front(library, str(file.relative_to(library.folder)))
        assert ({*items_of(there["tags"])}, there["rating"]) == ({"bees", "mine"}, "4")


NAMES = st.sampled_from(["a", "to cite", "B/c", "翻訳", "C++", "2024"])
HANDS = st.one_of(
    st.tuples(st.just("put"), NAMES),
    st.tuples(st.just("take"), NAMES),
    st.tuples(st.just("rating"), st.sampled_from(["", "1", "5"])),
    st.tuples(st.just("priority"), st.sampled_from(["", "high", "low", "normal"])),
    st.tuples(st.just("style"), st.sampled_from(["block", "line"])),
)
COMMANDS = st.builds(
    PropertyChange,
    add=st.lists(NAMES, max_size=2).map(tuple),
    remove=st.lists(NAMES, max_size=2).map(tuple),
    rating=st.sampled_from([None, 0, 2, 5]),
    priority=st.sampled_from([None, "normal", "high", "low"]),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hand"), HANDS),
        st.tuples(st.just("command"), COMMANDS),
        st.tuples(st.just("undo"), st.none()),
        st.tuples(st.just("export"), st.none()),
    ),
    max_size=8,
)


def by_hand(text: str, kind: str, value: str) -> str:
    found = values(yaml_of(text))
    tags = [*items_of(found.get("tags", ()))]
    if kind in ("rating", "priority"):
        return with_line(f"{kind}: {value}")(text)
    if kind == "put":
        tags += [value] if tag_fold(value) not in map(tag_fold, tags) else []
    if kind == "take":
        tags = [one for one in tags if tag_fold(one) != tag_fold(value)]
    if value == "line":
        return with_line(f"tags: [{', '.join(tags)}]")(text)
    return with_line("\n".join(["tags:", *(f"  - {one}" for one in tags)]))(text)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_command_and_hand_by_turns_give_what_each_last_said(
    steps: list[tuple[str, tuple[str, str] | PropertyChange | None]],
) -> None:
    with tempfile.TemporaryDirectory() as name, noted(Path(name)) as library:
        tags, rating, priority = set[str](), 0, "normal"
        for kind, what in steps:
            if kind == "hand" and isinstance(what, tuple):
                edit(library, lambda text, what=what: by_hand(text, *what))  # type: ignore[misc]
                of, value = what
                tags |= {tag_fold(value)} if of == "put" else set()
                tags -= {tag_fold(value)} if of == "take" else set()
                rating = int(value or 0) if of == "rating" else rating
                priority = (value or "normal") if of == "priority" else priority
                continue
            if isinstance(what, PropertyChange):
                tag(library, [1], what)
                tags = (tags | {*map(tag_fold, what.add)}) - {*map(tag_fold, what.remove)}
                rating = rating if what.rating is None else what.rating
                priority = what.priority or priority
            if kind == "undo" and past_acts(library):
                export(library)
                before = papers.papers_at(library.db, [1])[0]
                take_back(library)
                # Whatever it took back is in the file; done again, all is as before.
                check(library)
                after = papers.papers_at(library.db, [1])[0]
                wanted = PropertyChange(
                    tuple(set(before.tags) - {*after.tags}),
                    tuple(set(after.tags) - {*before.tags}),
                    before.rating or 0,
                    before.priority,
                )
                tag(library, [1], wanted)
            export(library)
            check(library)
            assert state(library) == (tags, rating, priority)


def state(library: Library) -> tuple[set[str], int, str]:
    tags, rating, priority = library_paper(library)
    return {*map(tag_fold, tags)}, rating or 0, priority


def check(library: Library) -> None:
    """The file and the paper say the same, and another export changes nothing."""
    there = front(library)
    tags = {*map(tag_fold, items_of(there.get("tags", ())))} - {TOPIC}
    found = tags, int(str(there.get("rating") or 0)), str(there.get("priority") or "normal")
    assert found == state(library)
    before = content(library)
    done = export(library)
    assert (done.tagged, done.left, content(library)) == ([], [], before)
