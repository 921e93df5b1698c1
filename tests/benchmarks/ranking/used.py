"""The own lane as it is used from the first morning on: no history, and skips for want of time.

    python -m tests.benchmarks.ranking --only used

Somebody watches three classes, with the words of this repository's feeds.toml and nothing
else. Each morning they pick the first five that their words speak for and skip the rest of
what is shown, much of it as good. Is what they would miss still in the lane weeks later?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from reader.library.paper import Paper
from reader.ranking.topic import mentions
from tests.benchmarks.frame import Asked, Part, Result
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.own import own_topics
from tests.benchmarks.ranking.report import nothing
from tests.benchmarks.ranking.shipped import Shipped, best
from tests.benchmarks.ranking.tasks import Lesson

CLASSES = frozenset({"cs.CL", "cs.SD", "eess.AS"})
N_PICKED = 5
N_DOUBTFUL = 5
"""Papers of the fold that are shown, as `today` does."""

FIRST = date(2025, 5, 14)
"""From then on the lists of the three classes are whole in the data that this was made on."""

TITLE_FLOOR = 97.0


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int = 25


QUICK = Plan(n_days=4)


@dataclass(slots=True)
class Seen:
    """What came by: number of papers by kind and place. kind: "title", a word of a topic stands
    there; "core", a wide net of words found it (C core); "all"."""

    n: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, kind: str) -> int:
        return sum(n for (k, _), n in self.n.items() if k == kind)


def measure(asked: Asked, plan: Plan | None = None) -> list[Result]:
    plan = plan or (QUICK if asked.is_quick else Plan())
    watched = watched_days(data.load(asked.data, asked.cache), plan.n_days)
    rows = data.bench(asked.data, "C_own_theme")["rows"]
    core = frozenset(row["id"] for row in rows if row["st_grade"] == 2)
    seen = play(watched, core)
    return list(_figures(seen, len(watched.days)))


def watched_days(mornings: Mornings, n_days: int) -> Mornings:
    """Give the first days of the watched classes, from FIRST on where the data has it."""
    days = [day for day in mornings.days if day >= FIRST] or list(mornings.days)
    of_day = {
        day: [i for i in mornings.days[day] if CLASSES & set(mornings.papers[i].categories)]
        for day in days[:n_days]
    }
    ids = [id_ for several in of_day.values() for id_ in several]
    return Mornings({id_: mornings.papers[id_] for id_ in ids}, of_day)


def play(watched: Mornings, core: frozenset[str]) -> Seen:
    """Show one morning after the other and decide on what is shown."""
    shipped, seen = Shipped.over(watched), Seen()
    liked: list[tuple[str, str, date]] = []
    disliked: list[tuple[str, str, date]] = []
    for day, ids in watched.days.items():
        lesson = Lesson(day, own_topics(), tuple(liked), disliked=tuple(disliked))
        shown: list[tuple[float, str, str, str]] = []
        for id_, judged in zip(ids, shipped.day(lesson, ids), strict=True):
            found = best(judged)
            for kind in _kinds(watched.papers[id_], id_ in core):
                seen.n[kind, found.place] += 1
            if found.place != "out":
                shown.append((-found.margin, found.place, found.topic, id_))
        shown.sort()
        lane = [(topic, id_) for _, place, topic, id_ in shown if place == "in"]
        fold = [(topic, id_) for _, place, topic, id_ in shown if place == "doubtful"]
        picked = [x for x in lane if "title" in _kinds(watched.papers[x[1]], False)][:N_PICKED]
        skipped = [x for x in [*lane, *fold[:N_DOUBTFUL]] if x not in picked]
        liked += [(topic, id_, day) for topic, id_ in picked]
        disliked += [(topic, id_, day) for topic, id_ in skipped]
    return seen


def _kinds(paper: Paper, is_core: bool) -> Sequence[str]:
    has_word = any(mentions(topic.words, paper.title, "").title for topic in own_topics())
    return ["all", *(["title"] if has_word else []), *(["core"] if is_core else [])]


def _figures(seen: Seen, n_days: int) -> Iterator[Result]:
    for kind, what, floor in (
        ("title", "a word in the title", TITLE_FLOOR),
        ("core", "C core", None),
    ):
        n, n_in = seen.of(kind), seen.n[kind, "in"]
        name = f"own lane as used from day one: recall of {what}"
        if not n:
            yield nothing(name, "no such paper came by")
            continue
        note = f"{n_days} days; {seen.n[kind, 'doubtful']} more are doubtful"
        parts = (Part("papers", n_in, n),)
        yield Result(name, 100 * n_in / n, "%", floor=floor, note=note, parts=parts)
    n, n_in = seen.of("all"), seen.n["all", "in"]
    if n:
        share = f"{n_in / n_days:.1f} of {n / n_days:.0f} a day in three classes"
        doubtful = f"{seen.n['all', 'doubtful'] / n_days:.1f} more are doubtful"
        name = "own lane as used from day one: share of what was watched"
        yield Result(name, 100 * n_in / n, "%", note=f"{share}; {doubtful}")
