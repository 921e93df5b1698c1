"""Send files of the library, keep uploads that wait for an answer, and cache drawn PDF pages.

Ranges and conditions follow RFC 9110, sections 14 and 13. A request for several ranges gets
the whole file, which a server may always send.

Uploads lie in temporary folders and end with this process. Other processes draw the pages:
drawing may take long, and a harmful file may kill the process. Knows no paper.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from reader.base.errors import PdfError
from reader.library.highlight import Box, Highlight
from reader.pdfs.mark import MarkTools
from reader.pdfs.text.answer import PageText, PictureForm

PIECE = 256 * 1024

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open file. stamp: an id of its content; changes when the file is written."""

    handle: BinaryIO
    n_bytes: int
    modified_s: float
    stamp: str


def opened_within(file: Path, root: Path) -> OpenFile | None:
    """Open a file for reading; None where there is none or it lies outside `root`.

    Symbolic links are followed first: one that leads out of `root` counts as outside.
    """
    try:
        real = file.resolve(strict=True)
        if not real.is_relative_to(root.resolve(strict=True)):
            return None
        # The path was resolved just now. O_NOFOLLOW: a link put in its place meanwhile is not
        # followed. O_NONBLOCK: opening a named pipe would wait for its writer.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.fdopen(os.open(real, flags | getattr(os, "O_BINARY", 0)), "rb")
    except (OSError, RuntimeError, ValueError):
        return None
    found = os.fstat(handle.fileno())
    if not stat.S_ISREG(found.st_mode):
        handle.close()
        return None
    stamp = f"{found.st_ino:x}-{found.st_mtime_ns:x}-{found.st_size:x}"
    return OpenFile(handle, found.st_size, found.st_mtime, stamp)


# Starlette's FileResponse sends ranges too, and was tried (1.10). It opens a path after our check
# of it, and so follows a link that was put in its place. An open file it takes as a bare number
# only, and leaves it open after HEAD, after 416 and when the client has gone. A range in other
# units than bytes, and one of a HEAD, it answers with 400; RFC 9110 (14.2) says to ignore both.
def send_file(
    request: Request, file: OpenFile, *, media_type: str, name: str, is_attachment: bool = False
) -> Response:
    """Answer GET or HEAD with a file, and close the file. name: the name to save it under."""
    headers = {
        "etag": f'"{file.stamp}"',
        "last-modified": formatdate(file.modified_s, usegmt=True),
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": disposition(name, is_attachment=is_attachment),
    }
    if is_unchanged(request.headers, headers["etag"], file.modified_s):
        file.handle.close()
        # A 304 repeats only what says whether the kept answer still holds (RFC 9110, 15.4.5).
        del headers["content-disposition"]
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    part, status = range(file.n_bytes), HTTPStatus.OK
    range_wanted = _RANGE.fullmatch(request.headers.get("range", ""))
    condition = request.headers.get("if-range", "").strip()
    # If-Range names the file that the client has a part of: of another one it gets the whole.
    holds = condition in ("", headers["etag"], headers["last-modified"])
    if request.method == "GET" and holds and range_wanted and (range_wanted[1] or range_wanted[2]):
        part, status = (
            _byte_range(range_wanted[1], range_wanted[2], file.n_bytes),
            HTTPStatus.PARTIAL_CONTENT,
        )
        if not part:
            file.handle.close()
            headers["content-range"] = f"bytes */{file.n_bytes}"
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        headers["content-range"] = f"bytes {part[0]}-{part[-1]}/{file.n_bytes}"
    headers["content-length"] = str(len(part))
    if request.method == "HEAD":
        file.handle.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    pieces = _pieces(file.handle, part)
    return StreamingResponse(pieces, status_code=status, headers=headers, media_type=media_type)


def _pieces(file: BinaryIO, part: range) -> Iterator[bytes]:
    with file:
        file.seek(part.start)
        left = len(part)
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def disposition(name: str, *, is_attachment: bool) -> str:
    """Write a Content-Disposition (RFC 6266), with an ASCII name for old clients as well."""
    kind = "attachment" if is_attachment else "inline"
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_unchanged(headers: Mapping[str, str], etag: str, modified_s: float) -> bool:
    """Check whether the browser's copy is current (If-None-Match, else If-Modified-Since)."""
    if known := headers.get("if-none-match"):
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
        # Dates in HTTP have whole seconds.
        return int(modified_s) <= since.timestamp()
    except (TypeError, ValueError, OverflowError):
        return False


def png_size(file: Path) -> tuple[int, int] | None:
    """Read a picture's width and height in pixels from its first chunk; None for no PNG."""
    try:
        with file.open("rb") as handle:
            head = handle.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _byte_range(first: str, last: str, n_bytes: int) -> range:
    """Read a range ("first-last", "first-" or "-last"); empty where the file has none of it."""
    if not first:
        # "-500" are the last 500 bytes.
        return range(max(0, n_bytes - int(last)), n_bytes)
    begin, end = int(first), min(int(last), n_bytes - 1) + 1 if last else n_bytes
    # A range that ends before it begins is invalid (RFC 9110, 14.1.1): the whole file is sent.
    return range(n_bytes) if last and int(last) < begin else range(begin, end)


MOST = 3
"""Files that wait at once, of at most 300 MB each; a further one removes the oldest."""

WAITS_S = 900.0
"""Seconds that a file waits for the person's answer."""


class Uploads:
    """The uploads that wait for an answer. clock: seconds, never going back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, tuple[float, TemporaryDirectory[str], Path]] = OrderedDict()

    def keep(self, folder: TemporaryDirectory[str], file: Path) -> str:
        """Keep a file with its folder; returns the secret word by which `take` finds it."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._let_go(MOST - 1)
            self._waiting[word] = (self._clock(), folder, file)
        return word

    def take(self, word: str) -> tuple[TemporaryDirectory[str], Path] | None:
        """Take a file and its folder out; None where it no longer waits."""
        with self._lock:
            self._let_go(MOST)
            found = self._waiting.pop(word, None)
        return found[1:] if found else None

    def close(self) -> None:
        """Delete all files that still wait."""
        with self._lock:
            self._let_go(0)

    def _let_go(self, most: int) -> None:
        while self._waiting:
            # They stand in the order in which they came: the first one is the oldest.
            since, folder, _ = next(iter(self._waiting.values()))
            if len(self._waiting) <= most and self._clock() - since < WAITS_S:
                return
            self._waiting.popitem(last=False)
            folder.cleanup()


WIDTHS = (240, 600, 900, 1200, 1800, 2400)
"""Widths of drawn pages in pixels; a requested width is rounded up to one of these."""

MOST_BYTES = 24 * 1024**2
"""Bytes of pictures that are kept: some sixty pages. Browsers keep their copies for good."""

FAILED_S = 600.0
"""Seconds before a page that could not be drawn is tried again."""

TIMEOUT_S = 20.0
MAX_BYTES = 1024**3
N_WORKERS = 2


class Draws(Protocol):
    """Draws pages of PDFs, called from any thread; `PdfPool` does it in other processes."""

    def page_text(self, path: Path, page: int) -> PageText: ...

    def page_image(
        self,
        path: Path,
        page: int,
        width: int,
        *,
        form: PictureForm,
        is_unmarked: bool,
        printed: Path | None,
    ) -> bytes: ...

    def page_part(self, path: Path, page: int, width: int, box: Sequence[int]) -> bytes: ...

    def facts(self, path: Path, task: str, **options: int | str) -> bytes: ...

    def close(self) -> None: ...


class MarksPages(MarkTools, Protocol):
    """Also reads the words under a mark, and writes marks; `PdfPool` does."""

    def words_under(self, path: Path, page: int, boxes: Sequence[Box]) -> Highlight: ...


def _pdf_pool() -> Draws:
    # Imported at the first page: pymupdf would slow the start of the server.
    from reader.pdfs.text.process import PdfPool

    return PdfPool(N_WORKERS, timeout_s=TIMEOUT_S, max_bytes=MAX_BYTES)


class Drawn:
    """A cache of drawn pages. draws: makes the drawing processes, called at the first page."""

    def __init__(
        self,
        draws: Callable[[], Draws] = _pdf_pool,
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
        """Read the words of a page. page: from 1. stamp: see OpenFile. Raises PdfError."""

        def size(text: PageText) -> int:
            # An estimate of the bytes in memory: only the sum of all pages has to be bounded.
            return 500 + sum(300 + 150 * len(line.words) for line in text.lines)

        key = ("text", stamp, page)
        found: PageText = self._once(key, lambda draws: draws.page_text(file, page), size)
        return found

    def facts(self, file: Path, stamp: str, task: str, **options: int | str) -> bytes:
        """Read something about a file, as JSON; see `layout`. Raises PdfError."""
        key = (task, stamp, *options.items())
        found: bytes = self._once(key, lambda draws: draws.facts(file, task, **options), len)
        return found

    def known_facts(self, stamp: str, task: str) -> bytes | None:
        """Return facts about a file that were read before; None where they are not kept."""
        with self._lock:
            found: bytes | None = self._kept.get((task, stamp), (None, 0))[0]
        return found

    def image(
        self,
        file: Path,
        stamp: str,
        page: int,
        width: int,
        *,
        form: PictureForm = "png",
        is_unmarked: bool = False,
        printed: Path | None = None,
    ) -> bytes:
        """Draw a page. page: from 1. width: one of `WIDTHS`.
        is_unmarked: without the marks that a script lays over it; those that `printed` has stay.
        Raises PdfError.
        """
        found: bytes = self._once(
            ("image", stamp, page, width, form, is_unmarked),
            lambda draws: draws.page_image(
                file, page, width, form=form, is_unmarked=is_unmarked, printed=printed
            ),
            len,
        )
        return found

    def part(self, file: Path, stamp: str, page: int, width: int, box: tuple[int, ...]) -> bytes:
        """Draw a part of a page as `image` does. box: in points. Raises PdfError."""
        found: bytes = self._once(
            ("part", stamp, page, width, box),
            lambda draws: draws.page_part(file, page, width, box),
            len,
        )
        return found

    @property
    def marker(self) -> MarksPages:
        """The same processes, for what is asked once: they read and write marks too."""
        with self._lock:
            found = self._draws = self._draws or self._make()
        return cast("MarksPages", found)

    def close(self) -> None:
        """End the drawing processes; the next page starts new ones."""
        with self._lock:
            draws, self._draws = self._draws, None
        if draws is not None:
            draws.close()

    def _once(self, key: Hashable, draw: Callable[[Draws], Any], size: Callable[[Any], int]) -> Any:
        """Return a kept value, or draw it: once for all threads that ask at the same time."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
            until, failure = self._failed.get(key, (0.0, None))
            if failure and self._clock() < until:
                raise failure
            others = self._running.get(key)
            future = self._running.setdefault(key, Future())
            draws = self._draws = self._draws or self._make()
        # Another thread draws it already: wait for its result, without the lock.
        if others is not None:
            return others.result()
        try:
            found = draw(draws)
        except BaseException as error:
            # Of any kind: the threads that wait for the future would wait for ever.
            with self._lock:
                del self._running[key]
                now = self._clock()
                self._failed = {k: one for k, one in self._failed.items() if one[0] > now}
                # Only the file's own fault comes again; anything else may be gone at the next try.
                if isinstance(error, PdfError):
                    self._failed[key] = now + FAILED_S, error
            future.set_exception(error)
            raise
        with self._lock:
            del self._running[key]
            self._failed.pop(key, None)
            self._kept[key] = found, size(found)
            self._n_bytes += self._kept[key][1]
            # The newest one stays, also where it alone is larger than the limit.
            while self._n_bytes > self._most_bytes and len(self._kept) > 1:
                _, (_, n_out) = self._kept.popitem(last=False)
                self._n_bytes -= n_out
        future.set_result(found)
        return found


def width_for(text: str) -> int:
    """Choose the width from `WIDTHS` for a requested one; the third where it is no number."""
    wanted = int(text) if text.isdecimal() and len(text) < 6 else WIDTHS[2]
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])
