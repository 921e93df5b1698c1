"""Test progress bars: full when all was tried, gone when the work stopped."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn

from reader.base.errors import ModelError
from reader.cli.build import LONG_S, Bars, Sentences
from reader.gathering import arxiv
from reader.gathering.gather import gather
from reader.gathering.resolve import BATCH, resolve
from reader.library.folder import Library
from reader.library.rows import papers
from reader.search.encode import VECTORS_AT_ONCE, encode, index_words
from tests.gathering.test_gather import MONDAY, NOON, TUESDAY, WEDNESDAY, Play, keep, no_answer
from tests.gathering.test_resolve import Clock, Registry, ids, mention
from tests.samples import DAY, Web, a_library, no_encoder, paper, tools
from tests.search.test_encode import Breaking

Step = tuple[str, int, int]
ARXIV = arxiv.ARXIV


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    with a_library(tmp_path, now=clock) as library:
        yield library


def shown(steps: list[Step]) -> list[str]:
    """Draw the steps as bars; returns those that are still shown at the end."""
    with Progress(console=Console(file=io.StringIO(), force_terminal=True)) as progress:
        bars = Bars(progress)
        for step in steps:
            bars(*step)
        return [task.description for task in progress.tasks if task.visible]


def drawn(steps: list[Step]) -> list[str]:
    """Draw the steps; returns the progress that the frames show, each once."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system=None)
    columns = (TextColumn("{task.description}"), MofNCompleteColumn())
    with Progress(*columns, console=console, auto_refresh=False, transient=True) as progress:
        bars = Bars(progress)
        for step in steps:
            bars(*step)
            progress.refresh()
    return list(dict.fromkeys(re.findall(r"\d+/\d+", file.getvalue())))


def of(steps: list[Step], label: str) -> list[tuple[int, int]]:
    return [(done, total) for name, done, total in steps if name == label]


def test_a_bar_stands_while_the_work_goes_on_and_is_gone_when_it_ended() -> None:
    assert shown([("pdf", 0, 3), ("pdf", 2, 3)]) == ["PDFs"]
    assert shown([("pdf", 0, 3), ("pdf", 3, 3)]) == []
    assert shown([("pdf", 0, 3), ("pdf", 1, 3), ("pdf", 0, 0)]) == []


def test_a_finished_bar_is_shown_full() -> None:
    assert drawn([("learn", 0, 1), ("learn", 1, 1)])[-1] == "1/1"
    assert drawn([("pdf", 0, 3), ("pdf", 3, 3), ("pdf", 3, 3)]) == ["0/3", "3/3"]


def test_a_step_without_a_known_end_has_no_bar() -> None:
    assert drawn([("words", 500, 500), ("words", 900, 900)]) == []


def test_a_stopped_bar_is_not_shown_full() -> None:
    assert drawn([("pdf", 0, 3), ("pdf", 1, 3), ("pdf", 0, 0)]) == ["0/3", "1/3"]


def test_a_step_in_batches_is_counted_to_its_end(library: Library) -> None:
    steps: list[Step] = []
    numbers = range(1, BATCH + 3)
    mention(library, *ids(*numbers), "doi:10.5555/garden.1")
    registry = Registry(*numbers)
    resolve(library, tools(registry, progress=lambda *step: steps.append(step)))
    n = BATCH + 2
    assert of(steps, "resolve") == [(0, n), (BATCH, n), (n, n), (0, 1), (1, 1)]
    assert shown(steps) == []


@pytest.mark.parametrize("is_missing", [True, False])
def test_stopped_encoding_is_neither_done_nor_running(library: Library, is_missing: bool) -> None:
    given = [paper(n, abstract=f"Snail {n}.") for n in range(VECTORS_AT_ONCE + 5)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)
    index_words(library, tools(Web()))
    steps: list[Step] = []
    breaking = Breaking(1, ModelError(model="small", what="broke", hint="Look."))
    told = tools(
        Web(),
        encoder=no_encoder if is_missing else lambda: breaking,
        progress=lambda *step: steps.append(step),
    )
    assert len(encode(library, told)) == 1
    assert of(steps, "encode")[-1] == (0, 0)
    n = VECTORS_AT_ONCE + 5
    assert (n, n) not in of(steps, "encode")
    assert shown(steps) == []


@pytest.mark.parametrize(
    ("days", "end"),
    [
        ({}, (3, 3)),
        # One bad day does not end it, two do.
        ({TUESDAY: no_answer(ARXIV, "answered 500")}, (3, 3)),
        ({day: no_answer(ARXIV, "answered 500") for day in (TUESDAY, WEDNESDAY)}, (0, 0)),
    ],
)
def test_the_days_of_arxiv_are_one_bar(
    library: Library, clock: Clock, days: dict[object, object], end: tuple[int, int]
) -> None:
    clock.at = NOON + timedelta(days=1)
    keep(library, MONDAY, "complete", NOON)
    play = Play()
    play.days.update(days)  # type: ignore[arg-type]
    steps: list[Step] = []
    gather(library, tools(play, progress=lambda *step: steps.append(step)), only=[ARXIV])
    assert of(steps, ARXIV)[0] == (0, 3)
    assert of(steps, ARXIV)[-1] == end
    assert {name for name, _, _ in steps} == {"gather", ARXIV}
    assert shown(steps) == []


def _told(steps: list[tuple[float, str, int, int]]) -> None:
    """Play steps at their seconds to what speaks outside a terminal."""
    clock = iter([at for at, *_ in steps])
    tell = Sentences(lambda: next(clock))
    for _, label, done, total in steps:
        tell(label, done, total)


def test_a_long_step_without_a_terminal_says_twice_how_far_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at = LONG_S
    _told(
        [(0, "encode", 0, 900), (at / 2, "encode", 8, 900), (at, "encode", 16, 900),
         (2 * at, "encode", 32, 900), (60 * at, "encode", 900, 900)]
    )  # fmt: skip
    assert capsys.readouterr() == ("", "vectors: 16 of 900\nvectors: 900 of 900\n")


def test_a_short_step_and_one_that_stopped_say_nothing_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _told(
        [(0, "pdf", 0, 3), (1, "pdf", 3, 3), (LONG_S * 2, "pdf", 0, 3), (LONG_S * 2, "pdf", 3, 3),
         (0, "encode", 0, 9), (LONG_S, "encode", 1, 9), (LONG_S, "encode", 0, 0)]
    )  # fmt: skip
    assert capsys.readouterr().err == "vectors: 1 of 9\n"
