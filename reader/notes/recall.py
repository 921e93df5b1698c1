"""Choose the notes that come back, make their cards, and record how well they were remembered.

Counting needs nothing but rows, so that `today` can do it. The day on which a note comes back is
found by FSRS (Ye, Su and Cao 2022, doi:10.1145/3534678.3539081) as the package fsrs has it, with
its published parameters. Without steps of minutes, which are for sitting through a pile, and
without chance: the same grades give the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from reader.base.errors import UsageError
from reader.base.messages import N_, Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain
from reader.library.arrival import keep_arrival
from reader.library.config import Deadline
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers, queue
from reader.notes.rows import habit
from reader.notes.rows.habit import Review, Waiting
from reader.notes.words import question
from reader.notes.write import newest_note

NextDay = Callable[[Sequence[tuple[date, int]]], date]
"""Computes the day on which a note comes back from its grades with their days, oldest first."""

FIRM_DAYS = 30
"""A note that comes back after this many days is remembered: it leaves room for a new one."""

RETENTION = 0.9
"""How likely a note is to be remembered on the day on which it comes back."""

LONGEST_DAYS = 365
"""A note is met once a year, however well it is known."""

GRADES = (N_("again"), N_("hard"), N_("good"), N_("easy"))
"""The grades, 1 to 4."""

GRADE_NAMES = dict(enumerate(GRADES, 1))
"""Names of the grades, as fsrs numbers them."""


@dataclass(frozen=True, slots=True)
class Due:
    """How many notes come back today, within the day's cap.

    n_due: recalled before and due again. n_new: never recalled yet. n_done: graded today.
    is_paused: nothing comes back on this day, whatever waits: it is a day off, or one
    before `deadline`.
    """

    n_due: int
    n_new: int
    n_done: int
    is_paused: bool = False
    deadline: Deadline | None = None

    @property
    def n(self) -> int:
        return self.n_due + self.n_new


@dataclass(frozen=True, slots=True)
class GradeOutcome:
    """A grade that was recorded, and the day on which its note comes back."""

    paper: LibraryPaper
    grade: int
    due_on: date


def due(library: Library, day: date) -> Due:
    """Count the notes that come back on a day; cheap enough for every morning."""
    n_done = habit.n_recalled_on(library.db, day)
    deadline = near_deadline(library, day)
    if deadline or library.config.is_day_off(day):
        return Due(0, 0, n_done, is_paused=True, deadline=deadline)
    found = waiting_on(library, day)
    n_due = sum(one.due_on is not None for one in found)
    return Due(n_due, len(found) - n_due, n_done)


def near_deadline(library: Library, day: date) -> Deadline | None:
    """Find the next deadline that lowers the quota of a day, None where none does."""
    near = [d for d in library.config.deadlines if d.is_near(day)]
    return min(near, key=lambda d: d.on, default=None)


def waiting_on(library: Library, day: date) -> list[Waiting]:
    """Choose the notes that come back on a day that is no pause, in their order.

    Those that were recalled before go first, the most overdue for its interval first, and
    with them those that were recalled on a day yet to come: the clock was wrong then, or
    the note would wait for years;
    then new ones, the newest first and those imported without a day last, from the day
    after they were written and while there is room in the pile. At most `recall.a_day`,
    what was done today counted.
    """
    settings = library.config.recall
    known = habit.waiting(library.db)
    # A journey to the west may put the last recall one day ahead; more is a wrong clock.
    ahead = {w for w in known if w.last_on and w.last_on - day > timedelta(1)}
    again = [w for w in known if w.due_on is not None and (w.due_on <= day or w in ahead)]
    # Notes that come back within a month fill the pile; one that was never recalled has no
    # interval and does not count. New notes get the room that is left.
    n_learning = sum((w.interval or FIRM_DAYS) < FIRM_DAYS for w in known)
    new = [w for w in known if w.due_on is None and w.written_on < day]
    room = max(0, settings.pile - n_learning)

    def overdue(one: Waiting) -> float:
        """Divide the days since a note was last seen by those that were to pass."""
        since = (day - one.last_on).days if one.last_on else 0
        return since / max(one.interval or 1, 1)

    again.sort(key=lambda w: (-overdue(w), w.paper))
    left = max(0, settings.a_day - habit.n_recalled_on(library.db, day))
    # `known` begins with the note written first, and the newest come first here: after a year
    # of more notes than can be recalled, the old ones are the ones never asked about. So an
    # imported vault does not keep out, for weeks, what was written here in the days before.
    return [*again[: settings.pile], *new[::-1][:room]][:left]


def cards(library: Library, day: date) -> list[tuple[LibraryPaper, Waiting]]:
    """List the papers whose notes come back on a day; none while recall pauses."""
    if due(library, day).is_paused:
        return []
    found = waiting_on(library, day)
    several = papers.papers_at(library.db, [one.paper for one in found])
    return list(zip(several, found, strict=True))


def waiting_of(library: Library, paper: LibraryPaper) -> Waiting:
    """Find a paper among the waiting notes. Raises UsageError where it was not written up."""
    found = next((one for one in habit.waiting(library.db) if one.paper == paper.row), None)
    if found is None:
        title = plain(paper.record.title)
        raise UsageError(
            what=lazy_gettext(
                "This paper has no note that counts as written: {title}", title=title
            ),
            hint=lazy_gettext("Write one first: `reader note {id}`", id=paper.record.id),
        )
    return found


def has_changed(library: Library, waiting: Waiting) -> bool:
    """Check whether a note was graded or removed in another window since it was chosen."""
    return waiting not in habit.waiting(library.db)


def grade(library: Library, paper: LibraryPaper, given: int, *, next_day: NextDay) -> GradeOutcome:
    """Record how well a note was remembered today, 1 to 4, and find when it comes back.

    Raises UsageError for a paper that was not written up.
    """
    today = library.today()
    with library.db.writing():
        # Found within the transaction: another window may have graded it.
        due_on = next_days(library, paper, next_day=next_day)[given - 1]
        habit.add_review(library.db, paper.row, given, due_on=due_on, at=library.now(), on=today)
        keep_arrival(library)
    return GradeOutcome(paper, given, due_on)


def next_days(library: Library, paper: LibraryPaper, *, next_day: NextDay) -> tuple[date, ...]:
    """List the days on which a note would come back, by the grade it may get today."""
    waiting_of(library, paper)
    before = [(r.on_date, r.grade) for r in habit.reviews_of(library.db, paper.row)]
    return tuple(next_day([*before, (library.today(), g)]) for g in range(1, len(GRADES) + 1))


def next_day(grades: Sequence[tuple[date, int]]) -> date:
    """Find the day on which a note comes back, at least one after its last grade.

    grades: local days with 1 (again) to 4 (easy), oldest first; at least one. Days, not
    moments: recalled at seven, then at half past six, is a day later all the same.
    """
    from fsrs import Card as Schedule  # which today's list must not load
    from fsrs import Rating, Scheduler

    # No steps of minutes: a note is met once a day.
    scheduler = Scheduler(
        desired_retention=RETENTION,
        learning_steps=(),
        relearning_steps=(),
        maximum_interval=LONGEST_DAYS,
        enable_fuzzing=False,
    )
    # FSRS counts periods of 24 hours: as midnights of UTC, local days lie whole periods apart.
    moments = [(datetime.combine(day, time(), UTC), grade) for day, grade in grades]
    # With an id of its own, a card would take the clock's time and wait for it.
    schedule = Schedule(card_id=1, due=moments[0][0])
    try:
        for at, grade in moments:
            schedule, _unused = scheduler.review_card(schedule, Rating(grade), at)
    except OverflowError:  # beyond the last day that there is
        return date.max
    return schedule.due.date()


def undo_grade(
    library: Library, *, of: LibraryPaper | None = None
) -> tuple[LibraryPaper, Review] | None:
    """Take back the last grade, of one paper or of any; None where there is none."""
    row = of.row if of else None
    undone = habit.undo_last(library.db, row, at=library.now(), on=library.today())
    return (papers.papers_at(library.db, [undone.paper])[0], undone) if undone else None


@dataclass(frozen=True, slots=True)
class Card:
    """A note that comes back. seen: when it was last, in words. question: what to remember
    before the note is shown; safe to print. guess: what the person guessed of the paper before
    they read it, "" for none."""

    paper: LibraryPaper
    waiting: Waiting
    seen: Text
    question: Text
    note: str
    guess: str = ""


def card_of(library: Library, paper: LibraryPaper, waiting: Waiting) -> Card:
    """Make the card of a note."""
    since = (library.today() - (waiting.last_on or waiting.written_on)).days
    note = newest_note(library, paper)
    text = note.text if note else ""
    if waiting.last_on:
        seen = (
            lazy_ngettext("recalled {n} day ago", "recalled {n} days ago", since)
            if since
            else lazy_gettext("recalled today")
        )
    elif not waiting.is_dated:
        seen = (
            lazy_ngettext("imported {n} day ago", "imported {n} days ago", since)
            if since
            else lazy_gettext("imported today")
        )
    else:
        seen = (
            lazy_ngettext("written {n} day ago", "written {n} days ago", since)
            if since
            else lazy_gettext("written today")
        )
    guess = queue.guess_of(library.db, paper.row)
    return Card(paper, waiting, seen, question(text), text, guess.text if guess else "")
