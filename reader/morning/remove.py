"""Remove papers into the trash, bring them back, and empty the trash.

A removed paper keeps all of its rows, and is shown nowhere. Its PDFs, its Markdown file and its
copies in the tablet's folder go to `removed/<row>/`, by rename. The rows say what belongs where, so
that after a kill the next `gather` moves the rest. After 90 days `gather` deletes the files and
what the person wrote; ids and title stay, so that no feed brings the paper again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import ReaderError, StoreError
from reader.library.arrival import keep_arrival
from reader.library.disk import disk_error, files_below, lock_file
from reader.library.files import drop_empty, move, settle
from reader.library.find import RemovedPaper, find_papers
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.place import REMOVED
from reader.library.rows import decisions, highlights, papers, removals
from reader.library.rows.removals import KEPT, Removal
from reader.notes import drafts
from reader.notes.export import export, export_quietly, read_edits
from reader.notes.pages import linked_papers, pages_of
from reader.notes.rows import exports
from reader.pdfs.tablet import LOCK, file_at, is_named_after, tablet_folder

TABLET = "tablet"
"""The folder, within a removed paper's own, of its copies from the tablet's folder."""


@dataclass(frozen=True, slots=True)
class RemovalOutcome:
    """Papers that were removed in one act. problems: files that the next `gather` moves."""

    act: int
    several: tuple[LibraryPaper, ...]
    problems: tuple[ReaderError, ...]


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """A removed paper, and the act that removed it."""

    held: LibraryPaper
    removal: Removal


def remove(library: Library, texts: Sequence[str]) -> RemovalOutcome:
    """Remove papers in one act; all of them are found or none is removed."""
    rows = list(dict.fromkeys(held.row for held in find_papers(library, texts)))
    db, now, on = library.db, library.now(), library.today()
    # What a hand wrote becomes a revision first. A file that has to be left alone goes as it is.
    if library.config.note.export:
        read_edits(library, rows)
    names = pages_of(library, rows)
    linked = linked_papers(library, exports.newest_texts(db, rows).values()) - {*rows}
    with db.writing():
        for held in papers.papers_at(db, rows):
            if held.is_removed:  # by another process since it was looked for
                raise RemovedPaper(library, held)
        act = decisions.next_act(db)
        # A skip, so that nothing waits for it: not the queue, not the fetching of PDFs.
        decisions.add_decisions(db, "skip", rows, at=now, on=on, act=act)
        removals.add_removals(db, rows, act=act, at=now, on=on)
        keep_arrival(library)
    problems = finish(library, rows)
    if library.config.note.export:
        try:
            problems += export(library, only=linked, pages=names).left
        except StoreError as error:
            problems.append(error)
    return RemovalOutcome(act, tuple(papers.papers_at(db, rows)), tuple(problems))


def finish(library: Library, rows: Sequence[int]) -> list[ReaderError]:
    """Move the files of papers that were removed or brought back."""
    try:
        return [*settle(library, rows), *_settle_tablet(library)]
    except ReaderError as error:
        return [error]


def bring_back(library: Library, rows: Iterable[int]) -> list[ReaderError]:
    """Bring removed papers back; each leaves the act that removed it, others of it stay removed."""
    db = library.db
    back = []
    with db.writing():
        for removal in removals.removals(db, rows):
            now, on = library.now(), library.today()
            decisions.undo_act(db, removal.act, paper=removal.paper, at=now, on=on)
            back.append(removal.paper)
        keep_arrival(library)
    return came_back(library, back)


def back_from_trash(library: Library, held: LibraryPaper) -> LibraryPaper:
    """Bring a paper back that is added again, if it was removed; returns it as it stands."""
    if not held.is_removed:
        return held
    bring_back(library, [held.row])
    return papers.papers_at(library.db, [held.row])[0]


def came_back(library: Library, rows: Sequence[int]) -> list[ReaderError]:
    """Move the files of papers that are in the trash no more, and write their notes."""
    return [*finish(library, rows), *export_quietly(library, rows)]


def trash(library: Library) -> list[TrashEntry]:
    """List what lies in the trash and can be brought back, the newest first."""
    found = {r.paper: r for r in removals.removals(library.db) if r.emptied_at is None}
    return [TrashEntry(h, found[h.row]) for h in papers.papers_at(library.db, found)]


def empty_trash(library: Library) -> list[ReaderError]:
    """Finish what a kill left, and empty the trash of what has lain there for 90 days."""
    if library.db.is_read_only:
        return []
    # Not all papers: `fetch_pdfs` moves what is filed elsewhere, and compares every file for it.
    problems = finish(library, removals.ever_removed(library.db))
    for entry in trash(library):
        if library.now() - entry.removal.at < KEPT:
            continue
        try:
            # The files first: while the row says that they are there, the next run tries again.
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(library.folder / REMOVED / str(entry.held.row))
            for draft in drafts.drafts_of(library, entry.held):
                draft.file.unlink(missing_ok=True)
        except OSError as error:
            problems.append(disk_error(error, library.folder / REMOVED))
            continue
        removals.empty(library.db, entry.held.row, at=library.now())
    return problems


def _settle_tablet(library: Library) -> list[ReaderError]:
    """Move copies of removed papers out of the tablet's folder, and those of others back."""
    if not library.config.tablet:
        return []
    root = Path(os.path.realpath(tablet_folder(library)))
    removed = [entry.held.row for entry in trash(library)]
    aside = {row: library.folder / REMOVED / str(row) / TABLET for row in removed}
    wanted = list((library.folder / REMOVED).glob(f"*/{TABLET}"))
    # A disk or a cloud that is not there now is looked at by the next `gather`.
    if not root.is_dir() or not (removed or wanted):
        return []
    problems: list[ReaderError] = []
    with lock_file(library.folder / LOCK, wait=True):
        moves = [
            (file, folder / file.relative_to(root))
            for row, folder in aside.items()
            for file in _copies_of(library, row, root)
        ]
        for folder in wanted:
            if folder not in aside.values():
                for entry in files_below(folder, ""):
                    file = Path(entry.path)
                    moves.append((file, root / file.relative_to(folder)))
        for source, target in moves:
            try:
                if not os.path.lexists(target):
                    move(source, target)
            except ReaderError as error:
                problems.append(error)
            else:
                if source.is_relative_to(library.folder / REMOVED):
                    drop_empty(source.parent, library.folder / REMOVED)
    return problems


def _copies_of(library: Library, row: int, root: Path) -> list[Path]:
    """Find a paper's copies in the tablet's folder, also under a name that an app gave one."""
    names = [taken.path for taken in highlights.taken_of(library.db, row)]
    places = {file_at(library, last.place) for last in highlights.returned_of(library.db, row)}
    files = [Path(file.path) for file in files_below(root, ".pdf")] if names or places else []
    return [f for f in files if f in places or any(is_named_after(f.name, n) for n in names)]
