"""Find the captions of a page's figures among its lines.

Pure functions on lines and their places; what stands above a caption is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reader.pdf.boxes import Look, Words
from reader.pdf.join import CJK

CAPTION = re.compile(
    r"(?P<label>(?:Figure|Fig\.?|FIGURE|FIG\.?)\s*[A-Z]?\d+(?:[.\-]\d+)*|図\s*[\d０-９]+(?:[.\-]\d+)*)"
    r"(?P<mark>\s*[.:：|—–]|\s*$|\s+)(?P<rest>.*)"
)
_GOES_ON = re.compile("[にのはをでとがかへもや、，。)）]")
"""What makes a sentence of 図3."""
_IS_CJK = re.compile(f"[{CJK}]")


def has_caption(words: Iterable[Words]) -> bool:
    """Say whether any line looks as the beginning of a caption: cheap, and rather too often."""
    return any(CAPTION.match(line.text) for line in words)


def captions_of(look: Look) -> list[list[Words]]:
    """Give each figure's caption as its lines."""
    found = []
    for at, line in enumerate(look.words):
        match = CAPTION.match(line.text)
        if match is None or not _begins(look, at, match):
            continue
        lines = [line]
        for after in look.words[at + 1 :]:
            if not _goes_on(lines, after):
                break
            lines.append(after)
        found.append(lines)
    return sorted(found, key=lambda lines: _number(lines[0].text))


def _number(text: str) -> tuple[int, ...]:
    match = CAPTION.match(text)
    return tuple(map(int, re.findall(r"\d+", match["label"]))) if match else ()


def _begins(look: Look, at: int, match: re.Match[str]) -> bool:
    """Tell a caption from a sentence of the text that has "Figure 1" at a line's begin."""
    line = look.words[at]
    before = look.words[at - 1] if at else None
    if before is not None and before.block == line.block:
        is_near = line.box.y0 - before.box.y1 < 0.5 * line.size
        is_alike = abs(before.size - line.size) < 0.3 and before.font == line.font
        is_beside = before.box.y1 > line.box.y0 + 0.5 * line.size
        has_bold_label = line.lead not in (line.font, before.font)
        if is_near and is_alike and not is_beside and not has_bold_label:
            return False
    if match["label"].startswith("図") and _GOES_ON.match(match["rest"]):
        return False
    if match["mark"].strip() or not match["rest"] or match["label"].startswith("図"):
        return True
    # "Fig. 3 The parts of it": what "Fig. 3 shows" is text.
    is_first = before is None or before.block != line.block
    return is_first and not match["rest"][0].islower()


def _goes_on(lines: Sequence[Words], after: Words) -> bool:
    first, last = lines[0], lines[-1]
    gap = after.box.y0 - last.box.y1
    is_below = -0.6 * first.size < gap < 0.45 * first.size
    is_beside = abs(after.box.y0 - last.box.y0) < 0.4 * first.size and after.box.x0 > last.box.x0
    # TeX sets Japanese letters a tenth smaller than the Latin ones of the same font.
    most = 0.12 * first.size if _IS_CJK.search(after.text + first.text) else 0.7
    if not (is_below or is_beside) or abs(after.size - first.size) > most or len(lines) > 14:
        return False
    if CAPTION.match(after.text) and is_beside:
        return False
    return after.block == last.block or (len(lines) == 1 and len(first.text) < 14)
