"""Start, question, limit and end the processes that read PDFs, one for each core.

This is the caller's side, without PyMuPDF. Whatever a file does to the child, the caller gets an
answer or a PdfError that names the file. Each child belongs to one `PdfReader`, so a file that
ends its child ends nothing else of a `PdfPool`.
"""

from __future__ import annotations

import abc
import contextlib
import contextvars
import functools
import itertools
import json
import os
import queue
import re
import signal
import site
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from reader.base.cluster import Each, TaskFailure
from reader.base.errors import PdfError
from reader.base.machine import n_cores
from reader.base.messages import Joined, Text, lazy_gettext
from reader.library.highlight import Box, Highlight, InkStroke, Marks
from reader.library.passage import Document
from reader.pdfs.recognition import Looks
from reader.pdfs.text.answer import (
    PageText,
    PictureForm,
    Pictures,
    document_from,
    fields,
    highlight_from,
    looks_from,
    marks_from,
    page_from,
    pictures_from,
)
from reader.pdfs.text.checks import check_file, pdf_error, shown

if TYPE_CHECKING:
    from reader.library.highlight import MarkEdits

TIMEOUT_S = 60.0
"""Seconds that one file may take."""
MAX_BYTES = 2 * 1024**3
"""Memory that a worker may use."""
N_FILES = 200
"""Files after which a worker is replaced, so that leaks of PyMuPDF stay small."""
PAGE_SHARE = 0.1
"""What a question about one page counts as, of a file."""
START_S = 60.0
"""Seconds that the start of a worker may take."""
MAX_ANSWER = 512 * 1024**2
"""The most bytes of one answer."""

_HARMLESS = ("encrypted", "not a pdf", "no file", "past the end")
"""Errors found before MuPDF read the file's content; the worker can go on after them."""

_OF_A_WORKER = ("crash", "memory")
"""Errors that may come from the files that a worker read before."""


def read_pdf(path: Path, *, timeout_s: float = TIMEOUT_S, max_bytes: int = MAX_BYTES) -> Document:
    """Read one PDF in a process of its own; for many use `PdfReader` or `PdfPool`."""
    with PdfReader(timeout_s=timeout_s, max_bytes=max_bytes) as reader:
        return reader.read(path)


class _PdfQuestions(abc.ABC):
    """The questions about a PDF; each raises PdfError with the file and what is wrong."""

    @abc.abstractmethod
    def _ask(self, task: str, path: Path, **more: Any) -> Any: ...

    @abc.abstractmethod
    def close(self) -> None:
        """End the processes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.close()

    def read(self, path: Path) -> Document:
        """Read a file's text."""
        return document_from(self._ask("read", path))

    def read_first(self, path: Path, n_ocr: int) -> Document:
        """Read a file's text, and only the first n_ocr of its pages that are pictures."""
        return document_from(self._ask("read", path, n_ocr=n_ocr))

    def marks(self, path: Path) -> Marks:
        """Read the marks in a file."""
        return marks_from(self._ask("marks", path))

    def words_under(self, path: Path, page: int, boxes: Sequence[Box]) -> Highlight:
        """Read the words in some boxes of a page, from 1, as those of a highlight over them."""
        return highlight_from(self._ask("words", path, page=page, boxes=boxes))

    def word_places(self, path: Path, marks: Sequence[Highlight]) -> list[Highlight | None]:
        """Find where the words of marks stand in a file; None for those that do not."""
        found = self._ask("word places", path, marks=[fields(mark) for mark in marks])
        return [highlight_from(one) if one else None for one in found]

    def with_marks(self, path: Path, edits: MarkEdits, strokes: Sequence[InkStroke]) -> bytes:
        """Write a copy of a file with other marks than it has; the file stays as it is."""
        wanted = {
            "add": [[_moment(one.at), fields(one.highlight)] for one in edits.add],
            "change": [
                [fields(before), _moment(one.at), fields(one.highlight)]
                for before, one in edits.change
            ],
            "remove": [fields(mark) for mark in edits.remove],
            "ink": [fields(stroke) for stroke in strokes],
        }
        found: bytes = self._ask("write marks", path, wanted=wanted)
        return found

    def looks(self, path: Path) -> Looks:
        """Read the words and small pictures of a file's pages, by which copies are compared."""
        return looks_from(self._ask("looks", path))

    def pictures(self, path: Path) -> Pictures:
        """Draw a file's first page and first figure."""
        return pictures_from(self._ask("pictures", path))

    def page_text(self, path: Path, page: int) -> PageText:
        """Read the words of one page, from 1, with their places."""
        return page_from(self._ask("page text", path, page=page))

    def facts(self, path: Path, task: str, **options: int | str) -> bytes:
        """Read what the screen needs besides pictures, as JSON.

        task: "sizes", "layout" with page, "contents", "find" with query, or "reflow"; see the
        functions in `layout`.
        """
        found: bytes = self._ask(task, path, **options)
        return found

    def page_image(
        self,
        path: Path,
        page: int,
        width: int,
        *,
        form: PictureForm = "png",
        is_unmarked: bool = False,
        printed: Path | None = None,
    ) -> bytes:
        """Draw one page, from 1, `width` pixels wide.

        is_unmarked: without marks and our own strokes, but for those that `printed` has too, the
        paper's PDF as its publisher made it.
        """
        options = {"page": page, "width": width, "form": form, "is_unmarked": is_unmarked}
        found: bytes = self._ask("page image", path, **options, printed=str(printed or ""))
        return found

    def page_part(self, path: Path, page: int, width: int, box: Sequence[int]) -> bytes:
        """Draw a part of a page, at most `width` pixels wide, as PNG; box: in points."""
        edges = dict(zip(("x0", "y0", "x1", "y1"), box, strict=True))
        found: bytes = self._ask("page image", path, page=page, width=width, **edges)
        return found


class PdfReader(_PdfQuestions):
    """Asks one worker about many PDFs; the worker is replaced after a failure or N_FILES files.

    A file that ends a worker which has read others is asked about once more, in a new one.

    timeout_s and max_bytes are for each file. Use it from one thread; several readers work side
    by side (`PdfPool`). The worker starts with the first file.

    tell: is called with (file, page, of how many) before each page that takes seconds, that is a
    picture that tesseract reads.
    """

    def __init__(
        self,
        *,
        timeout_s: float = TIMEOUT_S,
        max_bytes: int = MAX_BYTES,
        tell: Callable[[Path, int, int], None] | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._tell = tell
        self._worker: _Worker | None = None

    def close(self) -> None:
        """End the worker at once, whatever it does; the next question starts another one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()

    def _ask(self, task: str, path: Path, **more: Any) -> Any:
        check_file(path)
        file = {"path": str(path.absolute()), "timeout_s": self._timeout_s}
        question = {"task": task, **file, **more}
        worker = self._started(path)
        # A worker that has read other files may owe its end to one of them.
        was_used = worker.n_files > 0
        answer = self._answer(worker, question, path)
        if was_used and answer.get("failed") in _OF_A_WORKER:
            answer = self._answer(self._started(path), question, path)
        if "done" in answer:
            return answer["done"]
        raise pdf_error(path, answer["failed"], answer["why"])

    def _answer(self, worker: _Worker, question: dict[str, Any], path: Path) -> dict[str, Any]:
        tell, answer = self._tell, dict[str, Any]()
        try:
            slow = (lambda page, of: tell(path, page, of)) if tell else None
            answer = worker.ask(question, slow)
        finally:
            # Also after Ctrl-C, since a late answer would be taken for the next file's.
            is_well = "done" in answer or answer.get("failed") in _HARMLESS
            if worker.n_files >= N_FILES or not is_well:
                self.close()
        return answer

    def _started(self, path: Path) -> _Worker:
        worker = self._worker
        if worker is not None and worker.has_ended:  # killed from outside, between two questions
            self.close()
            worker = None
        if worker is None:
            try:
                worker = self._worker = _Worker(self._max_bytes)
            except OSError as error:  # too many processes, or too little memory
                raise pdf_error(path, "start") from error
            if "ready" not in worker.answer(START_S):
                self.close()
                raise pdf_error(path, "start")
        return worker


def unlimited() -> list[str] | None:
    """Start a worker, and return what this system does not keep from it: see `limits`.

    None where it did not start.
    """
    try:
        worker = _Worker(MAX_BYTES)
    except OSError:
        return None
    try:
        return worker.answer(START_S).get("ready")
    finally:
        worker.end()


class _Worker:
    """The child, its process group, and the thread that reads its answers."""

    def __init__(self, max_bytes: int) -> None:
        self.n_files = 0.0
        given, held = os.pipe()
        self._held = os.fdopen(held, "wb")  # closed when this process ends, whatever ends it
        # -P keeps modules of the working directory out.
        command = [sys.executable, "-P", "-m", "reader.pdfs.text.worker", str(max_bytes)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [*command, str(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # A group of its own can be killed with its tesseract, and gets no Ctrl-C.
                start_new_session=True,
                pass_fds=() if sys.platform == "win32" else (given,),
            )
        except OSError:
            self._held.close()
            raise
        finally:
            os.close(given)
        # A thread reads the pipe, so that waiting for an answer can have a time-out.
        self._answers: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
        threading.Thread(target=self._read_answers, daemon=True).start()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(
        self, question: dict[str, Any], tell: Callable[[int, int], None] | None = None
    ) -> dict[str, Any]:
        self.n_files += PAGE_SHARE if "page" in question else 1
        stdin = self._process.stdin
        assert stdin is not None  # noqa: S101 (asked for above)
        try:
            stdin.write(json.dumps(question).encode() + b"\n")
            stdin.flush()
        except (BrokenPipeError, ValueError):
            return {"failed": "crash", "why": ""}
        return self.answer(question["timeout_s"], tell)

    def answer(
        self, timeout_s: float, tell: Callable[[int, int], None] | None = None
    ) -> dict[str, Any]:
        """Wait for the answer; tell: is called with page and total once more time was asked for."""
        begin = time.monotonic()
        place: Text = ""
        is_slow = False
        while True:
            try:
                left_s = max(0.0, begin + timeout_s - time.monotonic())
                line, content = self._answers.get(timeout=left_s)
            except queue.Empty:
                time_s = lazy_gettext("{n} s to read", n=f"{timeout_s:g}")
                return {"failed": "time", "why": Joined((time_s, place), "")}
            # A line without an end is longer than MAX_ANSWER, or the child died while writing it.
            if not line.endswith(b"\n"):
                return {"failed": "memory" if len(line) >= MAX_ANSWER else "crash", "why": ""}
            try:
                answer: dict[str, Any] = json.loads(line)
            except ValueError:
                return {"failed": "crash", "why": ""}
            if "n_bytes" in answer:
                is_whole = len(content) == answer["n_bytes"]
                return {"done": content} if is_whole else {"failed": "crash", "why": ""}
            if "page" not in answer:
                return answer
            timeout_s += answer["more_s"]
            is_slow = is_slow or answer["more_s"] > 0
            if tell is not None and is_slow:
                tell(answer["page"], answer["of"])
            place = lazy_gettext(
                " (page {page} of {of} was reached)", page=answer["page"], of=answer["of"]
            )

    def end(self) -> None:
        """Kill the process group, and wait for the child, also where it has ended already."""
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._held):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _read_answers(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 (asked for above)
        line = b"\n"
        while line.endswith(b"\n"):
            try:
                line = stdout.readline(MAX_ANSWER)
                length = _BYTES.fullmatch(line)
                content = stdout.read(int(length[1])) if length else b""
            except ValueError:  # closed by `end`
                line = content = b""
            self._answers.put((line, content))


_BYTES = re.compile(rb'\{"n_bytes": (\d{1,9})\}\n')
"""The line before an answer in bytes."""
_NEEDED = (
    "PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONHOME",
    "LANG", "LC_ALL", "LC_CTYPE",
)  # fmt: skip
"""The variables that a worker keeps: those that find programs, libraries and names of files."""


def _moment(at: datetime) -> str:
    """Write a moment as PDFs have it, after "D:"."""
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}Z"


def _environment() -> dict[str, str]:
    """Return a worker's environment: nothing of the caller's in which a secret may stand."""
    # The child must import this very package, installed or not.
    root = str(Path(__file__).resolve().parents[3])
    search = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    kept = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    # glibc gives the memory of each drawn page back to the system, and fetching it again is a
    # fifth of a page's CPU. Other systems do not know these names.
    kept |= {
        "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
        "MALLOC_TRIM_THRESHOLD_": str(128 * 1024**2),
    }
    # Without HOME, Python looks for packages of `pip install --user` elsewhere.
    return kept | {"PYTHONPATH": search, "PYTHONUSERBASE": site.getuserbase()}


Answer = TypeVar("Answer")

AHEAD = 2
"""Files that are asked for beyond the number of workers, so that none waits for the caller."""


class PdfPool(_PdfQuestions):
    """Answers about PDFs with up to `n_workers` processes, started as they are needed.

    n_workers: 0 for one on each core. timeout_s and max_bytes are for each file. Questions about
    one file may come from any thread, those about many from one. After `close` no child is left.
    tell: see `PdfReader`; it is called by any thread.
    """

    def __init__(
        self,
        n_workers: int = 0,
        *,
        timeout_s: float = TIMEOUT_S,
        max_bytes: int = MAX_BYTES,
        tell: Callable[[Path, int, int], None] | None = None,
    ) -> None:
        self.n_workers = n_workers or n_cores()
        self._readers = [
            PdfReader(timeout_s=timeout_s, max_bytes=max_bytes, tell=tell)
            for _ in range(self.n_workers)
        ]
        # Last in, first out: asking about one file after the other then starts one worker only.
        self._free: queue.LifoQueue[PdfReader] = queue.LifoQueue()
        for reader in reversed(self._readers):
            self._free.put(reader)
        self._running: set[Future[Any]] = set()

    def marked(self, path: Path) -> tuple[Document, Marks | PdfError]:
        """Read a file's text and marks; raises PdfError where the text cannot be read."""
        document = self.read(path)
        try:
            return document, self.marks(path)
        except PdfError as error:
            return document, error

    def read_all(
        self, paths: Iterable[Path]
    ) -> Generator[tuple[Path, Document | PdfError], None, None]:
        """Read many files, and yield each as it is done, in any order.

        paths: consumed as they are needed, so that thousands cost nothing.
        """
        return self._ask_each(self.read, paths)

    def read_marked(
        self, paths: Iterable[Path]
    ) -> Generator[tuple[Path, tuple[Document, Marks | PdfError] | PdfError], None, None]:
        """Read many files' texts and marks, as `read_all` reads."""
        return self._ask_each(self.marked, paths)

    def pictures_of_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Pictures | PdfError]]:
        """Draw the pictures of many files, as `read_all` reads."""
        return self._ask_each(self.pictures, paths)

    def close(self) -> None:
        """End all workers at once, whatever they do."""
        self._give_up(self._running)
        self._end_workers()

    def _end_workers(self) -> None:
        for reader in self._readers:
            reader.close()

    def _ask(self, task: str, path: Path, **more: Any) -> Any:
        reader = self._free.get()
        try:
            return reader._ask(task, path, **more)
        finally:
            self._free.put(reader)

    def _ask_each(
        self, ask: Callable[[Path], Answer], paths: Iterable[Path]
    ) -> Generator[tuple[Path, Answer | PdfError], None, None]:
        waiting = iter(paths)
        running: dict[Future[Answer], Path] = {}
        with ThreadPoolExecutor(self.n_workers) as threads:
            try:
                while True:
                    for path in itertools.islice(waiting, self.n_workers + AHEAD - len(running)):
                        # In the caller's context, which has the language of what `tell` shows.
                        work = contextvars.copy_context().run
                        running[threads.submit(work, ask, path)] = path
                    self._running.update(running)
                    if not running:
                        return
                    for done in wait(running, return_when=FIRST_COMPLETED).done:
                        path = running.pop(done)
                        self._running.discard(done)
                        error = done.exception()
                        yield path, error if isinstance(error, PdfError) else done.result()
            finally:
                self._give_up(running)
                self._running.difference_update(running)

    def _give_up(self, running: Iterable[Future[Any]]) -> None:
        """End the questions that nobody waits for, after Ctrl-C or where the caller stops early."""
        left = {future for future in running if not future.cancel() and not future.done()}
        while left:
            # Again and again, since a thread may have been about to start its worker.
            self._end_workers()
            left = wait(left, timeout=0.05).not_done


@functools.cache
def _kept_pool() -> PdfPool:
    return PdfPool()


def answer_about(content: bytes, task: Literal["read", "pictures"]) -> Any:
    """Read a PDF's text, or draw its pictures, on a worker of a cluster.

    A child of the worker opens it, as restricted as anywhere. It is kept for the next file, and
    ends with the worker. A PdfError is returned, since raised ones are tried again.
    """
    with tempfile.TemporaryDirectory(prefix="asayomi-") as folder:
        path = Path(folder, "sent.pdf")
        path.write_bytes(content)
        try:
            return getattr(_kept_pool(), task)(path)
        except PdfError as error:
            return error


def answers_on(
    each: Each, task: Literal["read", "pictures"], paths: Iterable[Path]
) -> Iterator[tuple[Path, Any]]:
    """Ask the workers of a cluster about many files, and yield each answer as it comes.

    A file that ends its worker each time has a PdfError for an answer.
    """

    def values(path: Path) -> tuple[bytes, str]:
        check_file(path)
        try:
            return path.read_bytes(), task
        except OSError as error:
            raise pdf_error(path, "no file", error.strerror or "") from error

    for path, answer in each(answer_about, paths, values, lambda path: [path]):
        if isinstance(answer, TaskFailure):
            hint = pdf_error(path, "crash").hint
            yield path, PdfError(file=shown(path), what=answer.why, hint=hint)
        else:
            yield path, answer.named(shown(path)) if isinstance(answer, PdfError) else answer
