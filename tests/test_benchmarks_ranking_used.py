"""Hold the play of a library's first weeks: what is decided teaches, what came by is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reader.library.paper import Paper
from reader.morning.rank import FEWEST
from tests.benchmarks.frame import Options
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.used import BY_WORDS, N_PICKED, figures, play, watched_days

FIRST = date(2031, 3, 3)


def mornings(n_days: int, *titles: str) -> Mornings:
    """Give days of papers with these titles, the last of each day in another class."""
    papers: dict[str, Paper] = {}
    days: dict[date, list[str]] = {}
    for n in range(n_days):
        for k, title in enumerate(titles):
            id_ = f"3103.{n:02}{k:03}"
            classes = ("math.AG",) if k == len(titles) - 1 else ("cs.CL",)
            papers[id_] = Paper((f"arxiv:{id_}",), title, (), categories=classes)
            days.setdefault(FIRST + timedelta(n), []).append(id_)
    return Mornings(papers, days)


def test_only_watched_classes_and_so_many_days_come_by() -> None:
    watched = watched_days(mornings(4, "On ladders", "On lifts"), 3)
    assert list(watched.days) == [FIRST + timedelta(n) for n in range(3)]
    assert [watched.papers[i].title for i in watched.papers] == ["On ladders"] * 3


def test_what_comes_by_is_counted_by_kind_and_place() -> None:
    titles = ["Speech recognition on ladders"] * (N_PICKED + 2) + ["On lifts", "Speech translation"]
    watched = watched_days(mornings(3, *titles), 3)
    core = frozenset(watched.days[FIRST][:1])
    seen = play(watched, core)
    assert (seen.of("all"), seen.of("title"), seen.of("core")) == (24, 21, 1)
    assert seen.n["title", "in"] == 21  # those skipped for want of time are in the next day too
    assert seen.n["core", "in"] == 1
    assert seen.n["all", "in"] == 21


def test_papers_have_their_vectors_in_the_play() -> None:
    texts: list[str] = []

    class Counting:
        """An encoder that keeps what it encodes, and finds all alike."""

        name = "counting"

        def encode_passages(self, several: Sequence[str]) -> NDArray[np.float32]:
            texts.extend(several)
            return np.ones((len(several), 1), np.float32)

        def encode_query(self, text: str) -> NDArray[np.float32]:
            return np.ones(1, np.float32)

        encode_sample = encode_query

        def count_tokens(self, several: Sequence[str]) -> list[int]:
            return [1 for _ in several]

    watched = watched_days(mornings(2, *(f"On lift {n}" for n in range(FEWEST + 1))), 2)
    play(watched, frozenset(), Near(vectors_of(watched, Counting()), Counting()))
    assert {text.partition("\n")[0] for text in texts} == {f"On lift {n}" for n in range(FEWEST)}


def test_what_no_title_forces_is_held_to_the_words_alone() -> None:
    titles = ["Speech recognition on ladders", "On lifts", "On lakes"]
    watched = watched_days(mornings(4, *titles), 4)
    core = frozenset(id_ for of_day in watched.days.values() for id_ in of_day)
    seen = play(watched, core)
    assert (seen.of("core"), seen.of("title"), seen.of("rest")) == (8, 4, 4)
    assert seen.of("rest" + BY_WORDS) == 4
    for day in seen.days:  # as if the words found one of two, and the lane none
        day["rest" + BY_WORDS, "doubtful"] = 1
        day["rest", "in"], day["rest", "doubtful"] = 0, 0
    found = {r.name.partition("recall of ")[2]: r for r in figures(Options(Path(), Path()), seen)}
    rest = found["C core without a word in the title, doubtful ones too"]
    assert (rest.value, rest.floor, rest.ok) == (0, 100, False)
    assert all("95 %" in result.note for result in found.values())
    assert found["a word in the title, which forces it"].ok
