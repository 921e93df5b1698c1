"""Test the list of kinds: which recordings each reads, and which answers it refuses."""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable
from html import escape

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.sources.kinds import KINDS
from reader.library.config import FEED_KINDS, LOCAL_KINDS
from tests.data import DATA, ROOT, needs_data

ALL_KINDS = sorted(KINDS)
PAGED = "https://x.example/details/a/7d/0"
JSON_KINDS = ["mastodon", "bluesky", "hf", "hn", "reddit", "openreview", "biorxiv"]


def test_what_a_feed_can_be_is_what_can_be_read() -> None:
    assert tuple(KINDS) == FEED_KINDS
    assert tuple(name for name, kind in KINDS.items() if kind.is_local) == LOCAL_KINDS
    assert all(bool(kind.files) == kind.is_local and kind.note for kind in KINDS.values())


def test_kinds_that_can_be_paged_also_say_how_many_there_are() -> None:
    pages = {
        name: KINDS[name].read(json.dumps(good).encode(), source="Mio", url=PAGED)
        for name, good in GOOD.items()
        if name != "x-archive"
    }
    assert [name for name, page in pages.items() if page.next_url] == ["openreview", "biorxiv"]
    assert [name for name, page in pages.items() if page.total] == ["openreview", "biorxiv"]


def test_the_format_page_says_of_each_kind_what_it_was_tried_on() -> None:
    page = (ROOT / "docs" / "reference.md").read_text("utf-8").partition("### Kinds of feed")[2]
    rows = [line.strip("| ").split(" | ") for line in page.split("\n## ")[0].splitlines()]
    told = {row[0].strip("`"): (row[1], row[-1]) for row in rows if row[0].startswith("`")}
    assert told == {name: (kind.note, kind.tried_on) for name, kind in KINDS.items()}


# file of the manifest: kind, posts, mentions
RECORDED = {
    "arxiv_api_atom__Query-farm__arxiv.xml": ("papers", 2, 2),
    "arxiv_api_atom__X-PG13__arxiv_sample.xml": ("papers", 2, 2),
    "arxiv_api_atom__james-akl__arxiv_response.xml": ("papers", 2, 2),
    "arxiv_api_atom__quxnb__arxiv_atom.xml": ("papers", 1, 1),
    "arxiv_api_atom__whwhw__arxiv_response.xml": ("papers", 2, 2),
    "arxiv_rss__TideDra__arxiv_rss_example.xml": ("papers", 7, 7),
    "blog_rss__Olshansk__feed_ai_first_podcast.xml": ("posts", 97, 0),
    "blog_rss__Olshansk__feed_eleuther_papers.xml": ("papers", 5, 5),
    "blog_rss__Olshansk__feed_meta_ai.xml": ("posts", 88, 0),
    "bluesky_json__snarfed__note_with_custom_feed.bsky.json": ("bluesky", 1, 0),
    "bluesky_json__snarfed__quote.bsky.json": ("bluesky", 1, 0),
    "bluesky_json__snarfed__quote_and_attachment.bsky.json": ("bluesky", 1, 0),
    "hf_daily_papers__2404589803__2024-05-27.json": ("hf", 13, 13),
    "hf_daily_papers__2404589803__2024-12-11.json": ("hf", 26, 26),
    "hf_daily_papers__2404589803__2025-08-22.json": ("hf", 12, 12),
    "journal_rss__whwhw__nature_rss.xml": ("papers", 1, 1),
    "mastodon_api__fuzdev__mastodon_fake_data.json": ("mastodon", 1, 1),
    "rss__snarfed__feed_with_audio_video.rss.xml": ("posts", 2, 0),
    "social_lemmy__feeddeck__responseCommunityIIC.xml": ("posts", 8, 0),
    "social_lemmy__feeddeck__responseUser.xml": ("posts", 2, 0),
    "social_mastodon__feeddeck__responseTag.xml": ("posts", 4, 0),
    "social_medium__feeddeck__responseTag.xml": ("posts", 2, 0),
    "social_nitter__feeddeck__responseTag.xml": ("posts", 4, 0),
    "social_reddit__feeddeck__responseSubreddit.xml": ("reddit", 5, 0),
    "social_rss__feeddeck__responseCNN.xml": ("posts", 2, 0),
    "social_rss__feeddeck__responseHV.xml": ("posts", 1, 0),
    "social_rss__feeddeck__responseNTV.xml": ("posts", 2, 0),
    "social_rss__feeddeck__responseTagesschauRDF.xml": ("posts", 2, 0),
    "social_rss__feeddeck__responseTagesschauWebsiteRSS.xml": ("posts", 3, 0),
    "social_tumblr__feeddeck__response.xml": ("posts", 4, 0),
    "social_youtube__feeddeck__responseYoutubeRSS.xml": ("posts", 2, 0),
}
OTHERS = ("arxiv_api_fixture", "arxiv_api_json", "oai_pmh_nock")
"""Recordings that other modules read: arXiv's API and OAI-PMH."""


def recorded(name: str) -> bytes:
    assert DATA is not None
    content = (DATA / "arxiv" / "recordings" / name).read_bytes()
    if name.startswith("mastodon_api"):
        # Kept as a script's literal: the answer of each address stands under "data".
        return json.dumps([item["data"] for item in json.loads(content)]).encode()
    return content


@needs_data
def test_every_recording_of_the_manifest_is_read_by_its_kind() -> None:
    assert DATA is not None
    manifest = (DATA / "arxiv" / "recordings" / "manifest.tsv").read_text("utf-8")
    names = [line.split("\t")[0] for line in manifest.splitlines()[1:]]
    assert sorted(n for n in names if not n.startswith(OTHERS)) == sorted(RECORDED)
    found = {}
    for name, (kind, _, _) in RECORDED.items():
        posts = KINDS[kind].read(recorded(name), source="Recorded").posts
        found[name] = (kind, len(posts), sum(len(post.mentions) for post in posts))
        assert all(post.guid and post.text for post in posts), name
        assert all(bool(post.author) == (kind not in ("papers", "hf")) for post in posts), name
        assert len({post.guid for post in posts}) == len(posts), name
    assert found == RECORDED


@needs_data
def test_recorded_reposts_quotes_and_votes_are_recognised() -> None:
    kinds = {
        name: Counter(
            post.kind for post in KINDS[kind].read(recorded(name), source="Recorded").posts
        )
        for name, (kind, _, _) in RECORDED.items()
    }
    told = {name: dict(found) for name, found in kinds.items() if set(found) != {"post"}}
    assert told == {
        "bluesky_json__snarfed__quote.bsky.json": {"quote": 1},
        "bluesky_json__snarfed__quote_and_attachment.bsky.json": {"quote": 1},
        "social_nitter__feeddeck__responseTag.xml": {"repost": 3, "post": 1},
        "social_tumblr__feeddeck__response.xml": {"repost": 4},
    }
    lemmy = (
        KINDS["posts"]
        .read(recorded("social_lemmy__feeddeck__responseUser.xml"), source="Recorded")
        .posts
    )
    assert [(post.author, post.n_votes) for post in lemmy] == [
        ("@lwCET@lemmy.world", 180),
        ("@lwCET@lemmy.world", 361),
    ]
    tags = (
        KINDS["posts"]
        .read(recorded("social_mastodon__feeddeck__responseTag.xml"), source="Recorded")
        .posts
    )
    assert len({post.author for post in tags}) == 4


@needs_data
@pytest.mark.parametrize("name", [name for name in RECORDED if name.startswith("hf_")])
def test_recorded_daily_papers_come_with_votes_and_whole(name: str) -> None:
    content = recorded(name)
    page = KINDS["hf"].read(content, source="Recorded")
    posts, papers = page.posts, page.papers
    assert [p.id for p in papers] == [post.mentions[0].id for post in posts]
    assert all(p.title and p.authors and p.abstract and p.published_on for p in papers)
    assert all(post.n_votes is not None and post.n_votes >= 0 for post in posts)


@needs_data
def test_the_recorded_status_keeps_the_words_about_its_paper() -> None:
    (post,) = (
        KINDS["mastodon"]
        .read(recorded("mastodon_api__fuzdev__mastodon_fake_data.json"), source="Recorded")
        .posts
    )
    assert post.mentions[0].sentence.startswith("One of its main influences is")
    assert post.mentions[0].id == "arxiv:2005.13701"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "a page": lambda: b"<!doctype html><html><body>Log in</body></html>",
    "nothing": lambda: b"\0\xff\xfe\x1b[31m",
    "a number": lambda: b"42",
    "a text": lambda: b'"words"',
    "an empty object": lambda: b"{}",
    "the answer is incomplete": lambda: b'{"feed": [{"post": {"rec',
    "deep lists": lambda: b"[" * 200_000,
    "deep objects": lambda: b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
    "no number of JSON": lambda: b'[{"content": "x", "favourites_count": NaN}]',
    "an endless number": lambda: b'{"hits": ' + b"9" * 20_000 + b"}",
    "wrong types": lambda: b'{"hits": {"a": 1}, "feed": 3, "notes": "x", "collection": null}',
    "a list of nonsense": lambda: b'[1, "a", null, [], true, {"b": [{}]}]',
    "ten megabytes": lambda: b"[" + b",".join([b'"' + b"rain " * 20 + b'"'] * 100_000) + b"]",
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("name", ALL_KINDS)
def test_what_is_not_of_the_kind_is_refused_with_a_sentence(name: str, hostile: str) -> None:
    content = HOSTILE[hostile]()
    began = time.process_time()
    with pytest.raises(SourceFailed) as caught:
        KINDS[name].read(content, source="Mio")
    assert time.process_time() - began < 5
    assert caught.value.message.startswith("Mio: ")
    assert 20 < len(caught.value.message) < 320
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", ALL_KINDS)
@pytest.mark.parametrize("number", range(40))
def test_damaged_answers_are_read_or_refused_but_raise_nothing_else(name: str, number: int) -> None:
    """Change or remove every value of a good answer in turn."""
    good = GOOD.get(name)
    if good is None:
        return
    bent = json.dumps(_bend(good, number)).encode()
    if name == "x-archive":
        bent = b"window.YTD.tweets.part0 = " + bent
    with contextlib.suppress(SourceFailed):
        KINDS[name].read(bent, source="Mio", url=PAGED)


GOOD: dict[str, object] = {
    "mastodon": [{"id": "1", "content": "<p>x</p>", "account": {"acct": "a"}, "created_at": "2025",
                  "card": {"url": "https://a.example"}, "quote": {"quoted_status": {"content": ""}},
                  "reblog": {"content": "y", "account": {"acct": "b"}}, "favourites_count": 1}],
    "bluesky": {"feed": [{"post": {"uri": "at://did:plc:a/app.bsky.feed.post/k", "record": {
        "text": "x", "createdAt": "2025-01-01", "reply": {"parent": {"uri": "at://b/c/d"}},
        "facets": [{"index": {"byteStart": 0, "byteEnd": 1},
                    "features": [{"uri": "https://a.example"}]}],
        "embed": {"external": {"uri": "https://b.example"}}}, "author": {"handle": "a"},
        "likeCount": 1}, "reason": {"$type": "x#reasonRepost", "by": {"did": "d"}}}]},
    "hf": [{"paper": {"id": "2503.00001", "title": "T", "upvotes": 3, "summary": "s",
                      "authors": [{"name": "A"}], "publishedAt": "2025-01-01"}}],
    "hn": {"hits": [{"objectID": "1", "title": "t", "url": "https://a.example", "points": 3,
                     "comment_text": "c", "created_at_i": 1}]},
    "reddit": {"data": {"children": [{"kind": "t3", "data": {
        "name": "t3_a", "title": "t", "selftext": "s", "created_utc": 1.0, "score": 3,
        "crosspost_parent_list": [{"title": "t", "url": "https://a.example"}]}}]}},
    "openreview": {"count": 3, "notes": [{"id": "aBcDe_fGhI", "forum": "aBcDe_fGhI", "pdate": 1,
        "content": {"title": {"value": "T"}, "authors": {"value": ["A"]}, "pdf": "/pdf/x"}}]},
    "biorxiv": {"messages": [{"status": "ok", "count": 1, "total": "3"}], "collection": [
        {"doi": "10.1101/2025.01.01.123456", "title": "T", "authors": "Field, A.; Lind, B.",
         "date": "2025-01-01", "version": "1", "published": "10.1234/a.b", "server": "x"}]},
    "x-archive": [{"tweet": {"id_str": "1", "full_text": "x", "created_at": "y", "entities": {
        "urls": [{"url": "https://t.co/a", "expanded_url": "https://a.example"}]}}},
        {"like": {"tweetId": "1", "fullText": "x"}}],
}  # fmt: skip
BENT: tuple[object, ...] = (
    None, [], {}, "", -1, 10**30, 1.5, True, "\ud800", [None], [[]], {"value": {}},
)  # fmt: skip


def _bend(value: object, number: int) -> object:
    """Copy an answer with another value at place `number`."""
    n_seen = 0

    def copy(thing: object) -> object:
        nonlocal n_seen
        n_seen += 1
        if n_seen == number + 1:
            return BENT[number % len(BENT)]
        if isinstance(thing, dict):
            return {name: copy(inner) for name, inner in thing.items()}
        return [copy(inner) for inner in thing] if isinstance(thing, list) else thing

    return copy(value)


@pytest.mark.slow
def test_a_list_that_is_long_but_right_is_read() -> None:
    statuses = [{"id": str(n), "content": f"<p>{escape('rain ' * 60)} {n}</p>", "uri": f"u{n}",
                 "account": {"acct": "mio"}} for n in range(20_000)]  # fmt: skip
    began = time.process_time()
    assert len(KINDS["mastodon"].read(json.dumps(statuses).encode(), source="Mio").posts) == 20_000
    assert time.process_time() - began < 15
