"""Read title, authors, year, abstract, DOI and type of a paper from its front.

The front is the first page, or the one after a cover. The abstract goes from its heading to the
next one. `title` finds the title, `people` the authors.

DOI and year count only where an imprint is printed: at the edges of the page, in running head and
foot, below the title, in the line of the proceedings or the journal, in the block of rights.
In a sentence, a reference or a template they are those of another paper. A doubtful one is none.
The type is found by the shape of the pages and the first words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from reader.library.passage import Page, Type
from reader.pdfs.text.abstract import abstract_below, abstract_of
from reader.pdfs.text.cells import (
    Cell,
    cell_of,
    cells_of,
    is_bare,
    is_cover,
    is_form,
    is_prose,
    is_side_note,
    zone_of,
)
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.lines import Line, PageLines, tidy
from reader.pdfs.text.people import authors_of, has_author_label, has_place, without_place
from reader.pdfs.text.runs import Candidate, candidates, likeliest, stands_alone, with_last_lines
from reader.pdfs.text.title import (
    CJK,
    above_text,
    has_doubtful_sign,
    is_banner,
    is_parted,
    plain,
    reads_as_title,
    title_text,
)

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
    """Find the DOI that a page prints as its own, "" for none or several.

    rotated: texts in other directions. height: of the page. end: of the front, in points from the
    top; a DOI above it is the paper's.
    """
    # A DOI at an edge goes before one within the text.
    outer = [doi for text in rotated for doi in _own_dois(text, at_edge=True)]
    inner: list[str] = []
    for cell in cells:
        if "10." in cell.text:
            at_edge = cell.y0 < max(end, 0.12 * height) or cell.y0 > 0.88 * height
            (outer if at_edge else inner).extend(_own_dois(cell.text, at_edge=at_edge))
    dois = {doi.lower(): doi for doi in outer or inner}
    return next(iter(dois.values())) if len(dois) == 1 else ""


def own_part(cells: Sequence[Cell]) -> list[Cell]:
    """Drop the cells below a heading of references, which have other papers' DOIs and years."""
    for at, cell in enumerate(cells):
        if len(cell.text) < 30 and _REFERENCES.fullmatch(cell.text):
            below = [c for c in cells[at:] if c.x0 > cell.x0 - 150]
            return [c for c in cells if c not in below]
    return list(cells)


_REFERENCES = re.compile(
    r"(?:\d+\.?\s*)?(?:references|bibliography|参考文献|引用文献|literature cited)\W*",
    re.IGNORECASE,
)


def _own_dois(text: str, *, at_edge: bool) -> list[str]:
    """Find the DOIs in a line that are labelled as the paper's own, or alone on it."""
    found = []
    for match in _DOI.finditer(text):
        before, doi = text[: match.start()], match[0].rstrip(".,;:'’”*…")
        # A DOI may have brackets, but a closing one without its opening one is the sentence's.
        while doi[-1:] in _OPENS and doi.count(doi[-1]) > doi.count(_OPENS[doi[-1]]):
            doi = doi[:-1].rstrip(".,;:")
        is_alone = at_edge and not before.strip(" |·")
        if not (is_alone or _LABEL.search(before)):
            continue
        if _TEMPLATE.match(doi) or _DATA_SETS.match(doi) or re.search(r"[/.]$", doi):
            continue
        # After "To cite this article: …" comes the paper's own DOI, whatever else is in the line.
        words = _LABEL.sub("", before)
        is_others = _NOT_OWN.search(words) or (not at_edge and len(words) > 40)
        if _CITE.search(words) or not is_others:
            found.append(doi)
    return found


_OPENS = {")": "(", "]": "[", "}": "{"}
_YEAR = r"((?:19[5-9]|20[0-4])\d)"
_DOI_YEAR = re.compile(rf"(?<=[a-z]\.){_YEAR}[-.]|/\d{{4}}-\d{{3}}[\dx]/{_YEAR}/", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"^\W*(?:in\s*:?\s+)?(?:the\s+)?(?:proceedings|proc\.|to appear in|published (?:as|at|in|on)"
    r"|appeared in|accepted (?:at|to|by|for)|findings of|interspeech"
    rf"|{_YEAR}\s+(?:ieee|acm|international|conference|annual|\d+))",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    rf"(?:©|c⃝|⃝c|⃝|\(c\)|copyright)\s*(?:(?:©|c⃝|⃝|\(c\)|by|the authors?[,.]?|,)\s*)*{_YEAR}",
    re.IGNORECASE,
)
_ISSUE = re.compile(
    rf"\d\s*\(\s*{_YEAR}\s*\)\s*[\d:,]|\bvol(?:ume|\.)?\W*\d.*\b{_YEAR}\b"
    rf"|\bvol\.\s*{_YEAR}-[a-z]|\b{_YEAR}\s*[|•·]\s*vol(?:ume|\.)"
    rf"|\({_YEAR}-\d\d\)"
    rf"|\d\s*\(\d+(?:[-–]\d+)?\)\s*[:,]\s*(?:pp?\.?\s*)?\d+\s*[-–]+\s*\d+\W+{_YEAR}\b"
    rf"|\bpublished\b[^.]*?\b{_YEAR}\b|\b{_YEAR}[,;]\s*(?:vol\.?\s*)?\d+\s*[,:(]",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter)"
)
_DAYS = re.compile(
    rf"\b\d{{1,2}}\s*[-–—]+\s*(?:\d{{1,2}}\s+)?{_MONTH}\.?,?\s+{_YEAR}\b"
    rf"|\b\d{{1,2}}\s+{_MONTH}\s*[-–—]+\s*\d{{1,2}}\s+{_MONTH}\.?,?\s+{_YEAR}\b"
    rf"|\b{_MONTH}\.?\s+\d{{1,2}}\s*[-–—]+\s*(?:{_MONTH}\.?\s+)?\d{{1,2}},?\s+{_YEAR}\b",
    re.IGNORECASE,
)
"""The days of a meeting: "21-25 October 2008", "June 15–20, 2009"."""
_PROSE = re.compile(
    r"\b(?:was|were|we|is|are|that|which|when|from|between|during|until|downloaded|accessed"
    r"|retrieved|printed)\b|^(?-i:[a-z]{2})",
    re.IGNORECASE,
)
"""Words by which a line is a sentence, or a library's own stamp."""
_ACRONYM = re.compile(rf"[A-Z][A-Za-z-]*[A-Z][A-Za-z-]*\s+{_YEAR}")
_DAY_OR_MONTH = (
    rf"(?:{_MONTH}\.?\s*(?:\d{{1,2}}(?:st|nd|rd|th)?)?\s*,?\s*{_YEAR}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH}\.?,?\s+{_YEAR}|\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}"
    rf"|{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}})\W{{0,3}}"
)
_ALONE = re.compile(rf"\W{{0,3}}{_DAY_OR_MONTH}", re.IGNORECASE)
_DATE = re.compile(rf"(?:.{{0,40}}[\s(,]|){_DAY_OR_MONTH}|{_YEAR}", re.IGNORECASE)
_DAY = re.compile(rf"\b{_MONTH}\.? \d{{1,2}}, {_YEAR}\b", re.IGNORECASE)
_JAPANESE = re.compile(rf"(平成|令和|昭和)\s*(\d{{1,2}}|元)\s*年|{_YEAR}\s*年")
_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_STAMP = re.compile(
    r"arXiv:(?:(\d\d)\d\d\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/(\d\d)\d{5})", re.IGNORECASE
)
_HISTORY = re.compile(rf"\b(?:accepted|received|revised)\b.*?\b{_YEAR}\b", re.IGNORECASE)
_HAS_YEAR = re.compile(rf"\b{_YEAR}\b")
_MAYBE_IMPRINT = re.compile(
    r"(?:19|20)\d\d|[Pp]roc|[Cc]opyright|PROC|COPYRIGHT|©|⃝|[Vv]ol|^In |\d(?:st|nd|rd|th) "
)
OUTDATED = 10
"""Years by which a copyright must be older than the date below the title to be the template's,
which the authors did not change."""


def year_of(
    cells: Sequence[Cell],
    zone: Sequence[Cell],
    *,
    heads: Sequence[Cell] = (),
    stamp: str,
    doi: str,
) -> int | None:
    """Find the year that a page prints as the paper's own, None where there is none.

    cells, zone: of the page, and of the part below the title. heads: the running heads and feet,
    which `cells` lack. stamp, doi: "" for none.
    """
    # The surest place first: the DOI, the line of the proceedings, arXiv's number (of the first
    # version; the stamp's date is that of the last one), the copyright, the journal's issue, the
    # days of a meeting, a date alone.
    found = _DOI_YEAR.search(doi)
    if found:
        return int(found[1] or found[2])
    edge = max((cell.y1 for cell in cells), default=0.0)
    outer = [c for c in cells if c.y0 < 0.15 * edge or c.y0 > 0.78 * edge]
    at_edge = _imprint_texts([*heads, *outer, *zone])
    for text in at_edge:
        if _PROCEEDINGS.match(text) and (printed := _HAS_YEAR.findall(text)):
            return max(map(int, printed))
    stamped = _STAMP.match(stamp)
    if stamped:
        short = int(stamped[1] or stamped[2])
        return short + (1900 if short > 90 else 2000)
    dated = _dated(cells, zone, heads)
    for pattern, lines in (
        (_RIGHTS, _imprint_texts([*heads, *cells])),
        (_ISSUE, at_edge),
        (_DAYS, [c.text for c in [*heads, *outer, *zone] if not _PROSE.search(c.text)]),
    ):
        years = [_year(found) for text in lines if (found := pattern.search(text))]
        if years:
            return dated if dated and dated - max(years) > OUTDATED else max(years)
    return dated or _at_edge([*heads, *outer])


def _imprint_texts(cells: Sequence[Cell]) -> list[str]:
    """Collect the texts that may be imprints, each with the cells below that continue it."""
    texts = []
    for at, cell in enumerate(cells):
        if not _MAYBE_IMPRINT.search(cell.text):
            continue
        text, last = cell.text, cell
        for after in cells[at + 1 : at + 9]:
            is_near = 0 < after.base - last.base < 1.6 * last.size and after.x0 < last.x1
            if is_near and after.x1 > last.x0 and abs(after.size - last.size) < 1:
                is_last = bool(_HAS_YEAR.search(text)) or last is not cell
                text, last = f"{text} {after.text}", after
                if is_last:
                    break
        texts.append(text)
    return texts


def _dated(cells: Sequence[Cell], zone: Sequence[Cell], heads: Sequence[Cell]) -> int | None:
    """Read the year of the date below the title, else the last of the paper's history."""
    for cell in zone:
        found = _DATE.fullmatch(cell.text)
        if found:
            return _year(found)
    if len(zone) < 15:  # a title page: "12. März 2031"
        ends = [re.search(rf"\b{_YEAR}\W*$", cell.text) for cell in zone if len(cell.text) < 40]
        years = [int(end[1]) for end in ends if end]
        if years:
            return years[-1]
    # A thesis prints its school year too, which begins earlier: the last date counts.
    places = [*heads, *cells[:4], *zone]
    years = [
        int(western or 0) or _ERAS[era] + (1 if year == "元" else int(year))
        for cell in places
        for era, year, western in _JAPANESE.findall(cell.text)
    ]
    if not years:
        texts = [cell.text for cell in cells if "ccepted" in cell.text or "eceived" in cell.text]
        years = [int(found[1]) for text in texts if (found := _HISTORY.search(text))]
    return max(years, default=None)


def _at_edge(cells: Sequence[Cell]) -> int | None:
    """Read the year of a date alone in head or foot, or in a meeting's short name (ACL 2023)."""
    alone = [
        _year(found)
        for cell in cells
        if (found := _ALONE.fullmatch(cell.text) or _ACRONYM.fullmatch(cell.text))
    ]
    edge = max((cell.y1 for cell in cells), default=0.0)
    outer = [cell.text for cell in cells if cell.y0 < 0.08 * edge or cell.y0 > 0.95 * edge]
    outer = [text for text in outer if not _PROSE.search(text)]
    return max(alone or [int(f[1]) for text in outer if (f := _DAY.search(text))], default=None)


def _year(found: re.Match[str]) -> int:
    return int("".join(year for year in found.groups() if year)[:4])


_THESIS = re.compile(
    r"\b(?:(?:doctoral|master'?s?|bachelor'?s?|ph\.?\s?d\.?|diploma|licentiate|honou?rs)"
    r"\s+(?:of \w+ )?(?:thesis|dissertation)|(?:thesis|dissertation)\s+(?:submitted|presented|for)"
    r"|in partial fulfil+ment|zur erlangung de[rs]\b"
    r"|submitted (?:in|to|for) .{0,60}degree|doktorarbeit|masterarbeit"
    r"|bachelorarbeit|diplomarbeit|inaugural-?dissertation|th[èe]se de doctorat|tesis doctoral)"
    r"|(?:卒業|修士|博士|学位|学士)\s*(?:論\s*文|研究論文)|特別研究報告|卒業研究(?!発表)|学位請求",
    re.IGNORECASE,
)
_SUPPLEMENT = re.compile(
    r"\W*(?:supplement(?:ary|al|s)?(?:\s+(?:materials?|information|data|text|notes?|appendix|file"
    r"|methods|online|document|for|to)\b.*|\W*$)|(?:online\s+)?appendix (?:for|to)\b.*"
    r"|supporting (?:information|material)\b.*|electronic supplementary.*|.*補足資料.*|補遺.*"
    r"|付録資料.*)",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\W*(?:curriculum vitae|call for papers|invoice|receipt|table of contents|poster session"
    r"|syllabus|user(?:'s)? (?:manual|guide)|programme? committee)\W*",
    re.IGNORECASE,
)

POSTER = 1100
"""The shorter side in points, longer than A3's, from which on a single page is a poster."""


def type_of(pages: Sequence[PageLines], cells: Sequence[Cell], title: Sequence[Cell]) -> Type:
    """Determine the type of a PDF by page 1's cells and the sizes of all pages; else "paper"."""
    if _is_slides(pages):
        return "slides"
    first = " ".join([tidy(cell.text) for cell in cells[:60]])
    if len(cells) < 40 and _THESIS.search(first):
        return "thesis"
    bottom = max((cell.y1 for cell in title or cells[:1]), default=0.0)
    above = [cell for cell in cells if cell.y0 <= bottom + 40]
    if any(_SUPPLEMENT.match(cell.text) for cell in above):
        return "supplement"
    is_poster = len(pages) == 1 and min(pages[0].width, pages[0].height) > POSTER
    if is_poster or any(_OTHER.fullmatch(cell.text) for cell in above):
        return "other"
    return "paper"


def _is_slides(pages: Sequence[PageLines]) -> bool:
    """Check for slides: pages that are wider than high, with few words in large letters."""
    seen = [page for page in pages[:12] if page.lines]
    if not seen:
        return False
    wide = [page for page in seen if page.width > 1.15 * page.height]
    if len(wide) < 0.8 * len(seen):
        return False
    n_letters = median(sum(len(line.text) for line in page.lines) for page in wide)
    # In page heights: 10 points on A4 are .012, a slide's smallest words about .025.
    size = median(median(line.size / page.height for line in page.lines) for page in wide)
    return n_letters < 1500 and size > 0.02


N_RAW = 2
"""The number of pages whose raw dict is needed."""
N_ABSTRACT = 3
"""The number of pages on which the abstract is looked for."""
LOWEST = 0.7
"""The height of the page above which a title begins."""
SURE = 0.93
"""The least probability of a sure title: no other was wrong on files the fit had not seen."""


@dataclass(frozen=True, slots=True)
class Front:
    """The fields of `reader.library.passage.Document` that the front has."""

    title: str = ""
    is_title_sure: bool = False
    authors: tuple[str, ...] = ()
    year: int | None = None
    abstract: str = ""
    abstract_language: str = ""
    doi: str = ""
    type: Type = "paper"


class FrontSheet:
    """A page that may be the front.

    cells: all of it; above: those above the text; title, whole_zone, zone: those of the title, and
    those between title and abstract, with and without small notes beside them.
    heads: its running heads and feet, which are not among the cells.
    """

    def __init__(
        self, raw: dict[str, Any], page: PageLines, dropped: Collection[Line], body: float
    ) -> None:
        self.page = page
        self.heads = [cell_of(line) for line in sorted(dropped, key=lambda o: (o.base, o.x0))]
        self.cells = cells_of(raw, page, dropped=dropped)
        # A title page alone has no running text: its smallest letters stand for it.
        sizes = [cell.size for cell in self.cells if not cell.text.isdigit()]
        sizes = sizes if is_bare(self.cells) else []
        self.body = min([body, *sizes])
        self.above = above_text(self.cells, self.body)
        title, likely = likeliest(self.candidates())
        self.title = with_last_lines(title, self.above)
        self.likely = likely if self.title == title else 0.0
        self.has_heading = any(is_section(cell.text) for cell in self.cells)
        column = _column_of(self.title, self.cells, page.width)
        self.whole_zone = zone_of(column, self.title, page.width, page.height)
        notes = {c for c in column if self.title and is_side_note(c, self.title[0], self.body)}
        # The first of several names in small letters may stand beside a short title.
        rows = {(round(c.base), c.size, c.font) for c in column if c not in notes}
        notes = {c for c in notes if (round(c.base), c.size, c.font) not in rows}
        main = [cell for cell in column if cell not in notes]
        self.zone = zone_of(main, self.title, page.width, page.height)
        self.zone = _beside(main, self.title, self.zone) + self.zone

    def candidates(self) -> list[Candidate]:
        """List the runs of lines that may be the title."""
        high = [cell for cell in self.above if cell.y0 < LOWEST * self.page.height]
        text = " ".join([cell.text for cell in self.cells])
        is_cjk = len(CJK.findall(text)) > len(CJK.sub(" ", text).split())
        return candidates(high, body=self.body, width=self.page.width, is_cjk=is_cjk)

    def doi(self) -> str:
        rotated = [text for text in self.page.rotated if not text.startswith("arXiv:")]
        end = max((cell.y1 for cell in [*self.title, *self.zone]), default=0.0)
        return doi_of(own_part(self.cells), rotated, height=self.page.height, end=end)


def _column_of(title: list[Cell], cells: list[Cell], width: float) -> list[Cell]:
    """Select the cells of the title's column, where running text stands to the right of it."""
    right = max((cell.x1 for cell in title), default=width)
    beside = [c for c in cells if c.x0 > right and is_prose(c, width)]
    is_beside = any(title[0].y0 < cell.base < title[-1].y1 + cell.size for cell in beside)
    return [cell for cell in cells if cell.x0 < right] if is_beside else cells


def _beside(cells: list[Cell], title: list[Cell], zone: list[Cell]) -> list[Cell]:
    """Select the begin of a column at the left of the title that goes on below it."""
    if not any(cell.x1 <= title[0].x0 for cell in zone if title):
        return []
    left = [c for c in cells if title[0].y0 - 2 < c.y0 and c.x1 <= title[0].x0]
    return [cell for cell in left if cell not in zone and cell.y0 < title[-1].y1]


def _authors_on(sheet: FrontSheet, cover: FrontSheet | None) -> tuple[str, ...]:
    zone = sheet.zone if sheet.title else own_part(sheet.zone)
    authors = authors_of(without_place(zone, sheet.heads))
    authors = authors or (authors_of(cover.zone) if cover else ())
    if authors or not sheet.title:
        return authors
    # Above the title, or beside it. The name of a journal may read as one person's.
    cells = [c for c in sheet.above if c not in sheet.title and not is_banner(c.text)]
    others = authors_of(cells)
    is_sure = len(others) > 1 or is_bare(sheet.cells) or has_author_label(cells)
    if others and (is_sure or has_place(others[0], sheet.above)):
        return others
    # Where nobody stands there, the words at the foot may be a person after all.
    return authors_of(zone) or _signed(sheet)


def _signed(sheet: FrontSheet) -> tuple[str, ...]:
    """Find who signs below the text, as in a letter to the editor."""
    # Below the names stand the references of a letter, in small print.
    notes = {c for c in sheet.cells if c.size < 0.95 * sheet.body and _NUMBERED.match(c.text)}
    cells = [cell for cell in sheet.cells if cell not in notes]
    # The text ends in the right one of two columns.
    width = sheet.page.width
    right = [cell for cell in cells if cell.x0 > width / 2 - sheet.body]
    left = [cell for cell in cells if cell.x1 < width / 2 + sheet.body]
    if all(any(is_prose(cell, width) for cell in half) for half in (left, right)):
        cells = right
    lines = [at for at, cell in enumerate(cells) if is_prose(cell, width)]
    end = cells[lines[-1] + 1 :] if lines else []
    return authors_of(end) if len(end) <= MOST_SIGNED else ()


_NUMBERED = re.compile(r"\[?\d{1,3}[\].)]?\s")
MOST_SIGNED = 6
"""The cells below the text, some names with their places and mail."""


def _is_front(second: FrontSheet, first: FrontSheet) -> bool:
    """Check whether page 2 is the front, and page 1 a cover, a notice or an archive's sheet."""
    is_foreign = is_cover(first.cells)
    if not is_foreign and not first.title:
        # A page with a notice, a stamp or nothing before the front.
        return not first.has_heading
    # Page 2 is the front where its title is page 1's too, or page 1 is an archive's sheet. What
    # a list of contents on page 1 names is none.
    title = plain(title_text(second.title))
    own = first.cells if is_foreign else first.title
    is_named = len(title) > 15 and title in plain("".join(c.text for c in own))
    return is_named or bool(is_foreign and title and authors_of(second.zone))


def _is_sure(sheet: FrontSheet, title: str, paper: str) -> bool:
    """Check whether a title is likely, reads as a whole one, and stands out alone."""
    is_whole = not (is_parted(sheet.title, paper) or has_doubtful_sign(sheet.title))
    if sheet.likely <= SURE or not (is_whole and reads_as_title(title)):
        return False
    return stands_alone(sheet.title, sheet.above, sheet.zone, sheet.body)


def _is_claimed(title: str, claimed: str) -> bool:
    """Check whether the metadata has the same title, which the metadata of a template has not."""
    # Metadata may join a subtitle with a dash instead of a colon.
    own, other = (re.sub(r"\s*[:–—]\s+|\s+[-–—]?\s*", " ", t).casefold() for t in (title, claimed))
    return reads_as_title(title) and own.strip() == other.strip()


def _is_at_top(sheet: FrontSheet) -> bool:
    return sheet.title[0].y0 < 0.1 * sheet.page.height


def _words_beside(title: Sequence[Cell], pages: Sequence[PageLines]) -> str:
    """Return the words of all pages but the title's, in small letters; "" where none is asked for.

    They are asked for how they spell a word that a line's end parts.
    """
    if not any(cell.text.endswith(("-", "‐")) for cell in title):
        return ""
    own = {cell.text for cell in title}
    texts = (line.text for page in pages for line in page.lines)
    return " ".join([text for text in texts if text not in own]).casefold()


def read_front(
    raw: Sequence[dict[str, Any]],
    lines: Sequence[PageLines],
    pages: Sequence[Page],
    *,
    dropped: Collection[Line] = (),
    body: float,
    stamp: str = "",
    claimed: str = "",
) -> Front:
    """Read title, authors, year, abstract, DOI and type.

    raw: get_text("dict") of the first N_RAW pages. lines, pages: all pages, as lines and as
    composed. dropped: page 1's running heads. body: font size of the running text. stamp: arXiv's.
    claimed: the title in the file's metadata.
    """
    if not raw:
        return Front()
    first = FrontSheet(raw[0], lines[0], dropped, body)
    has_cover = len(raw) > 1 and (is_cover(first.cells) or is_bare(first.cells))
    second = FrontSheet(raw[1], lines[1], (), body) if has_cover else None
    sheet, cover = (second, first) if second and _is_front(second, first) else (first, None)
    authors = _authors_on(sheet, cover)
    doi = sheet.doi() or (cover.doi() if cover else "")
    kind = type_of(lines, first.cells, first.title)
    title = title_text(sheet.title, paper := _words_beside(sheet.title, lines))
    abstract, language = abstract_of(pages[:N_ABSTRACT])
    abstract = abstract or abstract_below(sheet.cells)
    year = year_of(own_part(sheet.cells), sheet.whole_zone, heads=sheet.heads, stamp=stamp, doi=doi)
    is_slide = kind == "slides" and bool(sheet.title) and _is_at_top(sheet) and not authors
    if not abstract and (is_slide or is_form(sheet.cells, sheet.title or sheet.above)):
        title, authors = "", ()
    return Front(
        title=title,
        is_title_sure=bool(authors or abstract)
        # Letters that were recognised in a picture may be wrong in any title.
        and not lines[0].is_scanned
        and (_is_sure(sheet, title, paper) or _is_claimed(title, claimed)),
        authors=authors,
        year=year,
        abstract=abstract,
        abstract_language=language,
        # The DOI on a supplement or on slides is mostly that of the paper they belong to.
        doi=doi if kind in ("paper", "thesis") else "",
        type=kind,
    )
