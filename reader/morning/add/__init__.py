"""Bring a person's own PDFs into the library, each once, whatever stops the run."""
