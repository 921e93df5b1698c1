"""Texts about papers: copies, people, folders, what is known, what is found; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
