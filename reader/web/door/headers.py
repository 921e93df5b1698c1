"""Tell the browser, with every answer, what a page of ours may do: nothing but its own.

No HSTS: it holds for a name's every port, and for names of a home it would lock the person
out of their own plain pages, and of these once the authority is made anew.
"""

from __future__ import annotations

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
