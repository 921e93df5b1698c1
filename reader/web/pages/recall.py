"""Let notes come back: remember first, reveal, grade."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from reader.errors import UsageError
from reader.library import recall
from reader.library.cards import Card, card_of, graded_text, paused_text
from reader.library.choose import find_paper
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store.reviews import Waiting
from reader.web.visit import Visit, route


def page(visit: Visit) -> Response:
    """Show the next card, or the one of `id`; those of `later` wait for the end of the day."""
    library, day = visit.library, visit.library.today()
    later = [text for text in visit.asked("later").split(",") if text.isdecimal()]
    due = recall.due(library, day)
    cards = recall.cards(library, day)
    asked = visit.asked("id")
    if asked:
        held = find_paper(library, asked)
        cards = [(held, recall.waiting_of(library, held))]
    left = [one for one in cards if str(one[0].row) not in later]
    card = card_of(library, *left[0]) if left else None
    values: dict[str, Any] = {
        "card": card,
        "due": due,
        "paused": paused_text(due) if due.is_paused and not asked else "",
        "n_left": len(left),
        "n_later": len(cards) - len(left),
        "later": ",".join(later),
        "choices": _choices(visit, card) if card else [],
        "state": _state(card.waiting) if card else "",
        "graded": visit.asked("graded"),
        "is_asked": bool(asked),
    }
    return visit.page("recall.html", **values)


def grade(visit: Visit) -> Response:
    """Keep a grade; one that was given elsewhere meanwhile stays."""
    from reader.memory import next_day

    library, field = visit.library, visit.field
    held = find_paper(library, field("id"))
    given = field("grade")
    if given not in ("1", "2", "3", "4"):
        raise UsageError(what=say("web.recall.no_grade"), hint=say("web.recall.no_grade.hint"))
    later = {"later": field("later")} if field("later") else {}
    if _state(recall.waiting_of(library, held)) != field("state"):
        said = say("recall.elsewhere", title=plain(held.paper.title))
        return _answered(visit, later, said, held, is_done=False)
    graded = recall.grade(library, held, int(given), next_day=next_day)
    said = graded_text(library, graded, has_title=True)
    return _answered(visit, later | {"graded": held.paper.id}, said, held, is_done=True)


def undo(visit: Visit) -> Response:
    """Take back the last grade, of one paper or of any."""
    library = visit.library
    of = find_paper(library, visit.field("id")) if visit.field("id") else None
    undone = recall.undo_grade(library, of=of)
    if undone is None:
        return _answered(visit, {}, say("recall.no_grade"), of, is_done=False)
    held, review = undone
    title = plain(held.paper.title)
    said = say("recall.undone", grade=say(f"recall.{review.grade}"), title=title)
    return _answered(visit, {"id": held.paper.id}, said, held, is_done=True)


def _answered(
    visit: Visit, asked: dict[str, str], said: str, held: Held | None, *, is_done: bool
) -> Response:
    to = f"/recall?{urlencode(asked)}" if asked else "/recall"
    if not visit.wants_json:
        return visit.to(to, said=said)
    id_ = held.paper.id if held else None
    return visit.json({"said": said, "is_done": is_done, "id": id_, "to": to})


def _choices(visit: Visit, card: Card) -> list[tuple[int, str, int]]:
    """Give each grade with its name, and in how many days the note would come back."""
    from reader.memory import next_day

    today = visit.library.today()
    days = recall.next_days(visit.library, card.held, next_day=next_day)
    return [(n, say(f"recall.{n}"), (day - today).days) for n, day in enumerate(days, 1)]


def _state(waiting: Waiting) -> str:
    """Tell a card from the same one graded since."""
    return f"{waiting.last_on or ''} {waiting.due_on or ''}"


ROUTES = [
    route("/recall", page),
    route("/recall", grade, "POST"),
    route("/recall/undo", undo, "POST"),
]
