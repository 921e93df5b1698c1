"""Look back: the week, the year as a map of days, one of its days."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from starlette.responses import Response

from reader.announcement import days_back
from reader.heatmap import month_marks, rows
from reader.library.balance import balance
from reader.library.named_day import day_named
from reader.library.queue import asked_today, keep_asked, let_go_when_asked, n_to_ask, to_ask
from reader.library.stats import day_shown, stats
from reader.library.week import regret_text, week, week_of
from reader.web.visit import Visit, route


def week_page(visit: Visit) -> Response:
    library, day = visit.library, _day(visit)
    encoder = visit.parts.encoder_name(visit.config)
    key = ("week", week_of(day), library.today(), encoder)
    found = visit.unless_written(key, lambda: week(library, day, encoder=encoder))
    is_running = found.holds(library.today())
    if visit.is_shown and is_running:
        keep_asked(library, to_ask(library))
    themes = [(theme, list(read)) for theme, read in groupby(found.read, lambda one: one.theme)]
    return visit.page(
        "week.html",
        week=found,
        themes=themes,
        # What was asked today stands there until it is answered, or until tomorrow.
        asks=asked_today(library) if is_running else (),
        let_go=let_go_when_asked(library) if is_running else (),
        n_more_asks=n_to_ask(library) if is_running else 0,
        queue_days=library.config.queue_days,
        regrets=[(one, regret_text(one)) for one in found.regrets],
        before=days_back(found.first, 7),
        after=_after(visit, found.last),
    )


def stats_page(visit: Visit) -> Response:
    today = visit.library.today()
    found = stats(visit.library, today)
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
        balance=balance(visit.library, today),
        most=max(found.themes.values(), default=0),
    )


def day_page(visit: Visit) -> Response:
    day = _day(visit)
    found = day_shown(visit.library, day)
    noted = {read.held.row for read in found.read}
    return visit.page(
        "day.html",
        shown=found,
        waiting=[held for held in found.picked if held.row not in noted],
        before=days_back(day, 1),
        after=_after(visit, day),
    )


def _day(visit: Visit) -> date:
    """Read the day that is asked for, today where none is. Raises UsageError."""
    text, today = visit.asked("on"), visit.library.today()
    return day_named(text, today) if text else today


def _after(visit: Visit, day: date) -> date | None:
    """Give the next day, None where it is yet to come."""
    return day + timedelta(1) if day < visit.library.today() else None


ROUTES = [route("/week", week_page), route("/stats", stats_page), route("/day", day_page)]
