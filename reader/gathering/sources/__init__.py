"""Turn what other places publish into papers and posts."""
