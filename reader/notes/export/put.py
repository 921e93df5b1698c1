"""Write files so that a kill at any moment leaves no doubt about whose words stand in them.

What is about to be written is recorded first, then written beside its place and renamed,
then recorded as written; many files at once, since each record waits for the disk. What a
killed export left in between the next one settles, before it looks at anything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reader.base.errors import Incomplete, StoreError
from reader.base.messages import say
from reader.library.folder import Library, write_whole
from reader.notes.export.files import ExportOutcome, Files, befalls_all, read
from reader.notes.file import block_of
from reader.notes.rows import exports
from reader.notes.rows.exports import WrittenFile

AT_ONCE = 64
"""Files recorded in one transaction."""


@dataclass(slots=True)
class Writer:
    """Collects what is to be written, and writes it by the dozen.

    is_stopped: something that would befall every other file too was met; nothing more is
    written.
    """

    library: Library
    done: ExportOutcome
    is_stopped: bool = False
    _waiting: list[tuple[WrittenFile, str | None]] = field(default_factory=list)
    _recorded: list[WrittenFile] = field(default_factory=list)

    def put(self, put: WrittenFile, found: str | None) -> None:
        """Write a file that held `found` when it was read, None for no file."""
        self._waiting.append((put, found))
        if len(self._waiting) >= AT_ONCE:
            self.flush()

    def record(self, put: WrittenFile) -> None:
        """Record what a file holds that needs no writing."""
        self._recorded.append(put)

    def flush(self) -> None:
        """Write what was collected. Afterwards nothing is waiting."""
        waiting, self._waiting = self._waiting, []
        recorded, self._recorded = self._recorded, []
        if self.is_stopped or not (waiting or recorded):
            return
        try:
            if waiting:
                exports.begin(self.library.db, (put for put, _ in waiting))
            written = [put for put, found in waiting if self._is_written(put, found)]
            names = [put.name for put, _ in waiting]
            exports.finish(self.library.db, [*recorded, *written], names)
        except StoreError as error:
            self.done.left.append(error)
            self.is_stopped = True

    def _is_written(self, put: WrittenFile, found: str | None) -> bool:
        if self.is_stopped:
            return False
        try:
            # Somebody may have saved the file since it was read; their words go first.
            if read(self.library, put.path) != found:
                raise Incomplete(what=say("export.changed", path=put.path))
            write_whole(self.library.folder / put.path, put.content.encode())
        except (Incomplete, StoreError) as error:
            self.done.left.append(error)
            self.is_stopped = befalls_all(self.library, error)
            return False
        is_page = exports.row_in(put.name) is None
        (self.done.pages if is_page else self.done.written).append(put.path)
        return True


def recover(library: Library, files: Files) -> dict[str, str]:
    """Settle what a killed export was about to write: what was written is recorded.

    Returns path → block of ours that may stand in a file which a hand edited since.
    """
    left = exports.unfinished(library.db)
    if not left or library.db.is_read_only:
        return {}
    written, blocks = [], dict[str, str]()
    for put in left:
        try:
            found = files.read(put.path)
        except Incomplete:
            continue
        if found == put.content:
            written.append(put)
        elif found is not None:
            blocks[put.path] = block_of(put.content)
            written += [put] if _is_edited_since(library, put, found) else []
    exports.finish(library.db, written, [put.name for put in left])
    return blocks


def _is_edited_since(library: Library, put: WrittenFile, found: str) -> bool:
    """Tell a file that was written before a hand edited it, by our block in it."""
    row = exports.row_in(put.name)
    if row is not None:
        exported = exports.exported(library.db, row)
        before = exported.content if exported else ""
    else:
        page = exports.page(library.db, put.name)
        before = page.content if page else ""
    return block_of(found) == block_of(put.content) != block_of(before)
