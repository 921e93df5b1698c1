"""Give an invented page in the form of arXiv's HTML, and the picture of its figure."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw

NUMBER = "2611.80001"
"""The paper's number in the sample."""

_SAMPLE = (Path(__file__).parent / "pdfs" / "samples" / "latexml.html").read_bytes()


def sample_page(number: str = NUMBER, version: int = 2) -> bytes:
    """Return the sample as the page of a version of a paper."""
    return _SAMPLE.replace(f"{NUMBER}v2".encode(), f"{number}v{version}".encode())


def sample_picture(kind: str = "PNG", size: tuple[int, int] = (640, 240)) -> bytes:
    """Draw a curve, on no background as LaTeXML does."""
    width, height = size
    image = Image.new("LA", size)
    points = [(x, height * (0.9 - 0.8 * (x / width) ** 0.5)) for x in range(0, width, 8)]
    ImageDraw.Draw(image).line(points, fill=(0, 255), width=3)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()
