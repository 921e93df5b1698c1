"""Give the words of a topic as one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reader.config import Topic

if TYPE_CHECKING:
    pass


def topic_text(topic: Topic) -> str:
    """Give the words of a topic as one query for the encoder."""
    return ", ".join(topic.words)
