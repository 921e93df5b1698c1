"""Arrange a morning: which papers stand in which lane, in which order, and why.

Pure functions on values that others fetched. The own lane holds everything that fits an
own topic or is by a followed person; the near lane only what people talk about or cite
much; one wild card is talked about and fits nothing. Nothing is dropped without being counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from reader.config import Config, Deadline, Lane
from reader.paper import Held, Mentioned
from reader.phrases import say
from reader.topic import Fit, best

NEAR_MINUTES = 3
"""One near paper for each three minutes of the time budget: ten in thirty minutes."""

MUCH_CITED = 5.0
"""Citations a month from which on a paper is much cited, and they count as heat: sixty in its
first year. Chosen, not measured: no counts of real papers were at hand."""

DAYS_A_MONTH = 30.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper of the day with all that speaks for it.

    followed: the followed person who wrote it, empty for none; is_followed_surely: else
    only the name is like theirs.
    n_citations: None where nobody counted; n_months: from its publication to that count,
    None where unknown.
    """

    held: Held
    fits: tuple[Fit, ...]
    mentions: tuple[Mentioned, ...] = ()
    origins: tuple[str, ...] = ()
    followed: str = ""
    is_followed_surely: bool = True
    n_citations: int | None = None
    n_months: int | None = None

    @property
    def velocity(self) -> float:
        return velocity(self.n_citations, self.n_months)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the morning."""

    held: Held
    lane: Lane | None
    topic: str | None
    score: float
    why: str
    mentions: tuple[Mentioned, ...]
    origins: tuple[str, ...]
    n_citations: int | None = None
    n_months: int | None = None

    @property
    def heat(self) -> float:
        return heat_of(self.mentions, velocity(self.n_citations, self.n_months))


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A later version of a paper that has a note, and which of its fields it changed."""

    held: Held
    version: int
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Whether one source can be trusted today."""

    name: str
    state: str
    expected: int | None = None
    received: int | None = None
    covers: date | None = None
    error: str = ""

    @property
    def is_missing(self) -> bool:
        """Something of this source is not here that should be."""
        return self.state in ("partial", "stale", "not out yet", "failed", "not asked")


@dataclass(frozen=True, slots=True)
class Quota:
    """The day's progress in papers; `deadline` is the next one, near or far."""

    target: int
    written: int
    skimmed: int
    deadline: Deadline | None = None

    @property
    def to_go(self) -> int:
        return max(0, self.target - self.written)


@dataclass(frozen=True, slots=True)
class Saved:
    """A search of feeds.toml, and how many papers of the day fit it."""

    name: str
    query: str
    n: int


@dataclass(frozen=True, slots=True)
class Morning:
    """Everything that `reader today` shows.

    n_arrived: papers that came in on this day, whatever their lane.
    n_talked: talked-about papers found for the near lane, before its cap.
    undecided: (day, number) of own papers of earlier days without a decision, newest first.
    balance: papers written up of each theme within `theme_balance_days`.
    n_unknown: papers that posts link and that could not be looked up yet.
    n_not_encoded: papers of the day that similarity cannot see yet.
    has_citations: whether citations speak in the near lane too, and not posts alone.
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
    notices: tuple[str, ...] = ()
    searches: tuple[Saved, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        return (*self.own, *self.near, *([self.wild] if self.wild else []))

    @property
    def is_complete(self) -> bool:
        """Nothing was missing from any source."""
        return not any(s.is_missing for s in self.sources)


def lanes(
    candidates: Iterable[Candidate], config: Config
) -> tuple[tuple[Entry, ...], tuple[Entry, ...], Entry | None, int]:
    """Sort a day's candidates into (own, near, wild card, number talked about)."""
    own_paths = {t.path for t in config.own_topics}
    own: list[Entry] = []
    near: list[Entry] = []
    wild: list[Entry] = []
    for candidate in candidates:
        of_own = best(f for f in candidate.fits if f.topic in own_paths and f.is_member)
        of_near = best(f for f in candidate.fits if f.topic not in own_paths and f.is_member)
        if of_own or candidate.followed:
            own.append(_entry(candidate, "own", of_own))
        elif of_near and (candidate.mentions or candidate.velocity >= MUCH_CITED):
            near.append(_entry(candidate, "near", of_near))
        elif candidate.mentions:
            wild.append(_entry(candidate, None, None))
    near.sort(key=_heat_first)
    wild.sort(key=_heat_first)
    # The one that most people talk about stands for the rest that fits nothing; what else
    # the person's own timeline pointed at follows the near topics.
    card, others = (wild[0], wild[1:]) if wild else (None, [])
    talked = [*near, *(replace(e, lane="near") for e in others)]
    cap = max(1, config.minutes // NEAR_MINUTES)
    own.sort(key=lambda e: (-e.score, e.held.paper.id))
    return tuple(own), tuple(talked[:cap]), card, len(talked)


def _entry(candidate: Candidate, lane: Lane | None, found: Fit | None) -> Entry:
    heat = heat_of(candidate.mentions, candidate.velocity)
    return Entry(
        held=candidate.held,
        lane=lane,
        topic=found.topic if found else None,
        score=round((found.score if found else 0.0) + heat + 2.0 * bool(candidate.followed), 4),
        why=why(candidate, found),
        mentions=candidate.mentions,
        origins=candidate.origins,
        n_citations=candidate.n_citations,
        n_months=candidate.n_months,
    )


def heat_of(mentions: Iterable[Mentioned], velocity: float = 0.0) -> float:
    """Count the distinct people who mention a paper: one each, however often they post.

    velocity: citations a month. Where they are many their logarithm is added, since they
    spread over five powers of ten: 7 a month weigh as three people, 31 as five.
    """
    people = float(len({m.author for m in mentions}))
    return people + (math.log2(1 + velocity) if velocity >= MUCH_CITED else 0.0)


def velocity(n_citations: int | None, n_months: int | None) -> float:
    """Give the citations a month; 0 where either number is unknown."""
    return n_citations / max(n_months, 1) if n_citations and n_months else 0.0


def months_between(first: date | None, last: date) -> int | None:
    """Count the months from a publication on, the one that runs included; None for none."""
    return None if first is None else max(1, math.ceil((last - first).days / DAYS_A_MONTH))


def _heat_first(entry: Entry) -> tuple[float, float, str]:
    return -entry.heat, -entry.score, entry.held.paper.id


def why(candidate: Candidate, found: Fit | None) -> str:
    """Say in one sentence why a paper is in the list, from the terms of its score."""
    parts: list[str] = []
    if candidate.followed:
        key = "why.followed" if candidate.is_followed_surely else "why.followed_perhaps"
        parts.append(say(key, name=candidate.followed))
    if found and found.title_words:
        parts.append(say("why.title", words=_quoted(found.title_words)))
    if found and (words := [w for w in found.abstract_words if w not in found.title_words]):
        parts.append(say("why.abstract", words=_quoted(words)))
    if found and not (found.title_words or found.abstract_words) and found.nearness:
        parts.append(say("why.nearness", topic=found.topic, n=f"{found.nearness:.1f}"))
    if candidate.mentions:
        people = list(dict.fromkeys(m.author for m in candidate.mentions))
        said = {"people": ", ".join(people[:2]), "n": len(people) - 2}
        parts.append(say("why.mentions_more" if len(people) > 2 else "why.mentions", **said))
    if candidate.velocity >= MUCH_CITED:
        n, months = candidate.n_citations, candidate.n_months
        key = "why.cited" if months != 1 else "why.cited_at_once"
        parts.append(say(key, n=n, months=months))
    return (say("why.joint").join(parts) or say("why.nothing")) + say("why.end")


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{w}”" for w in words)
