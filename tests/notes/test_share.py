"""Test that a shared page holds nothing private, in whatever form it was typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader.base.errors import UsageError
from reader.base.markup import to_html
from reader.gathering.rows import posts
from reader.library.disk import write_whole
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.highlight import Highlight
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.pdfs import Picture
from reader.morning.pick import decide
from reader.notes.rows import habit as reviews
from reader.notes.share import SharedPage, share, share_week
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
    posts.add_posts(db, [told], source="secret-feed", on=DAY)
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


def given(library: Library, *ids: str, **options: Any) -> SharedPage:
    return share(library, [find_paper(library, id_) for id_ in ids], **options)


@pytest.mark.parametrize("form", [0, 1])
def test_nothing_private_is_in_a_page(library: Library, form: int) -> None:
    shared = given(library, SHARED.id, choice=frozenset({1}))
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
        assert link in given(library, *ids).papers[0].words


def test_a_paper_that_is_known_by_its_bytes_alone_has_no_address(library: Library) -> None:
    nameless = paper(9, "A Report", ids=("pdf:0123456789abcdef",))
    papers.add_papers(library.db, [nameless], source="by hand", on=DAY)
    found = given(library, "A Report")
    assert found.papers[0].url == ""
    assert "pdf:" not in "".join(both(found))


def marks(library: Library, choice: Any) -> list[str]:
    return [h.text for h in given(library, SHARED.id, choice=choice).papers[0].highlights]


def test_only_the_chosen_highlights_are_shared(library: Library) -> None:
    assert marks(library, "none") == []
    assert marks(library, "all") == ["we listen twice", "secret-mark"]
    assert marks(library, frozenset({2})) == ["secret-mark"]
    with pytest.raises(UsageError, match="no highlight 3; highlights of this paper: 2"):
        marks(library, frozenset({1, 3}))


def test_a_path_that_was_typed_at_a_highlight_is_left_out(library: Library) -> None:
    mark = Highlight(3, 1, "note", "", "See /home/secret/x y.pdf, then this.")
    highlights.add_highlight(library.db, 1, mark, mark=None, at=NOW)
    before = given(library, SHARED.id)
    shared = given(library, SHARED.id, choice=frozenset({3}))
    assert [h.note for h in shared.papers[0].highlights] == ["See …, then this."]
    assert shared.n_left_out == before.n_left_out + 1


def test_several_papers_stand_in_the_order_given_under_a_title(library: Library) -> None:
    found = given(library, OTHER.id, UNNOTED.id)
    assert (str(found.title), [p.title for p in found.papers]) == (
        "2 papers",
        [OTHER.title, UNNOTED.title],
    )
    assert found.papers[1].words == ""


def test_figures_can_be_left_out_or_be_missing(library: Library) -> None:
    assert given(library, SHARED.id, has_figures=False).papers[0].figure == b""
    for file in (library.folder / "pictures").iterdir():
        file.unlink()
    assert given(library, SHARED.id).papers[0].figure == b""


def test_a_shared_week_has_written_papers_and_no_skimmed_ones(library: Library) -> None:
    add_note(library, find_paper(library, UNNOTED.id), "One line.")
    titles: Sequence[str] = [p.title for p in share_week(library, DAY).papers]
    assert UNNOTED.title not in titles
    assert share_week(library, DAY + timedelta(7)).papers == ()
