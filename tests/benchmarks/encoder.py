"""Measure the encoder: passages a second against its library, memory, fresh processes.

    python -m tests.benchmarks.encoder [--data DIR] [--json] [--quick]

Rates are of CPU seconds and of the clock: other work on the machine moves the second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from reader.base.machine import cache_folder
from reader.search.encoder import open_encoder, prepare
from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import Options, Result, Shell, Subject, run_subjects
from tests.benchmarks.library import newest_papers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

RATIO_FLOOR = 1.3
FIRST_BAR_S = 0.3
MEMORY_BAR_MB = 1536.0
PAPER_BAR_S = 20.0
N_PASSAGES = 60
PASSAGE_CHARS = 850
"""Some 200 tokens of an English abstract."""

QUESTION = (
    "from reader.base.machine import cache_folder\n"
    "from reader.search.encoder import open_query_encoder\n"
    "from reader.search.encoder.models import BUNDLED\n"
    "q = open_query_encoder(BUNDLED, cache=cache_folder())\n"
    "q.encode_query('latency of simultaneous speech translation')"
)
MANY = (
    "import sys; from pathlib import Path\n"
    "from reader.base.machine import cache_folder\n"
    "from reader.search.encoder import open_encoder\n"
    "from reader.search.encoder.models import BUNDLED\n"
    "texts = Path(sys.argv[1]).read_text('utf-8').split('\\0')\n"
    "e = open_encoder(BUNDLED, cache=cache_folder())\n"
    "for at in range(0, len(texts), 256): e.encode_passages(texts[at:at + 256])"
)


def measure(options: Options) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    prepare(BUNDLED, cache=cache_folder())
    abstracts = [p.abstract for p in newest_papers(options.data, 4000) if len(p.abstract) > 400]
    passages = [text[:PASSAGE_CHARS].strip() for text in abstracts[:N_PASSAGES]]
    many = abstracts[: 300 if options.is_quick else 2000]
    return [
        _first_question(options),
        *_in_a_fresh_process(options, passages, "a paper of 60 passages", bar=PAPER_BAR_S),
        *_in_a_fresh_process(options, passages[:5], "5 passages"),
        *_in_a_fresh_process(options, many, f"{len(many)} abstracts", max_mb=MEMORY_BAR_MB),
        *_against_the_library(passages, rounds=2 if options.is_quick else 3),
    ]


def _first_question(options: Options) -> Result:
    runs = Shell(options.cache).repeat(["python", "-c", QUESTION], runs=5)
    name = "the first question's vector in a fresh process, CPU"
    note = f"on the clock {runs.best_s:.2f} s, {runs.peak_mb:.0f} MB"
    return Result(name, runs.best_cpu_s, "s", bar=FIRST_BAR_S, note=note)


def _in_a_fresh_process(
    options: Options,
    texts: list[str],
    what: str,
    *,
    bar: float | None = None,
    max_mb: float | None = None,
) -> list[Result]:
    options.cache.mkdir(parents=True, exist_ok=True)
    file = options.cache / f"encoder-{os.getpid()}.txt"
    try:
        file.write_text("\0".join(texts), "utf-8")
        run = Shell(options.cache).run(["python", "-c", MANY, str(file)])
    finally:
        file.unlink(missing_ok=True)
    note = f"CPU {run.cpu_s:.1f} s"
    return [
        Result(f"{what} in a fresh process", run.wall_s, "s", bar=bar, note=note),
        Result("peak memory", run.peak_mb, "MB", bar=max_mb),
    ]


def _against_the_library(passages: list[str], *, rounds: int) -> list[Result]:
    """Encode the same passages in turn, ours and the library's, and take each one's best."""
    import numpy as np
    import torch

    from reader.search.encoder.model import LibraryEngine
    from reader.search.encoder.models import find

    encoder = open_encoder(BUNDLED, cache=cache_folder())
    library = LibraryEngine(find(BUNDLED, cache_folder()))

    def theirs() -> Floats:
        torch.set_num_threads(os.cpu_count() or 1)  # as it comes
        return library.encode_as_it_comes(passages)

    def on_one_thread() -> Floats:
        torch.set_num_threads(1)
        return library.encode_as_it_comes(passages)

    def ours() -> Floats:
        torch.set_num_threads(1)
        return encoder.encode_passages(passages)

    def plain() -> Floats:
        encoder._is_bf16 = False
        try:
            return ours()
        finally:
            encoder._is_bf16 = chosen

    ours()  # chooses
    chosen = encoder._is_bf16
    ways: dict[str, Callable[[], Floats]] = {
        "theirs": theirs,
        "on one thread": on_one_thread,
        "ours": ours,
        "plain": plain,
    }
    vectors: dict[str, Floats] = {}
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, encode in ways.items():
            wall, cpu = time.perf_counter(), time.process_time()
            vectors[name] = encode()
            took = time.perf_counter() - wall, time.process_time() - cpu
            before = best.get(name, took)
            best[name] = min(took[0], before[0]), min(took[1], before[1])
    least = {
        name: float(np.sum(vectors["theirs"] * v, axis=1).min()) for name, v in vectors.items()
    }
    rates = {name: len(passages) / cpu for name, (_, cpu) in best.items()}
    # Two of its threads wait for one another busily where something else runs beside them.
    library_rate = max(rates["theirs"], rates["on one thread"])
    return [
        Result(
            "passages a CPU second against SentenceTransformer.encode",
            rates["ours"] / library_rate,
            "×",
            floor=RATIO_FLOOR,
            note=f"{rates['ours']:.1f} and {library_rate:.1f}, bfloat16: {chosen}",
        ),
        Result(
            "the same in float32", rates["plain"] / library_rate, "×", note=f"{rates['plain']:.1f}"
        ),
        Result("passages a second on the clock", best["theirs"][0] / best["ours"][0], "×"),
        _cosine("lowest cosine to the library's", least["ours"], floor=0.999),
        _cosine("lowest cosine in float32", least["plain"], floor=0.9999),
    ]


def _cosine(name: str, value: float, *, floor: float) -> Result:
    return Result(name, value, "", floor=floor, note=f"{value:.5f}, at least {floor}")


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("encoder", measure)]))
