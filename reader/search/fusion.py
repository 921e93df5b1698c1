"""Rank the texts of one kind for a query: by words, by meaning, by names; and fuse the lists.

bm25 takes a microsecond for a text, and most of 300,000 texts have "language" and "model": a
sixth of a second for each kind. So where a query has rarer words too, only texts with one of
these are scored, by all of its words; texts with common words alone would come behind them
anyway. Where it has only common words, only the newest texts are scored, and the search says so.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reader.base.words import phrase_term
from reader.library.folder import Library
from reader.library.query import Query
from reader.library.rows import papers
from reader.search.evidence import fuse, share_of_letters, standing
from reader.search.filters import QueryMeaning, asks_own, conditions, fits
from reader.search.indexes import OwnIndex, Ranked, WordQuery, parted
from reader.search.names import other_names
from reader.search.rows import filters, index
from reader.search.rows.filters import Conditions
from reader.search.rows.index import Kind
from reader.search.shared import Indexes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.rows.nearest import Nearest

DEPTH = 200
"""The number of texts of a kind that each of the rankings contributes."""

WIDE = 5
"""The factor by which the rankings are longer where many papers fit the filters; the filters are
applied afterwards."""

ENOUGH = 50
"""The least number of texts in these rankings that fit; with fewer, all papers that fit are listed
first, and only their texts are ranked."""

WORDS, SHARED_WORDS, MEANING = 0.75, 0.5, 1.0
"""The weights of a standard deviation of bm25, and of the cosines. Words count the more, the more
of the query's letters stand in words of the best text by words: 1.25 : 1 for a sentence of a
paper, less for an idea in other words and for Japanese among English papers. Chosen on one half
of the questions of `tests.benchmarks.search`; 0.5 to 1 for what is shared are about equal there,
and below 0.75 for the rest Japanese questions lose."""

HALF = 0.5
"""The share of a query in the best text from which on it is never taken for gibberish."""

NAME, NAME_ALONE = 4.0, 8.0
"""The score of a paper by all people in the query, in a query with a vector and in one that is
only names. NOT_OF_YEAR: the part of it that is left where the query names another year."""

NOT_OF_YEAR = 0.5

_Rows = Collection[int] | None


class _Lists(NamedTuple):
    """The texts of one kind in three rankings, best first."""

    by_words: Ranked
    by_meaning: Ranked
    by_name: Ranked

    @property
    def lengths(self) -> tuple[int, int, int]:
        return len(self.by_words), len(self.by_meaning), len(self.by_name)


class _ByPeople(NamedTuple):
    """Papers of the library, and texts of the shared index, by the people in a query."""

    own: Ranked
    shared: Ranked


@dataclass(frozen=True, eq=False)
class Ranking:
    """A query with all that is needed to rank each kind of text.

    vector: of the query, (d,) of length 1; None to rank by words alone. nearest: the vectors to
    compare it with, None to open them when they are needed. names: what the query's terms are also
    called, None to look for them when they are needed.
    """

    indexes: Indexes
    query: Query
    encoder: str
    vector: NDArray[np.float32] | None
    meaning: QueryMeaning
    nearest: Nearest | None = None
    names: tuple[str, ...] | None = None
    by_word: dict[tuple[Kind, int], Ranked] = field(default_factory=dict)
    """Rankings by words that were made already: (kind, depth) → texts."""
    joined: dict[Kind, _Lists] = field(default_factory=dict)
    """The rankings of kinds, of all indexes together."""
    few: dict[Conditions, list[int] | None] = field(default_factory=dict)
    """The papers that fit the filters, None where they are many; most filters have the same ones
    for each kind of text."""

    @property
    def library(self) -> Library:
        """Get the library whose own index is searched."""
        return self.indexes.library

    @property
    def shown_words(self) -> str:
        """Get the words of the query, with those that were likely meant and other names."""
        return " ".join(filter(None, (self.searched, self.meaning.more, *self.other_names)))

    @property
    def searched(self) -> str:
        """Get the words that are looked for."""
        return self.query.all_words if self.meaning.words is None else self.meaning.words

    @functools.cached_property
    def other_names(self) -> tuple[str, ...]:
        """Get what the query's terms are also called: "singing voice synthesis" for SVS."""
        if self.names is not None:
            return self.names
        return tuple(other_names(self.indexes, self.searched))

    def rank(self, kind: Kind) -> tuple[Ranked, frozenset[int]]:
        """Rank the texts of a kind in all ways.

        Returns (row, score), best first, and the rows that words or a name found.
        """
        lists = self._lists(kind)
        # Both lists are cut to one length, so that a standard deviation means the same in both.
        n = min(DEPTH, len(lists.by_meaning)) if lists.by_meaning else DEPTH
        fused = fuse(
            (
                WORDS + SHARED_WORDS * self._shared(lists.by_words),
                standing(lists.by_words[:DEPTH], n=n, zero=0.0),
            ),
            (MEANING, standing(lists.by_meaning[:DEPTH], n=n)),
            (NAME_ALONE if self.vector is None else NAME, lists.by_name[:DEPTH]),
        )
        return fused, frozenset(row for row, _ in [*lists.by_words, *lists.by_name])

    def _shared(self, by_words: Ranked) -> float:
        """Measure how much of the query stands in the best text by words, 0 to 1."""
        best = self.indexes.texts_at([row for row, _ in by_words[:1]])
        return max((share_of_letters(self.searched, t.text) for t in best.values()), default=0.0)

    def is_known(self, kinds: Sequence[Kind]) -> bool:
        """Check whether a text has half of the query as it was typed, or somebody its name."""
        if self.meaning.guesses or self.meaning.families:
            return not self.meaning.guesses
        return any(
            self._shared(ranked) >= HALF
            for kind in kinds
            for ranked in (self._by_words(kind, None, DEPTH), self._lists(kind).by_words)
        )

    @property
    def is_cut(self) -> bool:
        """Check whether only the newest texts are ranked by words."""
        wanted = conditions(self.library, self.query, "paper", self.meaning)
        is_exact = self._required_terms or (wanted and wanted.has_texts)
        return not is_exact and self._words.is_common

    def look_for_words(self, kinds: Sequence[Kind]) -> None:
        """Rank by words in advance, while the query is being encoded."""
        for kind in kinds:
            if not self.query.is_narrowed:
                self._by_words(kind, None, DEPTH)

    def _lists(self, kind: Kind) -> _Lists:
        """Rank in each way, in all indexes, among the texts whose papers fit the filters."""
        if kind in self.joined:
            return self.joined[kind]
        wanted = conditions(self.library, self.query, kind, self.meaning)
        own = self._ranked(kind, None, DEPTH) if wanted is None else self._fitting(kind, wanted)
        self.joined[kind] = own
        if not asks_own(self.query):
            vector = None if self.vector is None else (self.encoder, self.vector)
            found = self.indexes.join(
                kind,
                self._words,
                (own.by_words, own.by_meaning),
                vector,
                limit=DEPTH,
                fits=functools.partial(fits, self.query) if wanted else None,
            )
            shared = self._by_people.shared if kind == "paper" else []
            named = sorted([*own.by_name, *shared], key=lambda item: -item[1])
            self.joined[kind] = _Lists(*found, named)
        return self.joined[kind]

    def _fitting(self, kind: Kind, wanted: Conditions) -> _Lists:
        """Rank the own texts whose papers fit the filters."""
        if wanted.has_texts:
            rows = filters.texts_that_fit(self.library.db, wanted)
            return self._ranked(kind, None, DEPTH, rows)
        if wanted not in self.few:
            self.few[wanted] = filters.few_papers(self.library.db, wanted)
        few = self.few[wanted]
        if few is None:
            every = self._ranked(kind, None, DEPTH * WIDE)
            fitting = self._only_fitting(wanted, every)
            is_all = max(every.lengths) < DEPTH * WIDE
            if is_all or sum(fitting.lengths) >= ENOUGH:
                return fitting
            # Hardly any of the best fit: rank only the texts that do, however many they are.
            few = filters.papers_that_fit(self.library.db, wanted)
        return self._only_fitting(wanted, self._ranked(kind, few, DEPTH))

    def _ranked(self, kind: Kind, few: _Rows, depth: int, rows: _Rows = None) -> _Lists:
        """Rank in each way. few: papers, and rows: texts, that are ranked; None for all."""
        return _Lists(
            self._by_words(kind, few, depth, rows),
            self._by_meaning(kind, few, depth, rows),
            self._by_name(kind),
        )

    def _by_words(self, kind: Kind, few: _Rows, depth: int, rows: _Rows = None) -> Ranked:
        """Rank by bm25, each kind for itself, so that titles push no note out."""
        db = self.library.db
        if few is None and rows is None:
            if (kind, depth) not in self.by_word:
                found = OwnIndex(db).by_words(kind, self._words, limit=depth)
                self.by_word[kind, depth] = found
            return self.by_word[kind, depth]
        if not (match := self._words.whole):
            return []
        return index.find_words(db, kind, match, limit=depth, within=few, rows=rows)

    def _by_meaning(self, kind: Kind, few: _Rows, depth: int, rows: _Rows) -> Ranked:
        """Rank by the cosine to the query's vector; all vectors are compared."""
        if self.vector is None:
            return []
        db = self.library.db
        texts = None
        if few is not None or rows is not None or self._required_terms:
            if self._required_terms:
                rows = index.having(db, kind, self._required_terms, rows)
            texts = index.hashes_of(db, kind, papers=few, rows=rows)
        within = None if texts is None else set(texts.values())
        found = self._nearest.rank(kind, self.vector, limit=depth, within=within)
        if texts is not None:
            # Vectors are kept by text, and a paper that does not fit may have the same text.
            found = [(row, cosine) for row, cosine in found if row in texts]
        left_out = self._left_out(kind, [row for row, _ in found])
        return [(row, cosine) for row, cosine in found if row not in left_out]

    def _by_name(self, kind: Kind) -> Ranked:
        """Rank papers, or notes on them, by the people whose names are in the query, 0 to 1."""
        if kind not in ("note", "paper"):
            return []
        scores = {
            row: score
            for paper, score in self._by_people.own
            for row in index.rows_of(self.library.db, kind, [paper])
        }
        left_out = self._left_out(kind, list(scores))
        kept = [(row, score) for row, score in scores.items() if row not in left_out]
        return sorted(kept, key=lambda item: -item[1])

    @functools.cached_property
    def _by_people(self) -> _ByPeople:
        families, year = self.meaning.families, self.meaning.year
        if not families:
            return _ByPeople([], [])
        own = papers.papers_by_families(self.library.db, families, year, limit=DEPTH)
        theirs: list[tuple[int, int, bool]] = []
        if not asks_own(self.query):
            wanted = functools.partial(fits, self.query) if self.query.is_narrowed else None
            theirs = self.indexes.by_families(families, year, self._words, limit=DEPTH, fits=wanted)
        most = max((n for _, n, _ in [*own, *theirs]), default=1)

        def scored(several: Sequence[tuple[int, int, bool]]) -> Ranked:
            parts = [(row, n / most, year is None or is_of) for row, n, is_of in several]
            # Of equal ones the newest comes first, by little.
            return [
                (row, (part if is_of else NOT_OF_YEAR * part) * (1 - 0.1 * place / DEPTH))
                for place, (row, part, is_of) in enumerate(parts)
            ]

        return _ByPeople(scored(own), scored(theirs))

    def _left_out(self, kind: Kind, rows: Sequence[int]) -> set[int]:
        """Select those of some texts that have a word that the query leaves out."""
        if not self._excluded_terms:
            return set()
        return set(index.having(self.library.db, kind, self._excluded_terms, rows))

    def _only_fitting(self, wanted: Conditions, lists: _Lists) -> _Lists:
        """Keep the texts that fit the filters, in each list."""
        rows = {row for scored in lists for row, _ in scored}
        fits = filters.fitting(self.library.db, wanted, sorted(rows)) if rows else set()
        return _Lists(
            [(row, score) for row, score in lists.by_words if row in fits],
            [(row, cosine) for row, cosine in lists.by_meaning if row in fits],
            [(row, score) for row, score in lists.by_name if row in fits],
        )

    @functools.cached_property
    def _nearest(self) -> Nearest:
        # Imports numpy, which a search by words alone need not wait for.
        from reader.search.rows.nearest import Nearest

        return self.nearest or Nearest(self.library.db, self.encoder)

    @functools.cached_property
    def _required_terms(self) -> str:
        return " AND ".join(self._words.required)

    @functools.cached_property
    def _excluded_terms(self) -> str:
        return " OR ".join(self._words.left_out)

    @functools.cached_property
    def _words(self) -> WordQuery:
        words = f"{self.searched} {self.meaning.more}"
        required, left_out = (
            [term for word in several if (term := phrase_term(word))]
            for several in (self.query.phrases, self.query.without)
        )
        db, names = self.library.db, self.other_names
        return parted(db, words, names, required=required, left_out=left_out)
