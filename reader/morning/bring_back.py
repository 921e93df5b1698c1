"""Bring one paper back from an archive of `reader backup`, with its note, folder and PDF."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Ambiguous, NotFound, NotKnown
from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.library import archive as archives
from reader.library.find import find_any, find_paper
from reader.library.folder import Library
from reader.library.paper import LAB_TAG, LibraryPaper, PropertyChange, to_become
from reader.library.rows import decisions, fields, papers, pdfs, queue
from reader.library.rows.database import Database
from reader.library.rows.removals import RestoredPaper, add_restored
from reader.library.rows.versions import BY_HAND
from reader.morning.edit import edit, tag
from reader.morning.file import file_paper
from reader.morning.pick import decide_rows, guess
from reader.morning.remove import bring_back
from reader.notes.rows.notes import Revision
from reader.notes.write import add_note, newest_note
from reader.pdfs.fetch import keep_pdf
from reader.ranking.best_folder import file_away


@dataclass(frozen=True, slots=True)
class PaperBroughtBack:
    """What came back of one paper.

    was_here: the library had the paper. pdf: its path from the library's folder, "" for none.
    has_tags: tags, rating or priority; has_guess: what the person thought that it does; edited:
    the fields that were edited by hand.
    """

    held: LibraryPaper
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
        held, was_here = _bring_paper(library, there)
        # Where the person filed it since is newer than the archive.
        if there.topic and held.topic is None:
            held = file_paper(library, held, there.topic, may_be_new=True).held
        is_picked = there.state in ("pick", "read") and held.state == "candidate"
        if is_picked:
            (held,) = decide_rows(library, "pick", [held.row])
        by_hand = _words_by_hand(library.db, held.row)
        edited = edit(library, held, {f: w for f, w in words.items() if f not in by_hand}).changed
        has_tags = bool(tag(library, [held.row], _lacking(there, held)).changed)
        has_guess = bool(guessed and guessed.text) and not queue.guess_of(library.db, held.row)
        if guessed and has_guess:
            guess(library, held, guessed.text)
        now = newest_note(library, held)
        has_note = note is not None and (now is None or now.text != note.text)
        if note is not None and has_note:
            held = add_note(library, held, note.text).held
        file = next((f for f in manifest.files if stored and f.path == stored.path), None)
        pdf = ""
        if file and file.member and not _has_pdf(library, held):
            pdf = _bring_pdf(library, held, b"".join(archives.read_member(unpacked, file, archive)))
        (held,) = papers.papers_at(library.db, [held.row])
    if not was_here or has_note or is_picked or pdf or has_tags or has_guess or edited:
        note = newest_note(library, held) if has_note else None
        _add_restored(library, held, note, first_act=first_act, was_here=was_here)
    return PaperBroughtBack(held, was_here, has_note, is_picked, pdf, has_tags, has_guess, edited)


def _words_by_hand(db: Database, row: int) -> dict[str, str]:
    """Load the fields of a paper that hold a person's word."""
    holds = fields.holding(db, [row]).get(row, {})
    return {field: one.value for field, one in holds.items() if one.is_by_hand}


def _bring_paper(library: Library, there: LibraryPaper) -> tuple[LibraryPaper, bool]:
    """Add an archived paper where it is lacking; returns it as it is here, and if it was here."""
    here = papers.paper_with_id(library.db, there.paper.id)
    if here is None:
        papers.add_papers(library.db, [there.paper], source=BY_HAND, on=library.today())
    elif here.is_removed:
        bring_back(library, [here.row])
    # By its id: another copy may have become the paper's first one since.
    return find_paper(library, there.paper.id), here is not None and not here.is_removed


def _add_restored(
    library: Library, held: LibraryPaper, note: Revision | None, *, first_act: int, was_here: bool
) -> None:
    one = RestoredPaper(held.row, first_act, was_here, note.id if note else None)
    with library.db.writing():
        act = decisions.next_act(library.db)
        add_restored(library.db, one, act=act, at=library.now(), on=library.today())


def _bring_pdf(library: Library, held: LibraryPaper, content: bytes) -> str:
    file_away(library, held)
    (held,) = papers.papers_at(library.db, [held.row])
    return keep_pdf(library, held, content)


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


def _has_pdf(library: Library, held: LibraryPaper) -> bool:
    stored = pdfs.pdf_of(library.db, held.row)
    return stored is not None and (library.folder / stored.path).is_file()
