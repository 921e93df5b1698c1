"""Test that PDFs of a store come to their papers once, are read, and go with an undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import PdfError
from reader.gathering.imports.item import UnplacedItem
from reader.library.folder import Library, find_paper
from reader.library.passage import Document
from reader.library.rows import papers, pdfs
from reader.library.rows.fields import BY_HAND
from reader.morning.bring_arxiv import PdfsImport
from reader.morning.remove import remove
from reader.morning.undo import take_back
from tests.gathering.test_pdf_store import NAME, manifest_of, tar_of
from tests.morning.test_bring_in import found
from tests.samples import DAY, Web, a_library, document, paper, tools

N = 40
PDFS = {f"2506/2506.{n:05}v1.pdf": f"Moss number{n} whistles.".encode() for n in range(1, N + 1)}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as opened:
        several = [paper(n, ids=(f"arxiv:2506.{n:05}",)) for n in range(1, N + 1)]
        papers.add_papers(opened.db, several, source=BY_HAND, on=DAY)
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Path:
    (tmp_path / "store").mkdir()
    return tmp_path / "store"


def read(path: Path) -> Document:
    return document(path.read_text("latin-1"))


def check(content: bytes) -> None:
    if content.startswith(b"no PDF"):
        raise PdfError(file="it", what="no PDF")


def importing(library: Library, place: Path) -> PdfsImport:
    return PdfsImport(library, tools(Web(), read_pdf=read, check_pdf=check), str(place))


def ran(library: Library, place: Path, *, is_dry: bool = False) -> PdfsImport:
    run = importing(library, place)
    run.run(is_dry=is_dry)
    return run


def counts(run: PdfsImport) -> tuple[int, ...]:
    return run.n_pdfs, run.n_new, run.n_known, run.n_strange, len(run.failed)


def files(library: Library) -> list[str]:
    return sorted(path.name for path in (library.folder / "papers").rglob("*") if path.is_file())


def test_pdfs_of_a_tar_are_kept_and_searched(library: Library, store: Path) -> None:
    content = tar_of({**PDFS, "2506/2506.99999v1.pdf": b"strange", "2506/moss.pdf": b"nameless"})
    (store / NAME).write_bytes(content)
    (store / "manifest.xml").write_bytes(manifest_of(content, N + 2))
    assert counts(ran(library, store, is_dry=True)) == (N + 2, N, 0, 2, 0)
    assert files(library) == []
    run = ran(library, store)
    assert counts(run) == (N + 2, N, 0, 2, 0)
    assert [str(file.why) for file in run.files] == [""]
    assert run.unread == []
    assert len(files(library)) == N
    assert found(library, "number40")[0] == {"arxiv:2506.00040"}
    # No act of the person: nothing is filed.
    assert find_paper(library, "2506.00040").topic is None
    assert counts(ran(library, store)) == (N + 2, 0, N, 2, 0)
    taken = take_back(library).imported
    assert taken is not None
    assert (taken.n_papers, taken.n_files, files(library)) == (0, N, [])
    assert found(library, "number40")[0] == set()


def test_what_is_damaged_is_named_and_the_rest_comes(library: Library, store: Path) -> None:
    for name, content in [*PDFS.items()][:3]:
        (store / Path(name).name).write_bytes(content)
    (store / "2506.00002v1.pdf").write_bytes(b"no PDF")
    manifest = manifest_of(b"other bytes", 1, "2506.00003v1.pdf")
    (store / "manifest.xml").write_bytes(manifest)
    run = ran(library, store)
    assert counts(run) == (3, 1, 0, 0, 2)
    assert run.failed == [
        UnplacedItem(f"{store}/2506.00002v1.pdf", "no PDF"),
        UnplacedItem(f"{store}/2506.00003v1.pdf", run.failed[1].why),
    ]
    assert str(run.failed[1].why) == "its size in bytes is 22, in the manifest 11"
    (store / "manifest.xml").unlink()
    assert counts(ran(library, store)) == (3, 1, 1, 0, 1)


def test_a_stopped_import_goes_on_and_is_one(library: Library, store: Path) -> None:
    (store / NAME).write_bytes(tar_of(PDFS))
    stopped = importing(library, store)

    def stop(content: bytes) -> None:
        if b"number35 " in content:
            raise KeyboardInterrupt

    stopped.tools = tools(Web(), read_pdf=read, check_pdf=stop)
    with pytest.raises(KeyboardInterrupt):
        stopped.run()
    assert len(files(library)) == 34
    assert counts(ran(library, store)) == (N, 6, 34, 0, 0)
    assert pdfs.pdfs_without_passages(library.db) == []
    taken = take_back(library).imported
    assert taken is not None
    assert (taken.n_files, files(library)) == (N, [])


def test_a_removed_paper_gets_no_pdf(library: Library, store: Path) -> None:
    remove(library, ["2506.00001"])
    (store / "2506.00001v1.pdf").write_bytes(b"Moss")
    assert counts(ran(library, store)) == (1, 0, 1, 0, 0)
