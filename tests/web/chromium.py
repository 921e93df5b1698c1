"""Find the browser that tests drive."""

from __future__ import annotations

import shutil

NO_SANDBOX = "--no-sandbox"
"""Chromium refuses to start as root with its sandbox, as in a container of CI."""


def chromium() -> str | None:
    """Find Debian's Chromium or another one; None where there is none."""
    return _first("chromium", "chromium-browser", "google-chrome", "chrome")


def bare_chromium() -> str | None:
    """Find Chromium without its own windows, bars and menus; else the whole one.

    The pages are the same. A new context with a page takes a fourth of the time, since no window
    with tabs is drawn around it, and each further page a third.
    """
    return _first("chromium-headless-shell") or chromium()


def _first(*names: str) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)
