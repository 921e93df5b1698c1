"""Read title, authors, year, abstract and DOI of a paper from its front.

The front is the first page, or the one after a cover. The abstract goes from its heading to the
next one. `title` finds the title, `people` the authors, `imprint` year and DOI.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reader.library.passage import Block, Page, Type
from reader.pdfs.text.cells import Cell, cell_of, cells_of, is_bare, is_cover, is_side_note, zone_of
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.imprint import doi_of, own_part, type_of, year_of
from reader.pdfs.text.lines import Line, PageLines, glued, joined
from reader.pdfs.text.people import authors_of
from reader.pdfs.text.title import (
    above_text,
    has_rival,
    plain,
    reads_as_title,
    title_cells,
    title_text,
)

N_RAW = 2
"""The number of pages whose raw dict is needed."""
N_ABSTRACT = 3
"""The number of pages on which the abstract is looked for."""


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


class _Sheet:
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
        self.title = title_cells(self.cells, page.height, self.body)
        self.has_heading = any(is_section(cell.text) for cell in self.cells)
        self.whole_zone = zone_of(self.cells, self.title, page.width, page.height)
        notes = {c for c in self.cells if self.title and is_side_note(c, self.title[0], self.body)}
        main = [cell for cell in self.cells if cell not in notes]
        self.zone = zone_of(main, self.title, page.width, page.height)

    def doi(self) -> str:
        rotated = [text for text in self.page.rotated if not text.startswith("arXiv:")]
        end = max((cell.y1 for cell in [*self.title, *self.zone]), default=0.0)
        return doi_of(own_part(self.cells), rotated, height=self.page.height, end=end)


def _authors_on(sheet: _Sheet, cover: _Sheet | None) -> tuple[str, ...]:
    authors = authors_of(sheet.zone) or (authors_of(cover.zone) if cover else ())
    if authors or not sheet.title:
        return authors
    # Above the title, or beside it. The name of a journal may read as one person's.
    others = authors_of([c for c in sheet.above if c not in sheet.title])
    return others if len(others) > 1 or is_bare(sheet.cells) else ()


def _may_be_cover(first: _Sheet) -> bool:
    return is_cover(first.cells) or is_bare(first.cells)


def _is_front(second: _Sheet, first: _Sheet) -> bool:
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

    raw: get_text("dict") of the first N_RAW pages. lines, pages: all pages, as lines and as
    composed. dropped: page 1's running heads. body: font size of the running text. stamp: arXiv's.
    """
    if not raw:
        return Front()
    first = _Sheet(raw[0], lines[0], dropped, body)
    second = _Sheet(raw[1], lines[1], (), body) if len(raw) > 1 and _may_be_cover(first) else None
    sheet, cover = (second, first) if second and _is_front(second, first) else (first, None)
    authors = _authors_on(sheet, cover)
    doi = sheet.doi() or (cover.doi() if cover else "")
    kind = type_of(lines, first.cells, first.title)
    title = title_text(sheet.title)
    abstract, language = abstract_of(pages[:N_ABSTRACT])
    abstract = abstract or abstract_below(sheet.cells)
    # Letters that were recognised in a picture may be wrong in any title.
    is_title_sure = (
        bool(authors or abstract)
        and not lines[0].is_scanned
        and reads_as_title(title)
        and not has_rival(sheet.cells, sheet.title, authors, sheet.body)
    )
    return Front(
        title=title,
        is_title_sure=is_title_sure,
        authors=authors,
        year=year_of(
            own_part(sheet.cells), sheet.whole_zone, heads=sheet.heads, stamp=stamp, doi=doi
        ),
        abstract=abstract,
        abstract_language=language,
        # The DOI on a supplement or on slides is mostly that of the paper they belong to.
        doi=doi if kind in ("paper", "thesis") else "",
        type=kind,
    )


_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_HEADING = re.compile(
    r"(?:\d\.?\s*)?(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|概\s*要|要\s*旨|摘\s*要|あらまし)\s*[.:：—–-]*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s(?:(?:Index Terms|Key\s?words(?: and [Pp]hrases)?|Categories and Subject Descriptors"
    r"|CCS Concepts)\b|KEY\s?WORDS|キーワード[：:])"
)
_NOTE = re.compile(r"(?<=[a-z]{2}[.)])\d{1,2}$")
MAX_ABSTRACT_CHARS = 4000
_NOT_HYPHENATED: frozenset[str] = frozenset()


def abstract_of(pages: Sequence[Page]) -> tuple[str, str]:
    """Extract the abstract and its language, where that is not the paper's own.

    pages: the first few, in reading order. Returns "" for the abstract where no heading shows
    where it is, "en" for the language of one in English before a text in another language, else
    "". One in the text's own language comes first.
    """
    blocks = [block for page in pages for block in page.blocks]
    found = ""
    is_foreign: bool | None = None
    for at in range(len(blocks)):
        text = _abstract_at(blocks, at)
        if not text:
            continue
        if is_foreign is None:
            is_foreign = _is_english(_running_text(blocks, but=text)) is False
        if not (is_foreign and _is_english(text)):
            return text, ""
        found = found or text
    return found, "en" if found else ""


def _abstract_at(blocks: Sequence[Block], at: int) -> str:
    """Extract the abstract whose heading a block is; "" for any other block."""
    block = blocks[at]
    is_heading = block.kind in ("text", "heading") and _HEADING.fullmatch(block.text)
    return _text(blocks[at + 1 :]) if is_heading else ""


def _running_text(blocks: Iterable[Block], *, but: str) -> str:
    texts = (block.text for block in blocks if block.kind == "text")
    return " ".join(text for text in texts if text[:60] not in but)


_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = {"the", "of", "and", "to", "is", "are", "that", "we", "for", "with", "this", "by", "as",
            "be", "which", "from"}  # fmt: skip
FEWEST_WORDS = 25
"""The fewest words, or Japanese characters, of a text whose language is told."""


def _is_english(text: str) -> bool | None:
    """Check whether a text is in English, by its script and function words; None if too short."""
    n_cjk = len(_CJK.findall(text))
    words = _WORD.findall(_CJK.sub(" ", text).casefold())
    if len(words) + n_cjk < FEWEST_WORDS:
        return None
    # Of English words 19 to 33 in 100 are these, of German or French ones at most 3.
    return n_cjk < len(words) and sum(word in _ENGLISH for word in words) > 0.1 * len(words)


def abstract_below(cells: Sequence[Cell]) -> str:
    """Extract the abstract as the cells below its heading; "" without one.

    It is for pages on which columns beside the abstract confuse the order of the blocks.
    """
    head = next((c for c in cells if len(c.text) < 30 and _HEADING.fullmatch(c.text)), None)
    if head is None:
        return ""
    lines: list[Cell] = []
    last = head
    for cell in cells:
        is_under = (cell.x0 < head.x1 and cell.x1 > head.x0) or abs(cell.x0 - head.x0) < 3
        if not is_under or cell.base <= head.base:
            continue
        is_far = cell.base - last.base > (3 if last is head else 2) * cell.size
        if is_far or (lines and abs(cell.size - last.size) > 0.8):
            break
        lines.append(cell)
        last = cell
    return _cut(joined([line.text for line in lines])) if len(lines) > 2 else ""


def _text(blocks: Sequence[Block]) -> str:
    """Join the blocks of an abstract, from its first one to the next heading."""
    text, size = "", 0.0
    for block in blocks:
        if (block.kind == "heading" and text) or len(text) > MAX_ABSTRACT_CHARS:
            break
        # A block in another size is a note or a label among the lines.
        if block.kind != "text" or (size and abs(block.size - size) > 0.8):
            continue
        size = block.size
        if text:
            glue = "\n"
            if block.glue != glue:
                text, glue = glued(text, block.text, _NOT_HYPHENATED)
            text += glue
        text += block.text
    return _cut(text)


def _cut(text: str) -> str:
    """Cut off keywords and rights at the end of an abstract."""
    inside = _AFTER.search(text)
    text = (text[: inside.start()] if inside else text).strip()
    return _NOTE.sub("", text)
