"""Say how near a day's papers are to each topic, and which of its papers is nearest.

Needs vectors, and numpy; what reads a list never comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from reader.library.folder import Library
from reader.relevance.topic_text import topic_text as topic_text
from reader.store import index, standings
from reader.store import labels as acts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 30
"""Papers with vectors that a day needs before standard deviations mean anything."""

LATEST_FILED = 50
"""Papers filed in a topic whose vectors say what it is about now."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near a paper is to a topic: standard deviations above the mean cosine of its day's
    papers; neighbour: the row of the topic's nearest paper, None where it has none."""

    above: float
    neighbour: int | None


@dataclass(frozen=True, slots=True)
class _Centre:
    mean: NDArray[np.float32]
    rows: list[int]
    vectors: NDArray[np.float32] | None


def nearness(
    library: Library,
    days: Iterable[date],
    encoder: str,
    *,
    found: Mapping[str, Sequence[int]] | None = None,
) -> Mapping[tuple[int, str], Near]:
    """Give (paper, topic) → how near they are.

    found: by topic, papers that its words surely found (`TopicModel.found`).
    """
    import numpy as np

    centres = _centres(library, encoder, found or {})
    near: dict[tuple[int, str], Near] = {}
    for day in sorted(days, reverse=True):
        kept = index.paper_vectors(library.db, encoder, standings.papers_of_day(library.db, day))
        if len(kept) < FEWEST:
            continue
        vectors = np.stack([np.frombuffer(v, np.float16) for v in kept.values()])
        for path, centre in centres.items():
            near |= _of_topic(list(kept), vectors.astype(np.float32), path, centre)
    return near


def deviations(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> list[float]:
    """Return for each paper of a day how many standard deviations it is nearer to a topic than
    the day's mean; nothing where all are alike.

    vectors: (n, d), rows of unit length. centre: (d,), the mean of the topic's examples. Both
    are compared from the day's mean vector on: any two texts of this encoder have a cosine of
    .78 or more, and what all papers share says nothing. A day of fewer than FEWEST papers is
    not worth asking about.
    """
    usual = vectors.mean(axis=0)
    cosines = (vectors - usual) @ (centre - usual)
    spread = float(cosines.std())
    if spread <= 0:
        return []
    return [float(z) for z in (cosines - cosines.mean()) / spread]


def _of_topic(
    rows: list[int], vectors: NDArray[np.float32], path: str, centre: _Centre
) -> dict[tuple[int, str], Near]:
    scaled = deviations(vectors, centre.mean)
    if not scaled:
        return {}
    nearest: list[int | None] = [None] * len(rows)
    if centre.vectors is not None:
        nearest = [centre.rows[i] for i in (vectors @ centre.vectors.T).argmax(axis=1)]
    return {
        (row, path): Near(z, other if other != row else None)
        for row, z, other in zip(rows, scaled, nearest, strict=True)
    }


def _centres(
    library: Library, encoder: str, found: Mapping[str, Sequence[int]]
) -> dict[str, _Centre]:
    """Give what says what a topic is about, by topic: its words, what they surely found, its
    seeds, what lies there. The nearest one is named only among the last two."""
    import numpy as np

    centres: dict[str, _Centre] = {}
    for topic in library.config.topics:
        rows = {
            *acts.seeds(library.db, topic.seeds).values(),
            *acts.filed_now(library.db, topic.path, limit=LATEST_FILED),
        }
        several = {*rows, *found.get(topic.path, ())}
        examples = index.topic_vectors(library.db, encoder, several, topic_text(topic))
        if not examples:
            continue
        mean = np.mean([np.frombuffer(v, np.float16) for v in examples], axis=0)
        known = standings.example_vectors(library.db, encoder, rows)
        stacked = [np.frombuffer(v, np.float16).astype(np.float32) for v in known.values()]
        centres[topic.path] = _Centre(
            mean.astype(np.float32), list(known), np.stack(stacked) if stacked else None
        )
    return centres
