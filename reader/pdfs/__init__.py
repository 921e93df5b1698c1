"""Read PDFs, find those that were moved, take them to the tablet and bring the marks home."""
