"""Fit the forecast of talk anew to the library's own talk, as that grows. Reached by `index` alone.

Only papers of which it is known by now whether they were talked about teach: two weeks old
and older. What is too little talk leaves the numbers that come with the program.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from reader.announcement import days_back
from reader.heat import Coefficients
from reader.heat.forecast import Example
from reader.library.folder import Library
from reader.stages.fit_tools import FitTools
from reader.stages.foretell import evidence, shipped
from reader.store import labels, models, talk
from reader.store.models import TALK, Stored

VERSION = 1
KNOWN_AFTER_DAYS = 14
"""So long after it came a paper has been talked about, or will hardly be."""

LEARNED_DAYS = 365
FEWEST_HOT = 60
"""Papers that were talked about, below which one's own talk says too little."""

GROWTH = 1.25
"""How much the talk must have grown before the numbers are fitted again: it takes a minute."""

ONE_OF = 10
"""Of the papers that nobody talked about so many are stood for by one."""

MOST_HOT = 3_000


def learn_talk(library: Library, tools: FitTools) -> bool:
    """Fit the numbers of the forecast where a quarter more talk is known than the last time."""
    day = library.today()
    first, last = days_back(day, LEARNED_DAYS), days_back(day, KNOWN_AFTER_DAYS)
    hot = talk.hot_papers(library.db, first, last, before=day)
    if len(hot) < FEWEST_HOT:
        return False
    fitted_on = f"{VERSION} {int(math.log(len(hot), GROWTH))}"
    if models.fingerprints(library.db).get(TALK) == fitted_on:
        return False
    hot = dict(sorted(hot.items())[-MOST_HOT:])
    several = _chosen(library, hot, first, last)
    numbers = tools.fit_talk(several, Coefficients.read(shipped()))
    models.keep(library.db, [Stored(TALK, fitted_on, numbers.to_text())])
    return True


def _chosen(library: Library, hot: Mapping[int, int], first: date, last: date) -> list[Example]:
    """Take the hot papers, and some of the others: each as it was known on its morning."""
    days: dict[date, list[int]] = {}
    for row, on in talk.arrivals(library.db, first, last).items():
        if row in hot or row % ONE_OF == 0:
            days.setdefault(on, []).append(row)
    found = []
    for on, rows in days.items():
        known = evidence(library, labels.texts(library.db, rows), on)
        for row, (facts, records) in known.items():
            weight = 1.0 if row in hot else float(ONE_OF)
            found.append(Example(on, facts, records, hot.get(row), weight))
    return found
