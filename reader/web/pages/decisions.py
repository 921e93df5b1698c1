"""Take decisions, go through a morning one paper at a time, and put picks off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from starlette.responses import Response

from reader.base.errors import UsageError
from reader.base.messages import say
from reader.base.text import plain
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.paper import State
from reader.library.passage import minutes, spent_s
from reader.library.rows.decisions import Kind, last_decided, moments_on
from reader.morning.decide import (
    ActOutcome,
    decide_seen,
    other_topics,
    skip_seen,
    take_back,
    take_back_last,
    topic_now,
    wrong_seen,
)
from reader.morning.pick import keep, later
from reader.morning.texts import minutes_of, next_of, start_of
from reader.morning.values import Entry
from reader.web.addresses import paper_at
from reader.web.pages.today import all_of, day_asked, shown_on
from reader.web.visit import Visit, ours, route

KINDS = ("pick", "skip")


def decide(visit: Visit) -> Response:
    """Pick or skip a paper. seen: the state in which the page showed it."""
    kind, seen = visit.field("kind"), visit.field("seen") or "candidate"
    if kind not in KINDS or seen not in ("candidate", *KINDS):
        raise UsageError(what=say("web.no_decision"), hint=say("web.no_decision.hint"))
    answer = decide_seen(visit.library, cast("Kind", kind), visit.field("id"), cast("State", seen))
    return _answered(visit, answer)


def ask_topic(visit: Visit) -> Response:
    """Ask of which topic a paper is, if not of the one that the list shows."""
    held = find_paper(visit.library, visit.asked("id"))
    topic = topic_now(visit.library, held)
    others = [other.path for other in other_topics(visit.library, topic)]
    back = ours(visit.asked("back"))
    return visit.page("wrong.html", held=held, topic=topic, others=others, back=back)


def wrong(visit: Visit) -> Response:
    """Say of which topic a paper is, or with an empty one that it is none of the person's."""
    seen = visit.field("seen") or "candidate"
    if "topic" not in visit.form or seen not in ("candidate", "read", *KINDS):
        raise UsageError(what=say("web.no_decision"), hint=say("web.no_decision.hint"))
    topic = visit.field("topic") or None
    answer = wrong_seen(visit.library, visit.field("id"), topic, cast("State", seen))
    return _answered(visit, answer, has_topic=True)


def undo(visit: Visit) -> Response:
    """Take back the newest decision on a paper; without an id the last act on the day's list."""
    if id_ := visit.field("id"):
        return _answered(visit, take_back(visit.library, id_), has_topic=True)
    return _answered(visit, take_back_last(visit.library, day_asked(visit)), has_topic=True)


def skip_rest(visit: Visit) -> Response:
    """Skip those of some papers that still have no decision; only once it is asked twice."""
    ids = [str(id_) for id_ in visit.form.getlist("id")]
    back = visit.back
    if not visit.field("sure"):
        return visit.page("skip_rest.html", ids=ids, back=back)
    said = say("web.skipped_rest", n=skip_seen(visit.library, ids))
    return visit.json({"said": said}) if visit.wants_json else visit.to(back, said=said)


def _answered(visit: Visit, answer: ActOutcome, *, has_topic: bool = False) -> Response:
    if not visit.wants_json:
        return visit.to(visit.back, said=answer.said)
    held = answer.held
    found = {
        "said": answer.said,
        "is_done": answer.is_done,
        "state": held.state if held else None,
        "id": held.paper.id if held else None,
    }
    if has_topic and held:
        found["topic"] = topic_now(visit.library, held) or ""
    return visit.json(found)


ROUTES = [
    route("/decide", decide, "POST"),
    route("/wrong", ask_topic),
    route("/wrong", wrong, "POST"),
    route("/undo", undo, "POST"),
    route("/skip-rest", skip_rest, "POST"),
]


def put_off(visit: Visit) -> Response:
    """Take a paper out of the queue for some days."""
    held, until = later(visit.library, visit.field("id"))
    said = say("queue.put_off", title=plain(held.paper.title), day=until)
    return visit.json({"said": said}) if visit.wants_json else visit.to(visit.back, said=said)


def read_it(visit: Visit) -> Response:
    """Answer the week's question about an old pick: it is read, and its page comes."""
    held = keep(visit.library, visit.field("id"))
    if visit.wants_json:
        return visit.json({"said": say("week.ask.kept")})
    return visit.to(paper_at(held.paper.id), said=say("week.ask.kept"))


QUEUE_ROUTES = [route("/later", put_off, "POST"), route("/keep", read_it, "POST")]


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


TRIAGE_ROUTES = [route("/triage", triage)]
