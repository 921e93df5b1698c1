"""Turn what other places publish into papers and posts, one module a source.

Each is a plain function from bytes, or from `fetch`, to values; none opens a socket, and
none knows the store. `kinds` lists those that a [[feed]] can name. What several share:

    feed         RSS and Atom bytes through feedparser
    json_answer  JSON of any shape
    post         text, mentions and links of one post
    habits       what services write around a person's words
"""
