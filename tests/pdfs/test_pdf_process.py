"""Test the process that reads PDFs: its limits, and that it never outlives its caller."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.pdfs.text.process import PdfReader, read_pdf
from tests.data import ROOT
from tests.hostile import bomb, good
from tests.workers import all_workers, workers

pytestmark = pytest.mark.slow

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

# SIGINT is ignored where the tests run in the background of a script.
POOL = """
import signal
import sys
from pathlib import Path
from reader.pdfs.text.process import PdfPool
signal.signal(signal.SIGINT, signal.default_int_handler)
with PdfPool(2) as pool:
    for path, found in pool.read_all(map(Path, sys.argv[1:])):
        print(path.name, flush=True)
"""


def wait_for(is_so: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait until a condition is true."""
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() - begin < seconds
        time.sleep(0.02)


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_outlives_its_caller_not_even_one_that_never_comes_back(
    tmp_path: Path, how: signal.Signals
) -> None:
    endless = bomb(tmp_path / "endless.pdf")
    fine = good(tmp_path / "fine.pdf")
    process = subprocess.Popen(
        [sys.executable, "-c", POOL, str(fine), str(endless), str(endless)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"fine.pdf\n"
    children = set(workers(process.pid))
    assert children
    process.send_signal(how)
    begin = time.monotonic()
    process.wait(timeout=10)
    assert time.monotonic() - begin < 5
    process.stdout.close()
    wait_for(lambda: not children & all_workers().keys(), seconds=5)


@linux
def test_a_reader_that_is_closed_has_no_child(tmp_path: Path) -> None:
    with PdfReader() as reader:
        reader.read(good(tmp_path / "fine.pdf"))
        assert len(workers()) == 1
    assert workers() == []


@linux
def test_a_child_ended_between_two_files_loses_no_file(tmp_path: Path) -> None:
    """Test a child that the system ended for want of memory: the next file is read."""
    fine = good(tmp_path / "fine.pdf")
    with PdfReader() as reader:
        reader.read(fine)
        (child,) = workers()
        os.kill(child, signal.SIGKILL)
        worker = reader._worker
        assert worker is not None
        wait_for(lambda: worker.has_ended)
        assert reader.read(fine).n_pages == 1


@linux
def test_a_question_that_comes_while_a_child_is_at_work_does_not_end_it(tmp_path: Path) -> None:
    """Test what the kernel may do: tell of a question only after the child has read it."""
    fine, long = good(tmp_path / "fine.pdf"), good(tmp_path / "long.pdf", n_pages=1500)
    with PdfReader() as reader:
        worker = reader._started(fine)
        stdin = worker._process.stdin
        assert stdin is not None
        for path in (long, fine):
            question = {"task": "read", "path": str(path), "timeout_s": 60.0}
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
            if path == long:
                assert b'"page"' in worker._answers.get()[0]  # it is at work
        answers = [worker.answer(60.0) for _ in range(2)]
        assert ["done" in answer for answer in answers] == [True, True]


@linux
@pytest.mark.parametrize("was_used", [True, False])
def test_a_child_ended_at_a_file_is_its_error_if_it_read_no_other(
    tmp_path: Path, was_used: bool
) -> None:
    """Test that a file is read once more where one before it may have broken the worker."""
    fine, other = good(tmp_path / "fine.pdf"), good(tmp_path / "other.pdf", n_pages=3)
    with PdfReader() as reader:
        if was_used:
            reader.read(fine)
        worker = reader._started(fine)
        n_before = worker.n_files
        worker._process.send_signal(signal.SIGSTOP)  # so that it has no answer before it is killed

        def kill() -> None:
            wait_for(lambda: worker.n_files > n_before)  # it was asked
            worker._process.kill()

        killing = threading.Thread(target=kill)
        killing.start()
        if was_used:
            assert reader.read(other).n_pages == 3
        else:
            with pytest.raises(PdfError, match="crashed the PDF reader"):
                reader.read(other)
        killing.join()
        assert reader._worker is not worker
        assert reader.read(fine).n_pages == 1


def test_a_file_that_takes_too_long_says_how_far_it_came(tmp_path: Path) -> None:
    path = good(tmp_path / "long.pdf", n_pages=5000)
    with PdfReader(timeout_s=20) as reader:
        reader.read(good(tmp_path / "fine.pdf"))
        reader._timeout_s = 0.1
        with pytest.raises(
            PdfError, match=r"took more than 0.1 s to read \(page \d+ of 5000 was reached\)"
        ):
            reader.read(path)


@pytest.mark.skipif(sys.platform != "linux", reason="this system sets no limit on memory")
def test_a_file_that_needs_too_much_memory_is_given_up_and_the_next_one_read(
    tmp_path: Path,
) -> None:
    greedy = b"BT /tiro 9 Tf " + (b"(" + b"many words " * 100 + b") Tj\n") * 20_000 + b"ET"
    path = bomb(tmp_path / "greedy.pdf", greedy)
    with PdfReader(max_bytes=500 * 1024**2) as reader:
        with pytest.raises(PdfError, match="took too much memory to read"):
            reader.read(path)
        assert reader.read(good(tmp_path / "fine.pdf")).n_pages == 1


def test_marks_and_pictures_are_asked_of_the_same_worker(tmp_path: Path) -> None:
    path = good(tmp_path / "fine.pdf")
    with PdfReader() as reader:
        assert reader.marks(path).highlights == ()
        pictures = reader.pictures(path)
        assert pictures.page.startswith(b"\x89PNG\r\n")
        assert (pictures.figure, pictures.figure_page, pictures.caption) == (b"", None, "")
        assert reader.read(path).first_page == "Fine."


def test_mupdfs_own_messages_are_not_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(good(tmp_path / "fine.pdf", n_pages=3).read_bytes()[:-300])
    with contextlib.suppress(PdfError):
        read_pdf(path)
    assert capfd.readouterr() == ("", "")
