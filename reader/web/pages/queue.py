"""Put a paper of the queue off; letting it go is a skip, as of any other paper."""

from __future__ import annotations

from starlette.responses import Response

from reader.library.queue import later
from reader.phrases import say
from reader.plain import plain
from reader.web.visit import Visit, route


def put_off(visit: Visit) -> Response:
    """Take a paper out of the queue for some days."""
    held, until = later(visit.library, visit.field("id"))
    said = say("queue.put_off", title=plain(held.paper.title), day=until)
    return visit.json({"said": said}) if visit.wants_json else visit.to(visit.back, said=said)


ROUTES = [route("/later", put_off, "POST")]
