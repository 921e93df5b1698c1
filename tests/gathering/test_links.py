"""Test the following of short addresses: mentions, failures and retries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Response
from reader.gathering.resolve import LINKS, follow_links
from reader.gathering.rows import sources
from reader.library.folder import Library
from reader.library.paper import Mention
from reader.library.rows import failures
from tests.samples import DAY, FEEDS_TOML, NOW, Web, a_library, n_open_links, post, tools

SHORT = "https://t.example/a"
TOML = FEEDS_TOML + '[resolve]\nshort_links = ["t.example"]\n'
GIVEN = replace(post("a", "arxiv:2506.00001", sentence="Read these."), links=(SHORT,))
ENDS = {SHORT: Response("https://arxiv.org/abs/2506.00002", 200, b"")}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with a_library(tmp_path, TOML) as library:
        yield library


def test_the_target_of_a_short_link_becomes_a_mention_with_the_words_of_the_post(
    library: Library,
) -> None:
    sources.add_posts(library.db, [GIVEN], source="timeline", on=DAY)
    assert follow_links(library, tools(Web(dict(ENDS)))) == []
    assert n_open_links(library.db) == 0
    assert set(sources.ids_without_paper(library.db, now=NOW)) == {
        "arxiv:2506.00001", "arxiv:2506.00002",
    }  # fmt: skip


def test_an_address_is_asked_for_once_though_many_posts_have_it(library: Library) -> None:
    other = replace(GIVEN, guid="b", mentions=(Mention("arxiv:2506.00003"),))
    sources.add_posts(library.db, [GIVEN, other], source="timeline", on=DAY)
    web = Web(dict(ENDS))
    follow_links(library, tools(web))
    late = replace(GIVEN, guid="c", mentions=())
    sources.add_posts(library.db, [GIVEN, late], source="blog", on=DAY)
    follow_links(library, tools(web))
    assert [request.url for request in web.seen] == [SHORT]
    assert sources.ids_without_paper(library.db, now=NOW)["arxiv:2506.00002"] == "timeline"
    assert n_open_links(library.db) == 0


def test_a_link_that_failed_is_named_waits_and_is_tried_again(tmp_path: Path) -> None:
    now = NOW
    with a_library(tmp_path, TOML, now=lambda: now) as library:
        sources.add_posts(library.db, [GIVEN], source="timeline", on=DAY)
        web = Web({SHORT: SourceFailed(source="t.example", what="no answer")})
        (problem,) = follow_links(library, tools(web))
        assert (problem.stage, problem.subject) == (LINKS, SHORT)
        assert follow_links(library, tools(web)) == []
        assert len(web.seen) == 1
        now = NOW + timedelta(hours=1)
        web.pages = dict(ENDS)
        assert follow_links(library, tools(web)) == []
        assert len(web.seen) == 2
        assert failures.failures(library.db, LINKS) == []
        assert "arxiv:2506.00002" in sources.ids_without_paper(library.db, now=now)


def test_a_dead_address_is_asked_once_a_run_whoever_has_it(library: Library) -> None:
    given = [replace(GIVEN, guid=str(n)) for n in range(5)]
    sources.add_posts(library.db, given, source="timeline", on=DAY)
    web = Web({})
    assert len(follow_links(library, tools(web))) == 1
    assert len(web.seen) == 1
    assert n_open_links(library.db) == 1
