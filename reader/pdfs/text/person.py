"""Score words as a person's name against those of institutions, places, titles and dates.

The weights of pieces of words were fitted on the authors of papers and on the words of titles,
institutions and places (`python -m tests.benchmarks.pdfs.names`). Their numbers are hashes of the
pieces, many of which share one, so no name can be read from them.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
import zlib
from array import array
from functools import lru_cache
from importlib.resources import files

from reader.pdfs.text.name_words import PARTICLES
from reader.pdfs.text.names_cjk import has_family

_BLANKS = re.compile(r"[\s'’.-]+")


def _fitted() -> tuple[array[int], dict[str, float]]:
    raw = files("reader.pdfs.text").joinpath("person.json").read_text(encoding="utf-8")
    found = json.loads(raw)
    return array("b", base64.b64decode(found["pieces"])), found["words"]


_PIECES, _WORDS = _fitted()
STEP = 0.125
"""What a weight is counted in."""


def pieces_of(word: str, n_pieces: int) -> list[tuple[int, float]]:
    """Number the pieces of a folded word, with how much each counts."""
    whole = f"<{word}>"
    n = len(whole)
    parts = [whole[at : at + size] for size in (2, 3, 4) if size < n for at in range(n - size + 1)]
    share = (len(parts) + 1) ** -0.5
    numbers = [(zlib.crc32(part.encode()) % n_pieces, share) for part in parts]
    return [(zlib.crc32(whole.encode()) % n_pieces, 1.0), *numbers]


def words_of(text: str) -> list[str]:
    """Fold a text to its words in small letters without accents and particles.

    A first word with a capital is no particle: "Ben Example".
    """
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join([c for c in apart if not unicodedata.combining(c)])
    words = [word for word in _BLANKS.split(bare) if word]
    low = [word.casefold() for word in words]
    return [w for at, w in enumerate(low) if w not in PARTICLES or (at == 0 and words[0] != w)]


def shape_of(words: list[str]) -> list[str]:
    """Name what counts beside the pieces: how many words there are, and whether there is an
    initial."""
    found = ["any", f"{min(max(len(words), 1), 4)} words"]
    return [*found, "initial"] if any(len(word) == 1 for word in words) else found


KNOWN = 2.0
"""The score of a known family name in other scripts."""
RARE = -4.0
"""The score below which hardly a name has a word."""


@lru_cache(maxsize=4096)
def _word_score(word: str) -> float:
    return STEP * sum(_PIECES[at] * share for at, share in pieces_of(word, len(_PIECES)))


def name_score(text: str) -> float:
    """Score words as a person's name: above 0 they rather are one.

    Of other scripts, where the weights know nothing, `KNOWN` for a family name, else 0.
    """
    words = words_of(text)
    if not any("a" <= letter <= "z" for word in words for letter in word):
        return KNOWN if has_family(text) else 0.0
    scores = [_word_score(word) for word in words if len(word) > 1]
    shape = sum(_WORDS.get(name, 0.0) for name in shape_of(words))
    if not scores:
        return shape
    # One word that is in no name, as the company behind one, counts for more.
    return shape + sum(scores) / len(scores) + min(min(scores) - RARE, 0.0) / 2
