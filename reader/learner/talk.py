"""Fit the numbers of the forecast to what was talked about, by logistic regressions.

Knows neither store nor clock: the examples come with their days and with the records as
they were then. The same examples give the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reader.heat import Coefficients, Example
from reader.heat.forecast import MUCH_VOTES, numbers_of
from reader.heat.text import N_BUCKETS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]

FEWEST_HOT = 60
"""Below so many papers that were talked about the numbers stay as they are."""

N_BLOCKS = 6
"""Spans of equal size, oldest first: the words of each are weighed by what came before it."""

TEXT_STRENGTH = 1.0
STRENGTH = 0.1


def fit_talk(examples: Sequence[Example], before: Coefficients | None = None) -> Coefficients:
    """Fit weights for words, records and plain facts.

    examples: in any order; labels only as far as they are known by now. Of those that were
    not talked about a tenth may do, each weighing ten: a few ten thousands are enough.
    before: the numbers so far; their text joins as one more number, so that little talk of
    one's own does not throw away what ships. Too little talk gives `before` back.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    # Threads that wait for one another on a busy machine cost more than they save here.
    with threadpool_limits(1):
        return _fit(examples, before or Coefficients())


def _fit(examples: Sequence[Example], first: Coefficients) -> Coefficients:
    import numpy as np

    chosen = sorted(examples, key=lambda e: e.on)
    votes = np.array([-1 if e.n_votes is None else e.n_votes for e in chosen])
    if int((votes >= 0).sum()) < FEWEST_HOT:
        return first
    hot = [votes >= 0, votes >= MUCH_VOTES]
    # Much talk counts more: each doubling of the votes as one more example.
    louder = np.where(hot[0], 1 + np.log2(1 + np.maximum(votes, 0)), 1.0)
    weights = louder * np.array([e.weight for e in chosen])
    words = _matrix(chosen)
    spoken = [_foretold(words, y, weights) for y in hot]
    if first.text:
        spoken.append(words @ np.array(first.text))
    names = list(numbers_of(chosen[0].facts, chosen[0].records))
    plain = np.array([list(numbers_of(e.facts, e.records).values()) for e in chosen])
    table = np.column_stack([plain, *spoken])
    usual = np.average(table, axis=0, weights=[e.weight for e in chosen])
    found, start = _weigh(table - usual, hot, weights)
    texts = [_fitted(words, y, weights, TEXT_STRENGTH) for y in hot]
    parts = [text for text, _ in texts] + ([np.array(first.text)] if first.text else [])
    n = len(names)
    return Coefficients(
        start=start - float(found[n:] @ usual[n:]) + _shift(found[n:], [b for _, b in texts]),
        weights=dict(zip(names, map(float, found[:n]), strict=True)),
        usual=dict(zip(names, map(float, usual[:n]), strict=True)),
        text=tuple(map(float, sum(w * p for w, p in zip(found[n:], parts, strict=True)))),
    )


def _shift(weights: Floats, starts: Sequence[float]) -> float:
    """Give what the starts of the words' models add; the numbers so far have none."""
    return float(sum(w * b for w, b in zip(weights, starts, strict=False)))


def _matrix(examples: Sequence[Example]) -> csr_matrix:
    import numpy as np
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(e.facts.text) for e in examples)])
    columns = np.fromiter((k for e in examples for k in e.facts.text), np.int32, int(ends[-1]))
    values = np.fromiter((v for e in examples for v in e.facts.text.values()), float, int(ends[-1]))
    return csr_matrix((values, columns, ends), shape=(len(examples), N_BUCKETS))


def _foretold(words: csr_matrix, hot: NDArray[np.bool_], weights: Floats) -> Floats:
    """Score the words of each span by a model of those before it; of the first, of those after.

    A model's scores of its own examples would look better than those of a new day.
    """
    import numpy as np

    n = len(hot)
    edges = [n * k // N_BLOCKS for k in range(N_BLOCKS + 1)]
    scores = np.zeros(n)
    for k in range(N_BLOCKS):
        here = slice(edges[k], edges[k + 1])
        others = np.arange(edges[k]) if k else np.arange(edges[1], n)
        text, start = _fitted(words[others], hot[others], weights[others], TEXT_STRENGTH)
        scores[here] = words[here] @ text + start
    return scores


def _weigh(
    table: Floats, hot: Sequence[NDArray[np.bool_]], weights: Floats
) -> tuple[Floats, float]:
    """Weigh the numbers for being talked about at all and for much, and take the mean."""
    import numpy as np

    spread = np.sqrt(np.average(table**2, axis=0, weights=weights))
    spread[spread == 0] = 1.0
    fitted = [_fitted(table / spread, y, weights, STRENGTH) for y in hot]
    found = np.mean([weight / spread for weight, _ in fitted], axis=0)
    return found, float(np.mean([start for _, start in fitted]))


def _fitted(
    table: Floats | csr_matrix, hot: NDArray[np.bool_], weights: Floats, strength: float
) -> tuple[Floats, float]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if hot.all() or not hot.any():
        return np.zeros(table.shape[1]), 0.0
    model = LogisticRegression(C=strength, solver="liblinear", random_state=0, max_iter=300)
    model.fit(table, hot, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])
