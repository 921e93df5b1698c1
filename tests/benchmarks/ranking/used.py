"""The own lane as it is used from the first morning on: no history, and skips for want of time.

    python -m tests.benchmarks.ranking --only used

Somebody watches three classes, with the words of this repository's feeds.toml and nothing
else. Each morning they pick the first five that their words speak for and skip the rest of
what is shown, much of it as good. Is what they would miss still in the lane weeks later?
Papers have their vectors, as after `gather`; a quick run does without.

A word in the title forces a paper into the lane, so those are counted by themselves. Of the papers
that a wide net found and no title names, no fewer may be in the lane or doubtful than by the words
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from reader.library.config import Config
from reader.library.paper import Paper
from reader.ranking.model import start
from reader.ranking.topic import mentions
from tests.benchmarks.frame import Options, Part, Result, interval
from tests.benchmarks.ranking import intervals
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.own import own_topics
from tests.benchmarks.ranking.report import least, nothing
from tests.benchmarks.ranking.shipped import Nearness, Shipped, best, no_nearness
from tests.benchmarks.ranking.tasks import Lesson
from tests.benchmarks.search.encoding import Installed, Model, Remembered

CLASSES = frozenset({"cs.CL", "cs.SD", "eess.AS"})
N_PICKED = 5
N_DOUBTFUL = 5
"""Papers of the fold that are shown, as `today` does."""

FIRST = date(2025, 5, 14)
"""From then on the lists of the three classes are whole in the data that this was made on."""

TITLE_FLOOR = 97.0
BY_WORDS = " by words"


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int = 25


QUICK = Plan(n_days=4)


@dataclass(slots=True)
class Seen:
    """What came by each day: number of papers by kind and place.

    kind: "title", a word of a topic stands there; "core", a wide net of words found it (C core);
    "rest", those of the core without such a title; "all". Behind it BY_WORDS: where the words
    alone put the same papers.
    """

    days: list[Counter[tuple[str, str]]] = field(default_factory=list)

    @property
    def n(self) -> Counter[tuple[str, str]]:
        return sum(self.days, Counter())

    def of(self, kind: str) -> int:
        return sum(n for (k, _), n in self.n.items() if k == kind)

    def shares(self, kind: str) -> list[tuple[int, int, int]]:
        """Give of each day how many of a kind are in the lane, 0, and how many there are."""
        every = [sum(n for (k, _), n in day.items() if k == kind) for day in self.days]
        return [(day[kind, "in"], 0, n) for day, n in zip(self.days, every, strict=True)]


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    watched = watched_days(data.load(options.data, options.cache), plan.n_days)
    rows = data.bench(options.data, "C_own_theme")["rows"]
    core = frozenset(row["id"] for row in rows if row["st_grade"] == 2)
    near = no_nearness
    if not options.is_quick:
        kept = Remembered(model or Installed(Config(topics=()).encoder), options.cache / "ranking")
        near = Near(vectors_of(watched, kept), kept)
    seen = play(watched, core, near)
    return list(figures(options, seen))


def watched_days(mornings: Mornings, n_days: int) -> Mornings:
    """Give the first days of the watched classes, from FIRST on where the data has it."""
    days = [day for day in mornings.days if day >= FIRST] or list(mornings.days)
    of_day = {
        day: [i for i in mornings.days[day] if CLASSES & set(mornings.papers[i].categories)]
        for day in days[:n_days]
    }
    ids = [id_ for several in of_day.values() for id_ in several]
    return Mornings({id_: mornings.papers[id_] for id_ in ids}, of_day)


def play(watched: Mornings, core: frozenset[str], near: Nearness = no_nearness) -> Seen:
    """Show one morning after the other and decide on what is shown."""
    shipped, seen = Shipped.over(watched, near), Seen()
    plain = {topic.path: start(topic, own_topics()) for topic in own_topics()}
    liked: list[tuple[str, str, date]] = []
    disliked: list[tuple[str, str, date]] = []
    for day, ids in watched.days.items():
        lesson = Lesson(day, own_topics(), tuple(liked), disliked=tuple(disliked))
        shown: list[tuple[float, str, str, str]] = []
        seen.days.append(Counter())
        for id_, judged in zip(ids, shipped.day(lesson, ids), strict=True):
            found = best(judged)
            by_words = best(shipped.judged(id_, plain, {}))
            for kind in _kinds(watched.papers[id_], id_ in core):
                seen.days[-1][kind, found.place] += 1
                seen.days[-1][kind + BY_WORDS, by_words.place] += 1
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
    of_core = ["core", *([] if has_word else ["rest"])] if is_core else []
    return ["all", *(["title"] if has_word else []), *of_core]


def figures(options: Options, seen: Seen) -> Iterator[Result]:
    """Give the recall of each kind, and the share of all that was watched."""
    for kind, what, places in (
        ("title", "a word in the title, which forces it", ("in",)),
        ("core", "C core", ("in",)),
        ("rest", "C core without a word in the title, doubtful ones too", ("in", "doubtful")),
    ):
        n, n_found = seen.of(kind), sum(seen.n[kind, place] for place in places)
        name = f"own lane as used from day one: recall of {what}"
        if not n:
            yield nothing(name, "no such paper came by")
            continue
        words = 100 * sum(seen.n[kind + BY_WORDS, place] for place in places) / n
        floor = TITLE_FLOOR if kind == "title" else least(options, words)
        doubtful = f"{seen.n[kind, 'doubtful']} are doubtful"
        note = f"{interval(n_found, n)}; {len(seen.days)} days; {doubtful}"
        note += f"; by the words alone {words:.1f}"
        parts = (Part("papers", n_found, n),)
        yield Result(name, 100 * n_found / n, "%", floor=floor, note=note, parts=parts)
    n, n_in, n_days = seen.of("all"), seen.n["all", "in"], len(seen.days)
    if n:
        span = intervals.spanned(intervals.of_shares(seen.shares("all")))
        share = f"{n_in / n_days:.1f} of {n / n_days:.0f} a day in three classes"
        doubtful = f"{seen.n['all', 'doubtful'] / n_days:.1f} more are doubtful"
        plain = f"by the words alone {100 * seen.n['all' + BY_WORDS, 'in'] / n:.1f}"
        note = f"{span}; {share}; {doubtful}; {plain}"
        name = "own lane as used from day one: share of what was watched"
        yield Result(name, 100 * n_in / n, "%", note=note)
