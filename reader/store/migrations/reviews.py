"""Layout 12: notes that come back."""

from __future__ import annotations

STEP: tuple[str, list[str]] = ("m012_reviews", [])
