"""Say what fits models to decisions, and what learns nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from reader.errors import Problem as Problem

if TYPE_CHECKING:
    from reader.config import Topic
    from reader.heat import Coefficients
    from reader.heat.forecast import Example
    from reader.relevance import Label, TopicModel


class FitTopic(Protocol):
    """What fits a topic's model to decisions; `reader.learner` has the real one."""

    def __call__(
        self,
        topic: Topic,
        examples: Sequence[tuple[Mapping[str, float], Label]],
        background: Sequence[Mapping[str, float]],
        *,
        seed: int = 0,
    ) -> TopicModel: ...


def _learn_nothing(
    topic: Topic,
    examples: Sequence[tuple[Mapping[str, float], Label]],
    background: Sequence[Mapping[str, float]],
    *,
    seed: int = 0,
) -> TopicModel:
    """Give the model of day one."""
    from reader.relevance import start

    return start(topic)


def _as_before(examples: Sequence[Example], before: Coefficients) -> Coefficients:
    """Learn nothing of what was talked about."""
    return before
