"""Bring in papers of arXiv in bulk: of its metadata snapshot or an OAI-PMH set, and their PDFs.

Papers are a store to search: like all that an import brings they stand in no morning's list and
are not ranked. A thousand, or a page, come in one transaction. After a kill the same import goes
on: what it brought before is known by its rows, and of a set the next page by its token.

PDFs come from a folder, a tar or a store, for papers that are here, by arXiv's ids. Each is kept in
a transaction of its own and read with some others; a paper that has its PDF is passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reader.base.errors import PdfError, Problem, UsageError
from reader.base.messages import Text
from reader.gathering.imports import pdf_store
from reader.gathering.imports.arxiv_metadata import (
    SET_FORM,
    SNAPSHOT_FORM,
    HarvestPoint,
    OaiSet,
    is_wanted,
    pages_of,
    read_snapshot,
)
from reader.gathering.imports.item import ImportedLibrary, ImportedPaper, UnplacedItem
from reader.gathering.imports.pdf_store import ArxivPdf, StoredFile, stored_pdfs
from reader.library.disk import lock_file
from reader.library.file_names import file_stem
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.rows import imports, merges, papers, pdfs
from reader.morning.bring_in import DryRun, Importing, place_of
from reader.morning.complete import AddTools
from reader.pdfs.fetch import extract, extract_left, keep_pdf
from reader.search.encode import index_words

AT_ONCE = 1_000
"""Papers in one transaction: half a second of work, which a kill may cost."""

MOST_KEPT = 1_000
"""Lines that could not be read, and PDFs of no paper, of which the places are kept; the others are
only counted."""


@dataclass
class SnapshotImport:
    """One run of an import, and what became of the lines so far.

    source: a file, or a set. categories, since: see `is_wanted`. n_known: papers of the library,
    by ids and by titles. Of a set, n_before: records of its list that an earlier run read;
    n_announced: the length of the list, 0 where it does not say; lacking: how it is too short;
    deleted: identifiers of records that were deleted there.
    """

    library: Library
    tools: AddTools
    source: Path | OaiSet
    categories: Sequence[str] = ()
    since: date | None = None
    n_lines: int = 0
    n_new: int = 0
    n_known_by_id: int = 0
    n_known_by_title: int = 0
    n_left_out: int = 0
    n_unplaced: int = 0
    n_questions: int = 0
    is_ended: bool = False
    unplaced: list[UnplacedItem] = field(default_factory=list)
    n_before: int = 0
    n_announced: int = 0
    deleted: list[str] = field(default_factory=list)
    lacking: Text = ""

    def run(self, *, is_dry: bool = False) -> None:
        """Bring all in; is_dry: only count. Raises UsageError where the file breaks off, Locked,
        SourceFailed of a set, and StoreError: what was brought until then stays, and the next run
        goes on."""
        db = self.library.db
        with lock_file(self.library.folder / "add.lock"):
            imports.keep_pages(db)
            n_questions = len(merges.open_questions(db))
            is_set = isinstance(self.source, OaiSet)
            for batch in self._pages(is_dry=is_dry) if is_set else self._batches():
                run = self._importing(is_dry=is_dry)
                with suppress(DryRun), db.writing():
                    self._bring(run, batch)
                    if is_dry:
                        raise DryRun
                n_done = self.n_before + self.n_lines
                self.tools.progress("import", n_done, max(n_done, self.n_announced))
            if not is_dry:
                index_words(self.library, self.tools)
                imports.end(db, self._importing().begin(), at=self.library.now())
            self.n_questions = len(merges.open_questions(db)) - n_questions
            self.is_ended = True

    def _importing(self, *, is_dry: bool = False) -> Importing:
        is_file = isinstance(self.source, Path)
        read = ImportedLibrary(SNAPSHOT_FORM if is_file else SET_FORM, ())
        return Importing(self.library, self.tools, read, place_of(self.source), is_dry=is_dry)

    def _batches(self) -> Iterator[list[ImportedPaper]]:
        assert isinstance(self.source, Path)  # noqa: S101  the caller looked
        batch: list[ImportedPaper] = []
        try:
            for one in read_snapshot(self.source):
                self.n_lines += 1
                batch += self._wanted([one])
                if len(batch) == AT_ONCE:
                    yield batch
                    batch = []
        except UsageError:  # the file breaks off
            yield batch
            raise
        yield batch

    def _pages(self, *, is_dry: bool) -> Iterator[list[ImportedPaper]]:
        """Yield the papers of each page; once they are stored, keep where the list goes on."""
        assert isinstance(self.source, OaiSet)  # noqa: S101  the caller looked
        db = self.library.db
        point = (
            HarvestPoint()
            if is_dry
            else HarvestPoint.parse(imports.point(db, place_of(self.source)))
        )
        self.n_before = point.n
        for page in pages_of(self.tools.fetch, self.source, point):
            self.n_lines += page.n_records
            self.n_announced = page.n_announced
            self.deleted += page.deleted
            yield self._wanted(page.items)
            self.lacking = page.lacking
            if page.after and not is_dry:
                imports.keep_point(db, self._importing().begin(), *page.after.kept())

    def _wanted(self, items: Sequence[ImportedPaper | UnplacedItem]) -> list[ImportedPaper]:
        """Choose the papers that are wanted, and count the rest."""
        found = []
        for one in items:
            if isinstance(one, UnplacedItem):
                self._leave(one)
            elif is_wanted(one.paper, self.categories, self.since):
                found.append(one)
            else:
                self.n_left_out += 1
        return found

    def _bring(self, run: Importing, batch: Sequence[ImportedPaper]) -> None:
        """Bring some papers in, in the open transaction."""
        db, one = self.library.db, run.begin()
        rows = papers.rows_with_ids(db, [item.paper.id for item in batch])
        before = imports.papers_of(db, one, rows.values())
        for item in batch:
            if rows.get(item.paper.id) in before:
                self.n_new += 1  # of an earlier run of this import
            elif placed := run.place(one, item):
                _row, known_by, is_again = placed
                self.n_new += not known_by or is_again
                self.n_known_by_id += known_by == "id" and not is_again
                self.n_known_by_title += known_by == "title" and not is_again

    def _leave(self, one: UnplacedItem) -> None:
        self.n_unplaced += 1
        if len(self.unplaced) < MOST_KEPT:
            self.unplaced.append(one)


READ_AT_ONCE = 32
"""PDFs that are kept before all cores read them."""


@dataclass
class PdfsImport:
    """One run of an import, and what became of the PDFs so far.

    n_known: of papers that have a PDF, or lie in the trash. n_strange: of no paper that is here;
    strange: their places. files: the tars, and what manifests have besides. failed: PDFs that
    were not kept; unread: kept, but without a text.
    """

    library: Library
    tools: AddTools
    place: str
    n_pdfs: int = 0
    n_new: int = 0
    n_known: int = 0
    n_strange: int = 0
    is_ended: bool = False
    strange: list[str] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    failed: list[UnplacedItem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    _to_read: list[int] = field(default_factory=list)

    def run(self, *, is_dry: bool = False) -> None:
        """Bring all in; is_dry: only count. Raises what `stored_pdfs` raises, Locked, and
        StoreError: what was brought until then stays, and the next run goes on."""
        db = self.library.db
        with lock_file(self.library.folder / "add.lock"):
            if not is_dry:
                extract_left(self.library, self.tools)
            for stored in stored_pdfs(self.place):
                if isinstance(stored, StoredFile):
                    self.files.append(stored)
                    continue
                self.n_pdfs += 1
                if (row := self._row_for(stored)) is None:
                    continue
                if is_dry:
                    self.n_new += 1
                    continue
                self._bring(self._begin(), stored, row)
                if len(self._to_read) >= READ_AT_ONCE:
                    self._read()
            if not is_dry:
                self._read()
                imports.end(db, self._begin(), at=self.library.now())
            self.is_ended = True

    def _begin(self) -> imports.Import:
        return imports.begin(self.library.db, self.place, pdf_store.FORM, at=self.library.now())

    def _row_for(self, stored: ArxivPdf) -> int | None:
        """Find the paper that a PDF is wanted for, None where it is not."""
        db = self.library.db
        row = papers.rows_with_ids(db, [stored.id]).get(stored.id)
        if row is None:
            self.n_strange += 1
            self.strange += [stored.place] if len(self.strange) < MOST_KEPT else []
            return None
        [paper] = papers.papers_at(db, [merges.row_now(db, row)])
        pdf = pdfs.pdf_of(db, paper.row)
        if paper.is_removed or (pdf and is_here(self.library.folder / pdf.path)):
            self.n_known += 1
            return None
        return paper.row

    def _bring(self, one: imports.Import, stored: ArxivPdf, row: int) -> None:
        try:
            content = stored.read()
            self.tools.check_pdf(content)
        except PdfError as error:
            self.failed.append(UnplacedItem(stored.place, error.what))
            return
        db = self.library.db
        with db.writing():
            [paper] = papers.papers_at(db, [row])
            papers.fix_key(db, row, file_stem(paper.record, self.library.config.pdf_name))
            [paper] = papers.papers_at(db, [row])
            keep_pdf(self.library, paper, content)
            imports.add_made(db, one, row, "pdf", [hashlib.sha256(content).hexdigest()])
        self.n_new += 1
        self._to_read.append(row)

    def _read(self) -> None:
        """Split the PDFs that were kept last into passages."""
        self.unread += extract(self.library, self.tools, only=self._to_read)
        self._to_read.clear()
        self.tools.progress("import", self.n_pdfs, self.n_pdfs)
