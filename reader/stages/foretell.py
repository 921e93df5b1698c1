"""Foretell for papers that people talk about, and for new ones of near topics, how much they
will be talked about.

The numbers come with the program (`reader/heat/talk.txt`), or were fitted on the library's
own talk; what they give is kept, since reading them takes a moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.resources
from collections.abc import Container, Mapping, Sequence
from datetime import date

from reader.errors import StoreError
from reader.heat import Coefficients, Facts, Record, facts_of, forecast, places, records_of
from reader.library.folder import Library
from reader.paper import Held, Paper
from reader.score import Term
from reader.store import models, papers, standings, talk
from reader.today import Rank


def forecasts(library: Library, several: Sequence[Held]) -> dict[int, tuple[Term, ...]]:
    """Give what was to be foretold of some papers on the day of their arrival, by row; what was
    foretold once stays."""
    known = standings.forecasts_of(library.db, [held.row for held in several])
    missing = [held for held in several if held.row not in known]
    if not missing:
        return known
    text = _text(library)
    numbers = Coefficients.read(text)
    by_day: dict[date, list[Held]] = {}
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
    library: Library, several: Sequence[Held], day: date, numbers: Coefficients
) -> Mapping[int, tuple[Term, ...]]:
    """Foretell, from the papers and from what their authors' earlier ones came to until a day."""
    given = {held.row: held.paper for held in several}
    known = evidence(library, given, day)
    return {row: forecast(facts, records, numbers) for row, (facts, records) in known.items()}


def evidence(
    library: Library, several: Mapping[int, Paper], day: date
) -> dict[int, tuple[Facts, tuple[Record, ...]]]:
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
    return models.text_of(library.db, models.TALK) or shipped()


def shipped() -> str:
    """Give the numbers that come with the program."""
    return (importlib.resources.files("reader.heat") / "talk.txt").read_text("utf-8")
