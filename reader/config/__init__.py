"""Read feeds.toml, the only configuration.

values   what a configuration is, and every default
reading  text → Config, with file, line, key and remedy for what is wrong
lines    where in the text a key stands
"""

from reader.config.reading import KEYS, parse, path_problem
from reader.config.values import (
    Arxiv,
    Citations,
    Config,
    Deadline,
    Feed,
    FeedKind,
    Lane,
    Person,
    Resolve,
    SavedSearch,
    Topic,
    is_loopback,
)

__all__ = [
    "KEYS",
    "Arxiv",
    "Citations",
    "Config",
    "Deadline",
    "Feed",
    "FeedKind",
    "Lane",
    "Person",
    "Resolve",
    "SavedSearch",
    "Topic",
    "is_loopback",
    "parse",
    "path_problem",
]
