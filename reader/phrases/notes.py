"""Texts about notes and their Markdown files."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "note.two": "-m and --file name two notes.",
    "note.one": "Give one of them; nothing was changed.",
    "note.unreadable": "{file} cannot be read: {what}.",
    "note.unchanged": "Nothing was changed.",
    "note.encoding": "{file} is not UTF-8 (byte {n}).",
    "note.utf8": "Save it as UTF-8; nothing was changed.",
    "note.surrogate": "The note is not UTF-8 (character {n}).",
    "note.large": "The note has {n} bytes; {most} are the most.",
    "note.large.hint": "Is it the right file? Nothing was changed.",
    "note.editor_bad": "The editor cannot be called: {what}.",
    "note.editor": "Set EDITOR to an editor that is installed, or use -m or --file.",
    "note.rescued": "Your words are in {file}.",
    "note.same": "Nothing changed: {title}",
    "note.written": "Written ({n} of {target} today): {title}",
    "note.skimmed": "Skimmed (one sentence; two count as written): {title}",
    "export.read_in": "read in: {path}",
    "export.merged": "both kept: {path}",
    "export.emptied": "emptied by hand; the note stays: {path}",
    "export.written": "written: {path}",
    "export.changed": "{path} changed just now; run `reader export` again.",
    "export.unreadable": "{path} cannot be read ({what}) and was left alone.",
    "export.encoding": "{path} is not UTF-8 and was left alone.",
    "export.sample": "{path} is a sample and was left alone; move it away.",
    "export.other": "{path} was left alone: its front matter says {id}, and it is the file of "
    "{own}. Put that id back, or move the file away and export again.",
    "export.marks": "{path} was left alone: its lines `<!-- reader:… -->` are missing or damaged. "
    "Put them back, or move the file away and export again.",
    "export.refused": "{path} was left alone. {what}",
}
