"""Import what drives the browser, or skip the module that asks for it, with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

__all__ = ["Axe", "Browser", "BrowserContext", "Locator", "Page", "expect", "script"]

expect.set_options(timeout=60_000)  # two cores may be busy with other tests


def script(name: str) -> str:
    """Read a JavaScript function from a file beside the tests."""
    return Path(__file__).with_name(name).read_text("utf-8")
