"""Turn what other places publish into papers and posts, one module a source.

Each is a plain function from bytes, or from `fetch`, to values; none opens a socket, and
none knows the store or another source. `feed` is what the two that read feeds share.
"""
