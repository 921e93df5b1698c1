"""Copy PDFs to the folder that a cloud service synchronises with the tablet.

It is only a folder here, in which other programs rename, evict and mark files. A file there is
never overwritten once it was changed: only a copy with the very bytes that we put there is written
anew, where marks were made here since.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Literal

from reader.base.errors import Incomplete, NotKnown, PdfError, ReaderError, UsageError, os_reason
from reader.base.messages import N_, lazy_gettext
from reader.base.text import as_utf8, plain
from reader.library.disk import disk_error, lock_file, write_whole
from reader.library.file_names import file_stem, fold_name
from reader.library.files import has_bytes, is_here
from reader.library.folder import Library, find_papers
from reader.library.paper import LibraryPaper
from reader.library.place import REMOVED
from reader.library.rows import highlights, papers
from reader.library.rows.highlights import TabletCopy
from reader.pdfs.find import file_to_read, pdf_file
from reader.pdfs.mark import MarkTools, marked_content, record

LOCK = "tablet.lock"
"""The lock file of `take` and `back`, of which one at a time works on a library."""

OWN_FOLDERS = ("papers", "notes", "pictures", "html", "vectors", "open", REMOVED)
"""Folders of the library that cannot be the tablet's folder: copies would be mistaken for the
library's own files."""

IN_TABLET, IN_LIBRARY = "tablet:", "library:"
"""The prefixes of places in the tablet's folder and in the library."""


@dataclass(frozen=True, slots=True)
class TabletOutcome:
    """The outcome for one paper that is copied to the tablet.

    there: a copy is there already, maybe marked or under another name, and stays. updated: one
    was there untouched, and has the marks made here since. name: in the folder, "" for none.
    error: why a PDF is missing.
    """

    paper: LibraryPaper
    outcome: Literal["copied", "there", "updated", "missing"]
    name: str = ""
    error: ReaderError | None = None


def tablet_folder(library: Library, given: Path | None = None) -> Path:
    """Choose the tablet's folder: the given one, else that of feeds.toml.

    Raises UsageError where there is none, or its home folder is unknown.
    """
    if given is None and not library.config.tablet:
        raise UsageError(
            what=lazy_gettext("No tablet folder is set."),
            hint=lazy_gettext(
                'Set it under [tablet] in feeds.toml, as folder = "~/…"; or name it: `reader '
                "take --to FOLDER`, `reader back FOLDER`."
            ),
        )
    folder = given if given is not None else Path(library.config.tablet)
    try:
        folder = folder.expanduser()
    except RuntimeError:
        raise UsageError(
            what=lazy_gettext("{folder}: there is no such home folder.", folder=folder),
            hint=lazy_gettext(
                'Set it under [tablet] in feeds.toml, as folder = "~/…"; or name it: `reader '
                "take --to FOLDER`, `reader back FOLDER`."
            ),
        ) from None
    # A relative path in feeds.toml starts at the library, one on the command line where the
    # command runs.
    return Path(os.path.abspath(folder if given is not None else library.folder / folder))


def take(
    library: Library, texts: Sequence[str], folder: Path, tools: MarkTools | None = None
) -> Iterator[TabletOutcome]:
    """Copy the PDFs of papers, or of today's picks, to a folder; yield each as it is done.

    A paper that has a copy there is not copied again, whatever was done to that copy; only one
    to which nothing was done gets the marks that were made here since.
    tools: write these marks; None for copies as the PDFs are.
    Raises NotFound or UsageError before anything is copied, Locked, ReadOnly or StoreError.
    """
    rows = [paper.row for paper in find_papers(library, texts)]
    rows = rows or highlights.picks_on(library.db, library.today())
    # Compared folded and with links resolved: on a Mac `Papers` is `papers`.
    own, other = (PurePath(fold_name(os.path.realpath(f))) for f in (library.folder, folder))
    if other == own or any(other.is_relative_to(own / name) for name in OWN_FOLDERS):
        what = lazy_gettext("{folder} is where the library keeps its own files.", folder=folder)
        raise UsageError(
            what=what,
            hint=lazy_gettext("Name another folder, one that your cloud syncs to the tablet."),
        )
    with lock_file(library.folder / LOCK):
        with library.db.writing():
            pass  # raises for a library that cannot be written, before a file is copied
        _make(folder, is_needed=bool(rows))
        for paper in papers.papers_at(library.db, list(dict.fromkeys(rows))):
            try:
                yield _take_one(library, paper, folder, tools)
            except (Incomplete, PdfError) as error:
                yield TabletOutcome(paper, "missing", error=error)


def _make(folder: Path, *, is_needed: bool) -> None:
    """Make the folder where it is needed, but not its parent.

    A missing parent is a disk or a cloud folder that is not there now.
    """
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
    """Make the error for a folder that does not exist, the same for `take` and `back`."""
    return UsageError(
        what=lazy_gettext("{folder} does not exist.", folder=folder),
        hint=lazy_gettext("Connect its disk or cloud, create the folder, or name another one."),
    )


def _take_one(
    library: Library, paper: LibraryPaper, folder: Path, tools: MarkTools | None
) -> TabletOutcome:
    there = list(names_below(folder))
    before = highlights.taken_of(library.db, paper.row)
    if name := _copy_there(library, paper, folder, there):
        return _update(library, paper, folder, name, tools)
    content = _content(library, paper, tools)
    today = library.today().isoformat()
    # After a kill, or where the copy was deleted, today's name is used again.
    name = next((t.path for t in before if t.path.startswith(today)), "")
    if not name:
        names = [*there, *highlights.taken_rows(library.db)]
        numbers = [int(m[1]) for name in names if (m := re.match(rf"{today} (\d+) ", name))]
        name = file_name(library, paper, library.today(), max(numbers, default=0) + 1)
    _put(library, paper, folder / name, content, tools, path=name)
    return TabletOutcome(paper, "copied", name)


def _copy_there(library: Library, paper: LibraryPaper, folder: Path, names: Sequence[str]) -> str:
    """Find the name of a copy of a paper in the folder, "" for none."""
    for taken in reversed(highlights.taken_of(library.db, paper.row)):
        for name in names:
            if is_named_after(name, taken.path):
                return name
    # An app may have renamed the copy: `back` has recorded which paper a file is.
    root = Path(os.path.realpath(folder))
    for last in reversed(highlights.returned_of(library.db, paper.row)):
        file = file_at(library, last.place)
        if file.is_relative_to(root) and is_here(file):
            return file.relative_to(root).as_posix()
    return ""


def _update(
    library: Library, paper: LibraryPaper, folder: Path, name: str, tools: MarkTools | None
) -> TabletOutcome:
    """Write the marks made here into a copy that nobody has changed; leave any other one."""
    file, row = folder / name, paper.row
    there = TabletOutcome(paper, "there", name)
    if tools is None or not highlights.has_acts(library.db, row):
        return there
    ours = [t for t in highlights.taken_of(library.db, row) if has_bytes(file, t.sha256)]
    if not ours:
        return there
    content = _content(library, paper, tools)
    # Making it took a while, in which the file may have been marked.
    is_untouched = any(has_bytes(file, t.sha256) for t in ours)
    if not is_untouched or hashlib.sha256(content).hexdigest() in {t.sha256 for t in ours}:
        return there
    _put(library, paper, file, content, tools, path=ours[-1].path)
    return replace(there, outcome="updated")


def _put(
    library: Library,
    paper: LibraryPaper,
    file: Path,
    content: bytes,
    tools: MarkTools | None,
    *,
    path: str,
) -> None:
    """Write a copy into the folder; path: the name that it was first taken under."""
    db, place = library.db, place_of(library, file)
    taken = TabletCopy(paper.row, path, hashlib.sha256(content).hexdigest())
    # The row comes first: an unrecorded copy could not be recognised when it comes back.
    with db.writing():
        highlights.add_taken(db, taken, at=library.now())
        if not file.exists():
            highlights.forget_place(db, place)
    write_whole(file, content)
    # After the file: marks that are recorded for a place and missing there count as removed.
    if tools and highlights.has_acts(db, paper.row):
        with contextlib.suppress(PdfError):  # it was taken as it is
            record(library, tools, paper.row, place, file, content)


OPENED = "open"
"""The folder of the library with the copies that `reader open` wrote marks into."""


def copy_to_open(
    library: Library,
    tools: MarkTools,
    paper: LibraryPaper,
    file: Path,
    *,
    bring: Callable[[Path], object],
) -> Path:
    """Find or write the copy of a PDF that has all marks; the PDF itself where it has all of them.

    bring: imports what was marked in the copy since it was written. Where that fails, the copy
    stays as it is. Raises PdfError.
    """
    stem = paper.key or file_stem(paper.record, library.config.pdf_name)
    copy = library.folder / OPENED / f"{stem}.pdf"
    place = place_of(library, copy)

    def is_changed() -> bool:
        last = highlights.returned_from(library.db, place)
        return copy.is_file() and not (last and has_bytes(copy, last.sha256))

    if is_changed():
        bring(copy)
        if is_changed():
            return copy
        file = file_to_read(library, paper.row) or file
    content = marked_content(library, tools, paper.row, file)
    if content is None:
        return file
    if is_changed():
        return copy
    write_whole(copy, content)
    record(library, tools, paper.row, place, copy, content)
    return copy


def file_name(library: Library, paper: LibraryPaper, day: date, number: int) -> str:
    """Make the name of a copy: day, number within the day, and the paper's key.

    So a list of files by name shows the days, and the papers of each day in order.
    """
    stem = paper.key or file_stem(paper.record, library.config.pdf_name)
    return unicodedata.normalize("NFC", f"{day.isoformat()} {number:02} {stem}.pdf")


def is_named_after(name: str, taken: str) -> bool:
    """Check whether a file has a copy's name, or one that an app made of it.

    Such names are `… (annotated).pdf` and `… 2.pdf`.
    """
    stem, rest = fold_name(taken).removesuffix(".pdf"), fold_name(name)
    return rest.startswith(stem) and not re.match(r"[\w-]", rest[len(stem) :])


def _content(library: Library, paper: LibraryPaper, tools: MarkTools | None) -> bytes:
    title = plain(paper.record.title)
    # `fetch` takes only what was picked.
    fetch = N_("Fetch it with `reader fetch {id}`, then run take again.")
    pick = N_("Fetch it with `reader pick {id}`, then run take again.")
    hint = lazy_gettext(fetch if paper.state in ("pick", "read") else pick, id=paper.record.id)
    file = pdf_file(library, paper.row)
    if file is None:
        raise PdfError(file=title, what=lazy_gettext("its PDF is not in the library"), hint=hint)
    try:
        # A PDF that cannot be read is taken as it is.
        with contextlib.suppress(PdfError):
            if tools and (marked := marked_content(library, tools, paper.row, file)):
                return marked
        return file.read_bytes()
    except OSError as error:
        what = lazy_gettext("{file} cannot be read ({what})", file=file, what=os_reason(error))
        raise PdfError(file=title, what=what, hint=hint) from error


def names_below(folder: Path) -> Iterator[str]:
    """Yield the names of all files in a folder and below, evicted ones too.

    Where iCloud evicted `name.pdf` from this disk, it leaves `.name.pdf.icloud`.
    """
    for _unused, folders, names in os.walk(folder):
        folders.sort()
        yield from (evicted(name) or name for name in sorted(names))


def evicted(name: str) -> str:
    """Get the name of the file that an iCloud placeholder stands for; "" for other names."""
    match = re.fullmatch(r"\.(.+)\.icloud", name)
    return match[1] if match else ""


def place_of(library: Library, file: Path) -> str:
    """Make the name of a file's place, by which it is known on another machine too.

    It is "tablet:" or "library:" and the path in that folder, else the whole path.
    """
    place = file.as_posix()
    for prefix, root in _roots(library).items():
        if file.is_relative_to(root):
            place = prefix + file.relative_to(root).as_posix()
            break
    # A file's name need not be UTF-8, but a text in SQLite is.
    return unicodedata.normalize("NFC", as_utf8(place))


def file_at(library: Library, place: str) -> Path:
    """Find the file of a place, as `place_of` names it."""
    for prefix, root in _roots(library).items():
        if prefix and place.startswith(prefix):
            return root / place.removeprefix(prefix)
    return Path(place)


def _roots(library: Library) -> dict[str, Path]:
    """List the folders of places: prefix → folder."""
    # The tablet's folder may be inside the library's, so it is tried first.
    roots = {}
    if library.config.tablet:
        roots[IN_TABLET] = Path(os.path.realpath(tablet_folder(library)))
    roots[IN_LIBRARY] = Path(os.path.realpath(library.folder))
    return roots


SHORT_SHA = 16
"""Digits of a copy's SHA-256 that identify it in an address."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF of a paper; name: for a person who saves it."""

    path: Path
    name: str


def requested_pdf(
    library: Library, paper: LibraryPaper, *, is_original: bool = False, copy: str = ""
) -> PdfFile:
    """Choose a PDF of a paper: as `reader open` does, or one of the kept copies.

    is_original: the paper's own PDF. copy: the first SHORT_SHA digits of a copy's SHA-256.
    Raises NotKnown where there is no such PDF.
    """
    stem = paper.key or file_stem(paper.record, library.config.pdf_name)
    if copy:
        kept = highlights.copies_of(library.db, paper.row)
        found = [c.path for c in kept if c.sha256[:SHORT_SHA] == copy]
        path = library.folder / found[0] if found else None
        stem = path.stem if path else stem
    else:
        path = file_to_read(library, paper.row, is_original=is_original)
    if path is None:
        what = lazy_gettext("The PDF of {title} is not here.", title=plain(paper.record.title))
        raise NotKnown(
            what=what,
            hint=lazy_gettext(
                "`reader pick` fetches it. For a picked paper the next `gather` tries again."
            ),
        )
    return PdfFile(path, unicodedata.normalize("NFC", f"{stem}.pdf"))
