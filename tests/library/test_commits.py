"""Test that a connection notices the writes of others, and nothing else."""

from __future__ import annotations

from pathlib import Path

from reader.library.rows import papers
from reader.library.rows.database import Database, commits
from tests.samples import DAY, paper


def test_a_write_of_another_connection_changes_the_numbers(tmp_path: Path) -> None:
    with Database(tmp_path) as here, Database(tmp_path) as there:
        before = commits(here)
        assert commits(here) == before
        papers.add_papers(there, [paper(1)], source="arXiv", on=DAY)
        after = commits(here)
        assert after != before
        papers.add_papers(there, [paper(1)], source="arXiv", on=DAY)
        papers.add_papers(here, [paper(2)], source="arXiv", on=DAY)
        assert commits(here)[1] == after[1]
