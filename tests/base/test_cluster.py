"""Test that functions run on Dask workers, and what is said where they cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from reader.base.cluster import Each, TaskFailure, on_cluster, on_this_machine
from reader.base.errors import NotFound, SourceFailed
from reader.base.messages import lazy_gettext


def test_without_dask_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    for opened in (on_this_machine(2), on_cluster("tcp://127.0.0.1:9")):
        with pytest.raises(SourceFailed, match="Dask: it is not installed") as raised, opened:
            pass
        assert raised.value.hint == "Install it: pip install 'asayomi[cluster]'"


@pytest.fixture(scope="module")
def each() -> Iterator[Each]:
    with on_this_machine(2) as each:
        yield each


@pytest.mark.slow
def test_two_processes_of_one_thread_answer_about_each_item_once(each: Each) -> None:
    found = dict(each(divmod, range(20), lambda n: (n, 7), lambda n: [n]))
    assert found == {n: divmod(n, 7) for n in range(20)}
    threads = each(os.getenv, ["OMP_NUM_THREADS"], lambda name: (name,), lambda name: [name])
    assert list(threads) == [("OMP_NUM_THREADS", "1")]


@pytest.mark.slow
def test_items_are_asked_for_as_there_is_room(each: Each) -> None:
    asked: list[int] = []

    def items() -> Iterator[int]:
        for n in range(100):
            asked.append(n)
            yield n

    for n_done, _ in enumerate(each(divmod, items(), lambda n: (n, 7), lambda n: [n]), 1):
        assert len(asked) <= n_done + 4
    assert n_done == 100


@pytest.mark.slow
def test_an_item_that_cannot_be_sent_has_its_error_for_an_answer(each: Each) -> None:
    error = NotFound(what="2")

    def arguments(n: int) -> tuple[int, int]:
        if n == 2:
            raise error
        return n, 7

    found = dict(each(divmod, range(4), arguments, lambda n: [n]))
    assert found == {0: (0, 0), 1: (0, 1), 2: error, 3: (0, 3)}


def end_at_13(*numbers: int) -> int:
    if 13 in numbers:
        os._exit(1)
    return sum(numbers)


@pytest.mark.slow
def test_only_the_item_that_ends_its_worker_fails(each: Each) -> None:
    parts: list[tuple[int, ...]] = [(n, n + 1) for n in range(0, 20, 2)]
    found = dict(each(end_at_13, parts, lambda part: part, lambda part: [(n,) for n in part]))
    assert found.pop((13,)) == TaskFailure(lazy_gettext("it ended each process that tried it"))
    assert found.pop((12,)) == 12
    # What was beside it on a worker may have been divided too.
    assert sum(value for value in found.values() if isinstance(value, int)) == sum(range(12)) + sum(
        range(14, 20)
    )


@pytest.mark.slow
def test_a_function_that_fails_each_time_fails_with_its_words(each: Each) -> None:
    ((_, answer),) = each(int, ["one"], lambda text: (text,), lambda text: [text])
    assert isinstance(answer, TaskFailure)
    assert "invalid literal" in str(answer.why)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_named() -> None:
    with pytest.raises(SourceFailed, match=r"tcp://127\.0\.0\.1:9: ") as raised:
        on_cluster("tcp://127.0.0.1:9").__enter__()
    assert "`reader index` goes on" in raised.value.hint
