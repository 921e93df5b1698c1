"""Test that a worker of a cluster reads a PDF that is sent to it as this machine reads its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from reader.base.cluster import TaskFailure
from reader.base.errors import PdfError, ReaderError
from reader.pdfs.text.process import answers_on, read_pdf
from tests.marked_pdfs import typeset


def here(
    work: Callable[..., Any],
    items: Iterable[Any],
    arguments: Callable[[Any], tuple[Any, ...]],
    split: Callable[[Any], Iterable[Any]],
) -> Iterator[tuple[Any, Any]]:
    """Stand for a cluster: call the function here."""
    for item in items:
        try:
            yield item, work(*arguments(item))
        except ReaderError as error:
            yield item, error


def test_a_sent_pdf_is_read_as_its_file_is(tmp_path: Path) -> None:
    good, bad, missing = (tmp_path / name for name in ("good.pdf", "bad.pdf", "missing.pdf"))
    good.write_bytes(typeset("Snails at Night"))
    bad.write_bytes(b"%PDF-1.7 and no more")
    found = dict(answers_on(here, "read", [good, bad, missing]))
    assert found[good] == read_pdf(good)
    for path in (bad, missing):
        assert isinstance(found[path], PdfError)
        # It names the file of the person, not the copy that was sent.
        assert found[path].message.startswith(f"{path}: ")


def test_pictures_are_drawn_of_a_sent_pdf(tmp_path: Path) -> None:
    path = tmp_path / "good.pdf"
    path.write_bytes(typeset("Snails at Night"))
    ((_, pictures),) = answers_on(here, "pictures", [path])
    assert pictures.page.startswith(b"\x89PNG")


def test_a_pdf_that_ends_its_worker_is_an_error_of_that_pdf(tmp_path: Path) -> None:
    def each(_work: object, items: Iterable[Any], *_: object) -> Iterator[tuple[Any, Any]]:
        yield from ((item, TaskFailure("it ended each process that tried it")) for item in items)

    ((_, error),) = answers_on(each, "read", [tmp_path / "poison.pdf"])
    assert error.message == f"{tmp_path / 'poison.pdf'}: it ended each process that tried it"
    assert error.hint == "Fetch it again, or try another program."
