"""Keep what the editor is given in a file of the library until its words are in a revision.

`drafts/<key>.<paper>.<note>.<n>.md`: paper is its row, note the revision that the writer
began from (0: none). So a draft survives a killed editor or a machine that goes off, says
for itself what it belongs to, and needs no database to be found again. While an editor has
it a lock stands beside it, which the system lets go when the command ends.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reader.errors import Locked, UsageError
from reader.filing import file_stem
from reader.library.folder import Library, disk_error, write_whole
from reader.note.draft import words_in
from reader.note.templates import all_texts
from reader.paper import Held
from reader.phrases import say
from reader.store import merges, notes
from reader.store.database import lock_file
from reader.store.notes import Revision

FOLDER = "drafts"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that an editor may have, held by this process.

    base: `notes.id` of the revision that the writer began from, 0 for none; before: its
    text. is_old: an earlier editor left it, with words in it.
    """

    file: Path
    base: int
    before: str
    is_old: bool


@dataclass(frozen=True, slots=True)
class Others:
    """Other drafts of the paper: those that an editor has now, those that wait."""

    n_open: int
    n_waiting: int


@contextlib.contextmanager
def opened(
    library: Library, held: Held, content: Callable[[str], str]
) -> Iterator[tuple[Draft, Others]]:
    """Open the draft that an earlier editor left, the newest one, or a new one.

    content: from the note as it stands, "" for none, to what a new draft has in it.
    Raises StoreError where the file cannot be made.
    """
    n_open, waiting = 0, list[Draft]()
    known = notes.revisions(library.db, held.row)
    texts = {note.id: note.text for note in known}
    with contextlib.ExitStack() as locks:
        locks.callback(tidy, folder_of(library))
        for name in drafts_of(library, held):
            draft = Draft(name.file, name.base, texts.get(name.base, ""), is_old=True)
            try:
                hold(draft.file, locks)
            except Locked:
                n_open += 1
                continue
            if not has_words(library, draft):
                draft.file.unlink(missing_ok=True)
                continue
            waiting.append(draft)
        if not waiting:
            newest = known[-1] if known else None
            waiting = [_new(library, held, newest, content, locks)]
        yield waiting[0], Others(n_open, len(waiting) - 1)


def words_of(draft: Draft) -> str:
    r"""Read a draft as the editor left it, with line ends as \n.

    Raises UsageError for one that is gone, cannot be read or is not UTF-8.
    """
    try:
        text = draft.file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        what = say("note.gone", file=draft.file)
        raise UsageError(what=what, hint=say("note.unchanged")) from None
    except OSError as error:
        what = say("note.unreadable", file=draft.file, what=error.strerror)
        raise UsageError(what=what, hint=say("note.draft.again")) from None
    except UnicodeDecodeError as error:
        what = say("note.encoding", file=draft.file, n=error.start + 1)
        raise UsageError(what=what, hint=say("note.utf8")) from None
    return text.replace("\r\n", "\n")


def own_words(library: Library, draft: Draft, saved: str, *, given: str = "") -> str:
    """Give what the person wrote in a draft. given: what the editor was given, "" where that
    is not known."""
    templates = all_texts(library.config.templates)
    return words_in(saved, templates=templates, before=draft.before, given=given)


def rewrite(draft: Draft, content: str) -> None:
    """Put other content into a draft that no editor has. Raises StoreError."""
    write_whole(draft.file, content.encode())


def drop(draft: Draft, *, read: str) -> None:
    """Delete a draft whose words are kept, unless an editor saved others since they were
    read. Raises StoreError."""
    try:
        if words_of(draft) == read:
            draft.file.unlink()
    except UsageError:
        return  # gone already, or not what was read
    except OSError as error:
        raise disk_error(error, draft.file) from error


def folder_of(library: Library) -> Path:
    """Name the folder of drafts; it is there only while there are any."""
    return library.folder / FOLDER


@dataclass(frozen=True, slots=True)
class Name:
    """A draft by what its name says: of which paper, begun from which revision."""

    file: Path
    paper: int
    base: int


_NAME = re.compile(r".+\.(\d{1,18})\.(\d{1,18})\.\d+\.md")


def drafts_of(library: Library, held: Held) -> list[Name]:
    """List a paper's drafts, the newest first; those of copies that were joined to it too."""
    found: list[tuple[float, Name]] = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(folder_of(library)):
            match = _NAME.fullmatch(entry.name)
            if not match or entry.name.startswith("."):
                continue
            name = Name(Path(entry.path), int(match[1]), int(match[2]))
            if merges.row_now(library.db, name.paper) == held.row:
                found.append((entry.stat().st_mtime, name))
    return [name for _, name in sorted(found, key=lambda one: (-one[0], one[1].file))]


def _new(
    library: Library,
    held: Held,
    newest: Revision | None,
    content: Callable[[str], str],
    locks: contextlib.ExitStack,
) -> Draft:
    base, before = (newest.id, newest.text) if newest else (0, "")
    file = new_file(library, held, base, content(before), locks)
    return Draft(file, base, before, is_old=False)


def new_file(
    library: Library, held: Held, base: int, content: str, locks: contextlib.ExitStack
) -> Path:
    """Make a draft that nobody has, and hold it. Raises StoreError."""
    stem = held.key or file_stem(held.paper, library.config.pdf_name)
    folder = folder_of(library)
    try:
        folder.mkdir(exist_ok=True)
        for n in range(1, 1_000):
            file = folder / f"{stem}.{held.row}.{base}.{n}.md"
            try:
                hold(file, locks)
                handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except (Locked, FileExistsError):
                continue
            with os.fdopen(handle, "wb") as draft:
                draft.write(content.encode())
            return file
    except OSError as error:
        raise disk_error(error, folder) from error
    raise UsageError(what=say("note.drafts", folder=folder), hint=say("note.drafts.hint"))


def hold(file: Path, locks: contextlib.ExitStack) -> None:
    """Take a draft for this process. Raises Locked while another one has it."""
    lock = file.with_name(f".{file.stem}.lock")
    locks.enter_context(lock_file(lock))
    locks.callback(_forget, lock)


def tidy(folder: Path) -> None:
    """Delete the folder of drafts where there are none."""
    with contextlib.suppress(OSError):  # other drafts, or a file that an editor left
        folder.rmdir()


def _forget(lock: Path) -> None:
    with contextlib.suppress(OSError):  # Windows keeps a file that is open
        lock.unlink()


def has_words(library: Library, draft: Draft) -> bool:
    """Tell a draft that was written in from one that is as it was opened; what cannot be
    read may be anything."""
    try:
        words = own_words(library, draft, words_of(draft))
    except UsageError:
        return True
    return bool(words.strip()) and words != draft.before
