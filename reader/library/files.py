"""Walk a folder of the library: each file once, through links too. Changes nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from reader.library.folder import Library
from reader.library.rows import filings


def files_below(folder: Path, ending: str) -> Iterator[os.DirEntry[str]]:
    """Find what has an ending, folder by folder; perhaps a link that leads nowhere.

    Hidden names are left out, and those that are no UTF-8, which no row can hold.
    """
    waiting, seen = [folder], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            within = sorted(os.scandir(here), key=lambda found: found.name)
        except OSError:
            continue  # a folder that may not be looked into holds nothing that can be found
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        for found in within:
            if found.name.startswith(".") or any("\ud800" <= c <= "\udfff" for c in found.name):
                continue
            if found.is_dir():
                waiting.append(Path(found.path))
            elif found.name.lower().endswith(ending):
                yield found


def is_here(file: Path) -> bool:
    """Check whether a file is there, also one that iCloud took off this disk for now."""
    return file.is_file() or is_evicted(file)


def gone_pdfs(library: Library) -> frozenset[int]:
    """List the papers whose PDF is nowhere in papers/ any more, as far as names and sizes tell.

    Folders are listed: to ask for 2,000 files one by one takes three times as long.
    """
    root = library.folder
    known = filings.files(library.db)
    there: set[str] = set()
    for folder in {path.rpartition("/")[0] for path in known}:
        with contextlib.suppress(OSError):  # it is gone with all its files
            there.update(f"{folder}/{name}" for name in os.listdir(root / folder))
    lost = [path for path in known if path not in there and not is_here(root / path)]
    if not lost:
        return frozenset()
    # A file that no row names may be one that a hand moved: `strays` compares its bytes.
    named = {f"{root}/{path}" for path in known.keys() | filings.copy_paths(library.db)}
    below = files_below(root / "papers", ".pdf")
    sizes = {file.stat().st_size for file in below if file.path not in named}
    gone = (known[path] for path in lost)
    return frozenset(paper for paper, n_bytes in gone if n_bytes not in sizes)


def is_evicted(file: Path) -> bool:
    """Check whether iCloud left a placeholder where a file was."""
    return os.path.lexists(file.with_name(f".{file.name}.icloud"))
