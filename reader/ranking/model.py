"""Say what a topic has learned: plain numbers, written out and read back as text.

Knows neither how they were fitted nor papers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from reader.library.config import Topic
from reader.ranking.topic import longer_words

START = -3.0
"""What every paper begins with on day one, as log-odds."""

TITLE_WORD = 3.1
"""Times log2(1 + how often): one of the topic's words in the title makes a paper likelier in
than not."""

SCATTERED = 2.0
"""What a word adds whose parts stand in the title one by one, where the abstract has a word."""

ABSTRACT_WORD = 1.0
"""Times log2(1 + the sentences of the abstract that have one of the words)."""

OPENING = 1.0
"""What a word in the abstract's first sentence adds: it says what the paper is about. A word
further down is often an application, or how something was measured."""

NEARNESS = 0.4
USUAL_NEARNESS = 2.0
MOST_NEARNESS = 0.8
"""What a paper's nearness adds or takes away: so much for each standard deviation beyond those
that papers with the topic's words have, at most the last."""

DOUBT = 2.2
"""How far below the cut a paper that has one of the topic's words may still be asked about: one
in ten of those belongs."""

MUCH_DECIDED = 200
"""Likes and seeds from which on what was learned may bring in a paper without any of the topic's
words. After ninety of them one paper in five of the lane was such a paper, and few were right."""

SOME_DECIDED = 5
"""Likes and seeds before such a paper is doubtful."""

WITHOUT_WORDS = 10
"""A topic that has no words at all needs that many times fewer: nothing else speaks for it."""

TASTE = 2.75
"""Times the learned terms is added in the order of a list: they tell which of a topic's papers
a person likes best. Whether a paper is of the topic they tell less well, and there they count once
(`reader.ranking.fit.SHARE`)."""

INTEREST = 1.25
MOST_APART = 4.0
"""How the likes of a topic raise it above another in one list: the power of their ratio, and
the most that it does."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """What makes the score of a paper in one topic.

    words: the topic's own, as in feeds.toml; longer: words of other topics that contain one
    of them (`topic.mentions`). title_word, scattered, abstract_word, opening, nearness:
    what these add, as the constants of this module say.
    base: what every paper begins with. weights: feature → what it adds where it is 1.
    cut: the score from which on a paper with one of the words belongs to the topic, as likely
    as not; doubt: how far below it such a paper is doubtful. bare_cut, bare_doubt: the same for
    a paper without any of the words.
    found: rows of the newest papers with one of the words in the title, which say with the
    likes what is near the topic.
    n_in, n_out: decisions and seeds that it was fitted on; 0 and 0 on day one. liked: the
    weight of the decisions for it, seeds left out. level: what `levelled` has added to base
    and cuts.
    """

    topic: str
    words: tuple[str, ...]
    longer: tuple[str, ...] = ()
    title_word: float = TITLE_WORD
    scattered: float = SCATTERED
    abstract_word: float = ABSTRACT_WORD
    opening: float = OPENING
    nearness: float = NEARNESS
    base: float = START
    cut: float = 0.0
    doubt: float = DOUBT
    bare_cut: float = 0.0
    bare_doubt: float = DOUBT
    weights: Mapping[str, float] = field(default_factory=dict)
    found: tuple[int, ...] = ()
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
            tuples = {key: tuple(found[key]) for key in ("words", "longer", "found")}
            return cls(**{**found, **tuples})
        except (TypeError, KeyError) as error:
            raise ValueError(f"this is no model of a topic: {error}") from error


def start(topic: Topic, topics: tuple[Topic, ...] = ()) -> TopicModel:
    """Return the model of day one, when nothing is stored: the topic's words alone.

    topics: all of them, for the words of others that are longer. A near topic takes in what an
    own one would ask about: there talk decides what is shown.
    """
    is_own = topic.lane == "own"
    cut = 0.0 if is_own else -DOUBT
    longer = longer_words(topic, topics)
    return TopicModel(topic.path, topic.words, longer, cut=cut, is_own=is_own)


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
        found[path] = replace(
            model,
            base=model.base + by,
            cut=model.cut + by,
            bare_cut=model.bare_cut + by,
            level=level,
        )
    return found
