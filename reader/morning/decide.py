"""Decide on the papers of one list, each act one transaction, on the disk when it returns. Mute
words, authors, categories and sources, take a mute back, and list what is muted.

Another device may have the same list open: its decisions are read before anything is decided
here, and win. Knows no screen; returns the message to show.

A person can say that a paper is not of the topic under which a list shows it, but of another
one or of none. That is one act, undone as a whole: the words on the topics, which teach, and a
skip where the paper is of none of the person's topics.

A list reads the mutes each time: papers of own topics and decided ones stay in it, marked; others
are hidden and counted. Search finds all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import cast, get_args

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import N_, Joined, Message, Text, lazy_gettext, lazy_ngettext
from reader.base.tex import title_text
from reader.base.text import plain
from reader.library.arrival import keep_arrival, late_moment, sent_act
from reader.library.config import CLASSES, Topic, nearest_class
from reader.library.file_names import UNFILED, folder_name
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper, State, tags_in, to_become
from reader.library.rows import decisions, imports, papers, pdfs
from reader.library.rows.decisions import Kind
from reader.morning.edit import tag
from reader.morning.pick import LATER_DAYS, decide_rows, later_rows, put_off
from reader.morning.rows import add_mutes, last_muted_days, standing_mutes, take_mutes_back
from reader.morning.undo import UNDONE, UndoOutcome, undone_of
from reader.morning.undo import take_back as take_back_act
from reader.ranking.rows import labels, standings
from reader.ranking.rows.labels import LessonKind
from reader.ranking.topic import Mute, MuteKind, MuteLine, mutable_parts, mute_key, mute_line


@dataclass(frozen=True, slots=True)
class WrongTopic:
    """The outcome of "wrong topic".

    paper: the paper as it stands now. topic: where it was moved, None for none of the person's.
    is_sorted_out: it left the own topics. message: what to show.
    """

    paper: LibraryPaper
    topic: str | None
    is_sorted_out: bool
    message: Text


def topic_now(library: Library, paper: LibraryPaper) -> str | None:
    """Find the topic of feeds.toml under which a list shows a paper; None for none."""
    # In the order in which a list decides: the folder, the person's last word, the topic shown
    # before, what the models say.
    known = {topic.path for topic in library.config.topics}
    words = labels.words_on(library.db, [paper.row]).get(paper.row, {})
    yes = [topic for topic, word in words.items() if word == "yes"]
    ranks = standings.ranks_of(library.db, [paper.row]).get(paper.row, [])
    best = [r.topic for r in sorted(ranks, key=lambda r: -r.margin) if r.place == "in"]
    listed = [
        paper.topic or "",
        *reversed(yes),
        standings.topic_shown(library.db, paper.row),
        *best,
    ]
    return next((t for t in listed if t in known and words.get(t) != "no"), None)


def other_topics(library: Library, topic: str | None) -> tuple[Topic, ...]:
    """List the topics that a paper may be of instead, the own ones first."""
    config = library.config
    return tuple(t for t in (*config.own_topics, *config.near_topics) if t.path != topic)


def _listed_already(library: Library, topic: str) -> UsageError:
    return UsageError(
        what=lazy_gettext("It is already listed under {topic}.", topic=topic),
        hint=lazy_gettext("Topics in feeds.toml: {names}.", names=_names(library, topic)),
    )


def _moved_text(paper: LibraryPaper, topic: str | None, *, is_skipped: bool) -> Text:
    moved = (
        N_("Of {topic}, a near topic, so it was skipped: {title}")
        if is_skipped
        else N_("Moved to {topic}: {title}")
    )
    none = (
        N_("Not in any of your topics; kept, because it has your note: {title}")
        if paper.state == "read"
        else N_("Not in any of your topics, so it was skipped: {title}")
    )
    return lazy_gettext(
        moved if topic else none,
        topic=plain(topic or ""),
        title=title_text(paper.record.title),
    )


def wrong_topic(
    library: Library, paper: LibraryPaper, topic: str | None, *, listed: str | None = None
) -> WrongTopic:
    """Record that a paper is of another topic of feeds.toml, or of no own one (None).

    listed: the topic under which the list shows it, where that is known. A paper that leaves
    the own topics is skipped too; one with a note stays. Raises NotKnown, UsageError.
    """
    listed = listed or topic_now(library, paper)
    target = _find_topic(library, topic) if topic is not None else None
    if target and target.path == listed:
        raise _listed_already(library, target.path)
    # Of none of the person's: a word on each own topic, so that no other one takes it in.
    own = [t.path for t in library.config.own_topics]
    words: dict[str, LessonKind] = {listed: "no"} if listed else {}
    words |= {target.path: "yes"} if target else dict.fromkeys(own, "no")
    is_sorted_out = target is None or (target.lane == "near" and listed in own)
    is_skipped = is_sorted_out and paper.state not in ("skip", "read")
    db, now, on, moment = library.db, library.now(), library.today(), late_moment(library)
    with db.writing():
        # Something was decided or said since the moment of an act that arrives late.
        is_overtaken = moment is not None and bool(
            decisions.decided_after(db, [paper.row], moment)
            or labels.was_taught_after(db, paper.row, moment)
        )
        # One act for words, skip and filing, so that `undo` takes all of them back.
        act = decisions.next_act(db)
        labels.add_words(db, paper.row, words, act=act, at=now, on=on)
        if is_skipped:
            decisions.add_decisions(db, "skip", [paper.row], at=now, on=on, act=act)
        if is_filed := paper.topic is not None:
            # It was picked once: its files follow at the next gather.
            folder = target.path if target else UNFILED
            decisions.add_filing(db, paper.row, folder, at=now, act=act)
        if (sent := sent_act(library)) and is_overtaken:
            arrived = sent.arrived_at
            decisions.undo_act(db, act, at=arrived, on=library.day_of(arrived))
            sent.overtaken.append(paper)
        keep_arrival(library)
    [paper] = papers.papers_at(db, [paper.row])
    path = target.path if target else None
    message = _moved_text(paper, path, is_skipped=is_skipped)
    if is_filed and pdfs.places(db, [paper.row]):
        message = lazy_gettext("{what}. Its files are moved at the next gather.", what=message)
    return WrongTopic(paper, path, is_sorted_out, "" if is_overtaken else message)


def _find_topic(library: Library, text: str) -> Topic:
    wanted = text.strip("/ ").casefold()
    found = next((t for t in library.config.topics if t.path.casefold() == wanted), None)
    if found is None:
        hint = lazy_gettext("Topics in feeds.toml: {names}.", names=_names(library, None))
        raise NotKnown(
            what=lazy_gettext("There is no topic named {topic}.", topic=plain(text)), hint=hint
        )
    return found


def _names(library: Library, but: str | None) -> Joined:
    return Joined([topic.path for topic in other_topics(library, but)], N_(", "))


def undone_text(outcome: UndoOutcome) -> Message:
    """Write what an undo took back: of which papers, and what it was."""
    if outcome.unmuted:
        names = Joined([plain(mute.value) for mute in outcome.unmuted], N_(", "))
        return lazy_gettext("No longer muted: {what}", what=names)
    if not outcome.several:
        return lazy_gettext("There is nothing to undo.")
    kinds = dict.fromkeys(UNDONE[kind] for _unused, kind in outcome.several)
    what = Joined([lazy_gettext(kind) for kind in kinds], N_(", "))
    if (n := len(outcome.several)) > 1:
        return lazy_ngettext(
            "Undone ({what}): {n} paper", "Undone ({what}): {n} papers", n, what=what
        )
    [(paper, _unused)] = outcome.several
    title = title_text(paper.record.title)
    return lazy_gettext("Undone ({what}): {title}", what=what, title=title)


ALREADY = {
    "pick": N_("Already picked: {title}"),
    "skip": N_("Already skipped: {title}"),
}
LATER_TEXTS = {
    True: N_("Put off until {day}: {title}"),
    False: N_("Already put off until {day}: {title}"),
}
"""By whether a paper was put off now."""
_ELSEWHERE = {
    "pick": N_("Just picked elsewhere: {title}"),
    "skip": N_("Just skipped elsewhere: {title}"),
    "read": N_("Just written up elsewhere: {title}"),
    "candidate": N_("Just undone elsewhere: {title}"),
}


@dataclass(slots=True)
class Deciding:
    """Decides on the papers of one list, and keeps their present states.

    papers: by row, all that the list can show. acted: those decided here, each once. words: by
    row, what the person said of a paper's topics. queued: those that stand in the queue alone,
    picked earlier. put_off: until when those are put off that are. n_acts: how many acts on each
    were done here and not taken back.
    """

    library: Library
    papers: dict[int, LibraryPaper]
    acted: set[int] = field(default_factory=set)
    words: dict[int, dict[str, labels.LessonKind]] = field(default_factory=dict)
    queued: frozenset[int] = frozenset()
    put_off: dict[int, date] = field(default_factory=dict)
    n_acts: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.words = labels.words_on(self.library.db, self.papers)

    @property
    def states(self) -> dict[int, State]:
        return {row: paper.state for row, paper in self.papers.items()}

    def refresh(self, rows: Iterable[int] | None = None) -> bool:
        """Read the decisions that others made meanwhile; returns whether anything changed."""
        wanted = list(self.papers if rows is None else rows)
        found = {
            h.row: h for h in papers.papers_at(self.library.db, wanted) if h.row in self.papers
        }
        changed = {row for row, h in found.items() if h.state != self.papers[row].state}
        self.papers.update(found)
        if rows is None:
            self.words = labels.words_on(self.library.db, self.papers)
            self._read_put_off()
        return bool(changed)

    def decide(self, kind: Kind, row: int) -> tuple[bool, Text]:
        """Pick or skip a paper; returns whether it was done, and the message to show.

        A pick that was put off can be picked again, which brings it back.
        """
        title = title_text(self.papers[row].record.title)
        with self.library.db.writing():
            # In the transaction: between this look and the decision nobody else decides.
            is_changed = self.refresh([row])
            state = self.papers[row].state
            is_back = state == kind == "pick" and bool(put_off(self.library, [row]))
            if state == kind and not is_back:  # elsewhere, or by the first half of a double tap
                return True, lazy_gettext(ALREADY[kind], title=title)
            if is_changed and not is_back:
                return False, lazy_gettext(_ELSEWHERE[state], title=title)
            if state == "read":
                return False, lazy_gettext(
                    "Not skipped, because it has your note: {title}", title=title
                )
            [now] = decide_rows(self.library, kind, [row])
        self.papers[row] = now
        self.acted.add(row)
        self.n_acts[row] += 1
        self.put_off.pop(row, None)
        key = N_("Picked for {topic}: {title}") if kind == "pick" else N_("Skipped: {title}")
        return True, lazy_gettext(key, title=title, topic=folder_name(plain(now.topic or "")))

    def later(self, row: int) -> tuple[bool, Text]:
        """Put a paper of the queue off; returns whether it was done, and the message to show."""
        title = title_text(self.papers[row].record.title)
        with self.library.db.writing():
            if self.refresh([row]):
                return False, lazy_gettext(_ELSEWHERE[self.papers[row].state], title=title)
            if self.papers[row].state != "pick":
                return False, lazy_gettext("Only a paper in the queue can be put off.")
            _unused, until, new = later_rows(self.library, [row], LATER_DAYS)
        self.put_off[row] = until
        self.n_acts[row] += len(new)
        return True, lazy_gettext(LATER_TEXTS[bool(new)], title=title, day=until)

    def _read_put_off(self) -> None:
        picks = [row for row, paper in self.papers.items() if paper.state == "pick"]
        self.put_off = put_off(self.library, picks) if picks else {}

    def wrong(self, row: int, topic: str | None, *, listed: str | None = None) -> tuple[bool, Text]:
        """Record that a paper is of another topic, or of none (None).

        listed: the topic under which the list shows it. Returns whether it was done, and the
        message to show.
        """
        title = title_text(self.papers[row].record.title)
        with self.library.db.writing():
            if self.refresh([row]):
                return False, lazy_gettext(_ELSEWHERE[self.papers[row].state], title=title)
            found = wrong_topic(self.library, self.papers[row], topic, listed=listed)
        self.papers[row] = found.paper
        self.words = labels.words_on(self.library.db, self.papers)
        self.acted.add(row)
        self.n_acts[row] += 1
        return True, found.message

    def tag(self, row: int, typed: str) -> Text:
        """Give a paper the tags of a typed list, and no others; returns the message to show."""
        paper = self.papers[row]
        done = tag(self.library, [row], to_become(paper.tags, tags_in(typed)))
        [self.papers[row]] = done.several
        self.n_acts[row] += bool(done.changed)
        title, tags = title_text(paper.record.title), self.papers[row].tags
        if done.problems:
            return done.problems[0].message
        if not done.changed:
            return lazy_gettext("The tags are unchanged.")
        key = N_("Tags: {tags}: {title}") if tags else N_("No tags: {title}")
        return lazy_gettext(key, tags=Joined(tags), title=title)

    def waiting(self, rows: Sequence[int]) -> list[int]:
        """Select the papers that have no decision."""
        return [row for row in rows if self.papers[row].state == "candidate"]

    def skip_all(self, rows: Sequence[int]) -> Message:
        """Skip the papers that still have no decision, in one act; returns the message to show."""
        with self.library.db.writing():
            self.refresh(rows)
            left = self.waiting(rows)
            if left:
                decide_rows(self.library, "skip", left)
        self.refresh(left)
        self.acted.update(left)
        return lazy_ngettext(
            "Skipped {n} paper. u undoes this.", "Skipped {n} papers. u undoes this.", len(left)
        )

    def undo(self) -> tuple[list[int], Message]:
        """Take back the last act on papers of this list, or a mute of today; returns its papers
        and the message.

        On papers of the queue only acts that were done here are taken back.
        """
        # Their picks are of other days: to lose one by an undo here would be a surprise.
        only = {row for row in self.papers if row not in self.queued or self.n_acts[row] > 0}
        outcome = take_back_act(self.library, only=only)
        undone = [paper for paper, _kind in outcome.several]
        self.n_acts.subtract(paper.row for paper in undone)
        self.papers.update({h.row: h for h in undone})
        self.words = labels.words_on(self.library.db, self.papers)
        self._read_put_off()
        return [h.row for h in undone], undone_text(outcome)

    def outcome(self) -> tuple[list[int], int]:
        """Return the papers picked here that still are, and the number skipped here."""
        states = self.states
        here = self.acted - self.queued
        picked = [row for row in self.papers if row in here and states[row] == "pick"]
        return picked, sum(states[row] == "skip" for row in self.acted)


@dataclass(frozen=True, slots=True)
class ActOutcome:
    """The outcome of an act: the paper as it stands now, the message to show, and whether it was
    done. paper: None where there was nothing to take back."""

    paper: LibraryPaper | None
    message: Text
    is_done: bool = True


def decide_seen(library: Library, kind: Kind, id_: str, seen: State) -> ActOutcome:
    """Pick or skip one paper that somebody saw in a state, perhaps long ago.

    A decision that another device made meanwhile stays, and the message says so.
    """
    paper = find_paper(library, id_)
    if (sent := sent_act(library)) and sent.is_late and paper.state != "read":
        # By when it was meant, and not by what was seen then: the later decision stands.
        [now] = decide_rows(library, kind, [paper.row])
        return ActOutcome(now, "", is_done=now.state == kind)
    one = Deciding(library, {paper.row: replace(paper, state=seen)})
    is_done, message = one.decide(kind, paper.row)
    return ActOutcome(one.papers[paper.row], message, is_done)


def wrong_seen(library: Library, id_: str, topic: str | None, seen: State) -> ActOutcome:
    """Record that a paper's topic is wrong, which somebody saw in a state, perhaps long ago."""
    paper = find_paper(library, id_)
    if (sent := sent_act(library)) and sent.is_late:
        # By when it was meant, and not by what was seen then: the later word stands.
        found = wrong_topic(library, paper, topic)
        return ActOutcome(found.paper, found.message, is_done=bool(found.message))
    one = Deciding(library, {paper.row: replace(paper, state=seen)})
    # A note that was written meanwhile does not stand against a word on the topic.
    if paper.state == "read":
        one = Deciding(library, {paper.row: paper})
    is_done, message = one.wrong(paper.row, topic)
    return ActOutcome(one.papers[paper.row], message, is_done)


def skip_seen(library: Library, ids: Sequence[str]) -> int:
    """Skip the papers that still have no decision, in one act; returns their number."""
    found = {paper.row: paper for paper in (find_paper(library, id_) for id_ in ids)}
    several = Deciding(library, found)
    if waiting := several.waiting(list(found)):
        several.skip_all(waiting)
    return len(several.acted)


def take_back(library: Library, id_: str) -> ActOutcome:
    """Take back the newest decision on one paper, whatever was decided on others since."""
    paper = find_paper(library, id_)
    with library.db.writing():
        undone = decisions.undo_of(
            library.db, paper.row, at=library.now(), on=library.today(), until=late_moment(library)
        )
        keep_arrival(library)
    [now] = papers.papers_at(library.db, [paper.row])
    found = UndoOutcome(undone_of([now], undone) if undone else ())
    return ActOutcome(now, undone_text(found), bool(undone))


def take_back_last(library: Library, day: date) -> ActOutcome:
    """Take back the last act, as `reader undo` does, if it was on a paper of a day's list.

    Raises UsageError where it was on another paper.
    """
    # A day that showed nothing yet has no list to keep to.
    found = take_back_act(library, only=standings.shown_on(library.db, day) or None)
    paper = next((paper for paper, _kind in found.several), None)
    return ActOutcome(paper, undone_text(found), bool(found.several or found.unmuted))


def take_back_numbered(library: Library, number: int) -> ActOutcome:
    """Take back the act of a number, whatever was done since.

    Raises NotKnown, UsageError; also for an import, which a page does not take back.
    """
    if imports.standing(library.db, act=number):
        what = lazy_gettext("There is no act {n} that stands.", n=number)
        raise UsageError(what=what, hint=lazy_gettext("`reader undo {n}` undoes it.", n=number))
    found = take_back_act(library, number)
    message = undone_text(found)
    for problem in found.problems:
        message = lazy_gettext("{message} {more}", message=message, more=problem.message)
    return ActOutcome(next((paper for paper, _kind in found.several), None), message)


LONGEST = 200
"""Characters of what is muted."""

MOST_DAYS = 3_650


def mute_lines(library: Library) -> list[MuteLine]:
    """List all mutes that were not taken back, the oldest first."""
    several, today = standing_mutes(library.db), library.today()
    days = last_muted_days(library.db) if several else {}
    return [mute_line(one, days.get(one.id), today) for one in several]


def mute(
    library: Library, several: Iterable[tuple[MuteKind, str]], *, until: date | None = None
) -> tuple[list[Mute], list[Mute]]:
    """Mute in one act, up to a last day; returns what is muted now, and what was already.

    Raises UsageError for a value that nothing can have, or a day that is over.
    """
    db, today = library.db, library.today()
    if until and until < today:
        what = lazy_gettext("{day} is over: a mute until then would hide nothing.", day=until)
        raise UsageError(what=what, hint=lazy_gettext("Name a day to come: --until 2031-03-04."))
    checked = [(kind, _value(library, kind, plain(value))) for kind, value in several]
    wanted = {mute_key(kind, value): (kind, value) for kind, value in checked}
    with db.writing():
        there = {one.key: one for one in standing_mutes(db) if one.holds(today)}
        new = [both for key, both in wanted.items() if key not in there]
        if new:
            add_mutes(db, new, until=until, at=library.now(), on=today)
        keep_arrival(library)
    now = {one.key: one for one in standing_mutes(db)}
    keys = {mute_key(*both) for both in new}
    return [now[k] for k in wanted if k in keys], [there[k] for k in wanted if k not in keys]


def unmute(library: Library, several: Iterable[tuple[MuteKind, str]]) -> list[Mute]:
    """Take mutes back, also those that have ended. Raises NotKnown for what is not muted."""
    wanted = {mute_key(kind, plain(value)): plain(value) for kind, value in several}
    with library.db.writing():
        found = [one for one in standing_mutes(library.db) if one.key in wanted]
        missing = wanted.keys() - {one.key for one in found}
        if missing:
            names = Joined([wanted[key] for key in wanted if key in missing], N_(", "))
            raise NotKnown(
                what=lazy_gettext("This is not muted: {names}.", names=names),
                hint=lazy_gettext("`reader mute --list` lists what is."),
            )
        take_mutes_back(library.db, found, at=library.now(), on=library.today())
        keep_arrival(library)
    return found


def parts_of(library: Library, paper: LibraryPaper) -> list[tuple[MuteKind, str]]:
    """List what of a paper can be muted."""
    # Imported here and in `_value`: it loads what asks sources, which `pick` need not wait for.
    from reader.gathering.gather import source_names
    from reader.gathering.rows import sources

    db, known = library.db, set(source_names(library.config))
    origins = [o for o in papers.origins_of(db, [paper.row]).get(paper.row, ()) if o in known]
    mentions = sources.mentions_of(db, [paper.row])
    return list(mutable_parts(paper.record, library.config.near_topics, origins, mentions))


def part_in(text: str) -> tuple[MuteKind, str]:
    """Read what is muted from KIND:VALUE, as pages have it. Raises UsageError."""
    kind, _colon, value = text.partition(":")
    if kind not in get_args(MuteKind):
        raise UsageError(
            what=lazy_gettext("{text} cannot be muted.", text=repr(kind[:80])),
            hint=lazy_gettext("Use the buttons of the page."),
        )
    return cast("MuteKind", kind), value


def last_day(library: Library, days: int | None) -> date | None:
    """Compute the last of some days, today being the first; None for no end."""
    return library.today() + timedelta(days=days - 1) if days else None


def _value(library: Library, kind: MuteKind, value: str) -> str:
    """Check a value, and write it as the program does."""
    if not any(c.isalnum() for c in value) or len(value) > LONGEST:
        raise UsageError(
            what=lazy_gettext("{text} cannot be muted.", text=repr(value[:80])),
            hint=lazy_gettext("Name a word, or --author, --category or --source with a name."),
        )
    if kind == "category":
        return class_named(value)
    if kind == "source":
        from reader.gathering.gather import source_names

        known = source_names(library.config)
        if value not in known:
            raise UsageError(
                what=lazy_gettext("There is no source named {name}.", name=value),
                hint=lazy_gettext("feeds.toml has: {names}.", names=Joined(known, N_(", "))),
            )
    return value


def class_named(name: str, known: Iterable[str] = CLASSES) -> str:
    """Write a class of arXiv as arXiv does. Raises UsageError for a name that is not known."""
    named = {one.casefold(): one for one in known}
    if name.casefold() not in named:
        near = nearest_class(name)
        raise UsageError(
            what=lazy_gettext("arXiv has no category {name}.", name=name),
            hint=lazy_gettext("Did you mean {near}?", near=near)
            if near
            else lazy_gettext("Categories are named as in feeds.toml: cs.CL, eess.AS."),
        )
    return named[name.casefold()]
