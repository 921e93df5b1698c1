"""Hold the forecast and the near lane to who was talked about: the sets D and D caught.

D: each reported day's papers in the order of the forecast, made on that morning. D caught:
which of the much talked-about were in some morning's ten near papers within five and seven
days, votes seen the morning after. Both call what `today` calls. The settings were chosen
on the days before those that are reported, and every model is fitted on earlier days.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from reader.heat import Coefficients
from reader.heat.forecast import MUCH_VOTES
from reader.learner.talk import fit_talk
from reader.stages.foretell import shipped
from tests.benchmarks.frame import Asked, Result, Subject
from tests.benchmarks.ranking import intervals, mornings
from tests.benchmarks.ranking.caught import catches, measure_caught, prior_of
from tests.benchmarks.ranking.replayed import Replay, read_labels, replay
from tests.benchmarks.ranking.talk_peers import by_authors, by_text

SEED = 20251
REPORTED = 0.25
"""The share of the days that is reported, from the first of a month on: the last ones."""
N_QUICK = 12

Scores = Mapping[str, float]
Ranker = Callable[[date], Scores]


OURS = "shipped and refitted"
BARS = {"any": 0.50, "≥ 10 up-votes": 0.43}
OVER_TEXT = 1.35


def measure(asked: Asked) -> list[Result]:
    """Measure D and D caught. Raises DataMissing without the papers or the labels."""
    loaded = mornings.load(asked.data, asked.cache)
    replayed = replay(loaded, read_labels(asked.data), seed=SEED)
    days = reported_days(replayed.days)
    refits = refitted(replayed, days, is_quick=asked.is_quick)
    drawn = sorted(random.Random(SEED).sample(days, min(N_QUICK, len(days))))
    shown = drawn if asked.is_quick else days
    return [
        *measure_forecast(replayed, shown, refits, is_quick=asked.is_quick),
        *measure_caught(replayed, catches(replayed, days, refits, is_quick=asked.is_quick)),
    ]


def reported_days(days: Sequence[date]) -> list[date]:
    """Choose the days that are reported: the last quarter, from a month's first day on."""
    last = list(days)[-max(1, round(len(days) * REPORTED)) :]
    firsts = [d for d, before in zip(last[1:], last, strict=False) if d.month != before.month]
    first = min((d for d in firsts if d.day <= 7), default=last[0])
    return [d for d in last if d >= first]


def refitted(
    replayed: Replay, days: Sequence[date], *, is_quick: bool
) -> list[tuple[date, Coefficients]]:
    """Refit on the library's own talk, as it would: at the start of each month that is
    reported, in a quick run of the first alone. Gives from which day on each holds."""
    firsts = [d for i, d in enumerate(days) if not i or d.month != days[i - 1].month]
    prior = prior_of(replayed)
    return [
        (first, fit_talk(replayed.history(first), prior))
        for first in (firsts[:1] if is_quick else firsts)
    ]


def numbers_on(day: date, refits: Sequence[tuple[date, Coefficients]]) -> Coefficients:
    """Give the numbers that hold on a day."""
    return [numbers for first, numbers in refits if first <= day][-1]


def measure_forecast(
    replayed: Replay,
    days: Sequence[date],
    refits: Sequence[tuple[date, Coefficients]],
    *,
    is_quick: bool = False,
) -> list[Result]:
    """Measure the mean average precision over the days, of the forecast and of its peers.

    is_quick: too few days for a bar to mean anything, so there is none.
    """
    truths = (_truth(replayed, 0), _truth(replayed, MUCH_VOTES))
    rankers = _rankers(replayed, days[0], refits, is_quick=is_quick)
    found = {name: _precisions(ranker, days, truths) for name, ranker in rankers.items()}
    results = []
    for k, (label, bar) in enumerate(BARS.items()):
        of_label = {name: precisions[k] for name, precisions in found.items()}
        results += _results(label, None if is_quick else 100 * bar, of_label)
    over = min(_mean(found[OURS][k]) / (_mean(found["text alone"][k]) or 1) for k in (0, 1))
    floor = None if is_quick else OVER_TEXT
    return [*results, Result("D: to text alone, the lower of the two", over, "×", floor=floor)]


def _rankers(
    replayed: Replay,
    first: date,
    refits: Sequence[tuple[date, Coefficients]],
    *,
    is_quick: bool,
) -> dict[str, Ranker]:
    given = Coefficients.read(shipped())
    return {
        OURS: lambda d: replayed.foretold(d, numbers_on(d, refits)),
        "as shipped": lambda d: replayed.foretold(d, given),
        "as shipped, empty library": lambda d: replayed.foretold(d, given, is_empty=True),
        "text alone": by_text(replayed, first, is_quick=is_quick),
        "authors alone": by_authors(replayed, first),
        "drawn": lambda d: {s.id: random.Random(s.id).random() for s in replayed.seen[d]},
    }


def _results(
    label: str, bar: float | None, found: Mapping[str, Sequence[float | None]]
) -> list[Result]:
    text = _mean(found["text alone"])
    return [
        Result(
            name=f"D {label}: {name}",
            value=100 * _mean(precisions),
            unit="% MAP",
            floor=bar if name == OURS else None,
            ratio=_mean(precisions) / text if text else None,
            note=_note(found[OURS], precisions, name == OURS),
        )
        for name, precisions in found.items()
    ]


def _truth(replayed: Replay, at_least: int) -> set[str]:
    return {id_ for id_, found in replayed.talked.items() if found.n_votes >= at_least}


def _precisions(
    ranker: Ranker, days: Iterable[date], truths: Sequence[set[str]]
) -> list[list[float | None]]:
    """Give, for each truth, the average precision of each day; None where it has nothing."""
    found: list[list[float | None]] = [[] for _ in truths]
    for day in days:
        scores = ranker(day)
        order = sorted(scores, key=lambda id_: (-scores[id_], id_))
        for values, truth in zip(found, truths, strict=True):
            values.append(average_precision(order, truth))
    return found


def average_precision(order: Sequence[str], truth: set[str]) -> float | None:
    """Average the precision at each right place; None where none of the truth is there."""
    n, added = 0, 0.0
    for place, id_ in enumerate(order, 1):
        if id_ in truth:
            n += 1
            added += n / place
    return added / n if n else None


def _note(ours: Sequence[float | None], theirs: Sequence[float | None], is_ours: bool) -> str:
    n = sum(v is not None for v in theirs)
    if is_ours or not n:
        return f"{n} days, ratio to text alone"
    above = intervals.shown(intervals.of_means(ours, theirs))
    return f"{n} days; shipped and refitted is {above} above"


def _mean(values: Sequence[float | None]) -> float:
    return statistics.fmean([v for v in values if v is not None] or [0.0])


SUBJECT = Subject("talk", measure)
