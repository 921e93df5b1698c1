"""Name every key of feeds.toml and the type of its value; docs/format.md explains each."""

from __future__ import annotations

from datetime import date

# What each key must be. A `type` of tuple means a list of strings, one of frozenset a list of days.
TABLES: dict[str, dict[str, type]] = {
    "reader": {"quota": int, "minutes": int, "timezone": str, "language": str,
               "theme_balance_days": int, "queue_days": int, "pdf_name": str,
               "days_off": frozenset},
    "encoder": {"model": str},
    "arxiv": {"categories": tuple, "api_url": str, "rss_url": str, "oai_url": str,
              "pdf_url": str, "delay_s": float},
    "resolve": {"doi": str, "openreview": str, "acl": str, "short_links": tuple},
    "citations": {"source": str, "semantic_scholar_url": str, "openalex_url": str,
                  "openalex_key_file": str, "max_age_days": int},
    "tablet": {"folder": str},
    "note": {"template": str, "export": bool},
    "recall": {"a_day": int, "pile": int},
}  # fmt: skip
LISTS: dict[str, dict[str, type]] = {
    "deadline": {"name": str, "on": date, "days": int, "quota": int},
    "feed": {"url": str, "kind": str, "name": str},
    "person": {"name": str, "feeds": tuple},
    "search": {"name": str, "query": str},
    "template": {"name": str, "text": str},
}
TOPIC: dict[str, type] = {"lane": str, "theme": str, "words": tuple, "seeds": tuple}
REQUIRED = {"deadline": ("name", "on"), "feed": ("url",), "person": ("name",),
             "search": ("name", "query"), "template": ("name", "text")}  # fmt: skip

KEYS = tuple(
    [f"{table}.{key}" for table, keys in (TABLES | LISTS).items() for key in keys]
    + [f"topics.{key}" for key in TOPIC]
)
"""Every key that feeds.toml may hold, table first; docs/format.md explains each."""
