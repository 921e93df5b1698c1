"""Turn answers into figures with their bars. Figures of quality are hundredths."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.frame import DataMissing, Options, Result, is_aside
from tests.benchmarks.frame import interval as wilson
from tests.benchmarks.ranking.tasks import (
    Answer,
    interval,
    lead,
    mean_precision,
    mean_recall,
)


@dataclass(frozen=True, slots=True)
class Floors:
    """The least that the shipped ranking may reach, in hundredths; None: no bar."""

    precision: float | None = None
    recall: float | None = None


NO_FLOORS = Floors()


BARRED = "8cb0282f6600e79d423439fb868abdb4cda37daccf5c935426506689d070a87a"
"""SHA-256 of the data that the absolute bars were set on, by `contents`."""
_FOLDERS = ("papers", "mornings", "heat", "bench")


def absolute(options: Options, value: float | None) -> float | None:
    """Give an absolute bar where it holds: on the whole of the data it was set on."""
    is_its_data = contents(options.data.resolve()) == BARRED
    return value if is_its_data and not options.is_quick else None


@functools.cache
def contents(data: Path) -> str:
    """Sum up what the figures come from, wherever it lies: names and bytes of its files."""
    total = hashlib.sha256()
    for folder in _FOLDERS:
        for path in sorted((data / "arxiv" / folder).glob("*.*")):
            if path.suffix != ".md":
                total.update(f"{folder}/{path.name}".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def nothing(name: str, why: str) -> Result:
    """Give the figure that stands where there was nothing to measure."""
    return Result(f"{name}: days measured", 0, "days", note=why)


def those_there(name: str, parts: Iterable[Callable[[], Sequence[Result]]]) -> list[Result]:
    """Give the figures of the parts whose data is there. Raises DataMissing where none's is."""
    found: list[Result] = []
    missing: list[str] = []
    for part in parts:
        try:
            found += part()
        except DataMissing as error:
            missing.append(str(error))
    if not found:
        raise DataMissing("; ".join(missing))
    return [*found, *(nothing(name, why) for why in missing)]


def least(options: Options, value: float) -> float | None:
    """Give a bar that holds on any data, a ratio to a peer: a quick run has too few days."""
    return None if options.is_quick else value


def drawn(measure: Callable[..., float], *several: Sequence[Answer]) -> str:
    """Say between which values a figure lies, in hundredths."""
    low, high = (100 * x for x in interval(measure, *several))
    return f"95 % of draws of days {low:.1f} to {high:.1f}"


def _recalled(several: Sequence[Answer]) -> str:
    """Say between which values recall@20 lies. Where no day differs, draws of days say nothing:
    then by Wilson's score of the papers, each day's once."""
    low, high = interval(mean_recall, several)
    if low < high:
        return drawn(mean_recall, several)
    of_days = {one.day: one for one in several}.values()
    return wilson(sum(one.in_20 for one in of_days), sum(one.n_wanted for one in of_days))


def halves(
    measure: Callable[[Sequence[Answer]], float],
    several: Sequence[Answer],
    id_of: Callable[[Answer], str],
) -> str:
    """Say what a figure is on the half that is kept aside, and on the other, in hundredths."""
    named = ((True, "set aside"), (False, "the others"))
    parts = [(name, [a for a in several if is_aside(id_of(a)) == half]) for half, name in named]
    return ", ".join(f"{name} {100 * measure(half):.1f}" for name, half in parts if half)


def figures(
    options: Options,
    name: str,
    ours: Sequence[Answer],
    peers: Mapping[str, Sequence[Answer]],
    *,
    floors: Floors = NO_FLOORS,
    note: str = "",
    id_of: Callable[[Answer], str] = lambda one: one.day.isoformat(),
) -> list[Result]:
    """Give MAP and recall of the shipped ranking, the same of each peer, and what lies between.

    Above every peer: the shipped MAP may not be below any of them, on any data. id_of: by what
    an answer is kept aside; figures of that half and of the other stand in the notes.
    """
    if not ours:
        return [nothing(name, note or "no day has a wanted paper")]
    n = f"{len(ours)} days, {sum(a.n_wanted for a in ours)} papers; {drawn(mean_precision, ours)}"
    n += f"; {halves(mean_precision, ours, id_of)}"
    mean_of, recall_of = 100 * mean_precision(ours), 100 * mean_recall(ours)
    found = [
        Result(
            f"{name}: MAP",
            mean_of,
            "",
            floor=absolute(options, floors.precision),
            note=f"{n}; {note}" if note else n,
        ),
        Result(
            f"{name}: recall@20",
            recall_of,
            "",
            floor=absolute(options, floors.recall),
            note=f"{_recalled(ours)}; {halves(mean_recall, ours, id_of)}",
        ),
    ]
    for peer, theirs in peers.items():
        by, low, high = (100 * x for x in lead(ours, theirs))
        of = mean_precision(theirs)
        times = f" ({mean_precision(ours) / of:.2f} × it)" if of else ""
        of_halves = halves(mean_precision, theirs, id_of)
        found.append(
            Result(
                f"{name}: ahead of {peer}",
                by,
                "",
                floor=least(options, 0.0),
                note=f"MAP {100 * of:.1f}{times}; {of_halves}; recall@20"
                f" {100 * mean_recall(theirs):.1f}; 95 % of draws of days"
                f" {low:+.1f} to {high:+.1f}",
            )
        )
    return found
