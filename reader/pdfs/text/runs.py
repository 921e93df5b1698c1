"""Rank the runs of lines above a paper's text by how likely each is its title.

A run is one line or several. Its score is the weighted sum of its features: look, words, what
differs between its lines, what stands above and below. The softmax of all scores, and of 0 for
"none", is a probability. `tests.benchmarks.pdfs.fronts` fits the weights.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from reader.pdfs.text.blocks import is_caption
from reader.pdfs.text.cells import MARK, Cell, rows_of
from reader.pdfs.text.headings import is_section
from reader.pdfs.text.name_words import INSTITUTES
from reader.pdfs.text.names import names_before, names_in
from reader.pdfs.text.people import authors_of
from reader.pdfs.text.title import CJK, ENDS_CUT, LABEL, LABELLED, is_alike, is_banner

STRETCH = 8
"""The widest gap between two words of one line of the title, in sizes of its letters."""
MAX_LINES, MAX_PIECES = 9, 45
MAX_GAP = 2.5
"""The widest gap between two lines of a run, in sizes of the letters."""
STANDS_OUT = 1.08
"""Sizes of the running text from which on a line stands out."""
_SCRIPT = re.compile("[\u0370-\u1fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of a title below which Latin words are its translation."""
_ISSUE = re.compile(r"\d\d|\d\s*[巻号回]")
"""The year or number of a journal or meeting."""
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_BY = re.compile(r"by\b|author", re.IGNORECASE)
_SMALL_LETTERS = re.compile("[a-z]{2}")
_SMALL_WORD = re.compile(r"\s[a-z]|[wW]ith|For|Of")


Features = dict[str, float]
WEIGHTS: Features = json.loads(Path(__file__).with_name("title.json").read_bytes())


class Piece(NamedTuple):
    """The words of one look in a row, the `at`th. n_words: two Japanese letters count as one."""

    cells: list[Cell]
    cell: Cell
    at: int
    text: str
    marked: str
    n_words: float
    is_cjk: bool
    n_names: int
    is_banner: bool
    has_institution: bool

    @property
    def x0(self) -> float:
        return self.cells[0].x0

    @property
    def x1(self) -> float:
        return self.cells[-1].x1


def _piece(cells: list[Cell], at: int) -> Piece:
    main = max(cells, key=lambda cell: len(cell.text))
    text = " ".join([cell.text for cell in cells])
    marked = MARK.join([cell.marked for cell in cells])
    n_cjk = len(CJK.findall(text))
    n_words = len(CJK.sub(" ", text).split()) + n_cjk / 2
    n_names = len(names_in(marked) or ()) or names_before(marked) is not None
    is_none = is_banner(text) or is_section(text)
    words = {word.strip(".,;:()").lower() for word in text.split()}
    is_place = "@" in text or not INSTITUTES.isdisjoint(words)
    return Piece(cells, main, at, text, marked, n_words, n_cjk > 0, n_names, is_none, is_place)


def pieces_of(above: Sequence[Cell]) -> list[Piece]:
    """Join the cells of each row that look alike and are not far apart."""
    found: list[Piece] = []
    for at, row in enumerate(rows_of(list(above))):
        cells = row[:1]
        for cell in row[1:]:
            before = cells[-1]
            is_near = cell.x0 - before.x1 < STRETCH * cell.top and not cell.text.isdigit()
            if is_near and is_alike(before, cell):
                cells.append(cell)
            else:
                found.append(_piece(cells, at))
                cells = [cell]
        found.append(_piece(cells, at))
    return found[:MAX_PIECES]


def runs_of(pieces: Sequence[Piece], body: float) -> Iterator[tuple[Piece, ...]]:
    """Yield the runs: from each piece on, with each number of the lines below it."""
    for first_at, first in enumerate(pieces):
        n_letters, n_digits = (sum(map(of, first.text)) for of in (str.isalpha, str.isdigit))
        is_tiny = n_letters < max(2, n_digits) or first.cell.top < max(0.9 * body, 1)
        if is_tiny or is_caption(first.text):
            continue
        run = [first]
        yield (first,)
        x0, x1 = first.x0, first.x1
        for piece in pieces[first_at + 1 :]:
            last = run[-1].cell
            if piece.at <= run[-1].at or piece.x0 >= x1 or piece.x1 <= x0 or _is_mark(piece, first):
                continue
            size = piece.cell.top
            is_far = piece.cell.y0 - last.y1 > MAX_GAP * max(last.top, size)
            if is_far or not 0.45 < size / first.cell.top < 1.9 or len(run) == MAX_LINES:
                break
            run.append(piece)
            x0, x1 = min(x0, piece.x0), max(x1, piece.x1)
            yield tuple(run)


def _is_mark(piece: Piece, other: Piece) -> bool:
    """Check for a raised mark between two rows."""
    return len(piece.text) <= 3 and piece.cell.size <= 0.6 * other.cell.top


class RunPage(NamedTuple):
    """What the features of a run need to know of its page, sizes in points."""

    pieces: Sequence[Piece]
    body: float
    width: float
    sizes: Sequence[float]


Candidate = tuple[list[Cell], Features]


def candidates(
    above: Sequence[Cell], *, body: float, width: float, is_cjk: bool = False
) -> list[Candidate]:
    """List the cells and the features of each run.

    above: the cells above the text, in rows. body: font size of the running text. width: of the
    page. is_cjk: whether most of its words are Japanese or Chinese; then Latin words below others
    are a translation, however large.
    """
    pieces = pieces_of(above)
    sizes = [p.cell.top for p in pieces if sum(map(str.isalpha, p.text)) > 2 and not p.is_banner]
    page = RunPage(pieces, max(body, 1), width, sizes)
    return [
        ([cell for piece in run for cell in piece.cells], features(run, page))
        for run in runs_of(pieces, body)
        if not (is_cjk and _translates(run, page))
    ]


def _translates(run: Sequence[Piece], page: RunPage) -> bool:
    """Check for Latin words below others that are as large as the text, and no names or place."""
    above = page.pieces[: page.pieces.index(run[0])]
    return not any(piece.is_cjk for piece in run) and any(
        p.is_cjk and p.n_words > 2 and p.cell.top >= 0.95 * page.body and _is_over(p, run[0])
        for p in above
        if not (p.is_banner or p.n_names or p.has_institution or _ISSUE.search(p.text))
    )


def likeliest(several: Sequence[Candidate]) -> tuple[list[Cell], float]:
    """Find the likeliest run and its probability; no cells where none of them is likelier."""
    best, most, total = list[Cell](), 0.0, 1.0
    scores = [
        sum(WEIGHTS[name] * value for name, value in found.items() if value) for _, found in several
    ]
    for (cells, _), score in zip(several, scores, strict=True):
        total += math.exp(score)
        if score > most:
            best, most = cells, score
    # Lines set wide apart: "… Methods for", "Counting Rain".
    if best and ENDS_CUT.search(best[-1].text.lower()):
        wholes = [
            (cells, score)
            for (cells, _), score in zip(several, scores, strict=True)
            if _goes_on(cells, best) and score > 0
        ]
        best, most = max(wholes, key=itemgetter(1), default=(best, most))
    return best, math.exp(most) / total


def with_last_lines(title: list[Cell], above: Sequence[Cell]) -> list[Cell]:
    """Add the lines in a title's look and at its spacing that may read as a person's name.

    They are the title's where names stand elsewhere: "Rain on Roofs and the", "Quiet Harbour".
    above: the cells above the text, in rows.
    """
    rows = rows_of(title)
    if len(rows) < 2:
        return title
    step = rows[-1][0].base - rows[-2][0].base
    last = rows[-1][0]
    more: list[Cell] = []
    for row in rows_of([cell for cell in above if cell.base > last.base + 1]):
        is_next = abs(row[0].base - last.base - step) < 0.05 * step
        if not (is_next and len(row) == 1 and is_alike(row[0], last)):
            break
        last = row[0]
        more.append(last)
    others = [cell for cell in above if cell not in title and cell not in more]
    return [*title, *more] if more and authors_of(others) else title


def _goes_on(cells: Sequence[Cell], best: Sequence[Cell]) -> bool:
    """Check whether cells begin with those of a run, and all after them look like its last."""
    rest = cells[len(best) :]
    is_same = list(cells[: len(best)]) == list(best)
    return is_same and len(rest) > 0 and all(is_alike(cell, best[-1]) for cell in rest)


def stands_alone(
    title: Sequence[Cell], above: Sequence[Cell], below: list[Cell], body: float
) -> bool:
    """Check whether a title stands out, and no words beside it may be the title or a part of it.

    They stand out above it, or are right below it and neither names nor a translation. above: the
    cells above the text; below: those between title and abstract.
    """
    first = title[0]

    def stands_out(cell: Cell) -> bool:
        return cell.is_bold or cell.top >= STANDS_OUT * body

    def is_label(cell: Cell) -> bool:
        is_apart = cell.top <= 0.85 * first.top and first.y0 - cell.y1 > 0.7 * first.top
        return is_apart and not ENDS_CUT.search(cell.text)

    others = [c for c in above if c.y0 < first.y0 and stands_out(c) and not is_label(c)]
    others = [c for c in others if len(c.text.split()) > 1]
    is_between = len(below) > 0 and below[0].size >= 0.95 * body and not CJK.search(first.text)
    if is_between and len(below[0].text.split()) > 2:
        is_name = authors_of(below[:1]) and all(c.top <= 1.1 * below[0].top for c in below[1:2])
        others += [] if is_name else below[:1]
    is_alone = all(is_banner(cell.text) for cell in others)
    return is_alone and any(map(stands_out, title)) and not is_banner(first.text)


def features(run: Sequence[Piece], page: RunPage) -> Features:
    """Measure a run; a feature that is 0 may be missing."""
    found: Features = {"any": 1}
    for part in (_look(run, page), _words(run), _inside(run, page.body)):
        found |= part
    return found | _above(run, page) | _below(run, page)


def _look(run: Sequence[Piece], page: RunPage) -> Features:
    first = run[0]
    top = max(piece.cell.top for piece in run)
    size = top / page.body
    is_plain = size < STANDS_OUT and not first.cell.is_bold
    is_upper = first.text.isupper() and len(first.text) > 3
    n_larger = sum(size > 1.05 * top for size in page.sizes)
    return {
        "size": min(math.log(size), 1),
        "large": size >= 1.3,
        "small": size < 0.95,
        "plain": is_plain,
        "smaller than the largest": max(math.log(max(page.sizes, default=top) / top), 0),
        "larger ones": min(n_larger, 4) / 4,
        "bold": first.cell.is_bold,
        "capitals": is_upper,
        "plain capitals": is_plain and is_upper,
        "order": min(page.pieces.index(first), 12) / 12,
        "centred": abs(first.x0 + first.x1 - page.width) < 0.06 * page.width,
    }


def _words(run: Sequence[Piece]) -> Features:
    first = run[0]
    text = " ".join([piece.text for piece in run])
    n_words = sum(piece.n_words for piece in run)
    n_digits = sum(map(str.isdigit, text))
    return {
        "1 word": n_words <= 1,
        "2 words": 1 < n_words <= 2,
        "3 words": 2 < n_words <= 3.5,
        "5 words": n_words >= 5,
        "8 words": n_words >= 8,
        "25 words": n_words > 25,
        "35 words": n_words > 35,
        "banner first": first.is_banner,
        "banner within": any(piece.is_banner for piece in run[1:]),
        "names first": first.n_names > 1,
        "institution first": first.has_institution,
        "small letters first": _SMALL_LETTERS.match(text) is not None,
        "ends cut": ENDS_CUT.search(text.lower()) is not None,
        "ends in a stop": text.endswith("."),
        "date": n_digits > 0 and _MONTH.search(text) is not None,
        "digits": min(4 * n_digits / len(text), 1),
        "commas": min(text.count(",") + text.count(";"), 4) / 4,
        # Rare, so it counts for more: the fit shrinks its weight.
        "labelled": 4 * (LABELLED.match(text) is not None),
    }


def _inside(run: Sequence[Piece], body: float) -> Features:
    """Measure what differs between the lines of a run, and where it changes its look first."""
    if len(run) < 2:
        return {}
    pairs = [(a, b, a.cell, b.cell) for a, b in pairwise(run)]
    last = run[-1]
    gaps = [(y.y0 - x.y1) / max(x.top, y.top) for *_, x, y in pairs]
    steps = [(y.base - x.base) / x.top for *_, x, y in pairs]
    look: Features = {
        "step up": any(y.top > 1.04 * x.top for *_, x, y in pairs),
        "bold changes": any(x.is_bold != y.is_bold for *_, x, y in pairs),
        "italic changes": any(x.is_italic != y.is_italic for *_, x, y in pairs),
        "gap": max(gaps) > 0.6,
        "wide steps": max(steps) > 1.8,
        "uneven": math.log(max(*steps, 0.3) / max(min(steps), 0.3)) if len(steps) > 1 else 0,
        "translation": any(_is_translation(a, b) for a, b, *_ in pairs),
        "names last": last.n_names > 1,
        "marked name last": last.n_names > 0 and MARK in last.marked,
        "institution last": last.has_institution,
    }
    changed = (at for at, (*_, x, y) in enumerate(pairs, 1) if _is_other(x, y))
    at = next(changed, None)
    if at is None:
        return look
    sub = run[at]
    return look | {
        "sub": 1,
        "sub is a name": sub.n_names > 0,
        "sub has an institution": sub.has_institution,
        "sub has a small word": _SMALL_WORD.search(sub.text) is not None,
        "sub is short": sub.n_words < 3,
        "sub is plain": sub.cell.top < STANDS_OUT * body and not sub.cell.is_bold,
        "short before sub": sum(piece.n_words for piece in run[:at]) <= 3,
    }


def _is_other(cell: Cell, other: Cell) -> bool:
    """Check for a line in smaller, bolder, plainer or sloping type, or in another font."""
    if other.top < 0.96 * cell.top or cell.is_bold != other.is_bold:
        return True
    is_cjk = CJK.search(cell.text + other.text) is not None  # which has a font for each script
    return cell.is_italic != other.is_italic or (cell.font != other.font and not is_cjk)


def _is_translation(piece: Piece, below: Piece) -> bool:
    """Check for Latin words below other ones, or the other way round, but for a subtitle."""
    if _SCRIPT.search(piece.text) and not _SCRIPT.search(below.text):
        return below.n_words > 2
    is_sub = re.match("[-–—―:：〜～]", below.text) is not None
    return below.is_cjk and not piece.is_cjk and piece.n_words > 2 and not is_sub


def _above(run: Sequence[Piece], page: RunPage) -> Features:
    first = run[0]
    cell = first.cell
    beside = [p.text for p in page.pieces if p.at == first.at and p.x1 <= first.x0]
    found: Features = {"label beside": 4 * any(map(LABEL.fullmatch, beside))}
    above = [p for p in page.pieces[: page.pieces.index(first)] if _is_over(p, first)]
    near = next((p for p in reversed(above) if p.at < first.at), None)
    if near is None:
        return found
    gap = (cell.y0 - near.cell.y1) / cell.top
    alike = is_alike(near.cell, cell)
    # A Japanese title may be a little smaller than its translation below it.
    originals = [p for p in above if p.is_cjk and p.n_words > 2 and not p.is_banner]
    is_latin = not any(piece.is_cjk for piece in run)
    return found | {
        "cut above": alike and gap < 0.6,
        "maybe cut above": alike and 0.6 <= gap < 1.5,
        "same size above": not alike and gap < 0.6 and abs(near.cell.top - cell.top) < 0.5,
        "banner above": near.is_banner,
        "above ends cut": gap < 1 and ENDS_CUT.search(near.text) is not None,
        "larger above": gap < 1.5 and near.cell.top > 1.05 * cell.top and not near.is_banner,
        "gap above": min(max(gap, 0), 3) / 3,
        "translated above": is_latin and any(p.cell.top >= 0.85 * cell.top for p in originals),
    }


def _is_over(piece: Piece, other: Piece) -> bool:
    """Check whether two pieces stand one above the other."""
    return piece.x0 < other.x1 and piece.x1 > other.x0


def _below(run: Sequence[Piece], page: RunPage) -> Features:
    first, last = run[0], run[-1]
    cell = last.cell
    rest = page.pieces[page.pieces.index(last) + 1 :]
    own = max(run, key=lambda piece: piece.x1 - piece.x0)
    under = (p for p in rest if p.at > last.at and _is_over(p, own) and not _is_mark(p, first))
    below = list(islice(under, 4))
    if not below:
        return {"nothing below": 1}
    near = below[0]
    gap = (near.cell.y0 - cell.y1) / cell.top
    alike = is_alike(near.cell, cell)
    is_name = near.n_names > 0
    return {
        "cut below": alike and gap < 0.6 and not is_name,
        "maybe cut below": alike and 0.6 <= gap < 1.5 and not is_name,
        "cut before a name": alike and gap < 0.6 and is_name,
        "names below": is_name,
        "names soon": any(p.n_names for p in below),
        "by below": any(_BY.match(p.text) for p in below[:2]),
        "smaller below": near.cell.top < 0.93 * cell.top,
        "larger below": near.cell.top > 1.05 * cell.top and not is_name,
        "banner below": near.is_banner,
        "institution below": near.has_institution,
        "translated below": _is_translation(first, near),
    }
