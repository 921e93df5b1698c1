"""List the PDFs below some folders; opens none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reader.errors import NotKnown
from reader.library.folder import Library
from reader.phrases import say
from reader.plain import plain
from reader.stages.adding.files import key_of


@dataclass
class Found:
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


def find_files(library: Library, paths: Sequence[Path]) -> Found:
    """List the PDFs that paths name: the files themselves, and all below the folders.

    Links to folders are followed, each folder once, whatever circles they make. What the
    library itself keeps is left out. Raises NotKnown for a path where nothing is.
    """
    found = Found()
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


def _walk(folder: Path, named: Path, found: Found, seen: set[tuple[int, int]]) -> None:
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


def _entries(folder: Path, found: Found) -> Iterator[os.DirEntry[str]]:
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
