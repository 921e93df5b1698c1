"""Test that what a person saves while the program replaces the same file is not lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reader.gathering.follow import follow
from reader.library.backup import back_up, plan_restore, restore
from reader.library.folder import Library
from reader.library.replaced import ROOT, has_kept
from reader.library.rows import decisions, papers
from reader.notes.export import export, export_quietly
from reader.notes.folder import ExportOutcome
from reader.notes.rows import exports, notes
from reader.notes.words import SEPARATOR
from reader.notes.write import add_note
from tests.benchmarks.trust.saves import KINDS, Editor, Steps, play
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

A, B = "speech/translation", "speech/recognition"
BEES = f"notes/{A}/2025_Field_Bees.md"
PAGE = f"notes/{A}/index.md"

STEPS = Steps()
"""One for the process: such a hook cannot be taken away."""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A paper whose note has words that are in no file yet."""
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "On Bees")], source="arXiv", on=DAY)
        decisions.add_filing(library.db, 1, A, at=NOW)
        write(library, "Bees count. It was tried.")
        export(library)
        write(library, "Bees count. They do.")
        yield library


def write(library: Library, text: str) -> None:
    add_note(library, papers.papers_at(library.db, [1])[0], text)


def newest(library: Library) -> str:
    return notes.revisions(library.db, 1)[-1].text


def content(library: Library, path: str) -> str:
    return (library.folder / path).read_bytes().decode()


def editor(library: Library, path: str, kind: str, step: str) -> Editor:
    """Open a file in an editor that saves "By hand." at a step of the program."""
    found = Editor("", library.folder / path, kind, step, "By hand.", 3)
    found.open()
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["before the exchange", "right after it"])
def test_words_saved_in_a_note_stand_beside_the_new_ones(
    library: Library, kind: str, step: str
) -> None:
    hand = editor(library, BEES, kind, step)
    with STEPS.at([hand]):
        export(library)
    hand.close()
    done = export(library)
    assert done.left == []
    said = {line for text in notes.revisions(library.db, 1) for line in text.text.split("\n")}
    assert {"Bees count. They do.", "Bees count. It was tried.", "# By hand."} <= said
    assert "# By hand." in content(library, BEES)
    assert export(library) == ExportOutcome(n_unchanged=1)
    assert not has_kept(library.folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["before the exchange", "right after it"])
@pytest.mark.parametrize("path", [BEES, "feeds.toml", "notes/mine.md", "notes/gone.md"])
def test_what_is_saved_during_a_restore_is_there_or_in_replaced(
    library: Library, path: str, kind: str, step: str
) -> None:
    folder = library.folder
    (folder / "notes/gone.md").write_text("Gone.\n", "utf-8")
    archive = back_up(folder, folder.parent / "backups", now=NOW).file
    export(library)
    for name in ("feeds.toml", "notes/mine.md", "notes/gone.md"):
        with (folder / name).open("a") as file:
            file.write("# Since.\n")
    hand = editor(library, path, kind, step)
    if path == "notes/gone.md" and not hand.handle:
        (folder / path).unlink()  # the restore makes it, and so does the editor
    with STEPS.at([hand]):
        restore(folder, archive, plan_restore(folder, archive), now=NOW)
    hand.close()
    files = [folder / "feeds.toml", *(folder / "notes").rglob("*.md")]
    files += [file for file in (folder / "replaced").rglob("*") if file.suffix in (".md", ".toml")]
    assert "# By hand." in "".join(file.read_text("utf-8") for file in files)


def test_a_note_saved_before_the_exchange_is_merged_in_the_same_run(library: Library) -> None:
    hand = editor(library, BEES, "renamed over", "before the exchange")
    with STEPS.at([hand]):
        done = export(library)
    both = f"Bees count. They do.\n\n{SEPARATOR}\n\nBees count. It was tried.\n\n\n# By hand."
    assert (newest(library), done.read_in, done.merged) == (both, [BEES], [BEES])
    assert both in content(library, BEES)
    assert (exports.behind(library.db), has_kept(library.folder)) == ([], False)


def test_words_that_are_saved_again_while_they_are_merged_stand_there_once(
    library: Library,
) -> None:
    with (library.folder / BEES).open("a") as file:
        file.write("\nBy hand before.\n")
    hand = editor(library, BEES, "appended", "before the exchange")
    with STEPS.at([hand]):
        export(library)
    edited = "Bees count. It was tried.\n\nBy hand before.\n\n# By hand."
    assert newest(library) == f"Bees count. They do.\n\n{SEPARATOR}\n\n{edited}"


def test_a_late_word_is_merged_by_the_next_run_whatever_that_one_is_for(library: Library) -> None:
    hand = editor(library, BEES, "late append", "before the read")
    export(library)
    assert export_quietly(library) == []
    hand.close()
    assert export_quietly(library) == []
    assert "# By hand." in content(library, BEES)
    assert newest(library).startswith("Bees count. They do.")


def test_a_late_word_where_only_the_block_changed_needs_no_mark(library: Library) -> None:
    export(library)
    hand = editor(library, BEES, "late append", "before the read")
    decisions.add_filing(library.db, 1, B, at=NOW)
    now = f"notes/{B}/2025_Field_Bees.md"
    assert export(library).written == [now]
    hand.close()
    export(library)
    assert newest(library) == "Bees count. They do.\n\n# By hand."
    assert str(SEPARATOR) not in content(library, now)


def test_what_a_hand_added_beside_words_stays(library: Library) -> None:
    hand = editor(library, BEES, "late", "before the read")
    hand.buffer = hand.buffer.replace(b"---\n\n# ", b"mine: yes\n---\n\n# ", 1)
    export(library)
    hand.close()
    export(library)
    assert "\nmine: yes\n---\n" in content(library, BEES)
    assert newest(library).startswith("Bees count. They do.")


def test_a_file_without_marks_comes_back_as_it_was_saved(library: Library) -> None:
    hand = editor(library, BEES, "in place", "before the exchange")
    hand.buffer = b"All my own."
    with STEPS.at([hand]):
        done = export(library)
    assert content(library, BEES) == "All my own.\n# By hand.\n"
    assert {type(error).__name__ for error in done.left} == {"Incomplete"}
    assert not has_kept(library.folder)


def test_a_file_that_was_edited_twice_keeps_what_cannot_be_merged_aside(library: Library) -> None:
    hand = editor(library, BEES, "late", "before the read")
    hand.buffer = b"All my own."
    export(library)
    (library.folder / BEES).write_text("Mine too.")
    hand.close()
    done = export(library)
    (kept,) = (library.folder / ROOT).glob(f"*/out/{BEES}")
    assert str(kept) in done.left[-1].message
    assert kept.read_bytes() == hand.content
    assert content(library, BEES) == "Mine too."


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["before the exchange", "right after it"])
def test_words_saved_in_a_page_stay_in_it(library: Library, kind: str, step: str) -> None:
    papers.add_papers(library.db, [paper(2, "On Ants")], source="arXiv", on=DAY)
    decisions.add_filing(library.db, 2, A, at=NOW)
    add_note(library, papers.papers_at(library.db, [2])[0], "Ants walk. I saw them.")
    hand = editor(library, PAGE, kind, step)
    with STEPS.at([hand]):
        export(library)
    hand.close()
    assert export(library).left == []
    assert "On Ants" in content(library, PAGE)
    assert content(library, PAGE).count("# By hand.") == 1
    assert export(library) == ExportOutcome(n_unchanged=2)
    assert not has_kept(library.folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_saved_while_it_is_removed_comes_back(library: Library, kind: str) -> None:
    decisions.add_filing(library.db, 1, B, at=NOW)
    hand = editor(library, PAGE, kind, "before the exchange")
    with STEPS.at([hand]):
        export(library)
    hand.close()
    export(library)
    assert "# By hand." in content(library, PAGE)
    assert not has_kept(library.folder)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", ["before the exchange", "right after it"])
def test_lines_saved_in_feeds_toml_stay_in_it(library: Library, kind: str, step: str) -> None:
    hand = editor(library, "feeds.toml", kind, step)
    with STEPS.at([hand]):
        follow(library, "Di Reed")
    hand.close()
    export(library)
    assert content(library, "feeds.toml").startswith(FEEDS_TOML)
    assert "\n# By hand.\n" in content(library, "feeds.toml")
    # An editor that saves what it loaded, after the program wrote, takes the program's lines away.
    is_old = kind in ("in place", "renamed over", "deleted and made") and step == "right after it"
    assert ('name = "Di Reed"' in content(library, "feeds.toml")) is not is_old
    assert not has_kept(library.folder)


class ICloud(Editor):
    """Takes a file off the disk, in place of an editor that saves it."""

    def save(self, at: str) -> None:
        if not self.at:
            self.at = at
            self.file.rename(self.file.with_name(f".{self.file.name}.icloud"))


def test_a_file_that_icloud_takes_off_the_disk_meanwhile_is_not_made_anew(library: Library) -> None:
    file = library.folder / BEES
    cloud = ICloud("", file, "in place", "before the exchange", "", 1)
    with STEPS.at([cloud]):
        done = export(library)
    assert (cloud.at, file.exists()) == ("before the exchange", False)
    assert "is only in iCloud" in done.left[0].message
    assert not has_kept(library.folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it needs fork")
def test_two_exports_at_once_merge_late_words_once(library: Library) -> None:
    hand = editor(library, BEES, "late append", "before the read")
    export(library)
    hand.close()
    folder = library.folder
    library.db.close()
    children = []
    for _ in range(2):
        children.append(os.fork())
        if children[-1] == 0:
            code = 1
            with contextlib.suppress(BaseException), a_library(folder) as again:
                export(again)
                code = 0
            os._exit(code)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    with a_library(folder) as again:
        assert newest(again).count("# By hand.") == 1
        assert content(again, BEES).count("# By hand.") == 1
        assert export(again) == ExportOutcome(n_unchanged=1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills need fork")
def test_a_run_killed_after_the_exchange_is_ended_by_the_next_one(library: Library) -> None:
    hand = editor(library, BEES, "renamed over", "before the exchange")
    folder = library.folder
    library.db.close()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException), a_library(folder) as again, STEPS.at([hand]):
            sys.addaudithook(killer(str(folder / BEES)))
            export(again)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert "By hand." not in (folder / BEES).read_text("utf-8")  # it came out, and nobody knows it
    with a_library(folder) as again:
        export(again)
        assert newest(again).startswith(f"Bees count. They do.\n\n{SEPARATOR}\n\n")
        assert "# By hand." in content(again, BEES)
        assert not has_kept(folder)


@pytest.mark.parametrize("had", ["", "\n"])
def test_what_a_run_killed_after_its_record_left_is_no_edit(library: Library, had: str) -> None:
    """had: a line that a hand put above the front matter before the run read the file."""
    before = had + content(library, BEES)
    (library.folder / BEES).write_bytes(before.encode())
    export(library)
    after = content(library, BEES)
    kept = library.folder / ROOT / "2025-06-04T063000Z" / "out" / BEES
    kept.parent.mkdir(parents=True)
    kept.write_bytes(before.encode())
    export(library)
    assert newest(library) == "Bees count. They do."
    assert (content(library, BEES), has_kept(library.folder)) == (after, False)


def killer(file: str) -> Any:
    """Make a hook that kills the process at the first thing that it does after a rename."""
    seen: list[str] = []

    def hear(event: str, values: tuple[Any, ...]) -> None:
        if seen and event == "open":
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "os.rename" and file in values and ROOT in str(values[0]):
            seen.append(event)

    return hear


@pytest.mark.slow
def test_no_word_of_a_thousand_saves_is_lost() -> None:
    tally = play(1_000)
    assert (tally.n_bytes, tally.misses) == (0, [])
