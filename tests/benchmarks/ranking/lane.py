"""The own lane as it is shipped, with its own cut: what it misses, and how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reader.morning.lanes import N_DOUBTFUL
from reader.ranking.model import Rank, start
from tests.benchmarks.frame import Options, Part, Result, interval
from tests.benchmarks.ranking import intervals
from tests.benchmarks.ranking.report import absolute, least, nothing
from tests.benchmarks.ranking.shipped import Shipped, best
from tests.benchmarks.ranking.tasks import Task

MISSED_BAR = 1
SHARE_BAR = 3.0
RECALL_FLOOR = 97.0
LONGER_BAR = 1.25
"""So many times as long as by the topics' words alone may the lane be on any data."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What the own lane of one day had.

    n_in, n_doubtful: papers that are surely of the topics, and those that a morning asks about.
    missed: wanted papers in neither; in_maybe: wanted papers that are asked about. by_words: the
    same of the topics' words alone, with nothing learned; None there.
    """

    n_day: int
    n_in: int
    n_doubtful: int
    n_wanted: int
    missed: int
    in_maybe: int
    by_words: Lane | None = None


def lane_of(shipped: Shipped, task: Task) -> Lane:
    """Judge a day's papers as the program does, and by the words alone, and count."""
    topics = task.lesson.topics
    words = {topic.path: start(topic, topics) for topic in topics}
    by_words = [shipped.judged(id_, words, {}) for id_ in task.candidates]
    found = _counted(task, shipped.day(task.lesson, task.candidates))
    return replace(found, by_words=_counted(task, by_words))


def _counted(task: Task, day: Sequence[Sequence[Rank]]) -> Lane:
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
    options: Options, shipped: Shipped, tasks: Sequence[Task], *, name: str = "C2"
) -> list[Result]:
    """Give what was missed in the worst draw of seeds, and the lane's length in the mean.

    On other data than that of the absolute bar no more may be missed than by the words alone.
    """
    groups: dict[str, list[Lane]] = {}
    for task in tasks:
        groups.setdefault(task.group, []).append(lane_of(shipped, task))
    worst = max(groups.values(), key=lambda group: sum(x.missed for x in group))
    lanes = [x for group in groups.values() for x in group]
    n_wanted, n_maybe = sum(x.n_wanted for x in worst), sum(x.in_maybe for x in worst)
    missed, by_words = sum(x.missed for x in worst), sum(x.missed for x in _by_words(worst))
    of = interval(missed, n_wanted) if n_wanted else "nothing is wanted"
    bar = absolute(options, MISSED_BAR)
    return [
        Result(
            f"own lane and maybe: missed on {name}",
            missed,
            "papers",
            bar=least(options, by_words) if bar is None else bar,
            note=f"{of}; worst draw; {n_maybe} more are asked about as maybe;"
            f" by the words alone {by_words} are missed",
        ),
        *_length(options, lanes, f"{name}'s days"),
    ]


def recall_on(
    options: Options, shipped: Shipped, tasks: Sequence[Task], *, name: str
) -> list[Result]:
    """Give the share of wanted papers that the lane had, and its length.

    On other data than that of the absolute bar it may not be less than by the words alone.
    """
    lanes = [lane_of(shipped, task) for task in tasks]
    if not lanes:
        return [nothing(name, "no day has a paper that is judged to be core")]
    n_wanted = sum(x.n_wanted for x in lanes)
    n_in = n_wanted - sum(x.missed for x in lanes)
    n_maybe = sum(x.in_maybe for x in lanes)
    days = [(x.n_wanted - x.missed, 0, x.n_wanted) for x in lanes]
    span = intervals.spanned(intervals.of_shares(days))
    by_words = 100 * (n_wanted - sum(x.missed for x in _by_words(lanes))) / n_wanted
    floor = absolute(options, RECALL_FLOOR)
    return [
        Result(
            f"own lane and maybe: recall on {name}",
            100 * n_in / n_wanted,
            "%",
            floor=least(options, by_words) if floor is None else floor,
            note=f"{len(lanes)} days; {span}; {n_maybe} of them are asked about as maybe;"
            f" by the words alone {by_words:.1f}",
            parts=(Part("papers", n_in, n_wanted),),
        ),
        *_length(options, lanes, f"{name}'s days"),
    ]


def _by_words(lanes: Sequence[Lane]) -> list[Lane]:
    return [lane.by_words for lane in lanes if lane.by_words]


def _length(options: Options, lanes: Sequence[Lane], of: str) -> list[Result]:
    """Give the lane's share of the days, and how long it is beside that of the words alone."""
    n_in, n_day = sum(x.n_in for x in lanes), sum(x.n_day for x in lanes)
    n_doubtful = sum(x.n_doubtful for x in lanes) / len(lanes)
    span = intervals.spanned(intervals.of_shares([(x.n_in, 0, x.n_day) for x in lanes]))
    note = f"{span}; {n_in / len(lanes):.1f} a day; {n_doubtful:.1f} asked about as maybe"
    bar = absolute(options, SHARE_BAR)
    found = [Result(f"own lane: share of {of}", 100 * n_in / n_day, "%", bar=bar, note=note)]
    both = [(float(x.n_in), float(y.n_in)) for x, y in zip(lanes, _by_words(lanes), strict=True)]
    n_by_words = sum(words for _, words in both)
    if n_by_words:
        span = intervals.spanned(intervals.of_ratio(both), unit=1.0, digits=2)
        name = f"own lane: length on {of}, to that of the words alone"
        bar = least(options, LONGER_BAR)
        found.append(Result(name, n_in / n_by_words, "×", bar=bar, note=span))
    return found
