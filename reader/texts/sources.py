"""Report what each source gave: names, whether a list is complete, causes of failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, tzinfo

from reader.base.errors import Unreachable
from reader.base.messages import N_, _, ngettext
from reader.base.text import sentences
from reader.morning.values import Report, SourceLine

ARXIV = "arXiv"

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


def shared_hint(found: Sequence[Report]) -> str:
    """Return the hint that several silent sources have, to be shown once above them; "" if none.

    One source may have answered earlier in the day, so that `no_network_text` says nothing.
    """
    hint = _(Unreachable.hint_text)
    return hint if sum(str(report.hint) == hint for report in found) > 1 else ""


def incomplete_text(sources: Sequence[SourceLine]) -> str:
    """Warn above the list that it is not complete, and why; "" where it is."""
    names = _(", ").join(dict.fromkeys(s.name for s in sources if s.is_missing))
    why = no_network_text(sources)
    if why or not names:
        return _("INCOMPLETE: {why}", why=why) if why else ""
    return _("INCOMPLETE: papers may be missing from {names}; see below.", names=names)


_MOST_NAMES = 8
"""More names of sources in a line fill the first screen of a phone."""


def missing_texts(sources: Sequence[SourceLine], *, details: str = "`reader sources`") -> list[str]:
    """Name each source of which something is missing, of which day, and what happens next.

    Nothing where `no_network_text` reports all of them. details: what shows more of them, a
    command or a page.
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
    texts = [_unreached_text(unreached, details)] if unreached else []
    texts += [_text_of_several(groups, details) for groups in alike.values()]
    if silent:
        names = list(dict.fromkeys(silent))
        text = _(", ").join(names[:_MOST_NAMES])
        if n := len(names[_MOST_NAMES:]):
            text = ngettext(
                "{names} and {n} more source", "{names} and {n} more sources", n, names=text
            )
        texts.append(_("{name}: not asked on this day.", name=text))
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


def _unreached_text(lines: Sequence[SourceLine], details: str) -> str:
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
    return _with_cause(text, {reason_of(line.name, str(line.error)) for line in lines}, details)


def counted_texts(sources: Sequence[SourceLine]) -> list[str]:
    """Write the numbers that were counted against the sources' own totals, a text for each day.

    Several days on which the same sources agreed have one text, with the sums.
    """
    # The API's count is the day's; the feeds' stand in `reader sources`.
    is_feed = f"{ARXIV} feed"
    names: dict[date | None, dict[tuple[int | None, int], list[str]]] = {}
    for s in sources:
        if s.state == "complete" and s.expected is not None and not s.name.startswith(is_feed):
            alike = names.setdefault(s.covers, {})
            alike.setdefault((s.received, s.expected), []).append(s.name)
    days: dict[object, list[date | None]] = {}
    for day, alike in names.items():
        several = [tuple(one) for one in alike.values()]
        days.setdefault(several[0] if len(several) == 1 and day else day, []).append(day)
    return [_counted_text(same, [names[day] for day in same]) for same in days.values()]


def _counted_text(
    days: Sequence[date | None], counted: Sequence[Mapping[tuple[int | None, int], Sequence[str]]]
) -> str:
    """Write what was counted on a day, or the sums of days on which the same sources agreed."""
    if len(days) == 1:
        counts = [
            _("{name} {n} of {of}", name=_(", ").join(names), n=n, of=of)
            for (n, of), names in counted[0].items()
        ]
        return _("{counts} ({day})", counts=_(", ").join(counts), day=days[0])
    [names] = counted[0].values()
    pairs = [pair for alike in counted for pair in alike]
    known = sorted(day for day in days if day)
    return _(
        "{name} {n} of {of} ({first} to {last})",
        name=_(", ").join(names),
        n=sum(n or 0 for n, _of in pairs),
        of=sum(of for _n, of in pairs),
        first=known[0],
        last=known[-1],
    )


def n_answered(sources: Sequence[SourceLine]) -> tuple[int, int]:
    """Count the sources that gave all that they should, and all that were asked.

    A source that there was nothing to ask for is in neither number.
    """
    # By name, since a source has a line for each day that it was asked for.
    n_all = len({s.name for s in sources if s.state != "not needed"})
    return n_all - len({s.name for s in sources if s.is_missing}), n_all


def _cause(line: SourceLine) -> str:
    """Return an error without the name of its source."""
    return str(line.error).removeprefix(f"{line.name}: ")


def _with_cause(text: str, causes: Set[str], details: str) -> str:
    """Put the cause behind a report: the only one, else the number of hosts that are silent."""
    cause = (
        next(iter(causes))
        if len(causes) == 1
        else ngettext(
            "{n} host does not answer; for details: {details}",
            "{n} hosts do not answer; for details: {details}",
            len(causes),
            details=details,
        )
    )
    return f"{text.rstrip('.。')}: {cause}"


def _text_of_several(groups: Sequence[Sequence[SourceLine]], details: str) -> str:
    """Report sources that lack the same days for the same reason, in one line."""
    if len(groups) == 1:
        return _source_text(groups[0])
    names = _(", ").join(group[0].name for group in groups)
    text = _source_text([replace(line, name=names, error="") for line in groups[0]])
    return _with_cause(text, {_cause(group[0]) for group in groups}, details)


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
        else sentences([text, str(line.error)])
    )


def head_text(found: Sequence[Report]) -> str:
    """Report whether all sources that were to be asked answered, or that there is no network."""
    lines = [report.line for report in found]
    n_here, n_all = n_answered(lines)
    n = n_all - n_here
    if no_network_text(lines):
        head = _(
            "Today's list is incomplete. Sources that cannot be reached: {n} of {of}. Is the "
            "network up? Everything that was fetched before is still here.",
            n=n,
            of=n_all,
        )
        return sentences(filter(None, [head, not_needed_text(lines)]))
    if not lines:
        return _("There are no sources yet. Add an arXiv category or a feed to feeds.toml.")
    head = (
        _("Today's list is incomplete. Sources with something missing: {n} of {of}.", n=n, of=n_all)
        if n
        else _("Today's list is complete. Sources up to date: {of}.", of=n_all)
    )
    nobody = all(line.state == "not asked" for line in lines)
    hint = _("Nothing was asked yet; `reader today` asks.") if nobody else shared_hint(found)
    return sentences(filter(None, [head, not_needed_text(lines), hint]))


def not_needed_text(lines: Sequence[SourceLine]) -> str:
    """Name the sources that no count of a head has in it; "" for none."""
    names = _(", ").join(line.name for line in lines if line.state == "not needed")
    return _("Not needed today: {names}.", names=names) if names else ""


BATCH_STATES = {
    "complete": N_("complete"),
    "not checked": N_("answered (gives no total to check against)"),
    "unchanged": N_("nothing new since the last answer"),
    "empty": N_("no papers"),
    "partial": N_("only a part received"),
    "stale": N_("still an older list"),
    "not out yet": N_("nothing yet (late, or a holiday)"),
    "failed": N_("failed"),
    "not asked": N_("not asked today"),
    "not needed": N_("nothing to ask for today"),
}


def facts_of(report: Report, zone: tzinfo) -> list[str]:
    """Describe a source: its state, its newest numbers, when it last answered, its failures."""
    # What is held back after a failure may well have been asked today.
    is_resting = report.line.state == "not asked" and report.n_errors > 0
    state = _(
        N_("failed, waiting for the next try") if is_resting else BATCH_STATES[report.line.state]
    )
    newest, day = report.newest, report.line.covers
    # An older day may lack something where the newest one, whose numbers follow, came whole.
    is_older = newest and day and day != newest.covers and report.line.is_missing
    facts = [_("{day}: {state}", day=day, state=state) if is_older else state]
    # A source that did not change may have brought papers earlier on this day.
    says_nothing = newest and newest.state == "unchanged" and not newest.received
    if newest and not says_nothing and newest.state not in ("failed", "not asked", "not needed"):
        is_counted = newest.expected is not None
        key = N_("{n} of {of} for {day}") if is_counted else N_("{n} for {day}")
        facts.append(_(key, n=newest.received, of=newest.expected, day=newest.covers))
    if report.line.error and not report.line.is_missing:
        facts.append(str(report.line.error))
    answered_at = report.succeeded_at
    if answered_at:
        facts.append(_("last answered {at}", at=_when_text(answered_at, zone)))
    elif report.line.state != "not needed":  # which was never asked, so that this says nothing
        facts.append(_("never answered"))
    if report.tried_on != "real bytes":
        facts.append(_("a new kind of source; please report missing papers"))
    if report.n_errors:
        facts.append(ngettext("failed {n} time", "failed {n} times in a row", report.n_errors))
    if report.retry_at:
        facts.append(_("next try {at}", at=_when_text(report.retry_at, zone)))
    return facts


def categories_text(report: Report) -> str:
    """Write the numbers of each arXiv class, "" where a source has no more than one."""
    if len(report.by_category) < 2:
        return ""
    counts = (
        (b.category, "?" if b.expected is None else b.expected, b.received)
        for b in report.by_category
    )
    return _(", ").join(_("{name} {n} of {of}", name=name, n=n, of=of) for name, of, n in counts)


def _when_text(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
