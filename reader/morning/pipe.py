"""Run the stages one after another, and take pictures of PDFs.

Pictures are derived. They lie in the library's folder `pictures/`, named by the PDF's
content; what is missing there is taken again, what belongs to no PDF is deleted.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reader.base.errors import PdfError, Problem
from reader.gathering.gather import gather
from reader.gathering.resolve import follow_links, resolve
from reader.library.failures import still_missing, waiting
from reader.library.folder import Library, write_whole
from reader.library.rows import failures
from reader.library.rows.database import lock_file
from reader.morning.cite import cite
from reader.morning.complete import complete
from reader.morning.pick import FETCH_LOCK
from reader.morning.rank import rank_days
from reader.morning.tools import Tools
from reader.pdfs.fetch import extract, fetch_pdfs, picks_to_fetch
from reader.pdfs.rows import pdfs
from reader.pdfs.rows.pdfs import FOLDER, Pdf, Picture
from reader.pdfs.text.answer import Pictures
from reader.ranking.learn import foretell_day, learn, learn_talk
from reader.search.encode import encode, index_words

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
        for pdf, picture in pdfs.all_pdfs(library.db)
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
    pdfs.add_picture(library.db, pdf.paper, picture)
    failures.clear_failure(library.db, "picture", pdf.sha256)


def _failed(library: Library, pdf: Pdf, error: PdfError) -> list[Problem]:
    words = (error.message, error.hint)
    failures.add_failure(library.db, "picture", pdf.sha256, words, now=library.now())
    return [] if _was_said(library, pdf) else [Problem("picture", pdf.path, error)]


def _was_said(library: Library, pdf: Pdf) -> bool:
    return any(f.subject == pdf.path for f in failures.failures(library.db, "extract"))


def _names(library: Library) -> set[str]:
    """List the pictures that are there, as paths relative to the library."""
    folder = library.folder / FOLDER
    try:
        return {f"{FOLDER}/{file.name}" for file in folder.iterdir() if _NAME.fullmatch(file.name)}
    except (FileNotFoundError, NotADirectoryError):
        return set()


def _sweep(library: Library) -> set[str]:
    """Delete the pictures of PDFs that are gone; files of other names are somebody's."""
    pdfs.forget_gone(library.db)
    kept = {
        name
        for pdf, _ in pdfs.all_pdfs(library.db)
        for name in (Picture(pdf.sha256).page, Picture(pdf.sha256, 1).figure)
    }
    here = _names(library)
    for name in here - kept:
        with contextlib.suppress(OSError):  # on a disk that is read-only it stays
            (library.folder / Path(name)).unlink(missing_ok=True)
    return here & kept


def fetch_and_rank(library: Library, tools: Tools, *, only: Sequence[str] = ()) -> list[Problem]:
    """Do what the morning list waits for: ask, resolve, learn what was decided since, rank by
    words, index for full text.

    Raises Locked when another process is at it.
    """
    with lock_file(library.folder / "gather.lock"):
        problems = gather(library, tools, only=only)
        problems += follow_links(library, tools)
        problems += resolve(library, tools)
        problems += complete(library, tools)
        learn(library, tools)
        rank_days(library, library.today())
        foretell_day(library, library.today())
        index_words(library, tools)
    return problems


def index_all(library: Library, tools: Tools) -> list[Problem]:
    """Do what can come after the list: citations, full text, PDFs of picks and their pictures,
    vectors, what decisions teach, the second ranking."""
    with lock_file(library.folder / "index.lock"):
        problems = cite(library, tools)
        index_words(library, tools)
        problems += [*fetch_pdfs(library, tools), *extract(library, tools)]
        problems += take_pictures(library, tools)
        problems += encode(library, tools)
        learn_talk(library, tools)
        learn_decisions(library, tools)
    return problems


def index_picks(library: Library, tools: Tools, rows: list[int]) -> list[Problem]:
    """Fetch, split and encode what was picked just now, and learn from what was decided."""
    index_words(library, tools)
    problems = fetch_pdfs(library, tools, only=rows)
    problems += extract(library, tools, only=rows)
    problems += take_pictures(library, tools, only=rows)
    problems += encode(library, tools, papers=rows)
    learn_decisions(library, tools)
    return problems


def fetch_picks(library: Library, tools: Tools, rows: Sequence[int] = ()) -> list[Problem]:
    """Bring the PDFs of picks that are not here, and all that comes of them; learn from what was
    decided.

    rows: these papers, and now; none: all that are picked, but for what failed and waits. One
    process at a time: another one's work is waited for.
    """
    with lock_file(library.folder / FETCH_LOCK, wait=True):
        if rows:
            return index_picks(library, tools, [*rows])
        wanted, missing = picks_to_fetch(library)
        return [*missing, *index_picks(library, tools, wanted)]


def learn_decisions(library: Library, tools: Tools) -> None:
    """Learn from what was decided since, and let what no list has shown yet go by it."""
    learn(library, tools)
    rank_days(library, library.today(), encoder=tools.encoder_name)
    foretell_day(library, library.today())
