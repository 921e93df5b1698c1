"""List what is marked and drawn on the pages of a PDF, and mark more of it."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from starlette.responses import Response

from reader.base.errors import NotKnown, PdfError, UsageError
from reader.base.messages import N_, _
from reader.library.find import find_paper
from reader.library.highlight import OWN, Highlight, shown
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, markings
from reader.pdfs import mark
from reader.pdfs.mark import MarkOutcome
from reader.pdfs.tablet import pdf_asked
from reader.web.files import is_unchanged
from reader.web.visit import Visit, route

DONE = {
    "mark": N_("Marked."),
    "change": N_("Changed."),
    "remove": N_("Mark removed."),
    "draw": N_("Drawn."),
    "erase": N_("Erased."),
    "undo": N_("Undone."),
}


def marks(visit: Visit) -> Response:
    """Send the marks and strokes of a paper, as they are shown."""
    held = find_paper(visit.library, visit.id)
    etag = f'"{markings.stamp_of(visit.library.db, held.row)}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if "if-none-match" in visit.request.headers and is_unchanged(visit.request.headers, etag, 0):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    found = visit.json(_listed(visit, held))
    found.headers.update(headers)
    return found


def _listed(visit: Visit, held: LibraryPaper) -> dict[str, object]:
    db = visit.library.db
    known = highlights.highlights_of(db, held.row)
    numbers = {one.id: one.mark for one in known}
    return {
        "marks": [
            {
                "id": numbers[one.id],
                "name": one.highlight.name,
                "page": one.highlight.page,
                "kind": one.highlight.kind,
                "colour": one.highlight.colour,
                "text": one.highlight.text,
                "note": one.highlight.note,
                "boxes": one.highlight.quads or (one.highlight.box,),
            }
            for one in shown(known)
            if one.gone_at is None and one.highlight.page
        ],
        "strokes": [
            {
                "name": one.name,
                "page": one.page,
                "colour": one.colour,
                "width": one.width,
                "points": one.points,
            }
            for one in markings.strokes_of(db, held.row)
        ],
    }


def act(visit: Visit) -> Response:
    """Mark, change, remove, draw, erase or undo; answers with all marks as they are then."""
    held = find_paper(visit.library, visit.id)
    done = visit.field("do") or "mark"
    if done not in DONE:
        raise UsageError(
            what=_("There is no such task."), hint=_("Reload the page and use its buttons.")
        )
    outcome = _outcome(visit, held, done)
    found = {"said": _(DONE[done]), "number": outcome.act, "id": outcome.mark}
    return visit.json(found | _listed(visit, held))


def _outcome(visit: Visit, held: LibraryPaper, done: str) -> MarkOutcome:
    library, field = visit.library, visit.field
    if done == "mark":
        return mark.mark(library, held, _new_mark(visit, held))
    if done == "change":
        given = {name: field(name) if name in visit.form else None for name in ("colour", "note")}
        colour = None if given["colour"] is None else mark.colour_of(given["colour"])
        kind = next((kind for kind in mark.KINDS if kind == field("kind")), None)
        return mark.change(
            library, held, field("mark"), kind=kind, colour=colour, comment=given["note"]
        )
    if done == "remove":
        return mark.unmark(library, held, field("mark"))
    if done == "draw":
        name = field("act") or secrets.token_hex(16)
        strokes = mark.strokes_in(field("strokes"), act=name)
        return mark.draw(library, held, strokes)
    if done == "erase":
        return mark.erase(library, held, field("names").split())
    number = field("number")
    mark.undo_act(library, held, int(number) if number.isdecimal() and len(number) < 18 else 0)
    return MarkOutcome()


def _new_mark(visit: Visit, held: LibraryPaper) -> Highlight:
    """Make the mark that a form describes, with the words that our reader of marks finds there."""
    field, page = visit.field, visit.field("page")
    boxes = mark.boxes_in(field("boxes"))
    kind = next((kind for kind in mark.KINDS if kind == (field("kind") or "highlight")), None)
    if kind is None or not page.isdecimal() or not 0 < len(page) < 7:
        raise UsageError(
            what=_("This mark cannot be read."),
            hint=_("Reload the page and mark the words again."),
        )
    is_original, copy = bool(visit.asked("original")), visit.asked("copy")
    file = pdf_asked(visit.library, held, is_original=is_original, copy=copy)
    try:
        under = visit.parts.drawn.marker.words_under(file.path, int(page), boxes)
    except PdfError as error:
        if error.kind != "past the end":
            raise
        what = _("{title} has no page {n}.", n=int(page), title=held.paper.title)
        raise NotKnown(what=what, hint=_("Choose an earlier page.")) from None
    return Highlight(
        int(page),
        under.place,
        kind,
        "" if kind == "note" else under.text,
        field("note"),
        mark.colour_of(field("colour")),
        under.box,
        quads=under.quads,
        name=OWN + (field("act") or secrets.token_hex(16)),
    )


ROUTES = [
    route("/pdf/{id:path}/marks.json", marks),
    route("/pdf/{id:path}/marks.json", act, "POST"),
]
