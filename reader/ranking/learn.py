"""Learn from acts and from the talk about papers; foretell talk, and choose the folder of a pick.

    acts that stand → events → labels of each topic → its model, kept in index.db
    talk that was seen → examples → the numbers of the forecast, kept in index.db

A model is fitted anew where what it was fitted on has changed. Never on the way to a list:
`gather`, `index`, the end of a triage and `teach` come here for topics, `index` alone for the
forecast. Until there is enough talk of one's own its numbers are those that come with the
program (`reader/ranking/talk.txt`).
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from reader.base.errors import StoreError
from reader.base.words import folded
from reader.library.calendar import days_back
from reader.library.config import Config, Topic
from reader.library.file_names import UNFILED, file_stem
from reader.library.folder import Library
from reader.library.paper import LibraryPaper, Paper
from reader.library.rows import decisions, papers
from reader.library.rows.decisions import Kind
from reader.ranking.events import FADE_DAYS, WARM_DAYS, Event, Label, features, labels, learned_from
from reader.ranking.forecast import (
    AuthorRecord,
    Coefficients,
    Facts,
    TalkExample,
    facts_of,
    forecast,
    places,
    records_of,
)
from reader.ranking.model import Rank, Term, TopicModel, telling_words
from reader.ranking.rows import labels as acts
from reader.ranking.rows import standings, talk
from reader.ranking.rows.standings import TALK, StoredModel, topic_name
from reader.ranking.topic import best, fits, longer_words


class FitTopic(Protocol):
    """A function that fits a topic's model to decisions; the real one is in `ranking.fit`."""

    def __call__(
        self,
        topic: Topic,
        examples: Sequence[tuple[Mapping[str, float], Label]],
        background: Sequence[Mapping[str, float]],
        *,
        seed: int = 0,
    ) -> TopicModel: ...


class FitTools(Protocol):
    """The tools that fit the models of topics and the forecast of talk."""

    @property
    def fit_topic(self) -> FitTopic: ...

    @property
    def fit_talk(self) -> Callable[[Sequence[TalkExample], Coefficients], Coefficients]: ...

    @property
    def progress(self) -> Callable[[str, int, int], None]: ...


SEED = 6
VERSION = 7
"""Raised where the same labels should be fitted anew."""

N_BACKGROUND = 6_000
"""Papers that stand for all the others."""

MOST_LABELS = 1_200
"""The most labels from which a topic is learned, half of them kept for each side, the newest and
the seeds first: older ones repeat them."""

FEWEST_LEFT = 5
"""How many papers must have been liked in a folder that is no topic before it is a direction that
was left."""

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lessons:
    """The labels of each topic, from which models are learned; among the topics are left folders.

    background: papers that stand for all others; a topic's words guess at them, and what they
    do not find does not belong.
    """

    topics: tuple[Topic, ...]
    labels: Mapping[str, Sequence[Label]]
    background: Sequence[int]

    def says(self, topic: Topic) -> bool:
        """Check whether there is anything to learn a topic from."""
        return bool(self.labels[topic.path] or (topic.words and self.background))

    def fingerprint(self, topic: Topic) -> str:
        """Name what a topic's model is learned from, 16 hex digits."""
        # By `repr`, which is the same in every process, as `hash` is not.
        given = (VERSION, topic.path, topic.words, self.labels[topic.path], self.background)
        return hashlib.sha256(repr(given).encode()).hexdigest()[:16]


def needs_learning(library: Library, taught: Lessons, topic: Topic) -> bool:
    """Check whether a topic's model was learned from something else than `taught`."""
    known = standings.fingerprints(library.db).get(topic_name(topic.path))
    return known != taught.fingerprint(topic)


def learn(library: Library, tools: FitTools) -> list[str]:
    """Fit the models whose input has changed; returns the topics that were fitted anew."""
    taught = lessons(library)
    known = standings.fingerprints(library.db)
    wanted = {topic: taught.fingerprint(topic) for topic in taught.topics if taught.says(topic)}
    due = {topic: on for topic, on in wanted.items() if known.get(topic_name(topic.path)) != on}
    gone = known.keys() - {standings.TALK, *(topic_name(topic.path) for topic in wanted)}
    if not due and not gone:
        return []
    decided = (label.paper for topic in due for label in taught.labels[topic.path])
    texts = PaperFeatures(library, [*decided, *taught.background])
    fitted = []
    for n, (topic, print_) in enumerate(due.items()):
        tools.progress("learn", n, len(due))
        model = fit_one(tools.fit_topic, texts, taught, topic, taught.labels[topic.path])
        fitted.append(StoredModel(topic_name(topic.path), print_, model.to_text()))
    tools.progress("learn", len(due), len(due))
    every = {label.paper for several in taught.labels.values() for label in several}
    texts.keep(library, every.union(taught.background))
    standings.keep(library.db, fitted, gone=gone)
    return [topic.path for topic in due]


def lessons(library: Library, events: Sequence[Event] | None = None) -> Lessons:
    """Turn the acts that stand into labels for each topic, and draw the background.

    events: in place of the acts that stand, to see what another decision would teach.
    """
    day, config = library.today(), library.config
    events = events_of(library) if events is None else events
    topics = (
        *config.topics,
        *(Topic(path, "near", "") for path in _left_folders(events, config, day)),
    )
    return Lessons(
        topics=topics,
        labels=labels(events, day, [topic.path for topic in topics], most=MOST_LABELS),
        background=acts.background(library.db, N_BACKGROUND),
    )


def events_of(library: Library, *, liked_alone: bool = False) -> list[Event]:
    """Collect a person's acts that stand: decisions, notes, filings by hand, lessons, seeds.

    liked_alone: without the skips of papers that have no other act, which are most; the topic
    of a skip is looked for in the paper's text where no list had shown it, which takes time.
    """
    config, day = library.config, library.today()
    # A dislike says nothing after so many days, so older skips are not even read.
    since = day - min(timedelta(days=FADE_DAYS), day - date.min)
    decided = acts.acts(library.db, skips_since=since)
    lessons = acts.lessons(library.db)
    if liked_alone:
        liked = {a.paper for a in decided if a.kind != "skip"} | {e.paper for e in lessons}
        decided = [a for a in decided if a.paper in liked]
    moved = _moved_topics(library)
    # A topic that was renamed keeps what was skipped in its lane.
    decided = [replace(a, listed=moved[a.listed]) if a.listed in moved else a for a in decided]
    unknown = [a.paper for a in decided if a.kind == "skip" and a.listed is None and not a.filed]
    texts = acts.texts(library.db, unknown)
    # Who picked a paper and said then that it is of another topic did not pick it for this one.
    wrong = {(event.paper, event.topic) for event in lessons if event.kind == "no"}
    events = [
        Event(act.paper, act.kind, _topic_of(act, config, texts.get(act.paper)), act.on)
        for act in decided
    ]
    events = [e for e in events if e.kind == "skip" or (e.paper, e.topic) not in wrong]
    events += [
        Event(act.paper, act.kind, _topic_of(act, config, None), act.on)
        for act in acts.filed_by_hand(library.db, config.timezone)
    ]
    # Seeds have no day: they never cool.
    seeds = acts.seeds(library.db, {id_ for topic in config.topics for id_ in topic.seeds})
    events += [
        Event(seeds[id_], "seed", topic.path, date.min)
        for topic in config.topics
        for id_ in topic.seeds
        if id_ in seeds
    ]
    return [*events, *lessons]


def as_if_decided(library: Library, paper: int, kind: Kind, *, filed: str) -> Event:
    """Make the event that a decision of this moment would be; filed: the paper's folder then."""
    on = library.today()
    listed = acts.listed(library.db, paper, on)
    listed = _moved_topics(library).get(listed or "", listed)
    act = acts.Act(paper, kind, on, filed, listed)
    is_unknown = kind == "skip" and act.listed is None and not filed
    text = acts.texts(library.db, [paper]).get(paper) if is_unknown else None
    return Event(paper, kind, _topic_of(act, library.config, text), on)


def fit_one(
    fit: FitTopic, texts: PaperFeatures, taught: Lessons, topic: Topic, given: Sequence[Label]
) -> TopicModel:
    """Fit one topic's model to some labels."""
    others = {row: texts.paper(row) for row in taught.background}
    longer = longer_words(topic, taught.topics)
    learned, outside = learned_from(given, others, topic, longer=longer)
    model = fit(
        topic,
        [(texts.features(label.paper), label) for label in learned],
        [texts.features(row) for row in outside],
        seed=SEED,
    )
    return replace(model, longer=longer)


class PaperFeatures:
    """The texts of some papers, and their features, each made once and kept by `keep`."""

    def __init__(self, library: Library, rows: Iterable[int]) -> None:
        self._papers: dict[int, Paper] = {}
        self._features: dict[int, Features] = {}
        self._made: set[int] = set()
        self.add(library, rows)

    def add(self, library: Library, rows: Iterable[int]) -> None:
        """Take in papers that are not there yet."""
        new = acts.texts(library.db, sorted(set(rows) - self._papers.keys()))
        self._papers |= new
        self._features |= standings.features_of(library.db, new, code=code_of_features())

    def paper(self, row: int) -> Paper:
        return self._papers[row]

    def features(self, row: int) -> Features:
        if row not in self._features:
            found = self._papers.get(row)
            self._features[row] = features(found) if found else {}
            self._made |= {row} if found else set()
        return self._features[row]

    def keep(self, library: Library, wanted: Iterable[int]) -> None:
        """Keep what was made here for the next time, and drop what is not wanted."""
        made = {row: self._features[row] for row in sorted(self._made)}
        code = code_of_features()
        standings.set_features(library.db, self._papers, made, code=code, wanted=wanted)


@functools.cache
def code_of_features() -> bytes:
    """Hash all that decides which features a text has: an upgrade makes kept ones worthless."""
    found = hashlib.sha256(f"{unicodedata.unidata_version} {sys.byteorder}".encode())
    for module in CODE_OF_FEATURES:
        package, _, name = module.rpartition(".")
        found.update(_file_of(package, f"{name}.py"))
    return found.digest()


def _file_of(package: str, name: str) -> bytes:
    # Imported here: 7 ms, for which a pick need not wait.
    from importlib.resources import files

    return (files(package) / name).read_bytes()


CODE_OF_FEATURES = (
    "reader.ranking.events",
    "reader.base.words",
    "reader.base.text",
    "reader.library.identity",
    "reader.library.paper",
)


def _moved_topics(library: Library) -> dict[str, str]:
    """Map former names of topics to those of now: a skip in such a lane is about them."""
    return acts.moved_topics(library.db, [topic.path for topic in library.config.topics])


def _topic_of(act: acts.Act, config: Config, paper: Paper | None) -> str | None:
    """Find the topic of an act: where the paper is filed, else in whose lane it stood, else the
    one that its words fit; None for none."""
    # A skip speaks against the lane that showed the paper, wherever it is filed; a pick for the
    # folder in which it lies now, so a topic that is moved takes along what it taught.
    is_filed = act.filed and act.filed != UNFILED
    if is_filed and (act.kind != "skip" or act.listed is None):
        # The topic itself, or the one in whose folder it lies; else the folder.
        paths = [t.path for t in config.topics]
        above = [p for p in paths if act.filed == p or act.filed.startswith(f"{p}/")]
        return max(above, key=len, default=act.filed)
    if act.listed is not None:
        return act.listed or None  # "": a list showed it in no topic's lane
    found = best(fits(paper, config.topics)) if paper else None
    return found.topic if found else None


def _left_folders(events: Iterable[Event], config: Config, day: date) -> list[str]:
    """Find the folders that are no topics, where much was liked once and nothing lately."""
    known = {topic.path for topic in config.topics} | {UNFILED}
    liked: dict[str, dict[int, date]] = {}
    for event in events:
        if event.topic and event.topic not in known and event.kind in ("pick", "file", "write"):
            liked.setdefault(event.topic, {})[event.paper] = event.on
    return sorted(
        path
        for path, of_folder in liked.items()
        if len(of_folder) >= FEWEST_LEFT and (day - max(of_folder.values())).days > WARM_DAYS
    )


MOST_WORDS = 5
"""Two of this many weightiest learned words of a paper are looked for."""

CHOSEN = ("pick", "write", "yes")
"""Acts that choose a paper for a topic; a filing by hand or a seed is not called a pick."""


@dataclass(frozen=True, slots=True)
class Alike:
    """The number of chosen papers of the topic that have both of these words."""

    n: int
    words: tuple[str, str]


def alike(library: Library, paper: LibraryPaper, topic: str, terms: Iterable[Term]) -> Alike | None:
    """Find the two telling words of a paper that most chosen papers of a topic have; None where
    no other paper has two of them."""
    words = telling_words(terms)[:MOST_WORDS]
    if len(words) < 2:
        return None
    events = events_of(library, liked_alone=True)
    chosen = {e.paper for e in events if e.topic == topic and e.kind in CHOSEN}
    several = labels(events, library.today(), [topic])[topic]
    # What was chosen for the topic and still is.
    rows = [x.paper for x in several if x.is_in and x.paper in chosen and x.paper != paper.row]
    having = [_having(paper, words) for paper in acts.texts(library.db, rows).values()]
    pairs = [
        Alike(sum(one in found and other in found for found in having), (one, other))
        for one, other in itertools.combinations(words, 2)
    ]
    best = max(pairs, key=lambda pair: pair.n)  # of equals the weightiest words
    return best if best.n else None


def _having(paper: Paper, words: Sequence[str]) -> set[str]:
    """Find those of some words that a paper has, in any form that counts as the same."""
    text = f"{paper.title} {paper.abstract}".casefold()
    # Folding all words of a thousand papers takes a second; few have the word's beginning.
    near = [word for word in words if not text.isascii() or folded(word)[:-1] in text]
    forms = {folded(found) for found in _WORD.findall(text)} if near else set()
    return {word for word in near if folded(word) in forms}


_WORD = re.compile(r"[^\W_]+")


def forecasts(
    library: Library, several: Sequence[LibraryPaper], *, may_keep: bool = True
) -> dict[int, tuple[Term, ...]]:
    """Foretell talk of some papers as on the day of their arrival, by row.

    From the papers and from what their authors' earlier ones came to until that day. What was
    foretold once stays. may_keep: False where nothing may be written.
    """
    known = standings.forecasts_of(library.db, [paper.row for paper in several])
    missing = [paper for paper in several if paper.row not in known]
    if not missing:
        return known
    # Read once for all days: 16,384 numbers take some milliseconds.
    text = standings.text_of(library.db, TALK) or shipped()
    numbers = Coefficients.read(text)
    by_day: dict[date, dict[int, Paper]] = {}
    for paper in missing:
        by_day.setdefault(paper.arrived_on, {})[paper.row] = paper.record
    found = {
        row: forecast(facts, records, numbers)
        for day, of_day in by_day.items()
        for row, (facts, records) in evidence(library, of_day, day).items()
    }
    if not may_keep:
        return {**known, **found}
    with contextlib.suppress(StoreError):  # a library that cannot be written is shown all the same
        mark = hashlib.sha256(text.encode()).hexdigest()[:16]
        standings.set_forecasts(library.db, found, model=mark)
    return {**known, **found}


def foretell_day(library: Library, day: date) -> None:
    """Make the forecasts that a day's list will need: of its new papers of near topics."""
    db, near = library.db, {topic.path for topic in library.config.near_topics}
    if not near or not talk.is_watched(db):
        return
    ranks = standings.ranks_of(db, standings.members_on(db, day))
    rows = [row for row, of_paper in ranks.items() if belongs(of_paper, near)]
    forecasts(library, papers.papers_at(db, rows))


def belongs(ranks: Sequence[Rank], topics: Container[str]) -> bool:
    """Check whether a paper belongs to one of some topics."""
    return any(r.place == "in" and r.topic in topics for r in ranks)


def evidence(
    library: Library, several: Mapping[int, Paper], day: date
) -> dict[int, tuple[Facts, tuple[AuthorRecord, ...]]]:
    """Collect the input of forecasts: the facts of some papers, and their authors' records until
    a day."""
    db = library.db
    known = talk.known_records(db, {a for p in several.values() for a in p.authors}, day)
    is_watched = talk.is_watched(db)
    mailed = talk.announced_with(db, several)
    places_on = {on: places(talk.ids_announced(db, on)) for on in {on for _, on in mailed.values()}}
    found = {}
    for row, paper in several.items():
        id_, on = mailed.get(row, ("", None))
        place = places_on[on].get(id_) if on else None
        records = records_of(paper.authors, known, is_watched=is_watched)
        found[row] = (facts_of(paper, place), records)
    return found


def shipped() -> str:
    """Read the numbers that come with the program."""
    return _file_of("reader.ranking", "talk.txt").decode()


TALK_VERSION = 1

KNOWN_AFTER_DAYS = 14
"""After this many days a paper has been talked about, or hardly will be."""

LEARNED_DAYS = 365

FEWEST_HOT = 60
"""With fewer papers that were talked about, one's own talk says too little."""

GROWTH = 1.25
"""How much the talk must have grown before the numbers are fitted again: it takes a minute."""

ONE_OF = 10
"""One paper stands for this many of those that nobody talked about."""

MOST_HOT = 3_000


def learn_talk(library: Library, tools: FitTools) -> bool:
    """Fit the numbers of the forecast where a quarter more talk is known than the last time."""
    day = library.today()
    first, last = days_back(day, LEARNED_DAYS), days_back(day, KNOWN_AFTER_DAYS)
    hot = talk.hot_papers(library.db, first, last, before=day)
    if len(hot) < FEWEST_HOT:
        return False
    # The number of steps by GROWTH, so a fit takes place once for each.
    fitted_on = f"{TALK_VERSION} {int(math.log(len(hot), GROWTH))}"
    if standings.fingerprints(library.db).get(TALK) == fitted_on:
        return False
    hot = dict(sorted(hot.items())[-MOST_HOT:])  # the newest: rows rise with time
    # Of the others some stand for all, chosen by row so that each fit sees the same ones; each
    # paper as it was known on its morning.
    days: dict[date, list[int]] = {}
    for row, on in talk.arrivals(library.db, first, last).items():
        if row in hot or row % ONE_OF == 0:
            days.setdefault(on, []).append(row)
    examples = [
        TalkExample(on, facts, records, hot.get(row), 1.0 if row in hot else float(ONE_OF))
        for on, rows in days.items()
        for row, (facts, records) in evidence(library, acts.texts(library.db, rows), on).items()
    ]
    numbers = tools.fit_talk(examples, Coefficients.read(shipped()))
    standings.keep(library.db, [StoredModel(TALK, fitted_on, numbers.to_text())])
    return True


def file_away(library: Library, paper: LibraryPaper) -> None:
    """File a paper under its best topic and fix its key, unless that was done before."""
    # The key first: a folder may be chosen anew, the name of the file stays.
    papers.fix_key(library.db, paper.row, file_stem(paper.record, library.config.pdf_name))
    if paper.topic is None:
        folder = folder_of(library, paper)
        decisions.add_filing(library.db, paper.row, folder, at=library.now())


def folder_of(library: Library, paper: LibraryPaper) -> str:
    """Choose the folder of a pick: the topic under which a list showed the paper, since people
    look for it there, unless the person said that it is not of that topic."""
    topic = standings.topic_shown(library.db, paper.row)
    words = acts.words_on(library.db, [paper.row]).get(paper.row, {})
    is_taught = "yes" in words.values() or words.get(topic) == "no"
    if topic in {t.path for t in library.config.topics} and not is_taught:  # it may have gone since
        return topic
    return topic_for(paper, library.config, standings.ranks_of(library.db, [paper.row]))


def topic_for(paper: LibraryPaper, config: Config, ranks: Mapping[int, Sequence[Rank]]) -> str:
    """Choose the folder of a pick: the best own topic, else the best near one, else `unfiled`.

    By how it was ranked; a paper that was not, by the topics' words.
    """
    for lane in ("own", "near"):
        paths = {t.path for t in config.topics if t.lane == lane}
        here = [r for r in ranks.get(paper.row, ()) if r.topic in paths and r.place == "in"]
        if here:
            return max(here, key=lambda r: r.standing).topic
    # Its words must not bring a paper back to a topic of which the person said no.
    no = {r.topic for r in ranks.get(paper.row, ()) if any(t.kind == "told_no" for t in r.terms)}
    for topics in (config.own_topics, config.near_topics):
        if found := best(f for f in fits(paper.record, topics) if f.topic not in no):
            return found.topic
    return UNFILED
