"""Write the addresses of papers and of what is theirs, whatever stands in their ids."""

from __future__ import annotations

from urllib.parse import quote


def as_path(text: str) -> str:
    """Write a text as part of an address: what would end the path there is quoted."""
    return quote(text, safe="/:@!$'()*,;=~+")


def paper_at(id_: str) -> str:
    """Give the address of a paper's page."""
    return f"/paper/{as_path(id_)}"


def pdf_at(id_: str) -> str:
    """Give the address of a paper's PDF; its pages are below it."""
    return f"/pdf/{as_path(id_)}"
