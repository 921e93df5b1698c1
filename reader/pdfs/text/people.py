"""Find the authors between a paper's title and its abstract, in reading order.

Names have one look (size, weight, slope), in one line or in blocks side by side, with
affiliations and e-mail addresses between them, often in the same look. `names` reads the names in
a line, `bylines` tells which line lists the authors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from reader.pdfs.text.advisors import (
    Words,
    is_level,
    names_a_role,
    rows_of_words,
    without_advisors,
)
from reader.pdfs.text.bylines import KINDS, RARE, Byline, Features, best_of, features, measured
from reader.pdfs.text.cells import MARK, Cell, rows_of, with_marks
from reader.pdfs.text.from_right import is_from_right
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.name_words import INSTITUTIONS
from reader.pdfs.text.names import (
    AND,
    EDGES,
    HAS_CJK,
    INITIAL,
    LABEL,
    POSSIBLE,
    cased,
    is_name,
    is_odd_name,
    names_among,
    names_before,
    names_in,
    names_loosely,
    names_possibly,
    stripped,
)
from reader.pdfs.text.person import name_score

_OPEN = re.compile(r"(?:[,&、，]|\band)\s*$")


def has_author_label(cells: Iterable[Cell]) -> bool:
    """Check whether a line alone says that an author follows: "by", "présentée par"."""
    return any(LABEL.fullmatch(cell.text) for cell in cells)


def has_place(name: str, cells: list[Cell]) -> bool:
    """Check whether a person's institution stands right below the name."""
    near = [cell for cell in cells if names_in(cell.marked) == [name]]
    return any(measured(cell, cells)["institution below"] for cell in near)


def authors_of(zone: list[Cell]) -> tuple[str, ...]:
    """Extract the authors; zone: the cells from the title to the abstract, in rows."""
    zone, lines = _front_lines(zone)
    best = _best_of(_bylines(lines, zone), zone)
    found = names_like(best, lines, zone) if best else []
    if not found:
        near = (line[0] for line in lines if line[0] in zone[:2])
        alone = (_single(cell) for cell in near if _has_affiliation(cell, zone))
        found = next(filter(None, alone), [])
    found = found or _group_in(zone)
    # More than three that all end with one word are labels, and no family.
    are_labels = len(found) > 3 and len({name.split()[-1] for name in found}) == 1
    return () if are_labels else tuple(found)


def _best_of(several: list[Byline], zone: list[Cell]) -> Byline | None:
    """Find the likeliest line of authors; of rare names only where nobody else stands."""
    likely = [line for line in several if line.kind != RARE]
    if best := best_of(likely, zone):
        return best
    rare = [line for line in several if line.kind == RARE and _is_set_as_name(line, zone)]
    return best_of(rare, zone)


def _is_set_as_name(line: Byline, zone: list[Cell]) -> bool:
    """Check whether rare names are likely enough for what stands around them."""
    if is_section(line.cell.text):
        return False
    around = measured(line.cell, zone)
    if MARK in line.marked or any(around[name] for name in _TELLING):
        return True
    words = {w for c in zone if c.base > line.cell.base for w in _WORD.findall(c.text.lower())}
    is_front = bool(words & INSTITUTIONS) or any(names_a_role(cell) for cell in zone)
    return min(map(name_score, line.names)) > (POSSIBLE if is_front else LEAST_ABOVE)


_TELLING = ("label before", "institution below", "mail below")
_WORD = re.compile(r"[^\W\d_]+")
_GROUP = re.compile(r"(?:The )?(?:[A-Z][\w-]*\s){1,4}(?:Collaboration|Consortium)")


def _group_in(zone: list[Cell]) -> list[str]:
    """Find a group of people that signs as one, where nobody else does."""
    bare = (EDGES.sub("", cell.marked.split(MARK)[0]) for cell in zone)
    return [text for text in bare if _GROUP.fullmatch(text)][:1]


def candidates(zone: list[Cell]) -> list[tuple[Features, list[str]]]:
    """List the lines that read as names, as measured, and the authors if they are one."""
    zone, lines = _front_lines(zone)
    several = [line for line in _bylines(lines, zone) if line.kind != RARE]
    return [
        (features(several, at, zone), names_like(one, lines, zone))
        for at, one in enumerate(several)
    ]


def _front_lines(zone: list[Cell]) -> tuple[list[Cell], list[Words]]:
    zone = _unwrapped(list(map(with_marks, zone)))
    lines = list(without_advisors(_name_lines(zone)))
    # Names below "by" or "Author:" go before what else may read as one.
    label = next((at for at, line in enumerate(lines) if LABEL.fullmatch(line[0].text)), -1)
    return zone, lines[label + 1 :]


def _unwrapped(zone: list[Cell]) -> list[Cell]:
    """Join the two rows of a name that is too long for its column: "Joshua J.", "Daymude"."""
    taken: set[Cell] = set()
    found: list[Cell] = []
    for cell in zone:
        if cell in taken:
            continue
        under = [o for o in zone if _wraps(cell, o)] if _WRAPPED.fullmatch(cell.text) else []
        beside = (o for o in zone if o.x0 > cell.x1 and o.y0 < cell.y1 and o.y1 > cell.y0 - 1)
        if len(under) == 1 and any(beside):
            text, marked = f"{cell.text} {under[0].text}", f"{cell.marked} {under[0].marked}"
            if is_name(text):
                taken.add(under[0])
                cell = cell._replace(text=text, marked=marked, y1=under[0].y1)
        found.append(cell)
    return found


_WRAPPED = re.compile(rf"[^\W\d_]\S*[^\W\d_](?:\s{INITIAL})?")


def _wraps(cell: Cell, under: Cell) -> bool:
    """Check whether one word stands close below a cell, in its look and at its left edge."""
    is_near = abs(under.x0 - cell.x0) < 1 and 0 < under.base - cell.base < 1.4 * cell.size
    is_alike = abs(under.size - cell.size) < 0.1 and under.is_bold == cell.is_bold
    return is_near and is_alike and " " not in under.text


def _read(marked: str) -> tuple[list[str], int]:
    """Read the names in a line by the strictest way that finds some, with its number."""
    readers = (names_in, names_before, names_loosely, names_among, names_possibly)
    for at, reader in enumerate(readers):
        if names := reader(marked):
            return names, at
    return [], len(KINDS)


def _bylines(lines: list[Words], zone: list[Cell]) -> list[Byline]:
    """List the lines that read as names; the same words at several places are no person."""
    times = Counter(cell.text for cell in zone)
    read = [
        (cell, marked, *_read(marked))
        for cell, marked, _ in lines
        if times[cell.text] == 1 and not _NO_LIST.match(cell.text)
    ]
    return [Byline(c, marked, names, KINDS[at]) for c, marked, names, at in read if names]


_NO_LIST = re.compile("[—―─–-]{2}|[～〜―─]|\\d{1,2}[.．]\\s*[\u3400-\u9fff\uac00-\ud7a3]")
"""The begin of a subtitle, and of a numbered heading, in Chinese, Japanese and Korean."""


def without_place(zone: list[Cell], heads: list[Cell]) -> list[Cell]:
    """Leave out the place above the year at the foot of a title page, far below all else.

    heads: the page's running heads and feet, since a year alone may pass for its number.
    """
    cells = [*zone, *(cell for cell in heads if zone and cell.y0 > zone[-1].y0)]
    if len(cells) < 3 or not _YEAR_ALONE.fullmatch(cells[-1].text):
        return zone
    before, place, year = cells[-3:]
    is_foot = place.y0 - before.y1 > 5 * place.size and year.y0 - place.y1 < 2 * place.size
    return cells[:-2] if is_foot else zone


_YEAR_ALONE = re.compile(r"(?:19|20)\d\d")


def names_like(best: Byline, lines: list[Words], zone: list[Cell]) -> list[str]:
    """Collect the names from the likeliest ones on, of all cells that look like theirs."""
    found: list[str] = []
    look = best.cell
    loosest = max(KINDS.index(best.kind), 1)
    times = Counter(cell.text for cell in zone)

    def parse(cell: Cell, marked: str, *, is_near: bool) -> list[str]:
        names, at = _read(marked) if times[cell.text] == 1 else ([], 0)
        # Beside and right above a sure name no place stands in its look.
        return names if at <= loosest or (is_near and KINDS[at:] == (RARE,)) else []

    rows = rows_of_words(lines)
    start = next(at for at, row in enumerate(rows) if any(cell is look for cell, *_ in row))
    top = _first_row(rows, start, look)
    for at, row in enumerate(rows[top:], top):
        is_first = at == start
        alike = [(cell, marked) for cell, marked, _ in row if _is_alike(cell, look, row[0][0])]
        read = [(cell, parse(cell, marked, is_near=at <= start)) for cell, marked in alike]
        others = [cell for cell, names in read if not names and _is_other(cell)]
        n_names = sum(len(names) for _, names in read)
        is_row = n_names > 0 and all(map(_single, others))
        ends_alike = len({cell.marked.endswith(MARK) for cell, _ in read}) == 1
        is_among = is_row and is_first and ends_alike and n_names > 1 and _is_latin(look.text)
        if len(read) > 1 and not (is_row or is_first):
            continue  # beside a place or an affiliation there is no name
        for cell, names in read:
            if cell in others and (is_among or _has_affiliation(cell, zone)):
                names = _single(cell) or []
            if names and _continues(cell, names, look, _is_latin(best.names[0])):
                found += [name for name in names if name not in found]
    return found


def _first_row(rows: Sequence[Sequence[Words]], start: int, look: Cell) -> int:
    """Go up from a row of names over the rows of rare ones in its look right above it."""
    while start > 0:
        (cell, marked, _), below = rows[start - 1][0], rows[start][0][0]
        is_near = 0 < below.base - cell.base < 1.7 * look.size
        names, at = _read(marked) if is_near and _is_alike(cell, look, cell) else ([], 0)
        if KINDS[at:] != (RARE,) or min(map(name_score, names)) < LEAST_ABOVE:
            break
        start -= 1
    return start


LEAST_ABOVE = -1.5
"""The least score of a rare name above others or alone, where a place or a subtitle may stand."""


def _is_alike(cell: Cell, look: Cell, first: Cell) -> bool:
    """Check whether a cell looks like the first one with names; first: that of the cell's row."""
    if is_level(cell, look) and cell is not first:  # sizes side by side may differ a little
        return abs(cell.size - look.size) < 0.15 * look.size
    same_style = cell.is_bold == look.is_bold and cell.is_italic == look.is_italic
    have_marks = cell.marked.endswith(MARK) and look.marked.endswith(MARK)
    return (same_style or have_marks) and abs(cell.size - look.size) < 0.04 * look.size


def _is_other(cell: Cell) -> bool:
    """Check for words that may be a place or an affiliation, and no address, label or mark."""
    bare = stripped(cell.marked.replace(MARK, " "))
    is_words = len(bare) > 2 and bare[0].isupper() and "@" not in bare
    return is_words and not LABEL.fullmatch(cell.text)


def _single(cell: Cell) -> list[str] | None:
    """Extract the one word of a person with one name."""
    word = stripped(cell.marked.replace(MARK, " "))
    is_word = len(word) > 2 and word.isalpha() and word[0].isupper() and _is_latin(word)
    is_word = is_word and not re.search(r"\d{4}", cell.text)  # "14 May 2031"
    return [cased(word)] if is_word and is_odd_name(word) else None


def _has_affiliation(cell: Cell, zone: list[Cell]) -> bool:
    """Check whether an institution stands right below a cell, and nothing right above it."""
    if any(_is_under(cell, c) for c in zone):
        return False
    near = [c.text for c in zone if _is_under(c, cell) and not c.marked.startswith(MARK)]
    return not INSTITUTIONS.isdisjoint(_WORD.findall(" ".join(near).lower()))


def _is_under(cell: Cell, above: Cell) -> bool:
    is_near = 0 < cell.base - above.base < 1.5 * max(cell.size, above.size)
    return is_near and cell.x0 < above.x1 and cell.x1 > above.x0


_AFFILIATED = re.compile(rf"{MARK}\s*(?!{AND}\b)\w")
"""An affiliation behind its mark."""


def _continues(cell: Cell, names: list[str], look: Cell, is_latin: bool) -> bool:
    """Check whether a cell with names goes on with the list that the cells before it began."""
    if is_level(cell, look):
        return True
    if _AFFILIATED.match(cell.marked) and not look.marked.startswith(MARK):
        return False
    # Of authors printed twice, in two scripts (山田太郎 … Taro Yamada …), the first counts.
    return any(_is_latin(name) == is_latin for name in names)


def _is_latin(name: str) -> bool:
    return not HAS_CJK.search(name)


def _name_lines(zone: list[Cell]) -> Iterator[Words]:
    """Yield the cells with their words, and whether each is beside the one before.

    A list of names over several lines is one.
    """
    rows = [
        row[::-1] if is_from_right(" ".join([cell.text for cell in row])) else row
        for row in rows_of(zone)
    ]
    used: set[Cell] = set()
    for at, row in enumerate(rows):
        is_beside = False
        for cell in row:
            if cell not in used:
                marked, taken = _joined_list(cell, row, rows[at + 1 : at + 9])
                used.update(taken)
                yield cell, marked, is_beside
                is_beside = True


def _joined_list(cell: Cell, row: list[Cell], rows: list[list[Cell]]) -> tuple[str, list[Cell]]:
    """Join the lines of a list of names, as far down as all of it is names.

    Returns its words, and the cells that were joined.
    """
    lines = [cell]
    while rows:
        # A list may go on where it ends in a comma, or fills its row alone.
        last = lines[-1]
        n_parts = len(re.findall(f"[,;·•{MARK}、，；]", last.marked))
        is_last = row[-1] is last and n_parts > (0 if len(row) == 1 else 1)
        is_parted = row[-1] is last and _is_parted(last, rows[0][0])
        if not (is_last or is_parted or _OPEN.search(last.marked)):
            break
        row, *rows = rows
        # "and Eva Thirdson, Member, IEEE" may be mostly in italics.
        is_open = last.marked.rstrip().endswith(",")
        near = [o for o in row if _is_below(o, last, is_any_style=is_open)]
        near = row[:1] if is_parted else near
        if len(near) != 1:
            break
        lines.append(near[0])
    while len(lines) > 1:
        marked = _run_on(lines)
        if names_in(marked) is not None:
            return marked, lines
        lines.pop()
    return cell.marked, lines


def _is_below(cell: Cell, above: Cell, *, is_any_style: bool = False) -> bool:
    """Check whether a cell is the next line of the one above, by its look and its place."""
    is_near = cell.y0 - above.y1 < 1.2 * cell.size and cell.x0 < above.x1 and cell.x1 > above.x0
    same_style = cell.is_bold == above.is_bold and cell.is_italic == above.is_italic
    is_alike = abs(cell.size - above.size) < 0.04 * above.size and (same_style or is_any_style)
    return is_near and is_alike and not cell.marked.startswith(MARK)


def _is_parted(cell: Cell, after: Cell) -> bool:
    """Check for a name between the end of a row and the begin of the next one, left of it."""
    is_near = 0 < after.y0 - cell.y0 < 2 * cell.size and after.x0 < cell.x0
    first, *others = _BETWEEN.split(after.marked)
    last = _BETWEEN.split(cell.marked)[-1]
    n_words = {len(last.split()), len(first.split())}
    return is_near and bool(others) and n_words == {1} and abs(cell.size - after.size) < 0.4


_BETWEEN = re.compile(rf"[{MARK},;·•∙⋅●|&]|\band\b")


def _run_on(lines: list[Cell]) -> str:
    """Join lines of names; a name split at a line's end ("…, Dora" "Fifthling, …") is one."""
    text = lines[0].marked
    for line in lines[1:]:
        last, first = _BETWEEN.split(text)[-1].split(), _BETWEEN.split(line.marked)[0].split()
        is_parted = 1 in (len(last), len(first)) or re.fullmatch(INITIAL, "".join(last[-1:]))
        if text.endswith("-"):
            text = text if first and first[0][0].isupper() else text[:-1]
        else:
            text += " " if is_parted or _OPEN.search(text) else MARK
        text += line.marked
    return text
