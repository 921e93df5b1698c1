"""Test posts and mentions: kept once by guid, joined to papers by identifier."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest

from reader.gathering.rows import sources
from reader.gathering.sources.feed import read_posts
from reader.gathering.sources.kinds import read_x_archive
from reader.gathering.sources.social import read_bluesky, read_hn, read_mastodon, read_reddit
from reader.library.paper import Mention, Post
from reader.library.post import PostMention
from reader.library.rows import failures, papers
from reader.library.rows.database import Database
from reader.library.rows.migrations import MIGRATIONS
from tests.samples import DAY, NOW, n_open_links, new_database, paper, post

ID = "arxiv:2506.00001"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_database(tmp_path) as db:
        yield db


def test_a_post_is_kept_once_within_its_source(db: Database) -> None:
    assert sources.add_posts(db, [post("a", ID), post("b", ID)], source="timeline", on=DAY) == 2
    assert sources.add_posts(db, [post("a", ID), post("c", ID)], source="timeline", on=DAY) == 1
    assert sources.add_posts(db, [post("a", ID)], source="blog", on=DAY) == 1


def test_a_link_added_later_becomes_a_mention_and_the_first_words_stay(db: Database) -> None:
    papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
    first = post("a", ID, sentence="First.")
    sources.add_posts(db, [first], source="timeline", on=DAY)
    mentions = (Mention(ID, "Changed."), Mention("arxiv:2506.00002", "Also."))
    later = replace(first, mentions=mentions)
    sources.add_posts(db, [later], source="timeline", on=DAY + timedelta(1))
    text, url, ids = f"First. {ID}", "https://example.org/a", (ID, "arxiv:2506.00002")
    assert sources.mentions_of(db, [1, 2]) == [
        PostMention(1, "Cy Pond", text, url, "timeline", on=DAY, title=paper(1).title,
                  sentence="First.", id=ids[0]),
        PostMention(2, "Cy Pond", text, url, "timeline", on=DAY + timedelta(1),
                  title=paper(2).title, sentence="Also.", id=ids[1]),
    ]  # fmt: skip
    assert sources.papers_mentioned_on(db, DAY) == [1]
    assert sources.papers_mentioned_on(db, DAY + timedelta(1)) == [2]


def test_mentions_come_oldest_post_first_by_any_of_the_papers_identifiers(db: Database) -> None:
    papers.add_papers(db, [paper(1, ids=(ID, "doi:10.1/x"))], source="arXiv", on=DAY)
    late, undated = post("late", ID), replace(post("undated", ID), posted_at=None)
    early = replace(post("early", "doi:10.1/x"), posted_at=NOW - timedelta(days=1))
    sources.add_posts(db, [late, early, undated], source="timeline", on=DAY)
    found = [m.url.rpartition("/")[2] for m in sources.mentions_of(db, [1])]
    assert found == ["undated", "early", "late"]
    assert sources.papers_mentioned_on(db, DAY) == [1]


def test_the_words_of_a_post_are_stored_once_it_names_something(db: Database) -> None:
    def stored() -> list[str]:
        return [r["text"] for r in db.read("SELECT text FROM posts ORDER BY id")]

    article = replace(post("a", ID, sentence="An article."), mentions=())
    short = replace(post("b", ID, sentence="Short."), mentions=(), links=("https://t.co/x",))
    sources.add_posts(db, [article, short], source="blog", on=DAY)
    assert stored() == ["", f"Short. {ID}"]
    named = replace(article, mentions=(Mention(ID, "An article."),))
    assert sources.add_posts(db, [named], source="blog", on=DAY) == 0
    assert stored() == [f"An article. {ID}", f"Short. {ID}"]


def test_what_leads_nowhere_is_given_up(db: Database) -> None:
    given = [post("a", ID), replace(post("b", ID), mentions=(), links=("u", "v"))]
    sources.add_posts(db, given, source="blog", on=DAY)
    seed = "arxiv:2506.00009"
    for subject in (ID, seed):
        failures.add_failure(db, "resolve", subject, ("", ""), now=NOW)
    for subject in ("u", "u", "v"):
        failures.add_failure(db, "link", subject, ("", ""), now=NOW)
    sources.give_up(db, before=DAY, most_tries=3)
    assert (len(failures.failures(db, "resolve")), n_open_links(db)) == (2, 2)
    sources.give_up(db, before=DAY + timedelta(1), most_tries=2)
    # A seed is named by no post, and waits on.
    assert [f.subject for f in failures.failures(db, "resolve")] == [seed]
    assert [f.subject for f in failures.failures(db, "link")] == ["v"]
    assert n_open_links(db) == 1


def test_identifiers_that_no_paper_has_are_listed_once(db: Database) -> None:
    papers.add_papers(db, [paper(1)], source="arXiv", on=DAY)
    given = [post("a", ID), post("b", "doi:10.1/y"), post("c", "doi:10.1/y"), post("d", "acl:x")]
    sources.add_posts(db, given, source="timeline", on=DAY)
    sources.add_posts(db, [post("e", "acl:x")], source="blog", on=DAY)
    found = sources.ids_without_paper(db, now=NOW)
    assert found == {"acl:x": "timeline", "doi:10.1/y": "timeline"}
    assert list(found) == sorted(found)
    assert sources.n_without_paper(db, DAY) == 2
    assert sources.n_without_paper(db, DAY + timedelta(1)) == 0


def test_an_identifier_that_could_not_be_looked_up_waits_until_its_time(db: Database) -> None:
    sources.add_posts(db, [post("a", ID)], source="timeline", on=DAY)
    failures.add_failure(db, "resolve", ID, ("unknown", ""), now=NOW)
    assert sources.ids_without_paper(db, now=NOW) == {}
    assert sources.ids_without_paper(db, now=NOW + failures.FIRST_RETRY) == {ID: "timeline"}


def test_a_mention_finds_its_paper_when_that_comes_later(db: Database) -> None:
    sources.add_posts(db, [post("a", ID)], source="timeline", on=DAY)
    assert sources.papers_mentioned_on(db, DAY) == []
    papers.add_papers(db, [paper(1)], source="posts", on=DAY + timedelta(1))
    assert sources.papers_mentioned_on(db, DAY) == [1]
    assert sources.ids_without_paper(db, now=NOW) == {}


def test_what_kind_of_post_it_is_and_its_votes_are_kept(db: Database) -> None:
    papers.add_papers(db, [paper(1)], source="arXiv", on=DAY)
    given = replace(post("a", ID), kind="repost", n_votes=3)
    sources.add_posts(db, [given], source="timeline", on=DAY)
    assert sources.mentions_of(db, [1]) == [
        PostMention(
            1,
            "Cy Pond",
            f"Read this. {ID}",
            "https://example.org/a",
            "timeline",
            "repost",
            3,
            on=DAY,
            title=paper(1).title,
            id=ID,
        )
    ]


def test_votes_only_grow_and_those_of_lists_are_counted_apart(db: Database) -> None:
    papers.add_papers(db, [paper(1), paper(2)], source="arXiv", on=DAY)
    entry = replace(post("a", ID), author="")
    for n in (3, 12, 5, None):
        sources.add_posts(db, [replace(entry, n_votes=n)], source="daily", on=DAY)
    sources.add_posts(db, [replace(entry, n_votes=7)], source="other", on=DAY)
    sources.add_posts(db, [replace(post("b", ID), n_votes=99)], source="timeline", on=DAY)
    kept = db.read("SELECT source, n_votes FROM posts ORDER BY n_votes")
    assert [(r["source"], r["n_votes"]) for r in kept] == [
        ("other", 7), ("daily", 12), ("timeline", 99)
    ]  # fmt: skip


class TestShortLinks:
    SHORT, OTHER = "https://t.example/a", "https://t.example/b"

    def test_a_post_waits_until_its_links_are_followed(self, db: Database) -> None:
        given = replace(post("a", ID), links=(self.OTHER, self.SHORT), kind="quote", n_votes=2)
        sources.add_posts(db, [given, post("b", ID)], source="timeline", on=DAY)
        waiting = sources.posts_with_open_links(db, now=NOW)
        assert waiting == {"timeline": [replace(given, links=(self.SHORT, self.OTHER))]}
        assert n_open_links(db) == 2
        sources.add_short_links(db, {self.SHORT: "https://arxiv.org/abs/2506.00002"}, now=NOW)
        assert sources.posts_with_open_links(db, now=NOW) == {
            "timeline": [replace(given, links=(self.OTHER,))]
        }
        assert sources.short_links(db, [self.SHORT, self.OTHER]) == {
            self.SHORT: "https://arxiv.org/abs/2506.00002"
        }

    def test_a_followed_link_is_not_open_again_when_its_post_is_read_again(
        self, db: Database
    ) -> None:
        given = replace(post("a", ID), links=(self.SHORT,))
        sources.add_posts(db, [given], source="timeline", on=DAY)
        sources.add_short_links(db, {self.SHORT: "https://rain.example/"}, now=NOW)
        sources.add_posts(db, [given], source="timeline", on=DAY)
        assert n_open_links(db) == 0
        # In a new post it is open until the paper behind it is a mention there too.
        sources.add_posts(db, [replace(given, guid="b")], source="timeline", on=DAY)
        assert n_open_links(db) == 1

    def test_a_link_that_failed_waits_for_its_retry(self, db: Database) -> None:
        given = replace(post("a", ID), links=(self.SHORT,))
        sources.add_posts(db, [given], source="timeline", on=DAY)
        failures.add_failure(db, sources.LINK, self.SHORT, ("no answer", ""), now=NOW)
        assert sources.posts_with_open_links(db, now=NOW) == {}
        later = NOW + failures.FIRST_RETRY
        assert sources.posts_with_open_links(db, now=later) == {"timeline": [given]}
        sources.add_short_links(db, {self.SHORT: "https://rain.example/"}, now=later)
        assert failures.failures(db, sources.LINK) == []

    def test_what_a_followed_link_leads_to_becomes_a_mention(self, db: Database) -> None:
        given = replace(post("a", ID), links=(self.SHORT,))
        sources.add_posts(db, [given], source="timeline", on=DAY)
        found = Mention("arxiv:2506.00002", "Also.")
        resolved = replace(given, mentions=(*given.mentions, found), links=())
        assert sources.add_posts(db, [resolved], source="timeline", on=DAY) == 0
        assert "arxiv:2506.00002" in sources.ids_without_paper(db, now=NOW)


def test_a_library_of_the_first_layout_keeps_its_posts(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "reader.db")
    for statement in MIGRATIONS[0][1]:
        old.execute(statement)
    old.execute("INSERT INTO posts VALUES (1, 'timeline', 'a', 'Cy Pond', 'So it is.', 'u', NULL)")
    old.execute("INSERT INTO mentions VALUES (1, 'arxiv:2506.00001', 'Words.', '2025-06-04')")
    old.execute(
        "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
        " applied_at TEXT)"
    )
    old.execute("INSERT INTO _sqlite_migrations VALUES (1, 'reader', 'm001_first_tables', 'then')")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    with Database(tmp_path) as db:
        papers.add_papers(db, [paper(1)], source="arXiv", on=DAY)
        [found] = sources.mentions_of(db, [1])
        title = paper(1).title
        assert found == PostMention(
            1, "Cy Pond", "So it is.", "u", "timeline", on=DAY, title=title, id=ID
        )
        assert found.words == "So it is."
        given = Post("a", "Cy Pond", "So it is.", "u", None, n_votes=4)
        assert sources.add_posts(db, [given], source="timeline", on=DAY) == 0
        assert sources.mentions_of(db, [1])[0].n_votes == 4


PLAIN = (
    "Not convinced by the baseline, but the data release is great. A Title "
    "https://arxiv.org/abs/2506.00001"
)
HTML = PLAIN.replace("https", '<a href="https://arxiv.org/abs/2506.00001">https') + "</a>"
AT = {"createdAt": "2025-06-04T06:00:00Z"}


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (read_posts, "<rss version='2.0'><channel><title>Mio</title><item><guid>1</guid>"
         f"<description>{escape(HTML)}</description></item></channel></rss>"),
        (read_posts, {"version": "https://jsonfeed.org/version/1.1", "title": "Mio",
                      "items": [{"id": "1", "content_text": PLAIN}]}),
        (read_mastodon, [{"id": "1", "content": f"<p>{HTML}</p>"}]),
        (read_bluesky, {"posts": [{"uri": "at://a/1", "record": {"text": PLAIN, **AT}}]}),
        (read_hn, {"hits": [{"objectID": "1", "author": "mio", "comment_text": HTML}]}),
        (read_reddit, {"data": {"children": [
            {"kind": "t1", "data": {"name": "t1_1", "author": "mio", "body": PLAIN}}]}}),
        (read_x_archive, [{"tweet": {"id_str": "1", "full_text": PLAIN}}]),
    ],
)  # fmt: skip
def test_the_whole_post_is_kept_and_shown_whatever_the_source(
    db: Database, read: Callable[..., tuple[Post, ...]], content: object
) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    head = "window.YTD.tweets.part0 = " if read is read_x_archive else ""
    papers.add_papers(db, [paper(1, "A Title")], source="arXiv", on=DAY)
    sources.add_posts(db, read(f"{head}{text}".encode(), source="Mio"), source="Mio", on=DAY)
    [found] = sources.mentions_of(db, [1])
    assert found.text == PLAIN
    assert found.words == "Not convinced by the baseline, but the data release is great."
