"""Choose where a file of notes/ lies: in its topic's folder, where nothing of anybody's is."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from reader.filing import fold_name
from reader.library.choose import UNFILED
from reader.library.exporting.files import ROOT, Files
from reader.library.folder import Library
from reader.library.moving import existing, folder_at, is_evicted
from reader.paper import Held
from reader.store import exports

WEEKS = "weeks"
"""The folder of the weeks' pages, in notes/."""

INDEX = "index"
"""What the page of a topic is called, in the topic's folder."""


def relative(file: Path, folder: Path) -> str:
    """Give the way from a folder to a file, `/` between its parts."""
    return Path(os.path.relpath(file, folder)).as_posix()


def page_path(library: Library, name: str) -> str:
    """Give where a page lies that was never written: `<topic>/index.md`, `weeks/<week>.md`."""
    kind, _, what = name.partition(" ")
    if kind == "week":
        return f"{folder_at(library, ROOT, WEEKS)}/{what}.md"
    return f"{folder_at(library, ROOT, what)}/{INDEX}.md"


def note_path(library: Library, held: Held, files: Files, *, taken: Collection[str]) -> str:
    """Give where the first file of a paper goes: to its topic's folder, under its key.

    A file there that says that it is this paper's is its file; any other stays, and -2 is
    put behind the name.
    """
    path = f"{folder_at(library, ROOT, held.topic or UNFILED)}/{held.key}.md"
    name = exports.note_name(held.row)
    return free_path(library, path, taken=taken, files=files, name=name)


def free_path(
    library: Library,
    path: str,
    *,
    taken: Collection[str],
    files: Files | None = None,
    name: str = "",
) -> str:
    """Give a path at which nothing lies and nothing is recorded, the first one where it can
    be; name: whose file may lie there."""
    pure = PurePosixPath(path)
    folds = {fold_name(p) for p in taken}
    free, n = path, 2
    while True:
        there = existing(library.folder / free)
        found = there.relative_to(library.folder).as_posix() if there else free
        is_named = fold_name(found) in folds or exports.name_at(library.db, found) not in ("", name)
        if not is_named and there is None and not is_evicted(library.folder / free):
            return found
        if not is_named and there and files and files.name_at(found) == name:
            return found
        free, n = str(pure.with_name(f"{pure.stem}-{n}{pure.suffix}")), n + 1
