"""Put the letters of a page into reading order.

Knows PyMuPDF's get_text("rawdict"); `columns` decides on the order of lines.
"""

from __future__ import annotations

from typing import Any

from reader.pdf.columns import Row, runs
from reader.pdf.lines import page_lines
from reader.pdf.marks.letters import Letter, PageLetters, Turn

_FIRST_TAG = 0xF0000
_MAX_LINES = 60_000
_FAR = 1e5
"""Points from the page's corner: what stands further away, or nowhere (NaN), is not seen."""
_WITHIN = 0.95
"""Of the letters' size: lines of text never stand closer, those of a formula do."""


def page_letters(raw: dict[str, Any], turn: Turn) -> PageLetters:
    """Order a page's letters by its columns; blanks between words are among them."""
    lines = [
        (line, chars)
        for block in raw["blocks"]
        if block["type"] == 0
        for line in block["lines"]
        if (chars := [char for span in line["spans"] for char in span["chars"]])
        and any(not char["c"].isspace() for char in chars)
    ][:_MAX_LINES]
    found = []
    for row, tags in enumerate(_order(raw, lines)):
        for tag in tags:
            found += [_letter(char, tag, row, turn) for char in lines[tag][1]]
    near = [one for one in found if abs(one.x) < _FAR and abs(one.y) < _FAR]
    return PageLetters(near)


def _order(raw: dict[str, Any], lines: list[tuple[dict[str, Any], list[Any]]]) -> list[list[int]]:
    """Give the numbers of lines, row by row, as `columns` reads the page.

    Its rows are text: each line goes in with its number as a first letter that no text has.
    """
    tagged = [_tagged(line, number) for number, (line, _) in enumerate(lines)]
    blocks = [{"type": 0, "lines": tagged}]
    page = page_lines({"blocks": blocks, "width": raw["width"], "height": raw["height"]})
    rows: list[list[int]] = []
    for run in runs(page.lines, page.width):
        rows += _with_formulas(run)
    rows += [_tags(text) for text in page.rotated]
    placed = {tag for row in rows for tag in row}
    return rows + [[tag] for tag in range(len(lines)) if tag not in placed]


def _with_formulas(run: list[Row]) -> list[list[int]]:
    """Join rows that stand within one another: fractions, sums and their limits.

    Those are read in the order in which the file has them; line by line they would be
    nonsense.
    """
    groups: list[list[Row]] = []
    for row in run:
        before = groups[-1][-1] if groups else row
        is_close = row.base - before.base < _WITHIN * max(row.size, before.size)
        is_beside = row.x0 > before.x1 + row.size or row.x1 < before.x0 - row.size
        if groups and is_close and not is_beside:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [
        sorted(tag for row in group for tag in _tags(row.text))
        if len(group) > 1
        else _tags(group[0].text)
        for group in groups
    ]


def _tagged(line: dict[str, Any], number: int) -> dict[str, Any]:
    spans = [
        {
            "text": "".join([c["c"] for c in span["chars"] if c["c"] < chr(_FIRST_TAG)]),
            "size": span["size"],
            "font": span["font"],
            "flags": span["flags"],
            "origin": span["origin"],
        }
        for span in line["spans"]
        if span["chars"]
    ]
    spans[0]["text"] = chr(_FIRST_TAG + number) + spans[0]["text"]
    return {"dir": line["dir"], "bbox": line["bbox"], "spans": spans}


def _tags(text: str) -> list[int]:
    return [ord(char) - _FIRST_TAG for char in text if ord(char) >= _FIRST_TAG]


def _letter(char: dict[str, Any], line: int, row: int, turn: Turn) -> Letter:
    x0, y0, x1, y1 = box = turn.box(char["bbox"])
    return Letter(char["c"], (x0 + x1) / 2, (y0 + y1) / 2, box, char["origin"], line, row)
