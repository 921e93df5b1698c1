"""Run `reader add` on what a folder may hold but PDFs: odd names, pipes, nothing, Ctrl-C."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import shlex
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_add import added, make, titled
from tests.installed import READER, WATER, finish, rows, run, says, start
from tests.play import Fault, PlayServer

NOT_UTF8 = b"\x8e\xa9.pdf"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


@pytest.mark.slow
def test_a_pipe_and_a_device_are_broken_and_the_rest_is_added(library: Path, shelf: Path) -> None:
    make(shelf / "z.pdf", titled(1))
    os.mkfifo(shelf / "a.pdf")
    (shelf / "b.pdf").symlink_to("/dev/zero")
    code, objects = added(library, "--no-fetch", str(shelf))
    assert (code, [(Path(o["path"]).name, o["outcome"], o["why"]) for o in objects]) == (
        5,
        [
            ("a.pdf", "broken", "is not a regular file, but a pipe or a device"),
            ("b.pdf", "broken", "is not a regular file, but a pipe or a device"),
            ("z.pdf", "unknown", "not recognised, kept under the title in the PDF"),
        ],
    )
    _, out, _ = run("add", "--no-fetch", str(shelf), library=library)
    assert (says(out, "BROKEN", "a.pdf: is no", "b.pdf: is no"), out.count("→ Name a PDF.")) == (
        True,
        1,
    )


@pytest.mark.slow
def test_a_file_name_outside_utf8_is_added_once_and_moved(library: Path, shelf: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(shelf) + b"/\x83/" + NOT_UTF8))
    file.parent.mkdir()
    os.rename(make(shelf / "z.pdf", titled(1)), file)
    code, out, err = run("add", "--no-fetch", str(shelf), library=library, timeout=120)
    assert (code, err, says(out, f"{shelf}/\\udc83/\\udc8e\\udca9.pdf → ")) == (0, "", True)
    code, objects = added(library, "--no-fetch", "-", "--move", input=os.fsencode(file) + b"\n")
    paths = [(o["path"], o["is_new"], o["is_moved"]) for o in objects]
    assert (code, paths) == (0, [(f"{shelf}/\\udc83/\\udc8e\\udca9.pdf", False, True)])
    assert not file.exists()


def test_control_characters_are_escaped_in_json(library: Path, shelf: Path) -> None:
    file = make(shelf / "a\x9b31m\u202eb.pdf", titled(1))
    code, out, _ = run("add", "--no-fetch", "--json", str(file), library=library, timeout=120)
    assert (code, r"/a\u009b31m\u202eb.pdf" in out) == (0, True)
    assert (json.loads(out)["path"], out.rstrip("\n").isprintable()) == (str(file), True)


@pytest.mark.slow
def test_a_name_that_looks_like_a_home_or_has_blanks_is_a_path_where_it_is_there(
    library: Path, shelf: Path
) -> None:
    names = ["~.pdf", "~root.pdf", "~nouser", " a b.pdf "]
    make(shelf / "~.pdf", titled(1))
    make(shelf / "~root.pdf", titled(2))
    make(shelf / "~nouser" / "c.pdf", titled(3))
    os.rename(make(shelf / "d.pdf", titled(4)), shelf / " a b.pdf ")
    given = shlex.join([READER, "add", "--no-fetch", *names])
    code, out, err = run(library=library, timeout=120, prefix=_sh(f"cd {shelf}; {given}"))
    assert (code, err, out.count(" → [Vale] ")) == (0, "", 4)


def test_an_unknown_home_and_a_closed_stdin_are_reported(library: Path) -> None:
    code, _, err = run("add", "~nobody-here/x.pdf", library=library)
    assert (code, says(err, "~nobody-here/x.pdf: there is no such home folder.")) == (2, True)
    given = shlex.join([READER, "add", "-"])
    code, _, err = run(library=library, prefix=_sh(f"{given} <&-"))
    assert (code, says(err, "- reads a list from standard input, which is closed")) == (2, True)


def _sh(line: str) -> list[str]:
    return ["/bin/sh", "-c", f"{line} # "]


@pytest.mark.slow  # the client asks again and again
def test_a_folder_is_added_though_an_id_cannot_be_asked_for(
    library: Path, shelf: Path, server: PlayServer
) -> None:
    make(shelf / "a.pdf", titled(1))
    server.faults = lambda path, _: Fault(status=503)
    code, out, err = run("add", "2501.99999", str(shelf), library=library, timeout=120)
    assert (code, says(err, "503"), says(out, titled(1))) == (5, True, True)


def test_as_with_several_files_is_refused_before_anything_is_done(
    library: Path, shelf: Path
) -> None:
    make(shelf / "a.pdf", titled(1))
    make(shelf / "b.pdf", titled(2))
    for given in ([WATER, str(shelf / "a.pdf")], [str(shelf)]):
        code, out, err = run("add", *given, "--as", "new", library=library)
        assert (code, out, says(err, "--as takes one file, but 2 files were named")) == (
            2,
            "",
            True,
        )
    assert rows(library, "SELECT count(*) FROM additions") == [(0,)]


@pytest.mark.slow
def test_ctrl_c_ends_the_questions_and_end_of_input_means_later(library: Path, shelf: Path) -> None:
    make(shelf / "a.pdf", "Speech recognition under water", authors="Ada Neverwas")
    make(shelf / "b.pdf", "Speech recognition under water", authors="Ada Neverwas", body="other")
    for key, expected, n_asked in ((b"\x03", 130, 1), (b"\x04", 5, 2)):
        terminal, stdin = pty.openpty()
        process = start("add", "--no-fetch", str(shelf), library=library, stdin=stdin, stdout=stdin)
        os.close(stdin)
        assert process.stderr is not None
        heard = b""
        for n in range(1, n_asked + 1):
            while heard.count(b"Which paper?") < n:
                heard += os.read(process.stderr.fileno(), 4096)
            if key == b"\x03":
                _interrupt(process)
            else:
                os.write(terminal, key)
        assert (key, finish(process).code) == (key, expected)
        os.close(terminal)


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C until it works: Python misses one that comes just before it reads."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
