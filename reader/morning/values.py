"""Define the values that a morning is made of, and those of lines that were shown.

Also counts the papers of a list, and finds the next one to decide on. Knows no screen and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Literal

from reader.base.errors import Reason
from reader.base.messages import Text
from reader.library.config import Deadline, Lane
from reader.library.paper import Batch, LibraryPaper, Priority, State
from reader.library.passage import minutes, paper_seconds
from reader.library.post import PostMention
from reader.ranking.model import ListLane, Rank, Term
from reader.ranking.topic import Mute

Fetching = Literal["", "now", "was"]

Sureness = Literal["sure", "likely", "maybe"]
"""How surely a paper belongs to an own topic: nine in ten do, more do than not, or it is asked
about."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper of the day with everything that speaks for it.

    followed: the followed person who wrote it, empty for none; is_followed_surely: False where
    only the name is like theirs.
    heat, forecast: the terms of the talk about it, and of the talk that is to be expected.
    n_citations: None where nobody counted; n_months: from its publication to that count,
    None where unknown. n_votes: the most that a list counts, None where none does.
    is_new: it came on the days of the list; was_shown: an earlier list had it because of talk;
    was_foretold: one had it when nobody had spoken of it. n_days: since it was announced, else
    since it came; 0 on the first morning that can have it. settled: the near topics with so many
    liked papers that their models may name a paper without a word of them.
    muted_by: the mutes that it falls under. loud: it with the posts and votes that mutes take out,
    by `silenced_by`; None where they take out none.
    """

    paper: LibraryPaper
    ranks: tuple[Rank, ...] = ()
    mentions: tuple[PostMention, ...] = ()
    origins: tuple[str, ...] = ()
    followed: str = ""
    is_followed_surely: bool = True
    heat: tuple[Term, ...] = ()
    forecast: tuple[Term, ...] = ()
    n_citations: int | None = None
    n_months: int | None = None
    n_votes: int | None = None
    is_new: bool = True
    was_shown: bool = False
    was_foretold: bool = False
    n_days: int = 0
    settled: frozenset[str] = frozenset()
    muted_by: tuple[Mute, ...] = ()
    loud: Candidate | None = None
    silenced_by: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A paper that was picked and has no note yet.

    minutes: to read its text, that of the PDF where `is_whole`, else title and abstract.
    has_pdf: the file is in the library. until: put off until this day, None where it is not.
    decision: its pick, by which a look-back remembers that it asked.
    """

    paper: LibraryPaper
    picked_on: date
    minutes: int
    has_pdf: bool
    is_whole: bool = False
    until: date | None = None
    decision: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the morning.

    topic: in the near lane None where the paper is of no near topic (`is_outside`). terms:
    what the score is the sum of, the greatest first. is_foretold: in the near lane, nobody
    has spoken of it yet. n_votes: the most that a list counts, None where none does.
    is_sorted_out: the person said that it is of none of the topics of its lane; it stays where
    it was until the day is over. sureness: None in the near lane, for a wild card and for what
    is sorted out. also: other own topics that the paper belongs to nearly as surely; none where
    it is filed, or the person said of which it is. queued: it stands in the queue, and in no
    lane. muted_by: the mutes that hide it; in a lane those that do not, since it is of an own
    topic or decided. written_by: who in the lab shares a note on it.
    """

    paper: LibraryPaper
    lane: Lane | None
    topic: str | None
    score: float
    why: Text
    mentions: tuple[PostMention, ...]
    origins: tuple[str, ...]
    n_citations: int | None = None
    n_months: int | None = None
    terms: tuple[Term, ...] = ()
    is_foretold: bool = False
    n_votes: int | None = None
    is_sorted_out: bool = False
    sureness: Sureness | None = None
    also: tuple[str, ...] = ()
    queued: QueueEntry | None = None
    muted_by: tuple[Mute, ...] = ()
    written_by: tuple[str, ...] = ()

    @property
    def is_outside(self) -> bool:
        """Check whether it is in the near lane, and neither filed nor of a near topic."""
        # A paper that was filed has its folder for a topic, also where no near topic fits it.
        return self.lane == "near" and not (self.paper.topic or self.topic)


@dataclass(frozen=True, slots=True)
class Lanes:
    """A day's list. n_talked: papers found for the near lane, before its cap.

    muted: what mutes keep out of the lanes, counted in none of them.
    """

    own: tuple[Entry, ...] = ()
    doubtful: tuple[Entry, ...] = ()
    near: tuple[Entry, ...] = ()
    wild: Entry | None = None
    n_talked: int = 0
    muted: tuple[Entry, ...] = ()


def by_lane(listed: Lanes | FoldedDays | Morning) -> dict[ListLane, tuple[Entry, ...]]:
    """Return the entries of a list, by lane, in the order of the screen."""
    wild = (listed.wild,) if listed.wild else ()
    return {"own": listed.own, "doubtful": listed.doubtful, "near": listed.near, "wild": wild}


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A later version of a paper that has a note, and which of its fields it changed."""

    paper: LibraryPaper
    version: int
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Whether one source can be trusted today.

    is_unreachable: its host did not answer, which may be our own network's fault.
    """

    name: str
    state: str
    expected: int | None = None
    received: int | None = None
    covers: date | None = None
    error: Text = ""
    is_unreachable: bool = False

    @property
    def is_missing(self) -> bool:
        """Check whether something that the source should have given is missing."""
        return self.state in ("partial", "stale", "not out yet", "failed", "not asked")


@dataclass(frozen=True, slots=True)
class Report:
    """The report on one source.

    tried_on: "real bytes", or "documented format" of a kind never tried on a real answer.
    line: this morning's newest line. by_category: its newest day, counted for each arXiv class
    where it has several.
    """

    name: str
    line: SourceLine
    newest: Batch | None
    by_category: Sequence[Batch]
    succeeded_at: datetime | None
    n_errors: int
    error: Text
    hint: Text
    retry_at: datetime | None
    tried_on: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed of feeds.toml that is not in the library.

    state: "not asked" or "failed", with the error and when it was tried last. is_only: its
    topic has nothing else to learn from, and works by its words alone.
    """

    id: str
    topic: str
    state: Literal["not asked", "failed"]
    error: Text = ""
    reason: Reason = ""
    tried_at: datetime | None = None
    is_only: bool = True


@dataclass(frozen=True, slots=True)
class Quota:
    """The day's progress in papers; `deadline` is the next one, near or far."""

    target: int
    written: int
    skimmed: int
    deadline: Deadline | None = None

    @property
    def to_go(self) -> int:
        # Skimmed papers do not count; on a good day more are written up than the target.
        return max(0, self.target - self.written)


@dataclass(frozen=True, slots=True)
class PdfsHere:
    """The number of PDFs of the queue that are here; failed: the reasons why others are not, with
    their numbers, most first."""

    n: int
    of: int
    failed: tuple[tuple[str, int], ...] = ()

    @property
    def n_failed(self) -> int:
        return sum(n for _, n in self.failed)


@dataclass(frozen=True, slots=True)
class PaperTitle:
    """A paper's id and title, where no more of it is needed."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class SavedSearchHits:
    """A search of feeds.toml, and the papers of the day that fit it.

    messages: why it finds none, where something that it names is not here.
    """

    name: str
    query: str
    papers: tuple[PaperTitle, ...] = ()
    messages: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class FoldedDays:
    """Several days as one list, ranked once across them.

    reason: "away" when listing days went by without a visit, "deadline" when one is near.
    first, last: the days; the last one is the morning's own. n_days: listing days among them.
    n_arrived: papers that came in on them. own: all of the own topics; near: cut to the time
    budget, of `n_talked`. deadline: the near one, None without. muted: as in Lanes.
    """

    reason: Literal["away", "deadline"]
    first: date
    last: date
    n_days: int
    n_arrived: int
    n_talked: int
    own: tuple[Entry, ...]
    doubtful: tuple[Entry, ...]
    near: tuple[Entry, ...]
    wild: Entry | None = None
    deadline: Deadline | None = None
    muted: tuple[Entry, ...] = ()

    @property
    def since(self) -> date:
        """Return the day of the last visit; what its announcement brought afterwards is new."""
        return self.first - timedelta(days=1)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(chain.from_iterable(by_lane(self).values()))


@dataclass(frozen=True, slots=True)
class Morning:
    """Everything that `reader today` shows.

    own: everything that belongs to the own topics; doubtful: a few below the cut, decisions
    on which teach most.
    n_arrived: papers that came in on this day, whatever their lane.
    n_talked: talked-about papers found for the near lane, before its cap. muted: as in Lanes.
    undecided: (day, number) of own papers of earlier days without a decision, newest first.
    balance: papers written up of each theme within `theme_balance_days`.
    n_unknown: papers that posts link and that could not be looked up yet.
    n_not_encoded: papers of the day that similarity cannot see yet.
    has_citations: whether citations speak in the near lane too, and not posts alone.
    folded: several days in one list, shown in place of this day's lanes; None on a usual
    morning.
    theme_of: by own topic, its theme; in the order of feeds.toml.
    seeds: those that are not in the library, in words too; of today's list alone.
    is_before_all: no source had been asked yet, and none has a line.
    queue: what was picked and is not written, the oldest first, without what was put off.
    more_queued: the priorities of those behind it that were not read. pdfs:
    how far their PDFs are, with those that were put off; None where nothing was picked.
    fetching: a process is at these PDFs "now", one "was", or none was yet. All three of today's
    list alone.
    """

    day: date
    own: tuple[Entry, ...]
    near: tuple[Entry, ...]
    wild: Entry | None
    n_arrived: int
    n_talked: int
    undecided: tuple[tuple[date, int], ...]
    new_versions: tuple[NewVersion, ...]
    quota: Quota
    balance: Mapping[str, int]
    sources: tuple[SourceLine, ...]
    n_unknown: int = 0
    n_not_encoded: int = 0
    has_citations: bool = True
    notices: tuple[Text, ...] = ()
    searches: tuple[SavedSearchHits, ...] = ()
    doubtful: tuple[Entry, ...] = ()
    folded: FoldedDays | None = None
    theme_of: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[Seed, ...] = ()
    seed_texts: tuple[Text, ...] = ()
    queue: tuple[QueueEntry, ...] = ()
    pdfs: PdfsHere | None = None
    fetching: Fetching = ""
    is_today: bool = True
    is_before_all: bool = False
    muted: tuple[Entry, ...] = ()
    more_queued: tuple[Priority, ...] = ()

    @property
    def queue_priorities(self) -> tuple[Priority, ...]:
        """List the priorities of the whole queue, in its order."""
        return (*(one.paper.priority for one in self.queue), *self.more_queued)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """List the entries that are shown, in their order: the folded list where there is one."""
        return tuple(chain.from_iterable(by_lane(self.folded or self).values()))

    @property
    def has_news(self) -> bool:
        """Check whether some paper of the list waits for a decision."""
        return any(entry.paper.state == "candidate" for entry in self.entries)

    @property
    def is_complete(self) -> bool:
        """Check whether there are sources and none lacks anything, or the library had not begun."""
        if self.is_before_all:
            return True
        # Without a source nothing was asked, and `not any` of nothing is true.
        return bool(self.sources) and not any(s.is_missing for s in self.sources)


@dataclass(frozen=True, slots=True)
class PastMention:
    """A post about a paper; `on`: the day on which this library first saw it."""

    author: str
    on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """The line of one paper in a list that was shown.

    lane, position: its lane, and its place there from 1; None where no list showed it, and then
    the score and its terms are those of the topic that it fitted best, None and empty where it
    was not ranked. topic: empty for none. models: names those that judged it.
    """

    lane: ListLane | None
    position: int | None
    topic: str
    score: float | None
    sentence: str = ""
    terms: tuple[Term, ...] = ()
    mentions: tuple[PastMention, ...] = ()
    n_votes: int | None = None
    models: str = ""


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that stands, and the line that was shown when it was made; day: of that list."""

    kind: Literal["pick", "skip"]
    on: date
    day: date | None
    line: ShownLine


def n_talked(entries: Sequence[Entry]) -> int:
    """Count the papers that are in a list because somebody spoke of them."""
    return sum(not entry.is_foretold for entry in entries)


def n_mine(entries: Iterable[Entry]) -> int:
    """Count the papers of the own lane without those that the person sorted out."""
    return sum(not entry.is_sorted_out for entry in entries)


def theme_counts(entries: Iterable[Entry], theme_of: Mapping[str, str]) -> dict[str, int]:
    """Count the papers of the own lane by theme; a theme without any has 0."""
    counts = dict.fromkeys(theme_of.values(), 0)
    for entry in entries:
        # Where a paper is filed says more than what it fits; a finer folder is no topic.
        theme = theme_of.get(entry.paper.topic or "") or theme_of.get(entry.topic or "")
        if theme:
            counts[theme] += 1
    return counts


def n_from_queue(morning: Morning) -> int:
    """Count the papers to write today from the queue, as nothing new waits; 0 where one does."""
    return 0 if morning.has_news else min(morning.quota.to_go, len(morning.queue_priorities))


States = Mapping[int, State]
"""The state of each paper (row) now: candidate, pick, skip or read."""


def start_of(papers: Sequence[int], states: States, last: int | None = None) -> int | None:
    """Choose the paper to begin at, None for an empty list.

    last: the one decided last, on whatever device. What waits below it comes first, so that
    the next device goes on where this one stopped; else the first that waits, else the top.
    """
    waiting = [row for row in papers if states[row] == "candidate"]
    below = papers[papers.index(last) + 1 :] if last in papers else []
    after = [row for row in below if states[row] == "candidate"]
    return next(iter((*after, *waiting, *papers)), None)


def next_of(papers: Sequence[int], states: States, here: int) -> int:
    """Find the next paper without a decision below one, itself where there is none."""
    # A paper that is not in the list counts as above it: then all are looked at.
    place = papers.index(here) if here in papers else -1
    return next((row for row in papers[place + 1 :] if states[row] == "candidate"), here)


def n_waiting(entries: Iterable[Entry], states: States) -> int:
    """Count the papers without a decision."""
    return sum(states[e.paper.row] == "candidate" for e in entries)


def entry_seconds(entry: Entry) -> float:
    """Estimate the seconds that one line of the list takes to be read."""
    return paper_seconds(entry.paper.record, [m.words for m in entry.mentions])


def minutes_of(entries: Iterable[Entry]) -> int:
    """Estimate the minutes that titles, abstracts and talk of these papers take."""
    return minutes(sum(entry_seconds(entry) for entry in entries))
