"""The front of a paper: title, authors, year, abstract, DOI, type; knows no PyMuPDF."""
