"""Rank a day's papers by each topic's model, and by how near they are to the topic's papers.

The models are those that `learn` left, or else each topic's words: nothing is fitted here.
Nearness needs vectors, and numpy, which is never loaded to read a list.
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from reader.base.errors import StoreError
from reader.base.words import folded
from reader.library.calendar import days_back
from reader.library.config import Config, Topic
from reader.library.folder import Library
from reader.library.identity import name_key
from reader.library.paper import Paper
from reader.library.rows import papers
from reader.ranking.events import features
from reader.ranking.model import Rank, Term, TopicModel, judge, levelled, start
from reader.ranking.rows import labels as acts
from reader.ranking.rows import standings, talk
from reader.ranking.rows.standings import topic_name
from reader.search.encode import topic_text
from reader.search.rows import index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 30
"""Papers with vectors that a day needs before standard deviations mean anything."""

LATEST_FILED = 50
"""Papers filed in a topic whose vectors stand for what it is about now."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near a paper is to a topic: standard deviations above the mean cosine of its day's
    papers; neighbour: the row of the topic's nearest paper, None where it has none."""

    above: float
    neighbour: int | None


@dataclass(frozen=True, slots=True)
class _Centre:
    mean: NDArray[np.float32]
    rows: list[int]
    vectors: NDArray[np.float32] | None


def nearness(
    library: Library,
    days: Iterable[date],
    encoder: str,
    *,
    found: Mapping[str, Sequence[int]] | None = None,
) -> Mapping[tuple[int, str], Nearness]:
    """Measure how near papers are to topics; returns (paper, topic) → nearness.

    found: by topic, papers that its words surely found (`TopicModel.found`).
    """
    import numpy as np

    centres = _centres(library, encoder, found or {})
    near: dict[tuple[int, str], Nearness] = {}
    # The oldest day comes last and overwrites the others: a paper that posts name for days is
    # compared with the papers of the day on which it came.
    for day in sorted(days, reverse=True):
        kept = index.paper_vectors(library.db, encoder, standings.papers_of_day(library.db, day))
        if len(kept) < FEWEST:
            continue
        halves = np.stack([np.frombuffer(v, np.float16) for v in kept.values()])
        vectors = halves.astype(np.float32)
        for path, centre in centres.items():
            nearest: list[int | None] = [None] * len(kept)
            if centre.vectors is not None:
                nearest = [centre.rows[i] for i in (vectors @ centre.vectors.T).argmax(axis=1)]
            # There are no deviations where all papers are alike.
            for row, above, other in zip(
                kept, deviations(vectors, centre.mean), nearest, strict=False
            ):
                near[row, path] = Nearness(above, other if other != row else None)
    return near


def deviations(vectors: NDArray[np.float32], centre: NDArray[np.float32]) -> list[float]:
    """Return for each paper of a day how many standard deviations it is nearer to a topic than
    the day's mean; nothing where all are alike.

    vectors: (n, d), rows of unit length. centre: (d,), the mean of the topic's examples. Both
    are compared from the day's mean vector on: any two texts of this encoder have a cosine of
    .78 or more, and what all papers share says nothing. A day of fewer than FEWEST papers is
    not worth asking about.
    """
    usual = vectors.mean(axis=0)
    cosines = (vectors - usual) @ (centre - usual)
    spread = float(cosines.std())
    if spread <= 0:
        return []
    return [float(z) for z in (cosines - cosines.mean()) / spread]


def _centres(
    library: Library, encoder: str, found: Mapping[str, Sequence[int]]
) -> dict[str, _Centre]:
    """Average the vectors of a topic, by topic: of its words, the papers that they surely found,
    its seeds and the papers filed there. The nearest is named only among the last two."""
    import numpy as np

    centres: dict[str, _Centre] = {}
    for topic in library.config.topics:
        rows = {
            *acts.seeds(library.db, topic.seeds).values(),
            *acts.filed_now(library.db, topic.path, limit=LATEST_FILED),
        }
        several = {*rows, *found.get(topic.path, ())}
        examples = index.topic_vectors(library.db, encoder, several, topic_text(topic))
        if not examples:
            continue
        mean = np.mean([np.frombuffer(v, np.float16) for v in examples], axis=0)
        known = index.paper_vectors(library.db, encoder, sorted(rows))
        stacked = [np.frombuffer(v, np.float16).astype(np.float32) for v in known.values()]
        centres[topic.path] = _Centre(
            mean.astype(np.float32), list(known), np.stack(stacked) if stacked else None
        )
    return centres


LOOK_BACK_DAYS = 14
"""How far back papers without a decision are counted, and ranked."""

MOST_DOUBTFUL = 20
"""Papers just below a topic's cut that a day keeps; five are shown."""

UNTAUGHT = "words"
"""The mark of papers that were judged when nothing was learned yet."""

Ranks = Mapping[int, Sequence[Rank]]
"""By paper; none for one that fits no topic."""


@dataclass(frozen=True, slots=True)
class Judges:
    """The models of all topics, and the mark by which a paper remembers who judged it."""

    models: Mapping[str, TopicModel]
    mark: str


def rank_days(library: Library, day: date, *, encoder: str = "", back: int | None = None) -> None:
    """Rank the papers of a day, and of the days that it looks back on, that are not ranked yet.

    Papers that no list has shown are ranked again when their vectors came later, and, of this
    day, when something was learned since.
    encoder: the name of the encoder whose vectors are used; empty: words alone.
    Raises StoreError where the ranks cannot be kept.
    """
    mark = mark_of(library)
    found = _new_ranks(library, day, encoder, mark=mark, back=back)
    _keep(library, found, mark)


def rank_new(
    library: Library, day: date, *, back: int = LOOK_BACK_DAYS, may_keep: bool = True
) -> Ranks:
    """Rank papers that were never ranked, by words; returns the ranks that were not kept.

    With these a list is shown on a full disk, and in a library that is locked or read-only.
    may_keep: False where nothing may be written.
    """
    found = _new_ranks(library, day, "", back=back)
    try:
        if may_keep:
            _keep(library, found, mark_of(library))
            return {}
    except StoreError:
        pass
    return found[""]


def fingerprint(config: Config) -> str:
    """Hash the topics and their words, on which ranks by words depend."""
    topics = repr([(t.path, t.words, t.seeds) for t in config.topics])
    return hashlib.sha256(topics.encode()).hexdigest()[:16]


def mark_of(library: Library) -> str:
    """Hash the fingerprints of the models that there are now, without reading the models."""
    known = sorted(standings.fingerprints(library.db).items())
    # The forecast of talk judges no topic.
    known = [item for item in known if item[0] != standings.TALK]
    return hashlib.sha256(repr(known).encode()).hexdigest()[:16] if known else UNTAUGHT


def judges(library: Library) -> Judges:
    """Read the models of all topics, also of folders that are no topics any more; a topic of
    which nothing was learned has its words alone."""
    kept = standings.stored(library.db)
    topics = library.config.topics
    found = {
        topic.path: _model(topic, topics, kept.get(topic_name(topic.path))) for topic in topics
    }
    for name, stored in kept.items():
        path = name.removeprefix(topic_name(""))
        if name != standings.TALK and path not in found:
            found[path] = _model(Topic(path, "near", ""), topics, stored)
    return Judges(levelled(found), mark_of(library))


def _model(
    topic: Topic, topics: tuple[Topic, ...], stored: standings.StoredModel | None
) -> TopicModel:
    first = start(topic, topics)
    try:
        model = _read(stored.text) if stored else first
    except ValueError:
        return first  # another version's text; `learn` makes it anew
    # What was changed in feeds.toml counts at once.
    return replace(
        model, words=first.words, longer=first.longer, cut=first.cut, is_own=first.is_own
    )


# The server would parse the same text again for each paper that it explains.
_read = functools.lru_cache(maxsize=16)(TopicModel.from_text)


def _keep(library: Library, found: Mapping[str, Ranks], mark: str) -> None:
    """Keep ranks. found: by the name of the encoder whose vectors were used, "" for words."""
    if not any(found.values()):
        return
    topics = fingerprint(library.config)
    with library.db.writing():
        # In one transaction: a kill leaves the ranks as they were.
        if standings.of_other_topics(library.db, chain(*found.values()), topics):
            # The person changed feeds.toml: what today's list showed is judged by it too.
            standings.forget_order(library.db, library.today())
        for encoder, ranks in found.items():
            standings.set_ranks(library.db, ranks, topics=topics, encoder=encoder, models=mark)


def _new_ranks(
    library: Library, day: date, encoder: str, *, mark: str = "", back: int | None = None
) -> dict[str, dict[int, list[Rank]]]:
    """Rank papers that are not ranked yet: by the encoder's vectors, and by words alone ("").

    A paper whose vector comes later, or whose day is too small yet, is ranked again then.
    """
    db, config = library.db, library.config
    kept: dict[str, dict[int, list[Rank]]] = {encoder: {}, "": {}}
    first = days_back(day, LOOK_BACK_DAYS if back is None else back)
    # Mostly there are none: `gather` has ranked them, and no model is read here.
    days = standings.papers_to_rank(
        db, first, day, fingerprint(config), encoder=encoder, models=mark
    )
    if not days:
        return kept
    models = judges(library).models
    found = {path: model.found for path, model in models.items()}
    near = nearness(library, set(days.values()), encoder, found=found) if encoder else {}
    titles = _titles(library, near)
    people = [person.name for person in config.people]
    # Of people who are followed every term is kept: their papers are always in the list.
    followed = {*papers.papers_by(db, people, arrived_on=day, since=first)}
    given: dict[int, Paper] = {}
    ranks: dict[int, list[Rank]] = {}
    for paper in papers.papers_at(db, days):
        given[paper.row], ranks[paper.row] = paper.record, []
        own, is_brief = features(paper.record), paper.row not in followed
        for path, model in models.items():
            one = near.get((paper.row, path))
            above = one.above if one else None
            judged = judge(paper.record, own, model, nearness=above, is_brief=is_brief)
            # Row 0 is no paper's.
            if one and (neighbour := titles.get(one.neighbour or 0)):
                judged = _with_neighbour(judged, neighbour)
            ranks[paper.row].append(judged)
    # What is talked about needs its place in each topic, for its closeness.
    talked = talk.talked_between(db, first, day)
    encoded = {row for row, _ in near}
    for row, of_paper in _worth_keeping(config, ranks, days, followed, talked).items():
        printed = [replace(r, terms=as_printed(r.terms, given[row])) for r in of_paper]
        kept[encoder if row in encoded else ""][row] = printed
    return kept


def _with_neighbour(rank: Rank, neighbour: Term) -> Rank:
    """Name what is near by what it is near to: the reader's note, seed or paper."""
    kind, what = neighbour.kind, neighbour.what
    terms = (replace(t, kind=kind, what=what) if t.kind == "nearness" else t for t in rank.terms)
    return replace(rank, terms=tuple(terms))


def _worth_keeping(
    config: Config,
    ranks: Mapping[int, Sequence[Rank]],
    days: Mapping[int, date],
    followed: Container[int],
    talked: Container[int],
) -> dict[int, list[Rank]]:
    """Drop the ranks that no list will ask for; papers that are only talked about lose the terms.

    Kept are all ranks of papers by followed people, those in a topic, and of each day and own
    topic the MOST_DOUBTFUL just below the cut that something speaks for.
    """
    known = {topic.path for topic in config.topics}
    own = {topic.path for topic in config.own_topics}
    below: dict[tuple[date, str], list[tuple[float, int]]] = defaultdict(list)
    for row, of_paper in ranks.items():
        for r in of_paper:
            if r.place == "doubtful" and r.topic in own and any(t.value > 0 for t in r.terms):
                below[days[row], r.topic].append((-r.margin, row))
    doubtful = {
        (row, topic)
        for (_, topic), several in below.items()
        for _, row in heapq.nsmallest(MOST_DOUBTFUL, several)
    }
    kept: dict[int, list[Rank]] = {}
    for row, of_paper in ranks.items():
        whole = [
            r
            for r in of_paper
            if row in followed
            or (r.place == "in" and r.topic in known)
            or (row, r.topic) in doubtful
        ]
        rest = [replace(r, terms=()) for r in of_paper if r not in whole]
        kept[row] = [*whole, *(rest if row in talked else [])]
    return kept


def as_printed(terms: Sequence[Term], paper: Paper) -> tuple[Term, ...]:
    """Write authors and learned words of terms as the paper prints them."""
    printed = {"author": {name_key(author): author for author in paper.authors}}
    if any(term.kind == "learned" for term in terms):
        # Reversed, so that the first form in the text stays in the dict.
        words = _WORD.findall(f"{paper.title} {paper.abstract}".casefold())
        printed["learned"] = {folded(word): word for word in reversed(words)}
    none: dict[str, str] = {}
    # `replace` takes six times as long, and a day has fifty thousand terms.
    return tuple(
        Term(t.kind, printed.get(t.kind, none).get(t.what, t.what), t.value) for t in terms
    )


_WORD = re.compile(r"[^\W_]+")


def _titles(library: Library, near: Mapping[tuple[int, str], Nearness]) -> dict[int, Term]:
    """Name the papers that others are nearest to: by row, "note" where one was written, "seed"
    for one of feeds.toml."""
    rows = sorted({n.neighbour for n in near.values() if n.neighbour is not None})
    named = {id_ for topic in library.config.topics for id_ in topic.seeds}
    seeds = {*papers.rows_with_ids(library.db, named).values()} if rows else set()
    return {
        paper.row: Term(
            "note" if paper.state == "read" else "seed" if paper.row in seeds else "paper",
            paper.record.title,
            0.0,
        )
        for paper in papers.papers_at(library.db, rows)
    }
