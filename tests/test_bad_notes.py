"""Notes: whatever is given as one, whatever happens to their Markdown, no word is lost."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tests.installed import (
    LIFT,
    WATER,
    copy_library,
    editing,
    finish,
    note_files,
    rows,
    run,
    says,
    shown,
    today,
)
from tests.play import PlayServer

pytestmark = pytest.mark.slow

NOTE = "Fish hear. Water sings."


def n_notes(library: Path) -> int:
    return int(rows(library, "SELECT count(*) FROM notes")[0][0])


@pytest.mark.slow
@pytest.mark.parametrize("way", ["--file", "standard input"])
def test_a_note_of_5_megabytes_is_kept_shown_and_exported_whole(
    library: Path, tmp_path: Path, way: str
) -> None:
    line = "水の中では母音が先に着く。 Vowels first <b>&amp; **then**</b> the rest.\n"
    text = (line * (5_000_000 // len(line.encode()) + 1)).strip("\n")
    file = tmp_path / "note.txt"
    file.write_text(text, encoding="utf-8")
    if way == "--file":
        ran = run("note", WATER, "--file", str(file), library=library)
    else:
        ran = run("note", WATER, library=library, input=text.encode())
    assert (ran.code, ran.err) == (0, "")
    assert says(ran.out, "Written (1 of 5 today): Speech recognition under water")
    assert shown(library, WATER)["note"] == text
    assert run("export", library=library).code == 0
    (exported,) = note_files(library)
    assert text.encode() in exported.read_bytes()
    before = exported.read_bytes()
    assert run("export", library=library) == (0, "1 note in notes/ is up to date.\n", "")
    assert (exported.read_bytes(), n_notes(library)) == (before, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00\x80", ("is not UTF-8 (byte 1).", "Save it as UTF-8; nothing was")),
        ("Grüße aus dem Meer.".encode("latin-1"), ("is not UTF-8 (byte 3)",)),
        ("Fish hear.".encode("utf-16"), ("is not UTF-8 (byte 1)", "nothing was changed")),
        (b"Fish \xed\xb0\x80 hear.", ("is not UTF-8 (byte 6)",)),
    ],
)
def test_bytes_that_are_no_text_are_refused_by_file_and_byte(
    library: Path, tmp_path: Path, content: bytes, message: tuple[str, ...]
) -> None:
    file = tmp_path / "note.txt"
    file.write_bytes(content)
    for ran in (
        run("note", WATER, "--file", str(file), library=library),
        run("note", WATER, library=library, input=content),
    ):
        assert ran[:2] == (2, "")
        assert says(ran.err, *message)
    assert n_notes(library) == 0


def test_a_lone_surrogate_in_the_arguments_is_refused(library: Path) -> None:
    code, out, err = run("note", WATER, "-m", "Fish \udcff hear.", library=library)
    assert (code, out, n_notes(library)) == (2, "", 0)
    assert says(err, "The note is not UTF-8 (character 6).", "nothing was changed")


def test_a_note_keeps_its_nul_and_controls_but_never_shows_them_raw(
    library: Path, tmp_path: Path
) -> None:
    text = "Fish\0hear \x1b[31mred\x1b]0;t\x07. \u202eWater sings. \x9b2J"
    file = tmp_path / "note.txt"
    file.write_text(text, encoding="utf-8")
    assert run("note", WATER, "--file", str(file), library=library).code == 0
    assert shown(library, WATER)["note"] == text
    for args in (("show", WATER), ("search", "fish"), ("export",), ("today", "--no-fetch")):
        out = run(*args, library=library).out
        assert not set("\0\x1b\x07\x9b\u202e") & set(out), args
    (exported,) = note_files(library)
    assert run("export", library=library) == (0, "1 note in notes/ is up to date.\n", "")
    assert n_notes(library) == 1
    assert "Water sings." in exported.read_text("utf-8")


@pytest.mark.parametrize("text", ["", "\n\n", "  \t\n ", "\ufeff"])
def test_blanks_are_no_note(library: Path, text: str) -> None:
    expected = "No note was written: Speech recognition under water\n"
    for ran in (
        run("note", WATER, "-m", text, library=library),
        run("note", WATER, library=library, input=text.encode()),
    ):
        assert ran == (0, expected, "")
    assert n_notes(library) == 0


def editor(tmp_path: Path, script: str) -> str:
    file = tmp_path / "editor"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_an_editor_begins_with_the_note_and_its_words_are_kept(
    library: Path, tmp_path: Path
) -> None:
    run("note", WATER, "-m", "Fish hear.", library=library)
    edit = editor(tmp_path, 'printf " Water sings." >> "$1"')
    with editing(WATER, library=library, editor=edit) as process:
        code, out, err = finish(process)
    assert (code, err) == (0, "")
    assert says(out, "Written (1 of 5 today)")
    assert " ".join(shown(library, WATER)["note"].split()) == "Fish hear. Water sings."


@pytest.mark.parametrize(
    ("script", "code", "message"),
    [
        ("exit 3", 2, ("Editing failed", "ended with an error", "nothing was saved")),
        ("true", 0, ("",)),
        (': > "$1"', 0, ("",)),
    ],
    ids=["fails", "changes nothing", "empties the file"],
)
def test_an_editor_that_leaves_no_words_changes_nothing(
    library: Path, tmp_path: Path, script: str, code: int, message: tuple[str, ...]
) -> None:
    run("note", WATER, "-m", NOTE, library=library)
    edit = editor(tmp_path, script)
    with editing(WATER, library=library, editor=edit) as process:
        ran = finish(process)
    assert ran.code == code
    assert says(ran.err, *message)
    assert (shown(library, WATER)["note"], n_notes(library)) == (NOTE, 1)


def test_an_editor_that_is_not_there_is_named_with_the_other_ways(library: Path) -> None:
    with editing(WATER, library=library, editor="/no/such/editor") as process:
        ran = finish(process)
    assert ran[:2] == (2, "")
    assert says(ran.err, "/no/such/editor", "Set EDITOR to an editor that is installed", "--file")
    assert n_notes(library) == 0


@pytest.mark.parametrize(
    ("script", "content", "message"),
    [
        (r'printf "Caf\351 noir.\n" > "$1"', b"Caf\xe9 noir.\n", "is not UTF-8 (byte 4)"),
        (
            r'head -c 17000000 /dev/zero | tr "\0" a > "$1"',
            b"a" * 17_000_000,
            "The note is too large: 17,000,000 B",
        ),
        ('echo "Fish hear." > "$1"; exit 3', b"Fish hear.\n", "Editing failed"),
    ],
    ids=["latin-1", "too large", "the editor fails after it saved"],
)
def test_words_from_an_editor_that_cannot_be_kept_stay_in_a_file_that_is_named(
    library: Path, tmp_path: Path, script: str, content: bytes, message: str
) -> None:
    run("note", WATER, "-m", NOTE, library=library)
    edit = editor(tmp_path, script)
    with editing(WATER, library=library, editor=edit) as process:
        ran = finish(process)
    (file,) = (library / "drafts").iterdir()
    assert ran[:2] == (2, "")
    assert says(ran.err, f"Your words are in {file}.", message)
    assert "unexpected" not in ran.err
    assert file.read_bytes() == content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (shown(library, WATER)["note"], n_notes(library)) == (NOTE, 1)


@pytest.mark.parametrize("script", ['printf " Water sings." >> "$1"', "true", "exit 3", 'rm "$1"'])
def test_an_editors_file_whose_words_are_kept_or_unchanged_is_deleted(
    library: Path, tmp_path: Path, script: str
) -> None:
    run("note", WATER, "-m", "Fish hear.", library=library)
    edit = editor(tmp_path, script)
    with editing(WATER, library=library, editor=edit) as process:
        ran = finish(process)
    assert "Your words" not in ran.err
    assert not (library / "drafts").exists()


def test_an_editor_with_a_quotation_mark_that_does_not_end_is_said_plainly(library: Path) -> None:
    with editing(WATER, library=library, editor="vi '") as process:
        ran = finish(process)
    assert ran[:2] == (2, "")
    assert says(ran.err, "The editor cannot be started", "Set EDITOR to an editor")


@pytest.fixture(scope="module")
def noted(gathered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with two notes that were exported; copied, never used itself."""
    folder = shutil.copytree(gathered, tmp_path_factory.mktemp("noted") / "library")
    assert run("note", WATER, "-m", NOTE, library=folder).code == 0
    assert run("note", LIFT, "-m", "A lift lifts. It translates.", library=folder).code == 0
    assert run("export", library=folder).code == 0
    return folder


@pytest.fixture
def exported(library: Path, noted: Path, server: PlayServer) -> Path:
    """The Markdown file of a note, exported once."""
    shutil.rmtree(library)
    copy_library(noted, library, server)
    (file,) = (f for f in note_files(library) if f.parent.name == "recognition")
    return file


def lift_files(library: Path) -> list[str]:
    return [f.read_text("utf-8") for f in note_files(library) if f.parent.name == "translation"]


def test_an_edit_by_hand_while_the_note_changed_keeps_both(library: Path, exported: Path) -> None:
    edited = exported.read_text("utf-8").replace("Water sings.", "Water hums, by hand.")
    exported.write_text(edited, encoding="utf-8")
    ran = run("note", WATER, "-m", "Fish hear. Water is silent, by command.", library=library)
    assert ran.code == 0
    assert says(ran.err, "both texts kept:")
    assert run("export", library=library) == (0, "2 notes in notes/ are up to date.\n", "")
    for words in ("Water hums, by hand.", "Water is silent, by command."):
        assert words in exported.read_text("utf-8")
        assert words in shown(library, WATER)["note"]
    n = n_notes(library)
    assert run("export", library=library) == (0, "2 notes in notes/ are up to date.\n", "")
    assert n_notes(library) == n


@pytest.mark.parametrize("damage", ["markers removed", "emptied", "not UTF-8", "binary"])
def test_a_damaged_file_is_left_alone_and_named_and_the_others_are_written(
    library: Path, exported: Path, damage: str
) -> None:
    content = {
        "markers removed": b"# my own words, and none of yours\n",
        "emptied": b"",
        "not UTF-8": exported.read_bytes() + "Grüße".encode("latin-1"),
        "binary": bytes(range(256)),
    }[damage]
    exported.write_bytes(content)
    run("note", LIFT, "-m", "A lift lifts. It translates upwards.", library=library)
    code, _, err = run("export", library=library)
    assert code == 5
    path = exported.relative_to(library)
    assert says(err, f"reader: {path}", "left alone")
    assert exported.read_bytes() == content
    assert "It translates upwards." in "".join(lift_files(library))
    assert shown(library, WATER)["note"] == NOTE
    # Out of the way it is written again, from the library.
    exported.rename(exported.with_suffix(".mine"))
    assert run("export", library=library) == (0, f"written: {path}\n", "")
    assert NOTE in exported.read_text("utf-8")


def test_a_file_that_was_deleted_is_written_again(library: Path, exported: Path) -> None:
    before = exported.read_bytes()
    exported.unlink()
    path = exported.relative_to(library)
    assert run("export", library=library) == (0, f"written: {path}\n", "")
    assert (exported.read_bytes(), n_notes(library)) == (before, 2)


@pytest.mark.parametrize("obstacle", ["a file for a folder", "a folder for the file"])
def test_a_place_that_cannot_be_written_is_named_and_no_note_is_lost(
    library: Path, obstacle: str
) -> None:
    run("note", WATER, "-m", NOTE, library=library)
    run("note", LIFT, "-m", "A lift lifts. It translates.", library=library)
    notes = library / "notes"
    if obstacle == "a file for a folder":
        shutil.rmtree(notes)
        notes.write_text("somebody's\n")
    else:
        run("export", library=library)
        (file,) = (f for f in note_files(library) if f.parent.name == "recognition")
        file.unlink()
        file.mkdir()
    code, _, err = run("export", library=library)
    assert code == (5 if obstacle == "a folder for the file" else 6)
    assert says(err, "reader:", "notes")
    assert "unexpected" not in err
    assert n_notes(library) == 2
    if obstacle == "a file for a folder":
        assert notes.read_text() == "somebody's\n"
        notes.unlink()
    else:
        file.rmdir()
    assert run("export", library=library).code == 0
    assert NOTE in "".join(p.read_text("utf-8") for p in note_files(library))
    assert today(library)[0] == 0


def test_one_edit_too_large_is_named_and_the_other_notes_are_exported(
    library: Path, exported: Path
) -> None:
    large = exported.read_bytes().replace(b"Water sings.", b"x" * 16_000_000)
    exported.write_bytes(large)
    run("note", LIFT, "-m", "A lift lifts. It translates upwards.", library=library)
    code, _, err = run("export", library=library)
    assert code == 5
    path = exported.relative_to(library)
    assert says(err, f"reader: {path} was left alone.", "B, and the limit is 16,000,000 B.")
    assert "It translates upwards." in "".join(lift_files(library))
    assert exported.read_bytes() == large
