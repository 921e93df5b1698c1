"""Fit a topic's model to decisions, by logistic regression. Knows neither store nor clock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reader.config import Topic
from reader.relevance import Label, TopicModel, liked, start
from reader.relevance.features import word_features
from reader.relevance.model import START

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Features = Mapping[str, float]

STRENGTH = 5.0
"""The inverse of the regularisation. 3 to 10 are alike on readers' picks; a list of few papers
is learned by heart with more."""

SCALES = {"a": 0.2, "c": 0.5, "t": 0.12}
"""How much an author, a class and a team's size may tell beside the words (whose lengths are
near 1). With 1 for authors the model learns single papers by heart."""

CLASS_BESIDE_WORDS = 0.2
"""How much a class may tell of a topic that has words: a class holds many topics."""

WORD_SCALES = {"w": 0.2, "h": 0.08}
"""Times the logarithm of a word's rarity: brings common and rare words near length 1. The
words of the title tell once more, by themselves."""

TOLERANCE = 0.01
"""When the fit stops: scikit-learn's own 0.0001 takes a fifth longer where labels hang together."""

N_BACKGROUND = 6_000
FEWEST = 200
"""Fewer papers do not tell what all the others are like, and how many may be in."""

ODDS = 8.0
"""One paper in so many is taken to belong, whatever share of the examples does: papers
that were never decided are many or few by chance."""

SHARE_PER_LIKE = 0.001
MOST_SHARE = 0.02
"""What part of the undecided papers may be in without one of the topic's words: so little
for each paper that belongs, and never more. One picked paper fills no morning."""

DOUBTFUL_SHARE = 0.015
"""What part of the undecided papers is doubtful: of 340 a day, five."""

SHARE = 0.4
"""What a sum of learned words counts for in a paper's place: it is found in the same papers as
the topic's own words, and what one likes of a topic is not yet what belongs to it."""

MOST_FOUND = 50
"""Papers that a topic's words found whose vectors say what is near it."""

LEAST = 0.02
"""Weights that are smaller are left out: together they change no place."""


def fit_topic(
    topic: Topic,
    examples: Sequence[tuple[Features, Label]],
    background: Sequence[Features],
    *,
    seed: int = 0,
) -> TopicModel:
    """Fit one topic's model; without a paper that is in, the model of day one.

    examples: decided papers, and those that `relevance.guesses` found by words.
    background: papers without a decision; they count as out. The same input gives the same
    model.
    """
    first = start(topic)
    n_in = sum(label.is_in for _, label in examples)
    n_weighed = sum(label.weight > 0 for _, label in examples)
    if not n_in or n_in == n_weighed + len(background):
        return first
    drawn = _drawn(background, seed)
    fitted = _regression(examples, drawn, topic)
    said = [label for _, label in examples if label.origin != "guessed"]
    n_liked = sum(label.is_in for label in said)
    base = first.base + SHARE * _centre(fitted.sums)
    bare_cut, bare_doubt = _bare_cuts(fitted, base, n_in)
    return replace(
        first,
        weights={name: round(SHARE * value, 4) for name, value in fitted.weights.items()},
        base=round(base, 4),
        bare_cut=round(bare_cut, 4),
        bare_doubt=round(bare_doubt, 4),
        found=_found(examples),
        n_in=n_liked,
        n_out=len(said) - n_liked,
        liked=liked(said),
    )


def _found(examples: Sequence[tuple[Features, Label]]) -> tuple[int, ...]:
    """List the newest papers that the topic's words surely found."""
    rows = (label.paper for _, label in examples if label.is_in and label.origin == "guessed")
    return tuple(sorted(rows)[-MOST_FOUND:])


@dataclass(frozen=True, slots=True)
class _Fitted:
    """What the regression found: weights of features, and the weighted sums of the background's
    papers, highest first."""

    weights: Mapping[str, float]
    sums: Sequence[float]


def _drawn(background: Sequence[Features], seed: int) -> list[Features]:
    import numpy as np

    order = np.random.default_rng(seed).permutation(len(background))[:N_BACKGROUND]
    return [background[i] for i in sorted(order)]


def _regression(
    examples: Sequence[tuple[Features, Label]],
    background: Sequence[Features],
    topic: Topic,
) -> _Fitted:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    names, plain = _table([*(f for f, _ in examples), *background])
    # Rarity is counted on papers that nobody chose, with those that a topic's words found: without
    # these its own words would look rare.
    undecided = [label.origin == "guessed" for _, label in examples] + [True] * len(background)
    scales = _scales(names, plain[np.flatnonzero(undecided)], topic)
    is_in = [int(label.is_in) for _, label in examples] + [0] * len(background)
    weights = [label.weight for _, label in examples] + [1.0] * len(background)
    # liblinear visits the rows in an order of its own, which this seed fixes.
    model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=TOLERANCE, random_state=0)
    model.fit(plain.multiply(scales).tocsr(), is_in, sample_weight=weights)
    found = np.round(model.coef_[0] * scales, 4)
    found[np.abs(found) < LEAST] = 0.0
    sums = np.sort(plain[len(examples) :] @ found)[::-1]
    kept = {names[i]: float(found[i]) for i in np.flatnonzero(found)}
    return _Fitted(kept, [float(s) for s in sums])


def _table(rows: Sequence[Features]) -> tuple[list[str], Any]:
    """Give the features' names and the sparse table of their values, a row for a paper.

    scikit-learn's DictVectorizer takes five times as long.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    columns: dict[str, int] = {}
    found = [columns.setdefault(name, len(columns)) for row in rows for name in row]
    values = np.fromiter((v for row in rows for v in row.values()), np.float64, len(found))
    starts = np.cumsum([0, *(len(row) for row in rows)])
    return list(columns), csr_matrix((values, found, starts), (len(rows), len(columns)))


def _scales(names: Sequence[str], papers: Any, topic: Topic) -> NDArray[np.float64]:
    """Return what each feature is multiplied with before the fit: how far it may tell.

    Words are scaled by their rarity. What the topic's own words say is counted by itself, and
    only once, so they tell nothing here.
    """
    import numpy as np

    n_with = np.bincount(papers.indices, minlength=len(names))
    rarity = np.log((1 + papers.shape[0]) / (1 + n_with)) + 1
    fixed = SCALES | ({"c": CLASS_BESIDE_WORDS} if topic.words else {})
    by_kind = np.array([fixed.get(name[0], 0.0) for name in names])
    by_rarity = np.array([WORD_SCALES.get(name[0], 0.0) for name in names])
    own = word_features(" ".join(topic.words))
    is_other = np.array([name not in own for name in names])
    scales: NDArray[np.float64] = (by_kind + by_rarity * rarity) * is_other
    return scales


def _centre(sums: Sequence[float]) -> float:
    """Return what is added to a sum of learned words so that its exponential is a likelihood
    ratio: among papers that do not belong its mean is 1. Few papers say nothing of that."""
    if len(sums) < FEWEST:
        return 0.0
    return -math.log(math.fsum(math.exp(value) for value in sums) / len(sums))


def _bare_cuts(fitted: _Fitted, base: float, n_in: int) -> tuple[float, float]:
    """Choose from which score on a paper without any of the topic's words is in, and how far
    below it such a paper is doubtful.

    As if one in ODDS belonged; then higher, until no more of the background is in than
    MOST_SHARE and what SHARE_PER_LIKE allows.
    """
    n = len(fitted.sums)
    if n < FEWEST:
        return math.inf, 0.0
    sums = [base + SHARE * value for value in fitted.sums]
    cut = START + SHARE * math.log(ODDS)
    n_allowed = int(min(MOST_SHARE, SHARE_PER_LIKE * n_in) * n)
    if n_allowed < n:
        cut = max(cut, sums[n_allowed] + LEAST)
    n_above = sum(value >= cut for value in sums)
    last = min(n_above + max(1, int(DOUBTFUL_SHARE * n)), n) - 1
    return cut, max(cut - sums[last], LEAST)
