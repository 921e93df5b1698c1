"""Take decisions, and take them back. What they mean is the use case's."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from reader.errors import UsageError
from reader.library.choose import find_paper
from reader.library.deciding import (
    Answer,
    decide_seen,
    skip_seen,
    take_back,
    take_back_last,
    wrong_seen,
)
from reader.library.wrong import other_topics, topic_now
from reader.paper import State
from reader.phrases import say
from reader.store.decisions import Kind
from reader.web.pages.today import day_asked
from reader.web.visit import Visit, ours, route

KINDS = ("pick", "skip")


def decide(visit: Visit) -> Response:
    """Pick or skip a paper. seen: the state in which the page showed it."""
    kind, seen = visit.field("kind"), visit.field("seen") or "candidate"
    if kind not in KINDS or seen not in ("candidate", *KINDS):
        raise UsageError(what=say("web.no_decision"), hint=say("web.no_decision.hint"))
    answer = decide_seen(visit.library, cast("Kind", kind), visit.field("id"), cast("State", seen))
    return _answered(visit, answer)


def ask_topic(visit: Visit) -> Response:
    """Ask of which topic a paper is, if not of the one that the list shows."""
    held = find_paper(visit.library, visit.asked("id"))
    topic = topic_now(visit.library, held)
    others = [other.path for other in other_topics(visit.library, topic)]
    back = ours(visit.asked("back"))
    return visit.page("wrong.html", held=held, topic=topic, others=others, back=back)


def wrong(visit: Visit) -> Response:
    """Say of which topic a paper is, or with an empty one that it is none of the person's."""
    seen = visit.field("seen") or "candidate"
    if "topic" not in visit.form or seen not in ("candidate", "read", *KINDS):
        raise UsageError(what=say("web.no_decision"), hint=say("web.no_decision.hint"))
    topic = visit.field("topic") or None
    answer = wrong_seen(visit.library, visit.field("id"), topic, cast("State", seen))
    return _answered(visit, answer, has_topic=True)


def undo(visit: Visit) -> Response:
    """Take back the newest decision on a paper; without an id the last act on the day's list."""
    if id_ := visit.field("id"):
        return _answered(visit, take_back(visit.library, id_), has_topic=True)
    return _answered(visit, take_back_last(visit.library, day_asked(visit)), has_topic=True)


def skip_rest(visit: Visit) -> Response:
    """Skip those of some papers that still have no decision; only once it is asked twice."""
    ids = [str(id_) for id_ in visit.form.getlist("id")]
    back = visit.back
    if not visit.field("sure"):
        return visit.page("skip_rest.html", ids=ids, back=back)
    said = say("web.skipped_rest", n=skip_seen(visit.library, ids))
    return visit.json({"said": said}) if visit.wants_json else visit.to(back, said=said)


def _answered(visit: Visit, answer: Answer, *, has_topic: bool = False) -> Response:
    if not visit.wants_json:
        return visit.to(visit.back, said=answer.said)
    held = answer.held
    found = {
        "said": answer.said,
        "is_done": answer.is_done,
        "state": held.state if held else None,
        "id": held.paper.id if held else None,
    }
    if has_topic and held:
        found["topic"] = topic_now(visit.library, held) or ""
    return visit.json(found)


ROUTES = [
    route("/decide", decide, "POST"),
    route("/wrong", ask_topic),
    route("/wrong", wrong, "POST"),
    route("/undo", undo, "POST"),
    route("/skip-rest", skip_rest, "POST"),
]
