"""What a paper is, and the library that holds it: ids, people, copies, decisions, feeds.toml."""
