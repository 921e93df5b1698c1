"""Know the reader's own-words note, and the Markdown file that shows it.

words   sentences, written or skimmed, two texts made one
sheet   the file: our front matter and block, everything else the person's
"""

from reader.note.sheet import Edit, Sheet, fields, read_back, render, splice, with_words, words_of
from reader.note.words import MAX_BYTES, SEPARATOR, is_written, merge_words, n_sentences

__all__ = [
    "MAX_BYTES",
    "SEPARATOR",
    "Edit",
    "Sheet",
    "fields",
    "is_written",
    "merge_words",
    "n_sentences",
    "read_back",
    "render",
    "splice",
    "with_words",
    "words_of",
]
