"""Test the reading of timelines: posts, the papers they point at, and the words around."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from html import escape

import pytest

from reader.base.errors import SourceFailed
from reader.base.http import Request
from reader.base.http.client import Client
from reader.gathering.sources.feed import read_posts
from reader.library.paper import Mention, Post
from tests.data import DATA, needs_data
from tests.server import Server, Time, gzipped

AT = datetime(2025, 3, 4, 7, 30, tzinfo=UTC)
ARXIV = "https://arxiv.org/abs/2503.00001"


def rss(*items: str, title: str = "Mio Hoshi") -> bytes:
    return f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{title}</title>
      <link>https://social.example/@mio</link>{"".join(items)}</channel></rss>""".encode()


def item(html: str, *, guid: str = "https://social.example/@mio/1", more: str = "") -> str:
    return f"""<item><guid isPermaLink="true">{guid}</guid><link>{guid}</link>
      <pubDate>Tue, 04 Mar 2025 07:30:00 +0000</pubDate>
      <description>{escape(html)}</description>{more}</item>"""


def mentions(html: str, more: str = "") -> tuple[Mention, ...]:
    (post,) = read_posts(rss(item(html, more=more)), source="Mio")
    return post.mentions


class TestPosts:
    def test_a_post_of_mastodon(self) -> None:
        html = (
            "<p>A garden that listens! Worth a slow read: "
            f'<a href="{ARXIV}v2" rel="nofollow"><span class="invisible">https://</span>'
            '<span class="ellipsis">arxiv.org/abs/2503.0000</span><span class="invisible">1v2'
            '</span></a></p><p><a href="https://social.example/tags/speech">#<span>speech</span></a></p>'
        )
        assert read_posts(rss(item(html)), source="Mio") == (
            Post(
                guid="https://social.example/@mio/1",
                author="Mio Hoshi",
                text=f"A garden that listens! Worth a slow read: {ARXIV}v2\n#speech",
                url="https://social.example/@mio/1",
                posted_at=AT,
                mentions=(Mention("arxiv:2503.00001", "Worth a slow read"),),
                links=("https://social.example/tags/speech",),
            ),
        )

    def test_an_entry_of_atom_with_its_own_author(self) -> None:
        content = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Lab</title><entry>
          <id>tag:lab.example,2025:1</id><title>Rivers, talking</title>
          <link href="https://lab.example/rivers"/><updated>2025-03-04T16:30:00+09:00</updated>
          <author><name>Ada Field</name></author><content type="xhtml">
          <div xmlns="http://www.w3.org/1999/xhtml"><p>Our paper is out (doi:10.1234/river).</p>
          </div></content></entry></feed>"""
        assert read_posts(content, source="Lab") == (
            Post(
                guid="tag:lab.example,2025:1",
                author="Ada Field",
                text="Rivers, talking\n\nOur paper is out (doi:10.1234/river).",
                url="https://lab.example/rivers",
                posted_at=AT,
                mentions=(Mention("doi:10.1234/river", "Our paper is out (doi:10.1234/river)."),),
            ),
        )

    def test_rss_1_0(self) -> None:
        content = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
          xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
          <channel rdf:about="https://x.example/"><title>Old</title></channel>
          <item rdf:about="https://x.example/1"><title>Rivers talk</title>
          <link>https://x.example/1</link><dc:date>2025-03-04T07:30:00Z</dc:date></item></rdf:RDF>"""
        assert read_posts(content, source="Old") == (
            Post("https://x.example/1", "Old", "Rivers talk", "https://x.example/1", AT),
        )

    def test_json_feed(self) -> None:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Lab",
            "items": [
                {"id": 7, "content_html": f'Read <a href="{ARXIV}">this</a>, all of it.',
                 "url": "https://lab.example/7", "date_published": "2025-03-04T16:30:00+09:00",
                 "authors": [{"name": "Ada Field"}]},
                {"content_text": "Rain & <wind>.", "external_url": ARXIV},
                "nonsense",
            ],
        }  # fmt: skip
        assert read_posts(json.dumps(feed).encode(), source="Lab") == (
            Post("7", "Ada Field", "Read this, all of it.", "https://lab.example/7", AT,
                 (Mention("arxiv:2503.00001", "Read this, all of it."),)),
            Post(ARXIV, "Lab", "Rain & <wind>.", ARXIV, None,
                 (Mention("arxiv:2503.00001", "Rain & <wind>."),)),
        )  # fmt: skip

    def test_a_title_that_only_repeats_the_text_is_left_out(self) -> None:
        title = "<title>RT by @ada: Rivers talk and nobody…</title>"
        (post,) = read_posts(
            rss(item("<p>Rivers talk<br>and nobody listens.</p>", more=title)), source="Mio"
        )
        assert post.text == "Rivers talk\nand nobody listens."

    def test_a_post_without_guid_is_known_by_its_link_or_else_its_text(self) -> None:
        linked = "<item><title>A</title><link>https://x.example/a</link></item>"
        posts = read_posts(rss(linked, "<item><title>B</title></item>"), source="Mio")
        assert [post.guid for post in posts] == ["https://x.example/a", "df7e70e5021544f4"]

    def test_the_same_post_twice_is_one_but_two_with_one_guid_are_two(self) -> None:
        posts = read_posts(rss(item("one"), item("one"), item("two")), source="Mio")
        assert [post.text for post in posts] == ["one", "two"]
        assert posts[1].guid.startswith("https://social.example/@mio/1#")

    def test_a_feed_without_entries_has_no_posts(self) -> None:
        assert read_posts(rss(), source="Mio") == ()

    def test_an_impossible_date_is_none(self) -> None:
        bad = item("x").replace("Tue, 04 Mar 2025 07:30:00 +0000", "yesterday, 99:99")
        assert read_posts(rss(bad), source="Mio")[0].posted_at is None

    def test_escape_sequences_and_markup_do_not_come_through(self) -> None:
        html = "<p>Hello \x1b]0;owned\x07 <script>evil()</script>\u202egnp.exe</p>"
        (post,) = read_posts(rss(item(html), title="M&#x202e;io <b>x</b>"), source="Mio")
        assert (post.text, post.author) == ("Hello ]0;owned gnp.exe", "Mio x")


class TestMentions:
    def test_a_post_without_papers_has_none(self) -> None:
        assert mentions("<p>Tea at 2025.03.04 with <a href='https://x.example/'>us</a></p>") == ()

    def test_a_link_behind_other_words_is_found_where_it_stands(self) -> None:
        html = f'First this. Then <a href="{ARXIV}">the garden</a> grew on me. And more.'
        assert mentions(html) == (Mention("arxiv:2503.00001", "Then the garden grew on me."),)

    def test_words_before_a_bare_address_are_the_sentence(self) -> None:
        assert mentions(f"<p>Rivers talk.</p><p>So good!</p><p>{ARXIV}</p>") == (
            Mention("arxiv:2503.00001", "So good!"),
        )

    def test_words_after_a_bare_address_are_the_sentence_too(self) -> None:
        assert mentions(f"<p>{ARXIV}</p><p>So good!</p>") == (
            Mention("arxiv:2503.00001", "So good!"),
        )

    def test_nothing_but_an_address_is_an_empty_sentence(self) -> None:
        assert mentions(f"<p>→ ({ARXIV}) ←</p>".replace("←", "")) == (
            Mention("arxiv:2503.00001", ""),
        )

    def test_japanese_ends_its_sentences_its_own_way(self) -> None:
        html = f"<p>庭の話。これは面白い論文だった！{ARXIV} を読んだ。また明日。</p>"
        assert mentions(html) == (Mention("arxiv:2503.00001", "を読んだ。"),)

    def test_each_paper_counts_once_with_its_first_sentence(self) -> None:
        html = (
            f"One: {ARXIV}. Two: https://arxiv.org/pdf/2503.00002v3. "
            f'Again <a href="{ARXIV}v9">one</a>, and https://aclanthology.org/2023.acl-long.1/'
        )
        assert mentions(html) == (
            Mention("arxiv:2503.00001", "One."),
            Mention("arxiv:2503.00002", "Two."),
            Mention("acl:2023.acl-long.1", "Again one, and"),
        )

    def test_a_paper_that_is_only_attached_gets_the_posts_beginning(self) -> None:
        enclosed = f'<enclosure url="{ARXIV}" type="application/pdf" length="1"/>'
        assert mentions("<p>Our poster.</p>", enclosed) == (
            Mention("arxiv:2503.00001", "Our poster."),
        )

    def test_a_long_sentence_is_cut_between_words(self) -> None:
        (mention,) = mentions("word " * 200 + ARXIV)
        assert mention.sentence == ("word " * 59).rstrip() + "…"

    @pytest.mark.slow
    def test_twenty_thousand_papers_in_one_endless_sentence_take_a_moment(self) -> None:
        html = " ".join(f"rain https://arxiv.org/abs/2503.{i:05}" for i in range(1, 20_001))
        began = time.process_time()
        assert len(mentions(html)) == 20_000
        assert time.process_time() - began < 10

    @pytest.mark.parametrize("piece", ["<a ", "<a href=", "a.a.", "http://", "(", "。", "<!--"])
    def test_endless_repetition_takes_no_endless_time(self, piece: str) -> None:
        began = time.process_time()
        read_posts(rss(item(piece * (200_000 // len(piece)) + ARXIV)), source="Mio")
        assert time.process_time() - began < 5


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "the answer is empty"),
            (b"<html><title>Log in</title></html>", "the answer is an HTML page, not a feed"),
            (b"{}", "the answer is JSON, not a feed"),
            (b"[]", "the answer is JSON, not a feed"),
            (b'{"version": "https://jsonfeed.org/version/1", "items": 3}',
             "the answer is JSON, not a feed"),
            (rss(item("x"))[:-60], "the feed breaks off after 1 entry"),
        ],
    )  # fmt: skip
    def test_an_answer_that_is_no_feed_is_named_in_the_error(
        self, content: bytes, sentence: str
    ) -> None:
        with pytest.raises(SourceFailed) as caught:
            read_posts(content, source="Mio")
        assert caught.value.message == f"Mio: {sentence}"

    @pytest.mark.parametrize("content", [b'{"items": [', b"[" * 100_000, b'{"a": ' + b"9" * 9999])
    def test_damaged_json_is_told_so(self, content: bytes) -> None:
        with pytest.raises(SourceFailed, match="damaged or incomplete JSON"):
            read_posts(content, source="Mio")


def test_the_whole_way_from_a_server_with_a_charset_in_its_header() -> None:
    clock, header = Time(), {"Content-Type": "text/xml; charset=euc-jp"}
    feed = rss(item(f"<p>音声翻訳の論文。{ARXIV}</p>")).decode().partition("?>")[2]
    with (
        Server() as server,
        Client(clock=clock.clock, sleep=clock.sleep, monotonic=clock.monotonic) as client,
    ):
        server.script("/mio", gzipped(feed.encode("euc-jp"), **header))
        answer = client.fetch(Request(server.url("/mio"), "Mio"))
    (post,) = read_posts(answer.content, source="Mio", content_type=answer.headers["content-type"])
    assert post.mentions == (Mention("arxiv:2503.00001", "音声翻訳の論文。"),)


@pytest.mark.slow
def test_ten_megabytes_take_ten_times_as_long_as_one() -> None:
    text = f'<p>{"Rivers talk. " * 20}<a href="https://x.example/{ARXIV[-5:]}">here</a></p>'
    spent = []
    for n in (1_900, 19_000):
        feed = rss(*(item(text, guid=f"g{i}") for i in range(n)))
        began = time.process_time()
        assert len(read_posts(feed, source="Mio")) == n
        spent.append(time.process_time() - began)
    assert len(feed) > 9_000_000
    assert spent[1] < 20 * spent[0], "a square of the length would be a hundred times"


RECORDED = {
    # file: posts, mentions
    "arxiv_api_atom__Query-farm__arxiv.xml": (2, 2),
    "arxiv_api_atom__X-PG13__arxiv_sample.xml": (2, 2),
    "arxiv_api_atom__james-akl__arxiv_response.xml": (2, 2),
    "arxiv_api_atom__quxnb__arxiv_atom.xml": (1, 1),
    "arxiv_api_atom__whwhw__arxiv_response.xml": (2, 2),
    "arxiv_rss__TideDra__arxiv_rss_example.xml": (7, 7),
    "blog_rss__Olshansk__feed_ai_first_podcast.xml": (97, 0),
    "blog_rss__Olshansk__feed_eleuther_papers.xml": (5, 5),
    "blog_rss__Olshansk__feed_meta_ai.xml": (88, 0),
    "journal_rss__whwhw__nature_rss.xml": (1, 0),
    "rss__snarfed__feed_with_audio_video.rss.xml": (2, 0),
    "social_lemmy__feeddeck__responseCommunityIIC.xml": (8, 0),
    "social_lemmy__feeddeck__responseUser.xml": (2, 0),
    "social_mastodon__feeddeck__responseTag.xml": (4, 0),
    "social_medium__feeddeck__responseTag.xml": (2, 0),
    "social_nitter__feeddeck__responseTag.xml": (4, 0),
    "social_reddit__feeddeck__responseSubreddit.xml": (5, 0),
    "social_rss__feeddeck__responseCNN.xml": (2, 0),
    "social_rss__feeddeck__responseHV.xml": (1, 0),
    "social_rss__feeddeck__responseNTV.xml": (2, 0),
    "social_rss__feeddeck__responseTagesschauRDF.xml": (2, 0),
    "social_rss__feeddeck__responseTagesschauWebsiteRSS.xml": (3, 0),
    "social_tumblr__feeddeck__response.xml": (4, 0),
    "social_youtube__feeddeck__responseYoutubeRSS.xml": (2, 0),
}
RECORDED_IDS = {
    "blog_rss__Olshansk__feed_eleuther_papers.xml": [
        "2601.04301", "2508.06601", "2507.06378", "2506.23869", "2407.06483",
    ],
    "arxiv_rss__TideDra__arxiv_rss_example.xml": [
        "2508.13426", "2508.13428", "2508.13429", "2508.13434", "2508.13435", "2508.14001",
        "2508.14002",
    ],
}  # fmt: skip


@needs_data
def test_every_recorded_feed_is_read_or_refused_with_a_sentence() -> None:
    assert DATA is not None
    read: dict[str, tuple[int, int]] = {}
    refused: set[str] = set()
    for path in sorted((DATA / "arxiv" / "recordings").glob("*.*")):
        if path.name == "manifest.tsv":
            continue
        try:
            posts = read_posts(path.read_bytes(), source="Recorded")
        except SourceFailed as error:
            refused.add(error.message)
            continue
        read[path.name] = (len(posts), sum(len(post.mentions) for post in posts))
        assert all(post.guid and post.text and post.author for post in posts) or "arxiv_api" in (
            path.name
        )
    assert read == RECORDED
    assert refused == {"Recorded: the answer is JSON, not a feed"}


@needs_data
@pytest.mark.parametrize("name", RECORDED_IDS)
def test_the_recorded_papers_are_found(name: str) -> None:
    assert DATA is not None
    posts = read_posts((DATA / "arxiv" / "recordings" / name).read_bytes(), source="Recorded")
    found = [mention.id for post in posts for mention in post.mentions]
    assert sorted(found) == sorted(f"arxiv:{number}" for number in RECORDED_IDS[name])
