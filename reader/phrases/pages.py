"""Texts of what is exported to notes/ and read back from it."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
