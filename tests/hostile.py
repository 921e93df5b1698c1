"""Make hostile PDFs for the tests, each of our own invention."""

from __future__ import annotations

import functools
import zlib
from pathlib import Path

import pymupdf

TICK = b"q 1 0 0 1 0 0 cm BT /tiro 9 Tf (x) Tj ET Q\n"


def good(path: Path, text: str = "Fine.", *, n_pages: int = 1, **options: object) -> Path:
    """Write a PDF with a line on each page."""
    file = pymupdf.open()
    for _ in range(n_pages):
        file.new_page().insert_text((72, 90), text)
    file.save(path, **options)
    return path


def bomb(path: Path, content: bytes = b"") -> Path:
    """Write a small file of one page that unpacks to very much: to drawing that takes minutes."""
    file = pymupdf.open()
    file.new_page().insert_text((72, 90), "Tick.")
    file.update_stream(file[0].get_contents()[0], content or TICK * 5_000_000)
    file.save(path, deflate=True)
    return path


@functools.lru_cache(maxsize=8)
def packed_twice(unit: bytes = b"\n", *, n_bytes: int = 500_000_000) -> bytes:
    """Make a file of a page, 1.3 kB large, whose drawing unpacks to 500 MB."""
    packer, piece = zlib.compressobj(9), unit * (1_000_000 // len(unit))
    once = b"".join(packer.compress(piece) for _ in range(n_bytes // len(piece))) + packer.flush()
    twice = zlib.compress(once, 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>",
        stream % (len(twice), twice),
    ]
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (n, one) for n, one in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def written(path: Path, objects: list[str], *, root: int = 1) -> Path:
    """Write a PDF of the objects given, without a table of them: MuPDF looks for them."""
    body = "".join(f"{n} 0 obj\n{text}\nendobj\n" for n, text in enumerate(objects, 1))
    path.write_text(f"%PDF-1.4\n{body}trailer\n<< /Root {root} 0 R >>\n%%EOF\n", encoding="latin-1")
    return path


def deep(path: Path, *, levels: int = 20_000) -> Path:
    """Write a page tree as deep as `levels`."""
    nodes = [
        f"<< /Type /Pages /Count 1 /Kids [{n + 1} 0 R] /Parent {max(2, n - 1)} 0 R >>"
        for n in range(2, levels + 2)
    ]
    page = f"<< /Type /Page /Parent {levels + 1} 0 R /MediaBox [0 0 200 200] >>"
    return written(path, ["<< /Type /Catalog /Pages 2 0 R >>", *nodes, page])


def circular(path: Path) -> Path:
    """Write a page tree whose only child is its own root."""
    pages = "<< /Type /Pages /Count 1 /Kids [2 0 R] >>"
    return written(path, ["<< /Type /Catalog /Pages 2 0 R >>", pages])


def unmapped(path: Path) -> Path:
    """Write a page in a font that does not say which letters its glyphs are."""
    line = "0102030405060708" * 3
    stream = " ".join(f"BT /F1 12 Tf 20 {150 - 4 * n} Td <{line}> Tj ET" for n in range(30))
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /Nowhere /Encoding /Identity-H"
        " /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nowhere"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>"
    )
    return written(
        path,
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R"
            " /Resources << /Font << /F1 5 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
            font,
        ],
    )


def long(path: Path, *, n_pages: int) -> Path:
    """Write very many pages that share their text."""
    stream = "BT /F1 12 Tf 20 100 Td (A line on a page.) Tj ET"
    kids = " ".join(f"{n} 0 R" for n in range(5, n_pages + 5))
    page = (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 3 0 R"
        " /Resources << /Font << /F1 4 0 R >> >> >>"
    )
    return written(
        path,
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Count {n_pages} /Kids [{kids}] >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *[page] * n_pages,
        ],
    )
