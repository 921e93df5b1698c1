"""Look back on a week, on a day, and on the days of a year.

A week runs from Monday to Sunday. It has the papers read with their key sentences, the new links,
and the skips that may be regretted. Nothing counts twice: a paper belongs to the week in which it
was first written up, or first noted if it never was. The days are counted by what was written on
each, how many follow one another, and of which themes; they are laid out as a map of squares, a
column a week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reader.library.calendar import days_back
from reader.library.file_names import FEWEST_FOR_BASE, likenesses_of_each, scaled
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import papers
from reader.notes.balance import theme_of
from reader.notes.links import targets
from reader.notes.recall import near_deadline
from reader.notes.rows import habit, notes
from reader.notes.rows.habit import FromSource
from reader.notes.words import key_sentence, links_in
from reader.search.rows import index

SKIPS_DAYS = 90
"""How many days after a skip talk about the paper can still make it regretted."""

FEW_PEOPLE = 2
"""How many people must mention a skipped paper within the week before it may be regretted."""

NEAR_BY_VECTORS = 0.33
"""The least likeness to a pick of the week: 0 is usual in that week, 1 the same text. Of 92 real
papers, 52 of them on speech, the 4 in 736 pairs above it were of one subject each."""

NEAR_BY_WORDS = 0.12
"""The same where some paper has no vector: a cosine of rare words, .05 for the median pair."""

N_USUAL = 200
"""How many papers of the week likeness is measured against."""

MOST_REGRETS = 5


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper that was noted: when, whether it counts as written, its key sentence."""

    paper: LibraryPaper
    on_date: date
    is_written: bool
    sentence: str
    theme: str


@dataclass(frozen=True, slots=True)
class Link:
    """A note that names another paper, which it did not before."""

    source: LibraryPaper
    target: LibraryPaper


@dataclass(frozen=True, slots=True)
class Regret:
    """A skipped paper that may deserve another look, and why.

    n_people: who mentioned it in this week, after the skip. near: the pick that it is like.
    """

    paper: LibraryPaper
    skipped_on: date
    n_people: int = 0
    near: LibraryPaper | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A week as `reader week` shows it. n_more: regrets beyond those that are shown."""

    first: date
    last: date
    read: tuple[ReadPaper, ...]
    links: tuple[Link, ...]
    regrets: tuple[Regret, ...]
    n_more: int = 0

    def holds(self, day: date) -> bool:
        """Check whether a day is one of this week."""
        return self.first <= day <= self.last

    @property
    def n_written(self) -> int:
        return sum(one.is_written for one in self.read)


def week(library: Library, day: date, *, encoder: str = "") -> Week:
    """Look back on the week of a day. encoder: whose vectors tell which papers are alike; "":
    none, words are compared."""
    first, last = week_of(day)
    skipped = habit.decided(library.db, "skip", days_back(last, SKIPS_DAYS), last)
    regrets = [
        *_talked_about(library, skipped, first, last),
        *_near_a_pick(library, skipped, first, last, encoder),
    ]
    # The first reason of each paper stays: talk comes before likeness.
    unique = list({one.paper.row: one for one in reversed(regrets)}.values())[::-1]
    return Week(
        first,
        last,
        tuple(read_between(library, first, last)),
        tuple(new_links(library, first, last)),
        tuple(unique[:MOST_REGRETS]),
        max(0, len(unique) - MOST_REGRETS),
    )


def week_of(day: date) -> tuple[date, date]:
    """Return the Monday and the Sunday of a day's week."""
    monday = days_back(day, day.weekday())
    # The last day that there is, 9999-12-31, is a Friday: its week has no Sunday.
    return monday, day if date.max - day < timedelta(6) else monday + timedelta(6)


def read_between(library: Library, first: date, last: date) -> list[ReadPaper]:
    """List the papers noted between two days, the themes in the order of feeds.toml."""
    found = habit.noted(library.db, first, last)
    by_row = {h.row: h for h in papers.papers_at(library.db, [n.paper for n in found])}
    read = []
    for one in (one for one in found if one.paper in by_row):
        paper = by_row[one.paper]
        text = notes.revisions(library.db, one.paper)[-1].text
        theme = theme_of(library.config, paper.topic or "")
        read.append(ReadPaper(paper, one.on_date, one.is_written, key_sentence(text), theme))
    # Reversed, as the last entry of a key wins: of a theme's topics the first one places it.
    order = {t.theme: n for n, t in reversed([*enumerate(library.config.topics)])}
    read.sort(key=lambda r: (order.get(r.theme, len(order)), r.theme, r.on_date))
    return read


def new_links(library: Library, first: date, last: date) -> list[Link]:
    """List the `[[key]]`s that came into notes between two days, to papers that are here."""
    pairs = [
        (one.paper, key)
        for one in habit.rewritten(library.db, first, last)
        for key in dict.fromkeys(links_in(one.after))
        if key not in links_in(one.before)
    ]
    row_of = dict(targets(library, {key for _, key in pairs}))
    wanted = {*(row for row, _ in pairs), *row_of.values()}
    by_row = {h.row: h for h in papers.papers_at(library.db, wanted)}
    found = dict.fromkeys((row, row_of[key]) for row, key in pairs)
    return [
        Link(by_row[row], by_row[target])
        for row, target in found
        if row in by_row and target in by_row and target != row
    ]


def _talked_about(
    library: Library, skipped: Mapping[int, date], first: date, last: date
) -> list[Regret]:
    """Find the skipped papers that people talked about in this week, after the skip."""
    before = days_back(first, 1)
    # Talk on the day of the skip itself does not count: it was known.
    since = {row: max(on, before) for row, on in skipped.items()}
    talk = habit.talkers_since(library.db, since, last)
    hot = sorted((row for row, n in talk.items() if n >= FEW_PEOPLE), key=lambda r: (-talk[r], r))
    return [
        Regret(paper, skipped[paper.row], n_people=talk[paper.row])
        for paper in papers.papers_at(library.db, hot)
    ]


def _near_a_pick(
    library: Library, lately: Mapping[int, date], first: date, last: date, encoder: str
) -> list[Regret]:
    """Find the week's skips that are like one of its picks, the most similar first.

    Likeness is measured against the papers that arrived in the week; a handful is too few.
    """
    db = library.db
    skipped = {row: on for row, on in lately.items() if on >= first}
    # A pick that was skipped later is like itself.
    kept = [row for row in habit.picked(db, first, last) if row not in lately]
    picks = papers.papers_at(db, kept)
    usual = [r for r in habit.arrived(db, first, last, limit=N_USUAL) if r not in skipped]
    others = papers.papers_at(db, [*skipped, *usual])
    if not picks or not skipped or len(others) < FEWEST_FOR_BASE:
        return []
    # The skips are the first of `others`, so the n-th column of `alike` is the n-th skip's.
    alike, least = _likeness(library, picks, others, encoder)
    found = []
    for n, paper in enumerate(others[: len(skipped)]):
        best = max(range(len(picks)), key=lambda p: alike[p][n])
        if alike[best][n] >= least:
            found.append((alike[best][n], Regret(paper, skipped[paper.row], near=picks[best])))
    return [regret for _, regret in sorted(found, key=lambda f: (-f[0], f[1].paper.row))]


def _likeness(
    library: Library, picks: Sequence[LibraryPaper], others: Sequence[LibraryPaper], encoder: str
) -> tuple[list[list[float]], float]:
    """Compare each pick with each other paper, by vectors where all have one, else by words.

    Returns a row for each pick, and from where on they are near.
    """
    wanted = [paper.row for paper in (*picks, *others)]
    kept = index.paper_vectors(library.db, encoder, wanted) if encoder else {}
    # Cosines and likeness by words are two scales: one paper without a vector, and words decide.
    if all(row in kept for row in wanted):
        import numpy as np  # which today's screen must not load

        from reader.search.rows.nearest import vector_from

        vectors = np.stack([vector_from(kept[row]) for row in wanted])
        cosines: list[list[float]] = (vectors[: len(picks)] @ vectors[len(picks) :].T).tolist()
        return [scaled(of_pick) for of_pick in cosines], NEAR_BY_VECTORS
    texts = [f"{paper.record.title}\n{paper.record.abstract}" for paper in (*picks, *others)]
    return likenesses_of_each(texts[: len(picks)], texts[len(picks) :]), NEAR_BY_WORDS


N_WEEKS = 53


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The numbers of a day, in papers. is_frozen: it was off, or a deadline was near."""

    day: date
    n_written: int
    n_skimmed: int
    n_recalled: int
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """The numbers that `reader stats` shows of the weeks up to a day.

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
    noted = habit.noted(library.db, date.min, last)
    written = Counter(one.on_date for one in noted if one.is_written)
    skimmed = Counter(one.on_date for one in noted if not one.is_written)

    def frozen(day: date) -> bool:
        return is_frozen(library, day)

    full = library.config.quota
    map_ = heatmap(written, last, n_weeks=n_weeks, full=full, is_frozen=frozen)
    first = next(map_.squares).day
    recalled = habit.n_recalled(library.db, first, last)
    counts = (
        DayCounts(s.day, s.n, skimmed[s.day], recalled.get(s.day, 0), s.is_frozen)
        for s in map_.squares
    )
    return Stats(
        first,
        last,
        tuple(counts),
        map_,
        streak(written, last, is_frozen=frozen),
        _themes(library, first, last),
        tuple(habit.from_sources(library.db, first, last)),
    )


def _themes(library: Library, first: date, last: date) -> dict[str, int]:
    """Count the papers written up of each theme: the own ones first, then the commonest."""
    counts: Counter[str] = Counter()
    for topic, n in notes.n_written_by_topic(library.db, first, last).items():
        counts[theme_of(library.config, topic)] += n
    own = {theme: counts.pop(theme, 0) for theme in library.config.themes}
    return own | dict(counts.most_common())


def is_frozen(library: Library, day: date) -> bool:
    """Check whether nothing is asked of a day: it is off, or a deadline is near."""
    return library.config.is_day_off(day) or near_deadline(library, day) is not None


def day_shown(library: Library, day: date) -> DayShown:
    """Read all of one day."""
    written, skimmed = notes.n_noted_on(library.db, day)
    return DayShown(
        DayCounts(
            day, written, skimmed, habit.n_recalled_on(library.db, day), is_frozen(library, day)
        ),
        papers.n_arrived(library.db, day),
        tuple(papers.papers_at(library.db, habit.picked(library.db, day, day))),
        len(habit.decided(library.db, "skip", day, day)),
        tuple(read_between(library, day, day)),
    )


LEVELS = 4
"""Shades of a day with something; 0 is none."""


@dataclass(frozen=True, slots=True)
class Square:
    """A day of the map. is_frozen: a day off, or one near a deadline, when nothing is asked."""

    day: date
    n: int
    level: int
    is_frozen: bool

    @property
    def sign(self) -> str:
        """Return one ASCII character, one column wide in every terminal: how many there are."""
        if self.n:
            return str(self.n) if self.n < 10 else "+"
        return "-" if self.is_frozen else "."


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Weeks from Monday to Sunday; None where a day lies after the last one."""

    weeks: tuple[tuple[Square | None, ...], ...]

    @property
    def squares(self) -> Iterator[Square]:
        return (square for week in self.weeks for square in week if square)


def heatmap(
    counts: Mapping[date, int],
    last: date,
    *,
    n_weeks: int = 53,
    full: int,
    is_frozen: Callable[[date], bool],
) -> Heatmap:
    """Lay out the weeks up to a day.

    full: what a day should have; from there on its square is darkest.
    """
    # By ordinals, since there is no date before the year 1.
    monday = last.toordinal() - last.weekday()
    first = max(1, monday - 7 * (n_weeks - 1))

    def square(n: int) -> Square | None:
        if n > last.toordinal():
            return None
        day = date.fromordinal(n)
        count = counts.get(day, 0)
        level = min(LEVELS, -(-LEVELS * count // max(full, 1)))  # rounded up
        return Square(day, count, level, is_frozen(day))

    begins = range(first, monday + 1, 7)
    return Heatmap(tuple(tuple(map(square, range(n, n + 7))) for n in begins))


@dataclass(frozen=True, slots=True)
class Streak:
    """How many days with something follow one another: up to now, and at most ever."""

    n: int
    longest: int


def streak(counts: Mapping[date, int], last: date, *, is_frozen: Callable[[date], bool]) -> Streak:
    """Count the days that follow one another, without frozen days and an unfinished last one.

    counts: of all days ever, since the longest streak may lie far back.
    """
    done = [day for day, n in counts.items() if n and day <= last]
    if not done:
        return Streak(0, 0)
    # A frozen day neither adds to a streak nor ends it.
    n = longest = 0
    day, one = min(done), timedelta(days=1)
    while day < last:
        n = n + 1 if counts.get(day) else n if is_frozen(day) else 0
        longest = max(longest, n)
        day += one
    # The last day is today, which is not over: without a note it ends nothing yet.
    n += bool(counts.get(last))
    return Streak(n, max(longest, n))
