"""Hold one Document against its truth. Pure; says what counts as right and why.

A score is None where the truth says nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reader.library.ids import find_ids
from reader.library.passage import Document
from tests.benchmarks.pdfs import compare
from tests.benchmarks.pdfs.compare import short
from tests.benchmarks.pdfs.truth import Truth


@dataclass(frozen=True, slots=True)
class Score:
    """What one PDF has in one figure.

    n of total are right; expected and got are shown where n < total.
    """

    name: str
    n: int
    total: int
    expected: str = ""
    got: str = ""


def scores(truth: Truth, document: Document) -> Iterator[Score]:
    """Give every score that the truth allows."""
    yield from _front(truth, document)
    yield from _ids(truth, document)
    yield from _body(truth, document)
    yield from _scan(truth, document)


def own_ids(document: Document) -> frozenset[str]:
    """Give the ids that reading takes for the paper's own."""
    return frozenset(
        found.id
        for text in (document.stamp, f"doi:{document.doi}" if document.doi else "")
        for found in find_ids(text)
    )


def _front(truth: Truth, document: Document) -> Iterator[Score]:
    if truth.title:
        is_right = compare.bare(document.title) == compare.bare(truth.title)
        yield Score("title exact", is_right, 1, truth.title, document.title)
        is_sure = is_right and document.is_title_sure
        yield Score("exact and told as sure", is_sure, 1, truth.title, document.title)
    given = ", ".join(document.authors)
    if truth.first_author:
        first = document.authors[0] if document.authors else ""
        is_right = compare.name(first) == compare.name(truth.first_author)
        yield Score("first author", is_right, 1, truth.first_author, first)
    if truth.authors:
        listed = [compare.name(name) for name in truth.authors]
        found = [compare.name(name) for name in document.authors]
        names = [truth.authors[i] for i in compare.lacking(listed, found)]
        n = compare.n_common(listed, found)
        yield Score("names found", n, len(listed), ", ".join(names), given)
        others = [document.authors[i] for i in compare.lacking(found, listed)]
        yield Score("names given are listed", n, len(found), "no others", ", ".join(others))
    if truth.year is not None:
        is_right = document.year in _years(truth, document)
        yield Score("year", is_right, 1, str(truth.year), str(document.year))
    if truth.abstract:
        expected, got = compare.letters(truth.abstract), compare.letters(document.abstract)
        is_right = got.startswith(expected)
        yield Score("abstract's start", is_right, 1, truth.abstract, document.abstract)
    if truth.type:
        yield Score("kind told", document.type == truth.type, 1, truth.type, document.type)


def _years(truth: Truth, document: Document) -> set[int]:
    """Allow the year that arXiv's stamp prints where the truth has that of the first version."""
    stamped = re.findall(r"\b(?:19|20)\d\d$", document.stamp.strip())
    return {truth.year or 0, *(int(y) for y in stamped if truth.year_source == "arXiv id")}


def _ids(truth: Truth, document: Document) -> Iterator[Score]:
    given = own_ids(document)
    shown = ", ".join(sorted(given)) or "none"
    if truth.ids:
        n = len(truth.ids & given)
        yield Score("printed ids found", n, len(truth.ids), ", ".join(sorted(truth.ids)), shown)
    wrong = given - truth.ids
    if given:
        expected = ", ".join(sorted(truth.ids)) or "none"
        yield Score("ids given are right", len(given - wrong), len(given), expected, shown)


def _body(truth: Truth, document: Document) -> Iterator[Score]:
    blocks = [block for page in document.pages for block in page.blocks]
    if truth.headings:
        printed = [b.text for b in blocks if b.kind == "heading"]
        expected = [compare.heading(h) for h in truth.headings]
        # A line break in a heading, or a title that runs into it, is another heading here.
        got = [compare.heading(h) for h in printed]
        lost = [truth.headings[i] for i in compare.lacking(expected, got)]
        n = len(expected) - len(lost)
        yield Score("headings found", n, len(expected), " | ".join(lost), " | ".join(printed))
        in_order = compare.n_in_order(expected, got)
        if n:
            yield Score("headings in order", in_order, n, " | ".join(truth.headings), "")
    if truth.n_references is not None:
        n = sum(b.kind == "reference" for b in blocks)
        wanted = truth.n_references
        yield Score("references exact", n == wanted, 1, str(wanted), str(n))
        is_near = abs(n - wanted) <= 0.05 * wanted
        yield Score("references within 5 %", is_near, 1, str(wanted), str(n))
    if truth.is_japanese:
        parted, total = compare.n_cjk_pairs("\n".join(b.text for b in blocks if b.kind == "text"))
        if total:
            yield Score("Japanese without blanks", total - parted, total, "", f"{parted} blanks")


def _scan(truth: Truth, document: Document) -> Iterator[Score]:
    if truth.is_scanned:
        n = max(document.n_scanned, document.n_ocr)
        yield Score("scanned pages told", n, document.n_pages, str(document.n_pages), str(n))


def shown(score: Score) -> tuple[str, str]:
    return short(score.expected, 160), short(score.got, 160)
