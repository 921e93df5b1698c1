"""Draw pages of PDFs once, however often they are asked for.

Pages are drawn by other processes, which may take long, and may die of a file made to harm:
what is asked for by several is drawn once, and what failed is not tried again for a while.
Knows no paper and no request.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

from reader.errors import PdfError
from reader.pdf import PageText

WIDTHS = (600, 900, 1200, 1800, 2400)
"""Pixels that a page is drawn in; what is asked for is rounded up to one of these."""

MOST_BYTES = 24 * 1024**2
"""Of pictures that are kept; some sixty pages. Browsers keep theirs for good."""

FAILED_S = 600.0
"""How long a page that could not be drawn is not tried again."""

TIMEOUT_S = 20.0
MAX_BYTES = 1024**3
N_WORKERS = 2


class Draws(Protocol):
    """What draws pages; `reader.pdf.PdfPool` does, from any thread."""

    def page_text(self, path: Path, page: int) -> PageText: ...

    def page_image(self, path: Path, page: int, width: int) -> bytes: ...

    def close(self) -> None: ...


def _pool() -> Draws:
    from reader.pdf import PdfPool

    return PdfPool(N_WORKERS, timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)


class Drawn:
    """The pages that were drawn lately. draws: makes what draws them, at the first page."""

    def __init__(
        self,
        draws: Callable[[], Draws] = _pool,
        *,
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._most_bytes, self._clock = draws, most_bytes, clock
        self._draws: Draws | None = None
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._n_bytes = 0
        self._running: dict[Hashable, Future[Any]] = {}
        self._failed: dict[Hashable, tuple[float, PdfError]] = {}

    def text(self, file: Path, stamp: str, page: int) -> PageText:
        """Give the words of a page. stamp: of the file's content. Raises PdfError."""
        found: PageText = self._once(
            ("text", stamp, page), lambda draws: draws.page_text(file, page), _size_of_text
        )
        return found

    def image(self, file: Path, stamp: str, page: int, width: int) -> bytes:
        """Give a page as PNG, in one of `WIDTHS`. Raises PdfError."""
        found: bytes = self._once(
            ("image", stamp, page, width), lambda draws: draws.page_image(file, page, width), len
        )
        return found

    def close(self) -> None:
        """End the processes that draw; the next page starts them again."""
        with self._lock:
            draws, self._draws = self._draws, None
        if draws is not None:
            draws.close()

    def _once(self, key: Hashable, draw: Callable[[Draws], Any], size: Callable[[Any], int]) -> Any:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            failed = self._failed.get(key)
            if failed and self._clock() < failed[0]:
                raise failed[1]
            others = self._running.get(key)
            future = self._running.setdefault(key, Future())
            draws = self._draws = self._draws or self._make()
        if others is not None:
            return others.result()
        try:
            found = draw(draws)
        except BaseException as error:
            self._end(key)
            if isinstance(error, PdfError):
                self._keep_failure(key, error)
            future.set_exception(error)
            raise
        self._keep(key, found, size(found))
        self._end(key)
        future.set_result(found)
        return found

    def _end(self, key: Hashable) -> None:
        with self._lock:
            self._running.pop(key, None)

    def _keep(self, key: Hashable, found: Any, n_bytes: int) -> None:
        with self._lock:
            self._failed.pop(key, None)
            self._kept[key] = found, n_bytes
            self._n_bytes += n_bytes
            while self._n_bytes > self._most_bytes and len(self._kept) > 1:
                _, (_, n_out) = self._kept.popitem(last=False)
                self._n_bytes -= n_out

    def _keep_failure(self, key: Hashable, error: PdfError) -> None:
        now = self._clock()
        with self._lock:
            self._failed = {k: one for k, one in self._failed.items() if one[0] > now}
            self._failed[key] = now + FAILED_S, error


def width_for(asked: str) -> int:
    """Give the width in which a page is drawn for the one that is asked for."""
    wanted = int(asked) if asked.isdecimal() and len(asked) < 6 else WIDTHS[1]
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])


def _size_of_text(text: PageText) -> int:
    return 500 + sum(300 + 150 * len(line.words) for line in text.lines)
