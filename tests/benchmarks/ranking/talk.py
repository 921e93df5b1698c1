"""Hold the forecast and the near lane to who was talked about: the sets D and D caught.

D: each reported day's papers in the order of the forecast, made on that morning. D caught:
which of the much talked-about were in some morning's ten near papers within five and seven
days, votes seen the morning after. Both call what `today` calls, on all papers, and once more
("near lane's own") on those alone that the product would put into its near lane. The settings
were chosen on the days before those that are reported, and every model is fitted on earlier days.

As shipped, the forecast is made for three libraries: an empty one, one that imported a year of
votes and has nothing else, and one that has lived since the data begins.
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
from tests.benchmarks.frame import DataMissing, Options, Result, Subject
from tests.benchmarks.ranking import intervals, mornings
from tests.benchmarks.ranking.caught import OURS as CAUGHT
from tests.benchmarks.ranking.caught import (
    VOTES,
    Catches,
    Forecasts,
    Members,
    catches,
    forecasts,
    knows_shipped,
    measure_caught,
    play_near,
    play_votes,
    played_from,
    prior_of,
)
from tests.benchmarks.ranking.imported import ImportedVotes, imported_votes
from tests.benchmarks.ranking.members import members
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.replayed import Records, Replay, lived, read_labels, replay, unknown
from tests.benchmarks.ranking.report import absolute, nothing
from tests.benchmarks.ranking.talk_peers import as_often, by_authors, by_text

SEED = 20251
REPORTED = 0.25
"""The share of the days that is reported, from the first of a month on: the last ones."""
N_QUICK = 12

Scores = Mapping[str, float]
Ranker = Callable[[date], Scores]


OURS = "shipped and refitted"
SHIPPED, EMPTY = "as shipped", "as shipped, empty library"
IMPORTED = "as shipped, a year of votes imported"
PEERS = TEXT, AUTHORS, DRAWN = "text alone", "authors alone", "drawn"
BARS = {"any": 0.50, "≥ 10 up-votes": 0.43}
OVER_TEXT = 1.35
OVER_EMPTY = 1.1
"""What a year of imported votes must bring, to an empty library, on any data."""
OWN = "near lane's own"
OWN_BARS = {"any": 0.50, "≥ 10 up-votes": 0.50}
OWN_WITHIN = {5: 0.90, 7: 0.94}
LIVED_WITHIN = {5: 0.85, 7: 0.89}
LIVED_OF_SEEN = 0.95
"""Bars of the reported days alone: of the lane's own members, and of all papers as shipped. On
these days a morning's ten places are full, so less of what could be seen is caught."""


def measure(options: Options) -> list[Result]:
    """Measure D and D caught. Raises DataMissing without the papers or the labels."""
    labels = read_labels(options.data)
    loaded, labelled = with_labels(mornings.load(options.data, options.cache), labels)
    replayed = replay(loaded, labels, seed=SEED)
    days = reported_days(labelled)
    is_own = absolute(options, 0) is not None
    refits = refitted(replayed, days, is_quick=options.is_quick)
    drawn = sorted(random.Random(SEED).sample(days, min(N_QUICK, len(days))))
    shown = drawn if options.is_quick else days
    if options.is_quick:
        return [
            *measure_forecast(replayed, shown, refits, is_quick=True, is_own=is_own),
            *measure_caught(replayed, catches(replayed, days, refits, is_quick=True)),
        ]
    missing: list[Result] = []
    votes: ImportedVotes | None
    played = [day for day in replayed.days if day >= played_from(days)]
    only = members(loaded, played)
    try:
        votes = imported_votes(options.data, loaded.papers, {d: replayed.seen[d] for d in played})
    except DataMissing as error:
        votes, missing = None, [nothing(f"D: {IMPORTED}", str(error))]
    found = catches(replayed, days, refits, is_own=is_own)
    return [
        *missing,
        *measure_forecast(replayed, days, refits, is_own=is_own, votes=votes, only=only),
        *measure_caught(replayed, found),
        *measure_libraries(replayed, days, votes, is_own=is_own),
        *measure_members(replayed, days, found.foretold, only, is_own=is_own),
    ]


def measure_libraries(
    replayed: Replay, days: Sequence[date], votes: ImportedVotes | None, *, is_own: bool
) -> list[Result]:
    """Measure what the near lane catches on the reported days by what a library knows."""
    numbers = [(replayed.days[0], Coefficients.read(shipped()))]
    played = [day for day in replayed.days if day >= played_from(days)]
    ways: dict[str, Records] = {SHIPPED: lived, EMPTY: unknown}
    if votes:
        ways[IMPORTED] = votes.of
    shown = {
        name: play_near(replayed, played, forecasts(replayed, played, numbers, records)).on
        for name, records in ways.items()
    }
    found = Catches(
        shown,
        days,
        days,
        is_own=is_own,
        name="D caught, reported days",
        bars=LIVED_WITHIN,
        of_seen=LIVED_OF_SEEN,
    )
    return measure_caught(replayed, found)


def measure_members(
    replayed: Replay,
    days: Sequence[date],
    foretold: Forecasts,
    only: Members,
    *,
    is_own: bool,
) -> list[Result]:
    """Measure what the near lane catches of its own members on the reported days."""
    played = [day for day in replayed.days if day >= played_from(days)]
    shown = {
        CAUGHT: play_near(replayed, played, foretold, only=only).on,
        VOTES: play_votes(replayed, played, foretold, only).on,
    }
    name = f"D caught, {OWN}"
    found = Catches(shown, days, days, is_own=is_own, only=only, name=name, bars=OWN_WITHIN)
    return measure_caught(replayed, found)


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
    votes: ImportedVotes | None = None,
    only: Members | None = None,
) -> list[Result]:
    """Measure the mean average precision over the days, of the forecast and of its peers.

    is_quick: too few days for a bar to mean anything, so there is none. is_own: the data on
    which the absolute bars were set; elsewhere the ratios count. votes: those that a library
    imported; only: the members of the near lane, among whom all is measured a second time.
    """
    truths = (_truth(replayed, 0), _truth(replayed, MUCH_VOTES))
    rankers = _rankers(replayed, refits, is_quick=is_quick, votes=votes)
    scores = {name: [(day, ranker(day)) for day in days] for name, ranker in rankers.items()}
    results = _of_set(
        "D", BARS, scores, truths, None, refits=refits, is_quick=is_quick, is_own=is_own
    )
    if only is not None:
        results += _of_set(
            f"D, {OWN}", OWN_BARS, scores, truths, only, refits=refits, is_own=is_own
        )
    is_fitted = numbers_on(days[0], refits) != Coefficients()
    if votes:
        note = f"{votes.stored.n_papers} papers, {votes.stored.first} to {votes.stored.last}"
        results.append(
            Result("D: reader.db after the import", votes.n_bytes / 1e6, "MB", note=note)
        )
    return [*results, *_gaps(days, rankers, is_fitted=is_fitted)]


def _of_set(
    set_name: str,
    bars: Mapping[str, float],
    scores: Mapping[str, Sequence[tuple[date, Scores]]],
    truths: Sequence[set[str]],
    only: Members | None,
    *,
    refits: Sequence[tuple[date, Coefficients]],
    is_quick: bool = False,
    is_own: bool = True,
) -> list[Result]:
    """Measure all rankers on one set of candidates: all papers, or some."""
    days = [day for day, _ in scores[OURS]]
    found = {name: _precisions(ranked, truths, only) for name, ranked in scores.items()}
    is_fitted = numbers_on(days[0], refits) != Coefficients()
    has_bars = is_fitted and not is_quick
    results: list[Result] = []
    over: list[tuple[float, str]] = []
    gained: list[tuple[float, str]] = []
    for k, (label, bar) in enumerate(bars.items()):
        of_label = {name: precisions[k] for name, precisions in found.items()}
        if all(value is None for value in of_label[OURS]):
            name = f"{set_name} {label}"
            results.append(nothing(name, "nobody was talked about so much on these days"))
            continue
        floor = 100 * bar if is_own and has_bars else None
        results += _results(f"{set_name} {label}", floor, of_label, has_bars=has_bars)
        over += _times(of_label, OURS, TEXT)
        gained += _times(of_label, IMPORTED, EMPTY)
    for what, ratios, least in (
        ("to text alone", over, OVER_TEXT),
        ("a year of votes imported, to an empty library", gained, OVER_EMPTY),
    ):
        if ratios:
            value, note = min(ratios)
            name = f"{set_name}: {what}{', the lower of the two' * (len(ratios) > 1)}"
            results.append(Result(name, value, "×", floor=least if has_bars else None, note=note))
    return results


def _times(
    found: Mapping[str, Sequence[float | None]], ours: str, theirs: str
) -> list[tuple[float, str]]:
    """Divide the means of two recipes; gives the ratio and its interval, nothing without both."""
    below = _mean(found.get(theirs, ()))
    if not below or ours not in found:
        return []
    pairs = list(zip(found[ours], found[theirs], strict=True))
    span = intervals.spanned(intervals.of_ratio(pairs), unit=1.0, digits=2)
    return [(_mean(found[ours]) / below, span)]


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
    refits: Sequence[tuple[date, Coefficients]],
    *,
    is_quick: bool,
    votes: ImportedVotes | None,
) -> dict[str, Ranker]:
    given = Coefficients.read(shipped())
    firsts = [first for first, _ in refits]
    voted = votes.of if votes else unknown
    found: dict[str, Ranker | None] = {
        OURS: lambda d: replayed.foretold(d, numbers_on(d, refits)),
        SHIPPED: lambda d: replayed.foretold(d, given),
        EMPTY: lambda d: replayed.foretold(d, given, records=unknown),
        IMPORTED: (lambda d: replayed.foretold(d, given, records=voted)) if votes else None,
        TEXT: as_often(lambda first: by_text(replayed, first, is_quick=is_quick), firsts),
        AUTHORS: as_often(lambda first: by_authors(replayed, first), firsts),
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
            name=f"{label}: {name}",
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
    ranked: Iterable[tuple[date, Scores]], truths: Sequence[set[str]], only: Members | None
) -> list[list[float | None]]:
    """Give, for each truth, the average precision of each day; None where it has nothing."""
    found: list[list[float | None]] = [[] for _ in truths]
    for _, scores in ranked:
        among = scores if only is None else scores.keys() & only.keys()
        order = sorted(among, key=lambda id_: (-scores[id_], id_))
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
    known = [v for v in theirs if v is not None]
    span = f"{intervals.spanned(intervals.of_mean(known))}; {len(known)} days"
    if is_ours or not known:
        return f"{span}, ratio to text alone"
    above = intervals.shown(intervals.of_means(ours, theirs))
    return f"{span}; shipped and refitted is {above} above"


def _mean(values: Sequence[float | None]) -> float:
    return statistics.fmean([v for v in values if v is not None] or [0.0])


SUBJECT = Subject("talk", measure)
