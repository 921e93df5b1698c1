"""What a paper is, and the library that holds it: ids, people, files, decisions, feeds.toml."""
