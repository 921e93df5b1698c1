"""Pick and skip; list the queue, and ask about old picks.

The queue is every pick without a note, by priority, the oldest first. A paper that was put off is
left out until its day. A look-back asks about each pick once. Knows no screen and no page.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from reader.base.errors import Locked, StoreError, UsageError
from reader.base.messages import N_, lazy_gettext
from reader.base.tex import title_text
from reader.base.text import plain, shorten
from reader.library.arrival import keep_arrival, late_moment, sent_act
from reader.library.calendar import days_back
from reader.library.disk import lock_file
from reader.library.files import gone_pdfs, lost_files
from reader.library.folder import Library, find_paper, find_papers
from reader.library.paper import PRIORITIES, LibraryPaper
from reader.library.passage import length_seconds, minutes, paper_seconds
from reader.library.rows import decisions, failures, papers, queue
from reader.library.rows.decisions import Kind
from reader.library.rows.properties import properties_of
from reader.library.rows.queue import WaitingPick
from reader.morning.values import Fetching, PdfsHere, QueueEntry
from reader.ranking.learn import file_away


def decide(library: Library, kind: Kind, texts: Sequence[str]) -> list[LibraryPaper]:
    """Pick or skip papers in one act; either all of the ids are found or nothing is decided.

    Returns the papers that changed, as they stand then, each once. One of which this decision
    stands already is left alone, so that one undo takes it back; but a pick that was put off is
    picked again, which brings it back. A picked paper is filed and gets its key.
    """
    rows = list(dict.fromkeys(paper.row for paper in find_papers(library, texts)))
    if sent_act(library):
        # Recorded in any case: the history has to show what a device sent, and when.
        return decide_rows(library, kind, rows)
    with library.db.writing():
        kinds = decisions.last_kinds(library.db, rows)
        away = put_off(library, rows) if kind == "pick" else {}
        new = [row for row in rows if kinds.get(row) != kind or row in away]
        return decide_rows(library, kind, new) if new else []


def decide_rows(library: Library, kind: Kind, rows: Sequence[int]) -> list[LibraryPaper]:
    """Pick or skip papers by row, in one transaction.

    Of an act that arrives late, decisions made after its moment stand.
    """
    moment = late_moment(library)
    with library.db.writing():
        later = decisions.decided_after(library.db, rows, moment) if moment else ()
        overtaken = [row for row in rows if row in later]
        # A later decision stands: this act is recorded and taken back in one transaction, so
        # that both are in the history.
        decisions.add_decisions(library.db, kind, rows, at=library.now(), on=library.today())
        if kind == "pick":
            for paper in papers.papers_at(library.db, [r for r in rows if r not in overtaken]):
                file_away(library, paper)
        if (sent := sent_act(library)) and overtaken:
            arrived = sent.arrived_at
            decisions.take_back(library.db, overtaken, at=arrived, on=library.day_of(arrived))
            sent.overtaken += papers.papers_at(library.db, overtaken)
        keep_arrival(library)
    return papers.papers_at(library.db, rows)


LATER_DAYS = 7
"""How many days a paper is put off by default."""

MOST_DAYS = 3_650

MOST_QUESTIONS = 20
"""The most old picks that are asked about on one day; the others wait for another day."""

FETCH_LOCK = "fetch.lock"
"""Held by the one process that fetches the PDFs of picks."""

FETCH_LOG = "fetch.log"
"""The output of the processes that fetch PDFs, which no terminal shows."""


def waiting_picks(library: Library) -> list[WaitingPick]:
    """List the picks without a note by priority, the oldest first, with those put off.

    A queue of hundreds is counted by this; `entries_of` reads the papers of those that are shown.
    """
    picked = queue.picked(library.db)
    known = properties_of(library.db, [one.paper for one in picked])
    for n, one in enumerate(picked):
        if one.paper in known:
            picked[n] = replace(one, priority=known[one.paper].priority)
    return sorted(picked, key=lambda one: PRIORITIES.index(one.priority))


def whole_queue(library: Library) -> list[QueueEntry]:
    """List the queue as `waiting_picks` does, with its papers."""
    return entries_of(library, waiting_picks(library))


def rows_with_pdf(library: Library, picked: Sequence[WaitingPick]) -> set[int]:
    """Find the papers (rows) whose PDF is here."""
    paths = {one.paper: one.path for one in picked if one.path}
    # What is not in its place may have been moved by hand; papers/ is looked through.
    is_lost = lost_files(library, paths.values())
    return {*paths} - gone_pdfs(library) if is_lost else {*paths}


def entries_of(
    library: Library, picked: Sequence[WaitingPick], here: Container[int] | None = None
) -> list[QueueEntry]:
    """Read the papers of some picks and how long they take, in the order given.

    here: what `rows_with_pdf` found, None to look for it.
    """
    db, here = library.db, rows_with_pdf(library, picked) if here is None else here
    by_row = {h.row: h for h in papers.papers_at(db, [one.paper for one in picked])}
    extents = queue.extents(db, [row for row in by_row if row in here])
    found = []
    for one in picked:
        if (paper := by_row.get(one.paper)) is None:
            continue
        if extent := extents.get(one.paper):
            seconds = length_seconds(extent.n_characters, extent.n_bytes)
        else:
            seconds = paper_seconds(paper.record)
        found.append(
            QueueEntry(
                paper=paper,
                picked_on=one.picked_on,
                minutes=minutes(seconds),
                has_pdf=one.paper in here,
                is_whole=extent is not None,
                until=one.until,
                decision=one.decision,
            )
        )
    return found


Waiting = TypeVar("Waiting", WaitingPick, QueueEntry)


def without_put_off(queued: Sequence[Waiting], day: date) -> tuple[Waiting, ...]:
    """Leave out the papers that were put off until after a day."""
    return tuple(one for one in queued if one.until is None or one.until <= day)


def pdfs_here(
    library: Library, picked: Sequence[WaitingPick], here: Container[int] | None = None
) -> PdfsHere | None:
    """Count the PDFs of a queue that are here, and the reasons of others; None for no queue.

    What is put off is not counted, as in the queue that is shown. here: as in `entries_of`.
    """
    picked = without_put_off(picked, library.today())
    if not picked:
        return None
    here = rows_with_pdf(library, picked) if here is None else here
    lacking = [one.paper for one in picked if one.paper not in here]
    failed = failures.failures(library.db, "pdf") if lacking else []
    ids = papers.ids_of(library.db, lacking) if failed else set()
    reasons: dict[str, list[str]] = defaultdict(list)
    for one in failed:
        if one.subject in ids:
            # The same reason for many is said once: the id stands in each message.
            error = one.text()
            reasons[error.replace(one.subject, "…")].append(error)
    said = [(text if len(whole) > 1 else whole[0], len(whole)) for text, whole in reasons.items()]
    said.sort(key=lambda reason: -reason[1])
    return PdfsHere(len(picked) - len(lacking), len(picked), tuple(said))


def fetching(library: Library, pdfs: PdfsHere | None) -> Fetching:
    """Check whether a process is fetching PDFs now, or was; "" where no PDF is lacking."""
    file = library.folder / FETCH_LOCK
    if pdfs is None or pdfs.n == pdfs.of:
        return ""
    try:
        # A lock that is free is there from an earlier process; only who tries it can tell.
        if file.exists() and not library.db.is_read_only:
            with lock_file(file):  # let go at once: who begins meanwhile waits for it
                pass
    except Locked:
        return "now"
    return "was" if (library.folder / FETCH_LOG).exists() else ""


def later(library: Library, text: str, days: int = LATER_DAYS) -> tuple[LibraryPaper, date, bool]:
    """Put a paper of the queue off for so many days.

    Returns it, the day on which it is back, and whether that is new: nothing is recorded where
    it was put off until this day already.
    Raises NotFound, or UsageError for one that is not in the queue.
    """
    [paper], until, new = later_rows(library, [find_paper(library, text).row], days)
    return paper, until, bool(new)


def later_rows(
    library: Library, rows: Sequence[int], days: int = LATER_DAYS
) -> tuple[list[LibraryPaper], date, list[int]]:
    """Put papers (their rows) of the queue off in one act, as `later`; returns the new ones."""
    until = library.today() + timedelta(days)
    with library.db.writing():
        several = _in_queue(library, rows)
        before = put_off(library, rows)
        new = [row for row in rows if before.get(row) != until]
        if new:
            queue.postpone(library.db, new, until, at=library.now(), on=library.today())
        keep_arrival(library)
    return several, until, new


def drop(library: Library, texts: Sequence[str]) -> list[LibraryPaper]:
    """Drop papers from the queue, which makes them skips, in one act; all of them or none.

    Raises NotFound, or UsageError for one that is not in the queue.
    """
    rows = list(dict.fromkeys(paper.row for paper in find_papers(library, texts)))
    # Looked up in the transaction of the skips, so that all of them go or none.
    with library.db.writing():
        _in_queue(library, rows)
        return decide_rows(library, "skip", rows)


LONGEST_GUESS = 1_000
"""Characters of a guess: one line, and no note yet."""


def has_to_guess(library: Library, paper: LibraryPaper) -> bool:
    """Check whether a guess is asked for before a paper's abstract is shown: of a pick without a
    note and without a guess."""
    return (
        library.config.note.guess
        and paper.state == "pick"
        and bool(paper.record.abstract)
        and any(one.paper == paper.row for one in queue.picked(library.db))
        and queue.guess_of(library.db, paper.row) is None
    )


def guess(library: Library, paper: LibraryPaper, text: str) -> None:
    """Keep what the person thinks that a paper does, "" where they pass.

    Where it arrives late, a guess made after its moment stands.
    """
    text = shorten(plain(text), LONGEST_GUESS)
    with library.db.writing():
        queue.add_guess(library.db, paper.row, text, at=library.now(), on=library.today())
        stands = queue.guess_of(library.db, paper.row)
        if (sent := sent_act(library)) and stands and stands.text != text:
            sent.overtaken.append(paper)
        keep_arrival(library)


def put_off(library: Library, rows: Sequence[int]) -> dict[int, date]:
    """Return, for the papers that are put off, until when."""
    found = {one.paper: one.until for one in queue.picked(library.db)}
    today = library.today()
    return {row: day for row in rows if (day := found.get(row)) is not None and day > today}


def _in_queue(library: Library, rows: Sequence[int]) -> list[LibraryPaper]:
    in_queue = {one.paper for one in queue.picked(library.db)}
    several = papers.papers_at(library.db, rows)
    for one in several:
        if one.row not in in_queue:
            raise not_in_queue(one)
    return several


_NOT_IN_QUEUE = {
    "candidate": N_("Not in the queue, because it was not picked: {title}"),
    "pick": N_("Not in the queue: {title}"),
    "skip": N_("Not in the queue, because it was skipped: {title}"),
    "read": N_("No longer in the queue, because it has a note: {title}"),
}


def not_in_queue(paper: LibraryPaper) -> UsageError:
    """Explain why a paper is not one that was picked and has no note."""
    what = lazy_gettext(_NOT_IN_QUEUE[paper.state], title=title_text(paper.record.title))
    return UsageError(
        what=what,
        hint=lazy_gettext("`reader queue` shows the queue; `reader pick` adds a paper to it."),
    )


def dropped_today(library: Library) -> list[LibraryPaper]:
    """List the papers dropped from the queue today, in that order, to be taken back there."""
    return papers.papers_at(library.db, list(queue.dropped_on(library.db, library.today())))


def dropped_after_question(library: Library) -> list[LibraryPaper]:
    """List the papers dropped today that a look-back of today asked about."""
    found = queue.dropped_on(library.db, library.today())
    questions = queue.questions_about(library.db, found.values())
    days = {row: questions[pick].on_date for row, pick in found.items() if pick in questions}
    rows = [row for row, day in days.items() if day == library.today()]
    return papers.papers_at(library.db, rows)


def to_ask(library: Library) -> tuple[QueueEntry, ...]:
    """Choose the picks that a look-back asks about, the oldest first.

    They are not written up, not put off, as old as feeds.toml says (`reader.queue_days`), and
    were never asked about; with those of today at most MOST_QUESTIONS.
    """
    old = _old(library)
    n_today = sum(how is not None and how.on_date == library.today() for _, how in old)
    new = [one for one, how in old if how is None]
    return tuple(entries_of(library, new[: max(0, MOST_QUESTIONS - n_today)]))


def n_to_ask(library: Library) -> int:
    """Count the old picks that were never asked about."""
    return sum(how is None for _, how in _old(library))


def questions_today(
    library: Library, *, may_ask: bool = False
) -> tuple[tuple[QueueEntry, ...], int]:
    """List the picks asked about today that have no answer yet, so that a page that is loaded
    again asks the same; and count the old ones that were never asked about.

    may_ask: somebody sees the page, which asks about more of them (see `to_ask`).
    """
    old, today = _old(library), library.today()
    new = [one for one, how in old if how is None]
    n_left = MOST_QUESTIONS - sum(how is not None and how.on_date == today for _, how in old)
    if may_ask and new and n_left > 0:
        record_questions(library, entries_of(library, new[:n_left]))
        # Read again: another window may have asked about some of them in between.
        old = _old(library)
    open_ = [one for one, how in old if how and how.on_date == today and not how.is_kept]
    return tuple(entries_of(library, open_)), sum(how is None for _, how in old)


def _old(library: Library) -> list[tuple[WaitingPick, queue.QueueQuestion | None]]:
    """Read the picks that are old enough to be asked about, each with the question that was
    asked; None for never."""
    today = library.today()
    oldest = days_back(today, library.config.queue_days)
    there = without_put_off(queue.picked(library.db), today)
    old = [one for one in there if one.picked_on <= oldest]
    questions = queue.questions_about(library.db, [one.decision for one in old])
    return [(one, questions.get(one.decision)) for one in old]


def record_questions(library: Library, queued: Sequence[QueueEntry]) -> tuple[QueueEntry, ...]:
    """Record that picks are asked about; returns those that were never asked about before.

    Where this cannot be recorded nothing is asked: the question would come every day.
    """
    if not queued:
        return ()
    picks = [one.decision for one in queued]
    # Two look-backs at once, on page and terminal, ask about each pick once.
    new: list[int] = []
    with contextlib.suppress(StoreError):
        new = queue.record_questions(library.db, picks, at=library.now(), on=library.today())
    return tuple(one for one in queued if one.decision in new)


def keep(library: Library, text: str) -> LibraryPaper:
    """Keep a paper in the queue that a look-back asked about.

    Raises NotFound, or UsageError for one that is not in the queue.
    """
    row = find_paper(library, text).row
    with library.db.writing():
        [paper] = _in_queue(library, [row])
        [pick] = [one.decision for one in queue.picked(library.db) if one.paper == row]
        queue.set_kept(library.db, pick)
        keep_arrival(library)
    return paper
