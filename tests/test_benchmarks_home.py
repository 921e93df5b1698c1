"""The benchmarks of moving in and out count right: kills lose nothing, all is read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import home, out
from tests.benchmarks.frame import Options
from tests.data import DATA, needs_data


@pytest.mark.slow
@needs_data
def test_nothing_is_lost_by_kills_and_every_library_has_its_entries(tmp_path: Path) -> None:
    assert DATA is not None
    results = {one.name: one for one in home.measure(Options(DATA, tmp_path, is_quick=True))}
    assert results["Zotero, equal counts"].ok, results["Zotero, equal counts"].parts
    assert results["libraries with their counts"].misses == ()
    assert results["BibTeX"].note == "1,000 of 1,000 entries are papers"
    assert results["Evernote"].note.endswith("; 58 of 58 notes are here")


@pytest.mark.slow
@needs_data
def test_what_goes_out_is_read_back_whole(tmp_path: Path) -> None:
    assert DATA is not None
    results = {one.name: one for one in out.measure(Options(DATA, tmp_path, is_quick=True))}
    assert results["second dump, the same lines"].ok
    assert results["forms read back whole"].ok, results["forms read back whole"].parts
    assert [miss for one in results.values() for miss in one.misses] == []
