"""Ask Semantic Scholar how often papers are cited, and which of a topic are cited most.

Two documented endpoints of its Academic Graph API that need no key: `paper/batch` for
counts, `paper/search/bulk` for a topic's words. Without a key all its callers share one
allowance, so 429 is an everyday answer. Written from its documentation and tried on
invented answers only, never yet on real bytes. Knows no rows and no dates of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from reader.base.errors import SourceFailed
from reader.base.http.wire import Fetch, Request
from reader.base.messages import say
from reader.base.text import plain
from reader.library.ids import parse_id
from reader.library.paper import CitationCount, Paper

SOURCE = "Semantic Scholar"
BATCH = 500
"""Ids a question, the most that it takes."""
DELAY_S = 3.0
MAX_BYTES = 20_000_000
"""Its own limit is 10 MB an answer."""
MAX_REFUSED = 30
"""Two malformed ids among 500 are found within twenty questions; more is a changed API."""
MOST = 1_000_000_000
"""No paper is cited so often: such a number is a fault."""

KNOWN = "ARXIV:1706.03762"
"""A paper that it knows goes along in each batch: one of which it knows nothing at all is
answered with 400, as one with a malformed id is ("No valid paper ids given")."""


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """A paper that the search found, with its count."""

    paper: Paper
    count: CitationCount


def counts(fetch: Fetch, base: str, papers: Sequence[Sequence[str]]) -> list[CitationCount | None]:
    """Give each paper's count, None where it is not known there or has no id to ask by.

    base: "https://api.semanticscholar.org/graph/v1". papers: the identifiers of each, at
    most BATCH papers. Raises SourceFailed; then nothing is known of any of them.
    """
    names = [name_of(ids) for ids in papers]
    found: dict[str, CitationCount | None] = {}
    batches = [list(dict.fromkeys(name for name in names if name))]
    n_refused = 0
    while batches:
        batch = batches.pop()
        if not batch:
            continue
        try:
            found |= _ask(fetch, base, batch)
        except SourceFailed as error:
            n_refused += 1
            if error.values.get("status") != 400 or n_refused > MAX_REFUSED:
                raise
            # One malformed id spoils its batch: each half is asked for by itself.
            middle = len(batch) // 2
            batches += [batch[:middle], batch[middle:]] if middle else []
    return [found.get(name) for name in names]


def most_cited(
    fetch: Fetch, base: str, words: Sequence[str], *, since: date, at_least: int
) -> list[CitedPaper]:
    """List papers with any of the words in title or abstract, published since a day and
    cited so often at least, the most cited first.

    Only the first page is read, 1,000 papers. Papers without an id that we know, or
    without a title, are left out. Raises SourceFailed.
    """
    phrases = [f'"{bare}"' for word in words if (bare := word.replace('"', " ").strip())]
    if not phrases:
        return []
    question = urlencode(
        {
            "query": " | ".join(phrases),
            "publicationDateOrYear": f"{since}:",
            "minCitationCount": at_least,
            "sort": "citationCount:desc",
            "fields": "title,abstract,authors,externalIds,publicationDate,citationCount,"
            "influentialCitationCount",
        }
    )
    url = f"{base.rstrip('/')}/paper/search/bulk?{question}"
    answer = read_json(fetch(_request(url)).content, SOURCE)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise _failed(say("answer.no_papers"))
    found = [_cited(entry) for entry in data if isinstance(entry, dict)]
    if data and not any(found):
        raise _failed(say("answer.no_paper"))
    return [cited for cited in found if cited]


def name_of(ids: Sequence[str]) -> str:
    """Choose the identifier to ask by, in the API's spelling; empty where it knows none."""
    for scheme, spelt in (("arxiv:", "ARXIV:"), ("doi:", "DOI:"), ("acl:", "ACL:")):
        for id_ in ids:
            if id_.startswith(scheme):
                return spelt + id_.removeprefix(scheme)
    return ""


def _ask(fetch: Fetch, base: str, names: Sequence[str]) -> Mapping[str, CitationCount | None]:
    url = f"{base.rstrip('/')}/paper/batch?fields=citationCount,influentialCitationCount"
    asked = [*names, KNOWN]
    body = json.dumps({"ids": asked}).encode()
    answer = read_json(fetch(_request(url, body)).content, SOURCE)
    # The answers stand in the order of the ids, null for one that is not known; so a list
    # of another length says nothing of any.
    if not isinstance(answer, list):
        raise _failed(say("answer.no_list"))
    if len(answer) != len(asked):
        raise _failed(say("answer.other_length", n=len(answer), of=len(asked)))
    found = [_count(entry) for entry in answer]
    if not any(found):
        raise _failed(say("answer.no_counts"))
    return dict(zip(names, found, strict=False))


def _request(url: str, body: bytes = b"") -> Request:
    return Request(
        url,
        SOURCE,
        delay_s=DELAY_S,
        accept="application/json",
        max_bytes=MAX_BYTES,
        body=body,
        headers={"Content-Type": "application/json"} if body else {},
    )


def read_json(content: bytes, source: str) -> object:
    """Read an answer, without a word of it in what is said when it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(source=source, what=say("answer.half_json")) from error


def _failed(what: str) -> SourceFailed:
    return SourceFailed(source=SOURCE, what=what)


def _count(entry: object) -> CitationCount | None:
    if not isinstance(entry, dict):
        return None
    n = number(entry.get("citationCount"))
    return None if n is None else CitationCount(n, number(entry.get("influentialCitationCount")))


def number(value: object) -> int | None:
    """Take a value for a count if it can be one."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST else None


def _cited(entry: Mapping[str, Any]) -> CitedPaper | None:
    count, ids, title = _count(entry), _ids(entry.get("externalIds")), _text(entry.get("title"))
    if not (count and ids and title):
        return None
    authors = entry.get("authors")
    people = authors if isinstance(authors, list) else []
    named = (person.get("name") for person in people if isinstance(person, dict))
    paper = Paper(
        ids=ids,
        title=title,
        authors=tuple(name for author in named if (name := _text(author))),
        abstract=_text(entry.get("abstract")),
        published_on=_day(entry.get("publicationDate")),
    )
    return CitedPaper(paper, count)


def _ids(value: object) -> tuple[str, ...]:
    """Give the identifiers that we know too, arXiv's first."""
    if not isinstance(value, dict):
        return ()
    forms = (("ArXiv", "arXiv:{}"), ("ACL", "{}"), ("DOI", "{}"))
    named = [form.format(value[name]) for name, form in forms if isinstance(value.get(name), str)]
    return tuple(dict.fromkeys(found.id for text in named if (found := parse_id(text))))


def _text(value: object) -> str:
    return plain(value) if isinstance(value, str) else ""


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
