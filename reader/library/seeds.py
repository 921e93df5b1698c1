"""Say which seeds of feeds.toml are not in the library, and why: their topics do without them."""

from __future__ import annotations

from datetime import tzinfo

from reader.errors import is_unreachable
from reader.library.folder import Library
from reader.phrases import say
from reader.stages.resolve import IS_OFF, NO_PAPER, STAGE
from reader.store import labels, sources
from reader.today import Seed

_SAID = {NO_PAPER: "seed.no_paper", IS_OFF: "seed.is_off"}
"""What a look-up keeps of a failure without a message of its own."""


def missing_seeds(library: Library) -> tuple[Seed, ...]:
    """List the seeds that are no papers here, in the order of feeds.toml."""
    topics = [topic for topic in library.config.topics if topic.seeds]
    here = labels.seeds(library.db, {id_ for topic in topics for id_ in topic.seeds})
    lacking = [(topic, id_) for topic in topics for id_ in topic.seeds if id_ not in here]
    if not lacking:
        return ()
    failed = {failure.subject: failure for failure in sources.failures(library.db, STAGE)}
    taught = {e.topic for e in labels.lessons(library.db) if e.kind in ("yes", "seed")}
    found = []
    for topic, id_ in lacking:
        failure = failed.get(id_)
        is_taught = topic.path in taught or bool(labels.filed_now(library.db, topic.path, limit=1))
        found.append(
            Seed(
                id=id_,
                topic=topic.path,
                state="failed" if failure else "not asked",
                error=failure.error if failure else "",
                tried_at=failure.tried_at if failure else None,
                is_only=not is_taught and not any(other in here for other in topic.seeds),
            )
        )
    return tuple(found)


def seed_text(seed: Seed, zone: tzinfo) -> str:
    """Say that a seed is not here, what its topic works by until it is, and what helps."""
    why = say("seed.not_asked")
    if seed.tried_at:
        at = f"{seed.tried_at.astimezone(zone):%Y-%m-%d %H:%M}"
        error = say(_SAID[seed.error]) if seed.error in _SAID else seed.error
        why = say("seed.failed", at=at, error=error.rstrip("."))
        if is_unreachable(seed.error):
            why = say("seed.unreachable", at=at)
    key = "seed.words_alone" if seed.is_only else "seed.without"
    asked = seed.id.removeprefix("arxiv:")
    return say(key, id=seed.id, topic=seed.topic, why=why, asked=asked)
