"""Search a shared index beside the library's own, and send it what it lacks.

Nothing here imports psycopg unless feeds.toml names a shared index.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reader.base.errors import Problem, SourceFailed
from reader.base.messages import lazy_gettext
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.search.encode import EncoderTools
from reader.search.evidence import WordStatistics, bm25, has_term
from reader.search.indexes import (
    MANY,
    Index,
    IndexEntry,
    IndexKey,
    Ranked,
    SharedKind,
    WordQuery,
    weighted,
)
from reader.search.rows import index, vector_files
from reader.search.rows.index import Kind, Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.rows.shared import SharedIndex

SENT_AT_ONCE = 200
"""Papers that are sent in one transaction: some thousand passages."""


@dataclass
class SharedSearch:
    """Searches a shared index for one library.

    index: None once it has failed; error says why. texts, held: what it found that the library
    lacks, by their rows, which are negative; a text of a paper that the library has names the
    library's row.
    """

    library: Library
    index: SharedIndex | None
    error: SourceFailed | None = None
    texts: dict[int, Text] = field(default_factory=dict)
    held: dict[int, LibraryPaper] = field(default_factory=dict)

    def join(
        self,
        kind: Kind,
        words: WordQuery,
        own: tuple[Ranked, Ranked],
        vector: tuple[str, NDArray[np.float32]] | None,
        *,
        limit: int,
    ) -> tuple[Ranked, Ranked]:
        """Join rankings by words and by meaning with the shared ones, as if all were one index.

        vector: the encoder, and the query's vector. After an error it returns what it is given.
        """
        if self.index is None or kind == "note" or kind == "highlight":
            return own
        try:
            found = self.index.by_words(kind, words, limit=limit)
            near = self.index.by_vector(kind, *vector, limit=limit) if vector else []
            new = self._new(self.index, kind, [row for row, _ in [*found, *near]])
            known = self.index.statistics(kind, [*words.required, *words.counts])
        except SourceFailed as error:
            self.index, self.error = None, error
            return own
        self.texts |= new
        texts = [new[row] for row, _ in found if row in new]
        texts += index.texts_at(self.library.db, [row for row, _ in own[0]]).values()
        both = self._with_own(kind, known)
        by_words = [(text.row, bm25(weighted(text), both)) for text in texts]
        fits = (row for row, _ in near if row in new and _fits(new[row], words))
        cosines = dict(near)
        by_meaning = [*own[1], *((row, cosines[row]) for row in fits)]
        first, second = (
            sorted(several, key=lambda item: -item[1])[:limit] for several in (by_words, by_meaning)
        )
        return first, second

    def _with_own(self, kind: Kind, known: WordStatistics) -> WordStatistics:
        """Add the library's own texts to the counts; their mean length is taken to be alike."""
        db = self.library.db
        having = {
            term: n + index.n_having(db, term, limit=MANY + 1, kind=kind)
            for term, n in known.having.items()
        }
        return replace(known, n_texts=known.n_texts + index.n_without_vector(db, ""), having=having)

    def _new(self, shared: SharedIndex, kind: Kind, rows: Sequence[int]) -> dict[int, Text]:
        """Select the texts of papers of which the library has no text of this kind."""
        db = self.library.db
        texts = shared.texts_at(list(dict.fromkeys(rows)))
        theirs = shared.papers_at({text.paper for text in texts.values()})
        named = papers.rows_with_ids(db, [i for paper, _ in theirs.values() for i in paper.ids])
        own = {
            row: next((named[i] for i in paper.ids if i in named), 0)
            for row, (paper, _) in theirs.items()
        }
        has_texts = set(index.papers_of(db, index.rows_of(db, kind, list(set(own.values())))))
        here = {held.row: held for held in papers.papers_at(db, set(own.values()))}
        new: dict[int, Text] = {}
        for row, text in texts.items():
            known = own.get(text.paper, 0)
            if known in has_texts or (known in here and here[known].is_removed):
                continue
            paper, added_on = theirs[text.paper]
            if not known:
                self.held[text.paper] = LibraryPaper(text.paper, paper, "candidate", added_on)
            new[row] = replace(text, paper=known or text.paper)
        return new


def _fits(text: Text, words: WordQuery) -> bool:
    """Check a text that was found by meaning for the words that it must have, or not."""
    return all(has_term(text.text, term) for term in words.required) and not any(
        has_term(text.text, term) for term in words.left_out
    )


def texts_at(library: Library, shared: SharedSearch | None, rows: Sequence[int]) -> dict[int, Text]:
    """Load texts of the library, and those that a shared index found."""
    found = index.texts_at(library.db, [row for row in rows if row > 0])
    theirs = shared.texts if shared else {}
    return found | {row: theirs[row] for row in rows if row in theirs}


def papers_at(
    library: Library, shared: SharedSearch | None, rows: Sequence[int]
) -> dict[int, LibraryPaper]:
    """Load papers of the library, and those that a shared index found."""
    found = {held.row: held for held in papers.papers_at(library.db, rows)}
    return found | (shared.held if shared else {})


@contextlib.contextmanager
def shared_search(library: Library) -> Iterator[SharedSearch | None]:
    """Open the shared index for searching; None where feeds.toml names none."""
    settings = library.config.index
    if not settings.url:
        yield None
        return
    with contextlib.ExitStack() as stack:
        found = SharedSearch(library, None)
        try:
            opened = _opener()(settings.search_url or settings.url, timeout_s=settings.timeout_s)
            found.index = stack.enter_context(opened)
        except SourceFailed as error:
            found.error = error
        yield found


def share(library: Library, tools: EncoderTools) -> list[Problem]:
    """Send the shared index what it lacks of the library's papers; a failure is a problem."""
    settings = library.config.index
    if not settings.url:
        return []
    try:
        opened = _opener()(settings.url, timeout_s=settings.timeout_s, may_change=True)
        with opened as shared:
            send(library, shared, tools)
            shared.index_vectors()
    except SourceFailed as error:
        tools.progress("share", 0, 0)
        return [Problem("share", str(error.source), error)]
    return []


def send(library: Library, to: Index, tools: EncoderTools) -> None:
    """Add the papers that another index lacks, with passages and vectors, some at a time.

    Only papers with an address of their own: a PDF without one may be a person's draft.
    """
    kinds: dict[int, list[SharedKind]] = {}
    for row, kind in vector_files.papers_with_texts(library.db):
        kinds.setdefault(row, []).append("paper" if kind == "paper" else "passage")
    rows = list(kinds)
    for start in range(0, len(rows), SENT_AT_ONCE):
        tools.progress("share", start, len(rows))
        some = papers.papers_at(library.db, rows[start : start + SENT_AT_ONCE])
        wanted = {
            IndexKey(held.paper.id, held.paper.version or 0, kind): held
            for held in some
            if url_of(held.paper.id)
            for kind in kinds[held.row]
        }
        missing = to.missing(tools.encoder_name, list(wanted))
        entries = [_entry(library, wanted[key], key.kind, tools.encoder_name) for key in missing]
        if entries:
            to.add(tools.encoder_name, entries)
    tools.progress("share", len(rows), len(rows))


def _entry(library: Library, held: LibraryPaper, kind: SharedKind, encoder: str) -> IndexEntry:
    found = vector_files.encoded_texts(library.db, encoder, held.row, kind)
    vectors = tuple(vector for _, vector in found if vector is not None)
    is_encoded = len(vectors) == len(found)
    texts = tuple(text for text, _ in found)
    return IndexEntry(held.paper, kind, texts, vectors if is_encoded else ())


def _opener() -> Callable[..., contextlib.AbstractContextManager[SharedIndex]]:
    """Import what needs psycopg. Raises SourceFailed where that is not installed."""
    try:
        from reader.search.rows.shared import opened
    except ImportError as error:
        raise SourceFailed(
            source="PostgreSQL",
            what=lazy_gettext("psycopg is not installed"),
            hint=lazy_gettext("Install it: pip install 'asayomi[postgres]'"),
        ) from error
    return opened
