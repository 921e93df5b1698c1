"""Texts of the full-screen list."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
