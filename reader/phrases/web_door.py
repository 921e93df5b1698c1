"""Texts of the pages: coming in: `serve`, tokens, certificates."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "help.serve": "Serve the morning as pages, for a browser, a phone or an iPad.",
    "option.port": "The port to listen on; 0 takes any that is free.",
    "serve.at": "The pages are at {address} (Ctrl-C ends).",
}
