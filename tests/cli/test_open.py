"""Run `open` where a browser is, where none is, and where it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from reader.base.errors import NotOpened
from reader.cli.terminal import OpenOutcome, opener
from reader.library.rows import papers
from tests import installed
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper

PAGE = f"https://arxiv.org/abs/{paper(1).id.removeprefix('arxiv:')}"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(folder) as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        here = [paper(2, ids=("pdf:0123456789abcdef",))]
        papers.add_papers(library.db, here, source="by hand", on=DAY)
    return folder


def opened(library: Path, script: str, id_: str = paper(1).id) -> installed.Ran:
    """Run `open` with a folder of programs in which xdg-open is a script; "" for none."""
    programs = library.parent / "programs"
    programs.mkdir()
    if script:
        file = programs / "xdg-open"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o700)
    for name in ("sh", "sleep"):
        (programs / name).symlink_to(shutil.which(name) or name)
    return installed.run("open", id_, library=library, now=NOW, env={"PATH": str(programs)})


def test_an_opened_place_prints_nothing(library: Path) -> None:
    asked = library.parent / "asked"
    ran = opened(library, f'echo "$1" > {asked}; echo noise; echo noise >&2')
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert asked.read_text() == f"{PAGE}\n"


def test_a_browser_that_fails_is_an_error_with_its_remedy(library: Path) -> None:
    ran = opened(library, "echo 'www-browser: not found' >&2; exit 3")
    assert (ran.code, ran.out) == (5, "")
    assert installed.says(ran.err, f"xdg-open could not open {PAGE}", "open it yourself", "--print")
    assert "www-browser" not in ran.err


def test_without_any_program_it_is_an_error_with_its_remedy(library: Path) -> None:
    ran = opened(library, "")
    assert (ran.code, ran.out) == (5, "")
    assert installed.says(ran.err, f"No program found to open {PAGE}", "Install a browser")
    printed = installed.run("open", paper(1).id, "--print", library=library, now=NOW)
    assert (printed.code, printed.out) == (0, f"{PAGE}\n")


@pytest.mark.slow
def test_a_paper_without_pdf_and_page_is_an_error(library: Path) -> None:
    ran = opened(library, "exit 0", "pdf:0123456789abcdef")
    assert ran.code == 4
    assert installed.says(ran.err, "No web page and no PDF of", "`reader add FILE` adds it.")
    assert "A pick fetches it" not in ran.err
    picked = installed.run("pick", "pdf:0123456789abcdef", library=library, now=NOW)
    assert installed.says(picked.err, "the address of its PDF is not known", "`reader add FILE`")
    assert "shows the paper's page" not in picked.err


def test_a_viewer_that_stays_open_is_waited_for_a_moment(tmp_path: Path) -> None:
    viewer = tmp_path / "viewer"
    viewer.write_text("#!/bin/sh\nread line < $1\nexit 7\n")
    viewer.chmod(0o700)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    seen = OpenOutcome([str(viewer)])
    assert seen.open(str(pipe), wait_s=0.05) == f"Opening: {pipe}"
    assert seen.failed() == ""
    pipe.write_text("closed\n")
    process, _ = seen._running[0]
    process.wait(10)
    assert seen.failed() == f"{viewer} could not open {pipe}"
    assert seen.failed() == ""


def test_the_program_is_the_systems_own() -> None:
    assert opener("darwin", lambda name: name) == ["open"]
    assert opener("linux", lambda name: "y" if name == "gio" else None) == ["gio", "open"]
    assert opener("linux", lambda _: None) == []
    with pytest.raises(NotOpened):
        OpenOutcome([]).open("x")
