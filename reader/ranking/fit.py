"""Fit models with scikit-learn: of topics to decisions, of the forecast to talk.

Knows neither store nor clock: the examples come with their days and with the records as
they were then. The same examples give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reader.library.config import Topic
from reader.ranking.events import Label, liked, word_features
from reader.ranking.forecast import MUCH_VOTES, N_BUCKETS, Coefficients, TalkExample, numbers_of
from reader.ranking.model import START, TopicModel, start

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    Floats = NDArray[np.float64]
    FittedText = tuple[Floats, float]

Features = Mapping[str, float]

STRENGTH = 5.0
"""The inverse of the regularisation. 3 to 10 are alike on readers' picks; a list of few papers
is learned by heart with more."""

SCALES = {"a": 0.2, "c": 0.1, "t": 0.12}
"""How much an author, a class and a team's size may tell beside the words (whose lengths are
near 1). With 1 for authors the model learns single papers by heart; with .5 for classes one class
decides for a reader whose likes happen to share it."""

SVM_STRENGTH = 0.1
SVM_SHARE = 0.5
"""The inverse of the regularisation of the support vector machine that stands beside the regression
of a topic without words, and how much it counts: it puts more of what is liked among the first
twenty, the regression has the very first ones right."""

CLASS_BESIDE_WORDS = 0.2
"""How much a class may tell of a topic that has words, which say most of what the class says."""

WORD_SCALES = {"w": 0.2, "h": 0.08}
"""Factors of the logarithm of a word's rarity, which bring common and rare words near length 1. The
words of the title count a second time, by themselves."""

TOLERANCE = 0.01
"""When the fit stops: scikit-learn's own 0.0001 takes a fifth longer where labels hang together."""

N_BACKGROUND = 6_000
FEWEST = 200
"""Fewer papers do not tell what all the others are like, and how many may be in."""

ODDS = 8.0
"""One paper in so many is taken to belong, whatever the share in the examples: how many papers were
never decided on is chance."""

SHARE_PER_LIKE = 0.001
MOST_SHARE = 0.02
"""The share of the undecided papers that may be in without one of the topic's words: the first for
each paper that belongs, at most the second. One picked paper fills no morning."""

DOUBTFUL_SHARE = 0.015
"""The share of the undecided papers that is doubtful: of 340 a day, five."""

SHARE = 0.4
"""The factor of a sum of learned words in a paper's place: it is found in the same papers as the
topic's own words, and what one likes of a topic is not yet what belongs to it."""

MOST_FOUND = 50
"""How many papers found by the topic's words stand for what is near it, by their vectors."""

LEAST = 0.02
"""Smaller weights are left out: together they change no place."""


def fit_topic(
    topic: Topic,
    examples: Sequence[tuple[Features, Label]],
    background: Sequence[Features],
    *,
    seed: int = 0,
) -> TopicModel:
    """Fit one topic's model; without a paper that is in, the model of day one.

    examples: decided papers, and those that `events.guesses` found by words.
    background: papers without a decision; they count as out. The same input gives the same
    model.
    """
    first = start(topic)
    n_in = sum(label.is_in for _, label in examples)
    n_weighed = sum(label.weight > 0 for _, label in examples)
    # A regression wants both sides.
    if not n_in or n_in == n_weighed + len(background):
        return first
    import numpy as np

    # Drawn by the seed, then put in their own order: the same input gives the same model.
    order = np.random.default_rng(seed).permutation(len(background))[:N_BACKGROUND]
    learned, sums = _regression(examples, [background[i] for i in sorted(order)], topic)
    decided = [label for _, label in examples if label.origin != "guessed"]
    n_liked = sum(label.is_in for label in decided)
    base = first.base
    if len(sums) >= FEWEST:
        # So that the exponential of a sum of learned words is a likelihood ratio: among papers
        # that do not belong its mean is 1. Fewer papers tell nothing of that.
        base -= SHARE * math.log(math.fsum(map(math.exp, sums)) / len(sums))
    bare_cut, bare_doubt = _bare_cuts([base + SHARE * value for value in sums], n_in)
    # The last rows are the newest papers: their vectors tell what is near the topic now.
    surely = (label.paper for _, label in examples if label.is_in and label.origin == "guessed")
    return replace(
        first,
        weights={name: round(SHARE * value, 4) for name, value in learned.items()},
        base=round(base, 4),
        bare_cut=round(bare_cut, 4),
        bare_doubt=round(bare_doubt, 4),
        found=tuple(sorted(surely)[-MOST_FOUND:]),
        n_in=n_liked,
        n_out=len(decided) - n_liked,
        liked=liked(decided),
    )


def _regression(
    examples: Sequence[tuple[Features, Label]],
    background: Sequence[Features],
    topic: Topic,
) -> tuple[Mapping[str, float], Sequence[float]]:
    """Return weights of features, and the weighted sums of the background's papers, highest
    first."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

    rows = [*(f for f, _ in examples), *background]
    columns: dict[str, int] = {}
    # A new name gets the next column, in the order in which names come.
    found_in = [columns.setdefault(name, len(columns)) for row in rows for name in row]
    names, plain = list(columns), _sparse(rows, found_in, len(columns))
    # Rarity is counted on papers that nobody chose, with those that a topic's words found: without
    # these its own words would look rare.
    undecided = [label.origin == "guessed" for _, label in examples] + [True] * len(background)
    scales = _scales(names, plain[np.flatnonzero(undecided)], topic)
    is_in = [int(label.is_in) for _, label in examples] + [0] * len(background)
    weights = [label.weight for _, label in examples] + [1.0] * len(background)
    # liblinear visits the rows in an order of its own, which this seed fixes.
    model = LogisticRegression(C=STRENGTH, solver="liblinear", tol=TOLERANCE, random_state=0)
    table = plain.multiply(scales).tocsr()
    found = model.fit(table, is_in, sample_weight=weights).coef_[0] * scales
    if not topic.words:
        svm = LinearSVC(C=SVM_STRENGTH, class_weight="balanced", tol=TOLERANCE, random_state=0).fit(
            table, is_in, sample_weight=weights
        )
        found = _joined(found, svm.coef_[0] * scales, plain[len(examples) :])
    found = np.round(found, 4)
    found[np.abs(found) < LEAST] = 0.0
    sums = np.sort(plain[len(examples) :] @ found)[::-1]
    return {names[i]: float(found[i]) for i in np.flatnonzero(found)}, sums.tolist()


def _joined(found: Floats, of_svm: Floats, papers: csr_matrix) -> Floats:
    """Join the weights of both models, as if their sums lay equally far apart among some papers."""
    if not papers.shape[0]:
        return found
    spread, other = float((papers @ found).std()), float((papers @ of_svm).std())
    if not spread or not other:
        return found
    share = SVM_SHARE * spread / other
    joined: Floats = (found + share * of_svm) / (1 + SVM_SHARE)
    return joined


def _sparse(
    rows: Sequence[Mapping[Any, float]], columns: Sequence[int], n_columns: int
) -> csr_matrix:
    """Make a sparse table of the rows' values; columns: of each value, one row after another.

    scikit-learn's DictVectorizer takes five times as long.
    """
    import numpy as np
    from scipy.sparse import csr_matrix

    values = np.fromiter((v for row in rows for v in row.values()), np.float64, len(columns))
    starts = np.cumsum([0, *map(len, rows)])
    return csr_matrix((values, columns, starts), (len(rows), n_columns))


def _scales(names: Sequence[str], papers: Any, topic: Topic) -> NDArray[np.float64]:
    """Return the factor of each feature before the fit: how much it may tell.

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


def _bare_cuts(sums: Sequence[float], n_in: int) -> tuple[float, float]:
    """Choose from which score on a paper without any of the topic's words is in, and how far
    below it such a paper is doubtful.

    sums: the background's scores, highest first. As if one in ODDS belonged; then higher, until
    no more of the background is in than MOST_SHARE and what SHARE_PER_LIKE allows.
    """
    n = len(sums)
    if n < FEWEST:
        return math.inf, 0.0
    cut = START + SHARE * math.log(ODDS)
    n_allowed = int(min(MOST_SHARE, SHARE_PER_LIKE * n_in) * n)
    if n_allowed < n:
        # Just above the best of those that would be too many.
        cut = max(cut, sums[n_allowed] + LEAST)
    n_above = sum(value >= cut for value in sums)
    last = min(n_above + max(1, int(DOUBTFUL_SHARE * n)), n) - 1
    return cut, max(cut - sums[last], LEAST)


FEWEST_HOT = 60
"""With fewer papers that were talked about the numbers stay as they are."""

N_BLOCKS = 6
"""Spans of equal size, oldest first: the words of each are weighed by the spans before it."""

TEXT_STRENGTH = 1.0
TALK_STRENGTH = 0.1


def fit_talk(examples: Sequence[TalkExample], before: Coefficients | None = None) -> Coefficients:
    """Fit weights for words, records and plain facts.

    examples: in any order; labels only as far as they are known by now. Of those that were
    not talked about a tenth may do, each weighing ten: a few ten thousands are enough.
    before: the numbers so far; their text joins as one more number, so that little talk of
    one's own does not throw away what ships. Too little talk gives `before` back.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    first = before or Coefficients()
    chosen = sorted(examples, key=lambda e: e.on)
    # −1: nobody spoke of the paper; 0: somebody did, and there is no list with votes.
    votes = np.array([-1 if e.n_votes is None else e.n_votes for e in chosen])
    if int((votes >= 0).sum()) < FEWEST_HOT:
        return first
    # Being talked about at all, and much: a model for each.
    hot = [votes >= 0, votes >= MUCH_VOTES]
    # Much talk counts more: each doubling of the votes as one more example.
    louder = np.where(hot[0], 1 + np.log2(1 + np.maximum(votes, 0)), 1.0)
    weights = louder * np.array([e.weight for e in chosen])
    buckets = [e.facts.text for e in chosen]
    words = _sparse(buckets, [bucket for text in buckets for bucket in text], N_BUCKETS)
    numbers = [numbers_of(e.facts, e.records) for e in chosen]
    # Threads that wait for one another on a busy machine cost more than they save here.
    with threadpool_limits(1):
        texts = [_fitted(words, y, weights, TEXT_STRENGTH) for y in hot]
        spoken = [_foretold(words, y, weights) for y in hot]
        if first.text:
            texts.append((np.array(first.text), 0.0))
            spoken.append(words @ np.array(first.text))
        table = np.column_stack([[list(n.values()) for n in numbers], *spoken])
        # Weighed by how many papers each example stands for: a tenth of those that nobody
        # talked about is there for all of them.
        usual = np.average(table, axis=0, weights=[e.weight for e in chosen])
        centred = table - usual
        spread = np.sqrt(np.average(centred**2, axis=0, weights=weights))
        spread[spread == 0] = 1.0  # a number that is always the same
        fitted = [_fitted(centred / spread, y, weights, TALK_STRENGTH) for y in hot]
    found = np.mean([weight / spread for weight, _ in fitted], axis=0)
    start = float(np.mean([b for _, b in fitted]))
    return _with_texts(list(numbers[0]), found, usual, start, texts)


def _with_texts(
    names: Sequence[str], found: Floats, usual: Floats, start: float, texts: Sequence[FittedText]
) -> Coefficients:
    """Join the weights of n numbers and of the text models' scores, which follow them.

    The scores of the words end in one weight for each bucket: every text model's weights, as
    much as its score counts. What was taken off to centre these scores goes into the start.
    """
    n, of_texts = len(names), found[len(names) :]
    start -= float(of_texts @ usual[n:])
    return Coefficients(
        start=start + float(sum(w * b for w, (_, b) in zip(of_texts, texts, strict=True))),
        weights=dict(zip(names, map(float, found[:n]), strict=True)),
        usual=dict(zip(names, map(float, usual[:n]), strict=True)),
        text=tuple(map(float, sum(w * t for w, (t, _) in zip(of_texts, texts, strict=True)))),
    )


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
        # Before the first span there is nothing: those after it stand in.
        others = np.arange(edges[k]) if k else np.arange(edges[1], n)
        text, start = _fitted(words[others], hot[others], weights[others], TEXT_STRENGTH)
        scores[here] = words[here] @ text + start
    return scores


def _fitted(
    table: Floats | csr_matrix, hot: NDArray[np.bool_], weights: Floats, strength: float
) -> FittedText:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    # A regression wants both sides; of one alone nothing can be learned.
    if hot.all() or not hot.any():
        return np.zeros(table.shape[1]), 0.0
    model = LogisticRegression(C=strength, solver="liblinear", random_state=0, max_iter=300)
    model.fit(table, hot, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])
