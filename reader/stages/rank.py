"""Rank a day's papers: how near each is to each topic, by words and, where there, vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from reader.config import Config, Topic
from reader.library.folder import Library
from reader.store import index, papers, standings
from reader.store.standings import Rank
from reader.topic import fit

FEWEST = 30
"""Papers with vectors that a day needs before standard deviations mean anything."""

LATEST_FILED = 50
"""Papers filed in a topic whose vectors say what it is about now."""


def rank_day(library: Library, day: date, *, encoder: str = "") -> int:
    """Rank what is not ranked yet of a day's papers; returns how many.

    encoder: the name of the encoder whose vectors are used; empty: words alone.
    A library that cannot be written keeps the ranks it has.
    """
    topics = fingerprint(library.config)
    rows = standings.papers_to_rank(library.db, day, topics, encoder=encoder)
    if not rows or library.db.is_read_only:
        return 0
    nearness = _nearness(library, day, encoder) if encoder else {}
    ranks = {
        held.row: [
            Rank(found.topic, found.nearness, found.is_member)
            for topic in library.config.topics
            if (found := fit(held.paper, topic, nearness=nearness.get((held.row, topic.path))))
            and (found.score > 0 or found.is_member)
        ]
        for held in papers.papers_at(library.db, rows)
    }
    # A paper whose vector comes later, or whose day is too small yet, is ranked again then.
    near = {row for row, _ in nearness}
    by_vectors = {row: of_paper for row, of_paper in ranks.items() if row in near}
    by_words = {row: of_paper for row, of_paper in ranks.items() if row not in near}
    standings.set_ranks(library.db, by_vectors, topics=topics, encoder=encoder)
    standings.set_ranks(library.db, by_words, topics=topics, encoder="")
    return len(ranks)


def fingerprint(config: Config) -> str:
    """Name what the ranks by words depend on: the topics and their words."""
    topics = repr([(t.path, t.words, t.seeds) for t in config.topics])
    return hashlib.sha256(topics.encode()).hexdigest()[:16]


def topic_text(topic: Topic) -> str:
    """Give the words of a topic as one query for the encoder."""
    return ", ".join(topic.words)


def _nearness(library: Library, day: date, encoder: str) -> Mapping[tuple[int, str], float]:
    """Give (paper, topic) → standard deviations above the mean cosine of the day's papers."""
    import numpy as np

    rows = standings.papers_of_day(library.db, day)
    kept = index.paper_vectors(library.db, encoder, rows)
    if len(kept) < FEWEST:
        return {}
    vectors = np.stack([np.frombuffer(v, np.float16) for v in kept.values()]).astype(np.float32)
    found: dict[tuple[int, str], float] = {}
    for topic in library.config.topics:
        examples = index.topic_vectors(
            library.db, encoder, topic.path, topic.seeds, topic_text(topic), limit=LATEST_FILED
        )
        if not examples:
            continue
        centre = np.mean([np.frombuffer(v, np.float16) for v in examples], axis=0)
        cosines = vectors @ centre.astype(np.float32)
        spread = float(cosines.std())
        if spread > 0:
            scaled = (cosines - cosines.mean()) / spread
            found |= {(row, topic.path): float(z) for row, z in zip(kept, scaled, strict=True)}
    return found
