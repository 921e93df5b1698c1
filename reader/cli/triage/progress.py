"""Count how far a morning is: decided, minutes, written. Reads rows, shows nothing."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime

from reader.cli.triage.layout import Head
from reader.library.folder import Library
from reader.library.queue import fetching, pdfs_here, whole_queue
from reader.phrases import say, say_day
from reader.plain import plain
from reader.reading_time import minutes, spent_s
from reader.store.decisions import moments_on
from reader.store.notes import n_noted_on
from reader.today import Entry, Morning, SourceLine
from reader.today.going import States, entry_seconds, n_waiting
from reader.today.telling import families, no_network_text


class Progress:
    """The minutes spent, from the day's decisions on any device and the keys pressed here."""

    def __init__(
        self, library: Library, shown: Morning, papers: Sequence[int], more: tuple[str, ...]
    ) -> None:
        self._library, self._shown, self._more = library, shown, more
        self.n_written = shown.quota.written
        decided = moments_on(library.db, library.today(), papers)
        self.pdfs, self.fetching = shown.pdfs, shown.fetching
        self.queued = {one.held.row: one for one in shown.queue}
        self._moments: list[datetime] = [*decided, library.now()]
        self._seconds: dict[int, float] = {}

    def note_key(self) -> None:
        """A key was pressed: the person is at it."""
        self._moments.append(self._library.now())

    def refresh(self) -> None:
        """Count anew what was written today, and which PDFs came."""
        library = self._library
        self.n_written, _ = n_noted_on(library.db, library.today())
        if self.pdfs and self.pdfs.n < self.pdfs.of:
            queue = whole_queue(library)
            self.pdfs = pdfs_here(library, queue)
            self.fetching = fetching(library, self.pdfs)
            self.queued |= {one.held.row: one for one in queue}

    def _more_now(self) -> tuple[str, ...]:
        pdfs = self.pdfs
        if pdfs is None or pdfs.n == pdfs.of:
            return self._more
        key = "screen.pdfs.fetching" if self.fetching == "now" else "screen.pdfs"
        failed = say("queue.pdfs.failed", n=pdfs.n_failed) if pdfs.n_failed else ""
        return (*self._more, say(key, n=pdfs.n, of=pdfs.of, failed=failed))

    def head(
        self, entries: Sequence[Entry], states: States, *, put_off: Container[int] = ()
    ) -> Head:
        """Say how far these papers are; put_off: those that are not to be read now."""
        shown = self._shown
        return Head(
            day=say_day(shown.day, "short"),
            n_decided=len(entries) - n_waiting(entries, states),
            n_all=len(entries),
            spent=minutes(spent_s(self._moments)),
            to_go=self._minutes_left(entries, states),
            written=self.n_written,
            target=shown.quota.target,
            more=self._more_now(),
            has_to_read=any(
                state in ("candidate", "pick") and row not in put_off
                for row, state in states.items()
            ),
            lacking=_lacking(shown.sources),
        )

    def _minutes_left(self, entries: Sequence[Entry], states: States) -> int:
        """Give the minutes that titles, abstracts and talk of what waits take."""
        waiting = [entry for entry in entries if states[entry.held.row] == "candidate"]
        for entry in waiting:
            if entry.held.row not in self._seconds:
                self._seconds[entry.held.row] = entry_seconds(entry)
        return minutes(sum(self._seconds[entry.held.row] for entry in waiting))


def _lacking(sources: Sequence[SourceLine]) -> str:
    """Name in one line what is missing from the list, "" for nothing."""
    if no_network_text(sources):
        return say("screen.no_network")
    missing = families([plain(s.name) for s in sources if s.is_missing])
    return say("screen.incomplete", names=say("list").join(missing)) if missing else ""
