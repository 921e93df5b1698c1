"""Read the abstract of a paper, from its heading to the next one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reader.library.passage import Block, Page
from reader.pdfs.text.cells import Cell
from reader.pdfs.text.lines import glued, joined
from reader.pdfs.text.title import CJK

_HEADING = re.compile(
    r"(?:\d\.?\s*)?(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|概\s*要|要\s*旨|摘\s*要|あらまし)\s*[.:：—–-]*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s(?:(?:Index Terms|Key\s?words(?: and [Pp]hrases)?|Categories and Subject Descriptors"
    r"|CCS Concepts)\b|KEY\s?WORDS|INDEX TERMS|キーワード[：:])"
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
    n_cjk = len(CJK.findall(text))
    words = _WORD.findall(CJK.sub(" ", text).casefold())
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
