"""Bring a paper's files into the folder of its topic.

The rows say where a paper belongs and where each file lies: filing adds a row, then the
files follow, and what a kill left in between the next call repairs. Nothing is ever
overwritten, and nothing deleted but folders that became empty. Knows nothing of files
that a hand moved: see `strays`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from reader.errors import ReaderError, StoreError
from reader.library.folder import Library, disk_error, write_whole
from reader.library.walking import gone_pdfs as gone_pdfs
from reader.library.walking import is_evicted as is_evicted
from reader.library.walking import is_here as is_here
from reader.note import fields
from reader.phrases import say
from reader.store import filings, papers
from reader.store.database import lock_file
from reader.store.filings import Place

ROOTS = {"pdf": "papers", "marked": "papers", "note": "notes"}

AT_ONCE = 64
"""Moved files recorded in one transaction."""


def _silent(done: int, total: int) -> None:
    """Say nothing."""


def settle(
    library: Library,
    rows: Iterable[int] | None = None,
    *,
    progress: Callable[[int, int], None] = _silent,
) -> list[ReaderError]:
    """Bring the files of some papers, or of all, into the folders that they are filed in.

    Returns what could not be moved; those stay where they are. Killed anywhere, the next
    call goes on.
    """
    rows = None if rows is None else list(rows)
    strays = [p.paper for p in filings.places(library.db, rows) if _is_elsewhere(p)]
    if not strays or library.db.is_read_only:
        return []
    problems: list[ReaderError] = []
    with lock_file(library.folder / "filing.lock", wait=True):
        # Asked again: another process may have moved some meanwhile.
        places = [p for p in filings.places(library.db, strays) if _is_elsewhere(p)]
        for start in range(0, len(places), AT_ONCE):
            progress(start, len(places))
            problems += _bring(library, places[start : start + AT_ONCE])
    progress(len(places), len(places))
    return problems


def _is_elsewhere(place: Place) -> bool:
    root = ROOTS[place.kind]
    if place.topic is None or not place.path.startswith(f"{root}/"):
        return False
    folder = str(PurePosixPath(place.path).parent)
    return nfc(folder) != nfc(f"{root}/{place.topic}")


def _bring(library: Library, places: Sequence[Place]) -> list[ReaderError]:
    """Move some files, then record them all: a kill leaves each where it was or will be."""
    problems: list[ReaderError] = []
    moved: list[tuple[Place, str]] = []
    for place in places:
        try:
            path = _moved(library, place)
        except StoreError as error:
            problems.append(error)
            continue
        if path:
            moved.append((place, path))
    with library.db.writing():
        for place, path in moved:
            filings.set_path(library.db, place, path)
    for place, _ in moved:
        drop_empty((library.folder / place.path).parent, library.folder / ROOTS[place.kind])
    return problems


def _moved(library: Library, place: Place) -> str:
    """Move one file to its folder; gives its new path, empty where there is no file."""
    source = library.folder / place.path
    root = ROOTS[place.kind]
    folder = library.folder / folder_at(library, root, str(place.topic))
    is_there = os.path.lexists(source)
    if not is_there and is_evicted(source):
        raise StoreError(file=source, what=say("moved.evicted"), hint=say("moved.evicted.hint"))
    for target in _names(folder, source.name):
        found = existing(target)
        if found is None and is_evicted(target):
            continue
        if found is None and not is_there:
            return ""
        if found is None:
            move(source, target)
            return target.relative_to(library.folder).as_posix()
        if _is_same_file(source, found) if is_there else _is_it(library, place, found):
            if is_there:
                _let_go(source, found)
            return found.relative_to(library.folder).as_posix()
    return ""


def _names(folder: Path, name: str) -> Iterator[Path]:
    """Give the paths at which a file may stand: its own name, then with -2, -3 …"""
    stem, dot, ending = name.rpartition(".")
    yield folder / name
    for n in range(2, 1_000):
        yield folder / f"{stem or name}-{n}{dot if stem else ''}{ending if stem else ''}"


def _is_it(library: Library, place: Place, file: Path) -> bool:
    """Tell whether a file is the one that a killed move brought here before recording it."""
    if place.kind != "note":
        return has_bytes(file, place.sha256)
    try:
        given = fields(file.read_bytes().decode()).get("id", "")
    except (OSError, UnicodeDecodeError):
        return False
    (held,) = papers.papers_at(library.db, [place.paper])
    return given in held.paper.ids


def move(source: Path, target: Path) -> None:
    """Give a file another path where nothing stands yet. Raises StoreError.

    A second name is made before the first one goes, since a rename overwrites what comes
    to stand there just then; where a disk knows no second names it is renamed.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            os.symlink(os.path.relpath(source.resolve(), target.parent.resolve()), target)
            source.unlink()
            return
        try:
            os.link(source, target)
        except OSError:
            if os.path.lexists(target):
                raise
            _rename(source, target)
        else:
            source.unlink()
    except OSError as error:
        raise disk_error(error, source) from error


def _rename(source: Path, target: Path) -> None:
    if source.parent.stat().st_dev == target.parent.stat().st_dev:
        source.rename(target)
        return
    write_whole(target, source.read_bytes())  # a folder that leads to another disk
    source.unlink()


def _is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _let_go(source: Path, target: Path) -> None:
    """Take the first of two names off one file, unless both are one entry of one folder: on a
    disk without case, or where a folder is a link to the other."""
    try:
        if not source.parent.samefile(target.parent) and source.stat().st_nlink > 1:
            source.unlink()
    except OSError as error:
        raise disk_error(error, source) from error


def drop_empty(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to the root; Finder's own file does not count."""
    with contextlib.suppress(OSError):  # somebody put something there, or may not remove it
        while folder != root and root in folder.parents:
            if [file.name for file in folder.iterdir()] == [".DS_Store"]:
                (folder / ".DS_Store").unlink()
            folder.rmdir()
            folder = folder.parent


def folder_at(library: Library, root: str, topic: str) -> str:
    """Give a topic's folder as it stands on the disk, which may have decomposed its name."""
    path = f"{root}/{topic}"
    apart = unicodedata.normalize("NFD", path)
    is_apart = apart != path and not (library.folder / path).exists()
    return apart if is_apart and (library.folder / apart).exists() else path


def existing(file: Path) -> Path | None:
    """Give a file as it is named on the disk, composed or not; None where nothing stands."""
    for form in (file.name, nfc(file.name), unicodedata.normalize("NFD", file.name)):
        if os.path.lexists(file.with_name(form)):
            return file.with_name(form)
    return None


def sha256_of(file: Path) -> str:
    """Name a file's bytes. Raises OSError."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def has_bytes(file: Path, sha256: str) -> bool:
    """Tell whether a file holds just these bytes; one that cannot be read, or is none, does not."""
    try:
        return file.is_file() and sha256_of(file) == sha256
    except OSError:
        return False


def nfc(text: str) -> str:
    """Compose the letters of a name, as rows have it."""
    return unicodedata.normalize("NFC", text)
