"""Show hostile titles, names, posts and notes on every page: they are text and nothing else."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route
from starlette.testclient import TestClient

from reader.gathering.rows import sources
from reader.library.folder import find_paper
from reader.library.paper import Post
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.notes.write import add_note
from reader.web.render import clean, from_markdown
from tests.samples import DAY, FEEDS_TOML, Web, paper, post, tools
from tests.texts import catalogue_of
from tests.web.site import parts_of, site

SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    '"onmouseover="alert(2)" x="',
    "'><img src=x onerror=alert(3)>",
    "</title></textarea></script><svg/onload=alert(4)>",
    "<a href=javascript:alert(5)>link</a>",
    "[link](javascript:alert(6)) ![p](data:text/html,7)",
    "{{ 7 * 7 }} {% raw %} ${7*7} &lt;b&gt;",
    "\u202egnp.evil\u202c \u2066x\u2069 \u200b\ufeff",
    "\x1b[31mred\x07 \x00null \x9b1m",
    "$<script>alert(8)</script>$ $\\href{javascript:alert(9)}{x}$ $\\style{a}{b}$",
    "<!--><script>alert(10)</script>--> <![CDATA[ ]]>",
    "\ud800 half a character",
]
LONG = "Speech translation " + "<b>long</b> " * 8_000

CONFIG = (
    FEEDS_TOML
    + """
[topics."speech/a&b 'c'"]
words = ["<b>bold</b>"]
"""
)

UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")

ADDRESSES = re.compile(r"(?:https?://|mailto:|data:image/|/(?!/)|#|\?|\./|$)")


class Checked(HTMLParser):
    """Lists what a page must not have: inline scripts, handlers, styles, foreign addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "iframe", "object", "embed", "base", "style"):
            kind = values.get("type")
            if not (tag == "script" and (values.get("src", "") or "").startswith("/static/")):
                self.wrong.append(f"<{tag} {kind}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"{name}={value!r}")
            addresses = ("href", "src", "action", "formaction", "xlink:href", "poster")
            if name in addresses and not ADDRESSES.match(value or ""):
                self.wrong.append(f"{name}={value!r}")
        if tag == "b" or values.get("src") == "x":
            self.wrong.append(f"<{tag}> of a title")


def wrong_in(text: str) -> list[str]:
    """List what is wrong in a page or a part of one."""
    page = Checked()
    page.feed(text)
    page.close()
    # A field to write in has what was written, to the last character.
    shown = re.sub(r"(<textarea\b[^>]*>).*?</textarea>", r"\1", text, flags=re.DOTALL)
    return page.wrong + [repr(found) for found in UNSEEN.findall(shown)]


def hostile_post(number: int, words: str) -> Post:
    made = post(words[:40] + str(number), f"arxiv:2506.{number:05}", author=words, sentence=words)
    return replace(made, text=words, url="https://example.org/\"onclick='alert(1)'")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Serve a library in which all foreign text is hostile."""
    parts = replace(
        parts_of(tmp_path_factory.mktemp("hostile"), CONFIG),
        tools=lambda _: contextlib.nullcontext(tools(Web({}))),
    )
    with parts.open_library() as library:
        made = [
            paper(
                number,
                f"Speech translation {words}",
                f"Speech translation. {words}",
                authors=(words or "x", f"Ada {words}"),
                comment=words,
            )
            for number, words in enumerate([*storable(), LONG], start=1)
        ]
        papers.add_papers(library.db, made, source="arXiv", on=DAY)
        spoken = [hostile_post(n, words) for n, words in enumerate(storable(), start=1)]
        sources.add_posts(library.db, spoken, source="timeline", on=DAY)
        decide(library, "pick", ["arxiv:2506.00001", "arxiv:2506.00002"])
        for number, words in enumerate(storable(), start=1):
            library_paper = find_paper(library, f"arxiv:2506.{number:05}")
            add_note(
                library,
                library_paper,
                f"# {words}\n\nIt listens to {words}. And then some.\n\n    {words}",
            )
    with site(parts) as client:
        yield client


def storable() -> list[str]:
    """List the texts that a source can store: lone surrogates are removed before."""
    return [words.encode("utf-8", "ignore").decode() for words in HOSTILE]


def filled(path: str) -> list[str]:
    """Fill in a route's parameters: papers, pages, topics."""
    values = {"id": [f"arxiv:2506.{n:05}" for n in range(1, len(HOSTILE) + 2)], "n": ["1"]}
    found = [path]
    for name in re.findall(r"\{(\w+)(?::\w+)?\}", path):
        pattern = re.compile(rf"\{{{name}(?::\w+)?\}}")
        some = values.get(name, ["speech/translation", "x"])
        found = [pattern.sub(value, one) for one in found for value in some]
    return found


def addresses(client: TestClient) -> list[str]:
    """List one or more addresses of each page, without streams, which have no end."""
    return [
        address
        for one in client.app.routes  # type: ignore[attr-defined]
        if isinstance(one, Route) and "GET" in (one.methods or ()) and one.path != "/work/events"
        for address in filled(one.path)
    ]


QUERIES = ("q", "topic", "state", "kind", "sort", "from", "next", "code", "date", "day", "page",
           "year", "author", "to", "on", "act", "id", "back", "at", "made", "said")  # fmt: skip


@pytest.mark.slow
def test_no_page_has_markup_of_a_title_a_name_a_post_or_a_note(client: TestClient) -> None:
    found = {}
    for address in addresses(client):
        parts = [{}, {"x-part": "1"}] if address.count("arxiv:") == 0 else [{}]
        for headers in parts:
            answer = client.get(address, headers=headers)
            assert answer.status_code in (200, 400, 404), address
            if "html" in answer.headers["content-type"]:
                found[address, *headers] = wrong_in(answer.text)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}
    assert len(found) > 5


@pytest.mark.parametrize("words", HOSTILE[:-1], ids=range(len(HOSTILE) - 1))
def test_no_page_has_markup_from_its_address(client: TestClient, words: str) -> None:
    asked = dict.fromkeys(QUERIES, words)
    seen = {one for one in addresses(client) if "arxiv:" not in one or one.endswith("00001")}
    for address in sorted(seen):
        answer = client.get(address, params=asked, headers={"accept-language": words.strip()[:0]})
        assert answer.status_code < 500, address
        if "html" in answer.headers["content-type"]:
            assert wrong_in(answer.text) == [], address


@pytest.mark.parametrize("query", ["q=%ff%fe", "q=%00", "q=%ed%a0%80", "q=a&q=b", "q", "%", "=&="])
def test_a_query_that_is_no_text_is_survived(client: TestClient, query: str) -> None:
    for address in sorted({one for one in addresses(client) if "arxiv:" not in one}):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code < 500, address
        assert "\x00" not in answer.text


@pytest.mark.slow
def test_a_form_of_hostile_texts_is_survived_by_every_route(client: TestClient) -> None:
    fields = ("text", "base", "id", "kind", "back", "topic", "q", "language", "session", "answer",
              "grade", "made_at", "name", "previous", "code", "next", "number", "verdict",
              "which")  # fmt: skip
    routes = [r for r in client.app.routes if isinstance(r, Route)]  # type: ignore[attr-defined]
    for one in routes:
        if "POST" not in (one.methods or ()):
            continue
        for words in (*HOSTILE[:-1], "", "a" * 100_000):
            address = filled(one.path)[0]
            answer = client.post(address, data=dict.fromkeys(fields, words), follow_redirects=False)
            assert answer.status_code < 500, (address, words[:40])
            if "html" in answer.headers.get("content-type", ""):
                assert wrong_in(answer.text) == [], address
            assert not re.match(r"(?!/(?!/))", answer.headers.get("location", "/"))


def test_no_form_writes_outside_the_library(client: TestClient, tmp_path: Path) -> None:
    folder: Path = client.app.state.parts.folder  # type: ignore[attr-defined]
    beside = sorted(folder.parent.iterdir())
    strange = [
        "../../evil",
        "/tmp/evil",
        "..\\evil",
        "a/../../evil",
        "~/evil",
        "evil\x00/../x",
        ".",
    ]
    address = "/paper/arxiv:2506.00001/file"
    for name in [*strange, str(tmp_path / "evil")]:
        answer = client.post(address, data={"topic": name, "new": "yes", "is_new": "yes"})
        assert answer.status_code < 500, name
        given = {"file": (f"{name}<script>.pdf", b"%PDF-1.4 nothing", "application/pdf")}
        answer = client.post("/pdf/arxiv:2506.00001/back", files=given)
        assert answer.status_code < 500, name
        assert "html" not in answer.headers["content-type"] or wrong_in(answer.text) == []
    evil = [path for path in folder.rglob("*") if "evil" in path.name]
    assert sorted(folder.parent.iterdir()) == beside
    assert [path for path in evil if "papers" not in path.parts and "notes" not in path.parts] == []
    assert list(tmp_path.iterdir()) == []


def test_the_texts_of_the_catalogue_are_no_markup() -> None:
    texts = [text for m in catalogue_of("ja") for text in (m.id, m.string)]
    markup = re.compile(r"</?[a-z]+[ />]")
    assert [text for text in map(str, texts) if markup.search(text)] == []


# The one door for HTML


@pytest.mark.parametrize("html", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_cleaned_and_what_is_rendered_has_nothing_but_text(html: str) -> None:
    assert wrong_in(clean(f"<p>{html}</p>")) == []
    assert wrong_in(from_markdown(f"# {html}\n\n- {html}\n\n{html}\n\n    {html}")) == []


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("a&#x202e;b", "ab"),
        ("a&#xb;b", "a b"),
        ("&#x1;&amp;#x1;", "&amp;#x1;"),
        ('<a href="java&#x1;script:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
    ],
)
def test_a_character_written_as_a_number_is_cleaned_too(html: str, shown: str) -> None:
    assert clean(html) == shown


@given(st.text(alphabet="<>\"'=/ abhiknoprsvx:;&#\x00\u202e[]()!`*\n"))
def test_cleaned_html_has_no_script_or_handler(text: str) -> None:
    assert wrong_in(clean(text)) == []
    assert wrong_in(from_markdown(text)) == []


def test_what_a_note_is_made_of_stays() -> None:
    assert from_markdown("## Head\n\n- *a* `<b>`\n\n[x](https://example.org/?a=1&b)") == (
        "<h2>Head</h2>\n<ul>\n<li><em>a</em> <code>&lt;b&gt;</code></li>\n</ul>\n"
        '<p><a href="https://example.org/?a=1&amp;b" rel="noopener noreferrer nofollow">x</a></p>\n'
    )
    assert clean('<a href="javascript:x">a</a><a href="/paper/b">c</a>') == (
        '<a rel="noopener noreferrer nofollow">a</a>'
        '<a href="/paper/b" rel="noopener noreferrer nofollow">c</a>'
    )
