"""Say that a paper is not of the topic under which a list shows it: of another, or of none.

One act: what was said of the topics, which teaches, and, where the paper is none of the
person's, a skip. Undone as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reader.config import Topic
from reader.errors import NotKnown, UsageError
from reader.library.choose import UNFILED
from reader.library.folder import Library
from reader.library.receiving import keep_arrival, meant_at
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store import decisions, lessons, papers, shown, standings
from reader.store.lessons import Kind


@dataclass(frozen=True, slots=True)
class WrongTopic:
    """What it led to: the paper as it stands now, the topic that it was moved to (None: it is
    none of the person's), whether it still waits in the list, and what there is to say."""

    held: Held
    topic: str | None
    is_sorted_out: bool
    said: str


def topic_now(library: Library, held: Held) -> str | None:
    """Give the topic of feeds.toml under which a list shows a paper; None for none."""
    known = {topic.path for topic in library.config.topics}
    words = lessons.words_on(library.db, [held.row]).get(held.row, {})
    yes = [topic for topic, word in words.items() if word == "yes"]
    ranks = standings.ranks_of(library.db, [held.row]).get(held.row, [])
    best = [r.topic for r in sorted(ranks, key=lambda r: -r.margin) if r.place == "in"]
    listed = [held.topic or "", *reversed(yes), shown.topic_shown(library.db, held.row), *best]
    return next((t for t in listed if t in known and words.get(t) != "no"), None)


def other_topics(library: Library, topic: str | None) -> tuple[Topic, ...]:
    """List the topics that a paper may be of instead, the own ones first."""
    config = library.config
    return tuple(t for t in (*config.own_topics, *config.near_topics) if t.path != topic)


def wrong_topic(
    library: Library, held: Held, topic: str | None, *, listed: str | None = None
) -> WrongTopic:
    """Record that a paper is of another topic of feeds.toml, or of no own one (None).

    listed: the topic under which the list shows it, where that is known. A paper that leaves
    the own topics is skipped too; one with a note stays. Raises NotKnown, UsageError.
    """
    listed = listed or topic_now(library, held)
    meant = _topic_meant(library, topic) if topic is not None else None
    if meant and meant.path == listed:
        what = say("wrong.same", topic=meant.path)
        raise UsageError(what=what, hint=say("wrong.topics", names=_names(library, listed)))
    words = _words(library, listed, meant)
    own = {t.path for t in library.config.own_topics}
    is_sorted_out = meant is None or (meant.lane == "near" and listed in own)
    is_skipped = is_sorted_out and held.state not in ("skip", "read")
    now, on = library.now(), library.today()
    with library.db.writing():
        is_overtaken = _is_overtaken(library, held)
        act = decisions.next_act(library.db)
        lessons.add_words(library.db, held.row, words, act=act, at=now, on=on)
        if is_skipped:
            decisions.add_decisions(library.db, "skip", [held.row], at=now, on=on, act=act)
        if held.topic is not None:
            # It was picked once: its files follow at the next gather.
            folder = meant.path if meant else UNFILED
            decisions.add_filing(library.db, held.row, folder, at=now)
        if library.sent and is_overtaken:
            arrived = library.sent.arrived_at
            decisions.undo_act(library.db, act, at=arrived, on=library.day_of(arrived))
            library.sent.overtaken.append(held)
        keep_arrival(library)
    [held] = papers.papers_at(library.db, [held.row])
    path = meant.path if meant else None
    none = "wrong.none.stays" if held.state == "read" else "wrong.none"
    said = plain(say("wrong.moved" if meant else none, topic=path, title=held.paper.title))
    return WrongTopic(held, path, is_sorted_out, "" if is_overtaken else said)


def _words(library: Library, listed: str | None, meant: Topic | None) -> Mapping[str, Kind]:
    words: dict[str, Kind] = {listed: "no"} if listed else {}
    if meant is None:
        return words | dict.fromkeys((t.path for t in library.config.own_topics), "no")
    return words | {meant.path: "yes"}


def _is_overtaken(library: Library, held: Held) -> bool:
    """Tell whether something was decided or said since the moment of an act that arrives late."""
    moment = meant_at(library)
    if moment is None:
        return False
    is_decided = bool(decisions.decided_after(library.db, [held.row], moment))
    return is_decided or lessons.told_after(library.db, held.row, moment)


def _topic_meant(library: Library, text: str) -> Topic:
    wanted = text.strip("/ ").casefold()
    found = next((t for t in library.config.topics if t.path.casefold() == wanted), None)
    if found is None:
        hint = say("wrong.topics", names=_names(library, None))
        raise NotKnown(what=say("teach.no_topic", topic=plain(text)), hint=hint)
    return found


def _names(library: Library, but: str | None) -> str:
    return say("list").join(topic.path for topic in other_topics(library, but))
