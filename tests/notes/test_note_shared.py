"""Test shared papers: public words, Markdown and HTML in which no foreign text is alive."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.markup import to_html
from reader.library.highlight import Highlight
from reader.notes.share import SharedPage, SharedPaper, escaped, public_words
from reader.notes.sheet import mark_lines
from reader.texts.shared import data_address, html_page, markdown

EVIL = 'A <script>alert(1)</script> & "title" [x](javascript:1) *y* _z_ `c`\u202e'

PAPER = SharedPaper(
    title="Ears that Wait",
    authors=("Ada Neverwas", "Émile Nulle-Part"),
    year=2031,
    url="https://arxiv.org/abs/3103.00001",
    words="It listens **twice**.\n\n- 一度目\n    - 二度目",
    figure=b"\x89PNG picture",
    caption="Figure 1: [Ears].",
    highlights=(
        Highlight(1, 1, "highlight", "we listen twice"),
        Highlight(3, 1, "highlight", "a *tenth*", "Really?\n本当に"),
        Highlight(4, 1, "note", "", "Ask them."),
    ),
)


def find(key: str) -> tuple[str, str] | None:
    known = {"2031_A": ("On *Ants*", "https://a.example/1"), "nameless": ("By Hand", "")}
    return known.get(key)


@pytest.mark.parametrize(
    ("words", "public", "n"),
    [
        ("Nothing private, and/or a b/c.", "Nothing private, and/or a b/c.", 0),
        ("See [[2031_A]].", r"See [On \*Ants\*](<https://a.example/1>).", 0),
        ("See [[2031_A|the ants]] and [[2031_A#Idea]].",
         r"See [the ants](<https://a.example/1>) and [On \*Ants\*](<https://a.example/1>).", 0),
        ("See [[nameless]].", "See By Hand.", 0),
        ("See [[my secret plan]].", "See ….", 1),
        ("See [[my secret plan|a plan]].", "See a plan.", 1),
        ("One <!-- not\nfor you --> two.", "One two.", 1),
        ("One %%not for you%% two.", "One two.", 1),
        ("One <!-- never closed", "One", 1),
        ("![alt](/home/a/b.png) ![[b.pdf]] ![x][y]", "", 3),
        ("[my draft](../notes/a/b.md) [web](https://a.example/x_(y)) [m](mailto:a@b.example)",
         "my draft [web](https://a.example/x_(y)) m", 2),
        ("[r]: /home/a\n[s]: https://a.example", "\n[s]: https://a.example".strip(), 1),
        ("In /home/a/x.pdf, ~/y.pdf and file:///z; C:\\Users\\a.", "In …, … and …; …", 4),
        ("papers/speech/a.pdf and ./notes/b.md", "… and …", 2),
        ("https://a.example/papers/x.pdf 3/4 ~/", "https://a.example/papers/x.pdf 3/4 ~/", 0),
        ("ノートは/home/a/x.mdにある。", "ノートは…。", 1),
        ("In /Users/a/my best papers/x y.pdf, ~bo/x, ~/a b/c.md.", "In …, …, ….", 3),
        (r"C:\a b\c.pdf; D:/x; \\nas\share\x; $HOME/x", "…; …; …; …", 4),
        ("Read ~/a.pdf and b.pdf. About ~5/10 of $N/K$.",
         "Read … and b.pdf. About ~5/10 of $N/K$.", 1),
        ("obsidian://open?vault=me <zotero://x> [o](smb://nas/x) doi:10.1/x",
         "… … o doi:10.1/x", 3),
        ("http://localhost:8080/x http://me:word@a.example/ [n](http://192.168.1.5/x)", "… … n", 3),
        ("https://a.example/10.1.1/x http://10.com", "https://a.example/10.1.1/x http://10.com", 0),
        ("a\u202eb \x1b[31mc", "ab c", 0),
        ("- a\n    - b\n\n```\n  x\n```", "- a\n    - b\n\n```\n  x\n```", 0),
    ],
)  # fmt: skip
def test_private_places_are_removed_and_counted(words: str, public: str, n: int) -> None:
    assert public_words(words, find) == (public, n)


def test_a_known_folder_is_taken_out_wherever_it_lies() -> None:
    assert public_words("In /data/lib/papers/x.pdf.", find, ["/data/lib"]) == ("In …", 1)
    assert public_words("In /data/library.", find, ["/data/lib"]) == ("In /data/library.", 0)


def test_a_page_as_markdown() -> None:
    assert markdown(SharedPage((PAPER,))) == (
        "# Ears that Wait\n\n"
        "Ada Neverwas, Émile Nulle-Part · 2031  \n<https://arxiv.org/abs/3103.00001>\n\n"
        "It listens **twice**.\n\n- 一度目\n    - 二度目\n\n"
        "![Figure 1: \\[Ears\\].][figure-1]\n\n"
        "> we listen twice (p. 1)\n\n"
        "> a \\*tenth\\* (p. 3)\n>\n> — Really?\n> 本当に\n\n"
        "> (p. 4) Ask them.\n\n"
        f"[figure-1]: {data_address(PAPER.figure)}\n"
    )


def test_papers_of_a_week_stand_under_their_themes() -> None:
    bare = SharedPaper("A", (), None, "", theme="speech")
    shared = SharedPage(
        (bare, replace(bare, title="B"), replace(bare, title="C", theme="")), "Week"
    )
    assert markdown(shared) == "# Week\n\n## speech\n\n### A\n\n### B\n\n## C\n".replace(
        "\n\n\n", "\n\n"
    )
    html = html_page(shared, to_html)
    assert re.findall(r"<(h\d)[^>]*>([^<]*)", html) == [
        ("h1", "Week"), ("h2", "speech"), ("h3", "A"), ("h3", "B"), ("h2", "C"),
    ]  # fmt: skip


class Tags(HTMLParser):
    """Collect every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


EXPECTED = {"html", "head", "meta", "title", "style", "body", "main", "article", "h1", "h2", "h3",
            "h4", "h5", "h6", "p", "a", "div", "figure", "img", "figcaption", "ul", "ol", "li", "q",
            "small", "strong", "em", "code", "pre", "blockquote", "br", "hr"}  # fmt: skip


def check(html: str) -> None:
    """Check that a page runs nothing, loads nothing and leads to the web only."""
    for tag, attributes in Tags(html).found:
        assert tag in EXPECTED
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert re.match(r"https?://", attributes.get("href") or "https://")
        assert (attributes.get("src") or "data:image/png;base64,").startswith("data:image/png;")


def test_an_html_page_needs_no_other_file() -> None:
    html = html_page(SharedPage((PAPER,)), to_html)
    check(html)
    assert html.startswith('<!doctype html>\n<html lang="ja">')
    assert f'<img alt="Figure 1: [Ears]." src="{data_address(PAPER.figure)}">' in html
    assert '<div class="words" lang="ja">\n<p>It listens <strong>twice</strong>.</p>' in html
    assert "<ul>\n<li>二度目</li>\n</ul>" in html
    assert (
        '<q lang="en">a *tenth*</q> <small>p. 3</small><p class="typed">Really?\n本当に</p>' in html
    )
    assert "default-src &#x27;none&#x27;" in html
    assert "prefers-color-scheme: dark" in html


def test_foreign_text_is_escaped_everywhere() -> None:
    mark = Highlight(1, 1, "highlight", EVIL, EVIL)
    paper = SharedPaper(
        EVIL, (EVIL,), 1, "https://a.example/?a=1&b='\"<", EVIL, b"x", EVIL, (mark,), EVIL
    )
    html = html_page(SharedPage((paper,), EVIL), to_html)
    check(html)
    assert "\u202e" not in html
    assert "<script" not in html
    text = markdown(SharedPage((replace(paper, words=""),), EVIL))
    assert not re.search(
        r"(?<!\\)<(?!https://a)|(?<!\\)\[x\]|(?<!\\)\*y|(?<!\\)`", text.split("[figure-1]:")[0]
    )


def test_signs_that_turn_text_are_removed_after_markdown() -> None:
    html = html_page(SharedPage((replace(PAPER, words="a &#x202e; b"),)), to_html)
    assert "\u202e" not in html


@pytest.mark.parametrize("text", ["1. a", "- a", "+ a", "# a", "> a", "= a", "a\n=", "&lt;"])
def test_foreign_text_begins_no_list_and_no_heading(text: str) -> None:
    html = to_html(escaped(text))
    assert re.findall(r"<(?!/?p>|br)", html) == []
    assert re.sub(r"</?p>|<br />|\s", "", html).replace("&amp;", "&").replace(
        "&gt;", ">"
    ) == re.sub(r"\s", "", text)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>&\"'`*_[]()!#-%|\n\\ ahtps:/.=x~", max_size=60))
def test_no_words_make_a_page_run_or_load_anything(text: str) -> None:
    words, _ = public_words(text, find)
    check(html_page(SharedPage((replace(PAPER, words=words, title=text, caption=text),)), to_html))


def test_no_page_is_named_where_none_is_known() -> None:
    marks = (Highlight(0, 1, "highlight", "of moss"), Highlight(0, 2, "note", "", "Ask them."))
    shared = markdown(SharedPage((replace(PAPER, highlights=marks, figure=b""),)))
    assert "> of moss\n\n> Ask them.\n" in shared
    assert mark_lines(marks) == ["> of moss", "> Ask them."]
