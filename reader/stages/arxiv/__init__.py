"""Ask arXiv by its channels, and count what they give against each other.

    api      each announcement day by its window of submission, with a total
    mailing  the announcement feeds: the newest mailing, also what was held back before
    oai      OAI-PMH: what was announced on the days whose feed was missed

Knows no thread and no back-off.
"""

from __future__ import annotations

from reader.config import Config
from reader.stages.arxiv.api import days_lacking, days_to_ask, plan_api
from reader.stages.arxiv.mailing import announcement, compare_channels
from reader.stages.arxiv.names import ARXIV, DAILY, OAI, feed_name
from reader.stages.arxiv.oai import days_without_feed, plan_oai
from reader.stages.source import Source, host_of

__all__ = [
    "ARXIV",
    "DAILY",
    "OAI",
    "arxiv_sources",
    "compare_channels",
    "days_lacking",
    "days_to_ask",
    "days_without_feed",
    "feed_name",
]


def arxiv_sources(config: Config) -> list[Source]:
    """List arXiv's channels: none without categories, OAI-PMH only where it has an address."""
    arxiv = config.arxiv
    if not arxiv.categories:
        return []
    oai = [Source(OAI, host_of(arxiv.oai_url), plan_oai)] if arxiv.oai_url else []
    return [
        Source(ARXIV, host_of(arxiv.api_url), plan_api),
        *(announcement(config, category) for category in arxiv.categories),
        *oai,
    ]
