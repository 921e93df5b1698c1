"""Lead to everything else, and change the language."""

from __future__ import annotations

from starlette.responses import Response

from reader import __version__
from reader.web.render import LANGUAGES
from reader.web.visit import Visit, route

A_YEAR_S = 31_536_000

PLACES = (
    ("/topics", "topics", "folder"),
    ("/sources", "sources", "sources"),
    ("/week", "week", "week"),
    ("/stats", "stats", "stats"),
    ("/papers", "papers", "papers"),
    ("/work", "work", "work"),
    ("/offline", "offline", "offline"),
    ("/door", "door", "leave"),
)
"""(address, name of its text, icon)."""


def more(visit: Visit) -> Response:
    """Name the pages that have no tab, the languages, and this program."""
    return visit.page(
        "more.html",
        places=PLACES,
        languages=LANGUAGES,
        version=__version__,
        folder=str(visit.library.folder),
    )


def language(visit: Visit) -> Response:
    """Speak a language in this browser from now on; "auto" goes by feeds.toml again."""
    chosen = visit.field("language")
    found = visit.to(visit.field("back") or "/more")
    if chosen in LANGUAGES:
        is_secure = visit.request.url.scheme == "https"
        found.set_cookie(
            "language", chosen, max_age=A_YEAR_S, httponly=True, samesite="lax", secure=is_secure
        )
    else:
        found.delete_cookie("language")
    return found


ROUTES = [route("/more", more), route("/language", language, "POST")]
