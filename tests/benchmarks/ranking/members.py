"""Say which papers the product's own near lane may hold: those of a near topic and of no own one.

As `reader.morning.lanes` decides on the morning of arrival, by the topics of this repository's
feeds.toml, ranked by words and by what they taught: nobody has decided anything. The models
are fitted anew at the start of each month, on earlier papers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reader.library.config import Config
from reader.library.feeds_file import parse
from reader.ranking.heat import closeness_of
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.shipped import Shipped, best
from tests.benchmarks.ranking.tasks import Lesson
from tests.data import ROOT


def members(mornings: Mornings, days: Sequence[date]) -> dict[str, float]:
    """Judge the papers of some days; gives the members with their closeness to the near topics."""
    config = parse((ROOT / "feeds.toml").read_text("utf-8"))
    shipped = Shipped.over(mornings)
    found: dict[str, float] = {}
    lesson = Lesson(days[0], config.topics)
    for day in days:
        if (day.year, day.month) != (lesson.before.year, lesson.before.month):
            lesson = Lesson(day, config.topics)
        found |= _of_day(shipped, lesson, config, mornings.days[day])
    return found


def _of_day(
    shipped: Shipped, lesson: Lesson, config: Config, ids: Sequence[str]
) -> dict[str, float]:
    near = {topic.path for topic in config.near_topics}
    found = {}
    for id_, judged in zip(ids, shipped.day(lesson, ids), strict=True):
        own = best([j for j in judged if j.topic not in near])
        close = best([j for j in judged if j.topic in near])
        if close.place == "in" and own.place != "in":
            found[id_] = closeness_of(close.margin)
    return found
