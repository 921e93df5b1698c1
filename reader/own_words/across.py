"""Find sentences that translate the paper's own, one after the other.

An encoder's cosines lie close together, and how close depends on the encoder and on the
languages. So a sentence of the note is as near to a paper's sentence as it stands out
from the paper's other sentences, measured by how far that sentence itself stands out
from them: 1 is the sentence itself, 0 no nearer than to the others. Knows no encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reader.own_words.prose import Part
from reader.own_words.runs import Prepared
from reader.own_words.tokens import CHARACTER, LATIN, tokens
from reader.own_words.values import Closeness, Source
from reader.passage import sentences

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
    source: Source | None
    is_in_order: bool


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    weight: int
    source: Source


@dataclass(frozen=True, slots=True)
class _Near:
    place: int
    column: int
    nearness: float


def foreign(parts: Sequence[Part], prepared: Prepared) -> list[int]:
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
    parts: Sequence[Part], places: Sequence[int], prepared: Prepared, closeness: Closeness
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


def _said(prepared: Prepared) -> list[_Said]:
    """List sentences of the paper: the abstract's, and where those are few the first ones
    of its passages."""
    found: list[_Said] = []
    for where in ("abstract", "passage"):
        for source in prepared.sources:
            if source.where != where or len(found) >= (ENOUGH if where == "passage" else MOST):
                continue
            for text in sentences(source.text[:20_000]):
                weight = sum(token.weight for token in tokens(text))
                if weight >= LATIN:
                    found.append(_Said(" ".join(text.split()), weight, source))
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
