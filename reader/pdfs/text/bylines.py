"""Tell by fitted weights which line of a front lists the authors.

`people` reads names from lines; of several lines with words that read as names (a place, a
publisher, a supervisor, the last line of a title) the likeliest counts, or none. The weights were
fitted with `python -m tests.benchmarks.pdfs.fronts`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from reader.pdfs.text.cells import MARK, Cell
from reader.pdfs.text.name_words import INSTITUTIONS
from reader.pdfs.text.person import name_score

Features = dict[str, float]
WEIGHTS: Features = json.loads(
    files("reader.pdfs.text").joinpath("bylines.json").read_text(encoding="utf-8")
)
_AUTHOR = re.compile(
    r"\baut(?:h?or|or[ae]|eur)|\bby\b|\bvon\b|\bpar\b|\bpor\b|\bdoor\b|verfass|\bname\b|student"
    r"|candidat|kandidat|pr[eé]sent|speaker|author|written|submitted|著\s*者|作\s*者|氏\s*名"
    r"|発\s*表\s*者|提\s*出\s*者|저\s*자|姓\s*名|إعداد|الباحث|автор|συγγραφ|نویسنده|مؤلف|כותב|מאת",
    re.IGNORECASE,
)
"""Words that stand before the names of authors, in many languages."""
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


LEAST = -1.0
"""The least score of a line of authors; 0 is that of none. Nearly all papers have authors."""
KINDS = ("whole", "before", "loosely", "among", "possibly")
RARE = KINDS[-1]
"""The ways in which a line may read as names, the strictest first; and that of rare names, which
the weights do not know."""


class Byline(NamedTuple):
    """A line that reads as names. cell: where it begins; kind: the strictest way to read them."""

    cell: Cell
    marked: str
    names: list[str]
    kind: str


def best_of(several: Sequence[Byline], zone: Sequence[Cell]) -> Byline | None:
    """Find the likeliest line of authors; None where it is far likelier that there is none."""
    best, most = None, LEAST
    for at, line in enumerate(several):
        found = features(several, at, zone)
        score = sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())
        if score > most:
            best, most = line, score
    return best


def features(several: Sequence[Byline], at: int, zone: Sequence[Cell]) -> Features:
    """Measure one of the lines that read as names."""
    cell, marked, names, kind = several[at]
    rank = KINDS.index(kind)
    ranks = [KINDS.index(other.kind) for other in several]
    scores = [max(-3.0, min(name_score(name), 3.0)) / 3 for name in names]
    text = marked.replace(MARK, " ")
    words = _words(text)
    n_own = sum(len(_WORD.findall(name)) for name in names)
    return measured(cell, zone) | {
        "any": 1,
        kind: 1,
        "1 name": len(names) == 1,
        "2 names": len(names) == 2,
        "3 names": len(names) > 2,
        "score": sum(scores) / len(scores),
        "lowest": min(scores),
        "first": all(other > rank for other in ranks[:at]),
        "others are stricter": any(other < rank for other in ranks),
        "order": min(at, 6) / 6,
        "bold": cell.is_bold,
        "italic": cell.is_italic,
        "capitals": text.isupper(),
        "marks": MARK in marked,
        "others have marks": MARK not in marked and any(MARK in o.marked for o in several),
        "begins with a mark": marked.startswith(MARK),
        "commas": min(sum(map(text.count, ",;、，")), 4) / 4,
        "mail": "@" in text,
        "institution": not INSTITUTIONS.isdisjoint(words),
        "label": _AUTHOR.search(text.split(names[0].split()[0])[0]) is not None,
        "year": _YEAR.search(text) is not None,
        "others": 1 - min(n_own / max(len(words), 1), 1),
        "cjk": _CJK.search(text) is not None,
    }


def measured(cell: Cell, zone: Sequence[Cell]) -> Features:
    """Measure where a line stands among the others, and what stands before and below it."""
    largest = max(other.size for other in zone)
    bottom = max(other.y1 for other in zone)
    under = [o for o in zone if 0 < o.base - cell.base < 2.2 * max(cell.size, o.size)]
    under = [o for o in under if o.x0 < cell.x1 and o.x1 > cell.x0]
    below = _words(" ".join([o.text for o in under]))
    before = _before(cell, zone)
    return {
        "cells above": min(sum(o.base < cell.base - 1 for o in zone), 12) / 12,
        "depth": (cell.y0 - zone[0].y0) / max(bottom - zone[0].y0, 1),
        "far": min(max(cell.y0 - before.y1, 0) / cell.size, 8) / 8 if before else 0,
        "size": math.log(cell.size / largest),
        "mail below": any("@" in o.text for o in under),
        "institution below": not INSTITUTIONS.isdisjoint(below),
        "label before": before is not None and _is_label(before),
    }


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _is_label(cell: Cell) -> bool:
    return len(cell.text) < 40 and _AUTHOR.search(cell.text) is not None


def _before(cell: Cell, zone: Sequence[Cell]) -> Cell | None:
    """Find the cell beside the left of one, else the next one above it."""
    beside = [o for o in zone if abs(o.base - cell.base) < 2 and o.x1 <= cell.x0 + 1]
    if beside:
        return max(beside, key=lambda o: o.x1)
    above = [o for o in zone if o.base < cell.base - 2 and o.x0 < cell.x1 and o.x1 > cell.x0]
    return max(above, key=lambda o: o.base, default=None)
