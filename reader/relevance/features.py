"""Turn a paper into features: named numbers that a model weighs. Knows no topic.

The name says what it is: "w:" a word of title or abstract, "h:" a word of the title once more,
"a:" an author, "c:" an arXiv class, "t:" a size of the team that wrote it.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Mapping

from reader.paper import Paper
from reader.person import name_key
from reader.words import TELLING_NOTHING, folded, is_cjk

TITLE_COUNTS = 2
"""A word of the title counts as if it stood so often."""

MOST_AUTHORS = 50
"""Papers by more say little by any one name."""

TEAM_SIZES = (2, 4, 6, 8, 10, 13, 20, 40)
"""Some readers pick what large groups write; each size counts for all larger teams too."""


def features(paper: Paper) -> Mapping[str, float]:
    """Give a paper's features; the words' squares add up to 1, those of the title's words too.

    A word's number is 1 + log of how often it stands there; of the title's words by themselves
    all are alike. Words that stand everywhere and single letters are left out; singular and
    plural are one word. A paper without words has none of these.
    """
    title = _words(paper.title)
    counts = Counter(title * TITLE_COUNTS + _words(paper.abstract))
    found = {f"w:{word}": 1 + math.log(n) for word, n in counts.items()}
    length = math.sqrt(math.fsum(v * v for v in found.values())) or 1.0
    scaled = {name: value / length for name, value in found.items()}
    several = dict.fromkeys(title)
    scaled |= {f"h:{word}": 1 / math.sqrt(len(several)) for word in several}
    scaled |= {f"a:{name_key(a)}": 1.0 for a in paper.authors[:MOST_AUTHORS]}
    scaled |= {f"t:{size}+": 1.0 for size in TEAM_SIZES if len(paper.authors) >= size}
    return scaled | {f"c:{c}": 1.0 for c in paper.categories}


def word_features(text: str) -> frozenset[str]:
    """List the features that words of a text make, in the title or elsewhere."""
    return frozenset(f"{kind}:{word}" for word in _words(text) for kind in "wh")


def _words(text: str) -> list[str]:
    return [_form(w) for w in _WORD.findall(text.casefold()) if w not in TELLING_NOTHING]


@functools.lru_cache(maxsize=65_536)
def _form(word: str) -> str:
    return word if is_cjk(word) else folded(word)


_WORD = re.compile(r"[^\W_][^\W_]+")
