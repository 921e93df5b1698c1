"""Find notes, highlights, papers and passages by words and by meaning."""
