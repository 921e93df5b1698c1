"""Test that papers of a snapshot come once, stand in no list, and go with an undo."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reader.base.errors import UsageError
from reader.library.folder import Library, find_paper
from reader.library.rows import imports, papers
from reader.morning.bring_arxiv import SnapshotImport
from reader.morning.undo import take_back
from reader.ranking.rows import standings
from tests.gathering.test_snapshot import lines, record
from tests.morning.test_bring_in import everything, found
from tests.samples import DAY, Web, a_library, tools


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "library").mkdir()
    with a_library(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.json"


def ran(library: Library, file: Path, *categories: str, is_dry: bool = False) -> SnapshotImport:
    run = SnapshotImport(library, tools(Web()), file, categories, date(2025, 1, 1))
    run.run(is_dry=is_dry)
    return run


def counts(run: SnapshotImport) -> tuple[int, ...]:
    return run.n_lines, run.n_new, run.n_known_by_id, run.n_left_out, run.n_unplaced


def test_papers_are_searched_but_are_no_news(library: Library, file: Path) -> None:
    other = record(251, categories="math.GT")
    file.write_bytes(lines(*map(record, range(1, 251)), other) + b"{\n")
    run = ran(library, file, "cs")
    assert counts(run) == (252, 250, 0, 1, 1)
    assert found(library, "250")[0] == {"arxiv:2506.00250"}
    assert papers.n_arrived(library.db, DAY) == 0
    assert standings.papers_to_rank(library.db, DAY, DAY, "", encoder="", models="") == {}


def test_a_dry_run_counts_and_changes_nothing(library: Library, file: Path) -> None:
    file.write_bytes(lines(*map(record, range(1, 251))))
    before = everything(library)
    assert counts(ran(library, file, is_dry=True)) == (250, 250, 0, 0, 0)
    assert everything(library) == before


def test_the_whole_file_goes_on_after_one_that_broke_off(library: Library, file: Path) -> None:
    before = everything(library)
    content = lines(*map(record, range(1, 251)))
    file.write_bytes(gzip.compress(content)[:-100])
    with pytest.raises(UsageError, match="breaks off"):
        ran(library, file)
    n_before = len(everything(library)["papers"]) - len(before["papers"])
    assert 0 < n_before < 250
    file.write_bytes(gzip.compress(content))
    assert counts(ran(library, file)) == (250, 250, 0, 0, 0)
    assert counts(ran(library, file)) == (250, 0, 250, 0, 0)
    taken = take_back(library).imported
    assert taken is not None
    assert taken.n_papers == 250
    assert everything(library) == before


def test_a_paper_that_is_here_stays_and_gets_its_doi(library: Library, file: Path) -> None:
    file.write_bytes(lines(record(1)))
    ran(library, file)
    file.write_bytes(lines(record(1, doi="10.5555/1", title="Other")))
    assert counts(ran(library, file)) == (1, 0, 1, 0, 0)
    paper = find_paper(library, "doi:10.5555/1")
    assert paper.record.title == "Whistling Moss in Old Gardens 1"


def test_what_an_import_brought_is_looked_up_by_paper(library: Library) -> None:
    sql = f"EXPLAIN QUERY PLAN {imports.BY_IMPORT_SQL}"
    plan = [r["detail"] for r in library.db.read(sql, (1, "[1]"))]
    assert [line for line in plan if "imported" in line] == [
        "SEARCH imported USING INDEX sqlite_autoindex_imported_1 (paper=? AND part=?)"
    ]
