"""Show a PDF as one scroll, and send what its script asks for: sizes, words, contents, hits,
citations and the cards of what is cited."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from reader.base.errors import NotKnown, PdfError, UsageError
from reader.base.messages import _
from reader.base.text import plain, shorten
from reader.library.find import find_paper
from reader.library.rows.pdfs import ReadingPlace, reading_place, set_reading_place
from reader.morning.about import ReferenceEntry, citation_places, references_in
from reader.morning.why import explain
from reader.texts.why import standing_texts
from reader.web.files import WIDTHS
from reader.web.pages.paper import day_lists
from reader.web.pages.pdf import answered, open_pdf, page_missing, which_file
from reader.web.render import pdf_at
from reader.web.visit import Visit, route

LONGEST_QUERY = 200
MOST_PAGES = 1_000_000


def read(visit: Visit) -> Response:
    """Show the page with the scroll; its script asks for the rest."""
    held = find_paper(visit.library, visit.id)
    _unused, _name, file = open_pdf(visit)
    file.handle.close()
    asked = visit.asked("page")
    if asked.isdecimal() and len(asked) < 7:
        place: ReadingPlace | None = ReadingPlace(max(1, int(asked)), 0.0, 0)
    else:
        place = reading_place(visit.library.db, held.row)
    place = place or ReadingPlace(1, 0.0, 0)
    sizes = json.loads(visit.parts.drawn.known_facts(file.stamp, "sizes") or "[]")
    return visit.page(
        "reading.html",
        held=held,
        at=pdf_at(held.paper.id),
        which=which_file(visit),
        place=place,
        size=sizes[place.page - 1] if place.page <= len(sizes) else None,
        stamp=file.stamp,
        widths=WIDTHS,
    )


def pages(visit: Visit) -> Response:
    """Send the number of pages and their sizes."""

    def made(path: Path, stamp: str) -> Response:
        sizes = json.loads(visit.parts.drawn.facts(path, stamp, "sizes"))
        return JSONResponse({"stamp": stamp, "n_pages": len(sizes), "sizes": sizes})

    return answered(visit, "pages", made)


def layout(visit: Visit) -> Response:
    """Send the words, links, figures and columns of one page."""
    n = int(visit.request.path_params["n"])
    return _facts(visit, str(n), "layout", page=n)


def contents(visit: Visit) -> Response:
    """Send the outline, or the headings where the file has none."""
    return _facts(visit, "contents", "contents")


def find(visit: Visit) -> Response:
    """Send the places of some words in all of the PDF."""
    query = shorten(visit.asked("q"), LONGEST_QUERY)
    return _facts(visit, f"find-{quote(query)}", "find", query=query)


def _facts(visit: Visit, part: str, task: str, **asked: int | str) -> Response:
    def made(path: Path, stamp: str) -> Response:
        content = visit.parts.drawn.facts(path, stamp, task, **asked)
        return Response(content, media_type="application/json")

    return answered(visit, part, made)


def keep_place(visit: Visit) -> Response:
    """Record where the PDF is read, so that it opens there on any device."""
    held = find_paper(visit.library, visit.id)
    try:
        page, n_pages = int(visit.field("page")), int(visit.field("n_pages"))
        place = ReadingPlace(page, float(visit.field("y")), n_pages)
    except ValueError:
        place = ReadingPlace(0, 0.0, 0)
    if not 1 <= place.page <= place.n_pages <= MOST_PAGES or not abs(place.y) < MOST_PAGES:
        raise UsageError(what=_("This is no place in a PDF."), hint=_("Reload the page."))
    set_reading_place(visit.library.db, held.row, place, at=visit.library.now())
    return Response(status_code=HTTPStatus.NO_CONTENT)


def reference(visit: Visit) -> Response:
    """Show one entry of the list: the cited paper, if it is here, or the way to add it."""
    library = visit.library
    held, number = find_paper(library, visit.id), int(visit.request.path_params["k"])
    several = references_in(library, held)
    if not 1 <= number <= len(several):
        title = plain(held.paper.title)
        raise NotKnown(
            what=_("{title} has no reference {n} that is known.", title=title, n=number),
            hint=_("References are read from its PDF when it is indexed."),
        )
    entry = several[number - 1]
    standing = ""
    if entry.held:
        standing = standing_texts(explain(library, entry.held, lists=day_lists(visit)))[0]
    return visit.page(
        "reference_part.html" if visit.is_part else "reference.html",
        is_card=visit.is_part,
        held=held,
        entry=entry,
        standing=standing,
        id=_id_to_add(entry),
        at=pdf_at(held.paper.id),
        which=which_file(visit),
    )


def _id_to_add(entry: ReferenceEntry) -> str:
    """Choose the id by which an entry's paper is added; "" without one."""
    return "" if entry.held else next(iter(entry.work.ids), "")


def cited_on_page(visit: Visit) -> Response:
    """Send the citations of one page: the numbers of their entries, and their boxes."""
    held = find_paper(visit.library, visit.id)
    path, name, file = open_pdf(visit)
    file.handle.close()
    n = int(visit.request.path_params["n"])
    works = [entry.work for entry in references_in(visit.library, held)]
    try:
        facts = json.loads(visit.parts.drawn.facts(path, file.stamp, "layout", page=n))
    except PdfError as error:
        if error.kind == "past the end":
            raise page_missing(held, n) from None
        return visit.json({"error": plain(error.named(name).message)}, status=422)
    places = citation_places(facts["lines"], works, n)
    return visit.json({"citations": [{"reference": k, "boxes": boxes} for k, boxes in places]})


# They come before the plain address of a PDF, since `{id:path}` takes slashes too.
ROUTES = [
    route("/pdf/{id:path}/read", read),
    route("/pdf/{id:path}/pages.json", pages),
    route("/pdf/{id:path}/page/{n:int}.json", layout),
    route("/pdf/{id:path}/contents.json", contents),
    route("/pdf/{id:path}/find.json", find),
    route("/pdf/{id:path}/place", keep_place, "POST"),
    route("/pdf/{id:path}/reference/{k:int}", reference),
    route("/pdf/{id:path}/page/{n:int}/citations.json", cited_on_page),
]
