"""Texts of the full-screen list; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
