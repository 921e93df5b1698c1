"""Take a note from a file or from standard input: bytes that must be UTF-8."""

from __future__ import annotations

import sys
from pathlib import Path

from reader.errors import UsageError
from reader.phrases import say

LONGEST = 10_000_000
"""Bytes: more is no note, and /dev/zero has no end."""


def given(file: Path | None) -> str | None:
    """Read the note from a file or from standard input; None on a terminal without either."""
    if file is None and sys.stdin.isatty():
        return None
    if file is None or str(file) == "-":
        content, name = sys.stdin.buffer.read(LONGEST + 1), say("stdin")
    else:
        content, name = _bytes_of(file), str(file)
    if len(content) > LONGEST:
        what = say("note.too_long", file=name, n=LONGEST // 1_000_000)
        raise UsageError(what=what, hint=say("note.unchanged"))
    return _decoded(content, name)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as handle:
            return handle.read(LONGEST + 1)
    except OSError as error:
        what = say("note.unreadable", file=file, what=error.strerror)
        raise UsageError(what=what, hint=say("note.unchanged")) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = say("note.encoding", file=name, n=error.start + 1)
        raise UsageError(what=what, hint=say("note.utf8")) from None
