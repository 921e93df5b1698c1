"""Copy PDFs to the folder that the person's cloud brings to the tablet.

Knows nothing of the cloud and of the tablet: only a folder, in which files are renamed,
evicted and marked by others. What lies there is never overwritten.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePath
from typing import Literal

from reader.base.errors import Incomplete, NotKnown, PdfError, ReaderError, UsageError
from reader.base.messages import say
from reader.base.text import as_utf8, plain
from reader.library.file_names import file_stem, fold_name
from reader.library.files import is_here
from reader.library.find import find_paper
from reader.library.folder import Library, disk_error, write_whole
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.library.rows.database import lock_file
from reader.pdfs.move import file_to_read, pdf_file
from reader.pdfs.rows import highlights
from reader.pdfs.rows.highlights import Taken

LOCK = "tablet.lock"
"""Held by the one `take` or `back` that works on a library."""

REMOVED = "removed"
"""Where the files of marked copies lie that were taken out again."""

OWN_FOLDERS = ("papers", "notes", "pictures", "vectors", REMOVED)
"""Where copies would be taken for the library's own files, or get in their way."""

IN_TABLET, IN_LIBRARY = "tablet:", "library:"
"""How the names of places begin that lie in the tablet's folder and in the library."""


@dataclass(frozen=True, slots=True)
class TabletOutcome:
    """What became of one paper that should go to the tablet.

    there: a copy lies there already, maybe marked or under another name, and stays. name: in
    the folder, "" for none. error: of a paper that is missing.
    """

    held: LibraryPaper
    outcome: Literal["copied", "there", "missing"]
    name: str = ""
    error: ReaderError | None = None


def tablet_folder(library: Library, given: Path | None = None) -> Path:
    """Find the tablet's folder: given, else that of feeds.toml. Raises UsageError for none."""
    if given is None and not library.config.tablet:
        raise UsageError(what=say("tablet.none"), hint=say("tablet.key"))
    folder = given if given is not None else Path(library.config.tablet)
    try:
        folder = folder.expanduser()
    except RuntimeError:
        raise UsageError(what=say("tablet.home", folder=folder), hint=say("tablet.key")) from None
    # A relative one in feeds.toml is the library's neighbour, wherever the command runs.
    return Path(os.path.abspath(folder if given is not None else library.folder / folder))


def take(library: Library, texts: Sequence[str], folder: Path) -> Iterator[TabletOutcome]:
    """Copy the PDFs of papers, or of today's picks, to a folder; yields each as it is done.

    Once there, a paper is not copied again, on whatever day it is taken and whatever was
    done to its copy. Raises NotFound or UsageError before anything is copied, Locked,
    ReadOnly or StoreError.
    """
    rows = [find_paper(library, text).row for text in texts]
    rows = rows or highlights.picks_on(library.db, library.today())
    # Refused are the folders that hold the library's own files.
    own, asked = (PurePath(fold_name(os.path.realpath(f))) for f in (library.folder, folder))
    if asked == own or any(asked.is_relative_to(own / name) for name in OWN_FOLDERS):
        what = say("tablet.inside", folder=folder)
        raise UsageError(what=what, hint=say("tablet.inside.hint"))
    with lock_file(library.folder / LOCK):
        with library.db.writing():
            pass  # a library that cannot be written is named before a file is
        _make(folder, is_needed=bool(rows))
        for held in papers.papers_at(library.db, list(dict.fromkeys(rows))):
            try:
                yield _take_one(library, held, folder)
            except (Incomplete, PdfError) as error:
                yield TabletOutcome(held, "missing", error=error)


def _make(folder: Path, *, is_needed: bool) -> None:
    """Make the folder where something comes into it, but not the disk or cloud that it should
    lie on."""
    try:
        if folder.is_dir():
            return
        if not folder.parent.is_dir():
            raise no_folder(folder)
        if is_needed or folder.exists():  # as a file, which is an error
            folder.mkdir()
    except OSError as error:
        raise disk_error(error, folder) from error


def no_folder(folder: Path) -> UsageError:
    """Make the error of a folder that is not there, the same for `take` and `back`."""
    return UsageError(what=say("tablet.no_folder", folder=folder), hint=say("tablet.which"))


def _take_one(library: Library, held: LibraryPaper, folder: Path) -> TabletOutcome:
    there = list(names_below(folder))
    before = highlights.taken_of(library.db, held.row)
    for taken in reversed(before):
        for name in there:
            if is_named_after(name, taken.path):
                return TabletOutcome(held, "there", name)
    # A file of the folder that `back` knew as this paper, whatever its name.
    root = Path(os.path.realpath(folder))
    for last in reversed(highlights.returned_of(library.db, held.row)):
        file = file_at(library, last.place)
        if file.is_relative_to(root) and is_here(file):
            return TabletOutcome(held, "there", file.relative_to(root).as_posix())
    content = _content(library, held)
    today = library.today().isoformat()
    name = next((t.path for t in before if t.path.startswith(today)), "")
    if not name:
        names = [*there, *highlights.taken_rows(library.db)]
        numbers = [int(m[1]) for name in names if (m := re.match(rf"{today} (\d+) ", name))]
        name = file_name(library, held, library.today(), max(numbers, default=0) + 1)
    file = folder / name
    taken = Taken(held.row, name, hashlib.sha256(content).hexdigest())
    # The row first: a copy that is marked before it is on record would be a stranger's.
    with library.db.writing():
        highlights.add_taken(library.db, taken, at=library.now())
        highlights.forget_place(library.db, place_of(library, file))
    write_whole(file, content)
    return TabletOutcome(held, "copied", name)


def file_name(library: Library, held: LibraryPaper, day: date, number: int) -> str:
    """Name a copy so that a folder's list shows the days, and each day's papers in order."""
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    return unicodedata.normalize("NFC", f"{day.isoformat()} {number:02} {stem}.pdf")


def is_named_after(name: str, taken: str) -> bool:
    """Check that a file has the name that a copy was taken under, or one that an app made
    of it: `… (annotated).pdf`, `… 2.pdf`."""
    stem, rest = fold_name(taken).removesuffix(".pdf"), fold_name(name)
    return rest.startswith(stem) and not re.match(r"[\w-]", rest[len(stem) :])


def _content(library: Library, held: LibraryPaper) -> bytes:
    title, hint = plain(held.paper.title), say("take.pick", id=held.paper.id)
    file = pdf_file(library, held.row)
    if file is None:
        raise PdfError(file=title, what=say("take.missing"), hint=hint)
    try:
        return file.read_bytes()
    except OSError as error:
        what = say("take.unreadable", file=file, what=error.strerror)
        raise PdfError(file=title, what=what, hint=hint) from error


def names_below(folder: Path) -> Iterator[str]:
    """List the names of all files in a folder and below, also of those that iCloud took off
    this disk for now: it leaves `.name.pdf.icloud` in the place of `name.pdf`."""
    for _, folders, names in os.walk(folder):
        folders.sort()
        yield from (evicted(name) or name for name in sorted(names))


def evicted(name: str) -> str:
    """Read the name of the file whose placeholder this is; "" for what is none."""
    match = re.fullmatch(r"\.(.+)\.icloud", name)
    return match[1] if match else ""


def place_of(library: Library, file: Path) -> str:
    """Name the place that a file lies in, so that it is known again on another machine."""
    place = file.as_posix()
    for prefix, root in _roots(library).items():
        if file.is_relative_to(root):
            place = prefix + file.relative_to(root).as_posix()
            break
    # A name need not be UTF-8, but a row is.
    return unicodedata.normalize("NFC", as_utf8(place))


def file_at(library: Library, place: str) -> Path:
    """Find the file that a place names."""
    for prefix, root in _roots(library).items():
        if prefix and place.startswith(prefix):
            return root / place.removeprefix(prefix)
    return Path(place)


def _roots(library: Library) -> dict[str, Path]:
    """Map what stands for a folder at the begin of a place to it; the tablet's may lie in the
    library's and comes first."""
    roots = {}
    if library.config.tablet:
        roots[IN_TABLET] = Path(os.path.realpath(tablet_folder(library)))
    roots[IN_LIBRARY] = Path(os.path.realpath(library.folder))
    return roots


SHORT_SHA = 16
"""Digits of a copy's SHA-256 by which it is asked for."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF of a paper; name: one that people can read."""

    path: Path
    name: str


def pdf_asked(
    library: Library, held: LibraryPaper, *, is_original: bool = False, copy: str = ""
) -> PdfFile:
    """Choose the PDF to read: as `reader open` chooses, or the one kept beside it that is named.

    copy: the begin of its SHA-256. Raises NotKnown where it is not here.
    """
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    if copy:
        kept = highlights.copies_of(library.db, held.row)
        found = [c.path for c in kept if c.sha256[:SHORT_SHA] == copy]
        path = library.folder / found[0] if found else None
        stem = path.stem if path else stem
    else:
        path = file_to_read(library, held.row, is_original=is_original)
    if path is None:
        what = say("pdf.none", title=plain(held.paper.title))
        raise NotKnown(what=what, hint=say("pdf.none.hint"))
    return PdfFile(path, unicodedata.normalize("NFC", f"{stem}.pdf"))
