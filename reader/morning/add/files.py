"""List the PDFs below some folders, and look at each file that is to be added."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reader.base.errors import NotKnown, PdfError
from reader.base.messages import say
from reader.base.text import as_utf8, plain
from reader.library.folder import Library
from reader.library.highlight import Marks
from reader.library.passage import Document
from reader.pdfs.move import sha256_of
from reader.pdfs.tablet import place_of
from reader.pdfs.text.process import check_file


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
class FileContent:
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


@dataclass
class FilesToAdd:
    """What there is. files: the PDFs, each with the folder or file that was named.

    closed: folders that may not be read. absent: PDFs that iCloud has and this disk has
    not. n_other: files that are no PDFs; n_hidden: files and folders whose names begin
    with a dot.
    """

    files: dict[Path, Path] = field(default_factory=dict)
    closed: list[Path] = field(default_factory=list)
    absent: list[Path] = field(default_factory=list)
    n_other: int = 0
    n_hidden: int = 0
    _by_key: dict[str, Path] = field(default_factory=dict)
    """The files whose names are no UTF-8."""

    def add(self, path: Path, named: Path) -> None:
        self.files.setdefault(path, named)
        if (key := key_of(path)) != str(path):
            self._by_key[key] = path

    def path_of(self, key: str) -> Path:
        """Give the file that is recorded under a text."""
        return self._by_key.get(key) or Path(key)


def find_files(library: Library, paths: Sequence[Path]) -> FilesToAdd:
    """List the PDFs that paths name: the files themselves, and all below the folders.

    Links to folders are followed, each folder once, whatever circles they make. What the
    library itself keeps is left out. Raises NotKnown for a path where nothing is.
    """
    found = FilesToAdd()
    own = [_place(library.folder / name) for name in ("papers", "pictures", "vectors")]
    seen = {place for place in own if place}
    for named in paths:
        path = Path(os.path.abspath(named))
        if not os.path.lexists(path):
            raise NotKnown(what=say("add.no_path", path=plain(str(named))), hint=say("add.paths"))
        if path.is_dir():
            _walk(path, path, found, seen)
        else:
            found.add(path, path)
    return found


def _walk(folder: Path, named: Path, found: FilesToAdd, seen: set[tuple[int, int]]) -> None:
    """Walk without recursion: a folder may be a thousand deep."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        place = _place(here)
        if place is None or place in seen:
            continue
        seen.add(place)
        folders = []
        for entry in _entries(here, found):
            if entry.name.startswith("."):
                found.n_hidden += 1
                if entry.name.lower().endswith(".pdf.icloud"):
                    found.n_hidden -= 1
                    found.absent.append(here / entry.name[1 : -len(".icloud")])
            elif _is_folder(entry):
                folders.append(here / entry.name)
            elif entry.name.lower().endswith(".pdf"):
                found.add(here / entry.name, named)
            else:
                found.n_other += 1
        waiting += reversed(folders)


def _entries(folder: Path, found: FilesToAdd) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            several = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        found.closed.append(folder)
        return iter(())
    return iter(several)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round and round
        return False


def _place(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
