"""Find papers and notes that are similar to a paper, a foreign text or a note, with reasons."""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, ModelMissing
from reader.base.messages import lazy_gettext
from reader.base.words import MAX_QUERY, phrase_term, query_words
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.passage import Document
from reader.library.query import Query
from reader.search.evidence import shared_words
from reader.search.filters import QueryMeaning
from reader.search.find import SearchHit, SearchResult, hits_of, with_limits
from reader.search.fusion import DEPTH, Ranking
from reader.search.rows import index, vector_files
from reader.search.rows.index import Kind
from reader.search.shared import Indexes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encode import Encode, EncodeQuery


SIMILAR_KINDS: tuple[Kind, ...] = ("note", "paper")

LIKE_LETTERS = 2_000
"""Letters of a foreign text that are compared by meaning, more than models read at once."""

READ_LETTERS = 20_000
"""Letters of a foreign text in which words are looked for."""

TELLING = 12
"""Words of a text that are searched: those that the fewest papers have."""

COMMON = 2_000
"""The number of papers with a word from which on the word is too common."""

NEAR = 0.03
"""The least score of a near note. With the bundled model and eight notes on four subjects, each in
both languages, the pairs have .073 to .095, most others less than .05."""

SAMPLES = (
    (
        "They propose a method and compare it with earlier ones.",
        "The results are good, but the data are few.",
        "I want to try this with my own recordings.",
        "It is not clear why it works.",
        "The idea is simple and easy to build.",
        "Who could use this, and for what?",
        "The test is only in one language.",
        "I would ask the authors how long it takes.",
    ),
    (
        "手法を提案し、以前のものと比べている。",
        "結果は良いが、データが少ない。",
        "自分の録音で試してみたい。",
        "なぜうまくいくのかはっきりしない。",
        "考え方は単純で、作るのも易しい。",
        "誰が何のために使えるのか。",
        "一つの言語でしか試していない。",
        "どれだけ時間がかかるか著者に聞きたい。",
    ),
)
"""Sentences that any note may have, the same in English and Japanese."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar paper or note, and the rare words that it shares with the text asked about."""

    hit: SearchHit
    words: tuple[str, ...]


def similar(
    library: Library,
    held: LibraryPaper,
    *,
    encoder: str,
    limit: int = 10,
    indexes: Indexes | None = None,
    quoted: Container[Kind] = SIMILAR_KINDS,
) -> tuple[SearchResult, list[Neighbour]]:
    """Find what is similar to a paper, by its vector, or by its rarest words without one.

    indexes: as in `search`. quoted: the kinds whose evidence is the sentence with most of the
    paper's words; that of others is the first one, which takes less time. Returns the result, and
    its hits with the words that they share; at most `limit` of a kind.
    """
    from reader.search.rows.nearest import vector_from

    text = f"{held.paper.title}\n{held.paper.abstract}"
    kept = index.paper_vectors(library.db, encoder, [held.row]).get(held.row)
    notice = None
    if kept is None:
        what, hint = (
            lazy_gettext("this paper has no vector yet"),
            lazy_gettext("`reader index` makes it. Until then its rare words are compared."),
        )
        notice = ModelMissing(model=encoder or library.config.encoder, what=what, hint=hint)
    # With a vector the words are left out: those that happen to be rare say less.
    # Counted once: neighbours share many words, with the paper and with each other.
    n_papers = functools.cache(functools.partial(_n_papers, library))
    words = "" if kept is not None else _telling(text, n_papers)
    vector = None if kept is None else vector_from(kept)
    indexes = indexes or Indexes(library)
    ranking = Ranking(indexes, Query(words=words), encoder, vector, QueryMeaning({}))
    hits: list[SearchHit] = []
    for kind in SIMILAR_KINDS:
        # One more than needed, since the paper itself is the nearest one.
        query = text if kind in quoted else ""
        found = hits_of(ranking, kind, query=query, limit=limit + 1, depth=DEPTH)
        hits += [hit for hit in found if hit.held.row != held.row][:limit]
    whole = SearchResult(tuple(hits), notice, shared_error=indexes.error)
    result = with_limits(whole, library, encoder)
    return result, [Neighbour(hit, _shared(text, hit, n_papers)) for hit in hits]


def search_like(
    library: Library,
    text: str,
    *,
    encode_query: EncodeQuery,
    encoder: str,
    kinds: Sequence[Kind],
    limit: int,
    indexes: Indexes | None = None,
) -> SearchResult:
    """Find what is similar to a text, by the meaning of its begin and by its rarest words.

    LIKE_LETTERS are compared by meaning, and READ_LETTERS are searched for words. indexes: as in
    `search`.
    """
    vector, notice = None, None
    try:
        vector = encode_query(text[:LIKE_LETTERS])
    except ModelError as error:
        notice = error
    words = telling_words(library, text[:READ_LETTERS])
    indexes = indexes or Indexes(library)
    ranking = Ranking(indexes, Query(words=words), encoder, vector, QueryMeaning({}))
    hits = [
        hit
        for kind in kinds
        for hit in hits_of(ranking, kind, query=words, limit=limit + 1, depth=DEPTH)[:limit]
    ]
    found = SearchResult(tuple(hits), notice, shared_error=indexes.error)
    return with_limits(found, library, encoder)


def text_of(document: Document) -> str:
    """Extract the text that says what a PDF is about: title and abstract, else its first pages."""
    if document.abstract:
        return f"{document.title}\n{document.abstract}"
    blocks = [b.text for page in document.pages[:3] for b in page.blocks if b.kind == "text"]
    return "\n".join([document.title, *blocks]).strip()


def telling_words(library: Library, text: str) -> str:
    """Select the words of a text that the fewest papers have, but at least one; by blanks."""
    return _telling(text, functools.partial(_n_papers, library))


def _telling(text: str, n_papers: Callable[[str], int]) -> str:
    found = [(n_papers(word), word) for word in query_words_of(text)]
    rare = sorted((n, word) for n, word in found if 0 < n < COMMON) or sorted(found)
    return " ".join(word for _, word in rare[:TELLING])


def query_words_of(text: str) -> list[str]:
    """Extract the words of a long text that may say what it is about, each once, at most 300."""
    # In pieces, since `query_words` reads no more than MAX_QUERY characters.
    pieces = (text[start : start + MAX_QUERY] for start in range(0, len(text), MAX_QUERY))
    words = (word for piece in pieces for word in query_words(piece))
    return list(dict.fromkeys(word for word in words if 2 < len(word) < 20))[:300]


def _shared(text: str, hit: SearchHit, n_papers: Callable[[str], int]) -> tuple[str, ...]:
    """Select the rarest words that two papers share, at most six, as the first prints them."""
    other = f"{hit.held.paper.title}\n{hit.held.paper.abstract}"
    shared = shared_words(text, f"{other}\n{hit.evidence}")
    rare = sorted((n_papers(word), printed) for word, printed in shared.items())
    return tuple(printed for n, printed in rare[:6] if n < COMMON)


def _n_papers(library: Library, word: str) -> int:
    term, db = phrase_term(word), library.db

    def count() -> int:
        return index.n_having(db, term, limit=COMMON, kind="paper")

    # A server is asked for the same words with each paper of a field.
    return db.count_once(f"papers with {term}", count) if term else 0


def near_notes(
    library: Library, vector: NDArray[np.float32], encode: Encode, encoder: str
) -> tuple[list[int], set[int]]:
    """Rank the papers whose notes are near to a vector (d,), nearest first.

    Models place texts of one language nearer together than texts of the same content in two
    languages. So each cosine is compared with those of either text to plain sentences of the
    other one's language: 2 cos(x, y) - mean cos(x, sentences as y) - mean cos(y, sentences as x),
    after Conneau et al. 2018, arXiv:1710.04087, section 2.3 (CSLS).
    Returns the rows of near papers, and the rows of all papers whose notes have a vector of this
    encoder. Raises ModelError.
    """
    # Imported here, since pages and commands that import this module start without numpy.
    import numpy as np

    from reader.search.rows.nearest import vector_from

    kept = vector_files.note_vectors(library.db, encoder)
    if not kept:
        return [], set()

    def vector_of(sentence: str) -> NDArray[np.float32]:
        """Get the vector of a plain sentence, which is encoded once and then stored."""
        known = vector_files.vector_of(library.db, encoder, sentence)
        if known is None:
            known = encode(sentence)[1].astype("float16").tobytes()
            if not library.db.is_read_only:
                index.add_vectors(library.db, encoder, [(index.hash_of(sentence), known)])
        return vector_from(known)

    rows = list(kept)
    notes = np.stack([vector_from(kept[row]) for row in rows])
    plain = np.stack([np.mean([vector_of(s) for s in several], axis=0) for several in SAMPLES])
    others = notes @ plain.T
    mine = plain @ vector
    # The language of a text is that of the plain sentences it is nearest to.
    scores = 2 * (notes @ vector) - mine[others.argmax(1)] - others[:, int(mine.argmax())]
    order = np.argsort(-scores, kind="stable")
    return [rows[at] for at in order if scores[at] >= NEAR], set(rows)
