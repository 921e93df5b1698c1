"""Compare a note with its paper: own words, close to it, or copied. Never forces anything.

values  what is compared, what comes out
tokens  words as they count
prose   the person's own sentences in a note
across  translations, by what stands out among the paper's sentences
runs    shared stretches
terms   which of them are more than a term
judge   `check`, and the thresholds
say     what a person is told
"""

from reader.own_words.judge import check
from reader.own_words.runs import Prepared, prepare
from reader.own_words.values import Check, Closeness, Sentence, Source, Verdict, Where

__all__ = [
    "Check",
    "Closeness",
    "Prepared",
    "Sentence",
    "Source",
    "Verdict",
    "Where",
    "check",
    "prepare",
]
