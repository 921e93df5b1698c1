"""Show a day's morning as a list or paper by paper, and take the decisions made there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from starlette.responses import Response

from reader.base.errors import NotKnown, UsageError
from reader.base.messages import N_, _, ngettext, say_day, spoken
from reader.base.text import plain
from reader.library.calendar import day_named
from reader.library.file_names import year_of
from reader.library.folder import find_paper
from reader.library.identity import title_fold
from reader.library.paper import LibraryPaper, State
from reader.library.passage import minutes, spent_s
from reader.library.rows.decisions import Kind, last_decided, moments_on
from reader.library.rows.papers import paper_with_id, papers_at
from reader.morning.decide import (
    LATER_TEXTS,
    ActOutcome,
    decide_seen,
    other_topics,
    skip_seen,
    take_back,
    take_back_last,
    take_back_numbered,
    topic_now,
    wrong_seen,
)
from reader.morning.lab import with_written
from reader.morning.pick import (
    dropped_today,
    entries_of,
    fetching,
    keep,
    later,
    waiting_picks,
    without_put_off,
)
from reader.morning.today import keep_lines, keep_shown, morning, rank_list
from reader.morning.trust import is_due
from reader.morning.values import (
    Entry,
    FoldedDays,
    Morning,
    minutes_of,
    n_from_queue,
    n_mine,
    n_talked,
    n_waiting,
    next_of,
    start_of,
)
from reader.notes.recall import due
from reader.notes.rows.habit import last_rows
from reader.notes.rows.notes import n_skimmed
from reader.search.rows import filters
from reader.texts.morning import changed_text, muted_counts, pdfs_texts, theme_texts
from reader.texts.sources import counted_texts, missing_texts, n_answered, no_network_text
from reader.web.pages.paper import figures
from reader.web.render import SORTS, paper_at
from reader.web.visit import Visit, own_address, route, unknown_value

QUEUE_SHOWN = 10
"""So many papers of the queue are on today's page; `/queue` has all."""


def today(visit: Visit) -> Response:
    """Show the morning of today, or of the day `date`."""
    library = visit.library
    day = requested_day(visit)
    shown = shown_on(visit, day)
    # Not cached: a lock shows whether a process is fetching, and no write tells of its end.
    shown = replace(shown, fetching=fetching(library, shown.pdfs))
    entries = all_of(shown)
    states = {e.paper.row: e.paper.state for e in shown.entries}
    recall_key = ("recall", day, library.today())
    # `rows`: of all writes only a new review changes it.
    recall = visit.cached(recall_key, lambda: due(library, day), rows=lambda: last_rows(library.db))
    # A paper that is in the list shows there that it was let go, with its undo.
    let_go = [paper for paper in dropped_today(library) if paper.row not in states]
    return visit.page(
        "today.html",
        morning=shown,
        figures=figures(library, [e.paper for e in shown.entries] + [q.paper for q in shown.queue]),
        listed=shown.folded or shown,
        is_folded=shown.folded is not None,
        is_today=day == library.today(),
        may_decide=day <= library.today() and not library.db.is_read_only,
        is_as_it_stands=library.db.is_read_only,
        may_gather=day == library.today() and is_due(library),
        waiting=n_waiting(entries, states),
        minutes=minutes_of(e for e in entries if e.paper.state == "candidate"),
        recall=recall,
        pdfs=pdfs_texts(shown, fetch=_("“Fetch the PDFs”"))
        if shown.pdfs and shown.pdfs.n < shown.pdfs.of
        else [],
        let_go=let_go if day == library.today() else (),
        n_from_queue=n_from_queue(shown),
        has_to_read=bool(shown.queue or shown.has_news) or not (shown.entries or shown.is_complete),
        **_of_sources(shown),
        changed={v.paper.row: changed_text(v) for v in shown.new_versions},
        words=_lane_sentences(shown),
        themes=theme_texts(shown),
        muted_counts=muted_counts(shown),
        topics=[topic.path for topic in other_topics(library, None)],
    )


def _of_sources(shown: Morning) -> dict[str, Any]:
    """Collect how complete a list is: sentences on what is missing, and counts of the rest."""
    return {
        "missing": list(filter(None, [no_network_text(shown.sources)]))
        or missing_texts(shown.sources, details=_("the page Sources")),
        "counts": counted_texts(shown.sources),
        "answered": n_answered(shown.sources),
    }


def shown_on(visit: Visit, day: date) -> Morning:
    """Return a day's morning. Showing today's fixes its order for the rest of the day."""
    library = visit.library
    name = visit.parts.encoder_name(library.config)
    may_fold = not visit.param("date")

    def make() -> Morning:
        ranked = rank_list(library, day, may_fold=may_fold, may_keep=visit.is_shown)
        found = morning(library, ranked, encoder=name, n_queued=QUEUE_SHOWN)
        if day == library.today() and visit.is_shown:
            keep_shown(library, found)
        elif day == library.today() and visit.is_carried:
            keep_lines(library, found)
        return found

    # A page that nobody sees records nothing: it must not be the one kept for those who look.
    how = (visit.is_shown, visit.is_carried)
    # Reasons are sentences, so each language has its own; at midnight today becomes a past day.
    key = ("morning", day, library.today(), may_fold, name, spoken(), how)
    found = visit.cached(key, make)
    # Not on a page that a device keeps: what others take back shall not stay there.
    return found if visit.is_carried else with_written(library, found, visit.parts.failed)


def requested_day(visit: Visit, name: str = "date") -> date:
    """Read the day from the address; today where it has none. Raises UsageError."""
    text, today = visit.param(name), visit.library.today()
    return day_named(text, today) if text else today


def all_of(shown: Morning, *, with_doubtful: bool = False) -> list[Entry]:
    """List the papers of a morning in their order. with_doubtful: add the doubtful ones."""
    listed = shown.folded or shown
    wild = [listed.wild] if listed.wild else []
    return [*listed.own, *listed.near, *wild, *(listed.doubtful if with_doubtful else ())]


def _lane_sentences(shown: Morning) -> Mapping[str, str]:
    """Write the sentences above the lanes: "own", "near", and "folded" for a folded list."""
    listed = shown.folded or shown
    n_near = n_talked(listed.near)
    near = _("{n} of {of}", n=n_near, of=listed.n_talked)
    if n_foretold := len(listed.near) - n_near:
        near += _(", and {n} likely to be", n=n_foretold)
    if not shown.has_citations:
        near += _(" (judged by posts only)")
    folded = _folded_sentence(shown.folded) if shown.folded else ""
    return {"own": _own_sentence(shown), "near": near, "folded": folded}


def _own_sentence(shown: Morning) -> str:
    """Count the own papers, and say whether all sources have answered."""
    listed = shown.folded or shown
    n, of = n_mine(listed.own), listed.n_arrived
    if shown.is_before_all:
        return ngettext(
            "Before the library began: {n} paper for you ({of} new).",
            "Before the library began: {n} papers for you ({of} new).",
            n,
            of=of,
        )
    if not (n or of):
        if shown.is_complete:
            return _("No new papers. All sources were asked.")
        return _("No new papers so far. Not all sources have answered.")
    if shown.is_complete:
        return ngettext(
            "{n} paper for you ({of} new, all sources complete).",
            "{n} papers for you ({of} new, all sources complete).",
            n,
            of=of,
        )
    return ngettext(
        "{n} paper for you ({of} new so far, some sources are missing).",
        "{n} papers for you ({of} new so far, some sources are missing).",
        n,
        of=of,
    )


def _folded_sentence(folded: FoldedDays) -> str:
    """Say why the list covers several days."""
    text = N_("A deadline is near: the days since {first} are one list.")
    if folded.reason == "away":
        text = N_("You were away: the days since {first} are one list.")
    return _(text, first=say_day(folded.since, "long"))


KINDS = ("pick", "skip")


def decide(visit: Visit) -> Response:
    """Pick or skip a paper. The field `seen` is the state that the page showed."""
    kind, seen = visit.field("kind"), visit.field("seen") or "candidate"
    if kind not in KINDS or seen not in ("candidate", *KINDS):
        raise _neither()
    answer = decide_seen(visit.library, cast("Kind", kind), visit.field("id"), cast("State", seen))
    return _respond(visit, answer)


def _neither() -> UsageError:
    return UsageError(
        what=_("A paper can only be picked or skipped."),
        hint=_("Use the buttons Pick and Skip of a page."),
    )


def ask_topic(visit: Visit) -> Response:
    """Ask which topic a paper has, if not the one in the list; for browsers without scripts."""
    paper = find_paper(visit.library, visit.param("id"))
    topic = topic_now(visit.library, paper)
    others = [other.path for other in other_topics(visit.library, topic)]
    back = own_address(visit.param("back"))
    return visit.page("wrong.html", paper=paper, topic=topic, others=others, back=back)


def wrong(visit: Visit) -> Response:
    """Record the topic of a paper; "" means none of the person's topics."""
    seen = visit.field("seen") or "candidate"
    # An empty topic has a meaning; a missing field is a mistake.
    if "topic" not in visit.form or seen not in ("candidate", "read", *KINDS):
        raise _neither()
    topic = visit.field("topic") or None
    answer = wrong_seen(visit.library, visit.field("id"), topic, cast("State", seen))
    return _respond(visit, answer, has_topic=True)


def undo(visit: Visit) -> Response:
    """Take back the newest decision on a paper; without `id` the last act on the day's list."""
    if id_ := visit.field("id"):
        return _respond(visit, take_back(visit.library, id_), has_topic=True)
    try:
        answer = take_back_last(visit.library, requested_day(visit))
    except UsageError as error:
        hint = _("Undo it on its own page; notes are kept.")
        raise UsageError(what=error.what, hint=hint) from None
    return _respond(visit, answer, has_topic=True)


def undo_act(visit: Visit) -> Response:
    """Take back the act that the bar of a page shows."""
    number = visit.field("number")
    if not number.isdecimal() or len(number) > 15:
        raise unknown_value("number", number, _("Use the buttons of the page."))
    try:
        return _respond(visit, take_back_numbered(visit.library, int(number)))
    except (NotKnown, UsageError) as error:
        kind = NotKnown if isinstance(error, NotKnown) else UsageError
        hint = _("Reload the page: it may be undone already, or something newer stands on it.")
        raise kind(what=error.what, hint=hint) from None


def skip_rest(visit: Visit) -> Response:
    """Skip those of the papers that have no decision yet, after a question on a page."""
    ids = [str(id_) for id_ in visit.form.getlist("id")]
    back = visit.back
    if not visit.field("sure"):
        return visit.page("skip_rest.html", ids=ids, back=back)
    message = ngettext(
        "Skipped {n} paper. Undo brings all of them back.",
        "Skipped {n} papers. Undo brings all of them back.",
        skip_seen(visit.library, ids),
    )
    return visit.done(back, message)


def _respond(visit: Visit, answer: ActOutcome, *, has_topic: bool = False) -> Response:
    paper = answer.paper
    found: dict[str, object] = {
        "is_done": answer.is_done,
        "state": paper.state if paper else None,
        "id": paper.record.id if paper else None,
    }
    if has_topic and paper and visit.wants_json:
        found["topic"] = topic_now(visit.library, paper) or ""
    return visit.done(visit.back, str(answer.message), **found)


def put_off(visit: Visit) -> Response:
    """Put a paper of the queue off for some days."""
    paper, until, is_new = later(visit.library, visit.field("id"))
    message = _(LATER_TEXTS[is_new], title=plain(paper.record.title), day=until)
    return visit.done(visit.back, message)


def read_it(visit: Visit) -> Response:
    """Keep an old pick, as the answer to the week's question; its page comes next."""
    paper = keep(visit.library, visit.field("id"))
    return visit.done(paper_at(paper.record.id), _("It stays in your queue."))


QUEUE_SORTS = {
    "": N_("to read next"),
    "newest": N_("newest"),
    **{name: text for name, text in SORTS.items() if name},
}
"""The orders of the queue; without one by priority, the oldest pick first."""


ON_A_PAGE = 50
"""Papers on one page of the queue."""


def queue(visit: Visit) -> Response:
    """Show a page of the queue by itself, in any order, to select from."""
    library = visit.library
    sort = visit.chosen("sort", [name for name in QUEUE_SORTS if name])
    talk = filters.talk(library.db) if sort == "talk" else {}
    queued = without_put_off(waiting_picks(library), library.today())
    if sort:
        several = {p.row: p for p in papers_at(library.db, [one.paper for one in queued])}
        queued = tuple(sorted(queued, key=lambda one: _place_by(sort, several[one.paper], talk)))
    text = visit.param("page")
    n_pages = max(1, -(-len(queued) // ON_A_PAGE))
    # A page that is no more, since papers were dropped, is the last one.
    number = min(max(1, int(text)), n_pages) if text.isdecimal() and len(text) < 9 else 1
    shown = entries_of(library, queued[(number - 1) * ON_A_PAGE : number * ON_A_PAGE])
    return visit.page(
        "queue_page.html",
        queued=shown,
        n_queued=len(queued),
        n_skimmed=n_skimmed(library.db),
        number=number,
        n_pages=n_pages,
        sort=sort,
        sorts=QUEUE_SORTS,
        figures=figures(library, [one.paper for one in shown]),
    )


def _place_by(sort: str, paper: LibraryPaper, talk: Mapping[int, int]) -> tuple[object, ...]:
    """Compute what a paper is ordered by in a sorted queue; equal ones keep its own order."""
    return {
        "newest": (-paper.arrived_on.toordinal(), -paper.row),
        "title": (title_fold(paper.record.title),),
        "year": (-int(year_of(paper.record) or 0),),
        "rating": (-(paper.rating or 0),),
        "talk": (-talk.get(paper.row, 0),),
    }[sort]


AT_ONCE = 20
"""Papers on one page of triage, so that the next one is there at once."""


def triage(visit: Visit) -> Response:
    """Show the paper to decide on, with those that come after it."""
    library = visit.library
    day = requested_day(visit)
    shown = shown_on(visit, day)
    with_doubtful = bool(visit.param("doubtful"))
    entries = {e.paper.row: e for e in all_of(shown, with_doubtful=with_doubtful)}
    rows = list(entries)
    waiting = [e for e in entries.values() if e.paper.state == "candidate"]
    last = last_decided(library.db, rows)
    cards = _cards(list(entries.values()), _current_row(visit, entries, last))
    moments = moments_on(library.db, library.today(), rows)
    parameters = {name: visit.param(name) for name in ("date", "doubtful") if visit.param(name)}
    return visit.page(
        "triage.html",
        day=day,
        is_today=day == library.today(),
        back="/triage" + ("?" + "&".join(map("=".join, parameters.items())) if parameters else ""),
        cards=cards,
        is_folded=shown.folded is not None,
        waiting=waiting,
        n_all=len(entries),
        minutes_left=minutes_of(waiting),
        # The time between the day's decisions on these papers, on all devices, until now.
        minutes_spent=minutes(spent_s([*moments, library.now()])),
        minutes_after=minutes_of(e for e in waiting if e not in cards),
        may_undo=last is not None,
        n_picked=sum(e.paper.state == "pick" for e in shown.entries),
        n_doubtful=0 if with_doubtful else len((shown.folded or shown).doubtful),
        quota=shown.quota,
        n_queued=len(shown.queue_priorities),
        topics=[topic.path for topic in other_topics(library, None)],
    )


def _current_row(visit: Visit, entries: dict[int, Entry], last: int | None) -> int | None:
    """Choose the row of the paper to show; None where all are decided.

    It is the paper `at` of the address, the next one after the paper `after`, or the next one
    after the last decision. last: the row of that one.
    """
    rows = list(entries)
    states = {row: entry.paper.state for row, entry in entries.items()}
    row_of = {entry.paper.record.id: row for row, entry in entries.items()}
    for name in ("at", "after"):
        value = visit.param(name)
        # A paper that left the list is no mistake; one that is not here is.
        if value and value not in row_of and paper_with_id(visit.library.db, value) is None:
            raise unknown_value(name, value, _("No paper in this library has this id."))
    if (at := row_of.get(visit.param("at"))) is not None:
        return at
    if (after := row_of.get(visit.param("after"))) is not None:
        # `next_of` returns its argument where nothing waits below: then those that were left
        # for later come again, from the top.
        found = next_of(rows, states, after)
        return found if found != after else start_of(rows, states)
    return start_of(rows, states, last)


def _cards(entries: Sequence[Entry], here: int | None) -> list[Entry]:
    """Choose the papers of one page: the row `here`, then those that wait below and above it."""
    place = next((n for n, e in enumerate(entries) if e.paper.row == here), 0)
    later = [*entries[place + 1 :], *entries[:place]]
    waiting = [e for e in later if e.paper.state == "candidate"]
    shown = entries[place : place + 1]
    # A decided paper is shown only while others wait.
    first = [e for e in shown if e.paper.state == "candidate" or waiting]
    return [*first, *waiting][:AT_ONCE]


ROUTES = [
    route("/", today),
    route("/triage", triage),
    route("/queue", queue),
    route("/decide", decide, "POST"),
    route("/wrong", ask_topic),
    route("/wrong", wrong, "POST"),
    route("/undo", undo, "POST"),
    route("/undo/act", undo_act, "POST"),
    route("/skip-rest", skip_rest, "POST"),
    route("/later", put_off, "POST"),
    route("/keep", read_it, "POST"),
]
