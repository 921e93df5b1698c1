"""Take a file of the person's as the note of the paper whose id stands in its front matter.

Its bytes stay, our keys and our block are added. One that lies in no topic's folder goes
to its paper's.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from reader.library.choose import UNFILED, file_away
from reader.library.exporting.files import ROOT, Files
from reader.library.exporting.finding import file_where_it_lies
from reader.library.exporting.outcome import Exported
from reader.library.exporting.places import free_path
from reader.library.exporting.reading import Found, read_in
from reader.library.folder import Library
from reader.library.moving import drop_empty, folder_at, move, nfc
from reader.note import words_of
from reader.plain import plain
from reader.store import papers


def adopt(library: Library, files: Files, row: int, path: str, done: Exported) -> str:
    """Keep a file's words as a revision; gives where the file lies then, empty where it has
    no words and is not taken. Raises Incomplete, StoreError."""
    (held,) = papers.papers_at(library.db, [row])
    content = files.read(path) or ""
    found = Found(path, content, None, held.paper.title)
    if not plain(words_of(found.text, found.titles) or ""):
        return ""
    with library.db.writing():
        file_where_it_lies(library, row, path, done)
        file_away(library, papers.papers_at(library.db, [row])[0])
        read_in(library, papers.papers_at(library.db, [row])[0], found, done)
    done.adopted.append(path)
    (held,) = papers.papers_at(library.db, [row])
    return _brought(library, files, path, held.topic or UNFILED)


def _brought(library: Library, files: Files, path: str, topic: str) -> str:
    """Bring a file into its topic's folder under its own name, where it is not there."""
    pure = PurePosixPath(path)
    if nfc(str(pure.parent)) == nfc(f"{ROOT}/{topic}"):
        return path
    target = free_path(library, f"{folder_at(library, ROOT, topic)}/{pure.name}", taken=())
    move(library.folder / path, library.folder / target)
    drop_empty((library.folder / path).parent, library.folder / ROOT)
    files.forget(path)
    files.forget(target)
    return target
