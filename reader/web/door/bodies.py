"""Bound what a request may send: how much, counted as it arrives, and how slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

LONGEST_PATH = 2_048
LONGEST_QUERY = 8_192
LONGEST_HEADERS = 32_768
"""Bytes of all headers together; the server counts those that come in pieces only."""

PATIENCE_S = 20.0
"""How long nothing may come."""

SLOWEST = 8_192
"""Bytes a second that a body must come with, after `PATIENCE_S`: a third of old 3G."""


def limited(
    receive: Receive, most: int, *, clock: Callable[[], float], patience_s: float = PATIENCE_S
) -> Receive:
    """Give the body of a request as long as it is no larger than `most` bytes and not too slow.

    Raises HTTPException, 413 or 408, in whoever reads it. clock: seconds.
    """
    started = clock()
    n_bytes, is_over = 0, False

    async def bounded() -> Message:
        nonlocal n_bytes, is_over
        if is_over:  # whoever listens now waits for the client to go, however long
            return await receive()
        left = started + patience_s + n_bytes / SLOWEST - clock()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, min(left, patience_s)))
        except TimeoutError:
            raise HTTPException(408) from None
        n_bytes += len(message.get("body", b""))
        if n_bytes > most:
            raise HTTPException(413)
        is_over = not message.get("more_body", False)
        return message

    return bounded


MAX_BODY = 1024 * 1024
"""Bytes of a form."""

MAX_NOTE = 3 * MAX_BODY
"""Bytes of a form with a note: a form writes each byte that is not ASCII as three, so that a
Japanese note as large as notes may be (`note.MAX_BYTES`) fits."""

MAX_UPLOAD = 300 * 1024 * 1024
"""Bytes of a marked PDF that is handed back."""
