"""Start, feed, limit and end the process that reads PDFs.

The caller's side: no PyMuPDF here. Whatever a file does to the child, the caller gets a
Document or a PdfError that names the file.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reader.errors import PdfError
from reader.passage import Document
from reader.pdf.answer import from_plain

MAX_BYTES = 2 * 1024**3
N_FILES = 200
"""A worker is replaced after so many: whatever PyMuPDF leaks stays small."""
START_S = 60.0
MAX_ANSWER = 512 * 1024**2
"""Bytes of text that the caller takes from one file."""

_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|\?xml|!--)", re.IGNORECASE
)
_AGAIN = "Fetch it again, or look at it with another program."
_WORDS = {
    "encrypted": ("is encrypted and needs a password", "Save a copy without one and add that."),
    "not a pdf": ("is not a PDF", "It may be a web page saved under that name: fetch it again."),
    "broken": ("is damaged and cannot be opened", _AGAIN),
    "no page": ("has no readable page", _AGAIN),
    "no file": ("cannot be read ({why})", "Is it still there?"),
    "time": ("took more than {why} s to read", "The other files were read on."),
    "memory": ("took too much memory to read", "The other files were read on."),
    "crash": ("made the PDF reader crash", _AGAIN),
    "start": ("could not be read: the PDF reader did not start", "`reader doctor` says more."),
}


def check_pdf(content: bytes, *, name: str = "the download") -> None:
    """Raise PdfError unless bytes look as a whole PDF; opens nothing.

    The end is looked for in the last 64 kB, since servers and mailers append: a file with
    neither "%%EOF" nor "startxref" there was cut off.
    """
    if not content:
        raise PdfError(file=name, what="is empty (0 bytes)", hint="Fetch it again.")
    if _HTML.match(content[:1024]):
        raise PdfError(
            file=name,
            what="is a web page, not a PDF",
            hint="The address may ask for a login: open it in a browser.",
        )
    if b"%PDF-" not in content[:1024]:
        raise _error(name, "not a pdf")
    tail = content[-65536:]
    if b"%%EOF" not in tail and b"startxref" not in tail:
        what = f"is cut off: its end is missing ({len(content)} bytes came)"
        raise PdfError(file=name, what=what, hint="Fetch it again.")


def read_pdf(path: Path, *, timeout_s: float = 60, max_bytes: int = MAX_BYTES) -> Document:
    """Read one PDF in a process of its own; see `PdfReader` for many."""
    with PdfReader(timeout_s=timeout_s, max_bytes=max_bytes) as reader:
        return reader.read(path)


class PdfReader:
    """Reads many PDFs in one worker, which is replaced after a failure or 200 files.

    timeout_s and max_bytes hold for each file. Use from one thread; several readers work
    side by side. The worker starts with the first file.
    """

    def __init__(self, *, timeout_s: float = 60, max_bytes: int = MAX_BYTES) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, path: Path) -> Document:
        """Read a file; raises PdfError with the file and what is wrong with it."""
        name = str(path)
        if not path.is_file():
            raise _error(name, "no file", "no such file")
        worker = self._started(name)
        answer: dict[str, Any] = {}
        try:
            answer = worker.ask({"path": str(path.absolute()), "timeout_s": self._timeout_s})
        finally:
            # Also after Ctrl-C: a late answer must not be taken for the next file's.
            if worker.is_spent or "document" not in answer:
                self.close()
        if "document" in answer:
            return from_plain(answer["document"])
        raise _error(name, answer["failed"], answer["why"])

    def close(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _started(self, name: str) -> _Worker:
        if self._worker is None:
            worker = _Worker(self._max_bytes)
            if "ready" not in worker.answer(START_S):
                worker.end()
                raise _error(name, "start")
            self._worker = worker
        return self._worker


class _Worker:
    """The child, its process group, and the thread that takes its answers in."""

    def __init__(self, max_bytes: int) -> None:
        self._n_files = 0
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-P", "-m", "reader.pdf.worker", str(max_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": _python_path()},
            # A group of its own: ended as a whole, and Ctrl-C is the caller's to handle.
            start_new_session=True,
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._take_in, daemon=True).start()

    @property
    def is_spent(self) -> bool:
        return self._n_files >= N_FILES

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._n_files += 1
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 (asked for above)
        try:
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            return {"failed": "crash", "why": ""}
        return self.answer(question["timeout_s"])

    def answer(self, timeout_s: float) -> dict[str, Any]:
        try:
            line = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            return {"failed": "time", "why": f"{timeout_s:g}"}
        if not line.endswith(b"\n"):
            return {"failed": "memory" if len(line) >= MAX_ANSWER else "crash", "why": ""}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        """Kill the group; a child that is already gone has nothing left to kill."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _take_in(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 (asked for above)
        line = b"\n"
        while line.endswith(b"\n"):
            line = stdout.readline(MAX_ANSWER)
            self._answers.put(line)


def _python_path() -> str:
    """Let the child find this very package, installed or not, and nothing in its cwd."""
    root = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))


def _error(name: str, kind: str, why: str = "") -> PdfError:
    what, hint = _WORDS[kind]
    return PdfError(file=name, what=what.format(why=why), hint=hint, kind=kind)
