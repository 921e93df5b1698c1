"""Test cached values: made once, and again after any write by any process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import find_paper
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.notes.recall import grade
from reader.notes.write import add_note
from reader.web.work import MOST, Pool, ValueCache
from tests.samples import DAY, NOW, paper
from tests.web.site import parts_of, site


def test_a_value_is_made_once_for_each_version() -> None:
    known, made = ValueCache(), iter(range(9))
    versions = iter((1, 1, 2, 2, 1))
    got = [known.get("a", lambda: next(versions), lambda: next(made)) for _ in range(5)]
    assert got == [0, 0, 1, 1, 2]


def test_of_many_callers_at_once_one_makes_the_value() -> None:
    known, n = ValueCache(), 0
    begin = threading.Barrier(8)

    def make() -> int:
        nonlocal n
        n += 1
        return n

    def ask(_: int) -> int:
        begin.wait()
        return int(known.get("a", lambda: 1, make))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [1] * 8


def test_a_failed_value_is_made_again() -> None:
    known = ValueCache()

    def fail() -> int:
        raise ValueError("no network")

    with pytest.raises(ValueError, match="no network"):
        known.get("a", lambda: 1, fail)
    assert known.get("a", lambda: 1, lambda: 5) == 5


def test_the_number_of_kept_values_is_bounded() -> None:
    known = ValueCache()
    for key in range(MOST + 1):
        known.get(key, lambda: 1, lambda: "old")
    assert known.get(0, lambda: 1, lambda: "new") == "new"
    assert known.get(MOST, lambda: 1, lambda: "new") == "old"


def test_the_version_changes_after_any_write(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    pool = Pool(tmp_path, parts.open_library)
    before = pool.version()
    assert pool.version() == before
    with pool.lent() as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
    after = pool.version()
    assert after != before
    assert pool.version() == after
    with parts.open_library() as other:
        decide(other, "pick", ["2506.00001"])
    assert pool.version() != after
    pool.close()


def test_a_changed_feeds_toml_makes_another_version(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    pool = Pool(tmp_path, parts.open_library)
    before = pool.version()
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(feeds.read_text("utf-8").replace("quota = 3", "quota = 4 "), encoding="utf-8")
    assert pool.version() != before
    pool.close()


def test_today_shows_what_another_process_decided_meanwhile(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        several = [paper(1, "Speech translation")]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        with site(parts) as client:
            for state in ("candidate", "candidate", "candidate"):
                assert f'data-state="{state}"' in client.get("/").text
            decide(library, "pick", ["2506.00001"])
            assert 'data-state="pick"' in client.get("/").text


def test_a_paper_is_explained_by_lists_as_they_are_now(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library, site(parts) as client:
        several = [paper(n, f"Speech translation {n}") for n in (1, 2)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        assert "1 of 2" in sum_on(client, 1)
        assert "2 of 2" in sum_on(client, 2)
        papers.add_papers(library.db, [paper(3, "Speech translation 3")], source="arXiv", on=DAY)
        assert "2 of 3" in sum_on(client, 2)


def sum_on(client: TestClient, n: int) -> str:
    """Give what a paper's page says of its place."""
    page = client.get(f"/paper/arxiv:2506.0000{n}").text
    return page[page.index('id="why"') : page.index('id="filing"')]


def test_the_recall_count_is_refreshed_after_a_review(tmp_path: Path) -> None:
    with parts_of(tmp_path).open_library() as library:
        several = [paper(1, "Speech translation")]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        add_note(library, find_paper(library, "2506.00001"), "It waits. It is late for that.")
    parts = parts_of(tmp_path, now=lambda: NOW + timedelta(days=1))
    with parts.open_library() as library, site(parts) as client:
        for _ in range(2):
            assert "1 note to recall" in client.get("/").text
        decide(library, "pick", ["2506.00001"])
        assert "1 note to recall" in client.get("/").text
        library_paper = find_paper(library, "2506.00001")
        grade(library, library_paper, 3, next_day=lambda _: DAY + timedelta(days=9))
        assert "to recall" not in client.get("/").text
