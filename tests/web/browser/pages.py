"""List what there is to look at, so that no page is forgotten by the tests that look at all."""

from __future__ import annotations

from urllib.parse import quote

from tests.web.world import EARLIER, HOSTILE

PAPER, JAPANESE, BUBBLES = EARLIER
"""Papers with a note: one has a PDF with highlights, one a Japanese title, one a hostile note."""

ADDRESSES = (
    "/",
    "/?date=2026-11-20",
    "/triage",
    f"/paper/{PAPER}",
    f"/paper/{JAPANESE}",
    f"/paper/{HOSTILE}",
    f"/note/{PAPER}",
    f"/note/{BUBBLES}",
    f"/note/{PAPER}/history",
    f"/paper/{PAPER}/changes",
    f"/paper/{PAPER}/changes/decided",
    f"/pdf/{PAPER}/page/1",
    "/search",
    f"/search?q={quote('speech translation')}",
    f"/search?q={quote('同時通訳')}",
    "/recall",
    "/papers",
    "/topics",
    "/topics/speech/translation",
    "/week",
    "/stats",
    "/day?date=2026-11-25",
    f"/share?id={PAPER}",
    "/sources",
    "/work",
    "/offline",
    "/door",
    "/trust",
    "/more",
    f"/mute?id={HOSTILE}",
    f"/paper/{quote('arxiv:2611.99999')}",
)
"""Every kind of page; the last one is of a paper that is not here."""
