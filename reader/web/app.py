"""Put the pages together into one application; knows no port and no certificate."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from reader.web.pages import PAGES
from reader.web.parts import Parts
from reader.web.pool import Pool

A_YEAR_S = 31_536_000


def application(parts: Parts) -> Starlette:
    """Give the pages of one library as an ASGI application."""
    pool = Pool(parts.folder, parts.open_library)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        pool.close()

    routes: list[BaseRoute] = [found for page in PAGES for found in page.ROUTES]
    routes.append(Mount("/static", _Static(packages=[("reader.web", "static")])))
    made = Starlette(routes=routes, lifespan=lifespan)
    made.state.parts, made.state.pool = parts, pool
    return made


class _Static(StaticFiles):
    """Files of this program: for good, as their addresses change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        if Request(scope).url.query:
            found.headers["cache-control"] = f"public, max-age={A_YEAR_S}, immutable"
        return found
