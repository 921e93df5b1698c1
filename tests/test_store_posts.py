"""Hold posts and mentions: known by their guid, joined to papers by identifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.paper import Mention, Mentioned
from reader.store import papers, posts, sources
from reader.store.database import Database
from tests.samples import DAY, NOW, new_database, paper, post

ID = "arxiv:2506.00001"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def test_a_post_is_kept_once_within_its_source(db: Database) -> None:
    assert posts.add_posts(db, [post("a", ID), post("b", ID)], source="timeline", on=DAY) == 2
    assert posts.add_posts(db, [post("a", ID), post("c", ID)], source="timeline", on=DAY) == 1
    assert posts.add_posts(db, [post("a", ID)], source="blog", on=DAY) == 1


def test_a_link_added_later_becomes_a_mention_and_the_first_words_stay(db: Database) -> None:
    papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
    first = post("a", ID, sentence="First.")
    posts.add_posts(db, [first], source="timeline", on=DAY)
    mentions = (Mention(ID, "Changed."), Mention("arxiv:2506.00002", "Also."))
    later = replace(first, mentions=mentions)
    posts.add_posts(db, [later], source="timeline", on=DAY + timedelta(1))
    assert posts.mentions_of(db, [1, 2]) == [
        Mentioned(1, "Cy Pond", "First.", "https://example.org/a", "timeline"),
        Mentioned(2, "Cy Pond", "Also.", "https://example.org/a", "timeline"),
    ]
    assert posts.papers_mentioned_on(db, DAY) == [1]
    assert posts.papers_mentioned_on(db, DAY + timedelta(1)) == [2]


def test_mentions_come_oldest_post_first_by_any_of_the_papers_identifiers(db: Database) -> None:
    papers.add_papers(db, [paper(1, ids=(ID, "doi:10.1/x"))], source="arXiv", on=DAY)
    late, undated = post("late", ID), replace(post("undated", ID), posted_at=None)
    early = replace(post("early", "doi:10.1/x"), posted_at=NOW - timedelta(days=1))
    posts.add_posts(db, [late, early, undated], source="timeline", on=DAY)
    found = [m.url.rpartition("/")[2] for m in posts.mentions_of(db, [1])]
    assert found == ["undated", "early", "late"]
    assert posts.papers_mentioned_on(db, DAY) == [1]


def test_identifiers_that_no_paper_has_are_listed_once(db: Database) -> None:
    papers.add_papers(db, [paper(1)], source="arXiv", on=DAY)
    given = [post("a", ID), post("b", "doi:10.1/y"), post("c", "doi:10.1/y"), post("d", "acl:x")]
    posts.add_posts(db, given, source="timeline", on=DAY)
    posts.add_posts(db, [post("e", "acl:x")], source="blog", on=DAY)
    found = posts.ids_without_paper(db, now=NOW)
    assert found == {"acl:x": "timeline", "doi:10.1/y": "timeline"}
    assert list(found) == sorted(found)
    assert posts.n_without_paper(db, DAY) == 2
    assert posts.n_without_paper(db, DAY + timedelta(1)) == 0


def test_an_identifier_that_could_not_be_looked_up_waits_until_its_time(db: Database) -> None:
    posts.add_posts(db, [post("a", ID)], source="timeline", on=DAY)
    sources.add_failure(db, "resolve", ID, ("unknown", ""), now=NOW)
    assert posts.ids_without_paper(db, now=NOW) == {}
    assert posts.ids_without_paper(db, now=NOW + sources.FIRST_RETRY) == {ID: "timeline"}


def test_a_mention_finds_its_paper_when_that_comes_later(db: Database) -> None:
    posts.add_posts(db, [post("a", ID)], source="timeline", on=DAY)
    assert posts.papers_mentioned_on(db, DAY) == []
    papers.add_papers(db, [paper(1)], source="posts", on=DAY + timedelta(1))
    assert posts.papers_mentioned_on(db, DAY) == [1]
    assert posts.ids_without_paper(db, now=NOW) == {}
