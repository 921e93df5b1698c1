"""Rank a day's papers: how near each is to each topic, by words and, where there, vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from reader.config import Config, Topic
from reader.errors import StoreError
from reader.library.folder import Library
from reader.paper import Held
from reader.store import index, papers, standings
from reader.store.standings import Rank
from reader.topic import fit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 30
"""Papers with vectors that a day needs before standard deviations mean anything."""

LATEST_FILED = 50
"""Papers filed in a topic whose vectors say what it is about now."""

LOOK_BACK_DAYS = 14
"""How far back papers without a decision are counted, and ranked."""

Ranks = Mapping[int, Sequence[Rank]]
"""By paper; none for one that fits no topic."""


def rank_days(library: Library, day: date, *, encoder: str = "") -> None:
    """Rank what is not ranked yet of a day's papers and of those of the days that it looks back.

    A day whose vectors came after it ended is ranked again by them.
    encoder: the name of the encoder whose vectors are used; empty: words alone.
    Raises StoreError where the ranks cannot be kept.
    """
    by_vectors, by_words = _new_ranks(library, day, encoder)
    _keep(library, by_vectors, by_words, encoder)


def rank_and_show(library: Library, day: date) -> Ranks:
    """Rank as `rank_days` does, by words; gives the ranks that could not be kept.

    So a list is shown on a full disk and in a library that is locked or read-only.
    """
    by_vectors, by_words = _new_ranks(library, day, "")
    try:
        _keep(library, by_vectors, by_words, "")
    except StoreError:
        return by_words
    return {}


def days_back(day: date, n: int) -> date:
    """Go some days back, not beyond the first day that there is."""
    return day - min(timedelta(days=n), day - date.min)


def fingerprint(config: Config) -> str:
    """Name what the ranks by words depend on: the topics and their words."""
    topics = repr([(t.path, t.words, t.seeds) for t in config.topics])
    return hashlib.sha256(topics.encode()).hexdigest()[:16]


def topic_text(topic: Topic) -> str:
    """Give the words of a topic as one query for the encoder."""
    return ", ".join(topic.words)


def _keep(library: Library, by_vectors: Ranks, by_words: Ranks, encoder: str) -> None:
    if not by_vectors and not by_words:
        return
    topics = fingerprint(library.config)
    with library.db.writing():
        standings.set_ranks(library.db, by_vectors, topics=topics, encoder=encoder)
        standings.set_ranks(library.db, by_words, topics=topics, encoder="")


def _new_ranks(library: Library, day: date, encoder: str) -> tuple[Ranks, Ranks]:
    """Rank what is not ranked yet: by vectors, and by words alone.

    A paper whose vector comes later, or whose day is too small yet, is ranked again then.
    """
    days = standings.papers_to_rank(
        library.db,
        days_back(day, LOOK_BACK_DAYS),
        day,
        fingerprint(library.config),
        encoder=encoder,
    )
    if not days:
        return {}, {}
    nearness = _nearness(library, set(days.values()), encoder) if encoder else {}
    near = {row for row, _ in nearness}
    by_vectors: dict[int, list[Rank]] = {}
    by_words: dict[int, list[Rank]] = {}
    for held in papers.papers_at(library.db, days):
        kept = by_vectors if held.row in near else by_words
        kept[held.row] = _ranks(held, library.config, nearness)
    return by_vectors, by_words


def _ranks(held: Held, config: Config, nearness: Mapping[tuple[int, str], float]) -> list[Rank]:
    return [
        Rank(found.topic, found.nearness, found.is_member)
        for topic in config.topics
        if (found := fit(held.paper, topic, nearness=nearness.get((held.row, topic.path))))
        and (found.score > 0 or found.is_member)
    ]


def _nearness(
    library: Library, days: Iterable[date], encoder: str
) -> Mapping[tuple[int, str], float]:
    """Give (paper, topic) → standard deviations above the mean cosine of its day's papers."""
    import numpy as np

    centres = _centres(library, encoder)
    found: dict[tuple[int, str], float] = {}
    for day in sorted(days, reverse=True):
        kept = index.paper_vectors(library.db, encoder, standings.papers_of_day(library.db, day))
        if len(kept) < FEWEST:
            continue
        vectors = np.stack([np.frombuffer(v, np.float16) for v in kept.values()])
        for path, centre in centres.items():
            cosines = vectors.astype(np.float32) @ centre
            spread = float(cosines.std())
            if spread > 0:
                scaled = (cosines - cosines.mean()) / spread
                found |= {(row, path): float(z) for row, z in zip(kept, scaled, strict=True)}
    return found


def _centres(library: Library, encoder: str) -> dict[str, NDArray[np.float32]]:
    """Give the mean vector of what says what a topic is about, by topic."""
    import numpy as np

    centres: dict[str, NDArray[np.float32]] = {}
    for topic in library.config.topics:
        examples = index.topic_vectors(
            library.db, encoder, topic.path, topic.seeds, topic_text(topic), limit=LATEST_FILED
        )
        if examples:
            mean = np.mean([np.frombuffer(v, np.float16) for v in examples], axis=0)
            centres[topic.path] = mean.astype(np.float32)
    return centres
