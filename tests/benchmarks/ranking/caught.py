"""Play the near lane morning by morning: which of the much talked-about does it catch?

Ten papers a morning of those announced within the last weeks, chosen by `heat.caught` from
`near_score`s: of all papers, with closeness switched off, or of the members of the product's
own near lane, with theirs. A page's votes are seen the morning after it.
Nobody decides anything, so what was foretold and is talked about later comes again.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from reader.ranking.fit import fit_talk
from reader.ranking.forecast import MUCH_VOTES, Coefficients, forecast
from reader.ranking.heat import CATCH_DAYS, N_FORETOLD, Talk, caught, heat, is_likely, near_score
from reader.ranking.learn import shipped
from reader.ranking.model import Term, total
from tests.benchmarks.frame import Result
from tests.benchmarks.ranking import intervals
from tests.benchmarks.ranking.replayed import Records, Replay, lived
from tests.benchmarks.ranking.report import nothing

CAP = 10
WITHIN = {5: 0.90, 7: 0.94}
OF_SEEN = 0.97
SHIPPED_FROM, SHIPPED_UNTIL = date(2024, 12, 18), date(2025, 9, 30)
"""The first and last day that the shipped numbers were fitted on: for those they are no prior."""
N_QUICK = 20
"""Days of those that are reported in a quick run: the last ones."""
EVERY_DAYS = 60
"""Days from one refit to the next before the days that are reported."""
STILL = 40
"""So many papers of a day may still be shown for their forecast alone on a later one."""

Terms = tuple[Term, ...]
Forecasts = Mapping[str, Terms]
Lane = Callable[[Terms, Terms, int, float | None], float | None]
"""A paper's score by its heat, its forecast, its days and its closeness, None where that does not
count; None: it does not come up."""


Members = Mapping[str, float]
"""The papers that may be shown, each with its closeness to the near topics."""


@dataclass(frozen=True, slots=True)
class Catches:
    """On which morning each recipe showed each paper, by its name; the first is ours.

    days: those whose papers count; reported: the part on which nothing was chosen.
    is_quick: too few days for a bar to mean anything, so there is none. is_own: the data on
    which the absolute bars were set; elsewhere the ratios count. only: the papers that may be
    shown, None: all. name: of the figures. foretold: by the numbers of our own recipe.
    """

    shown: Mapping[str, Mapping[str, date]]
    days: Sequence[date]
    reported: Sequence[date]
    is_quick: bool = False
    is_own: bool = True
    only: Members | None = None
    name: str = "D caught"
    bars: Mapping[int, float] = field(default_factory=lambda: WITHIN)
    of_seen: float = OF_SEEN
    foretold: Forecasts = field(default_factory=dict, repr=False)

    def floor(self, value: float, *, is_absolute: bool = False) -> float | None:
        """Give a bar in hundredths, where it holds."""
        return None if self.is_quick or (is_absolute and not self.is_own) else 100 * value


@dataclass(slots=True)
class Shown:
    """What a recipe showed, on which morning first; foretold: what nobody had spoken of then;
    again: those of them that came a second time, as talked about."""

    on: dict[str, date] = field(default_factory=dict)
    foretold: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)


def _near(heat: Terms, foretold: Terms, n_days: int, closeness: float | None) -> float | None:
    if not heat and (n_days or not is_likely(foretold)):
        return None
    return total(near_score(heat, foretold, closeness, n_days=n_days))


def _by(kind: str) -> Lane:
    return lambda heat, foretold, n_days, closeness: total(t for t in foretold if t.kind == kind)


OURS, VOTES = "near lane", "votes alone"
PEERS: Mapping[str, Lane] = {
    VOTES: lambda heat, foretold, n_days, closeness: total(heat) if heat else None,
    "forecast alone": lambda heat, foretold, n_days, closeness: total(
        near_score((), foretold, None, n_days=n_days)
    ),
    "authors alone": _by("record"),
    "text alone": _by("text"),
}


def catches(
    replayed: Replay,
    reported: Sequence[date],
    refits: Sequence[tuple[date, Coefficients]],
    *,
    is_quick: bool = False,
    is_own: bool = True,
) -> Catches:
    """Play all mornings, in a quick run the last of those that are reported."""
    days = replayed.days
    reported = reported[-N_QUICK:] if is_quick else reported
    begin = played_from(reported) if is_quick else days[0]
    numbers = [*([] if is_quick else earlier(replayed, reported[0])), *refits]
    played = [d for d in days if d >= begin]
    foretold = forecasts(replayed, played, numbers)
    return Catches(
        {
            OURS: play_near(replayed, played, foretold).on,
            **{name: _play(replayed, played, foretold, by).on for name, by in PEERS.items()},
        },
        reported if is_quick else days,
        reported,
        is_quick,
        is_own,
        foretold=foretold,
    )


def played_from(reported: Sequence[date]) -> date:
    """Give the first morning to play for some days: papers before them may take their places."""
    return reported[0] - timedelta(days=CATCH_DAYS)


def measure_caught(replayed: Replay, found: Catches) -> list[Result]:
    """Give the share of the much talked-about that was shown within so many days.

    A peer may reach what the near lane reaches and no more.
    """
    papers = much(replayed, found.days, found.only)
    if not papers:
        return [nothing(found.name, f"no paper has {MUCH_VOTES} votes or more")]
    ours = next(iter(found.shown.values()))
    results = []
    for n, bar in found.bars.items():
        seen = could_be_seen(replayed, found.days, n, found.only)
        near = _n_within(papers, ours, n) / len(papers)
        for name, shown in found.shown.items():
            value = _n_within(papers, shown, n) / len(papers)
            results.append(
                Result(
                    f"{found.name} within {n} days: {name}",
                    100 * value,
                    "%",
                    bar=None if shown is ours else found.floor(near),
                    floor=found.floor(bar, is_absolute=True) if shown is ours else None,
                    note=_note(replayed, found, name, n),
                )
            )
        name = f"{found.name} within {n} days: of what could be seen"
        if not seen:
            results.append(nothing(name, "no votes are known in time"))
            continue
        days = [[p for p in papers if p[1] == day] for day in found.days]
        pairs = [(_n_within(p, ours, n), _n_seen(replayed, p, n)) for p in days if p]
        span = intervals.spanned(intervals.of_ratio(pairs))
        note = f"{span}; votes could be seen of {100 * seen:.1f} %"
        floor = found.floor(found.of_seen)
        results.append(Result(name, 100 * near / seen, "%", floor=floor, note=note))
    return results


def _note(replayed: Replay, found: Catches, name: str, n: int) -> str:
    shown, (first, ours) = found.shown[name], next(iter(found.shown.items()))
    of_days = [of_day for day in found.days if (of_day := much(replayed, [day], found.only))]
    hits = [(_n_within(of_day, shown, n), 0, len(of_day)) for of_day in of_days]
    note = f"{intervals.spanned(intervals.of_shares(hits))}; {sum(n for _, _, n in hits)} papers"
    if found.only is not None:
        note += f" of {len(much(replayed, found.days))}"
    if found.days != found.reported:
        late = 100 * within(replayed, shown, found.reported, n)
        of = 100 * could_be_seen(replayed, found.reported, n)
        note += f"; on the reported days {late:.1f} of {of:.1f} to be seen"
    if shown is ours:
        return note
    days = [
        (_n_within(of_day, ours, n), _n_within(of_day, shown, n), len(of_day)) for of_day in of_days
    ]
    return f"{note}; {first} is {intervals.shown(intervals.of_shares(days))} above"


def much(
    replayed: Replay, days: Sequence[date], only: Members | None = None
) -> list[tuple[str, date]]:
    """List the much talked-about papers of some days, each with its day."""
    return [
        (seen.id, day)
        for day in days
        for seen in replayed.seen[day]
        if (found := replayed.talked.get(seen.id)) and found.n_votes >= MUCH_VOTES
        if only is None or seen.id in only
    ]


def within(replayed: Replay, shown: Mapping[str, date], days: Sequence[date], n: int) -> float:
    """Give the share of them that were shown within n days of their announcement."""
    papers = much(replayed, days)
    return _n_within(papers, shown, n) / max(1, len(papers))


def _n_within(papers: Sequence[tuple[str, date]], shown: Mapping[str, date], n: int) -> int:
    return sum(id_ in shown and (shown[id_] - day).days <= n for id_, day in papers)


def could_be_seen(
    replayed: Replay, days: Sequence[date], n: int, only: Members | None = None
) -> float:
    """Give the share of which the votes are known on some morning within n days."""
    papers = much(replayed, days, only)
    return _n_seen(replayed, papers, n) / max(1, len(papers))


def _n_seen(replayed: Replay, papers: Sequence[tuple[str, date]], n: int) -> int:
    mornings = replayed.days
    n_seen = 0
    for id_, day in papers:
        place = bisect.bisect_right(mornings, replayed.talked[id_].on)
        first = max(mornings[place], day) if place < len(mornings) else date.max
        n_seen += (first - day).days <= n
    return n_seen


def earlier(replayed: Replay, first: date) -> list[tuple[date, Coefficients]]:
    """Refit before the days that are reported too, each time on earlier days alone."""
    prior = prior_of(replayed)
    found = [(replayed.days[0], prior)]
    for day in replayed.days:
        if day < first and (day - found[-1][0]).days >= EVERY_DAYS:
            found.append((day, fit_talk(replayed.history(day), prior)))
    return found


def prior_of(replayed: Replay) -> Coefficients:
    """Give the numbers that a refit starts from: none where the shipped ones know the days."""
    is_known = knows_shipped(replayed.days)
    return Coefficients() if is_known else Coefficients.read(shipped())


def knows_shipped(days: Sequence[date]) -> bool:
    """Tell whether the shipped numbers were fitted on some of these days, oldest first."""
    return days[0] <= SHIPPED_UNTIL and days[-1] >= SHIPPED_FROM


def forecasts(
    replayed: Replay,
    days: Sequence[date],
    numbers: Sequence[tuple[date, Coefficients]],
    records: Records = lived,
) -> Forecasts:
    firsts = [first for first, _ in numbers]
    return {
        seen.id: forecast(
            replayed.facts(seen),
            records(seen),
            numbers[max(0, bisect.bisect_right(firsts, day) - 1)][1],
        )
        for day in days
        for seen in replayed.seen[day]
    }


def play_near(
    replayed: Replay,
    days: Sequence[date],
    foretold: Forecasts,
    *,
    n_foretold: int = N_FORETOLD,
    only: Members | None = None,
) -> Shown:
    """Play the near lane as `today` has it; only: of its own members, with their closeness."""
    return _play(replayed, days, foretold, _near, n_foretold, only)


def play_votes(replayed: Replay, days: Sequence[date], foretold: Forecasts, only: Members) -> Shown:
    """Play the votes alone, among the members of the near lane."""
    return _play(replayed, days, foretold, PEERS[VOTES], None, only)


def _play(
    replayed: Replay,
    days: Sequence[date],
    foretold: Forecasts,
    lane: Lane,
    n_foretold: int | None = None,
    only: Members | None = None,
) -> Shown:
    """Show ten papers each morning; n_foretold: how many of which nobody spoke, None: any."""
    shown = Shown()
    waiting: dict[str, date] = {}
    for morning in days:
        waiting = {i: d for i, d in waiting.items() if (morning - d).days < CATCH_DAYS}
        arrived = (seen.id for seen in replayed.seen[morning])
        waiting |= {id_: morning for id_ in arrived if only is None or id_ in only}
        scores: dict[str, float] = {}
        silent: set[str] = set()
        for id_, day in waiting.items():
            said = heat(_talk(replayed, id_, morning), morning)
            if id_ in shown.foretold and not said:
                continue
            close = None if only is None else only[id_]
            score = lane(said, foretold[id_], (morning - day).days, close)
            if score is not None:
                scores[id_] = score
            if not said:
                silent.add(id_)
        _show(shown, morning, scores, silent, n_foretold)
        is_done = shown.on.keys() - (shown.foretold - shown.again)
        waiting = _still(replayed, {i: d for i, d in waiting.items() if i not in is_done}, scores)
    return shown


def _show(
    shown: Shown,
    morning: date,
    scores: Mapping[str, float],
    silent: set[str],
    n_foretold: int | None,
) -> None:
    if n_foretold is None:
        shown.on |= dict.fromkeys(caught(scores, cap=CAP), morning)
        return
    chosen = caught(
        {i: s for i, s in scores.items() if i not in silent and i not in shown.foretold},
        {i: s for i, s in scores.items() if i in silent},
        {i: s for i, s in scores.items() if i in shown.foretold},
        cap=CAP,
        n_foretold=n_foretold,
    )
    for id_ in chosen:
        if id_ in shown.foretold:
            shown.again.add(id_)
        else:
            shown.on[id_] = morning
    shown.foretold |= silent.intersection(chosen)


def _still(
    replayed: Replay, waiting: Mapping[str, date], scores: Mapping[str, float]
) -> dict[str, date]:
    """Leave out what no later morning can show: no votes to come, and a poor forecast."""
    kept: dict[str, date] = {i: d for i, d in waiting.items() if i in replayed.talked}
    by_day: dict[date, list[str]] = {}
    for id_, day in waiting.items():
        by_day.setdefault(day, []).append(id_)
    for day, ids in by_day.items():
        kept |= dict.fromkeys(sorted(ids, key=lambda i: (-scores.get(i, 0.0), i))[:STILL], day)
    return kept


def _talk(replayed: Replay, id_: str, morning: date) -> Talk:
    found = replayed.talked.get(id_)
    if found is None or found.on >= morning:
        return Talk()
    categories = replayed.papers[id_].categories
    return Talk(
        n_votes=found.n_votes,
        voted_on=found.on + timedelta(days=1),
        category=categories[0] if categories else "",
    )
