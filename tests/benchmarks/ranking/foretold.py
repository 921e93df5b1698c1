"""Count what it gains and costs to show papers of which nobody has spoken yet.

python -m tests.benchmarks.ranking.foretold [--data DIR]

Prints for several numbers of such papers what the near lane catches, on the days on which
settings were chosen, on all and on those that are reported, and how many were talked about
later.
"""

from __future__ import annotations

import argparse
import hashlib
import marshal
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import platformdirs

from reader.ranking.forecast import MUCH_VOTES
from reader.ranking.learn import shipped
from reader.ranking.model import Term
from tests.benchmarks.frame import keep
from tests.benchmarks.ranking import caught, mornings
from tests.benchmarks.ranking.replayed import Replay, read_labels, replay
from tests.benchmarks.ranking.report import contents
from tests.benchmarks.ranking.talk import SEED, refitted, reported_days
from tests.data import ROOT

NUMBERS = (0, 2, 3, 5, 6, 7, 10)
HEAD = "most  chosen on: 5, 7 days     all                    reported               shown a day"


def table(
    replayed: Replay, foretold: caught.Forecasts, numbers: Sequence[int] = NUMBERS
) -> Iterator[str]:
    """Give a line for each number: percent within five and seven days (of what could be seen)."""
    reported = reported_days(replayed.days)
    chosen_on = [day for day in replayed.days if day < reported[0]]
    yield HEAD
    for n in numbers:
        shown = caught.play_near(replayed, replayed.days, foretold, n_foretold=n)
        parts = [
            _share(replayed, shown, days, within)
            for days in (chosen_on, replayed.days, reported)
            for within in caught.WITHIN
        ]
        yield f"{n:4}  {' '.join(parts)}  {_later(replayed, shown)}"


def _share(replayed: Replay, shown: caught.Shown, days: Sequence[date], n: int) -> str:
    found = caught.within(replayed, shown.on, days, n)
    seen = caught.could_be_seen(replayed, days, n)
    return f"{100 * found:.1f} ({100 * found / (seen or 1):.1f})"


def _later(replayed: Replay, shown: caught.Shown) -> str:
    n = len(shown.foretold)
    talked = [replayed.talked[i].n_votes for i in shown.foretold if i in replayed.talked]
    much = sum(votes >= MUCH_VOTES for votes in talked)
    share = [f"{100 * k / max(1, n):.0f} %" for k in (len(talked), much)]
    return (
        f"{n / max(1, len(replayed.days)):.1f}; talked about later {share[0]}, much {share[1]};"
        f" again {len(shown.again)}"
    )


def forecasts(replayed: Replay, kept: Path) -> caught.Forecasts:
    """Foretell all papers, by numbers fitted on earlier days; kept in a file: it takes minutes."""
    if not kept.is_file():
        days = reported_days(replayed.days)
        numbers = [
            *caught.earlier(replayed, days[0]),
            *refitted(replayed, days, is_quick=False),
        ]
        found = caught.forecasts(replayed, replayed.days, numbers)
        rows = {id_: [(t.kind, t.what, t.value) for t in terms] for id_, terms in found.items()}
        keep(kept, marshal.dumps(rows))
    rows = marshal.loads(kept.read_bytes())
    return {id_: tuple(Term(*term) for term in terms) for id_, terms in rows.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line and print the table; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    options = parser.parse_args(arguments)
    cache = Path(platformdirs.user_cache_dir("asayomi")) / "benchmarks"
    loaded = mornings.load(options.data.resolve(), cache)
    replayed = replay(loaded, read_labels(options.data.resolve()), seed=SEED)
    # A day's forecasts depend on the data and the shipped numbers, and on nothing chosen here.
    of = hashlib.sha256(f"{contents(options.data.resolve())} {shipped()}".encode()).hexdigest()
    kept = cache / "ranking" / f"forecasts-{of[:12]}"
    for line in table(replayed, forecasts(replayed, kept)):
        sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
