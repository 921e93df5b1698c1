"""Read a paper's front: who wrote what, when, from its first page or the one after a cover.

Knows how the parts of a front are found and in which order; not how each is found.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from reader.library.passage import Page, Type
from reader.pdfs.text.cells import Cell, cells_of, is_bare, is_cover, zone_of
from reader.pdfs.text.imprint import doi_of, own_part, type_of, year_of
from reader.pdfs.text.lines import Line, PageLines
from reader.pdfs.text.people import authors_of
from reader.pdfs.text.title import abstract_below, abstract_of, plain, title_cells, title_text

N_RAW = 2
"""Pages whose raw dict is needed."""
N_ABSTRACT = 3


@dataclass(frozen=True, slots=True)
class Front:
    """What `reader.library.passage.Document` says of a paper besides its text."""

    title: str = ""
    authors: tuple[str, ...] = ()
    year: int | None = None
    abstract: str = ""
    doi: str = ""
    type: Type = "paper"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One page as a front: its cells, its title's, those between title and abstract.

    heads: its running heads and feet, which are not among the cells.
    """

    page: PageLines
    heads: list[Cell]
    cells: list[Cell]
    title: list[Cell]
    zone: list[Cell]

    @property
    def end(self) -> float:
        return max((cell.y1 for cell in [*self.title, *self.zone]), default=0.0)


def read_front(
    raw: Sequence[dict[str, Any]],
    lines: Sequence[PageLines],
    pages: Sequence[Page],
    *,
    dropped: Collection[Line] = (),
    body: float,
    stamp: str = "",
) -> Front:
    """Read title, authors, year, abstract, DOI and type.

    raw: get_text("dict") of the first N_RAW pages; lines: of all pages; pages: as composed;
    dropped: page 1's running heads; body: font size of the running text.
    """
    if not raw:
        return Front()
    first = _sheet(raw[0], lines[0], dropped, body)
    sheet, cover = first, None
    if len(raw) > 1 and (is_cover(first.cells) or (is_bare(first.cells) and first.title)):
        second = _sheet(raw[1], lines[1], (), body)
        if _is_behind(first, second, foreign=is_cover(first.cells)):
            sheet, cover = second, first
    title = title_text(sheet.title)
    authors = authors_of(sheet.zone) or (authors_of(cover.zone) if cover else ())
    if not authors and is_bare(sheet.cells) and sheet.title:
        authors = authors_of([c for c in sheet.cells if c.y1 <= sheet.title[0].y0])
    doi = _doi(sheet) or (_doi(cover) if cover else "")
    own = None if cover is None or is_cover(cover.cells) else cover
    kind = type_of(lines, first.cells, first.title)
    return Front(
        title=title,
        authors=authors,
        year=_year(sheet, stamp, doi) or (_year(own, stamp, doi) if own else None),
        abstract=abstract_of(pages[:N_ABSTRACT]) or abstract_below(sheet.cells),
        # What a supplement or slides print is mostly the DOI of the paper they belong to.
        doi=doi if kind in ("paper", "thesis") else "",
        type=kind,
    )


def _sheet(raw: dict[str, Any], page: PageLines, dropped: Collection[Line], body: float) -> _Sheet:
    cells = cells_of(raw, page, dropped=dropped)
    title = title_cells(cells, page.height, body)
    heads = [
        Cell(*line[:6], line.text, line.size, line.top, line.is_bold, line.is_italic)
        for line in sorted(dropped, key=lambda line: (line.base, line.x0))
    ]
    return _Sheet(page, heads, cells, title, zone_of(cells, title, page.width, page.height))


def _is_behind(cover: _Sheet, sheet: _Sheet, *, foreign: bool) -> bool:
    """Say whether page 2 is the front: its title is on the cover, or the cover is foreign."""
    title = plain(title_text(sheet.title))
    words = plain("".join(cell.text for cell in cover.cells))
    if len(title) > 15 and title in words:
        return True
    return foreign and bool(title) and bool(authors_of(sheet.zone))


def _year(sheet: _Sheet, stamp: str, doi: str) -> int | None:
    return year_of(own_part(sheet.cells), sheet.zone, heads=sheet.heads, stamp=stamp, doi=doi)


def _doi(sheet: _Sheet) -> str:
    rotated = [text for text in sheet.page.rotated if not text.startswith("arXiv:")]
    return doi_of(own_part(sheet.cells), rotated, height=sheet.page.height, end=sheet.end)
