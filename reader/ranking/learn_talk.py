"""Foretell talk for new papers, and fit the forecast anew to the library's own talk.

Foretell for papers that people talk about, and for new ones of near topics, how much they
will be talked about.

The numbers come with the program (`reader/ranking/talk.txt`), or were fitted on the library's
own talk; what they give is kept, since reading them takes a moment.

Fit the forecast of talk anew to the library's own talk, as that grows. Reached by `index` alone.

Only papers of which it is known by now whether they were talked about teach: two weeks old
and older. What is too little talk leaves the numbers that come with the program.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
import math
from collections.abc import Container, Mapping, Sequence
from datetime import date

from reader.base.errors import StoreError
from reader.library.days import days_back
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import papers
from reader.ranking.forecast import (
    AuthorRecord,
    Coefficients,
    Facts,
    TalkExample,
    facts_of,
    forecast,
    places,
    records_of,
)
from reader.ranking.learn import FitTools
from reader.ranking.rank import Rank
from reader.ranking.rows import labels, standings, talk
from reader.ranking.rows.standings import TALK, StoredModel
from reader.ranking.score import Term


def forecasts(library: Library, several: Sequence[LibraryPaper]) -> dict[int, tuple[Term, ...]]:
    """Give what was to be foretold of some papers on the day of their arrival, by row; what was
    foretold once stays."""
    known = standings.forecasts_of(library.db, [held.row for held in several])
    missing = [held for held in several if held.row not in known]
    if not missing:
        return known
    text = _text(library)
    numbers = Coefficients.read(text)
    by_day: dict[date, list[LibraryPaper]] = {}
    for held in missing:
        by_day.setdefault(held.arrived_on, []).append(held)
    found: dict[int, tuple[Term, ...]] = {}
    for day, of_day in by_day.items():
        found |= foretell(library, of_day, day, numbers)
    with contextlib.suppress(StoreError):  # a library that cannot be written is shown all the same
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        standings.set_forecasts(library.db, found, model=mark)
    return {**known, **found}


def foretell_day(library: Library, day: date) -> None:
    """Foretell ahead of a day's list what it asks for: its new papers of near topics."""
    db, near = library.db, {topic.path for topic in library.config.near_topics}
    if not near or not talk.is_watched(db):
        return
    ranks = standings.ranks_of(db, standings.members_on(db, day))
    rows = [row for row, of_paper in ranks.items() if belongs(of_paper, near)]
    forecasts(library, papers.papers_at(db, rows))


def belongs(ranks: Sequence[Rank], topics: Container[str]) -> bool:
    """Tell whether a paper belongs to one of some topics."""
    return any(r.place == "in" and r.topic in topics for r in ranks)


def foretell(
    library: Library, several: Sequence[LibraryPaper], day: date, numbers: Coefficients
) -> Mapping[int, tuple[Term, ...]]:
    """Foretell, from the papers and from what their authors' earlier ones came to until a day."""
    given = {held.row: held.paper for held in several}
    known = evidence(library, given, day)
    return {row: forecast(facts, records, numbers) for row, (facts, records) in known.items()}


def evidence(
    library: Library, several: Mapping[int, Paper], day: date
) -> dict[int, tuple[Facts, tuple[AuthorRecord, ...]]]:
    """Give what forecasts go by: what is known of some papers, and of their authors until a day."""
    db = library.db
    known = talk.known_records(db, {a for p in several.values() for a in p.authors}, day)
    is_watched = talk.is_watched(db)
    mailed = talk.announced_with(db, several)
    places_on = {on: places(talk.ids_announced(db, on)) for on in {on for _, on in mailed.values()}}
    found = {}
    for row, paper in several.items():
        id_, on = mailed.get(row, ("", None))
        place = places_on[on].get(id_) if on else None
        records = records_of(paper.authors, known, is_watched=is_watched)
        found[row] = (facts_of(paper, place), records)
    return found


def _text(library: Library) -> str:
    return standings.text_of(library.db, standings.TALK) or shipped()


def shipped() -> str:
    """Give the numbers that come with the program."""
    return (importlib.resources.files("reader.ranking") / "talk.txt").read_text("utf-8")


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
    if standings.fingerprints(library.db).get(TALK) == fitted_on:
        return False
    hot = dict(sorted(hot.items())[-MOST_HOT:])
    several = _chosen(library, hot, first, last)
    numbers = tools.fit_talk(several, Coefficients.read(shipped()))
    standings.keep(library.db, [StoredModel(TALK, fitted_on, numbers.to_text())])
    return True


def _chosen(library: Library, hot: Mapping[int, int], first: date, last: date) -> list[TalkExample]:
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
            found.append(TalkExample(on, facts, records, hot.get(row), weight))
    return found
