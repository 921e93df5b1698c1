"""Read what a reader left in a PDF: highlights, underlines, notes, ink.

Runs in the child process, on a file that PyMuPDF opened. Knows nothing of papers, of which
file it was before, and of what is kept of it.

    annotations  the PDF's objects → what each says, where
    order        a page's letters, in reading order
    letters      which of them lie under a mark, and what they read as
    drawings     coloured shapes that text shows through
    flattened    those of them that are marks which an app drew into the page
    traces       fingerprints of strokes and paint, to compare two copies by
    reading      all of these in order: file → Marks
"""

from reader.pdf.marks.reading import marks_of

__all__ = ["marks_of"]
