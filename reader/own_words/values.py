"""Say what the own-words check is given and gives: sources, sentences, verdicts. No rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Where = Literal["abstract", "passage", "highlight", "title"]
Verdict = Literal["own", "close", "copied"]

Closeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
"""Gives the cosine of each note sentence (row) with each source sentence (column)."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text of the paper that a note may have been copied from; where: what it is there.

    page: where it begins in the PDF, from 1; None where it has none. A title is what one
    may always name: its words are not copying.
    """

    text: str
    where: Where
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a note with what was found about it.

    text: as it stands in the note, white space around it off. share: how much of it stands
    in the source as well, 0 to 1. run: the longest stretch of it that does, as the note has
    it; "" where there is none. source: None for a sentence of one's own. is_translated: the
    source says it in another language. nearness: how near the paper's nearest sentence in
    another language is, as `across` says it; 0 where none was looked at.
    """

    text: str
    verdict: Verdict = "own"
    share: float = 0.0
    run: str = ""
    source: Source | None = None
    is_translated: bool = False
    nearness: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """What a note looks like beside its paper.

    sentences: those that the person wrote, in order; quotations, headings, code are not.
    verdict: the note as a whole. is_mostly_copied: it does not count towards the quota.
    share: how much of the note is in copied sentences, 0 to 1.
    n_unseen: sentences in another language than the paper's that were not compared: there
    was no model, or there are too many of them (is_long).
    """

    sentences: tuple[Sentence, ...] = ()
    verdict: Verdict = "own"
    is_mostly_copied: bool = False
    share: float = 0.0
    n_unseen: int = 0
    is_long: bool = False

    @property
    def found(self) -> tuple[Sentence, ...]:
        """List the sentences that are not the person's own."""
        return tuple(one for one in self.sentences if one.verdict != "own")
