"""Keep the played papers, and find them as of a moment in the played calendar.

A paper is found once its listing is out (calendar.announced_at), never before. Knows nothing of
HTTP, XML or where the papers come from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from typing import Literal

from reader.library.calendar import announced_at, listing_day
from reader.library.paper import Paper

AnnounceType = Literal["new", "cross", "replace", "replace-cross"]


@dataclass(frozen=True, slots=True)
class PlayedPaper:
    """A paper and the moments when arXiv received it.

    paper: an `announced_on` of None means the calendar's listing day for `submitted_at`;
    `version` is the one submitted at `replaced_at`.
    replaced_at: when the newest version was submitted; None for a single version.
    """

    paper: Paper
    submitted_at: datetime
    replaced_at: datetime | None = None

    @property
    def number(self) -> str:
        """The arXiv id, without scheme and version."""
        return self.paper.id.removeprefix("arxiv:")

    @property
    def listed_on(self) -> date:
        return self.paper.announced_on or listing_day(self.submitted_at)

    def is_replaced(self, now: datetime) -> bool:
        """Check whether the newest version has been announced."""
        at = self.replaced_at
        return at is not None and announced_at(listing_day(at)) <= now

    def version(self, now: datetime) -> int:
        return (self.paper.version or 2) if self.is_replaced(now) else 1

    def updated_at(self, now: datetime) -> datetime:
        return self.replaced_at if self.replaced_at and self.is_replaced(now) else self.submitted_at


_CATEGORY = re.compile(r"cat:([\w.*-]+)")
_DATES = re.compile(r"submittedDate:\[(\d{12}) TO (\d{12})\]")


class Catalogue:
    """The played papers, by listing day."""

    def __init__(self, papers: Iterable[PlayedPaper]) -> None:
        self._papers = sorted(papers, key=lambda p: (p.submitted_at, p.number))
        self._listed: dict[date, list[PlayedPaper]] = defaultdict(list)
        self._replaced: dict[date, list[PlayedPaper]] = defaultdict(list)
        for played in self._papers:
            self._listed[played.listed_on].append(played)
            if played.replaced_at:
                self._replaced[listing_day(played.replaced_at)].append(played)

    def search(self, query: str, numbers: Sequence[str], *, now: datetime) -> list[PlayedPaper]:
        """Find the papers of an id list, or of a query's categories and days, which are all that
        a gather asks for; the oldest submission first."""
        names = set(_CATEGORY.findall(query))
        dates = _DATES.search(query)
        # Minutes, compared as they are written; the last one is included.
        first, last = dates.groups() if dates else ("0", "9")
        return [
            played
            for played in self._papers
            if announced_at(played.listed_on) <= now
            and (not numbers or played.number in numbers)
            and (
                not names or any(fnmatchcase(c, n) for c in played.paper.categories for n in names)
            )
            and first <= f"{played.submitted_at.astimezone(UTC):%Y%m%d%H%M}" <= last
        ]

    def listing(self, day: date, names: Sequence[str]) -> list[tuple[PlayedPaper, AnnounceType]]:
        """List a day's announcement in some categories ("cs.CL") or archives ("cs").

        New papers first, then cross-lists, then replacements, as arXiv orders them.
        """
        groups: dict[AnnounceType, list[PlayedPaper]] = {
            kind: [] for kind in ("new", "cross", "replace", "replace-cross")
        }
        kinds = list(groups)
        for first, several in ((0, self._listed.get(day)), (2, self._replaced.get(day))):
            for played in several or ():
                named = [
                    any(category == name or category.startswith(f"{name}.") for name in names)
                    for category in played.paper.categories
                ]
                # The first category is the primary one: a paper asked for by another one is a
                # cross-list there.
                if any(named):
                    groups[kinds[first + (not named[0])]].append(played)
        return [(played, kind) for kind, group in groups.items() for played in group]
