"""Find what is like a paper, a text from outside or a note: own notes first, and tell why."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, ModelMissing
from reader.base.messages import say
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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from reader.search.encode import Encode, EncodeQuery


SIMILAR_KINDS: tuple[Kind, ...] = ("note", "paper")

LIKE_LETTERS = 2_000
"""Of a text from outside that are compared by meaning: more than models read at once."""

READ_LETTERS = 20_000
"""Of a text from outside in which words are looked for."""

TELLING = 12
"""Words of a text that are looked for: those that fewest papers have."""

COMMON = 2_000
"""Papers with a word from which on it tells nothing."""

NEAR = 0.03
"""From which on a note is near. With the bundled model eight notes on four subjects, each in
both languages: the pairs have .073 to .095, most others less than .05."""

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
"""What any note may say, the same in each language: English, Japanese."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Something found, and the words that it shares with what was asked about."""

    hit: SearchHit
    words: tuple[str, ...]


def similar(
    library: Library, held: LibraryPaper, *, encoder: str, limit: int = 10
) -> tuple[SearchResult, list[Neighbour]]:
    """Find a paper's neighbours by its vector; by its telling words where it has none yet."""
    from reader.search.rows.nearest import vector_from

    text = f"{held.paper.title}\n{held.paper.abstract}"
    kept = index.paper_vectors(library.db, encoder, [held.row]).get(held.row)
    notice = None
    if kept is None:
        what, hint = say("similar.not_encoded"), say("similar.encode")
        notice = ModelMissing(model=encoder or library.config.encoder, what=what, hint=hint)
    # Where there is a vector it says more than words that happen to be rare.
    words = "" if kept is not None else telling_words(library, text)
    vector = None if kept is None else vector_from(kept)
    ranking = Ranking(library, Query(words=words), encoder, vector, QueryMeaning({}))
    hits: list[SearchHit] = []
    for kind in SIMILAR_KINDS:
        # One more, as the paper itself is the nearest of its kind.
        found = hits_of(ranking, kind, query=text, limit=limit + 1, depth=DEPTH)
        hits += [hit for hit in found if hit.held.row != held.row][:limit]
    # Neighbours share the same words.
    n_papers = functools.cache(functools.partial(_n_papers, library))
    result = with_limits(SearchResult(tuple(hits), notice), library, encoder)
    return result, [Neighbour(hit, _shared(text, hit, n_papers)) for hit in hits]


def search_like(
    library: Library,
    text: str,
    *,
    encode_query: EncodeQuery,
    encoder: str,
    kinds: Sequence[Kind],
    limit: int,
) -> SearchResult:
    """Find what is like a text: its first 2,000 characters by meaning, its telling words."""
    vector, notice = None, None
    try:
        vector = encode_query(text[:LIKE_LETTERS])
    except ModelError as error:
        notice = error
    words = telling_words(library, text[:READ_LETTERS])
    ranking = Ranking(library, Query(words=words), encoder, vector, QueryMeaning({}))
    hits = [
        hit
        for kind in kinds
        for hit in hits_of(ranking, kind, query=words, limit=limit + 1, depth=DEPTH)[:limit]
    ]
    return with_limits(SearchResult(tuple(hits), notice), library, encoder)


def text_of(document: Document) -> str:
    """Extract what a PDF is about: title and abstract, else its first pages."""
    if document.abstract:
        return f"{document.title}\n{document.abstract}"
    blocks = [b.text for page in document.pages[:3] for b in page.blocks if b.kind == "text"]
    return "\n".join([document.title, *blocks]).strip()


def telling_words(library: Library, text: str) -> str:
    """Choose the words of a text that fewest papers have, among those that some have."""
    found = [(_n_papers(library, word), word) for word in query_words_of(text)]
    rare = sorted((n, word) for n, word in found if 0 < n < COMMON) or sorted(found)
    return " ".join(word for _, word in rare[:TELLING])


def query_words_of(text: str) -> list[str]:
    """List the words of a long text that may tell what it is about, each once."""
    pieces = (text[start : start + MAX_QUERY] for start in range(0, len(text), MAX_QUERY))
    words = (word for piece in pieces for word in query_words(piece))
    return list(dict.fromkeys(word for word in words if 2 < len(word) < 20))[:300]


def _shared(text: str, hit: SearchHit, n_papers: Callable[[str], int]) -> tuple[str, ...]:
    """List the words that tell most of why two papers are near: shared, and rare."""
    other = f"{hit.held.paper.title}\n{hit.held.paper.abstract}"
    shared = shared_words(text, f"{other}\n{hit.evidence}")
    rare = sorted((n_papers(word), printed) for word, printed in shared.items())
    return tuple(printed for n, printed in rare[:6] if n < COMMON)


def _n_papers(library: Library, word: str) -> int:
    term = phrase_term(word)
    return index.n_having(library.db, term, limit=COMMON, kind="paper") if term else 0


def near_notes(
    library: Library, vector: NDArray[np.float32], encode: Encode, encoder: str
) -> tuple[list[int], set[int]]:
    """Rank the papers whose notes are near to a vector (d,), nearest first; beside them all
    papers whose notes have a vector of this encoder.

    Models put texts of one language nearer together than texts that say the same in two. So a
    cosine is held against what either text has with plain sentences of the other one's
    language: 2 cos(x, y) - mean cos(x, sentences as y) - mean cos(y, sentences as x), after
    Conneau et al. 2018, arXiv:1710.04087, section 2.3 (CSLS). Raises ModelError.
    """
    # Only here: pages and commands that import this module have no numpy at their start.
    import numpy as np

    from reader.search.rows.nearest import vector_from

    kept = vector_files.note_vectors(library.db, encoder)
    if not kept:
        return [], set()

    def vector_of(sentence: str) -> NDArray[np.float32]:
        """Encode a plain sentence, once: then it is kept."""
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
    # A text is in the language whose plain sentences it is nearest to.
    scores = 2 * (notes @ vector) - mine[others.argmax(1)] - others[:, int(mine.argmax())]
    order = np.argsort(-scores, kind="stable")
    return [rows[at] for at in order if scores[at] >= NEAR], set(rows)
