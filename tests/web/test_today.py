"""Hold today's page: what the morning has stands on it."""

from __future__ import annotations

from pathlib import Path

from reader.store import papers
from tests.samples import DAY, paper
from tests.web.site import parts_of, site


def test_a_paper_of_an_own_topic_stands_on_the_page(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        papers.add_papers(
            library.db, [paper(1, "Speech translation in a <b>storm</b>")], source="arXiv", on=DAY
        )
    with site(parts) as client:
        text = client.get("/").text
    assert "Speech translation in a &lt;b&gt;storm&lt;/b&gt;" in text
