"""Find the child processes that read PDFs: those of this process, or of another."""

from __future__ import annotations

import os
from pathlib import Path


def workers(parent: int | None = None) -> list[int]:
    """List the running workers of a process, this one by default; by process id."""
    mine = str(parent or os.getpid())
    return sorted(pid for pid, of in all_workers().items() if of == mine)


def all_workers() -> dict[int, str]:
    """Give every running worker on this machine with its parent's process id."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            # The name in parentheses may have blanks in it: count from behind it.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:  # it ended meanwhile
            continue
        if b"reader.pdfs.text.worker" in command and state != "Z":
            found[int(folder.name)] = parent
    return found
