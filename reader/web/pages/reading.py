"""Show a PDF as one scroll, and a paper's text in one column for small screens.

The scroll's script asks for sizes, words, contents, hits, citations and the cards of what is cited.
The column is arXiv's HTML where it is here, unless the PDF's text or one of several files is asked
for; of the PDF, parts of its pages are pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape
from starlette.responses import JSONResponse, Response

from reader.base.errors import NotKnown, PdfError, UsageError
from reader.base.messages import _
from reader.base.text import plain, shorten
from reader.library.files import is_here
from reader.library.folder import find_paper
from reader.library.identity import is_telling, title_fold
from reader.library.paper import LibraryPaper
from reader.library.reference import CitedWork, CitedWorks
from reader.library.rows.pdfs import (
    ReadingPlace,
    known_contents,
    pdf_of,
    reading_place,
    set_reading_place,
)
from reader.morning.about import citation_places, references_in
from reader.morning.why import explain
from reader.pdfs.arxiv_html import MISSING, PICTURE, StoredHtml, picture_file, stored_html
from reader.texts.why import standing_texts
from reader.web.files import WIDTHS, opened_within, send_file, width_for
from reader.web.pages.paper import day_lists
from reader.web.pages.pdf import answered, open_pdf, page_missing, which_file
from reader.web.render import pdf_at
from reader.web.visit import Visit, route

LONGEST_QUERY = 200
MOST_PAGES = 1_000_000


def read(visit: Visit) -> Response:
    """Show the page with the scroll; its script asks for the rest."""
    paper = find_paper(visit.library, visit.id)
    _unused, _name, file = open_pdf(visit)
    file.handle.close()
    page = visit.param("page")
    if page.isdecimal() and len(page) < 7:
        place: ReadingPlace | None = ReadingPlace(max(1, int(page)), 0.0, 0)
    else:
        place = reading_place(visit.library.db, paper.row)
    place = place or ReadingPlace(1, 0.0, 0)
    sizes = json.loads(visit.parts.drawn.known_facts(file.stamp, "sizes") or "[]")
    return visit.page(
        "reading.html",
        paper=paper,
        at=pdf_at(paper.record.id),
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

    def made(path: Path, stamp: str) -> Response:
        row = find_paper(visit.library, visit.id).row
        at = path.relative_to(visit.library.folder).as_posix()
        # Kept when the PDF was indexed: to find headings, all pages are read.
        content = known_contents(visit.library.db, row, at, path.stat().st_size).encode()
        content = content or visit.parts.drawn.facts(path, stamp, "contents")
        return Response(content, media_type="application/json")

    return answered(visit, "contents", made)


def find(visit: Visit) -> Response:
    """Send the places of some words in all of the PDF."""
    query = shorten(visit.param("q"), LONGEST_QUERY)
    return _facts(visit, f"find-{quote(query)}", "find", query=query)


def _facts(visit: Visit, part: str, task: str, **options: int | str) -> Response:
    def made(path: Path, stamp: str) -> Response:
        content = visit.parts.drawn.facts(path, stamp, task, **options)
        return Response(content, media_type="application/json")

    return answered(visit, part, made)


def keep_place(visit: Visit) -> Response:
    """Record where the PDF is read, so that it opens there on any device."""
    paper = find_paper(visit.library, visit.id)
    try:
        page, n_pages = int(visit.field("page")), int(visit.field("n_pages"))
        place = ReadingPlace(page, float(visit.field("y")), n_pages)
    except ValueError:
        place = ReadingPlace(0, 0.0, 0)
    if not 1 <= place.page <= place.n_pages <= MOST_PAGES or not abs(place.y) < MOST_PAGES:
        raise UsageError(what=_("This is no place in a PDF."), hint=_("Reload the page."))
    set_reading_place(visit.library.db, paper.row, place, at=visit.library.now())
    return Response(status_code=HTTPStatus.NO_CONTENT)


def reference(visit: Visit) -> Response:
    """Show one entry of the list: the cited paper, if it is here, or the way to add it."""
    library = visit.library
    paper, number = find_paper(library, visit.id), int(visit.request.path_params["k"])
    several = references_in(library, paper)
    if not 1 <= number <= len(several):
        title = plain(paper.record.title)
        raise NotKnown(
            what=_("{title} has no reference {n} that is known.", title=title, n=number),
            hint=_("References are read from its PDF when it is indexed."),
        )
    entry = several[number - 1]
    standing = ""
    if entry.paper:
        standing = standing_texts(explain(library, entry.paper, lists=day_lists(visit)))[0]
    return visit.page(
        "reference_part.html" if visit.is_part else "reference.html",
        is_card=visit.is_part,
        paper=paper,
        entry=entry,
        standing=standing,
        id="" if entry.paper else next(iter(entry.work.ids), ""),
        at=pdf_at(paper.record.id),
        which=which_file(visit),
    )


def cited_on_page(visit: Visit) -> Response:
    """Send the citations of one page: the numbers of their entries, and their boxes."""
    paper = find_paper(visit.library, visit.id)
    path, name, file = open_pdf(visit)
    file.handle.close()
    n = int(visit.request.path_params["n"])
    works = [entry.work for entry in references_in(visit.library, paper)]
    try:
        facts = json.loads(visit.parts.drawn.facts(path, file.stamp, "layout", page=n))
    except PdfError as error:
        if error.kind == "past the end":
            raise page_missing(paper, n) from None
        return visit.json({"error": plain(error.named(name).message)}, status=422)
    places = citation_places(facts["lines"], works, n)
    return visit.json({"citations": [{"reference": k, "boxes": boxes} for k, boxes in places]})


# They come before the plain address of a PDF, since `{id:path}` takes slashes too.


PIXELS = 1.6
"""CSS pixels for a point: text of ten points in a picture is as large as the page's own."""
SHARPNESS = 2
"""Pixels of a picture for a CSS pixel."""
# Entries of the bibliography, and links to them, as nh3 writes them.
_ENTRY = re.compile(r'<li\b[^>]* id="(ltx-bib\.[^"]+)"[^>]*>(.*?)</li>', re.DOTALL)
_CITATION = re.compile(r'<a\b[^>]* href="#(ltx-bib\.[^"]+)"( aria-label="[^"]*")[^>]*>')
_BOX = re.compile(r"(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})")


def reflow(visit: Visit) -> Response:
    """Show the text of a paper, or of the PDF that the address means."""
    paper = find_paper(visit.library, visit.id)
    stored = stored_html(visit.library, paper)
    if stored and not which_file(visit) and visit.param("of") != "pdf":
        return _of_arxiv(visit, paper, stored)
    path, name, file = open_pdf(visit)
    file.handle.close()
    pieces: list[dict[str, Any]] = []
    error = ""
    try:
        pieces = json.loads(visit.parts.drawn.facts(path, file.stamp, "reflow"))
    except PdfError as found:
        error = found.named(name).message
    at, which = pdf_at(paper.record.id), which_file(visit)
    works = CitedWorks([entry.work for entry in references_in(visit.library, paper)])
    query = f"?{which}" if which else ""
    return visit.page(
        "reflow.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        paper=paper,
        html="",
        stored=stored,
        error=error,
        at=at,
        query=query,
        pieces=[*_marked(pieces, paper.record.title)],
        linked=lambda text: _linked(text, works, at, query),
        part_at=lambda piece: _part_at(piece, at, which, file.stamp),
        pixels=PIXELS,
    )


def _of_arxiv(visit: Visit, paper: LibraryPaper, stored: StoredHtml) -> Response:
    pdf, at = pdf_of(visit.library.db, paper.row), pdf_at(paper.record.id)
    if pdf and not is_here(visit.library.folder / pdf.path):
        pdf = None
    works = [entry.work for entry in references_in(visit.library, paper)]
    lacking = Markup('<span class="no-picture">{}</span>').format(_("[picture: see the PDF]"))
    html = _with_cards(stored.html, works, at).replace(MISSING, lacking)
    return visit.page(
        "reflow.html",
        paper=paper,
        html=Markup(html),  # noqa: S704  what nh3 left
        version=stored.version,
        pdf=pdf,
        at=at,
    )


def _with_cards(html: str, works: Sequence[CitedWork], at: str) -> str:
    """Let citations lead to the cards of their entries, where the title of one tells which."""
    titles = {work.number: title_fold(work.title) for work in works if is_telling(work.title)}
    numbers = {}
    for id_, entry in _ENTRY.findall(html):
        text = title_fold(entry)
        if len(found := [n for n, title in titles.items() if title in text]) == 1:
            numbers[id_] = found[0]

    def card(link: re.Match[str]) -> str:
        n = numbers.get(link[1])
        return f'<a class="cite" href="{at}/reference/{n}"{link[2]}>' if n else link[0]

    return _CITATION.sub(card, html)


def html_picture(visit: Visit) -> Response:
    """Send a picture of arXiv's HTML; its name is that of its content."""
    name, library = str(visit.request.path_params["name"]), visit.library
    path = picture_file(library, find_paper(library, visit.id), name)
    file = opened_within(path, library.folder) if PICTURE.fullmatch(name) else None
    if file is None:
        raise NotKnown(what=_("This picture is not here."), hint=_("Open the text again."))
    kind = name.rpartition(".")[2]
    answer = send_file(visit.request, file, media_type=f"image/{kind}", name=name)
    answer.headers["cache-control"] = "private, max-age=31536000, immutable"
    return answer


def _marked(pieces: Sequence[dict[str, Any]], title: str) -> Iterator[dict[str, Any]]:
    """Say of each part whether a page begins with it: its number, or 0. The title is left out."""
    last, fold = 0, title_fold(title)
    for piece in pieces:
        if piece["kind"] == "heading" and title_fold(piece["text"]) == fold:
            continue
        parts = []
        whole = [(piece["page"], "", piece.get("text", ""))]
        for page, glue, text in piece.get("parts", whole):
            parts.append((page if page > last else 0, glue, text))
            last = max(last, page)
        yield piece | {"parts": parts}


def _linked(text: str, works: CitedWorks, at: str, query: str) -> Markup:
    """Write a text with links from its citations to the entries that they mean."""
    text, html, end = plain(text), Markup(), 0
    for one in works.citations(text):
        if one.start < end:
            continue
        html += escape(text[end : one.start])
        link = Markup('<a class="cite" href="{}/reference/{}{}">{}</a>')
        html += link.format(at, one.number, query, text[one.start : one.end])
        end = one.end
    return html + escape(text[end:])


def _part_at(piece: dict[str, Any], at: str, which: str, stamp: str) -> str:
    box = piece["box"]
    width = width_for(str(round((box[2] - box[0]) * PIXELS * SHARPNESS)))
    more = f"&{which}" if which else ""
    edges = ",".join(map(str, box))
    return f"{at}/page/{piece['page']}/part.png?box={edges}&width={width}&v={stamp}{more}"


def part(visit: Visit) -> Response:
    """Send a part of a page as a PNG; its box is in points of the page."""
    n, width = int(visit.request.path_params["n"]), width_for(visit.param("width"))
    found = _BOX.fullmatch(visit.param("box"))
    if found is None:
        raise UsageError(
            what=_("This address names no part of a page."), hint=_("Open the text again.")
        )
    box = tuple(map(int, found.groups()))

    def made(path: Path, stamp: str) -> Response:
        content = visit.parts.drawn.part(path, stamp, n, width, box)
        return Response(content, media_type="image/png")

    return answered(visit, f"{n}-{width}-{found[0]}", made)


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
    route("/pdf/{id:path}/reflow", reflow),
    route("/pdf/{id:path}/html/{name}", html_picture),
    route("/pdf/{id:path}/page/{n:int}/part.png", part),
]
