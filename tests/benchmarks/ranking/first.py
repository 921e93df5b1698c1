"""The own lane of a new library: what it shows as surely mine, what it asks, what it misses.

    python -m tests.benchmarks.ranking --only first

A library with the words of this repository's feeds.toml and five listings gathered without a
decision. Judged days: 25 listings in a row and 26 scattered ones (judged_days.json; of each about
half are kept aside by a hash: never looked at while the ranking was tuned), and C2, ten scattered
days that somebody else judged by their titles. Measured:

    first morning   each judged day in a library of its own, with and without the seed, with
                    and without vectors
    decided         each day of the 25 after the decisions of the other 24: what is right is
                    picked, all else that is shown is skipped
    played          the 25 one after the other, in one library
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from reader.library.config import Config, Topic
from reader.library.paper import Paper
from reader.library.passage import paper_seconds
from reader.morning.lanes import N_DOUBTFUL
from reader.ranking.model import Rank
from tests.benchmarks.frame import DataMissing, Options, Part, Result, interval
from tests.benchmarks.ranking import mornings as data
from tests.benchmarks.ranking.mornings import Mornings
from tests.benchmarks.ranking.near import Near, vectors_of
from tests.benchmarks.ranking.own import own_topics
from tests.benchmarks.ranking.report import least, nothing
from tests.benchmarks.ranking.shipped import Nearness, Shipped, best, no_nearness
from tests.benchmarks.ranking.tasks import Lesson
from tests.benchmarks.ranking.used import CLASSES
from tests.benchmarks.search.encoding import Installed, Model, Remembered

JUDGED = Path(__file__).with_name("judged_days.json")
N_BEFORE = 5
LAST = 10
"""Mornings at the end of the play that are counted by themselves."""

N_RESAMPLES = 1_000

SEED = Paper(
    ("arxiv:2212.08055",),
    "UnitY: Two-pass Direct Speech-to-speech Translation with Discrete Units",
    ("Hirofumi Inaguma", "Sravya Popuri", "Ilia Kulikov"),
    abstract=(
        "A model for direct speech-to-speech translation that decodes in two passes: first the "
        "text in the target language, then discrete units of its sound. Both are trained "
        "together, the first decoder can begin from a text model, and the second is faster "
        "than one that predicts a spectrogram."
    ),
    categories=("cs.CL", "cs.SD", "eess.AS"),
)
"""The seed of feeds.toml: its title; what it says is told here in our own words."""

THEMES: Mapping[str, str] = {"r": "speech recognition", "t": "speech translation"}
LETTERS: Mapping[str, str] = {"speech/recognition": "r", "speech/translation": "t"}


@dataclass(frozen=True, slots=True)
class Grade:
    """How a paper was judged: 2 about a theme, 1 near one, 0 neither. themes: letters of THEMES,
    "" where nobody said which."""

    grade: int = 0
    themes: str = ""


@dataclass(frozen=True, slots=True)
class JudgedDay:
    """group: "looked at" or "kept aside", both also "scattered, …", or "C2"."""

    day: date
    group: str
    grades: Mapping[str, Grade]

    def of(self, id_: str) -> Grade:
        return self.grades.get(id_, Grade())


@dataclass(frozen=True, slots=True)
class Shown:
    """One paper of a list, and the topic under which it stood."""

    id: str
    topic: str
    is_maybe: bool
    grade: Grade


@dataclass(frozen=True, slots=True)
class Lane:
    """What a morning showed of one judged day. n_wanted: by theme and "all"."""

    day: JudgedDay
    shown: tuple[Shown, ...]
    wanted: frozenset[str]
    seconds: float

    @property
    def sure(self) -> list[Shown]:
        return [x for x in self.shown if not x.is_maybe]


@dataclass(frozen=True, slots=True)
class Way:
    """How a library works: with vectors or by words alone, with its seed or without."""

    name: str
    near: Nearness
    has_seed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    n_days: int | None = None


QUICK = Plan(n_days=3)


def measure(options: Options, plan: Plan | None = None, model: Model | None = None) -> list[Result]:
    plan = plan or (QUICK if options.is_quick else Plan())
    mornings = data.load(options.data, options.cache)
    days = [d for d in judged_days(options) if d.day in mornings.days][: plan.n_days]
    if not days:
        return [nothing("first", "none of the judged days is in the data")]
    words = no_nearness
    found: list[Result] = []
    ways = [Way("words alone", words, has_seed=True), Way("no seed", words, has_seed=False)]
    if not options.is_quick:
        kept = Remembered(model or Installed(Config(topics=()).encoder), options.cache / "ranking")
        near = near_with_seed(mornings, kept)
        ways = [
            Way("vectors", near, has_seed=True),
            Way("vectors, no seed", near, has_seed=False),
            *ways,
        ]
    for way in ways:
        lanes = [first_morning(mornings, day, way) for day in days]
        found += figures(options, f"first morning, {way.name}", lanes, is_main=way is ways[0])
    row = [day for day in days if day.group in ("looked at", "kept aside")]
    for way in ways[:1] if row else ():
        found += figures(
            options, f"decided, {way.name}", decided(mornings, row, way), is_decided=True
        )
        played = list(play(mornings, row, way))
        found += figures(options, f"played, {way.name}, last {LAST}", played[-LAST:])
        found += time_of(played)
    return found


def judged_days(options: Options) -> list[JudgedDay]:
    """Give the judged days of this folder, and C2 where the data has it."""
    judged = json.loads(JUDGED.read_text("utf-8"))
    found = [
        JudgedDay(
            date.fromisoformat(day), group + _half(day), {i: _grade(g) for i, g in grades.items()}
        )
        for kind, group in (("days", ""), ("scattered", "scattered, "))
        for day, grades in judged[kind].items()
    ]
    try:
        c2 = data.bench(options.data, "C2_judged_days")
    except DataMissing:
        return found
    return found + [
        JudgedDay(
            date.fromisoformat(row["day"]),
            "C2",
            {j["id"]: Grade(j["grade"]) for j in row["judged"]},
        )
        for row in c2
    ]


def _half(day: str) -> str:
    is_aside = hashlib.sha256(day.encode()).digest()[1] % 2
    return "kept aside" if is_aside else "looked at"


def _grade(text: str) -> Grade:
    return Grade(int(text[0]), text[1:])


def near_with_seed(mornings: Mornings, model: Model) -> Nearness:
    """Give nearness by vectors, the seed's too."""
    return Near(vectors_of(_with_seed(mornings), model), model)


def _with_seed(mornings: Mornings) -> Mornings:
    return Mornings({**mornings.papers, _id(SEED): SEED}, mornings.days)


def _id(paper: Paper) -> str:
    return paper.ids[0].removeprefix("arxiv:")


def library_of(mornings: Mornings, days: Sequence[date], way: Way) -> Shipped:
    """Give a library that has seen the watched classes on some days and nothing else."""
    of_day = {
        day: [i for i in mornings.days[day] if CLASSES & set(mornings.papers[i].categories)]
        for day in days
    }
    ids = [id_ for several in of_day.values() for id_ in several]
    papers = {id_: mornings.papers[id_] for id_ in ids}
    everything = [*ids, _id(SEED)]
    return Shipped(
        _with_seed(Mornings(papers, of_day)),
        {id_: row for row, id_ in enumerate(everything)},
        everything,
        way.near,
    )


def before(mornings: Mornings, day: date) -> list[date]:
    """Give the listings before a day that were gathered without a decision."""
    return [d for d in mornings.days if d < day][-N_BEFORE:]


@dataclass(slots=True)
class Decisions:
    """What was decided so far, as a lesson has it."""

    liked: list[tuple[str, str, date]] = field(default_factory=list)
    disliked: list[tuple[str, str, date]] = field(default_factory=list)

    def add(self, lane: Lane) -> None:
        """Pick what is right, skip the rest."""
        for x in lane.shown:
            side = self.liked if x.grade.grade == 2 else self.disliked
            side.append((x.topic, x.id, lane.day.day))

    def lesson(self, day: date, way: Way) -> Lesson:
        """Give what is known when a day's papers have just come in."""
        seeds = tuple((t.path, i.removeprefix("arxiv:")) for t in own_topics() for i in t.seeds)
        return Lesson(
            day + timedelta(1),
            own_topics(),
            tuple(self.liked),
            seeds if way.has_seed else (),
            tuple(self.disliked),
        )


def lane_of(shipped: Shipped, lesson: Lesson, day: JudgedDay) -> Lane:
    """Show one day as `today` does: all that is in, and the nearest of the rest."""
    ids = shipped.mornings.days[day.day]
    judged = [(id_, best(j)) for id_, j in zip(ids, shipped.day(lesson, ids), strict=True)]
    judged.sort(key=lambda x: -x[1].score)
    sure = [x for x in judged if x[1].place == "in"]
    maybe = sorted((x for x in judged if x[1].place == "doubtful"), key=lambda x: -x[1].margin)
    shown = [*_shown(sure, day, is_maybe=False), *_shown(maybe[:N_DOUBTFUL], day, is_maybe=True)]
    return Lane(
        day,
        tuple(shown),
        frozenset(id_ for id_ in ids if day.of(id_).grade == 2),
        sum(paper_seconds(shipped.mornings.papers[x.id]) for x in shown),
    )


def _shown(
    several: Sequence[tuple[str, Rank]], day: JudgedDay, *, is_maybe: bool
) -> Iterator[Shown]:
    for id_, judged in several:
        yield Shown(id_, judged.topic, is_maybe, day.of(id_))


def first_morning(mornings: Mornings, day: JudgedDay, way: Way) -> Lane:
    """Show a judged day in a library of its own."""
    shipped = library_of(mornings, [*before(mornings, day.day), day.day], way)
    return lane_of(shipped, Decisions().lesson(day.day, way), day)


def play(mornings: Mornings, days: Sequence[JudgedDay], way: Way) -> Iterator[Lane]:
    """Show days in a row in one library, and decide on all that is shown."""
    seen = [*before(mornings, days[0].day), *(d.day for d in days)]
    shipped, decisions = library_of(mornings, seen, way), Decisions()
    for day in days:
        lane = lane_of(shipped, decisions.lesson(day.day, way), day)
        yield lane
        decisions.add(lane)


def decided(mornings: Mornings, days: Sequence[JudgedDay], way: Way) -> list[Lane]:
    """Show each day after the decisions on all the others, as if they had come before it."""
    lanes = list(play(mornings, days, way))
    found = []
    for n, day in enumerate(days):
        others = [*days[:n], *days[n + 1 :]]
        seen = [*before(mornings, days[0].day), *(d.day for d in others), day.day]
        shipped, decisions = library_of(mornings, seen, way), Decisions()
        for lane in (*lanes[:n], *lanes[n + 1 :]):
            decisions.add(lane)
        last = decisions.lesson(max(d.day for d in days), way)
        found.append(lane_of(shipped, last, day))
    return found


Topics = tuple[Topic, ...]


def figures(
    options: Options,
    name: str,
    lanes: Sequence[Lane],
    *,
    is_main: bool = False,
    is_decided: bool = False,
) -> Iterator[Result]:
    """Give the figures of some mornings for each group of days, with the bars of its kind."""
    for group in dict.fromkeys(lane.day.group for lane in lanes):
        mine = [lane for lane in lanes if lane.day.group == group]
        bars = _bars(options, is_main=is_main, is_decided=is_decided)
        yield from _figures(f"{name}: {group}", mine, bars)


@dataclass(frozen=True, slots=True)
class Bars:
    right: float | None = None
    near: float | None = None
    recall: float | None = None
    with_maybe: float | None = None
    theme: float | None = None


def _bars(options: Options, *, is_main: bool, is_decided: bool) -> Bars:
    if is_main:
        found = Bars(90.0, 96.0, 95.0, 98.0, 90.0)
    elif is_decided:
        found = Bars(93.0, 96.0, 95.0, 98.0, 90.0)
    else:
        return Bars()
    return Bars(*(least(options, getattr(found, f)) for f in Bars.__slots__))


Count = Callable[[Lane], tuple[int, int]]


def _figures(name: str, lanes: Sequence[Lane], bars: Bars) -> Iterator[Result]:
    n = sum(len(lane.wanted) for lane in lanes)
    if not n:
        yield nothing(name, "no paper of the themes on these days")
        return
    maybe = sum(x.is_maybe for lane in lanes for x in lane.shown)
    in_maybe = sum(x.is_maybe and x.grade.grade == 2 for lane in lanes for x in lane.shown)
    shown = sum(len(lane.sure) for lane in lanes)
    note = f"{len(lanes)} days, {shown} shown"
    yield _share(f"{name}: right", lanes, _right, bars.right, note)
    yield _share(f"{name}: right or near", lanes, _near, bars.near)
    yield _share(f"{name}: recall", lanes, _recall, bars.recall, f"{n} wanted")
    note = f"{maybe / len(lanes):.1f} maybe a day, {in_maybe} of {maybe} right"
    yield _share(f"{name}: recall with maybe", lanes, _with_maybe, bars.with_maybe, note)
    if any(x.grade.themes for lane in lanes for x in lane.sure):
        yield _share(f"{name}: theme right", lanes, _theme, bars.theme)
        yield from _empty_themes(name, lanes)


def _right(lane: Lane) -> tuple[int, int]:
    return sum(x.grade.grade == 2 for x in lane.sure), len(lane.sure)


def _near(lane: Lane) -> tuple[int, int]:
    return sum(x.grade.grade >= 1 for x in lane.sure), len(lane.sure)


def _recall(lane: Lane) -> tuple[int, int]:
    return sum(x.grade.grade == 2 for x in lane.sure), len(lane.wanted)


def _with_maybe(lane: Lane) -> tuple[int, int]:
    return sum(x.grade.grade == 2 for x in lane.shown), len(lane.wanted)


def _theme(lane: Lane) -> tuple[int, int]:
    right = [x for x in lane.sure if x.grade.themes]
    return sum(LETTERS[x.topic] in x.grade.themes for x in right), len(right)


def _share(
    name: str, lanes: Sequence[Lane], count: Count, floor: float | None, note: str = ""
) -> Result:
    """Give a share of all days' papers together, with the middle 95 % of draws of days, and the
    same for each theme. Where days do not differ, draws say nothing: then by Wilson's score."""
    pairs = [count(lane) for lane in lanes]
    draw = random.Random(0)
    drawn = sorted(_percent(draw.choices(pairs, k=len(pairs))) for _ in range(N_RESAMPLES))
    low, high = drawn[N_RESAMPLES // 40], drawn[-1 - N_RESAMPLES // 40]
    right, total = map(sum, zip(*pairs, strict=True))
    span = interval(right, total) if low == high and total else f"{low:.0f} to {high:.0f}"
    note = f"{note}; {span}" if note else span
    parts = [
        Part(theme, *map(sum, zip(*(count(_only(lane, letter)) for lane in lanes), strict=True)))
        for letter, theme in THEMES.items()
        if any(g.themes for lane in lanes for g in lane.day.grades.values())
    ]
    return Result(name, _percent(pairs), "%", floor=floor, note=note, parts=tuple(parts))


def _percent(pairs: Sequence[tuple[int, int]]) -> float:
    n = sum(total for _, total in pairs)
    return 100 * sum(right for right, _ in pairs) / n if n else 100.0


def _only(lane: Lane, letter: str) -> Lane:
    """Give what a morning showed under one theme, and what it should have."""
    shown = tuple(
        x for x in lane.shown
        if (letter in x.grade.themes if x.grade.themes else LETTERS[x.topic] == letter)
    )  # fmt: skip
    wanted = frozenset(i for i in lane.wanted if letter in lane.day.of(i).themes)
    return Lane(lane.day, shown, wanted, lane.seconds)


def _empty_themes(name: str, lanes: Sequence[Lane]) -> Iterator[Result]:
    """Count what stood under a theme on days without a paper of it."""
    for letter, theme in THEMES.items():
        empty = [
            lane for lane in lanes
            if not any(letter in lane.day.of(i).themes for i in lane.wanted)
        ]  # fmt: skip
        wrong = sum(LETTERS[x.topic] == letter for lane in empty for x in lane.sure)
        note = f"{len(empty)} days without a paper of it"
        yield Result(f"{name}: shown as {theme} where there is none", wrong, "papers", note=note)


def time_of(lanes: Sequence[Lane]) -> Iterator[Result]:
    """Give what the mornings of a play cost, and when the lane became right."""
    seconds = sorted(lane.seconds for lane in lanes)
    note = f"{len(lanes)} mornings, at most {seconds[-1] / 60:.0f}"
    yield Result("played: minutes a morning", seconds[len(seconds) // 2] / 60, "min", note=note)
    right = [_percent([_right(x) for x in lanes[max(0, n - 4) : n + 1]]) for n in range(len(lanes))]
    first = next((n for n in range(len(right)) if min(right[n:]) >= 90), len(right))
    note = "from then on each five mornings together are 90 % right"
    yield Result("played: mornings until the lane is right", first + 1, "mornings", note=note)
