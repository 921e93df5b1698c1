"""Know the reader's own-words note, and the Markdown file that shows it.

words   sentences, written or skimmed, two texts made one
sheet   the file: our front matter and block, everything else the person's
"""

from reader.note.sheet import Sheet, fields, render, splice, with_words, words_of
from reader.note.words import (
    MAX_BYTES,
    SEPARATOR,
    is_written,
    merge_words,
    n_sentences,
    without_blank_ends,
)

__all__ = [
    "MAX_BYTES",
    "SEPARATOR",
    "Sheet",
    "fields",
    "is_written",
    "merge_words",
    "n_sentences",
    "render",
    "splice",
    "with_words",
    "without_blank_ends",
    "words_of",
]
