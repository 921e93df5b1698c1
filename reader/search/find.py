"""Search notes, highlights, papers and passages: full text and similarity, fused.

Also lists what is similar to a paper, a foreign text or a note, with the words that they share.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reader.base.errors import ModelError, ModelMissing, NotFound, NotKnown, SourceFailed
from reader.base.messages import Message, in_thousands, lazy_gettext
from reader.base.messages import Text as Sentence
from reader.base.tex import title_text
from reader.base.text import plain
from reader.base.words import (
    is_sign,
    neighbours,
    parts_of,
    phrase_term,
    without_addresses,
)
from reader.library.folder import Library, find_paper
from reader.library.highlight import MarkState
from reader.library.ids import IdMatch, parse_id
from reader.library.paper import LibraryPaper
from reader.library.passage import Document
from reader.library.query import Filter, Query, parse
from reader.library.rows import highlights, papers
from reader.search.encode import is_gibberish
from reader.search.evidence import (
    evidence,
    fingerprint,
    is_same_text,
    share_of_letters,
    share_of_pairs,
    shared_words,
)
from reader.search.filters import (
    OWN_FILTERS,
    QueryMeaning,
    asks_own,
    conditions,
    interpret,
)
from reader.search.fusion import DEPTH, Ranking
from reader.search.indexes import LOOKED_AT
from reader.search.rows import filters, index
from reader.search.rows.index import Kind, Text
from reader.search.shared import Indexes
from reader.search.terms import query_words_of, says_little

if TYPE_CHECKING:
    from reader.search.encode import EncodeQuery


KINDS: tuple[Kind, ...] = ("note", "highlight", "paper", "passage")
"""The kinds in the order of results: own words, marked words, papers, passages of papers."""

OWN_KINDS: tuple[Kind, ...] = ("note", "highlight")

FIRST_PAPERS, NEARLY_ALL, NEARLY_ALL_JAPANESE = 3, 0.9, 0.75
"""A note or highlight stands before the papers if its paper is one of the first so many, or it has
this share of the query's letters. NEARLY_ALL_JAPANESE: the share for a query in Japanese. Of 86
such queries typed from memory 94 % have their note first, with NEARLY_ALL 78 %, and no more notes
stand before papers without a note; English questions lose two points of MRR with it."""

AT_ONCE = 100
"""Texts that are read at a time; mostly the first ones are enough. Of 200 runs of five words 196
had their page among the first 10 with 50 of them, 198 with 100, for 5 ms more, 199 with 200."""

SIDE_BY_SIDE = 8.0
"""What is added to the score of one of the first AT_ONCE texts if all neighbouring words of the
query stand side by side in it, in standard deviations. bm25 does not see where words stand: of
150 runs of five words of a PDF 124 had their paper first without this, 147 with it. With 4 to 12
other questions are answered alike."""

MOST_ALIKE = 2
"""Papers that are read for each that is listed, since some have the same text."""

MOST_OF_ONE = 20
"""Texts that are read for each hit of a listing, since one paper may have many."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A hit of a search: a note, a highlight, a paper, or a passage.

    page: where the passage or highlight begins, from 1; None for notes, papers and highlights
    without a page in the PDF that is here.
    evidence: the sentence that fits the query best. matches: the places of the query's words in
    it. has_words: full text found it, not only similarity.
    score: of the fusion; comparable within one search and kind only.
    is_shared: the shared index has it, and not the library's own.
    also: ids of other papers with the same text.
    is_far: it has no word of the query and is not near by meaning, so it stands behind the rest.
    is_promoted: so it would, but for its paper, or a better hit behind it.
    share: of the query's letters, 0 to 1, in the words of a note or highlight; else 0.
    """

    kind: Kind
    paper: LibraryPaper
    page: int | None
    section: str
    evidence: str
    score: float
    matches: tuple[tuple[int, int], ...] = ()
    has_words: bool = False
    also: tuple[str, ...] = ()
    is_shared: bool = False
    is_far: bool = False
    is_promoted: bool = False
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    notice: why similarity could not be used, None where it was. n_not_encoded, n_not_indexed:
    texts that similarity, and any search, could not see.
    messages: sentences about what of the query was not taken as it was typed. names: what its terms
    are also called, which was searched for too.
    shared_error: why the shared index could not be searched, None where it was, or there is none.
    is_listing: the query had filters alone, so that the hits are all that fit, newest first.
    """

    hits: tuple[SearchHit, ...]
    notice: ModelError | None = None
    n_not_encoded: int = 0
    n_not_indexed: int = 0
    messages: tuple[Sentence, ...] = ()
    names: tuple[str, ...] = ()
    is_listing: bool = False
    shared_error: SourceFailed | None = None

    @property
    def has_words(self) -> bool:
        """Check whether any hit has a word of the query."""
        return self.is_listing or any(hit.has_words for hit in self.hits)


def search(
    library: Library,
    query: str,
    *,
    encode_query: EncodeQuery,
    encoder: str,
    kinds: Sequence[Kind] = KINDS,
    limit: int = 10,
    indexes: Indexes | None = None,
) -> SearchResult:
    """Search for words, phrases and meaning, in Japanese and English.

    query: words, phrases, filters and operators, as `reader.library.query` reads them.
    encode_query: text → unit vector (d,); where it raises ModelError, full text answers alone,
    and `notice` is that error. encoder: the name of the encoder.
    indexes: of the library, with a shared one; None for its own alone. Filters on what only the
    library knows leave the shared one out.
    Returns at most `limit` hits of each kind, each paper once in a kind: in the order of KINDS,
    but notes and highlights that fit less stand behind the papers; then in the same order those
    that are far. Raises QueryError.
    """
    indexes = indexes or Indexes(library)
    wanted = [kind for kind in KINDS if kind in kinds]
    if (named := parse_id(plain(query))) is not None:
        return with_limits(_by_id(indexes, named, wanted, encoder, limit), library, encoder)
    parsed = parse(query)
    if not parsed.asks:
        return with_limits(SearchResult((), is_listing=True), library, encoder)
    meaning = interpret(library, parsed, indexes)
    if not parsed.all_words.strip():
        found = _listing(indexes, parsed, meaning, wanted, encoder, limit)
        return replace(found, messages=(*found.messages, *_not_looked_at(indexes, parsed)))
    ranking = Ranking(indexes, parsed, encoder, None, meaning)
    return with_limits(_ranked(ranking, wanted, encode_query, limit), library, encoder)


def _ranked(
    ranking: Ranking, kinds: Sequence[Kind], encode_query: EncodeQuery, limit: int
) -> SearchResult:
    """Find texts by the words of a query and, unless these are only names, by its vector."""
    indexes, parsed, meaning = ranking.indexes, ranking.query, ranking.meaning
    notice = None
    if not meaning.is_name:
        ranking, notice = _with_vector(ranking, kinds, encode_query)
    is_gibberish = _is_gibberish(ranking, kinds)
    if is_gibberish and not parsed.phrases and not parsed.groups:
        message = lazy_gettext(
            "No text has most of these words, and by meaning they cannot be told from letters "
            "typed at random, so nothing is shown. Try other words."
        )
        return SearchResult((), messages=(*meaning.messages, message))
    messages: list[Sentence] = [*meaning.messages, *meaning.guesses]
    messages += _not_looked_at(indexes, parsed)
    hits = _found(ranking, kinds, limit)
    if not hits and parsed.phrases and not is_gibberish:
        # No text has the phrase, but some may have its words.
        messages.append(
            lazy_gettext(
                "Nothing has the phrase “{phrase}”. Found by its words:", phrase=parsed.phrases[0]
            )
        )
        loose = replace(parsed, phrases=())
        again = Ranking(indexes, loose, ranking.encoder, ranking.vector, meaning)
        hits = _found(again, kinds, limit)
    if ranking.is_cut:
        messages.append(
            lazy_gettext(
                "Very many texts have these words. By words, only the newest {n} of each kind were "
                "compared; by meaning, all.",
                n=in_thousands(LOOKED_AT),
            )
        )
    names, error = ranking.other_names, indexes.error
    if unread := indexes.dictionary_error:
        messages += [unread.message, unread.hint]
    return SearchResult(hits, notice, messages=tuple(messages), names=names, shared_error=error)


def _by_id(
    indexes: Indexes, named: IdMatch, kinds: Sequence[Kind], encoder: str, limit: int
) -> SearchResult:
    """Find the paper that an id or address names; else the texts in which the id stands."""
    library = indexes.library
    try:
        paper = find_paper(library, named.id)
    except NotFound as error:
        query = Query(phrases=(named.id.partition(":")[2],))
        ranking = Ranking(indexes, query, encoder, None, interpret(library, query, indexes))
        hint = lazy_gettext("`reader add {id}` adds it.", id=named.id)
        messages = error.message, error.hint if isinstance(error, NotKnown) else hint
        hits = _found(ranking, kinds, limit)
        return SearchResult(hits, messages=messages, shared_error=indexes.error)
    own = list[SearchHit]()
    for kind in kinds:
        if kind == "paper":
            own += _shown_once(indexes, [(_own_text(paper), 0.0)], "", limit)
        elif kind != "passage" or len(kinds) == 1:
            rows = index.rows_of(library.db, kind, [paper.row])
            own += _hits(indexes, [(row, 0.0) for row in rows], limit=limit)
    return SearchResult(tuple(replace(hit, has_words=True) for hit in own))


def _own_text(paper: LibraryPaper) -> Text:
    """Make the text of a paper from itself, which it has before it is indexed too."""
    return Text(0, "paper", paper.row, None, "", f"{paper.record.title}\n{paper.record.abstract}")


def _not_looked_at(indexes: Indexes, query: Query) -> list[Message]:
    """Make a sentence where filters leave texts of a shared index out that might fit."""
    # A text of another index never has what such a filter asks for; without its tag, or where
    # nothing was decided, all of them may be wanted.
    is_own = any(
        isinstance(one, Filter)
        and one.name in OWN_FILTERS
        and not one.is_not
        and one.value not in ("none", "candidate")
        for one in query.filters
    )
    if not indexes.are_several or not query.is_narrowed or is_own:
        return []
    if asks_own(query) or not query.all_words.strip():
        return [
            lazy_gettext("Filters look at your own library; the shared index was not searched.")
        ]
    return [
        lazy_gettext("In the shared index, only the best texts were compared with the filters.")
    ]


def _with_vector(
    ranking: Ranking, kinds: Sequence[Kind], encode_query: EncodeQuery
) -> tuple[Ranking, ModelError | None]:
    """Return the ranking with the query's vector, and why it has none, None where it has one."""
    # Words are ranked while the query is encoded in another thread, and its vector is compared
    # there while the last kind is ranked by words: neither needs the other.
    with ThreadPoolExecutor(1) as beside:
        # With this context, which has the language of what the model reports while it is loaded.
        encoding = beside.submit(copy_context().run, encode_query, ranking.query.all_words)
        ranking.look_for_words(kinds[:-1])
        try:
            vector = encoding.result()
        except ModelError as error:
            return ranking, error
        # Imported after the model, which sets numpy's number of threads before it imports numpy.
        from reader.search.rows.nearest import Nearest

        nearest = Nearest(ranking.library.db, ranking.encoder)
        if not ranking.query.is_narrowed and not ranking.query.phrases:
            comparing = beside.submit(nearest.look, kinds, vector, limit=DEPTH)
            ranking.look_for_words(kinds[-1:])
            comparing.result()
    names = ranking.other_names
    return replace(ranking, vector=vector, nearest=nearest, names=names), None


def _is_gibberish(ranking: Ranking, kinds: Sequence[Kind]) -> bool:
    """Check whether a query reads like letters typed at random; False where nothing tells.

    What is in a text by half is never taken for that: it can be shown. One word of several may be
    there by chance: "sit" of "lorem ipsum dolor sit amet".
    """
    if ranking.vector is None:
        return False
    if not any(map(is_sign, ranking.query.all_words)):
        return not ranking.is_known(kinds)  # numbers and dots are near to every paper alike
    samples = ranking.samples
    if samples is None:
        return False
    return is_gibberish(ranking.vector, samples) and not ranking.is_known(kinds)


def with_limits(found: SearchResult, library: Library, encoder: str) -> SearchResult:
    """Return a result with the counts of the texts that a search could not see."""
    return replace(
        found,
        n_not_encoded=index.n_without_vector(library.db, encoder),
        n_not_indexed=index.n_not_indexed(library.db),
    )


def _found(ranking: Ranking, kinds: Sequence[Kind], limit: int) -> tuple[SearchHit, ...]:
    query, pairs = ranking.shown_words, neighbours(ranking.searched)
    hits = {kind: hits_of(ranking, kind, query=query, limit=limit, pairs=pairs) for kind in kinds}
    return _far_last(_ordered(hits, ranking.searched))


def _ordered(by_kind: Mapping[Kind, Sequence[SearchHit]], words: str) -> list[Sequence[SearchHit]]:
    """Put the notes and highlights behind the papers that fit `words` less than these."""
    least = NEARLY_ALL_JAPANESE if parts_of(words) else NEARLY_ALL
    papers = by_kind.get("paper", ())
    first = {hit.paper.row for hit in papers[:FIRST_PAPERS]}

    def fits(hit: SearchHit) -> bool:
        return not first or hit.paper.row in first or hit.share >= least

    own = [hits for kind, hits in by_kind.items() if kind in OWN_KINDS]
    return [
        *([hit for hit in hits if fits(hit)] for hits in own),
        papers,
        *([hit for hit in hits if not fits(hit)] for hits in own),
        by_kind.get("passage", ()),
    ]


def _far_last(by_kind: Sequence[Sequence[SearchHit]]) -> tuple[SearchHit, ...]:
    """Join the hits of several kinds; the far ones at the end of each come behind all others.

    A far one keeps its place with a better hit behind it, since the ranking knows more than
    nearness, and so does a note or highlight on one of the first papers that is not far.
    """
    papers = [hit for hits in by_kind for hit in hits if hit.kind == "paper"][:FIRST_PAPERS]
    near = {hit.paper.row for hit in papers if not hit.is_far}
    first, last = list[SearchHit](), list[SearchHit]()
    for hits in by_kind:
        n = max((n for n, hit in enumerate(hits, 1) if not hit.is_far), default=0)
        for place, hit in enumerate(hits):
            if place < n or (hit.kind in OWN_KINDS and hit.paper.row in near):
                first.append(replace(hit, is_far=False, is_promoted=hit.is_far))
            else:
                last.append(hit)
    return (*first, *last)


def hits_of(
    ranking: Ranking,
    kind: Kind,
    *,
    query: str,
    limit: int,
    depth: int | None = None,
    pairs: Sequence[str] = (),
) -> list[SearchHit]:
    """Make the hits of one kind of text: each paper once, and papers with the same text once.

    query: the words that the evidence should have. depth: of the ranking, None for all of it.
    pairs: words that should stand side by side.
    """
    ranked, by_words = ranking.rank(kind)
    ranked = _side_by_side(ranking, ranked[:depth], pairs) if pairs else ranked[:depth]
    words = ranking.searched if kind in OWN_KINDS else ""
    return _hits(ranking.indexes, ranked, query, limit, by_words, far=ranking.far, words=words)


def _side_by_side(
    ranking: Ranking, ranked: Sequence[tuple[int, float]], pairs: Sequence[str]
) -> list[tuple[int, float]]:
    """Rank the first texts anew by how many pairs of words stand side by side in them."""
    first = dict(ranked[:AT_ONCE])
    texts = ranking.indexes.texts_at(list(first))
    scores = {
        row: score + SIDE_BY_SIDE * share_of_pairs(pairs, _words_of(texts.get(row)))
        for row, score in first.items()
    }
    return [*sorted(scores.items(), key=lambda item: -item[1]), *ranked[AT_ONCE:]]


def _words_of(text: Text | None) -> str:
    """Get the words of a text in their order, without those that nobody wrote."""
    if text is None:
        return ""
    return without_addresses(text.text) if text.kind == "note" else text.text


def _hits(
    indexes: Indexes,
    ranked: Sequence[tuple[int, float]],
    query: str = "",
    limit: int = 10,
    by_words: Container[int] = (),
    far: Callable[[Sequence[int]], Container[int]] = lambda _rows: (),
    words: str = "",
) -> list[SearchHit]:
    best: dict[int, tuple[Text, float]] = {}
    for start in range(0, len(ranked), AT_ONCE):
        some = dict(ranked[start : start + AT_ONCE])
        texts = indexes.texts_at(list(some))
        for row, score in some.items():
            if row in texts:
                best.setdefault(texts[row].paper, (texts[row], score))
        if len(best) >= 2 * limit:
            break
    chosen = list(best.values())[: MOST_ALIKE * limit]
    left = far([text.row for text, _ in chosen if text.row not in by_words])
    return _shown_once(indexes, chosen, query, limit, by_words, left, words=words)


def _shown_once(
    indexes: Indexes,
    chosen: Sequence[tuple[Text, float]],
    query: str,
    limit: int,
    by_words: Container[int] = (),
    far: Container[int] = (),
    *,
    words: str = "",
) -> list[SearchHit]:
    """Make the hits for texts of different papers, with their share of `words`; papers with the
    same text become one."""
    by_row = indexes.papers_at([t.paper for t, _ in chosen])
    marks_of = functools.cache(functools.partial(highlights.highlights_of, indexes.library.db))
    hits: list[SearchHit] = []
    seen: list[frozenset[str]] = []
    for text, score in chosen:
        there = fingerprint(text.text)
        same = next((n for n, other in enumerate(seen) if is_same_text(there, other)), None)
        if same is not None:
            also = (*hits[same].also, by_row[text.paper].record.id)
            hits[same] = replace(hits[same], also=also)
        elif len(hits) < limit:
            # Evidence for a paper comes from the abstract, since the title is shown anyway.
            title, _unused, abstract = text.text.partition("\n")
            body = (abstract or title) if text.kind == "paper" else text.text
            is_note = text.kind == "note"
            why = evidence(body, query, as_text=title_text, in_addresses=not is_note)
            place = by_row[text.paper], _page_now(text, marks_of), text.section
            has_words = text.row in by_words
            hit = SearchHit(text.kind, *place, why.text, score, why.matches, has_words)
            share = share_of_letters(words, _words_of(text)) if words else 0.0
            hit = replace(hit, is_shared=text.row < 0, is_far=text.row in far, share=share)
            hits.append(hit)
            seen.append(there)
    return hits


def _page_now(text: Text, marks_of: Callable[[int], Sequence[MarkState]]) -> int | None:
    """Return the page of the paper's PDF on which a text stands; None for a highlight that is
    only in an earlier version."""
    if text.kind != "highlight":
        return text.page
    mark = next((one.highlight for one in marks_of(text.paper) if one.id == text.position), None)
    return mark.page or None if mark and not mark.is_earlier else None


def _listing(
    indexes: Indexes,
    query: Query,
    meaning: QueryMeaning,
    kinds: Sequence[Kind],
    encoder: str,
    limit: int,
) -> SearchResult:
    """List what fits the filters, newest first; passages only where they are the only kind."""
    library, hits = indexes.library, list[SearchHit]()
    for kind in kinds:
        wanted = conditions(library, query, kind, meaning)
        if wanted is None or (kind == "passage" and len(kinds) > 1):
            continue
        if kind == "paper":
            # From the papers themselves, so that papers that are not indexed yet are listed too.
            some = filters.newest_papers(library.db, wanted, limit=limit * MOST_ALIKE)
            texts = [(_own_text(paper), 0.0) for paper in papers.papers_at(library.db, some)]
            hits += _shown_once(indexes, texts, "", limit)
        else:
            rows = filters.newest(library.db, wanted, limit=limit * MOST_OF_ONE)
            hits += _hits(indexes, [(row, 0.0) for row in rows], limit=limit)
    found = SearchResult(tuple(hits), messages=meaning.messages, is_listing=True)
    return with_limits(found, library, encoder)


SIMILAR_KINDS: tuple[Kind, ...] = ("note", "paper")

LIKE_LETTERS = 2_000
"""Letters of a foreign text that are compared by meaning, more than models read at once."""

READ_LETTERS = 20_000
"""Letters of a foreign text in which words are looked for."""

TELLING = 12
"""Words of a text that are searched: those that the fewest papers have."""

COMMON = 2_000
"""The number of papers with a word from which on the word is too common."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar paper or note, and the rare words that it shares with the text asked about."""

    hit: SearchHit
    words: tuple[str, ...]


def similar(
    library: Library,
    paper: LibraryPaper,
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

    text = f"{paper.record.title}\n{paper.record.abstract}"
    kept = index.paper_vectors(library.db, encoder, [paper.row]).get(paper.row)
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
        hits += [hit for hit in found if hit.paper.row != paper.row][:limit]
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
    hits = {
        kind: hits_of(ranking, kind, query=words, limit=limit + 1, depth=DEPTH)[:limit]
        for kind in kinds
    }
    found = SearchResult(_far_last(_ordered(hits, words)), notice, shared_error=indexes.error)
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


def _shared(text: str, hit: SearchHit, n_papers: Callable[[str], int]) -> tuple[str, ...]:
    """Select the rarest words that two papers share, at most six, as the first prints them."""
    other = f"{hit.paper.record.title}\n{hit.paper.record.abstract}"
    shared = shared_words(text, f"{other}\n{hit.evidence}")
    telling = [(word, printed) for word, printed in shared.items() if not says_little(word)]
    rare = sorted((n_papers(word), printed) for word, printed in telling)
    return tuple(printed for n, printed in rare[:6] if n < COMMON)


def _n_papers(library: Library, word: str) -> int:
    term, db = phrase_term(word), library.db

    def count() -> int:
        return index.n_having(db, term, limit=COMMON, kind="paper")

    # A server is asked for the same words with each paper of a field.
    return db.count_once(f"papers with {term}", count) if term else 0
