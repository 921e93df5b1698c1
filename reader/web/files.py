"""Send a file of the library: whole or a range of it, or only that it is as it was.

RFC 9110: ranges (section 14), conditions (section 13). One range at a time: who asks for
several gets the whole, which a server may always send. Knows no paper.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

PIECE = 256 * 1024

_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was opened within a folder. stamp: changes when its bytes do."""

    handle: BinaryIO
    n_bytes: int
    modified_s: float
    stamp: str


def opened_within(file: Path, root: Path) -> Opened | None:
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
    return Opened(handle, found.st_size, found.st_mtime, stamp)


def send_file(
    request: Request, file: Opened, *, media_type: str, name: str, is_attachment: bool = False
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
    first, last = 0, file.n_bytes - 1
    status = HTTPStatus.OK
    asked = _asked_range(request, headers["etag"], headers["last-modified"])
    if asked is not None:
        found = _within(asked, file.n_bytes)
        if found is None:
            file.handle.close()
            headers["content-range"] = f"bytes */{file.n_bytes}"
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        first, last = found
        status = HTTPStatus.PARTIAL_CONTENT
        headers["content-range"] = f"bytes {first}-{last}/{file.n_bytes}"
    n_bytes = last - first + 1
    headers["content-length"] = str(n_bytes)
    if request.method == "HEAD":
        file.handle.close()
        return Response(status_code=status, headers=headers, media_type=media_type)
    pieces = _pieces(file.handle, first, n_bytes)
    return StreamingResponse(pieces, status_code=status, headers=headers, media_type=media_type)


def disposition(name: str, *, is_attachment: bool) -> str:
    """Name a file for the browser; RFC 6266, with a plain name for who knows no other."""
    kind = "attachment" if is_attachment else "inline"
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    if plain == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def is_unchanged(headers: Mapping[str, str], etag: str, modified_s: float) -> bool:
    """Tell whether the browser has what it asks for already."""
    if known := headers.get("if-none-match"):
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return etag in tags or "*" in tags
    since = _seconds(headers.get("if-modified-since", ""))
    return since is not None and int(modified_s) <= since


def png_size(file: Path) -> tuple[int, int] | None:
    """Give width and height of a picture, from its first chunk; None where it is no PNG."""
    try:
        with file.open("rb") as handle:
            head = handle.read(24)
    except OSError:
        return None
    if len(head) < 24 or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _asked_range(request: Request, etag: str, modified: str) -> tuple[str, str] | None:
    """Give the range that is asked for, and holds: None for the whole."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or asked is None or not (asked[1] or asked[2]):
        return None
    condition = request.headers.get("if-range", "").strip()
    return (asked[1], asked[2]) if condition in ("", etag, modified) else None


def _within(asked: tuple[str, str], n_bytes: int) -> tuple[int, int] | None:
    """Give the first and last byte of a range, None where the file has none of it."""
    first, last = asked
    if not first:
        begin, end = max(0, n_bytes - int(last)), n_bytes - 1
        return (begin, end) if int(last) and n_bytes else None
    begin, end = int(first), min(int(last) if last else n_bytes - 1, n_bytes - 1)
    # A range that ends before it begins is none, and the whole is sent.
    if last and int(last) < begin:
        return (0, n_bytes - 1) if n_bytes else None
    return (begin, end) if begin < n_bytes else None


def _pieces(handle: BinaryIO, first: int, n_bytes: int) -> Iterator[bytes]:
    with handle:
        handle.seek(first)
        left = n_bytes
        while left and (piece := handle.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def _seconds(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
