"""Take a note from a file or from standard input: bytes that must be UTF-8."""

from __future__ import annotations

import sys
from pathlib import Path

from reader.errors import UsageError
from reader.phrases import say


def given(file: Path | None) -> str | None:
    """Read the note from a file or from standard input; None on a terminal without either."""
    if file is None and sys.stdin.isatty():
        return None
    if file is None or str(file) == "-":
        content, name = sys.stdin.buffer.read(), say("stdin")
    else:
        content, name = _bytes_of(file), str(file)
    return _decoded(content, name)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        what = say("note.unreadable", file=file, what=error.strerror)
        raise UsageError(what=what, hint=say("note.unchanged")) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = say("note.encoding", file=name, n=error.start + 1)
        raise UsageError(what=what, hint=say("note.utf8")) from None
