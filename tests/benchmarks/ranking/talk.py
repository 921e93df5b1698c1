"""Hold the forecast and the near lane to who was talked about: the sets D and D caught.

D: each reported day's papers in the order of the forecast, made on that morning. D caught:
which of the much talked-about were in some morning's ten near papers within five and seven
days, votes seen the morning after. Both call what `today` calls. The settings were chosen
on the days before those that are reported, and every model is fitted on earlier days.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from reader.ranking.fit import fit_talk
from reader.ranking.forecast import MUCH_VOTES, Coefficients
from reader.ranking.heat import CATCH_DAYS
from reader.ranking.learn import shipped
from tests.benchmarks.frame import Asked, DataMissing, Result, Subject
from tests.benchmarks.ranking import intervals, mornings
from tests.benchmarks.ranking.caught import (
    catches,
    knows_shipped,
    measure_caught,
    prior_of,
)
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.replayed import Replay, read_labels, replay
from tests.benchmarks.ranking.report import absolute, nothing
from tests.benchmarks.ranking.talk_peers import by_authors, by_text

SEED = 20251
REPORTED = 0.25
"""The share of the days that is reported, from the first of a month on: the last ones."""
N_QUICK = 12

Scores = Mapping[str, float]
Ranker = Callable[[date], Scores]


OURS = "shipped and refitted"
SHIPPED, EMPTY = "as shipped", "as shipped, empty library"
PEERS = TEXT, AUTHORS, DRAWN = "text alone", "authors alone", "drawn"
BARS = {"any": 0.50, "≥ 10 up-votes": 0.43}
OVER_TEXT = 1.35


def measure(asked: Asked) -> list[Result]:
    """Measure D and D caught. Raises DataMissing without the papers or the labels."""
    labels = read_labels(asked.data)
    loaded, labelled = with_labels(mornings.load(asked.data, asked.cache), labels)
    replayed = replay(loaded, labels, seed=SEED)
    days = reported_days(labelled)
    is_own = absolute(asked, 0) is not None
    refits = refitted(replayed, days, is_quick=asked.is_quick)
    drawn = sorted(random.Random(SEED).sample(days, min(N_QUICK, len(days))))
    shown = drawn if asked.is_quick else days
    return [
        *measure_forecast(replayed, shown, refits, is_quick=asked.is_quick, is_own=is_own),
        *measure_caught(
            replayed, catches(replayed, days, refits, is_quick=asked.is_quick, is_own=is_own)
        ),
    ]


def with_labels(
    loaded: Mornings, labels: Sequence[Mapping[str, Any]]
) -> tuple[Mornings, list[date]]:
    """Leave out the mornings after all labels; gives the others, and the days that have labels.

    On a day without labels nobody knows who was talked about. Raises DataMissing where no
    labelled day has papers.
    """
    known = {date.fromisoformat(row["day"]) for row in labels}
    days = [day for day in loaded.days if day in known]
    if not days:
        raise DataMissing("no day of D has papers")
    last = days[-1] + timedelta(days=CATCH_DAYS)
    return replace(loaded, days={d: i for d, i in loaded.days.items() if d <= last}), days


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
    is_own: bool = True,
) -> list[Result]:
    """Measure the mean average precision over the days, of the forecast and of its peers.

    is_quick: too few days for a bar to mean anything, so there is none. is_own: the data on
    which the absolute bars were set; elsewhere the ratios count.
    """
    truths = (_truth(replayed, 0), _truth(replayed, MUCH_VOTES))
    rankers = _rankers(replayed, days[0], refits, is_quick=is_quick)
    found = {name: _precisions(ranker, days, truths) for name, ranker in rankers.items()}
    is_fitted = numbers_on(days[0], refits) != Coefficients()
    has_bars = is_fitted and not is_quick
    results: list[Result] = []
    over: list[float] = []
    for k, (label, bar) in enumerate(BARS.items()):
        of_label = {name: precisions[k] for name, precisions in found.items()}
        if all(value is None for value in of_label[OURS]):
            results.append(nothing(f"D {label}", "nobody was talked about so much on these days"))
            continue
        floor = 100 * bar if is_own and has_bars else None
        results += _results(label, floor, of_label, has_bars=has_bars)
        if text := _mean(of_label.get(TEXT, ())):
            over.append(_mean(of_label[OURS]) / text)
    if over:
        name = f"D: to text alone{', the lower of the two' * (len(over) > 1)}"
        results.append(Result(name, min(over), "×", floor=OVER_TEXT if has_bars else None))
    return [*results, *_gaps(days, rankers, is_fitted=is_fitted)]


def _gaps(
    days: Sequence[date], rankers: Mapping[str, Ranker], *, is_fitted: bool
) -> Iterator[Result]:
    """Say what is missing, and what is no fair figure on these days."""
    for name in (TEXT, AUTHORS):
        if name not in rankers:
            yield nothing(f"D: {name}", "nobody is known to be talked about before these days")
    if not is_fitted:
        why = "too little talk is known before these days to fit to, and what ships knows them"
        yield nothing(f"D: {OURS}, with bars", why)
    if n := sum(knows_shipped([day]) for day in days):
        why = "it was fitted on these days, so its figure is too good"
        yield Result(f"D: {SHIPPED}: days it knows", n, "days", note=why)


def _rankers(
    replayed: Replay,
    first: date,
    refits: Sequence[tuple[date, Coefficients]],
    *,
    is_quick: bool,
) -> dict[str, Ranker]:
    given = Coefficients.read(shipped())
    found: dict[str, Ranker | None] = {
        OURS: lambda d: replayed.foretold(d, numbers_on(d, refits)),
        SHIPPED: lambda d: replayed.foretold(d, given),
        EMPTY: lambda d: replayed.foretold(d, given, is_empty=True),
        TEXT: by_text(replayed, first, is_quick=is_quick),
        AUTHORS: by_authors(replayed, first),
        DRAWN: lambda d: {s.id: random.Random(s.id).random() for s in replayed.seen[d]},
    }
    return {name: ranker for name, ranker in found.items() if ranker}


def _results(
    label: str,
    floor: float | None,
    found: Mapping[str, Sequence[float | None]],
    *,
    has_bars: bool,
) -> list[Result]:
    """Give each recipe's mean; a peer may reach the shipped one's and no more."""
    text, ours = _mean(found.get(TEXT, ())), 100 * _mean(found[OURS])
    return [
        Result(
            name=f"D {label}: {name}",
            value=100 * _mean(precisions),
            unit="% MAP",
            bar=ours if has_bars and name in PEERS else None,
            floor=floor if name == OURS else None,
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
