"""Ask the editor, and keep what it saved: whatever happens, the words are in the library or
in a draft, which is named."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reader.cli import output
from reader.cli.frame import say_error
from reader.cli.note.page import Page
from reader.errors import StoreError, UsageError
from reader.library import drafts
from reader.library.drafts import Draft, Others
from reader.library.writing import Noted, add_note
from reader.phrases import say
from reader.plain import plain
from reader.store import notes

if TYPE_CHECKING:
    from reader.library.writing import Encode

AT_ONCE_S = 0.7
"""An editor that comes back sooner without a change may have opened a window of its own."""


def edited(page: Page, *, encode: Encode | None) -> Noted:
    """Let the person write in the editor; what they leave unwritten changes nothing."""
    library, held = page.library, page.held
    with drafts.opened(library, held, page.new) as (draft, others):
        given = _prepared(page, draft, others)
        began = time.monotonic()
        noted = None
        try:
            _ask_editor(draft.file)
            is_at_once = time.monotonic() - began < AT_ONCE_S
            saved = drafts.words_of(draft)
            words = _words(page, draft, saved, given)
            noted = add_note(library, held, words, encode=encode, base=draft.base)
            drafts.drop(draft, read=saved)
        finally:
            if noted is None:
                _leave(page, draft, given)
    if not noted.is_new and saved == given and is_at_once:
        output.put(say("note.at_once"), is_error=True)
    return noted


def _prepared(page: Page, draft: Draft, others: Others) -> str | None:
    """Bring a draft that was left up to date, say what the person should know before they
    write, and remember that the editor was opened. Gives what is in the draft, None where it
    cannot be read."""
    if others.n_open:
        output.put(say("note.open"), is_error=True)
    if others.n_waiting:
        output.put(say("note.waiting", n=others.n_waiting), is_error=True)
    try:
        notes.add_opening(page.library.db, page.held.row, at=page.library.now())
    except StoreError as error:
        say_error(error)  # one may write all the same: drafts are files
    try:
        given = drafts.words_of(draft)
    except UsageError as error:
        say_error(error)
        return None
    if draft.is_old:
        output.put(say("note.draft", title=plain(page.held.paper.title)), is_error=True)
        given = page.again(given, draft.before)
        drafts.rewrite(draft, given)
    return given


def _words(page: Page, draft: Draft, saved: str, given: str | None) -> str:
    """Give what the person wrote; the note as it was where they changed nothing but line ends."""
    before = draft.before
    words = drafts.own_words(page.library, draft, saved, given=given or "")
    return before if words == before.replace("\r\n", "\n") else words


def _ask_editor(file: Path) -> None:
    try:
        click.edit(filename=str(file))
    except click.ClickException as error:
        is_missing = isinstance(error.__cause__, OSError)  # else it ended with a failure
        hint = say("note.editor" if is_missing else "note.editor_failed")
        raise UsageError(what=error.message, hint=hint) from None
    except ValueError as error:  # EDITOR has a quotation mark that is not closed
        raise UsageError(what=say("note.editor_bad", what=error), hint=say("note.editor")) from None


def _leave(page: Page, draft: Draft, given: str | None) -> None:
    """Delete a draft without words, or name it."""
    try:
        saved = drafts.words_of(draft)
    except UsageError:
        if not draft.file.exists():
            return
    else:
        has_words = bool(_words(page, draft, saved, given).strip())
        if not has_words or (saved == given and not draft.is_old):
            draft.file.unlink(missing_ok=True)
            return
    said = say("note.rescued", file=draft.file, id=page.held.paper.id)
    output.put(said, is_error=True)
