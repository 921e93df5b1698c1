"""Find the stretches of words that a note shares with a paper's texts.

Knows no Markdown and no verdict; `terms` says which stretches count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from reader.own_words.terms import LINKING, counts, weigh
from reader.own_words.tokens import LATIN, is_character, weight_of, words
from reader.own_words.values import Source
from reader.words import composed

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
class Prepared:
    """A paper's texts, made ready for any number of notes.

    words: of all sources one after the other, "" between; are_names: which of them are.
    firsts: where each source begins there. places: where each seed stands. titles: the
    seeds of titles.
    """

    sources: tuple[Source, ...]
    words: list[str]
    are_names: list[bool]
    firsts: list[int]
    places: dict[tuple[str, ...], list[int]]
    titles: frozenset[tuple[str, ...]]

    def source_at(self, place: int) -> Source:
        """Give the source that a word belongs to."""
        return self.sources[bisect_right(self.firsts, place) - 1]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a note: its words from `start` to `end`, and where it stands in the
    sources. pairs: the places of the words that are the same, in the note and there."""

    pairs: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        return self.pairs[0][0]

    @property
    def end(self) -> int:
        return self.pairs[-1][0] + 1


def prepare(sources: Sequence[Source]) -> Prepared:
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
    return Prepared(counting, flow, are_names, firsts, places, names_of_paper)


def copied_runs(note: Sequence[str], prepared: Prepared) -> list[Run]:
    """List the stretches of a note that are more than a term, in its order.

    note: its words. A word or two put in, left out or exchanged do not end a stretch.
    """
    titles = _title_words(note, prepared)
    joined: list[Run] = []
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


def _same_runs(note: Sequence[str], prepared: Prepared) -> list[Run]:
    """List the longest equal stretch from each word on that is no part of one before."""
    found: list[Run] = []
    before = 0
    for start, seed in _seeds(note, SEED):
        least = max(0, before - 1)
        length, place = _longest(note, start, prepared, seed, least)
        if length > least:
            found.append(Run(tuple((start + i, place + i) for i in range(length))))
        before = max(length, least)
    return found


def _longest(
    note: Sequence[str], start: int, prepared: Prepared, seed: tuple[str, ...], least: int
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


def _extended(run: Run, note: Sequence[str], flow: Sequence[str]) -> Run:
    """Go on from both ends over changed words, as long as words follow that are the same."""
    before = _onward(run.pairs[0], note, flow, step=-1)
    after = _onward(run.pairs[-1], note, flow, step=1)
    return Run((*reversed(before), *run.pairs, *after))


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


def _joined(one: Run, other: Run, note: Sequence[str], flow: Sequence[str]) -> Run | None:
    """Make one stretch of two that follow each other, a few words changed between them."""
    last_own, last = one.pairs[-1]
    rest = tuple(pair for pair in other.pairs if pair[0] > last_own and pair[1] > last)
    if not rest:
        return None
    own_gap, gap = note[last_own + 1 : rest[0][0]], flow[last + 1 : rest[0][1]]
    if len(own_gap) > GAP or len(gap) > GAP or "" in gap:
        return None
    return Run((*one.pairs, *rest)) if max(weigh(own_gap), weigh(gap)) <= GAP else None


def _title_words(note: Sequence[str], prepared: Prepared) -> list[bool]:
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
