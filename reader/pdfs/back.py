"""Import the marks of PDFs in a folder: find the files, recognise each, read its marks.

A file that is not whole yet, cannot be read or is not surely recognised is reported, and the
others go on. Knows nothing of PDFs, nor of how marks are stored.
"""

from __future__ import annotations

import contextlib
import hashlib
import operator
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from reader.base.errors import PdfError, ReaderError, UsageError, os_reason
from reader.base.messages import N_, Joined, Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain
from reader.library.disk import lock_file
from reader.library.files import sha256_of
from reader.library.folder import Library
from reader.library.highlight import Marks
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, papers, pdfs
from reader.library.rows.highlights import PlaceState
from reader.library.rows.mark_places import last_replaced
from reader.pdfs.fetch import PdfTools
from reader.pdfs.find import PdfSketches, Recognition, fetched_file, pdf_file, recognise
from reader.pdfs.marked_copies import HANDED, Counts, ReturnedCopy, keep
from reader.pdfs.recognition import SAME_TEXT, Likeness, compare, sketch_of, stamped_version
from reader.pdfs.tablet import IN_LIBRARY, LOCK, evicted, is_named_after, no_folder, place_of

Outcome = Literal["imported", "unchanged", "asked", "other", "unknown", "broken", "waiting"]

TAIL = 1024
"""The first and last bytes in which Acrobat wants a PDF's header and end mark: PDF 1.7
reference, appendix H, notes 13 and 18."""

MAX_BYTES = 1_000_000_000
"""The largest file that is read: the PDF reader has 2 GiB of memory."""

FIRST_PAGES = 2
"""The number of pictured pages that are read to recognise a paper, 3 to 4 s each."""

DECIDED: tuple[Likeness, ...] = ("n_pages", "other")
"""The results of a comparison by which a file is not the paper, whatever is printed in it."""


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """The outcome of importing one file.

    imported: something is new. unchanged: nothing is. asked: it may be one of `candidates`.
    waiting: it is not whole yet. other: it is the paper `paper`, but was handed in as another one,
    and nothing was imported. unknown, broken: see `error`.
    name: relative to the folder. copy: the path where it is stored, "" where that is not needed.
    why: the reason for asking. is_unmarked: a file that was never here and has no mark, so that
    it was not stored.
    """

    name: str
    outcome: Outcome
    paper: LibraryPaper | None = None
    counts: Counts = field(default=Counts())
    copy: str = ""
    candidates: tuple[LibraryPaper, ...] = ()
    error: ReaderError | None = None
    why: Text = ""
    is_unmarked: bool = False


def back(
    library: Library, tools: PdfTools, folder: Path, *, known: LibraryPaper | None = None
) -> Iterator[CopyOutcome]:
    """Import the marks of all PDFs in a folder and below, or of one file; yield each outcome.

    known: the paper that the one file is, if the person says so; None otherwise. A file that
    cannot be read or recognised is yielded with its error, and the rest goes on.
    Raises UsageError for a missing folder, Locked, ReadOnly or StoreError.
    """
    if not os.path.exists(folder):
        raise no_folder(folder)
    if known is not None and folder.is_dir():
        raise UsageError(
            what=lazy_gettext("--as takes one file, and this is a folder."),
            hint=lazy_gettext("Name a single file."),
        )
    yield from _Run(library, tools, Path(os.path.realpath(folder)), known).outcomes()


def handed_in(
    library: Library, tools: PdfTools, file: Path, paper: LibraryPaper, *, is_sure: bool = False
) -> CopyOutcome:
    """Import the marks of one file that a person hands in as a copy of a paper.

    is_sure: import it as this paper, whatever is printed in it; else a file that is another
    paper, or may not be this one, is not imported.
    All files handed in for a paper count as one place, whatever their names: a mark that is not
    in the newest one is removed. Raises Locked, ReadOnly or StoreError.
    """
    run = _Run(library, tools, file, paper if is_sure else None, expected=paper)
    (outcome,) = run.outcomes()
    return outcome


class _Run:
    """One import, with what all its files share.

    root: the folder, or the one file. known: the paper that the one file is, None to recognise
    it. expected: the paper that it is handed in as, None for any.
    """

    def __init__(
        self,
        library: Library,
        tools: PdfTools,
        root: Path,
        known: LibraryPaper | None,
        *,
        expected: LibraryPaper | None = None,
    ) -> None:
        self.library, self.tools, self.root, self.known = library, tools, root, known
        self.expected = expected
        self._sketches: PdfSketches | None = None
        self._unreadable_folders: list[OSError] = []

    def outcomes(self) -> Iterator[CopyOutcome]:
        """Import each PDF in turn; folders that cannot be read come as outcomes at the end."""
        with lock_file(self.library.folder / LOCK):
            with self.library.db.writing():
                pass  # raises at once for a library that cannot be written
            files = list(self._files())
            for n, file in enumerate(files):
                self.tools.progress("extract", n, len(files))
                yield self._import_file(file)
            self.tools.progress("extract", len(files), len(files))
            for error in self._unreadable_folders:
                name = str(error.filename or self.root)
                yield _broken(
                    name,
                    lazy_gettext("it cannot be read ({what})", what=os_reason(error)),
                    lazy_gettext("Check its permissions. The other files were done."),
                )

    def _files(self) -> Iterator[Path]:
        """Yield the PDFs and their iCloud placeholders, without hidden files and folders."""
        if not self.root.is_dir():
            yield self.root
            return
        seen: set[str] = set()
        for at, folders, names in os.walk(
            self.root, onerror=self._unreadable_folders.append, followlinks=True
        ):
            # Links are followed, and may lead to a folder above: none is entered twice.
            real = os.path.realpath(at)
            folders[:] = sorted(f for f in folders if not f.startswith(".") and real not in seen)
            for name in sorted(names) if real not in seen else ():
                stands_for = evicted(name) or name
                if stands_for.lower().endswith(".pdf") and not stands_for.startswith("."):
                    yield Path(at, name)
            seen.add(real)

    def _import_file(self, file: Path) -> CopyOutcome:
        name = file.name if file == self.root else file.relative_to(self.root).as_posix()
        if evicted(file.name):
            return _waiting(name, N_("it is in iCloud, not on this disk"))
        stamp = _stamp(file)
        n_bytes, _unused, is_regular = stamp
        if not is_regular:
            return _broken(
                name,
                lazy_gettext("it is not a file, or a link to nothing"),
                lazy_gettext("Connect its disk, or delete it."),
            )
        if not n_bytes:
            return _waiting(name, N_("it is still empty"))
        if n_bytes > MAX_BYTES:
            most = lazy_gettext("it is larger than {n} MB", n=MAX_BYTES // 10**6)
            return _broken(name, most, lazy_gettext("Save a smaller copy."))
        try:
            with file.open("rb") as handle:
                head = handle.read(TAIL)
                handle.seek(max(n_bytes - TAIL, 0))
                # A cloud may still be writing the file. Without its end it is not read yet: the
                # marks that are missing would look as if they had been removed.
                is_whole = b"%PDF-" not in head or b"%%EOF" in handle.read(TAIL)
            looked_at = _FolderFile(file, name, stamp, sha256_of(file), is_whole)
        except OSError as error:
            return _broken(
                name,
                lazy_gettext("it cannot be read ({what})", what=os_reason(error)),
                lazy_gettext("Check its permissions. The other files were done."),
            )
        try:
            return self._import_content(looked_at)
        except PdfError as error:
            return CopyOutcome(name, "broken", error=error.named(name))

    def _place_of(self, file: _FolderFile) -> str:
        if self.expected:
            return f"{HANDED}{self.expected.record.id}"
        return place_of(self.library, file.path)

    def _import_content(self, file: _FolderFile) -> CopyOutcome:
        """Import the marks of a file where it is new and recognised; raises PdfError."""
        sha256 = file.sha256
        place = self._place_of(file)
        own = place.removeprefix(IN_LIBRARY) if place.startswith(f"{IN_LIBRARY}papers/") else ""
        last = highlights.returned_from(self.library.db, place)
        kept = highlights.copy_at(self.library.db, own) if own else None
        is_same = (last and last.sha256 == sha256) or (kept and kept.sha256 == sha256)
        # With `known` it is read again: the person may have removed this very copy before.
        if is_same and not self.known:
            return CopyOutcome(file.name, "unchanged")
        row = pdfs.row_with_bytes(self.library.db, sha256)
        is_new = row is None and not own
        # Also with `known`: the person need not know that the file is not whole yet.
        if row is None and not file.is_whole:
            return _waiting(
                file.name, N_("its end is missing: it is still arriving, or was cut off")
            )
        # First, since it refuses a file that unpacks to far more than its size.
        marks = self.tools.read_marks(file.path)
        row = self.known.row if self.known else row
        found = self._recognised(file, last) if row is None else row
        if isinstance(found, CopyOutcome):
            return found
        row = found
        (paper,) = papers.papers_at(self.library.db, [row])
        if self.expected and row != self.expected.row:
            return _other(file.name, paper)
        content = _content_of(file)
        if content is None:
            return _waiting(file.name, N_("it is still being written"))
        marks = self._of_the_person(row, marks)
        is_former = self._is_former(row, file.path, marks)
        returned = ReturnedCopy(paper, place, own, sha256, content, marks, is_former)
        counts, copy = keep(self.library, returned, walked=self.root)
        if copy or counts.is_news:
            return CopyOutcome(file.name, "imported", paper, counts, copy)
        is_unmarked = is_new and not marks.highlights and not counts.ink and not counts.unread
        return CopyOutcome(file.name, "unchanged", paper, counts, is_unmarked=is_unmarked)

    def _is_former(self, row: int, file: Path, marks: Marks) -> bool:
        """Check whether a copy is of an earlier version than the paper's PDF, by arXiv's stamp.

        Asked only for marks without words, which stay with it; the others go where their words
        are. Raises PdfError.
        """
        pdf = pdfs.pdf_of(self.library.db, row)
        if pdf is None or pdf.version is None or last_replaced(self.library.db, row) is None:
            return False
        if all(h.text for h in marks.highlights):
            return False
        version = stamped_version(self.tools.read_first(file, 0))
        return version is not None and version < pdf.version

    def _of_the_person(self, row: int, marks: Marks) -> Marks:
        """Leave out the marks that the paper's PDF had when it was fetched: its publisher's."""
        fetched = fetched_file(self.library, row)
        if not (marks.highlights and fetched):
            return marks
        file, sha256 = fetched
        try:
            if sha256_of(file) != sha256:
                return marks
            printed = self.tools.read_marks(file).highlights
        except (OSError, PdfError):
            return marks  # `doctor` names a PDF that cannot be read
        seen = operator.attrgetter("page", "kind", "text", "note")
        theirs = set(map(seen, printed))
        own = tuple(h for h in marks.highlights if seen(h) not in theirs)
        return replace(marks, highlights=own)

    def _recognised(self, file: _FolderFile, last: PlaceState | None) -> int | CopyOutcome:
        """Find the row of the paper that a file is, or the outcome where that is not sure."""
        expected = self.expected.row if self.expected else None
        likely_row = last.paper if last else expected
        # First its pages are compared with the papers that its name, and the file that was there
        # before, point to: that is cheap, and enough for a copy without text.
        names = highlights.taken_rows(self.library.db).items()
        fits = [(len(name), row) for name, row in names if is_named_after(file.path.name, name)]
        likely = dict.fromkeys(filter(None, (likely_row, max(fits, default=(0, None))[1])))
        why: dict[int, Text] = {}
        is_open = True
        for row in likely:
            likeness, why[row] = self._likeness(file, row, last)
            if likeness == "same":
                return row
            # A file that was handed in as a paper and shows none of its pages is not this paper,
            # so its pictured pages need not be read.
            is_open = is_open and not (row == expected and likeness in DECIDED)
        # Only now is its text read, since a pictured page takes seconds.
        document = self.tools.read_first(file.path, FIRST_PAGES if is_open else 0)
        texts = self._sketches = self._sketches or self._read_taken()
        stem = file.path.stem
        found = recognise(self.library, document, sha256=file.sha256, name=stem, texts=texts)
        if found.row is not None:
            return found.row
        # The stamp may have an id that the library's paper lacks; the text shows the paper.
        alike = max(((n, row) for row, n in texts.like(found.sketch).items()), default=(0.0, 0))
        if alike[0] >= SAME_TEXT:
            return alike[1]
        if found.level == "none" and not found.sketch:
            # Hardly any text: nothing speaks against the paper that its name points to.
            row, difference = next(iter(why.items()), (0, ""))
            rows = (row,) if row else ()
            found = replace(found, candidates=rows, why=difference)
        return _unsure_outcome(self.library, file.name, found)

    def _likeness(
        self, file: _FolderFile, row: int, last: PlaceState | None
    ) -> tuple[Likeness | None, Text]:
        """Compare the pages of a file with a paper's.

        They are compared with the paper's own PDF, its older versions, and the copy that was
        last at this place; other marked copies prove nothing.
        Returns the likeness, None without anything to compare, and how they differ in words.
        """
        library = self.library
        looks = self.tools.read_looks(file.path)
        kept = [
            library.folder / copy.path
            for copy in highlights.copies_of(library.db, row)
            if copy.is_version or (last and copy.sha256 == last.sha256)
        ]
        originals = [one for one in (pdf_file(library, row), *kept) if one and one.is_file()]
        found: list[tuple[Likeness, Text]] = []
        for one in originals:
            try:
                original = self.tools.read_looks(one)
            except PdfError:
                continue  # the next one may be readable
            likeness = compare(original, looks)
            if likeness == "same":
                return "same", ""
            n, of = looks.n_pages, original.n_pages
            shown: dict[str, Text] = {
                "n_pages": lazy_ngettext(
                    "it has {n} page, the PDF in the library has {here}",
                    "it has {n} pages, the PDF in the library has {here}",
                    n,
                    here=of,
                ),
                "other": lazy_gettext("its pages look different from the PDF in the library"),
                "partly": lazy_gettext("too few of its pages look like the PDF in the library"),
                "blank": lazy_gettext("its pages are blank"),
            }
            found.append((likeness, shown[likeness]))
        # Where several differ, one that still leaves the paper possible comes first.
        found.sort(key=lambda one: one[0] in DECIDED)
        if found:
            return found[0]
        return None, lazy_gettext("the library has no PDF of it to compare with")

    def _read_taken(self) -> PdfSketches:
        """Collect the sketches of the library; PDFs that were taken unread are read now."""
        library = self.library
        for row in sorted(set(highlights.taken_rows(library.db).values())):
            pdf, file = pdfs.pdf_of(library.db, row), pdf_file(library, row)
            if pdf and file and not pdf.sketch:
                with contextlib.suppress(PdfError):  # its copies are then recognised by name
                    document = self.tools.read_first(file, 0)
                    if not document.n_scanned:  # else the next `gather` takes its time
                        sketch = sketch_of(document)
                        pdfs.set_sketch(library.db, replace(pdf, sketch=sketch))
        return PdfSketches.of(library)


_Stamp = tuple[int, int, bool]
"""The size in bytes and the time of change in nanoseconds of a file, and whether it is one.

A write changes at least one of them."""


@dataclass(frozen=True, slots=True)
class _FolderFile:
    """A file of the folder, as it was when it was opened."""

    path: Path
    name: str
    stamp: _Stamp
    sha256: str
    is_whole: bool
    """Whether it is no PDF, or a PDF that has its end."""


def _content_of(file: _FolderFile) -> bytes | None:
    """Read a file again; None where it was written while its marks were read."""
    content = b""
    with contextlib.suppress(OSError):
        content = file.path.read_bytes()
    is_same = _stamp(file.path) == file.stamp
    return content if is_same and hashlib.sha256(content).hexdigest() == file.sha256 else None


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return 0, 0, False
    return found.st_size, found.st_mtime_ns, stat.S_ISREG(found.st_mode)


def _unsure_outcome(library: Library, name: str, found: Recognition) -> CopyOutcome:
    """Make the outcome of a file that is not surely recognised, with what to do."""
    several = tuple(papers.papers_at(library.db, list(found.candidates)))
    if several:
        names = Joined(
            tuple(f"{plain(h.record.title)} ({h.record.id})" for h in several[:3]), N_("; ")
        )
        what = lazy_gettext("it may be {names}: {why}", names=names, why=found.why)
        hint = lazy_gettext("If so: reader back FILE --as {id}", id=several[0].record.id)
    elif found.id:
        what, hint = (
            lazy_gettext("it is {id}, which is not in this library", id=found.id),
            lazy_gettext("Run `reader add {id}`, then `reader back` again.", id=found.id),
        )
    else:
        what, hint = (
            lazy_gettext("it was not recognised"),
            lazy_gettext("Name the paper: reader back FILE --as ID"),
        )
    error = PdfError(file=name, what=what, hint=hint)
    outcome: Outcome = "asked" if several else "unknown"
    return CopyOutcome(name, outcome, candidates=several, error=error, why=found.why)


def _broken(name: str, what: Text, hint: Text) -> CopyOutcome:
    return CopyOutcome(name, "broken", error=PdfError(file=name, what=what, hint=hint))


def _other(name: str, paper: LibraryPaper) -> CopyOutcome:
    error = PdfError(
        file=name,
        what=lazy_gettext(
            "it is another paper, {title}; nothing was imported", title=plain(paper.record.title)
        ),
        hint=lazy_gettext("Upload it on that paper's page."),
    )
    return CopyOutcome(name, "other", paper, error=error)


def _waiting(name: str, key: str) -> CopyOutcome:
    """Make the outcome of a file that is not whole yet; key: of the text that says why."""
    error = PdfError(
        file=name,
        what=lazy_gettext(key),
        hint=lazy_gettext("Wait until the whole file is here, then run `reader back` again."),
    )
    return CopyOutcome(name, "waiting", error=error)
