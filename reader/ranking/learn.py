"""Fit the models of the topics anew where what they were fitted on has changed.

    acts that stand → events → labels of each topic → its model, kept in index.db

Never on the way to a list: `gather`, `index`, the end of a triage and `teach` come here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from reader.library.config import Config, Topic
from reader.library.folder import Library
from reader.library.paper import Paper
from reader.library.rows import papers
from reader.library.rows.decisions import Kind
from reader.ranking.events import FADE_DAYS, WARM_DAYS, Event, Label, features, labels
from reader.ranking.forecast import Coefficients, TalkExample
from reader.ranking.guess import learned_from
from reader.ranking.model import TopicModel
from reader.ranking.rows import labels as acts
from reader.ranking.rows import standings
from reader.ranking.rows.standings import StoredModel, topic_name
from reader.ranking.topic import best, fits, longer_words


class FitTopic(Protocol):
    """What fits a topic's model to decisions; `ranking.fit` has the real one."""

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
    from reader.ranking.model import start

    return start(topic)


def _as_before(examples: Sequence[TalkExample], before: Coefficients) -> Coefficients:
    """Learn nothing of what was talked about."""
    return before


class FitTools(Protocol):
    """What fits the models of topics, and the forecast of talk, to what was decided and said."""

    @property
    def fit_topic(self) -> FitTopic: ...

    @property
    def fit_talk(self) -> Callable[[Sequence[TalkExample], Coefficients], Coefficients]: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


SEED = 6
VERSION = 6
"""Raised when the same labels should be fitted anew."""

N_BACKGROUND = 6_000
"""Papers that stand for all the others."""

MOST_LABELS = 1_200
"""Labels of one topic that are learned from, half of them kept for each side, the newest and the
seeds first: older ones say the same again."""

FEWEST_LEFT = 5
"""Papers that a person liked in a folder that is no topic any more, before it counts as a
direction that was left."""

UNFILED = "unfiled"

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What can be learned now: each topic's labels, and the topics with folders that were left.

    background: papers that stand for all others; a topic's words guess at them, and what they
    do not find does not belong.
    """

    topics: tuple[Topic, ...]
    labels: Mapping[str, Sequence[Label]]
    background: Sequence[int]

    def says(self, topic: Topic) -> bool:
        """Tell whether there is anything to learn a topic from."""
        return bool(self.labels[topic.path] or (topic.words and self.background))


def learn(library: Library, tools: FitTools) -> list[str]:
    """Fit what has changed; returns the topics that were fitted anew."""
    taught = lessons(library)
    known = standings.fingerprints(library.db)
    wanted = {topic: _fingerprint(taught, topic) for topic in taught.topics if taught.says(topic)}
    due = {topic: on for topic, on in wanted.items() if known.get(topic_name(topic.path)) != on}
    gone = known.keys() - {standings.TALK, *(topic_name(topic.path) for topic in wanted)}
    if not due and not gone:
        return []
    texts = PaperFeatures(library, _rows(taught, due))
    fitted = []
    for n, (topic, print_) in enumerate(due.items()):
        tools.progress("learn", n, len(due))
        model = fit_one(tools.fit_topic, texts, taught, topic, taught.labels[topic.path])
        fitted.append(StoredModel(topic_name(topic.path), print_, model.to_text()))
    tools.progress("learn", len(due), len(due))
    standings.keep(library.db, fitted, gone=gone)
    return [topic.path for topic in due]


def lessons(library: Library, events: Sequence[Event] | None = None) -> Lessons:
    """Gather what stands into labels for each topic, and what is not decided as background.

    events: in place of what stands, to see what another decision would teach.
    """
    day, config = library.today(), library.config
    events = events_of(library) if events is None else events
    left = _left(events, config, day)
    topics = (*config.topics, *(Topic(path, "near", "") for path in left))
    return Lessons(
        topics=topics,
        labels=labels(events, day, [topic.path for topic in topics], most=MOST_LABELS),
        background=acts.background(library.db, N_BACKGROUND),
    )


def events_of(library: Library, *, liked_alone: bool = False) -> list[Event]:
    """List what a person did that stands: decisions, notes, filings by hand, lessons, seeds.

    liked_alone: without the skips of papers that nothing else was said of, which are most;
    what a skip was about is looked for in texts, where no list had shown the paper.
    """
    config, day = library.config, library.today()
    since = day - min(timedelta(days=FADE_DAYS), day - date.min)
    decided = acts.acts(library.db, skips_since=since)
    told = acts.lessons(library.db)
    if liked_alone:
        liked = {a.paper for a in decided if a.kind != "skip"} | {e.paper for e in told}
        decided = [a for a in decided if a.paper in liked]
    moved = _moved(library)
    decided = [replace(a, listed=moved[a.listed]) if a.listed in moved else a for a in decided]
    unknown = [a.paper for a in decided if a.kind == "skip" and a.listed is None and not a.filed]
    texts = acts.texts(library.db, unknown)
    # Who picked a paper and said then that it is of another topic did not pick it for this one.
    wrong = {(event.paper, event.topic) for event in told if event.kind == "no"}
    events = [
        Event(act.paper, act.kind, _topic_of(act, config, texts.get(act.paper)), act.on)
        for act in decided
    ]
    events = [e for e in events if e.kind == "skip" or (e.paper, e.topic) not in wrong]
    events += [
        Event(act.paper, act.kind, _topic_of(act, config, None), act.on)
        for act in acts.filed_by_hand(library.db, config.timezone)
    ]
    seeds = papers.rows_of(library.db, {id_ for topic in config.topics for id_ in topic.seeds})
    events += [
        Event(seeds[id_], "seed", topic.path, date.min)
        for topic in config.topics
        for id_ in topic.seeds
        if id_ in seeds
    ]
    return [*events, *told]


def as_if_decided(library: Library, paper: int, kind: Kind, *, filed: str) -> Event:
    """Give the event that a decision of this moment would be; filed: where it would lie then."""
    on = library.today()
    listed = acts.listed(library.db, paper, on)
    listed = _moved(library).get(listed or "", listed)
    act = acts.Act(paper, kind, on, filed, listed)
    is_unknown = kind == "skip" and act.listed is None and not filed
    text = acts.texts(library.db, [paper]).get(paper) if is_unknown else None
    return Event(paper, kind, _topic_of(act, library.config, text), on)


def fit_one(
    fit: FitTopic, texts: PaperFeatures, taught: Lessons, topic: Topic, given: Sequence[Label]
) -> TopicModel:
    """Fit one topic's model to some labels."""
    others = {row: texts.paper(row) for row in taught.background}
    longer = longer_words(topic, taught.topics)
    learned, outside = learned_from(given, others, topic, longer=longer)
    model = fit(
        topic,
        [(texts.features(label.paper), label) for label in learned],
        [texts.features(row) for row in outside],
        seed=SEED,
    )
    return replace(model, longer=longer)


class PaperFeatures:
    """What some papers say, and their features, each made once."""

    def __init__(self, library: Library, rows: Iterable[int]) -> None:
        self._papers: dict[int, Paper] = {}
        self._features: dict[int, Features] = {}
        self.add(library, rows)

    def add(self, library: Library, rows: Iterable[int]) -> None:
        """Take in papers that are not there yet."""
        new = sorted(set(rows) - self._papers.keys())
        self._papers |= acts.texts(library.db, new)

    def paper(self, row: int) -> Paper:
        return self._papers[row]

    def features(self, row: int) -> Features:
        if row not in self._features:
            found = self._papers.get(row)
            self._features[row] = features(found) if found else {}
        return self._features[row]


def _rows(taught: Lessons, topics: Iterable[Topic]) -> list[int]:
    decided = (label.paper for topic in topics for label in taught.labels[topic.path])
    return [*decided, *taught.background]


def _moved(library: Library) -> dict[str, str]:
    """Tell what topics are called now that had other names: a skip in such a lane is about them."""
    return acts.moved_topics(library.db, [topic.path for topic in library.config.topics])


def _topic_of(act: acts.Act, config: Config, paper: Paper | None) -> str | None:
    """Tell which topic an act was about: where the paper is filed, else in whose lane it stood,
    else the one that its words fit; None: none."""
    is_filed = act.filed and act.filed != UNFILED
    if is_filed and (act.kind != "skip" or act.listed is None):
        return _above(act.filed, config)
    if act.listed is not None:
        return act.listed or None
    found = best(fits(paper, config.topics)) if paper else None
    return found.topic if found else None


def _above(filed: str, config: Config) -> str | None:
    """Give the topic of a folder: itself, or the one in whose folder it lies; else the folder."""
    known = [t.path for t in config.topics if filed == t.path or filed.startswith(f"{t.path}/")]
    return max(known, key=len) if known else filed


def _left(events: Iterable[Event], config: Config, day: date) -> list[str]:
    """List the folders that are no topics, where much was liked once and nothing lately."""
    known = {topic.path for topic in config.topics} | {UNFILED}
    liked: dict[str, dict[int, date]] = {}
    for event in events:
        if event.topic and event.topic not in known and event.kind in ("pick", "file", "write"):
            liked.setdefault(event.topic, {})[event.paper] = event.on
    return sorted(
        path
        for path, of_folder in liked.items()
        if len(of_folder) >= FEWEST_LEFT and (day - max(of_folder.values())).days > WARM_DAYS
    )


def _fingerprint(taught: Lessons, topic: Topic) -> str:
    on = (VERSION, topic.path, topic.words, taught.labels[topic.path], taught.background)
    return hashlib.sha256(repr(on).encode()).hexdigest()[:16]
