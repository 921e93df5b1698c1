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
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

from reader.pdfs.text import answer
from reader.pdfs.text.opener import (
    Tell,
    Unreadable,
    check_unpacked,
    opened,
)
from reader.pdfs.text.pages import document_of

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
    from reader.pdfs.text.marks import marks_of

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
