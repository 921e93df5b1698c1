"""Turn a person's decisions into labels, and papers into features.

A label says that a paper belongs in a topic or does not; its weight changes by day. Before
anything is decided a topic's own words guess: what they surely found teaches what else such
papers say. What was taken back is not among the events that are given, so the labels after
an undo are those from before.

A feature is a named number that a model weighs. The name tells its kind: "w:" a word of title
or abstract, "h:" a word of the title once more, "a:" an author, "c:" an arXiv class, "t:" a
size of the team that wrote it.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from reader.base.words import TELLING_NOTHING, folded, is_cjk
from reader.library.config import Topic
from reader.library.identity import name_key
from reader.library.paper import Paper
from reader.ranking.topic import mentions

Kind = Literal["pick", "skip", "write", "file", "yes", "no", "seed"]

LIKES: Mapping[str, float] = {"seed": 1.0, "yes": 1.0, "pick": 1.0, "file": 1.0, "write": 1.5}
"""The weight of each kind of event for a topic: a written note weighs more than a pick."""

DISLIKES: Mapping[str, float] = {"skip": 0.5, "no": 1.0}
"""The weight of each kind against it. A skip may mean "no time"; an answered question is plain."""

FADE_DAYS = 90
"""After this many days a dislike weighs nothing; until then it loses as much each day."""

WARM_DAYS = 60
"""For this many days after its last like a topic keeps its full weight."""

COOLING_DAYS = 90
"""After that its likes lose half of their weight in this many days; seeds never cool."""


@dataclass(frozen=True, slots=True)
class Event:
    """One decision that stands.

    paper: its row. topic: the one it was decided for, None where it was in no topic's lane.
    """

    paper: int
    kind: Kind
    topic: str | None
    on: date


@dataclass(frozen=True, slots=True)
class Label:
    """That a paper belongs in a topic, or does not; weight: 0 where it may be either.

    origin: who says so: a decision, a seed of feeds.toml, or the topic's words alone.
    """

    paper: int
    is_in: bool
    weight: float
    origin: Literal["decided", "seed", "guessed"] = "decided"


def labels(
    events: Iterable[Event], day: date, topics: Sequence[str], *, most: int | None = None
) -> dict[str, list[Label]]:
    """Make the labels that the events up to a day teach each topic, one a paper, by row.

    Of several events on one paper the newest side counts, with its heaviest weight. A skip
    without a topic speaks against all topics; a pick without one for none. What was only
    shown, and not decided, is no event and so no label.
    most: labels of one topic, those of the newest events; half of the places are kept for
    each side, and seeds stay, so that months of skips do not push out what was liked.
    """
    of_topic: dict[str, list[Event]] = {topic: [] for topic in topics}
    for event in events:
        # A replay of past mornings, as in the benchmarks, must not know what came later.
        if event.on > day:
            continue
        if event.topic in of_topic:
            of_topic[event.topic].append(event)
        elif event.topic is None and event.kind in DISLIKES:
            for found in of_topic.values():
                found.append(event)
    return {topic: _labels(found, day, most) for topic, found in of_topic.items()}


def liked(several: Iterable[Label]) -> float:
    """Add up the weights of what a person decided for a topic, seeds and guesses left out."""
    return math.fsum(x.weight for x in several if x.is_in and x.origin == "decided")


def _labels(events: Sequence[Event], day: date, most: int | None) -> list[Label]:
    # Likes weigh 1 while the topic is in use, and less once it is left. Seeds have no day, so
    # they do not tell when a topic was last used.
    last_like = max((e.on for e in events if e.kind in LIKES and e.kind != "seed"), default=None)
    idle = _age(last_like, day) - WARM_DAYS if last_like else 0
    warm = math.exp2(-max(0, idle) / COOLING_DAYS)
    by_paper: dict[int, list[Event]] = {}
    for event in events:
        by_paper.setdefault(event.paper, []).append(event)
    found = [_label(paper, of, day, warm) for paper, of in sorted(by_paper.items())]
    found = [label for label in found if label.weight > 0]
    if most is None or len(found) <= most:
        return found
    # Too many: the newest of both sides, and one side may use what the other leaves.
    newest = {paper: max(event.on for event in of) for paper, of in by_paper.items()}
    likes, dislikes = (
        sorted(
            (label for label in found if label.is_in is side),
            key=lambda x: (x.origin == "seed", newest[x.paper], x.paper),
            reverse=True,
        )
        for side in (True, False)
    )
    n_likes = max(most - most // 2, most - len(dislikes))
    kept = [*likes[:n_likes], *dislikes[: max(most // 2, most - len(likes))]]
    return sorted(kept, key=lambda label: label.paper)


def _label(paper: int, events: Sequence[Event], day: date, warm: float) -> Label:
    # On one day the order is not known: then what speaks for the paper stands.
    newest = max(events, key=lambda e: (e.on, e.kind in LIKES))
    if newest.kind in LIKES:
        likes = (e for e in events if e.kind in LIKES)
        weight = max(LIKES[e.kind] * (1.0 if e.kind == "seed" else warm) for e in likes)
        is_seed = all(e.kind == "seed" for e in events)
        return Label(paper, True, weight, "seed" if is_seed else "decided")
    # `_age` counts whole weeks: the real days say when a dislike is over, or the day of the week
    # would decide (89 days may count as 84 or as 91).
    weight = max(
        DISLIKES[e.kind] * max(0.0, 1 - _age(e.on, day) / FADE_DAYS)
        if (day - e.on).days < FADE_DAYS
        else 0.0
        for e in events
        if e.kind in DISLIKES
    )
    return Label(paper, False, weight)


def _age(on: date, day: date) -> int:
    """Count the days since an event in whole weeks that begin on Mondays: labels that fade a
    little every day would have every model fitted anew every day."""
    return 7 * ((day.toordinal() - 1) // 7 - (on.toordinal() - 1) // 7)


TITLE_COUNTS = 2
"""A word of the title counts as this many words."""

MOST_AUTHORS = 50
"""With more authors than this, a single name says little of a paper."""

TEAM_SIZES = (2, 4, 6, 8, 10, 13, 20, 40)
"""Some readers pick what large groups write; each size counts for all larger teams too."""


def features(paper: Paper) -> Mapping[str, float]:
    """Turn a paper into features; the squares of all words add up to 1, as do the title's alone.

    A word's number is 1 + log of how often it stands there; of the title's words by themselves
    all are alike. Words that stand everywhere and single letters are left out; singular and
    plural are one word. A paper without words has none of these.
    """
    title = _words(paper.title)
    counts = Counter(title * TITLE_COUNTS + _words(paper.abstract))
    found = {f"w:{word}": 1 + math.log(n) for word, n in counts.items()}
    length = math.sqrt(math.fsum(v * v for v in found.values())) or 1.0
    scaled = {name: value / length for name, value in found.items()}
    # Each word of the title once: by themselves they count alike, however often they stand there.
    several = dict.fromkeys(title)
    scaled |= {f"h:{word}": 1 / math.sqrt(len(several)) for word in several}
    scaled |= {f"a:{name_key(a)}": 1.0 for a in paper.authors[:MOST_AUTHORS]}
    scaled |= {f"t:{size}+": 1.0 for size in TEAM_SIZES if len(paper.authors) >= size}
    return scaled | {f"c:{c}": 1.0 for c in paper.categories}


def word_features(text: str) -> frozenset[str]:
    """Name the features that words of a text make, in the title or elsewhere."""
    return frozenset(f"{kind}:{word}" for word in _words(text) for kind in "wh")


def _words(text: str) -> list[str]:
    return [_form(w) for w in _WORD.findall(text.casefold()) if w not in TELLING_NOTHING]


# Papers share most of their words, so each is folded once for all of them.
@functools.lru_cache(maxsize=65_536)
def _form(word: str) -> str:
    return word if is_cjk(word) else folded(word)


# Two signs at least: single letters are variables of formulas. "_" is a letter to \w.
_WORD = re.compile(r"[^\W_][^\W_]+")

GUESSED = 0.7
"""The weight of a guess; a pick weighs 1."""

SETTLED = 10
"""This many likes halve the weight of guesses."""

LEAST_WEIGHED, SHARE_OF_LIKES = 6.0, 0.3
"""Together guesses weigh at most the first, or the second as a share of the likes: hundreds of
papers with a word say less of a person than twenty that they chose. Both hold from the first day
on, so that the first pick takes nothing away from what the words taught."""

MOST_GUESSED = 400
"""Papers guessed to belong, the latest rows: a word that half of all papers have teaches
nothing more by its thousandth paper."""


def learned_from(
    given: Sequence[Label],
    others: Mapping[int, Paper],
    topic: Topic,
    *,
    longer: tuple[str, ...] = (),
) -> tuple[list[Label], list[int]]:
    """Return all labels from which a topic is learned, and the papers that stand for the rest.

    What may be either has a label that weighs 0: it only tells how rare words are.
    others: papers by row, whatever was decided on them. One that was disliked stands among
    the rest as it did before: the dislike comes on top, so a skip raises nothing like it.
    """
    known = {label.paper for label in given}
    liked = {label.paper for label in given if label.is_in}
    not_liked = {row: paper for row, paper in others.items() if row not in liked}
    guessed, outside = guesses(not_liked, topic, n_liked=len(liked), longer=longer)
    clear = {*known, *(label.paper for label in guessed), *outside}
    unclear = [Label(row, False, 0.0, "guessed") for row in sorted(not_liked.keys() - clear)]
    return [*given, *(x for x in guessed if x.paper not in known), *unclear], outside


def guesses(
    undecided: Mapping[int, Paper],
    topic: Topic,
    *,
    n_liked: int = 0,
    longer: tuple[str, ...] = (),
) -> tuple[list[Label], list[int]]:
    """Split undecided papers into those guessed to belong and those that surely do not.

    undecided: by row. n_liked: likes of this topic; the more, the less a guess weighs.
    longer: words of other topics, as in `reader.ranking.topic.mentions`.
    A word in the title makes the first; a paper with a word in its abstract alone may be
    either, and is in neither. Without words all of them count as not belonging.
    """
    guessed: list[int] = []
    outside: list[int] = []
    for row, paper in sorted(undecided.items()):
        found = mentions(topic.words, paper.title, paper.abstract, longer=longer)
        if found.title:
            guessed.append(row)
        elif not found.abstract:
            outside.append(row)
    # Rows rise with time, so the last ones are the newest papers.
    guessed = guessed[-MOST_GUESSED:]
    weight = GUESSED / (1 + n_liked / SETTLED)
    # The bound on all of them together was chosen on seven lists of one topic each: their mean
    # average precision is 45.2 % with it and 43.5 % without (docs/ranking.md).
    if guessed:
        weight = min(weight, max(LEAST_WEIGHED, SHARE_OF_LIKES * n_liked) / len(guessed))
    return [Label(row, True, weight, "guessed") for row in guessed], outside
