"""Find what a hand did with the files of notes/: moved, renamed, copied, made anew.

A file is known by the id in its front matter, wherever it lies. Who moves one into
another topic's folder files the paper there. What nobody here knows is not touched.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from reader.config import path_problem
from reader.errors import Incomplete
from reader.filing import fold_name
from reader.library.exporting.files import ROOT, Files, markdown_in
from reader.library.exporting.outcome import Exported
from reader.library.exporting.places import WEEKS, free_path
from reader.library.folder import Library
from reader.library.moving import is_evicted, nfc
from reader.phrases import say
from reader.store import decisions, exports, papers


def find_moved(
    library: Library, files: Files, done: Exported, names: Collection[str] | None = None
) -> dict[int, str]:
    """Record where files lie that were moved, renamed or swapped by hand.

    names: of the files that matter; None: all, and then copies are named too. Returns
    paper → file for files of the person's that have the id of a paper without a file.
    """
    recorded, merged = _recorded(library, names), exports.merged(library.db)
    lost = {
        name: path
        for name, path in recorded.items()
        if name not in merged and _is_lost(library, files, name, path)
    }
    if names is not None and not lost:
        return {}
    every = recorded if names is None else _recorded(library, None)
    strays = _strays(library, files, every, set(lost))
    moved, displaced = dict[str, str](), dict[str, str]()
    for name, path in lost.items():
        if found := sorted(strays.get(name, ()), key=lambda p: _likeness(library, name, path, p)):
            moved[name] = found[0]
            strays[name].remove(found[0])
    for name, path in every.items():
        if path in moved.values() and name not in moved:
            displaced[name] = path
    _record(library, every, moved, displaced, done)
    if names is not None:
        return {}
    # Where another's file should lie it is named when that one is read.
    places = {nfc(path) for path in (every | moved).values()}
    strays = {name: [p for p in paths if nfc(p) not in places] for name, paths in strays.items()}
    _name_copies(strays, every | moved, done)
    rows = {exports.row_in(name): paths for name, paths in strays.items() if name not in every}
    return {row: min(paths) for row, paths in rows.items() if row is not None and paths}


def _recorded(library: Library, names: Collection[str] | None) -> dict[str, str]:
    """Give name → path of what was exported."""
    if names is None:
        return {name: path for path, name in exports.paths(library.db).items()}
    found = {name: exports.path_of(library.db, name) for name in names}
    return {name: path for name, path in found.items() if path}


def _is_lost(library: Library, files: Files, name: str, path: str) -> bool:
    """Tell a file that is not at its place, or another one lies there."""
    file = library.folder / path
    if not os.path.lexists(file):
        return not is_evicted(file)
    there = files.name_at(path)
    return bool(there) and there != name


def _strays(
    library: Library, files: Files, recorded: dict[str, str], lost: set[str]
) -> dict[str, list[str]]:
    """Give whose they are → the files that lie where none is recorded, or another's is."""
    at_place = {nfc(path): name for name, path in recorded.items() if name not in lost}
    found: dict[str, list[str]] = {}
    for path in markdown_in(library):
        if nfc(path) in at_place:
            continue
        name = files.name_at(path)
        own = recorded.get(name, "")
        if not name or (name not in lost and own and _is_one_file(library, own, path)):
            continue
        found.setdefault(name, []).append(path)
    return found


def _is_one_file(library: Library, one: str, other: str) -> bool:
    """Tell two names of one file: a link, or a disk without case."""
    try:
        return os.path.samefile(library.folder / one, library.folder / other)
    except OSError:
        return False


def _likeness(library: Library, name: str, old: str, path: str) -> tuple[bool, bool, str]:
    """Order the files that one may have become: the same name first, else by path."""
    names = (PurePosixPath(p).name for p in (old, path))
    return len({fold_name(n) for n in names}) > 1, nfc(old) != nfc(path), path


def _record(
    library: Library,
    recorded: dict[str, str],
    moved: dict[str, str],
    displaced: dict[str, str],
    done: Exported,
) -> None:
    if library.db.is_read_only or not moved:
        return
    with library.db.writing():
        for name, path in displaced.items():
            exports.set_path(library.db, name, free_path(library, path, taken=moved.values()))
        for name, path in moved.items():
            exports.set_path(library.db, name, path)
            old, row = recorded[name], exports.row_in(name)
            if nfc(old) != nfc(path):
                done.moved.append((old, path))
            if row is not None:
                file_where_it_lies(library, row, path, done, before=old)
            elif name.startswith("topic "):
                _give_page(library, name, path)


def file_where_it_lies(
    library: Library, row: int, path: str, done: Exported, *, before: str = ""
) -> None:
    """File a paper under the topic in whose folder a hand put its file, if that is one."""
    (held,) = papers.papers_at(library.db, [row]) or (None,)
    topic = _topic_at(library, path)
    known = {fold_name(t) for t in (_topic_at(library, before), (held and held.topic) or "")}
    if held is None or not topic or fold_name(topic) in known:
        return
    decisions.add_filing(library.db, row, topic, at=library.now(), is_by_hand=True)
    done.filed.append((path, topic))


def _give_page(library: Library, name: str, path: str) -> None:
    """Let a topic's page that was moved into another topic's folder be that one's, if it has
    none: somebody renamed the folder."""
    topic = _topic_at(library, path)
    if topic and fold_name(f"topic {topic}") != fold_name(name):
        exports.rename_page(library.db, name, f"topic {topic}")


def _topic_at(library: Library, path: str) -> str:
    """Give the topic in whose folder a file lies; empty where the folder cannot be one."""
    folder = nfc(str(PurePosixPath(path).parent)).removeprefix(ROOT).removeprefix("/")
    known = {fold_name(t.path): t.path for t in library.config.topics}
    if path_problem(folder) or (folder == WEEKS and WEEKS not in known):
        return ""
    return known.get(fold_name(folder), folder)


def _name_copies(strays: dict[str, list[str]], recorded: dict[str, str], done: Exported) -> None:
    """Say which files have the id of a paper whose file is another one; neither is lost."""
    for name, paths in sorted(strays.items()):
        others: Iterable[str] = paths if name in recorded else sorted(paths)[1:]
        first = recorded[name] if name in recorded else min(paths, default="")
        for path in others:
            done.left.append(Incomplete(what=say("export.copy", path=path, other=first)))
