"""Tell which of the library's PDFs are there. Changes nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from reader.library.disk import files_below
from reader.library.folder import Library
from reader.library.rows import filings


def is_here(file: Path) -> bool:
    """Check whether a file exists, on this disk or for now in iCloud only."""
    return file.is_file() or is_evicted(file)


def lost_files(library: Library, paths: Iterable[str]) -> set[str]:
    """Find those of some files, by paths in the library, that are not there."""
    # With paths as text first, since making 20,000 Path objects takes .2 s.
    root = f"{library.folder}/"
    missing = [path for path in paths if not os.path.isfile(root + path)]
    return {path for path in missing if not is_here(library.folder / path)}


def gone_pdfs(library: Library) -> frozenset[int]:
    """Find the papers (rows) whose PDF is nowhere in papers/ any more, by names and sizes."""
    root = library.folder
    known = filings.files(library.db)
    there: set[str] = set()
    # Whole folders are listed: asking for 2,000 files one by one takes three times as long.
    for folder in {path.rpartition("/")[0] for path in known}:
        with contextlib.suppress(OSError):  # it is gone with all its files
            there.update(f"{folder}/{name}" for name in os.listdir(root / folder))
    lost = [path for path in known if path not in there and not is_here(root / path)]
    if not lost:
        return frozenset()
    # A file that no row names may be one that somebody moved. Its size is enough here: the
    # command that files it anew compares the bytes.
    named = {f"{root}/{path}" for path in known.keys() | filings.copy_paths(library.db)}
    below = files_below(root / "papers", ".pdf")
    sizes = {file.stat().st_size for file in below if file.path not in named}
    gone = (known[path] for path in lost)
    return frozenset(paper for paper, n_bytes in gone if n_bytes not in sizes)


def is_evicted(file: Path) -> bool:
    """Check whether iCloud left its placeholder, `.NAME.icloud`, in the place of a file."""
    return os.path.lexists(file.with_name(f".{file.name}.icloud"))
