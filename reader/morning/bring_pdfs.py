"""Bring in the PDFs of papers that are here, from a folder, a tar or a store, by arXiv's ids.

Each is kept in a transaction of its own and read with some others. After a kill the same import
goes on: a paper that has its PDF is passed over.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from reader.base.errors import PdfError, Problem
from reader.gathering.imports.item import UnplacedItem
from reader.gathering.imports.pdf_store import FORM, ArxivPdf, StoredFile, stored_pdfs
from reader.library.disk import lock_file
from reader.library.file_names import file_stem
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.rows import imports, merges, papers, pdfs
from reader.morning.complete import AddTools
from reader.pdfs.fetch import extract, extract_left, keep_pdf

READ_AT_ONCE = 32
"""PDFs that are kept before all cores read them."""

MOST_KEPT = 1_000
"""PDFs of no paper of which the places are kept; the others are only counted."""


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
        return imports.begin(self.library.db, self.place, FORM, at=self.library.now())

    def _row_for(self, stored: ArxivPdf) -> int | None:
        """Find the paper that a PDF is wanted for, None where it is not."""
        db = self.library.db
        row = papers.rows_with_ids(db, [stored.id]).get(stored.id)
        if row is None:
            self.n_strange += 1
            self.strange += [stored.place] if len(self.strange) < MOST_KEPT else []
            return None
        [held] = papers.papers_at(db, [merges.row_now(db, row)])
        pdf = pdfs.pdf_of(db, held.row)
        if held.is_removed or (pdf and is_here(self.library.folder / pdf.path)):
            self.n_known += 1
            return None
        return held.row

    def _bring(self, one: imports.Import, stored: ArxivPdf, row: int) -> None:
        try:
            content = stored.read()
            self.tools.check_pdf(content)
        except PdfError as error:
            self.failed.append(UnplacedItem(stored.place, error.what))
            return
        db = self.library.db
        with db.writing():
            [held] = papers.papers_at(db, [row])
            papers.fix_key(db, row, file_stem(held.paper, self.library.config.pdf_name))
            [held] = papers.papers_at(db, [row])
            keep_pdf(self.library, held, content)
            imports.add_made(db, one, row, "pdf", [hashlib.sha256(content).hexdigest()])
        self.n_new += 1
        self._to_read.append(row)

    def _read(self) -> None:
        """Split the PDFs that were kept last into passages."""
        self.unread += extract(self.library, self.tools, only=self._to_read)
        self._to_read.clear()
        self.tools.progress("import", self.n_pdfs, self.n_pdfs)
