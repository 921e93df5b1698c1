"""Search while somebody types, find papers, notes, topics and actions for the palette, and export
papers with notes for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup, escape
from starlette.responses import Response

from reader.base.errors import ModelError, NotFound, QueryError, UsageError
from reader.base.messages import N_, _
from reader.base.tex import title_text
from reader.base.text import plain, shorten
from reader.base.words import begun_terms
from reader.library.folder import Library, find_paper
from reader.library.paper import LibraryPaper
from reader.library.query import parse
from reader.library.rows import papers
from reader.morning.edit import topic_names
from reader.morning.waiting import WaitingHit, search_waiting
from reader.notes.share import Choice, share, share_week
from reader.notes.week import read_between, week_of
from reader.search.find import KINDS, SearchHit, SearchResult, search
from reader.search.rows import index
from reader.search.rows.index import Kind
from reader.search.shared import searched
from reader.texts.search import (
    FAR,
    away_text,
    byline,
    head_of,
    is_by_meaning,
    names_text,
    no_query_text,
    notices_of,
)
from reader.texts.shared import markdown
from reader.web.pages.more import PLACES
from reader.web.pages.paper import figures
from reader.web.render import TABS, as_path, paper_at
from reader.web.visit import PageEncoder, Visit, route

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


FEW, MANY = 5, 30
"""Hits shown of each kind; hits shown where one kind is chosen."""

MOST_LETTERS = 1_000
"""Characters of a query that are read."""


def search_page(visit: Visit) -> Response:
    query = visit.param("q")[:MOST_LETTERS]
    kind = visit.chosen("kind", KINDS)
    values: dict[str, Any] = {
        "query": query,
        "kind": kind,
        "kinds": KINDS,
        "saved": visit.config.searches,
        "groups": [],
        "loose": [],
        "head": "",
        "notices": [],
        "may_index": False,
        "names": "",
        "is_waiting": False,
        "figures": {},
        "n": 0,
    }
    if query.strip():
        values |= _results(visit, query, kind)
    return visit.page("search_found.html" if visit.is_part else "search.html", **values)


def _results(visit: Visit, query: str, kind: str) -> dict[str, Any]:
    try:
        return _found(visit, query, kind)
    except (QueryError, NotFound) as error:
        return {"notices": [error.message, error.hint]}


def _searched(
    visit: Visit, query: str, serving: PageEncoder, kinds: Sequence[Kind], limit: int
) -> tuple[SearchResult, bool]:
    """Search, and tell whether to ask again when the model is loaded."""

    def no_vector(_unused: str) -> NDArray[np.float32]:
        raise ModelError(model=serving.name, what=_("it is still being loaded"), hint="")

    # While somebody types, nothing waits for the model: full text answers alone, and the
    # script asks again until the model is loaded.
    is_waiting = visit.is_part and not serving.is_ready
    if is_waiting:
        serving.prepare()
    with searched(visit.library, visit.parts.failed) as indexes:
        found = search(
            visit.library,
            query,
            encode_query=no_vector if is_waiting else serving.encode_query,
            encoder=serving.name,
            kinds=kinds,
            limit=limit,
            indexes=indexes,
        )
    return found, is_waiting and found.notice is not None


def _found(visit: Visit, query: str, kind: str) -> dict[str, Any]:
    parsed = parse(query)
    if not parsed.asks:
        return {"notices": [no_query_text(parsed)]}
    serving, limit = visit.parts.serving(visit.library), MANY if kind else FEW
    kinds = [cast("Kind", kind)] if kind else KINDS
    found, is_waiting = _searched(visit, query, serving, kinds, limit)
    loose = search_waiting(visit.library, query, limit=limit) if kind in ("", "note") else []
    notices = [
        serving.message,
        *notices_of(found, index=_("“Update the search index”")),
        away_text(found),
    ]
    if found.notice is not None and not is_waiting:
        notices += [plain(found.notice.message), plain(found.notice.hint)]
        notices.append(_("Only words were compared, not meaning."))
    return {
        "groups": _groups(found, limit),
        "head": head_of(found, query) if found.hits or not loose else "",
        "loose": loose,
        "notices": list(filter(None, notices)),
        "may_index": bool(found.n_not_indexed or (found.n_not_encoded and not found.is_listing)),
        "names": names_text(found),
        "is_waiting": is_waiting,
        "figures": figures(visit.library, (hit.paper for hit in found.hits)),
        "n": len(found.hits) + len(loose),
        "is_by_meaning": partial(is_by_meaning, found),
        "far": _(FAR),
        "byline": byline,
        "marked": marked,
        "limit": limit,
    }


def _groups(found: SearchResult, limit: int) -> list[tuple[str, list[SearchHit], bool]]:
    """Group the hits under headings: kinds, "far" for those that stand behind all others, and
    "note-more" for notes behind the papers. True where the kind may have more than `limit`."""

    def heading(hit: SearchHit) -> str:
        return "far" if hit.is_far and has_near else hit.kind

    has_near = not all(hit.is_far for hit in found.hits)
    groups: dict[str, list[SearchHit]] = {}
    for name, hits in groupby(found.hits, heading):
        groups[f"{name}-more" if name in groups else name] = list(hits)

    def may_have_more(name: str) -> bool:
        kind = name.removesuffix("-more")
        n = sum(len(groups.get(one, ())) for one in (kind, f"{kind}-more"))
        return kind != "far" and n >= limit and f"{name}-more" not in groups

    return [(name, hits, may_have_more(name)) for name, hits in groups.items()]


def marked(hit: SearchHit | WaitingHit) -> Markup:
    """Render a hit's evidence, escaped, with the words of the query in <mark>."""
    text, done, found = hit.evidence, 0, Markup()
    for start, end in hit.matches:
        found += escape(text[done:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        done = end
    return found + escape(text[done:])


DAYS = 4 * 7
"""Papers noted in so many days are offered; older ones are shared from their own pages."""


def share_page(visit: Visit) -> Response:
    """Offer the papers noted lately for sharing; those of `id` are chosen and come first."""
    library, today = visit.library, visit.library.today()
    chosen = [find_paper(library, text) for text in visit.request.query_params.getlist("id")]
    first = today.fromordinal(max(1, today.toordinal() - DAYS))
    lately = [one.paper for one in read_between(library, first, today)]
    rows = {one.row for one in chosen}
    return visit.page(
        "share.html",
        chosen=list({one.row: one for one in chosen}.values()),
        others=list({one.row: one for one in reversed(lately) if one.row not in rows}.values()),
        is_week=bool(visit.param("week")),
        week=week_of(today),
    )


def file(visit: Visit) -> Response:
    """Send the exported file (HTML or Markdown); it has nothing private."""
    from reader.base.markup import to_html
    from reader.texts.shared import html_page

    library, query = visit.library, visit.request.query_params
    choice: Choice = "all" if _says_yes(visit, "highlights") else "none"
    has_figures = _says_yes(visit, "figures")
    if query.get("as", "page") not in ("page", "markdown"):
        raise _not_understood("as", query["as"], _("A file is made as page or as markdown."))
    if _says_yes(visit, "week"):
        shared = share_week(library, library.today(), choice=choice, has_figures=has_figures)
    else:
        # A paper that is named twice is shared once.
        by_row = {one.row: one for one in (find_paper(library, t) for t in query.getlist("id"))}
        shared = share(library, list(by_row.values()), choice=choice, has_figures=has_figures)
    if not shared.papers:
        return visit.to("/share")
    is_page = query.get("as") != "markdown"
    name = f"papers-{library.today()}.{'html' if is_page else 'md'}"
    return Response(
        html_page(shared, to_html) if is_page else markdown(shared),
        media_type="text/html" if is_page else "text/markdown",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _says_yes(visit: Visit, name: str) -> bool:
    """Read a part of the address that is either 1 or not there. Raises UsageError."""
    value = visit.request.query_params.get(name, "")
    if value not in ("", "1"):
        raise _not_understood(name, value, _("1 says yes; leave it out for no."))
    return value == "1"


def _not_understood(name: str, value: str, hint: str) -> UsageError:
    what = _(
        "The address says {part}, which is not understood.",
        part=shorten(plain(f"{name}={value}"), 60),
    )
    return UsageError(what=what, hint=hint)


FEW_IN_PALETTE = 6
"""Hits of each kind."""

MOST_TYPED = 100

ACTIONS = (
    ("/triage", N_("Go through today's papers")),
    ("/queue", N_("Queue")),
    *((address, name) for address, name, _picture, _below in TABS),
    *((address, name) for address, name, _picture in PLACES),
)


def palette(visit: Visit) -> Response:
    """Answer with what fits, kind by kind; for no words with the actions alone.

    By the full text's index of titles and notes, and never by meaning: it is asked at each letter.
    """
    library, typed = visit.library, plain(visit.param("q")[:MOST_TYPED]).strip()
    folded = typed.casefold()
    actions = [(_(name), address) for address, name in ACTIONS if folded in _(name).casefold()]
    groups = [(_("Go to"), actions if not typed else actions[:FEW_IN_PALETTE])]
    if typed:
        topics = [path for path in topic_names(library) if folded in path.casefold()][
            :FEW_IN_PALETTE
        ]
        groups = [
            (_("Papers"), [_line(one, paper_at(one.record.id)) for one in _papers(library, typed)]),
            (
                _("Notes"),
                [
                    _line(one, f"/note/{as_path(one.record.id)}")
                    for one in _having(library, "note", begun_terms(typed, least=4))
                ],
            ),
            (_("Folders"), [(path, f"/topics/{as_path(path)}") for path in topics]),
            *groups,
        ]
    return visit.json(
        {
            "groups": [
                {"name": name, "items": [{"text": text, "address": at} for text, at in items]}
                for name, items in groups
                if items
            ]
        }
    )


def _line(paper: LibraryPaper, address: str) -> tuple[str, str]:
    return title_text(paper.record.title), address


def _papers(library: Library, typed: str) -> list[LibraryPaper]:
    """Find papers whose title begins so, then those whose title has the words."""
    first = papers.papers_begun(library.db, typed, limit=FEW_IN_PALETTE)
    match = begun_terms(typed, least=3)
    others = _having(library, "paper", f"title : ({match})" if match else "")
    return list({one.row: one for one in (*first, *others) if not one.is_removed}.values())[
        :FEW_IN_PALETTE
    ]


def _having(library: Library, kind: Kind, match: str) -> list[LibraryPaper]:
    if not match:
        return []
    texts = index.newest_having(library.db, kind, match, limit=FEW_IN_PALETTE)
    return papers.papers_at(library.db, sorted(index.papers_of(library.db, texts), reverse=True))


ROUTES = [
    route("/search", search_page),
    route("/share", share_page),
    route("/share/file", file),
    route("/palette.json", palette),
]
