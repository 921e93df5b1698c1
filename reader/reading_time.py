"""Estimate how long words take to be read, and how long a person has been at a list.

Pure functions on texts and moments. English counts in words, Japanese in characters, each
with a speed of its own; a text of both is the sum of its parts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from reader.paper import Paper

WORDS_A_MINUTE = 228
CHARACTERS_A_MINUTE = 357
"""Native readers of English and of Japanese, reading aloud, texts matched in content and
difficulty: Trauzettel-Klosinski, Dietz and the IReST Study Group 2012, Invest. Ophthalmol. Vis.
Sci. 53(9), table of means, doi:10.1167/iovs.11-8284. One study for both, so that the two are
comparable; an abstract is dense, and is rarely read faster than one could say it."""

LETTERS_A_WORD = 6.5
"""Characters of a word in the text of a paper, with the blank after it."""

PAUSE_S = 180.0
"""Who decides nothing for longer than this has put the list away."""

_CHARACTERS = re.compile(
    "[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORDS = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


def seconds(text: str) -> float:
    """Give the seconds that a text takes: its words, and its Japanese characters."""
    rest, n_characters = _CHARACTERS.subn(" ", text)
    n_words = len(_WORDS.findall(rest))
    return 60 * (n_words / WORDS_A_MINUTE + n_characters / CHARACTERS_A_MINUTE)


def paper_seconds(paper: Paper, said: Iterable[str] = ()) -> float:
    """Give the seconds that a paper of the list takes: title, abstract, what people say."""
    return seconds(" ".join((paper.title, paper.abstract, *said)))


def length_seconds(n_characters: int, n_bytes: int) -> float:
    """Estimate the seconds that a text takes by its length alone, without reading it.

    n_bytes: in UTF-8, where a Japanese character has three and a letter mostly one.
    """
    n_japanese = max(0, (n_bytes - n_characters) // 2)
    n_words = (n_characters - n_japanese) / LETTERS_A_WORD
    return 60 * (n_words / WORDS_A_MINUTE + n_japanese / CHARACTERS_A_MINUTE)


def minutes(seconds: float) -> int:
    """Round to whole minutes as a person would say it: anything at all is at least one."""
    return max(1, round(seconds / 60)) if seconds > 0 else 0


def spent_s(moments: Iterable[datetime], *, pause_s: float = PAUSE_S) -> float:
    """Give the seconds between acts, whatever devices they were made on; in any order.

    A gap longer than `pause_s` counts as nothing: it was no reading.
    """
    gaps = [(b - a).total_seconds() for a, b in pairwise(sorted(moments))]
    return math.fsum(gap for gap in gaps if gap <= pause_s)
