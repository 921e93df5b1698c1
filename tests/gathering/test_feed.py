"""Test the reading of feeds: wrong encodings, damage, and answers that are no feed."""

from __future__ import annotations

import contextlib
import random
import time
from datetime import UTC, datetime
from time import gmtime, struct_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import SourceFailed
from reader.gathering.sources.answer import moment, parse_feed, received_text, to_utf8
from reader.gathering.sources.feed import read_entries, read_posts


def rss(title: str, *, declared: str = "utf-8", doctype: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="{declared}"?>\n{doctype}'
        f'<rss version="2.0"><channel><title>{title}</title></channel></rss>'
    )


def title(content: bytes, content_type: str = "") -> str:
    return str(parse_feed(content, source="Feed", content_type=content_type).channel["title"])


class TestAlphabets:
    @pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "us-ascii", "nonsense", ""])
    @pytest.mark.parametrize("header", ["", "text/xml", "text/xml; charset=iso-8859-1"])
    def test_utf_8_is_seen_whatever_is_declared(self, declared: str, header: str) -> None:
        assert title(rss("音声翻訳 é", declared=declared).encode(), header) == "音声翻訳 é"

    @pytest.mark.parametrize(
        "charset", ["shift_jis", "euc-jp", "iso-2022-jp", "utf-16", "utf-32", "gb18030"]
    )
    def test_others_are_read_as_declared(self, charset: str) -> None:
        assert title(rss("音声翻訳", declared=charset).encode(charset)) == "音声翻訳"

    def test_the_header_decides_where_the_feed_says_nothing(self) -> None:
        content = rss("音声翻訳", declared="").encode("euc-jp")
        assert title(content, 'text/xml; charset="EUC-JP"') == "音声翻訳"

    def test_what_nobody_declares_is_latin(self) -> None:
        assert title(rss("Café", declared="").encode("latin-1")) == "Café"

    @pytest.mark.parametrize("charset", ["punycode", "idna", "hex", "zlib", "x" * 1000])
    def test_encodings_that_are_no_alphabets_are_not_tried(self, charset: str) -> None:
        assert title(rss("Café", declared=charset).encode("latin-1")) == "Café"

    def test_control_characters_and_impossible_references_are_dropped(self) -> None:
        content = rss("a\x00b\x1bc&#0;d&#xD800;e&#x110000;f&#99999999999;g&#x41;&#10;&#;&#x;h")
        assert title(content.encode()) == "abcdefgA\nh"


class TestHostile:
    def refused(self, content: bytes) -> str:
        began = time.process_time()
        with pytest.raises(SourceFailed) as caught:
            parse_feed(content, source="Feed")
        assert time.process_time() - began < 1
        return caught.value.message

    def test_entities_within_entities_are_not_unpacked_and_the_feed_failed(self) -> None:
        bomb = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(12))
        content = rss("x &a12;", doctype=f'<!DOCTYPE rss [<!ENTITY a0 "ha">{bomb}]>')
        assert self.refused(content.encode()) == (
            "Feed: the feed cannot be read: its entity &a12; grows without limit or refers to"
            " another file"
        )

    def test_one_huge_entity_is_not_repeated_and_the_feed_failed(self) -> None:
        doctype = f'<!DOCTYPE rss [\n<!ENTITY a "{"ha" * 100_000}">\n]>'
        assert "its entity &a; grows" in self.refused(rss("&a;" * 1000, doctype=doctype).encode())

    @pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
    def test_no_file_is_read_through_an_entity_and_the_feed_failed(self, charset: str) -> None:
        doctype = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        content = rss("[&x;]", declared=charset, doctype=doctype).encode(charset)
        assert "its entity &x; grows" in self.refused(content)

    @pytest.mark.parametrize(
        "entities",
        [
            '<!ENTITY nbsp "&#160;">',
            '<!ENTITY me "Ada Field">',
            '<!ENTITY % latin PUBLIC "-//W3C//ENTITIES Latin 1" "http://www.w3.org/lat1.ent">',
            '<!ENTITY unused SYSTEM "file:///etc/passwd">',
        ],
    )
    def test_declarations_that_do_no_harm_keep_no_feed_from_being_read(self, entities: str) -> None:
        content = rss("a &nbsp;&eacute;", doctype=f"<!DOCTYPE rss [{entities}]>")
        assert title(content.encode()) == "a \xa0é"

    @pytest.mark.parametrize(
        ("broken", "n"),
        [
            ("<item><title>1</title></item><item><title><![CDATA[2</title></item>", 2),
            ("<item><title>1</title></item><!-- <item><title>2</title></item>", 1),
        ],
    )
    def test_a_feed_whose_middle_swallows_entries_failed(self, broken: str, n: int) -> None:
        broken += "<item><title>3</title></item>"
        content = rss("t").replace("</channel>", f"{broken}</channel>")
        assert f"{n} of 3 entries in the feed can be read" in self.refused(content.encode())

    def test_entries_within_comments_and_cdata_are_not_counted(self) -> None:
        items = "<item><title>a & b</title><description><![CDATA[<item>]]></description></item>"
        content = rss("t").replace("</channel>", f"<!-- <item> -->{items}</channel>")
        assert len(parse_feed(content.encode(), source="Feed").entries) == 1

    def test_a_broken_feed_of_which_every_entry_can_be_read_is_read(self) -> None:
        items = "<item><title>a & b</title></item>" * 3
        content = rss("t").replace("</channel>", f"{items}</channel>")
        assert len(parse_feed(content.encode(), source="Feed").entries) == 3

    def test_bytes_that_name_a_file_or_address_are_only_bytes(self) -> None:
        with pytest.raises(SourceFailed, match="begins with '/etc/passwd'"):
            parse_feed(b"/etc/passwd", source="Feed")

    @pytest.mark.parametrize(
        "piece", ["<", "<a ", "&", "<![CDATA[", "<!--", '<a b="', "<item>", "&lt;!--"]
    )
    def test_endless_repetition_takes_no_endless_time(self, piece: str) -> None:
        content = rss("t").encode()[:-16] + (piece * (300_000 // len(piece))).encode()
        began = time.process_time()
        with pytest.raises(SourceFailed):
            parse_feed(content, source="Feed")
        assert time.process_time() - began < 5

    @pytest.mark.parametrize("piece", ["<!--", "<![CDATA[", "<!ENTITY a ", "<!ENTITY a '", "&a;"])
    def test_endless_openings_in_a_whole_feed_take_no_endless_time(self, piece: str) -> None:
        doctype = f"<!DOCTYPE rss [{piece * 5_000}]>" if "ENTITY" in piece else ""
        content = rss(piece * 5_000, doctype=doctype).encode()
        began = time.process_time()
        with contextlib.suppress(SourceFailed):
            parse_feed(content, source="Feed")
        assert time.process_time() - began < 5

    def test_damage_is_survived_or_refused(self) -> None:
        whole = rss("a &lt;b&gt; é").encode() + b"<entry><link href='x'/></entry>"
        pieces = [b"<![CDATA[", b"&#", b"<![x", b"<item>", b'xml:base="http://[" ', b"\xff", b"</"]
        dice = random.Random(7)
        for _ in range(500):
            content = bytearray(whole)
            for _ in range(dice.randint(1, 8)):
                at = dice.randrange(len(content))
                content[at : at + dice.randint(0, 9)] = dice.choice(pieces)
            with contextlib.suppress(SourceFailed):
                parse_feed(bytes(content), source="Feed")


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "the answer is empty"),
            (b"\xef\xbb\xbf \n", "the answer is empty"),
            (b"<!DOCTYPE html>\n<html><body>Sign in", "the answer is an HTML page, not a feed"),
            (b"\xef\xbb\xbf<HTML>", "the answer is an HTML page, not a feed"),
            (b'{"a": 1}', "the answer is JSON, not a feed"),
            (b"<opml/>", "the answer is other or incomplete XML, not a feed"),
            (b"%PDF-1.5", "the answer is a PDF, not a feed"),
            (
                b"gone \x1b[31mfishing",
                "the answer is text that begins with 'gone [31mfishing', not a feed",
            ),
            (rss("t").encode()[:-9], "the feed breaks off after 0 entries"),
        ],
    )
    def test_an_answer_that_is_no_feed_is_named_in_the_error(
        self, content: bytes, sentence: str
    ) -> None:
        with pytest.raises(SourceFailed) as caught:
            parse_feed(content, source="Feed")
        assert caught.value.message == f"Feed: {sentence}"
        assert caught.value.hint.startswith("Open its address in a browser")

    def test_a_feed_without_entries_is_accepted(self) -> None:
        assert list(parse_feed(rss("t").encode(), source="Feed").entries) == []

    def test_an_undeclared_entity_does_no_harm(self) -> None:
        assert title(rss("a &nbsp;&eacute;&nope;").encode()) == "a \xa0é&nope;"


def test_kinds_of_bytes_are_told_apart() -> None:
    kinds = (b"", b"[1]", b"<html>", b"x" * 99)
    assert [str(received_text(kind)) for kind in kinds] == [
        "empty",
        "JSON",
        "an HTML page",
        f"text that begins with '{'x' * 40}'",
    ]


def test_impossible_times_are_none() -> None:
    assert moment(None) is None
    assert moment(struct_time((10**10, 1, 1, 0, 0, 0, 0, 1, 0))) is None
    assert moment(gmtime(0)) == datetime(1970, 1, 1, tzinfo=UTC)


def test_plain_utf_8_passes_unchanged() -> None:
    assert to_utf8("a\tb\r\né&amp;&#233;".encode()) == "a\tb\r\né&amp;&#233;".encode()


TAGS = b"""<rss version='2.0'>
<channel>
</channel>
<item>
</item>
<title>
<feed xmlns='http://www.w3.org/2005/Atom'>
<entry>
</entry>
<author>
<link href='https://arxiv.org/abs/2506.00001'/>
<guid>1</guid>
<dc:creator>Ada, Bo</dc:creator>
<description>arXiv:2506.00001</description>
{"version": "https://jsonfeed.org/version/1.1", "items": [
{"id": 1,
]}
]]>
<![CDATA[
&#0;
&amp;
<"""
PIECES = st.sampled_from(TAGS.split(b"\n"))
DATES = st.one_of(
    st.text("0123456789-+:TZ./, ", max_size=25),
    st.sampled_from(["0000-00-00", "9999-12-31T23:59:59+14:00", "Thu, 30 Feb 2025 25:61:61 -9999"]),
    st.datetimes().map(datetime.isoformat),
).map(lambda text: f"<pubDate>{text}</pubDate><updated>{text}</updated>".encode())


@settings(max_examples=25, deadline=None)
@given(st.lists(PIECES | DATES | st.binary(max_size=6), max_size=25))
def test_any_bytes_are_posts_or_a_failed_source(pieces: list[bytes]) -> None:
    content = b"".join(pieces)
    for read in (read_posts, read_entries):
        with contextlib.suppress(SourceFailed):
            read(content, source="Feed")


@settings(max_examples=25, deadline=None)
@given(DATES)
def test_any_date_is_a_moment_or_none(date: bytes) -> None:
    item = b"<item><guid>1</guid><title>Ants</title><description>Ants dig.</description>"
    content = b"<rss version='2.0'><channel>" + item + date + b"</item></channel></rss>"
    (post,) = read_posts(content, source="Feed")
    assert post.posted_at is None or post.posted_at.tzinfo
    read_entries(content, source="Feed")
