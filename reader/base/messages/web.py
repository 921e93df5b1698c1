"""Texts that all pages have: where to go, errors, the frame around them."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "web.name": "reader",
    "web.to_content": "Skip to content",
    "web.nav": "Main menu",
    "web.nav.today": "Today",
    "web.nav.search": "Search",
    "web.nav.recall": "Recall",
    "web.nav.papers": "Papers",
    "web.nav.more": "More",
    "web.error": "Error",
    "web.home": "Go to today",
    "web.and_others": "and {n:other|others}",
    "web.pick": "Pick",
    "web.skip": "Skip",
    "web.undo": "Undo",
    "web.picked": "Picked",
    "web.skipped": "Skipped",
    "web.read": "Read",
    "web.named": "{what}: {title}",
}
