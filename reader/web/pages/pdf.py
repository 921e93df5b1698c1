"""Send PDFs, show their pages one by one, import uploaded PDFs with marks; list what is marked and
drawn on the pages, and mark more of it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from reader.base.errors import Locked, NotKnown, PdfError, UsageError
from reader.base.messages import N_, _
from reader.base.text import plain
from reader.library.folder import find_paper
from reader.library.highlight import OWN, Highlight, shown
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, mark_places
from reader.morning.browse_library import boxes_of
from reader.pdfs import mark
from reader.pdfs.back import CopyOutcome, handed_in
from reader.pdfs.find import fetched_file, pdf_file
from reader.pdfs.mark import MarkOutcome, marked_content
from reader.pdfs.mark_places import former_pdf, marks_in
from reader.pdfs.marked_copies import remove_copy
from reader.pdfs.tablet import SHORT_SHA, requested_pdf
from reader.pdfs.text.answer import PictureForm
from reader.texts.copies import counts_text, removed_text
from reader.web.files import WIDTHS, OpenFile, is_unchanged, opened_within, send_file, width_for
from reader.web.gate import MAX_UPLOAD
from reader.web.pages.paper import PICK_IT
from reader.web.render import paper_at, pdf_at
from reader.web.visit import Visit, route

ZOOMS = (100, 150, 200, 300)
"""Widths of a shown page, in per cent of the window."""

PIECE = 1024**2
HAND_S = 30.0
"""Seconds that an upload waits while another one is imported."""

_import_lock = threading.Lock()


def pdf(visit: Visit) -> Response:
    """Send the PDF file, whole or in part, to be shown or saved."""
    path, name, file = open_pdf(visit)
    is_attachment = bool(visit.param("download"))
    # A copy that is saved has the marks made here; a copy that was asked for is what it is.
    if is_attachment and not (visit.param("original") or visit.param("copy")):
        row = find_paper(visit.library, visit.id).row
        with contextlib.suppress(PdfError):
            if content := marked_content(visit.library, visit.parts.drawn.marker, row, path):
                file.handle.close()
                stamp = hashlib.sha256(content).hexdigest()[:SHORT_SHA]
                file = OpenFile(io.BytesIO(content), len(content), file.modified_s, stamp)
    return send_file(
        visit.request, file, media_type="application/pdf", name=name, is_attachment=is_attachment
    )


def page(visit: Visit) -> Response:
    """Show one page: its picture, and invisible words over it to select and to find."""
    paper = find_paper(visit.library, visit.id)
    path, name, file = open_pdf(visit)
    # Only the stamp is needed: another process opens the file to draw it.
    file.handle.close()
    n, query = int(visit.request.path_params["n"]), visit.param("q")
    zoom = visit.param("zoom")
    text, error = None, ""
    try:
        text = visit.parts.drawn.text(path, file.stamp, n)
    except PdfError as found:
        if found.kind == "past the end":
            raise page_missing(paper, n) from None
        error = found.named(name).message
    return visit.page(
        "page.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        paper=paper,
        name=name,
        n=n,
        text=text,
        turn=" ".join(f"{x:g}" for x in text.turn) if text else "",
        boxes=boxes_of(text, query) if text and query else [],
        error=error,
        query=query,
        which=which_file(visit),
        at=pdf_at(paper.record.id),
        zoom=next((known for known in ZOOMS if str(known) == zoom), ZOOMS[0]),
        zooms=ZOOMS,
        widths=WIDTHS,
        stamp=file.stamp,
    )


def jump(visit: Visit) -> Response:
    """Redirect to the page whose number was typed, for browsers without scripts."""
    rest = [(name, value) for name, value in visit.request.query_params.items() if name != "n"]
    n = visit.param("n", "1")
    at = f"{pdf_at(visit.id)}/page/{n if n.isdecimal() else 1}"
    return visit.to(f"{at}?{urlencode(rest)}" if rest else at)


def image(visit: Visit) -> Response:
    """Send one page as a picture: as PNG, or at ".webp" as what is drawn soonest.

    ?small=1: as what has fewest bytes, for a device that keeps it.
    """
    n, width = int(visit.request.path_params["n"]), width_for(visit.param("width"))
    form: PictureForm = "small" if visit.param("small") == "1" else "quick"
    if visit.request.url.path.endswith(".png"):
        form = "png"
    is_unmarked = visit.param("marks") == "0"

    def drawn(path: Path, stamp: str) -> Response:
        # The publisher's marks are none of the highlights here, and stay.
        row = find_paper(visit.library, visit.id).row
        printed, _sha256 = fetched_file(visit.library, row) or (None, "")
        content = visit.parts.drawn.image(
            path, stamp, n, width, form=form,
            is_unmarked=is_unmarked and path != printed, printed=printed,
        )  # fmt: skip
        return Response(content, media_type=_media_type(content))

    kind = f"{form}{'-unmarked' if is_unmarked else ''}"
    return answered(visit, f"{n}-{width}-{kind}", drawn)


def _media_type(content: bytes) -> str:
    if content.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if content.startswith(b"RIFF") else "image/png"


def answered(visit: Visit, part: str, make: Callable[[Path, str], Response]) -> Response:
    """Answer with a part of a PDF; the browser keeps it for good where the address has the stamp.

    part: its name within the file. make: is given the file's path and stamp.
    """
    path, name, file = open_pdf(visit)
    # Only the stamp is needed: another process opens the file to read it.
    file.handle.close()
    # An address with the file's stamp always leads to the same answer.
    is_for_good = visit.param("v") == file.stamp
    keep = "private, max-age=31536000, immutable" if is_for_good else "private, no-cache"
    headers = {"etag": f'"{file.stamp}-{part}"', "cache-control": keep}
    known = visit.request.headers
    if "if-none-match" in known and is_unchanged(known, headers["etag"], 0):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        found = make(path, file.stamp)
    except PdfError as error:
        if error.kind == "past the end":
            n = int(visit.request.path_params["n"])
            raise page_missing(find_paper(visit.library, visit.id), n) from None
        message = plain(error.named(name).message)
        return JSONResponse({"error": message}, HTTPStatus.UNPROCESSABLE_ENTITY)
    found.headers.update(headers)
    return found


UNCLEAR = ("asked", "other", "unknown")
"""Outcomes after which the person may confirm that the file is this paper."""


def back(visit: Visit) -> Response:
    """Import an uploaded PDF with marks, as `reader back` does.

    Where its pages do not show that it is this paper, the file waits and the person is asked.
    """
    paper = find_paper(visit.library, visit.id)
    if word := visit.field("kept"):
        waiting = visit.parts.uploads.take(word)
        if waiting is None:
            raise UsageError(
                what=_("The uploaded file is no longer here."), hint=_("Upload it again.")
            )
        folder, file = waiting
    else:
        folder, file = _save_upload(visit)
    outcome, kept = _import_copy(visit, paper, folder, file)
    message = _outcome_text(outcome)
    is_done = outcome.error is None
    status = HTTPStatus.OK if is_done else HTTPStatus.UNPROCESSABLE_ENTITY
    if visit.wants_json:
        done = {
            "outcome": outcome.outcome,
            "said": message,
            "is_done": is_done,
            "kept": kept or None,
        }
        return visit.json(done, status=status)
    if is_done:
        return visit.to(paper_at(paper.record.id) + "#pdf", message=message)
    return visit.page(
        "back.html", status=status, paper=paper, outcome=outcome, message=message, kept=kept
    )


def remove(visit: Visit) -> Response:
    """Remove a marked copy from the paper; its file is kept."""
    paper = find_paper(visit.library, visit.id)
    with visit.parts.tools(visit.library) as tools:
        removed = remove_copy(visit.library, tools, paper, sha256=visit.field("copy"))
    message = plain(removed_text(removed, visit.library.folder))
    return visit.done(paper_at(paper.record.id) + "#pdf", message, path=removed.path or None)


def _save_upload(visit: Visit) -> tuple[TemporaryDirectory[str], Path]:
    """Save the uploaded file in a folder of its own.

    Raises UsageError where no file was sent, or too large a one.
    """
    given = visit.form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise UsageError(
            what=_("You did not choose a file."), hint=_("Choose the PDF that you marked.")
        )
    if (given.size or 0) > MAX_UPLOAD:
        most = _("it is larger than {n} MB", n=MAX_UPLOAD // 10**6)
        raise UsageError(what=f"{plain(given.filename)}: {most}", hint=_("Save a smaller copy."))
    folder = TemporaryDirectory(prefix="asayomi-")
    file = Path(folder.name) / _safe_name(given.filename)
    with file.open("wb") as handle:
        shutil.copyfileobj(given.file, handle, PIECE)
    return folder, file


def _import_copy(
    visit: Visit, paper: LibraryPaper, folder: TemporaryDirectory[str], file: Path
) -> tuple[CopyOutcome, str]:
    """Import a file, one at a time; it is deleted unless the person is asked about it.

    Returns the outcome and the word under which the file waits (see Uploads), "" for none.
    Raises Locked where another import takes longer than `HAND_S`.
    """
    if not _import_lock.acquire(timeout=HAND_S):
        folder.cleanup()
        raise Locked(file=file.name)
    kept = ""
    try:
        with visit.parts.tools(visit.library) as tools:
            is_sure = bool(visit.field("sure"))
            outcome = handed_in(visit.library, tools, file, paper, is_sure=is_sure)
        if outcome.outcome in UNCLEAR:
            kept = visit.parts.uploads.keep(folder, file)
        return outcome, kept
    finally:
        _import_lock.release()
        if not kept:
            folder.cleanup()


def _safe_name(name: str) -> str:
    """Make a file name from a foreign one: no path, no odd characters, ends in ".pdf"."""
    stem = re.sub(r"[^\w .()-]", "_", plain(name).removesuffix(".pdf"))[:100].strip(". ")
    return f"{stem or 'paper'}.pdf"


def _outcome_text(outcome: CopyOutcome) -> str:
    """Write the sentence for the outcome of an import."""
    if outcome.error is not None:
        return plain(outcome.error.message)
    assert outcome.paper is not None or outcome.outcome == "unchanged"  # noqa: S101
    counts = counts_text(outcome.counts, outcome.copy) if outcome.paper else ""
    if outcome.outcome == "unchanged":
        return plain(_("The copy has no new marks."))
    title = outcome.paper.record.title if outcome.paper else ""
    return plain(_("{title}: {counts} [{name}]", title=title, name=outcome.name, counts=counts))


def open_pdf(visit: Visit) -> tuple[Path, str, OpenFile]:
    """Open the PDF that the address means: (path, name for the person, open file).

    Raises NotKnown where it is missing or outside the library's folder.
    """
    library = visit.library
    paper = find_paper(library, visit.id)
    is_original, copy = bool(visit.param("original")), visit.param("copy")
    found = requested_pdf(library, paper, is_original=is_original, copy=copy)
    file = opened_within(found.path, library.folder)
    if file and (fetched := fetched_file(library, paper.row)):
        # Which marks are hidden in a page's picture depends on this file too.
        file = replace(file, stamp=f"{file.stamp}-{fetched[1][:SHORT_SHA]}")
    if file is None:
        what = _("The PDF of {title} is not here.", title=plain(paper.record.title))
        raise NotKnown(what=what, hint=_(PICK_IT))
    return found.path, found.name, file


def which_file(visit: Visit) -> str:
    """Write which of the paper's files the addresses mean; "" is the newest marked copy."""
    if visit.param("original"):
        return "original=1"
    # It goes into addresses: only the digits of a hash may.
    copy = re.sub("[^0-9a-f]", "", visit.param("copy"))
    return f"copy={copy}" if copy else ""


def page_missing(paper: LibraryPaper, n: int) -> NotKnown:
    """Make the error for a page behind the last one."""
    what = _("{title} has no page {n}.", n=n, title=plain(paper.record.title))
    return NotKnown(what=what, hint=_("Choose an earlier page."))


# `{id:path}` takes slashes too: what stands behind an id has to come before the plain address.


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
    paper = find_paper(visit.library, visit.id)
    etag = f'"{highlights.stamp_of(visit.library.db, paper.row)}"'
    headers = {"etag": etag, "cache-control": "private, no-cache"}
    if "if-none-match" in visit.request.headers and is_unchanged(visit.request.headers, etag, 0):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    found = visit.json(_listed(visit, paper))
    found.headers.update(headers)
    return found


def _listed(visit: Visit, paper: LibraryPaper) -> dict[str, object]:
    library, marker = visit.library, visit.parts.drawn.marker
    is_original, copy = bool(visit.param("original")), visit.param("copy")
    file = None
    with contextlib.suppress(NotKnown):  # what was marked offline may come when it is gone
        file = requested_pdf(library, paper, is_original=is_original, copy=copy).path
    known = marks_in(library, marker.word_places, paper.row, file)
    numbers = {one.id: one.mark for one in known.states}
    there = [
        {"id": numbers[one.id], "boxes": h.quads or (h.box,)}
        | {name: getattr(h, name) for name in ("name", "page", "kind", "colour", "text", "note")}
        for one in shown(known.states)
        if one.gone_at is None and (h := one.highlight).page
    ]
    drawn = [
        {name: getattr(one, name) for name in ("name", "page", "colour", "width", "points")}
        for one in known.strokes
    ]
    return {"marks": there, "strokes": drawn}


def act(visit: Visit) -> Response:
    """Mark, change, remove, draw, erase or undo; answers with all marks as they are then."""
    paper = find_paper(visit.library, visit.id)
    done = visit.field("do") or "mark"
    if done not in DONE:
        raise UsageError(
            what=_("There is no such task."), hint=_("Reload the page and use its buttons.")
        )
    outcome = _outcome(visit, paper, done)
    found = {"said": _(DONE[done]), "number": outcome.act, "id": outcome.mark}
    return visit.json(found | _listed(visit, paper))


def _outcome(visit: Visit, paper: LibraryPaper, done: str) -> MarkOutcome:
    library, field = visit.library, visit.field
    if done == "mark":
        file, copy = _marked_pdf(visit, paper)
        former = former_pdf(library, paper.row, file)
        new = _new_mark(visit, paper, file)
        outcome = mark.mark(library, paper, new, copy=copy, former=former)
        if former:  # its words are at another place in the newest version, or nowhere
            marks_in(
                library,
                visit.parts.drawn.marker.word_places,
                paper.row,
                pdf_file(library, paper.row),
            )
        return outcome
    if done == "change":
        given = {name: field(name) if name in visit.form else None for name in ("colour", "note")}
        colour = None if given["colour"] is None else mark.colour_of(given["colour"])
        kind = next((kind for kind in mark.KINDS if kind == field("kind")), None)
        return mark.change(
            library, paper, field("mark"), kind=kind, colour=colour, comment=given["note"]
        )
    if done == "remove":
        return mark.unmark(library, paper, field("mark"))
    if done == "draw":
        name = field("act") or secrets.token_hex(16)
        file, copy = _marked_pdf(visit, paper)
        former = former_pdf(library, paper.row, file)
        strokes = mark.strokes_in(field("strokes"), act=name)
        return mark.draw(
            library, paper, [replace(one, sha256=former) for one in strokes], copy=copy
        )
    if done == "erase":
        return mark.erase(library, paper, field("names").split())
    number = field("number")
    mark.undo_act(library, paper, int(number) if number.isdecimal() and len(number) < 18 else 0)
    return MarkOutcome()


def _marked_pdf(visit: Visit, paper: LibraryPaper) -> tuple[Path | None, int | None]:
    """Find the PDF on whose pages something was marked; None where it is not here.

    A page that was left open, or without a network, shows that of before, when the paper has
    another one by now or was merged. Also returns the row of the merged paper that it belongs to.
    """
    library, stamp = visit.library, visit.field("stamp")
    for path, row in mark_places.other_pdfs(library.db, paper.row) if stamp else ():
        if file := opened_within(library.folder / path, library.folder):
            file.handle.close()
            if f"{stamp}-".startswith(f"{file.stamp}-"):
                return library.folder / path, row if row != paper.row else None
    is_original, copy = bool(visit.param("original")), visit.param("copy")
    with contextlib.suppress(NotKnown):
        return requested_pdf(library, paper, is_original=is_original, copy=copy).path, None
    return None, None


def _new_mark(visit: Visit, paper: LibraryPaper, file: Path | None) -> Highlight:
    """Make the mark that a form describes, with the words that our reader of marks finds there."""
    field, page = visit.field, visit.field("page")
    boxes = mark.boxes_in(field("boxes"))
    kind = next((kind for kind in mark.KINDS if kind == (field("kind") or "highlight")), None)
    if kind is None or not page.isdecimal() or not 0 < len(page) < 7:
        raise UsageError(
            what=_("This mark cannot be read."),
            hint=_("Reload the page and mark the words again."),
        )
    if file is None:
        file = requested_pdf(visit.library, paper).path
    try:
        under = visit.parts.drawn.marker.words_under(file, int(page), boxes)
    except PdfError as error:
        if error.kind != "past the end":
            raise
        raise page_missing(paper, int(page)) from None
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
    route("/pdf/{id:path}/page/{n:int}.png", image),
    route("/pdf/{id:path}/page/{n:int}.webp", image),
    route("/pdf/{id:path}/page/{n:int}", page),
    route("/pdf/{id:path}/page", jump),
    route("/pdf/{id:path}/back", back, "POST"),
    route("/pdf/{id:path}/remove", remove, "POST"),
    route("/pdf/{id:path}", pdf),
]
