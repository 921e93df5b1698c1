"""Texts of the pages: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
