"""Texts of writing a note: templates, own words, revisions, links."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
