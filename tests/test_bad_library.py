"""A library that cannot be written, or that another process holds: read, named, not harmed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installed import (
    ALL,
    LADDER,
    LIFT,
    NOBODY,
    READER,
    WATER,
    copy_library,
    editing,
    finish,
    ids_of,
    rows,
    run,
    says,
    shown,
    start,
    today,
)
from tests.play import PlayServer

pytestmark = pytest.mark.slow

AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
NOTE = "Fish hear. Water sings."


def why_not() -> str:
    """Say why no command can run as another user here; empty where one can."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        return "running as another user needs root and setpriv"
    tried = subprocess.run([*AS_NOBODY, READER, "--version"], capture_output=True, cwd="/")
    return "" if tried.returncode == 0 else "another user cannot reach this environment"


@pytest.fixture(scope="module")
def readable(gathered: Path) -> Iterator[Path]:
    """A library that belongs to root, with a pick and a note, for everybody to read."""
    if reason := why_not():
        pytest.skip(reason)
    # Not under pytest's folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(gathered, Path(name) / "library"))
        assert run("pick", "--no-fetch", LIFT, library=folder).code == 0
        assert run("note", WATER, "-m", NOTE, library=folder).code == 0
        run("index", library=folder)
        for path in (Path(name), *Path(name).rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


@pytest.fixture
def another(readable: Path, server: PlayServer) -> Iterator[Path]:
    """A copy of it that a test may change."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield copy_library(readable, Path(name) / "library", server)


def content(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_library_that_cannot_be_written_can_be_read(readable: Path) -> None:
    before = content(readable)
    code, out, err = run("today", "--no-fetch", library=readable, prefix=AS_NOBODY)
    assert (code, err) == (0, "")
    assert says(out, "6 new papers", "Speech recognition under water", "as it is now")
    code, out, err = run("today", library=readable, prefix=AS_NOBODY)
    assert code == 6
    assert says(out, "6 new papers", "no source was asked")
    assert says(err, f"{readable} cannot be written.", "Check the permissions")
    code, out, err = run("show", WATER, library=readable, prefix=AS_NOBODY)
    assert (code, err) == (0, "")
    assert says(out, "Speech recognition under water", "NOTE of 2031-03-04", NOTE)
    code, out, err = run("search", "water", library=readable, prefix=AS_NOBODY)
    assert code == 7  # the library names a model that is not there
    assert says(out, "NOTE Speech recognition under water", "PAPER Speech")
    assert content(readable) == before


@pytest.mark.parametrize(
    "args",
    [
        ("pick", LADDER),
        ("skip", LADDER),
        ("undo",),
        ("note", WATER, "-m", "A third sentence. And more."),
        ("gather",),
        ("index",),
        ("index", "--rebuild"),
    ],
    ids=" ".join,
)
def test_a_command_that_must_write_names_the_file_and_exits_6(
    readable: Path, args: tuple[str, ...]
) -> None:
    before = content(readable)
    code, out, err = run(*args, library=readable, prefix=AS_NOBODY)
    assert (code, out) == (6, "")
    assert says(
        err, f"reader: {readable}", "cannot be written.", "permissions of the library's folder"
    )
    assert content(readable) == before


def test_a_folder_of_the_library_that_cannot_be_written_is_named_and_nothing_else_stops(
    another: Path, server: PlayServer
) -> None:
    server.pdfs = lambda _number: b"%PDF-1.7 invented\n%%EOF"
    for path in (another, *another.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    # What the note's own export wrote goes, so that there is something to write.
    shutil.rmtree(another / "notes")
    for name in ("notes", "papers"):
        (another / name).mkdir(exist_ok=True)
        os.chown(another / name, 0, 0)
    code, _, err = run("export", library=another, prefix=AS_NOBODY)
    assert code == 6
    assert says(err, f"reader: {another}/notes/speech/recognition/", "cannot be written.")
    code, out, err = run("pick", LADDER, library=another, prefix=AS_NOBODY)
    assert code == 6
    assert says(out, "Picked for speech/translation: Speech translation on a ladder")
    assert says(err, f"reader: {another}/papers/speech/translation/", "cannot be written.")
    assert run("note", LADDER, "-m", NOTE, library=another, prefix=AS_NOBODY).code == 0
    assert rows(another, "SELECT count(*) FROM notes") == [(2,)]
    for name in ("notes", "papers"):
        os.chown(another / name, NOBODY, NOBODY)
    assert run("export", library=another, prefix=AS_NOBODY).code == 0
    assert len(list((another / "notes/speech").rglob("2*.md"))) == 2


def test_a_library_that_was_never_opened_and_cannot_be_written_is_named(another: Path) -> None:
    for name in ("reader.db", "index.db"):
        (another / name).unlink()
    code, out, err = run("today", "--no-fetch", library=another, prefix=AS_NOBODY)
    assert (code, out) == (6, "")
    assert says(err, f"{another}/reader.db cannot be written.")


def test_a_database_that_is_no_database_is_named_and_left_alone(library: Path) -> None:
    (library / "reader.db").write_bytes(b"not a database, but somebody's file. " * 99)
    before = (library / "reader.db").read_bytes()
    code, out, err = run("today", "--no-fetch", library=library)
    assert (code, out) == (6, "")
    assert says(
        err, f"{library}/reader.db is not a readable database", "`reader restore ARCHIVE.zip`"
    )
    assert (library / "reader.db").read_bytes() == before


def test_what_is_said_of_a_damaged_database_brings_it_back(library: Path) -> None:
    run("note", WATER, "-m", NOTE, library=library)
    assert run("backup", library=library).code == 0
    (library / "reader.db").write_bytes(b"rubbish " * 999)
    (library / "reader.db-wal").write_bytes(b"rubbish " * 99)
    [archive] = (library / "backups").glob("*.zip")
    assert run("restore", str(archive), library=library).code == 0
    code, out, _ = run("today", "--no-fetch", library=library)
    assert (code, says(out, "QUOTA 1 of 5 written")) == (0, True)


def test_an_index_that_is_damaged_is_made_anew_and_said(library: Path) -> None:
    run("note", WATER, "-m", NOTE, library=library)
    for ending in ("-wal", "-shm"):
        (library / f"index.db{ending}").unlink(missing_ok=True)
    (library / "index.db").write_bytes(b"rubbish " * 999)
    code, out, err = run("today", "--no-fetch", library=library)
    assert code == 0
    assert says(out, "6 new papers", "QUOTA 1 of 5 written")
    assert says(err, "index.db was damaged and is made again. Nothing of yours was in it.")
    run("gather", library=library)
    assert says(run("search", "fish", library=library).out, "NOTE Speech recognition under water")


@pytest.mark.slow
def test_a_library_held_by_another_process_is_named_and_no_word_is_lost(
    library: Path, tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Words from an editor. Two of them." > "$1"\n')
    editor.chmod(0o755)
    holder = sqlite3.connect(library / "reader.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    # All at once, since each waits for ten seconds first.
    picking = start("pick", "--no-fetch", LADDER, library=library)
    noting = start("note", WATER, "-m", NOTE, library=library)
    with editing(LIFT, library=library, editor=str(editor)) as edited:
        # Who only reads does not wait.
        assert shown(library, WATER)["note"] is None
        ended = [finish(process) for process in (picking, noting, edited)]
    holder.execute("ROLLBACK")
    holder.close()
    for code, out, err in ended:
        assert (code, out) == (6, "")
        assert says(err, f"{library}/reader.db is in use by another process", "Nothing was changed")
    (rescued,) = list((library / "drafts").glob("*.md"))
    assert says(ended[2].err, f"Your words are in {rescued}.")
    assert rescued.read_text() == "Words from an editor. Two of them."

    # Free again, all of it works, and from the file too.
    assert rows(library, "SELECT count(*) FROM notes") == [(0,)]
    assert run("pick", "--no-fetch", LADDER, library=library).code == 0
    assert run("note", WATER, "-m", NOTE, library=library).code == 0
    assert run("note", LIFT, "--file", str(rescued), library=library).code == 0
    assert (today(library)[1]["quota"]["written"], ids_of(library)) == (2, ALL)
