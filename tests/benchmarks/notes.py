"""Measure the own-words check: copied notes found, own ones left alone, and how long it takes.

    python -m tests.benchmarks.notes [--data DIR] [--json] [--quick]

English: the labelled pairs of the data. Japanese: pairs of our own making
(tests/own_words_pairs.toml), and beside them those of the data. Both: harder pairs with pages
(tests/own_words_harder.toml), notes that people wrote for others, and notes mixed of own and
copied sentences. On what is set aside nothing was chosen. A note counts as found when the check
calls it mostly copied, as it is shipped; of mixed notes the sentences are counted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from reader.base.words import composed
from reader.library.passage import sentences
from reader.notes.own_words import Check, CheckedSentence, Closeness, check, parts_of
from reader.notes.stretches import SourceText, tokens
from reader.search.encoder.models import BUNDLED
from tests.benchmarks.frame import (
    DataMissing,
    Miss,
    Options,
    Part,
    Result,
    Subject,
    interval,
    run_subjects,
)
from tests.benchmarks.note_pairs import (
    Mixed,
    Pair,
    harder_pairs,
    mixed_notes,
    others_notes,
    own_pairs,
    real_pairs,
    with_changes,
)
from tests.benchmarks.search.encoding import Installed, Model, Remembered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FALSE_ALARMS_BAR = 3.0
FOUND_FLOOR = 90.0
NOTE_BAR_MS = 50.0
N_PASSAGES = 60
PASSAGE_CHARS = 850
"""Some 200 tokens of an English abstract."""
QUICK_PAPERS = 6
"""Japanese papers of a quick run, drawn by seed."""
QUICK_NOTES = 20

Score = Callable[[Pair], float]


def measure(options: Options, model: Model | None = None) -> list[Result]:
    """Give every figure of this subject. Raises DataMissing where there are no pairs."""
    real = real_pairs(options.data / "files" / "notes" / "pairs.jsonl")
    english = [pair for pair in real if pair.is_english]
    invented = own_pairs(QUICK_PAPERS if options.is_quick else None)
    closeness = closeness_of(Remembered(model or Installed(BUNDLED), options.cache / "notes"))
    copied = [pair for pair in english if pair.label == "copied"]
    results = [
        *_quality("English", english, closeness),
        *(
            _changed(with_changes(copied, every=n), f"English: found with every {n}th word changed")
            for n in (10, 7, 5, 4)
        ),
        *_quality("Japanese, ours", invented, closeness),
        *_rates("Japanese, ours, no model", invented, None),
        *_rates("Japanese, real", [pair for pair in real if not pair.is_english], closeness),
    ]
    harder = harder_pairs()
    for where, is_aside in (("fitted on", False), ("set aside", True)):
        pairs = [pair for pair in harder if pair.is_aside == is_aside]
        for language, is_english in (("English", True), ("Japanese", False)):
            chosen = [pair for pair in pairs if pair.is_english == is_english]
            results += _rates(f"harder, {where}, {language}", chosen, closeness, is_held=is_aside)
        if is_aside:
            results += _quality(f"harder, {where}", pairs, closeness)
            results += _rates(f"harder, {where}, no model", pairs, None)
    for where, is_aside in (("fitted on", False), ("set aside", True)):
        pairs = [one for one in harder if one.is_aside == is_aside]
        pairs += [] if is_aside else [*real, *invented]
        for language, is_english in (("English", True), ("Japanese", False)):
            chosen = [pair for pair in pairs if pair.is_english == is_english]
            results += _mixed(f"mixed, {where}, {language}", mixed_notes(chosen), closeness)
    others = others_notes(options.data)
    if options.is_quick:
        others = others[:QUICK_NOTES]
    for language, is_english in (("English", True), ("Japanese", False)):
        for where, is_aside in ((", fitted on", False), (", set aside", True)):
            chosen = [p for p in others if (p.is_english, p.is_aside) == (is_english, is_aside)]
            results += for_others(f"notes for others, {language}{where}", chosen, closeness)
    return [*results, _speed(english)]


def for_others(name: str, pairs: Sequence[Pair], closeness: Closeness) -> list[Result]:
    """Say how many notes for others are called copied, and how many by their meaning alone.

    Nobody labelled them, and some do copy the abstract: those of which the words say so are no
    false alarms. Of all the others no more may be called copied than of own notes.
    """
    by_words = _checks(pairs, None)
    left = [pair for pair in pairs if not by_words[pair.where].is_mostly_copied]
    if not left:
        return _rates(name, pairs, closeness)
    said = f"{name}: called copied, though their words are not"
    alarms = _rate(said, left, _checks(left, closeness), is_held=True)
    return [*_rates(name, pairs, closeness), alarms]


def closeness_of(model: Model) -> Closeness:
    """Compare by vectors, which are made as they are asked for."""
    vectors: dict[str, NDArray[np.float32]] = {}

    def closeness(ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        new = [text for text in dict.fromkeys([*ours, *theirs]) if text not in vectors]
        if new:
            vectors.update(zip(new, model.encode_passages(new), strict=True))
        return [[float(vectors[a] @ vectors[b]) for b in theirs] for a in ours]

    return closeness


def _quality(name: str, pairs: Sequence[Pair], closeness: Closeness) -> list[Result]:
    """Score pairs as shipped, by plain baselines, and with a threshold from the other half."""
    checks = _checks(pairs, closeness)

    def ours(pair: Pair) -> float:
        return likeness(checks[pair.where], pair)

    def nearest(pair: Pair) -> float:
        return nearest_cosines(pair, closeness)

    of = {label: [p for p in pairs if p.label == label] for label in ("own", "copied")}
    results = _rates(name, pairs, closeness, is_held=True)
    ways: list[tuple[str, Score]] = [
        ("the check", ours),
        ("the longest run alone", longest_run),
        ("shared 3-grams alone", shared_grams),
        ("cosines alone", nearest),
    ]
    for way, score in ways:
        found, alarms = by_halves(of["own"], of["copied"], score)
        note = f"threshold from the other half: {found:.0f} % found, {alarms:.0f} % false alarms"
        value = auc([score(p) for p in of["copied"]], [score(p) for p in of["own"]])
        note = f"{auc_span(value, len(of['copied']), len(of['own']))}; {note}"
        results.append(Result(f"{name}: AUC ×100, {way}", 100 * value, "", note=note))
    others = [p for p in pairs if p.label == "paraphrased"]
    if others:
        close = auc([ours(p) for p in others], [ours(p) for p in of["own"]])
        note = auc_span(close, len(others), len(of["own"]))
        said = f"{name}: AUC ×100, paraphrased against own"
        results.append(Result(said, 100 * close, "", note=note))
    return results


def _checks(pairs: Sequence[Pair], closeness: Closeness | None) -> dict[str, Check]:
    """Check notes as the program does, once `gather` has made the passages' vectors."""
    return {
        p.where: check(p.note, p.sources, closeness=closeness, is_known=lambda _: True)
        for p in pairs
    }


def _rates(
    name: str, pairs: Sequence[Pair], closeness: Closeness | None, *, is_held: bool = False
) -> list[Result]:
    """Say how many notes of each label are called copied."""
    checks = _checks(pairs, closeness)
    told = {
        "own": "false alarms on own notes",
        "copied": "copied notes found",
        "paraphrased": "paraphrased called copied",
    }
    return [
        _rate(f"{name}: {said}", of, checks, is_held=is_held, has_misses=closeness is not None)
        for label, said in told.items()
        if (of := [p for p in pairs if p.label == label])
    ]


def _rate(
    name: str,
    pairs: Sequence[Pair],
    checks: dict[str, Check],
    *,
    is_held: bool,
    has_misses: bool = True,
) -> Result:
    """Say which share of notes is called mostly copied; what should not be so is a miss.

    pairs: of one label, at least one.
    """
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
        note=interval(len(called), len(pairs)),
        misses=tuple(misses) if has_misses else (),
    )


def _mixed(name: str, mixed: Sequence[Mixed], closeness: Closeness) -> list[Result]:
    """Say how many own sentences beside copied ones are called copied, and how many copied
    ones beside own ones are found: all, and those that their words do not tell."""
    checks = _checks([one.pair for one in mixed], closeness)
    own: list[CheckedSentence] = []
    copied: list[CheckedSentence] = []
    by_meaning: list[CheckedSentence] = []
    for one in mixed:
        by_words = check(one.pair.note, one.pair.sources).sentences
        found = checks[one.pair.where].sentences
        for is_copied, word, sentence in zip(one.are_copied, by_words, found, strict=True):
            (copied if is_copied else own).append(sentence)
            if is_copied and word.verdict != "copied":
                by_meaning.append(sentence)
    counted = [
        ("own sentences called copied", own, FALSE_ALARMS_BAR),
        ("copied sentences found", copied, None),
        ("copied sentences found by their meaning", by_meaning, None),
    ]
    results = []
    for said, sentences_, bar in counted:
        if sentences_:
            n = sum(one.verdict == "copied" for one in sentences_)
            n_close = sum(one.verdict == "close" for one in sentences_)
            note = f"{interval(n, len(sentences_))}; {n_close} called close"
            share = 100 * n / len(sentences_)
            results.append(Result(f"{name}: {said}", share, "%", bar=bar, note=note))
    return results


def _changed(pairs: Sequence[Pair], name: str) -> Result:
    found = [check(pair.note, pair.sources) for pair in pairs]
    n = sum(one.is_mostly_copied for one in found)
    n_close = sum(one.verdict != "own" for one in found)
    said = f"{interval(n, len(found))}; {n_close} copied or close" if found else "of none"
    return Result(name, 100 * n / max(1, len(found)), "%", note=said)


def likeness(found: Check, pair: Pair) -> float:
    """Say how much of a note is its paper's, from 0 to 1, whatever the thresholds call it."""
    weights = [len(one.text) for one in found.sentences]
    alike = [max(one.share, one.chance) for one in found.sentences]
    total = sum(weights)
    return sum(w * a for w, a in zip(weights, alike, strict=True)) / total if total else 0.0


def nearest_cosines(pair: Pair, closeness: Closeness) -> float:
    """Give the mean cosine of a note's sentences to the paper's nearest: a plain baseline."""
    texts = [" ".join(part.words.split()) for part in parts_of(pair.note)]
    theirs = [" ".join(s.split()) for one in pair.sources[1:] for s in sentences(one.text)]
    rows = closeness(texts, theirs) if texts and theirs else []
    return sum(max(row) for row in rows) / len(rows) if rows else 0.0


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


def auc_span(value: float, n_high: int, n_low: int) -> str:
    """Write the middle 95 % of an area, which is no point where the area is 1.

    The bounds are the areas from which the one seen is 1.96 standard errors away (Newcombe 2006,
    method 5).
    """
    if not (n_high and n_low):
        return "of none"
    more = (n_high + n_low) / 2 - 1

    def error(area: float) -> float:
        spread = 1 + more * ((1 - area) / (2 - area) + area / (1 + area))
        return math.sqrt(area * (1 - area) * spread / (n_high * n_low))

    def bound(end: float) -> float:
        inside, outside = value, end
        for _ in range(40):
            middle = (inside + outside) / 2
            if abs(middle - value) <= 1.96 * error(middle):
                inside = middle
            else:
                outside = middle
        return inside

    return f"95 %: {100 * bound(0.0):.0f} to {100 * bound(1.0):.0f}"


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
    made = Counted()
    times = []
    # In the first turn the vectors are made, in place of an encoder.
    for _ in range(12):
        start = time.process_time()
        check(note, sources, closeness=made.closeness, is_known=lambda _: True)
        times.append(1000 * (time.process_time() - start))
    n = len(made.vectors) - len(set(texts))
    said = f"CPU, without the {n} sentences' vectors; {len(note.split())} words beside"
    return Result(
        "a note, its paper taken apart anew",
        min(times),
        "ms",
        bar=NOTE_BAR_MS,
        median=sorted(times)[len(times) // 2],
        note=f"{said} {N_PASSAGES} passages",
    )


class Counted:
    """Compares texts by vectors drawn at random, and keeps them."""

    def __init__(self) -> None:
        self.vectors: dict[str, NDArray[np.float32]] = {}

    def closeness(self, ours: Sequence[str], theirs: Sequence[str]) -> list[list[float]]:
        columns = [self._vector(text) for text in theirs]
        return [[float(self._vector(text) @ column) for column in columns] for text in ours]

    def _vector(self, text: str) -> NDArray[np.float32]:
        import numpy as np

        if text not in self.vectors:
            drawn = np.random.default_rng(len(self.vectors)).normal(size=384)
            self.vectors[text] = (drawn / np.linalg.norm(drawn)).astype(np.float32)
        return self.vectors[text]


if __name__ == "__main__":
    raise SystemExit(run_subjects([Subject("notes", measure)]))
