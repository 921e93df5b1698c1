"""Write the addresses of papers, and of files that change with their content."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import re
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


WORKER = "worker.js"
"""The service worker: it has an address of its own, which never changes."""

_IMPORT = re.compile(rb'from "\./([\w-]+\.js)"')


@functools.cache
def asset(name: str) -> str:
    """Give the address of a file of `static/`; browsers may keep what is there for good."""
    return f"/static/{name}?{hashlib.sha256(asset_content(name)).hexdigest()[:12]}"


@functools.cache
def asset_content(name: str) -> bytes:
    """Give a file of `static/` as it is sent: a script imports others by their `asset`, so that
    its own address changes with theirs. Raises FileNotFoundError."""
    content = importlib.resources.files("reader.web").joinpath("static", name).read_bytes()
    if not name.endswith(".js"):
        return content
    return _IMPORT.sub(lambda found: f'from "{asset(found[1].decode())}"'.encode(), content)


@functools.cache
def assets() -> tuple[str, ...]:
    """List the addresses of all files, but for the worker."""
    folder = importlib.resources.files("reader.web").joinpath("static")
    names = sorted(file.name for file in folder.iterdir() if "." in file.name.strip("."))
    return tuple(asset(name) for name in names if name != WORKER)


@functools.cache
def assets_version() -> str:
    """Name the state of all files, the worker among them."""
    text = "\n".join([*assets(), asset(WORKER)])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
