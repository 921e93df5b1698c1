"""Draw a small sketch of a text, so that the same text in another file is recognised.

A sketch is the smallest hash of all pieces of three words, in each of 128 classes
(MinHash, Broder 1997; one permutation, Li, Owen and Zhang 2012). It does not see bytes,
page breaks, fonts, marks, nor where a piece stands. Knows nothing of papers.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from reader.passage import Document

N_PLACES = 128
WIDTH = 4
"""Hexadecimal digits of one place."""

N_WORDS = 3
"""Words of one piece; of Japanese and Chinese, which have no spaces, each two characters count
as a word."""

FEWEST = 60
"""Pieces that a text must have: a title page is like many others."""

_NOTHING = "-" * WIDTH
_CJK = "\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_WORD = re.compile(rf"[{_CJK}]{{2}}|[{_CJK}]|[^\W_{_CJK}]+")


def sketch_of(document: Document) -> str:
    """Draw the sketch of a PDF's text; "" for one with next to no text.

    References and the words in figures do not count: they are what programs read
    differently.
    """
    hashes = {
        int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest())
        for piece in _pieces(document)
    }
    if len(hashes) < FEWEST:
        return ""
    smallest: list[int | None] = [None] * N_PLACES
    for value in hashes:
        value, place = divmod(value, N_PLACES)
        held = smallest[place]
        if held is None or value < held:
            smallest[place] = value
    return "".join(
        _NOTHING if value is None else f"{value % 16**WIDTH:0{WIDTH}x}" for value in smallest
    )


def likeness(a: str, b: str) -> float:
    """Estimate the share of pieces that two texts have in common, of all that either has.

    0 to 1, give or take .04; 0 where one is not known.
    """
    pairs = [pair for pair in zip(places(a), places(b), strict=False) if pair != (None, None)]
    return sum(one == two for one, two in pairs) / len(pairs) if pairs else 0.0


def places(sketch: str) -> list[str | None]:
    """Take a sketch apart: at each place a value, None where the text is too short for one."""
    values = [sketch[i : i + WIDTH] for i in range(0, len(sketch), WIDTH)]
    return [None if value == _NOTHING else value for value in values]


def _pieces(document: Document) -> Iterator[str]:
    for page in document.pages:
        for block in page.blocks:
            if block.kind in ("reference", "figure"):
                continue
            text = unicodedata.normalize("NFKC", block.text).casefold()
            words = _WORD.findall(text)
            for i in range(len(words) - N_WORDS + 1):
                yield " ".join(words[i : i + N_WORDS])
