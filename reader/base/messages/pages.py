"""Texts of what is exported to notes/ and read back from it."""

from __future__ import annotations

TEXTS: dict[str, str] = {
    "export.moved": "moved by hand: {path} → {now}",
    "export.filed": "filed where it lies: {path} ({topic})",
    "export.adopted": "taken as a note: {path}",
    "export.read_in": "read in: {path}",
    "export.merged": "both kept: {path}",
    "export.typed_inside": "words between the program's marks, now beside yours: {path}",
    "export.mended": "front matter put back in order: {path}",
    "export.emptied": "emptied by hand; the note stays: {path}",
    "export.removed": "removed, nothing is left to say there: {path}",
    "export.written": "written: {path}",
    "export.copy": "{path} has the id of a paper whose file is {other}; it was left alone, and its "
    "words are not in the library. Delete one of the two, or take the id out of one.",
    "export.evicted": "{path} is in iCloud only; open it there once, and export again.",
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
