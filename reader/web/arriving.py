"""Answer once what a browser sends, and say so when it comes again.

A POST with the field `act` is done once; `made_at` is when it was made. Pages need know none
of it. Knows the fields and headers of the queue (`static/queue.js`), and no subject.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from reader.library.receiving import (
    Repeated,
    base_of,
    keep_arrival,
    receiving,
    sent_of,
    what_became,
)
from reader.phrases import say

if TYPE_CHECKING:
    from reader.web.visit import Visit

SAID = "x-said"
"""A header with a sentence, percent-encoded UTF-8: what became of something sent late."""


def answered_once(answer: Callable[[Visit], Response], visit: Visit) -> Response:
    """Answer a visit, or say that what it sent was done before. Raises what the page does."""
    act = visit.field("act")
    if not act:
        return answer(visit)
    sent = sent_of(
        visit.library, act=act, made_at=visit.field("made_at"), sent_at=visit.field("sent_at")
    )
    try:
        visit.library = receiving(visit.library, sent)
        visit.form = _with_base(visit)
        found = answer(visit)
        if found.status_code < 400:
            keep_arrival(visit.library)
    except Repeated:
        found = _again(visit)
    if said := what_became(visit.library, act):
        found.headers[SAID] = quote(said)
    return found


def _with_base(visit: Visit) -> FormData:
    """Let a note begin from what the act made that saved it before."""
    after = visit.field("after")
    if not after:
        return visit.form
    base = base_of(visit.library, visit.field("base"), after)
    kept = [(name, value) for name, value in visit.form.multi_items() if name != "base"]
    return FormData([*kept, ("base", base)])


def _again(visit: Visit) -> Response:
    if visit.wants_json:
        return visit.json({"repeated": True, "said": say("web.repeated")})
    return visit.to(visit.field("back") or "/")
