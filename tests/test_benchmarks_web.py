"""The benchmarks of the pages ask the real command, and count what is lost."""

from __future__ import annotations

import json
import lzma
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.benchmarks.frame import Options
from tests.benchmarks.library import Size
from tests.benchmarks.web import pages, readers, reading, server, typed
from tests.benchmarks.web.asking import p95
from tests.benchmarks.web.house import Plan
from tests.test_benchmarks import row
from tests.web.browser.pages import PLAIN_ROUTES, route_of

SMALL = Plan(Size(60), requests=8, readers=6, notes=10, paints=1)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """Lay out sixty papers as the real data is."""
    folder = tmp_path / "data" / "arxiv" / "papers"
    folder.mkdir(parents=True)
    with lzma.open(folder / "papers_2025-06.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(row(n, "2025-06-02")) + "\n" for n in range(1, 61))
    return Options(tmp_path / "data", tmp_path / "cache", is_quick=True)


def test_95_of_100_do_not_pass_it() -> None:
    assert p95([float(n) for n in range(100, 0, -1)]) == 95.0
    assert p95([3.0]) == 3.0


@pytest.mark.slow
def test_the_servers_time_and_memory_are_measured(options: Options) -> None:
    found = {r.name.split(",")[0]: r for r in server.measure(options, SMALL)}
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
        assert (found[page].median or 0) > 0, page
    assert found["a warm search"].bar == 150.0
    assert 20 < found["server at rest without the model"].value < 150


def test_every_route_has_a_figure_or_a_reason_why_not() -> None:
    several = (*pages.LISTS, *pages.ABOUT, *pages.NOTED, *reading.OF_A_PAGE, *reading.OF_A_PDF)
    of_one = {"n": 1, "width": 1200, "stamp": ""}
    measured = {route_of(address.format("arxiv:2506.00001", **of_one)) for address in several}
    routes = {route.path for route in PLAIN_ROUTES if "GET" in (route.methods or ())}
    assert measured & pages.NO_ROW.keys() == set()
    assert measured | pages.NO_ROW.keys() == routes


@pytest.mark.slow
def test_every_kind_of_page_is_measured(options: Options) -> None:
    found = pages.measure(options, SMALL)
    n = len((*pages.LISTS, *pages.ABOUT, *pages.NOTED))
    assert [r.unit for r in found] == ["ms"] * n  # all were answered
    assert all(r.bar == 50.0 for r in found)


@pytest.mark.slow
def test_no_note_is_lost_among_readers_and_writers(options: Options) -> None:
    errors, lost, page, note = readers.measure(options, SMALL)
    assert (errors.value, errors.note) == (0, "")
    assert (lost.value, lost.note) == (0, "")
    assert lost.name == "6 readers at once, 14 notes saved meanwhile: notes lost"
    assert page.value > 0
    assert note.value > 0


@pytest.mark.slow
def test_slow_frames_while_typing_are_counted(options: Options) -> None:
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # In a thread: in this one the browser of another test may be open.
    with ThreadPoolExecutor(1) as pool:
        frames, cpu = pool.submit(typed.measure, options, SMALL).result()
    assert frames.bar == 0
    assert int(frames.note.split()[1].rstrip(",")) > 20  # of six seconds, on a busy machine
    assert 0 < cpu.value < 50
