"""Compare two worker processes with one: reading PDFs and encoding texts, started and warm.

    python -m tests.benchmarks.workers [--json] [--quick]

PDFs and texts are invented. The load of the machine stands in the note: both share its cores
with whatever else runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable

from reader.base.cluster import Each, TaskFailure, on_this_machine
from reader.base.errors import ReaderError
from reader.base.machine import cache_folder
from reader.pdfs.text.process import answer_about
from reader.search.encode import SENT_AT_ONCE
from reader.search.encoder import encode_texts, prepare
from reader.search.encoder.models import BUNDLED, BUNDLED_NAME
from tests.benchmarks.frame import Options, Result, Subject, run_subjects
from tests.marked_pdfs import MOSS, SNAILS, typeset

N_PDFS, N_PAGES = 60, 12
N_PARTS = 12
FLOOR = 1.8


def measure(options: Options) -> list[Result]:
    """Give every figure."""
    prepare(BUNDLED, cache=cache_folder())
    share = 3 if options.is_quick else 1
    pdfs = [typeset(f"Garden {n}", MOSS, n_pages=N_PAGES) for n in range(N_PDFS // share)]
    passage = " ".join((*SNAILS, *MOSS))
    texts = [f"Garden {n}. {passage}" for n in range(N_PARTS // share * SENT_AT_ONCE)]
    parts = [texts[at : at + SENT_AT_ONCE] for at in range(0, len(texts), SENT_AT_ONCE)]
    one, two = (_seconds(n, pdfs, parts) for n in (1, 2))
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    figures = [
        Result(f"two workers ÷ one, {name}", a / b, "×", note=f"{a:.1f} s, {b:.1f} s; {load}")
        for name, a, b in zip(("reading PDFs", "encoding"), one, two, strict=True)
    ]
    whole = Result("two workers ÷ one, both", sum(one) / sum(two), "×", floor=FLOOR, note=load)
    return [*figures, whole]


def _seconds(n_workers: int, pdfs: list[bytes], parts: list[list[str]]) -> tuple[float, float]:
    with on_this_machine(n_workers) as each:
        for warms in (True, False):
            few = 2 * n_workers if warms else None
            read = _timed(each, answer_about, ((pdf, "read") for pdf in pdfs[:few]))
            encoded = _timed(
                each, encode_texts, ((part, BUNDLED, BUNDLED_NAME) for part in parts[:few])
            )
    return read, encoded


def _timed(each: Each, work: object, items: Iterable[tuple[object, ...]]) -> float:
    assert callable(work)
    begun = time.perf_counter()
    for _, answer in each(work, items, lambda item: item, lambda item: [item]):
        assert not isinstance(answer, ReaderError | TaskFailure), answer
    return time.perf_counter() - begun


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("workers", measure)]))
