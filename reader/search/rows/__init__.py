"""The index and its vectors: the only place here with SQL."""
