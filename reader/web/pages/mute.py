"""Mute what a paper has or what is typed, list what is muted, and take it back."""

from __future__ import annotations

from typing import cast, get_args

from starlette.responses import Response

from reader.base.errors import UsageError
from reader.base.messages import N_, _
from reader.library.find import find_paper
from reader.morning.mute import last_day, mute, mute_lines, parts_of, unmute
from reader.ranking.mute import MuteKind
from reader.texts.morning import mute_line_text, mute_texts, muted_part
from reader.web.visit import Visit, own_address, route

DAYS = (0, 7, 30, 90)
"""How long a page can mute something; 0: for good."""


def listing(visit: Visit) -> Response:
    """List what is muted; with `id` also what can be muted of a paper."""
    id_ = visit.asked("id")
    held = find_paper(visit.library, id_) if id_ else None
    parts = parts_of(visit.library, held) if held else []
    return visit.page(
        "mute.html",
        held=held,
        parts=[(_field(kind, value), muted_part(kind, value)) for kind, value in parts],
        lines=[
            (_field(line.mute.kind, line.mute.value), mute_line_text(line))
            for line in mute_lines(visit.library)
        ],
        days=DAYS,
        back=own_address(visit.asked("back")),
    )


def mute_it(visit: Visit) -> Response:
    """Mute a part of a paper, or the words of the field `words`."""
    days = visit.field("days") or "0"
    if days not in map(str, DAYS):
        raise UsageError(
            what=_("A page mutes for 7, 30 or 90 days, or for good."),
            hint=_("`reader mute --help` has examples."),
        )
    part = _part(visit) if visit.field("part") else ("word", visit.field("words"))
    new, known = mute(visit.library, [part], until=last_day(visit.library, int(days)))
    key = N_("Muted: {what}") if new else N_("Already muted: {what}")
    return visit.done(visit.back, _(key, what=mute_texts([*new, *known])))


def unmute_it(visit: Visit) -> Response:
    """Take a mute back."""
    found = unmute(visit.library, [_part(visit)])
    return visit.done(visit.back, _("No longer muted: {what}", what=mute_texts(found)))


def _field(kind: MuteKind, value: str) -> str:
    return f"{kind}:{value}"


def _part(visit: Visit) -> tuple[MuteKind, str]:
    kind, _colon, value = visit.field("part").partition(":")
    if kind not in get_args(MuteKind):
        raise UsageError(
            what=_("{text} cannot be muted.", text=repr(kind[:80])),
            hint=_("Use the buttons of the page."),
        )
    return cast("MuteKind", kind), value


ROUTES = [
    route("/mute", listing),
    route("/mute", mute_it, "POST"),
    route("/unmute", unmute_it, "POST"),
]
