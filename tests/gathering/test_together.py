"""Test that several hosts are asked at once, and that one thread gets the items in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from reader.base.errors import SourceFailed
from reader.gathering.source import EndMark, run_together


def counting(n: int) -> Callable[[], Iterator[int]]:
    return lambda: iter(range(n))


def failing(n: int) -> Callable[[], Iterator[int]]:
    def work() -> Iterator[int]:
        yield from range(n)
        raise SourceFailed(source="b", what="no answer")

    return work


def taken(items: Iterator[tuple[str, object]]) -> dict[str, list[object]]:
    by_name: dict[str, list[object]] = {}
    for name, item in items:
        shown = type(item).__name__ if isinstance(item, EndMark | Exception) else item
        by_name.setdefault(name, []).append(shown)
    return by_name


@pytest.mark.parametrize("hosts", [{"a": "x", "b": "x"}, {"a": "x", "b": "y"}])
def test_every_item_comes_in_order_and_each_work_ends_once(hosts: dict[str, str]) -> None:
    works = {"a": counting(3), "b": failing(2)}
    assert taken(run_together(works, hosts)) == {
        "a": [0, 1, 2, "EndMark"],
        "b": [0, 1, "SourceFailed"],
    }


def test_an_exception_of_the_work_itself_is_raised_too() -> None:
    def work() -> Iterator[int]:
        yield 1
        raise KeyError("ours")

    works = {"a": work, "b": counting(1)}
    assert taken(run_together(works, {"a": "x", "b": "y"}))["a"] == [1, "KeyError"]


def test_hosts_are_asked_at_once_and_one_host_never_twice_at_once() -> None:
    """Let forty hosts meet at a barrier, which would never open were they asked in turn."""
    barrier = threading.Barrier(40, timeout=20)
    at_host: dict[str, int] = {}
    most: dict[str, int] = {}
    lock = threading.Lock()

    def work(host: str, is_first: bool) -> Callable[[], Iterator[str]]:
        def run() -> Iterator[str]:
            with lock:
                at_host[host] = at_host.get(host, 0) + 1
                most[host] = max(most.get(host, 0), at_host[host])
            if is_first:
                barrier.wait()
            yield host
            with lock:
                at_host[host] -= 1

        return run

    names = {f"{host}/{n}": f"host {host}" for host in range(40) for n in range(3)}
    works = {name: work(host, name.endswith("/0")) for name, host in names.items()}
    found = taken(run_together(works, names))
    assert found == {name: [host, "EndMark"] for name, host in names.items()}
    assert set(most.values()) == {1}


def test_items_are_taken_by_the_thread_that_asked() -> None:
    works = {name: counting(5) for name in "abc"}
    here = threading.get_ident()
    for _ in run_together(works, {name: name for name in "abc"}):
        assert threading.get_ident() == here


def test_leaving_early_stops_the_work() -> None:
    n_made = {"a": 0, "b": 0}

    def endless(name: str) -> Callable[[], Iterator[int]]:
        def work() -> Iterator[int]:
            while True:
                n_made[name] += 1
                yield n_made[name]

        return work

    running = run_together({"a": endless("a"), "b": endless("b")}, {"a": "x", "b": "y"})
    next(running)
    running.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.daemon and "_work" in thread.name:
            thread.join(timeout=5)
    made = dict(n_made)
    assert sum(made.values()) < 10_000
    assert n_made == made


def test_nothing_to_do_is_done_at_once() -> None:
    assert taken(run_together({}, {})) == {}
