"""Texts of the pages in Japanese: papers, files, topics and sources."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
