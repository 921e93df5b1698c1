"""Rank as the peers do: each recipe in some thirty lines, on the same lessons.

Their text features are TF-IDF of title (twice) and abstract, 1 + log counts, unit length;
the dense recipes take vectors of the bundled encoder. Several topics: the best one counts.
Where nothing is liked, or nothing else is there to tell it from, all papers are alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.tasks import Lesson, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

N_FITTED = 8_000
"""Papers that the rarity of words is counted on."""

N_NEGATIVE = 5_000
SVM_C = 0.1
DECAY = 0.01
"""A day, in the exponent: Scholar Inbox's published setting."""

FEW = 100
"""Papers below which a word that stands in one of them alone counts too."""

Learned = Callable[[Sequence[str]], Scores]


def all_alike(ids: Sequence[str]) -> Scores:
    """Rank nothing: what a recipe does that has nothing to learn from."""
    return [0.0] * len(ids)


class Texts:
    """The papers as TF-IDF rows, made as they are asked for."""

    def __init__(self, mornings: Mornings) -> None:
        self.mornings = mornings
        self._place: dict[str, int] = {}
        self._parts: list[Any] = []
        self._all: Any = None

    @cached_property
    def vectorizer(self) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer

        ids = list(self.mornings.papers)
        fewest = 1 if len(ids) < FEW else 2
        made = TfidfVectorizer(stop_words="english", min_df=fewest, sublinear_tf=True)
        return made.fit([self.text(id_) for id_ in ids[:: max(1, len(ids) // N_FITTED)]])

    def text(self, id_: str) -> str:
        paper = self.mornings.papers[id_]
        return f"{paper.title} {paper.title} {paper.abstract}"

    def rows(self, ids: Sequence[str]) -> Any:
        from scipy.sparse import vstack

        new = [id_ for id_ in dict.fromkeys(ids) if id_ not in self._place]
        if new:
            self._place |= {id_: len(self._place) + n for n, id_ in enumerate(new)}
            self._parts.append(self.vectorizer.transform([self.text(id_) for id_ in new]))
            self._all = None
        if self._all is None:
            self._all = vstack(self._parts).tocsr()
            self._parts = [self._all]
        return self._all[[self._place[id_] for id_ in ids]]


def negatives(mornings: Mornings, lesson: Lesson, n: int) -> list[str]:
    """Draw papers announced before, none of them liked."""
    import numpy as np

    known = {id_ for topic in lesson.topics for id_ in lesson.ids(topic.path)}
    there = [id_ for id_ in mornings.before(lesson.before) if id_ not in known]
    order = np.random.default_rng(0).permutation(len(there))[:n]
    return [there[i] for i in order]


def plain_tfidf(texts: Texts) -> Callable[[Lesson], Learned]:
    """Cosine to a topic's words as one query, or to the mean of what was liked without."""

    def learn(lesson: Lesson) -> Learned:
        import numpy as np

        found = []
        for topic in lesson.topics:
            liked = lesson.ids(topic.path)
            if topic.words:
                query = texts.vectorizer.transform([" ".join(topic.words)])
                found.append(query.toarray().ravel())
            elif liked:
                found.append(np.asarray(texts.rows(liked).mean(0)).ravel())
        if not found:
            return all_alike
        centres = np.stack(found)
        return lambda ids: list(np.asarray(texts.rows(ids) @ centres.T).max(axis=1))

    return learn


def arxiv_sanity(texts: Texts) -> Callable[[Lesson], Learned]:
    """A linear SVM on TF-IDF for each topic, what was liked against all the rest."""

    def learn(lesson: Lesson) -> Learned:
        import numpy as np
        from sklearn.svm import LinearSVC

        rest = negatives(texts.mornings, lesson, N_NEGATIVE)
        found = []
        for topic in lesson.topics:
            liked = lesson.ids(topic.path)
            if liked and rest:
                table = texts.rows([*liked, *rest])
                is_liked = [1] * len(liked) + [0] * len(rest)
                svm = LinearSVC(C=SVM_C, class_weight="balanced", random_state=0)
                found.append(svm.fit(table, is_liked))
        if not found:
            return all_alike
        return lambda ids: list(
            np.max([model.decision_function(texts.rows(ids)) for model in found], axis=0)
        )

    return learn


def zotero_arxiv_daily(
    rows: Callable[[Sequence[str]], Any],
) -> Callable[[Lesson], Learned]:
    """Mean similarity to what was liked, the newest weighted 1 / (1 + log10 of its rank)."""

    def learn(lesson: Lesson) -> Learned:
        import numpy as np

        when = {id_: date.min for _, id_ in lesson.seeds} | {i: on for _, i, on in lesson.liked}
        liked = sorted(when, key=lambda id_: (when[id_], id_), reverse=True)
        if not liked:
            return all_alike
        weights = 1 / (1 + np.log10(np.arange(1, len(liked) + 1)))
        centre = (weights / weights.sum()) @ rows(liked)
        return lambda ids: [float(s) for s in np.asarray(rows(ids) @ np.asarray(centre).ravel())]

    return learn


def scholar_inbox(
    rows: Callable[[Sequence[str]], Floats], negatives: Callable[[Lesson], Sequence[str]]
) -> Callable[[Lesson], Learned]:
    """Logistic regression on dense vectors, random negatives, likes fading by the day."""

    def learn(lesson: Lesson) -> Learned:
        import numpy as np
        from sklearn.linear_model import LogisticRegression

        when = {id_: None for _, id_ in lesson.seeds} | {i: on for _, i, on in lesson.liked}
        rest = negatives(lesson)
        if not when or not rest:
            return all_alike
        table = rows([*when, *rest])
        # Cosines of e5 lie close together: as differences from the mean they tell.
        centre, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
        ages = [(lesson.before - on).days if on else 0 for on in when.values()]
        weights = [*np.exp(-DECAY * np.array(ages)), *([len(when) / len(rest)] * len(rest))]
        model = LogisticRegression(C=0.3, max_iter=1_000)
        model.fit((table - centre) / spread, [1] * len(when) + [0] * len(rest), weights)
        return lambda ids: list(model.decision_function((rows(ids) - centre) / spread))

    return learn
