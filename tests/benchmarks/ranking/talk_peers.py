"""The recipes that the forecast is held against: the text alone, the authors alone.

None where no earlier day tells what is talked about from what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from reader.ranking.forecast import evidence
from tests.benchmarks.ranking.replayed import Replay

Ranker = Callable[[date], Mapping[str, float]]


def as_often(fit: Callable[[date], Ranker | None], firsts: Sequence[date]) -> Ranker | None:
    """Fit a peer anew on the same days as ours; None where the first fit is not possible."""
    fitted = [(first, ranker) for first in firsts if (ranker := fit(first))]
    if not fitted or fitted[0][0] != firsts[0]:
        return None
    return lambda day: [ranker for first, ranker in fitted if first <= day][-1](day)


FEW = 100
"""Papers below which a word that stands in one of them alone counts too."""


def by_text(replayed: Replay, first: date, *, is_quick: bool = False) -> Ranker | None:
    """Weigh words by tf-idf and logistic regression, fitted on all days before the first."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = [s for day in replayed.days if day < first for s in replayed.seen[day]]
    if is_quick:
        rows = [s for s in rows if s.id in replayed.drawn or s.id in replayed.talked]
    hot = [_is_known(replayed, s.id, first) for s in rows]
    if len(set(hot)) < 2:
        return None
    fewest = 1 if len(rows) < FEW else 3
    table = TfidfVectorizer(min_df=fewest, sublinear_tf=True, stop_words="english")
    words = table.fit_transform([_text(replayed, s.id) for s in rows])
    model = LogisticRegression(C=1.0, solver="liblinear").fit(words, hot)

    def ranked(day: date) -> dict[str, float]:
        ids = [s.id for s in replayed.seen[day]]
        scores = model.decision_function(table.transform([_text(replayed, i) for i in ids]))
        return dict(zip(ids, map(float, scores), strict=True))

    return ranked


def by_authors(replayed: Replay, first: date) -> Ranker | None:
    """Weigh what the authors' earlier papers came to, and nothing else, in the same way."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    examples = replayed.history(first)
    hot = [e.n_votes is not None for e in examples]
    if len(set(hot)) < 2:
        return None
    rows = [list(evidence(e.records).values()) for e in examples]
    scale = StandardScaler().fit(rows)
    model = LogisticRegression(C=0.1, solver="liblinear").fit(
        scale.transform(rows),
        hot,
        sample_weight=[e.weight for e in examples],
    )

    def ranked(day: date) -> dict[str, float]:
        several = replayed.seen[day]
        table = [list(evidence(s.records).values()) for s in several]
        scores = model.decision_function(scale.transform(table))
        return dict(zip([s.id for s in several], map(float, scores), strict=True))

    return ranked


def _text(replayed: Replay, id_: str) -> str:
    paper = replayed.papers[id_]
    return f"{paper.title} . {paper.title} . {paper.abstract}"


def _is_known(replayed: Replay, id_: str, day: date) -> bool:
    found = replayed.talked.get(id_)
    return found is not None and found.on < day
