"""Test rendered Markdown: no scripts, no pictures, and links only to the web."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.markup import to_html


def test_plain_markdown_is_rendered() -> None:
    assert to_html("## 着想\n\nOne *two* **three**.\nFour.\n\n- a\n- b\n\n> c\n") == (
        "<h2>着想</h2>\n<p>One <em>two</em> <strong>three</strong>.<br />\nFour.</p>\n"
        "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<blockquote>\n<p>c</p>\n</blockquote>\n"
    )


def test_links_lead_to_the_web_only() -> None:
    assert '<a href="https://a.example/b">x</a>' in to_html("[x](https://a.example/b)")
    for address in (
        "javascript:alert(1)",
        "file:///etc",
        "data:text/html,x",
        "../a",
        "//a.b",
        "#x",
    ):
        assert "href" not in to_html(f"[x]({address})")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick='x'>c</b>",
     "![x](../b.png)", "<!-- c -->", "<svg/onload=1>"],
)  # fmt: skip
def test_tags_and_pictures_are_text(text: str) -> None:
    html = to_html(text)
    assert re.findall(r"<(?!/?p>)", html) == []


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>&\"'`*_[]()!#-\n\\ ahtps:/.=x&;j", max_size=80))
def test_no_text_makes_a_tag_or_an_address_of_its_own(text: str) -> None:
    html = to_html(text)
    names = set(re.findall(r"<([a-z0-9]+)", html))
    assert names <= {"p", "em", "strong", "code", "pre", "a", "ul", "ol", "li", "hr", "br",
                     "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}  # fmt: skip
    assert all(re.match("https?://", href, re.I) for href in re.findall(r'href="([^"]*)', html))


def test_known_keys_become_links() -> None:
    def link_of(inside: str) -> tuple[str, str] | None:
        key, _, words = inside.partition("|")
        return (f"/paper/{key}", words or "Snails") if inside.startswith("2025") else None

    shown = {
        "see [[2025_A_Snails]].": 'see <a href="/paper/2025_A_Snails">Snails</a>.',
        "**[[2025_A|the one]]**": '<strong><a href="/paper/2025_A">the one</a></strong>',
        "[[nowhere]]": "[[nowhere]]",
        "`[[2025_A]]`": "<code>[[2025_A]]</code>",
        "[x [[2025_A]]](https://a.example)": '<a href="https://a.example">x [[2025_A]]</a>',
        '[[2025">]]': '<a href="/paper/2025&quot;&gt;">Snails</a>',
    }  # fmt: skip
    for text, html in shown.items():
        assert to_html(text, link_of=link_of) == f"<p>{html}</p>\n"
