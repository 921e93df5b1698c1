"""Name arXiv's channels among the sources."""

ARXIV = "arXiv"
"""The name of arXiv's API among the sources."""

OAI = f"{ARXIV} OAI"

DAILY = (ARXIV, OAI)
"""The sources that are asked for single days, and give a batch for each."""

NO_ANSWER = ("failed", "not asked")
GOOD_FEED = ("complete", "not checked", "unchanged", "empty")


def feed_name(category: str) -> str:
    """Name the announcement feed of a class among the sources."""
    return f"{ARXIV} feed {category}"
