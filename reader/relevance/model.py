"""Say what a topic has learned: plain numbers, written out and read back as text.

Knows neither how they were fitted nor papers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from reader.config import Topic

TITLE_WORD = 1.5
ABSTRACT_WORD = 1.0
"""Times log(1 + how often the topic's words stand there): one in the title adds 1.04, one in
the abstract 0.69. "ASR" once may be an attack's success rate, five times it is not."""

NEARNESS = 0.35
"""Per standard deviation: vectors order what words found, they seldom overrule it. With .5 the
own lane is a sixth longer and finds no more."""

START = -0.6
"""On day one: any of the topic's words brings a paper in."""

DOUBT = 0.5

INTEREST = 1.25
MOST_APART = 4.0
"""How the likes of a topic raise it above another in one list: the power of their ratio, and
the most that it does."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """What makes the score of a paper in one topic.

    words: the topic's own, as in feeds.toml. title_word, abstract_word: what they add there
    times log(1 + how often); nearness: what it adds per standard deviation.
    base: what every paper begins with. weights: feature → what it adds where it is 1.
    cut: the score from which on a paper belongs to the topic; doubt: how far below it
    papers are doubtful.
    n_in, n_out: decisions and seeds that it was fitted on; 0 and 0 on day one. liked: the
    weight of the decisions for it, seeds left out. level: what `levelled` has added to base
    and cut.
    """

    topic: str
    words: tuple[str, ...]
    title_word: float = TITLE_WORD
    abstract_word: float = ABSTRACT_WORD
    nearness: float = NEARNESS
    base: float = START
    cut: float = 0.0
    doubt: float = DOUBT
    weights: Mapping[str, float] = field(default_factory=dict)
    n_in: int = 0
    n_out: int = 0
    liked: float = 0.0
    level: float = 0.0
    is_own: bool = True

    def to_text(self) -> str:
        """Write the model out; `from_text` gives the very same."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> TopicModel:
        """Read what `to_text` wrote. Raises ValueError for anything else."""
        try:
            found = json.loads(text)
            return cls(**{**found, "words": tuple(found["words"])})
        except (TypeError, KeyError) as error:
            raise ValueError(f"this is no model of a topic: {error}") from error


def start(topic: Topic) -> TopicModel:
    """Give the model of day one, when nothing is stored: the topic's words alone."""
    return TopicModel(topic.path, topic.words, is_own=topic.lane == "own")


def levelled(models: Mapping[str, TopicModel]) -> dict[str, TopicModel]:
    """Make the scores of several topics comparable: how much each is liked, not only what fits.

    What a topic has less of the decisions lowers its scores and its cut alike, so papers
    change their order and never their place. Without decisions nothing changes.
    """
    most = max((model.liked for model in models.values()), default=0.0)
    found = {}
    for path, model in models.items():
        lower = INTEREST * math.log((model.liked + 1) / (most + 1))
        level = max(-MOST_APART, round(lower, 4))
        by = level - model.level
        found[path] = replace(model, base=model.base + by, cut=model.cut + by, level=level)
    return found
