"""Say what an export did, and what stood in its way."""

from __future__ import annotations

from dataclasses import dataclass, field

from reader.errors import DiskFull, ReaderError
from reader.library.folder import Library


@dataclass(slots=True)
class Exported:
    """What an export did, paths relative to the library.

    read_in: files edited by hand, now revisions; merged: those whose note had changed in
    the library too, so that both are kept; typed_inside: those with words between the
    program's marks, which stand beside the others now; mended: those whose front matter
    was put back in order; emptied: those whose words were deleted, and came back; moved:
    (from, to) of files that a hand moved or renamed; filed: (path, topic) where that filed
    the paper; adopted: files of the person's that became a paper's note; pages: those of
    topics and weeks that were written; removed: those of which nothing was left to say;
    left: what was not written, and why.
    """

    written: list[str] = field(default_factory=list)
    n_unchanged: int = 0
    read_in: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    typed_inside: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)
    emptied: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    filed: list[tuple[str, str]] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    left: list[ReaderError] = field(default_factory=list)


def befalls_all(library: Library, error: ReaderError) -> bool:
    """Tell what every other file would meet too: a full disk, a database that is held."""
    databases = (library.db.path, library.db.index_path)
    return isinstance(error, DiskFull) or error.values.get("file") in databases
