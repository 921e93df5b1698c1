"""Set a PDF in one column: its text as text, and all else as parts of its pages to be drawn.

Runs in the child. The pieces are plain values for JSON, in reading order: "kind" is "heading",
"text", "caption", "footnote", "reference" or "picture"; "level" of a heading is 2 or 3; "page" is
where a piece begins. Text has "parts", [page, glue, text], as a paragraph may go on on the next
page; glue: what joins a part to the one before it. A picture has its "box" and "of": "figure",
"table", "formula" or "page". Knows PyMuPDF.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from reader.library.passage import Block, Page
from reader.pdfs.text.answer import Tell, failures
from reader.pdfs.text.figures import Box, around
from reader.pdfs.text.headings import number_of
from reader.pdfs.text.layout import Plain, figures_of
from reader.pdfs.text.lines import IS_CJK
from reader.pdfs.text.pages import document_of

GAP = 14.0
"""The most points between two parts of one table or formula."""
MARGIN = 4.0
LINE, MOST_LETTERS = 14.0, 25
"""The most points and letters of what is no picture of its own."""
LONGEST_FORMULA = 240
_SIGN = re.compile("[=<>+|/^_≤≥≠≈≡∼∝∈∉⊂⊆∪∩∀∃∑∏∫√∂∇∞→←⇒↦·×÷−±⊕⊗⊙∥⟨⟩〈〉]|\\(\\d+[a-z]?\\)$")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FUNCTIONS = {"log", "exp", "max", "min", "arg", "argmax", "argmin", "softmax", "sin", "cos"}


def reflow_of(pymupdf: Any, file: Any, tell: Tell) -> list[Plain]:
    """Set an opened file in one column; pictured pages are not read. Raises Unreadable."""
    document = document_of(pymupdf, file, tell, n_ocr=0)
    pieces: list[Plain] = []
    for page in document.pages:
        try:
            texts = (block.text for block in page.blocks)
            figures = figures_of(pymupdf, file[page.number - 1], texts) if page.blocks else []
        except failures(pymupdf):
            figures = []
        _add_page(pieces, page, _apart(figures))
    return pieces


def _apart(figures: Sequence[Box]) -> list[Box]:
    """Join the boxes that overlap: a picture lies within its figure."""
    found: list[Box] = []
    for box in figures:
        meeting = [other for other in found if other.meets(box)]
        found = [other for other in found if other not in meeting]
        found.append(around([box, *meeting]))
    return found


def _add_page(pieces: list[Plain], page: Page, figures: list[Box]) -> None:
    boxes = [block.box for block in page.blocks if block.box]
    if not boxes:
        # Nothing to read, or turned: a scan, a wide table.
        whole = Box(0, 0, page.width, page.height)
        if page.width:
            pieces.append(_picture(page, whole, "page"))
        return
    left = figures.copy()
    apart: list[tuple[Box, Block]] = []
    for block in page.blocks:
        box = Box(*block.box) if block.box else Box(0, 0, 0, 0)
        if any(_holds(figure, box) for figure in figures) and block.kind != "caption":
            continue
        above = [f for f in left if f.y1 <= box.y0 + 6 and f.x0 < box.x1 and box.x0 < f.x1]
        if apart and (above or not (_is_picture(block) and _is_near(apart, box))):
            _add_apart(pieces, page, apart)
        for figure in sorted(above, key=lambda one: one.y0):
            pieces.append(_picture(page, figure, "figure"))
            left.remove(figure)
        if _is_picture(block):
            apart.append((box, block))
        else:
            _add_block(pieces, page, block)
    _add_apart(pieces, page, apart)
    pieces += [_picture(page, figure, "figure") for figure in left]


def _add_block(pieces: list[Plain], page: Page, block: Block) -> None:
    if block.kind == "heading":
        level = 3 if len(number_of(block.text)) > 1 else 2
        pieces.append({"kind": "heading", "page": page.number, "level": level, "text": block.text})
        return
    part = [page.number, block.glue, block.text]
    if block.kind == "text" and block.glue != "\n":
        for piece in reversed(pieces):
            if piece["kind"] == "text":
                piece["parts"].append(part)
                return
    part[1] = ""
    pieces.append({"kind": block.kind, "page": page.number, "parts": [part]})


def _add_apart(pieces: list[Plain], page: Page, apart: list[tuple[Box, Block]]) -> None:
    """Add the blocks that were collected as one picture, and forget them."""
    # A line of small letters alone is a sum's limits, whose formula stands in the text.
    is_line = len(apart) == 1 and apart[0][1].kind == "figure" and apart[0][0].height < LINE
    if apart and not (is_line and len(apart[0][1].text) < MOST_LETTERS):
        is_table = any(block.kind == "table" for _, block in apart)
        is_figure = all(block.kind == "figure" for _, block in apart)
        box = around([box for box, _ in apart]).grown(MARGIN)
        of = "table" if is_table else "figure" if is_figure else "formula"
        pieces.append(_picture(page, box.cut(Box(0, 0, page.width, page.height)), of))
    apart.clear()


def _picture(page: Page, box: Box, of: str) -> Plain:
    rounded = [int(box.x0), int(box.y0), int(box.x1) + 1, int(box.y1) + 1]
    return {"kind": "picture", "page": page.number, "box": rounded, "of": of}


def _holds(figure: Box, box: Box) -> bool:
    middle = (box.y0 + box.y1) / 2
    shared = figure.cut(box)
    return figure.y0 < middle < figure.y1 and shared.width > 0.6 * box.width


def _is_near(apart: Sequence[tuple[Box, Block]], box: Box) -> bool:
    """Check whether a block goes on with the last ones: below or beside, in their column."""
    before = around(one for one, _ in apart)
    is_beside = before.y0 - GAP < box.y0 < before.y1 + GAP
    return is_beside and before.x0 - 2 * GAP < box.x1 and box.x0 < before.x1 + 2 * GAP


def _is_picture(block: Block) -> bool:
    return block.kind in ("table", "figure") or (block.kind == "text" and is_formula(block.text))


def is_formula(text: str) -> bool:
    """Check whether a paragraph is a displayed formula: signs, and hardly a word."""
    if len(text) > LONGEST_FORMULA or IS_CJK.search(text) or not _SIGN.search(text):
        return False
    words = [word for word in _WORD.findall(text) if word.casefold() not in _FUNCTIONS]
    return sum(map(len, words)) < 0.4 * len("".join(text.split()))
