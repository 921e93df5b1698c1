"""Read arXiv's announcement feed: what one mailing holds for one category.

One feed (Atom or RSS) a category, remade each night. Its date of building says nothing: it
has served yesterday's papers with today's. So the day is taken from the entries. At
weekends and on holidays arXiv serves a feed without entries: that is an answer, not a
failure. This module fetches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from reader.base.text import plain
from reader.gathering.calendar import EASTERN
from reader.gathering.sources.answer import moment, parse_feed
from reader.library.ids import find_ids
from reader.library.paper import Paper


@dataclass(frozen=True, slots=True)
class Mailing:
    """One mailing for one category, in the feed's order.

    covers: arXiv's day of the newest entry; of an empty feed the day that it names itself,
    or None.
    n_unread: entries without an arXiv id, which could not be kept.
    """

    covers: date | None
    new: tuple[Paper, ...] = ()
    cross: tuple[Paper, ...] = ()
    replaced: tuple[Paper, ...] = ()
    n_unread: int = 0


def address(rss_url: str, category: str) -> str:
    """Build the address of a category's feed; `rss_url` ends with a slash, or gets one."""
    return rss_url.rstrip("/") + "/" + quote(category, safe="-.")


def read_feed(content: bytes, *, source: str) -> Mailing:
    """Read a mailing. Raises SourceFailed for what is no feed or breaks off.

    An entry of an unknown kind counts as new: complete before neat. Replaced papers carry
    their new version; whether they were new on another day the feed does not say.
    """
    feed = parse_feed(content, source=source)
    kinds: dict[str, dict[str, Paper]] = {"new": {}, "cross": {}, "replaced": {}}
    days = [day for entry in feed.entries if (day := _day(entry))]
    covers = max(days) if days else (None if feed.entries else _day(feed.channel))
    n_unread = 0
    for entry in feed.entries:
        kind = _kind(entry)
        paper = _paper(entry, (_day(entry) or covers) if kind == "new" else None)
        if paper is None:
            n_unread += 1
        else:
            kinds[kind].setdefault(paper.id, paper)
    papers = {kind: tuple(found.values()) for kind, found in kinds.items()}
    return Mailing(covers, papers["new"], papers["cross"], papers["replaced"], n_unread)


def _day(thing: Any) -> date | None:
    # Only "published": "updated" is the moment of building.
    at = moment(thing.get("published_parsed"))
    return at.astimezone(EASTERN).date() if at else None


def _kind(entry: Any) -> str:
    announced = _TYPE.search(entry.get("summary", "")[:200])
    kind = (entry.get("arxiv_announce_type") or (announced[1] if announced else "")).strip()
    if kind.startswith("replace"):
        return "replaced"
    return "cross" if kind == "cross" else "new"


_TYPE = re.compile(r"Announce Type:\s*([a-z-]+)")
_HEAD = re.compile(r"^\s*arXiv:\S+\s+Announce Type:.*?Abstract:\s*", re.DOTALL)
_VERSIONED = re.compile(r"oai:arXiv\.org:(\S+)", re.IGNORECASE)


def _paper(entry: Any, announced_on: date | None) -> Paper | None:
    named = _VERSIONED.sub(r"arXiv:\1", entry.get("id", ""))
    found = [f for text in (named, entry.get("link", "")) for f in find_ids(text)]
    found = [f for f in found if f.id.startswith("arxiv:")]
    if not found:
        return None
    tags = entry.get("tags", ())
    return Paper(
        ids=(found[0].id,),
        title=plain(entry.get("title", "")),
        authors=split_authors(entry.get("author", "")),
        abstract=plain(_HEAD.sub("", entry.get("summary", ""), count=1)),
        categories=tuple(dict.fromkeys(tag["term"] for tag in tags if tag.get("term"))),
        announced_on=announced_on,
        version=next((f.version for f in found if f.version), None),
    )


def split_authors(names: str) -> tuple[str, ...]:
    """Part the one string that arXiv gives: commas between names, affiliations in brackets."""
    flat = plain(names)
    for _ in range(3):  # brackets within brackets; nobody nests deeper in earnest
        flat = re.sub(r" ?\([^()]*\)", "", flat)
    parts: list[str] = []
    for part in re.split(r",\s*(?:and\s+)?", flat):
        if parts and _SUFFIX.fullmatch(part):
            parts[-1] += f" {part}"
        elif part.strip():
            parts.append(part.strip())
    return tuple(parts)


_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|II|III|IV")
