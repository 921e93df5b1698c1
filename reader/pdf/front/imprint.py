"""Read what a paper's first page prints about itself: its own DOI and its year.

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
_YEAR = r"((?:19[5-9]|20[0-4])\d)"
_DOI_YEAR = re.compile(rf"(?<=[a-z]\.){_YEAR}[-.]|/\d{{4}}-\d{{3}}[\dx]/{_YEAR}/", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"^\W*(?:in\s*:?\s+)?(?:the\s+)?(?:proceedings|proc\.|to appear in|published (?:as|at|in|on)"
    r"|appeared in|accepted (?:at|to|by|for)|findings of|interspeech|\d+(?:st|nd|rd|th)\s"
    rf"|{_YEAR}\s+(?:ieee|acm|international|conference|annual|\d+))",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    rf"(?:©|c⃝|⃝c|⃝|\(c\)|copyright)\s*(?:(?:©|c⃝|⃝|\(c\)|by|the authors?[,.]?|,)\s*)*{_YEAR}",
    re.IGNORECASE,
)
_ISSUE = re.compile(
    rf"\d\s*\(\s*{_YEAR}\s*\)\s*[\d:,]|\bvol(?:ume|\.)?\W*\d.*\b{_YEAR}\b"
    rf"|\bpublished\b[^.]*?\b{_YEAR}\b|\b{_YEAR}[,;]\s*(?:vol\.?\s*)?\d+\s*[,:(]",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter)"
)
_DATE = re.compile(
    rf"(?:.{{0,40}}[\s(,]|)(?:{_MONTH}\.?\s*(?:\d{{1,2}}(?:st|nd|rd|th)?)?\s*,?\s*{_YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}\.?,?\s+{_YEAR}|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}"
    rf"|{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})\W{{0,3}}|{_YEAR}",
    re.IGNORECASE,
)
_DAY = re.compile(rf"\b{_MONTH}\.? \d{{1,2}}, {_YEAR}\b", re.IGNORECASE)
_JAPANESE = re.compile(rf"(平成|令和|昭和)\s*(\d{{1,2}}|元)\s*年|{_YEAR}\s*年")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_STAMP = re.compile(
    r"arXiv:(?:(\d\d)\d\d\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/(\d\d)\d{5})", re.IGNORECASE
)
_HISTORY = re.compile(rf"\b(?:accepted|received|revised)\b.*?\b{_YEAR}\b", re.IGNORECASE)


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


def year_of(cells: Sequence[Cell], zone: Sequence[Cell], *, stamp: str, doi: str) -> int | None:
    """Give the year that the page prints as the paper's own, the surest place first.

    The DOI, the line of the proceedings, arXiv's number (of the first version: the stamp's
    date is the last one's), the line of rights, the journal's issue, a date alone.
    """
    found = _DOI_YEAR.search(doi)
    if found:
        return int(found[1] or found[2])
    texts = _with_next(cells)
    edge = max((cell.y1 for cell in cells), default=0.0)
    outer = [c for c in cells if c.y0 < 0.15 * edge or c.y0 > 0.78 * edge]
    at_edge = _with_next([*outer, *zone])
    for text in at_edge:
        if _PROCEEDINGS.match(text) and (printed := re.findall(rf"\b{_YEAR}\b", text)):
            return max(map(int, printed))
    stamped = _STAMP.match(stamp)
    if stamped:
        short = int(stamped[1] or stamped[2])
        return short + (1900 if short > 90 else 2000)
    for pattern, lines in ((_RIGHTS, texts), (_ISSUE, at_edge)):
        years = [_year(found) for text in lines if (found := pattern.search(text))]
        if years:
            return max(years)
    return _dated(cells, zone)


def _with_next(cells: Sequence[Cell]) -> list[str]:
    """Give each small cell's text with the line below it, where an imprint goes on."""
    texts = []
    for cell, after in zip_longest(cells, cells[1:]):
        if not _MAYBE_IMPRINT.search(cell.text):
            continue
        near = after is not None and 0 < after.base - cell.base < 1.6 * cell.size
        texts.append(f"{cell.text} {after.text}" if near and after is not None else cell.text)
    return texts


def _dated(cells: Sequence[Cell], zone: Sequence[Cell]) -> int | None:
    for cell in zone:
        found = _DATE.fullmatch(cell.text)
        if found:
            return _year(found)
    if len(zone) < 15:  # a title page: "12. März 2031"
        ends = [re.search(rf"\b{_YEAR}\W*$", cell.text) for cell in zone if len(cell.text) < 40]
        years = [int(end[1]) for end in ends if end]
        if years:
            return years[-1]
    # A school year begins before the day of the thesis: the last date printed counts.
    years = [_japanese(m) for cell in [*cells[:4], *zone] for m in _JAPANESE.finditer(cell.text)]
    if not years:
        texts = [cell.text for cell in cells if "ccepted" in cell.text or "eceived" in cell.text]
        years = [int(found[1]) for text in texts if (found := _HISTORY.search(text))]
    if not years and cells:
        edge = max(cell.y1 for cell in cells)
        outer = [cell.text for cell in cells if cell.y0 < 0.08 * edge or cell.y0 > 0.95 * edge]
        years = [int(found[1]) for text in outer if (found := _DAY.search(text))]
    return max(years, default=None)


_MAYBE_IMPRINT = re.compile(r"(?:19|20)\d\d|[Pp]roc|[Cc]opyright|PROC|COPYRIGHT|©|⃝|[Vv]ol|^In ")


def _year(found: re.Match[str]) -> int:
    return int("".join(year for year in found.groups() if year)[:4])


def _japanese(found: re.Match[str]) -> int:
    if found[3]:
        return int(found[3])
    return _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
