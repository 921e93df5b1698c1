"""Delete what was added from where it was, for `--move`; or say why it stays."""

from __future__ import annotations

import os
from pathlib import Path

from reader.library.folder import Library
from reader.library.moving import has_bytes
from reader.phrases import say
from reader.stages.adding.keep import Added
from reader.store import highlights, merges, pdfs
from reader.store.additions import Addition


def remove_original(library: Library, added: Added, path: Path) -> str:
    """Delete a file whose very bytes lie in the library, synced; gives why it stays, "" if gone.

    Looked at again: the copy's bytes, and that the file is still the one that was read.
    A link is no file of its own and stays.
    """
    addition = added.addition
    if addition.outcome in ("asked", "broken"):
        return say("stayed.asked" if addition.outcome == "asked" else "stayed.broken")
    if added.marked.error is not None:
        return say("stayed.marks")
    if path.is_symlink():
        return say("stayed.link")
    copies = _copies(library, addition)
    if not copies:
        return say("stayed.other_bytes")
    if not any(copy.is_file() for copy in copies):
        return say("stayed.away")
    try:
        if any(os.path.samefile(copy, path) for copy in copies if copy.is_file()):
            return say("stayed.own")
        if not any(has_bytes(copy, addition.sha256) for copy in copies):
            return say("stayed.copy_changed")
        status = path.stat()
        if (status.st_size, status.st_mtime_ns) != (addition.n_bytes, addition.modified_ns):
            return say("stayed.changed")
        path.unlink()
    except OSError as error:
        return say("stayed.error", why=error.strerror or "")
    return ""


def _copies(library: Library, addition: Addition) -> list[Path]:
    """List the files in the library that were written with a file's bytes."""
    if addition.paper is None:
        return []
    row = merges.row_now(library.db, addition.paper)
    pdf = pdfs.pdf_of(library.db, row)
    found = [(pdf.path, pdf.sha256)] if pdf else []
    found += [(copy.path, copy.sha256) for copy in highlights.copies_of(library.db, row)]
    return [library.folder / path for path, sha256 in found if sha256 == addition.sha256]
