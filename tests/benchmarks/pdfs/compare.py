"""Hold words, names and orders against each other. Pure; knows no PDFs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_NUMBER = re.compile(
    r"(?:(?:appendix|chapter|section)\s+)?"
    r"(?:(?:\d{1,2}(?:[.．]\d{1,2})*|[A-Z](?:\.\d{1,2})*(?=[.:\s]\s*\S\S)|[IVX]{1,5}(?=[.\s]))[.．:)]?\s*"
    r"|第\s*\d+\s*[章節]\s*)",
    re.IGNORECASE,
)
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PAIR = re.compile(f"[{_CJK}](?=[{_CJK}])")
_PARTED = re.compile(f"[{_CJK}][ \u3000\u00a0](?=[{_CJK}])")
_HYPHENS = re.compile("[-\u00ad\u2010\u2011]")


def bare(text: str) -> str:
    """Leave case and white space aside, and compatible characters as one (NFKC)."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def letters(text: str) -> str:
    """Leave all but letters and digits aside; small case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def name(text: str) -> str:
    """Leave accents aside too: in many PDFs they stand beside their letter."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text))
    return letters("".join(c for c in apart if not unicodedata.combining(c)))


def heading(text: str) -> str:
    """Leave a heading's number aside."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return letters(plain[m.end() :] if (m := _NUMBER.match(plain)) else plain) or letters(plain)


def marked(text: str) -> str:
    """Leave hyphens and white space aside, not case."""
    return _HYPHENS.sub("", "".join(unicodedata.normalize("NFKC", text).split()))


def n_common(expected: Sequence[str], got: Sequence[str]) -> int:
    """Count what is in both, as often as it is in both."""
    return (Counter(expected) & Counter(got)).total()


def lacking(expected: Sequence[str], got: Sequence[str]) -> list[int]:
    """Give the indexes of what is not in `got`, or not as often."""
    left = Counter(got)
    found = []
    for i, key in enumerate(expected):
        if left[key]:
            left[key] -= 1
        else:
            found.append(i)
    return found


def n_in_order(expected: Sequence[str], got: Sequence[str]) -> int:
    """Give the length of the longest common subsequence."""
    best = [0] * (len(got) + 1)
    for one in expected:
        diagonal = 0
        for i, other in enumerate(got, 1):
            above = best[i]
            best[i] = diagonal + 1 if one == other else max(above, best[i - 1])
            diagonal = above
    return best[-1]


def n_cjk_pairs(text: str) -> tuple[int, int]:
    """Count neighbours of Japanese script: (with a blank between them, all)."""
    n_parted = len(_PARTED.findall(text))
    return n_parted, n_parted + len(_PAIR.findall(text))


def short(text: str, n: int = 80) -> str:
    """Shorten to n characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= n else line[: n - 1] + "…"
