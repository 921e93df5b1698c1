"""Move a paper's files into the folder of its topic, and find PDFs that somebody moved.

The rows say where a paper belongs and where each file is. Filing adds a row, then the files are
moved; what a kill left undone, the next call does. Nothing is ever overwritten, and nothing is
deleted but folders that became empty.

A PDF that was moved or renamed by hand within papers/ is recognised by its bytes; where an app
rewrote it, by its name and the text in it. A PDF that was moved into another topic's folder
files its paper there. No other folder is searched, and nothing is fetched.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from reader.base.errors import PdfError, ReaderError, StoreError
from reader.base.front_matter import fields
from reader.base.messages import lazy_gettext
from reader.base.text import nfc
from reader.library.disk import (
    disk_error,
    files_below,
    make_folders,
    rename_new,
    sync_folder,
    write_whole,
)
from reader.library.file_names import UNFILED, file_stem, fold_name, path_problem
from reader.library.files import is_evicted, lost_files
from reader.library.folder import Library
from reader.library.locks import lock_file
from reader.library.passage import Document
from reader.library.place import REMOVED
from reader.library.rows import decisions, filings, papers
from reader.library.rows.filings import FilePlace
from reader.pdfs.recognise import recognise
from reader.pdfs.rows import highlights, pdfs

ROOTS = {"pdf": "papers", "marked": "papers", "note": "notes"}

AT_ONCE = 64
"""The number of moved files that are recorded in one transaction."""


def settle(
    library: Library,
    rows: Iterable[int] | None = None,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[ReaderError]:
    """Move the files of some papers, or of all, into the folders of their topics.

    Returns an error for each file that could not be moved; it stays where it is. After a kill
    the next call goes on.
    """
    rows = None if rows is None else list(rows)
    unsettled = filings.places(library.db, rows, is_settled=False)
    strays = [p.paper for p in unsettled if _is_elsewhere(p)]
    if not strays or library.db.is_read_only:
        return []
    problems: list[ReaderError] = []
    with lock_file(library.folder / "filing.lock", wait=True):
        # Read again under the lock, since another process may have moved some meanwhile.
        places = [p for p in filings.places(library.db, strays) if _is_elsewhere(p)]
        for start in range(0, len(places), AT_ONCE):
            progress(start, len(places))
            problems += _move_files(library, places[start : start + AT_ONCE])
    progress(len(places), len(places))
    return problems


def _is_elsewhere(place: FilePlace) -> bool:
    root = place.path.partition("/")[0]
    if root not in (ROOTS[place.kind], REMOVED):
        return False
    if place.topic is None and root != REMOVED and not place.is_removed:
        return False
    wanted = "/".join(_folder_of(place))
    return nfc(str(PurePosixPath(place.path).parent)) != nfc(wanted)


def _folder_of(place: FilePlace) -> tuple[str, str]:
    """Choose where a file belongs: one of the library's folders, and the path in it."""
    if place.is_removed:
        return REMOVED, str(place.paper)
    return ROOTS[place.kind], place.topic or UNFILED


def _move_files(library: Library, places: Sequence[FilePlace]) -> list[ReaderError]:
    """Move some files, then record them all; after a kill each is at its old or its new place."""
    problems: list[ReaderError] = []
    moved: dict[FilePlace, str] = {}
    for place in places:
        try:
            if path := _moved(library, place):
                moved[place] = path
        except StoreError as error:
            problems.append(error)
    with library.db.writing():
        for place, path in moved.items():
            filings.set_path(library.db, place, path)
    for place in moved:
        root = place.path.partition("/")[0]
        drop_empty((library.folder / place.path).parent, library.folder / root)
    return problems


def _moved(library: Library, place: FilePlace) -> str:
    """Move a file to its folder; return its new path, "" where there is no file.

    Where another file has its name there, it gets -2, -3 … behind it.
    """
    source = library.folder / place.path
    folder = library.folder / folder_at(library, *_folder_of(place))
    is_there = os.path.lexists(source)
    if not is_there and is_evicted(source):
        raise StoreError(
            file=source,
            what=lazy_gettext("it is in iCloud, not on this disk, so it was not moved"),
            hint=lazy_gettext("Open it once, then file it again."),
        )
    for n in range(1, 1_000):
        name = f"{source.stem}-{n}{source.suffix}" if n > 1 else source.name
        target = folder / name
        found = existing(target)
        if found is None and is_evicted(target):
            continue  # iCloud would bring another file back to this name
        if found is None and not is_there:
            return ""
        if found is None:
            move(source, target)
            return target.relative_to(library.folder).as_posix()
        if not is_there:
            is_it = _is_same_file(library, place, found)
        elif is_it := all(map(os.path.exists, (source, found))) and source.samefile(found):
            try:
                # A killed `move` left two names of one file, and the old one goes. Not where the
                # two are one entry: on a disk without case, or where a folder is a link.
                if not source.parent.samefile(found.parent) and source.stat().st_nlink > 1:
                    source.unlink()
            except OSError as error:
                raise disk_error(error, source) from error
        if is_it:
            return found.relative_to(library.folder).as_posix()
    return ""


def _is_same_file(library: Library, place: FilePlace, file: Path) -> bool:
    """Check whether a file is the one that was moved here before a kill, and not recorded."""
    if place.kind != "note":
        return has_bytes(file, place.sha256)
    # The person may have edited a note meanwhile, so its bytes prove nothing.
    try:
        given = fields(file.read_bytes().decode()).get("id", "")
    except (OSError, UnicodeDecodeError):
        return False
    (held,) = papers.papers_at(library.db, [place.paper])
    return given in held.paper.ids


def move(source: Path, target: Path) -> None:
    """Move a file to a path where no file is yet. Raises StoreError.

    What somebody saves at either place meanwhile stays there.
    """
    try:
        make_folders(target.parent)
        if source.is_symlink():
            # A relative link would lead elsewhere from its new folder.
            os.symlink(os.path.relpath(source.resolve(), target.parent.resolve()), target)
            sync_folder(target.parent)
            source.unlink()
        else:
            try:
                rename_new(source, target)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # The folder is a link to another disk.
                write_whole(target, source.read_bytes())
                source.unlink()
        # Else a power cut may leave neither name, or bring the old one back, with words that are
        # no longer those of the note.
        sync_folder(target.parent)
        sync_folder(source.parent)
    except OSError as error:
        raise disk_error(error, source) from error


def drop_empty(folder: Path, root: Path) -> None:
    """Remove folders that became empty, up to the root; Finder's .DS_Store does not count."""
    with contextlib.suppress(OSError):  # not empty after all, or without the right to remove it
        while folder != root and root in folder.parents:
            if [file.name for file in folder.iterdir()] == [".DS_Store"]:
                (folder / ".DS_Store").unlink()
            folder.rmdir()
            folder = folder.parent


def folder_at(library: Library, root: str, topic: str) -> str:
    """Find the path of a topic's folder as it is on the disk, which may decompose its name."""
    path = f"{root}/{topic}"
    apart = unicodedata.normalize("NFD", path)
    is_apart = apart != path and not (library.folder / path).exists()
    return apart if is_apart and (library.folder / apart).exists() else path


def existing(file: Path) -> Path | None:
    """Find a file under its name on the disk, composed or not; None where there is none."""
    for form in (file.name, nfc(file.name), unicodedata.normalize("NFD", file.name)):
        if os.path.lexists(file.with_name(form)):
            return file.with_name(form)
    return None


def sha256_of(file: Path) -> str:
    """Compute the SHA-256 of a file's bytes, in hexadecimal. Raises OSError."""
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def has_bytes(file: Path, sha256: str) -> bool:
    """Check whether a file has the bytes of a SHA-256; False where it cannot be read."""
    try:
        return file.is_file() and sha256_of(file) == sha256
    except OSError:
        return False


Read = Callable[[Path], Document]


def pdf_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Find a paper's PDF, also where it was moved within papers/; None where there is none.

    read: see `find_moved`. Where the library cannot be written, the new path is not recorded.
    """
    pdf = pdfs.pdf_of(library.db, row)
    if pdf is None:
        return None
    file = library.folder / pdf.path
    if not file.is_file():
        found = find_moved(library, [row], read=read)
        here = next((path for place, path in found.items() if place.kind == "pdf"), pdf.path)
        now = pdfs.pdf_of(library.db, row)
        file = library.folder / (here if library.db.is_read_only or not now else now.path)
    return file if file.is_file() else None


def marked_file(library: Library, row: int, *, read: Read | None = None) -> Path | None:
    """Find the newest marked copy of a paper, also where it was moved within papers/.

    read: see `find_moved`. Returns None where there is none.
    """
    if not highlights.marked_of(library.db, row):
        return None
    found = find_moved(library, [row], read=read)
    # `find_moved` records the new paths, which the rows read below then have, unless the library
    # cannot be written.
    seen = {place.sha256: path for place, path in found.items() if library.db.is_read_only}
    copies = reversed(highlights.marked_of(library.db, row))
    files = (library.folder / seen.get(copy.sha256, copy.path) for copy in copies)
    return next((file for file in files if file.is_file()), None)


def file_to_read(
    library: Library, row: int, *, is_original: bool = False, read: Read | None = None
) -> Path | None:
    """Find the PDF that a person reads: the newest marked copy, else the paper's own.

    is_original: only the paper's own. read: see `find_moved`. Returns None where there is none.
    """
    file = None if is_original else marked_file(library, row, read=read)
    return file or pdf_file(library, row, read=read)


def find_moved(
    library: Library, rows: Collection[int] | None = None, *, read: Read | None = None
) -> Mapping[FilePlace, str]:
    """Find PDFs that are not at their recorded paths, anywhere in papers/.

    They are recognised by their bytes, whatever their names; with `read` also by their name,
    where the bytes changed and the text is recognised as the paper. A paper whose PDF is in
    another topic's folder is filed there, and its other files follow. papers/ is searched only
    where a PDF is missing.
    rows: of some papers, None for all. Returns file → new path.
    """
    wanted = filings.places(library.db, rows, has_notes=False)
    absent = lost_files(library, [p.path for p in wanted])
    lost = [p for p in wanted if p.path in absent]
    if not lost:
        return {}
    # A file that a row of another paper names, and that is there, is no stray.
    every = wanted if rows is None else filings.places(library.db, has_notes=False)
    strays = _Strays(library, {fold_name(p.path) for p in set(every) - set(lost)})
    found = {p: path for p in lost if (path := strays.find(p))}
    if read is not None:
        left = [p for p in lost if p not in found]
        found |= {p: path for p in left if (path := strays.find_by_name(p, read))}
    if not found or library.db.is_read_only:
        return found
    with library.db.writing():
        # The paper's own PDF comes last: where a marked copy was moved elsewhere, it decides.
        for place, path in sorted(found.items(), key=lambda item: item[0].kind == "pdf"):
            filings.set_path(library.db, place, path)
            before, topic = (_topic_in(library, p) for p in (place.path, path))
            if topic and fold_name(topic) not in (fold_name(before), fold_name(place.topic or "")):
                (held,) = papers.papers_at(library.db, [place.paper])
                stem = file_stem(held.paper, library.config.pdf_name)
                papers.fix_key(library.db, held.row, stem)
                decisions.add_filing(library.db, held.row, topic, at=library.now(), is_by_hand=True)
    # An error here is not lost: the next gather calls `settle` for all papers and reports it.
    settle(library, {p.paper for p in found})
    return found


def _topic_in(library: Library, path: str) -> str:
    """Get the topic of the folder that a PDF is in; "" where that can be no topic."""
    if path.startswith(f"{REMOVED}/"):
        return ""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix("papers").removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    return "" if path_problem(folder) else known.get(fold_name(folder), folder)


class _Strays:
    """The PDFs in papers/ that no row names; each is hashed once, and only where its size fits."""

    def __init__(self, library: Library, named: Collection[str]) -> None:
        self._library = library
        self._sizes: dict[str, int] = {}
        self._by_path: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_hash: dict[int | None, dict[str, list[str]]] = {}
        # Of the trash: a restored reader.db may be from before a removal.
        folders = [library.folder / "papers", *(library.folder / REMOVED).glob("[0-9]*/")]
        for file in (file for folder in folders for file in files_below(folder, ".pdf")):
            path = Path(file.path).relative_to(library.folder).as_posix()
            if file.is_file() and fold_name(path) not in named:
                self._sizes[path] = file.stat().st_size
                self._by_path[nfc(path)] = path
                self._by_name.setdefault(_name(path), []).append(path)

    def find(self, place: FilePlace) -> str:
        """Find the path of a file that is surely this one, "" for none."""
        # First the same path with decomposed letters, as a disk of a Mac has it, then the same
        # bytes, those with the same name before others.
        name = _name(place.path)
        same = sorted(self._same_bytes(place), key=lambda path: (_name(path) != name, path))
        paths = [self._by_path.get(nfc(place.path), ""), *same]
        path = next((path for path in paths if path in self._sizes), "")
        # A file is found for one row only.
        self._sizes.pop(path, None)
        return path

    def find_by_name(self, place: FilePlace, read: Read) -> str:
        """Find the path of a file of the same name and other bytes that is the same paper."""
        for path in self._by_name.get(_name(place.path), []):
            if path not in self._sizes:
                continue
            try:
                document = read(self._library.folder / path)
            except PdfError:
                continue
            name = PurePosixPath(path).name
            seen = recognise(self._library, document, sha256=self._sha256(path), name=name)
            if place.paper == seen.row or place.paper in seen.candidates:
                self._sizes.pop(path)
                return path
        return ""

    def _same_bytes(self, place: FilePlace) -> list[str]:
        """Find the paths of the files that have the bytes of a recorded file."""
        # An unknown size (None) fits every file.
        if place.n_bytes not in self._by_hash:
            found = self._by_hash.setdefault(place.n_bytes, {})
            for path in sorted(self._sizes):
                if place.n_bytes in (None, self._sizes[path]):
                    found.setdefault(self._sha256(path), []).append(path)
        return self._by_hash[place.n_bytes].get(place.sha256, [])

    def _sha256(self, path: str) -> str:
        try:
            return sha256_of(self._library.folder / path)
        except OSError:
            return ""  # a file that cannot be read is not found


def _name(path: str) -> str:
    return fold_name(PurePosixPath(path).name)
