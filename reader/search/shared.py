"""Search a shared index beside the library's own, and send it what it lacks.

Nothing here imports psycopg unless feeds.toml names a shared index.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reader.base.errors import Problem, SourceFailed
from reader.base.messages import lazy_gettext
from reader.library.config import IndexSettings
from reader.library.folder import Library
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import papers
from reader.search.evidence import WordStatistics, bm25, has_term
from reader.search.indexes import (
    MANY,
    SHARED_KINDS,
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

    from reader.search.encode import EncoderTools
    from reader.search.rows.dictionary import DictionaryUnread
    from reader.search.rows.shared import SharedIndex

FILTERED = 2
"""How many times as many texts of the shared index are ranked where a query has filters, which are
applied afterwards."""

AWAY = timedelta(minutes=1)

Failures = dict[str, tuple[datetime, SourceFailed]]
"""When a shared index failed last, by its address, and why."""

SENT_AT_ONCE = 200
"""Papers that are sent in one transaction: some thousand passages."""


@dataclass
class Indexes:
    """The library's own index and the shared one beside it, searched as if they were one.

    shared: None where there is none, and once it has failed; error says why. texts, papers: what it
    found that the library lacks, by their rows, which are negative; a text of a paper that the
    library has names the library's row. dictionary_error: why no dictionary could be read.
    """

    library: Library
    shared: SharedIndex | None = None
    error: SourceFailed | None = None
    texts: dict[int, Text] = field(default_factory=dict)
    papers: dict[int, LibraryPaper] = field(default_factory=dict)
    dictionary_error: DictionaryUnread | None = None

    @property
    def are_several(self) -> bool:
        """Check whether another index was searched, or should have been."""
        return self.shared is not None or self.error is not None

    def texts_at(self, rows: Sequence[int]) -> dict[int, Text]:
        """Load texts of the library, and those that the shared index found."""
        found = index.texts_at(self.library.db, [row for row in rows if row > 0])
        return found | {row: self.texts[row] for row in rows if row in self.texts}

    def papers_at(self, rows: Sequence[int]) -> dict[int, LibraryPaper]:
        """Load papers of the library, and those that the shared index found."""
        return {paper.row: paper for paper in papers.papers_at(self.library.db, rows)} | self.papers

    def known(self, terms: Sequence[str]) -> set[str]:
        """Select the terms that some text of an index has."""
        here = {term for term in terms if index.n_having(self.library.db, term, limit=1)}
        there = self._counted([term for term in terms if term not in here])
        return here | {term for term, n in there.items() if n}

    def most_used(self, words: Iterable[str]) -> str:
        """Find the one of some plain words that most texts have, "" where no text has any.

        The library's own words come first.
        """
        several = sorted(words)
        if found := index.most_used(self.library.db, several):
            return found
        counts = self._counted([f'"{word}"' for word in several])
        best = max(counts, key=counts.__getitem__, default="")
        return best.strip('"') if best and counts[best] else ""

    def newest_papers(self, term: str, *, limit: int) -> list[Text]:
        """Load the newest titles and abstracts with a term, the library's own before others."""
        db = self.library.db
        rows = index.newest_having(db, "paper", term, limit=limit)
        found = list(index.texts_at(db, rows).values()) if rows else []
        if self.shared is not None and len(found) < limit:
            with self._failing():
                found += self.shared.newest_having("paper", term, limit=limit - len(found))
        return found

    def n_by_family(self, folds: Set[str]) -> dict[str, int]:
        """Count the papers by folded family names, in all indexes; others are left out."""
        found = Counter(papers.n_by_family(self.library.db, folds))
        if self.shared is not None:
            with self._failing():
                found.update(self.shared.n_by_family(folds))
        return found

    def n_papers(self, term: str, *, limit: int) -> int:
        """Count titles and abstracts with a term in all indexes, the library's up to `limit`."""
        n = index.n_having(self.library.db, term, limit=limit, kind="paper")
        if n < limit and self.shared is not None:
            with self._failing():
                n += self.shared.statistics("paper", [term]).having[term]
        return n

    def by_families(
        self,
        folds: Set[str],
        year: int | None,
        words: WordQuery,
        *,
        limit: int,
        fits: Callable[[Paper, str], bool] | None = None,
    ) -> list[tuple[int, int, bool]]:
        """Select the shared titles and abstracts by authors with some folded family names.

        Returns (text, families, of the year), best first. words: that the texts must have, or not.
        fits: as for `join`.
        """
        found: list[tuple[int, int, bool]] = []
        if self.shared is not None:
            with self._failing():
                found = self.shared.by_families(folds, year, limit=limit)
                self.texts |= self._new(self.shared, "paper", [row for row, *_ in found], fits)
        return [one for one in found if one[0] in self.texts and _fits(self.texts[one[0]], words)]

    def _counted(self, terms: Sequence[str]) -> dict[str, int]:
        """Count the texts of the shared index that have each term; empty without one."""
        counts = Counter[str]()
        if terms and self.shared is not None:
            with self._failing():
                for kind in SHARED_KINDS:
                    counts.update(self.shared.statistics(kind, terms).having)
        return counts

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """Leave the shared index out once it fails."""
        try:
            yield
        except SourceFailed as error:
            self.shared, self.error = None, error

    def join(
        self,
        kind: Kind,
        words: WordQuery,
        own: tuple[Ranked, Ranked],
        vector: tuple[str, NDArray[np.float32]] | None,
        *,
        limit: int,
        fits: Callable[[Paper, str], bool] | None = None,
    ) -> tuple[Ranked, Ranked]:
        """Join rankings by words and by meaning with the shared ones.

        vector: the encoder, and the query's vector. fits: checks a paper and its text for the
        filters; None without any. After an error it returns what it is given.
        """
        if self.shared is None or kind == "note" or kind == "highlight":
            return own
        depth = limit if fits is None else FILTERED * limit
        with self._failing():
            found = self.shared.by_words(kind, words, limit=depth)
            near = self.shared.by_vector(kind, *vector, limit=depth) if vector else []
            new = self._new(self.shared, kind, [row for row, _ in [*found, *near]], fits)
            known = self.shared.statistics(kind, [*words.required, *words.counts])
            share_there = self._share_there(self.shared, kind, [row for row, _ in own[0]])
        if self.error is not None:
            return own
        self.texts |= new
        texts = [new[row] for row, _ in found if row in new]
        texts += index.texts_at(self.library.db, [row for row, _ in own[0]]).values()
        both = self._with_own(kind, known, share_there)
        by_words = [(text.row, bm25(weighted(text), both)) for text in texts]
        cosines = dict(near)
        rows = (row for row, _ in near if row in new and _fits(new[row], words))
        by_meaning = [*own[1], *((row, cosines[row]) for row in rows)]
        first, second = (
            sorted(several, key=lambda item: -item[1])[:limit] for several in (by_words, by_meaning)
        )
        return first, second

    def _share_there(self, shared: SharedIndex, kind: SharedKind, rows: Sequence[int]) -> float:
        """Measure which share of the papers of some own texts the shared index has too, 0 to 1."""
        db = self.library.db
        keys = [
            IndexKey(paper.record.id, 0, kind)
            for paper in papers.papers_at(db, index.papers_of(db, rows))
        ]
        return 1 - len(shared.missing("", keys)) / len(keys) if keys else 0.0

    def _with_own(self, kind: Kind, known: WordStatistics, share_there: float) -> WordStatistics:
        """Add the library's own texts to the counts, but for the share that is counted already;
        their mean length is taken to be alike."""
        db, part = self.library.db, 1 - share_there
        having = {
            term: n + round(part * index.n_having(db, term, limit=MANY + 1, kind=kind))
            for term, n in known.having.items()
        }
        n_own = round(part * index.n_without_vector(db, ""))
        return replace(known, n_texts=known.n_texts + n_own, having=having).chosen()

    def _new(
        self,
        shared: SharedIndex,
        kind: Kind,
        rows: Sequence[int],
        fits: Callable[[Paper, str], bool] | None,
    ) -> dict[int, Text]:
        """Select the texts that fit, of papers of which the library has no text of this kind."""
        db = self.library.db
        texts = shared.texts_at(list(dict.fromkeys(rows)))
        theirs = shared.papers_at({text.paper for text in texts.values()})
        named = papers.rows_with_ids(db, [i for paper, _ in theirs.values() for i in paper.ids])
        own = {
            row: next((named[i] for i in paper.ids if i in named), 0)
            for row, (paper, _) in theirs.items()
        }
        has_texts = set(index.papers_of(db, index.rows_of(db, kind, list(set(own.values())))))
        here = {one.row: one for one in papers.papers_at(db, set(own.values()))}
        new: dict[int, Text] = {}
        for row, text in texts.items():
            known = own.get(text.paper, 0)
            if known in has_texts or (known in here and here[known].is_removed):
                continue
            paper, added_on = theirs[text.paper]
            if fits is not None and not fits(paper, text.text):
                continue
            if not known:
                self.papers[text.paper] = LibraryPaper(text.paper, paper, "candidate", added_on)
            new[row] = replace(text, paper=known or text.paper)
        return new


def _fits(text: Text, words: WordQuery) -> bool:
    """Check a text that was found by meaning for the words that it must have, or not."""
    return all(has_term(text.text, term) for term in words.required) and not any(
        has_term(text.text, term) for term in words.left_out
    )


@contextlib.contextmanager
def searched(
    library: Library, failed: Failures | None = None, *, wait_s: int | None = None
) -> Iterator[Indexes]:
    """Open the indexes that feeds.toml names, for searching.

    failed: of a server, which does not try again for AWAY: each try may take some seconds.
    wait_s: the most to wait for the server, and for what it is asked; None: as feeds.toml says.
    """
    settings, failed = library.config.index, {} if failed is None else failed
    with contextlib.ExitStack() as stack:
        found = Indexes(library)
        url = settings.search_url or settings.url
        before = failed.get(url)
        if before and library.now() - before[0] < AWAY:
            found.error = before[1]
        elif settings.url:
            timeout_s = min(settings.timeout_s, wait_s or settings.timeout_s)
            waits = {"connect_s": wait_s} if wait_s else {}
            try:
                found.shared = stack.enter_context(_opener()(url, timeout_s=timeout_s, **waits))
            except SourceFailed as error:
                found.error = error
                failed[url] = library.now(), error
        yield found


def failure_of(settings: IndexSettings) -> SourceFailed | None:
    """Ask a shared index whether it answers a search; None where it does."""
    try:
        with _opener()(settings.search_url or settings.url, timeout_s=settings.timeout_s):
            return None
    except SourceFailed as error:
        return error


def share(library: Library, tools: EncoderTools) -> list[Problem]:
    """Send the shared index what it lacks of the library's papers; a failure is a problem."""
    settings = library.config.index
    if not settings.url:
        return []
    try:
        with for_changing(library) as shared:
            send(library, shared, tools)
            shared.index_vectors()
    except SourceFailed as error:
        tools.progress("share", 0, 0)
        return [Problem("share", str(error.source), error)]
    return []


def for_changing(library: Library) -> contextlib.AbstractContextManager[SharedIndex]:
    """Open the shared index that feeds.toml names, to change it. Raises SourceFailed."""
    settings = library.config.index
    return _opener()(settings.url, timeout_s=settings.timeout_s, may_change=True)


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
            IndexKey(paper.record.id, paper.record.version or 0, kind): paper
            for paper in some
            if url_of(paper.record.id)
            for kind in kinds[paper.row]
        }
        missing = to.missing(tools.encoder_name, list(wanted))
        entries = [_entry(library, wanted[key], key.kind, tools.encoder_name) for key in missing]
        if entries:
            to.add(tools.encoder_name, entries)
    tools.progress("share", len(rows), len(rows))


def _entry(library: Library, paper: LibraryPaper, kind: SharedKind, encoder: str) -> IndexEntry:
    found = vector_files.encoded_texts(library.db, encoder, paper.row, kind)
    vectors = tuple(vector for _, vector in found if vector is not None)
    is_encoded = len(vectors) == len(found)
    texts = tuple(text for text, _ in found)
    return IndexEntry(paper.record, kind, texts, vectors if is_encoded else ())


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
