"""Search as one types: own words first, then what was marked, papers, places in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup, escape
from starlette.responses import Response

from reader.errors import ModelError
from reader.library.finding import KINDS, Found, Hit, search
from reader.library.found import byline, head_of, nothing_asked, notices_of
from reader.phrases import say
from reader.plain import plain
from reader.query import parse
from reader.store.index import Kind
from reader.web.parts import Serving
from reader.web.visit import Visit, route

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW, MANY = 5, 30
"""Hits of each kind; of one kind that is asked for alone."""

MOST_LETTERS = 1_000
"""Of a question; more are not looked at."""


def page(visit: Visit) -> Response:
    query = visit.asked("q")[:MOST_LETTERS]
    kind = visit.asked("kind") if visit.asked("kind") in KINDS else ""
    values: dict[str, Any] = {
        "query": query,
        "kind": kind,
        "kinds": KINDS,
        "saved": visit.config.searches,
        "groups": [],
        "head": "",
        "notices": [],
        "is_waiting": False,
        "n": 0,
    }
    if query.strip():
        values |= _searched(visit, query, kind)
    return visit.page("search_found.html" if visit.is_part else "search.html", **values)


def _searched(visit: Visit, query: str, kind: str) -> dict[str, Any]:
    asked = parse(query)
    if not asked.asks:
        return {"notices": [nothing_asked(asked)]}
    serving = visit.parts.serving(visit.library)
    is_waiting = visit.is_part and not serving.is_ready
    found = search(
        visit.library,
        query,
        encode_query=_encoder(serving, is_waiting=is_waiting),
        encoder=serving.name,
        kinds=[cast("Kind", kind)] if kind else KINDS,
        limit=MANY if kind else FEW,
    )
    is_waiting = is_waiting and found.notice is not None
    return {
        "groups": [(name, list(hits)) for name, hits in groupby(found.hits, lambda h: h.kind)],
        "head": head_of(found, query),
        "notices": [*([serving.said] if serving.said else []), *_notices(found, is_waiting)],
        "is_waiting": is_waiting,
        "n": len(found.hits),
        "byline": byline,
        "marked": marked,
        "limit": MANY if kind else FEW,
    }


def _encoder(serving: Serving, *, is_waiting: bool) -> Callable[[str], NDArray[np.float32]]:
    """Give what encodes the question; while somebody types nothing waits for the model: words
    answer, and the page asks again."""
    if not is_waiting:
        return serving.encode_query
    serving.prepare()

    def refuse(_: str) -> NDArray[np.float32]:
        raise ModelError(model=serving.name, what=say("web.search.loading"), hint="")

    return refuse


def _notices(found: Found, is_waiting: bool) -> list[str]:
    told = notices_of(found)
    if found.notice is not None and not is_waiting:
        told += [plain(found.notice.message), plain(found.notice.hint), say("search.words_only")]
    return [text for text in told if text]


def marked(hit: Hit) -> Markup:
    """Give the evidence with the words of the question marked; all of it is escaped."""
    return Markup("").join(_pieces(hit.evidence, hit.matches))


def _pieces(text: str, matches: Sequence[tuple[int, int]]) -> Iterator[Markup]:
    done = 0
    for start, end in matches:
        yield escape(text[done:start])
        yield Markup("<mark>{}</mark>").format(text[start:end])
        done = end
    yield escape(text[done:])


ROUTES = [route("/search", page)]
