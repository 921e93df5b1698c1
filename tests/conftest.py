"""Fixtures of the tests that run the installed command; see tests/installed.py."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from reader.base.http.client import Client
from tests.installed import MONDAY, NOW, PAPERS, copy_library, feeds, new_library, paper, run
from tests.play import PlayServer
from tests.server import Time

# How long an example takes says more of what else the machine does.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Commits wait for the disk, some hundred thousand times: where memory has room, tests write there.
_MEMORY = Path("/dev/shm")
if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 4_000_000_000:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on another disk than this test's own."""
    for place in (_MEMORY, Path(tempfile.gettempdir())):
        if place.is_dir() and place.stat().st_dev != tmp_path.stat().st_dev:
            with tempfile.TemporaryDirectory(dir=place) as name:
                yield Path(name)
            return
    pytest.skip("there is no second disk here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a slow test that fails once more; the summary lists it.

    They start browsers, kill processes and play servers that stop: a frame or an answer that comes
    late on a busy machine is no reason to hold a change back. All others are tried once.
    """
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("flaky"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """Leave what was collected, a million objects, out of every later search for garbage, and
    search less often than after each 700 objects: it was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def played() -> PlayServer:
    return PlayServer(PAPERS, clock=lambda: NOW, feeds=feeds())


@pytest.fixture
def server() -> Iterator[PlayServer]:
    """A server for one test, whose faults it may set."""
    with played() as server:
        yield server


@pytest.fixture
def crowd() -> Iterator[PlayServer]:
    """A server with so many papers on one day that the API needs three pages for them."""
    papers = [
        paper(n, f"Speech translation, attempt {n}", "cs.CL" if n < 450 else "eess.AS")
        for n in range(1, 451)
    ]
    papers.append(paper(451, "Speech translation, the day before", day=MONDAY))
    with PlayServer(papers, clock=lambda: NOW, feeds=feeds()) as server:
        yield server


@pytest.fixture(scope="session")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library into which everything came; copied, never used itself."""
    with played() as server:
        folder = new_library(tmp_path_factory.mktemp("gathered") / "library", server)
        assert run("gather", "--no-encode", library=folder)[::2] == (0, "")
    return folder


@pytest.fixture
def fresh(tmp_path: Path, server: PlayServer) -> Path:
    """A library that nothing was gathered for yet."""
    return new_library(tmp_path / "library", server)


@pytest.fixture
def library(tmp_path: Path, server: PlayServer, gathered: Path) -> Path:
    """A library with everything in it that this test's server has."""
    return copy_library(gathered, tmp_path / "library", server)


@pytest.fixture
def time_() -> Time:
    """A clock that only the client's own waits move."""
    return Time()


@pytest.fixture
def client(time_: Time) -> Iterator[Client]:
    with Client(clock=time_.clock, sleep=time_.sleep, monotonic=time_.monotonic) as client:
        yield client
