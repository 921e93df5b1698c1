"""Find the DOI that a paper's first page prints as its own.

A DOI counts only where imprints stand (edges of the page, below the title, the block of
rights), never in a sentence, a reference or a template. In doubt: none. Knows cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from reader.pdf.front.cells import Cell

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/[^\s\"<>|，、。；）\u3000]+", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:^|[\s|(\[;,])(?:https?://(?:dx\.|www\.)?doi\.org/|doi(?:\s+number)?\s*[:：.]?\s*"
    r"|digital object identifier\s*:?\s*(?:https?://(?:dx\.)?doi\.org/)?)$",
    re.IGNORECASE,
)
_NOT_OWN = re.compile(
    r"\b(?:data\s?sets?|data|code|software|corpus|corpora|available (?:at|from|under)|supplement\w*"
    r"|see|cf\.?|et al\.?|erratum|correction|comment on|preregist\w*|in reply|companion)\b"
    r"|^\s*(?:\d{1,2}|[*∗†‡])\s*$|^\s*(?:\[\d|\(\d+\)\s|\d{1,3}\.\s)",
    re.IGNORECASE,
)
_CITE = re.compile(r"\b(?:cite (?:this|as)|citation|to cite)\b", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"10\.(?:1145/(?:0{4,}|n{4,}|x{4,}|1122445)|\d+/(?:[x0n.*/-]+$|.*(?:x{4,}|nnnn|0{7,})))",
    re.IGNORECASE,
)
_DATA_SETS = re.compile(
    r"10\.(?:5281/zenodo|6084/m9\.figshare|7910/dvn|17632/|5061/dryad|24432/|57967/|17605/osf"
    r"|5255/ukda|18434/|3886/|21227/|11588/data|48550/arxiv)",
    re.IGNORECASE,
)


def doi_of(cells: Sequence[Cell], rotated: Iterable[str], *, height: float, end: float) -> str:
    """Give the one DOI that the page prints as its own, "" for none or several.

    end: where the front ends, in points from the top: a DOI above it is the paper's.
    """
    found: list[tuple[int, str]] = []
    for text in rotated:
        found += [(1, doi) for doi in _own(text, "", at_edge=True)]
    for cell, after in zip_longest(cells, cells[1:]):
        if "10." in cell.text:
            at_edge = cell.y0 < max(end, 0.12 * height) or cell.y0 > 0.88 * height
            following = after.text if after is not None and _is_next(cell, after) else ""
            rank = 1 if at_edge else 2
            found += [(rank, doi) for doi in _own(cell.text, following, at_edge=at_edge)]
    best = min((rank for rank, _ in found), default=0)
    dois = {doi.lower(): doi for rank, doi in found if rank == best}
    return next(iter(dois.values())) if len(dois) == 1 else ""


def own_part(cells: Sequence[Cell]) -> list[Cell]:
    """Leave out what stands below a heading of references: others' DOIs and years."""
    for at, cell in enumerate(cells):
        if len(cell.text) < 30 and _REFERENCES.fullmatch(cell.text):
            below = [c for c in cells[at:] if c.x0 > cell.x0 - 150]
            return [c for c in cells if c not in below]
    return list(cells)


_REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:references|bibliography|参考文献|引用文献|literature cited)\W*",
    re.IGNORECASE,
)


def _is_next(cell: Cell, after: Cell) -> bool:
    return abs(after.x0 - cell.x0) < 3 and 0 < after.base - cell.base < 1.6 * cell.size


def _own(text: str, following: str, *, at_edge: bool) -> list[str]:
    """List the DOIs of a line that are labelled as its own, or alone on it."""
    found = []
    for match in _DOI.finditer(text):
        before, doi = text[: match.start()], match[0]
        if match.end() == len(text) and re.search(r"[/.\-_]$", doi) and following:
            doi += following.split()[0]
        doi = _trimmed(doi)
        is_labelled = bool(_LABEL.search(before))
        is_alone = not before.strip(" |·")
        if not (is_labelled or (is_alone and at_edge)):
            continue
        if _TEMPLATE.match(doi) or _DATA_SETS.match(doi) or re.search(r"[/.]$", doi):
            continue
        said = _LABEL.sub("", before)
        if _NOT_OWN.search(said) and not _CITE.search(said):
            continue
        if not at_edge and len(said) > 40 and not _CITE.search(said):
            continue
        found.append(doi)
    return found


def _trimmed(doi: str) -> str:
    doi = doi.rstrip(".,;:'’”*…")
    while doi and doi[-1] in ")]}" and doi.count(doi[-1]) > doi.count("([{"[")]}".index(doi[-1])]):
        doi = doi[:-1].rstrip(".,;:")
    return doi
