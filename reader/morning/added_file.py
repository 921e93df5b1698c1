"""Keep one file that was read: its paper, place, passages, marks and record.

The places of files tell whose marks were imported; `back` uses the same places.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from reader.base.errors import PdfError, os_reason
from reader.base.messages import N_, Text, lazy_gettext
from reader.base.text import as_utf8
from reader.library.disk import write_whole
from reader.library.files import is_here, sha256_of
from reader.library.folder import Library
from reader.library.highlight import Marks, cleaned
from reader.library.paper import LibraryPaper, Paper
from reader.library.passage import Document
from reader.library.reference import works_of
from reader.library.rows import decisions, doubles, highlights, merges, papers, pdfs
from reader.library.rows.fields import BY_HAND
from reader.library.rows.pdfs import Addition, Outcome
from reader.pdfs import tablet
from reader.pdfs.fetch import PdfTools, lay_on, note_unread, passages_of, place_of, unread_pages
from reader.pdfs.find import PdfSketches, Recognition, pdf_file
from reader.pdfs.marked_copies import ReturnedCopy, keep
from reader.pdfs.recognition import sketch_of, stamped_version
from reader.pdfs.tablet import IN_LIBRARY
from reader.pdfs.text.checks import check_file
from reader.ranking.learn import file_away
from reader.search.rows import citations, index
from reader.search.rows.index import PassageText


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
        """Return its path as text, for rows and people."""
        return key_of(self.path)

    @property
    def stem(self) -> str:
        """Return its name without .pdf, which may be its title."""
        return as_utf8(self.path.stem)


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file with its text and marks; marks: an error where only the text could be read."""

    file: File
    document: Document
    marks: Marks | PdfError


def key_of(path: Path) -> str:
    """Return the text under which a file is recorded: its path, also where that is no UTF-8."""
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
            file=file.path,
            what=lazy_gettext("changed while it was read"),
            hint=lazy_gettext("Add it again when no other program is writing to it."),
            kind="no file",
        )
    return content


def _unreadable(path: Path, error: OSError) -> PdfError:
    what = lazy_gettext("cannot be read ({why})", why=os_reason(error))
    return PdfError(
        file=path,
        what=what,
        hint=lazy_gettext("Check that the file is still there, and that you may read it."),
        kind="no file",
    )


def place(library: Library, path: Path, named: Path) -> str:
    """Name the place of a file, as `back` does: the two know each other's."""
    root = Path(os.path.realpath(named))
    return tablet.place_of(library, root if path == named else root / path.relative_to(named))


def folder_topic(file: File, topics: Sequence[str]) -> str:
    """Find the topic that the person's own folder names, the innermost one; "" for none.

    `anywhere/speech/translation/2023/x.pdf` is of `speech/translation`, whatever the case.
    """
    # Folders above the one that was named say nothing. From the innermost folder outwards, and
    # for each the longest path that ends in it: a/b/c before b/c.
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


@dataclass(frozen=True, slots=True)
class FileMarks:
    """The marks of one file, counted.

    n_new: marks that the paper did not have before. copy: where the marked copy is kept
    beside the paper's PDF, "" where none was needed. error: the marks could not be read.
    """

    n_highlights: int = 0
    n_new: int = 0
    n_ink: int = 0
    copy: str = ""
    error: PdfError | None = None


def import_marks(
    library: Library, file: File, *, paper: LibraryPaper, marks: Marks | PdfError, content: bytes
) -> FileMarks:
    """Keep a file's marks, and the file itself where its marks are on no copy that is here.

    content: the file's bytes. Raises StoreError.
    """
    if isinstance(marks, PdfError):
        return FileMarks(error=marks)
    # A file in the library's own papers/ is its own place, and needs no copy.
    at = place(library, file.path, file.named)
    own = at.removeprefix(IN_LIBRARY) if at.startswith(f"{IN_LIBRARY}papers/") else ""
    returned = ReturnedCopy(paper, at, own, file.sha256, content, marks)
    counts, copy = keep(library, returned, walked=Path(os.path.realpath(file.named)))
    return FileMarks(len(cleaned(marks.highlights)), counts.new, marks.n_ink, copy)


def are_in(library: Library, addition: Addition, path: Path, named: Path) -> bool:
    """Check whether the marks of a file that was added are in the library."""
    at = place(library, path, named)
    last = highlights.returned_from(library.db, at)
    return last is not None and last.sha256 == addition.sha256


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The outcome of adding one file.

    paper: the paper, None for none. candidates: papers that it may be, where a person is to
    decide. marked: its marks, imported just now. lacking: pages of it that could not be read.
    is_new: found out just now; else by an earlier run. is_moved: the file itself was deleted,
    since its bytes are in the library; stayed: why it was not, where it should be.
    unsure_title: the printed title, where it may be wrong and no registry gave a better one.
    abstract_language: see Document.
    """

    addition: Addition
    paper: LibraryPaper | None = None
    candidates: tuple[LibraryPaper, ...] = ()
    marked: FileMarks = field(default=FileMarks())
    lacking: PdfError | None = None
    is_new: bool = True
    is_moved: bool = False
    stayed: Text = ""
    is_recorded: bool = True
    unsure_title: str = ""
    abstract_language: str = ""

    @property
    def has_files_name(self) -> bool:
        """Check whether the paper's title is the file's name: no title was found, or one not sure
        was refused."""
        return self.paper is not None and self.paper.record.title == Path(self.addition.path).stem


def record(
    file: File,
    recognised: Recognition,
    *,
    outcome: Outcome,
    paper: int | None = None,
    why: Text = "",
    hint: Text = "",
    printed: str = "",
) -> Addition:
    """Make the record of a file, which keeps its sentences as they are told now.

    why: "" for what it was recognised by.
    """
    return Addition(
        file.key,
        file.n_bytes,
        file.modified_ns,
        file.sha256,
        outcome,
        paper,
        str(why or recognised.why),
        str(hint),
        printed,
    )


def ask_about(library: Library, file: File, recognised: Recognition) -> FileOutcome:
    """Record that a person is to decide which paper or title a file has; nothing else is done."""
    title = recognised.unsure_title
    addition = record(
        file,
        recognised,
        outcome="asked",
        why=lazy_gettext("the title may be “{title}”, but this is not sure", title=title)
        if title
        else "",
        hint=lazy_gettext(
            "Say which with `reader add FILE --as ID`, or `--as new` for none of these."
        ),
    )
    is_new = pdfs.addition_of(library.db, addition.path) != addition
    pdfs.add_addition(library.db, addition, at=library.now())
    several = papers.papers_at(library.db, recognised.candidates)
    return FileOutcome(addition, candidates=tuple(several), is_new=is_new, unsure_title=title)


def keep_broken(library: Library, file: File, error: PdfError) -> FileOutcome:
    """Record a file that cannot be read, except one that could not even be opened."""
    what, hint = error.what, error.hint
    addition = record(file, Recognition("none"), outcome="broken", why=what, hint=hint)
    # The next run may be able to open it: nothing is remembered against it.
    is_recorded = error.kind not in ("start", "no file")
    if is_recorded:
        pdfs.add_addition(library.db, addition, at=library.now())
    return FileOutcome(addition, is_recorded=is_recorded)


@dataclass
class Keeper:
    """Keeps the files of one run, with what they share."""

    library: Library
    tools: PdfTools
    texts: PdfSketches

    def _keep_facts(self, file: File, paper: LibraryPaper, document: Document) -> None:
        """Store what its text says besides: works that it cites, contents, unread pages."""
        citations.add_cited(self.library.db, paper.row, works_of(document))
        pdfs.add_contents(self.library.db, file.sha256, document.contents)
        note_unread(self.library, paper, document)

    def keep(
        self, read: FileContent, recognised: Recognition, *, found: Paper | None = None
    ) -> FileOutcome:
        """Keep a file as the paper that was recognised, or as a paper of its own.

        found: the registry's record of its printed id. Raises StoreError, and PdfError when
        the file changed since it was hashed; then nothing was kept.
        """
        db = self.library.db
        paper = self._known_as(recognised)
        if paper is not None and self.has_pdf(paper, recognised):
            return self.keep_copy(read, paper, recognised)
        file, document, marks = read.file, read.document, read.marks
        # Slow work before the transaction: tokens are counted, bytes read.
        passages, content = passages_of(document, self.tools), bytes_of(file)
        to_look_up = "" if found else _to_look_up(recognised)
        with db.writing():
            if paper is None:
                paper = self._bring_in(file, recognised, found)
                # It may have joined a paper that has its PDF: a preprint the published one.
                if self.has_pdf(paper, recognised):
                    return self.keep_copy(read, paper, recognised, printed=to_look_up)
            paper = self._file_away(file, paper)
            self._place(file, content, paper, recognised, passages)
            self._keep_facts(file, paper, document)
            unsure = "" if found else recognised.unsure_title
            outcome: Outcome = "identified" if recognised.level == "strong" else "unknown"
            why = recognised.why or _kept_under(paper, file, is_unsure=bool(unsure))
            addition = record(
                file, recognised, outcome=outcome, paper=paper.row, why=why, printed=to_look_up
            )
            pdfs.add_addition(db, addition, at=self.library.now())
            marked = import_marks(self.library, file, paper=paper, marks=marks, content=content)
        if (pdf := pdfs.pdf_of(db, paper.row)) is not None:
            lay_on(self.library, self.tools, pdf)
        # Only now: a transaction that was rolled back must leave nothing to recognise files by.
        self.texts.add(paper.row, recognised.sketch)
        return FileOutcome(
            addition,
            paper,
            marked=marked,
            lacking=unread_pages(document, addition.path),
            unsure_title=unsure,
            abstract_language=document.abstract_language,
        )

    def _known_as(self, recognised: Recognition) -> LibraryPaper | None:
        if recognised.row is not None:
            return papers.papers_at(self.library.db, [recognised.row])[0]
        own = recognised.id or (recognised.paper.id if recognised.paper else "")
        return papers.paper_with_id(self.library.db, own) if own else None

    def _file_away(self, file: File, paper: LibraryPaper) -> LibraryPaper:
        db = self.library.db
        topic = folder_topic(file, [t.path for t in self.library.config.topics])
        # The person's own folders say where it belongs, as filing by hand does.
        if topic and paper.topic is None:
            decisions.add_filing(db, paper.row, topic, at=self.library.now(), is_by_hand=True)
            paper = replace(paper, topic=topic)
        file_away(self.library, paper)
        return papers.papers_at(db, [paper.row])[0]

    def has_pdf(self, paper: LibraryPaper, recognised: Recognition) -> bool:
        """Check whether a paper has a PDF here, and no older one than this file's version."""
        pdf = pdfs.pdf_of(self.library.db, paper.row)
        here = pdf_file(self.library, paper.row) if pdf is not None else None
        if pdf is None or not (here or is_here(self.library.folder / pdf.path)):
            return False
        if recognised.version is None:
            return True
        version = pdf.version
        if version is None and not pdf.sketch and here is not None:
            # Nobody read it yet; what cannot be read is older than all that can.
            try:
                document = self.tools.read_pdf(here)
            except PdfError:
                return False
            version = stamped_version(document)
            pdfs.set_sketch(
                self.library.db, replace(pdf, sketch=sketch_of(document), version=version)
            )
        return version is None or recognised.version <= version

    def keep_copy(
        self, read: FileContent, paper: LibraryPaper, recognised: Recognition, *, printed: str = ""
    ) -> FileOutcome:
        """Record a file whose paper has a PDF here already; a marked one is kept beside it.

        printed: see Addition. A file that was only touched stays what it was.
        """
        file, db = read.file, self.library.db
        content = bytes_of(file)
        with db.writing():
            marked = import_marks(
                self.library, file, paper=paper, marks=read.marks, content=content
            )
            pdf = pdfs.pdf_of(db, paper.row)
            if pdf is not None and pdf.sha256 == file.sha256:
                why = lazy_gettext("the same file")
            elif marked.copy:
                why = lazy_gettext("a marked copy, kept as {path}", path=marked.copy)
            elif recognised.version and pdf and pdf.version and recognised.version < pdf.version:
                why = lazy_gettext(
                    "an older version; version {version} is here", version=pdf.version
                )
            elif marked.n_highlights or marked.n_ink:
                why = lazy_gettext("a marked copy; its marks are already here")
            else:
                why = lazy_gettext("another copy, not kept ({why})", why=recognised.why)
            addition = _as_before(self.library, file, paper, recognised) or record(
                file, recognised, outcome="duplicate", paper=paper.row, why=why, printed=printed
            )
            pdfs.add_addition(db, addition, at=self.library.now())
        return FileOutcome(addition, paper, marked=marked)

    def _bring_in(self, file: File, recognised: Recognition, found: Paper | None) -> LibraryPaper:
        """Make a paper from the registry's record where there is one, else from the page."""
        db, record = self.library.db, found or recognised.paper
        assert record is not None  # noqa: S101  bytes alone are only recognised as a paper here
        if found is None and recognised.id:
            # Its number tells the year; the day is for arXiv to say.
            ids, version = (recognised.id,), recognised.version
            record = replace(record, ids=ids, version=version, published_on=None)
        elif found is None:
            # Slides and supplements, and what a person says is another paper, would be joined
            # with the paper whose title they have.
            kind = recognised.printed.type if recognised.printed else "paper"
            alike = doubles.copies_of(db, record) if recognised.candidates else {}
            if kind in ("slides", "supplement"):
                named = lazy_gettext("slides") if kind == "slides" else lazy_gettext("supplement")
                record = replace(record, title=f"{record.title} ({named})")
            elif any(match.strength == "strong" for match in alike.values()):
                record = replace(record, title=f"{record.title} ({file.stem})")
        papers.add_papers(db, [record], source=BY_HAND, on=self.library.today())
        paper = papers.paper_with_id(db, record.id)
        assert paper is not None  # noqa: S101  added just above
        return paper

    def _place(
        self,
        file: File,
        content: bytes,
        paper: LibraryPaper,
        recognised: Recognition,
        passages: Sequence[PassageText],
    ) -> None:
        """Write the bytes, then the rows: a kill in between leaves a file that is found again."""
        db, at = self.library.db, self.library.now()
        path = place_of(self.library, paper, file.sha256)
        old = pdfs.pdf_of(db, paper.row)
        if old and old.sha256 != file.sha256 and is_here(self.library.folder / old.path):
            # Somebody may have marked the PDF in whose place a newer version comes: it stays.
            copy = highlights.MarkedCopy(paper.row, old.path, old.sha256, 0, is_version=True)
            highlights.add_copy(db, copy, at=at)
        write_whole(self.library.folder / path, content)
        pdf = pdfs.Pdf(
            paper.row, path.as_posix(), file.sha256, recognised.version, recognised.sketch
        )
        pdfs.add_pdf(db, pdf, n_bytes=file.n_bytes, at=at)
        if passages:
            index.add_passages(db, paper.row, passages, sha256=file.sha256)
        else:
            pdfs.set_wordless(db, pdf)


def _to_look_up(recognised: Recognition) -> str:
    """Return the printed id that the registries are still to be asked for, "" for none."""
    if recognised.row is not None:
        return ""
    return recognised.id or ("" if recognised.level == "strong" else recognised.unknown_doi)


def _kept_under(paper: LibraryPaper, file: File, *, is_unsure: bool) -> Text:
    return lazy_gettext(
        N_("not recognised, kept under the file's name, as its title is not sure")
        if is_unsure
        else N_("not recognised, kept under the file's name")
        if paper.record.title == file.stem
        else N_("not recognised, kept under the title in the PDF")
    )


def _as_before(
    library: Library, file: File, paper: LibraryPaper, recognised: Recognition
) -> Addition | None:
    """Return the earlier record of a file that was only touched, with an id still to look up."""
    before = pdfs.addition_of(library.db, file.key)
    if recognised.printed is not None or before is None or before.sha256 != file.sha256:
        return None
    if before.paper is None or merges.row_now(library.db, before.paper) != paper.row:
        return None
    return replace(before, n_bytes=file.n_bytes, modified_ns=file.modified_ns)
