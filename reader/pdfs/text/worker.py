"""Answer questions about PDFs, one after the other, as a child process.

    python -m reader.pdfs.text.worker MAX_BYTES

Each line on standard input is a JSON object {"task", "path", "timeout_s"}, with "page" and
"width" where one page is asked for, and "n_ocr" where few pictured ones are; each answer a
line: {"done": …} or {"failed": kind, "why": words}. Lines {"page", "of", "more_s"} before the
answer say how far it is, and what more time is needed. Whatever goes wrong in a way not foreseen
here ends this process; the caller sees that and starts another.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TextIO

from reader.library.passage import Document
from reader.pdfs.front.read import N_RAW, read_front
from reader.pdfs.text import answer
from reader.pdfs.text.blocks import Composer, body_size
from reader.pdfs.text.columns import is_doubtful, runs, without_furniture, without_stray_blanks
from reader.pdfs.text.headings import section_look
from reader.pdfs.text.lines import Line, PageLines, compounds, page_lines, tidy
from reader.pdfs.text.ocr import FILE_S, FIRST_S, pictured, read_pages
from reader.pdfs.text.opener import (
    Tell,
    Unreadable,
    check_unpacked,
    failures,
    is_memory,
    opened,
    unreadable,
)

if sys.platform != "win32":  # there the caller's clock is the only limit
    import fcntl
    import resource


def main() -> None:
    answers = _own_stdout()
    _limit_memory(int(sys.argv[1]))
    pymupdf = _load()
    _answer(answers, {"ready": True})

    def tell(page: int, of: int, more_s: float = 0.0) -> None:
        _answer(answers, {"page": page, "of": of, "more_s": more_s})

    for line in sys.stdin:
        asked = json.loads(line)
        _limit_cpu(asked["timeout_s"])
        _die_with_the_caller(is_at_work=True)
        try:
            with opened(pymupdf, asked["path"]) as file:
                done = TASKS[asked["task"]](pymupdf, file, WorkerQuestion(asked, tell))
                found: dict[str, Any] = {"done": done}
        except Unreadable as error:
            found = {"failed": error.kind, "why": error.why}
        except MemoryError:
            found = {"failed": "memory", "why": ""}
        _die_with_the_caller(is_at_work=False)
        _answer(answers, found)
        pymupdf.TOOLS.store_shrink(100)


class WorkerQuestion(NamedTuple):
    """A question, and how to say how far its answer is."""

    question: dict[str, Any]
    tell: Tell


def _read(pymupdf: Any, file: Any, asked: WorkerQuestion) -> dict[str, Any]:

    return answer.to_plain(
        document_of(pymupdf, file, asked.tell, n_ocr=asked.question.get("n_ocr"))
    )


def _marks(pymupdf: Any, file: Any, _: WorkerQuestion) -> dict[str, Any]:
    from reader.pdfs.marks.read import marks_of

    check_unpacked(pymupdf, file)
    return answer.marks_to_plain(marks_of(pymupdf, file))


def _looks(pymupdf: Any, file: Any, _: WorkerQuestion) -> dict[str, Any]:
    from reader.pdfs.text.pictures import looks_of

    check_unpacked(pymupdf, file)
    return answer.looks_to_plain(looks_of(pymupdf, file))


def _pictures(pymupdf: Any, file: Any, _: WorkerQuestion) -> dict[str, Any]:
    from reader.pdfs.text.pictures import pictures_of

    return answer.pictures_to_plain(pictures_of(pymupdf, file))


def _page_text(pymupdf: Any, file: Any, asked: WorkerQuestion) -> dict[str, Any]:
    from reader.pdfs.text.pictures import text_of_page

    return answer.page_to_plain(text_of_page(pymupdf, file, asked.question["page"]))


def _page_image(pymupdf: Any, file: Any, asked: WorkerQuestion) -> dict[str, Any]:
    from reader.pdfs.text.pictures import image_of_page

    page, width = asked.question["page"], asked.question["width"]
    return {"image": base64.b64encode(image_of_page(pymupdf, file, page, width)).decode()}


TASKS: dict[str, Callable[[Any, Any, WorkerQuestion], dict[str, Any]]] = {
    "read": _read,
    "marks": _marks,
    "looks": _looks,
    "pictures": _pictures,
    "page text": _page_text,
    "page image": _page_image,
}


def _load() -> Any:
    # PyMuPDF imports what it finds of its layout model and of its Markdown writer (numpy,
    # onnxruntime), which nothing here uses: without them the import takes .1 s in place of .5.
    for name in ("pymupdf.layout", "pymupdf4llm"):
        sys.modules[name] = None  # type: ignore[assignment]
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf


def _own_stdout() -> TextIO:
    """Keep standard output for answers: what libraries print goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    return own


def _answer(answers: TextIO, said: dict[str, Any]) -> None:
    answers.write(json.dumps(said) + "\n")
    answers.flush()


def _limit_memory(max_bytes: int) -> None:
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    soft = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    except (ValueError, OSError):
        # macOS knows the name and refuses the value.
        return


def _limit_cpu(timeout_s: float) -> None:
    """End this process some time after the caller would, should the caller be gone."""
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(time.process_time() + timeout_s) + 10
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _die_with_the_caller(*, is_at_work: bool) -> None:
    """Have the kernel end this process group when the caller's end of standard input closes.

    Between files the loop sees that itself; within one, MuPDF may never come back, and no
    Python runs meanwhile. While at work nothing is written to standard input, so the only
    SIGIO that can come is for its end, and what SIGIO does to a process is end it.
    """
    if sys.platform == "win32":
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(0, fcntl.F_SETFL, flags | os.O_ASYNC if is_at_work else flags & ~os.O_ASYNC)


if __name__ == "__main__":
    main()


def compose(pages: list[PageLines], raw: Sequence[dict[str, Any]] = ()) -> Document:
    """Order, clean and join; pages: all of the PDF's, an unreadable one with no lines.

    raw: get_text("dict") of the first pages, `front.N_RAW` of them; without it nothing is
    known of title, authors, year and DOI.
    """
    all_lines: list[list[Line]] = [page.lines for page in pages]
    body = body_size(all_lines)
    kept = without_furniture(pages, body)
    ordered = [runs(lines, page.width) for lines, page in zip(kept, pages, strict=True)]
    hyphenated = compounds(line.text for lines in kept for line in lines)
    look = section_look(row for page_runs in ordered for run in page_runs for row in run)
    composer = Composer(body, hyphenated, look)
    for number, (page, page_runs) in enumerate(zip(pages, ordered, strict=True), 1):
        composer.add(number, page_runs, (page.width, page.height))
    composed = composer.pages(len(pages))
    stamp = _stamp(pages[0].rotated) if pages else ""
    heads = set(pages[0].lines) - set(kept[0]) if pages else set()
    front = read_front(raw, pages, composed, dropped=heads, body=body, stamp=stamp)
    return Document(
        pages=composed,
        title=front.title,
        authors=front.authors,
        year=front.year,
        abstract=front.abstract,
        doi=front.doi,
        type=front.type,
        stamp=stamp,
        first_page=_all_words(pages[0]) if pages else "",
        n_scanned=sum(page.is_scanned for page in pages),
        n_ocr=sum(page.is_ocr for page in pages),
    )


def _stamp(rotated: list[str]) -> str:
    return next((tidy(text) for text in rotated if text.startswith("arXiv:")), "")


def _all_words(page: PageLines) -> str:
    return "\n".join([tidy(line.text) for line in page.lines] + [tidy(t) for t in page.rotated])


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Stop looking for cycles for the time of one file: the thousands of lines that are
    kept would be looked at again and again, for a sixth of the whole time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@_uncollected()
def document_of(pymupdf: Any, file: Any, tell: Tell, *, n_ocr: int | None = None) -> Document:
    """Read an opened file; raises Unreadable.

    tell: told the number of each page before it is read, and of how many. n_ocr: how many of
    the pages that are pictures are read, the first ones and in little time; None: all.
    """
    faults = failures(pymupdf)
    try:
        n_pages = file.page_count
    except faults as error:
        raise unreadable(error, "broken") from error
    pages, n_failed = [], 0
    raw: list[dict[str, Any]] = []
    flags = pymupdf.TEXTFLAGS_DICT & ~(
        # MuPDF itself writes out the ligatures (fi, ffl, …) without that flag, and they
        # alone: NFKC would also turn x² into x2 and full-width Japanese marks into ASCII.
        pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
    )
    for number in range(n_pages):
        tell(number + 1, n_pages)
        try:
            page = file[number].get_text("dict", flags=flags)
            if number < N_RAW and is_doubtful(page):
                without_stray_blanks(page, file[number].get_text("rawdict", flags=flags))
            pages.append(page_lines(page))
        except faults as error:
            n_failed += 1
            if is_memory(error):
                raise Unreadable("memory") from error
            page = {"blocks": []}
            pages.append(PageLines([], 0, 0, []))
        if number < N_RAW:
            raw.append(page)
    if n_failed == len(pages):
        raise Unreadable("no page")
    scanned = pictured(file, pages, faults)
    file_s = FILE_S if n_ocr is None else FIRST_S
    found, why_unread = read_pages(file, scanned[:n_ocr], tell, faults, file_s=file_s)
    for number in scanned:
        page = found.get(number)
        lines = page_lines(page) if page else pages[number]
        pages[number] = lines._replace(is_scanned=True, is_ocr=page is not None)
        if page and number < len(raw):
            raw[number] = page
    return replace(compose(pages, raw), why_unread=why_unread)
