"""Measure the list on a terminal: how soon its first paper is there, and the next after a key.

    python -m tests.benchmarks.screen --data DIR [--json] [--quick]

`reader today` runs on a pseudo-terminal of 80 columns and 24 lines; what it writes is read
as a terminal does (pyte), and that reading is part of every figure. The bars are meant for a
quiet machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.frame import Options, Result, Shell, Subject, run_subjects
from tests.benchmarks.library import LAST_DAY, Size, built, copied, moment
from tests.terminal import OnTerminal, on_terminal

FIRST_BAR_S = 0.5
KEY_BAR_S = 0.05
N_KEYS = 15
"""Keys of each kind: thirty in all."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: the library, and how often the list is opened after a warm-up."""

    size: Size
    runs: int


WHOLE = Plan(size=Size(100_000, 200_000), runs=9)
QUICK = Plan(size=Size(20_000), runs=3)


def measure(options: Options, plan: Plan | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no papers."""
    plan = plan or (QUICK if options.is_quick else WHOLE)
    bare = Shell(options.cache).repeat(["python", "-c", "pass"], runs=15).best_s
    # Decisions are only ever added, so the kept library is not the one that is decided on.
    with copied(built(plan.size, data=options.data, cache=options.cache)) as folder:
        shell = Shell(
            options.cache,
            {
                "READER_LIBRARY": str(folder),
                "READER_NOW": moment(LAST_DAY).isoformat(),
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
            },
        )
        reader = Path(sys.executable).with_name("reader")
        firsts = [_first_s(reader, shell.environ()) for _ in range(plan.runs + 1)][1:]
        keys = _keys_s(reader, shell.environ())
    n = f"{plan.size.n_papers:,} papers"
    return [
        Result(
            f"reader today: the first paper on the screen, {n}",
            min(firsts),
            "s",
            bar=FIRST_BAR_S,
            ratio=min(firsts) / bare,
            median=statistics.median(firsts),
        ),
        *(_key(f"{name}, {n}", several) for name, several in keys.items()),
        _key(f"all keys, {n}", [s for several in keys.values() for s in several], bar=KEY_BAR_S),
    ]


def _key(name: str, several: Sequence[float], *, bar: float | None = None) -> Result:
    """Give the median as the figure: one key out of many is what a person feels."""
    note = f"median of {len(several)}; the slowest {max(several) * 1000:.0f} ms"
    return Result(f"key to next paper: {name}", statistics.median(several), "s", bar=bar, note=note)


def _first_s(reader: Path, env: Mapping[str, str]) -> float:
    """Open the list; gives the seconds from the command to its first paper."""
    start = time.perf_counter()
    with on_terminal([str(reader), "today", "--no-fetch"], env) as terminal:
        terminal.until(_has_paper)
        taken = time.perf_counter() - start
        terminal.press("q")
        terminal.end()
    return taken


def _keys_s(reader: Path, env: Mapping[str, str]) -> dict[str, list[float]]:
    """Press keys one after another, as many as lead to a next paper; each waits for it."""
    with on_terminal([str(reader), "today", "--no-fetch"], env) as terminal:
        terminal.until(_has_paper)
        _press(terminal, "\x1b[H")
        n_decided, n_all = _counts(terminal)
        moves = [_key_s(terminal, "j") for _ in range(min(N_KEYS, n_all - 1))]
        _press(terminal, "\x1b[H")
        if terminal.here()[1] != " ":  # decided before: on to the first that is not
            _press(terminal, " ")
        skips = [_key_s(terminal, "s") for _ in range(min(N_KEYS, n_all - n_decided - 1))]
        terminal.press("q")
        terminal.end()
    return {"next": moves, "skip": skips}


def _counts(terminal: OnTerminal) -> tuple[int, int]:
    """Read off the head how many papers are decided, and how many there are."""
    words = terminal.lines()[0].split()
    of = words.index("decided")
    return int(words[of - 3]), int(words[of - 1])


def _press(terminal: OnTerminal, key: str) -> None:
    terminal.press(key)
    terminal.quiet()


def _key_s(terminal: OnTerminal, key: str) -> float:
    before = terminal.here()
    start = time.perf_counter()
    terminal.press(key)
    terminal.until(lambda t: t.here() not in ("", before))
    return time.perf_counter() - start


def _has_paper(terminal: OnTerminal) -> bool:
    """The current paper is in the list, and its reason below: the screen is whole."""
    return bool(terminal.here()) and "Why: " in terminal.text()


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("screen", measure)]))
