"""Texts of the pages: papers, files, topics and sources."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
