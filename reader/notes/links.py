"""Connect notes: find earlier ones that are near, links that lead nowhere, and backlinks."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.base.tex import title_text
from reader.base.text import WIKI_LINK, shorten_between_words
from reader.base.words import phrase_term, query_terms
from reader.library.file_names import fold_name
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.rows import notes
from reader.notes.rows.exports import newest_texts
from reader.notes.words import key_of, key_sentence, links_in, sentences
from reader.notes.write import AT_ONCE
from reader.search.find import LIKE_LETTERS, READ_LETTERS, TELLING
from reader.search.rows import index
from reader.search.terms import query_words_of

if TYPE_CHECKING:
    from reader.search.encode import Encode

SHOWN = 3
"""How many earlier notes are named beside a new one."""

MANY = 20
"""How many notes are found by words for each one that is shown, as some may be linked already."""

COMMON = 200
"""How many notes with a word make it too common to connect any of them."""


@dataclass(frozen=True, slots=True)
class LinkedPaper:
    """A paper on one end of a link, or near enough for one.

    sentence: of its note, the key sentence, or in a backlink the one that links, with titles in
    place of `[[key]]`.
    """

    paper: LibraryPaper
    sentence: str


@dataclass(frozen=True, slots=True)
class NearNotes:
    """The earlier notes nearest to a note, nearest first; is_by_words: no vector was there."""

    notes: tuple[LinkedPaper, ...]
    is_by_words: bool


def related(
    library: Library,
    paper: LibraryPaper,
    text: str,
    *,
    encode: Encode | None = None,
) -> NearNotes:
    """Find the notes nearest to a paper's note, by meaning in any language and by words.

    encode: as for `add_note`; None: words alone. What the text links to already, and the
    paper's own note, are left out.
    """
    near: list[int] = []
    encoded: set[int] = set()
    is_by_words = True
    if encode is not None:
        from reader.search.near import near_notes

        # Of a note that is too long for a vector of its own, its beginning is compared.
        with contextlib.suppress(ModelError):  # words answer alone, and the caller is told
            encoder, vector = encode(text if len(text) <= AT_ONCE else text[:LIKE_LETTERS])
            near, encoded = near_notes(library, vector, encode, encoder)
            is_by_words = False
    near += [row for row in _near_by_words(library, text) if row not in encoded]
    left_out = {paper.row, *(row for _, row in targets(library, links_in(text)))}
    chosen = [row for row in dict.fromkeys(near) if row not in left_out][:SHOWN]
    return NearNotes(tuple(_with_sentences(library, chosen)), is_by_words)


def _near_by_words(library: Library, text: str) -> list[int]:
    """Rank the papers whose notes have the rarest words of a text, of those that any other note
    has."""
    telling: list[tuple[int, str]] = []
    for word in query_words_of(text[:READ_LETTERS]):
        term = phrase_term(word)
        n = index.n_having(library.db, term, limit=COMMON, kind="note") if term else 0
        if 1 < n < COMMON:  # the note itself is one of them
            telling.append((n, word))
    words = query_terms(" ".join(word for _, word in sorted(telling)[:TELLING]))
    if not words:
        return []
    found = index.find_words(library.db, "note", words, limit=SHOWN * MANY + SHOWN)
    texts = index.texts_at(library.db, [row for row, _ in found])
    return [texts[row].paper for row, _ in found if row in texts]


def backlinks(library: Library, row: int) -> list[LinkedPaper]:
    """Find the papers whose notes link to this one, each with the sentence that does."""
    own = {fold_name(key) for key in notes.keys_of(library.db, row)}
    found: dict[int, str] = {}
    for paper, text in notes.notes_with_links(library.db):
        keys = {key for key in links_in(text) if fold_name(key) in own}
        if keys and paper != row:
            linking = (one for one in sentences(text) if keys & set(links_in(one)))
            found[paper] = next(linking, "") or key_sentence(text)
    return _linked(library, found)


def links_of(library: Library, text: str) -> list[LinkedPaper]:
    """List the papers that a note links to, in its order."""
    rows = dict.fromkeys(row for _, row in targets(library, links_in(text)) if row)
    return _with_sentences(library, rows)


def papers_by_link(library: Library, text: str) -> dict[str, LibraryPaper]:
    """Return key → paper for the keys in a text, without keys of no paper."""
    found = targets(library, links_in(text))
    by_row = {one.row: one for one in papers.papers_at(library.db, [r for _, r in found])}
    return {key: by_row[row] for key, row in found if row in by_row}


def lost_links(library: Library, text: str) -> list[tuple[str, str]]:
    """Find the keys in a note that no paper has, each with the most similar known key, or ""."""
    lost = [key for key, row in targets(library, links_in(text)) if not row]
    if not lost:
        return []
    keys = list(notes.papers_by_key(library.db))
    return [(key, next(iter(difflib.get_close_matches(key, keys, n=1)), "")) for key in lost]


def target_of(library: Library, inside: str) -> LibraryPaper | None:
    """Find the paper to which `[[inside]]` leads, None for none."""
    rows = [row for _, row in targets(library, links_in(f"[[{inside}]]")) if row]
    return next(iter(papers.papers_at(library.db, rows)), None)


def targets(library: Library, keys: Collection[str]) -> list[tuple[str, int]]:
    """Find the paper that each key leads to, 0 for none; case and composition do not count."""
    if not keys:
        return []
    known = notes.papers_by_key(library.db)
    # As it is typed first: keys from before `keys` was kept may differ in case alone.
    rows = known | {fold_name(key): row for key, row in known.items()}
    return [(key, rows.get(key) or rows.get(fold_name(key), 0)) for key in keys]


def _with_sentences(library: Library, rows: Collection[int]) -> list[LinkedPaper]:
    """Read papers in this order, each with the key sentence of its note."""
    texts = newest_texts(library.db, rows)
    return _linked(library, {row: key_sentence(texts.get(row, "")) for row in rows})


def _linked(library: Library, key_sentences: Mapping[int, str]) -> list[LinkedPaper]:
    """Read papers in this order, each with its sentence, in which a link reads as a title."""
    rows = dict(targets(library, links_in(" ".join(key_sentences.values()))))
    every = {
        paper.row: paper for paper in papers.papers_at(library.db, {*key_sentences, *rows.values()})
    }

    def name(link: re.Match[str]) -> str:
        words = link[1].partition("|")[2].strip()
        target = every.get(rows.get(key_of(link[1]), 0))
        return words or (f"“{_title(target)}”" if target else link[0])

    return [
        LinkedPaper(every[row], WIKI_LINK.sub(name, key_sentences[row]))
        for row in key_sentences
        if row in every
    ]


def _title(paper: LibraryPaper) -> str:
    return shorten_between_words(title_text(paper.record.title), 60)
