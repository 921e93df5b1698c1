"""Compare a note with its paper: own words, close to it, or copied."""
