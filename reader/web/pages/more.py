"""Show what is about the program and its devices: signing in and out, the language, the pages
without a tab, the progress of long work, and what a device keeps to go on without a network.
"""

from __future__ import annotations

import asyncio
import functools
import json
import math
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from reader import __version__
from reader.base.errors import NotKnown, ReaderError, UsageError
from reader.base.messages import N_, _, ngettext, speaking
from reader.base.tex import title_text
from reader.base.text import plain, plain_lines
from reader.library.folder import Library, find_paper
from reader.morning.about import carried_by, device_texts
from reader.morning.pick import whole_queue
from reader.texts.morning import STEPS
from reader.web.gate import ServerAddress
from reader.web.render import (
    A_YEAR_S,
    LANGUAGES,
    WORKER,
    asset,
    asset_content,
    assets,
    assets_version,
)
from reader.web.sessions import LIFE_S, device_of, grouped
from reader.web.visit import Visit, language_of, own_address, route, set_said
from reader.web.work import KINDS, MorningClock, Pool, Work, WorkRun

COOKIE_LIFE_S = 400 * 86_400
"""Browsers keep no cookie for longer than 400 days."""


def enter(visit: Visit) -> Response:
    """Show the form for a one-time code; with a valid code the device gets its cookie.

    Only a POST uses up a code: opening the address with it does not.
    """
    door, request = visit.parts.door, visit.request
    where = own_address(visit.field("next") or visit.param("next"))
    is_in = request.state.session is not None or not door.served.needs_login
    shown = functools.partial(
        visit.page, "enter.html", is_in=is_in, next=where, has=bool(door.certificate)
    )
    if request.method != "POST":
        if is_in and "next" in request.query_params:
            return visit.to(where)
        typed = visit.param("code")[:32]
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
    session = visit.field("session")
    if session == "all":
        door.sessions.remove_all()
        door.codes.forget()
    else:
        door.sessions.remove(session)
    if mine is None or session not in ("all", mine.id):
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


PLACES = (
    ("/topics", N_("Folders"), "folder"),
    ("/sources", N_("Sources"), "sources"),
    ("/week", N_("The week"), "week"),
    ("/stats", N_("Reading habit"), "stats"),
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
    chosen = visit.request.cookies.get("language", "")
    return visit.page(
        "more.html",
        places=PLACES,
        languages=LANGUAGES,
        chosen=chosen if chosen in LANGUAGES else "",
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


RETRY_MS = 2_000
"""Milliseconds after which a browser opens a broken stream again."""

START_S = 10.0
"""Seconds that a request waits for the event loop to start work."""


def work(visit: Visit) -> Response:
    """Show what runs, the outcome of the last run, and when the next gather is."""
    found: Work = visit.request.app.state.work
    clock: MorningClock | None = visit.request.app.state.morning_clock
    zone = visit.config.timezone
    run = found.last
    ended = ""
    if run and run.code == 0:
        ended = _("Done.")
        if run.kind == "gather":
            ended = ngettext("Done: {n} new paper.", "Done: {n} new papers.", run.n_new)
    elif run and run.error is None and run.code is not None and run.problems:
        ended = _("Done, but there were problems.")
        if run.kind == "gather":
            ended = ngettext(
                "Done: {n} new paper, but there were problems.",
                "Done: {n} new papers, but there were problems.",
                run.n_new,
            )
    elif run:
        ended = _("The task stopped before it was finished.")
    return visit.page(
        "work_state.html" if visit.is_part else "work.html",
        run=run,
        step=step_text(run) if run else "",
        ended=ended,
        at=f"{run.began_at.astimezone(zone):%H:%M}" if run else "",
        # Without a paper, fetching is a part of the index.
        kinds=[kind for kind in KINDS if kind != "fetch"],
        seen=found.newest,
        next_at=f"{clock.next_at():%H:%M}" if clock else "",
        log=[(f"{at.astimezone(zone):%H:%M}", text) for at, text in clock.log] if clock else [],
    )


def begin(visit: Visit) -> Response:
    """Start work of a kind, unless some is running.

    `fetch` asks at once for the PDF of `id`, else for all that are missing of the queue, also
    those that failed.
    """
    kind = visit.field("kind")
    if kind not in KINDS:
        raise UsageError(
            what=_("There is no such task."), hint=_("Reload the page and use its buttons.")
        )
    ids = _papers_to_fetch(visit) if kind == "fetch" else []
    found: Work = visit.request.app.state.work
    loop: asyncio.AbstractEventLoop = visit.request.app.state.loop
    # This page runs in a thread, and `Work` in the event loop.
    starting = asyncio.run_coroutine_threadsafe(found.start(kind, ids), loop)
    has_begun = starting.result(START_S)
    message = _(
        N_("Started.") if has_begun else N_("Another task is running, so nothing was started.")
    )
    return visit.done("/work", message, begun=has_begun)


def _papers_to_fetch(visit: Visit) -> list[str]:
    if id_ := visit.field("id"):
        return [find_paper(visit.library, id_).record.id]
    return [one.paper.record.id for one in whole_queue(visit.library) if not one.has_pdf]


async def events(request: Request) -> Response:
    """Stream the states of the work as server-sent events."""
    found: Work = request.app.state.work
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")

    def language_now() -> str:
        pool: Pool = request.app.state.pool
        with suppress(ReaderError), pool.lent() as library:
            return language_of(request, library.config)
        return language_of(request, None)

    language = await run_in_threadpool(language_now)

    async def lines() -> AsyncIterator[str]:
        yield f"retry: {RETRY_MS}\n\n"
        async for state in found.states(after):
            if state is None:
                # A line with a colon first is a comment, which browsers ignore.
                yield ": still here\n\n"
                continue
            id_, run = state
            event = "ended" if run.ended_at else "progress" if run.step else "begun"
            with speaking("ja" if language == "ja" else "en"):
                data = {"text": step_text(run), "done": run.done, "total": run.total}
            yield f"id: {id_}\nevent: {event}\ndata: {json.dumps(data)}\n\n"

    # X-Accel-Buffering asks nginx and others to pass each line on at once.
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(lines(), media_type="text/event-stream", headers=headers)


def step_text(run: WorkRun) -> str:
    """Describe the progress in a sentence: the step, and how much of it is done."""
    if not run.step:
        return _("Starting")
    name = _(STEPS[run.step]) if run.step in STEPS else plain(run.step)
    if not run.total:
        return name
    return _("{step}: {done} of {total}", step=name, done=run.done, total=run.total)


def worker(_unused: Visit) -> Response:
    """Send the service worker.

    Its text has a version of all static files: after a change browsers install the new one.
    """
    known = {"VERSION": assets_version(), "ASSETS": assets()}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items())
    return Response(
        head.encode() + asset_content(WORKER),
        media_type="text/javascript",
        headers={"cache-control": "no-cache", "service-worker-allowed": "/"},
    )


def manifest(_unused: Visit) -> Response:
    """Send the web app manifest, by which a device puts the pages on its home screen."""
    png = {"type": "image/png"}
    found = {
        "name": _("reader: papers every morning"),
        "short_name": _("reader"),
        "description": _("The morning's papers, and notes on them in your own words."),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#faf8f4",
        "icons": [
            {"src": asset("app.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": asset("app-192.png"), "sizes": "192x192"} | png,
            {"src": asset("app-512.png"), "sizes": "512x512"} | png,
            {"src": asset("app-maskable-512.png"), "sizes": "512x512", "purpose": "maskable"} | png,
        ],
    }
    return JSONResponse(found, media_type="application/manifest+json")


def carried(visit: Visit) -> Response:
    """List the pages for a device to keep, with a current token for its waiting acts."""
    found = carried_by(visit.library)
    pages = [
        {"address": address, "stamp": ""}
        for address in ("/", "/triage", "/queue", "/recall", "/search")
    ]
    for paper, stamp in found.several:
        id_ = quote(paper.record.id, safe="/:")
        pages += [{"address": f"/{kind}/{id_}", "stamp": stamp} for kind in ("paper", "note")]
    return visit.json(
        {
            "library": visit.request.state.library,
            "language": visit.request.state.language,
            "csrf": getattr(visit.request.state, "csrf", ""),
            "pages": pages,
            "texts": found.texts,
            "pdfs": [f"/pdf/{quote(paper.record.id, safe='/:')}" for paper in found.pdfs],
        }
    )


def device(visit: Visit) -> Response:
    """Send what a device searches without a network: its papers' texts, and how many it lacks."""
    library = visit.library
    return visit.json(visit.cached(("device", library.today()), lambda: _device_texts(library)))


def _device_texts(library: Library) -> dict[str, Any]:
    several, n_left_out = device_texts(library)
    found = [
        {
            "id": one.paper.record.id,
            "title": title_text(one.paper.record.title),
            "authors": plain(", ".join(one.paper.record.authors)),
            "abstract": title_text(one.paper.record.abstract),
            "note": plain_lines(one.note),
            "highlights": [plain(text) for text in one.marks],
        }
        for one in several
    ]
    return {"papers": found, "n_left_out": n_left_out}


def offline(visit: Visit) -> Response:
    """Show the page of what a device keeps; a script fills it in on the device."""
    return visit.page("offline.html")


ROUTES: list[BaseRoute] = [
    route("/more", more),
    route("/language", language, "POST"),
    route("/enter", enter, "GET", "POST"),
    route("/door", devices),
    route("/door/code", new_code, "POST"),
    route("/door/leave", leave, "POST"),
    route("/trust", trust),
    route("/trust/asayomi.cer", certificate),
    route("/worker.js", worker),
    route("/manifest.webmanifest", manifest),
    route("/offline.json", carried),
    route("/device.json", device),
    route("/offline", offline),
    route("/work", work),
    route("/work", begin, "POST"),
    Route("/work/events", events, methods=["GET"]),
]
