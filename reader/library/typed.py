"""Keep what is typed on a page in the same drafts as the editor's, so that each finds the
other's words.

A page has no lifetime that a lock could have: a draft is held while it is written, no
longer. So a page says what the draft had when it last saw it (`seen`), and writes over it
only where it has just that, or words that all stand in the new ones. Else an editor or
another device wrote there meanwhile, and the page goes on in a draft of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from reader.errors import Locked, UsageError
from reader.library import drafts
from reader.library.drafts import Draft
from reader.library.folder import Library
from reader.note import without_blank_ends
from reader.note.draft import without_shown
from reader.note.templates import all_texts
from reader.paper import Held
from reader.store import notes


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft as a page has it. name: of its file, "" for none; seen: what tells its content
    from any other. text: without what an editor only shows. is_elsewhere: it is a new one,
    since somebody else writes in the one that the page had."""

    name: str = ""
    seen: str = ""
    base: int = 0
    text: str = ""
    is_elsewhere: bool = False


def waiting(library: Library, held: Held) -> list[Typed]:
    """List a paper's drafts that have words, the newest first; one that cannot be read is left
    to the editor, which says so."""
    found = []
    for draft in _drafts(library, held):
        with contextlib.suppress(UsageError):
            saved = drafts.words_of(draft)
            if drafts.has_words(library, draft):
                templates = all_texts(library.config.templates)
                text = without_shown(saved, before=draft.before, given=templates)
                found.append(Typed(draft.file.name, _seen(saved), draft.base, text))
    return found


def keep(library: Library, held: Held, text: str, *, base: int, name: str, seen: str) -> Typed:
    """Write what is typed into a draft, at the latest state that is known; it is on the disk
    when this returns.

    base: the revision (`notes.id`, 0 for none) that the writer began from. name, seen: as
    `Typed` had them, "" for a new draft. A text without words of its own is no draft, and
    what was there of it goes. Raises StoreError, or UsageError for a text of no encoding.
    """
    text = _checked(text)
    known = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    base = base if base in known else 0
    old = next((d for d in _drafts(library, held) if d.file.name == name), None)
    draft = Draft(drafts.folder_of(library), base, known.get(base, ""), is_old=False)
    words = drafts.own_words(library, draft, text)
    is_empty = not words.strip() or words == draft.before
    with contextlib.ExitStack() as locks:
        locks.callback(drafts.tidy, drafts.folder_of(library))
        if old is not None and _is_ours(old, seen, text, locks):
            if is_empty:
                old.file.unlink(missing_ok=True)
                return Typed(base=base, text=text)
            drafts.rewrite(old, text)
            return Typed(name, _seen(text), old.base, text)
        if is_empty:
            return Typed(base=base, text=text)
        file = drafts.new_file(library, held, base, text, locks)
        if not name:
            notes.add_opening(library.db, held.row, at=library.now())
    return Typed(file.name, _seen(text), base, text, is_elsewhere=bool(name))


def words(library: Library, held: Held, text: str, *, base: int) -> str:
    """Give what a person wrote in a page's text: without hints and empty headings of a template."""
    known = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    before = known.get(base, "")
    draft = Draft(drafts.folder_of(library), base, before, is_old=False)
    written = drafts.own_words(library, draft, text)
    return before if written == before.replace("\r\n", "\n") else written


def settle(library: Library, held: Held, text: str, *, name: str = "", seen: str = "") -> None:
    """Delete the drafts of a paper whose words are in a revision now.

    text: the revision's. name, seen: of the draft that the writer saved from, which goes as
    far as nobody else wrote in it. Raises StoreError.
    """
    for draft in _drafts(library, held):
        with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
            drafts.hold(draft.file, locks)
            saved = drafts.words_of(draft)
            is_that = draft.file.name == name and _seen(saved) == seen
            own = without_blank_ends(drafts.own_words(library, draft, saved))
            if is_that or own in text:
                drafts.drop(draft, read=saved)
    drafts.tidy(drafts.folder_of(library))


def discard(library: Library, held: Held, *, name: str, seen: str) -> bool:
    """Delete a draft that the person does not want, unless somebody wrote in it since; tells
    whether it is gone. Raises StoreError."""
    for draft in _drafts(library, held):
        if draft.file.name == name:
            with contextlib.suppress(Locked, UsageError), contextlib.ExitStack() as locks:
                drafts.hold(draft.file, locks)
                saved = drafts.words_of(draft)
                if _seen(saved) != seen:
                    return False
                drafts.drop(draft, read=saved)
            is_gone = not draft.file.exists()
            drafts.tidy(drafts.folder_of(library))
            return is_gone
    return True


def _drafts(library: Library, held: Held) -> Iterator[Draft]:
    texts = {note.id: note.text for note in notes.revisions(library.db, held.row)}
    for name in drafts.drafts_of(library, held):
        yield Draft(name.file, name.base, texts.get(name.base, ""), is_old=True)


def _is_ours(old: Draft, seen: str, text: str, locks: contextlib.ExitStack) -> bool:
    """Hold a draft and tell whether nothing of it would be lost under a text."""
    try:
        drafts.hold(old.file, locks)
        saved = drafts.words_of(old)
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
