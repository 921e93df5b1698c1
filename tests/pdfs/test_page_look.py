"""Test how two PDFs are recognised as showing the same pages, with invented and real ones."""

from __future__ import annotations

import io
import json
from typing import Any

import pymupdf
import pytest

from reader.pdfs.recognition import Looks, PageLook, compare
from reader.pdfs.text.answer import fields, looks_from
from reader.pdfs.text.pictures import looks_of
from tests.data import DATA, needs_data
from tests.marked_pdfs import (
    MOSS,
    blank,
    drawing,
    flat,
    highlight,
    ink,
    marked,
    typeset,
    without_marks,
)

SNAILS = "What Snails Hear through Gravel"


def looks(content: bytes, *, n_pages: int = 0) -> Looks:
    with pymupdf.open(stream=io.BytesIO(content), filetype="pdf") as file:
        if n_pages:
            file.select(range(min(n_pages, file.page_count)))
        return looks_from(json.loads(json.dumps(looks_of(pymupdf, file), default=fields)))


def words(*pages: str) -> Looks:
    return Looks(len(pages), tuple(PageLook(tuple(page.split()), b"") for page in pages))


@pytest.mark.parametrize(
    ("copy", "is_called"),
    [
        (typeset(SNAILS), "same"),
        (marked(typeset(SNAILS), highlight("ninety snails"), ink(page=2)), "same"),
        (flat(typeset(SNAILS)), "same"),
        (flat(marked(typeset(SNAILS), highlight("ninety snails"), ink(page=2))), "same"),
        (typeset(SNAILS, n_pages=3), "n_pages"),
        (blank(n_pages=2), "blank"),
        (drawing(n_pages=2), "other"),
        (typeset("Moss That Waits Eleven Months", MOSS), "other"),
        (flat(typeset("Moss That Waits Eleven Months", MOSS)), "other"),
    ],
)
def test_a_copy_is_told_by_its_words_and_by_its_pictures_without(
    copy: bytes, is_called: str
) -> None:
    assert compare(looks(typeset(SNAILS)), looks(copy)) == is_called


def test_pictures_are_compared_where_neither_has_words() -> None:
    scan = looks(flat(typeset(SNAILS)))
    assert compare(scan, looks(flat(marked(typeset(SNAILS), ink())))) == "same"
    # Lines of one layout on the second page; no two real papers are as like.
    assert compare(scan, looks(flat(typeset("Moss That Waits Eleven Months", MOSS)))) == "partly"


def test_one_page_in_three_may_be_another_and_empty_pages_prove_nothing() -> None:
    one, two, three, other = ("a b c d e f g h", "i j k l m n o p", "q r s t u v w x", "z " * 9)
    assert compare(words(one, two, three), words(one, two, other)) == "same"
    assert compare(words(one, two, three), words(one, other, other)) == "partly"
    assert compare(words(one, "", ""), words(other, "", "")) == "other"
    assert compare(words("", ""), words("", "")) == "blank"


def test_a_page_that_cannot_be_read_shows_nothing_and_the_others_tell() -> None:
    class Torn:
        def __init__(self, file: Any) -> None:
            self._file, self.page_count = file, file.page_count

        def __getitem__(self, number: int) -> Any:
            if number == 1:
                raise RuntimeError("cannot find page 2 in page tree")
            return self._file[number]

    original = looks(typeset(SNAILS, n_pages=4))
    with pymupdf.open(stream=io.BytesIO(flat(typeset(SNAILS, n_pages=4))), filetype="pdf") as file:
        torn = looks_of(pymupdf, Torn(file))
    assert torn.pages[1] == PageLook((), b"")
    assert compare(original, torn) == "same"


@needs_data
@pytest.mark.slow
def test_real_papers_drawn_anew_are_themselves_and_no_other() -> None:
    assert DATA is not None
    files = sorted((DATA / "files" / "papers").glob("*.pdf"))[::4]
    originals, copies = {}, {}
    for file in files:
        with pymupdf.open(file) as opened:
            opened.select(range(min(4, opened.page_count)))
            content = opened.tobytes()
        originals[file.name] = looks(content)
        copies[file.name] = looks(flat(content))
    assert len(originals) >= 20
    found = {name: compare(looked, copies[name]) for name, looked in originals.items()}
    assert found == dict.fromkeys(originals, "same")
    names = list(originals)
    for n, one in enumerate(names):
        for other in (names[n - 1], names[n - 2]):
            assert compare(originals[one], copies[other]) != "same", (one, other)


@needs_data
@pytest.mark.slow
def test_a_marked_copy_looks_like_the_unmarked_paper() -> None:
    assert DATA is not None
    files = sorted((DATA / "files" / "annotated").glob("*.pdf"))[::4]
    for file in files:
        with pymupdf.open(file) as opened:
            opened.select(range(min(3, opened.page_count)))
            copy = opened.tobytes()
            without_marks(opened)
            original = looks(opened.tobytes())
        assert compare(original, looks(copy)) == "same", file.name
        assert compare(original, looks(flat(copy))) == "same", file.name
    assert len(files) >= 10
