"""Texts about notes and their Markdown files."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "note.two": "-m and --file cannot be used together.",
    "note.one": "Use only one of them. Nothing was changed.",
    "note.unreadable": "{file} cannot be read: {what}.",
    "note.too_long": "{file} is larger than {n} MB, which is too large for a note.",
    "note.unchanged": "Nothing was changed.",
    "note.encoding": "{file} is not UTF-8 (byte {n}).",
    "note.utf8": "Save it as UTF-8; nothing was changed.",
    "note.surrogate": "The note is not UTF-8 (character {n}).",
    "note.large": "The note is too large: {n} B, and the limit is {most} B.",
    "note.large.hint": "Is it the right file? Nothing was changed.",
    "note.editor_bad": "The editor cannot be started: {what}.",
    "note.editor_failed": "The editor ended with an error, so nothing was saved.",
    "note.editor": "Set EDITOR to an editor that is installed, or use -m or --file.",
    "note.rescued": "Your words are in {file}. reader note {id} opens them again.",
    "note.same": "No changes: {title}",
    "note.written": "Written ({n} of {target} today): {title}",
    "note.skimmed": "Skimmed (two sentences of your own count as written): {title}",
}
