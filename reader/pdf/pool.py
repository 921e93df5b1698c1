"""Read many PDFs at once, in a worker for each core.

Each worker belongs to one `PdfReader`, so a file that ends its worker takes nothing else
with it. Knows no PyMuPDF and nothing of what the files are for.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import os
import queue
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from reader.errors import PdfError
from reader.highlight import Marks
from reader.page_look import Looks
from reader.passage import Document
from reader.pdf.answer import PageText, Pictures
from reader.pdf.process import MAX_BYTES, TIMEOUT_S, PdfReader

Answer = TypeVar("Answer")

AHEAD = 2
"""Files asked for beyond those being read: a worker that is done need not wait for the caller."""


class PdfPool:
    """Answers about PDFs with up to `n_workers` processes, started as they are needed.

    n_workers: 0 for one on each core. timeout_s and max_bytes hold for each file. Use it
    from one thread. At its end no child is left. tell: see `PdfReader`; called by any thread.
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
        # The last one put back is taken first: one file after the other needs one worker.
        self._free: queue.LifoQueue[PdfReader] = queue.LifoQueue()
        for reader in reversed(self._readers):
            self._free.put(reader)
        self._running: set[Future[Any]] = set()

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
        """Read one file's text; raises PdfError."""
        with self._one() as reader:
            return reader.read(path)

    def read_first(self, path: Path, n_ocr: int) -> Document:
        """Read one file's text, but of its pages that are pictures only the first ones."""
        with self._one() as reader:
            return reader.read_first(path, n_ocr)

    def marks(self, path: Path) -> Marks:
        """Read what a person marked in one file; raises PdfError."""
        with self._one() as reader:
            return reader.marks(path)

    def looks(self, path: Path) -> Looks:
        """Read what one file's pages show, to compare copies by; raises PdfError."""
        with self._one() as reader:
            return reader.looks(path)

    def marked(self, path: Path) -> tuple[Document, Marks | PdfError]:
        """Read one file's text and marks; raises PdfError where the text cannot be read."""
        with self._one() as reader:
            document = reader.read(path)
            try:
                return document, reader.marks(path)
            except PdfError as error:
                return document, error

    def pictures(self, path: Path) -> Pictures:
        """Draw one file's first page and first figure; raises PdfError."""
        with self._one() as reader:
            return reader.pictures(path)

    def page_text(self, path: Path, page: int) -> PageText:
        """Give the words of one page, from 1, with their places; from any thread."""
        with self._one() as reader:
            return reader.page_text(path, page)

    def page_image(self, path: Path, page: int, width: int) -> bytes:
        """Draw one page, from 1, as PNG; from any thread."""
        with self._one() as reader:
            return reader.page_image(path, page, width)

    def read_all(
        self, paths: Iterable[Path]
    ) -> Generator[tuple[Path, Document | PdfError], None, None]:
        """Read many files, giving each as it is done, whatever the order.

        paths: taken as they are needed, a few more than there are workers; thousands cost
        nothing.
        """
        return self._all(self.read, paths)

    def read_marked(
        self, paths: Iterable[Path]
    ) -> Generator[tuple[Path, tuple[Document, Marks | PdfError] | PdfError], None, None]:
        """Read many files' texts and marks, as `read_all` reads."""
        return self._all(self.marked, paths)

    def pictures_of_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Pictures | PdfError]]:
        """Draw the pictures of many files, as `read_all` reads."""
        return self._all(self.pictures, paths)

    def close(self) -> None:
        """End all workers at once, whatever they are at."""
        self._give_up(self._running)
        self._end_workers()

    def _end_workers(self) -> None:
        for reader in self._readers:
            reader.close()

    @contextlib.contextmanager
    def _one(self) -> Iterator[PdfReader]:
        reader = self._free.get()
        try:
            yield reader
        finally:
            self._free.put(reader)

    def _all(
        self, ask: Callable[[Path], Answer], paths: Iterable[Path]
    ) -> Generator[tuple[Path, Answer | PdfError], None, None]:
        waiting = iter(paths)
        running: dict[Future[Answer], Path] = {}
        with ThreadPoolExecutor(self.n_workers) as threads:
            try:
                while True:
                    for path in itertools.islice(waiting, self.n_workers + AHEAD - len(running)):
                        # In our context: what fails is said in our language.
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
        """End what nobody waits for any more: after Ctrl-C, or when the caller has enough."""
        left = {future for future in running if not future.cancel() and not future.done()}
        while left:
            # More than once: a thread may have been just about to start its worker.
            self._end_workers()
            left = wait(left, timeout=0.05).not_done


def n_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
