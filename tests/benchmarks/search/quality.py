"""Ask half-remembered questions and count how high what was meant stands.

    python -m tests.benchmarks.search --only quality

Each set is answered in the four ways of `ways`. MRR@10: the mean of 1 / place, 0 beyond
the tenth; hit@10: the share that is among the first ten. Floors hold in whole runs.
Half of the questions is kept aside (`Question.is_aside`): figures of both halves stand side by
side, with the middle 95 % of a bootstrap over questions.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from reader.library.rows import papers
from reader.search.encoder.models import BUNDLED
from reader.search.rows.index import Text
from tests.benchmarks.frame import Miss, Options, Part, Result
from tests.benchmarks.pdfs.truth import Truth, drawn, load
from tests.benchmarks.ranking import intervals
from tests.benchmarks.search import pool, questions
from tests.benchmarks.search.encoding import Installed, Model, Remembered
from tests.benchmarks.search.pool import Pool
from tests.benchmarks.search.questions import Question, Set
from tests.benchmarks.search.ways import BEST, BM25, FUSED, MEANING, WORDS, Way, texts_of, ways

LEAST_LEAD = -1.0
"""What the fused answer may lose against the better of its halves, in hundredths."""

FLOORS: Mapping[tuple[str, int], Mapping[str, float]] = {
    ("English notes", 2_000): {"MRR@10": 96.0},
    ("English notes", 10_000): {"MRR@10": 96.0},
    ("Japanese notes", 2_000): {"hit@10": 90.0},
    ("Japanese notes", 10_000): {"hit@10": 75.0},
}

ASIDE_FLOORS: Mapping[tuple[str, int], Mapping[str, float]] = {
    ("English notes", 2_000): {"MRR@10": 99.0},
    ("Japanese notes", 2_000): {"hit@10": 90.0},
    ("our Japanese notes", 2_000): {"hit@10": 90.0},
    ("Japanese notes, masked", 2_000): {"MRR@10": 75.0},
    ("half-remembered, Japanese", 2_000): {"hit@5": 90.0},
    ("half-remembered, English", 2_000): {"hit@5": 90.0},
}
"""What the half that was kept aside must reach, by set and number of papers."""

NONSENSE = 90.0
"""The least share of the queries that mean nothing, of the half kept aside, that find nothing."""

NOT_BELOW_SIMILARITY = ("Japanese notes", "our Japanese notes")
"""Sets whose MRR@10 may not be below that of similarity alone, on the half kept aside."""

Places = Mapping[str, Sequence[int | None]]
"""For each way the place of what was meant, question by question, from 1; None: not found."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked.

    sizes: papers among which the meant ones are to be found. n_pdfs: None for all. n_notes:
    of each language, n_ours: of each set of our own, None for all. n_drawn: titles, sentences,
    runs of words.
    """

    sizes: tuple[int, ...] = (2_000, 10_000)
    n_pdfs: int | None = None
    n_notes: int | None = None
    n_ours: int | None = None
    n_drawn: int = 200


QUICK = Plan(sizes=(300,), n_pdfs=5, n_notes=20, n_ours=5, n_drawn=30)


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where a set is not there."""
    plan = plan or (QUICK if options.is_quick else Plan())
    pdfs = [truth for truth in load(options.data) if truth.kind != "scanned"]
    pdfs = pdfs if plan.n_pdfs is None else drawn(pdfs, plan.n_pdfs)
    by_file = {truth.path.name: pool.paper_of(truth).id for truth in pdfs}
    ids = {paper.id for paper in pool.all_papers(options.data)}
    sets = questions.notes(options.data, plan.n_notes)
    sets += questions.ours(ids, by_file, plan.n_ours)
    encoder = Remembered(model or Installed(BUNDLED), options.cache / "search")
    found: list[Result] = []
    for n, size in enumerate(plan.sizes):
        # The PDFs are asked about once: what stands among the papers is not among passages.
        found += _among(options, size, sets, pdfs if n == 0 else [], plan, encoder)
    return found


def _among(
    options: Options,
    size: int,
    sets: Sequence[Set],
    pdfs: Sequence[Truth],
    plan: Plan,
    encoder: Remembered,
) -> list[Result]:
    wanted = {question.paper for one in sets for question in one.questions}
    several = pool.drawn(pool.all_papers(options.data), wanted, size)
    with (
        tempfile.TemporaryDirectory(prefix="asayomi-") as folder,
        pool.opened(Path(folder) / "library", several, pdfs, encoder) as opened,
    ):
        others = [paper for paper in several if paper.id not in wanted]
        # What is asked of PDFs is asked once, among their passages.
        asked_of = [one for one in sets if one.kind == "paper"]
        asked_of += [questions.titles(others, plan.n_drawn)]
        among = f"{size:,} papers"
        found = [r for one in asked_of for r in _answered(opened, one, size, among)]
        if pdfs:
            found += _nonsense(opened, among)
            passages = _passages(opened)
            of_pages = [one for one in sets if one.kind == "passage"]
            of_pages += [
                draw(passages, plan.n_drawn) for draw in (questions.quotes, questions.runs)
            ]
            among = f"{len(passages):,} passages"
            found += [r for one in of_pages for r in _answered(opened, one, size, among)]
    return found


def _passages(opened: Pool) -> list[tuple[str, Text]]:
    ids = {row: id_ for id_, row in opened.rows.items()}
    return [(ids[text.paper], text) for text in texts_of(opened, "passage")]


def _nonsense(opened: Pool, among: str) -> list[Result]:
    """Give the share of the queries that mean nothing and find nothing, of each half."""
    fused = ways(opened)[FUSED]
    # Whatever kinds are asked, nothing is compared for such a query; papers are enough to see it.
    found = [(is_aside, not fused(query, "paper")) for query, is_aside in questions.nonsense()]
    aside, rest = ([ok for is_mine, ok in found if is_mine == half] for half in (True, False))
    note = f"n = {len(aside)}; the other half {100 * fmean(rest):.1f}"
    name = f"nonsense among {among}, kept aside, finds nothing"
    return [Result(name, 100 * fmean(aside), "%", floor=NONSENSE, note=note)]


def _answered(opened: Pool, one: Set, size: int, among: str) -> list[Result]:
    by_name = ways(opened)
    by_name[FUSED] = cache(by_name[FUSED])
    places = {name: places_of(opened, one, way) for name, way in by_name.items()}
    floors = FLOORS.get((one.name, size), {})
    misses = tuple(
        _miss(opened, q, {name: found[i] for name, found in places.items()})
        for i, q in enumerate(one.questions)
        if places[FUSED][i] is None
    )
    name = f"{one.name} among {among}"
    aside = [question.is_aside for question in one.questions]
    floors_aside = ASIDE_FLOORS.get((one.name, size), {})
    n_empty = sum(not by_name[FUSED](q.text, one.kind) for q in one.questions)
    return [
        *results(name, places, floors, misses),
        Result(f"{name}, without any answer", n_empty, "", bar=0),
        *halves(name, places, aside, floors_aside, is_led=one.name in NOT_BELOW_SIMILARITY),
    ]


def halves(
    name: str,
    places: Places,
    aside: Sequence[bool],
    floors: Mapping[str, float],
    *,
    is_led: bool = False,
) -> list[Result]:
    """Give the figures of the half kept aside, with those of the other half in their notes.

    is_led: its MRR@10 may not be below that of similarity alone.
    """
    found: list[Result] = []
    if not any(aside) or all(aside):
        return found
    fused, alone = places[FUSED], places[MEANING]
    mine = [place for place, is_mine in zip(fused, aside, strict=True) if is_mine]
    rest = [place for place, is_mine in zip(fused, aside, strict=True) if not is_mine]
    for figure, of_one in FIGURES.items():
        low, high = intervals.of_mean([of_one(place) for place in mine])
        note = (
            f"{100 * low:.1f} to {100 * high:.1f}; n = {len(mine)}; "
            f"the other half {100 * fmean(map(of_one, rest)):.1f}"
        )
        value = 100 * fmean(map(of_one, mine))
        label = f"{name}, kept aside, {figure}"
        found.append(Result(label, value, "%", floor=floors.get(figure), note=note))
    if is_led:
        theirs = [place for place, is_mine in zip(alone, aside, strict=True) if is_mine]
        lead = 100 * (mrr(mine) - mrr(theirs))
        found.append(Result(f"{name}, kept aside, MRR@10 - similarity", lead, "%", floor=0.0))
    return found


FIGURES: Mapping[str, Callable[[int | None], float]] = {
    "MRR@10": lambda place: 1 / place if place and place <= BEST else 0.0,
    "hit@10": lambda place: float(bool(place and place <= BEST)),
    "hit@5": lambda place: float(bool(place and place <= 5)),
}
"""What one question counts in each figure."""


def places_of(opened: Pool, one: Set, way: Way) -> list[int | None]:
    """Ask all questions of a set; gives the place of what each one meant."""
    found: list[int | None] = []
    for question in one.questions:
        row = opened.rows.get(question.paper)
        hits = [
            n
            for n, place in enumerate(way(question.text, one.kind), 1)
            if (place.paper == row and question.page in (None, place.page))
            or question.paper in place.also
        ]
        found.append(hits[0] if hits else None)
    return found


def results(
    name: str, places: Places, floors: Mapping[str, float], misses: tuple[Miss, ...] = ()
) -> list[Result]:
    """Give what a set of questions came to: the fused answer, beside the others, and its lead."""
    mrrs = {way: 100 * mrr(found) for way, found in places.items()}
    hits = {way: 100 * hit(found) for way, found in places.items()}
    n = len(places[FUSED])
    lead = min(values[FUSED] - max(values[WORDS], values[MEANING]) for values in (mrrs, hits))
    parts = tuple(Part(way, sum(p is not None for p in found), n) for way, found in places.items())
    return [
        Result(f"{name}, MRR@10", mrrs[FUSED], "%", floor=floors.get("MRR@10"), note=_others(mrrs)),
        Result(
            f"{name}, hit@10",
            hits[FUSED],
            "%",
            floor=floors.get("hit@10"),
            note=_others(hits),
            parts=parts,
            misses=misses,
        ),
        # The smaller of the two leads counts.
        Result(f"{name}, fused - better alone", lead, "%", floor=LEAST_LEAD if n >= 100 else None),
    ]


def mrr(places: Sequence[int | None]) -> float:
    """Mean reciprocal rank: 1 / place, 0 for what was not found."""
    return sum(1 / place for place in places if place) / max(1, len(places))


def hit(places: Sequence[int | None]) -> float:
    """Give the share that was found at all."""
    return sum(place is not None for place in places) / max(1, len(places))


def _others(values: Mapping[str, float]) -> str:
    return ", ".join(f"{way} {values[way]:.1f}" for way in (WORDS, MEANING, BM25) if way in values)


def _miss(opened: Pool, question: Question, places: Mapping[str, int | None]) -> Miss:
    paper = papers.paper_with_id(opened.library.db, question.paper)
    title = paper.record.title if paper else question.paper
    page = "" if question.page is None else f", page {question.page}"
    got = ", ".join(f"{way} {place or 'none'}" for way, place in places.items())
    return Miss(question.text[:60].replace("\n", " "), f"{title[:50]}{page}", got)
