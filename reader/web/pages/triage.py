"""Go through a morning one paper at a time; where a person left off, they go on."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from reader.library.folder import Library
from reader.library.wrong import other_topics
from reader.reading_time import minutes, spent_s
from reader.store.decisions import last_decided, moments_on
from reader.today import Entry
from reader.today.going import minutes_of, next_of, start_of
from reader.web.pages.today import all_of, day_asked, shown_on
from reader.web.visit import Visit, route

AT_ONCE = 20
"""Papers that a page brings along, so that one follows the other at once."""


def triage(visit: Visit) -> Response:
    """Show the paper to decide on, and those after it."""
    library = visit.library
    day = day_asked(visit)
    shown = shown_on(visit, day)
    with_doubtful = bool(visit.asked("doubtful"))
    entries = {e.held.row: e for e in all_of(shown, with_doubtful=with_doubtful)}
    rows = list(entries)
    waiting = [e for e in entries.values() if e.held.state == "candidate"]
    last = last_decided(library.db, rows)
    cards = _cards(list(entries.values()), _here(visit, entries, last))
    return visit.page(
        "triage.html",
        day=day,
        is_today=day == library.today(),
        back=_back(visit),
        cards=cards,
        is_folded=shown.folded is not None,
        waiting=waiting,
        n_all=len(entries),
        minutes_left=minutes_of(waiting),
        minutes_spent=_spent(library, rows),
        minutes_after=minutes_of(e for e in waiting if e not in cards),
        may_undo=last is not None,
        n_picked=sum(e.held.state == "pick" for e in shown.entries),
        n_doubtful=0 if with_doubtful else len((shown.folded or shown).doubtful),
        quota=shown.quota,
        n_queued=len(shown.queue),
        topics=[topic.path for topic in other_topics(library, None)],
    )


def _here(visit: Visit, entries: dict[int, Entry], last: int | None) -> int | None:
    rows = list(entries)
    states = {row: entry.held.state for row, entry in entries.items()}
    row_of = {entry.held.paper.id: row for row, entry in entries.items()}
    if (at := row_of.get(visit.asked("at"))) is not None:
        return at
    if (after := row_of.get(visit.asked("after"))) is not None:
        # Below the last one that waits there is nothing: what was left for later comes up again.
        found = next_of(rows, states, after)
        return found if found != after else start_of(rows, states)
    return start_of(rows, states, last)


def _cards(entries: Sequence[Entry], here: int | None) -> list[Entry]:
    """Choose the papers of one page: the one to decide on, then those that wait: below it,
    then above."""
    place = next((n for n, e in enumerate(entries) if e.held.row == here), 0)
    later = [*entries[place + 1 :], *entries[:place]]
    waiting = [e for e in later if e.held.state == "candidate"]
    asked = entries[place : place + 1]
    # Once all are decided there is nothing to show, unless it was asked for.
    first = [e for e in asked if e.held.state == "candidate" or waiting]
    return [*first, *waiting][:AT_ONCE]


def _back(visit: Visit) -> str:
    """Give the address of this list, without a place in it."""
    asked = [(k, visit.asked(k)) for k in ("date", "doubtful") if visit.asked(k)]
    return "/triage" + ("?" + "&".join(f"{k}={v}" for k, v in asked) if asked else "")


def _spent(library: Library, rows: Sequence[int]) -> int:
    """Give the minutes between the day's decisions on these papers, on any device, and now."""
    moments = moments_on(library.db, library.today(), rows)
    return minutes(spent_s([*moments, library.now()]))


ROUTES = [route("/triage", triage)]
