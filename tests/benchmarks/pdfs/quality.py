"""Read all PDFs with a truth once, and say for each kind of PDF what was read right.

python -m tests.benchmarks.pdfs --only quality
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from reader.base.errors import PdfError
from reader.library.passage import Document
from reader.pdfs.text.process import PdfPool
from tests.benchmarks.frame import Miss, Options, Part, Result, interval, is_aside
from tests.benchmarks.pdfs import compare, recognised
from tests.benchmarks.pdfs.columns import orders
from tests.benchmarks.pdfs.compare import short
from tests.benchmarks.pdfs.score import Score, own_ids, scores
from tests.benchmarks.pdfs.truth import KINDS, Truth, drawn, load

N_QUICK = 30
FLOORS = {
    "title exact": 95.0,
    "first author": 95.0,
    "names found": 90.0,
    "printed ids found": 99.0,
}
ORDER = "pages with columns in order"
WRONG_TITLES = "wrong titles told as sure"
NAMES = (
    "title exact",
    "exact and told as sure",
    "first author",
    "names found",
    "names given are listed",
    "year",
    "abstract's start",
    "kind told",
    "printed ids found",
    "ids given are right",
    "headings found",
    "headings in order",
    ORDER,
    "references exact",
    "references within 5 %",
    "Japanese without blanks",
    "scanned pages told",
)
NOTES = {
    "names given are listed": "a floor of the truth: some of its lists are cut short",
    "headings found": "of the PDF's own outline, level 1",
    ORDER: "every pair of lines right, of up to 6 pages a PDF",
}


@dataclass(slots=True)
class Tally:
    """One figure over all PDFs: right and all, for each kind; aside: of those kept aside."""

    n: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    aside: list[Score] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)

    def add(self, truth: Truth, score: Score, where: str) -> None:
        self.n[truth.kind] = self.n.get(truth.kind, 0) + score.n
        self.total[truth.kind] = self.total.get(truth.kind, 0) + score.total
        if is_aside(truth.file):
            self.aside.append(score)
        if score.n < score.total:
            self.misses.append(Miss(where, short(score.expected, 160), short(score.got, 160)))

    @property
    def parts(self) -> tuple[Part, ...]:
        kinds = [kind for kind in KINDS if self.total.get(kind)]
        return tuple(Part(kind, self.n[kind], self.total[kind]) for kind in kinds)


def measure(options: Options) -> list[Result]:
    """Give every figure of quality. Raises DataMissing where there is no truth."""
    truths = load(options.data)
    if options.is_quick:  # reading pictures of letters takes seconds a page
        truths = drawn([truth for truth in truths if not truth.is_scanned], N_QUICK)
    return results(read(truths))


def read(truths: Sequence[Truth]) -> Iterator[tuple[Truth, Document]]:
    """Read PDFs, in no order. One that cannot be read is an empty Document: it misses all."""
    by_path = {truth.path: truth for truth in truths}
    with PdfPool() as pool:
        for path, document in pool.read_all(by_path):
            yield by_path[path], Document(()) if isinstance(document, PdfError) else document


def results(documents: Iterator[tuple[Truth, Document]]) -> list[Result]:
    """Sum the scores of all PDFs; a figure that no truth speaks of is left out."""
    tallies = {name: Tally() for name in NAMES}
    wrong: list[Miss] = []
    wrong_titles: list[Miss] = []
    n_sure = n_ids = 0
    several = sorted(documents, key=lambda pair: pair[0].file)
    for truth, document in several:
        for score in scores(truth, document):
            tallies[score.name].add(truth, score, truth.file)
        if truth.columns == 2 and truth.kind != "scanned":
            for order in orders(truth.path, document):
                first, second = order.wrong
                score = Score(ORDER, order.n == order.total, 1, f"{first} … {second}", "reversed")
                tallies[ORDER].add(truth, score, f"{truth.file} page {order.page}")
        if document.is_title_sure and document.title and truth.title:
            n_sure += 1
            if compare.bare(document.title) != compare.bare(truth.title):
                wrong_titles.append(Miss(truth.file, truth.title, document.title))
        n_ids += len(own_ids(document))
        strange = own_ids(document) - truth.ids
        expected = ", ".join(sorted(truth.ids)) or "none"
        wrong += [Miss(truth.file, expected, id_) for id_ in sorted(strange)]
    return [
        *(_result(name, tally) for name, tally in tallies.items() if tally.parts),
        none_of(WRONG_TITLES, wrong_titles, n_sure),
        none_of("wrong ids", wrong, n_ids),
        *recognised.results(several),
    ]


def none_of(name: str, wrong: Sequence[Miss], total: int) -> Result:
    """Count what must never be wrong; its note says how many more the sample leaves possible."""
    note = interval(len(wrong), total) if total else "of none"
    return Result(name, len(wrong), "", bar=0.0, note=note, misses=tuple(wrong))


def wilson(n: int, total: int) -> tuple[float, float]:
    """Give the middle 95 % of a share, of which n of total were seen (Wilson 1927).

    Things of one PDF count as if they were of several, so it is narrow for names and headings.
    """
    z = 1.96
    middle = (n + z * z / 2) / (total + z * z)
    half = z * math.sqrt(n * (total - n) / total + z * z / 4) / (total + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)


def _result(name: str, tally: Tally) -> Result:
    parts = tally.parts
    n, total = sum(part.n for part in parts), sum(part.total for part in parts)
    low, high = wilson(n, total)
    note = f"{n} of {total}, {100 * low:.0f} to {100 * high:.0f} %"
    aside = sum(score.total for score in tally.aside)
    if aside:
        right = sum(score.n for score in tally.aside)
        low, high = wilson(right, aside)
        note += f"; set aside {right} of {aside}, {100 * low:.0f} to {100 * high:.0f} %"
    note += f"; {NOTES[name]}" if name in NOTES else ""
    return Result(
        name,
        100 * n / total,
        "%",
        floor=FLOORS.get(name),
        note=note,
        parts=parts,
        misses=tuple(tally.misses),
    )
