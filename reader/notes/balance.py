"""Compare the own themes by the papers written up of each lately.

There are no hints on days off and near a deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reader.base.messages import N_, Joined, Message, lazy_ngettext
from reader.base.text import plain
from reader.library.calendar import days_back
from reader.library.config import Config
from reader.library.folder import Library
from reader.notes.rows import notes

MOST_THEMES = 2
"""How many own themes fit into a morning."""

FAIR_SHARE = 0.25
"""A theme starves below this part of its fair share: with two themes at 1 of 9, not at 2 of 9."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Papers written up of each own theme within `n_days`, in the order of feeds.toml.

    starving: themes that hardly got any, while others did. n_too_many: own themes beyond
    two.
    """

    counts: Mapping[str, int]
    n_days: int
    starving: tuple[str, ...] = ()
    n_too_many: int = 0

    @property
    def hints(self) -> tuple[Message, ...]:
        """Write the hints of a morning, in sentences; mostly there are none."""
        total = sum(self.counts.values())
        found = [
            lazy_ngettext(
                "{theme}: {n} of {total} written up on your own themes in the last "
                "{days} day. Is it that theme's turn?",
                "{theme}: {n} of {total} written up on your own themes in the last "
                "{days} days. Is it that theme's turn?",
                self.n_days,
                theme=plain(theme),
                n=self.counts[theme],
                total=total,
                days=self.n_days,
            )
            for theme in self.starving
        ]
        if self.n_too_many:
            names = Joined([plain(theme) for theme in self.counts], N_(", "))
            found.append(
                lazy_ngettext(
                    "feeds.toml has {n} own theme ({names}); a morning has time for two. The "
                    'topics of the others stay in sight with lane = "near".',
                    "feeds.toml has {n} own themes ({names}); a morning has time for two. The "
                    'topics of the others stay in sight with lane = "near".',
                    len(self.counts),
                    names=names,
                )
            )
        return tuple(found)


def balance(library: Library, day: date) -> Balance:
    """Compare the own themes over `theme_balance_days` that end with the day itself."""
    config = library.config
    n_days = config.theme_balance_days
    by_topic = notes.n_written_by_topic(library.db, days_back(day, n_days - 1), day)
    counts = dict.fromkeys(config.themes, 0)
    for topic, n in by_topic.items():
        theme = theme_of(config, topic)
        if theme in counts:
            counts[theme] += n
    is_quiet = config.is_day_off(day) or any(d.is_near(day) for d in config.deadlines)
    # After one paper all other themes would starve: a day's quota must be there first.
    return Balance(
        counts,
        n_days,
        () if is_quiet else starving(counts, least=max(config.quota, 2)),
        max(0, len(counts) - MOST_THEMES),
    )


def starving(counts: Mapping[str, int], *, least: int) -> tuple[str, ...]:
    """Name the themes that hardly got any of the papers, once there were `least`."""
    total = sum(counts.values())
    if total < least or len(counts) < 2:
        return ()
    return tuple(t for t, n in counts.items() if n < FAIR_SHARE * total / len(counts))


def theme_of(config: Config, topic: str) -> str:
    """Find the theme of a topic or of a folder below one; of any other its first two parts."""
    of_topic = {t.path: t.theme for t in config.topics}
    parts = topic.split("/")
    # The deepest topic of feeds.toml that it lies in decides.
    for n in range(len(parts), 0, -1):
        path = "/".join(parts[:n])
        if path in of_topic:
            return of_topic[path]
    return "/".join(parts[:2])
