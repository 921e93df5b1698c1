"""Let slow work of several hosts go on at once, and hand its pieces to one thread.

Work is an iterator that waits for the network between its items; rows are written only
by the thread that asked. One thread a host, so that no host sees two questions at once.
"""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_AT_ONCE = 128
"""Threads: each mostly waits, and 100 hosts should take the time of the slowest one."""


class Ended:
    """Stands behind the last item of one piece of work."""


def run_together(
    works: Mapping[str, Callable[[], Iterator[T]]], hosts: Mapping[str, str]
) -> Iterator[tuple[str, T | Exception | Ended]]:
    """Run pieces of work, those of one host one after another, hosts at once.

    works: name → what starts it. hosts: name → its host.
    Gives (name, item) as items come, then (name, Ended()) or (name, the exception that
    ended it). Leaving the loop early stops every piece at its next item.
    """
    by_host: dict[str, list[str]] = {}
    for name in works:
        by_host.setdefault(hosts[name], []).append(name)
    if len(by_host) <= 1:
        for name, work in works.items():
            yield from _in_turn(name, work)
        return
    yield from _Crew(works, list(by_host.values())).run()


def _in_turn(
    name: str, work: Callable[[], Iterator[T]]
) -> Iterator[tuple[str, T | Exception | Ended]]:
    try:
        for item in work():
            yield name, item
    except Exception as error:  # noqa: BLE001  handed on as a value, raised by who cannot use it
        yield name, error
        return
    yield name, Ended()


class _Crew(Generic[T]):
    """The threads of one run; daemons, so that Ctrl-C need not wait for a silent server."""

    def __init__(
        self, works: Mapping[str, Callable[[], Iterator[T]]], groups: list[list[str]]
    ) -> None:
        self._works = works
        self._groups: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
        for group in groups:
            self._groups.put(group)
        self._items: queue.Queue[tuple[str, T | Exception | Ended]] = queue.Queue(maxsize=1000)
        self._is_over = threading.Event()
        self._n_threads = min(len(groups), MOST_AT_ONCE)

    def run(self) -> Iterator[tuple[str, T | Exception | Ended]]:
        for _ in range(self._n_threads):
            # A thread begins with no context: what fails in it is said in our language.
            work = contextvars.copy_context().run
            threading.Thread(target=work, args=(self._work,), daemon=True).start()
        n_left = len(self._works)
        try:
            while n_left:
                name, item = self._items.get()
                yield name, item
                n_left -= isinstance(item, Exception | Ended)
        finally:
            self._is_over.set()

    def _work(self) -> None:
        while not self._is_over.is_set():
            try:
                group = self._groups.get_nowait()
            except queue.Empty:
                return
            for name in group:
                for pair in _in_turn(name, self._works[name]):
                    if not self._put(pair):
                        return

    def _put(self, pair: tuple[str, T | Exception | Ended]) -> bool:
        """Hand an item over; False once nobody takes any."""
        while not self._is_over.is_set():
            try:
                self._items.put(pair, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False
