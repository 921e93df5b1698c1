"""Count the days: what was written on each, how many follow one another, of which themes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reader.habit.heatmap import Heatmap, Streak, heatmap, streak
from reader.habit.recall import near_deadline
from reader.habit.rows import days, reviews
from reader.habit.rows.days import FromSource
from reader.habit.week import ReadPaper, read_between
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.balance import theme_of
from reader.notes.rows import notes

N_WEEKS = 53


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What a day had, in papers. is_frozen: it was off, or a deadline was near."""

    day: date
    n_written: int
    n_skimmed: int
    n_recalled: int
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """What `reader stats` shows of the weeks up to a day.

    themes: papers written up of each, the own themes first, also those with none.
    """

    first: date
    last: date
    days: tuple[DayCounts, ...]
    map: Heatmap
    streak: Streak
    themes: Mapping[str, int]
    sources: tuple[FromSource, ...]


@dataclass(frozen=True, slots=True)
class DayShown:
    """One day of the map."""

    counts: DayCounts
    n_arrived: int
    picked: tuple[LibraryPaper, ...]
    n_skipped: int
    read: tuple[ReadPaper, ...]


def stats(library: Library, last: date, *, n_weeks: int = N_WEEKS) -> Stats:
    """Count the weeks up to a day; the streak looks back to the first note."""
    written = _per_day(library, date.min, last, is_written=True)
    map_ = heatmap(
        written,
        last,
        n_weeks=n_weeks,
        full=library.config.quota,
        is_frozen=lambda day: is_frozen(library, day),
    )
    first = next(map_.squares).day
    skimmed = _per_day(library, first, last, is_written=False)
    recalled = reviews.n_recalled(library.db, first, last)
    return Stats(
        first,
        last,
        tuple(
            DayCounts(s.day, s.n, skimmed[s.day], recalled.get(s.day, 0), s.is_frozen)
            for s in map_.squares
        ),
        map_,
        streak(written, last, is_frozen=lambda day: is_frozen(library, day)),
        _themes(library, first, last),
        tuple(days.from_sources(library.db, first, last)),
    )


def is_frozen(library: Library, day: date) -> bool:
    """Tell whether nothing is asked of a day: it is off, or a deadline is near."""
    return library.config.is_day_off(day) or near_deadline(library, day) is not None


def day_shown(library: Library, day: date) -> DayShown:
    """Give all of one day."""
    written, skimmed = notes.n_noted_on(library.db, day)
    return DayShown(
        DayCounts(
            day, written, skimmed, reviews.n_recalled_on(library.db, day), is_frozen(library, day)
        ),
        papers.n_arrived(library.db, day),
        tuple(papers.papers_at(library.db, days.picked(library.db, day, day))),
        len(days.decided(library.db, "skip", day, day)),
        tuple(read_between(library, day, day)),
    )


def _per_day(library: Library, first: date, last: date, *, is_written: bool) -> Counter[date]:
    found = days.noted(library.db, first, last)
    return Counter(one.on_date for one in found if one.is_written == is_written)


def _themes(library: Library, first: date, last: date) -> dict[str, int]:
    counts = dict.fromkeys(library.config.themes, 0)
    by_topic = notes.n_written_by_topic(library.db, first, last)
    rest: Counter[str] = Counter()
    for topic, n in by_topic.items():
        theme = theme_of(library.config, topic)
        if theme in counts:
            counts[theme] += n
        else:
            rest[theme] += n
    return counts | dict(rest.most_common())
