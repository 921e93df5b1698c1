"""Rank as the program does: its labels, guesses, fit and judgement, on papers in memory.

With a `Nearness`, as on a morning whose papers `gather` has encoded; without, by words alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.ranking.events import Event, Label, labels, learned_from
from reader.ranking.fit import fit_topic
from reader.ranking.learn import MOST_LABELS, N_BACKGROUND, SEED
from reader.ranking.model import Rank, TopicModel, judge, levelled, start
from reader.ranking.topic import longer_words
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.tasks import Lesson, Scores

ABOVE = 1_000.0
"""Added to what is in, half of it to what is doubtful: the lanes stand one after another."""


N_KEPT = 40

Nearness = Callable[
    [Lesson, Sequence[str], Mapping[str, Sequence[str]]], Mapping[str, Sequence[float]]
]
"""Gives by topic how near each of a day's papers is to it, in standard deviations; the last
argument is what each topic's words surely found."""


def no_nearness(
    lesson: Lesson, ids: Sequence[str], found: Mapping[str, Sequence[str]]
) -> Mapping[str, Sequence[float]]:
    """Know no vectors: a morning before anything was encoded."""
    return {}


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped ranking over a data folder. Rows are the papers' numbers there."""

    mornings: Mornings
    rows: Mapping[str, int]
    ids: Sequence[str]
    near: Nearness = no_nearness
    kept: dict[Lesson, dict[str, TopicModel]] = field(default_factory=dict)

    @classmethod
    def over(cls, mornings: Mornings, near: Nearness = no_nearness) -> Shipped:
        ids = [id_ for of_day in mornings.days.values() for id_ in of_day]
        return cls(mornings, {id_: row for row, id_ in enumerate(ids)}, ids, near)

    def __call__(self, lesson: Lesson) -> Callable[[Sequence[str]], Scores]:
        return lambda ids: [_order(judged) for judged in self.day(lesson, ids)]

    def day(self, lesson: Lesson, ids: Sequence[str]) -> list[list[Rank]]:
        """Judge the papers of a day by all models of a lesson, in their order."""
        models = self.models(lesson)
        found = {path: [self.ids[row] for row in model.found] for path, model in models.items()}
        near = self.near(lesson, ids, found)
        return [
            self.judged(id_, models, {topic: zs[n] for topic, zs in near.items()})
            for n, id_ in enumerate(ids)
        ]

    def models(self, lesson: Lesson) -> dict[str, TopicModel]:
        """Fit a model for each topic of a lesson, as `learn` does; the last lessons are kept."""
        if lesson not in self.kept:
            while len(self.kept) >= N_KEPT:
                del self.kept[next(iter(self.kept))]
            self.kept[lesson] = self._fitted(lesson)
        return self.kept[lesson]

    def _fitted(self, lesson: Lesson) -> dict[str, TopicModel]:
        events = [Event(self.rows[i], "pick", t, on) for t, i, on in lesson.liked]
        events += [Event(self.rows[i], "skip", t, on) for t, i, on in lesson.disliked]
        events += [Event(self.rows[i], "seed", t, date.min) for t, i in lesson.seeds]
        topics = [topic.path for topic in lesson.topics]
        known = labels(events, lesson.before, topics, most=MOST_LABELS)
        background = self.background(lesson.before)
        return levelled(
            {
                t.path: self._model(t, known[t.path], background, lesson.topics)
                for t in lesson.topics
            }
        )

    def background(self, before: date) -> list[int]:
        """Choose undecided papers as the store does: the newest, and some of all the others."""
        rows = [self.rows[id_] for id_ in self.mornings.before(before)][::-1]
        newest, rest = rows[: N_BACKGROUND // 2], rows[N_BACKGROUND // 2 :]
        step = max(1, len(rest) // max(1, N_BACKGROUND - len(newest)))
        return sorted([*newest, *rest[::step][: N_BACKGROUND - len(newest)]])

    def judged(
        self, id_: str, models: Mapping[str, TopicModel], near: Mapping[str, float]
    ) -> list[Rank]:
        """Judge one paper by all models."""
        own = self.mornings.features(id_)
        paper = self.mornings.papers[id_]
        return [
            judge(paper, own, model, nearness=near.get(topic), is_brief=True)
            for topic, model in models.items()
        ]

    def _model(
        self,
        topic: Topic,
        given: Sequence[Label],
        background: Sequence[int],
        topics: tuple[Topic, ...],
    ) -> TopicModel:
        others = {row: self._paper(row) for row in background}
        longer = longer_words(topic, topics)
        learned, outside = learned_from(given, others, topic, longer=longer)
        examples = [(self._features(x.paper), x) for x in learned]
        model = fit_topic(topic, examples, [self._features(r) for r in outside], seed=SEED)
        return replace(model, longer=longer)

    def _paper(self, row: int) -> Paper:
        return self.mornings.papers[self.ids[row]]

    def _features(self, row: int) -> Mapping[str, float]:
        return self.mornings.features(self.ids[row])


def words_alone(mornings: Mornings) -> Callable[[Lesson], Callable[[Sequence[str]], Scores]]:
    """Rank by the topics' words and nothing learned: the program on its first day."""
    shipped = Shipped(mornings, {}, ())

    def learn(lesson: Lesson) -> Callable[[Sequence[str]], Scores]:
        models = {topic.path: start(topic, lesson.topics) for topic in lesson.topics}
        return lambda ids: [max(j.score for j in shipped.judged(id_, models, {})) for id_ in ids]

    return learn


def best(judged: Sequence[Rank]) -> Rank:
    """Choose the topic that a paper stands under, as the lists do."""
    return max(judged, key=lambda j: j.standing)


def _order(judged: Sequence[Rank]) -> float:
    """Give a number that orders as the lanes do: the own lane, the doubtful, the rest; in each by
    the topic that likes a paper most of those in which it has this place."""
    place = best(judged).place
    score = max(j.score for j in judged if j.place == place)
    return score + {"in": ABOVE, "doubtful": ABOVE / 2, "out": 0.0}[place]
