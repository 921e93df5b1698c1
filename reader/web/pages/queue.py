"""Put a paper of the queue off, or keep it; letting it go is a skip, as of any other paper."""

from __future__ import annotations

from starlette.responses import Response

from reader.library.queue import keep, later
from reader.phrases import say
from reader.plain import plain
from reader.web.addresses import paper_at
from reader.web.visit import Visit, route


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


ROUTES = [route("/later", put_off, "POST"), route("/keep", read_it, "POST")]
