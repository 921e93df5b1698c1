"""Turn a title and an abstract into hashed words: numbers that stand for no text any more.

The hash is fixed (CRC-32), so coefficients fitted elsewhere mean the same here.
"""

from __future__ import annotations

import functools
import math
import re
import zlib
from collections import Counter
from collections.abc import Mapping

from reader.words import TELLING_NOTHING

N_BUCKETS = 1 << 14

TITLE_COUNTS = 2
"""A word of the title counts as if it stood so often."""


def buckets(title: str, abstract: str) -> Mapping[int, float]:
    """Give bucket → signed weight, the whole of length 1; empty for no words.

    Weinberger et al. 2009, arXiv:0902.2206: the sign lets words that share a bucket cancel.
    """
    words = _words(title) * TITLE_COUNTS + _words(abstract)
    found: dict[int, float] = {}
    for word, n in Counter(words).items():
        bucket, sign = _bucket(word)
        found[bucket] = found.get(bucket, 0.0) + sign * (1 + math.log(n))
    length = math.sqrt(math.fsum(v * v for v in found.values()))
    return {k: v / length for k, v in found.items()} if length else {}


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in TELLING_NOTHING]


@functools.lru_cache(maxsize=65_536)
def _bucket(word: str) -> tuple[int, int]:
    code = zlib.crc32(word.encode())
    return code % N_BUCKETS, 1 if code >> 31 else -1


_WORD = re.compile(r"[a-z][a-z0-9]+|[0-9]+")
