"""The benchmarks of the pages ask the real command, and count what is lost."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from tests.benchmarks.frame import Asked
from tests.benchmarks.library import Size
from tests.benchmarks.web import readers, server
from tests.benchmarks.web.asking import p95
from tests.benchmarks.web.house import Plan
from tests.test_benchmarks import row

SMALL = Plan(Size(60), requests=8, readers=6, notes=10, paints=1)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Lay out sixty papers as the real data is."""
    folder = tmp_path / "data" / "arxiv" / "papers"
    folder.mkdir(parents=True)
    with lzma.open(folder / "papers_2025-06.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(row(n, "2025-06-02")) + "\n" for n in range(1, 61))
    return Asked(tmp_path / "data", tmp_path / "cache", is_quick=True)


def test_95_of_100_do_not_pass_it() -> None:
    assert p95([float(n) for n in range(100, 0, -1)]) == 95.0
    assert p95([3.0]) == 3.0


@pytest.mark.slow
def test_the_servers_time_and_memory_are_measured(asked: Asked) -> None:
    found = {r.name.split(",")[0]: r for r in server.measure(asked, SMALL)}
    assert set(found) == {
        "today",
        "today after each decision",
        "the week after each decision",
        "a paper's changes after each decision",
        "a paper",
        "a warm search",
        "server at rest without the model",
        "server with the model",
    }
    for page in (
        "today",
        "today after each decision",
        "the week after each decision",
        "a paper's changes after each decision",
    ):
        assert found[page].bar == 50.0
        # Of sixty papers each page is far below it, also beside other work.
        assert 0 < (found[page].median or 0) < 50.0, page
    assert found["a warm search"].bar == 150.0
    assert 20 < found["server at rest without the model"].value < 150


@pytest.mark.slow
def test_no_note_is_lost_among_readers_and_writers(asked: Asked) -> None:
    errors, lost, page, note = readers.measure(asked, SMALL)
    assert (errors.value, errors.note) == (0, "")
    assert (lost.value, lost.note) == (0, "")
    assert lost.name == "6 readers at once, 14 notes saved meanwhile: notes lost"
    assert page.value > 0
    assert note.value > 0
