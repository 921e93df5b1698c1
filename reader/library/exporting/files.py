"""Look at the files of notes/: which lie there, what they hold, whose they say they are.

Reads each once. Changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reader.errors import Incomplete
from reader.ids import parse_id
from reader.library.folder import Library
from reader.library.moving import is_evicted
from reader.library.walking import files_below
from reader.note import MAX_BYTES
from reader.note.frame import block_of
from reader.note.front import claimed, field
from reader.phrases import say
from reader.store import exports, papers

ROOT = "notes"


class Files:
    """The files of notes/ as they were when they were first looked at in this export."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._texts: dict[str, str | Incomplete | None] = {}
        self._names: dict[str, str] = {}

    def read(self, path: str) -> str | None:
        """Give a file's text, None where there is none. Raises Incomplete."""
        if path not in self._texts:
            try:
                self._texts[path] = read(self._library, path)
            except Incomplete as error:
                self._texts[path] = error
        text = self._texts[path]
        if isinstance(text, Incomplete):
            raise text
        return text

    def forget(self, path: str) -> None:
        """Read a file anew the next time: it was moved."""
        self._texts.pop(path, None)

    def name_at(self, path: str) -> str:
        """Say whose file lies at a path by what stands in it: `note 12`, a page; empty for
        nobody's that is known here."""
        try:
            text = self.read(path)
        except Incomplete:
            return ""
        return self.name_in(text) if text else ""

    def name_in(self, text: str) -> str:
        if field(text, "sample") == "true":
            return ""
        if page := claimed(text, "page"):
            return page if exports.path_of(self._library.db, page) else ""
        id_ = claimed(text, "id") or block_of(text).partition("](")[0].rpartition("[")[2]
        if id_ not in self._names:
            found = parse_id(id_)
            held = papers.paper_with_id(self._library.db, found.id) if found else None
            self._names[id_] = exports.note_name(held.row) if held else ""
        return self._names[id_]


def read(library: Library, path: str) -> str | None:
    """Read a file as it is, newlines and all; None where there is none. Raises Incomplete."""
    file = library.folder / path
    try:
        return file.read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError):
        if is_evicted(file):
            raise Incomplete(what=say("export.evicted", path=path)) from None
        return None
    except OSError as error:
        what = say("export.unreadable", path=path, what=error.strerror)
        raise Incomplete(what=what) from error
    except UnicodeDecodeError:
        raise Incomplete(what=say("export.encoding", path=path)) from None


def markdown_in(library: Library) -> Iterator[str]:
    """Walk notes/: paths relative to the library, folder by folder."""
    for file in files_below(library.folder / ROOT, ".md"):
        if _is_small_file(file):
            yield Path(file.path).relative_to(library.folder).as_posix()


def _is_small_file(file: os.DirEntry[str]) -> bool:
    try:
        return file.is_file() and file.stat().st_size <= 2 * MAX_BYTES
    except OSError:
        return False  # a link that leads nowhere
