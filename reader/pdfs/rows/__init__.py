"""The tables of PDFs and highlights: the only place here with SQL."""
