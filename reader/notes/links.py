"""Tie notes together: earlier ones that are near, links that lead nowhere, who links here."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.base.words import phrase_term, query_terms
from reader.library.file_names import fold_name
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.notes.words import key_sentence, links_in, sentences
from reader.notes.write import AT_ONCE, newest_note
from reader.search.rows import full_text, index
from reader.search.similar import LIKE_LETTERS, READ_LETTERS, TELLING, query_words_of

if TYPE_CHECKING:
    from reader.search.protocol import Encode

SHOWN = 3
"""Earlier notes that are named beside a new one."""

MANY = 20
"""Notes found by words that may be linked already, for each that is shown."""

COMMON = 200
"""Notes with a word from which on it ties none of them together."""


@dataclass(frozen=True, slots=True)
class LinkedPaper:
    """A paper on one end of a link, or near enough for one; sentence: what its note says."""

    held: LibraryPaper
    sentence: str


@dataclass(frozen=True, slots=True)
class NearNotes:
    """The earlier notes nearest to a note, nearest first; is_by_words: no vector was there."""

    notes: tuple[LinkedPaper, ...]
    is_by_words: bool


def related(
    library: Library,
    held: LibraryPaper,
    text: str,
    *,
    encode: Encode | None = None,
    limit: int = SHOWN,
) -> NearNotes:
    """Find the notes nearest to a paper's note, by meaning in any language and by words.

    encode: as for `add_note`; None: words alone. What the text links to already, and the
    paper's own note, are left out.
    """
    near: list[int] = []
    encoded: set[int] = set()
    is_by_words = True
    if encode is not None:
        with contextlib.suppress(ModelError):  # words answer alone, and the caller is told
            near, encoded = _by_meaning(library, text, encode)
            is_by_words = False
    near += [row for row in _by_words(library, text, limit) if row not in encoded]
    left_out = {held.row, *(row for _, row in targets(library, links_in(text)))}
    chosen = [row for row in dict.fromkeys(near) if row not in left_out][:limit]
    at = {one.row: one for one in papers.papers_at(library.db, chosen)}
    return NearNotes(tuple(_said(library, at[row]) for row in chosen), is_by_words)


def _by_meaning(library: Library, text: str, encode: Encode) -> tuple[list[int], set[int]]:
    from reader.search.nearness import near_notes

    encoder, vector = encode(text if len(text) <= AT_ONCE else text[:LIKE_LETTERS])
    return near_notes(library, vector, encode, encoder)


def _by_words(library: Library, text: str, limit: int) -> list[int]:
    """Rank the papers whose notes have telling words of a text."""
    words = query_terms(_telling_words(library, text))
    if not words:
        return []
    found = full_text.find_words(library.db, "note", words, limit=SHOWN * MANY + limit)
    texts = index.texts_at(library.db, [row for row, _ in found])
    return [texts[row].paper for row, _ in found if row in texts]


def backlinks(library: Library, row: int) -> list[LinkedPaper]:
    """List the papers whose notes link to this one, each with the sentence that does."""
    rows = {fold_name(key): now for key, now in notes.papers_by_key(library.db).items()}
    found: list[tuple[int, str]] = []
    for paper, text in notes.notes_with_links(library.db):
        keys = [key for key in links_in(text) if rows.get(fold_name(key)) == row]
        if keys and paper != row:
            found.append((paper, _sentence_with(text, keys)))
    held = {one.row: one for one in papers.papers_at(library.db, [paper for paper, _ in found])}
    return [LinkedPaper(held[paper], sentence) for paper, sentence in found]


def links_of(library: Library, text: str) -> list[LinkedPaper]:
    """List the papers that a note links to, in its order."""
    rows = [row for _, row in targets(library, links_in(text)) if row]
    held = {one.row: one for one in papers.papers_at(library.db, rows)}
    return [_said(library, held[row]) for row in dict.fromkeys(rows) if row in held]


def linked_ids(library: Library, text: str) -> dict[str, str]:
    """Give the papers' ids that the keys in a text lead to; of keys of no paper nothing."""
    found = targets(library, links_in(text))
    held = {one.row: one.paper.id for one in papers.papers_at(library.db, [r for _, r in found])}
    return {key: held[row] for key, row in found if row in held}


def lost_links(library: Library, text: str) -> list[tuple[str, str]]:
    """List the keys that a note links to and no paper has, each with the likest one or ""."""
    lost = [key for key, row in targets(library, links_in(text)) if not row]
    if not lost:
        return []
    keys = list(notes.papers_by_key(library.db))
    return [(key, next(iter(difflib.get_close_matches(key, keys, n=1)), "")) for key in lost]


def target_of(library: Library, inside: str) -> LibraryPaper | None:
    """Give the paper to which `[[inside]]` leads, None for none."""
    rows = [row for _, row in targets(library, links_in(f"[[{inside}]]")) if row]
    return next(iter(papers.papers_at(library.db, rows)), None)


def targets(library: Library, keys: Collection[str]) -> list[tuple[str, int]]:
    """Give the paper that each key leads to, 0 for none; case and composition do not count."""
    if not keys:
        return []
    known = notes.papers_by_key(library.db)
    rows = known | {fold_name(key): row for key, row in known.items()}
    return [(key, rows.get(key) or rows.get(fold_name(key), 0)) for key in keys]


def _said(library: Library, held: LibraryPaper) -> LinkedPaper:
    note = newest_note(library, held)
    return LinkedPaper(held, key_sentence(note.text) if note else "")


def _sentence_with(text: str, keys: Collection[str]) -> str:
    """Give the sentence in which one of the links stands, else what the note says."""
    for sentence in sentences(text):
        if set(links_in(sentence)) & set(keys):
            return sentence
    return key_sentence(text)


def _telling_words(library: Library, text: str) -> str:
    """Choose the words of a note that fewest others have, among those that some have."""
    found: list[tuple[int, str]] = []
    for word in query_words_of(text[:READ_LETTERS]):
        term = phrase_term(word)
        n = full_text.n_having(library.db, term, limit=COMMON, kind="note") if term else 0
        if 1 < n < COMMON:  # the note itself is one of them
            found.append((n, word))
    return " ".join(word for _, word in sorted(found)[:TELLING])
