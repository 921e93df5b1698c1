"""Keep notes in the reader's own words, check them, and go back to earlier revisions."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, StoreError, UsageError
from reader.base.messages import in_thousands, lazy_gettext, lazy_ngettext
from reader.base.text import plain
from reader.library.arrival import keep_arrival
from reader.library.folder import Library
from reader.library.highlight import Highlight, shown
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, papers
from reader.notes.draft import DiffLine, changes
from reader.notes.own_words import Check, check
from reader.notes.rows import notes
from reader.notes.rows.notes import CameFrom, Revision
from reader.notes.stretches import SourceText
from reader.notes.words import MAX_BYTES, beside, is_written, sentences
from reader.ranking.learn import file_away
from reader.search.rows import index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encode import Encode


AT_ONCE = 6_000
"""Characters of a note up to which its vector is made as it is saved: a longer one takes seconds,
and `gather` makes its vector."""


@dataclass(frozen=True, slots=True)
class NoteOutcome:
    """The outcome of saving a note: the paper as it stands, and whether anything changed.

    text, number: of the newest revision, "" and 0 where there is none. check: its words
    beside the paper's; None where nothing changed, or index.db could not be read.
    meanwhile: the number of a revision that came between the one that the writer began from
    and this one, which holds the words of both; 0 for none. was_written: an earlier revision
    counts as written, and the paper with it.
    """

    paper: LibraryPaper
    is_written: bool
    is_new: bool
    text: str = ""
    number: int = 0
    check: Check | None = None
    meanwhile: int = 0
    was_written: bool = False


def add_note(
    library: Library,
    paper: LibraryPaper,
    text: str,
    *,
    came_from: CameFrom = "command",
    encode: Encode | None = None,
    base: int | None = None,
) -> NoteOutcome:
    """Append a revision to a paper's note; it is on the disk and searchable on return.

    encode: returns the name of the encoder and the text's vector (d,), so that similarity
    finds the note at once; None: at the next gather.
    base: the revision (`notes.id`, 0 for none) that the writer began from. Where another
    one came meanwhile, the new revision keeps the words of both. None: the text is the
    whole note, whatever was there.

    Written is a text of two sentences or more that is not mostly copied. An empty text, or
    the newest revision's own words, change nothing. Raises UsageError for what cannot be a
    note; what is only derived (check, vector) never keeps one from being saved.
    """
    text = checked_text(text)
    # The model is asked before the database is held: it may take two seconds.
    check = check_typed(library, paper, text, encode)
    with library.db.writing():
        known = notes.revisions(library.db, paper.row)
        newest = known[-1] if known else None
        # Where writers left their own base as it was, what came meanwhile stands.
        before = [one.text for one in known if one is newest or one.id == base]
        if not plain(text) or text in before:
            return _unchanged(library, paper, known, text)
        meanwhile = 0
        if base is not None and newest and newest.id != base:
            meanwhile, text = len(known), beside(newest.text, text)
            check = check_typed(library, paper, text, encode)
        file_away(library, paper)  # gives the paper its key and its folder, if it has none
        written = is_written(text) and not (check and check.is_mostly_copied)
        number = notes.add_note(
            library.db,
            paper.row,
            text,
            is_written=written,
            came_from=came_from,
            at=library.now(),
            on=library.today(),
        )
        alone = None if meanwhile else number
        keep_arrival(library, note=alone, beside=paper if meanwhile else None)
    _index(library, paper, text, encode)
    paper = papers.papers_at(library.db, [paper.row])[0]
    was_written = any(one.is_written for one in known)
    return NoteOutcome(paper, written, True, text, len(known) + 1, check, meanwhile, was_written)


def _unchanged(
    library: Library, paper: LibraryPaper, known: Sequence[Revision], text: str
) -> NoteOutcome:
    newest = known[-1] if known else None
    keep_arrival(library, note=newest.id if newest and newest.text == text else None)
    if newest is None:
        return NoteOutcome(paper, is_written=False, is_new=False)
    return NoteOutcome(paper, newest.is_written, False, newest.text, len(known))


def _index(library: Library, paper: LibraryPaper, text: str, encode: Encode | None) -> None:
    """Index a revision that is on the disk: all this can be made again from it."""
    index.add_note_text(library.db, paper.row)
    if encode is not None and len(text) <= AT_ONCE:
        with contextlib.suppress(ModelError):  # the next gather encodes it, or says why not
            encoder, vector = encode(text)
            kept = vector.astype("float16").tobytes()
            index.add_vectors(library.db, encoder, [(index.hash_of(text), kept)])


def restore(
    library: Library, paper: LibraryPaper, number: int, *, encode: Encode | None = None
) -> NoteOutcome:
    """Append an earlier revision's text as a new one. Raises UsageError for none of them."""
    return add_note(library, paper, revision(library, paper, number).text, encode=encode)


def revision(library: Library, paper: LibraryPaper, number: int) -> Revision:
    """Return a paper's n-th revision, from 1. Raises UsageError where there is none."""
    known = notes.revisions(library.db, paper.row)
    if not 1 <= number <= len(known):
        what = lazy_gettext(
            "There is no revision {n} of the note on {title}.",
            n=number,
            title=plain(paper.record.title),
        )
        raise UsageError(
            what=what,
            hint=lazy_ngettext(
                "It has {n} revision; --history lists them.",
                "It has {n} revisions; --history lists them.",
                len(known),
            ),
        )
    return known[number - 1]


def checked_text(text: str) -> str:
    """Return a note's text as it is kept, outer blank lines off. Raises UsageError."""
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        what = lazy_gettext("The note is not UTF-8 (character {n}).", n=error.start + 1)
        raise UsageError(
            what=what, hint=lazy_gettext("Save it as UTF-8; nothing was changed.")
        ) from None
    if n_bytes > MAX_BYTES:
        what = lazy_gettext(
            "The note is too large: {n} B, and the limit is {most} B.",
            n=in_thousands(n_bytes),
            most=in_thousands(MAX_BYTES),
        )
        raise UsageError(what=what, hint=lazy_gettext("Is it the right file? Nothing was changed."))
    return text.strip("\n")


def marked(library: Library, paper: LibraryPaper) -> tuple[Highlight, ...]:
    """List a paper's highlights that are there, in reading order."""
    states = highlights.highlights_of(library.db, paper.row)
    return tuple(one.highlight for one in shown(states) if one.gone_at is None)


def newest_note(library: Library, paper: LibraryPaper) -> Revision | None:
    """Return a paper's note as it stands, None where there is none."""
    known = notes.revisions(library.db, paper.row)
    return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """Two revisions, by number from 1, and the changes from one to the other."""

    first: int
    second: int
    old: Revision
    new: Revision
    changes: tuple[DiffLine, ...]


def compared(library: Library, paper: LibraryPaper, numbers: Sequence[int] = ()) -> RevisionDiff:
    """Compare two revisions that are named; one with the newest; else the last two.

    Raises UsageError where there are none to compare.
    """
    n_all = len(notes.revisions(library.db, paper.row))
    if not numbers and n_all < 2:
        what = lazy_ngettext(
            "The note on {title} has {n} revision.",
            "The note on {title} has {n} revisions.",
            n_all,
            title=plain(paper.record.title),
        )
        raise UsageError(what=what, hint=lazy_gettext("There is nothing to compare."))
    first, second = (*numbers, n_all)[:2] if numbers else (n_all - 1, n_all)
    old, new = revision(library, paper, first), revision(library, paper, second)
    return RevisionDiff(first, second, old, new, tuple(changes(old.text, new.text)))


def beginning_of(one: Revision) -> str:
    """Return the first sentences of a revision, in one line."""
    return plain(" ".join(islice(sentences(one.text), 5)) or one.text)


def check_note(
    library: Library, paper: LibraryPaper, text: str, encode: Encode | None = None
) -> Check:
    """Check own words against copied ones, sentence by sentence.

    encode: finds reworded and translated sentences; None where there is no model, and the
    check says so. Raises ModelError.
    """
    sources = sources_of(library, paper.row)
    if encode is None:
        return check(text, sources)
    near = ByMeaning(library, paper, encode)
    return check(text, sources, closeness=near.closeness, is_known=near.is_known)


def check_typed(
    library: Library, paper: LibraryPaper, text: str, encode: Encode | None
) -> Check | None:
    """Check a note that somebody writes or saves: by words alone where a model fails.

    None where index.db cannot be read.

    encode: the encoder of notes, None for none.
    """
    try:
        try:
            return check_note(library, paper, text, encode)
        except ModelError:
            return check_note(library, paper, text)  # what is copied counts as such
    except StoreError:
        return None  # the commands that need it say what is wrong


def sources_of(library: Library, row: int) -> list[SourceText]:
    """Collect a paper's texts: the abstract, the words that the person marked, the PDF's passages.

    In this order, as words that stand in several are said to be from the first.
    """
    (paper,) = papers.papers_at(library.db, [row])
    passages = index.passages_of(library.db, row)
    found = [
        SourceText(paper.record.title, "title"),
        SourceText(paper.record.abstract, "abstract"),
        *(SourceText(one.text, "highlight", one.page) for one in marked(library, paper)),
        *(SourceText(one.text, "passage", one.page) for one in passages),
    ]
    return [source for source in found if source.text.strip()]


class ByMeaning:
    """Compares sentences by meaning, with the encoder of notes and the passages' kept vectors.

    encode: returns the encoder's name and a text's unit vector (d,).
    """

    def __init__(self, library: Library, paper: LibraryPaper, encode: Encode) -> None:
        """Ask for the passages' vectors when they are needed first."""
        self._library, self._paper, self._encode = library, paper, encode
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._passages: frozenset[str] | None = None

    def is_known(self, passage: str) -> bool:
        """Tell whether a passage has its vector, so that it takes no time."""
        if self._passages is None:
            import numpy as np

            encoder, _ = self._encode(self._paper.record.title)
            kept = index.passage_vectors(self._library.db, encoder, self._paper.row)
            for text, vector in kept.items():
                self._vectors[text] = np.frombuffer(vector, np.float16).astype(np.float32)
            self._passages = frozenset(kept)
        return passage in self._passages

    def closeness(self, ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        """Compute the cosines of each text (row) with each of the others (column)."""
        import numpy as np

        # A thesis has a thousand passages, each of which is compared with each.
        rows, columns = (np.stack([self._vector(one) for one in texts]) for texts in (ours, theirs))
        found: list[list[float]] = (rows @ columns.T).tolist()
        return found

    def _vector(self, text: str) -> NDArray[np.float32]:
        # The sentences are asked for several times.
        if text not in self._vectors:
            self._vectors[text] = self._encode(text)[1]
        return self._vectors[text]
