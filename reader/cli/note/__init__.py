"""`reader note`: the person's own words, written, checked, linked, and gone back to.

command  options, and what each asks for
given    a note from -m, a file or standard input
page     what the editor shows; editor: asking it, and keeping what it saved
kept     a note saved: what is said of it, links and related notes, its Markdown file
history  revisions listed, compared, restored
"""

from reader.cli.note.command import note_command
from reader.cli.note.kept import write_note

__all__ = ["note_command", "write_note"]
