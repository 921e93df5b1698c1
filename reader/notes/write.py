"""Keep notes in the reader's own words. Knows nothing of the Markdown files that show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, StoreError, UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.arrival import keep_arrival
from reader.library.folder import Library
from reader.library.highlight import Highlight
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.own_words.check import check_typed
from reader.notes.own_words.texts import Check
from reader.notes.rows import notes
from reader.notes.rows.notes import CameFrom, Revision
from reader.notes.words import MAX_BYTES, beside, is_written
from reader.pdfs.highlights import shown
from reader.pdfs.rows import highlights
from reader.ranking.best_folder import file_away
from reader.search.rows import index

if TYPE_CHECKING:
    from reader.search.protocol import Encode

AT_ONCE = 6_000
"""Characters of a note up to which its vector is made as it is saved: beyond them it takes
seconds, and `gather` does it."""


@dataclass(frozen=True, slots=True)
class NoteOutcome:
    """What became of a note: the paper as it stands, and whether anything changed.

    text, number: of the newest revision, "" and 0 where there is none. check: its words
    beside the paper's; None where nothing changed, or index.db could not be read.
    meanwhile: the number of a revision that came between the one that the writer began from
    and this one, which holds the words of both; 0 for none.
    """

    held: LibraryPaper
    is_written: bool
    is_new: bool
    text: str = ""
    number: int = 0
    check: Check | None = None
    meanwhile: int = 0


def add_note(
    library: Library,
    held: LibraryPaper,
    text: str,
    *,
    came_from: CameFrom = "command",
    encode: Encode | None = None,
    base: int | None = None,
) -> NoteOutcome:
    """Append a revision to a paper's note; it is on the disk and searchable on return.

    encode: gives the name of the encoder and the text's vector (d,), so that similarity
    finds the note at once; None: at the next gather.
    base: the revision (`notes.id`, 0 for none) that the writer began from. Where another
    one came meanwhile, the new revision keeps the words of both. None: the text is the
    whole note, whatever was there.

    Written is a text of two sentences or more that is not mostly copied. An empty text, or
    the newest revision's own words, change nothing. Raises UsageError for what cannot be a
    note; what is only derived (check, vector) never keeps one from being saved.
    """
    text = checked_text(text)
    check = _check(library, held, text, encode)
    with library.db.writing():
        known = notes.revisions(library.db, held.row)
        newest = known[-1] if known else None
        if not plain(text) or (newest and newest.text in (text, _of_base(known, base, text))):
            is_theirs = newest is not None and newest.text == text
            keep_arrival(library, note=newest.id if newest and is_theirs else None)
            return _as_it_stands(held, known)
        meanwhile = 0
        if base is not None and newest and newest.id != base:
            meanwhile, text = len(known), beside(newest.text, text)
            check = _check(library, held, text, encode)
        file_away(library, held)
        written = is_written(text) and not (check and check.is_mostly_copied)
        number = notes.add_note(
            library.db,
            held.row,
            text,
            is_written=written,
            came_from=came_from,
            at=library.now(),
            on=library.today(),
        )
        if library.sent and meanwhile:
            library.sent.beside.append(held)
        keep_arrival(library, note=None if meanwhile else number)
    index.add_note_text(library.db, held.row)
    _add_vector(library, text, encode)
    held = papers.papers_at(library.db, [held.row])[0]
    return NoteOutcome(held, written, True, text, len(known) + 1, check, meanwhile)


def restore(
    library: Library, held: LibraryPaper, number: int, *, encode: Encode | None = None
) -> NoteOutcome:
    """Append an earlier revision's text as a new one. Raises UsageError for none of them."""
    return add_note(library, held, revision(library, held, number).text, encode=encode)


def revision(library: Library, held: LibraryPaper, number: int) -> Revision:
    """Give a paper's n-th revision, from 1. Raises UsageError where there is none."""
    known = notes.revisions(library.db, held.row)
    if not 1 <= number <= len(known):
        what = say("note.no_revision", n=number, title=plain(held.paper.title))
        raise UsageError(what=what, hint=say("note.no_revision.hint", n=len(known)))
    return known[number - 1]


def _of_base(known: Sequence[Revision], base: int | None, text: str) -> str | None:
    """Give the newest revision's text where the writer left their own base as it was: then
    what came meanwhile stands, and there is nothing to keep."""
    began = next((note.text for note in known if note.id == base), None)
    return known[-1].text if began == text else None


def _as_it_stands(held: LibraryPaper, known: Sequence[Revision]) -> NoteOutcome:
    if not known:
        return NoteOutcome(held, is_written=False, is_new=False)
    return NoteOutcome(held, known[-1].is_written, False, known[-1].text, len(known))


def _check(library: Library, held: LibraryPaper, text: str, encode: Encode | None) -> Check | None:
    try:
        return check_typed(library, held, text, encode)
    except StoreError:
        return None  # the commands that need it say what is wrong


def _add_vector(library: Library, text: str, encode: Encode | None) -> None:
    if encode is None or len(text) > AT_ONCE:
        return
    try:
        encoder, vector = encode(text)
    except ModelError:
        return  # the next gather encodes it, or says why not
    kept = vector.astype("float16").tobytes()
    index.add_vectors(library.db, encoder, [(index.hash_of(text), kept)])


def checked_text(text: str) -> str:
    """Give a note's text as it is kept, outer blank lines off. Raises UsageError."""
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise UsageError(
            what=say("note.surrogate", n=error.start + 1), hint=say("note.utf8")
        ) from None
    if n_bytes > MAX_BYTES:
        raise UsageError(
            what=say("note.large", n=f"{n_bytes:,}", most=f"{MAX_BYTES:,}"),
            hint=say("note.large.hint"),
        )
    return text.strip("\n")


def marked(library: Library, held: LibraryPaper) -> tuple[Highlight, ...]:
    """Give a paper's highlights that are there, in reading order."""
    states = highlights.highlights_of(library.db, held.row)
    return tuple(one.highlight for one in shown(states) if one.gone_at is None)


def newest_note(library: Library, held: LibraryPaper) -> Revision | None:
    """Give a paper's note as it stands, None where there is none."""
    known: Sequence[Revision] = notes.revisions(library.db, held.row)
    return known[-1] if known else None
