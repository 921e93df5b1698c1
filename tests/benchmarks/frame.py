"""Time whole fresh processes, hold figures against their bars, print them.

Knows nothing of what is measured. A subject gives `Result`s; this prints them as a table
or as JSON and turns them into an exit code.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.data import ROOT

MISSED = 1
NO_DATA = 2

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of thing has in a figure that counts: `n` of `total` are right."""

    kind: str
    n: int
    total: int


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that was not as the truth has it."""

    where: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Result:
    """One figure.

    value: the best of the runs, in `unit`; median: None where there was one run only.
    ratio: to bare Python in the same run, or to whatever `note` names; None for none.
    bar: the most that `value` may be, None for no bar yet (a later one is in the note).
    floor: the least that `value` may be, None for none.
    parts: the same figure for each kind of thing; misses: what it counts as wrong.
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    ratio: float | None = None
    median: float | None = None
    note: str = ""
    floor: float | None = None
    parts: tuple[Part, ...] = ()
    misses: tuple[Miss, ...] = ()

    @property
    def ok(self) -> bool:
        is_low_enough = self.bar is None or self.value <= self.bar
        return is_low_enough and (self.floor is None or self.value >= self.floor)


@dataclass(frozen=True, slots=True)
class Run:
    """One process from its start to its end; peak_mb is that of the largest process in it."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


@dataclass(frozen=True, slots=True)
class Runs:
    """Several runs of the same command, at least one."""

    runs: tuple[Run, ...]

    @property
    def best_s(self) -> float:
        return min(run.wall_s for run in self.runs)

    @property
    def median_s(self) -> float:
        return statistics.median(run.wall_s for run in self.runs)

    @property
    def best_cpu_s(self) -> float:
        return min(run.cpu_s for run in self.runs)

    @property
    def peak_mb(self) -> float:
        return max(run.peak_mb for run in self.runs)


class DataMissing(Exception):
    """A set that a subject needs is not in the data folder; the message names it."""


class CommandFailed(Exception):
    """A measured command failed, so its figure would mean nothing; the message is its own."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for.

    cache: where built libraries and compiled modules are kept between runs.
    """

    data: Path
    cache: Path
    is_quick: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One module of figures. `measure` raises DataMissing when it lacks its set."""

    name: str
    measure: Callable[[Options], list[Result]]


@dataclass(frozen=True, slots=True)
class Shell:
    """Where commands run: environment, and the executables by the names used here.

    Compiled modules are kept in `cache`, as an installation keeps them, even where the
    surroundings forbid it (PYTHONDONTWRITEBYTECODE): else each start compiles anew.
    """

    cache: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    def environ(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("READER_", "PYTHON"))}
        return {**inherited, "PYTHONPYCACHEPREFIX": str(self.cache / "pycache"), **self.extra}

    def run(self, command: Sequence[str], *, codes: Sequence[int] = (0,)) -> Run:
        """Run one command; its first word is `python` or `reader`, those of this installation.

        Raises CommandFailed for an exit code that is not one of `codes`.
        """
        path = Path(sys.executable).with_name(command[0])
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report"
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(report), str(path), *command[1:]],
                env=self.environ(),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise CommandFailed(f"{path} did not start: {done.stderr[-300:]}")
            wall_s, cpu_s, peak_kb, code = report.read_text("ascii").split()
        if int(code) not in codes:
            raise CommandFailed(f"{' '.join(command)}: exit code {code}: {done.stderr[-300:]}")
        return Run(float(wall_s), float(cpu_s), int(peak_kb) / 1024, done.stdout)

    def repeat(
        self, command: Sequence[str], *, runs: int, warm_up: int = 1, codes: Sequence[int] = (0,)
    ) -> Runs:
        """Run a command again and again; the first `warm_up` runs do not count."""
        several = [self.run(command, codes=codes) for _ in range(warm_up + runs)]
        return Runs(tuple(several[warm_up:]))


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache whole or not at all.

    Under a name of its own first: two runs at once must not write into one file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number, beside = tempfile.mkstemp(".part", f"{path.name}-", path.parent)
    try:
        with open(number, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def is_aside(id_: str) -> bool:
    """Say whether a hash of its id keeps a thing of the known data aside: about every second one.

    Nothing may be chosen by what is kept aside.
    """
    return hashlib.sha256(id_.encode()).digest()[0] % 2 == 0


def exit_code(results: Sequence[Result]) -> int:
    """Give MISSED when some figure is over its bar or below its floor, else 0."""
    return 0 if all(result.ok for result in results) else MISSED


def table(results: Sequence[Result]) -> str:
    """Lay figures out in columns, the missed bars marked."""
    head = ("what", "best", "median", "× bare", "bar", "", "note")
    rows = [head, *(_cells(result) for result in results)]
    return _columns(rows, last_is_free=True)


def details(results: Sequence[Result]) -> list[str]:
    """Lay out what figures hold for each kind of thing, and everything they count as wrong."""
    found = [_parts_table(group) for group in _alike(results)]
    for result in results:
        if result.misses:
            lines = [f"{m.where}: expected {m.expected}; got {m.got}" for m in result.misses]
            found.append("\n  ".join([f"{result.name}, misses:", *lines]))
    return found


def _alike(results: Sequence[Result]) -> list[list[Result]]:
    """Group neighbours that count the same kinds of thing; leaves out what counts none."""
    groups: list[list[Result]] = []
    kinds: set[str] = set()
    for result in results:
        own = {part.kind for part in result.parts}
        if own & kinds:
            groups[-1].append(result)
            kinds |= own
        elif own:
            groups.append([result])
            kinds = own
    return groups


def _parts_table(results: Sequence[Result]) -> str:
    kinds = list(dict.fromkeys(part.kind for result in results for part in result.parts))
    rows = [("right, of all", *kinds)]
    for result in results:
        counts = {part.kind: f"{part.n}/{part.total}" for part in result.parts}
        rows.append((result.name, *(counts.get(kind, "") for kind in kinds)))
    return _columns(rows)


def as_json(results: Sequence[Result]) -> str:
    """Give one object: the machine, and every figure with `ok`."""
    figures: list[dict[str, Any]] = [{**asdict(r), "ok": r.ok} for r in results]
    return json.dumps({"machine": machine(), "results": figures}, ensure_ascii=False, indent=1)


def machine() -> dict[str, Any]:
    """Say what the figures were measured on, and how busy it was."""
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    python = ".".join(str(part) for part in sys.version_info[:3])
    return {"cpu": _cpu(), "n_cpus": os.cpu_count(), "load": load, "python": python}


def run_subjects(subjects: Sequence[Subject], arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure, print; gives the exit code."""
    options, is_json, only = _parse(subjects, arguments)
    results: list[Result] = []
    missing: list[str] = []
    for subject in subjects:
        if only and subject.name != only:
            continue
        try:
            results += subject.measure(options)
        except DataMissing as error:
            missing.append(f"{subject.name}: {error}")
    shown = as_json(results) if is_json else "\n\n".join([table(results), *details(results)])
    sys.stdout.write(shown + "\n")
    for line in missing:
        sys.stderr.write(f"not measured, {line}\n")
    return NO_DATA if missing else exit_code(results)


def _parse(
    subjects: Sequence[Subject], arguments: Sequence[str] | None
) -> tuple[Options, bool, str | None]:
    import platformdirs

    parser = argparse.ArgumentParser(description="Measure, and hold the figures to their bars.")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--quick", action="store_true", help="less of everything, under a minute")
    parser.add_argument("--only", choices=[s.name for s in subjects], help="one subject alone")
    found = parser.parse_args(arguments)
    cache = Path(platformdirs.user_cache_dir("asayomi")) / "benchmarks"
    return Options(found.data.resolve(), cache, found.quick), found.json, found.only


def _columns(rows: Sequence[Sequence[str]], *, last_is_free: bool = False) -> str:
    """Align all but the first column to the right; a free last one is as long as it is."""
    n = len(rows[0]) - last_is_free
    widths = [max(len(row[i]) for row in rows) for i in range(n)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[i].rjust(widths[i]) for i in range(1, n)), *row[n:]]
        ).rstrip()
        for row in rows
    )


def _cells(result: Result) -> tuple[str, ...]:
    return (
        result.name,
        _number(result.value, result.unit),
        "" if result.median is None else _number(result.median, result.unit),
        "" if result.ratio is None else f"{result.ratio:.1f}",
        _bar(result),
        ("ok" if result.ok else "MISSED") if _bar(result) else "",
        result.note,
    )


def _bar(result: Result) -> str:
    if result.floor is not None:
        return f"≥ {_number(result.floor, result.unit)}"
    return "" if result.bar is None else _number(result.bar, result.unit)


def _number(value: float, unit: str) -> str:
    digits = {"s": 3, "×": 2}.get(unit, 1)
    return f"{value:.{digits}f} {unit}".rstrip()


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    return next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")


def interval(n: int, total: int) -> str:
    """Write the middle 95 % of a share by Wilson's score, in percent."""
    z, share = 1.96, n / total
    middle, more = share + z * z / (2 * total), z * z / total
    half = z * math.sqrt(share * (1 - share) / total + more / (4 * total))
    low, high = (100 * (middle + side * half) / (1 + more) for side in (-1, 1))
    return f"{n} of {total}; 95 %: {max(0.0, low):.0f} to {min(100.0, high):.0f}"
