"""Bring notes/ up to date, whole or for some papers, by command or by itself.

One process at a time looks at notes/ and writes there. The steps are `run`'s.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator

from reader.errors import ReaderError, StoreError
from reader.library.exporting import finding
from reader.library.exporting.files import Files
from reader.library.exporting.outcome import Exported
from reader.library.exporting.run import Run, names_of
from reader.library.folder import Library
from reader.store import exports
from reader.store.database import lock_file


def export(library: Library, *, only: Collection[int] | None = None) -> Exported:
    """Bring notes/ up to date: a Markdown file for each paper that has a note, a page for
    each topic and each week.

    only: these papers, those that they link to, and their pages; None: all.

    What was edited by hand since the last export is read in first, as a revision. A file
    whose markers are gone is left alone and named, as is one that cannot be written; the
    others are done. Running it again changes nothing.
    """
    done = Exported()
    with _alone(library):
        Run(library, done).run(only)
    return done


def export_quietly(library: Library, rows: Collection[int] | None = None) -> list[ReaderError]:
    """Export without being told, unless feeds.toml says not to; gives what was left alone.

    rows: papers; None: those whose newest revision is in no file yet.
    """
    if not library.config.note.export or library.db.is_read_only:
        return []
    try:
        wanted = exports.behind(library.db) if rows is None else list(rows)
        return export(library, only=wanted).left if wanted else []
    except StoreError as error:
        return [error]


def read_edits(library: Library, rows: Collection[int], *, wait: bool = True) -> Exported:
    """Read in what a hand wrote in some papers' files, and write nothing: before an editor
    shows the note. wait: until nobody else is at notes/; else raises Locked."""
    done = Exported()
    if not library.db.is_read_only:
        with _alone(library, wait=wait):
            Run(library, done).read(rows)
    return done


def find_moved_notes(library: Library, rows: Collection[int] | None = None) -> Exported:
    """Record where the files of some papers, or all, lie after a hand moved them; papers are
    filed where it put their files."""
    done = Exported()
    if not library.db.is_read_only:
        with _alone(library):
            names = exports.paths(library.db).values() if rows is None else names_of(rows)
            finding.find_moved(library, Files(library), done, list(names))
    return done


@contextlib.contextmanager
def _alone(library: Library, *, wait: bool = True) -> Iterator[None]:
    """Let one process at a time look at notes/ and write there."""
    if library.db.is_read_only:
        yield
        return
    with lock_file(library.folder / "export.lock", wait=wait):
        yield
