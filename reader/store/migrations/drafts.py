"""Layout 13: drafts, and what a note was compared with."""

from __future__ import annotations

STEP: tuple[str, list[str]] = ("m013_drafts", [])
