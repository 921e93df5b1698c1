"""Read PDFs with PyMuPDF, one after the other, as a child process.

    python -m reader.pdf.worker MAX_BYTES

Each line on standard input is a JSON object {"path", "timeout_s"}; each answer a line:
{"document": …} or {"failed": kind, "why": words}. Whatever goes wrong in a way not
foreseen here ends this process; the caller sees that and starts another.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

from reader.passage import Document
from reader.pdf.answer import to_plain
from reader.pdf.compose import compose
from reader.pdf.lines import PageLines, page_lines

if sys.platform != "win32":  # there the caller's clock is the only limit
    import resource


class Unreadable(Exception):
    """A file's own fault. kind: one of those that `process` has words for."""

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(kind)
        self.kind, self.why = kind, why


def main() -> None:
    answers = _own_stdout()
    _limit_memory(int(sys.argv[1]))
    pymupdf = _load()
    _answer(answers, {"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        _limit_cpu(asked["timeout_s"])
        try:
            answer: dict[str, Any] = {"document": to_plain(read(pymupdf, asked["path"]))}
        except Unreadable as error:
            answer = {"failed": error.kind, "why": error.why}
        except MemoryError:
            answer = {"failed": "memory", "why": ""}
        _answer(answers, answer)
        pymupdf.TOOLS.store_shrink(100)


def read(pymupdf: Any, path: str) -> Document:
    """Open and read one file; raises Unreadable."""
    failures = (pymupdf.mupdf.FzErrorBase, RuntimeError, ValueError, IndexError)
    try:
        kind = "broken" if _has_header(path) else "not a pdf"
        file = pymupdf.open(path)
    except OSError as error:
        raise Unreadable("no file", error.strerror or "") from error
    except failures as error:
        raise _unreadable(error, kind) from error
    with file:
        if not file.is_pdf:
            raise Unreadable("not a pdf")
        if file.needs_pass:
            raise Unreadable("encrypted")
        try:
            n_pages = file.page_count
        except failures as error:
            raise _unreadable(error, "broken") from error
        pages, n_failed = [], 0
        flags = pymupdf.TEXTFLAGS_DICT & ~(
            # MuPDF itself writes out the ligatures (fi, ffl, …) without that flag, and they
            # alone: NFKC would also turn x² into x2 and full-width Japanese marks into ASCII.
            pymupdf.TEXT_PRESERVE_IMAGES | pymupdf.TEXT_PRESERVE_LIGATURES
        )
        for number in range(n_pages):
            try:
                pages.append(page_lines(file[number].get_text("dict", flags=flags)))
            except failures as error:
                n_failed += 1
                if _is_memory(error):
                    raise Unreadable("memory") from error
                pages.append(PageLines([], 0, 0, []))
        if n_failed == len(pages):
            raise Unreadable("no page")
    return compose(pages)


def _unreadable(error: Exception, kind: str) -> Unreadable:
    return Unreadable("memory" if _is_memory(error) else kind, str(error)[:200])


def _is_memory(error: Exception) -> bool:
    return "alloc" in str(error)


def _has_header(path: str) -> bool:
    with open(path, "rb") as file:
        return b"%PDF-" in file.read(1024)


def _load() -> Any:
    # PyMuPDF tries to import its layout model (with onnxruntime) at its own import, which
    # nothing here uses: without it the import takes .2 s in place of .5.
    sys.modules["pymupdf.layout"] = None  # type: ignore[assignment]
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    return pymupdf


def _own_stdout() -> TextIO:
    """Keep standard output for answers: what libraries print goes to standard error."""
    own = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    return own


def _answer(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
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


if __name__ == "__main__":
    main()
