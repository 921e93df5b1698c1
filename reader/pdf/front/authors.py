"""Find the authors between a paper's title and its abstract, in the order of reading.

Names stand in one look (size, weight, slope), in one line or in blocks side by side, with
affiliations and e-mails between them, often in that same look. Knows cells and what is a
name; nothing of PDFs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from reader.pdf.front.cells import MARK, Cell, rows_of
from reader.pdf.front.names import names_before, names_in, names_loosely

_Words = tuple[Cell, str, bool]
"""A cell, its words as far as a list goes on, and whether it stands beside the one before."""
_ADVISOR = re.compile(
    r"supervis|advis[oe]r|examin|committee|jury|promot(?:o|e)r|edit(?:ed|or)|指導|主査|副査|教授|審査|betreuer|gutachter|encadrant|directeur"
    r"|reviewed by|translat",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"committee|examiners|visors|visers|jury|審査", re.IGNORECASE)
_OPEN = re.compile(r"(?:[,&、，]|\band)\s*$")


def authors_of(zone: list[Cell]) -> tuple[str, ...]:
    """List the authors; zone: the cells from the title to the abstract, in rows."""
    lines = list(_without_advisors(_read(zone)))
    found = _alike(lines, zone, lambda marked: names_in(marked) or names_before(marked))
    if not found:
        found = _alike(lines, zone, names_loosely)
    found = _one_script(found)
    are_labels = len(found) > 3 and len({name.split()[-1] for name in found}) == 1
    return () if are_labels else tuple(found)


def _alike(
    lines: list[_Words], zone: list[Cell], parse: Callable[[str], list[str] | None]
) -> list[str]:
    """Take the names of all cells that look like the first one with names."""
    found: list[str] = []
    look: Cell | None = None
    for cell, marked, is_beside in lines:
        if look is not None and not _is_like(cell, look, is_beside=is_beside):
            continue
        names = parse(marked)
        if names is None or _is_repeated(cell, zone):
            continue
        look = look or cell
        found += [name for name in names if name not in found]
    return found


def _without_advisors(lines: Iterable[_Words]) -> Iterator[_Words]:
    """Leave out teachers and editors, and the names that stand below such a word.

    Below "Committee:" there are as many as stand close.
    """
    last: Cell | None = None
    is_list = False
    for line in lines:
        cell = line[0]
        if _ADVISOR.search(cell.text):
            is_label = cell.text.rstrip().endswith((":", "：")) or len(cell.text) < 24
            last, is_list = (cell if is_label else None), bool(_SEVERAL.search(cell.text))
        elif last is None or (is_list and cell.y0 - last.y1 > 2 * cell.size):
            last = None
            yield line
        else:
            last = cell if is_list else None


def _read(zone: list[Cell]) -> Iterator[_Words]:
    """Give cells with their words, and whether they stand beside the one before.

    A list of names that goes on in the next line is read as one.
    """
    rows = rows_of(zone)
    used: set[Cell] = set()
    for at, row in enumerate(rows):
        is_beside = False
        for cell in row:
            if cell not in used:
                marked, taken = _whole(cell, row, rows[at + 1 : at + 9])
                used.update(taken)
                yield cell, marked, is_beside
                is_beside = True


def _whole(cell: Cell, row: list[Cell], rows: list[list[Cell]]) -> tuple[str, list[Cell]]:
    """Read a list of names as far down as it is nothing but names."""
    lines = [cell]
    while rows and _is_list(lines[-1], row):
        row, *rows = rows
        near = [other for other in row if _is_below(other, lines[-1])]
        if len(near) != 1:
            break
        lines.append(near[0])
    while len(lines) > 1:
        marked = _run_on(lines)
        if names_in(marked) is not None:
            return marked, lines
        lines.pop()
    return cell.marked, lines


def _is_list(cell: Cell, row: list[Cell]) -> bool:
    """Say whether a list may go on: it ends in a comma, or fills its row alone."""
    n_parts = len(re.findall(f"[,{MARK}、，]", cell.marked))
    is_last = row[-1] is cell and n_parts > (0 if len(row) == 1 else 1)
    return is_last or bool(_OPEN.search(cell.marked))


def _is_below(cell: Cell, above: Cell) -> bool:
    """Say whether a cell is the next line of the one above: its look, its place."""
    is_near = cell.y0 - above.y1 < 1.2 * cell.size and cell.x0 < above.x1 and cell.x1 > above.x0
    same_style = cell.is_bold == above.is_bold and (
        cell.is_italic == above.is_italic or "Member" in cell.text + above.text
    )
    is_alike = abs(cell.size - above.size) < 0.04 * above.size and same_style
    return is_near and is_alike and not cell.marked.startswith(MARK)


def _run_on(lines: list[Cell]) -> str:
    """Join lines; a name parted by the line's end ("…, Scott" "Shenker, …") is one."""
    text = lines[0].marked
    for line in lines[1:]:
        last = re.split(rf"[,{MARK}]|\band\b", text)[-1].split()
        first = re.split(rf"[,{MARK}]|\band\b", line.marked)[0].split()
        is_parted = len(last) == 1 or len(first) == 1
        text += (" " if is_parted or _OPEN.search(text) else MARK) + line.marked
    return text


def _is_like(cell: Cell, look: Cell, *, is_beside: bool) -> bool:
    """Say whether a cell has the authors' look; side by side, sizes may differ a little."""
    if is_beside and abs(cell.base - look.base) < 2:
        return abs(cell.size - look.size) < 0.15 * look.size
    same_style = cell.is_bold == look.is_bold and cell.is_italic == look.is_italic
    return same_style and abs(cell.size - look.size) < 0.04 * look.size


def _is_repeated(cell: Cell, zone: list[Cell]) -> bool:
    """Say whether other cells hold the same words: a firm or a place, not a person."""
    return sum(other.text == cell.text for other in zone) > 1


def _one_script(names: list[str]) -> list[str]:
    """Leave out the second writing of the same people: 山田太郎 … Taro Yamada …"""
    if not names:
        return names
    is_latin = names[0][0] < "\u2e80"
    return [name for name in names if (name[0] < "\u2e80") == is_latin]
