"""Hold the draw for the dense recipes, and the nearness that the shipped ranking is given."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from reader.library.config import Topic
from reader.library.paper import Paper
from reader.ranking.model import MOST_NEARNESS
from tests.benchmarks.ranking.dense import N_NEGATIVE, Share, draw, negatives_of, thinned
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.shipped import Shipped
from tests.benchmarks.ranking.tasks import Lesson, Task

TOPIC = Topic("garden/roses", "own", "garden", ("rose",))
FIRST = date(2031, 3, 3)
DAYS = [FIRST + timedelta(n) for n in range(6)]
N_A_DAY = 60


def id_of(day: int, n: int) -> str:
    return f"3103.{day}{n:04}"


def mornings() -> Mornings:
    ids = {day: [id_of(d, n) for n in range(N_A_DAY)] for d, day in enumerate(DAYS)}
    papers = {
        id_: Paper((f"arxiv:{id_}",), f"On {'rose' if n % 10 == 0 else 'kettle'}s {id_}", ())
        for of_day in ids.values()
        for n, id_ in enumerate(of_day)
    }
    return Mornings(papers, ids)


def task(day: int, *wanted: int, liked: Sequence[str] = (), before: int | None = None) -> Task:
    lesson = Lesson(
        DAYS[day if before is None else before],
        (TOPIC,),
        liked=tuple((TOPIC.path, id_, FIRST) for id_ in liked),
    )
    everything = tuple(mornings().days[DAYS[day]])
    return Task(DAYS[day], lesson, everything, frozenset(id_of(day, n) for n in wanted))


def test_a_thinned_day_keeps_what_is_wanted_and_the_order() -> None:
    whole = task(3, 7, 41)
    left = thinned(whole, 20)
    assert set(left.candidates) >= left.wanted == whole.wanted
    assert 20 <= len(left.candidates) <= 22
    assert list(left.candidates) == sorted(left.candidates)
    assert thinned(whole, 1_000).candidates == whole.candidates


def test_tasks_of_one_day_are_thinned_alike_but_for_what_is_wanted() -> None:
    one, other = thinned(task(3, 7), 20), thinned(task(3, 41), 20)
    assert len(set(one.candidates) ^ set(other.candidates)) <= 2


def test_negatives_come_before_the_lesson_and_are_nearly_the_same_for_all_lessons() -> None:
    liked = id_of(0, 5)
    negatives = negatives_of(mornings())
    early, late = (negatives(task(5, 1, liked=[liked], before=b).lesson) for b in (4, 5))
    assert len(early) == len(late) == N_NEGATIVE
    assert all(int(id_[5]) < 4 for id_ in early)
    assert liked not in early
    assert len(set(early) & set(late)) > N_NEGATIVE / 2


def test_no_more_texts_are_drawn_than_a_set_may_spend() -> None:
    tasks = [task(day, 1, 2, liked=[id_of(0, 3)], before=3) for day in (3, 4, 5)]
    chosen, texts = draw(tasks, mornings(), Share(N_NEGATIVE + 60, 20))
    assert 0 < len(chosen) < len(tasks)
    assert len(texts) <= N_NEGATIVE + 60
    for one in chosen:
        assert texts >= {*one.candidates, id_of(0, 3)}
    assert draw(tasks, mornings(), Share(N_NEGATIVE + 60, 20)) == (chosen, texts)
    assert draw([replace(t, wanted=frozenset()) for t in tasks], mornings(), Share(999, 20)) == (
        [],
        frozenset(),
    )


class Roses:
    """An encoder that tells roses from all else, and each text a little from the next."""

    name = "roses"

    def encode_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.encode_query(text) for text in texts])

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.array(
            [1.0, 3.0 * ("rose" in text), zlib.crc32(text.encode()) % 7 / 70], np.float32
        )
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    encode_sample = encode_query

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [1 for _ in texts]


def test_nearness_is_in_deviations_of_the_days_papers() -> None:
    near = Near(vectors_of(mornings(), Roses()), Roses())
    day = task(4, liked=[id_of(0, 0)])
    above = near(day.lesson, day.candidates, {})[TOPIC.path]
    assert np.mean(above) == pytest.approx(0, abs=1e-4)
    assert np.std(above) == pytest.approx(1, abs=1e-4)
    assert {n for n, z in enumerate(above) if z > 1} == set(range(0, N_A_DAY, 10))
    assert near(day.lesson, day.candidates[:10], {}) == {}  # too few to say what is usual


def test_a_topic_of_which_nothing_is_known_has_no_nearness() -> None:
    bare = replace(TOPIC, path="garden/none", words=())
    near = Near(vectors_of(mornings(), Roses()), Roses())
    lesson = Lesson(DAYS[4], (TOPIC, bare))
    assert set(near(lesson, mornings().days[DAYS[4]], {})) == {TOPIC.path}


def test_vectors_join_the_score_of_what_they_stand_near_to() -> None:
    data = mornings()
    joined = Shipped.over(data, Near(vectors_of(data, Roses()), Roses()))
    lesson = task(4, liked=[id_of(0, 0), id_of(1, 0)]).lesson
    ids = data.days[DAYS[4]]
    plain, with_vectors = Shipped.over(data)(lesson)(ids), joined(lesson)(ids)
    assert with_vectors[10] > plain[10]  # a rose
    # Below the mean something is taken away, and never much: words decide.
    assert plain[1] - with_vectors[1] == pytest.approx(MOST_NEARNESS)
    assert with_vectors[10] - plain[10] <= MOST_NEARNESS + 1e-9
