"""Read PDFs in a process of their own; PyMuPDF is loaded in the child alone."""
