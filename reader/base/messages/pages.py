"""Texts of what is exported to notes/ and read back from it."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "export.moved": "moved by hand: {path} → {now}",
    "export.filed": "filed by its folder: {path} ({topic})",
    "export.adopted": "imported as a note: {path}",
    "export.read_in": "your changes read: {path}",
    "export.merged": "both texts kept: {path}",
    "export.typed_inside": "text inside the program's block, moved next to your own: {path}",
    "export.mended": "front matter repaired: {path}",
    "export.emptied": "emptied by hand; the note is kept: {path}",
    "export.removed": "removed, because it would be empty: {path}",
    "export.written": "written: {path}",
    "export.copy": "{path} has the id of a paper whose file is {other}. It was left alone, and"
    " its text is not in the library. Delete one of the two, or remove the id from one.",
    "export.evicted": "{path} is only in iCloud. Open it once there, and export again.",
    "export.changed": "{path} has just changed. Run `reader export` again.",
    "export.unreadable": "{path} cannot be read ({what}), so it was left alone.",
    "export.encoding": "{path} is not UTF-8, so it was left alone.",
    "export.sample": "{path} is a sample, so it was left alone. Move it away.",
    "export.other": "{path} was left alone: its front matter has the id {id}, but it is the file"
    " of {own}. Put that id back, or move the file away, and export again.",
    "export.marks": "{path} was left alone: its lines `<!-- reader:… -->` are missing or damaged."
    " Put them back, or move the file away, and export again.",
    "export.refused": "{path} was left alone. {what}",
}
