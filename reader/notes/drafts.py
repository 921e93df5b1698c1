"""Keep what is being written, by the editor or on a page, until its words are in a revision.

Keep what the editor is given in a file of the library until its words are in a revision.

`drafts/<key>.<paper>.<note>.<n>.md`: paper is its row, note the revision that the writer
began from (0: none). So a draft survives a killed editor or a machine that goes off, says
for itself what it belongs to, and needs no database to be found again. While an editor has
it a lock stands beside it, which the system lets go when the command ends.

Keep what is typed on a page in the same drafts as the editor's, so that each finds the
other's words.

A page has no lifetime that a lock could have: a draft is held while it is written, no
longer. So a page says what the draft had when it last saw it (`seen`), and writes over it
only where it has just that, or words that all stand in the new ones. Else an editor or
another device wrote there meanwhile, and the page goes on in a draft of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Locked, UsageError
from reader.base.messages import say, spoken
from reader.base.text import plain
from reader.library.config import BUILT_IN_TEMPLATES
from reader.library.file_names import file_stem
from reader.library.folder import Library, disk_error, write_whole
from reader.library.highlight import gathered, once
from reader.library.paper import LibraryPaper
from reader.library.rows import merges
from reader.library.rows.database import lock_file
from reader.notes.draft import all_texts, template_text, with_headings, without_shown, words_in
from reader.notes.rows import notes
from reader.notes.rows.notes import Revision
from reader.notes.words import without_blank_ends
from reader.notes.write import marked, newest_note

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
    library: Library, held: LibraryPaper, content: Callable[[str], str]
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


def drafts_of(library: Library, held: LibraryPaper) -> list[Name]:
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
    held: LibraryPaper,
    newest: Revision | None,
    content: Callable[[str], str],
    locks: contextlib.ExitStack,
) -> Draft:
    base, before = (newest.id, newest.text) if newest else (0, "")
    file = new_file(library, held, base, content(before), locks)
    return Draft(file, base, before, is_old=False)


def new_file(
    library: Library, held: LibraryPaper, base: int, content: str, locks: contextlib.ExitStack
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


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """Words that the person marked, and what they typed there; safe to print. pages: all on
    which they did."""

    text: str
    note: str
    pages: tuple[int, ...]


def new_words(library: Library, before: str, template: str = "") -> str:
    """Give what a new draft has: the note as it is, or a template where there is none.

    template: one that was asked for by name, "" for that of feeds.toml. Raises UsageError
    for one that is not there.
    """
    if before and not template:
        return before
    return with_headings(before, template_of(library, template))


def words_again(library: Library, saved: str, before: str, template: str = "") -> str:
    """Give the words of a draft that was left, with the headings of a template asked for."""
    templates = all_texts(library.config.templates)
    words = without_shown(saved, before=before, given=templates)
    return with_headings(words, template_of(library, template)) if template else words


def template_of(library: Library, name: str = "") -> str:
    """Give a template's text. Raises UsageError where there is none of that name."""
    config = library.config
    name = name or config.note.template
    language = config.language if config.is_language_written else spoken()
    text = template_text(name, language, config.templates)
    if text is None:
        hint = say("note.template.hint", names=say("list").join(template_names(library)))
        raise UsageError(what=say("note.template", name=name), hint=hint)
    return text


def template_names(library: Library) -> list[str]:
    """List the templates that may be asked for."""
    return [*BUILT_IN_TEMPLATES, *(own.name for own in library.config.templates)]


def may_show(library: Library, held: LibraryPaper) -> bool:
    """Tell whether abstract and highlights stand beside the note without being asked for:
    from the second opening on, since the first words come from memory."""
    return newest_note(library, held) is not None or notes.was_opened(library.db, held.row)


def marks_of(library: Library, held: LibraryPaper) -> list[MarkedWords]:
    """List what the person marked, in reading order, the same words once."""
    found = marked(library, held)
    return [
        MarkedWords(plain(once(highlight.text)), plain(highlight.note), tuple(pages))
        for highlight, pages in zip(found, gathered(found), strict=True)
        if pages
    ]


@dataclass(frozen=True, slots=True)
class PageDraft:
    """A draft as a page has it. name: of its file, "" for none; seen: what tells its content
    from any other. text: without what an editor only shows. is_elsewhere: it is a new one,
    since somebody else writes in the one that the page had."""

    name: str = ""
    seen: str = ""
    base: int = 0
    text: str = ""
    is_elsewhere: bool = False


def waiting(library: Library, held: LibraryPaper) -> list[PageDraft]:
    """List a paper's drafts that have words, the newest first; one that cannot be read is left
    to the editor, which says so."""
    found = []
    for draft in _drafts(library, held):
        with contextlib.suppress(UsageError):
            saved = words_of(draft)
            if has_words(library, draft):
                templates = all_texts(library.config.templates)
                text = without_shown(saved, before=draft.before, given=templates)
                found.append(PageDraft(draft.file.name, _seen(saved), draft.base, text))
    return found


def keep(
    library: Library, held: LibraryPaper, text: str, *, base: int, name: str, seen: str
) -> PageDraft:
    """Write what is typed into a draft, at the latest state that is known; it is on the disk
    when this returns.

    base: the revision (`notes.id`, 0 for none) that the writer began from. name, seen: as
    `PageDraft` had them, "" for a new draft. A text without words of its own is no draft, and
    what was there of it goes. Raises StoreError, or UsageError for a text of no encoding.
    """
    text = _checked(text)
    known = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    base = base if base in known else 0
    old = next((d for d in _drafts(library, held) if d.file.name == name), None)
    draft = Draft(folder_of(library), base, known.get(base, ""), is_old=False)
    words = own_words(library, draft, text)
    is_empty = not words.strip() or words == draft.before
    with contextlib.ExitStack() as locks:
        locks.callback(tidy, folder_of(library))
        if old is not None and _is_ours(old, seen, text, locks):
            if is_empty:
                old.file.unlink(missing_ok=True)
                return PageDraft(base=base, text=text)
            rewrite(old, text)
            return PageDraft(name, _seen(text), old.base, text)
        if is_empty:
            return PageDraft(base=base, text=text)
        file = new_file(library, held, base, text, locks)
        if not name:
            notes.add_opening(library.db, held.row, at=library.now())
    return PageDraft(file.name, _seen(text), base, text, is_elsewhere=bool(name))


def words(library: Library, held: LibraryPaper, text: str, *, base: int) -> str:
    """Give what a person wrote in a page's text: without hints and empty headings of a template."""
    known = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    before = known.get(base, "")
    draft = Draft(folder_of(library), base, before, is_old=False)
    written = own_words(library, draft, text)
    return before if written == before.replace("\r\n", "\n") else written


def settle(
    library: Library, held: LibraryPaper, text: str, *, name: str = "", seen: str = ""
) -> None:
    """Delete the drafts of a paper whose words are in a revision now.

    text: the revision's. name, seen: of the draft that the writer saved from, which goes as
    far as nobody else wrote in it. Raises StoreError.
    """
    for draft in _drafts(library, held):
        with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
            hold(draft.file, locks)
            saved = words_of(draft)
            is_that = draft.file.name == name and _seen(saved) == seen
            own = without_blank_ends(own_words(library, draft, saved))
            if is_that or own in text:
                drop(draft, read=saved)
    tidy(folder_of(library))


def discard(library: Library, held: LibraryPaper, *, name: str, seen: str) -> bool:
    """Delete a draft that the person does not want, unless somebody wrote in it since; tells
    whether it is gone. Raises StoreError."""
    for draft in _drafts(library, held):
        if draft.file.name == name:
            with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
                hold(draft.file, locks)
                saved = words_of(draft)
                if _seen(saved) != seen:
                    return False
                drop(draft, read=saved)
            is_gone = not draft.file.exists()
            tidy(folder_of(library))
            return is_gone
    return True


def _drafts(library: Library, held: LibraryPaper) -> Iterator[Draft]:
    texts = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    for name in drafts_of(library, held):
        yield Draft(name.file, name.base, texts.get(name.base, ""), is_old=True)


def _is_ours(old: Draft, seen: str, text: str, locks: contextlib.ExitStack) -> bool:
    """Hold a draft and tell whether nothing of it would be lost under a text."""
    try:
        hold(old.file, locks)
        saved = words_of(old)
    except (Locked, UsageError):
        return False
    return _seen(saved) == seen or saved.strip() in text


def _checked(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode()
    return text


def _seen(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
