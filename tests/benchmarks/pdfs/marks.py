"""Read the marks of all annotated PDFs, and hold their words, order and looks to the truth.

python -m tests.benchmarks.pdfs --only marks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reader.base.errors import PdfError
from reader.library.highlight import Marks
from reader.pdfs.text.process import PdfPool
from tests.benchmarks.frame import Miss, Options, Part, Result, interval
from tests.benchmarks.pdfs import compare
from tests.benchmarks.pdfs.compare import short
from tests.benchmarks.pdfs.truth import Truth, drawn, load, rows

N_QUICK = 15
N_PLAIN, N_PLAIN_QUICK = 20, 5
"""PDFs without marks of their own in which none may be seen."""
FLOOR = 95.0
COLOUR_STEPS = 2
"""Of 255."""
_KINDS = {
    "Highlight": "highlight",
    "Underline": "underline",
    "StrikeOut": "strike-out",
    "Squiggly": "squiggle",
}


Look = tuple[str, int, str, str]
"""Letters of a mark's words, its page, kind, and colour as #rrggbb."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One annotated PDF: its words in reading order, and what else is known of each mark."""

    file: str
    path: Path
    truth_kind: str
    words: tuple[str, ...]
    looks: tuple[Look, ...]
    """Of the marks with words."""
    notes: tuple[str, ...]
    """What the reader typed, at marks and apart from them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was read right in one PDF, of all that is there."""

    marked: Marked
    marks: Marks
    error: str = ""

    @property
    def given(self) -> list[str]:
        keys = (compare.marked(h.text) for h in self.marks.highlights)
        return [key for key in keys if key]

    @property
    def wanted(self) -> list[str]:
        return [compare.marked(words) for words in self.marked.words]


def measure(options: Options) -> list[Result]:
    """Give every figure of marks. Raises DataMissing where there is no truth."""
    folder = options.data / "files"
    annotated = [_marked(folder, row) for row in rows(folder / "annotated_truth.jsonl")]
    annotated = [one for one in annotated if one.words]
    plain = load(options.data)
    with PdfPool(1) as pool:
        chosen = drawn(annotated, N_QUICK) if options.is_quick else annotated
        found = [_read(pool, one) for one in chosen]
        return [
            *results(found),
            *_flattened(pool, plain, N_PLAIN_QUICK if options.is_quick else N_PLAIN),
        ]


def results(found: Sequence[Found]) -> list[Result]:
    """Sum up all annotated PDFs; a figure of which there is nothing is left out."""
    figures = [
        _summed("marked words exact", [_exact(one) for one in found], floor=FLOOR),
        _summed("marked words in order", [_in_order(one) for one in found], floor=FLOOR),
        _summed("marks given are there", [_precise(one) for one in found]),
        _summed("page, kind and colour of those", [_looks(one) for one in found]),
        _summed("typed notes", [_notes(one) for one in found]),
    ]
    return [figure for figure in figures if figure.floor or any(p.total for p in figure.parts)]


Share = tuple[Found, int, int, list[Miss]]


def _exact(one: Found) -> Share:
    """Compare with NFKC, hyphens and white space aside; each mark answers for one."""
    lost = compare.lacking(one.wanted, one.given)
    misses = [Miss(one.marked.file, _shown(one.marked.words[i]), _nearest(one, i)) for i in lost]
    return one, len(one.wanted) - len(lost), len(one.wanted), misses


def _in_order(one: Found) -> Share:
    """Of the exact ones, those that come in the order of the truth: the longest such chain."""
    both = compare.n_common(one.wanted, one.given)
    n = compare.n_in_order(one.wanted, one.given)
    misses = [Miss(one.marked.file, f"{both} in order", f"{n}")] if n < both else []
    return one, n, both, misses


def _precise(one: Found) -> Share:
    extra = compare.lacking(one.given, one.wanted)
    misses = [Miss(one.marked.file, "no such mark", _shown(one.given[i])) for i in extra]
    return one, len(one.given) - len(extra), len(one.given), misses


def _looks(one: Found) -> Share:
    """Compare page, kind and colour of the marks whose words are exact."""
    key = compare.marked
    given = [(key(h.text), h.page, h.kind, h.colour) for h in one.marks.highlights if key(h.text)]
    words = set(one.given)
    wanted = [look for look in one.marked.looks if look[0] in words]
    lost = [look for look in wanted if not any(is_alike(look, other) for other in given)]
    misses = [Miss(one.marked.file, _line(w), _line_of(given, w[0])) for w in lost]
    return one, len(wanted) - len(lost), len(wanted), misses


def is_alike(one: Look, other: Look) -> bool:
    """Hold a given look against the truth's `one`, whose colour may be unknown.

    Its colours are rounded to hundredths, which is a step or two of 255.
    """
    if one[:3] != other[:3] or (one[3] and not other[3]):
        return False
    steps = [[int(look[3][i : i + 2], 16) for i in (1, 3, 5)] for look in (one, other) if one[3]]
    return not steps or all(abs(a - b) <= COLOUR_STEPS for a, b in zip(*steps, strict=True))


def _notes(one: Found) -> Share:
    wanted = [compare.bare(note) for note in one.marked.notes]
    given = [compare.bare(h.note) for h in one.marks.highlights if h.note]
    lost = compare.lacking(wanted, given)
    misses = [Miss(one.marked.file, _shown(one.marked.notes[i]), "no such note") for i in lost]
    return one, len(wanted) - len(lost), len(wanted), misses


def _summed(name: str, shares: Sequence[Share], *, floor: float | None = None) -> Result:
    kinds = list(dict.fromkeys(one.marked.truth_kind for one, *_ in shares))
    of = {kind: [share for share in shares if share[0].marked.truth_kind == kind] for kind in kinds}
    parts = tuple(Part(k, sum(s[1] for s in of[k]), sum(s[2] for s in of[k])) for k in kinds)
    n, total = sum(part.n for part in parts), sum(part.total for part in parts)
    return Result(
        name,
        100 * n / total if total else 0.0,
        "%",
        floor=floor,
        note=interval(n, total) if total else "of none",
        parts=parts,
        misses=tuple(miss for share in shares for miss in share[3]),
    )


def _flattened(pool: PdfPool, truths: Sequence[Truth], n: int) -> list[Result]:
    """See marks that are part of the page, and none where there are none."""
    drawn_in = [truth for truth in truths if truth.is_flattened]
    plain = drawn([t for t in truths if not t.is_flattened and t.kind != "slides"], n)
    seen = {truth.file: _n_flattened(pool, truth.path) for truth in [*drawn_in, *plain]}
    lost = [truth.file for truth in drawn_in if not seen[truth.file]]
    false = [truth.file for truth in plain if seen[truth.file]]
    found = []
    if drawn_in:
        total = len(drawn_in)
        misses = tuple(Miss(file, "flattened highlights", "none") for file in lost)
        note = f"{interval(total - len(lost), total)}; PDFs"
        share = 100 * (total - len(lost)) / total
        found.append(Result("flattened marks seen", share, "%", note=note, misses=misses))
    misses = tuple(Miss(file, "none", f"{seen[file]} flattened highlights") for file in false)
    note = f"{interval(len(false), len(plain))}; drawn" if plain else "of none"
    return [
        *found,
        Result("PDFs with false flattened marks", len(false), "", note=note, misses=misses),
    ]


def _n_flattened(pool: PdfPool, path: Path) -> int:
    try:
        return sum(h.is_flattened for h in pool.marks(path).highlights)
    except PdfError:
        return 0


def _read(pool: PdfPool, marked: Marked) -> Found:
    try:
        return Found(marked, pool.marks(marked.path))
    except PdfError as error:
        return Found(marked, Marks(), error.message)


def _marked(folder: Path, row: dict[str, Any]) -> Marked:
    known = [
        a for a in row["annotations"] if a["type"] in _KINDS and compare.marked(a["text"] or "")
    ]
    looks = [
        (compare.marked(a["text"]), a["page"], _KINDS[a["type"]], _colour(a["color"]))
        for a in known
    ]
    notes = [a["note"] for a in row["annotations"] if (a["note"] or "").strip()]
    return Marked(
        file=row["file"],
        path=folder / row["file"],
        truth_kind=re.split("[:,]", row["truth_kind"])[0],
        words=tuple(w for w in row["highlights_in_reading_order"] if compare.marked(w)),
        looks=tuple(looks),
        notes=tuple(notes),
    )


def _colour(shares: Sequence[float] | None) -> str:
    if not shares or len(shares) != 3:
        return ""
    return "#" + "".join(f"{round(255 * share):02x}" for share in shares)


def _nearest(one: Found, i: int) -> str:
    """Show the given mark that looks most as the lost one, of those that are not another."""
    if one.error:
        return one.error
    import difflib

    spare = [one.given[n] for n in compare.lacking(one.given, one.wanted)]
    close = difflib.get_close_matches(one.wanted[i], spare, n=1, cutoff=0.3)
    return _shown(close[0]) if close else "nothing like it"


def _line(look: Look) -> str:
    words, page, kind, colour = look
    return f"{short(words, 30)} page {page} {kind} {colour}"


def _line_of(given: Sequence[Look], words: str) -> str:
    return "; ".join(f"page {g[1]} {g[2]} {g[3]}" for g in given if g[0] == words)


def _shown(text: str) -> str:
    """Show both ends: marks differ there."""
    return text if len(text) <= 110 else f"{text[:55]} … {text[-50:]}"
