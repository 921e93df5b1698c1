"""Show today's morning."""

from __future__ import annotations

from starlette.responses import Response

from reader.library.morning import keep_shown, morning
from reader.web.visit import Visit, route


def today(visit: Visit) -> Response:
    library = visit.library
    day = library.today()
    name = visit.parts.encoder_name(library.config)
    found = morning(library, day, encoder=name, may_fold=True)
    keep_shown(library, found)
    return visit.page("today.html", morning=found, shows=found.folded or found)


ROUTES = [route("/", today)]
