"""Define what an index is: the library's own one in index.db, and one that a lab shares.

Both are asked for the same terms, written as `reader.base.words` writes them for FTS5: "word",
"two words", "begin"*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

from reader.base.text import plain
from reader.base.words import MAX_TERMS, beginning, phrase_term, term_lists
from reader.library.paper import Paper
from reader.library.rows.database import Database
from reader.library.rows.doubles import row_of
from reader.search.rows import index
from reader.search.rows.index import Kind, PassageText, Text, hash_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SharedKind = Literal["paper", "passage"]
"""The kinds that a shared index has; notes and highlights are a person's own."""

SHARED_KINDS: tuple[SharedKind, ...] = ("paper", "passage")

MOST_COUNTED = 128
"""Words of a query that are looked at, the first ones."""

MANY = 20_000
"""The number of texts with a word from which on the word is common. A library of 10,000 papers
with 200 PDFs has no such word, so nothing is left out there."""

FEW, MANY_WORDS = 3, 16
"""The numbers of words between which a query is an idea in somebody's own words, so that other
forms of its words are looked for too. Of 85 half-remembered ideas outside the half kept aside
MRR@10 rose by 5 (1 to 10); two or three words of a title were found worse with them."""

RARE = 2_000
"""The number of texts from which on a beginning of words is not looked for: it says little then,
and takes 15 ms for a kind."""

LOOKED_AT = 10_000
"""The newest texts of a kind that are scored where all words are common: 40 ms for a kind, not
180. By meaning all are compared."""

TITLE, OTHER = 5.0, 2.0
"""The weights of words in titles and in abstracts, as in index.db; a passage's have 1."""

Ranked = list[tuple[int, float]]
"""Texts by row with their scores, best first."""


@dataclass(frozen=True, slots=True)
class WordQuery:
    """The words of a query as FTS5 expressions.

    every: all words. rare, common: the two kinds, "" where they are not separated. without: words
    that no text may have. is_common: all of the words are common.
    terms: each of the words, also those that the own index lacks; counts: how many of its texts
    have each, up to MANY and one more. required, left_out: terms that a text must have, or not.
    """

    every: str
    rare: str = ""
    common: str = ""
    without: str = ""
    is_common: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def match(self, words: str) -> str:
        """Build an expression of some of the words, without texts that have `without`."""
        return f"({words}) NOT ({self.without})" if words and self.without else words

    @property
    def whole(self) -> str:
        """Build the expression of all words; what is required must be there, the other words
        only add to the score."""
        must = " AND ".join(self.required)
        if not must:
            return self.match(self.every)
        any_word = " OR ".join(filter(None, (must, self.every)))
        return self.match(f"({must}) AND ({any_word})")


@dataclass(frozen=True, slots=True)
class IndexKey:
    """One step of indexing, done once for each encoder: a paper's version, and which texts of it.

    paper: an identifier. version: 0 where the source has none.
    """

    paper: str
    version: int
    kind: SharedKind


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The texts of one step in their order, with their vectors (float16 bytes), or without any.

    Title and abstract are one text, with a line break between them.
    """

    paper: Paper
    kind: SharedKind
    texts: tuple[PassageText, ...]
    vectors: tuple[bytes, ...] = ()
    source: str = ""
    """The hash of the PDF that passages were made from."""

    @property
    def key(self) -> IndexKey:
        return IndexKey(self.paper.id, self.paper.version or 0, self.kind)


@dataclass(frozen=True, slots=True)
class SharedNote:
    """A note that a person shares with those who use the same index.

    ids: of its paper, the canonical one first. name: as the person wants to be called. words:
    Markdown. login: as the server knows the person; "" before the note is sent there.
    """

    ids: tuple[str, ...]
    name: str
    words: str
    on: date
    login: str = field(default="", compare=False)

    @property
    def who(self) -> str:
        """Name the person, with the login where the name is another: a name anybody can take."""
        name, login = plain(self.name), plain(self.login)
        return f"{name} ({login})" if name and name != login else login


class Index(Protocol):
    """Searchable texts of papers, with vectors."""

    def missing(self, encoder: str, wanted: Sequence[IndexKey]) -> list[IndexKey]:
        """Select the steps that have no texts here, or no vectors of an encoder ("" for none)."""

    def add(self, encoder: str, entries: Sequence[IndexEntry]) -> None:
        """Add steps, all or none; what is here stays, and a newer version replaces an older one.

        encoder: made the vectors of the entries that have some.
        """

    def delete(self, papers: Sequence[str]) -> None:
        """Delete all texts and vectors of papers, by their identifiers."""

    def by_words(self, kind: SharedKind, words: WordQuery, *, limit: int) -> Ranked:
        """Rank the texts of a kind by bm25."""

    def by_vector(
        self, kind: SharedKind, encoder: str, vector: NDArray[np.float32], *, limit: int
    ) -> Ranked:
        """Rank the texts of a kind by their cosine to a query's vector, (d,) of length 1."""


class OwnIndex:
    """The index of one library, in index.db; it has notes and highlights too."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def missing(self, encoder: str, wanted: Sequence[IndexKey]) -> list[IndexKey]:
        """Select the steps that lack texts or vectors; papers that are not here lack all."""
        rows = {key: row_of(self._db, Paper((key.paper,), "")) for key in wanted}
        return [
            key
            for key, row in rows.items()
            if row is None or index.is_lacking(self._db, row, key.kind, encoder)
        ]

    def add(self, encoder: str, entries: Sequence[IndexEntry]) -> None:
        """Add the texts of papers of the library; others are left out."""
        with self._db.writing():
            for entry in entries:
                if (row := row_of(self._db, entry.paper)) is None:
                    continue
                if index.is_lacking(self._db, row, entry.kind, ""):
                    if entry.kind == "paper":
                        index.add_paper_texts(self._db, [row])
                    else:
                        index.add_passages(self._db, row, entry.texts, sha256=entry.source)
                hashes = [hash_of(one.text) for one in entry.texts]
                index.add_vectors(self._db, encoder, zip(hashes, entry.vectors, strict=False))

    def delete(self, papers: Sequence[str]) -> None:
        """Delete texts of papers; titles and abstracts come back with the next `reader index`."""
        with self._db.writing():
            for id_ in papers:
                if (row := row_of(self._db, Paper((id_,), ""))) is not None:
                    index.delete_texts(self._db, row)

    def by_words(self, kind: Kind, words: WordQuery, *, limit: int) -> Ranked:
        """Rank by FTS5's bm25."""
        if words.required:
            return index.find_words(self._db, kind, words.whole, limit=limit)
        return ranked(self._db, kind, words, limit=limit)

    def by_vector(
        self, kind: Kind, encoder: str, vector: NDArray[np.float32], *, limit: int
    ) -> Ranked:
        """Rank by the files of vectors; all are compared."""
        # Imports numpy, which a search by words alone need not wait for.
        from reader.search.rows.nearest import Nearest

        return Nearest(self._db, encoder).rank(kind, vector, limit=limit)


def weighted(text: Text) -> list[tuple[float, str]]:
    """Split a text into its parts with their weights."""
    if text.kind != "paper":
        return [(1.0, text.text)]
    title, _unused, abstract = text.text.partition("\n")
    return [(TITLE, title), (OTHER, abstract)]


def parted(
    db: Database,
    query: str,
    names: Sequence[str] = (),
    *,
    required: Sequence[str] = (),
    left_out: Sequence[str] = (),
    many: int = MANY,
) -> WordQuery:
    """Separate a query's words into rare and common ones, which more than `many` texts have.

    names: what its terms are also called, each searched as it stands. required, left_out: terms.
    """
    words, joined = term_lists(query)
    n_typed = len(words)
    words += [term for name in names if (term := phrase_term(name)) not in words]
    # The names of a Japanese note are its English: of its own dozens of terms a few papers in
    # Japanese have most, which would leave no place for these.
    n_first = min(n_typed, MAX_TERMS // 2)
    order = [*words[:n_first], *words[n_typed:], *words[n_first:n_typed], *joined]
    # Words that no text has would take the place of others.
    counts = {word: index.n_having(db, word, limit=many + 1) for word in order[:MOST_COUNTED]}
    # A Latin word in a Japanese sentence is a name or a term, which has no other forms.
    if FEW < n_typed <= MANY_WORDS and all(map(str.isascii, words[:n_typed])):
        begun = _begun(db, {word: counts[word] for word in words[:n_typed]})
        words, counts = [*words, *begun], counts | begun
    chosen = set([word for word in counts if counts[word]][:MAX_TERMS])
    words, joined = ([word for word in some if word in chosen] for some in (words, joined))
    common = [word for word in words if counts[word] > many]
    rare = [word for word in words if word not in common]
    is_parted = bool(common and rare)
    return WordQuery(
        every=" OR ".join([*words, *joined]),
        rare=" OR ".join([*rare, *joined]) if is_parted else "",
        common=" OR ".join(common) if is_parted else "",
        without=" OR ".join(left_out),
        is_common=bool(words) and not rare,
        counts=counts,
        required=tuple(required),
        left_out=tuple(left_out),
    )


def _begun(db: Database, counts: Mapping[str, int]) -> dict[str, int]:
    """Count the texts with the beginnings of words, where these are rare and more than the word's.

    counts: of the words.
    """
    found: dict[str, int] = {}
    for word, n_word in counts.items():
        # SQLite reads all words that begin so before it counts: up to 25 ms among 300,000 texts.
        if n_word < RARE and (begun := beginning(word)) and begun not in found:
            n = index.n_having(db, begun, limit=RARE)
            if n_word < n < RARE:
                found[begun] = n
    return found


def ranked(
    db: Database, kind: Kind, words: WordQuery, *, limit: int, looked_at: int = LOOKED_AT
) -> Ranked:
    """Select the best texts of a kind by bm25: (row, score), best first, at most `limit`.

    looked_at: the newest texts that are scored where all words are common.
    """
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
            # Rare words alone fill the list. Texts with both kinds are scored by both; that
            # score is the larger one.
            both = words.match(f"({words.rare}) AND ({words.common})")
            for row, score in index.find_words(db, kind, both, limit=limit):
                scores[row] = max(score, scores.get(row, 0.0))
            return sorted(scores.items(), key=lambda item: -item[1])[:limit]
    return index.find_words(db, kind, with_any, limit=limit)
