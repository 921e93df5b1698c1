"""The front of a paper: title, authors, year, abstract, DOI, type; knows no PyMuPDF."""

from reader.pdf.front.reading import N_RAW, Front, read_front

__all__ = ["N_RAW", "Front", "read_front"]
