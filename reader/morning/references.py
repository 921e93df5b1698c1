"""Show what a paper cites and who cites it, as the references of the PDFs here say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reader.library.citation import CitedWork, CitedWorks
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import Box
from reader.library.rows import papers
from reader.search.rows import citations


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """An entry of a list of references; held: the paper here that it surely is, None for none."""

    work: CitedWork
    held: LibraryPaper | None


def references_in(library: Library, held: LibraryPaper) -> list[ReferenceEntry]:
    """List the entries of a paper's references; none where no list was read."""
    known = citations.known_works(library.db, held.row)
    rows = sorted(set(known.values()))
    here = {one.row: one for one in papers.papers_at(library.db, rows) if not one.is_removed}
    return [
        ReferenceEntry(work, here.get(known.get(work.number, 0)))
        for work in citations.cited_by(library.db, held.row)
    ]


def papers_citing(library: Library, held: LibraryPaper) -> list[LibraryPaper]:
    """List the papers here whose references name a paper, the newest first."""
    rows = sorted(citations.citing(library.db, held.row), reverse=True)
    return [one for one in papers.papers_at(library.db, rows) if not one.is_removed]


def citation_places(
    lines: Sequence[dict[str, Any]], works: Sequence[CitedWork], page: int
) -> list[tuple[int, list[Box]]]:
    """Find the citations of a page: the numbers of their entries, and their boxes.

    lines: as `layout.layout_of` returns them. works: the entries of the PDF's list.
    """
    text, spots = "", list[tuple[int, int, list[float]]]()
    for line in lines:
        for *box, word in [] if line["angle"] else line["words"]:
            spots.append((len(text), len(text) + len(word), box))
            text += word + " "
        if line["after"] == "-":
            text = text[:-2]
        elif not line["after"]:
            text = text[:-1]
    own = {work.number: work.y for work in works if work.page == page}
    found = []
    for start, end, number in CitedWorks(works).citations(text):
        boxes = list(_boxes(spots, start, end))
        # An entry's own number, in the list, cites nothing.
        at = own.get(number)
        if boxes and (at is None or abs(boxes[0][1] - at) > boxes[0][3] - boxes[0][1]):
            found.append((number, boxes))
    return found


def _boxes(spots: Sequence[tuple[int, int, list[float]]], start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of a part of a text, one for each line."""
    last: Box | None = None
    for begin, stop, (x0, y0, x1, y1) in spots:
        if stop <= start or begin >= end:
            continue
        # Only words have places: their letters are taken to be of one width.
        width = (x1 - x0) / (stop - begin)
        left = x0 + width * max(0, start - begin)
        right = x0 + width * (min(end, stop) - begin)
        if last is not None and abs(last[1] - y0) < 3 and left > last[0]:
            last = (last[0], min(last[1], y0), right, max(last[3], y1))
            continue
        if last is not None:
            yield last
        last = (left, y0, right, y1)
    if last is not None:
        yield last
