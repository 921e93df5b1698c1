"""Know the reader's own-words note, and the Markdown file that shows it.

words      sentences, written or skimmed, two texts made one
gist       the sentence that says it, and what to ask before it is shown again
templates  what the editor shows for a new note; draft: what it is given, what it saved
links      `[[key]]` in a note
changes    what differs between two revisions
frame      a Markdown file: our front matter and block, everything else the person's
front      its keys, ours and those of other programs; mending: what a hand broke of ours
sheet      what a paper's file says; page: what that of a topic or a week says
"""

from reader.note.frame import Ours, new_file, splice, with_words, words_of
from reader.note.front import fields
from reader.note.sheet import Sheet, render
from reader.note.words import (
    BESIDE,
    MAX_BYTES,
    SEPARATOR,
    beside,
    is_written,
    merge_words,
    without_blank_ends,
)

__all__ = [
    "BESIDE",
    "MAX_BYTES",
    "SEPARATOR",
    "Ours",
    "Sheet",
    "beside",
    "fields",
    "is_written",
    "merge_words",
    "new_file",
    "render",
    "splice",
    "with_words",
    "without_blank_ends",
    "words_of",
]
