"""List what there is to look at, so that no page is forgotten by the tests that look at all."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.routing import Match, Route

from reader.web.pages import ROUTES
from tests.web.world import EARLIER, HOSTILE, REMOVED

PAPER, JAPANESE, BUBBLES = EARLIER
"""Papers with a note: one has arXiv's HTML and a PDF with highlights, one a Japanese title, one a
hostile note."""

ADDRESSES = (
    "/",
    "/?date=2026-11-20",
    "/triage",
    f"/paper/{PAPER}",
    f"/paper/{JAPANESE}",
    f"/paper/{HOSTILE}",
    f"/note/{PAPER}",
    f"/note/{BUBBLES}",
    f"/note/{HOSTILE}",
    f"/note/{PAPER}/history",
    f"/note/{BUBBLES}/diff",
    f"/paper/{PAPER}/changes",
    f"/paper/{PAPER}/changes/decided",
    f"/pdf/{PAPER}/page/1",
    f"/pdf/{PAPER}/read",
    f"/pdf/{PAPER}/reflow",
    f"/pdf/{PAPER}/reflow?of=pdf",
    "/search",
    f"/search?q={quote('speech translation')}",
    f"/search?q={quote('同時通訳')}",
    "/recall",
    "/papers",
    "/topics",
    "/topics/speech/translation",
    "/queue",
    "/papers?sort=title",
    "/week",
    "/stats",
    "/day?on=2026-11-25",
    f"/share?id={PAPER}",
    "/sources",
    "/work",
    "/offline",
    f"/add?url={quote('https://arxiv.org/abs/2611.99998')}",
    f"/wrong?id={HOSTILE}",
    "/waiting",
    "/trash",
    f"/paper/{REMOVED}",
    "/enter",
    "/door",
    "/trust",
    "/more",
    f"/mute?id={HOSTILE}",
    f"/paper/{quote('arxiv:2611.99999')}",
)
"""Every kind of page; the last one is of a paper that is not here."""

NOT_LOOKED_AT = (
    "/note/{id:path}/beside",  # within the note's page
    "/paper/{id:path}/page.png",
    "/paper/{id:path}/figure.png",
    "/pdf/{id:path}/page/{n:int}.png",
    "/pdf/{id:path}/page",  # leads on to a page
    "/pdf/{id:path}",  # the file
    "/share/file",
    "/trust/asayomi.cer",
    "/manifest.webmanifest",
    "/offline.json",
    "/work/events",
    "/worker.js",
    "/device.json",
    "/palette.json",
    "/pdf/{id:path}/contents.json",
    "/pdf/{id:path}/find.json",
    "/pdf/{id:path}/html/{name}",
    "/pdf/{id:path}/marks.json",
    "/pdf/{id:path}/page/{n:int}.json",
    "/pdf/{id:path}/page/{n:int}.webp",
    "/pdf/{id:path}/page/{n:int}/citations.json",
    "/pdf/{id:path}/page/{n:int}/part.png",
    "/pdf/{id:path}/pages.json",
    "/pdf/{id:path}/reference/{k:int}",  # a card
)
"""Routes that answer with something else than a page."""

PLAIN_ROUTES = [route for route in ROUTES if isinstance(route, Route)]


def route_of(address: str) -> str:
    """Find the route that answers an address; it stands for a kind of page."""
    scope = {"type": "http", "method": "GET", "path": unquote(address.partition("?")[0])}
    return next(route.path for route in PLAIN_ROUTES if route.matches(scope)[0] is Match.FULL)
