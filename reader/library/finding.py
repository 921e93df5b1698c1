"""Search notes, highlights, papers and passages: full text and similarity, fused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.errors import ModelError
from reader.library.folder import Library
from reader.matching import best_sentence, fuse
from reader.paper import Held
from reader.plain import query_terms
from reader.store import index, papers
from reader.store.index import Kind, Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH = 200
"""How many texts of each kind each of the two rankings contributes."""

KINDS: tuple[Kind, ...] = ("note", "highlight", "paper", "passage")
"""The person's own words first, then what they marked, then papers, then places in them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: a note, a highlight, a paper, or a place in a paper.

    page: where the passage or highlight begins, from 1; None for notes and papers.
    evidence: the sentence that answers the query best.
    score: of the fusion; comparable within one search and kind only.
    """

    kind: Kind
    held: Held
    page: int | None
    section: str
    evidence: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave; notice says what it could not look at, empty for nothing."""

    hits: tuple[Hit, ...]
    notice: ModelError | None = None
    n_not_encoded: int = 0
    n_not_indexed: int = 0


def search(
    library: Library,
    query: str,
    *,
    encode_query: Callable[[str], NDArray[np.float32]],
    encoder: str,
    kinds: Sequence[Kind] = KINDS,
    limit: int = 10,
) -> Found:
    """Find what a person half remembers, in Japanese or English.

    encode_query: text → unit vector (d,); when it raises ModelError full text answers
    alone, and `notice` says so.
    Returns at most `limit` hits of each kind, in the order of KINDS, a paper once in each.
    """
    wanted = [kind for kind in KINDS if kind in kinds]
    rankings = [_by_words(library, query, wanted)]
    notice = None
    try:
        if query.strip():
            rankings.append(_nearest(library, encode_query(query), encoder, wanted))
    except ModelError as error:
        notice = error
    fused = {kind: fuse(ranking.get(kind, []) for ranking in rankings) for kind in wanted}
    return Found(
        hits=tuple(
            hit for kind in wanted for hit in _hits(library, query, kind, fused[kind], limit)
        ),
        notice=notice,
        n_not_encoded=index.n_without_vector(library.db, encoder),
        n_not_indexed=index.n_not_indexed(library.db),
    )


def _by_words(library: Library, query: str, kinds: Sequence[Kind]) -> dict[Kind, list[int]]:
    """Rank the texts of each kind by bm25: a hundred titles push no note out."""
    match = query_terms(query)
    if not match:
        return {}
    return {kind: index.find_words(library.db, kind, match, limit=DEPTH) for kind in kinds}


def _nearest(
    library: Library, query: NDArray[np.float32], encoder: str, kinds: Sequence[Kind]
) -> dict[Kind, list[int]]:
    """Rank the texts of each kind by cosine to a query's vector; exact, best first."""
    from reader.store.nearest import Nearest

    nearest = Nearest(library.db, encoder)
    return {kind: nearest.rank(kind, query, limit=DEPTH) for kind in kinds}


def _hits(
    library: Library,
    query: str,
    kind: Kind,
    fused: Sequence[tuple[int, float]],
    limit: int,
) -> list[Hit]:
    texts = index.texts_at(library.db, [row for row, _ in fused])
    best: dict[int, tuple[Text, float]] = {}
    for row, score in fused:
        if row in texts:
            best.setdefault(texts[row].paper, (texts[row], score))
    chosen = list(best.values())[:limit]
    held = {h.row: h for h in papers.papers_at(library.db, [t.paper for t, _ in chosen])}
    return [
        Hit(kind, held[t.paper], t.page, t.section, best_sentence(_body(t), query), score)
        for t, score in chosen
    ]


def _body(text: Text) -> str:
    """Give what may be shown as evidence: of a paper the abstract, its title stands above."""
    title, _, abstract = text.text.partition("\n")
    return (abstract or title) if text.kind == "paper" else text.text
