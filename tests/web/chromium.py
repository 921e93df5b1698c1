"""Find the browser that tests drive."""

from __future__ import annotations

import shutil

NO_SANDBOX = "--no-sandbox"
"""Chromium refuses to start as root with its sandbox, as in a container of CI."""


def chromium() -> str | None:
    """Find Debian's Chromium or another one; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((found for name in names if (found := shutil.which(name))), None)
