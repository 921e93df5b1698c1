"""Texts of the pages: notes, search, recall and looks back."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
