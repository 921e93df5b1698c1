"""Texts of the pages in Japanese: today's list and triage."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
