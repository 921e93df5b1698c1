"""Put papers of the near lane in their order, and choose the wild card, by sums of terms.

Pure: knows neither the topics themselves nor what was shown; both come in as values.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from reader.score import Term, total

CATCH_DAYS = 21
"""So many days after it came a paper may still join the near lane because it became hot."""

FORECAST = 0.06
"""What a log-odds unit of the forecast weighs against one person who talks about the paper."""

SILENCE = 2.6
A_DAY = 0.04
"""On its first morning nobody can have talked about a paper, and the forecast speaks for it.
From the second on talk must: a new paper of equal promise stands above one that has fewer than
seven up-votes and nobody's words, and each further day lets it sink a little. Who speaks of a
paper ends its silence: one person today takes all of this back, a repost .4 of it."""

AGREED = 0.9
"""The share of the distance to the near topics that each person after the first takes away. One
person talks about many things; two who name the same paper say that it is worth a look, whatever
its topic."""

N_FORETOLD = 6
"""Places of a morning that papers of which nobody has spoken may take, where a forecast is all
that speaks for them: the fewest with which ten places catch what they should (docs/ranking.md)."""

LIKELY = 0.0
"""The log-odds of the forecast from which on a paper may take one: every second of those that
took one was talked about later."""

HOT = 0.8
"""What a wild card needs of talk: that of one person in their own words, of any class, today or
yesterday. A machine's post or one repost makes none."""

FARTHEST = 0.02
LEFT = 1.0
"""What a direction that the person left adds to a wild card."""

Row = TypeVar("Row", bound=Hashable)

_NONE: Mapping[Any, float] = MappingProxyType({})


def near_score(
    heat_terms: Sequence[Term],
    forecast_terms: Sequence[Term],
    closeness: float | None,
    *,
    n_days: int = 0,
) -> tuple[Term, ...]:
    """Join heat, forecast and closeness to the near topics; the unit is that of heat, a person.

    closeness: 0 far … 1 in the midst of a near topic, None: not asked for; its logarithm
    joins, after people who agree have made the distance smaller. n_days: since the paper
    was announced.
    """
    terms = _joined(heat_terms, forecast_terms, n_days)
    if closeness is not None:
        far = 1 - min(1.0, max(FARTHEST, closeness))
        near = 1 - far * (1 - AGREED) ** max(0.0, _people(heat_terms) - 1)
        terms.append(Term("closeness", f"{near:.2f}", math.log2(near)))
    return tuple(terms)


def wild_score(
    heat_terms: Sequence[Term],
    forecast_terms: Sequence[Term],
    closeness: float,
    *,
    left: str = "",
    n_days: int = 0,
) -> tuple[Term, ...]:
    """Score a wild card: hot, and far from everything known or of a direction that was left.

    closeness: to the nearest topic, own or near, 0 … 1; left: the topic that the person left.
    """
    terms = _joined(heat_terms, forecast_terms, n_days)
    if left:
        terms.append(Term("left", left, LEFT))
    else:
        far = min(1.0, max(FARTHEST, 1 - closeness))
        terms.append(Term("far", f"{far:.2f}", math.log2(far)))
    return tuple(terms)


def is_hot(heat_terms: Sequence[Term]) -> bool:
    """Tell whether a paper is talked about enough for a wild card."""
    return total(heat_terms) >= HOT


def is_likely(forecast_terms: Sequence[Term]) -> bool:
    """Tell whether a forecast alone may bring a paper up, on its first morning."""
    return bool(forecast_terms) and total(forecast_terms) >= LIKELY


def caught(
    talked: Mapping[Row, float],
    foretold: Mapping[Row, float] = _NONE,
    again: Mapping[Row, float] = _NONE,
    *,
    cap: int,
    n_foretold: int = N_FORETOLD,
) -> list[Row]:
    """Choose a morning's near papers by their scores, of those that no list held for its talk.

    talked: what is talked about; foretold: new papers of which nobody has spoken, at most
    `n_foretold`, in places that no higher score takes; again: talked about, and shown before
    as foretold, in what is left. Gives them in the order talked, again, foretold, each the
    highest first; equal scores keep the order in which they came.
    """
    hoped = dict.fromkeys(_highest(foretold)[: max(0, n_foretold)])
    scores = {**talked, **{row: foretold[row] for row in hoped}}
    chosen = _highest(scores)[: max(0, cap)]
    back = _highest(again)[: max(0, cap - len(chosen))]
    silent = [row for row in chosen if row in hoped]
    return [*(row for row in chosen if row not in hoped), *back, *silent]


def _highest(scores: Mapping[Row, float]) -> list[Row]:
    return sorted(scores, key=lambda row: -scores[row])


def closeness_of(margin: float) -> float:
    """Turn a topic's score above its cut (log-odds) into a closeness of 0 … 1."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, margin))))


def _joined(heat_terms: Sequence[Term], forecast_terms: Sequence[Term], n_days: int) -> list[Term]:
    foretold = [Term(t.kind, t.what, FORECAST * t.value) for t in forecast_terms]
    days = max(0, n_days)
    silence = max(0.0, 1 - _people(heat_terms)) * (SILENCE + A_DAY * days) if days else 0.0
    waiting = [Term("days", str(days), -silence)] if silence else []
    return [*heat_terms, *foretold, *waiting]


def _people(heat_terms: Sequence[Term]) -> float:
    """Add up the people who speak of a paper, each as much as they count."""
    return math.fsum(t.value for t in heat_terms if t.kind in ("mention", "repost"))
