"""Remove papers and mute what they have; list what is removed and muted, and take it back."""

from __future__ import annotations

from starlette.responses import Response

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.base.text import plain, sentences
from reader.library.find import RemovedPaper, find_any, find_paper
from reader.library.rows.removals import KEPT
from reader.morning.mute import last_day, mute, mute_lines, part_in, parts_of, unmute
from reader.morning.remove import bring_back, remove, trash
from reader.texts.morning import mute_line_text, mute_texts, muted_part
from reader.web.render import paper_at
from reader.web.visit import Visit, own_address, route

DAYS = (0, 7, 30, 90)
"""How long a page can mute something; 0: for good."""


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
            day=day,
            until=visit.library.day_of(error.removal.at + KEPT),
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


def muted(visit: Visit) -> Response:
    """List what is muted; with `id` also what can be muted of a paper."""
    id_ = visit.asked("id")
    held = find_paper(visit.library, id_) if id_ else None
    parts = parts_of(visit.library, held) if held else []
    return visit.page(
        "mute.html",
        held=held,
        parts=[(_field(kind, value), muted_part(kind, value)) for kind, value in parts],
        lines=[
            (_field(line.mute.kind, line.mute.value), mute_line_text(line))
            for line in mute_lines(visit.library)
        ],
        days=DAYS,
        back=own_address(visit.asked("back")),
    )


def mute_it(visit: Visit) -> Response:
    """Mute a part of a paper, or the words of the field `words`."""
    days = visit.field("days") or "0"
    if days not in map(str, DAYS):
        raise UsageError(
            what=_("A page mutes for 7, 30 or 90 days, or for good."),
            hint=_("Use the buttons of the page."),
        )
    part = part_in(visit.field("part") or _field("word", visit.field("words")))
    new, known = mute(visit.library, [part], until=last_day(visit.library, int(days)))
    key = N_("Muted: {what}") if new else N_("Already muted: {what}")
    return visit.done(visit.back, _(key, what=mute_texts([*new, *known])))


def unmute_it(visit: Visit) -> Response:
    """Take a mute back."""
    found = unmute(visit.library, [part_in(visit.field("part"))])
    return visit.done(visit.back, _("No longer muted: {what}", what=mute_texts(found)))


def _field(kind: str, value: str) -> str:
    return f"{kind}:{value}"


ROUTES = [
    route("/trash", listing),
    route("/trash/remove", remove_it, "POST"),
    route("/trash/back", back, "POST"),
    route("/mute", muted),
    route("/mute", mute_it, "POST"),
    route("/unmute", unmute_it, "POST"),
]
