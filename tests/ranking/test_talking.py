"""Test who is who in the talk about papers: people, their timelines, machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.rows import papers
from reader.morning.today import candidates_with_talk
from reader.ranking.heat import ROLE_MODEL
from reader.ranking.model import Term
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, a_library, paper, post

PEOPLE = """
[[person]]
name = "Bo Lind"
feeds = ["http://127.0.0.1:9/bo.rss", "http://127.0.0.1:9/blog.rss"]
[[person]]
name = "Cy Pond"
feeds = ["http://127.0.0.1:9/cy.rss"]
"""
BO, BLOG, CY = "Bo Lind, 127.0.0.1:9/bo.rss", "Bo Lind, 127.0.0.1:9/blog.rss", "Cy Pond"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path, FEEDS_TOML + PEOPLE) as library:
        given = [
            paper(n, f"A Large Language Model of {name}", authors=(f"Di {name}", *more))
            for n, (name, *more) in enumerate((("Ash",), ("Elm",), ("Fen",), ("Oak", "Cy Pond")), 1)
        ]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


def say(library: Library, source: str, number: int, author: str) -> None:
    said = post(f"{source} {number} {author}", paper(number).id, author=author)
    sources.add_posts(library.db, [said], source=source, on=DAY)


def test_a_role_model_counts_by_their_own_timeline_whatever_their_name_there(
    library: Library,
) -> None:
    assert [f.name for f in library.config.all_feeds[1:]] == [BO, BLOG, CY]
    say(library, BO, 1, "@bo_l")
    say(library, BLOG, 1, "Bo's blog")
    say(library, "timeline", 2, "@bo_l")
    say(library, CY, 4, "@pond")
    said = candidates_with_talk(library, papers.papers_at(library.db, (1, 2, 4)), DAY)
    assert said[1].heat == (Term("mention", "@bo_l", ROLE_MODEL),)
    assert said[2].heat == (Term("mention", "@bo_l", 1.0),)
    # Of a paper of their own.
    assert said[4].heat == (Term("mention", "@pond", ROLE_MODEL / 4),)


def test_the_near_lane_puts_a_role_models_word_above_anybody_elses(library: Library) -> None:
    say(library, "timeline", 1, "@ada")
    say(library, BO, 2, "@bo_l")
    say(library, "timeline", 3, "@paperbot@pond.example")
    assert [e.paper.row for e in morning(library, DAY).near] == [2, 1, 3]
