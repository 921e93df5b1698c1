"""Texts about PDFs: added ones, the tablet, marks; in Japanese."""

from __future__ import annotations

TEXTS: dict[str, str] = {}
