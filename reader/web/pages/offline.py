"""Let the pages be installed and kept: manifest, worker, what to carry along, what waits."""

from __future__ import annotations

import json
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from reader.library.carried import carried_by
from reader.phrases import say
from reader.web.assets import WORKER, asset, asset_content, assets, assets_version
from reader.web.visit import Visit, route


def worker(_: Visit) -> Response:
    """Give the service worker; its text changes with any file of ours, so that browsers
    take the new one."""
    known = {"VERSION": assets_version(), "ASSETS": assets()}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items())
    return Response(
        head.encode() + asset_content(WORKER),
        media_type="text/javascript",
        headers={"cache-control": "no-cache", "service-worker-allowed": "/"},
    )


def manifest(_: Visit) -> Response:
    """Tell a device how to put the pages on its home screen."""
    found = {
        "name": say("web.app.name"),
        "short_name": say("web.name"),
        "description": say("web.app.description"),
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#faf8f4",
        "icons": [
            {"src": asset("app.svg"), "sizes": "any", "type": "image/svg+xml"},
            {"src": asset("app-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": asset("app-512.png"), "sizes": "512x512", "type": "image/png"},
            {
                "src": asset("app-maskable-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
    }
    return JSONResponse(found, media_type="application/manifest+json")


def carried(visit: Visit) -> Response:
    """List the pages that a device keeps, and give a token as of now to what was kept there."""
    found = carried_by(visit.library)
    pages = [{"address": address, "stamp": ""} for address in ("/", "/triage")]
    for held, stamp in found.several:
        id_ = quote(held.paper.id, safe="/:")
        pages += [{"address": f"/{kind}/{id_}", "stamp": stamp} for kind in ("paper", "note")]
    return visit.json(
        {
            "library": found.library,
            "language": visit.request.state.language,
            "csrf": getattr(visit.request.state, "csrf", ""),
            "pages": pages,
        }
    )


def offline(visit: Visit) -> Response:
    """Show what is kept on this device; all of it is filled in there."""
    return visit.page("offline.html")


ROUTES = [
    route("/worker.js", worker),
    route("/manifest.webmanifest", manifest),
    route("/offline.json", carried),
    route("/offline", offline),
]
