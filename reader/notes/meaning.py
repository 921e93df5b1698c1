"""Judge by meaning which sentences of a note are the paper's, reworded or translated.

An encoder's cosines lie close together, and how close depends on the encoder, the languages
and the subject. What all sentences of the note have in common, and all of the paper, is taken
off first: nearness is the cosine of what is left.

Who copies goes with the paper sentence by sentence: each is near, about as long, and its
neighbours are near as well, in any order. Who writes a summary is near here and there, and
shorter. How much each of these says was fitted by tests/benchmarks/notes_fit.py.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reader.library.passage import sentences
from reader.notes.stretches import CHARACTER, LATIN, SourceText, tokens

Closeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
"""Compares by meaning: cosines of each note sentence (row) with each source sentence (column)."""


Rows = Sequence[Sequence[float]]


class ReadSentence(NamedTuple):
    """A sentence as it is compared. weight: of its words, see `stretches`."""

    text: str
    weight: int
    is_cjk: bool


class PaperSentence(NamedTuple):
    """A sentence of the paper, and the text that it stands in."""

    sentence: ReadSentence
    source: SourceText


@dataclass(frozen=True, slots=True)
class NearestSentence:
    """A note's sentence beside the paper's nearest one.

    column: which one it is. nearness: their cosine, see above, 0 to 1. others: the mean
    nearness of the note's other sentences. misfit: how different the two are in length, 0 to 1.
    follows: the sentence before or after is nearest to one shortly before or after.
    is_same: both are in the same language, is_cjk: the note's is in Japanese.
    """

    column: int
    nearness: float
    others: float = 0.0
    misfit: float = 0.0
    follows: bool = False
    is_same: bool = False
    is_cjk: bool = False

    @property
    def features(self) -> tuple[float, ...]:
        """Return what is weighed, in the order of WEIGHTS."""
        is_reworded_latin = self.is_same and not self.is_cjk
        is_reworded_cjk = self.is_same and self.is_cjk
        return (
            self.nearness,
            self.others,
            self.misfit,
            self.follows,
            is_reworded_latin,
            is_reworded_cjk,
            1.0,
        )

    @property
    def chance(self) -> float:
        """Return the chance that the sentence is the paper's, 0 to 1."""
        evidence = sum(w * x for w, x in zip(WEIGHTS, self.features, strict=True))
        return 1 / (1 + math.exp(-evidence))


WEIGHTS = (5.25, 10.06, -0.7, 1.03, -5.16, -2.13, -5.4)
"""For each of the features: nearness, others, misfit, follows; English beside English, Japanese
beside Japanese; and the last for any sentence. Within a language all that is written on a subject
is nearer, so more is asked there."""

LEAST_SENTENCES = 4
"""Of a paper with fewer sentences nothing stands out from others."""

ENOUGH, FIRST = 6, 3
"""With fewer sentences in the abstract than the first, and no vectors of passages, so many
passages are read."""

MOST = 32
"""The most sentences of a paper that are compared, those of the abstract first: an encoder needs
time for each."""

LANGUAGE = 300
"""Characters of a passage that tell its language."""

NEXT = 2
"""How many sentences further on one follows another."""


def read(text: str) -> ReadSentence:
    """Weigh a sentence, and tell its script."""
    found = tokens(text)
    n_characters = sum(token.weight == CHARACTER for token in found)
    # A Japanese sentence on a paper is full of Latin names, so these count half.
    is_cjk = n_characters * CHARACTER > (len(found) - n_characters) * LATIN / 2
    return ReadSentence(" ".join(text.split()), sum(token.weight for token in found), is_cjk)


def paper_sentences(
    sources: Sequence[SourceText],
    ours: Sequence[ReadSentence],
    closeness: Closeness,
    is_known: Callable[[str], bool],
) -> list[PaperSentence]:
    """List the sentences to compare with: the abstract's, then those of the nearest passages.

    is_known: tells whether a passage has its vector; the others would take too long.
    """
    found = [
        one for source in sources if source.where == "abstract" for one in _sentences_of(source)
    ]
    in_pdf = [one for one in sources if one.where == "passage"]
    # Under their own text, by which their vectors are known.
    passages = [
        PaperSentence(read(one.text[:LANGUAGE])._replace(text=one.text), one)
        for one in in_pdf
        if is_known(one.text)
    ]
    if not passages and len(found) < ENOUGH:
        found += [one for source in in_pdf[:FIRST] for one in _sentences_of(source)]
    chosen: dict[int, list[PaperSentence]] = {}
    room = MOST - len(found)
    for n in _nearest_first(passages, ours, closeness) if room > 0 else ():
        chosen[n] = _sentences_of(passages[n].source)[:room]
        room -= len(chosen[n])
        if room <= 0:
            break
    # In the paper's order, in which sentences follow each other.
    return [*found, *(one for n in sorted(chosen) for one in chosen[n])][:MOST]


def _sentences_of(source: SourceText) -> list[PaperSentence]:
    read_ = (read(text) for text in sentences(source.text[:20_000]))
    return [PaperSentence(one, source) for one in read_ if one.weight >= LATIN]


def _nearest_first(
    passages: Sequence[PaperSentence], ours: Sequence[ReadSentence], closeness: Closeness
) -> list[int]:
    """Order passages, each taken as one sentence, by how near all of the note's are to each."""
    sums = [0.0] * len(passages)
    for _, row in _rows(ours, passages, closeness):
        for n, nearness in enumerate(row):
            # Squared, since one near sentence says more than many distant ones.
            sums[n] += max(0.0, nearness) ** 2
    return sorted(range(len(passages)), key=sums.__getitem__, reverse=True)


def compare(
    ours: Sequence[ReadSentence],
    theirs: Sequence[PaperSentence],
    closeness: Closeness,
    *,
    same_weight: int = 0,
) -> list[NearestSentence]:
    """Compare a note's sentences with the paper's, each with its nearest one.

    same_weight: of the note's sentences that are known to be copied, and so as near as can be.
    """
    nearest = [(0, 0.0)] * len(ours)
    for n, row in _rows(ours, theirs, closeness):
        nearness, column = max((nearness, j) for j, nearness in enumerate(row))
        nearest[n] = column, max(0.0, min(1.0, nearness))
    total = same_weight + sum(one.weight for one in ours)
    near = same_weight + sum(
        one.weight * nearness for one, (_, nearness) in zip(ours, nearest, strict=True)
    )
    found = []
    for n, (one, (column, nearness)) in enumerate(zip(ours, nearest, strict=True)):
        their = theirs[column].sentence
        rest = total - one.weight
        found.append(
            NearestSentence(
                column,
                nearness,
                (near - one.weight * nearness) / rest if rest else 0.0,
                min(1.0, abs(math.log(one.weight / their.weight))),
                any(
                    0 <= n + step < len(nearest)
                    and 0 < step * (nearest[n + step][0] - column) <= NEXT
                    for step in (-1, 1)
                ),
                one.is_cjk == their.is_cjk,
                one.is_cjk,
            )
        )
    return found


def _rows(
    ours: Sequence[ReadSentence], theirs: Sequence[PaperSentence], closeness: Closeness
) -> Iterator[tuple[int, list[float]]]:
    """Compute how near each of the note's sentences is to each of the paper's."""
    texts = [one.sentence.text for one in theirs]
    # A language has a part of its own in every vector.
    for is_cjk in (False, True):
        places = [n for n, one in enumerate(ours) if one.is_cjk == is_cjk]
        if places and theirs:
            mine = [ours[n].text for n in places]
            is_same = sum(one.sentence.is_cjk == is_cjk for one in theirs) * 2 > len(theirs)
            rows = _centred(
                closeness(mine, texts),
                closeness(texts, texts),
                closeness(mine, mine),
                is_same=is_same,
            )
            yield from zip(places, rows, strict=True)


def _centred(across: Rows, theirs: Rows, ours: Rows, *, is_same: bool) -> list[list[float]]:
    """Compute the cosines of vectors less their mean, from the cosines of the vectors.

    A note has few sentences, so one more is thought of: the paper's mean where it is in the
    same language, else none at all.
    """
    m, n = len(ours), len(theirs)
    k, p = 1 / (m + 1), is_same / (m + 1)
    # Dots with the sums of both sides, and of these with each other.
    theirs_mean = [sum(row) / n for row in theirs]
    across_mean = [sum(row) / n for row in across]
    columns = [sum(row[j] for row in across) for j in range(n)]
    all_theirs, all_across = sum(theirs_mean) / n, sum(across_mean)
    all_ours = sum(map(sum, ours))
    centre = k * k * all_ours + p * p * all_theirs + 2 * k * p * all_across
    their_lengths = [row[j] - 2 * theirs_mean[j] + all_theirs for j, row in enumerate(theirs)]
    # The centre's dot with each of theirs, less their mean.
    to_centre = [
        k * (columns[j] - all_across) + p * (theirs_mean[j] - all_theirs) for j in range(n)
    ]
    found = []
    for i, row in enumerate(across):
        length = ours[i][i] - 2 * (k * sum(ours[i]) + p * across_mean[i]) + centre
        found.append(
            [
                (row[j] - across_mean[i] - to_centre[j])
                / max(1e-6, math.sqrt(max(0.0, length) * max(0.0, their_lengths[j])))
                for j in range(n)
            ]
        )
    return found
