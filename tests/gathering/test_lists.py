"""Test the reading of lists of papers without authors of posts, of Hacker News and of Reddit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.kinds import PageReader
from reader.gathering.sources.registries import (
    read_biorxiv,
    read_isca,
    read_openreview,
)
from reader.gathering.sources.social import read_hf, read_hn, read_reddit
from reader.library.paper import Mention, Paper, Post, Publication

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
URL = "https://arxiv.org/abs/2503.00001"
ID = "arxiv:2503.00001"


def _next(read: PageReader, url: str, content: bytes) -> str:
    return read(content, source="L", url=url).next_url


class TestHuggingFace:
    ENTRY: ClassVar = {
        "paper": {
            "id": "2503.00001", "title": "Rivers\n Talk", "summary": "They do.", "upvotes": 12,
            "publishedAt": "2025-03-03T10:00:00.000Z", "ai_summary": "no words of ours",
            "authors": [{"name": "Ada Field"}, {"name": "Bo Lind"}, {"hidden": True}],
        },
        "publishedAt": "2025-03-04T07:30:00.000Z",
    }  # fmt: skip
    POST = Post(
        "2503.00001", "", "Rivers Talk", "https://huggingface.co/papers/2503.00001", AT,
        (Mention(ID),), n_votes=12,
    )  # fmt: skip

    @pytest.mark.parametrize("entry", [ENTRY, repr(ENTRY)], ids=["object", "text of Python"])
    def test_a_day_is_posts_without_author_and_whole_papers(self, entry: object) -> None:
        content = json.dumps([entry]).encode()
        assert read_hf(content, source="HF").posts == (self.POST,)
        assert read_hf(content, source="HF").papers == (
            Paper(
                ids=(ID,),
                title="Rivers Talk",
                authors=("Ada Field", "Bo Lind"),
                abstract="They do.",
                published_on=date(2025, 3, 3),
            ),
        )

    @pytest.mark.parametrize(
        "text",
        ["__import__('os')", "{'paper': open}", "(" * 5000, "-" * 50_000, "{" * 30, "'" * 99_999,
         "[1" + "+1" * 50_000 + "]", "{'id': '2503.00001'", "\\", "{'a': 1} 'b'"],
    )  # fmt: skip
    def test_text_that_is_no_plain_dict_is_never_run(self, text: str) -> None:
        with pytest.raises(SourceFailed, match="not Hugging Face's daily papers"):
            read_hf(json.dumps([text]).encode(), source="HF")

    def test_a_malformed_id_stays_an_entry_without_paper(self) -> None:
        content = json.dumps([{"paper": {"id": "2513.00001", "title": "Bad"}}]).encode()
        assert read_hf(content, source="HF").posts[0].mentions == ()
        assert read_hf(content, source="HF").papers == ()

    def test_a_day_without_papers_is_empty(self) -> None:
        assert read_hf(b"[]", source="HF").posts == ()


class TestHackerNews:
    def test_a_story_and_a_comment(self) -> None:
        hits = [
            {"objectID": "11", "title": "Rivers Talk", "url": URL, "author": "mio", "points": 9,
             "created_at": "2025-03-04T07:30:00Z"},
            {"objectID": "12", "comment_text": "<p>Read section 3 first.</p>", "author": "ada",
             "story_title": "Rivers Talk", "story_url": URL, "created_at_i": 1741073400},
        ]  # fmt: skip
        assert read_hn(json.dumps({"hits": hits, "nbHits": 2}).encode(), source="HN") == (
            Post(
                "11", "mio", "Rivers Talk", "https://news.ycombinator.com/item?id=11", AT,
                (Mention(ID, "Rivers Talk"),), n_votes=9,
            ),
            Post(
                "12", "ada", "Read section 3 first.", "https://news.ycombinator.com/item?id=12", AT,
                (Mention(ID, "Read section 3 first."),), kind="reply",
            ),
        )  # fmt: skip

    def test_nothing_found_is_empty_and_a_feed_is_read_as_one(self) -> None:
        assert read_hn(b'{"hits": []}', source="HN") == ()
        feed = f"<rss version='2.0'><channel><item><title>A {URL}</title></item></channel></rss>"
        assert read_hn(feed.encode(), source="HN")[0].mentions == (Mention(ID, "A"),)


class TestReddit:
    @staticmethod
    def listing(*things: dict[str, Any], kind: str = "t3") -> dict[str, Any]:
        children = [{"kind": kind, "data": thing} for thing in things]
        return {"kind": "Listing", "data": {"children": children}}

    def test_a_link_an_own_text_and_a_crosspost(self) -> None:
        base = {"author": "mio", "created_utc": 1741073400.0, "score": 5}
        parent = {"title": "Rivers", "url": URL}
        things = [
            base | {"name": "t3_a", "title": "Rivers &amp; rain", "url": URL,
                    "permalink": "/r/rain/comments/a/x/"},
            base | {"name": "t3_b", "title": "Ask", "selftext": f"Is [this]({URL}) true?"},
            base | {"name": "t3_c", "title": "Rivers", "crosspost_parent_list": [parent]},
            base | {"name": "t3_d", "title": "For us too", "crosspost_parent_list": [parent]},
        ]  # fmt: skip
        posts = read_reddit(json.dumps(self.listing(*things)).encode(), source="R")
        assert posts[0] == Post(
            "t3_a", "/u/mio", "Rivers & rain", "https://www.reddit.com/r/rain/comments/a/x/", AT,
            (Mention(ID, "Rivers & rain"),), n_votes=5,
        )  # fmt: skip
        assert [(post.kind, post.mentions) for post in posts[1:]] == [
            ("post", (Mention(ID, "Is [this] true?"),)),
            ("repost", (Mention(ID, "Rivers"),)),
            ("quote", (Mention(ID, "For us too"),)),
        ]

    def test_comments_of_a_post_are_replies(self) -> None:
        comment = {"name": "t1_a", "author": "ada", "body": f"See {URL}", "ups": 2}
        answer = [self.listing(), self.listing(comment, kind="t1")]
        (post,) = read_reddit(json.dumps(answer).encode(), source="R")
        assert (post.kind, post.text, post.n_votes) == ("reply", f"See {URL}", 2)


class TestOpenReview:
    NOTE: ClassVar = {
        "id": "aBcDe_fGhI", "forum": "aBcDe_fGhI", "pdate": 1741073400000,
        "content": {"title": {"value": "Rivers Talk"}, "authors": {"value": ["Ada Field"]},
                    "abstract": {"value": "They do."}, "venue": {"value": "Rain 2025"},
                    "pdf": {"value": "/pdf/abc.pdf"}},
    }  # fmt: skip
    REVIEW: ClassVar = {
        "id": "zYxWv_uTsR", "forum": "aBcDe_fGhI", "content": {"title": {"value": "Review"}},
    }  # fmt: skip

    def test_a_venue_is_its_papers_without_their_reviews(self) -> None:
        content = json.dumps({"notes": [self.NOTE, self.REVIEW], "count": 7}).encode()
        assert read_openreview(content, source="Rain").papers == (
            Paper(
                ids=("openreview:aBcDe_fGhI",),
                title="Rivers Talk",
                authors=("Ada Field",),
                abstract="They do.",
                comment="Rain 2025",
                published_on=date(2025, 3, 4),
                pdf_url="https://openreview.net/pdf/abc.pdf",
                publication=Publication("openreview", venue="Rain 2025", year="2025"),
            ),
        )
        assert read_openreview(content, source="Rain").posts == (
            Post(
                "openreview:aBcDe_fGhI", "", "Rivers Talk",
                "https://openreview.net/forum?id=aBcDe_fGhI", None,
                (Mention("openreview:aBcDe_fGhI"),),
            ),
        )  # fmt: skip
        assert read_openreview(content, source="L").total == 7

    def test_the_next_page_begins_where_this_one_ends(self) -> None:
        content = json.dumps({"notes": [self.NOTE, self.NOTE], "count": 5}).encode()
        first = "https://api2.openreview.net/notes?content.venueid=R.cc/2025&limit=2"
        second = _next(read_openreview, first, content)
        assert second == (
            "https://api2.openreview.net/notes?content.venueid=R.cc%2F2025&limit=2&offset=2"
        )
        third = _next(read_openreview, second, content)
        assert third.endswith("offset=4")
        assert _next(read_openreview, third, content) == ""
        assert _next(read_openreview, first, b'{"notes": []}') == ""


class TestBiorxiv:
    ROW: ClassVar = {
        "doi": "10.1101/2025.03.01.640001", "title": "Rivers in Mice", "version": "1",
        "authors": "Field, A. B.; Lind, B.; Consortium", "date": "2025-03-01",
        "category": "neuroscience", "abstract": "They do.", "published": "NA", "server": "bioRxiv",
    }  # fmt: skip

    def content(self, *rows: dict[str, str], **message: object) -> bytes:
        said = {"status": "ok", "cursor": 0, "count": len(rows), "total": "5"} | message
        return json.dumps({"messages": [said], "collection": rows}).encode()

    def test_the_newest_version_of_each_preprint_counts_once(self) -> None:
        later = self.ROW | {"version": "2", "published": "10.1234/rain.7", "title": "Rivers in Men"}
        content = self.content(self.ROW, later)
        assert read_biorxiv(content, source="B").papers == (
            Paper(
                ids=("doi:10.1101/2025.03.01.640001", "doi:10.1234/rain.7"),
                title="Rivers in Men",
                authors=("A. B. Field", "B. Lind", "Consortium"),
                abstract="They do.",
                comment="bioRxiv: neuroscience",
                published_on=date(2025, 3, 1),
                pdf_url="https://www.biorxiv.org/content/10.1101/2025.03.01.640001v2.full.pdf",
            ),
        )
        assert read_biorxiv(content, source="B").posts == (
            Post(
                "doi:10.1101/2025.03.01.640001", "", "Rivers in Men",
                "https://doi.org/10.1101/2025.03.01.640001", None,
                (Mention("doi:10.1101/2025.03.01.640001"),),
            ),
        )  # fmt: skip
        assert read_biorxiv(content, source="L").total == 5

    def test_an_interval_without_preprints_is_empty(self) -> None:
        content = b'{"messages": [{"status": "no posts found"}], "collection": []}'
        assert read_biorxiv(content, source="B").posts == ()

    def test_the_next_page_begins_where_this_one_ends(self) -> None:
        content = self.content(self.ROW, self.ROW)
        first = "https://api.biorxiv.org/details/biorxiv/7d/0/json?category=neuroscience"
        second = _next(read_biorxiv, first, content)
        assert second == "https://api.biorxiv.org/details/biorxiv/7d/2/json?category=neuroscience"
        assert _next(read_biorxiv, _next(read_biorxiv, second, content), content) == ""
        between = "https://api.biorxiv.org/details/biorxiv/2025-03-01/2025-03-07/0"
        assert _next(read_biorxiv, between, content).endswith("/2025-03-01/2025-03-07/2")
        assert _next(read_biorxiv, "https://api.biorxiv.org/details/biorxiv/50", content) == ""

    def test_the_servers_error_message_is_shown(self) -> None:
        content = self.content(status="Error: bad interval")
        with pytest.raises(SourceFailed, match="bad interval"):
            read_biorxiv(content, source="B")


def test_a_conference_of_the_isca_archive_is_titles_with_addresses() -> None:
    page = """<!DOCTYPE html><html><body><h4 class="w3-center">Speech in Rivers</h4>
      <div class="w3-card"><a class="w3-text" href="field24_interspeech.html"><p>Rivers Talk: A
      Study <br><span class="w3-text w3-text-theme">Ada Field, Bo Lind</span></p></a>
      <a class="w3-text" href="lind24b_interspeech.html"><p>Gardens &amp; Rain<br>
      <span>Bo Lind</span></p></a><a href="../index.html">Home</a></div></body></html>"""
    assert read_isca(page.encode(), source="I").posts == (
        Post(
            "field24_interspeech", "", "Rivers Talk: A Study\n\nAda Field, Bo Lind",
            "https://www.isca-archive.org/interspeech_2024/field24_interspeech.html", None,
                (Mention("web:www.isca-archive.org/interspeech_2024/field24_interspeech.html"),),
        ),
        Post(
            "lind24b_interspeech", "", "Gardens & Rain\n\nBo Lind",
            "https://www.isca-archive.org/interspeech_2024/lind24b_interspeech.html", None,
                (Mention("web:www.isca-archive.org/interspeech_2024/lind24b_interspeech.html"),),
        ),
    )  # fmt: skip
