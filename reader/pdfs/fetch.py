"""Bring the PDFs of picks into their folders, and split them into passages."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from reader.base.errors import ModelError, PdfError, Problem, ReaderError
from reader.base.http import Fetch, Request
from reader.base.messages import say
from reader.library import passage
from reader.library.config import Config
from reader.library.file_names import UNFILED
from reader.library.files import is_here
from reader.library.folder import Library, write_whole
from reader.library.highlight import Marks
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.passage import Document
from reader.library.rows import failures, papers
from reader.library.rows.failures import still_missing, waiting
from reader.pdfs.move import existing, find_moved, folder_at, has_bytes, settle
from reader.pdfs.recognition import Looks, sketch_of, stamped_version
from reader.pdfs.rows import pdfs
from reader.search.rows import index
from reader.search.rows.index import PassageText

MAX_PDF_BYTES = 200_000_000

UNREAD = "ocr"
"""Under this stage's name stand the papers with pages that wait for tesseract."""


class PdfTools(Protocol):
    """What reads and fetches PDFs, and says how far it is; the tools of a run are more.

    token_counter: opens the encoder's tokenizer: counts the tokens of each of n texts.
    read_pdf, read_marks, read_looks: of one file; raise PdfError. check_pdf: of bytes, likewise.
    read_first: as read_pdf, but of pages that are pictures only the first so many are read.
    read_pdfs: of many, each as it is done, on all cores; lazily.
    """

    @property
    def fetch(self) -> Fetch: ...

    @property
    def token_counter(self) -> Callable[[], Callable[[Sequence[str]], list[int]]]: ...

    @property
    def check_pdf(self) -> Callable[[bytes], None]: ...

    @property
    def read_pdf(self) -> Callable[[Path], Document]: ...

    @property
    def read_first(self) -> Callable[[Path, int], Document]: ...

    @property
    def read_pdfs(
        self,
    ) -> Callable[[Iterable[Path]], Iterator[tuple[Path, Document | PdfError]]]: ...

    @property
    def read_marks(self) -> Callable[[Path], Marks]: ...

    @property
    def read_looks(self) -> Callable[[Path], Looks]: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


def fetch_pdfs(
    library: Library, tools: PdfTools, *, only: Sequence[int] | None = None
) -> list[Problem]:
    """Fetch every picked paper's PDF that is not here, also one that was deleted by hand.

    One that was moved by hand is found and not fetched; what was filed elsewhere is
    brought there. One that failed waits for its time, and is a problem until then.
    only: these papers alone, and now, whatever failed before; None: all that are picked.
    """
    find_moved(library, only, read=tools.read_pdf)
    problems = [Problem("file", error.message, error) for error in settle(library, only)]
    rows = [row for row in _without_pdf(library) if only is None or row in only]
    waits = waiting(library, "pdf") if only is None else {}
    for n_done, held in enumerate(papers.papers_at(library.db, rows)):
        tools.progress("pdf", n_done, len(rows))
        if held.paper.id in waits:
            problems.append(still_missing(library, waits[held.paper.id]))
            continue
        if (pdf := pdfs.pdf_of(library.db, held.row)) and is_here(library.folder / pdf.path):
            continue  # another process brought it meanwhile
        try:
            _fetch_one(library, tools, held)
        except ReaderError as error:
            problems.append(Problem("pdf", held.paper.id, error))
            _fail(library, "pdf", held.paper.id, error)
    tools.progress("pdf", len(rows), len(rows))
    return problems


def picks_to_fetch(library: Library) -> tuple[list[int], list[Problem]]:
    """List the picks (rows) whose PDF is not here and may be asked for now, the oldest first;
    also gives what failed before and waits for its time."""
    waits = waiting(library, "pdf")
    lacking = papers.papers_at(library.db, _without_pdf(library))
    return [held.row for held in lacking if held.paper.id not in waits], [
        still_missing(library, waits[held.paper.id]) for held in lacking if held.paper.id in waits
    ]


def _without_pdf(library: Library) -> list[int]:
    picks = pdfs.picks(library.db)
    return [row for row, path in picks if not (path and is_here(library.folder / path))]


def _fetch_one(library: Library, tools: PdfTools, held: LibraryPaper) -> None:
    url, is_trusted = pdf_address(held, library.config)
    if not url:
        hint = "pdf.no_address.hint" if url_of(held.paper.id) else "pdf.nowhere.hint"
        raise PdfError(file=held.paper.id, what=say("pdf.no_address"), hint=say(hint))
    # arXiv's host gets its own seconds between two calls, whatever the paper's id.
    host, arxiv = urlsplit(url).hostname or "", library.config.arxiv
    is_arxiv = host == urlsplit(arxiv.pdf_url).hostname or f".{host}".endswith(".arxiv.org")
    answer = tools.fetch(
        Request(
            url=url,
            source=say("pdf.source", id=held.paper.id),
            delay_s=arxiv.delay_for(url) if is_arxiv else 0.0,
            accept="application/pdf",
            max_bytes=MAX_PDF_BYTES,
            is_trusted=is_trusted,
        )
    )
    try:
        tools.check_pdf(answer.content)
    except PdfError as error:
        raise error.named(f"PDF of {held.paper.id}") from None
    sha256 = hashlib.sha256(answer.content).hexdigest()
    path = place_of(library, held, sha256)
    write_whole(library.folder / path, answer.content)
    kept = pdfs.Pdf(held.row, path.as_posix(), sha256)
    pdfs.add_pdf(library.db, kept, n_bytes=len(answer.content), at=library.now())
    failures.clear_failure(library.db, "pdf", held.paper.id)


def pdf_address(held: LibraryPaper, config: Config) -> tuple[str, bool]:
    """Find a paper's PDF address; also returns whether it is built from one in feeds.toml."""
    for id_ in held.paper.ids:
        scheme, _, name = id_.partition(":")
        if scheme == "arxiv":
            return config.arxiv.pdf_url + name, True
        if scheme == "acl" and config.resolve.acl:
            return f"{config.resolve.acl}{name}.pdf", True
        if scheme == "openreview" and config.resolve.openreview:
            return f"{config.resolve.openreview.rstrip('/')}/pdf?id={name}", True
    return held.paper.pdf_url, False


def place_of(library: Library, held: LibraryPaper, sha256: str) -> Path:
    """Choose a PDF's path in the library: its own, also when a kill left it there before.

    A file with other bytes there is somebody's (marked on a tablet, say) and stays, as does
    one that cannot be read or that iCloud took off this disk.
    """
    folder = Path(folder_at(library, "papers", held.topic or UNFILED))
    path = folder / f"{held.key}.pdf"
    n = 2
    while (found := existing(library.folder / path)) or is_here(library.folder / path):
        if found and has_bytes(found, sha256):
            return folder / found.name
        path = folder / f"{held.key}-{n}.pdf"
        n += 1
    return path


def extract(
    library: Library, tools: PdfTools, *, only: Sequence[int] | None = None
) -> list[Problem]:
    """Split every PDF that has no passages yet; a bad one is named, and again until its time.

    only: the PDFs of these papers, and now; None: all.
    """
    left = pdfs.pdfs_without_passages(library.db)
    unread = [pdf for pdf in left if only is None or pdf.paper in only]
    waits = waiting(library, "extract") if only is None else {}
    found: dict[str, Problem] = {
        path: still_missing(library, failure) for path, failure in waits.items()
    }
    tried = {library.folder / pdf.path: pdf for pdf in unread if pdf.path not in waits}
    tools.progress("extract", 0, len(tried))
    for n_done, (path, answer) in enumerate(tools.read_pdfs(tried), 1):
        pdf = tried[path]
        lacking: PdfError | ModelError | None
        try:
            lacking = _keep_passages(library, tools, pdf, answer)
        except (PdfError, ModelError) as error:
            _fail(library, "extract", pdf.path, error)
            lacking = error
        if lacking is not None:
            found[pdf.path] = Problem("extract", pdf.path, lacking)
        tools.progress("extract", n_done, len(tried))
    problems = [found[pdf.path] for pdf in unread if pdf.path in found]
    return problems + (_read_scans(library, tools, set(found)) if only is None else [])


def forget_readings(library: Library) -> None:
    """Forget which PDFs failed or had no words: all are read again, as index.db is made anew."""
    with library.db.writing():
        pdfs.forget_wordless(library.db)
        failures.clear_failures(library.db, "extract")


def extract_left(library: Library, tools: PdfTools) -> tuple[int, list[Problem]]:
    """Split the PDFs whose passages a kill kept from the disk, but for those that failed and
    wait; also returns how many were read."""
    waits = waiting(library, "extract")
    left = [
        pdf.paper
        for pdf in pdfs.pdfs_without_passages(library.db)
        if pdf.path not in waits and (library.folder / pdf.path).is_file()
    ]
    problems = extract(library, tools, only=left) if left else []
    return len(left) - len(problems), problems


def _read_scans(library: Library, tools: PdfTools, told: Set[str]) -> list[Problem]:
    """Read again what came when tesseract was not installed; the first tells if it is now.

    told: paths that were tried just now, and are not again.
    """
    scans: dict[Path, pdfs.Pdf] = {}
    for failure in failures.failures(library.db, UNREAD):
        held = papers.paper_with_id(library.db, failure.subject)
        pdf = pdfs.pdf_of(library.db, held.row) if held else None
        if pdf and pdf.path not in told and is_here(library.folder / pdf.path):
            scans[library.folder / pdf.path] = pdf
    answers = tools.read_pdfs(itertools.islice(scans, 1))
    problems = []
    for path, answer in itertools.chain(answers, tools.read_pdfs(itertools.islice(scans, 1, None))):
        if isinstance(answer, Document) and answer.why_unread == "no tesseract":
            return []
        pdf = scans[path]
        try:
            lacking = _keep_passages(library, tools, pdf, answer)
        except PdfError as error:
            # Not again with each gather: reading it takes minutes.
            (held,) = papers.papers_at(library.db, [pdf.paper])
            failures.clear_failure(library.db, UNREAD, held.paper.id)
            lacking = error
        if lacking is not None:
            problems.append(Problem("extract", pdf.path, lacking))
    return problems


def _keep_passages(
    library: Library, tools: PdfTools, pdf: pdfs.Pdf, answer: Document | PdfError
) -> PdfError | None:
    """Keep what a PDF says; returns what to tell of pages that could not be read."""
    if isinstance(answer, PdfError):
        raise answer
    passages = passages_of(answer, tools)
    lacking = unread_pages(answer, pdf.path)
    note_unread(library, papers.papers_at(library.db, [pdf.paper])[0], answer)
    if not passages and lacking and answer.why_unread == "no tesseract":
        # It waits for tesseract, not for a time.
        pdfs.set_wordless(library.db, pdf)
        failures.clear_failure(library.db, "extract", pdf.path)
        return lacking
    if not passages:
        raise lacking or PdfError(
            file=pdf.path, what=say("pdf.no_text"), hint=say("pdf.no_text.hint")
        )
    index.add_passages(library.db, pdf.paper, passages, sha256=pdf.sha256)
    read = replace(pdf, sketch=sketch_of(answer), version=stamped_version(answer))
    pdfs.set_sketch(library.db, read)
    failures.clear_failure(library.db, "extract", pdf.path)
    return lacking


def note_unread(library: Library, held: LibraryPaper, document: Document) -> None:
    """Record that a paper's PDF has pages which tesseract could read were it installed."""
    lacking = unread_pages(document, held.paper.id)
    if lacking is not None and document.why_unread == "no tesseract":
        _fail(library, UNREAD, held.paper.id, lacking)
    else:
        failures.clear_failure(library.db, UNREAD, held.paper.id)


def unread_pages(document: Document, file: str) -> PdfError | None:
    """Report that pages are pictures and stayed so, and what helps; None where hardly any did.

    A figure that fills a page is nothing to tell about.
    """
    n_unread = document.n_scanned - document.n_ocr
    if n_unread < min(2, document.n_pages) or n_unread < document.n_pages / 10:
        return None
    pages = "1 page is a picture" if n_unread == 1 else f"{n_unread} pages are pictures"
    what, hint = pages, "They can be looked at, not searched."
    if document.why_unread == "no tesseract":
        what = f"{pages}; tesseract is not installed"
        hint = (
            "To have them read: apt install tesseract-ocr tesseract-ocr-jpn, on a Mac brew "
            "install tesseract tesseract-lang; then `reader index` reads them."
        )
    elif document.why_unread == "time":
        what = (
            f"{document.n_ocr} of {document.n_scanned} pages that are pictures were read; "
            "more would have taken too long"
        )
    elif document.why_unread == "failed":
        what = f"{pages} that tesseract could not read"
    return PdfError(file=file, what=what, hint=hint, kind="scanned")


def passages_of(document: Document, tools: PdfTools) -> list[PassageText]:
    """Cut a document into passages, counted in the encoder's tokens where there is one."""

    def estimated(texts: Sequence[str]) -> list[int]:
        # One for each three Latin characters or each one of another script: rather too many.
        return [math.ceil(sum(1 if ord(c) > 0x2E7F else 0.34 for c in text)) for text in texts]

    try:
        count = tools.token_counter()
    except ModelError:
        # Named by the encode stage; passages counted by characters are searchable by words.
        count = estimated
    return [
        PassageText(p.text, p.page, p.section) for p in passage.split(document, count_tokens=count)
    ]


def _fail(library: Library, stage: str, subject: str, error: ReaderError) -> None:
    words = (error.message, error.hint)
    failures.add_failure(library.db, stage, subject, words, now=library.now(), reason=error.reason)
