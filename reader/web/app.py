"""Put the pages together into one application; knows no port and no certificate."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from reader.web.gate import Gate
from reader.web.pages import ROUTES
from reader.web.pool import Pool, ValueCache
from reader.web.render import asset_content
from reader.web.visit import Parts, refused
from reader.web.work import MorningClock, Work

A_YEAR_S = 31_536_000


def application(parts: Parts, *inner: Middleware) -> Starlette:
    """Build the pages of one library as an ASGI application.

    inner: what a request passes after the gate and before its page.
    """
    pool = Pool(parts.folder, parts.open_library)

    async def refuse(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  what it is registered for
        return await refused(request, error.status_code)

    routes = [*ROUTES, Mount("/static", _Static(packages=[("reader.web", "static")]))]
    made = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, door=parts.door, refuse=refused), *inner],
        exception_handlers={HTTPException: refuse},
        lifespan=functools.partial(_lifespan, parts, pool),
    )

    # `server` calls it before uvicorn waits for open answers: a stream never ends by itself.
    async def end_streams() -> None:
        await made.state.work.end_streams()

    made.state.end_streams = end_streams
    made.state.parts, made.state.pool, made.state.remembered = parts, pool, ValueCache()
    return made


@contextlib.asynccontextmanager
async def _lifespan(parts: Parts, pool: Pool, app: Starlette) -> AsyncIterator[None]:
    # Made here, since both need the running event loop. They end with the server.
    work = app.state.work = Work(parts.command, parts.clock)
    clock = None
    if parts.gather_at is not None:
        clock = MorningClock(parts.gather_at, pool, work, parts.tell)
    app.state.morning_clock = clock
    # Pages run in threads: by this one of them starts work in the loop.
    app.state.loop = asyncio.get_running_loop()
    looking = asyncio.create_task(clock.run()) if clock else None
    try:
        yield
    finally:
        # The clock ends first: it could begin new work while the old one is being ended.
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
        await work.close()
        for one in (pool, parts.drawn, parts.uploads):
            # In a thread: ending the processes that draw takes a while.
            await run_in_threadpool(one.close)


class _Static(StaticFiles):
    """The program's own files. Browsers keep them for good: an address has the file's hash."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = await super().get_response(path, scope)
        # Scripts import each other by addresses with hashes, which the files themselves lack.
        if path.endswith(".js") and found.status_code == 200:
            found = Response(asset_content(path), media_type="text/javascript")
        # Without its hash an address may have another content tomorrow.
        if Request(scope).url.query:
            found.headers["cache-control"] = f"public, max-age={A_YEAR_S}, immutable"
        return found
