"""Bring in the papers of arXiv's metadata snapshot or of an OAI-PMH set, or some of them.

They are a store to search: like all that an import brings they stand in no morning's list and
are not ranked. A thousand, or a page, come in one transaction. After a kill the same import goes
on: what it brought before is known by its rows, and of a set the next page by its token.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reader.base.errors import UsageError
from reader.base.messages import Text
from reader.gathering.imports import oai_set
from reader.gathering.imports.item import ImportedLibrary, ImportedPaper, UnplacedItem
from reader.gathering.imports.oai_set import HarvestPoint, OaiSet, pages_of
from reader.gathering.imports.snapshot import FORM, is_wanted, read_snapshot
from reader.library.disk import lock_file
from reader.library.folder import Library
from reader.library.rows import imports, merges, papers
from reader.morning.bring_in import DryRun, Importing, place_of
from reader.morning.complete import AddTools
from reader.search.encode import index_words

AT_ONCE = 1_000
"""Papers in one transaction: half a second of work, which a kill may cost."""

MOST_KEPT = 1_000
"""Lines that could not be read, of which the places are kept; the others are only counted."""


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
            asked = len(merges.open_questions(db))
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
            self.n_questions = len(merges.open_questions(db)) - asked
            self.is_ended = True

    def _importing(self, *, is_dry: bool = False) -> Importing:
        is_file = isinstance(self.source, Path)
        read = ImportedLibrary(FORM if is_file else oai_set.FORM, ())
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
        before = imports.brought(db, one, rows.values())
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
