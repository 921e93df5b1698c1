"""A library with two papers, for the tests of commands that run in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from reader.library.rows import papers
from tests.samples import DAY, FEEDS_TOML, NOW, a_library, paper


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("READER_NOW", NOW.isoformat())
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        given = [paper(1, "On Bees"), paper(2, "On Ants")]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
    return tmp_path
