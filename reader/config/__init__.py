"""Read feeds.toml, the only configuration.

values   what a configuration is, and every default
reading  text → Config, with file, line, key and remedy for what is wrong
keys     every key with its type
checks   what is wrong with a table or a value
lines    where in the text a key stands
"""

from reader.config.reading import KEYS, parse, path_problem
from reader.config.values import (
    BUILT_IN_TEMPLATES,
    Arxiv,
    Citations,
    Config,
    Deadline,
    Feed,
    FeedKind,
    Lane,
    NoteSettings,
    Person,
    RecallSettings,
    Resolve,
    SavedSearch,
    Template,
    Topic,
    is_loopback,
)

__all__ = [
    "BUILT_IN_TEMPLATES",
    "KEYS",
    "Arxiv",
    "Citations",
    "Config",
    "Deadline",
    "Feed",
    "FeedKind",
    "Lane",
    "NoteSettings",
    "Person",
    "RecallSettings",
    "Resolve",
    "SavedSearch",
    "Template",
    "Topic",
    "is_loopback",
    "parse",
    "path_problem",
]
