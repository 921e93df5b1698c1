"""Layout 14: pages that an export writes besides notes."""

from __future__ import annotations

STEP: tuple[str, list[str]] = ("m014_pages", [])
