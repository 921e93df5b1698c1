"""Rank the texts of one kind for a question: by words, by meaning, by names; and fuse them.

bm25 of a text takes a microsecond, and "language" and "model" stand in most of 300,000:
a sixth of a second a kind. So where a question has rarer words too, only texts with one of
these are scored, by all of its words: what has common ones alone would come behind them.
Where it has none, only the newest texts are, which a search says.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reader.base.words import MAX_TERMS, phrase_term, query_terms, term_lists
from reader.library.folder import Library
from reader.library.query import Query
from reader.library.rows import authors
from reader.library.rows.database import Database
from reader.search.evidence import fuse, standing
from reader.search.filters import QueryMeaning, conditions
from reader.search.rows import filters, index
from reader.search.rows.filters import Conditions
from reader.search.rows.index import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.rows.nearest import Nearest

MANY = 20_000
"""Texts that have a word from which on it is common. A library of 10,000 papers with 200
PDFs has no such word, and there nothing is left out."""

LOOKED_AT = 10_000
"""Texts of a kind that are scored, the newest, where all words are common: 40 ms a kind, not
180. By meaning all are compared."""


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A question's words as expressions of the full text: all of them; those that are rare
    enough, and the others ("" where all count alike). without: what no text may have.
    is_common: very many texts have each of the words."""

    every: str
    rare: str = ""
    common: str = ""
    without: str = ""
    is_common: bool = False

    def match(self, words: str) -> str:
        """Make an expression of some of the words, less what no text may have."""
        return f"({words}) NOT ({self.without})" if words and self.without else words


def parted(db: Database, query: str, *, without: str = "", many: int = MANY) -> WordQuery:
    """Split a question's words into rare and common ones, which more than `many` texts have."""
    words, joined = term_lists(query)
    every = " OR ".join([*words, *joined][:MAX_TERMS])
    if not words or len(words) + len(joined) > MAX_TERMS:
        return WordQuery(every, without=without)
    counts = {word: index.n_having(db, word, limit=many + 1) for word in words}
    common = [word for word in words if counts[word] > many]
    rare = [word for word in words if word not in common]
    if not common or not rare:
        return WordQuery(every, without=without, is_common=not rare)
    return WordQuery(every, " OR ".join([*rare, *joined]), " OR ".join(common), without)


def ranked(
    db: Database, kind: Kind, words: WordQuery, *, limit: int, looked_at: int = LOOKED_AT
) -> list[tuple[int, float]]:
    """Rank the texts of a kind by bm25: (row, score), best first."""
    if not words.every or not index.has_any(db, kind):
        return []
    with_any = words.match(words.every)
    if words.is_common:
        newest = index.newest_having(db, kind, with_any, limit=looked_at)
        if not newest:
            return []
        since = newest[-1] if len(newest) == looked_at else 0
        return index.find_words(db, kind, with_any, limit=limit, since=since)
    if words.rare:
        scores = dict(index.find_words(db, kind, words.match(words.rare), limit=limit))
        if len(scores) == limit:
            # A text with both kinds of words is scored twice; the sum over all is the larger.
            both = words.match(f"({words.rare}) AND ({words.common})")
            for row, score in index.find_words(db, kind, both, limit=limit):
                scores[row] = max(score, scores.get(row, 0.0))
            return sorted(scores.items(), key=lambda item: -item[1])[:limit]
    return index.find_words(db, kind, with_any, limit=limit)


DEPTH = 200
"""How many texts of each kind each of the rankings contributes."""

WIDE = 5
"""So many times as many are ranked where many papers fit, and held against filters afterwards."""

ENOUGH = 50
"""Where fewer of those fit, all papers that do are listed first."""

WORDS, MEANING = 2.0, 1.0
"""How much a standard deviation of bm25 and one of the cosines weigh. On half of the notes,
titles and quoted sentences of the real data 1.2 to 2 are about equal (tests.benchmarks.search)."""

NAME, NAME_ALONE = 1.0, 8.0
"""What the newest paper by somebody named in the question gets; more where that is all of it."""

Ranked = list[tuple[int, float]]
"""Texts by row with their scores, best first."""


class _Lists(NamedTuple):
    """The texts of one kind in three orders, best first; of the first two with their scores."""

    by_words: Ranked
    by_meaning: Ranked
    by_name: list[int]

    @property
    def lengths(self) -> tuple[int, int, int]:
        return len(self.by_words), len(self.by_meaning), len(self.by_name)


@dataclass(frozen=True, eq=False)
class Ranking:
    """One question, ready to be asked of each kind of text.

    vector: of the question, (d,); None: words alone. nearest: the vectors to compare it
    with, opened where none is given.
    """

    library: Library
    query: Query
    encoder: str
    vector: NDArray[np.float32] | None
    meaning: QueryMeaning
    nearest: Nearest | None = None
    by_word: dict[tuple[Kind, int], Ranked] = field(default_factory=dict)
    """What was ranked by words already: (kind, depth) → texts."""
    few: dict[Conditions, list[int] | None] = field(default_factory=dict)
    """The papers that fit the filters, where they are few: of most filters the same for each
    kind of text."""

    @property
    def shown_words(self) -> str:
        """The words that evidence is looked for by."""
        return f"{self.query.words} {self.meaning.more}".strip()

    def rank(self, kind: Kind) -> tuple[Ranked, frozenset[int]]:
        """Rank the texts of a kind, in all ways; beside them those that words found."""
        lists = self._lists(kind)
        # Both lists are measured at one length, else a deviation would mean two things.
        n = min(DEPTH, len(lists.by_meaning)) if lists.by_meaning else DEPTH
        names = [(row, 1 - place / DEPTH) for place, row in enumerate(lists.by_name)]
        fused = fuse(
            (WORDS, standing(lists.by_words[:DEPTH], n=n, zero=0.0)),
            (MEANING, standing(lists.by_meaning[:DEPTH], n=n)),
            (NAME_ALONE if self.vector is None else NAME, names[:DEPTH]),
        )
        return fused, frozenset([*(row for row, _ in lists.by_words), *lists.by_name])

    @property
    def is_cut(self) -> bool:
        """Tell whether words are looked for among the newest texts alone."""
        return not self._must and self._words.is_common

    def look_for_words(self, kinds: Sequence[Kind]) -> None:
        """Rank by words ahead of `rank`, while the question is being encoded."""
        for kind in kinds:
            if not self.query.filters:
                self._by_words(kind, None, DEPTH)

    def _lists(self, kind: Kind) -> _Lists:
        """Rank in each way, among what fits the filters."""
        wanted = conditions(self.library, self.query, kind, self.meaning)
        if wanted is None:
            return self._ranked(kind, None, DEPTH)
        if wanted not in self.few:
            self.few[wanted] = filters.few_papers(self.library.db, wanted)
        few = self.few[wanted]
        if few is None:
            every = self._ranked(kind, None, DEPTH * WIDE)
            fitting = self._fitting(wanted, every)
            is_all = max(every.lengths) < DEPTH * WIDE
            if is_all or sum(fitting.lengths) >= ENOUGH:
                return fitting
            # Hardly any of the best fit: then only what fits is ranked, however many it is.
            few = filters.papers_that_fit(self.library.db, wanted)
        return self._fitting(wanted, self._ranked(kind, few, DEPTH))

    def _ranked(self, kind: Kind, few: Collection[int] | None, depth: int) -> _Lists:
        return _Lists(
            self._by_words(kind, few, depth),
            self._by_meaning(kind, few, depth),
            self._by_name(kind),
        )

    def _by_words(self, kind: Kind, few: Collection[int] | None, depth: int) -> Ranked:
        """Rank by bm25: a hundred titles push no note out."""
        db = self.library.db
        if few is None and not self._must:
            if (kind, depth) not in self.by_word:
                found = ranked(db, kind, self._words, limit=depth)
                self.by_word[kind, depth] = found
            return self.by_word[kind, depth]
        if not self._match:
            return []
        return index.find_words(db, kind, self._match, limit=depth, within=few)

    def _by_meaning(self, kind: Kind, few: Collection[int] | None, depth: int) -> Ranked:
        """Rank by cosine to the question's vector; exact."""
        if self.vector is None:
            return []
        db = self.library.db
        texts = None
        if few is not None or self._must:
            having = index.having(db, kind, self._must) if self._must else None
            texts = index.hashes_of(db, kind, papers=few, rows=having)
        within = None if texts is None else set(texts.values())
        found = self._nearest.rank(kind, self.vector, limit=depth, within=within)
        if texts is not None:
            # Another paper may have the very same text.
            found = [(row, cosine) for row, cosine in found if row in texts]
        left_out = self._left_out(kind, [row for row, _ in found])
        return [(row, cosine) for row, cosine in found if row not in left_out]

    def _by_name(self, kind: Kind) -> list[int]:
        """Rank what people wrote whose name is in the question, the newest first."""
        if kind not in ("note", "paper") or not self.meaning.families:
            return []
        db = self.library.db
        theirs = authors.newest_by_family(db, self.meaning.families, limit=DEPTH)
        rows = index.rows_of(db, kind, theirs)
        left_out = self._left_out(kind, rows)
        return [row for row in rows if row not in left_out]

    def _left_out(self, kind: Kind, rows: Sequence[int]) -> set[int]:
        """List those of some texts that have a word that the question does not want."""
        if not self._without:
            return set()
        return set(index.having(self.library.db, kind, self._without, rows))

    def _fitting(self, wanted: Conditions, lists: _Lists) -> _Lists:
        """Keep what fits the filters, in each list."""
        rows = {row for scored in lists[:2] for row, _ in scored} | set(lists.by_name)
        fits = filters.fitting(self.library.db, wanted, sorted(rows)) if rows else set()
        return _Lists(
            [(row, score) for row, score in lists.by_words if row in fits],
            [(row, cosine) for row, cosine in lists.by_meaning if row in fits],
            [row for row in lists.by_name if row in fits],
        )

    @functools.cached_property
    def _nearest(self) -> Nearest:
        from reader.search.rows.nearest import Nearest

        return self.nearest or Nearest(self.library.db, self.encoder)

    @functools.cached_property
    def _must(self) -> str:
        terms = [term for phrase in self.query.phrases if (term := phrase_term(phrase))]
        return " AND ".join(terms)

    @functools.cached_property
    def _without(self) -> str:
        terms = [term for word in self.query.without if (term := phrase_term(word))]
        return " OR ".join(terms)

    @functools.cached_property
    def _words(self) -> WordQuery:
        return parted(self.library.db, self.shown_words, without=self._without)

    @functools.cached_property
    def _match(self) -> str:
        words = query_terms(self.shown_words)
        if self._must:
            words = f"({self._must}) AND ({self._must} OR {words})"
        return f"({words}) NOT ({self._without})" if words and self._without else words
