"""Sign devices in and out, list the pages without a tab, and change the language."""

from __future__ import annotations

import functools
import math
import re
import ssl
from datetime import UTC, date, datetime

import segno
from markupsafe import Markup
from starlette.responses import Response

from reader import __version__
from reader.base.errors import NotKnown
from reader.base.messages import N_, _, ngettext
from reader.web.gate import ServerAddress
from reader.web.render import LANGUAGES
from reader.web.sessions import LIFE_S, device_of, grouped
from reader.web.visit import Visit, own_address, route, set_said

COOKIE_LIFE_S = 400 * 86_400
"""Browsers keep no cookie for longer than 400 days."""


def enter(visit: Visit) -> Response:
    """Show the form for a one-time code; with a valid code the device gets its cookie.

    Only a POST uses up a code: opening the address with it does not.
    """
    door, request = visit.parts.door, visit.request
    where = own_address(visit.field("next") or visit.asked("next"))
    is_in = request.state.session is not None or not door.served.needs_login
    shown = functools.partial(
        visit.page, "enter.html", is_in=is_in, next=where, has=bool(door.certificate)
    )
    if request.method != "POST":
        if is_in and "next" in request.query_params:
            return visit.to(where)
        typed = visit.asked("code")[:32]
        return shown(code=typed, wrong="")
    client = request.client.host if request.client else ""
    # Asked before the code is looked at: with too many tries even the right one has to wait.
    if wait_s := math.ceil(door.throttle.try_now(client)):
        wrong = ngettext(
            "Too many wrong codes. Try again in {n} second.",
            "Too many wrong codes. Try again in {n} seconds.",
            wait_s,
        )
        answer = shown(status=429, code="", wrong=wrong)
        answer.headers["retry-after"] = str(wait_s)
        return answer
    token = door.sign_in(visit.field("code"), device_of(request.headers.get("user-agent", "")))
    if token is None:
        wrong = _(
            "This code is wrong, already used, or older than five minutes. For a new one, "
            "press Enter in the terminal of `reader serve`."
        )
        return shown(status=403, code="", wrong=wrong)
    door.throttle.succeeded(client)
    # The device signs in again: its old entry goes.
    if request.state.session is not None:
        door.sessions.remove(request.state.session.id)
    return _with_cookie(visit.to(where), door.served, token)


def _with_cookie(answer: Response, served: ServerAddress, token: str) -> Response:
    # Strict: a link on another site comes without the cookie; the page to sign in then goes on
    # by a touch. The icon on a home screen comes with it.
    answer.set_cookie(
        served.cookie,
        token,
        max_age=COOKIE_LIFE_S,
        secure=served.is_tls,
        httponly=True,
        samesite="strict",
    )
    return answer


def new_code(visit: Visit) -> Response:
    """Show a code for a further device, to a device that is signed in."""
    door = visit.parts.door
    if not door.served.needs_login:
        return visit.to("/door")
    return devices(visit, grouped(door.codes.new()))


def leave(visit: Visit) -> Response:
    """Sign out the device `session`, or "all"."""
    door, mine = visit.parts.door, visit.request.state.session
    asked = visit.field("session")
    if asked == "all":
        door.sessions.remove_all()
        door.codes.forget()
    else:
        door.sessions.remove(asked)
    if mine is None or asked not in ("all", mine.id):
        return visit.to("/door")
    answer = visit.to("/enter")
    answer.delete_cookie(
        door.served.cookie, secure=door.served.is_tls, httponly=True, samesite="strict"
    )
    # A sentence for the next page is for whoever signed out, and not for the next reader.
    set_said(answer, visit.request, "")
    # Not "storage": there wait the acts that were made offline.
    answer.headers["clear-site-data"] = '"cache"'
    return answer


def trust(visit: Visit) -> Response:
    """Show how to make a device trust this machine's authority."""
    # Imported here: cryptography would slow the start of the server.
    from reader.web.authority import limits_of

    door = visit.parts.door
    found = limits_of(door.certificate) if door.certificate else None
    pairs = re.findall("..", door.served.fingerprint.upper())
    return visit.page(
        "trust.html",
        fingerprint=" ".join(pairs),
        has=bool(door.certificate),
        names=[*found.names, *map(str, found.networks)] if found else [],
        until=found.until.date() if found else None,
    )


def certificate(visit: Visit) -> Response:
    """Send the authority's certificate as DER, the form that iPads and Android install."""
    if not visit.parts.door.certificate:
        raise NotKnown(
            what=_("This server has no certificate of its own, so there is nothing to trust."),
            hint=_("`reader serve --https` makes a certificate."),
        )
    content = ssl.PEM_cert_to_DER_cert(visit.parts.door.certificate.decode("ascii"))
    return Response(content, media_type="application/x-x509-ca-cert")


def devices(visit: Visit, code: str = "") -> Response:
    """Show the signed-in devices. code: for a further one, shown as a QR code too."""
    door, mine = visit.parts.door, visit.request.state.session

    def day(moment: float) -> date:
        return visit.library.day_of(datetime.fromtimestamp(moment, UTC))

    rows = [
        (one, day(one.since), day(one.seen), mine is not None and one.id == mine.id)
        for one in door.sessions.all()
    ]
    picture = Markup()
    if code and door.served.addresses:
        drawn = segno.make(f"{door.served.addresses[0]}enter?code={code}", error="m")
        svg = drawn.svg_inline(light="white", omitsize=True)
        picture = Markup(svg)  # noqa: S704  paths that segno made of an address of ours
    return visit.page(
        "door.html",
        rows=rows,
        needs_login=door.served.needs_login,
        code=code,
        minutes=LIFE_S // 60,
        picture=picture,
    )


A_YEAR_S = 31_536_000

PLACES = (
    ("/topics", N_("Folders"), "folder"),
    ("/sources", N_("Sources"), "sources"),
    ("/week", N_("The week"), "week"),
    ("/stats", N_("Reading habit"), "stats"),
    ("/papers", N_("All papers"), "papers"),
    ("/add", N_("Add a paper"), "upload"),
    ("/waiting", N_("Notes that wait for their paper"), "note"),
    ("/trash", N_("Trash"), "trash"),
    ("/mute", N_("Muted"), "skip"),
    ("/work", N_("Background tasks"), "work"),
    ("/offline", N_("Offline"), "offline"),
    ("/door", N_("Devices and sign-out"), "leave"),
)
"""The pages without a tab: (address, name of its text, icon)."""


def more(visit: Visit) -> Response:
    """Show the pages that have no tab and the languages, and name this program's version."""
    return visit.page(
        "more.html",
        places=PLACES,
        languages=LANGUAGES,
        version=__version__,
        folder=str(visit.library.folder),
    )


def language(visit: Visit) -> Response:
    """Set the language of this browser; "auto" goes by feeds.toml again."""
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


ROUTES = [
    route("/more", more),
    route("/language", language, "POST"),
    route("/enter", enter, "GET", "POST"),
    route("/door", devices),
    route("/door/code", new_code, "POST"),
    route("/door/leave", leave, "POST"),
    route("/trust", trust),
    route("/trust/asayomi.cer", certificate),
]
