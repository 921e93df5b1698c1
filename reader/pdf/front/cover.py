"""Know the sheets that archives and publishers put before a paper's own first page.

Knows cells and the phrases of those sheets.
"""

from __future__ import annotations

from collections.abc import Sequence

from reader.pdf.front.cells import Cell

_COVERS = (
    "hal is a multi",
    "hal id",
    "see discussions, stats, and author profiles",
    "your use of the jstor archive",
    "jstor is a not-for",
    "please scroll down for article",
    "this article was downloaded by",
    "citation for published version",
    "link to publication",
    "general rights",
    "this is an author",
    "this is the author",
    "this is an accepted",
    "this is the accepted",
    "this is a pdf file of an unedited",
    "to cite this version",
    "take down policy",
    "white rose research online",
    "research explorer",
    "report documentation page",
)


def is_cover(cells: Sequence[Cell]) -> bool:
    """Say whether a page is such a sheet; its own abstract and text are then elsewhere."""
    text = " ".join([cell.text for cell in cells]).lower()
    return any(words in text for words in _COVERS)


def is_bare(cells: Sequence[Cell]) -> bool:
    """Say whether a page is a cover of the report itself: some lines, no text."""
    return sum(len(cell.text) for cell in cells) < 500
