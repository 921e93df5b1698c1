"""Put the words of Arabic, Hebrew and Persian lines in the order in which they are read.

MuPDF gives the letters of such a word in the order of reading, each word as a span of its own, but
the spans in the order of the page, from the left.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_HAS_RIGHT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MIRRORED = str.maketrans("()[]«»", ")(][»«")


def is_from_right(text: str) -> bool:
    """Check whether most letters of a line are written from right to left."""
    if text.isascii() or not _HAS_RIGHT.search(text):
        return False
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")


def in_order(spans: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the spans of a line that is written from the right into the order of reading."""
    ordered = spans[::-1] if spans[0]["bbox"][0] < spans[-1]["bbox"][0] else spans
    return [span | {"text": _turned(span["text"])} for span in ordered]


def _turned(text: str) -> str:
    """Turn a span of blanks and signs alone, which has the order of the page."""
    return text if any(map(str.isalnum, text)) else text[::-1].translate(_MIRRORED)
