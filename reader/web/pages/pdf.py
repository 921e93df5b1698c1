"""Serve PDFs, show their pages one by one, and take marked ones home."""

from __future__ import annotations

import re
import shutil
import threading
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from reader.base.errors import Locked, NotKnown, PdfError, UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.find import find_paper
from reader.library.paper import LibraryPaper
from reader.morning.browse_library import boxes_of
from reader.pdfs.back import CopyOutcome, handed_in
from reader.pdfs.marked_copies import counts_text, remove_copy, removed_text
from reader.pdfs.tablet import pdf_asked
from reader.web.files import WIDTHS, OpenFile, is_unchanged, opened_within, send_file, width_for
from reader.web.gate import MAX_UPLOAD
from reader.web.render import paper_at, pdf_at
from reader.web.visit import Visit, route

ZOOMS = (100, 150, 200, 300)
"""Per cent of the window's width that a page is shown in."""

PIECE = 1024**2
HAND_S = 30.0
"""How long one that is handed in waits for another."""

_handing = threading.Lock()


def pdf(visit: Visit) -> Response:
    """Send the PDF itself: whole or in part, to look at or to keep."""
    _, name, file = _opened(visit)
    is_attachment = bool(visit.asked("download"))
    return send_file(
        visit.request, file, media_type="application/pdf", name=name, is_attachment=is_attachment
    )


def page(visit: Visit) -> Response:
    """Show one page: its picture, and over it its words, to select and to find."""
    held = find_paper(visit.library, visit.id)
    path, name, file = _opened(visit)
    file.handle.close()
    n, query = int(visit.request.path_params["n"]), visit.asked("q")
    zoom, copy = visit.asked("zoom"), visit.asked("copy")
    # Names the file in addresses of its pages: nothing for the newest marked copy.
    which = "original=1" if visit.asked("original") else ""
    if copy:
        which = f"copy={re.sub('[^0-9a-f]', '', copy)}"
    text, error = None, ""
    try:
        text = visit.parts.drawn.text(path, file.stamp, n)
    except PdfError as found:
        if found.kind == "past the end":
            raise _no_page(held, n) from None
        error = found.named(name).message
    return visit.page(
        "page.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        held=held,
        name=name,
        n=n,
        text=text,
        turn=" ".join(f"{x:g}" for x in text.turn) if text else "",
        boxes=boxes_of(text, query) if text and query else [],
        error=error,
        query=query,
        which=which,
        at=pdf_at(held.paper.id),
        zoom=next((known for known in ZOOMS if str(known) == zoom), ZOOMS[0]),
        zooms=ZOOMS,
        widths=WIDTHS,
        stamp=file.stamp,
    )


def jump(visit: Visit) -> Response:
    """Lead to the page whose number was typed, without a script."""
    rest = [(name, value) for name, value in visit.request.query_params.items() if name != "n"]
    n = visit.asked("n", "1")
    at = f"{pdf_at(visit.id)}/page/{n if n.isdecimal() else 1}"
    return visit.to(f"{at}?{urlencode(rest)}" if rest else at)


def image(visit: Visit) -> Response:
    """Send one page as a picture."""
    path, name, file = _opened(visit)
    file.handle.close()
    n, width = int(visit.request.path_params["n"]), width_for(visit.asked("width"))
    etag = f'"{file.stamp}-{n}-{width}"'
    # An address that names the file's bytes is never another picture's.
    is_for_good = visit.asked("v") == file.stamp
    keep = "private, max-age=31536000, immutable" if is_for_good else "private, no-cache"
    headers = {"etag": etag, "cache-control": keep}
    if "if-none-match" in visit.request.headers and is_unchanged(visit.request.headers, etag, 0):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        content = visit.parts.drawn.image(path, file.stamp, n, width)
    except PdfError as error:
        if error.kind == "past the end":
            raise _no_page(find_paper(visit.library, visit.id), n) from None
        text = plain(error.named(name).message)
        return Response(text, HTTPStatus.UNPROCESSABLE_ENTITY, media_type="text/plain")
    return Response(content, media_type="image/png", headers=headers)


ASKED = ("asked", "other", "unknown")
"""Outcomes after which the person may say that it is this paper all the same."""


def back(visit: Visit) -> Response:
    """Take a marked PDF home, by the same import as `reader back`; ask about what does not show
    that it is this paper."""
    held = find_paper(visit.library, visit.id)
    if word := visit.field("kept"):
        waiting = visit.parts.uploads.take(word)
        if waiting is None:
            raise UsageError(what=say("web.back.gone"), hint=say("web.back.gone.hint"))
        folder, file = waiting
    else:
        folder, file = _received(visit)
    brought, kept = _taken_home(visit, held, folder, file)
    said = _outcome_text(brought)
    is_done = brought.error is None
    status = HTTPStatus.OK if is_done else HTTPStatus.UNPROCESSABLE_ENTITY
    if visit.wants_json:
        done = {"outcome": brought.outcome, "said": said, "is_done": is_done, "kept": kept or None}
        return visit.json(done, status=status)
    if is_done:
        return visit.to(paper_at(held.paper.id) + "#pdf", said=said)
    return visit.page("back.html", status=status, held=held, brought=brought, said=said, kept=kept)


def remove(visit: Visit) -> Response:
    """Take a marked copy out again; its file is kept."""
    held = find_paper(visit.library, visit.id)
    with visit.parts.tools(visit.library) as tools:
        removed = remove_copy(visit.library, tools, held, sha256=visit.field("copy"))
    said = plain(removed_text(removed, visit.library.folder))
    return visit.done(paper_at(held.paper.id) + "#pdf", said, path=removed.path or None)


def _received(visit: Visit) -> tuple[TemporaryDirectory[str], Path]:
    """Put what came into a file of its own; raises UsageError for none, or too large a one."""
    given = visit.form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        raise UsageError(what=say("web.back.no_file"), hint=say("web.back.no_file.hint"))
    if (given.size or 0) > MAX_UPLOAD:
        most = say("back.too_large", n=MAX_UPLOAD // 10**6)
        raise UsageError(what=f"{plain(given.filename)}: {most}", hint=say("back.too_large.hint"))
    folder = TemporaryDirectory(prefix="asayomi-")
    file = Path(folder.name) / _safe_name(given.filename)
    with file.open("wb") as handle:
        shutil.copyfileobj(given.file, handle, PIECE)
    return folder, file


def _taken_home(
    visit: Visit, held: LibraryPaper, folder: TemporaryDirectory[str], file: Path
) -> tuple[CopyOutcome, str]:
    """Import a file, one at a time; returns also the word under which it waits for an answer, or
    "" where nothing is asked: then it is deleted."""
    if not _handing.acquire(timeout=HAND_S):
        folder.cleanup()
        raise Locked(file=file.name, who="")
    kept = ""
    try:
        with visit.parts.tools(visit.library) as tools:
            is_sure = bool(visit.field("sure"))
            brought = handed_in(visit.library, tools, file, held, is_sure=is_sure)
        if brought.outcome in ASKED:
            kept = visit.parts.uploads.keep(folder, file)
        return brought, kept
    finally:
        _handing.release()
        if not kept:
            folder.cleanup()


def _safe_name(name: str) -> str:
    """Make a name that is a file's in any folder, and ends as a PDF's."""
    stem = re.sub(r"[^\w .()-]", "_", plain(name).removesuffix(".pdf"))[:100].strip(". ")
    return f"{stem or 'paper'}.pdf"


def _outcome_text(brought: CopyOutcome) -> str:
    """Write what became of a file that was handed in."""
    if brought.error is not None:
        return plain(brought.error.message)
    assert brought.held is not None or brought.outcome == "unchanged"  # noqa: S101
    counts = counts_text(brought.counts, brought.copy) if brought.held else ""
    if brought.outcome == "unchanged":
        return plain(say("web.back.same"))
    title = brought.held.paper.title if brought.held else ""
    return plain(say("back.file", title=title, name=brought.name, counts=counts))


def _opened(visit: Visit) -> tuple[Path, str, OpenFile]:
    """Open the PDF that is asked for; raises NotFound where it is not here, or not within the
    library's folder."""
    library = visit.library
    held = find_paper(library, visit.id)
    is_original, copy = bool(visit.asked("original")), visit.asked("copy")
    found = pdf_asked(library, held, is_original=is_original, copy=copy)
    file = opened_within(found.path, library.folder)
    if file is None:
        what = say("pdf.none", title=plain(held.paper.title))
        raise NotKnown(what=what, hint=say("pdf.none.hint"))
    return found.path, found.name, file


def _no_page(held: LibraryPaper, n: int) -> NotKnown:
    what = say("web.page.none", n=n, title=plain(held.paper.title))
    return NotKnown(what=what, hint=say("web.page.none.hint"))


ROUTES = [
    route("/pdf/{id:path}/page/{n:int}.png", image),
    route("/pdf/{id:path}/page/{n:int}", page),
    route("/pdf/{id:path}/page", jump),
    route("/pdf/{id:path}/back", back, "POST"),
    route("/pdf/{id:path}/remove", remove, "POST"),
    route("/pdf/{id:path}", pdf),
]
