"""Open a port to listen on, or say why there is none."""

from __future__ import annotations

import errno
import os
import socket

from reader.errors import UsageError
from reader.phrases import say

WAITING = 512
"""Connections that wait to be taken."""


def listening(host: str, port: int) -> socket.socket:
    """Open a port; 0 is any that is free. Raises UsageError with what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise _no_host(host) from None
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    opened = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two servers have one port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind(address)
        opened.listen(WAITING)
    except OSError as error:
        opened.close()
        raise _why(error, host, port) from None
    return opened


def _why(error: OSError, host: str, port: int) -> UsageError:
    if error.errno == errno.EADDRINUSE:
        return UsageError(what=say("serve.taken", port=port), hint=say("serve.taken.hint"))
    if error.errno in (errno.EACCES, errno.EPERM):
        return UsageError(what=say("serve.forbidden", port=port), hint=say("serve.forbidden.hint"))
    if error.errno == errno.EADDRNOTAVAIL:
        return _no_host(host)
    what = say("serve.no_listen", host=host, what=error.strerror or error)
    return UsageError(what=what, hint=say("serve.no_host.hint"))


def _no_host(host: str) -> UsageError:
    return UsageError(what=say("serve.no_host", host=host), hint=say("serve.no_host.hint"))
