"""Tell when in arXiv's day a paper was handed in, from the numbers that arXiv gives out.

Who wants a paper to be seen hands it in just before the deadline (14:00 Eastern time), so
that it is announced the same evening: the last numbers of a day are talked about seven
times as often as the usual ones. Numbers are known on the morning; the hour often is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FEWEST = 20
"""Papers of a day from which on its last number says where the deadline was."""

USUAL_AFTER = 9.0
FARTHEST = 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper stands among a day's numbers.

    after: log2(1 + numbers given out from it to the day's last); share: of the day's
    papers that have a lower number, 0 … 1.
    """

    after: float = USUAL_AFTER
    share: float = 0.5


def places(ids: Iterable[str]) -> Mapping[str, Place]:
    """Give the place of each arXiv id of one day; none for other ids, and on a small day.

    ids: with their scheme ("arxiv:2506.01234"), of all papers that were announced that day.
    """
    numbers = {id_: _number(m) for id_ in ids if (m := _NEW_STYLE.match(id_))}
    if len(numbers) < FEWEST:
        return {}
    ranks = {number: i / len(numbers) for i, number in enumerate(sorted(numbers.values()))}
    month, last = max(numbers.values())
    # An id of another month was held back, or is one of a month's first day.
    return {
        id_: Place(math.log2(1 + last - n) if m == month else FARTHEST, ranks[m, n])
        for id_, (m, n) in numbers.items()
    }


def _number(match: re.Match[str]) -> tuple[int, int]:
    return int(match[1]), int(match[2])


_NEW_STYLE = re.compile(r"arxiv:(\d{4})\.(\d{4,5})$")
