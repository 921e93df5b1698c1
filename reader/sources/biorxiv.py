"""Read bioRxiv's and medRxiv's own API: preprints with all that is known of them.

`https://api.biorxiv.org/details/biorxiv/7d/0/json?category=neuroscience`: those of the last
seven days, 100 a page. Fields after api.biorxiv.org; not tried on real bytes.
"""

from __future__ import annotations

import re
from datetime import date

from reader.ids import parse_id
from reader.paper import Paper, Post
from reader.phrases import say
from reader.plain import plain
from reader.sources.json_answer import Thing, count, inner, not_this, objects, read_json
from reader.sources.json_answer import text as field
from reader.sources.post import entry_of


def read_biorxiv(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read the preprints as entries of nobody."""
    return tuple(
        entry_of(paper)
        for paper in biorxiv_papers(content, source=source, content_type=content_type)
    )


def biorxiv_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read the preprints, each once with its newest version.

    One that a journal has published is known by the journal's DOI too.
    """
    answer = read_json(content, source=source, content_type=content_type)
    if not isinstance(answer, dict) or not isinstance(answer.get("collection"), list):
        raise not_this(source, say("kind_of.biorxiv"))
    status = field(_message(answer), "status")
    if status not in ("", "ok") and "no posts" not in status.lower():
        raise not_this(source, say("kind_of.list", status=plain(status)[:100]))
    papers: dict[str, Paper] = {}
    for item in objects(answer["collection"]):
        paper = _paper(item)
        # Versions come in the order of their days.
        if paper:
            papers[paper.id] = paper
    return tuple(papers.values())


def biorxiv_total(content: bytes) -> int | None:
    """Give how many rows the interval has: a preprint has one for each version in it."""
    return count(_message(read_json(content, source="bioRxiv")), "total")


def biorxiv_next(url: str, content: bytes) -> str:
    """Give the address of the page after this one, "" after the last."""
    answer = read_json(content, source="bioRxiv")
    n, total = count(_message(answer), "count") or 0, count(_message(answer), "total")
    place = _CURSOR.search(url)
    start = int(place["cursor"]) + n if place else 0
    if not place or n == 0 or total is None or start >= total:
        return ""
    return f"{url[: place.start('cursor')]}{start}{url[place.end('cursor') :]}"


_CURSOR = re.compile(r"/details/\w+/[^?#]*?/(?P<cursor>[0-9]{1,7})(?=/json|/xml|/?$|/?\?)")


def _message(answer: object) -> Thing:
    messages = objects(inner(answer).get("messages"))
    return messages[0] if messages else {}


def _paper(item: Thing) -> Paper | None:
    doi = parse_id(field(item, "doi"))
    title = plain(field(item, "title"))
    if doi is None or not title:
        return None
    journal = parse_id(field(item, "published"))
    names = [_name(plain(name)) for name in field(item, "authors").split(";") if name.strip()]
    category = plain(field(item, "category"))
    return Paper(
        ids=(doi.id, journal.id) if journal and journal.id != doi.id else (doi.id,),
        title=title,
        authors=tuple(names),
        abstract=plain(field(item, "abstract")),
        comment=f"bioRxiv: {category}" if category else "",
        published_on=_day(field(item, "date")),
        pdf_url=f"https://www.{_server(item)}.org/content/{doi.id.removeprefix('doi:')}"
        f"v{count(item, 'version') or 1}.full.pdf",
    )


def _server(item: Thing) -> str:
    return "medrxiv" if field(item, "server").lower() == "medrxiv" else "biorxiv"


def _name(written: str) -> str:
    """Turn "Doe, J. A." into "J. A. Doe"."""
    family, comma, given = written.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else written


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
