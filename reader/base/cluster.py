"""Run functions of plain values on Dask workers: of this machine, or of a cluster. Knows no papers.

Values travel as pickles, so a scheduler and its workers are trusted as this process is. Nothing
of Dask is imported before a cluster is opened.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from reader import __version__
from reader.base.errors import ReaderError, SourceFailed
from reader.base.messages import Text, lazy_gettext

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster, as_completed

Item = TypeVar("Item")
Answer = TypeVar("Answer")

RETRIES = 2
"""Further tries of a function that raised an error; one whose worker ended has as many as the
scheduler allows (3)."""

WAIT_S = 10
"""Seconds in which a scheduler must answer, and for which it may have no worker."""

LOOK_S = 1.0
"""Seconds between two looks at what workers there are, while nothing is answered."""

ANSWER_S = 30.0
"""Seconds in which an answer must come from a worker, where no other worker is left."""

SETTINGS = {
    "logging": dict.fromkeys(("distributed", "distributed.client", "tornado"), "critical"),
    "distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "critical",
    # No pages about the cluster: what runs here is nobody else's business.
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.http.routes": [],
    "distributed.admin.large-graph-warning-threshold": "1GB",  # a PDF is a large value
    "distributed.comm.timeouts.connect": f"{WAIT_S}s",
}


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A task that failed each time, or ended its worker each time. why: in words."""

    why: Text


class Each(Protocol):
    """Calls a function for each item on the workers, and yields the answers as they come.

    arguments: makes the values that are sent, when there is room for another task; a ReaderError
    that it raises is the answer. split: the parts of an item that failed, which are tried one at
    a time once all others are done, so that none fails for what was beside it.
    Raises SourceFailed where the scheduler or all workers are lost.
    """

    def __call__(
        self,
        work: Callable[..., Answer],
        items: Iterable[Item],
        arguments: Callable[[Item], tuple[Any, ...]],
        split: Callable[[Item], Iterable[Item]],
        /,
    ) -> Iterator[tuple[Item, Answer | ReaderError | TaskFailure]]: ...


@contextlib.contextmanager
def on_this_machine(n_workers: int) -> Iterator[Each]:
    """Start worker processes of one thread each, and end them. Raises SourceFailed without Dask."""
    _set_up()
    from distributed import Client, LocalCluster

    # Temporary certificates: else any user of this machine could run functions as this one.
    with contextlib.ExitStack() as stack:
        cluster = LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            security=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=False,
        )
        stack.callback(_close, cluster)
        yield _each_on(stack.enter_context(Client(cluster)))


@contextlib.contextmanager
def on_cluster(address: str) -> Iterator[Each]:
    """Connect to a scheduler, tcp:// or tls:// with the files that Dask's own settings name.

    Raises SourceFailed where there is no Dask, no scheduler, no worker or another version.
    """
    _set_up()
    from distributed import Client

    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(Client(address, timeout=WAIT_S))
            client.wait_for_workers(1, timeout=WAIT_S)
            versions = {client.run_on_scheduler(_version), *client.run(_version).values()}
        except (ImportError, AttributeError):
            versions = set()
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            raise _failure(address, _words(error)) from error
        if versions != {__version__}:
            what = lazy_gettext("its scheduler or a worker lacks asayomi {v}", v=__version__)
            raise _failure(address, what, lazy_gettext("Install the same version everywhere."))
        yield _each_on(client)


def _set_up() -> None:
    try:
        import dask.config
    except ImportError as error:
        raise _failure(
            "Dask",
            lazy_gettext("it is not installed"),
            lazy_gettext("Install it: pip install 'asayomi[cluster]'"),
        ) from error
    # Not undone at the end: that would take Dask's own defaults along, which come with its import.
    dask.config.set(SETTINGS)


def _version() -> str:
    return __version__


def _close(cluster: LocalCluster) -> None:
    # A worker that ended while it started is waited for without an end; it ends with this process.
    with contextlib.suppress(TimeoutError):
        cluster.close(timeout=WAIT_S)


def _failure(source: str, what: Text, hint: Text | None = None) -> SourceFailed:
    again = lazy_gettext("What was done is stored; `reader index` goes on from there.")
    return SourceFailed(source=source, what=what, hint=again if hint is None else hint)


def _words(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__


def _each_on(client: Client) -> Each:
    def each(
        work: Callable[..., Answer],
        items: Iterable[Item],
        arguments: Callable[[Item], tuple[Any, ...]],
        split: Callable[[Item], Iterable[Item]],
    ) -> Iterator[tuple[Item, Answer | ReaderError | TaskFailure]]:
        failed: list[Item] = []
        for item, answer in _run(client, work, items, arguments):
            if isinstance(answer, TaskFailure):
                failed += split(item)
            else:
                yield item, answer
        yield from _run(client, work, failed, arguments, most=1)

    return each


def _run(
    client: Client,
    work: Callable[..., Answer],
    items: Iterable[Item],
    arguments: Callable[[Item], tuple[Any, ...]],
    *,
    most: int = 0,
) -> Iterator[tuple[Item, Answer | ReaderError | TaskFailure]]:
    """Keep two tasks for each thread in flight, or `most`."""
    from concurrent.futures import CancelledError

    from distributed import as_completed

    waiting, running = iter(items), dict[str, Item]()
    finished = as_completed()
    try:
        while True:
            room = (most or 2 * sum(client.nthreads().values()) or 1) - len(running)
            for item in itertools.islice(waiting, max(0, room)):
                try:
                    values = arguments(item)
                except ReaderError as error:
                    yield item, error
                    continue
                # Not `pure`: a new try must not be answered with the failure of an earlier one.
                future = client.submit(work, *values, retries=RETRIES, pure=False)
                running[future.key] = item
                finished.add(future)
                del future, values  # the answer is dropped as soon as it was given
            if not running:
                return
            done = _next(client, finished)
            yield running.pop(done.key), _answer_of(client, done)
    except (CancelledError, OSError) as error:
        raise _failure(_address(client), lazy_gettext("the scheduler is gone")) from error
    finally:
        with contextlib.suppress(Exception):  # the scheduler may be gone
            client.cancel(finished.futures)


def _next(client: Client, finished: as_completed) -> Future[Answer]:
    """Wait for an answer. Raises SourceFailed once there was no worker for WAIT_S."""
    seen_at = time.monotonic()
    while not finished.has_ready():
        if client.nthreads():
            seen_at = time.monotonic()
        elif time.monotonic() - seen_at > WAIT_S:
            raise _gone(client)
        with finished.thread_condition:
            finished.thread_condition.wait(LOOK_S)
    done: Future[Answer] = next(finished)
    return done


def _answer_of(client: Client, done: Future[Answer]) -> Answer | TaskFailure:
    from distributed import KilledWorker

    if done.status == "error":
        error = done.exception()
        if isinstance(error, KilledWorker):
            return TaskFailure(lazy_gettext("it ended each process that tried it"))
        return TaskFailure(_words(error) if error else "")
    while True:
        try:
            # Raises CancelledError where the scheduler is lost. An answer that was lost with its
            # worker is made again, which takes another worker.
            answer: Answer = done.result(timeout=ANSWER_S)
            return answer
        except TimeoutError:
            if not client.nthreads():
                raise _gone(client) from None


def _gone(client: Client) -> SourceFailed:
    return _failure(_address(client), lazy_gettext("all its workers are gone"))


def _address(client: Client) -> str:
    return client.scheduler.address if client.scheduler else "Dask"
