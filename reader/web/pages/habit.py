"""Look back on a day, a week and a year, and recall notes."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from reader.base.errors import UsageError
from reader.base.messages import _
from reader.base.text import plain
from reader.library.calendar import days_back
from reader.library.find import find_paper
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.morning.pick import asked_today, let_go_when_asked
from reader.morning.trust import began_on
from reader.notes import recall
from reader.notes.balance import balance
from reader.notes.links import papers_by_link
from reader.notes.recall import card_of
from reader.notes.rows.habit import Waiting
from reader.notes.week import day_shown, stats, week, week_of
from reader.texts.note import graded_text, month_marks, paused_text, regret_text, rows
from reader.web.pages.today import day_asked
from reader.web.visit import Visit, route


def week_page(visit: Visit) -> Response:
    library, day = visit.library, day_asked(visit, "on")
    encoder = visit.parts.encoder_name(visit.config)
    key = ("week", week_of(day), library.today(), encoder)
    found = visit.cached(key, lambda: week(library, day, encoder=encoder))
    is_running = found.holds(library.today())
    asks, n_more = asked_today(library, may_ask=visit.is_shown) if is_running else ((), 0)
    themes = [(theme, list(read)) for theme, read in groupby(found.read, lambda one: one.theme)]
    return visit.page(
        "week.html",
        week=found,
        themes=themes,
        # Questions about old picks. One asked today stays until it is answered, or until
        # tomorrow.
        asks=asks,
        let_go=let_go_when_asked(library) if is_running else (),
        n_more_asks=n_more,
        queue_days=library.config.queue_days,
        regrets=[(one, regret_text(one)) for one in found.regrets],
        before=days_back(found.first, 7),
        after=_day_after(visit, found.last),
        began=began_on(library),
    )


def stats_page(visit: Visit) -> Response:
    day = day_asked(visit, "on")
    found = visit.cached(("stats", day), lambda: stats(visit.library, day))
    totals = {
        name: sum(getattr(day, name) for day in found.days)
        for name in ("n_written", "n_skimmed", "n_recalled")
    }
    return visit.page(
        "stats.html",
        stats=found,
        rows=list(rows(found.map)),
        months=list(month_marks(found.map)),
        counts={day.day: day for day in found.days},
        totals=totals,
        is_today=day == visit.library.today(),
        balance=balance(visit.library, day),
        most=max(found.themes.values(), default=0),
    )


def day_page(visit: Visit) -> Response:
    day = day_asked(visit, "on")
    found = day_shown(visit.library, day)
    noted = {read.held.row for read in found.read}
    return visit.page(
        "day.html",
        shown=found,
        waiting=[held for held in found.picked if held.row not in noted],
        before=days_back(day, 1),
        after=_day_after(visit, day),
    )


def _day_after(visit: Visit, day: date) -> date | None:
    """Return the day after a day; None where that is still to come."""
    return day + timedelta(1) if day < visit.library.today() else None


def page(visit: Visit) -> Response:
    """Show the next recall card, or that of the paper `id`; cards in `later` are put off.

    The cards behind it are in the page too, hidden: a device turns to them without a network.
    """
    library, day = visit.library, visit.library.today()
    later = [text for text in visit.asked("later").split(",") if text.isdecimal()]
    due = recall.due(library, day)
    cards = recall.cards(library, day)
    asked = visit.asked("id")
    if asked:
        held = find_paper(library, asked)
        cards = [(held, recall.waiting_of(library, held))]
    left = [one for one in cards if str(one[0].row) not in later]
    shown = [card_of(library, *one) for one in left]
    values: dict[str, Any] = {
        "cards": [
            (card, _choices(library, one[0]), _state(one[1]))
            for card, one in zip(shown, left, strict=True)
        ],
        "note_links": papers_by_link(library, "\n\n".join(card.note for card in shown)),
        "due": due,
        "paused": paused_text(due) if due.is_paused and not asked else "",
        "n_later": len(cards) - len(left),
        "later": ",".join(later),
        "graded": visit.asked("graded"),
        "is_asked": bool(asked),
    }
    return visit.page("recall.html", **values)


def _choices(library: Library, held: LibraryPaper) -> list[tuple[int, str, int]]:
    """List the grades: number, name, days until the note would come back."""
    from reader.notes.recall import next_day

    days = enumerate(recall.next_days(library, held, next_day=next_day), 1)
    return [(n, _(recall.GRADE_NAMES[n]), (to - library.today()).days) for n, to in days]


def grade(visit: Visit) -> Response:
    """Record a grade, unless the note was graded on another device meanwhile."""
    from reader.notes.recall import next_day

    library, field = visit.library, visit.field
    held = find_paper(library, field("id"))
    given = field("grade")
    if given not in ("1", "2", "3", "4"):
        raise UsageError(what=_("This is not a grade."), hint=_("Grades are 1 to 4."))
    later = {"later": field("later")} if field("later") else {}
    if _state(recall.waiting_of(library, held)) != field("state"):
        said = _("Already graded in another window: {title}", title=plain(held.paper.title))
        return _respond(visit, later, said, held, is_done=False)
    graded = recall.grade(library, held, int(given), next_day=next_day)
    said = graded_text(library, graded, has_title=True)
    return _respond(visit, later | {"graded": held.paper.id}, said, held, is_done=True)


def undo(visit: Visit) -> Response:
    """Take back the last grade: of the paper `id`, or of any paper."""
    library = visit.library
    of = find_paper(library, visit.field("id")) if visit.field("id") else None
    undone = recall.undo_grade(library, of=of)
    if undone is None:
        return _respond(visit, {}, _("There is no grade to undo."), of, is_done=False)
    held, review = undone
    title = plain(held.paper.title)
    said = _("Undone ({grade}): {title}", grade=_(recall.GRADE_NAMES[review.grade]), title=title)
    return _respond(visit, {"id": held.paper.id}, said, held, is_done=True)


def _respond(
    visit: Visit, asked: dict[str, str], said: str, held: LibraryPaper | None, *, is_done: bool
) -> Response:
    to = f"/recall?{urlencode(asked)}" if asked else "/recall"
    return visit.done(to, said, is_done=is_done, id=held.paper.id if held else None, to=to)


def _state(waiting: Waiting) -> str:
    """Return a text that changes when the card is graded; forms send it along."""
    return f"{waiting.last_on or ''} {waiting.due_on or ''}"


ROUTES = [
    route("/recall", page),
    route("/recall", grade, "POST"),
    route("/recall/undo", undo, "POST"),
    route("/week", week_page),
    route("/stats", stats_page),
    route("/day", day_page),
]
