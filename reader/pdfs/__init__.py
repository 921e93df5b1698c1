"""Read PDFs, move them, take them to the tablet and bring the marks home."""
