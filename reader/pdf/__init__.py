"""Read PDFs, in a process of their own, into `Document`s.

PDFs come from anywhere: broken, endless, made to harm. PyMuPDF is loaded in a child
process and never here. Knows nothing of papers, notes and where files are kept.

    pool      a child for each core                            (in the caller)
    process   start, ask, limit and end one child              (in the caller)
    answer    what was read as JSON, and back                  (in both)
    worker    take questions, answer in JSON lines             (in the child)
    opening   open a file with PyMuPDF, say what is wrong      (in the child)
    pages     an opened file's pages → Document                (in the child)
    looks     an opened file's pages, small, to compare copies (in the child)
    pictures  an opened file's first page and first figure     (in the child)
    onscreen  one page as a picture, its words with places     (in the child)
    ocr       pages that are pictures → a dict of words, by tesseract
    lines     PyMuPDF's dict → lines of horizontal text
    furniture lines without running heads, page and line numbers
    columns   lines → rows in reading order
    blocks    rows → paragraphs with their kind; headings, contents, entries, join: its
              rules on words
    front     the first pages → title, authors, year, abstract, DOI, type
    compose   all of these in order: lines → Document
"""

from reader.pdf.answer import PageLine, PageText, Pictures
from reader.pdf.pool import PdfPool
from reader.pdf.process import PdfReader, check_pdf, read_pdf

__all__ = ["PageLine", "PageText", "PdfPool", "PdfReader", "Pictures", "check_pdf", "read_pdf"]
