"""Look at a file that is to be added: its bytes, where it lies, and what its folder says."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reader.errors import PdfError
from reader.highlight import Marks
from reader.library.folder import Library
from reader.library.moving import sha256_of
from reader.library.tablet import place_of
from reader.passage import Document
from reader.pdf.process import check_file
from reader.phrases import say
from reader.plain import as_utf8


@dataclass(frozen=True, slots=True)
class File:
    """A file to add, as it was when its bytes were hashed. named: what the person named."""

    path: Path
    named: Path
    n_bytes: int
    modified_ns: int
    sha256: str

    @property
    def key(self) -> str:
        """Its path as rows and people are given it."""
        return key_of(self.path)

    @property
    def stem(self) -> str:
        """Its name without .pdf, which may tell its title."""
        return as_utf8(self.path.stem)


@dataclass(frozen=True, slots=True)
class Read:
    """A file and all that was read in it; marks: an error where the text alone could be read."""

    file: File
    document: Document
    marks: Marks | PdfError


def key_of(path: Path) -> str:
    """Give the text under which a file is recorded: its path, also where that is no UTF-8."""
    return as_utf8(str(path))


def look_at(path: Path, named: Path) -> File:
    """Hash a file's bytes. Raises PdfError when it cannot be read, or has no end: a pipe."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            check_file(path)  # which says what it is
        sha256 = sha256_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    return File(path, named, status.st_size, status.st_mtime_ns, sha256)


def bytes_of(file: File) -> bytes:
    """Read a file whole; raises PdfError when it changed since it was looked at."""
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise _unreadable(file.path, error) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise PdfError(
            file=file.path, what=say("add.changed"), hint=say("add.again"), kind="no file"
        )
    return content


def _unreadable(path: Path, error: OSError) -> PdfError:
    what = say("add.unreadable", why=error.strerror or "")
    return PdfError(file=path, what=what, hint=say("add.unreadable_hint"), kind="no file")


def place(library: Library, path: Path, named: Path) -> str:
    """Name the place of a file, as `back` does: the two know each other's."""
    root = Path(os.path.realpath(named))
    return place_of(library, root if path == named else root / path.relative_to(named))


def folder_topic(file: File, topics: Sequence[str]) -> str:
    """Give the topic that the person's own folder names, the innermost one; "" for none.

    `anywhere/speech/translation/2023/x.pdf` is of `speech/translation`, whatever the case.
    """
    parts = [_fold(part) for part in file.path.parent.parts]
    n_above = len(file.named.parts) if file.named != file.path else len(parts)
    by_fold = {tuple(_fold(p) for p in topic.split("/")): topic for topic in topics}
    for end in range(len(parts), min(n_above, len(parts)) - 1, -1):
        for start in range(end):
            topic = by_fold.get(tuple(parts[start:end]))
            if topic:
                return topic
    return ""


def _fold(part: str) -> str:
    return unicodedata.normalize("NFC", part).casefold()
