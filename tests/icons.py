"""Draw the icons of the pages: `python -m tests.icons` writes them into reader/web/static.

A sun that rises behind an open book. Only numbers stand here; the drawing is our own.
"""

from __future__ import annotations

from pathlib import Path

import pymupdf

from tests.data import ROOT

STATIC = ROOT / "reader" / "web" / "static"

SUN = '<circle cx="256" cy="252" r="76" fill="#f6b65c"/>'
RAYS = "".join(
    f'<path d="M{x1} {y1}L{x2} {y2}" stroke="#f6b65c" stroke-width="22" stroke-linecap="round"/>'
    for x1, y1, x2, y2 in (
        (256, 140, 256, 104),
        (176, 172, 151, 147),
        (336, 172, 361, 147),
        (142, 226, 114, 218),
        (370, 226, 398, 218),
    )
)
BOOK = (
    '<path d="M92 272C148 248 212 254 256 292V404C212 368 148 362 92 384Z" fill="#fbf8f1"/>'
    '<path d="M420 272C364 248 300 254 256 292V404C300 368 364 362 420 384Z" fill="#e7e1d3"/>'
    '<path d="M256 292V404" stroke="#27518a" stroke-width="8"/>'
)

SIZES = {"app-180.png": 180, "app-192.png": 192, "app-512.png": 512, "app-maskable-512.png": 512}


def drawing(*, is_round: bool, scale: float) -> str:
    """Draw the icon as SVG. is_round: with round corners and nothing outside of them; else the
    device cuts it, and what matters stays within four fifths of it."""
    corner = ' rx="112"' if is_round else ""
    offset = 256 * (1 - scale)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512" viewBox="0 0 512 512">'
        f'<rect width="512" height="512"{corner} fill="#27518a"/>'
        f'<g transform="translate({offset:g} {offset:g}) scale({scale:g})">{SUN}{RAYS}{BOOK}</g>'
        "</svg>\n"
    )


def picture(svg: str, size: int) -> bytes:
    """Give a drawing as PNG, size by size pixels."""
    with pymupdf.open(stream=svg.encode(), filetype="svg") as page:
        zoom = size / page[0].rect.width
        pixels = page[0].get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=True)
    return bytes(pixels.tobytes("png"))


def all_files() -> dict[str, bytes]:
    """Give the icons by file name."""
    app, cut = drawing(is_round=True, scale=1), drawing(is_round=False, scale=0.86)
    found = {"app.svg": app.encode()}
    for name, size in SIZES.items():
        # iPads round the corners themselves, and show what is transparent as black.
        found[name] = picture(app if name in ("app-192.png", "app-512.png") else cut, size)
    return found


if __name__ == "__main__":
    for name, content in all_files().items():
        Path(STATIC / name).write_bytes(content)
