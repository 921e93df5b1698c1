"""Texts of the pages in Japanese: what works without a network, and long work."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
