"""Measure the own-words check: copied notes found, own ones left alone, and how long it takes.

    python -m tests.benchmarks.notes [--data DIR] [--json] [--quick]

English: the labelled pairs of the data. Japanese: pairs of our own making
(tests/own_words_pairs.toml), and beside them those of the data. A note counts as found
when the check calls it mostly copied, as it is shipped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reader.base.words import composed
from reader.notes.meaning import Closeness
from reader.notes.own_words import Check, check
from reader.notes.stretches import SourceText, tokens
from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import Asked, DataMissing, Miss, Part, Result, Subject, run_subjects
from tests.benchmarks.note_pairs import Pair, own_pairs, real_pairs, with_changes
from tests.benchmarks.search.encoding import Installed, Model, Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FALSE_ALARMS_BAR = 5.0
FOUND_FLOOR = 90.0
NOTE_BAR_MS = 50.0
N_PASSAGES = 60
PASSAGE_CHARS = 850
"""Some 200 tokens of an English abstract."""
QUICK_PAPERS = 6
"""Japanese papers of a quick run, drawn by seed."""

Score = Callable[[Pair], float]


def measure(asked: Asked, model: Model | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no pairs."""
    real = real_pairs(asked.data / "files" / "notes" / "pairs.jsonl")
    english = [pair for pair in real if pair.is_english]
    japanese = [pair for pair in real if not pair.is_english]
    invented = own_pairs(QUICK_PAPERS if asked.is_quick else None)
    closeness = closeness_of(Remembered(model or Installed(BUNDLED), asked.cache / "notes"))
    copied = [pair for pair in english if pair.label == "copied"]
    return [
        *_quality("English", english, None),
        *(
            _changed(with_changes(copied, every=n), f"English: found with every {n}th word changed")
            for n in (10, 7, 5, 4)
        ),
        *_quality("Japanese, ours", invented, closeness),
        *_quality("Japanese, ours, no model", invented, None, is_held=False),
        *_quality("Japanese, real", japanese, closeness, is_held=False),
        _speed(english),
    ]


def closeness_of(model: Model) -> Closeness:
    """Compare by vectors, which are made as they are asked for."""
    vectors: dict[str, NDArray[np.float32]] = {}

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys([*ours, *theirs]) if text not in vectors]
        if new:
            vectors.update(zip(new, model.encode_passages(new), strict=True))
        return [[float(vectors[a] @ vectors[b]) for b in theirs] for a in ours]

    return closeness


def _quality(
    name: str, pairs: Sequence[Pair], closeness: Closeness | None, *, is_held: bool = True
) -> list[Result]:
    """Score pairs as shipped, by plain baselines, and with a threshold from the other half."""
    checks = {p.where: check(p.note, p.sources, closeness=closeness) for p in pairs}

    def ours(pair: Pair) -> float:
        return likeness(checks[pair.where], pair)

    of = {label: [p for p in pairs if p.label == label] for label in ("own", "copied")}
    others = [p for p in pairs if p.label == "paraphrased"]
    sees_translations = closeness is not None or name == "English"
    rates = [
        _rate(f"{name}: false alarms on own notes", of["own"], checks, is_held=is_held),
        _rate(
            f"{name}: copied notes found",
            of["copied"],
            checks,
            is_held=is_held,
            has_misses=sees_translations,
        ),
        _rate(f"{name}: paraphrased called copied", others, checks, is_held=False),
    ]
    results = [rate for rate in rates if rate]
    if not is_held:
        return results
    ways: list[tuple[str, Score]] = [
        ("the check", ours),
        ("the longest run alone", longest_run),
        ("shared 3-grams alone", shared_grams),
    ]
    for way, score in ways:
        found, alarms = by_halves(of["own"], of["copied"], score)
        note = f"threshold from the other half: {found:.0f} % found, {alarms:.0f} % false alarms"
        value = auc([score(p) for p in of["copied"]], [score(p) for p in of["own"]])
        results.append(Result(f"{name}: AUC ×100, {way}", 100 * value, "", note=note))
    close = auc([ours(p) for p in others], [ours(p) for p in of["own"]])
    results.append(Result(f"{name}: AUC ×100, paraphrased against own", 100 * close, ""))
    return results


def _rate(
    name: str,
    pairs: Sequence[Pair],
    checks: dict[str, Check],
    *,
    is_held: bool,
    has_misses: bool = True,
) -> Result | None:
    """Say which share of notes is called mostly copied; what should not be so is a miss."""
    if not pairs:
        return None
    label = pairs[0].label
    called = [pair for pair in pairs if checks[pair.where].is_mostly_copied]
    wrong = [pair for pair in pairs if (pair in called) != (label == "copied")]
    misses = [
        Miss(p.where, p.label, f"{checks[p.where].verdict}, {checks[p.where].share:.2f} copied")
        for p in wrong
    ]
    return Result(
        name,
        100 * len(called) / len(pairs),
        "%",
        bar=FALSE_ALARMS_BAR if is_held and label == "own" else None,
        floor=FOUND_FLOOR if is_held and label == "copied" else None,
        parts=(Part(label, len(pairs) - len(wrong), len(pairs)),),
        misses=tuple(misses) if has_misses else (),
    )


def _changed(pairs: Sequence[Pair], name: str) -> Result:
    found = [check(pair.note, pair.sources) for pair in pairs]
    n = sum(one.is_mostly_copied for one in found)
    n_close = sum(one.verdict != "own" for one in found)
    said = f"{n_close} of {len(found)} copied or close"
    return Result(name, 100 * n / max(1, len(found)), "%", note=said)


def likeness(found: Check, pair: Pair) -> float:
    """Say how much of a note is its paper's, from 0 to 1, whatever the thresholds call it."""
    weights = [len(one.text) for one in found.sentences]
    alike = [max(one.share, one.chance) for one in found.sentences]
    total = sum(weights)
    return sum(w * a for w, a in zip(weights, alike, strict=True)) / total if total else 0.0


def longest_run(pair: Pair) -> float:
    """Give the longest run of words, or Japanese characters, in both: a plain baseline."""
    note, paper = _words(pair.note), _words(pair.abstract)
    best, before = 0, [0] * (len(paper) + 1)
    for word in note:
        now = [0] + [before[j] + 1 if word == other else 0 for j, other in enumerate(paper)]
        best, before = max(best, *now), now
    return float(best)


def shared_grams(pair: Pair) -> float:
    """Give the share of a note's 3-grams that the abstract has too: a plain baseline."""
    note, paper = _words(pair.note), _words(pair.abstract)
    theirs = set(zip(paper, paper[1:], paper[2:], strict=False))
    own = list(zip(note, note[1:], note[2:], strict=False))
    return sum(gram in theirs for gram in own) / len(own) if own else 0.0


def _words(text: str) -> list[str]:
    return [token.word for token in tokens(composed(text, "NFC"))]


def auc(high: Sequence[float], low: Sequence[float]) -> float:
    """Give the chance that one of `high` is above one of `low`; a tie is half."""
    if not high or not low:
        return 0.0
    wins = sum((a > b) + (a == b) / 2 for a in high for b in low)
    return wins / (len(high) * len(low))


def by_halves(own: Sequence[Pair], copied: Sequence[Pair], score: Score) -> tuple[float, float]:
    """Choose a threshold on each half, every second pair, and hold it on the other.

    Returns the shares of copied notes found and of own notes called copied, in percent.
    """
    n_found = n_alarms = 0
    for half in (0, 1):
        highs, lows = [score(p) for p in copied[half::2]], [score(p) for p in own[half::2]]
        at = best_threshold(highs, lows)
        n_found += sum(score(p) >= at for p in copied[1 - half :: 2])
        n_alarms += sum(score(p) >= at for p in own[1 - half :: 2])
    return 100 * n_found / max(1, len(copied)), 100 * n_alarms / max(1, len(own))


def best_threshold(highs: Sequence[float], lows: Sequence[float]) -> float:
    """Give the threshold with fewest mistakes, midway between two scores."""
    scores = sorted({*highs, *lows})
    middles = [(a + b) / 2 for a, b in pairwise(scores)] or [0.5]
    return min(middles, key=lambda at: sum(h < at for h in highs) + sum(low >= at for low in lows))


def _speed(pairs: Sequence[Pair]) -> Result:
    """Time a note of a page beside a paper of 60 passages, taken apart each time."""
    if not pairs:
        raise DataMissing("there is no English pair")
    texts = [pair.abstract[:PASSAGE_CHARS] for pair in pairs]
    passages = [SourceText(texts[n % len(texts)], "passage", 1 + n // 5) for n in range(N_PASSAGES)]
    note = "\n\n".join(pair.note for pair in pairs[:6])
    sources = [*pairs[0].sources, *passages]
    times = []
    for _ in range(12):
        start = time.process_time()
        check(note, sources)
        times.append(1000 * (time.process_time() - start))
    said = f"CPU; {len(note.split())} words beside {N_PASSAGES} passages, without the model"
    return Result(
        "a note, its paper taken apart anew",
        min(times),
        "ms",
        bar=NOTE_BAR_MS,
        median=sorted(times)[len(times) // 2],
        note=said,
    )


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("notes", measure)]))
