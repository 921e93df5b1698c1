"""Send files of the library, keep uploads that are asked about, and draw pages of PDFs once.

RFC 9110: ranges (section 14), conditions (section 13). One range at a time: who asks for
several gets the whole, which a server may always send.

Uploads lie in temporary folders of this process and go with it. Pages are drawn by other
processes, which may take long, and may die of a file made to harm. Knows no paper.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from reader.base.errors import PdfError
from reader.pdfs.text.answer import PageText

PIECE = 256 * 1024

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that was opened within a folder. stamp: changes when its bytes do."""

    handle: BinaryIO
    n_bytes: int
    modified_s: float
    stamp: str


def opened_within(file: Path, root: Path) -> OpenFile | None:
    """Open a file for reading; None where there is none, or where it lies outside `root`,
    links and all followed."""
    try:
        real = file.resolve(strict=True)
        if not real.is_relative_to(root.resolve(strict=True)):
            return None
        # No link may take its place now, and no pipe keeps us waiting.
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


# Starlette's FileResponse sends ranges too, and was tried (1.10): it opens a path, after our look
# at it, and so a link that was put in its place; a handle that is open already it takes as a bare
# number at most, and leaves it open at HEAD, 416 and where a client has gone. It answers a range
# in other units than bytes with 400, where RFC 9110 (14.2) has it ignored, and one of HEAD.
def send_file(
    request: Request, file: OpenFile, *, media_type: str, name: str, is_attachment: bool = False
) -> Response:
    """Answer GET or HEAD with a file, which is closed at the end. name: as it is saved."""
    headers = {
        "etag": f'"{file.stamp}"',
        "last-modified": formatdate(file.modified_s, usegmt=True),
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": disposition(name, is_attachment=is_attachment),
    }
    if is_unchanged(request.headers, headers["etag"], file.modified_s):
        file.handle.close()
        del headers["content-disposition"]
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    part, status = range(file.n_bytes), HTTPStatus.OK
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    condition = request.headers.get("if-range", "").strip()
    holds = condition in ("", headers["etag"], headers["last-modified"])
    if request.method == "GET" and holds and asked and (asked[1] or asked[2]):
        part, status = _part(asked[1], asked[2], file.n_bytes), HTTPStatus.PARTIAL_CONTENT
        if not part:
            file.handle.close()
            headers["content-range"] = f"bytes */{file.n_bytes}"
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        headers["content-range"] = f"bytes {part[0]}-{part[-1]}/{file.n_bytes}"
    headers["content-length"] = str(len(part))
    if request.method == "HEAD":
        file.handle.close()
        return Response(status_code=status, headers=headers, media_type=media_type)

    def pieces() -> Iterator[bytes]:
        with file.handle as handle:
            handle.seek(part.start)
            left = len(part)
            while left and (piece := handle.read(min(PIECE, left))):
                left -= len(piece)
                yield piece

    return StreamingResponse(pieces(), status_code=status, headers=headers, media_type=media_type)


def disposition(name: str, *, is_attachment: bool) -> str:
    """Name a file for the browser; RFC 6266, with a plain name for who knows no other."""
    kind = "attachment" if is_attachment else "inline"
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_unchanged(headers: Mapping[str, str], etag: str, modified_s: float) -> bool:
    """Check whether the browser has what it asks for already."""
    if known := headers.get("if-none-match"):
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(headers.get("if-modified-since", ""))
        return int(modified_s) <= since.timestamp()
    except (TypeError, ValueError, OverflowError):
        return False


def png_size(file: Path) -> tuple[int, int] | None:
    """Read width and height of a picture, from its first chunk; None where it is no PNG."""
    try:
        with file.open("rb") as handle:
            head = handle.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _part(first: str, last: str, n_bytes: int) -> range:
    """Choose the bytes of a range: from one to another, or the last so many; none is empty."""
    if not first:
        return range(max(0, n_bytes - int(last)), n_bytes)
    begin, end = int(first), min(int(last), n_bytes - 1) + 1 if last else n_bytes
    # A range that ends before it begins is none, and the whole is sent.
    return range(n_bytes) if last and int(last) < begin else range(begin, end)


MOST = 3
"""Files that wait at once, of 300 MB each at most; the one longest here gives way."""

WAITS_S = 900.0
"""How long a file waits for its answer."""


class Uploads:
    """The files that wait. clock: seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, tuple[float, TemporaryDirectory[str], Path]] = OrderedDict()

    def keep(self, folder: TemporaryDirectory[str], file: Path) -> str:
        """Keep a file with its folder; returns the word by which it is asked for."""
        word = secrets.token_urlsafe(16)
        with self._lock:
            self._let_go(MOST - 1)
            self._waiting[word] = (self._clock(), folder, file)
        return word

    def take(self, word: str) -> tuple[TemporaryDirectory[str], Path] | None:
        """Hand a file and its folder to who asks first; None where it waits no longer."""
        with self._lock:
            self._let_go(MOST)
            found = self._waiting.pop(word, None)
        return found[1:] if found else None

    def close(self) -> None:
        """Delete what still waits."""
        with self._lock:
            self._let_go(0)

    def _let_go(self, most: int) -> None:
        while self._waiting:
            since, folder, _ = next(iter(self._waiting.values()))
            if len(self._waiting) <= most and self._clock() - since < WAITS_S:
                return
            self._waiting.popitem(last=False)
            folder.cleanup()


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
    """What draws pages; `PdfPool` does, from any thread."""

    def page_text(self, path: Path, page: int) -> PageText: ...

    def page_image(self, path: Path, page: int, width: int) -> bytes: ...

    def close(self) -> None: ...


def _pool() -> Draws:
    from reader.pdfs.text.process import PdfPool  # pymupdf: at the first page

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
        """Read the words of a page. stamp: of the file's content. Raises PdfError."""

        def size(text: PageText) -> int:
            return 500 + sum(300 + 150 * len(line.words) for line in text.lines)

        key = ("text", stamp, page)
        found: PageText = self._once(key, lambda draws: draws.page_text(file, page), size)
        return found

    def image(self, file: Path, stamp: str, page: int, width: int) -> bytes:
        """Draw a page as PNG, in one of `WIDTHS`. Raises PdfError."""
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
        """Draw what was not drawn lately, once for all who ask at the same time."""
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
        if others is not None:
            return others.result()
        try:
            found = draw(draws)
        except BaseException as error:
            with self._lock:
                del self._running[key]
                now = self._clock()
                self._failed = {k: one for k, one in self._failed.items() if one[0] > now}
                if isinstance(error, PdfError):
                    self._failed[key] = now + FAILED_S, error
            future.set_exception(error)
            raise
        with self._lock:
            del self._running[key]
            self._failed.pop(key, None)
            self._kept[key] = found, size(found)
            self._n_bytes += self._kept[key][1]
            while self._n_bytes > self._most_bytes and len(self._kept) > 1:
                _, (_, n_out) = self._kept.popitem(last=False)
                self._n_bytes -= n_out
        future.set_result(found)
        return found


def width_for(asked: str) -> int:
    """Choose the width in which a page is drawn for the one that is asked for."""
    wanted = int(asked) if asked.isdecimal() and len(asked) < 6 else WIDTHS[1]
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])
