"""Answer questions about PDFs, one after the other, as a child process.

    python -m reader.pdfs.text.worker MAX_BYTES PIPE

PIPE is the number of one end of a pipe; this process ends when its other end, the caller's, closes.
Each line on standard input is a JSON object {"task", "path", "timeout_s"}, with "page" and
"width" or "boxes" for one page, "wanted" for the marks of a copy, and "n_ocr" where few pictured
pages are to be read. Each answer is a line {"done": …} or {"failed": kind, "why": words}, or for
bytes a line {"n_bytes": …} and the bytes. Lines {"page", "of", "more_s"} before the answer report
progress and ask for more time. An error that is
not foreseen here ends this process; the caller sees that and starts another one.

Before it opens a file the process limits itself: a file that took over MuPDF would run its own code
here, as this user. It gets no network, no further processes and no file to write. What this system
cannot hold back is told to the caller, and `reader doctor` says it.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reader.library.passage import Document
from reader.pdfs.text import pictures
from reader.pdfs.text.answer import Tell, Unreadable, failures, fields, unreadable
from reader.pdfs.text.pages import document_of

if sys.platform != "win32":  # there the caller's clock is the only limit
    import fcntl
    import resource

MAX_FILES = 64
"""Open files: the PDF, the pipes, and what tesseract opens."""
MAX_WRITTEN = 16 * 1024**2
"""Bytes of a file that is open already and that a worker writes into, as the log of a profiler."""
MAX_PROCESSES = 16
"""Processes and threads of one worker: itself and its tesseract."""

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4
_LANDLOCK = 444
"""The first of Landlock's three system calls, which have the same numbers on every machine."""


def restrict(max_bytes: int) -> list[str]:
    """Set every limit that this system has; returns what is still open, as `doctor` names it."""
    if sys.platform == "win32":
        return ["memory", "processes", "network", "writing"]
    still_open = [] if limit(resource.RLIMIT_AS, max_bytes) else ["memory"]
    limit(resource.RLIMIT_NOFILE, MAX_FILES)
    limit(resource.RLIMIT_CORE, 0)
    if sys.platform != "linux":
        limit(resource.RLIMIT_FSIZE, 0)
        return [*still_open, "processes", "network", "writing"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    has_network = libc.unshare(_NEW_NET) != 0
    is_namespace = has_network and libc.unshare(_NEW_USER | _NEW_NET) == 0
    # Only a namespace of its own has a count of its own: elsewhere the user's other processes
    # count too. Root has no such limit at all.
    if not is_namespace or not os.getuid() or not limit(resource.RLIMIT_NPROC, MAX_PROCESSES):
        still_open.append("processes")
    # Beside a namespace too: it has no say in sockets that are files, such as that of a desktop.
    if not _refuse_sockets() and has_network and not is_namespace:
        still_open.append("network")
    is_refused = _refuse_writing(libc)
    limit(resource.RLIMIT_FSIZE, MAX_WRITTEN if is_refused else 0)
    if not is_refused:
        still_open.append("writing")
    _drop_rights(libc)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    return still_open


def limit(what: int, most: int, *, for_good: bool = True) -> bool:
    """Set a limit of this process where it has a higher one; returns whether it holds.

    for_good: the process cannot raise it again.
    """
    if sys.platform == "win32":
        return False
    hard = resource.getrlimit(what)[1]
    soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
    # macOS has the limit of memory, but refuses to set it.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (soft, soft if for_good else hard))
        return True
    return False


def _refuse_sockets() -> bool:
    """Refuse sockets of every kind, where pyseccomp is installed."""
    try:
        import pyseccomp

        calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        # io_uring opens sockets too; without a namespace the caller's memory is within reach.
        for call in ("socket", "io_uring_setup", "ptrace", "process_vm_readv", "process_vm_writev"):
            calls.add_rule(pyseccomp.ERRNO(errno.EPERM), call)
        calls.load()
    except (ImportError, RuntimeError, OSError):  # RuntimeError: without the library libseccomp
        return False
    return True


def _refuse_writing(libc: ctypes.CDLL) -> bool:
    """Refuse to make, change, rename or delete any file, and to look into other processes."""
    # https://docs.kernel.org/userspace-api/landlock.html: what is named here and given to no
    # folder is refused everywhere. Version 2 can name links between folders, 3 cutting a file,
    # 6 sockets of other processes and signals to them.
    version = libc.syscall(_LANDLOCK, None, 0, 1)
    if version < 1:
        return False
    writing = 0b1_1111_1111_0010 | (version >= 2) << 13 | (version >= 3) << 14
    rules = (ctypes.c_uint64 * 3)(writing, 0, 0b11)
    ruleset = libc.syscall(_LANDLOCK, rules, 24 if version >= 6 else 8, 0)
    return bool(ruleset >= 0 and libc.syscall(_LANDLOCK + 2, ruleset, 0) == 0)


def _drop_rights(libc: ctypes.CDLL) -> None:
    """Give up what root may, and what a namespace's maker may in it, but for reading all files."""
    reading = 0b110 if not os.getuid() else 0  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)(reading, reading))


MAX_UNPACKED = 100_000_000
MAX_RATIO = 200
"""A file is a bomb where it unpacks to more bytes than MAX_UNPACKED, and to more than MAX_RATIO
times its size. Of 98 papers none unpacks to five times its size; Flate packs zeros to a
thousandth, and twice to a millionth."""


FACTS = {"sizes", "contents", "find", "reflow"}
"""Tasks whose answer is JSON that is passed on as it is; `layout` writes its own."""


_UNPACKING = {"marks", "write marks", "looks"}
"""Tasks that unpack much of a file, before which a bomb is refused."""


def main() -> None:
    """Answer questions until standard input ends."""
    # Standard output is for answers alone: what libraries print goes to standard error.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)

    def put(answer: bytes) -> None:
        answers.write(answer)
        answers.flush()

    def tell(page: int, of: int, more_s: float = 0.0) -> None:
        put(_line({"page": page, "of": of, "more_s": more_s}))

    _end_with_caller(int(sys.argv[2]))
    # What was imported stays, so the collector need not search it again and again.
    gc.freeze()
    put(_line({"ready": restrict(int(sys.argv[1]))}))
    last = _LastFile(pymupdf)
    for line in sys.stdin:
        question = json.loads(line)
        _limit_time(question["timeout_s"])
        put(_written(pymupdf, last, question, tell))
        if last.id is None:
            last.close()


def _written(pymupdf: Any, last: _LastFile, question: dict[str, Any], tell: Tell) -> bytes:
    """Answer a question as bytes for the pipe: a line, and perhaps bytes behind it."""
    # To search thousands of lines for cycles while they are made takes a sixth of the whole time.
    gc.disable()
    try:
        last.open(question)
        done = _answer(pymupdf, last.file, question, tell, last.texts)
        if question["task"] in FACTS:
            done = _facts(done).encode(errors="replace")
        return (
            _line({"n_bytes": len(done)}) + done
            if isinstance(done, bytes)
            else _line({"done": done})
        )
    except Unreadable as error:
        return _line({"failed": error.kind, "why": error.why})
    except MemoryError:
        return _line({"failed": "memory", "why": ""})
    finally:
        gc.enable()


def _facts(found: object) -> str:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, default=fields).encode() + b"\n"


def _limit_time(timeout_s: float) -> None:
    """Let the system end this process some time after its caller would have, if that is gone."""
    if sys.platform != "win32":
        most_s = int(time.process_time() + timeout_s) + 10
        limit(resource.RLIMIT_CPU, most_s, for_good=False)  # the next file may have more


@dataclass
class _LastFile:
    """The file of the last question, which stays open for more about its pages.

    id: None where it need not stay open. texts: see `hits_of`.
    """

    pymupdf: Any
    file: Any = None
    id: object = None
    texts: dict[int, str] = field(default_factory=dict)
    _open_file: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def open(self, question: dict[str, Any]) -> None:
        """Open the file of a question, if it is not open. Raises Unreadable."""
        file_id = _file_id(question)
        if file_id is None or file_id != self.id:
            self.close()
            self.file = self._open_file.enter_context(opened(self.pymupdf, question["path"]))
            self.id = file_id

    def close(self) -> None:
        self.id, self.texts = None, {}
        pictures.list_of_page.cache_clear()
        self._open_file.close()
        # MuPDF's store keeps fonts and pictures of the last file; the older half of it goes. The
        # rest has what turns colours into those of the screen, which takes 3 to 25 ms to make anew.
        self.pymupdf.TOOLS.store_shrink(50)


def _file_id(question: dict[str, Any]) -> object:
    """Identify the file of a question about a page or its words, None for any other question.

    Such a file stays open, with its fonts: the next question is mostly about it too.
    """
    # Windows moves and deletes no open file.
    if not question.keys() & {"page", "query"} or sys.platform == "win32":
        return None
    try:
        found = os.stat(question["path"])
    except OSError:
        return None
    return question["path"], found.st_ino, found.st_mtime_ns, found.st_size


def _answer(
    pymupdf: Any, file: Any, question: dict[str, Any], tell: Tell, texts: dict[int, str]
) -> object:
    """Answer a question about an opened file; raises Unreadable. texts: see `hits_of`."""
    # Modules that only some questions need are imported for those, so that the first answer of a
    # new process does not wait for them.
    task, page = question["task"], question.get("page", 0)
    if task in _UNPACKING:
        check_unpacked(pymupdf, file)
    match task:
        case "read":
            return _read(pymupdf, file, tell, question.get("n_ocr"))
        case "marks":
            from reader.pdfs.text.marks import marks_of

            return marks_of(pymupdf, file)
        case "word places":
            from reader.library.highlight import Highlight
            from reader.pdfs.text.word_places import places_of

            return places_of(pymupdf, file, [Highlight(*mark) for mark in question["marks"]])
        case "words" | "write marks":
            from reader.pdfs.text import mark_writer

            if task == "words":
                return mark_writer.words_of(pymupdf, file, page, question["boxes"])
            return mark_writer.copy_with_marks(pymupdf, file, question["wanted"])
        case "contents" | "find" | "reflow" | "sizes" | "layout":
            from reader.pdfs.text import layout

            if task == "contents":
                return layout.contents_of(pymupdf, file)
            if task == "find":
                return layout.hits_of(pymupdf, file, question["query"], texts)
            if task == "reflow":
                return layout.reflow_of(pymupdf, file, tell)
            if task == "sizes":
                return layout.sizes_of(pymupdf, file)
            found = layout.layout_json(layout.layout_of(pymupdf, file, page))
            return found.encode(errors="replace")
    return _pictured(pymupdf, file, question)


def _read(pymupdf: Any, file: Any, tell: Tell, n_ocr: int | None) -> Document:
    """Read a file's text, and list its contents where that goes."""
    from reader.pdfs.text.layout import contents_of

    document = document_of(pymupdf, file, tell, n_ocr=n_ocr)
    with contextlib.suppress(Unreadable):
        contents = contents_of(pymupdf, file, document)
        document = replace(document, contents=_facts(contents))
    return document


def _pictured(pymupdf: Any, file: Any, question: dict[str, Any]) -> object:
    """Answer a question about pictures, or about a page as one."""
    task, page = question["task"], question.get("page", 0)
    if task == "looks":
        return pictures.looks_of(pymupdf, file)
    if task == "pictures":
        return pictures.pictures_of(pymupdf, file)
    if task == "page text":
        return pictures.text_of_page(pymupdf, file, page)
    form = question.get("form", "png")
    part = [question[edge] for edge in ("x0", "y0", "x1", "y1") if edge in question]
    with contextlib.ExitStack() as stack:
        if question.get("is_unmarked"):
            from reader.pdfs.text.mark_writer import hidden_marks

            printed = None
            with contextlib.suppress(Unreadable):
                if path := question["printed"]:
                    printed = stack.enter_context(opened(pymupdf, path))
            stack.enter_context(hidden_marks(pymupdf, file, page, printed))
        return pictures.image_of_page(pymupdf, file, page, question["width"], part, form=form)


@contextlib.contextmanager
def opened(pymupdf: Any, path: str) -> Iterator[Any]:
    """Open a file as a PDF and as nothing else, and close it at the end; raises Unreadable.

    A file that is encrypted with an empty password opens as any other one.
    """
    # MuPDF opens other formats too, and repairs much: the header decides what an error means.
    kind = "not a pdf"
    try:
        with open(path, "rb") as head:
            kind = "broken" if b"%PDF-" in head.read(1024) else kind
        if path.isprintable():
            file = pymupdf.open(path)
        else:  # PyMuPDF accepts no name that is not UTF-8
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
    """Raise Unreadable where a file's text and drawings unpack to far more than its size.

    Streams are counted without being kept, and no further than needed. Pictures are left out: a
    scan of a white page unpacks as far.
    """
    mupdf = pymupdf.mupdf
    pdf = mupdf.pdf_document_from_fz_document(file.this)
    most = max(MAX_UNPACKED, MAX_RATIO * Path(file.name).stat().st_size if file.name else 0)
    # A content stream that calls itself a picture is counted all the same.
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
            continue  # a broken stream ends where it is broken
        if n_bytes > most:
            raise Unreadable("bomb", str(most // 10**6))


def _end_with_caller(pipe: int) -> None:
    """Let the kernel end this process group when the caller's end of a pipe closes."""
    # Within a file MuPDF may never return, and no Python code runs. Nothing is ever written to
    # this pipe, so SIGIO comes only for its end, and its default action is to end the process.
    # Standard input would not do: the kernel may signal a question after it was read already.
    if sys.platform != "win32":
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    main()
