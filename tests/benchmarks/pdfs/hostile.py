"""Read every broken, locked, endless and false PDF, and hold what comes to the manifest.

python -m tests.benchmarks.pdfs --only hostile
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.frame import Miss, Options, Part, Result, Shell, interval
from tests.benchmarks.pdfs.truth import drawn, rows

RUN = Path(__file__).with_name("hostile_run.py")
N_QUICK = 20
LIMIT_S, QUICK_LIMIT_S = 60.0, 10.0
ENDING_S = 1.0
"""For ending a worker that is over its time."""
MAX_MB = 2048.0
OUTCOMES = {
    "opens": ("read",),
    "repaired": ("read",),
    "encrypted": ("encrypted",),
    "not a pdf": ("not a pdf",),
    "opens with no readable page": ("no page",),
    "does not open": ("broken", "not a pdf"),
    "hangs": ("time", "memory", "read"),
}
"""What may come for each outcome of the manifest, without its bracket or explanation.

What hung for whoever wrote the manifest (10 s were allowed) may be read on a faster machine:
the limits of time and memory hold all the same.
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file; kind: the manifest's own word."""

    file: str
    kind: str
    got: str
    words: str
    seconds: float
    crashed: str
    """Which of text, marks and pictures made the worker crash; empty for none."""

    @property
    def is_right(self) -> bool:
        return self.got in OUTCOMES.get(self.kind, ())


def measure(options: Options) -> list[Result]:
    """Give every figure of hostile files. Raises DataMissing where there is no manifest."""
    folder = options.data / "files"
    manifest = rows(folder / "hostile_truth.jsonl")
    manifest = drawn(manifest, N_QUICK) if options.is_quick else manifest
    limit_s = QUICK_LIMIT_S if options.is_quick else LIMIT_S
    with tempfile.TemporaryDirectory() as temporary:
        listing = Path(temporary) / "files"
        listing.write_text("".join(f"{folder / row['file']}\n" for row in manifest), "utf-8")
        run = Shell(options.cache).run(["python", str(RUN), str(limit_s), str(listing)])
    lines = [json.loads(line) for line in run.output.splitlines()]
    found = [_outcome(row, line) for row, line in zip(manifest, lines, strict=True)]
    return results(found, peak_mb=run.peak_mb, limit_s=limit_s)


def results(found: Sequence[Outcome], *, peak_mb: float, limit_s: float) -> list[Result]:
    """Sum up; each file must come out as the manifest says, none may crash."""
    right = [outcome for outcome in found if outcome.is_right]
    kinds = list(dict.fromkeys(outcome.kind for outcome in found))
    slowest = max(found, key=lambda outcome: outcome.seconds)
    crashed = [outcome for outcome in found if outcome.crashed]
    return [
        Result(
            "hostile files as expected",
            100 * len(right) / len(found),
            "%",
            floor=100.0,
            note=interval(len(right), len(found)),
            parts=tuple(_part(kind, found) for kind in kinds),
            misses=tuple(
                Miss(o.file, o.kind, f"{o.got} {o.words}") for o in found if not o.is_right
            ),
        ),
        Result(
            "crashes of the worker",
            len(crashed),
            "",
            bar=0.0,
            note="in text, marks and pictures",
            misses=tuple(Miss(o.file, "none", o.crashed) for o in crashed),
        ),
        Result(
            "slowest file",
            slowest.seconds,
            "s",
            bar=limit_s + ENDING_S,
            note=f"{slowest.file}; stopped after {limit_s:g} s",
        ),
        Result("peak memory of the largest process", peak_mb, "MB", bar=MAX_MB),
    ]


def _part(kind: str, found: Sequence[Outcome]) -> Part:
    of = [outcome for outcome in found if outcome.kind == kind]
    return Part(kind, sum(outcome.is_right for outcome in of), len(of))


def _outcome(row: Mapping[str, Any], line: Mapping[str, Any]) -> Outcome:
    answers = {
        "text": line["outcome"],
        "marks": line.get("marks"),
        "pictures": line.get("pictures"),
    }
    return Outcome(
        file=row["file"],
        kind=_kind(row["expected"]),
        got=line["outcome"],
        words=line["words"],
        seconds=line["seconds"],
        crashed=", ".join(name for name, answer in answers.items() if answer == "crash"),
    )


def _kind(expected: str) -> str:
    return expected.partition(" (")[0].partition(":")[0]
