"""Texts of the habit: recall, the week, statistics, sharing, days off; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
