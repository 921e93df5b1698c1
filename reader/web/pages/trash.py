"""Remove papers, list the trash, and bring papers back."""

from __future__ import annotations

from starlette.responses import Response

from reader.base.messages import N_, _
from reader.base.text import plain, sentences
from reader.library.find import RemovedPaper, find_any
from reader.library.rows.removals import KEPT
from reader.morning.remove import bring_back, remove, trash
from reader.web.render import day_text, paper_at
from reader.web.visit import Visit, route


def listing(visit: Visit) -> Response:
    """List the trash, with a button for each paper."""
    library = visit.library
    rows = [
        (e.held, library.day_of(e.removal.at), library.day_of(e.removal.at + KEPT))
        for e in trash(library)
    ]
    return visit.page("trash.html", rows=rows)


def removed(visit: Visit, error: RemovedPaper) -> Response:
    """Show in place of a removed paper's page that it was removed, and the way back."""
    day = visit.library.day_of(error.removal.at)
    if error.removal.emptied_at:
        said = _("Removed on {day}. Its PDF, note and marks were deleted.", day=day)
    else:
        said = _(
            "Removed on {day}. Until {until} you can bring it back with PDF, note and marks.",
            day=day_text(day),
            until=day_text(visit.library.day_of(error.removal.at + KEPT)),
        )
    return visit.page("removed.html", status=404, held=error.held, text=said)


def remove_it(visit: Visit) -> Response:
    """Remove a paper; its page then has the button that brings it back."""
    done = remove(visit.library, [visit.field("id")])
    [held] = done.several
    said = _("Removed: {title}", title=plain(held.paper.title))
    problems = (problem.message for problem in done.problems)
    return visit.done(paper_at(held.paper.id), sentences([said, *problems]))


def back(visit: Visit) -> Response:
    """Bring a paper back from the trash."""
    held = find_any(visit.library, visit.field("id"))
    problems = bring_back(visit.library, [held.row])
    key = N_("Brought back: {title}") if held.is_removed else N_("It is here: {title}")
    said = _(key, title=plain(held.paper.title))
    return visit.done(
        paper_at(held.paper.id), sentences([said, *(problem.message for problem in problems)])
    )


ROUTES = [
    route("/trash", listing),
    route("/trash/remove", remove_it, "POST"),
    route("/trash/back", back, "POST"),
]
