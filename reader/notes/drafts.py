"""Keep a text that is being written, in an editor or on a page, until it is in a revision.

`drafts/<key>.<paper>.<note>.<n>.md`: paper is its row, note the revision that the writer
began from (0: none). So a draft survives a killed editor or a machine that goes off, says
for itself what it belongs to, and needs no database to be found again. While an editor has
it a lock stands beside it, which the system lets go when the command ends.

What is typed on a page is kept in the same files, so that each finds the other's words. A page
has no lifetime that a lock could have: a draft is held while it is written, no longer. So a
page says what the draft had when it last saw it (`seen`), and writes over it only where it has
just that, or words that all stand in the new ones. Else an editor or another device wrote there
meanwhile, and the page goes on in a draft of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reader.base.errors import Locked, UsageError, os_reason
from reader.base.messages import N_, Joined, lazy_gettext, spoken
from reader.base.text import plain
from reader.library.config import BUILT_IN_TEMPLATES
from reader.library.disk import disk_error, lock_file, make_folders, write_whole
from reader.library.file_names import file_stem
from reader.library.folder import Library
from reader.library.highlight import gathered, once
from reader.library.paper import LibraryPaper
from reader.library.rows import merges
from reader.notes.draft import all_texts, template_text, with_headings, without_shown, words_in
from reader.notes.rows import notes
from reader.notes.sheet import pages_in_file
from reader.notes.words import without_blank_ends
from reader.notes.write import marked, newest_note

FOLDER = "drafts"

# At most 18 digits: more may be no integer of SQLite.
_NAME = re.compile(r"[^.].*\.(\d{1,18})\.(\d{1,18})\.\d+\.md")
"""A draft's file: of which paper, begun from which revision. The locks have a dot in front."""


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
    library: Library, paper: LibraryPaper, content: Callable[[str], str]
) -> Iterator[tuple[Draft, Others]]:
    """Open the draft that an earlier editor left, the newest one, or a new one.

    content: from the note as it stands, "" for none, to what a new draft has in it.
    Raises StoreError where the file cannot be made.
    """
    n_open, waiting = 0, list[Draft]()
    with contextlib.ExitStack() as locks:
        locks.callback(tidy, library)  # called last: after the locks in the folder are gone
        for draft in drafts_of(library, paper):
            try:
                hold(draft.file, locks)
            except Locked:
                n_open += 1
                continue
            if has_words(library, draft):
                waiting.append(draft)
            else:
                draft.file.unlink(missing_ok=True)
        if not waiting:
            newest = newest_note(library, paper)
            base, before = (newest.id, newest.text) if newest else (0, "")
            file = new_file(library, paper, base, content(before), locks)
            waiting = [Draft(file, base, before, is_old=False)]
        yield waiting[0], Others(n_open, len(waiting) - 1)


def words_of(draft: Draft) -> str:
    r"""Read a draft as the editor left it, with line ends as \n.

    Raises UsageError for one that is gone, cannot be read or is not UTF-8.
    """
    try:
        # "-sig", since some editors put a byte order mark in front.
        text = draft.file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        what = lazy_gettext("The editor deleted {file}.", file=draft.file)
        raise UsageError(what=what, hint=lazy_gettext("Nothing was changed.")) from None
    except OSError as error:
        what = lazy_gettext(
            "{file} cannot be read: {what}.", file=draft.file, what=os_reason(error)
        )
        raise UsageError(
            what=what, hint=lazy_gettext("The next `reader note` opens the draft again.")
        ) from None
    except UnicodeDecodeError as error:
        what = lazy_gettext("{file} is not UTF-8 (byte {n}).", file=draft.file, n=error.start + 1)
        raise UsageError(
            what=what, hint=lazy_gettext("Save it as UTF-8; nothing was changed.")
        ) from None
    return text.replace("\r\n", "\n")


def own_words(library: Library, draft: Draft, saved: str, *, given: str = "") -> str:
    """Return the words that the person wrote in a draft. given: the text that the editor was
    given, "" where that is not known."""
    templates = all_texts(library.config.templates)
    return words_in(saved, templates=templates, before=draft.before, given=given)


def rewrite(draft: Draft, content: str) -> None:
    """Replace the content of a draft that no editor has. Raises StoreError."""
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


def drafts_of(library: Library, paper: LibraryPaper) -> list[Draft]:
    """List a paper's drafts, the newest first; those of copies that were joined to it too."""
    texts = {note.id: note.text for note in notes.revisions(library.db, paper.row)}
    found: list[tuple[float, Path, Draft]] = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for entry in os.scandir(folder_of(library)):
            match = _NAME.fullmatch(entry.name)
            # A paper that was joined to another one keeps its drafts' names.
            if match and merges.row_now(library.db, int(match[1])) == paper.row:
                file, base = Path(entry.path), int(match[2])
                draft = Draft(file, base, texts.get(base, ""), is_old=True)
                found.append((-entry.stat().st_mtime, file, draft))
    return [draft for *_, draft in sorted(found, key=lambda one: one[:2])]


def new_file(
    library: Library, paper: LibraryPaper, base: int, content: str, locks: contextlib.ExitStack
) -> Path:
    """Create a new draft, and hold it. Raises StoreError."""
    stem = paper.key or file_stem(paper.record, library.config.pdf_name)
    folder = folder_of(library)
    try:
        make_folders(folder)
        for n in range(1, 1_000):
            file = folder / f"{stem}.{paper.row}.{base}.{n}.md"
            try:
                # Held before it is there, so nobody else finds it without its lock.
                hold(file, locks)
                handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except (Locked, FileExistsError):
                continue
            # Not `write_whole`: a rename at its end would replace a file made meanwhile.
            with os.fdopen(handle, "wb") as draft:
                draft.write(content.encode())
            return file
    except OSError as error:
        raise disk_error(error, folder) from error
    raise UsageError(
        what=lazy_gettext("{folder} already has a thousand drafts of this paper.", folder=folder),
        hint=lazy_gettext("Look through them and delete those that you do not need."),
    )


def hold(file: Path, locks: contextlib.ExitStack) -> None:
    """Take a draft for this process. Raises Locked while another one has it."""
    lock = file.with_name(f".{file.stem}.lock")
    locks.enter_context(lock_file(lock))
    locks.callback(_remove_lock, lock)


def _remove_lock(lock: Path) -> None:
    with contextlib.suppress(OSError):  # Windows keeps a file that is open
        lock.unlink()


def tidy(library: Library) -> None:
    """Delete the folder of drafts where there are none."""
    with contextlib.suppress(OSError):  # other drafts, or a file that an editor left
        folder_of(library).rmdir()


def has_words(library: Library, draft: Draft) -> bool:
    """Check that a draft has words and is not as it was opened; one that cannot be read counts
    as having words."""
    try:
        words = own_words(library, draft, words_of(draft))
    except UsageError:
        return True
    return bool(words.strip()) and words != draft.before


@dataclass(frozen=True, slots=True)
class MarkedWords:
    """Words that the person marked, with their typed note; safe to print. pages: all on which
    these words were marked; is_earlier: as that of Highlight."""

    text: str
    note: str
    pages: tuple[int, ...]
    is_earlier: bool = False

    @property
    def quotation(self) -> str:
        """Quote the words in Markdown with their pages, as the note's file does; "" for none."""
        pages = pages_in_file(self.pages, is_earlier=self.is_earlier)
        place = f"({pages})" if pages else ""
        words = " ".join(self.text.split())
        return f"> {words} {place}".rstrip() if words else ""


def new_words(library: Library, before: str, template: str = "") -> str:
    """Return the text of a new draft: the note as it is, or a template where there is none.

    template: one that was asked for by name, "" for that of feeds.toml. Raises UsageError
    for one that is not there.
    """
    if before and not template:
        return before
    return with_headings(before, template_of(library, template))


def words_again(library: Library, saved: str, before: str, template: str = "") -> str:
    """Return the words of a draft that was left, with the headings of a template asked for."""
    templates = all_texts(library.config.templates)
    words = without_shown(saved, before=before, given=templates)
    return with_headings(words, template_of(library, template)) if template else words


def template_of(library: Library, name: str = "") -> str:
    """Return a template's text. Raises UsageError where there is none of that name."""
    config = library.config
    name = name or config.note.template
    language = config.language if config.is_language_written else spoken()
    text = template_text(name, language, config.templates)
    if text is None:
        hint = lazy_gettext(
            "The templates are {names}. Add others under [[template]] in feeds.toml.",
            names=Joined(template_names(library), N_(", ")),
        )
        raise UsageError(what=lazy_gettext("There is no template {name}.", name=name), hint=hint)
    return text


def template_names(library: Library) -> list[str]:
    """Name the templates that may be asked for."""
    return [*BUILT_IN_TEMPLATES, *(own.name for own in library.config.templates)]


def may_show(library: Library, paper: LibraryPaper) -> bool:
    """Check whether abstract and highlights are shown beside the note without being asked for.

    They are from the second opening on: the first words are to come from memory.
    """
    return newest_note(library, paper) is not None or notes.was_opened(library.db, paper.row)


def marks_of(library: Library, paper: LibraryPaper) -> list[MarkedWords]:
    """Collect the words that the person marked, in reading order, the same words once."""
    found = marked(library, paper)
    return [
        MarkedWords(plain(once(h.text)), plain(h.note), tuple(pages), h.is_earlier)
        for h, pages in zip(found, gathered(found), strict=True)
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


def waiting(library: Library, paper: LibraryPaper) -> list[PageDraft]:
    """List a paper's drafts that have words, the newest first, for a page.

    One that cannot be read is left out: the editor reports it.
    """
    found = []
    templates = all_texts(library.config.templates)
    for draft in drafts_of(library, paper):
        with contextlib.suppress(UsageError):
            saved = words_of(draft)
            if has_words(library, draft):
                text = without_shown(saved, before=draft.before, given=templates)
                found.append(PageDraft(draft.file.name, _hash_of(saved), draft.base, text))
    return found


def keep(
    library: Library, paper: LibraryPaper, text: str, *, base: int, name: str, seen: str
) -> PageDraft:
    """Keep a text that is being typed on a page in a draft; it is on the disk on return.

    base: the revision (`notes.id`, 0 for none) that the writer began from. name, seen: as
    `PageDraft` had them, "" for a new draft. A text without words of its own is no draft, and
    what was there of it goes. Raises StoreError, or UsageError for a text of no encoding.
    """
    text = text.encode("utf-8", "replace").decode()  # half a character becomes "?"
    known = {note.id: note.text for note in notes.revisions(library.db, paper.row)}
    # A page may send any number; a revision of another paper counts as none.
    base = base if base in known else 0
    old = _continued(library, paper, text, base=base, name=name)
    before = known.get(base, "")
    written = words_in(text, templates=all_texts(library.config.templates), before=before)
    is_empty = not written.strip() or written == before
    with contextlib.ExitStack() as locks:
        locks.callback(tidy, library)
        if old is not None and _may_replace(old, seen, text, locks):
            if is_empty:
                old.file.unlink(missing_ok=True)
                return PageDraft(base=base, text=text)
            rewrite(old, text)
            return PageDraft(old.file.name, _hash_of(text), old.base, text)
        if is_empty:
            return PageDraft(base=base, text=text)
        file = new_file(library, paper, base, text, locks)
        # The first words of a page count like an editor that is opened; under a wrong clock only
        # the words are kept.
        if not name and not library.db.is_read_only:
            notes.add_opening(library.db, paper.row, at=library.now())
    return PageDraft(file.name, _hash_of(text), base, text, is_elsewhere=bool(name))


def _continued(
    library: Library, paper: LibraryPaper, text: str, *, base: int, name: str
) -> Draft | None:
    """Find the draft that a text continues: the named one, else one whose words it all has."""
    several = drafts_of(library, paper)
    if name:
        return next((one for one in several if one.file.name == name), None)
    # The page was left before it learned the name of its first draft.
    for one in several:
        with contextlib.suppress(UsageError):
            if one.base == base and words_of(one).strip() in text:
                return one
    return None


def _may_replace(old: Draft, seen: str, text: str, locks: contextlib.ExitStack) -> bool:
    """Hold a draft, and check that no word of it is lost if a text replaces it."""
    try:
        hold(old.file, locks)
        saved = words_of(old)
    except (Locked, UsageError):
        return False
    # Nothing is lost of a draft whose words all stand in the new text, so an answer that never
    # reached the page makes no second draft.
    return _hash_of(saved) == seen or saved.strip() in text


def words(library: Library, paper: LibraryPaper, text: str, *, base: int) -> str:
    """Return the words that a person wrote in a page's text, without hints and empty headings of
    a template; the note as it was where nothing but line ends changed."""
    known = {note.id: note.text for note in notes.revisions(library.db, paper.row)}
    before = known.get(base, "")
    written = words_in(text, templates=all_texts(library.config.templates), before=before)
    # A page's text has \n alone: a note with \r\n would look changed at each save.
    return before if written == before.replace("\r\n", "\n") else written


def settle(
    library: Library, paper: LibraryPaper, text: str, *, name: str = "", seen: str = ""
) -> None:
    """Delete the drafts of a paper whose words are in a revision now.

    text: the revision's. name, seen: of the draft that the writer saved from, which goes as
    far as nobody else wrote in it. Raises StoreError.
    """
    for draft in drafts_of(library, paper):
        with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
            hold(draft.file, locks)
            saved = words_of(draft)
            is_that = draft.file.name == name and _hash_of(saved) == seen
            # By name and hash, or by its words, where the page never got the last answer.
            own = without_blank_ends(own_words(library, draft, saved))
            if is_that or own in text:
                drop(draft, read=saved)
    tidy(library)


def discard(library: Library, paper: LibraryPaper, *, name: str, seen: str) -> bool:
    """Delete a draft that the person does not want, unless somebody wrote in it since; returns
    whether it is gone. Raises StoreError."""
    draft = next((d for d in drafts_of(library, paper) if d.file.name == name), None)
    if draft is None:
        return True
    with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
        hold(draft.file, locks)
        saved = words_of(draft)
        if _hash_of(saved) != seen:
            return False
        drop(draft, read=saved)
    is_gone = not draft.file.exists()
    tidy(library)
    return is_gone


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
