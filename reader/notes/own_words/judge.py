"""Judge a note's sentences beside a paper's texts, and say the verdict line by line.

`check` is the one function of the own-words check; its thresholds stand here, in `runs`,
`terms` and `across`, and what they were measured on in docs/benchmarks.md. Pure, and never
an error on any text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reader.base.messages import say
from reader.base.text import plain, shorten
from reader.notes.own_words.runs import (
    MOST_OWN,
    Foreign,
    PaperTexts,
    WordRun,
    compared,
    copied_runs,
    foreign,
    prepare,
)
from reader.notes.own_words.texts import (
    LATIN,
    Check,
    CheckedSentence,
    Closeness,
    Pairs,
    Part,
    SourceText,
    Verdict,
    longest_same,
    parts_of,
)

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
    note: str, sources: Sequence[SourceText] | PaperTexts, *, closeness: Closeness | None = None
) -> Check:
    """Compare each sentence of a note with a paper's texts.

    closeness: with it Japanese sentences that translate English ones are found, and the
    other way round; `n_unseen` counts the sentences in another language that were not
    compared.
    """
    prepared = sources if isinstance(sources, PaperTexts) else prepare(sources)
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


def _within(
    parts: Sequence[Part], runs: Sequence[WordRun], prepared: PaperTexts
) -> list[CheckedSentence]:
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


def _sentence(part: Part, stretches: Sequence[Pairs], prepared: PaperTexts) -> CheckedSentence:
    if not stretches:
        return CheckedSentence(part.piece.text)
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
    return CheckedSentence(part.piece.text, verdict, share, words, source)


def _compared(sentence: CheckedSentence, one: Foreign) -> CheckedSentence:
    if one.source is None:
        return replace(sentence, nearness=one.nearness)
    return CheckedSentence(
        sentence.text,
        "copied" if one.is_in_order else "close",
        source=one.source,
        is_translated=True,
        nearness=one.nearness,
    )


def _summed(parts: Sequence[Part], sentences: Sequence[CheckedSentence], *, n_unseen: int) -> Check:
    weights = [part.weight for part in parts]
    copied = sum(w for w, one in zip(weights, sentences, strict=True) if one.verdict == "copied")
    share = copied / sum(weights) if any(weights) else 0.0
    is_mostly = share >= MOSTLY
    is_own = all(one.verdict == "own" for one in sentences)
    verdict: Verdict = "copied" if is_mostly else "own" if is_own else "close"
    return Check(tuple(sentences), verdict, is_mostly, share, n_unseen)


WIDTH = 100
"""Columns of a sentence or a run that are shown."""


def lines(check: Check, *, most: int = 5) -> list[str]:
    """Give what a person is told, safe to print; nothing where all words are their own.

    most: sentences that are shown; the others are counted.
    """
    found = sorted(check.found, key=lambda one: one.verdict != "copied")
    told: list[str] = []
    if check.is_mostly_copied:
        told.append(say("words.mostly", n=round(100 * check.share)))
    for one in found[:most]:
        told += _said_of(one)
    if len(found) > most:
        told.append(say("words.more", n=len(found) - most))
    if check.n_unseen:
        told.append(say("words.many" if check.is_long else "words.within", n=check.n_unseen))
    return told


def where(source: SourceText) -> str:
    """Say where in the paper a text stands: "abstract", "p. 4"."""
    if source.where == "abstract":
        return say("words.abstract")
    if source.page is None:
        return say("words.highlight" if source.where == "highlight" else "words.passage")
    key = "words.highlight_page" if source.where == "highlight" else "words.page"
    return say(key, n=source.page)


def _said_of(one: CheckedSentence) -> list[str]:
    place = where(one.source) if one.source else ""
    sentence = shorten(plain(one.text), WIDTH)
    if one.is_translated:
        key = "words.translated" if one.verdict == "copied" else "words.near"
        return [say(key, where=place, sentence=sentence)]
    key = "words.copied" if one.verdict == "copied" else "words.close"
    told = [say(key, where=place, sentence=sentence)]
    run = plain(one.run)
    if run and run != plain(one.text).rstrip(".。!?"):
        told.append(say("words.shared", run=shorten(run, WIDTH)))
    return told
