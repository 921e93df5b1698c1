"""Bring in the papers of arXiv's metadata snapshot, of some categories and days, or all.

They are a store to search: like all that an import brings they stand in no morning's list and
are not ranked. A thousand come in one transaction. After a kill the same import goes on: what it
brought before is known by its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from reader.base.errors import UsageError
from reader.gathering.imports.item import ImportedLibrary, ImportedPaper, UnplacedItem
from reader.gathering.imports.snapshot import FORM, is_wanted, read_snapshot
from reader.library.folder import Library
from reader.library.locks import lock_file
from reader.library.rows import imports, merges, papers
from reader.morning.bring_in import DryRun, Importing
from reader.morning.complete import AddTools
from reader.search.encode import index_words

AT_ONCE = 1_000
"""Papers in one transaction: half a second of work, which a kill may cost."""

MOST_KEPT = 1_000
"""Lines that could not be read, of which the places are kept; the others are only counted."""


@dataclass
class SnapshotImport:
    """One run of an import, and what became of the lines so far.

    categories, since: see `is_wanted`. n_known: papers of the library, by ids and by titles.
    """

    library: Library
    tools: AddTools
    source: Path
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

    def run(self, *, is_dry: bool = False) -> None:
        """Bring all in; is_dry: only count. Raises UsageError where the file breaks off, Locked,
        and StoreError: what was brought until then stays, and the next run goes on."""
        db, read = self.library.db, ImportedLibrary(FORM, ())
        with lock_file(self.library.folder / "add.lock"):
            imports.keep_pages(db)
            asked = len(merges.open_questions(db))
            for batch in self._batches():
                run = Importing(self.library, self.tools, read, self.source, is_dry=is_dry)
                with suppress(DryRun), db.writing():
                    self._bring(run, batch)
                    if is_dry:
                        raise DryRun
                self.tools.progress("import", self.n_lines, self.n_lines)
            if not is_dry:
                index_words(self.library, self.tools)
                imports.end(db, run.begin(), at=self.library.now())
            self.n_questions = len(merges.open_questions(db)) - asked
            self.is_ended = True

    def _batches(self) -> Iterator[list[ImportedPaper]]:
        batch: list[ImportedPaper] = []
        try:
            for one in read_snapshot(self.source):
                self.n_lines += 1
                if isinstance(one, UnplacedItem):
                    self._leave(one)
                elif is_wanted(one.paper, self.categories, self.since):
                    batch.append(one)
                else:
                    self.n_left_out += 1
                if len(batch) == AT_ONCE:
                    yield batch
                    batch = []
        except UsageError:  # the file breaks off
            yield batch
            raise
        yield batch

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
