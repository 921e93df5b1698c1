"""Fit the weights of the own-words check by meaning, and say how they hold on other papers.

    python -m tests.benchmarks.notes_fit [--data DIR]

A logistic regression on sentences: those of copied notes against those of own and paraphrased
ones, and notes mixed of both, each note with the same weight. The notes are those of the data,
ours, the harder ones and those that people wrote for others, without what is kept aside. Held on
papers left out, eight folds of them; the weights are those of reader/notes/own_words.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reader.notes.own_words import (
    LEAST_SENTENCES,
    MOSTLY,
    SHORT,
    Closeness,
    check,
    compare,
    paper_sentences,
    parts_of,
    read,
)
from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import Miss, Options, Part, Result, Subject, run_subjects
from tests.benchmarks.note_pairs import (
    Pair,
    harder_pairs,
    mixed_notes,
    others_notes,
    own_pairs,
    real_pairs,
)
from tests.benchmarks.notes import closeness_of
from tests.benchmarks.search.encoding import Installed, Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDS = 8
SHRINKAGE = 0.5
"""How strongly weights are drawn to 0: the weight of half a sentence for each."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A note's sentences that meaning judges. features: (n, d); weights: (n,), of their words;
    are_copied: (n,), 0 or 1.

    rest, same: the weight of the note's other sentences, and of those copied by their words.
    """

    pair: Pair
    features: Floats
    weights: Floats
    are_copied: Floats
    rest: int
    same: int

    def share(self, fitted: Floats) -> float:
        """Give the share of the note in copied sentences."""
        copied = self.same + float(self.weights[self.features @ fitted > 0].sum())
        return copied / (self.rest + self.same + float(self.weights.sum()))


def noted(
    pair: Pair, closeness: Closeness, are_copied: Sequence[bool] | None = None
) -> Noted | None:
    """Compare a note by meaning; None where its words alone decide.

    are_copied: for each of its sentences; None where the note's label says it of all.
    """
    import numpy as np

    parts = parts_of(pair.note)
    found = check(pair.note, pair.sources).sentences
    same = sum(p.weight for p, f in zip(parts, found, strict=True) if f.verdict == "copied")
    labels = are_copied or [pair.label == "copied"] * len(parts)
    left = [
        (part, label)
        for part, one, label in zip(parts, found, labels, strict=True)
        if one.verdict != "copied" and part.weight >= SHORT
    ]
    ours = [read(part.words) for part, _ in left]
    if not ours:
        return None
    theirs = paper_sentences(pair.sources[1:], ours, closeness, lambda _: True)
    if len(theirs) < LEAST_SENTENCES:
        return None
    beside = compare(ours, theirs, closeness)
    weights = np.array([float(one.weight) for one in ours])
    rest = sum(part.weight for part in parts) - same - int(weights.sum())
    features = np.array([one.features for one in beside])
    return Noted(pair, features, weights, np.array([float(c) for _, c in left]), rest, same)


def fitted(notes: Sequence[Noted]) -> Floats:
    """Fit a logistic regression by Newton's method; the constant is not shrunk."""
    import numpy as np

    x = np.concatenate([one.features for one in notes])
    y = np.concatenate([one.are_copied for one in notes])
    # Each note counts as three sentences do, however many it has.
    weight = np.concatenate([3 * one.weights / one.weights.sum() for one in notes])
    shrink = SHRINKAGE * np.eye(x.shape[1])
    shrink[-1, -1] = 1e-6
    found: Floats = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ found))
        slope = x.T @ (weight * (p - y)) + shrink @ found
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + shrink
        found = found - np.linalg.solve(curve, slope)
    return found


def measure(options: Options) -> list[Result]:
    """Give how many notes are judged right on papers left out, and the weights of all."""
    pairs = [
        *real_pairs(options.data / "files" / "notes" / "pairs.jsonl"),
        *own_pairs(),
        *(pair for pair in harder_pairs() if not pair.is_aside),
        *(pair for pair in others_notes(options.data) if not pair.is_aside),
    ]
    closeness = closeness_of(Remembered(Installed(BUNDLED), options.cache / "notes"))
    notes = [one for pair in pairs if (one := noted(pair, closeness))]
    # Of what people wrote for others there is no copied note to mix with.
    mixed = [
        one for mix in mixed_notes(pairs) if (one := noted(mix.pair, closeness, mix.are_copied))
    ]
    papers = {title: n for n, title in enumerate(sorted({paper_of(pair) for pair in pairs}))}
    judged_by: dict[str, list[tuple[Noted, float]]] = {}
    for fold in range(FOLDS):
        weights = fitted([n for n in [*notes, *mixed] if papers[paper_of(n.pair)] % FOLDS != fold])
        for one in notes:
            if papers[paper_of(one.pair)] % FOLDS == fold:
                language = "English" if one.pair.is_english else "Japanese"
                judged_by.setdefault(f"{language}, {one.pair.label}", []).append(
                    (one, one.share(weights))
                )
    results = []
    for name, judged in sorted(judged_by.items()):
        wrong = [
            Miss(one.pair.where, f"{one.pair.label} {one.pair.kind}", f"{share:.2f} copied")
            for one, share in judged
            if (share >= MOSTLY) != (one.pair.label == "copied")
        ]
        n = len(judged) - len(wrong)
        results.append(
            Result(
                f"{name}: right on papers left out",
                100 * n / len(judged),
                "%",
                parts=(Part("notes", n, len(judged)),),
                misses=tuple(wrong),
            )
        )
    found = ", ".join(f"{weight:.2f}" for weight in fitted([*notes, *mixed]))
    said = f"and {len(mixed)} mixed ones: {found}"
    return [*results, Result("weights of all", float(len(notes)), "notes", note=said)]


def paper_of(pair: Pair) -> str:
    return pair.title or pair.where


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("notes_fit", measure)]))
