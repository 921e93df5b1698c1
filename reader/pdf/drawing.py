"""Turn a drawing of ours, SVG, into a picture of pixels. Not for files of strangers."""

from __future__ import annotations


def png_of(svg: str, *, scale: float = 2.0) -> bytes:
    """Render SVG as PNG. scale: pixels for one of the drawing's."""
    import pymupdf

    with pymupdf.open(stream=svg.encode(), filetype="svg") as drawing:
        pixels = drawing[0].get_pixmap(matrix=pymupdf.Matrix(scale, scale), alpha=False)
        content: bytes = pixels.tobytes("png")
    return content
