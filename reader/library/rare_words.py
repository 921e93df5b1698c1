"""Rank by words without scoring every text that has a common one.

bm25 of a text takes a microsecond, and "language" and "model" stand in most of 300,000:
a sixth of a second a kind. So where a question has rarer words too, only texts with one of
these are scored, by all of its words: what has common ones alone would come behind them.
Where it has none, only the newest texts are, which a search says.
"""

from __future__ import annotations

from dataclasses import dataclass

from reader.store import full_text, index
from reader.store.database import Database
from reader.store.index import Kind
from reader.words import MAX_TERMS, term_lists

MANY = 20_000
"""Texts that have a word from which on it is common. A library of 10,000 papers with 200
PDFs has no such word, and there nothing is left out."""

LOOKED_AT = 10_000
"""Texts of a kind that are scored, the newest, where all words are common: 40 ms a kind, not
180. By meaning all are compared."""


@dataclass(frozen=True, slots=True)
class Words:
    """A question's words as expressions of the full text: all of them; those that are rare
    enough, and the others ("" where all count alike). without: what no text may have.
    is_common: very many texts have each of the words."""

    every: str
    rare: str = ""
    common: str = ""
    without: str = ""
    is_common: bool = False

    def with_rare(self) -> str:
        return self._less(self.rare)

    def with_both(self) -> str:
        return self._less(f"({self.rare}) AND ({self.common})")

    def with_any(self) -> str:
        return self._less(self.every)

    def _less(self, match: str) -> str:
        return f"({match}) NOT ({self.without})" if match and self.without else match


def parted(db: Database, query: str, *, without: str = "", many: int = MANY) -> Words:
    """Part a question's words into rare and common ones, which more than `many` texts have."""
    words, joined = term_lists(query)
    every = " OR ".join([*words, *joined][:MAX_TERMS])
    if not words or len(words) + len(joined) > MAX_TERMS:
        return Words(every, without=without)
    counts = {word: full_text.n_having(db, word, limit=many + 1) for word in words}
    common = [word for word in words if counts[word] > many]
    rare = [word for word in words if word not in common]
    if not common or not rare:
        return Words(every, without=without, is_common=not rare)
    return Words(every, " OR ".join([*rare, *joined]), " OR ".join(common), without)


def ranked(
    db: Database, kind: Kind, words: Words, *, limit: int, looked_at: int = LOOKED_AT
) -> list[tuple[int, float]]:
    """Rank the texts of a kind by bm25: (row, score), best first."""
    if not words.every or not index.has_any(db, kind):
        return []
    if words.is_common:
        newest = full_text.newest_having(db, kind, words.with_any(), limit=looked_at)
        if not newest:
            return []
        since = newest[-1] if len(newest) == looked_at else 0
        return full_text.find_words(db, kind, words.with_any(), limit=limit, since=since)
    if words.rare:
        scores = dict(full_text.find_words(db, kind, words.with_rare(), limit=limit))
        if len(scores) == limit:
            # A text with both kinds of words is scored twice; the sum over all is the larger.
            both = full_text.find_words(db, kind, words.with_both(), limit=limit)
            for row, score in both:
                scores[row] = max(score, scores.get(row, 0.0))
            return sorted(scores.items(), key=lambda item: -item[1])[:limit]
    return full_text.find_words(db, kind, words.with_any(), limit=limit)
