"""Remake the numbers that the forecast ships with, from real mornings.

    python -m tests.benchmarks.ranking.fit_talk [--data DIR] [--until DAY] [--to FILE]

Fitted on the days up to the one given, labels known by the evening of it. What is written
are numbers alone: no id, name or text.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import platformdirs

from reader.ranking.fit import fit_talk
from tests.benchmarks.ranking import mornings
from tests.benchmarks.ranking.caught import SHIPPED_UNTIL
from tests.benchmarks.ranking.replayed import read_labels, replay
from tests.benchmarks.ranking.talk import SEED
from tests.data import ROOT

HEAD = """\
# The weights of the forecast (reader/ranking/forecast.py), fitted by
# python -m tests.benchmarks.ranking.fit_talk --until {until}
# on {n} papers of {first} to {until}.
"""


def fitted(data: Path, cache: Path, until: date) -> str:
    """Fit and give the text of the file. Raises DataMissing without papers or labels."""
    replayed = replay(mornings.load(data, cache), read_labels(data), seed=SEED)
    examples = replayed.history(until + timedelta(days=1))
    n = sum(len(replayed.seen[day]) for day in replayed.days if day <= until)
    head = HEAD.format(until=until, first=replayed.days[0], n=n)
    return head + fit_talk(examples).to_text()


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, fit, write; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--until", type=date.fromisoformat, default=SHIPPED_UNTIL)
    parser.add_argument("--to", type=Path, default=ROOT / "reader/ranking/talk.txt")
    options = parser.parse_args(arguments)
    cache = Path(platformdirs.user_cache_dir("asayomi")) / "benchmarks"
    text = fitted(options.data.resolve(), cache, options.until)
    options.to.write_text(text, "utf-8")
    sys.stdout.write(f"{options.to}: {len(text.encode()) // 1024} kB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
