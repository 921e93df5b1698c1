"""Show a day's morning: everything that `reader today` says, with what can be done about it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from starlette.responses import Response

from reader.base.messages import say, spoken
from reader.habit.recall import Due, due
from reader.habit.rows import last_rows
from reader.library.days import day_named
from reader.morning.decide import other_topics
from reader.morning.pick import fetching, let_go_today
from reader.morning.texts import (
    changed_text,
    counted,
    leads_to_queue,
    minutes_of,
    missing_texts,
    n_answered,
    n_mine,
    n_talked,
    n_waiting,
    no_network_text,
    pdfs_texts,
    theme_texts,
)
from reader.morning.today import keep_lines, keep_shown, morning, rank_list
from reader.morning.trust import is_due
from reader.morning.values import Entry, FoldedDays, Morning
from reader.web.render import day_text
from reader.web.visit import Visit, route


def today(visit: Visit) -> Response:
    """Show the morning of today, or of the day asked for."""
    library = visit.library
    day = day_asked(visit)
    shown = shown_on(visit, day)
    shown = replace(shown, fetching=fetching(library, shown.pdfs))
    entries = all_of(shown)
    states = {e.held.row: e.held.state for e in shown.entries}
    # What the list has shows there what was decided, and the way back.
    let_go = [held for held in let_go_today(library) if held.row not in states]
    return visit.page(
        "today.html",
        morning=shown,
        listed=shown.folded or shown,
        is_folded=shown.folded is not None,
        is_today=day == library.today(),
        may_decide=day <= library.today() and not library.db.is_read_only,
        is_as_it_stands=library.db.is_read_only,
        may_gather=day == library.today() and is_due(library),
        waiting=n_waiting(entries, states),
        minutes=minutes_of(e for e in entries if e.held.state == "candidate"),
        recall=_due(visit, day),
        pdfs=pdfs_texts(shown),
        let_go=let_go if day == library.today() else (),
        leads=leads_to_queue(shown),
        has_to_read=bool(shown.queue or shown.has_news or day != library.today()),
        missing=list(filter(None, [no_network_text(shown.sources)]))
        or missing_texts(shown.sources),
        counts=counted(shown.sources),
        answered=n_answered(shown.sources),
        changed={v.held.row: changed_text(v) for v in shown.new_versions},
        words=_words(shown),
        themes=theme_texts(shown),
        topics=[topic.path for topic in other_topics(library, None)],
    )


def shown_on(visit: Visit, day: date) -> Morning:
    """Give a day's morning; today's keeps its order from now on."""
    library = visit.library
    name = visit.parts.encoder_name(library.config)
    may_fold = not visit.asked("date")

    def make() -> Morning:
        ranked = rank_list(library, day, may_fold=may_fold, may_keep=visit.is_shown)
        found = morning(library, ranked, encoder=name)
        if day == library.today() and visit.is_shown:
            keep_shown(library, found)
        elif day == library.today() and visit.is_carried:
            keep_lines(library, found)
        return found

    how = (visit.is_shown, visit.is_carried)
    key = ("morning", day, library.today(), may_fold, name, spoken(), how)
    return visit.unless_written(key, make)


def _due(visit: Visit, day: date) -> Due:
    library = visit.library
    key = ("recall", day, library.today())
    rows = functools.partial(last_rows, library.db)
    return visit.unless_written(key, lambda: due(library, day), rows=rows)


def day_asked(visit: Visit) -> date:
    """Give the day of the address, today where it names none. Raises UsageError."""
    asked, today = visit.asked("date"), visit.library.today()
    return day_named(asked, today) if asked else today


def all_of(shown: Morning, *, with_doubtful: bool = False) -> list[Entry]:
    """List the papers to go through: the doubtful ones last, and only where asked for."""
    listed = shown.folded or shown
    wild = [listed.wild] if listed.wild else []
    return [*listed.own, *listed.near, *wild, *(listed.doubtful if with_doubtful else ())]


def _words(shown: Morning) -> Mapping[str, str]:
    """Say what the head of each lane says."""
    listed = shown.folded or shown
    n, of = n_mine(listed.own), listed.n_arrived
    if shown.is_before_all:
        own = say("web.own.before", n=n, of=of)
    elif n or of:
        key = "web.own.all" if shown.is_complete else "web.own.partly"
        own = say(key, n=n, of=of)
    else:
        own = say("web.own.nothing" if shown.is_complete else "web.own.not_asked")
    n_near = n_talked(listed.near)
    near = say("web.near.count", n=n_near, of=listed.n_talked)
    if n_foretold := len(listed.near) - n_near:
        near += say("web.near.foretold", n=n_foretold)
    if not shown.has_citations:
        near += say("today.near.posts_only")
    return {"own": own, "near": near, "folded": _folded(shown.folded)}


def _folded(folded: FoldedDays | None) -> str:
    if folded is None:
        return ""
    counts = {"n": folded.n_arrived, "own": n_mine(folded.own), "near": n_talked(folded.near)}
    key = "web.folded.away" if folded.reason == "away" else "web.folded.deadline"
    return say(key, first=day_text(folded.first), **counts)


ROUTES = [route("/", today)]
