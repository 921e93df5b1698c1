"""Join the notes that imports brought without a paper to their papers, as soon as these are here.

A note is joined where it is sure: by the one paper that it names by an id or a link, or by that
paper's whole title. It becomes a revision with its own date, after the words that are there.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import lazy_gettext
from reader.base.tex import title_text
from reader.base.text import plain, visible
from reader.base.words import (
    address_words,
    is_cjk,
    phrase_term,
    query_words,
    says_something,
    words_in_order,
)
from reader.gathering.imports.item import ImportedNote, LooseNote
from reader.library.file_names import file_stem
from reader.library.folder import Library
from reader.library.identity import title_fold
from reader.library.ids import find_ids
from reader.library.paper import LibraryPaper, Paper
from reader.library.query import Filter, Part, QueryTerm, is_true, parse
from reader.library.rows import doubles, imports, merges, papers
from reader.notes.rows import notes
from reader.notes.rows.notes import WaitingNote
from reader.notes.words import is_written
from reader.notes.write import check_typed, checked_text
from reader.search.evidence import evidence, note_words
from reader.search.rows import index

KnownBy = Literal["", "id", "title", "pdf"]
"""By what a paper was recognised; "" where it was not."""

SHORTEST_TITLE = 12
"""Letters of a title by which a note is joined: "BERT" or "Ideas" may be about anything."""


@dataclass(frozen=True, slots=True)
class JoinedNote:
    """A note that became a revision of its paper."""

    note: WaitingNote
    paper: LibraryPaper
    known_by: KnownBy


def keep(library: Library, one: imports.Import, note: LooseNote, sha256: str) -> int:
    """Store a note of an import, in the open transaction; returns its number. Raises UsageError
    for what cannot be a note. sha256: as `hash_of`."""
    title = plain(note.title) or plain(note.text)[:80] or str(note.place)
    fold = title_fold(title)
    waits = WaitingNote(
        id=0,
        imported=one.id,
        place=str(note.place),
        title=title,
        text=checked_text(visible(note.text)).strip(),
        notebook=plain(note.notebook),
        tags=tuple(filter(None, map(plain, note.tags))),
        created_at=note.created_at,
        at=note.at,
        ids=ids_named(note),
    )
    fold = fold if len(fold) >= SHORTEST_TITLE else ""
    return notes.add_waiting(library.db, waits, fold=fold, sha256=sha256)


def hash_of(note: LooseNote, copy: int = 0) -> str:
    """Hash what makes a note the same one in two exports. copy: how many notes before it in its
    own export are the same."""
    parts = (note.title, note.text, str(note.created_at or ""), str(copy or ""))
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def ids_named(note: LooseNote) -> tuple[str, ...]:
    """List the ids of the paper that a note names: those of its title and address, else the only
    one in its text. Several there may be those of papers that it compares."""
    named = dict.fromkeys(i.id for text in (note.title, *note.named) for i in find_ids(text))
    if named:
        return tuple(named)
    in_text = dict.fromkeys(i.id for i in find_ids(note.text))
    return tuple(in_text) if len(in_text) == 1 else ()


def recognised(library: Library, ids: Sequence[str], title: str) -> tuple[int | None, KnownBy]:
    """Find the one paper here that a note is surely about, by its ids or else its title."""
    db = library.db
    rows = {merges.row_now(db, row) for row in papers.rows_with_ids(db, ids).values()}
    if rows:
        [row, *others] = rows
        return (None, "") if others or merges.is_removed(db, row) else (row, "id")
    matching = None
    if len(title_fold(title)) >= SHORTEST_TITLE:
        matching = doubles.row_with_title(db, Paper(("pdf:0",), title))
    if matching is None or merges.is_removed(db, matching):
        return None, ""
    # Another number of the same scheme is that of another paper with this title.
    [paper] = papers.papers_at(db, [matching])
    is_other = {_scheme(id_) for id_ in ids} & {_scheme(id_) for id_ in paper.record.ids}
    return (None, "") if is_other else (matching, "title")


def join_waiting(library: Library) -> list[JoinedNote]:
    """Join all waiting notes whose papers are here, each in its own transaction."""
    joined = []
    for note in notes.waiting_named(library.db):
        row, known_by = recognised(library, note.ids, note.title)
        # A paper's note has an end too: what is too long waits on.
        with contextlib.suppress(UsageError):
            if row is not None:
                joined.append(JoinedNote(note, join(library, note, row), known_by))
    return joined


def _scheme(id_: str) -> str:
    return id_.partition(":")[0]


def join(library: Library, note: WaitingNote, row: int) -> LibraryPaper:
    """Make a waiting note a revision of a paper; returns the paper as it stands then."""
    db = library.db
    with db.writing():
        [paper] = papers.papers_at(db, [merges.row_now(db, row)])
        before = imports.newest_ids(db)["note"]
        words = (
            note.text if title_fold(note.title) == title_fold(paper.record.title) else note.words
        )
        number = add_words(library, paper, ImportedNote(words or note.title, note.at))
        notes.join_waiting(db, note.id, number)
        one = imports.with_number(db, note.imported)
        imports.add_made(db, one, paper.row, "note", [number] if number > before else [])
        imports.add_made(db, one, paper.row, "tag", note.tags)
        imports.add_made(db, one, paper.row, "collection", [note.notebook] if note.notebook else [])
    index.add_note_text(db, paper.row)
    return papers.papers_at(db, [paper.row])[0]


@dataclass(frozen=True, slots=True)
class WaitingHit:
    """A waiting note that a search found. evidence: the sentence that has most of the words.
    matches: where they stand in it."""

    note: WaitingNote
    evidence: str
    matches: tuple[tuple[int, int], ...]


def search_waiting(library: Library, query: str, *, limit: int) -> list[WaitingHit]:
    """Find the waiting notes that have all words of a query, the newest first. Raises QueryError.

    A filter is about a paper, so none is true of them. Nothing is compared by meaning.
    """
    parsed = parse(query)
    words = [w for w in parsed.words.split() if says_something(w) and phrase_term(w)]
    needed = [QueryTerm(word) for word in (*words, *parsed.phrases)]
    left_out = [QueryTerm(word, is_not=True) for word in parsed.without]
    parts = (*needed, *left_out, *parsed.filters, *parsed.groups)
    # Letters are compared first, since splitting a thousand notes into words takes a second. The
    # first ones stand in each spelling: "study", "Studies"; サーバ, サーバー.
    tokens = [token for word in words for token in query_words(word)]
    beginnings = [token[:1] if is_cjk(token) else token[:3] for token in tokens]
    several = notes.waiting_with(library.db, beginnings) if parsed.all_words.strip() else ()
    found = (one for one in several if _has(one, parts))
    return [
        WaitingHit(note, best.text, best.matches)
        for note in islice(found, limit)
        for best in [evidence(note.words, parsed.all_words, as_text=title_text, in_addresses=False)]
    ]


def _has(note: WaitingNote, parts: Sequence[Part]) -> bool:
    """Check whether the words of a note are as each part of a query wants them."""
    text = f" {' '.join(words_in_order(note_words(note.words)))} "

    def is_there(leaf: QueryTerm | Filter) -> bool:
        # The expression of the full text is a run of words, the last one maybe only begun.
        if not isinstance(leaf, QueryTerm) or not (term := phrase_term(leaf.text)):
            return False
        if any(f" {word} " in text for word in address_words(leaf.text)):
            return True
        return (f" {term[1:-2]}" if term[-1] == "*" else f" {term[1:-1]} ") in text

    return all(is_true(part, is_there) for part in parts)


def give(library: Library, number: int, paper: LibraryPaper) -> LibraryPaper:
    """Join a waiting note to the paper that a person names; returns it as it stands then.

    Raises NotKnown, UsageError."""
    return join(library, waiting_note(library, number), paper.row)


def waiting_note(library: Library, number: int) -> WaitingNote:
    """Find a waiting note by its number. Raises UsageError where it was joined, NotKnown."""
    hint = lazy_gettext("`reader note --waiting` lists the notes that wait.")
    if found := notes.waiting(library.db, number):
        return found[0]
    if (row := notes.paper_joined(library.db, number)) is not None:
        [paper] = papers.papers_at(library.db, [merges.row_now(library.db, row)])
        title = title_text(paper.record.title)
        what = lazy_gettext("This note was given to a paper already: {title}", title=title)
        raise UsageError(what=what, hint=hint)
    raise NotKnown(what=lazy_gettext("There is no waiting note {n}.", n=number), hint=hint)


def add_words(library: Library, paper: LibraryPaper, note: ImportedNote) -> int:
    """Append an imported note to a paper's, in the open transaction; returns the revision that has
    its words, which may be one that was there. Raises UsageError for what cannot be a note.

    A revision is the whole note, so each one keeps the words before it.
    """
    db, now = library.db, library.now()
    words = checked_text(visible(note.text)).strip()
    known = notes.revisions(db, paper.row)
    for one in known:
        if words in one.text:
            return one.id
    text = f"{known[-1].text}\n\n{words}" if known else words
    check = check_typed(library, paper, text, None)
    written = is_written(text) and not (check and check.is_mostly_copied)
    # A clock that went wrong there must not make a moment that is still to come.
    at: datetime = min(note.at or now, now)
    on = library.day_of(at)
    # Links and the note's file need the key. A topic is only what the source said.
    papers.fix_key(db, paper.row, file_stem(paper.record, library.config.pdf_name))
    return notes.add_note(db, paper.row, text, is_written=written, came_from="file", at=at, on=on)
