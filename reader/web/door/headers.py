"""Read and write headers: which requests are for these pages, and what a page of ours may do.

Tell the browser, with every answer, what a page of ours may do: nothing but its own.

No HSTS: it holds for a name's every port, and for names of a home it would lock the person
out of their own plain pages, and of these once the authority is made anew.

Tell requests for these pages from others, by what their headers say: pure functions.

A page of another site can make the browser ask this server, by an address (cross-site) or
by a name of its own that leads here (DNS rebinding): the first is seen by Origin and
Sec-Fetch-Site, the second by Host.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
OF_PDF = "frame-ancestors 'none'"
"""Browsers show a PDF by a page of their own, which the whole policy would keep from working."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: that makes browsers send "Origin: null" with our own forms. Other
    # sites are told nothing by this one either.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(
        f"{name}=()"
        for name in (
            "camera",
            "microphone",
            "geolocation",
            "payment",
            "usb",
            "serial",
            "display-capture",
            "browsing-topics",
        )
    ),
}
TEXTS = ("text/html", "application/json", "text/event-stream")


def complete(headers: MutableHeaders) -> None:
    """Add what every answer carries; how long it may be kept only where it does not say so."""
    for name, value in ALWAYS.items():
        headers[name] = value
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    headers["content-security-policy"] = OF_PDF if kind == "application/pdf" else POLICY
    # Who reads what of whom is private: no proxy and no disk keeps a page. The service
    # worker has copies of its own for when there is no network.
    headers.setdefault(
        "cache-control", "private, no-store" if kind in TEXTS else "private, no-cache"
    )
    if "server" in headers:
        del headers["server"]


LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How the pages are reached.

    names: lower case, IPv6 addresses without brackets. port: 0 where it does not matter.
    addresses: of the start page, the one to print as a QR code first. fingerprint: SHA-256
    of the authority's certificate, empty without one. is_local: no other machine connects.
    """

    names: frozenset[str] = LOCAL_NAMES
    port: int = 0
    is_tls: bool = False
    needs_login: bool = False
    addresses: tuple[str, ...] = ()
    fingerprint: str = ""
    is_local: bool = True

    @property
    def cookie(self) -> str:
        """Name the cookie. With its port, since browsers keep one jar for all ports of a host."""
        return f"{'__Host-' if self.is_tls else ''}reader{f'-{self.port}' if self.port else ''}"


def host_of(header: str) -> str | None:
    """Give the name in a Host header, None where it is none."""
    found = _HOST.fullmatch(header)
    return (found["v6"] or found["name"]).lower().rstrip(".") if found else None


def is_ours(served: ServerAddress, header: str, arrived_at: str) -> bool:
    """Tell whether a Host header names this server.

    arrived_at: the address of this machine that the connection came to. Under that a page
    of another site cannot have been loaded, so it is no rebinding; and it may have changed
    since the start.
    """
    host = host_of(header)
    return host is not None and (host in served.names or _same(host, arrived_at))


def _same(host: str, arrived_at: str) -> bool:
    try:
        here = ipaddress.ip_address(arrived_at.partition("%")[0])
        there = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = here.ipv4_mapped if isinstance(here, ipaddress.IPv6Address) else None
    return there in (here, mapped)


def is_from_elsewhere(served: ServerAddress, headers: Mapping[str, str], *, is_read: bool) -> bool:
    """Tell whether a page of another site makes the browser ask.

    A link that leads here from elsewhere is fine: the browser then shows our page alone, and
    who linked sees nothing of it. Everything else of another origin is not; another port of
    this machine is another origin. Without either header (curl, browsers over plain HTTP
    send no Sec-Fetch) the token of the form decides.
    """
    site = headers.get("sec-fetch-site", "")
    if site not in ("", "same-origin", "none"):
        # "empty" is a link that our own service worker passes on. Frames are refused here
        # and by the policy.
        is_link = headers.get("sec-fetch-mode") == "navigate"
        return not (is_read and is_link and headers.get("sec-fetch-dest") in ("document", "empty"))
    origin = headers.get("origin", "")
    return not is_read and origin != "" and not _is_origin(served, origin, headers.get("host", ""))


def _is_origin(served: ServerAddress, origin: str, host: str) -> bool:
    # https before plain HTTP is a proxy of the person's on this machine.
    schemes = ("https",) if served.is_tls else ("http", "https")
    return origin.lower() in {f"{scheme}://{host.lower()}" for scheme in schemes}
