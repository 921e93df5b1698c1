"""Give papers their vectors, and the shipped ranking its nearness, as `gather` has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from reader.library.config import Topic
from reader.morning.rank import FEWEST, LATEST_FILED, deviations
from reader.search.encode import topic_text
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.tasks import Lesson
from tests.benchmarks.search.encoding import Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = Callable[[Sequence[str]], NDArray[np.float64]]


def vectors_of(mornings: Mornings, model: Model) -> Rows:
    """Give what encodes papers by id: title and abstract, as the index has them."""

    def rows(ids: Sequence[str]) -> NDArray[np.float64]:
        papers = [mornings.papers[id_] for id_ in ids]
        return model.encode_passages([f"{p.title}\n{p.abstract}" for p in papers]).astype("float64")

    return rows


class Near:
    """How near a day's papers are to each topic: a `shipped.Nearness`."""

    def __init__(self, rows: Rows, model: Model) -> None:
        self._rows = rows
        self._model = model

    def __call__(
        self, lesson: Lesson, ids: Sequence[str], found: Mapping[str, Sequence[str]]
    ) -> Mapping[str, Sequence[float]]:
        import numpy as np

        if len(ids) < FEWEST:
            return {}
        vectors = self._rows(ids).astype("float32")
        near = {
            topic.path: deviations(vectors, np.mean(examples, axis=0))
            for topic in lesson.topics
            if (examples := self._examples(topic, lesson, found.get(topic.path, ())))
        }
        return {topic: above for topic, above in near.items() if above}

    def _examples(
        self, topic: Topic, lesson: Lesson, found: Sequence[str]
    ) -> list[NDArray[np.float32]]:
        """Give the vectors of a topic's words, what these surely found, its seeds, and what was
        filed there last."""
        seeds = [id_ for path, id_ in lesson.seeds if path == topic.path]
        liked = [id_ for path, id_, _ in lesson.liked if path == topic.path]
        known = list(dict.fromkeys([*seeds, *liked[-LATEST_FILED:], *found]))
        words = [self._model.encode_query(topic_text(topic))] if topic.words else []
        return [*words, *(self._rows(known).astype("float32") if known else [])]
