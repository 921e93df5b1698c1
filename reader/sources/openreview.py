"""Look a paper up by its OpenReview id, or list a venue, through version 2 of its API.

Written from its documentation and tried on invented answers only, never yet on real bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from reader.errors import SourceFailed
from reader.ids import parse_id
from reader.paper import Paper, Post
from reader.phrases import say
from reader.plain import plain
from reader.sources.json_answer import count, inner, not_this, objects, read_json
from reader.sources.post import entry_of
from reader.wire import Fetch, Request

SOURCE = "OpenReview"


def paper_by_openreview(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch the submission of a forum: `base` is the API, "https://api2.openreview.net".

    id: "openreview:…", or without the scheme. None if there is none, or it is not public;
    raises SourceFailed for every other failure.
    """
    name = id.removeprefix("openreview:")
    request = Request(
        f"{base.rstrip('/')}/notes?forum={quote(name, safe='')}", SOURCE, accept="application/json"
    )
    try:
        content = fetch(request).content
    except SourceFailed as error:
        if error.values.get("status") == 404:
            return None
        raise
    notes = _notes(content)
    mine = next((note for note in notes if isinstance(note, dict) and note.get("id") == name), None)
    return _paper(mine, name, base) if mine else None


def _notes(content: bytes) -> list[Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(source=SOURCE, what=say("answer.half_json")) from error
    notes = answer.get("notes") if isinstance(answer, dict) else None
    if not isinstance(notes, list):
        raise SourceFailed(source=SOURCE, what=say("answer.no_notes"))
    return notes


def _paper(note: Mapping[str, Any], name: str, base: str) -> Paper | None:
    content = note.get("content")
    fields = content if isinstance(content, dict) else {}
    title = _text(fields, "title")
    if not title:
        return None
    authors = _value(fields, "authors")
    pdf = _text(fields, "pdf")
    return Paper(
        ids=(f"openreview:{name}",),
        title=title,
        authors=tuple(plain(a) for a in authors if isinstance(a, str))
        if isinstance(authors, list)
        else (),
        abstract=_text(fields, "abstract"),
        comment=_text(fields, "venue"),
        published_on=_day(note.get("pdate")) or _day(note.get("cdate")),
        pdf_url=_site(base) + pdf if pdf.startswith("/") else pdf,
    )


def _value(fields: Mapping[str, Any], name: str) -> object:
    """Unwrap {"value": …}, which version 2 puts around everything and version 1 did not."""
    value = fields.get(name)
    return value.get("value") if isinstance(value, dict) else value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = _value(fields, name)
    return plain(value) if isinstance(value, str) else ""


def _day(milliseconds: object) -> date | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).date()  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _site(base: str) -> str:
    """Give the site whose API this is: files lie at openreview.net, not at api2."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api2.').removeprefix('api.')}"


def read_openreview(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read a venue's notes as entries of nobody, one for each paper.

    `https://api2.openreview.net/notes?content.venueid=<venue>&limit=1000`.
    """
    return tuple(
        entry_of(paper)
        for paper in openreview_papers(content, source=source, content_type=content_type)
    )


def openreview_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read a venue's notes; a review or a comment below a paper is none."""
    answer = read_json(content, source=source, content_type=content_type)
    notes = answer.get("notes") if isinstance(answer, dict) else None
    if not isinstance(notes, list):
        raise not_this(source, say("kind_of.openreview"))
    forums = [n for n in objects(notes) if parse_id(f"openreview:{n.get('id')}")]
    tops = [n for n in forums if n.get("forum") in (None, n["id"])]
    papers = (_paper(note, note["id"], _API) for note in tops)
    return tuple(paper for paper in papers if paper)


_API = "https://api2.openreview.net"


def openreview_total(content: bytes) -> int | None:
    """Give how many notes the venue has in all, None where the answer does not say."""
    return count(inner(read_json(content, source=SOURCE)), "count")


def openreview_next(url: str, content: bytes) -> str:
    """Give the address of the page after this one, "" after the last."""
    answer = read_json(content, source=SOURCE)
    n, total = len(objects(inner(answer).get("notes"))), count(inner(answer), "count")
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    offset = query.get("offset", "0")
    start = (int(offset) if re.fullmatch(r"[0-9]{1,7}", offset) else 0) + n
    if n == 0 or total is None or start >= total:
        return ""
    return urlunsplit(parts._replace(query=urlencode(query | {"offset": str(start)})))
