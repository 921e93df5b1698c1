"""Bring marked PDFs home from a folder: find them, recognise each, read its marks.

A file that is not whole yet, cannot be read or is not recognised for sure is named, and
the others go on. Knows nothing of PDFs, nor of how marks are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from reader.base.errors import PdfError, ReaderError, UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.library.rows.database import lock_file
from reader.pdfs.fetch import PdfTools
from reader.pdfs.marked_copies import HANDED, Counts, ReturnedCopy, keep
from reader.pdfs.move import pdf_file, sha256_of
from reader.pdfs.recognise import PdfSketches, Recognition, recognise
from reader.pdfs.recognition import SAME_TEXT, Likeness, compare, sketch_of
from reader.pdfs.rows import highlights, pdfs
from reader.pdfs.rows.highlights import PlaceState
from reader.pdfs.tablet import IN_LIBRARY, LOCK, evicted, is_named_after, no_folder, place_of

Outcome = Literal["imported", "unchanged", "asked", "other", "unknown", "broken", "waiting"]

TAIL = 1024
"""Bytes in which a whole PDF has its head and its end mark, as Acrobat wants them: PDF 1.7
reference, appendix H, notes 13 and 18."""

MAX_BYTES = 1_000_000_000
"""No larger file is read: the PDF reader has 2 GiB to work in."""

FIRST_PAGES = 2
"""Pages that are pictures which are read to tell which paper a file is: 3 to 4 s each."""

DECIDED: tuple[Likeness, ...] = ("n_pages", "other")
"""What pages look like that are not those of a paper, whatever is printed on them."""


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """What became of one file.

    imported: something is new. asked: it may be one of `candidates`. waiting: not whole.
    other: it is `held`, and was handed in as another paper; nothing was imported.
    copy: where it is kept from now on, "" where that is not needed. why: why it is not sure
    which of the candidates it is.
    """

    name: str
    outcome: Outcome
    held: LibraryPaper | None = None
    counts: Counts = field(default=Counts())
    copy: str = ""
    candidates: tuple[LibraryPaper, ...] = ()
    error: ReaderError | None = None
    why: str = ""


def back(
    library: Library, tools: PdfTools, folder: Path, *, known: LibraryPaper | None = None
) -> Iterator[CopyOutcome]:
    """Import the marks of every PDF in a folder and below, or of one file; yields each.

    known: the paper that the one file is, said by the person. A file that cannot be read or
    recognised is yielded with its error, and the rest goes on. Raises UsageError for no
    folder, Locked, ReadOnly or StoreError.
    """
    if not os.path.exists(folder):
        raise no_folder(folder)
    if known is not None and folder.is_dir():
        raise UsageError(what=say("back.many"), hint=say("back.one_file"))
    yield from _Run(library, tools, Path(os.path.realpath(folder)), known).brought()


def handed_in(
    library: Library, tools: PdfTools, file: Path, held: LibraryPaper, *, is_sure: bool = False
) -> CopyOutcome:
    """Import the marks of one file that a person hands in as a paper's.

    is_sure: the person says that it is this paper, whatever is printed in it; else one that
    is another paper, or may not be this one, is not imported. All that is handed in of a
    paper comes from one place, whatever the file's name: a mark that is not in the newest
    one is removed. Raises Locked, ReadOnly or StoreError.
    """
    run = _Run(library, tools, file, held if is_sure else None, expected=held)
    (brought,) = run.brought()
    return brought


class _Run:
    """One `back`: what all its files share.

    known: the paper that the one file is. expected: whose it should be, None for any.
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
        self._texts: PdfSketches | None = None
        self._closed: list[OSError] = []

    def brought(self) -> Iterator[CopyOutcome]:
        """Look at each PDF in turn; folders that cannot be looked into are named at the end."""
        with lock_file(self.library.folder / LOCK):
            with self.library.db.writing():
                pass  # a library that cannot be written is named at once
            files = list(self._files())
            for n, file in enumerate(files):
                self.tools.progress("extract", n, len(files))
                yield self._bring(file)
            self.tools.progress("extract", len(files), len(files))
            for error in self._closed:
                name = str(error.filename or self.root)
                yield _broken(name, say("back.unreadable", what=error.strerror), say("back.rights"))

    def _files(self) -> Iterator[Path]:
        """Find the PDFs, links followed, no folder twice; hidden ones are not the person's."""
        if not self.root.is_dir():
            yield self.root
            return
        seen: set[str] = set()
        for at, folders, names in os.walk(self.root, onerror=self._closed.append, followlinks=True):
            real = os.path.realpath(at)
            folders[:] = sorted(f for f in folders if not f.startswith(".") and real not in seen)
            for name in sorted(names) if real not in seen else ():
                stands_for = evicted(name) or name
                if stands_for.lower().endswith(".pdf") and not stands_for.startswith("."):
                    yield Path(at, name)
            seen.add(real)

    def _bring(self, file: Path) -> CopyOutcome:
        name = file.name if file == self.root else file.relative_to(self.root).as_posix()
        if evicted(file.name):
            return _waiting(name, "back.evicted")
        stamp = _stamp(file)
        n_bytes, _, is_regular = stamp
        if not is_regular:
            return _broken(name, say("back.no_file"), say("back.link"))
        if not n_bytes:
            return _waiting(name, "back.empty")
        if n_bytes > MAX_BYTES:
            most = say("back.too_large", n=MAX_BYTES // 10**6)
            return _broken(name, most, say("back.too_large.hint"))
        try:
            with file.open("rb") as handle:
                head = handle.read(TAIL)
                handle.seek(max(n_bytes - TAIL, 0))
                is_whole = b"%PDF-" not in head or b"%%EOF" in handle.read(TAIL)
            looked_at = _FolderFile(file, name, stamp, sha256_of(file), is_whole)
        except OSError as error:
            return _broken(name, say("back.unreadable", what=error.strerror), say("back.rights"))
        try:
            return self._read(looked_at)
        except PdfError as error:
            return CopyOutcome(name, "broken", error=error.named(name))

    def _read(self, file: _FolderFile) -> CopyOutcome:
        """Bring a file's marks home where it is new and known; raises PdfError."""
        sha256 = file.sha256
        if self.expected:
            place = f"{HANDED}{self.expected.paper.id}"
        else:
            place = place_of(self.library, file.path)
        own = place.removeprefix(IN_LIBRARY) if place.startswith(f"{IN_LIBRARY}papers/") else ""
        last = highlights.returned_from(self.library.db, place)
        kept = highlights.copy_at(self.library.db, own) if own else None
        is_same = (last and last.sha256 == sha256) or (kept and kept.sha256 == sha256)
        # Who says which paper it is may have taken this very copy out before.
        if is_same and not self.known:
            return CopyOutcome(file.name, "unchanged")
        row = pdfs.row_with_bytes(self.library.db, sha256)
        # Who says what a file is need not know that it is still coming.
        if row is None and not file.is_whole:
            return _waiting(file.name, "back.not_whole")
        # Before anything else is read: it refuses what unpacks to far more than it is.
        marks = self.tools.read_marks(file.path)
        row = self.known.row if self.known else row
        if row is None:
            found = self._recognised(file, last)
            if isinstance(found, CopyOutcome):
                return found
            row = found
        (held,) = papers.papers_at(self.library.db, [row])
        if self.expected and row != self.expected.row:
            what = say("back.other", title=plain(held.paper.title))
            error = PdfError(file=file.name, what=what, hint=say("back.other.hint"))
            return CopyOutcome(file.name, "other", held, error=error)
        content = b""
        with contextlib.suppress(OSError):
            content = file.path.read_bytes()
        # It may be another one by now.
        if _stamp(file.path) != file.stamp or hashlib.sha256(content).hexdigest() != sha256:
            return _waiting(file.name, "back.growing")
        came = ReturnedCopy(held, place, own, sha256, content, marks)
        counts, copy = keep(self.library, came, walked=self.root)
        is_news = copy or counts.new or counts.changed or counts.removed or counts.again
        return CopyOutcome(file.name, "imported" if is_news else "unchanged", held, counts, copy)

    def _recognised(self, file: _FolderFile, last: PlaceState | None) -> int | CopyOutcome:
        """Find which paper a file is (its row), or what is to be said of it."""
        expected = self.expected.row if self.expected else None
        meant = last.paper if last else expected
        # The name, and what lay there before, say with which paper its pages are compared.
        names = highlights.taken_rows(self.library.db).items()
        fits = [(len(name), row) for name, row in names if is_named_after(file.path.name, name)]
        likely = dict.fromkeys(filter(None, (meant, max(fits, default=(0, None))[1])))
        why: dict[int, str] = {}
        is_open = True
        for row in likely:
            likeness, why[row] = self._likeness(file, row, last)
            if likeness == "same":
                return row
            # What was handed in as a paper, and shows none of its pages, was not meant.
            is_open = is_open and not (row == expected and likeness in DECIDED)
        # Only now: a page that is a picture takes seconds to be read.
        document = self.tools.read_first(file.path, FIRST_PAGES if is_open else 0)
        texts = self._texts = self._texts or self._read_taken()
        stem = file.path.stem
        found = recognise(self.library, document, sha256=file.sha256, name=stem, texts=texts)
        if found.row is not None:
            return found.row
        # A stamp may name a paper that is here under another id: the text tells.
        alike = max(((n, row) for row, n in texts.like(found.sketch).items()), default=(0.0, 0))
        if alike[0] >= SAME_TEXT:
            return alike[1]
        if found.level == "none" and not found.sketch:
            # Its text denies nothing, and shows nothing.
            row, difference = next(iter(why.items()), (0, ""))
            rows = (row,) if row else ()
            found = replace(found, candidates=rows, why=difference)
        return _unsure(self.library, file.name, found)

    def _likeness(
        self, file: _FolderFile, row: int, last: PlaceState | None
    ) -> tuple[Likeness | None, str]:
        """Compare the pages of a file with a paper's, and say how they differ; None where
        nothing is here to compare them with.

        That is the paper's own PDF, older versions, and what lay last where the copy lies;
        other marked copies prove nothing.
        """
        library = self.library
        looks = self.tools.read_looks(file.path)
        kept = [
            library.folder / copy.path
            for copy in highlights.copies_of(library.db, row)
            if copy.is_version or (last and copy.sha256 == last.sha256)
        ]
        originals = [one for one in (pdf_file(library, row), *kept) if one and one.is_file()]
        found: list[tuple[Likeness, str]] = []
        for one in originals:
            try:
                original = self.tools.read_looks(one)
            except PdfError:
                continue  # what cannot be read can prove nothing; the next one may
            likeness = compare(original, looks)
            if likeness == "same":
                return "same", ""
            n, of = looks.n_pages, original.n_pages
            found.append((likeness, say(f"back.shows_{likeness}", n=n, here=of)))
        # The one that leaves most open.
        found.sort(key=lambda one: one[0] in DECIDED)
        return found[0] if found else (None, say("back.nothing_here"))

    def _read_taken(self) -> PdfSketches:
        """List the texts that are here; what was taken before it was ever read is read now."""
        library = self.library
        for row in sorted(set(highlights.taken_rows(library.db).values())):
            pdf, file = pdfs.pdf_of(library.db, row), pdf_file(library, row)
            if pdf and file and not pdf.sketch:
                with contextlib.suppress(PdfError):  # then its copies are known by their names
                    document = self.tools.read_first(file, 0)
                    if not document.n_scanned:  # else the next `gather` takes its time
                        sketch = sketch_of(document)
                        pdfs.set_sketch(library.db, replace(pdf, sketch=sketch))
        return PdfSketches.of(library)


_Stamp = tuple[int, int, bool]
"""What changes when a file is written: bytes, nanoseconds, and whether it is a file at all."""


@dataclass(frozen=True, slots=True)
class _FolderFile:
    path: Path
    name: str
    stamp: _Stamp
    sha256: str
    is_whole: bool
    """It is no PDF, or one that has its end."""


def _stamp(file: Path) -> _Stamp:
    try:
        found = file.stat()
    except OSError:
        return 0, 0, False
    return found.st_size, found.st_mtime_ns, stat.S_ISREG(found.st_mode)


def _unsure(library: Library, name: str, found: Recognition) -> CopyOutcome:
    """Name a file that is not known for sure, and what to do."""
    several = tuple(papers.papers_at(library.db, list(found.candidates)))
    if several:
        names = "; ".join(f"{plain(h.paper.title)} ({h.paper.id})" for h in several[:3])
        what = say("back.asked", names=names, why=found.why)
        hint = say("back.as", id=several[0].paper.id)
    elif found.id:
        what, hint = say("back.not_here", id=found.id), say("back.add", id=found.id)
    else:
        what, hint = say("back.unknown"), say("back.unknown.hint")
    error = PdfError(file=name, what=what, hint=hint)
    outcome: Outcome = "asked" if several else "unknown"
    return CopyOutcome(name, outcome, candidates=several, error=error, why=found.why)


def _broken(name: str, what: str, hint: str) -> CopyOutcome:
    return CopyOutcome(name, "broken", error=PdfError(file=name, what=what, hint=hint))


def _waiting(name: str, key: str) -> CopyOutcome:
    """Report that a file is not whole; its marks would look as if they had been removed."""
    error = PdfError(file=name, what=say(key), hint=say("back.wait"))
    return CopyOutcome(name, "waiting", error=error)
