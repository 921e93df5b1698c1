"""Define a source, ask several hosts at once, and tell together what failed for the same reason.

A source's work is an iterator that waits for the network between its items; only the thread that
gathers writes rows. Each host has one thread, so that no host gets two requests at once.

No network is one error, not one for each source: hosts that gave no answer are told as one,
whatever was asked of them. The PDFs that failed alike are one error too: with their number where
there is one reason, by their names where there are several.
"""

from __future__ import annotations

import contextlib
import contextvars
import hashlib
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from reader.base.errors import PdfError, Problem, ReaderError, SourceFailed, Unreachable, is_unasked
from reader.base.http import Fetch, Request, Response
from reader.base.messages import N_, Joined, Text, lazy_gettext, lazy_ngettext
from reader.gathering.rows import sources
from reader.gathering.rows.sources import LONGEST_HOLD, SourceState
from reader.library.folder import Library
from reader.library.paper import Batch
from reader.library.rows.failures import StillMissing


class SourceTools(Protocol):
    """The functions that ask sources and report progress (stage, done, of how many)."""

    @property
    def fetch(self) -> Fetch: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


FIRST_RETRY = timedelta(minutes=10)
LONGEST_RETRY = timedelta(hours=12)

Keep = Callable[[], list[Batch]]
"""Writes an answer, in the thread that owns the rows; returns its batches."""

Work = Callable[[], Iterator[Keep]]
"""Asks the source, without using rows; raises ReaderError where the source failed."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of a library.

    url: an address of the server that it asks, or a path on this disk.
    plan: reads the rows, and returns the work.
    """

    name: str
    url: str
    plan: Callable[[Library, SourceTools], Work]

    @property
    def host(self) -> str:
        """The server's name; sources of one host are asked one after another."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Extract the host of an address with its port, or the whole address without one."""
    return urlsplit(url).netloc or url


def ask(fetch: Fetch, known: SourceState, url: str, *, delay_s: float = 0.0) -> Response:
    """Ask for an address with the validators of its last answer, so that it may be unchanged."""
    return fetch(
        Request(
            url=url,
            source=known.name,
            delay_s=delay_s,
            etag=known.etag,
            last_modified=known.last_modified,
        )
    )


def succeed(library: Library, known: SourceState, answer: Response | None = None) -> list[Batch]:
    """Record a good answer with its validators (ETag, Last-Modified); return no batches.

    Call it when the answer's rows are written. A 304 without validators leaves the known ones.
    """
    headers = answer.headers if answer else {}
    is_unchanged = answer is not None and answer.is_unchanged
    sources.add_success(
        library.db,
        known.name,
        now=library.now(),
        etag=headers.get("etag", known.etag if is_unchanged else ""),
        last_modified=headers.get("last-modified", known.last_modified if is_unchanged else ""),
    )
    return []


def fail(library: Library, name: str, error: ReaderError) -> None:
    """Record that a source failed, and when it may be asked again.

    It is the time that the source named, a week at most, else one that is later after each
    failure. Nothing is recorded where the time was over before it was asked.
    """
    if is_unasked(error):
        return
    now = library.now()
    known = sources.source(library.db, name)
    named = getattr(error, "retry_at", None)
    retry_at = min(named, now + LONGEST_HOLD) if named else now + wait_after(known.n_errors, name)
    words = (error.message, error.hint)
    sources.add_error(library.db, name, words, now=now, retry_at=retry_at, reason=error.reason)


def wait_after(n_errors: int, name: str) -> timedelta:
    """Compute how long a source waits after a failure; n_errors: failures in a row before it."""
    # At most 20 doublings, since after the fortieth the wait would not fit into a timedelta.
    wait = min(FIRST_RETRY * (1 << min(n_errors, 20)), LONGEST_RETRY)
    # Up to a fifth more, by the name, so that sources that failed together do not all come back
    # together.
    return wait * (1 + 0.2 * hashlib.sha256(name.encode()).digest()[0] / 255)


T = TypeVar("T")

MOST_AT_ONCE = 128
"""The most threads. Each mostly waits, and 100 hosts should take the time of the slowest one."""


class EndMark:
    """Marks the end of a source's work."""


def run_together(
    works: Mapping[str, Callable[[], Iterator[T]]], hosts: Mapping[str, str]
) -> Iterator[tuple[str, T | Exception | EndMark]]:
    """Run the works of several sources, hosts at once, those of one host one after another.

    works: name of a source → work. hosts: name → host.
    Yields (name, item) as items come, and at the end of a work (name, EndMark()) or (name, the
    exception that ended it). Leaving the loop early stops each work at its next item.
    """
    # In the order of feeds.toml within a host.
    by_host: dict[str, list[str]] = {}
    for name in works:
        by_host.setdefault(hosts[name], []).append(name)
    # One host needs no thread of its own.
    if len(by_host) <= 1:
        for name, work in works.items():
            yield from _in_turn(name, work)
        return
    groups: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for group in by_host.values():
        groups.put(group)
    # Bounded: a fast server must not fill the memory while rows are written.
    items: queue.Queue[tuple[str, T | Exception | EndMark]] = queue.Queue(maxsize=1000)
    is_over = threading.Event()

    def ask_groups() -> None:
        with contextlib.suppress(queue.Empty):
            while not is_over.is_set():
                for name in groups.get_nowait():
                    for pair in _in_turn(name, works[name]):
                        if not _is_read(items, pair, is_over):
                            return

    for _ in range(min(len(by_host), MOST_AT_ONCE)):
        # A new thread has an empty context; this one's has the language of errors that are stored.
        run = contextvars.copy_context().run
        # Daemons, so that Ctrl-C need not wait for a silent server.
        threading.Thread(target=run, args=(ask_groups,), daemon=True).start()
    n_left = len(works)
    try:
        while n_left:
            name, item = items.get()
            yield name, item
            n_left -= isinstance(item, Exception | EndMark)
    finally:
        is_over.set()


def _is_read(items: queue.Queue[T], item: T, is_over: threading.Event) -> bool:
    """Put an item into a queue; return False once nobody reads the queue any more."""
    while not is_over.is_set():
        with contextlib.suppress(queue.Full):
            items.put(item, timeout=0.2)
            return not is_over.is_set()
    return False


def _in_turn(
    name: str, work: Callable[[], Iterator[T]]
) -> Iterator[tuple[str, T | Exception | EndMark]]:
    try:
        for item in work():
            yield name, item
    except Exception as error:  # noqa: BLE001  handed on as a value, raised by who cannot use it
        yield name, error
        return
    yield name, EndMark()


PDF = "pdf"
"""The stage of what fetches PDFs; the subject of its problems is a paper's id."""


class WaitingSource(SourceFailed):
    """A source that failed before and is not asked yet."""

    retry_at: datetime

    def __init__(self, *, at: str, retry_at: datetime, **values: Any) -> None:
        """Name a source that failed before and is not asked yet. at: `retry_at` in words."""
        super().__init__(retry_at=retry_at, **values)
        self.at = at


def joined_problems(problems: Sequence[Problem]) -> list[ReaderError]:
    """Choose the errors to be told, those that have the same reason as one.

    What later steps still lack because of an earlier outage is within that of the hosts that
    gave no answer now. Those for which no time was left are one error too.
    """
    unasked = [p for p in problems if is_unasked(p.error)]
    if len(unasked) > 1:
        first, names = unasked[0].error, _names(unasked, by_name=False)
        error = SourceFailed(source=names, what=first.values["what"], hint=first.values["hint"])
        return [*joined_problems([p for p in problems if p not in unasked]), error]
    silent = [p for p in problems if p.error.reason == "unreachable" and _is_told(p)]
    if not silent:
        return _pdfs_together(problems)
    others = [p for p in problems if p.error.reason != "unreachable"]
    # Papers are named where some of their PDFs failed for another reason.
    by_name = all(any(p.stage == PDF for p in several) for several in (silent, others))
    return [_no_answer(silent, by_name=by_name), *_pdfs_together(others, by_name=by_name)]


def _is_told(problem: Problem) -> bool:
    is_waiting = isinstance(problem.error, WaitingSource | StillMissing)
    is_gathered = isinstance(problem.error, WaitingSource) or problem.stage == PDF
    return isinstance(problem.error, Unreachable) or (is_waiting and is_gathered)


def _no_answer(silent: Sequence[Problem], *, by_name: bool) -> ReaderError:
    """Make one error of all that was asked of hosts which gave no answer, or are not asked yet."""
    if len(silent) == 1:
        # One silent host is told in its own words, with its own hint.
        return silent[0].error
    source = _names(silent, by_name=by_name)
    # By what is shown: messages about the same host may keep different values.
    causes = {p.error.what: p.error for p in silent if isinstance(p.error, Unreachable)}
    cause: Text = lazy_ngettext("{n} host", "{n} hosts", len(causes))
    if len(causes) == 1:
        cause = next(iter(causes.values())).values["what"]
    waiting = [p.error for p in silent if isinstance(p.error, WaitingSource | StillMissing)]
    if not waiting:
        return Unreachable(source=source, what=cause)
    first = min(waiting, key=lambda error: error.retry_at)
    if causes:
        what = lazy_gettext(
            "no answer ({what}); those that failed earlier are tried again after {at}",
            what=cause,
            at=first.at,
        )
        hint = lazy_gettext(Unreachable.hint_text)
    else:
        what = lazy_gettext("no answer; next try after {at}", at=first.at)
        is_pdfs = all(p.stage == PDF for p in silent)
        hint = lazy_gettext(
            N_("Is the network up? `reader fetch ID` asks for one of them now.")
            if is_pdfs
            else N_("Is the network up? `reader gather NAME` asks one of them now.")
        )
    return SourceFailed(source=source, what=what, hint=hint, reason="unreachable")


def _names(problems: Sequence[Problem], *, by_name: bool) -> Joined:
    """Name sources, then the PDFs: by their number, or by their papers."""
    errors_of_sources = (p.error for p in problems if p.stage != PDF)
    names: list[Text] = [
        error.source for error in errors_of_sources if isinstance(error, SourceFailed)
    ]
    if papers := list(dict.fromkeys(p.subject for p in problems if p.stage == PDF)):
        is_one = by_name or len(papers) == 1
        names.append(
            lazy_gettext("PDF of {id}", id=Joined(papers))
            if is_one
            else lazy_ngettext("PDFs of {n} paper", "PDFs of {n} papers", len(papers))
        )
    return Joined(tuple(dict.fromkeys(names)))


def _pdfs_together(problems: Sequence[Problem], *, by_name: bool = False) -> list[ReaderError]:
    """Make one error of the PDFs that failed for the same reason; leave the others as they are."""
    alike: dict[object, list[Problem]] = {}
    for n, problem in enumerate(problems):
        error = problem.error
        is_pdf = problem.stage == PDF and isinstance(error, SourceFailed | PdfError | StillMissing)
        cause = error.cause if isinstance(error, StillMissing) else error.what
        alike.setdefault((type(error), cause, error.hint) if is_pdf else n, []).append(problem)
    n_reasons = sum(isinstance(key, tuple) for key in alike)
    by_name = by_name or n_reasons > 1
    return [_one_of(several, by_name=by_name) for several in alike.values()]


def _one_of(several: Sequence[Problem], *, by_name: bool) -> ReaderError:
    error = several[0].error
    if len(several) == 1:
        return error
    names = _names(several, by_name=by_name)
    if isinstance(error, StillMissing):
        waiting = [p.error for p in several if isinstance(p.error, StillMissing)]
        first = min(waiting, key=lambda one: one.retry_at)
        return PdfError(
            file=names,
            what=lazy_gettext("{error}; next try after {at}", error=error.cause, at=first.at),
        )
    if isinstance(error, PdfError):
        return error.named(names)
    what, hint = error.values["what"], error.values["hint"]
    return SourceFailed(source=names, what=what, hint=hint, reason=error.reason)
