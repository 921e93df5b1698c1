"""Test the reading of many PDFs at once: order, number in work, and separate failures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.library.highlight import Marks
from reader.library.passage import Document
from reader.pdfs.text.process import N_FILES, PdfPool
from tests.hostile import bomb, good
from tests.workers import workers

pytestmark = pytest.mark.slow


@pytest.fixture
def pool() -> Iterator[PdfPool]:
    with PdfPool(2, timeout_s=20) as pool:
        yield pool


def outcome(found: Document | PdfError) -> str:
    return str(found.kind) if isinstance(found, PdfError) else "document"


def test_each_file_comes_back_once_with_its_document_or_its_error(
    pool: PdfPool, tmp_path: Path
) -> None:
    files = [good(tmp_path / f"{n}.pdf", f"Paper {n}.") for n in range(5)]
    missing, empty = tmp_path / "missing.pdf", tmp_path / "empty.pdf"
    empty.touch()
    found = dict(pool.read_all([*files, missing, empty]))
    assert {path.name: outcome(one) for path, one in found.items()} == {
        **{f"{n}.pdf": "document" for n in range(5)},
        "missing.pdf": "no file",
        "empty.pdf": "empty",
    }
    documents = [found[path] for path in files]
    assert [d.first_page for d in documents if isinstance(d, Document)] == [
        f"Paper {n}." for n in range(5)
    ]


def test_text_and_marks_of_each_file_come_together(pool: PdfPool, tmp_path: Path) -> None:
    file, missing = good(tmp_path / "a.pdf", "Paper A."), tmp_path / "missing.pdf"
    found = dict(pool.read_marked([file, missing]))
    both = found[file]
    assert isinstance(both, tuple)
    assert (both[0].first_page, both[1]) == ("Paper A.", Marks())
    assert isinstance(found[missing], PdfError)


def test_nothing_asked_is_nothing_read(pool: PdfPool) -> None:
    assert list(pool.read_all([])) == []


def test_paths_are_taken_as_they_are_needed(pool: PdfPool, tmp_path: Path) -> None:
    taken: list[Path] = []

    def endless() -> Iterator[Path]:
        for n in itertools.count():
            taken.append(tmp_path / f"{n}.pdf")
            yield taken[-1]

    done = pool.read_all(endless())
    for _ in range(10):
        next(done)
    assert 10 <= len(taken) <= 10 + 2 + 4
    done.close()


def test_thousands_of_paths_cost_little_and_none_is_lost(pool: PdfPool, tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.pdf" for n in range(3000)]
    assert {path for path, _ in pool.read_all(paths)} == set(paths)


def test_a_file_that_ends_its_worker_takes_nothing_else_with_it(tmp_path: Path) -> None:
    endless = bomb(tmp_path / "endless.pdf")
    files = [good(tmp_path / f"{n}.pdf") for n in range(6)]
    with PdfPool(2, timeout_s=3) as pool:
        found = {p.name: outcome(d) for p, d in pool.read_all([files[0], endless, *files[1:]])}
    assert found == {"endless.pdf": "time", **{f"{n}.pdf": "document" for n in range(6)}}


def test_abandoned_work_is_ended_and_the_pool_goes_on(tmp_path: Path) -> None:
    endless = bomb(tmp_path / "endless.pdf")
    fine = good(tmp_path / "fine.pdf")
    with PdfPool(2, timeout_s=60) as pool:
        done = pool.read_all([fine, endless, endless])
        assert next(done)[0] == fine
        done.close()
        assert [outcome(d) for _, d in pool.read_all([fine])] == ["document"]
    assert workers() == []


def test_a_failing_list_of_paths_is_the_callers_error_and_leaves_no_child(tmp_path: Path) -> None:
    def failing() -> Iterator[Path]:
        yield good(tmp_path / "fine.pdf")
        raise KeyError("who?")

    with PdfPool(2) as pool, pytest.raises(KeyError, match="who"):
        list(pool.read_all(failing()))
    assert workers() == []


def test_a_worker_is_replaced_after_two_hundred_files(tmp_path: Path) -> None:
    fine = good(tmp_path / "fine.pdf")
    with PdfPool(1) as pool:
        before: list[int] = []
        for _ in pool.read_all([fine] * (N_FILES - 1)):
            before = before or workers()
        assert workers() == before
        assert len(list(pool.read_all([fine] * 2))) == 2
        assert len(workers()) == 1
        assert workers() != before


def test_one_file_needs_one_worker(tmp_path: Path) -> None:
    fine = good(tmp_path / "fine.pdf")
    with PdfPool(4) as pool:
        assert workers() == []
        pool.read(fine)
        pool.read(fine)
        assert pool.pictures(fine).page.startswith(b"\x89PNG")
        assert len(workers()) == 1
