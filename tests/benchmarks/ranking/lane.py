"""The own lane as it is shipped, with its own cut: what it misses, and how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reader.morning.lanes import N_DOUBTFUL
from tests.benchmarks.frame import Part, Result, interval
from tests.benchmarks.ranking import intervals
from tests.benchmarks.ranking.report import nothing
from tests.benchmarks.ranking.shipped import Shipped, best
from tests.benchmarks.ranking.tasks import Task

MISSED_BAR = 1
SHARE_BAR = 3.0


@dataclass(frozen=True, slots=True)
class Lane:
    """What the own lane of one day had.

    n_in, n_doubtful: papers that are surely of the topics, and those that a morning asks about.
    missed: wanted papers in neither; in_maybe: wanted papers that are asked about.
    """

    n_day: int
    n_in: int
    n_doubtful: int
    n_wanted: int
    missed: int
    in_maybe: int


def lane_of(shipped: Shipped, task: Task) -> Lane:
    """Judge a day's papers as the program does and count."""
    day = shipped.day(task.lesson, task.candidates)
    found = {i: best(judged) for i, judged in zip(task.candidates, day, strict=True)}
    sure = {i for i, judged in found.items() if judged.place == "in"}
    doubtful = [i for i, judged in found.items() if judged.place == "doubtful"]
    maybe = set(sorted(doubtful, key=lambda i: -found[i].margin)[:N_DOUBTFUL])
    return Lane(
        n_day=len(found),
        n_in=len(sure),
        n_doubtful=len(maybe),
        n_wanted=len(task.wanted),
        missed=len(task.wanted - sure - maybe),
        in_maybe=len(task.wanted & maybe),
    )


def judged_days(
    shipped: Shipped, tasks: Sequence[Task], *, name: str = "C2", has_bars: bool = True
) -> list[Result]:
    """Give what was missed in the worst draw of seeds, and the lane's length in the mean.

    has_bars: the bars were set on these very days.
    """
    groups: dict[str, list[Lane]] = {}
    for task in tasks:
        groups.setdefault(task.group, []).append(lane_of(shipped, task))
    worst = max(groups.values(), key=lambda group: sum(x.missed for x in group))
    lanes = [x for group in groups.values() for x in group]
    n_wanted, n_maybe = sum(x.n_wanted for x in worst), sum(x.in_maybe for x in worst)
    missed = sum(x.missed for x in worst)
    of = interval(missed, n_wanted) if n_wanted else "nothing is wanted"
    return [
        Result(
            f"own lane and maybe: missed on {name}",
            missed,
            "papers",
            bar=MISSED_BAR if has_bars else None,
            note=f"{of}; worst draw; {n_maybe} more are asked about as maybe",
        ),
        _share(lanes, f"{name}'s days", has_bars),
    ]


def recall_on(shipped: Shipped, tasks: Sequence[Task], *, floor: float | None) -> list[Result]:
    """Give the share of wanted papers that the lane had, and its length."""
    lanes = [lane_of(shipped, task) for task in tasks]
    if not lanes:
        return [nothing("C core", "no day has a paper that is judged to be core")]
    n_wanted = sum(x.n_wanted for x in lanes)
    n_in = n_wanted - sum(x.missed for x in lanes)
    n_maybe = sum(x.in_maybe for x in lanes)
    days = [(x.n_wanted - x.missed, 0, x.n_wanted) for x in lanes]
    span = intervals.spanned(intervals.of_shares(days))
    return [
        Result(
            "own lane and maybe: recall on C core",
            100 * n_in / n_wanted,
            "%",
            floor=floor,
            note=f"{len(lanes)} days; {span}; {n_maybe} of them are asked about as maybe",
            parts=(Part("papers", n_in, n_wanted),),
        ),
        _share(lanes, "C core's days", floor is not None),
    ]


def _share(lanes: Sequence[Lane], of: str, has_bar: bool) -> Result:
    n_in, n_day = sum(x.n_in for x in lanes), sum(x.n_day for x in lanes)
    n_doubtful = sum(x.n_doubtful for x in lanes) / len(lanes)
    span = intervals.spanned(intervals.of_shares([(x.n_in, 0, x.n_day) for x in lanes]))
    note = f"{span}; {n_in / len(lanes):.1f} a day; {n_doubtful:.1f} asked about as maybe"
    bar = SHARE_BAR if has_bar else None
    return Result(f"own lane: share of {of}", 100 * n_in / n_day, "%", bar=bar, note=note)
