"""Read PDFs, in a process of their own, into `Document`s.

PDFs come from anywhere: broken, endless, made to harm. PyMuPDF is loaded in a child
process and never here. Knows nothing of papers, notes and where files are kept.

    process   start, feed, limit and end the child             (in the caller)
    answer    a Document as JSON, and back                     (in both)
    worker    open a file with PyMuPDF, answer in JSON lines   (in the child)
    lines     PyMuPDF's dict → lines of horizontal text
    furniture lines without running heads, page and line numbers
    columns   lines → rows in reading order
    blocks    rows → paragraphs with their kind; headings, join: its rules on words
    title     page 1 → the title's guess
    compose   all of these in order: lines → Document
"""

from reader.pdf.process import PdfReader, check_pdf, read_pdf

__all__ = ["PdfReader", "check_pdf", "read_pdf"]
