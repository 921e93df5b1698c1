"""Take a picture of each PDF's first page and first figure: people choose by the figure.

Pictures are derived. They lie in the library's folder `pictures/`, named by the PDF's
content; what is missing there is taken again, what belongs to no PDF is deleted.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reader.errors import PdfError
from reader.library.folder import Library, write_whole
from reader.pdf import Pictures
from reader.stages.tools import Problem, Tools
from reader.stages.waiting import still_missing, waiting
from reader.store import pictures, sources
from reader.store.pdfs import Pdf
from reader.store.pictures import FOLDER, Picture

_NAME = re.compile(r"[0-9a-f]{16}-(?:page|figure)\.png")


def take_pictures(
    library: Library, tools: Tools, *, only: Sequence[int] | None = None
) -> list[Problem]:
    """Take the pictures of every PDF that has none; several at once.

    One that cannot be drawn is a problem until it can be, and tried again when its time comes.
    Where reading its text failed too, that was said.
    only: the PDFs of these papers, whatever failed before; None: all.
    """
    here = _sweep(library) if only is None else _names(library)
    waits = waiting(library, "picture") if only is None else {}
    undrawn = {
        library.folder / pdf.path: pdf
        for pdf, picture in pictures.all_pdfs(library.db)
        if (only is None or pdf.paper in only)
        and not _is_here(picture, here)
        and (library.folder / pdf.path).is_file()
    }
    lacking = {path: pdf for path, pdf in undrawn.items() if pdf.sha256 not in waits}
    problems = [
        replace(still_missing(library, waits[pdf.sha256]), subject=pdf.path)
        for pdf in undrawn.values()
        if pdf.sha256 in waits and not _was_said(library, pdf)
    ]
    tools.progress("picture", 0, len(lacking))
    for n_done, (path, found) in enumerate(tools.read_pictures(lacking), 1):
        pdf = lacking[path]
        if isinstance(found, PdfError):
            problems += _failed(library, pdf, found)
        else:
            _keep(library, pdf, found)
        tools.progress("picture", n_done, len(lacking))
    return problems


def _is_here(picture: Picture | None, here: set[str]) -> bool:
    return picture is not None and {picture.page, picture.figure} - {""} <= here


def _keep(library: Library, pdf: Pdf, found: Pictures) -> None:
    """Write the files first: a row says that they are there."""
    picture = Picture(pdf.sha256, found.figure_page if found.figure else None, found.caption)
    write_whole(library.folder / picture.page, found.page)
    if picture.figure:
        write_whole(library.folder / picture.figure, found.figure)
    pictures.add_picture(library.db, pdf.paper, picture)
    sources.clear_failure(library.db, "picture", pdf.sha256)


def _failed(library: Library, pdf: Pdf, error: PdfError) -> list[Problem]:
    words = (error.message, error.hint)
    sources.add_failure(library.db, "picture", pdf.sha256, words, now=library.now())
    return [] if _was_said(library, pdf) else [Problem("picture", pdf.path, error)]


def _was_said(library: Library, pdf: Pdf) -> bool:
    return any(f.subject == pdf.path for f in sources.failures(library.db, "extract"))


def _names(library: Library) -> set[str]:
    """List the pictures that are there, as paths relative to the library."""
    folder = library.folder / FOLDER
    try:
        return {f"{FOLDER}/{file.name}" for file in folder.iterdir() if _NAME.fullmatch(file.name)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _sweep(library: Library) -> set[str]:
    """Delete the pictures of PDFs that are gone; files of other names are somebody's."""
    pictures.forget_gone(library.db)
    kept = {
        name
        for pdf, _ in pictures.all_pdfs(library.db)
        for name in (Picture(pdf.sha256).page, Picture(pdf.sha256, 1).figure)
    }
    here = _names(library)
    for name in here - kept:
        with contextlib.suppress(OSError):  # on a disk that is read-only it stays
            (library.folder / Path(name)).unlink(missing_ok=True)
    return here & kept
