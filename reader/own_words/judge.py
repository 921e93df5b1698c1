"""Judge a note's sentences beside a paper's texts: own, close or copied.

`check` is the one function of the own-words check; its thresholds stand here, in `runs`,
`terms` and `across`, and what they were measured on in docs/benchmarks.md. Pure, and never
an error on any text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reader.own_words.across import MOST_OWN, Foreign, compared, foreign
from reader.own_words.prose import Part, parts_of
from reader.own_words.runs import Prepared, Run, copied_runs, prepare
from reader.own_words.terms import Pairs, longest_same
from reader.own_words.tokens import LATIN
from reader.own_words.values import Check, Closeness, Sentence, Source, Verdict

COPIED = 0.6
"""Share of a sentence's words in stretches that count, from which on it is copied."""
CLOSE = 0.35
"""The same for close,"""
LONG = 8 * LATIN
"""and a stretch without a change that weighs this much is enough for it."""
LONGEST = 60_000
"""Characters of a note that are looked at: twenty pages, of which the beginning tells."""
MOSTLY = 0.5
"""Share of a note's words in copied sentences, from which on it does not count."""


def check(
    note: str, sources: Sequence[Source] | Prepared, *, closeness: Closeness | None = None
) -> Check:
    """Compare each sentence of a note with a paper's texts.

    closeness: with it Japanese sentences that translate English ones are found, and the
    other way round; `n_unseen` counts the sentences in another language that were not
    compared.
    """
    prepared = sources if isinstance(sources, Prepared) else prepare(sources)
    parts = parts_of(note[:LONGEST])
    flow = [token.word for part in parts for token in part.found]
    found = _within(parts, copied_runs(flow, prepared), prepared)
    left = [n for n in foreign(parts, prepared) if found[n].verdict != "copied"]
    if closeness is None:
        return _summed(parts, found, n_unseen=len(left))
    for one in compared(parts, left, prepared, closeness):
        found[one.place] = _compared(found[one.place], one)
    n_unseen = max(0, len(left) - MOST_OWN)
    return replace(_summed(parts, found, n_unseen=n_unseen), is_long=n_unseen > 0)


def _within(parts: Sequence[Part], runs: Sequence[Run], prepared: Prepared) -> list[Sentence]:
    """Judge sentences by the words that they share with a source."""
    owner = [n for n, part in enumerate(parts) for _ in part.found]
    stretches: list[list[Pairs]] = [[] for _ in parts]
    for run in runs:
        for n in range(owner[run.start], owner[run.end - 1] + 1):
            part = parts[n]
            last = part.first + len(part.found)
            if pairs := [pair for pair in run.pairs if part.first <= pair[0] < last]:
                stretches[n].append(pairs)
    return [_sentence(part, stretches[n], prepared) for n, part in enumerate(parts)]


def _sentence(part: Part, stretches: Sequence[Pairs], prepared: Prepared) -> Sentence:
    if not stretches:
        return Sentence(part.piece.text)
    found = [part.found[i] for i in sorted({own - part.first for s in stretches for own, _ in s})]
    share = sum(token.weight for token in found) / part.weight
    longest = max(stretches, key=len)
    same = max(map(longest_same, stretches), key=len)
    verdict: Verdict = "own"
    if share >= COPIED:
        verdict = "copied"
    elif share >= CLOSE or sum(part.found[own - part.first].weight for own, _ in same) >= LONG:
        verdict = "close"
    first, last = part.found[same[0][0] - part.first], part.found[same[-1][0] - part.first]
    source = prepared.source_at(longest[0][1]) if verdict != "own" else None
    words = part.piece.text[first.start : last.end]
    return Sentence(part.piece.text, verdict, share, words, source)


def _compared(sentence: Sentence, one: Foreign) -> Sentence:
    if one.source is None:
        return replace(sentence, nearness=one.nearness)
    return Sentence(
        sentence.text,
        "copied" if one.is_in_order else "close",
        source=one.source,
        is_translated=True,
        nearness=one.nearness,
    )


def _summed(parts: Sequence[Part], sentences: Sequence[Sentence], *, n_unseen: int) -> Check:
    weights = [part.weight for part in parts]
    copied = sum(w for w, one in zip(weights, sentences, strict=True) if one.verdict == "copied")
    share = copied / sum(weights) if any(weights) else 0.0
    is_mostly = share >= MOSTLY
    is_own = all(one.verdict == "own" for one in sentences)
    verdict: Verdict = "copied" if is_mostly else "own" if is_own else "close"
    return Check(tuple(sentences), verdict, is_mostly, share, n_unseen)
