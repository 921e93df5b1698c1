"""Find what a note shares with its paper's texts: stretches of words, and translations.

Find the stretches of words that a note shares with a paper's texts.

Knows no Markdown and no verdict; `terms` says which stretches count.

Find sentences that translate the paper's own, one after the other.

An encoder's cosines lie close together, and how close depends on the encoder and on the
languages. So a sentence of the note is as near to a paper's sentence as it stands out
from the paper's other sentences, measured by how far that sentence itself stands out
from them: 1 is the sentence itself, 0 no nearer than to the others. Knows no encoder.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from reader.base.words import composed
from reader.library.passage import sentences
from reader.notes.own_words.texts import (
    CHARACTER,
    LATIN,
    LINKING,
    Closeness,
    Part,
    SourceText,
    counts,
    is_character,
    tokens,
    weigh,
    weight_of,
    words,
)

SEED = 3 * LATIN
"""The shortest stretch that is looked for: three words, or six characters."""
TITLE = 2 * LATIN
"""The shortest stretch of the title that is the title's."""
GAP = 2 * LATIN
"""What may be changed within a stretch: two words, or four characters, on either side."""
MOST_ONWARD = 200
"""Words by which a stretch is made longer over changes, so that all takes linear time."""
MAX_PLACES = 64
"""Places of a seed that are looked at; one that comes more often tells nothing."""


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
    places: dict[tuple[str, ...], list[int]]
    titles: frozenset[tuple[str, ...]]

    def source_at(self, place: int) -> SourceText:
        """Give the source that a word belongs to."""
        return self.sources[bisect_right(self.firsts, place) - 1]


@dataclass(frozen=True, slots=True)
class WordRun:
    """A stretch of a note: its words from `start` to `end`, and where it stands in the
    sources. pairs: the places of the words that are the same, in the note and there."""

    pairs: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.pairs[0][0]

    @property
    def end(self) -> int:
        return self.pairs[-1][0] + 1


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
    for start, seed in _seeds(flow, SEED):
        places.setdefault(seed, []).append(start)
    titles = [words(composed(one.text, "NFC"))[0] for one in sources if one.where == "title"]
    names_of_paper = frozenset(seed for title in titles for _, seed in _seeds(title, TITLE))
    return PaperTexts(counting, flow, are_names, firsts, places, names_of_paper)


def copied_runs(note: Sequence[str], prepared: PaperTexts) -> list[WordRun]:
    """List the stretches of a note that are more than a term, in its order.

    note: its words. A word or two put in, left out or exchanged do not end a stretch.
    """
    titles = _title_words(note, prepared)
    joined: list[WordRun] = []
    for run in _same_runs(note, prepared):
        if joined and run.end <= joined[-1].end:
            continue
        longer = _extended(run, note, prepared.words)
        if joined and (one := _joined(joined[-1], longer, note, prepared.words)):
            joined[-1] = one
        else:
            joined.append(longer)
    return [
        run
        for run in joined
        if counts(run.pairs, note, titles=titles, are_names=prepared.are_names)
    ]


def _same_runs(note: Sequence[str], prepared: PaperTexts) -> list[WordRun]:
    """List the longest equal stretch from each word on that is no part of one before."""
    found: list[WordRun] = []
    before = 0
    for start, seed in _seeds(note, SEED):
        least = max(0, before - 1)
        length, place = _longest(note, start, prepared, seed, least)
        if length > least:
            found.append(WordRun(tuple((start + i, place + i) for i in range(length))))
        before = max(length, least)
    return found


def _longest(
    note: Sequence[str], start: int, prepared: PaperTexts, seed: tuple[str, ...], least: int
) -> tuple[int, int]:
    """Give the longest stretch from `start` on that is longer than `least`: (length, place)."""
    flow, best, at = prepared.words, least, -1
    n_left = len(note) - start
    for place in prepared.places.get(seed, ())[:MAX_PLACES]:
        # A longer one must also go on where the best one ended.
        if best >= n_left or place + best >= len(flow) or note[start + best] != flow[place + best]:
            continue
        length = len(seed)
        most = min(n_left, len(flow) - place)
        while length < most and note[start + length] == flow[place + length]:
            length += 1
        if length > best:
            best, at = length, place
    return (best, at) if at >= 0 else (0, -1)


def _extended(run: WordRun, note: Sequence[str], flow: Sequence[str]) -> WordRun:
    """Go on from both ends over changed words, as long as words follow that are the same."""
    before = _onward(run.pairs[0], note, flow, step=-1)
    after = _onward(run.pairs[-1], note, flow, step=1)
    return WordRun((*reversed(before), *run.pairs, *after))


def _onward(
    pair: tuple[int, int], note: Sequence[str], flow: Sequence[str], *, step: int
) -> list[tuple[int, int]]:
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
        if "" in gaps or max(weigh(own_gaps), weigh(gaps)) > GAP:
            continue
        is_content = not is_character(note[own]) and note[own] not in LINKING
        if is_content and max(own_gap, gap) <= 1:
            return [(own, place)]
        own_next, next_ = own + step, place + step
        is_inside = 0 <= own_next < len(note) and 0 <= next_ < len(flow)
        if is_inside and note[own_next] == flow[next_]:
            return [(own, place), (own_next, next_)]
    return []


def _joined(
    one: WordRun, other: WordRun, note: Sequence[str], flow: Sequence[str]
) -> WordRun | None:
    """Make one stretch of two that follow each other, a few words changed between them."""
    last_own, last = one.pairs[-1]
    rest = tuple(pair for pair in other.pairs if pair[0] > last_own and pair[1] > last)
    if not rest:
        return None
    own_gap, gap = note[last_own + 1 : rest[0][0]], flow[last + 1 : rest[0][1]]
    if len(own_gap) > GAP or len(gap) > GAP or "" in gap:
        return None
    return WordRun((*one.pairs, *rest)) if max(weigh(own_gap), weigh(gap)) <= GAP else None


def _title_words(note: Sequence[str], prepared: PaperTexts) -> list[bool]:
    """Tell which words of a note are the title's in its order."""
    are = [False] * len(note)
    for start, seed in _seeds(note, TITLE):
        if seed in prepared.titles:
            are[start : start + len(seed)] = [True] * len(seed)
    return are


def _seeds(flow: Sequence[str], weight: int) -> list[tuple[int, tuple[str, ...]]]:
    """List the shortest stretches of a weight, one from each word on, none across ""."""
    found: list[tuple[int, tuple[str, ...]]] = []
    weights = [weight_of(word) if word else 0 for word in flow]
    end, have, border = 0, 0, -1
    for start in range(len(flow)):
        while end < len(flow) and have < weight:
            have += weights[end]
            if not flow[end]:
                border = end
            end += 1
        if have < weight:
            break
        if border < start:
            found.append((start, tuple(flow[start:end])))
        have -= weights[start]
    return found


# Words changed in the note and in the source, the fewest first.
_GAPS = sorted(((i, j) for i in range(GAP + 1) for j in range(GAP + 1)), key=lambda g: (sum(g), g))


FLOOR = 0.15
"""Nearness from which on a sentence may be a translation."""
EVIDENCE = 0.45
"""What the nearnesses of sentences in order, each less FLOOR, must add up to."""
ENOUGH_OF_ONE = 0.25
"""The most that one of them adds: one near sentence is no order."""
ALONE = 0.4
"""Nearness from which on a sentence out of any order is close."""
LENGTHS = (0.55, 2.4)
"""How long a translation is beside its sentence, a character as half a word."""
LEFT_OUT = 2
"""How many of the note's sentences may say something else between two in order. As many of
the paper's sentences may be passed over there."""
SHORT = 6 * LATIN
"""What a sentence must weigh to be looked at."""
LEAST_SENTENCES, ENOUGH, MOST = 4, 6, 30
"""Sentences of the paper: without the first number nothing stands out from others; where
the abstract has fewer than the second, passages add theirs; no more than the third."""
MOST_OWN = 60
"""Sentences of a note that are looked at: an encoder needs its time for each."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """What was found about a sentence of the note in another language, the `place`-th.

    source: what it translates, None where it says something else. is_in_order: it and its
    neighbours go through the paper's sentences one after the other.
    """

    place: int
    nearness: float
    source: SourceText | None
    is_in_order: bool


@dataclass(frozen=True, slots=True)
class _OwnSentence:
    text: str
    weight: int
    source: SourceText


@dataclass(frozen=True, slots=True)
class _Near:
    place: int
    column: int
    nearness: float


def foreign(parts: Sequence[Part], prepared: PaperTexts) -> list[int]:
    """List the places of the sentences that are in another script than the abstract."""
    said = _said(prepared)
    theirs = _is_in_characters("".join(one.text for one in said[:ENOUGH]))
    if not said:
        return []
    return [
        n
        for n, part in enumerate(parts)
        if part.weight >= SHORT and _is_in_characters(part.piece.words) != theirs
    ]


def compared(
    parts: Sequence[Part], places: Sequence[int], prepared: PaperTexts, closeness: Closeness
) -> list[Foreign]:
    """Look for translations among the sentences at `places`; nothing of a paper that has too
    few sentences."""
    said = _said(prepared)
    places = places[:MOST_OWN]
    if len(said) < LEAST_SENTENCES or not places:
        return []
    theirs = [one.text for one in said]
    ours = [" ".join(parts[n].piece.words.split()) for n in places]
    nearest = _nearest(closeness(ours, theirs), closeness(theirs, theirs))
    near = [_Near(n, *found) for n, found in zip(places, nearest, strict=True)]
    fitting = [
        one
        for one in near
        if one.nearness >= FLOOR
        and LENGTHS[0] <= parts[one.place].weight / said[one.column].weight <= LENGTHS[1]
    ]
    in_order = {one.place for chain in _chains(fitting) if _is_translation(chain) for one in chain}
    alone = {one.place for one in fitting if one.nearness >= ALONE}
    return [
        Foreign(
            one.place,
            one.nearness,
            said[one.column].source if one.place in in_order | alone else None,
            one.place in in_order,
        )
        for one in near
    ]


def _is_translation(chain: Sequence[_Near]) -> bool:
    evidence = sum(min(one.nearness - FLOOR, ENOUGH_OF_ONE) for one in chain)
    return len(chain) > 1 and evidence >= EVIDENCE


def _said(prepared: PaperTexts) -> list[_OwnSentence]:
    """List sentences of the paper: the abstract's, and where those are few the first ones
    of its passages."""
    found: list[_OwnSentence] = []
    for where in ("abstract", "passage"):
        for source in prepared.sources:
            if source.where != where or len(found) >= (ENOUGH if where == "passage" else MOST):
                continue
            for text in sentences(source.text[:20_000]):
                weight = sum(token.weight for token in tokens(text))
                if weight >= LATIN:
                    found.append(_OwnSentence(" ".join(text.split()), weight, source))
    return found[:MOST]


def _nearest(
    cosines: Sequence[Sequence[float]], among: Sequence[Sequence[float]]
) -> list[tuple[int, float]]:
    """Give for each row the column that stands out most, and how far."""
    n = len(among)
    usual = [(sum(row) - row[j]) / (n - 1) for j, row in enumerate(among)]
    all_usual = sum(usual)
    found = []
    for row in cosines:
        all_row = sum(row)
        best = (-1.0, 0)
        for j in range(n):
            others = (all_row - row[j] - (all_usual - usual[j])) / (n - 1)
            room = 1 - usual[j]
            nearness = (row[j] - others - usual[j]) / room if room > 1e-6 else 0.0
            best = max(best, (nearness, j))
        found.append((best[1], max(0.0, min(1.0, best[0]))))
    return found


def _chains(fitting: Sequence[_Near]) -> list[list[_Near]]:
    """Group sentences that follow each other as the paper's do."""
    chains: list[list[_Near]] = []
    for one in fitting:
        last = chains[-1][-1] if chains else None
        follows = last is not None and (
            one.place - last.place <= 1 + LEFT_OUT
            and 0 <= one.column - last.column <= one.place - last.place
        )
        if follows:
            chains[-1].append(one)
        else:
            chains.append([one])
    return chains


def _is_in_characters(text: str) -> bool:
    found = tokens(text)
    n_characters = sum(token.weight == CHARACTER for token in found)
    # A Japanese sentence on a paper is full of Latin names.
    return n_characters * CHARACTER > (len(found) - n_characters) * LATIN / 2
