"""Test the functions on foreign text: safe output, in linear time."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.text import (
    html_to_text,
    plain,
    plain_lines,
    sentences,
    shorten,
    shorten_between_words,
)

NASTY = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "\x1b[31m",
                "\x1b]0;title\x07",
                "\x1b]8;;http://x\x1b\\",
                "\x9b2J",
                "\x1b",
                "\x9d",
                "\x00",
            ]
        ),
        st.sampled_from(
            ["\u202e", "\u2066", "\u200b", "\ufeff", "\ud83d", "\x85", "\u2028", "\r\n"]
        ),
        st.sampled_from(
            ['"', "*", " OR ", " NEAR(", "^", "-", "(", ")", "title:", "音声", "翻", "ー"]
        ),
        st.sampled_from(
            ["<a href='x'>", "</a>", "<p", "<!--", "-->", "<script>", "&#", "&amp", '="']
        ),
        st.text(max_size=8),
        st.text(
            alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Mc", "Lo"]), max_size=4
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("foreign", "expected"),
    [
        ("two  words\n\tand\u3000more ", "two words and more"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a new title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d52;c;cGFzdGU=\x9ctext", "text"),
        ("\x1bPq#0\x1b\\text", "text"),
        ("\x1bctext", "text"),
        ("\x1b]0;never ended", "0;never ended"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("half \ud83d face", "half face"),
        ("音声　翻訳\u2028の夢", "音声 翻訳 の夢"),
        ("", ""),
    ],
)
def test_foreign_text_becomes_one_safe_line(foreign: str, expected: str) -> None:
    assert plain(foreign) == expected


def test_plain_lines_keeps_line_breaks() -> None:
    foreign = "\r\nfirst\r\n\r\nsecond\tpart \x1b[2J\rthird\u2029\x85\n"
    assert plain_lines(foreign) == "first\n\nsecond part\nthird"


@given(NASTY)
def test_plain_text_is_safe_and_idempotent(foreign: str) -> None:
    line, lines = plain(foreign), plain_lines(foreign)
    assert plain(line) == line
    assert plain_lines(lines) == lines
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.category(c) for c in lines.replace("\n", "")} & {"Cc", "Cs", "Zl", "Zp"}
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]", line + lines)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("speech", 6, "speech"),
        ("speech", 5, "spee…"),
        ("音声翻訳", 8, "音声翻訳"),
        ("音声翻訳", 7, "音声翻…"),
        ("音声翻訳", 6, "音声…"),
        ("two words", 5, "two…"),
        ("e\u0301a", 2, "e\u0301a"),
        ("text", 1, "…"),
        ("text", 0, ""),
        ("", 0, ""),
    ],
)
def test_text_is_cut_to_its_width_on_the_screen(text: str, width: int, expected: str) -> None:
    assert shorten(text, width) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bees count to four", "Bees count to four"),
        ("Bees count to fourteen", "Bees count to…"),
        ("Bees count to four, and", "Bees count to four…"),
        ("Bees count to: fourteen", "Bees count to…"),
        ("Bees Überarithmetically", "Bees Überarithmeti…"),
        ("蜂は四つまで数えられるという", "蜂は四つまで数えら…"),
    ],
)
def test_a_title_in_a_sentence_is_cut_between_words(text: str, expected: str) -> None:
    assert shorten_between_words(text, 19) == expected


@given(st.text(), st.integers(-2, 20))
def test_cut_text_is_never_too_wide(text: str, width: int) -> None:
    def columns(shown: str) -> int:
        marks = ("Mn", "Me", "Cf")
        seen = [c for c in shown if unicodedata.category(c) not in marks]
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in seen)

    assert columns(shorten(text, width)) <= max(width, 0)


MASTODON = (
    '<p>New paper <a href="https://arxiv.org/abs/2401.01234" rel="nofollow">'
    '<span class="invisible">https://</span><span class="ellipsis">arxiv.org/abs/2401.0</span>'
    '<span class="invisible">1234</span></a> by <a href="https://example.social/@rin" '
    'class="u-url mention">@<span>rin</span></a></p><p>Worth it.</p>'
)


@pytest.mark.parametrize(
    ("markup", "text", "hrefs"),
    [
        (
            MASTODON,
            "New paper https://arxiv.org/abs/2401.01234 by @rin\nWorth it.",
            ("https://arxiv.org/abs/2401.01234", "https://example.social/@rin"),
        ),
        (
            '<a href="https://a.org/b/cdef">a.org/b/c…</a>',
            "https://a.org/b/cdef",
            ("https://a.org/b/cdef",),
        ),
        ('<a href="https://a.org/">our paper</a>', "our paper", ("https://a.org/",)),
        ('<a href="https://nodejs.org">Node.js</a>', "Node.js", ("https://nodejs.org",)),
        ("<A HREF='https://a.org/?x=1&amp;y=2'>it</A>", "it", ("https://a.org/?x=1&y=2",)),
        ("<a href=https://a.org/x>it</a>", "it", ("https://a.org/x",)),
        ("a<br>b<br/><br />c", "a\nb\n\nc", ()),
        ("<ul><li>one<li>two</ul>three", "one\ntwo\nthree", ()),
        ("one\n  line &lt;b&gt; &eacute;&#12354;&#x3042;", "one line <b> éああ", ()),
        ("<style>p{}</style>a<script>if (a<b) x('</p>')</SCRIPT >b<!-- c -->d", "abd", ()),
        ("<![CDATA[<p>inside</p>]]>", "inside", ()),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", ()),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2", ()),
        ("never <b closed", "never <b closed", ()),
        ("<a name=x data-href=y>no link</a>", "no link", ()),
        ("&#" + "9" * 5000 + ";", "\ufffd", ()),
        ("<a href='https://a.org/\u202e\nx'>t", "t", ("https://a.org/x",)),
        ("", "", ()),
    ],
)
def test_markup_reads_as_in_a_browser(markup: str, text: str, hrefs: tuple[str, ...]) -> None:
    assert html_to_text(markup) == (text, hrefs)


@given(NASTY)
def test_broken_markup_raises_nothing(markup: str) -> None:
    text, _ = html_to_text(markup)
    assert plain_lines(text) == text


def test_deep_nesting_is_no_danger() -> None:
    assert html_to_text("<div><a href=x>" * 100_000 + "deep")[0] == "deep"


@pytest.mark.parametrize(
    "unit",
    [
        "<!--",
        "<a ",
        '<a href="',
        "<![",
        "<td><p>",
        "&#",
        "<a href=x>a.b",
        "\x1b]",
        "\x9b1",
        "e\u0301\u0316",
    ],
)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    for function in (plain, plain_lines, html_to_text):
        begin = time.process_time()
        function(text)
        assert time.process_time() - begin < 2, function


def test_no_blank_stands_behind_a_japanese_full_stop() -> None:
    assert sentences(["一。 二。", "三。", "Four.", "五。"]) == "一。 二。三。Four. 五。"
