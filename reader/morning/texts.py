"""Write what a morning has besides its papers; find the next paper to decide on.

Lists are papers (rows of the library) in the order shown. Knows no screen and no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date

from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, sentences
from reader.library.file_names import folder_name
from reader.library.paper import State
from reader.library.passage import minutes, paper_seconds
from reader.morning.values import (
    Entry,
    Morning,
    NewVersion,
    QueueEntry,
    SourceLine,
    Sureness,
)

ARXIV = "arXiv"


STEPS = {
    "learn": N_("learning"),
    "add": N_("adding PDFs"),
    "gather": N_("sources"),
    "link": N_("short links"),
    "resolve": N_("papers in posts"),
    "pdf": N_("PDFs"),
    "extract": N_("reading PDFs"),
    "picture": N_("pictures"),
    "words": N_("full text"),
    "cite": N_("citation counts"),
    "encode": N_("vectors"),
}
"""Names of the steps of work, by the label that progress is told under."""

_NOT_NAMED = {
    "by hand": N_("by hand"),
    "citations": N_("citations"),
    "posts": N_("posts"),
}
"""Sources without a name of their own: this program names them, in the language spoken."""


def source_name(source: str) -> str:
    """Name a source; names that are this program's own are in the language spoken."""
    return _(_NOT_NAMED[source]) if source in _NOT_NAMED else source


def families(origins: Sequence[str]) -> list[str]:
    """Name the sources that a paper came by, arXiv's several channels as one."""
    return list(dict.fromkeys(ARXIV if o.startswith(ARXIV) else source_name(o) for o in origins))


def topic_text(entry: Entry) -> str:
    """Name the topic of a line: the folder, else the topic that it fits, both where two are
    close; "" for none."""
    if entry.is_outside:
        return _("outside your topics")
    if entry.held.topic:
        return folder_name(entry.held.topic)
    return _(", ").join((entry.topic, *entry.also)) if entry.topic else ""


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
    of_day = N_("{theme}: 0 today") if morning.is_today else N_("{theme}: 0 on this day")
    none = of_day if morning.is_complete else N_("{theme}: 0 so far")
    if morning.folded and morning.is_complete:
        none = N_("{theme}: 0 on these days")
    counts = theme_counts((morning.folded or morning).own, morning.theme_of)
    return [
        _(N_("{theme}: {n}") if n else none, theme=plain(theme), n=n)
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
    between = _("{first} to {last}", first=days[0], last=days[-1]) if len(days) > 1 else days[0]
    return _(
        "None of the {n} sources can be reached ({days}). Is the network up? Everything that "
        "was fetched before is still here.",
        n=n,
        days=between,
    )


def incomplete_text(sources: Sequence[SourceLine]) -> str:
    """Warn above the list that it is not complete, and why; "" where it is."""
    names = _(", ").join(dict.fromkeys(s.name for s in sources if s.is_missing))
    why = no_network_text(sources)
    if why or not names:
        return _("INCOMPLETE: {why}", why=why) if why else ""
    return _("INCOMPLETE: papers may be missing from {names}; see below.", names=names)


def missing_texts(sources: Sequence[SourceLine]) -> list[str]:
    """Name each source of which something is missing, of which day, and what happens next.

    Nothing where `no_network_text` reports all of them.
    """
    missing = [s for s in sources if s.is_missing]
    if no_network_text(sources):
        return []
    # `trust.source_lines` makes such bare lines for the sources that were not asked at all.
    silent = [s.name for s in missing if s.state == "not asked" and not (s.covers or s.error)]
    unreached = [s for s in missing if s.is_unreachable and s.covers
                 and s.state in ("failed", "not asked")]  # fmt: skip
    if len({s.name for s in unreached}) < 2:
        # A single silent host keeps its own line: the network may be up.
        unreached = []
    of_days: dict[SourceLine, list[SourceLine]] = {}
    for line in missing:
        if line.name not in silent and line not in unreached:
            # Lines that differ in their day alone have one key.
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
        texts.append(_("{name}: not asked on this day.", name=_(", ").join(dict.fromkeys(silent))))
    return texts


NAMES_IN_ERRORS = ("arXiv API", "arXiv OAI-PMH")
"""What arXiv's sources were called in errors; such sentences are still stored."""


def reason_of(name: str, error: str) -> str:
    """Return the bare reason of a failure, without the source's name and the time.

    error: of a batch of that source. "arXiv: not asked again before 17:10, failed 1 time:
    arXiv API: no answer (no route)" is "no answer (no route)".
    """
    # Found by the names in front of it and not by the last colon, since a reason may have one:
    # "no answer (the connection broke: no route)".
    heads = [f"{one}: " for one in (name, *NAMES_IN_ERRORS)]
    return error[max(error.rfind(h) + len(h) if h in error else 0 for h in heads) :]


def _unreached_text(lines: Sequence[SourceLine]) -> str:
    """Name the sources whose hosts are silent, with one reason for all.

    The days that they lack are named only where all of them lack the same.
    """
    names = _(", ").join(dict.fromkeys(line.name for line in lines))
    lacks: dict[str, set[date | None]] = {}
    for line in lines:
        lacks.setdefault(line.name, set()).add(line.covers)
    text = _("{name}: nothing received.", name=names)
    if len({frozenset(days) for days in lacks.values()}) == 1:
        of_one = [line for line in lines if line.name == lines[0].name]
        text = _source_text([replace(s, name=names, state="failed", error="") for s in of_one])
    return _with_cause(text, {reason_of(line.name, line.error) for line in lines})


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
    # By name, since a source has a line for each day that it was asked for.
    n_all = len({s.name for s in sources if s.state != "not needed"})
    return n_all - len({s.name for s in sources if s.is_missing}), n_all


def queue_text(morning: Morning) -> str:
    """Write the queue's heading; on a day without news, that the day's papers come from it."""
    if leads_to_queue(morning):
        key = (
            N_(
                "READ  nothing new to decide; {to_go} to write today, from your queue (oldest "
                "first)"
            )
            if morning.is_complete
            else N_(
                "READ  nothing to decide so far; {to_go} to write today, from your queue "
                "(oldest first)"
            )
        )
        return _(key, to_go=morning.quota.to_go)
    return _("QUEUE  {n} picked and not written up yet, oldest first", n=len(morning.queue))


def leads_to_queue(morning: Morning) -> bool:
    """Check whether the day's papers are to be read from the queue, as nothing new waits."""
    return bool(morning.queue and morning.quota.to_go and not morning.has_news)


def queue_facts(queued: QueueEntry) -> list[str]:
    """Describe when a paper was picked, how long its text takes, whether its PDF is here."""
    return [_("picked {day}", day=queued.picked_on), *queue_reading(queued)]


def queue_reading(queued: QueueEntry) -> list[str]:
    """Describe how long a paper's text takes, and whether its PDF is here."""
    time = N_("{n} min") if queued.is_whole else N_("abstract {n} min")
    pdf = N_("PDF here") if queued.has_pdf else N_("no PDF yet")
    return [_(time, n=queued.minutes), _(pdf)]


def queue_entry(queued: QueueEntry) -> Entry:
    """Make a line of the list for a paper of the queue."""
    why = _("you picked it on {day}, and it has no note yet.", day=queued.picked_on)
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
        state = _("; fetching continues")
    elif pdfs.n + pdfs.n_failed >= pdfs.of:
        state = _("; `reader fetch ID` tries again now, a later gather by itself")
    else:
        rest = _(N_("it") if pdfs.of == 1 else N_("the others"))
        state = _(
            N_(
                "; `reader fetch` or the next gather fetches {rest} (log of the last run: "
                "fetch.log)"
            )
            if morning.fetching
            else N_("; `reader fetch` or the next gather fetches {rest}"),
            rest=rest,
        )
    failed = _(", {n} failed", n=pdfs.n_failed) if pdfs.n_failed else ""
    text = _(
        "PDFs of your picks: {n} of {of} here{failed}{state}.",
        n=pdfs.n,
        of=pdfs.of,
        failed=failed,
        state=state,
    )
    if pdfs.of == 1:
        text = _(
            N_("The PDF of your pick is here.")
            if pdfs.n
            else N_("The PDF of your pick is not here{state}."),
            state=state,
        )
    reasons = [
        ngettext("{error} ({n} paper)", "{error} ({n} papers)", n, error=plain(error).rstrip("."))
        for error, n in pdfs.failed
    ]
    return [text, *reasons]


_FIELDS = {
    "title": N_("title"),
    "authors": N_("authors"),
    "abstract": N_("abstract"),
    "comment": N_("comment"),
}


def changed_text(version: NewVersion) -> str:
    """Name the fields that a new version changed, "" where none are known; the comment is quoted
    as it is now: "accepted at …"."""
    comment = version.held.paper.comment
    names = [
        _("comment (now “{comment}”)", comment=comment)
        if field == "comment" and comment
        else _(_FIELDS[field])
        for field in version.changed
    ]
    return _("changed: {fields}", fields=_(", ").join(names)) if names else ""


def _cause(line: SourceLine) -> str:
    """Return an error without the name of its source."""
    return line.error.removeprefix(f"{line.name}: ")


def _with_cause(text: str, causes: Set[str]) -> str:
    """Put the cause behind a report: the only one, else the number of hosts that are silent."""
    cause = (
        next(iter(causes))
        if len(causes) == 1
        else ngettext(
            "{n} host does not answer; for details: `reader sources`",
            "{n} hosts do not answer; for details: `reader sources`",
            len(causes),
        )
    )
    return f"{text.rstrip('.。')}: {cause}"


def _text_of_several(groups: Sequence[Sequence[SourceLine]]) -> str:
    """Report sources that lack the same days for the same reason, in one line."""
    if len(groups) == 1:
        return _source_text(groups[0])
    names = _(", ").join(group[0].name for group in groups)
    text = _source_text([replace(line, name=names, error="") for line in groups[0]])
    return _with_cause(text, {_cause(group[0]) for group in groups})


_SOURCES = {
    "partial": N_("{name}: {n} of {of} for {day}. The next gather asks for the rest."),
    "stale": N_("{name}: still has the list of {day}. The next gather asks again."),
    "not out yet": N_(
        "{name}: nothing for {day} yet (late, or a holiday). The next gather asks again."
    ),
    "failed": N_("{name}: nothing received for {day}."),
    "not asked": N_("{name}: not asked on this day."),
}


def _source_text(several: Sequence[SourceLine]) -> str:
    line, days = several[0], sorted(s.covers for s in several if s.covers)
    is_empty = line.state == "stale" and not line.received
    key = (
        N_("{name}: does not have the list of {day} yet. The next gather asks again.")
        if is_empty
        else _SOURCES[line.state]
    )
    text = _(
        key,
        name=line.name,
        n=line.received,
        of="?" if line.expected is None else line.expected,
        day=ngettext(
            "{n} day from {first} to {last}",
            "{n} days from {first} to {last}",
            len(days),
            first=days[0],
            last=days[-1],
        )
        if len(days) > 1
        else line.covers,
    )
    if not line.error:
        return text
    return (
        f"{text.rstrip('.。')}: {_cause(line)}"
        if line.state == "failed"
        else sentences([text, line.error])
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
    # A paper that is not in the list counts as above it: then all are looked at.
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
