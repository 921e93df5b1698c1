"""Look a paper up by its DOI, through the registrars' content negotiation.

CSL-JSON (citeproc.org), which Crossref and DataCite both answer with. Written from their
documentation and tried on invented answers only, never yet on real bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from reader.errors import SourceFailed
from reader.paper import Paper
from reader.phrases import say
from reader.plain import html_to_text, plain
from reader.wire import Fetch, Request

SOURCE = "DOI"
CSL = "application/vnd.citationstyles.csl+json"


def paper_by_doi(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch one paper's record: `base` ("https://doi.org/") and the DOI after it.

    id: "doi:10.…", or without the scheme. None if no such DOI is registered; raises
    SourceFailed for every other failure.
    """
    name = id.removeprefix("doi:")
    request = Request(base.rstrip("/") + "/" + quote(name, safe="/:;()._-+,"), SOURCE, accept=CSL)
    try:
        content = fetch(request).content
    except SourceFailed as error:
        if error.values.get("status") in (404, 410):
            return None
        raise
    return _paper(_record(content, name), name)


def _record(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        what = say("answer.no_csl", name=plain(name))
        raise SourceFailed(source=SOURCE, what=what) from error
    if not isinstance(record, dict) or not _first(record.get("title")):
        raise SourceFailed(source=SOURCE, what=say("answer.no_title", name=plain(name)))
    return record


def _paper(record: Mapping[str, Any], name: str) -> Paper:
    authors = record.get("author")
    return Paper(
        ids=(f"doi:{name}",),
        title=_bare(_first(record.get("title"))),
        authors=tuple(
            who
            for author in (authors if isinstance(authors, list) else [])
            if isinstance(author, dict) and (who := _name(author))
        ),
        abstract=re.sub(r"^Abstract[.:]? ", "", _bare(_first(record.get("abstract")))),
        published_on=_day(record.get("published")) or _day(record.get("issued")),
    )


def _first(value: object) -> str:
    """Give a text that some registrars wrap in a list."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _bare(text: str) -> str:
    """Take the tags out of a title or abstract: JATS ("<jats:p>"), MathML or HTML."""
    return plain(html_to_text(re.sub(r"(</?)jats:", r"\1", text))[0])


def _name(author: Mapping[str, Any]) -> str:
    parts = (author.get("given"), author.get("family"))
    whole = author.get("literal") or author.get("name")
    return plain(" ".join(p for p in parts if isinstance(p, str)) or _first(whole))


def _day(value: object) -> date | None:
    """Read CSL's date-parts; a missing month or day is taken for the first."""
    try:
        parts = value["date-parts"][0]  # type: ignore[index]
        year, month, day = ([int(part) for part in parts] + [1, 1])[:3]
        return date(year, month, day)
    except (KeyError, IndexError, TypeError, ValueError):
        return None
