"""Hand papers with own words to others: a file of its own, as a page or as Markdown."""

from __future__ import annotations

from starlette.responses import Response

from reader.library.choose import find_paper
from reader.library.share import Choice, share, share_week
from reader.library.week import read_between, week_of
from reader.note.shared import Shared, markdown
from reader.web.visit import Visit, route

DAYS = 4 * 7
"""How far back papers are offered: older ones are asked for by their own pages."""


def page(visit: Visit) -> Response:
    """Offer the papers noted lately; those of `id`, or the week, are chosen already and stand
    first."""
    library, today = visit.library, visit.library.today()
    chosen = [find_paper(library, text) for text in visit.request.query_params.getlist("id")]
    first = today.fromordinal(max(1, today.toordinal() - DAYS))
    lately = [one.held for one in read_between(library, first, today)]
    rows = {one.row for one in chosen}
    return visit.page(
        "share.html",
        chosen=list({one.row: one for one in chosen}.values()),
        others=list({one.row: one for one in reversed(lately) if one.row not in rows}.values()),
        is_week=bool(visit.asked("week")),
        week=week_of(today),
    )


def file(visit: Visit) -> Response:
    """Give the file; nothing private is in it."""
    library, asked = visit.library, visit.request.query_params
    choice: Choice = "all" if asked.get("highlights") else "none"
    has_figures = bool(asked.get("figures"))
    if asked.get("week"):
        shared = share_week(library, library.today(), choice=choice, has_figures=has_figures)
    else:
        held = {one.row: one for one in (find_paper(library, t) for t in asked.getlist("id"))}
        shared = share(library, list(held.values()), choice=choice, has_figures=has_figures)
    if not shared.papers:
        return visit.to("/share")
    is_page = asked.get("as") != "markdown"
    name = f"papers-{library.today()}.{'html' if is_page else 'md'}"
    return Response(
        _content(shared, is_page=is_page),
        media_type="text/html" if is_page else "text/markdown",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _content(shared: Shared, *, is_page: bool) -> str:
    from reader.markup import to_html
    from reader.note.shared_html import html_page

    return html_page(shared, to_html) if is_page else markdown(shared)


ROUTES = [route("/share", page), route("/share/file", file)]
