"""Layout 11: what teaches the ranking besides decisions."""

from __future__ import annotations

STEP: tuple[str, list[str]] = ("m011_lessons", [])
