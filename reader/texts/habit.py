"""Tell when a note comes back, why none does, and why a skipped paper may deserve another look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.base.messages import _, ngettext
from reader.base.tex import title_text
from reader.base.text import plain, sentences, shorten
from reader.library.folder import Library
from reader.notes.recall import GRADE_NAMES, Due, GradeOutcome

if TYPE_CHECKING:  # recall does without what the week needs
    from reader.notes.week import Regret


def paused_text(due: Due) -> str:
    """Explain why nothing comes back, and that nothing is lost by it."""
    if due.deadline is None:
        return _("Today is a day off. Your notes wait, and come back a few a day afterwards.")
    return _(
        "Recall pauses until {name} ({on}). Your notes wait, and come back a few a day afterwards.",
        name=plain(due.deadline.name),
        on=due.deadline.on,
    )


def graded_text(library: Library, graded: GradeOutcome, *, has_title: bool) -> str:
    """Describe when a note comes back."""
    n = (graded.due_on - library.today()).days
    said = ngettext(
        "{grade}: comes back on {on}, in {n} day.",
        "{grade}: comes back on {on}, in {n} days.",
        n,
        grade=_(GRADE_NAMES[graded.grade]),
        on=graded.due_on,
    )
    return sentences([said, title_text(graded.held.paper.title)]) if has_title else said


def regret_text(regret: Regret) -> str:
    """Explain why a skipped paper may deserve another look."""
    facts = {"id": regret.held.paper.id, "day": regret.skipped_on}
    if regret.near is None:
        return ngettext(
            "{id} · skipped {day}; {n} person mentioned it since",
            "{id} · skipped {day}; {n} people mentioned it since",
            regret.n_people,
            **facts,
        )
    return _(
        "{id} · skipped {day}; similar to your pick “{title}”",
        title=shorten(title_text(regret.near.paper.title), 60),
        **facts,
    )
