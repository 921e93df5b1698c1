"""Walk a folder of the library: each file once, through links too. Changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


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
