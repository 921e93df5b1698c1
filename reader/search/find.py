"""Search notes, highlights, papers and passages: full text and similarity, fused."""

from __future__ import annotations

from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reader.base.errors import ModelError
from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.library.file_names import year_of
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, family_name
from reader.library.query import Query, parse
from reader.library.rows import papers
from reader.search.evidence import evidence, fingerprint, is_same_text
from reader.search.filters import QueryMeaning, conditions, meant
from reader.search.fusion import DEPTH, LOOKED_AT, Ranking
from reader.search.rows import filters, index
from reader.search.rows.index import Kind, Text

if TYPE_CHECKING:
    from reader.search.encode import EncodeQuery

KINDS: tuple[Kind, ...] = ("note", "highlight", "paper", "passage")
"""The person's own words first, then what they marked, then papers, then places in them."""

AT_ONCE = 50
"""Texts that are read at a time: mostly the first of them are enough."""

MOST_ALIKE = 2
"""Papers that are looked at for each that is listed: some say the same."""

MOST_OF_ONE = 20
"""Texts of one paper that may push others out of a listing."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing found: a note, a highlight, a paper, or a place in a paper.

    page: where the passage or highlight begins, from 1; None for notes and papers.
    evidence: the sentence that answers the query best. matches: where words of the query
    stand in it. has_words: full text found it, and not similarity alone.
    score: of the fusion; comparable within one search and kind only.
    also: ids of other papers with the same text.
    """

    kind: Kind
    held: LibraryPaper
    page: int | None
    section: str
    evidence: str
    score: float
    matches: tuple[tuple[int, int], ...] = ()
    has_words: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search gave; notice says what it could not look at, empty for nothing.

    said: what of the query was not taken as it stands, in sentences.
    is_listing: there were no words to look for, so what fits the filters, newest first.
    """

    hits: tuple[SearchHit, ...]
    notice: ModelError | None = None
    n_not_encoded: int = 0
    n_not_indexed: int = 0
    said: tuple[str, ...] = ()
    is_listing: bool = False

    @property
    def has_words(self) -> bool:
        """Tell whether anything has a word of the query."""
        return self.is_listing or any(hit.has_words for hit in self.hits)


def search(
    library: Library,
    query: str,
    *,
    encode_query: EncodeQuery,
    encoder: str,
    kinds: Sequence[Kind] = KINDS,
    limit: int = 10,
) -> SearchResult:
    """Find what a person half remembers, in Japanese or English.

    query: words, phrases and filters, as `reader.library.query` reads them.
    encode_query: text → unit vector (d,); when it raises ModelError full text answers
    alone, and `notice` says so.
    Returns at most `limit` hits of each kind, in the order of KINDS, a paper once in each.
    """
    asked = parse(query)
    wanted = [kind for kind in KINDS if kind in kinds]
    if not asked.asks:
        return with_limits(SearchResult((), is_listing=True), library, encoder)
    meaning = meant(library, asked)
    if not asked.words.strip():
        return _listing(library, asked, meaning, wanted, encoder, limit)
    said = list(meaning.said)
    ranking, notice = Ranking(library, asked, encoder, None, meaning), None
    if not meaning.is_name:
        ranking, notice = _both_ways(ranking, wanted, encode_query)
    hits = _found(ranking, wanted, limit)
    if not hits and asked.phrases:
        # A phrase that is nowhere: its words may be.
        said.append(say("search.no_phrase", phrase=asked.phrases[0]))
        loose = replace(asked, phrases=())
        hits = _found(Ranking(library, loose, encoder, ranking.vector, meaning), wanted, limit)
    if ranking.is_cut:
        said.append(say("search.common", n=f"{LOOKED_AT:,}"))
    return with_limits(SearchResult(hits, notice, said=tuple(said)), library, encoder)


def _both_ways(
    ranking: Ranking, kinds: Sequence[Kind], encode_query: EncodeQuery
) -> tuple[Ranking, ModelError | None]:
    """Look for the words while the question is being encoded, and compare its vector while
    the last words are looked for: neither needs the other."""
    with ThreadPoolExecutor(1) as beside:
        # In this context, so that an error speaks the language that is spoken here.
        encoding = beside.submit(copy_context().run, encode_query, ranking.query.words)
        ranking.look_for_words(kinds[:-1])
        try:
            vector = encoding.result()
        except ModelError as error:
            return ranking, error
        # Only now, since the model sets numpy's threads before numpy is imported.
        from reader.search.rows.nearest import Nearest

        nearest = Nearest(ranking.library.db, ranking.encoder)
        if not ranking.query.filters and not ranking.query.phrases:
            comparing = beside.submit(nearest.look, kinds, vector, limit=DEPTH)
            ranking.look_for_words(kinds[-1:])
            comparing.result()
    return replace(ranking, vector=vector, nearest=nearest), None


def with_limits(found: SearchResult, library: Library, encoder: str) -> SearchResult:
    """Add the counts of what a search could not see."""
    return replace(
        found,
        n_not_encoded=index.n_without_vector(library.db, encoder),
        n_not_indexed=index.n_not_indexed(library.db),
    )


def _found(ranking: Ranking, kinds: Sequence[Kind], limit: int) -> tuple[SearchHit, ...]:
    query = ranking.shown_words
    return tuple(hit for kind in kinds for hit in hits_of(ranking, kind, query=query, limit=limit))


def hits_of(
    ranking: Ranking, kind: Kind, *, query: str, limit: int, depth: int | None = None
) -> list[SearchHit]:
    """Make what to show of one kind of text: a paper once, and papers that say the same once.

    query: what evidence is looked for by. depth: texts that are looked at, None for all.
    """
    ranked, by_words = ranking.rank(kind)
    return _hits(ranking.library, kind, ranked[:depth], query, limit, by_words)


def _hits(
    library: Library,
    kind: Kind,
    ranked: Sequence[tuple[int, float]],
    query: str = "",
    limit: int = 10,
    by_words: Container[int] = (),
) -> list[SearchHit]:
    best: dict[int, tuple[Text, float]] = {}
    for start in range(0, len(ranked), AT_ONCE):
        some = dict(ranked[start : start + AT_ONCE])
        texts = index.texts_at(library.db, list(some))
        for row, score in some.items():
            if row in texts:
                best.setdefault(texts[row].paper, (texts[row], score))
        if len(best) >= 2 * limit:
            break
    chosen = list(best.values())[: MOST_ALIKE * limit]
    return _shown_once(library, chosen, query, limit, by_words)


def _shown_once(
    library: Library,
    chosen: Sequence[tuple[Text, float]],
    query: str,
    limit: int,
    by_words: Container[int] = (),
) -> list[SearchHit]:
    """Make what to show of texts of different papers; those that say the same once."""
    held = {h.row: h for h in papers.papers_at(library.db, [t.paper for t, _ in chosen])}
    hits: list[SearchHit] = []
    seen: list[frozenset[str]] = []
    for text, score in chosen:
        words = fingerprint(text.text)
        same = next((n for n, other in enumerate(seen) if is_same_text(words, other)), None)
        if same is not None:
            also = (*hits[same].also, held[text.paper].paper.id)
            hits[same] = replace(hits[same], also=also)
        elif len(hits) < limit:
            # Of a paper the abstract: its title stands above.
            title, _, abstract = text.text.partition("\n")
            why = evidence((abstract or title) if text.kind == "paper" else text.text, query)
            place = held[text.paper], text.page, text.section
            has_words = text.row in by_words
            hits.append(SearchHit(text.kind, *place, why.text, score, why.matches, has_words))
            seen.append(words)
    return hits


def _listing(
    library: Library,
    query: Query,
    meaning: QueryMeaning,
    kinds: Sequence[Kind],
    encoder: str,
    limit: int,
) -> SearchResult:
    """List what fits the filters, the newest first; passages only where nothing else is asked
    for."""
    hits: list[SearchHit] = []
    for kind in kinds:
        wanted = conditions(library, query, kind, meaning)
        if wanted is None or (kind == "passage" and len(kinds) > 1):
            continue
        if kind == "paper":
            # The filters need no text: what is not indexed yet is listed too.
            some = filters.newest_papers(library.db, wanted, limit=limit * MOST_ALIKE)
            texts = [
                (Text(0, "paper", h.row, None, "", f"{h.paper.title}\n{h.paper.abstract}"), 0.0)
                for h in papers.papers_at(library.db, some)
            ]
            hits += _shown_once(library, texts, "", limit)
        else:
            rows = filters.newest(library.db, wanted, limit=limit * MOST_OF_ONE)
            hits += _hits(library, kind, [(row, 0.0) for row in rows], limit=limit)
    found = SearchResult(tuple(hits), said=meaning.said, is_listing=True)
    return with_limits(found, library, encoder)


def nothing_asked(query: Query) -> str:
    """Explain why a query looks for nothing."""
    if query.has_operators:
        return say("search.operators_only")
    return say("search.without_only" if query.without else "search.empty")


def head_of(found: SearchResult, query: str) -> str:
    """Describe what the hits are, where that is not plain: "" where they have the words."""
    if not found.hits:
        return say("search.nothing", query=shorten(plain(query), 200))
    if found.is_listing:
        return say("search.newest")
    return "" if found.has_words else say("search.near_only")


def notices_of(found: SearchResult) -> list[str]:
    """List what of the query was not taken as it stands, and what was not looked at."""
    told = [plain(sentence) for sentence in found.said]
    if found.n_not_encoded and found.notice is None and not found.is_listing:
        told.append(say("search.not_encoded", n=found.n_not_encoded))
    if found.n_not_indexed:
        told.append(say("search.not_indexed", n=found.n_not_indexed))
    return told


def byline(hit: SearchHit) -> str:
    """Describe a paper in a line: its id, else its key, then who wrote it and when."""
    held = hit.held
    is_file = held.paper.id.startswith(("pdf:", "web:"))
    names = [family_name(author) for author in held.paper.authors]
    year = year_of(held.paper)
    by = say("search.by_several", names=names[0]) if len(names) > 2 else " & ".join(names)
    also = say("search.also", ids=say("list").join(hit.also))
    parts = [
        (held.key if is_file else None) or held.paper.id,
        by,
        str(year or ""),
        also if hit.also else "",
    ]
    return " · ".join(part for part in parts if part)
