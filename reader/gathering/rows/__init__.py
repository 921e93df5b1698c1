"""The tables of posts and sources: the only place here with SQL."""
