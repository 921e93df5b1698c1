"""Write why a paper is in the list and what else a morning has; find the next paper to decide on.

Lists are papers (rows of the library) in the order shown. Knows no screen and no page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from reader.base.messages import say
from reader.base.text import plain
from reader.library.file_names import folder_name
from reader.library.paper import State
from reader.library.passage import minutes, paper_seconds
from reader.morning.values import (
    Candidate,
    Entry,
    Morning,
    NewVersion,
    QueueEntry,
    SourceLine,
    Sureness,
)
from reader.ranking.heat import FORECAST, MUCH_CITED, velocity
from reader.ranking.model import LEAST_TELLING, names_of
from reader.ranking.rank import Term, in_print, total

MOST_WORDS = 3
"""Learned words that a sentence names: the weightiest."""

A_CLASS = 0.1
"""The least that a learned word, or an arXiv class, must add to be a reason."""

AUTHOR = 0.35
"""The least that an author must add to be a reason: less comes from a single paper, often this
one."""

Verdict = Literal["own", "doubtful", "near", "wild", "in", "out"]
"""Where a paper stands: its lane; or, if it is in no list, its place in its topic."""

FORETELLS = ("record", "text", "place")
A_REASON = 0.3
"""The least that one of these must add to the forecast's log-odds to be a reason. Below: how many
of them a sentence names, the weightiest."""
MOST_FORETELLING = 2


def why(candidate: Candidate, terms: Sequence[Term]) -> str:
    """Write the reasons why a paper is in the list, in one sentence.

    terms: those of its score and, in the near lane, of its nearest topic.
    """
    # The person's own words first, then who wrote it, what it says, what it is near to, and who
    # speaks of it; what is weak is named only where there is nothing else.
    parts: list[str] = []
    for term in terms:
        if term.kind in ("told_yes", "told_no"):
            key = "why.told_yes" if term.kind == "told_yes" else "why.told_no"
            parts.append(say(key, what=term.what))
    if candidate.followed:
        key = "why.followed" if candidate.is_followed_surely else "why.followed_perhaps"
        parts.append(say(key, name=candidate.followed))
    is_silent = total(candidate.heat) <= 0 and not candidate.mentions
    talk = _foretold(terms) if is_silent else _talk(candidate, terms)
    parts += [*_words(terms), *_neighbours(terms), *talk]
    return sentence(parts or _alike(terms))


def sentence(parts: Iterable[str]) -> str:
    """Join reasons into one sentence."""
    return (say("why.joint").join(parts) or say("why.nothing")) + say("why.end")


def of_terms(terms: Sequence[Term]) -> list[str]:
    """List the reasons in a topic's score for a paper that is in no list."""
    return [*_words(terms), *_neighbours(terms)] or [*_alike(terms)]


_VERDICTS = {
    "own": "verdict.own",
    "in": "verdict.in",
    "doubtful": "verdict.doubtful",
    "near": "verdict.near",
    "wild": "verdict.wild",
    "out": "verdict.out",
}


def verdict(place: Verdict, reasons: str) -> str:
    """Write where a paper stands and why, in one sentence: "In: “ASR” in the title."."""
    return say(_VERDICTS[place], why=reasons)


def _words(terms: Sequence[Term]) -> Iterator[str]:
    title, abstract = (names_of(terms, kind) for kind in ("title", "abstract"))
    if both := [word for word in title if word in abstract]:
        yield say("why.both", words=_quoted(both))
    if words := [word for word in title if word not in abstract]:
        yield say("why.title", words=_quoted(words))
    if scattered := names_of(terms, "scattered"):
        yield say("why.scattered", words=_quoted(scattered))
    if words := [word for word in abstract if word not in title]:
        yield say("why.abstract", words=_quoted(words))
    telling = _learned(terms, LEAST_TELLING)
    if telling and not title and not abstract:
        yield say("why.learned", words=_quoted(telling))
    if authors := names_of((t for t in terms if t.value >= AUTHOR), "author")[:1]:
        yield say("why.author", name=authors[0])


def _alike(terms: Sequence[Term]) -> Iterator[str]:
    """Write what a paper shares with its topic's papers, where nothing else speaks for it: its
    class, or words of little weight."""
    classes = names_of((t for t in terms if t.value >= A_CLASS), "category")
    if classes:
        yield say("why.category", what=classes[0])
    elif words := _learned(terms, 0.0):
        yield say("why.learned", words=_quoted(words))


def _learned(terms: Sequence[Term], least: float) -> list[str]:
    """Choose the weightiest learned words; numbers mean nothing to a person."""
    words = names_of((t for t in terms if t.value >= least), "learned")
    return [word for word in words if not word.isdecimal()][:MOST_WORDS]


_NEIGHBOURS = {
    "note": "why.note",
    "seed": "why.seed",
    "paper": "why.paper",
    "nearness": "why.nearness",
    "left": "why.left",
}


def _neighbours(terms: Sequence[Term]) -> Iterator[str]:
    for kind, key in _NEIGHBOURS.items():
        for what in names_of(terms, kind):
            yield say(key, what=what)


_FORETOLD = {
    "record": "why.foretold.record",
    "text": "why.foretold.text",
    "place": "why.foretold.place",
}


def _foretold(terms: Sequence[Term]) -> Iterator[str]:
    """Write that nobody has spoken of a paper yet, and why somebody is likely to."""
    if not any(t.kind in FORETELLS for t in terms):
        return
    yield say("why.foretold")
    found = [t for t in terms if t.kind in FORETELLS and t.value >= FORECAST * A_REASON]
    for term in sorted(found, key=lambda t: -t.value)[:MOST_FORETELLING]:
        if term.kind != "record" or term.what:  # else no paper of theirs was talked about
            yield say(_FORETOLD[term.kind])


def _talk(candidate: Candidate, terms: Sequence[Term]) -> Iterator[str]:
    if candidate.was_foretold:
        yield say("why.again")
    # Each person once, however their name is written, the weightiest first.
    names: dict[str, str] = {}
    for mention in candidate.mentions:
        names.setdefault(mention.author.casefold(), mention.author)
    weights = {
        t.what.casefold(): t.value for t in candidate.heat if t.kind in ("mention", "repost")
    }
    people = [names[name] for name in sorted(names, key=lambda n: -weights.get(n, 0.0))]
    if people:
        listed = say("list").join(people[:2])
        key = "why.mentions_more" if len(people) > 2 else "why.mentions"
        yield say(key, people=listed, n=len(people) - 2)
    if candidate.n_votes and names_of(terms, "votes"):
        yield say("why.votes", n=candidate.n_votes)
    n, months = candidate.n_citations, candidate.n_months
    if velocity(n, months) >= MUCH_CITED:
        yield say("why.cited", n=n, months=months) if months != 1 else say("why.cited_at_once", n=n)


def _quoted(words: Iterable[str]) -> str:
    return say("list").join(say("why.quoted", what=word) for word in words)


LITTLE = 0.05
"""A learned word that adds less than this, either way, is not named: it means nothing to a
person."""


_RECORD = re.compile(r"(.*): (\d+) of (\d+)", re.DOTALL)
"""An author's earlier papers that were talked about, as a kept sum writes them."""


def sum_rows(terms: Sequence[Term]) -> Iterator[tuple[float, str]]:
    """Split a sum into (value, reason) in three digits; the rounded values add up.

    Learned words of little weight, of which there are dozens, are one row without the words.
    """
    small: list[float] = []
    for term, value in in_print(terms):
        if term.kind == "learned" and abs(term.value) < LITTLE:
            small.append(value)
        elif value:
            yield value, term_text(term)
    if small:
        yield round(sum(small), 3), say("why.little", n=len(small))


_TERMS = {
    "start": "term.start",
    "title": "term.title",
    "scattered": "term.scattered",
    "abstract": "term.abstract",
    "learned": "term.learned",
    "author": "term.author",
    "category": "term.category",
    "nearness": "term.nearness",
    "note": "term.note",
    "seed": "term.seed",
    "paper": "term.paper",
    "told_yes": "term.told_yes",
    "told_no": "term.told_no",
    "followed": "term.followed",
    "taste": "term.taste",
    "surely": "term.surely",
    "mention": "term.mention",
    "repost": "term.repost",
    "votes": "term.votes",
    "citations": "term.citations",
    "class": "term.class",
    "closeness": "term.closeness",
    "far": "term.far",
    "left": "term.left",
    "text": "term.text",
    "record": "term.record",
    "authors": "term.authors",
    "place": "term.place",
    "days": "term.days",
}


def term_text(term: Term) -> str:
    """Name a term of a score, in words."""
    what = term.what
    # The forecast keeps its numbers as plain text, without a language.
    if term.kind == "record" and (counted := _RECORD.fullmatch(what)):
        author, n, of = counted.groups()
        what = say("term.record.of", author=author, n=n, of=of)
    if term.kind not in _TERMS:
        return say("term.other", kind=term.kind, what=term.what)
    # Of what nothing is known the sum says that much.
    return say(_TERMS[term.kind], what=what).removesuffix(": ")


ARXIV = "arXiv"


PLACES = {
    "in": "place.in",
    "doubtful": "place.doubtful",
    "out": "place.out",
}
"""How a paper stands to a topic, in words."""

STEPS = {
    "learn": "step.learn",
    "add": "step.add",
    "gather": "step.gather",
    "link": "step.link",
    "resolve": "step.resolve",
    "pdf": "step.pdf",
    "extract": "step.extract",
    "picture": "step.picture",
    "words": "step.words",
    "cite": "step.cite",
    "encode": "step.encode",
}
"""Names of the steps of work, by the label that progress is told under."""

_NOT_NAMED = {
    "by hand": "source.by_hand",
    "citations": "source.citations",
    "posts": "source.posts",
}
"""Sources without a name of their own: this program names them, in the language spoken."""


def source_name(source: str) -> str:
    """Name a source; names that are this program's own are in the language spoken."""
    return say(_NOT_NAMED[source]) if source in _NOT_NAMED else source


def families(origins: Sequence[str]) -> list[str]:
    """Name the sources that a paper came by, arXiv's several channels as one."""
    return list(dict.fromkeys(ARXIV if o.startswith(ARXIV) else source_name(o) for o in origins))


def topic_text(entry: Entry) -> str:
    """Name the topic of a line: the folder, else the topic that it fits, both where two are
    close; "" for none."""
    if entry.is_outside:
        return say("today.outside")
    if entry.held.topic:
        return folder_name(entry.held.topic)
    return say("list").join((entry.topic, *entry.also)) if entry.topic else ""


SURENESS_MARKS: Mapping[Sureness, str] = {"sure": "⣿", "likely": "⣤", "maybe": "⣀"}
"""Three heights, one column wide in any font."""


def sureness_mark(entry: Entry) -> str:
    """Return the mark beside a title that says how surely the paper belongs to an own topic,
    "" where that is not asked."""
    return SURENESS_MARKS[entry.sureness] if entry.sureness else ""


def n_talked(entries: Sequence[Entry]) -> int:
    """Count the papers that are in a list because somebody spoke of them."""
    return sum(not entry.is_foretold for entry in entries)


def n_mine(entries: Iterable[Entry]) -> int:
    """Count the papers of the own lane without those that the person sorted out."""
    return sum(not entry.is_sorted_out for entry in entries)


def theme_counts(entries: Iterable[Entry], theme_of: Mapping[str, str]) -> dict[str, int]:
    """Count the papers of the own lane by theme; a theme without any has 0."""
    counts = dict.fromkeys(theme_of.values(), 0)
    for entry in entries:
        # Where a paper is filed says more than what it fits; a finer folder is no topic.
        theme = theme_of.get(entry.held.topic or "") or theme_of.get(entry.topic or "")
        if theme:
            counts[theme] += 1
    return counts


def theme_texts(morning: Morning, *, is_brief: bool = False) -> list[str]:
    """Count, in words, the papers of each own theme; none only where all were asked for.

    is_brief: of the themes without any alone.
    """
    of_day = "today.theme.none" if morning.is_today else "today.theme.none_that_day"
    none = of_day if morning.is_complete else "today.theme.none_yet"
    if morning.folded and morning.is_complete:
        none = "today.theme.none_folded"
    counts = theme_counts((morning.folded or morning).own, morning.theme_of)
    return [
        say("today.theme" if n else none, theme=plain(theme), n=n)
        for theme, n in counts.items()
        if not (n and is_brief)
    ]


def no_network_text(sources: Sequence[SourceLine]) -> str:
    """Report that none of several sources can be reached, and for which days; "" if one can.

    Then nothing else needs to be reported of any of them.
    """
    tried = [s for s in sources if s.state != "not needed"]
    n = len({s.name for s in tried})
    # Of a single source its own line says as much: it may be its host and not the network.
    if n < 2 or not all(s.is_unreachable for s in tried):
        return ""
    days = sorted({s.covers for s in tried if s.covers})
    between = say("source.between", first=days[0], last=days[-1]) if len(days) > 1 else days[0]
    return say("source.no_network", n=n, days=between)


def incomplete_text(sources: Sequence[SourceLine]) -> str:
    """Warn above the list that it is not complete, and why; "" where it is."""
    names = say("list").join(dict.fromkeys(s.name for s in sources if s.is_missing))
    why = no_network_text(sources)
    if why or not names:
        return say("today.no_network", why=why) if why else ""
    return say("today.incomplete", names=names)


def missing_texts(sources: Sequence[SourceLine]) -> list[str]:
    """Name each source of which something is missing, of which day, and what happens next.

    Nothing where `no_network_text` reports all of them.
    """
    missing = [s for s in sources if s.is_missing]
    if no_network_text(sources):
        return []
    silent = [s.name for s in missing if s.state == "not asked" and not (s.covers or s.error)]
    unreached = [s for s in missing if s.is_unreachable and s.covers
                 and s.state in ("failed", "not asked")]  # fmt: skip
    if len({s.name for s in unreached}) < 2:
        unreached = []
    of_days: dict[SourceLine, list[SourceLine]] = {}
    for line in missing:
        if line.name not in silent and line not in unreached:
            of_days.setdefault(replace(line, covers=None), []).append(line)
    # After an outage there are many: the same of several days, or sources, is said in one line.
    alike: dict[tuple[SourceLine, ...], list[list[SourceLine]]] = {}
    for several in of_days.values():
        # Sources without a reason are never joined; silent hosts share one reason.
        name = "" if several[0].error else several[0].name
        key = tuple(
            replace(line, name=name, error="" if line.is_unreachable else _cause(line))
            for line in several
        )
        alike.setdefault(key, []).append(several)
    texts = [_unreached_text(unreached)] if unreached else []
    texts += [_text_of_several(groups) for groups in alike.values()]
    if silent:
        texts.append(say("source.not_asked", name=say("list").join(dict.fromkeys(silent))))
    return texts


NAMES_IN_ERRORS = ("arXiv API", "arXiv OAI-PMH")
"""What arXiv's sources were called in errors; such sentences are still stored."""


def reason_of(name: str, error: str) -> str:
    """Return the bare reason of a failure, without the source's name and the time.

    error: of a batch of that source. "arXiv: not asked again before 17:10, failed 1 time:
    arXiv API: no answer (no route)" is "no answer (no route)".
    """
    heads = [f"{one}: " for one in (name, *NAMES_IN_ERRORS)]
    return error[max(error.rfind(h) + len(h) if h in error else 0 for h in heads) :]


def _unreached_text(lines: Sequence[SourceLine]) -> str:
    """Name the sources whose hosts are silent, with one reason for all.

    The days that they lack are named only where all of them lack the same.
    """
    names = say("list").join(dict.fromkeys(line.name for line in lines))
    lacks: dict[str, set[date | None]] = {}
    for line in lines:
        lacks.setdefault(line.name, set()).add(line.covers)
    text = say("source.unreached", name=names)
    if len({frozenset(days) for days in lacks.values()}) == 1:
        of_one = [line for line in lines if line.name == lines[0].name]
        text = _source_text([replace(s, name=names, state="failed", error="") for s in of_one])
    causes = {reason_of(line.name, line.error) for line in lines}
    cause = causes.pop() if len(causes) == 1 else say("source.hosts", n=len(causes))
    return f"{text.rstrip('.。')}: {cause}"


def counted(sources: Sequence[SourceLine]) -> list[SourceLine]:
    """Choose the sources whose numbers were counted against their own totals."""
    # The API's count is the day's; the feeds' stand in `reader sources`.
    is_feed = f"{ARXIV} feed"
    return [
        s
        for s in sources
        if s.state == "complete" and s.expected is not None and not s.name.startswith(is_feed)
    ]


def n_answered(sources: Sequence[SourceLine]) -> tuple[int, int]:
    """Count the sources that gave all that they should, and all that were asked.

    A source that there was nothing to ask for is in neither number.
    """
    n_all = len({s.name for s in sources if s.state != "not needed"})
    return n_all - len({s.name for s in sources if s.is_missing}), n_all


def queue_text(morning: Morning) -> str:
    """Write the queue's heading; on a day without news, that the day's papers come from it."""
    if leads_to_queue(morning):
        key = "queue.lead" if morning.is_complete else "queue.lead.partly"
        return say(key, to_go=morning.quota.to_go)
    return say("queue.head", n=len(morning.queue))


def leads_to_queue(morning: Morning) -> bool:
    """Check whether the day's papers are to be read from the queue, as nothing new waits."""
    return bool(morning.queue and morning.quota.to_go and not morning.has_news)


def queue_facts(queued: QueueEntry) -> list[str]:
    """Describe when a paper was picked, how long its text takes, whether its PDF is here."""
    return [say("queue.picked", day=queued.picked_on), *queue_reading(queued)]


def queue_reading(queued: QueueEntry) -> list[str]:
    """Describe how long a paper's text takes, and whether its PDF is here."""
    time = "queue.minutes" if queued.is_whole else "queue.minutes.abstract"
    pdf = "queue.pdf" if queued.has_pdf else "queue.no_pdf"
    return [say(time, n=queued.minutes), say(pdf)]


def queue_entry(queued: QueueEntry) -> Entry:
    """Make a line of the list for a paper of the queue."""
    why = say("queue.why", day=queued.picked_on)
    return Entry(queued.held, None, queued.held.topic, 0.0, why, (), (), queued=queued)


def pdfs_texts(morning: Morning) -> list[str]:
    """Explain how many PDFs of the queue are here, what happens to the others, and why some could
    not be fetched; nothing where nothing was picked."""
    pdfs = morning.pdfs
    if pdfs is None:
        return []
    if pdfs.n == pdfs.of:
        state = ""
    elif morning.fetching == "now":
        state = say("queue.pdfs.fetching")
    elif pdfs.n + pdfs.n_failed >= pdfs.of:
        state = say("queue.pdfs.again")
    else:
        rest = say("queue.pdfs.rest_one" if pdfs.of == 1 else "queue.pdfs.rest")
        state = say("queue.pdfs.log" if morning.fetching else "queue.pdfs.waiting", rest=rest)
    failed = say("queue.pdfs.failed", n=pdfs.n_failed) if pdfs.n_failed else ""
    text = say("queue.pdfs", n=pdfs.n, of=pdfs.of, failed=failed, state=state)
    if pdfs.of == 1:
        text = say("queue.pdfs.one_here" if pdfs.n else "queue.pdfs.one", state=state)
    return [text, *(say("queue.reason", error=plain(error).rstrip("."), n=n)
                    for error, n in pdfs.failed)]  # fmt: skip


_FIELDS = {
    "title": "today.changed.title",
    "authors": "today.changed.authors",
    "abstract": "today.changed.abstract",
    "comment": "today.changed.comment",
}


def changed_text(version: NewVersion) -> str:
    """Name the fields that a new version changed, "" where none are known; the comment is quoted
    as it is now: "accepted at …"."""
    comment = version.held.paper.comment
    names = [
        say("today.changed.comment_now", comment=comment)
        if field == "comment" and comment
        else say(_FIELDS[field])
        for field in version.changed
    ]
    return say("today.changed", fields=say("list").join(names)) if names else ""


def _cause(line: SourceLine) -> str:
    """Return an error without the name of its source."""
    return line.error.removeprefix(f"{line.name}: ")


def _text_of_several(groups: Sequence[Sequence[SourceLine]]) -> str:
    """Report sources that lack the same days for the same reason, in one line."""
    if len(groups) == 1:
        return _source_text(groups[0])
    names = say("list").join(group[0].name for group in groups)
    text = _source_text([replace(line, name=names, error="") for line in groups[0]])
    causes = {_cause(group[0]) for group in groups}
    cause = causes.pop() if len(causes) == 1 else say("source.hosts", n=len(causes))
    return f"{text.rstrip('.。')}: {cause}"


_SOURCES = {
    "partial": "source.partial",
    "stale": "source.stale",
    "not out yet": "source.not_out_yet",
    "failed": "source.failed",
    "not asked": "source.not_asked",
}


def _source_text(several: Sequence[SourceLine]) -> str:
    line, days = several[0], sorted(s.covers for s in several if s.covers)
    is_empty = line.state == "stale" and not line.received
    key = "source.stale_empty" if is_empty else _SOURCES[line.state]
    text = say(
        key,
        name=line.name,
        n=line.received,
        of="?" if line.expected is None else line.expected,
        day=say("source.days", first=days[0], last=days[-1], n=len(days))
        if len(days) > 1
        else line.covers,
    )
    if not line.error:
        return text
    return (
        f"{text.rstrip('.。')}: {_cause(line)}"
        if line.state == "failed"
        else f"{text} {line.error}"
    )


States = Mapping[int, State]
"""The state of each paper (row) now: candidate, pick, skip or read."""


def start_of(papers: Sequence[int], states: States, last: int | None = None) -> int | None:
    """Choose the paper to begin at, None for an empty list.

    last: the one decided last, on whatever device. What waits below it comes first, so that
    the next device goes on where this one stopped; else the first that waits, else the top.
    """
    waiting = [row for row in papers if states[row] == "candidate"]
    below = papers[papers.index(last) + 1 :] if last in papers else []
    after = [row for row in below if states[row] == "candidate"]
    return next(iter((*after, *waiting, *papers)), None)


def next_of(papers: Sequence[int], states: States, here: int) -> int:
    """Find the next paper without a decision below one, itself where there is none."""
    place = papers.index(here) if here in papers else -1
    return next((row for row in papers[place + 1 :] if states[row] == "candidate"), here)


def n_waiting(entries: Iterable[Entry], states: States) -> int:
    """Count the papers without a decision."""
    return sum(states[e.held.row] == "candidate" for e in entries)


def entry_seconds(entry: Entry) -> float:
    """Estimate the seconds that one line of the list takes to be read."""
    return paper_seconds(entry.held.paper, [m.words for m in entry.mentions])


def minutes_of(entries: Iterable[Entry]) -> int:
    """Estimate the minutes that titles, abstracts and talk of these papers take."""
    return minutes(sum(entry_seconds(entry) for entry in entries))
