"""The own lane as it is shipped, with its own cut: what it misses, and how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.frame import Part, Result
from tests.benchmarks.ranking.report import nothing
from tests.benchmarks.ranking.shipped import Shipped, best
from tests.benchmarks.ranking.tasks import Task

MISSED_BAR = 1
SHARE_BAR = 3.0


@dataclass(frozen=True, slots=True)
class Lane:
    """What the own lane of one day had.

    missed: wanted papers that were not in it; in_doubt: how many of them were doubtful.
    """

    n_day: int
    n_in: int
    n_doubtful: int
    n_wanted: int
    missed: int
    in_doubt: int


def lane_of(shipped: Shipped, task: Task) -> Lane:
    """Judge a day's papers as the program does and count."""
    models = shipped.models(task.lesson)
    day = shipped.day(task.lesson, task.candidates)
    places = {i: best(judged, models).place for i, judged in zip(task.candidates, day, strict=True)}
    missed = [i for i in task.wanted if places[i] != "in"]
    return Lane(
        n_day=len(places),
        n_in=sum(place == "in" for place in places.values()),
        n_doubtful=sum(place == "doubtful" for place in places.values()),
        n_wanted=len(task.wanted),
        missed=len(missed),
        in_doubt=sum(places[i] == "doubtful" for i in missed),
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
    n_wanted, n_doubt = sum(x.n_wanted for x in worst), sum(x.in_doubt for x in worst)
    return [
        Result(
            f"own lane: missed on {name}",
            sum(x.missed for x in worst),
            "papers",
            bar=MISSED_BAR if has_bars else None,
            note=f"of {n_wanted}, worst draw; {n_doubt} of them are doubtful",
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
    return [
        Result(
            "own lane: recall on C core",
            100 * n_in / n_wanted,
            "%",
            floor=floor,
            note=f"{len(lanes)} days; {sum(x.in_doubt for x in lanes)} more are doubtful",
            parts=(Part("papers", n_in, n_wanted),),
        ),
        _share(lanes, "C core's days", floor is not None),
    ]


def _share(lanes: Sequence[Lane], of: str, has_bar: bool) -> Result:
    n_in, n_day = sum(x.n_in for x in lanes), sum(x.n_day for x in lanes)
    n_doubtful = sum(x.n_doubtful for x in lanes) / len(lanes)
    note = f"{n_in / len(lanes):.1f} a day; {n_doubtful:.1f} more are doubtful"
    bar = SHARE_BAR if has_bar else None
    return Result(f"own lane: share of {of}", 100 * n_in / n_day, "%", bar=bar, note=note)
