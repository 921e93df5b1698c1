"""Texts of the ranking: why a paper stands where it stands, and what teaches it."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
