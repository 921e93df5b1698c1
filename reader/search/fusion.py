"""Rank the texts of one kind for a query: by words, by meaning, by names; and fuse the lists.

bm25 takes a microsecond for a text, and most of 300,000 texts have "language" and "model": a
sixth of a second for each kind. So where a query has rarer words too, only texts with one of
these are scored, by all of its words; texts with common words alone would come behind them
anyway. Where it has only common words, only the newest texts are scored, and the search says so.

Other names of a query's terms are acronyms as the library's own abstracts introduce them ("singing
voice synthesis (SVS)"), a table of Japanese technical terms (terms.txt), and spellings of one
Japanese word.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from reader.base.text import compiled
from reader.base.words import (
    folded,
    is_cjk,
    phrase_term,
    query_words,
    says_something,
)
from reader.library.folder import Library
from reader.library.query import Query
from reader.library.rows import papers
from reader.search.encode import SAMPLES
from reader.search.evidence import fuse, share_of_letters, standing
from reader.search.filters import QueryMeaning, asks_own, conditions, fits
from reader.search.indexes import OwnIndex, Ranked, WordQuery, parted
from reader.search.rows import filters, index, vector_files
from reader.search.rows.filters import Conditions
from reader.search.rows.index import Kind
from reader.search.shared import Indexes
from reader.search.terms import (
    LONGEST_NAME,
    MAX_READ,
    MOST_ENGLISH,
    english_of,
    is_term,
    japanese_of,
    without_terms,
)

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
        """Check whether a text has half of the query as it was typed, or the English of a Japanese
        term in it, or somebody its name."""
        if self.meaning.guesses or self.meaning.families:
            return not self.meaning.guesses
        if not self.searched.isascii() and {*english_of(self.searched)} & {*self.other_names}:
            return True
        return any(
            self._shared(ranked) >= HALF
            for kind in kinds
            for ranked in (self._by_words(kind, None, DEPTH), self._lists(kind).by_words)
        )

    @functools.cached_property
    def samples(self) -> NDArray[np.float32] | None:
        """Get the vectors of SAMPLES, (n, d); None where `reader index` has yet to make some."""
        kept = index.query_vectors(self.library.db, self.encoder, SAMPLES)
        if len(kept) < len(SAMPLES):
            return None
        # Import numpy, which a search by words alone need not wait for.
        from reader.search.rows.nearest import vectors_from

        return vectors_from(kept)

    def far(self, rows: Sequence[int]) -> set[int]:
        """Select those of some texts that are not near to the query; none where nothing tells."""
        words = self.query.all_words
        if not rows or not words or self.vector is None or self.samples is None:
            return set()
        if not (kept := vector_files.vectors_at(self.library.db, self.encoder, rows)):
            return set()
        from reader.search.near import are_near
        from reader.search.rows.nearest import vectors_from

        near = are_near(words, self.vector, vectors_from(list(kept.values())), self.samples)
        return {row for row, is_near in zip(kept, near, strict=True) if not is_near}

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


MOST_WORDS = 8
"""The most words of a query whose acronyms are looked up; a longer one says enough itself."""

MOST_TEXTS = 40
"""Abstracts that are read for one acronym."""

LEAST_LETTERS = 3
"""The fewest letters of an acronym whose long form stands in a query."""

LEAST_SHARE = 0.2
"""The least share of an acronym's introductions that a long form must have to be looked for."""

SHORT_WORDS = (2, 4)
"""Letters of a word in small letters that may be an acronym: people type "svs"."""

MOST_NAMES = 24
"""Other names of a query that are looked for; the first ones are."""

MOST_LOOKED_UP, MOST_READ, MOST_MEANINGS = 16, 6, 3
"""Words of a query that are looked up in a dictionary, English of each that is looked for in the
index, and of that the first ones that are searched for."""

MOST_BY_SOUND = 3
"""The most words that are compared by sound; each reads a part of all words of the index."""

LEAST_INTRODUCED = 0.2
"""The least share of the texts with a word in small letters that introduce it as an acronym: SVS
is one, and "music" is none though one paper calls its model MuSiC."""

_INTRODUCED = compiled(r"\(([A-Za-z][A-Za-z0-9-]{1,9}?)s?[);,]")


def other_names(indexes: Indexes, words: str) -> list[str]:
    """List what else the terms in the words of a query are called, each once, at most MOST_NAMES.

    Only names that some text of an index has.
    """
    names = [] if words.isascii() else [*english_of(words), *_spellings(words)]
    typed = _LATIN.findall(words[:MAX_READ])
    if len(typed) <= MOST_WORDS:
        names += [*japanese_of(typed), *_acronyms_of(indexes, typed)]
    names += _long_forms_of(indexes, typed)
    here = {folded(word) for word in query_words(words)}
    by_term: dict[str, str] = {}
    for name in names:
        if name.casefold() not in here and (term := phrase_term(name)):
            by_term.setdefault(term, name)
    terms, found = list(by_term), list[str]()
    while terms and len(found) < MOST_NAMES:
        some, terms = terms[:MOST_NAMES], terms[MOST_NAMES:]
        there = indexes.known(some)
        found += [by_term[term] for term in some if term in there]
    meanings = {} if words.isascii() else _meanings(indexes, words)
    by_sound = _by_sound(indexes, words, but=meanings)
    return list(dict.fromkeys([*found, *chain(*meanings.values()), *by_sound]))[:MOST_NAMES]


def _meanings(indexes: Indexes, words: str) -> dict[str, list[str]]:
    """Look Japanese words up that the table lacks: word → its English that some text has.

    Nothing is found where no dictionary is installed, or none that can be read: then `indexes`
    has the reason.
    """
    # Import what a query in English does not need.
    from reader.search.dictionary import dictionary_words, english_terms
    from reader.search.rows.dictionary import (
        DictionaryUnread,
        glosses,
        headwords,
        open_dictionary,
    )

    try:
        with open_dictionary() as db:
            if db is None:
                return {}
            known = functools.partial(headwords, db)
            looked_up = islice(dictionary_words(without_terms(words), known), MOST_LOOKED_UP)
            english = {word: english_terms(glosses(db, word))[:MOST_READ] for word in looked_up}
    except DictionaryUnread as error:
        indexes.dictionary_error = error
        return {}
    there = indexes.known([phrase_term(term) for term in chain(*english.values())])
    return {
        word: [term for term in terms if phrase_term(term) in there][:MOST_MEANINGS]
        for word, terms in english.items()
    }


def _by_sound(indexes: Indexes, words: str, *, but: Container[str]) -> Iterator[str]:
    """Find the English words that sound like the katakana words that no text and no table has.

    but: words whose English is known otherwise.
    """
    # Import what few queries need.
    from reader.search.katakana import alike, beginnings, loan_words

    unknown = (
        word
        for word in dict.fromkeys(loan_words(words[:MAX_READ]))
        if word not in but and not is_term(word) and not indexes.known([phrase_term(word)])
    )
    for word in islice(unknown, MOST_BY_SOUND):
        yield from alike(word, index.words_beginning(indexes.library.db, beginnings(word)))


def _long_forms_of(indexes: Indexes, typed: Sequence[str]) -> Iterator[str]:
    """Find the long forms of typed acronyms, as the library's abstracts introduce them."""
    least, most = SHORT_WORDS
    for word in filter(says_something, dict.fromkeys(typed)):
        is_acronym = sum(c.isupper() for c in word) > 1
        if is_acronym or (len(typed) <= MOST_WORDS and least <= len(word) <= most):
            short = folded(word.casefold())
            share = 0.0 if is_acronym else LEAST_INTRODUCED
            yield from _introduced(indexes, short, f'"{short}"', least=share)


def _acronyms_of(indexes: Indexes, typed: Sequence[str]) -> Iterator[str]:
    """Find the acronyms of long forms that stand in a query."""
    for n in range(LONGEST_NAME, 1, -1):
        for i in range(len(typed) - n + 1):
            group = typed[i : i + n]
            if not (says_something(group[0]) and says_something(group[-1])):
                continue
            name = " ".join(group)
            initials = "".join(word[0] for part in group for word in part.split("-"))
            short = folded(initials.casefold())
            # Two letters are words of other kinds as well: "SE" is also a standard error.
            if len(short) < LEAST_LETTERS:
                continue
            longs = _introduced(indexes, short, f'{phrase_term(name)} AND "{short}"')
            if _folded_name(name) in map(_folded_name, longs):
                yield initials.upper()


def _introduced(indexes: Indexes, short: str, term: str, *, least: float = 0.0) -> list[str]:
    """Find the long forms under which the newest texts with a term introduce an acronym.

    least: the share of these texts that must introduce it, else there are none.
    """
    texts = indexes.newest_papers(term, limit=MOST_TEXTS)
    counts = Counter[str]()
    printed: dict[str, str] = {}
    for text in texts:
        for acronym, long in acronyms_in(text.text):
            if folded(acronym.casefold()) == short:
                counts[_folded_name(long)] += 1
                printed.setdefault(_folded_name(long), long)
    n_all = counts.total()
    if n_all < least * len(texts):
        return []
    names = counts.most_common(MOST_ENGLISH)
    return [printed[name] for name, n in names if n >= LEAST_SHARE * n_all]


def acronyms_in(text: str) -> Iterator[tuple[str, str]]:
    """Find the acronyms that a text introduces in brackets: (acronym, long form).

    By Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
    biomedical text" (2003): the shortest words before the bracket that hold all letters of the
    acronym in order, the first of them where a word begins.
    """
    for found in _INTRODUCED.finditer(text):
        short = found[1]
        if sum(c.isupper() for c in short) < 2:
            continue
        words = text[max(0, found.start() - 120) : found.start()].split()
        before = " ".join(words[-min(len(short) + 5, 2 * len(short)) :])
        if long := _long_form(before, short.casefold()):
            yield short, long


def _long_form(before: str, short: str) -> str:
    """Find the long form of an acronym at the end of a text, "" where its letters do not fit."""
    text, at = before.lower(), len(before)
    if len(text) != at:  # "İ" in small letters is two characters
        return ""
    for i, letter in reversed(list(enumerate(short))):
        if not letter.isalnum():
            continue
        at = text.rfind(letter, 0, at)
        # Not behind a hyphen: SSL is self-supervised learning, not supervised learning.
        while i == 0 and at > 0 and text[at - 1] not in " (":
            at = text.rfind(letter, 0, at)
        if at < 0:
            return ""
    n_words = len(query_words(text[at:]))
    return text[at:] if 1 < n_words <= 2 * len(short) else ""


def _folded_name(name: str) -> str:
    """Fold a name as the index folds its words: "language models" is "language model"."""
    return " ".join(query_words(name))


_LATIN = compiled(r"(?<![^\W_])[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*(?![A-Za-z0-9])")


def _spellings(words: str) -> Iterator[str]:
    """Make other spellings of the Japanese words in a query: アラインメント, 學習."""
    for word in query_words(words):
        if not is_cjk(word):
            continue
        ways = [word.translate(_NEW), word.translate(_OLD)]
        # Loan words are written both ways, here one difference at a time.
        for one, other in _KANA:
            ways += [word.replace(one, other), word.replace(other, one)]
        yield from (way for way in ways if way != word)


# Each difference is one that style guides of Japanese publishers name.
_KANA = (
    ("インメント", "イメント"), ("ヴァ", "バ"), ("ヴィ", "ビ"), ("ヴェ", "ベ"), ("ヴォ", "ボ"),
    ("ヴ", "ブ"), ("ウェ", "ウエ"), ("ウィ", "ウイ"), ("ウォ", "ウオ"), ("クォ", "クオ"),
    ("ティ", "チ"), ("ディ", "ジ"), ("フォ", "ホ"), ("ファ", "ハ"), ("イア", "イヤ"),
)  # fmt: skip

# The forms of characters before and after 1946, in pairs; those that papers and names have.
_PAIRS = (
    "亜亞悪惡圧壓囲圍医醫壱壹隠隱栄榮営營衛衞駅驛円圓塩鹽縁緣応應欧歐殴毆桜櫻奥奧横橫温溫穏穩仮假価價画"
    "畫会會壊壞懐懷絵繪拡擴殻殼覚覺学學岳嶽楽樂渇渴巻卷陥陷勧勸寛寬関關歓歡観觀気氣帰歸偽僞戯戲犠犧旧舊"
    "拠據挙擧虚虛峡峽挟挾狭狹郷鄕暁曉区區駆驅勲勳径徑恵惠掲揭渓溪経經蛍螢軽輕継繼鶏鷄芸藝撃擊県縣倹儉剣劍"
    "険險圏圈検檢献獻権權顕顯験驗厳嚴広廣効效恒恆鉱鑛号號国國黒黑歳歲済濟砕碎斎齋剤劑雑雜参參桟棧蚕蠶惨慘賛"
    "贊残殘糸絲歯齒児兒辞辭湿濕実實舎舍写寫釈釋寿壽収收従從渋澁獣獸縦縱粛肅処處緒緖叙敍将將称稱渉涉焼燒証證"
    "奨奬条條状狀乗乘浄淨剰剩畳疊縄繩壌壤嬢孃譲讓醸釀触觸嘱囑真眞寝寢慎愼尽盡図圖粋粹酔醉随隨髄髓数數枢樞声"
    "聲静靜斉齊摂攝窃竊専專浅淺戦戰践踐銭錢潜潛繊纖禅禪双雙壮壯捜搜挿插巣巢争爭総總聡聰荘莊装裝騒騷増增蔵藏"
    "臓臟属屬続續堕墮対對体體帯帶滞滯台臺滝瀧択擇沢澤単單担擔胆膽団團断斷弾彈遅遲痴癡虫蟲昼晝鋳鑄庁廳聴聽鎮"
    "鎭逓遞鉄鐵転轉点點伝傳党黨盗盜灯燈当當闘鬪徳德独獨読讀届屆弐貳悩惱脳腦覇霸廃廢拝拜売賣麦麥発發髪髮抜拔"
    "晩晚蛮蠻浜濱瓶甁払拂仏佛並竝変變辺邊弁辯宝寶豊豐褒襃没沒翻飜毎每万萬満滿黙默弥彌薬藥訳譯予豫余餘与與誉"
    "譽揺搖様樣謡謠来來頼賴乱亂覧覽竜龍両兩猟獵緑綠塁壘涙淚礼禮励勵霊靈齢齡恋戀炉爐労勞楼樓録錄湾灣"
)
_NEW = str.maketrans(
    dict(zip(_PAIRS[1::2], _PAIRS[::2], strict=True)) | {"邉": "辺", "髙": "高", "﨑": "崎"}
)
_OLD = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))
