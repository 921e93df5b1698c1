"""Go back in a note: its revisions, what changed between two, one of them again."""

from __future__ import annotations

from starlette.responses import Response

from reader.errors import UsageError
from reader.library import noting
from reader.library.choose import find_paper
from reader.library.revisions import beginning_of, compared, moment, pieces
from reader.library.writing import restore
from reader.phrases import say
from reader.plain import plain
from reader.store import notes
from reader.web.visit import Visit, route


def history(visit: Visit) -> Response:
    library = visit.library
    held = find_paper(library, visit.id)
    rows = [
        (number, one, moment(library, one.at), beginning_of(one))
        for number, one in enumerate(notes.revisions(library.db, held.row), 1)
    ]
    return visit.page("history.html", held=held, rows=rows[::-1])


def difference(visit: Visit) -> Response:
    """Compare two revisions: `a` and `b` by number, else the last two."""
    library = visit.library
    held = find_paper(library, visit.id)
    numbers = [text for name in ("a", "b") if (text := visit.asked(name))]
    if not all(text.isdecimal() and len(text) < 9 for text in numbers):
        raise UsageError(what=say("web.note.no_number"), hint=say("web.note.no_number.hint"))
    found = compared(library, held, [int(text) for text in numbers])
    lines = [(line, list(pieces(line))) for line in found.changes]
    at = [moment(library, one.at) for one in (found.old, found.new)]
    return visit.page("diff.html", held=held, found=found, lines=lines, at=at)


def back(visit: Visit) -> Response:
    """Append an earlier revision as the newest."""
    library, number = visit.library, visit.field("number")
    held = find_paper(library, visit.id)
    n = int(number) if number.isdecimal() and len(number) < 9 else 0
    noted = restore(library, held, n, encode=visit.parts.encode_note(visit.config))
    title = plain(held.paper.title)
    told = [say("note.same", title=title)]
    if noted.is_new:
        said = say("note.restored", n=n, number=noted.number, title=title)
        told = [said, *noting.export_one(library, noted.held)]
    return visit.to(f"/note/{held.paper.id}/history", said=" ".join(told))


ROUTES = [
    route("/note/{id:path}/history", history),
    route("/note/{id:path}/diff", difference),
    route("/note/{id:path}/restore", back, "POST"),
]
