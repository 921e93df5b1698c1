"""Prepare texts for any encoder: what no tokenizer may misread, and what is too long for one.

Pure functions; knows no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str, specials: Iterable[str]) -> str:
    """Return the text so that no part of it is taken for a mark of the model's own.

    A paper on masked models says <mask> and means the word. Halves of surrogate pairs,
    which no encoding can carry, become spaces.
    """
    text = _SURROGATES.sub(" ", text)
    for special in specials:
        if special in text:
            text = text.replace(special, f"{special[0]} {special[1:]}")
    return text.strip()


def windows(ids: Sequence[int], room: int) -> list[list[int]]:
    """Cut ids into the fewest parts of at most `room`, all nearly of one length.

    Nearly equal, so that the mean of the parts' vectors weighs every token alike.
    """
    n_windows = max(1, -(-len(ids) // room))
    bounds = [i * len(ids) // n_windows for i in range(n_windows + 1)]
    return [list(ids[a:b]) for a, b in pairwise(bounds)]
