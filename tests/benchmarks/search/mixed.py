"""Ask a library in which some papers have notes, and count what stands before what was meant.

    python -m tests.benchmarks.search --only mixed

Notes that people wrote are put on their papers. Asked are our own questions and words of titles,
about papers without a note, and words of titles of papers with one; all kinds are shown in one
list, as a search shows them. One half of the questions is kept aside, as in `quality`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from reader.notes.rows import notes
from reader.pdfs.text.process import PdfPool
from reader.search.encode import encode, index_words
from reader.search.encoder.models import BUNDLED
from reader.search.find import SearchHit, search
from tests.benchmarks.frame import Options, Result
from tests.benchmarks.search import pool, questions
from tests.benchmarks.search.encoding import Installed, Model, Remembered
from tests.benchmarks.search.pool import Pool
from tests.benchmarks.search.questions import Question, Set
from tests.benchmarks.search.ways import BEST

N_PAPERS, N_NOTES, N_TITLES = 2_000, 120, 120
QUICK = 300, 15, 15


def measure(options: Options, model: Model | None = None) -> list[Result]:
    """Give how high the meant paper or note stands in the whole list, of each half."""
    n_papers, n_notes, n_titles = QUICK if options.is_quick else (N_PAPERS, N_NOTES, N_TITLES)
    every = pool.all_papers(options.data)
    by_id = {paper.id: paper for paper in every}
    of_notes = questions.notes(options.data, n_notes if options.is_quick else None)
    whole = {one.name: one for one in of_notes}
    written = [
        *whole["English notes"].questions[:n_notes],
        *whole["Japanese notes"].questions[:n_notes],
    ]
    on_paper = {one.paper: one.text for one in written}
    ours = questions.ours(set(by_id), {}, n_titles if options.is_quick else None)
    asked = [q for one in ours if one.kind == "paper" for q in one.questions]
    # The papers of all notes, so that vectors made for `quality` are enough.
    wanted = {q.paper for q in asked} | {q.paper for one in of_notes for q in one.questions}
    several = pool.drawn(every, wanted, max(n_papers, len(wanted) + n_titles))
    others = [paper for paper in several if paper.id not in wanted]
    asked += questions.titles(others, n_titles).questions
    asked = [q for q in asked if q.paper not in on_paper]
    noted = questions.titles([by_id[id_] for id_ in sorted(on_paper)], len(on_paper))
    encoder = Remembered(model or Installed(BUNDLED), options.cache / "search")
    with (
        tempfile.TemporaryDirectory(prefix="asayomi-") as folder,
        pool.opened(Path(folder) / "library", several, [], encoder) as opened,
    ):
        _write(opened, on_paper)
        return [
            *_figures(opened, Set("papers without a note", "paper", tuple(asked))),
            *_figures(opened, Set("notes, by words of titles", "note", noted.questions)),
        ]


def _write(opened: Pool, on_paper: dict[str, str]) -> None:
    library, at = opened.library, datetime(2025, 12, 1, tzinfo=UTC)
    for id_, text in on_paper.items():
        notes.add_note(library.db, opened.rows[id_], text, is_written=True, at=at, on=pool.DAY)
    with PdfPool() as pdfs:
        tools = pool.tools_of(opened.encoder, pdfs)
        index_words(library, tools)
        if problems := encode(library, tools):
            raise problems[0].error


def _figures(opened: Pool, asked: Set) -> Iterator[Result]:
    shown = [(q, _shown(opened, q)) for q in asked.questions]
    for figure, of_one in (("MRR@10", _reciprocal), ("notes before the first paper", _before)):
        aside, rest = (
            [of_one(opened, asked, q, hits) for q, hits in shown if q.is_aside == half]
            for half in (True, False)
        )
        if aside and rest:
            scale, unit = (100, "%") if figure == "MRR@10" else (1, "")
            note = f"n = {len(aside)}; the other half {scale * fmean(rest):.1f}"
            yield Result(
                f"{asked.name}, kept aside, {figure}", scale * fmean(aside), unit, note=note
            )


def _shown(opened: Pool, question: Question) -> Sequence[SearchHit]:
    name, encode_query = opened.encoder.name, opened.encoder.encode_query
    found = search(opened.library, question.text, encode_query=encode_query, encoder=name)
    return found.hits


def _reciprocal(opened: Pool, asked: Set, question: Question, hits: Sequence[SearchHit]) -> float:
    row = opened.rows[question.paper]
    places = [
        n
        for n, hit in enumerate(hits[:BEST], 1)
        if hit.kind == asked.kind and (hit.paper.row == row or question.paper in hit.also)
    ]
    return 1 / places[0] if places else 0.0


def _before(_: Pool, _asked: Set, _q: Question, hits: Sequence[SearchHit]) -> float:
    kinds = [hit.kind for hit in hits]
    return float(kinds.index("paper") if "paper" in kinds else len(kinds))
