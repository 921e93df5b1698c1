"""Answer questions about PDFs, one after the other, as a child process.

    python -m reader.pdfs.text.worker MAX_BYTES

Each line on standard input is a JSON object {"task", "path", "timeout_s"}, with "page" and
"width" where one page is asked for, and "n_ocr" where few pictured ones are; each answer a
line: {"done": …} or {"failed": kind, "why": words}. Lines {"page", "of", "more_s"} before the
answer say how far it is, and what more time is needed. Whatever goes wrong in a way not foreseen
here ends this process; the caller sees that and starts another.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reader.pdfs.text.answer import Tell, Unreadable, failures, fields, unreadable
from reader.pdfs.text.pages import document_of

if sys.platform != "win32":  # there the caller's clock is the only limit
    import fcntl
    import resource

MAX_UNPACKED = 100_000_000
MAX_RATIO = 200
"""A file is a bomb when it unpacks to more bytes than both say. Of 98 papers none comes to five
times its size; Flate packs zeros to a thousandth, and twice to a millionth."""


def main() -> None:
    # Standard output is for answers: what libraries print goes to standard error.
    answers = os.fdopen(os.dup(1), "w", buffering=1, encoding="ascii")  # line by line
    os.dup2(2, 1)
    if sys.platform != "win32":
        _limit(resource.RLIMIT_AS, int(sys.argv[1]))
    # PyMuPDF imports what it finds of its layout model and of its Markdown writer (numpy,
    # onnxruntime), which nothing here uses: without them the import takes .1 s in place of .5.
    for name in ("pymupdf.layout", "pymupdf4llm"):
        sys.modules[name] = None  # type: ignore[assignment]
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)

    def tell(page: int, of: int, more_s: float = 0.0) -> None:
        answers.write(json.dumps({"page": page, "of": of, "more_s": more_s}) + "\n")

    answers.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        question = json.loads(line)
        if sys.platform != "win32":
            # This process ends some time after the caller would end it, should that be gone.
            _limit(resource.RLIMIT_CPU, int(time.process_time() + question["timeout_s"]) + 10)
        _die_with_the_caller(is_at_work=True)
        try:
            with opened(pymupdf, question["path"]) as file:
                done = _answer(pymupdf, file, question, tell)
                found = json.dumps({"done": done}, default=fields)
        except Unreadable as error:
            found = json.dumps({"failed": error.kind, "why": error.why})
        except MemoryError:
            found = json.dumps({"failed": "memory", "why": ""})
        _die_with_the_caller(is_at_work=False)
        answers.write(found + "\n")
        pymupdf.TOOLS.store_shrink(100)


def _answer(pymupdf: Any, file: Any, question: dict[str, Any], tell: Tell) -> object:
    """Do what is asked of an opened file; raises Unreadable.

    What only some questions need is imported for them: the first answer waits for it.
    """
    task, page = question["task"], question.get("page", 0)
    if task == "read":
        return document_of(pymupdf, file, tell, n_ocr=question.get("n_ocr"))
    if task == "marks":
        from reader.pdfs.text.marks import marks_of

        check_unpacked(pymupdf, file)
        return marks_of(pymupdf, file)

    from reader.pdfs.text import pictures

    if task == "looks":
        check_unpacked(pymupdf, file)
        return pictures.looks_of(pymupdf, file)
    if task == "pictures":
        return pictures.pictures_of(pymupdf, file)
    if task == "page text":
        return pictures.text_of_page(pymupdf, file, page)
    return pictures.image_of_page(pymupdf, file, page, question["width"])


@contextlib.contextmanager
def opened(pymupdf: Any, path: str) -> Iterator[Any]:
    """Open a file as a PDF and as nothing else, and close it; raises Unreadable.

    One that is encrypted with an empty password opens as any other does.
    """
    kind = "not a pdf"
    try:
        with open(path, "rb") as head:
            kind = "broken" if b"%PDF-" in head.read(1024) else kind
        if path.isprintable():
            file = pymupdf.open(path)
        else:  # PyMuPDF takes no name that is not UTF-8
            file = pymupdf.open(stream=Path(path).read_bytes(), filetype="pdf")
    except OSError as error:
        raise Unreadable("no file", error.strerror or "") from error
    except failures(pymupdf) as error:
        if not Path(path).exists():
            raise Unreadable("no file", "no such file") from error
        raise unreadable(error, kind) from error
    with file:
        if not file.is_pdf:
            raise Unreadable("not a pdf")
        if file.needs_pass:
            raise Unreadable("encrypted")
        yield file


def check_unpacked(pymupdf: Any, file: Any) -> None:
    """Raise Unreadable where a file's text and drawings unpack to far more than the file is.

    Nothing is kept while it is counted, and no more is counted than shows it. Pictures are
    left out: a white page that was scanned is as small.
    """
    mupdf = pymupdf.mupdf
    pdf = mupdf.pdf_document_from_fz_document(file.this)
    most = max(MAX_UNPACKED, MAX_RATIO * Path(file.name).stat().st_size if file.name else 0)
    drawn: set[int] = set()
    for number in range(file.page_count):
        with contextlib.suppress(
            RuntimeError, ValueError, IndexError
        ):  # a broken page draws nothing
            drawn.update(file[number].get_contents())
    n_bytes = 0
    for xref in range(1, file.xref_length()):
        try:
            is_picture = file.xref_get_key(xref, "Subtype")[1] == "/Image"
            if file.xref_is_stream(xref) and (xref in drawn or not is_picture):
                stream = mupdf.pdf_open_stream_number(pdf, xref)
                n_bytes += mupdf.fz_skip(stream, most + 1 - n_bytes)
        except failures(pymupdf):
            continue  # a broken one ends where it breaks
        if n_bytes > most:
            raise Unreadable("bomb", str(most // 10**6))


def _limit(what: int, most: int) -> None:
    """Limit what this process may use, as far as it is not limited already."""
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(what)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    # macOS knows the limit of memory and refuses the value.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (soft, hard))


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
