"""Test shared pages: nothing private is in them, however it was typed; no foreign text is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.base.markup import to_html
from reader.gathering.rows import sources
from reader.library.disk import write_whole
from reader.library.folder import Library, find_paper
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.pdfs import Picture
from reader.morning.pick import decide
from reader.notes.rows import habit as reviews
from reader.notes.share import SharedPage, SharedPaper, escaped, public_words, share, share_week
from reader.notes.sheet import mark_lines
from reader.notes.write import add_note
from reader.texts.shared import data_address, html_page, markdown
from tests.samples import DAY, NOW, a_library, paper, post

FIGURE = b"\x89PNG of an ear"

PRIVATE = """
[reader]
quota = 3
[tablet]
folder = "/secret-tablet/with blanks/pad"
[arxiv]
categories = ["cs.CL"]
api_url = "http://127.0.0.1:9/secret-api"
[topics."secret-topic/secret-below"]
words = ["speech translation"]
[topics."named/topic"]
theme = "Ears and mouths"
words = ["speech recognition"]
[[deadline]]
name = "secret-deadline"
on = 2025-06-30
[[feed]]
name = "secret-feed"
url = "http://127.0.0.1:9/secret-timeline.rss"
[[person]]
name = "Secret Person"
[[search]]
name = "secret-search"
query = "secret-query"
"""

SHARED, OTHER, SKIPPED, UNNOTED = (
    paper(1, "Speech Translation in Gardens", "secret-abstract"),
    paper(2, "Speech Recognition in Gardens", "secret-abstract"),
    paper(3, "Speech Translation secret-skip", "secret-abstract"),
    paper(4, "Speech Recognition with Ears", comment="secret-comment"),
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "secret-folder"
    folder.mkdir()
    with a_library(folder, PRIVATE) as library:
        fill(library)
        yield library


def fill(library: Library) -> None:
    """Put something private in every place that there is; each has "secret" in it."""
    db, folder = library.db, library.folder
    papers.add_papers(db, [SHARED, OTHER, SKIPPED, UNNOTED], source="secret-feed", on=DAY)
    told = post("g", SHARED.id, author="secret-author", sentence="secret-post")
    sources.add_posts(db, [told], source="secret-feed", on=DAY)
    decide(library, "skip", [SKIPPED.id])
    decide(library, "pick", [SHARED.id, OTHER.id])
    other = find_paper(library, OTHER.id)
    papers.fix_key(db, other.row, "secret-key")
    add_note(library, other, "secret-words of the other note. They are not for you.")
    one = find_paper(library, SHARED.id)
    add_note(library, one, "A secret-revision. It was before.")
    add_note(
        library,
        one,
        f"It listens twice, as [[{other.key}]] does, and [[{other.key}|that one]]. Then it speaks."
        f" <!-- secret-remark --> %%secret-remark%% [[secret-page]] ![](secret.png)"
        f" [draft](../secret/draft.md) {folder}/papers/secret.pdf"
        " /secret-tablet/with blanks/pad/secret.pdf /home/secret/x ~/secret"
        "\n\n[secret]: file:///secret\n",
    )
    kept = pdfs.Pdf(one.row, "papers/secret-topic/secret-below/secret.pdf", "0" * 64)
    pdfs.add_pdf(db, kept, n_bytes=9, at=NOW)
    taken = Picture(kept.sha256, 2, "Figure 1: An ear.")
    pdfs.add_picture(db, one.row, taken)
    write_whole(folder / taken.figure, FIGURE)
    write_whole(folder / taken.page, b"secret-page-one")
    for page, text, note in ((1, "we listen twice", "Really?"), (2, "secret-mark", "secret-typed")):
        mark = Highlight(page, page, "highlight", text, note)
        highlights.add_highlight(db, one.row, mark, mark=None, at=NOW)
    reviews.add_review(db, one.row, 1, due_on=DAY + timedelta(1), at=NOW, on=DAY)


def both(shared: SharedPage) -> list[str]:
    return [markdown(shared), html_page(shared, to_html)]


def shared_page(library: Library, *ids: str, **options: Any) -> SharedPage:
    return share(library, [find_paper(library, id_) for id_ in ids], **options)


@pytest.mark.parametrize("form", [0, 1])
def test_nothing_private_is_in_a_page(library: Library, form: int) -> None:
    shared = shared_page(library, SHARED.id, choice=frozenset({1}))
    text = both(shared)[form]
    assert "secret" not in text.lower()
    for there in ("https://arxiv.org/abs/2506.00001", "It listens twice", "we listen twice",
                  "Really?", data_address(FIGURE), "Figure 1: An ear.", "that one",
                  "https://arxiv.org/abs/2506.00002"):  # fmt: skip
        assert there in text
    assert str(DAY) not in text
    assert shared.n_left_out == 10


@pytest.mark.parametrize("form", [0, 1])
def test_nothing_private_is_in_the_page_of_a_week(library: Library, form: int) -> None:
    add_note(library, find_paper(library, OTHER.id), "It hears. It sees.")
    shared = share_week(library, DAY)
    text = both(shared)[form]
    assert "secret" not in text.lower()
    assert "Papers of the week, 2025-06-02 to 2025-06-08" in text
    assert "Ears and mouths" in text  # a theme that was given a name
    assert [p.title for p in shared.papers] == [SHARED.title, OTHER.title]


def test_a_link_becomes_title_and_address_whether_its_paper_is_shared_or_not(
    library: Library,
) -> None:
    link = f"[{OTHER.title}](<https://arxiv.org/abs/2506.00002>)"
    for ids in ([SHARED.id], [SHARED.id, OTHER.id]):
        assert link in shared_page(library, *ids).papers[0].words


def test_a_paper_that_is_known_by_its_bytes_alone_has_no_address(library: Library) -> None:
    nameless = paper(9, "A Report", ids=("pdf:0123456789abcdef",))
    papers.add_papers(library.db, [nameless], source="by hand", on=DAY)
    found = shared_page(library, "A Report")
    assert found.papers[0].url == ""
    assert "pdf:" not in "".join(both(found))


def marks(library: Library, choice: Any) -> list[str]:
    return [h.text for h in shared_page(library, SHARED.id, choice=choice).papers[0].highlights]


def test_only_the_chosen_highlights_are_shared(library: Library) -> None:
    assert marks(library, "none") == []
    assert marks(library, "all") == ["we listen twice", "secret-mark"]
    assert marks(library, frozenset({2})) == ["secret-mark"]
    with pytest.raises(UsageError, match="no highlight 3; highlights of this paper: 2"):
        marks(library, frozenset({1, 3}))


def test_a_path_that_was_typed_at_a_highlight_is_left_out(library: Library) -> None:
    mark = Highlight(3, 1, "note", "", "See /home/secret/x y.pdf, then this.")
    highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
    before = shared_page(library, SHARED.id)
    shared = shared_page(library, SHARED.id, choice=frozenset({3}))
    assert [h.note for h in shared.papers[0].highlights] == ["See …, then this."]
    assert shared.n_left_out == before.n_left_out + 1


def test_several_papers_stand_in_the_order_given_under_a_title(library: Library) -> None:
    found = shared_page(library, OTHER.id, UNNOTED.id)
    assert (str(found.title), [p.title for p in found.papers]) == (
        "2 papers",
        [OTHER.title, UNNOTED.title],
    )
    assert found.papers[1].words == ""


def test_figures_can_be_left_out_or_be_missing(library: Library) -> None:
    assert shared_page(library, SHARED.id, has_figures=False).papers[0].figure == b""
    for file in (library.folder / "pictures").iterdir():
        file.unlink()
    assert shared_page(library, SHARED.id).papers[0].figure == b""


def test_a_shared_week_has_written_papers_and_no_skimmed_ones(library: Library) -> None:
    add_note(library, find_paper(library, UNNOTED.id), "One line.")
    titles: Sequence[str] = [p.title for p in share_week(library, DAY).papers]
    assert UNNOTED.title not in titles
    assert share_week(library, DAY + timedelta(7)).papers == ()


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
