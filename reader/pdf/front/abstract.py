"""Take the abstract from the first pages' blocks: from its heading to the next one.

Knows blocks in reading order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reader.passage import Block, Page
from reader.pdf.front.cells import Cell
from reader.pdf.join import glued, joined

_HEADING = re.compile(
    r"(?:\d\.?\s*)?(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|概\s*要|要\s*旨|摘\s*要|あらまし"
    r"|内容梗概|アブストラクト|executive summary)\s*[.:：—–-]*",
    re.IGNORECASE,
)
_RUN_IN = re.compile(
    r"(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|概\s*要|要\s*旨|摘\s*要|あらまし|内容梗概)"
    r"(?:\s*[—–―:：.．-]+\s*|\s{1,3}(?=[A-Z\u3040-\u9fff]))(?=\S)"
    r"|あらまし(?=[\u3040-\u9fff])",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?:background|objectives?|aims?|purpose|introduction and background|motivation|methods?"
    r"|methodology|materials and methods|design|results?|findings|conclusions?|significance"
    r"|interpretation|context|setting|participants|discussion)\b(?: and \w+)?\W*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:index terms|key\s?words|categories and subject|ccs concepts|general terms|©|c⃝|copyright"
    r"|permission to|キーワード|acm reference|msc |pacs|jel |subject classification|correspondence"
    r"|\*?\s*corresponding author|received[: ]|trial registration|this is an open access)",
    re.IGNORECASE,
)
_AFTER_INSIDE = re.compile(
    r"\s(?:(?:Index Terms|Key\s?words(?: and [Pp]hrases)?|Categories and Subject Descriptors"
    r"|CR Categories|ACM Reference)\b|KEY\s?WORDS|(?:©|c⃝)\s*(?:19|20)\d\d|キーワード[：:])"
)
_NOTE = re.compile(r"(?<=[a-z]{2}[.)])\d{1,2}$|[*∗†]+$")
_ENDED = re.compile(r"[.!?。．)\]]\d?$")
_LABEL_LAST = re.compile(r".{1,160}\s(?:Abstract|ABSTRACT)")
MAX_CHARS = 4000


def abstract_of(pages: Iterable[Page]) -> str:
    """Give the abstract, "" where no heading says where it is.

    pages: the first few, in reading order.
    """
    blocks = [block for page in pages for block in page.blocks]
    for at, block in enumerate(blocks):
        if block.kind in ("heading", "text") and _HEADING.fullmatch(block.text):
            return _text(blocks[at + 1 :])
        if block.kind == "text" and _LABEL_LAST.fullmatch(block.text):
            return _text(blocks[at + 1 :])
        run_in = _RUN_IN.match(block.text) if block.kind == "text" else None
        if run_in:
            first = Block(block.text[run_in.end() :], size=block.size)
            return _text([first, *blocks[at + 1 :]])
    return ""


def abstract_below(cells: Sequence[Cell]) -> str:
    """Read on from the cell with the heading, where columns beside it confuse the blocks."""
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
        if is_far or _AFTER.match(cell.text) or (lines and abs(cell.size - last.size) > 0.8):
            break
        lines.append(cell)
        last = cell
    return _cut(joined([line.text for line in lines])) if len(lines) > 2 else ""


def _text(blocks: list[Block]) -> str:
    text, size = "", 0.0
    for block in blocks:
        if block.kind == "heading":
            if (text and not _PART.fullmatch(block.text)) or len(text) > 3000:
                break
            if text or _PART.fullmatch(block.text):
                text += ("\n" if text else "") + block.text.rstrip(":. ") + ": "
            continue
        if block.kind != "text" or (not text and _is_no_text(block.text)):
            continue
        if _AFTER.match(block.text):
            break
        if size and abs(block.size - size) > 0.8:
            if _ENDED.search(text):
                break
            continue  # a note or a label that stands among its lines
        size = block.size
        if text and not text.endswith(": "):
            text, glue = (text, "\n") if block.glue == "\n" else glued(text, block.text, NONE)
            text += glue
        text += block.text
        if len(text) > MAX_CHARS:
            break
    return _cut(text)


def _is_no_text(words: str) -> bool:
    """Say whether a block before the abstract's first is a rest of the front: an e-mail."""
    return len(words) < 15 or ("@" in words and len(words) < 120)


def _cut(text: str) -> str:
    """Leave out keywords and rights at the end."""
    inside = _AFTER_INSIDE.search(text)
    text = (text[: inside.start()] if inside else text).strip()
    return _NOTE.sub("", text)


NONE: frozenset[str] = frozenset()
