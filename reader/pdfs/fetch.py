"""Fetch the PDFs of picks, and split PDFs into passages.

Workers of a cluster fetch too where an index is shared: only its server can keep the pauses of all
of them. One that cannot take a turn there asks nobody, and this process fetches that PDF itself.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from reader.base.cluster import Each, TaskFailure
from reader.base.errors import ModelError, PdfError, Problem, ReaderError
from reader.base.http import Fetch, Request
from reader.base.messages import N_, lazy_gettext
from reader.library import passage
from reader.library.config import Config
from reader.library.disk import write_whole
from reader.library.file_names import UNFILED, file_stem
from reader.library.files import existing, folder_at, has_bytes, is_here, lost_files, settle
from reader.library.folder import Library, system_clock
from reader.library.highlight import Marks
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.passage import Document
from reader.library.reference import works_of
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.failures import still_missing, waiting
from reader.pdfs.find import find_moved
from reader.pdfs.mark_places import FindWords, lay_marks
from reader.pdfs.recognition import Looks, sketch_of, stamped_version
from reader.search.rows import citations, index
from reader.search.rows.index import PassageText

if TYPE_CHECKING:
    from reader.base.http.client import Client

MAX_PDF_BYTES = 200_000_000

LEAST_DELAY_S = 0.1
"""Seconds between two requests of workers to a host that asks for no delay: it has turns too."""

UNREAD = "ocr"
"""The stage whose failures are papers with pages that wait for tesseract."""


class PdfTools(Protocol):
    """The functions that fetch and read PDFs, and report progress (stage, done, of how many).

    token_counter: opens the encoder's tokenizer and returns a function that counts the tokens
    of each of n texts; raises ModelError. read_pdf, read_marks, read_looks, read_word_places:
    read one file; raise PdfError. check_pdf: checks bytes, raises PdfError.
    read_first: as read_pdf, but reads only the first n pages that are pictures.
    read_pdfs: reads many on all cores, and yields each as it is done.
    each: the workers of a cluster, which fetch; None where this process does.
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
    def read_word_places(self) -> FindWords: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...

    @property
    def each(self) -> Each | None: ...


def fetch_pdfs(
    library: Library,
    tools: PdfTools,
    *,
    only: Sequence[int] | None = None,
    also: Collection[int] = (),
) -> list[Problem]:
    """Fetch the PDFs of picked papers that are missing, also those that were deleted by hand.

    PDFs that were moved by hand are found and not fetched, and files are moved to where their
    papers are filed. A PDF that failed waits for its next try, and is a problem until then.
    only: these papers alone, and now, whatever failed before; None: all picks.
    also: papers (rows) that need not be picks. A PDF is stored as it comes, so that the next call
    goes on after a kill.
    Returns the problems of this call, and those that wait.
    """
    find_moved(library, only, read=tools.read_pdf)
    problems = [Problem("file", error.message, error) for error in settle(library, only)]
    rows = [row for row in _without_pdf(library, also) if only is None or row in only]
    waits = waiting(library, "pdf") if only is None else {}
    lacking = papers.papers_at(library.db, rows)
    found = {
        paper.row: still_missing(library, waits[paper.record.id])
        for paper in lacking
        if paper.record.id in waits
    }
    n_done = len(found)
    tools.progress("pdf", n_done, len(rows))
    wanted = [paper for paper in lacking if paper.row not in found]
    for paper, content in _contents(library, tools, wanted):
        try:
            _keep_fetched(library, tools, paper, content)
        except ReaderError as error:
            found[paper.row] = Problem("pdf", paper.record.id, error)
            _fail(library, "pdf", paper.record.id, error)
        n_done += 1
        tools.progress("pdf", n_done, len(rows))
    tools.progress("pdf", len(rows), len(rows))
    return problems + [found[paper.row] for paper in lacking if paper.row in found]


def picks_to_fetch(library: Library) -> tuple[list[int], list[Problem]]:
    """List the picks (rows) whose PDF is missing and may be fetched now, the oldest first.

    Also returns the problems of those that failed before and wait for their next try.
    """
    waits = waiting(library, "pdf")
    lacking = papers.papers_at(library.db, _without_pdf(library))
    return [paper.row for paper in lacking if paper.record.id not in waits], [
        still_missing(library, waits[paper.record.id])
        for paper in lacking
        if paper.record.id in waits
    ]


def _without_pdf(library: Library, also: Collection[int] = ()) -> list[int]:
    paths = dict(pdfs.picks(library.db))
    if also:
        known = {pdf.paper: pdf.path for pdf, _ in pdfs.all_pdfs(library.db)}
        paths |= {row: known.get(row, "") for row in sorted(also) if row not in paths}
    lost = lost_files(library, [path for path in paths.values() if path])
    return [row for row, path in paths.items() if not path or path in lost]


def _contents(
    library: Library, tools: PdfTools, lacking: Sequence[LibraryPaper]
) -> Iterator[tuple[LibraryPaper, bytes | ReaderError]]:
    """Fetch PDFs one after another here, or on the workers where an index is shared."""
    config = library.config

    def here(paper: LibraryPaper) -> bytes | ReaderError:
        try:
            return tools.fetch(_request(paper, config)).content
        except ReaderError as error:
            return error

    def left() -> Iterator[LibraryPaper]:
        for paper in lacking:
            pdf = pdfs.pdf_of(library.db, paper.row)
            if not (pdf and is_here(library.folder / pdf.path)):  # else fetched meanwhile
                yield paper

    def values(paper: LibraryPaper) -> tuple[Request, str, frozenset[str]]:
        return _request(paper, config), config.index.url, config.hosts

    if tools.each is None or not config.index.url:
        yield from ((paper, here(paper)) for paper in left())
        return
    for paper, answer in tools.each(fetch_in_turn, left(), values, lambda paper: [paper]):
        if isinstance(answer, TaskFailure):
            yield paper, PdfError(file=paper.record.id, what=answer.why)
        else:
            yield paper, here(paper) if answer is None else answer


class _NoTurnError(Exception):
    """The server of the turns is away."""


def fetch_in_turn(
    request: Request, index_url: str, trusted_hosts: frozenset[str]
) -> bytes | ReaderError | None:
    """Fetch a PDF on a worker of a cluster, in turn with all who share the index.

    None where this worker cannot take turns at the index: then it asked nobody. An error is
    returned, since raised ones are tried again.
    """
    delay_s = max(request.delay_s, LEAST_DELAY_S)
    try:
        client = _client_in_turn(index_url, trusted_hosts)
        return client.fetch(replace(request, delay_s=delay_s)).content
    except (ImportError, _NoTurnError):
        return None
    except ReaderError as error:
        return error


@functools.cache
def _client_in_turn(index_url: str, trusted_hosts: frozenset[str]) -> Client:
    """Make the client of this worker, which is kept for the next PDF, with its pauses."""
    from reader.base.http.client import Client
    from reader.search.rows.shared_server import HostTurns

    turns = HostTurns(index_url, time.sleep, time.monotonic, lambda _error: None)

    @contextmanager
    def turn(host: str, delay_s: float) -> Iterator[Callable[[float], None]]:
        with turns.turn(host, delay_s) as heard:
            if turns.is_away:
                raise _NoTurnError
            yield heard

    return Client(
        clock=system_clock,
        sleep=time.sleep,
        monotonic=time.monotonic,
        trusted_hosts=trusted_hosts,
        turn=turn,
    )


def _request(paper: LibraryPaper, config: Config) -> Request:
    """Make the request for a paper's PDF. Raises PdfError where its address is not known."""
    url, is_trusted = pdf_address(paper, config)
    if not url:
        hint = (
            N_("`reader open` shows the paper's page.")
            if url_of(paper.record.id)
            else N_("If you have the PDF, `reader add FILE` adds it.")
        )
        raise PdfError(
            file=paper.record.id,
            what=lazy_gettext("the address of its PDF is not known"),
            hint=lazy_gettext(hint),
        )
    # arXiv's rules count for its hosts, also where a paper with another id has its PDF there.
    host, arxiv = urlsplit(url).hostname or "", config.arxiv
    is_arxiv = host == urlsplit(arxiv.pdf_url).hostname or f".{host}".endswith(".arxiv.org")
    return Request(
        url=url,
        source=lazy_gettext("PDF of {id}", id=paper.record.id),
        delay_s=arxiv.delay_for(url) if is_arxiv else 0.0,
        accept="application/pdf",
        max_bytes=MAX_PDF_BYTES,
        is_trusted=is_trusted,
    )


def _keep_fetched(
    library: Library, tools: PdfTools, paper: LibraryPaper, content: bytes | ReaderError
) -> None:
    """Keep what was fetched. Raises the error that came instead, or PdfError for no PDF."""
    if isinstance(content, ReaderError):
        raise content
    try:
        tools.check_pdf(content)
    except PdfError as error:
        raise error.named(f"PDF of {paper.record.id}") from None
    if not paper.key:  # no pick
        stem = file_stem(paper.record, library.config.pdf_name)
        paper = replace(paper, key=papers.fix_key(library.db, paper.row, stem))
    keep_pdf(library, paper, content)
    failures.clear_failure(library.db, "pdf", paper.record.id)


def keep_pdf(library: Library, paper: LibraryPaper, content: bytes) -> str:
    """Write a PDF to the folder of its paper, and record it. Returns its path in the library."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = place_of(library, paper, sha256)
    write_whole(library.folder / path, content)
    kept = pdfs.Pdf(paper.row, path.as_posix(), sha256)
    pdfs.add_pdf(library.db, kept, n_bytes=len(content), at=library.now())
    return kept.path


def pdf_address(paper: LibraryPaper, config: Config) -> tuple[str, bool]:
    """Find the address of a paper's PDF, "" for none, and whether it is trusted.

    Trusted is an address that is built from one in feeds.toml.
    """
    for id_ in paper.record.ids:
        scheme, _unused, name = id_.partition(":")
        if scheme == "arxiv":
            return config.arxiv.pdf_url + name, True
        if scheme == "acl" and config.resolve.acl:
            return f"{config.resolve.acl}{name}.pdf", True
        if scheme == "openreview" and config.resolve.openreview:
            return f"{config.resolve.openreview.rstrip('/')}/pdf?id={name}", True
    return paper.record.pdf_url, False


def place_of(library: Library, paper: LibraryPaper, sha256: str) -> Path:
    """Choose the path for a PDF in the library, relative to it.

    A file with these bytes that a kill left there is used. One with other bytes is somebody's
    (marked on a tablet, say) and stays, as does one that cannot be read or is in iCloud only;
    then the name gets -2, -3 … behind it.
    """
    folder = Path(folder_at(library, "papers", paper.topic or UNFILED))
    path = folder / f"{paper.key}.pdf"
    n = 2
    while (found := existing(library.folder / path)) or is_here(library.folder / path):
        if found and has_bytes(found, sha256):
            return folder / found.name
        path = folder / f"{paper.key}-{n}.pdf"
        n += 1
    return path


def extract(
    library: Library, tools: PdfTools, *, only: Sequence[int] | None = None
) -> list[Problem]:
    """Split the PDFs that have no passages yet.

    One that cannot be read is a problem, and stays one until its next try succeeds.
    only: the PDFs of these papers, and now, whatever failed before; None: all.
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
    """Forget which PDFs failed or had no words, so that all are read for a new index.db."""
    with library.db.writing():
        pdfs.forget_wordless(library.db)
        failures.clear_failures(library.db, "extract")


def extract_left(library: Library, tools: PdfTools) -> tuple[int, list[Problem]]:
    """Split the PDFs whose passages are missing after a kill.

    Those that failed and wait are left out. Returns how many were read, and the problems.
    """
    waits = waiting(library, "extract")
    left = [
        pdf.paper
        for pdf in pdfs.pdfs_without_passages(library.db)
        if pdf.path not in waits and (library.folder / pdf.path).is_file()
    ]
    problems = extract(library, tools, only=left) if left else []
    return len(left) - len(problems), problems


def _read_scans(library: Library, tools: PdfTools, tried: Set[str]) -> list[Problem]:
    """Read the PDFs again whose pages wait for tesseract, if it is installed now.

    tried: paths that were tried just now, and are not tried again.
    """
    scans: dict[Path, pdfs.Pdf] = {}
    for failure in failures.failures(library.db, UNREAD):
        paper = papers.paper_with_id(library.db, failure.subject)
        pdf = pdfs.pdf_of(library.db, paper.row) if paper else None
        if pdf and pdf.path not in tried and is_here(library.folder / pdf.path):
            scans[library.folder / pdf.path] = pdf
    # The first one alone shows whether tesseract is there, before all cores read the rest.
    answers = tools.read_pdfs(itertools.islice(scans, 1))
    problems = []
    for path, answer in itertools.chain(answers, tools.read_pdfs(itertools.islice(scans, 1, None))):
        if isinstance(answer, Document) and answer.why_unread == "no tesseract":
            return []
        pdf = scans[path]
        try:
            lacking = _keep_passages(library, tools, pdf, answer)
        except PdfError as error:
            # Reading it takes minutes, so no later gather tries it again.
            (paper,) = papers.papers_at(library.db, [pdf.paper])
            failures.clear_failure(library.db, UNREAD, paper.record.id)
            lacking = error
        if lacking is not None:
            problems.append(Problem("extract", pdf.path, lacking))
    return problems


def _keep_passages(
    library: Library, tools: PdfTools, pdf: pdfs.Pdf, answer: Document | PdfError
) -> PdfError | None:
    """Store the passages of a PDF; return an error for pages that could not be read, else None.

    Raises PdfError for a PDF that could not be read or has no text.
    """
    if isinstance(answer, PdfError):
        raise answer
    passages = passages_of(answer, tools)
    lacking = unread_pages(answer, pdf.path)
    note_unread(library, papers.papers_at(library.db, [pdf.paper])[0], answer)
    if not passages and lacking and answer.why_unread == "no tesseract":
        # It waits until tesseract is installed, and for no next try before.
        pdfs.set_wordless(library.db, pdf)
        failures.clear_failure(library.db, "extract", pdf.path)
        return lacking
    if not passages:
        raise lacking or PdfError(
            file=pdf.path,
            what=lazy_gettext("it contains no text"),
            hint=lazy_gettext("You can read it, but not search it."),
        )
    index.add_passages(library.db, pdf.paper, passages, sha256=pdf.sha256)
    citations.add_cited(library.db, pdf.paper, works_of(answer))
    pdfs.add_contents(library.db, pdf.sha256, answer.contents)
    read = replace(pdf, sketch=sketch_of(answer), version=stamped_version(answer))
    pdfs.set_sketch(library.db, read)
    lay_on(library, tools, pdf)
    failures.clear_failure(library.db, "extract", pdf.path)
    return lacking


def lay_on(library: Library, tools: PdfTools, pdf: pdfs.Pdf) -> None:
    """Lay marks of an earlier version on a PDF; where that fails, it is done when it is shown."""
    file = library.folder / pdf.path
    with contextlib.suppress(PdfError):
        lay_marks(library, tools.read_word_places, pdf.paper, file=file, sha256=pdf.sha256)


def note_unread(library: Library, paper: LibraryPaper, document: Document) -> None:
    """Record whether a paper's PDF has pages that wait for tesseract."""
    lacking = unread_pages(document, paper.record.id)
    if lacking is not None and document.why_unread == "no tesseract":
        _fail(library, UNREAD, paper.record.id, lacking)
    else:
        failures.clear_failure(library.db, UNREAD, paper.record.id)


def unread_pages(document: Document, file: str) -> PdfError | None:
    """Make an error for pages that are pictures and were not read; None for hardly any."""
    # A single page, or fewer than a tenth, is mostly a figure that fills its page.
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
    """Cut a document into passages, by the encoder's tokens, or an estimate without encoder."""

    def estimated(texts: Sequence[str]) -> list[int]:
        # A token for three Latin characters or one of another script: rather too many than too
        # few, so that no passage is longer than the encoder reads.
        return [math.ceil(sum(1 if ord(c) > 0x2E7F else 0.34 for c in text)) for text in texts]

    try:
        count = tools.token_counter()
    except ModelError:
        # The encode stage reports it. Passages cut by characters can still be found by words.
        count = estimated
    return [
        PassageText(p.text, p.page, p.section) for p in passage.split(document, count_tokens=count)
    ]


def _fail(library: Library, stage: str, subject: str, error: ReaderError) -> None:
    words = (error.message, error.hint)
    failures.add_failure(library.db, stage, subject, words, now=library.now(), reason=error.reason)
