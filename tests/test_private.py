"""Test that nobody else can read what the program makes, and that no secret is told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from reader.cli.demo.server import PlayServer
from tests.hostile import good
from tests.installed import LIFT, NOW, feeds_toml, note_files, run
from tests.web.serving import Serving

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")

USUAL = ("sh", "-c", 'umask 022; exec "$@"', "sh")
"""Before a command: others may read what it makes, unless it sees to that."""


def modes(folder: Path) -> dict[str, str]:
    """Name what others could read or enter."""
    return {
        path.relative_to(folder).as_posix(): f"{stat.S_IMODE(path.lstat().st_mode):o}"
        for path in (folder, *folder.rglob("*"))
        if path.lstat().st_mode & 0o077 and not path.is_symlink()
    }


@posix
def test_only_its_owner_reads_a_library(tmp_path: Path, server: PlayServer) -> None:
    library, elsewhere = tmp_path / "mine" / "library", tmp_path / "backups"
    more = {"XDG_DATA_HOME": str(tmp_path / "data"), "EDITOR": "touch"}

    def did(*args: str) -> None:
        ran = run(*args, library=library, prefix=USUAL, env=more)
        assert ran.code in (0, 5, 7), (args, ran.err)  # 7: there is no model

    assert run("init", str(library), prefix=USUAL, env=more).code == 0
    (library / "feeds.toml").write_text(feeds_toml(server), "utf-8")
    did("gather", "--no-encode")
    did("pick", "--no-fetch", LIFT)
    did("add", str(good(tmp_path / "lift.pdf")), "--as", LIFT)
    did("note", LIFT, "-m", "自分の言葉で。二文目。")
    did("note", LIFT)  # by a draft
    did("index")
    did("backup")
    did("backup", str(elsewhere), "--pdfs")
    assert {path.name for path in library.iterdir()} >= {
        "reader.db", "index.db", "backups", "notes", "papers", "pictures",
    }  # fmt: skip
    assert modes(library) == {}
    assert modes(elsewhere) == {}
    for archive in elsewhere.iterdir():
        did("restore", str(archive), str(tmp_path / "second"))
    assert modes(tmp_path / "second") == {}


@posix
def test_only_its_owner_reads_what_a_server_makes(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.umask(0o022)
    try:
        with Serving(library, NOW, ("--https", "--login")) as serving:
            assert modes(serving.data) == {}
            assert list(serving.data.rglob("authority.key"))
    finally:
        os.umask(before)


@posix
def test_modes_that_a_person_chose_stay(library: Path) -> None:
    """Such as those of a folder of notes that is shared with others."""
    assert run("note", LIFT, "-m", "One sentence. Two.", library=library, prefix=USUAL).code == 0
    (file,) = note_files(library)
    file.chmod(0o664)
    file.parent.chmod(0o775)
    assert run("note", LIFT, "-m", "Other words. Two.", library=library, prefix=USUAL).code == 0
    assert "Other words" in file.read_text("utf-8")
    assert modes(library / "notes")[file.relative_to(library / "notes").as_posix()] == "664"
    assert modes(file.parent)["."] == "775"


@posix
def test_what_is_exported_has_the_usual_modes(library: Path, tmp_path: Path) -> None:
    """A page that is shared goes to a web server, which is another user."""
    page, drawing = tmp_path / "page.html", tmp_path / "map.svg"
    assert run("note", LIFT, "-m", "One sentence. Two.", library=library).code == 0
    for args in (("share", LIFT, "--html", str(page)), ("stats", "--svg", str(drawing))):
        assert run(*args, library=library, prefix=USUAL).code == 0
    assert {file.stat().st_mode & 0o777 for file in (page, drawing)} == {0o644}


@posix
def test_programs_that_are_opened_get_the_usual_modes(library: Path, tmp_path: Path) -> None:
    """A browser's downloads are no matter of ours."""
    opener = tmp_path / "xdg-open"
    opener.write_text(f"#!/bin/sh\numask > {tmp_path / 'seen'}\n")
    opener.chmod(0o700)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    assert run("open", LIFT, library=library, prefix=USUAL, env={"PATH": path}).code == 0
    assert (tmp_path / "seen").read_text() == "0022\n"
