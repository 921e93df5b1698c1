"""Carry a Document through a pipe: the same few lines of JSON for both its ends."""

from __future__ import annotations

from typing import Any

from reader.passage import Block, Document, Page


def to_plain(document: Document) -> dict[str, Any]:
    """Turn a Document into what JSON holds; dataclasses.asdict takes ten times as long."""
    return {
        "pages": [
            [page.number, [[b.text, b.kind, b.size, b.is_bold, b.glue] for b in page.blocks]]
            for page in document.pages
        ],
        "title": document.title,
        "stamp": document.stamp,
        "first_page": document.first_page,
        "n_scanned": document.n_scanned,
        "authors": document.authors,
        "year": document.year,
        "abstract": document.abstract,
        "doi": document.doi,
        "type": document.type,
        "n_ocr": document.n_ocr,
    }


def from_plain(plain: dict[str, Any]) -> Document:
    pages = tuple(
        Page(number, tuple(Block(*block) for block in blocks)) for number, blocks in plain["pages"]
    )
    return Document(**plain | {"pages": pages, "authors": tuple(plain["authors"])})
