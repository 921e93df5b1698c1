"""Texts of the commands' help, their options and what holds for all of them; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
