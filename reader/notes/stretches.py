"""Find the stretches of words that a note shares with its paper's texts, and that are copying.

Texts are taken apart into words, so that one sentence is one whatever its print: case, width,
accents, ligatures, plurals, hyphens and line breaks do not tell words apart. A character of
Chinese, Japanese or Korean is a word that weighs half a Latin one.

Terms, names, numbers and the paper's title are everybody's words. There is no grammar here: a
stretch in which no verb, pronoun or particle makes a clause is taken for a term as long as it
is short.

Pure; any text is taken, and the time is linear in its length. What the thresholds were measured
on stands in docs/benchmarks.md.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reader.base.words import composed, folded

Where = Literal["abstract", "passage", "highlight", "title"]


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text of the paper that a note may have been copied from; where: its kind of text.

    page: where it begins in the PDF, from 1; None where it has none. A title is what one
    may always name: its words are not copying.
    """

    text: str
    where: Where
    page: int | None = None


LATIN, CHARACTER = 2, 1
"""The weight of a word, and of a character of a script without blanks."""
LONGEST = 400
"""Characters of a word that are compared."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it counts, and where it stands in its text."""

    word: str
    start: int
    end: int

    @property
    def weight(self) -> int:
        """Return how much it counts beside others."""
        return weight_of(self.word)


def words(text: str) -> tuple[list[str], list[bool]]:
    """List the words of a source, and which of them are names: numbers, acronyms, words with
    a capital within a sentence. text: in NFC."""
    found: list[str] = []
    are_names: list[bool] = []
    n_capitals = n_latin = 0
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if _CJK_START.match(raw):
            characters = _characters(raw)
            found.extend(characters)
            are_names.extend([False] * len(characters))
        elif word := _word(raw):
            found.append(word)
            n_latin += 1
            is_capital = raw[0].isupper()
            n_capitals += is_capital
            # Three signs in front tell where a sentence begins: an end mark, a quote, a blank.
            begins = is_capital and _BEGIN.match(text, max(0, match.start() - 3), match.start())
            is_number = not raw.isalpha() and any(map(str.isdigit, raw))
            is_acronym = is_number or any(map(str.isupper, raw[1:]))
            are_names.append(is_acronym or len(word) == 1 or (is_capital and not begins))
    # Where everything is in capitals they say nothing.
    return found, are_names if n_capitals < 0.7 * n_latin else [False] * len(found)


def tokens(text: str) -> list[Token]:
    """List the words of a note with their places. text: in NFC."""
    listed: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, start = match[0], match.start()
        if _CJK_START.match(raw):
            characters = _characters(raw)
            # NFKC may make fewer or more characters of a run: they share its length evenly.
            step = len(raw) / max(1, len(characters))
            for n, character in enumerate(characters):
                at, end = start + int(n * step), start + int((n + 1) * step)
                listed.append(Token(character, at, end))
        elif word := _word(raw):
            listed.append(Token(word, start, match.end()))
    return listed


def weight_of(word: str) -> int:
    """Return the weight of a word of `words`."""
    # The comparison spares Latin words, which are most, the pattern.
    return CHARACTER if word > _LAST_LATIN and _CJK_START.match(word) else LATIN


# Kana and kanji, with their extensions and half-width forms; then hangul.
_CJK = "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_CJK += "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_CJK += "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_LETTERS = rf"[^\W_{_CJK}][\u0300-\u036f]*"
_HYPHEN = "[-\u00ad\u2010-\u2013\u2212]"
# A hyphen joins, at a line's end too: "pre-training", "pre-\ntraining" and "pretraining".
_WITHIN = rf"{_HYPHEN}\s{{0,4}}|['’]|(?<=\d)[.,](?=\d)"
_TOKEN = re.compile(rf"[{_CJK}]+|(?:{_LETTERS})+(?:(?:{_WITHIN})(?:{_LETTERS})+)*")
_CJK_START = re.compile(f"[{_CJK}]")
_LAST_LATIN = "\u10ff"
# What stands before a sentence's first word: nothing, or an end mark and a blank.
_BEGIN = re.compile(r"\A\W{0,3}\Z|.*[.!?:;•。「“\"(][\s\"“(]*\Z", re.DOTALL)
_NO_WORD = re.compile(r"[\W_]+")


@functools.lru_cache(maxsize=65_536)
def _word(raw: str) -> str:
    whole = raw[:LONGEST].casefold()
    if not whole.isascii():
        # NFKC may bring capitals (㎒ is MHz), and folding these may take letters apart again.
        whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", whole).casefold())
    return folded(_NO_WORD.sub("", whole))


def _characters(raw: str) -> str:
    return _NO_WORD.sub("", composed(raw, "NFKC"))


Pairs = Sequence[tuple[int, int]]
"""Places of words that are the same, in a note and in the sources, in order: a stretch."""

SEED = 3 * LATIN
"""The shortest stretch that is looked for: three words, or six characters."""

TITLE = 2 * LATIN
"""The shortest stretch of words that is taken for the paper's title."""

GAP = 2 * LATIN
"""The most that may be changed within a stretch: two words, or four characters, on either side."""

MOST_ONWARD = 200
"""The most words by which a stretch grows over changes, so that everything takes linear time."""

MAX_PLACES = 64
"""The most places of a seed that are looked at; a seed that comes more often means nothing."""

Seed = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperTexts:
    """A paper's texts, made ready for any number of notes.

    words: of all sources one after the other, "" between; are_names: which of them are.
    firsts: where each source begins there. places: where each seed stands. titles: the
    seeds of titles.
    """

    sources: tuple[SourceText, ...]
    words: list[str]
    are_names: list[bool]
    firsts: list[int]
    places: dict[Seed, list[int]]
    titles: frozenset[Seed]

    def source_at(self, place: int) -> SourceText:
        """Find the source that a word belongs to."""
        return self.sources[bisect_right(self.firsts, place) - 1]


def prepare(sources: Sequence[SourceText]) -> PaperTexts:
    """Take a paper's texts apart; of equal stretches the first source is named."""
    counting = tuple(one for one in sources if one.where != "title")
    flow: list[str] = []
    are_names: list[bool] = []
    firsts: list[int] = []
    for source in counting:
        firsts.append(len(flow))
        found, names = words(composed(source.text, "NFC"))
        flow += [*found, ""]
        are_names += [*names, False]
    places: dict[tuple[str, ...], list[int]] = {}
    # Looked up for each word of a note, in place of comparing it with every place.
    for start, seed in _seeds(flow, SEED):
        places.setdefault(seed, []).append(start)
    titles = [words(composed(one.text, "NFC"))[0] for one in sources if one.where == "title"]
    names_of_paper = frozenset(seed for title in titles for _, seed in _seeds(title, TITLE))
    return PaperTexts(counting, flow, are_names, firsts, places, names_of_paper)


def copied_runs(note: Sequence[str], prepared: PaperTexts) -> list[Pairs]:
    """List the stretches of a note that are more than a term, in its order.

    note: its words. A word or two put in, left out or exchanged do not end a stretch.
    """
    are_title = [False] * len(note)
    for start, seed in _seeds(note, TITLE):
        if seed in prepared.titles:
            are_title[start : start + len(seed)] = [True] * len(seed)
    flow = prepared.words
    joined: list[Pairs] = []
    for run in _same_runs(note, prepared):
        # It lies within what the one before was made longer by.
        if joined and run[-1][0] <= joined[-1][-1][0]:
            continue
        before = _onward(run[0], note, flow, step=-1)
        longer = [*reversed(before), *run, *_onward(run[-1], note, flow, step=1)]
        if joined and (one := _joined(joined[-1], longer, note, flow)):
            joined[-1] = one
        else:
            joined.append(longer)
    return [run for run in joined if _counts(run, note, are_title, prepared.are_names)]


def _same_runs(note: Sequence[str], prepared: PaperTexts) -> Iterator[Pairs]:
    """Find the longest equal stretch from each word on that is no part of one before."""
    flow = prepared.words
    before = 0
    for start, seed in _seeds(note, SEED):
        # One word further on, the stretch of before is still equal, and one word shorter.
        least = best = max(0, before - 1)
        n_left, at = len(note) - start, -1
        for place in prepared.places.get(seed, ())[:MAX_PLACES]:
            # A longer one must also go on where the best one ended.
            n = place + best
            if best >= n_left or n >= len(flow) or note[start + best] != flow[n]:
                continue
            length = len(seed)
            most = min(n_left, len(flow) - place)
            while length < most and note[start + length] == flow[place + length]:
                length += 1
            if length > best:
                best, at = length, place
        if best > least:
            yield [(start + i, at + i) for i in range(best)]
        before = best


def _onward(
    pair: tuple[int, int], note: Sequence[str], flow: Sequence[str], *, step: int
) -> list[tuple[int, int]]:
    """Extend a stretch from one end over changed words, as long as the same words follow."""
    found: list[tuple[int, int]] = []
    while len(found) < MOST_ONWARD and (pairs := _next_same(pair, note, flow, step)):
        found += pairs
        pair = pairs[-1]
    return found


def _next_same(
    pair: tuple[int, int], note: Sequence[str], flow: Sequence[str], step: int
) -> list[tuple[int, int]]:
    """Find the nearest words that are the same on both sides: two, or one after a single
    changed word that is neither a linking word nor a character."""
    for own_gap, gap in _GAPS:
        own, place = pair[0] + step * (own_gap + 1), pair[1] + step * (gap + 1)
        if not (0 <= own < len(note) and 0 <= place < len(flow)) or note[own] != flow[place]:
            continue
        own_gaps = note[min(own, pair[0]) + 1 : max(own, pair[0])]
        gaps = flow[min(place, pair[1]) + 1 : max(place, pair[1])]
        # "" parts sources: a stretch stands in one of them.
        if "" in gaps or max(weigh(own_gaps), weigh(gaps)) > GAP:
            continue
        is_content = weight_of(note[own]) != CHARACTER and note[own] not in LINKING
        if is_content and max(own_gap, gap) <= 1:
            return [(own, place)]
        # One linking word or character alone is chance: the next must be the same too.
        own_next, next_ = own + step, place + step
        is_inside = 0 <= own_next < len(note) and 0 <= next_ < len(flow)
        if is_inside and note[own_next] == flow[next_]:
            return [(own, place), (own_next, next_)]
    return []


def _joined(one: Pairs, other: Pairs, note: Sequence[str], flow: Sequence[str]) -> Pairs | None:
    """Join two stretches that follow each other with a few changed words between; None where
    more lies between."""
    last_own, last = one[-1]
    rest = [pair for pair in other if pair[0] > last_own and pair[1] > last]
    if not rest:
        return None
    own_gap, gap = note[last_own + 1 : rest[0][0]], flow[last + 1 : rest[0][1]]
    # The count of words comes first: between distant places lie thousands.
    if len(own_gap) > GAP or len(gap) > GAP or "" in gap:
        return None
    return [*one, *rest] if max(weigh(own_gap), weigh(gap)) <= GAP else None


def _seeds(flow: Sequence[str], weight: int) -> list[tuple[int, Seed]]:
    """List the shortest stretches of a weight, one from each word on, none across ""."""
    found: list[tuple[int, Seed]] = []
    weights = [weight_of(word) if word else 0 for word in flow]
    end, have, border = 0, 0, -1
    for start in range(len(flow)):
        while end < len(flow) and have < weight:
            have += weights[end]
            if not flow[end]:
                border = end
            end += 1
        if have < weight:  # so has every later one: the text is at its end
            break
        if border < start:
            found.append((start, tuple(flow[start:end])))
        have -= weights[start]
    return found


_GAPS = sorted(((i, j) for i in range(GAP + 1) for j in range(GAP + 1)), key=lambda g: (sum(g), g))
"""Words changed in the note and in the source, the fewest first."""

LEAST = 5 * LATIN
"""The least weight of a stretch that counts, without linking words at its ends."""
TERM = 7 * LATIN
"""The longest stretch without a change that is a term where nothing in it makes a clause."""
SENTENCE = 12 * LATIN
"""A stretch without a change counts from this weight, even if most of it is names and numbers."""
CONTENT = 3 * LATIN
"""The least weight, in a stretch that counts, of words that are neither names nor linking words."""


def _counts(
    pairs: Pairs, note: Sequence[str], are_title: Sequence[bool], are_names: Sequence[bool]
) -> bool:
    """Check whether a stretch is more than a term.

    note: its words, and are_title: which of them are the title's. are_names: which words of
    the sources are names.
    """
    # Linking words at its ends are in every text.
    real = [i for i, (own, _) in enumerate(pairs) if note[own] not in LINKING]
    pairs = pairs[real[0] : real[-1] + 1] if real else ()
    names = content = 0
    for own, place in pairs:
        if are_title[own] or are_names[place]:
            names += weight_of(note[own])
        elif note[own] not in LINKING:
            content += weight_of(note[own])
    same = weigh([note[own] for own, _ in longest_same(pairs)])
    weight = weigh([note[own] for own, _ in pairs])
    if weight < LEAST or content < CONTENT or (content < names and same < SENTENCE):
        return False
    # Hiragana but for の, と and や are particles or endings of verbs: they make a clause.
    return same > TERM or any(
        "\u3041" <= word <= "\u3096" and word not in _JOINS
        if weight_of(word) == CHARACTER
        else word in _CLAUSAL
        for word in (note[own] for own, _ in pairs)
    )


def longest_same(pairs: Pairs) -> Pairs:
    """Find the longest piece of a stretch that has no change in it, the first of equal ones."""
    best, begin = (0, 0), 0
    for i, (own, place) in enumerate(pairs):
        if i and (own - pairs[i - 1][0], place - pairs[i - 1][1]) != (1, 1):
            begin = i
        if i + 1 - begin > best[1] - best[0]:
            best = (begin, i + 1)
    return pairs[best[0] : best[1]]


def weigh(words: Sequence[str]) -> int:
    """Add up the weights of words."""
    return sum(map(weight_of, words))


# What joins words within a term, and what makes a clause of them, as `folded` gives them.
_JOINS = frozenset(["a", "an", "and", "for", "in", "of", "on", "or", "the", "with", *"のとや"])
_CLAUSAL = frozenset(
    ["are", "as", "be", "been", "being", "but", "by", "can", "could", "did", "do", "doe", "from",
     "had", "ha", "have", "how", "if", "into", "is", "it", "may", "might", "not", "our", "than",
     "that", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
     "wa", "we", "were", "what", "when", "where", "which", "while", "who", "whose", "will",
     "without", "would"]
)  # fmt: skip
LINKING = _JOINS | _CLAUSAL
"""Words that join others and have no meaning of their own."""
