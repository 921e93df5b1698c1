"""Hold citations to the links of PDFs that have them, and a PDF in one column to its words.

python -m tests.benchmarks.pdfs --only flow

A PDF made by LaTeX's hyperref links each citation to its entry: a citation found in the text must
lead to the same one. A link may be split at a line's end, and each part counts.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pymupdf

from reader.library.passage import Box
from reader.library.reference import CitedWork, works_of
from reader.morning.about import citation_places
from reader.pdfs.text import layout
from reader.pdfs.text.answer import Unreadable
from reader.pdfs.text.layout import reflow_of
from reader.pdfs.text.pages import document_of
from tests.benchmarks.frame import Miss, Options, Result, interval
from tests.benchmarks.pdfs.compare import short
from tests.benchmarks.pdfs.truth import drawn, load

N_QUICK = 8
NEAR = 16.0
"""The most points between an entry's upper edge and the place that a link to it names."""
MARGIN = 0.07
"""The part of a page's height, above and below, whose words are no running text."""
MOST_WORDS = 9_000
"""Comparing two orders of words takes the square of their number."""
_CJK = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_BROKEN = re.compile(r"(?<=[^\W\d_])[-\u2010] (?=[a-z])")


def measure(options: Options) -> list[Result]:
    """Measure all PDFs with a text layer. Raises DataMissing where there is no truth."""
    truths = [truth for truth in load(options.data) if not truth.is_scanned]
    n_links = n_found = n_right = n_words = n_in_order = 0
    wrong: list[Miss] = []
    for truth in drawn(truths, N_QUICK) if options.is_quick else truths:
        with pymupdf.open(truth.path) as file:
            try:
                works = works_of(document_of(pymupdf, file, _tell, n_ocr=0))
                pieces = reflow_of(pymupdf, file, _tell)
            except Unreadable:
                continue
            for place, meant, found in _links(file, works):
                n_links += 1
                n_found += bool(found)
                n_right += bool(found & meant)
                if found and not found & meant:
                    wrong.append(Miss(f"{truth.file} {place}", str(meant), str(found)))
            words, set_words = _words_of(file, pieces)
            if len(words) < MOST_WORDS:
                blocks = difflib.SequenceMatcher(None, words, set_words, autojunk=False)
                n_in_order += sum(match.size for match in blocks.get_matching_blocks())
                n_words += len(words)
    note = f"{_span(n_right, n_found)}; of those found"
    share = f"{_span(n_in_order, n_words)}; words that are in no picture"
    misses = tuple(wrong)
    return [
        Result("citations lead where the PDF's links do", _percent(n_right, n_found), "%",
               floor=97.0, note=note, misses=misses),
        Result("citations found", _percent(n_found, n_links), "%", floor=90.0,
               note=_span(n_found, n_links)),
        Result("words in one column, in order", _percent(n_in_order, n_words), "%", floor=95.0,
               note=share),
    ]  # fmt: skip


def _tell(page: int, of: int, more_s: float = 0.0) -> None:
    """Report no progress."""


def _span(n: int, of: int) -> str:
    return interval(n, of) if of else "of none"


def _percent(n: int, of: int) -> float:
    return 100 * n / of if of else 0.0


def _links(
    file: Any, works: Sequence[CitedWork]
) -> Iterator[tuple[str, frozenset[int], frozenset[int]]]:
    """Yield the links to entries: the place, the entries that may be meant, and those found."""
    for page in file if len(works) > 2 else ():
        links = [link for link in page.get_links() if "cite" in str(link.get("nameddest", ""))]
        lines = layout.layout_of(pymupdf, file, page.number + 1)["lines"] if links else []
        places = citation_places(lines, works, page.number + 1)
        for link in links:
            # A place by name counts from the lower edge.
            y = file[link["page"]].rect.height - link["to"].y
            meant = frozenset(
                work.number
                for work in works
                if work.page == link["page"] + 1 and work.y is not None and abs(work.y - y) < NEAR
            )
            box = tuple(link["from"])
            found = frozenset(k for k, boxes in places if any(_meets(box, one) for one in boxes))
            where = f"page {page.number + 1}: {short(page.get_textbox(link['from']), 40)}"
            yield where, meant, found


def _meets(a: Box | tuple[float, ...], b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 2


def _words_of(file: Any, pieces: Sequence[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """List the running words of the pages that are in no picture, and those set in one column."""
    boxes = [(piece["page"], piece["box"]) for piece in pieces if piece["kind"] == "picture"]
    printed = []
    for page in file:
        own = [box for number, box in boxes if number == page.number + 1]
        high = page.rect.height
        for x0, y0, x1, y1, word, *_ in page.get_text("words"):
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            is_drawn = any(a <= x <= c and b <= y <= d for a, b, c, d in own)
            if not is_drawn and MARGIN * high < y < (1 - MARGIN) * high:
                printed.append(word)
    texts = (
        piece.get("text") or "".join(glue + text for _, glue, text in piece.get("parts", ()))
        for piece in pieces
    )
    joined = _BROKEN.sub("", " ".join(printed))
    return _WORD.findall(joined.casefold()), _WORD.findall(" ".join(texts).casefold())
