"""Remove papers into the trash, empty it, and bring papers back: from there, or from an archive.

A removed paper keeps all of its rows, and is shown nowhere. Its PDFs, its Markdown file and its
copies in the tablet's folder go to `removed/<row>/`, by rename. The rows say what belongs where, so
that after a kill the next `gather` moves the rest. After 90 days `gather` deletes the files and
what the person wrote; ids and title stay, so that no feed brings the paper again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Ambiguous, NotFound, NotKnown, ReaderError, StoreError
from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.library import archive as archives
from reader.library.arrival import keep_arrival
from reader.library.disk import disk_error, files_below, lock_file
from reader.library.files import drop_empty, move, settle
from reader.library.folder import Library, RemovedPaper, find_any, find_paper, find_papers
from reader.library.paper import LAB_TAG, LibraryPaper, PropertyChange, to_become
from reader.library.place import REMOVED
from reader.library.rows import decisions, fields, highlights, papers, pdfs, queue
from reader.library.rows.database import Database
from reader.library.rows.decisions import TRASH_KEPT, Removal, RestoredPaper, add_restored
from reader.library.rows.fields import BY_HAND
from reader.morning.edit import edit, file_paper, tag
from reader.morning.pick import decide_rows, guess
from reader.notes import drafts
from reader.notes.export import export, export_quietly, read_edits
from reader.notes.pages import linked_papers, pages_of
from reader.notes.rows import exports
from reader.notes.rows.notes import Revision
from reader.notes.write import add_note, newest_note
from reader.pdfs.fetch import keep_pdf
from reader.pdfs.tablet import LOCK, file_at, is_named_after, tablet_folder
from reader.ranking.learn import file_away

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

    paper: LibraryPaper
    removal: Removal


def remove(library: Library, texts: Sequence[str]) -> RemovalOutcome:
    """Remove papers in one act; all of them are found or none is removed."""
    rows = list(dict.fromkeys(paper.row for paper in find_papers(library, texts)))
    db, now, on = library.db, library.now(), library.today()
    # What a hand wrote becomes a revision first. A file that has to be left alone goes as it is.
    if library.config.note.export:
        read_edits(library, rows)
    names = pages_of(library, rows)
    linked = linked_papers(library, exports.newest_texts(db, rows).values()) - {*rows}
    with db.writing():
        for paper in papers.papers_at(db, rows):
            if paper.is_removed:  # by another process since it was looked for
                raise RemovedPaper(library, paper)
        act = decisions.next_act(db)
        # A skip, so that nothing waits for it: not the queue, not the fetching of PDFs.
        decisions.add_decisions(db, "skip", rows, at=now, on=on, act=act)
        decisions.add_removals(db, rows, act=act, at=now, on=on)
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
        for removal in decisions.removals(db, rows):
            now, on = library.now(), library.today()
            decisions.undo_act(db, removal.act, paper=removal.paper, at=now, on=on)
            back.append(removal.paper)
        keep_arrival(library)
    return came_back(library, back)


def back_from_trash(library: Library, paper: LibraryPaper) -> LibraryPaper:
    """Bring a paper back that is added again, if it was removed; returns it as it stands."""
    if not paper.is_removed:
        return paper
    bring_back(library, [paper.row])
    return papers.papers_at(library.db, [paper.row])[0]


def came_back(library: Library, rows: Sequence[int]) -> list[ReaderError]:
    """Move the files of papers that are in the trash no more, and write their notes."""
    return [*finish(library, rows), *export_quietly(library, rows)]


def trash(library: Library) -> list[TrashEntry]:
    """List what lies in the trash and can be brought back, the newest first."""
    found = {r.paper: r for r in decisions.removals(library.db) if r.emptied_at is None}
    return [TrashEntry(h, found[h.row]) for h in papers.papers_at(library.db, found)]


def empty_trash(library: Library) -> list[ReaderError]:
    """Finish what a kill left, and empty the trash of what has lain there for 90 days."""
    if library.db.is_read_only:
        return []
    # Not all papers: `fetch_pdfs` moves what is filed elsewhere, and compares every file for it.
    problems = finish(library, decisions.ever_removed(library.db))
    for entry in trash(library):
        if library.now() - entry.removal.at < TRASH_KEPT:
            continue
        try:
            # The files first: while the row says that they are there, the next run tries again.
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(library.folder / REMOVED / str(entry.paper.row))
            for draft in drafts.drafts_of(library, entry.paper):
                draft.file.unlink(missing_ok=True)
        except OSError as error:
            problems.append(disk_error(error, library.folder / REMOVED))
            continue
        decisions.empty_trash(library.db, entry.paper.row, at=library.now())
    return problems


def _settle_tablet(library: Library) -> list[ReaderError]:
    """Move copies of removed papers out of the tablet's folder, and those of others back."""
    if not library.config.tablet:
        return []
    root = Path(os.path.realpath(tablet_folder(library)))
    removed = [entry.paper.row for entry in trash(library)]
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


@dataclass(frozen=True, slots=True)
class PaperBroughtBack:
    """What came back of one paper.

    was_here: the library had the paper. pdf: its path from the library's folder, "" for none.
    has_tags: tags, rating or priority; has_guess: what the person thought that it does; edited:
    the fields that were edited by hand.
    """

    paper: LibraryPaper
    was_here: bool
    has_note: bool
    is_picked: bool
    pdf: str
    has_tags: bool
    has_guess: bool
    edited: tuple[str, ...]


def restore_paper(library: Library, archive: Path, text: str) -> PaperBroughtBack:
    """Bring back what the library lacks of a paper: itself, its note, its pick, its PDF, its tags,
    the guess and what was edited by hand.

    The archived note becomes the newest revision where it is another text; where the paper is
    filed today, it stays. text: an id, a key or a title. Raises NotKnown, UsageError, StoreError.
    """
    archives.check(archive, library.folder)
    with (
        archives.opened(archive) as (unpacked, manifest),
        tempfile.TemporaryDirectory(prefix="asayomi-") as folder,
    ):
        target = Path(folder) / archives.DATABASE
        archives.extract(unpacked, archives.database_of(manifest), target, archive)
        with Library(Path(folder), library.config, Database(Path(folder)), library.now) as then:
            there = _find(then, text, archive)
            note, stored = newest_note(then, there), pdfs.pdf_of(then.db, there.row)
            words = _words_by_hand(then.db, there.row)
            guessed = queue.guess_of(then.db, there.row)
        first_act = decisions.next_act(library.db)
        paper, was_here = _bring_paper(library, there)
        # Where the person filed it since is newer than the archive.
        if there.topic and paper.topic is None:
            paper = file_paper(library, paper, there.topic, may_be_new=True).paper
        is_picked = there.state in ("pick", "read") and paper.state == "candidate"
        if is_picked:
            (paper,) = decide_rows(library, "pick", [paper.row])
        by_hand = _words_by_hand(library.db, paper.row)
        edited = edit(library, paper, {f: w for f, w in words.items() if f not in by_hand}).changed
        has_tags = bool(tag(library, [paper.row], _lacking(there, paper)).changed)
        has_guess = bool(guessed and guessed.text) and not queue.guess_of(library.db, paper.row)
        if guessed and has_guess:
            guess(library, paper, guessed.text)
        now = newest_note(library, paper)
        has_note = note is not None and (now is None or now.text != note.text)
        if note is not None and has_note:
            paper = add_note(library, paper, note.text).paper
        file = next((f for f in manifest.files if stored and f.path == stored.path), None)
        pdf = ""
        if file and file.member and not _has_pdf(library, paper):
            pdf = _bring_pdf(library, paper, archives.read_member(unpacked, file, archive))
        (paper,) = papers.papers_at(library.db, [paper.row])
    if not was_here or has_note or is_picked or pdf or has_tags or has_guess or edited:
        note = newest_note(library, paper) if has_note else None
        _add_restored(library, paper, note, first_act=first_act, was_here=was_here)
    return PaperBroughtBack(paper, was_here, has_note, is_picked, pdf, has_tags, has_guess, edited)


def _words_by_hand(db: Database, row: int) -> dict[str, str]:
    """Load the fields of a paper that hold a person's word."""
    holds = fields.holding(db, [row]).get(row, {})
    return {field: one.value for field, one in holds.items() if one.is_by_hand}


def _bring_paper(library: Library, there: LibraryPaper) -> tuple[LibraryPaper, bool]:
    """Add an archived paper where it is lacking; returns it as it is here, and if it was here."""
    here = papers.paper_with_id(library.db, there.record.id)
    if here is None:
        papers.add_papers(library.db, [there.record], source=BY_HAND, on=library.today())
    elif here.is_removed:
        bring_back(library, [here.row])
    # By its id: another copy may have become the paper's first one since.
    return find_paper(library, there.record.id), here is not None and not here.is_removed


def _add_restored(
    library: Library, paper: LibraryPaper, note: Revision | None, *, first_act: int, was_here: bool
) -> None:
    one = RestoredPaper(paper.row, first_act, was_here, note.id if note else None)
    with library.db.writing():
        act = decisions.next_act(library.db)
        add_restored(library.db, one, act=act, at=library.now(), on=library.today())


def _bring_pdf(library: Library, paper: LibraryPaper, content: Iterable[bytes]) -> str:
    file_away(library, paper)
    (paper,) = papers.papers_at(library.db, [paper.row])
    return keep_pdf(library, paper, b"".join(content))


def _lacking(there: LibraryPaper, here: LibraryPaper) -> PropertyChange:
    """Find the tags of an archived paper that are lacking here, and what is not set here.

    What was shared then is not shared again by this.
    """
    return PropertyChange(
        add=tuple(one for one in to_become(here.tags, there.tags).add if one != LAB_TAG),
        rating=there.rating if here.rating is None else None,
        priority=there.priority if here.priority == "normal" else None,
    )


def _find(then: Library, text: str, archive: Path) -> LibraryPaper:
    try:
        return find_any(then, text)
    except Ambiguous:
        raise
    except NotFound:
        raise NotKnown(
            what=lazy_gettext("{what} is not in {archive}.", what=plain(text), archive=archive),
            hint=lazy_gettext("Name a paper by an id, a key or its title."),
        ) from None


def _has_pdf(library: Library, paper: LibraryPaper) -> bool:
    stored = pdfs.pdf_of(library.db, paper.row)
    return stored is not None and (library.folder / stored.path).is_file()
