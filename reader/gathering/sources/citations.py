"""Ask Semantic Scholar or OpenAlex for papers' citations, and for the most cited of a topic.

Two documented endpoints of Semantic Scholar's Academic Graph API need no key: `paper/batch` for
counts, `paper/search/bulk` for a topic's words. All callers without a key share one allowance, so
429 is a usual answer. OpenAlex has a documented list of `works`, filtered by DOI (an arXiv paper
has one too), and a key for each person. The key goes into a header, as pyalex sends it, so that no
address and no message ever has it. Written from the documentation and tried on invented answers
only, never yet on real bytes. Knows no rows.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from reader.base.errors import ConfigError, SourceFailed, UsageError, os_reason
from reader.base.http import Fetch, Request
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.sources.answer import day_of, inner, objects
from reader.library.ids import parse_id
from reader.library.paper import CitationCount, Paper

SOURCE = "Semantic Scholar"
BATCH = 500
"""The most ids of a request, by the API."""
DELAY_S = 3.0
MAX_BYTES = 20_000_000
"""The most bytes of an answer; the API's own limit is 10 MB."""
MAX_REFUSED = 30
"""The most refused requests. Two malformed ids among 500 are found within twenty; more means that
the API has changed."""
MOST = 1_000_000_000
"""The highest possible count; a higher one is a fault."""

KNOWN = "ARXIV:1706.03762"
"""A paper that the API knows, which is a part of each batch: it answers a batch without any known
paper with 400, as one with a malformed id ("No valid paper ids given")."""


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """A paper that the search found, with its count."""

    paper: Paper
    count: CitationCount


def counts(fetch: Fetch, base: str, papers: Sequence[Sequence[str]]) -> list[CitationCount | None]:
    """Look up the citation count of each paper at Semantic Scholar.

    base: "https://api.semanticscholar.org/graph/v1". papers: the ids of each, at most BATCH
    papers. Returns a count for each, None for a paper that is unknown there or has no id that the
    API understands. Raises SourceFailed; then no count is returned.
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
            if error.status != 400 or n_refused > MAX_REFUSED:
                raise
            # One malformed id makes the API refuse the batch: each half is asked for by itself.
            middle = len(batch) // 2
            batches += [batch[:middle], batch[middle:]] if middle else []
    return [found.get(name) for name in names]


def name_of(ids: Sequence[str]) -> str:
    """Choose the id to ask by, in the API's spelling; "" where it understands none."""
    # arXiv's first, since most papers here have one.
    for scheme in ("arxiv:", "doi:", "acl:"):
        for id_ in ids:
            if id_.startswith(scheme):
                return scheme.upper() + id_.removeprefix(scheme)
    return ""


def _ask(fetch: Fetch, base: str, names: Sequence[str]) -> Mapping[str, CitationCount | None]:
    url = f"{base.rstrip('/')}/paper/batch?fields=citationCount,influentialCitationCount"
    asked = [*names, KNOWN]
    answer = _object(fetch, url, json.dumps({"ids": asked}).encode())
    # The counts are in the order of the ids, null for an unknown one; so a list of another
    # length is useless.
    if not isinstance(answer, list):
        raise SourceFailed(source=SOURCE, what=lazy_gettext("the answer is not a list"))
    if len(answer) != len(asked):
        what = lazy_gettext(
            "the number of answers is wrong: {n} instead of {of}", n=len(answer), of=len(asked)
        )
        raise SourceFailed(source=SOURCE, what=what)
    found = [_count(entry) for entry in answer]
    if not any(found):
        raise SourceFailed(source=SOURCE, what=lazy_gettext("the answer has no citation count"))
    return dict(zip(names, found, strict=False))


def _object(fetch: Fetch, url: str, body: bytes = b"") -> object:
    request = Request(
        url,
        SOURCE,
        delay_s=DELAY_S,
        accept="application/json",
        max_bytes=MAX_BYTES,
        body=body,
        headers={"Content-Type": "application/json"} if body else {},
    )
    return _json(fetch(request).content, SOURCE)


def _json(content: bytes, source: str) -> object:
    """Parse an answer; the error for anything else has no part of the answer in it."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(
            source=source, what=lazy_gettext("the answer is not JSON, or it is incomplete")
        ) from error


def _count(entry: object) -> CitationCount | None:
    fields = inner(entry)
    n = _number(fields.get("citationCount"))
    influential = _number(fields.get("influentialCitationCount"))
    return None if n is None else CitationCount(n, influential)


def _number(value: object) -> int | None:
    """Return a value if it can be a count, else None."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST else None


def _text(value: object) -> str:
    return plain(value) if isinstance(value, str) else ""


def most_cited(
    fetch: Fetch, base: str, words: Sequence[str], *, since: date, at_least: int
) -> list[CitedPaper]:
    """Find the most cited papers with any of some words in title or abstract, most cited first.

    since: the first day of publication. at_least: the least number of citations.
    Only the first page is read, 1,000 papers. Papers without an id that we understand, or without
    a title, are left out. Raises SourceFailed.
    """
    phrases = [f'"{bare}"' for word in words if (bare := word.replace('"', " ").strip())]
    if not phrases:
        return []
    # In the API's query language `|` is "or", and quotation marks keep a phrase together.
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
    answer = _object(fetch, f"{base.rstrip('/')}/paper/search/bulk?{question}")
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise SourceFailed(source=SOURCE, what=lazy_gettext("the answer has no list of papers"))
    found = [cited for entry in objects(data) if (cited := _cited(entry))]
    if data and not found:
        raise SourceFailed(
            source=SOURCE, what=lazy_gettext("the answer has no paper that can be read")
        )
    return found


def _cited(entry: Mapping[str, object]) -> CitedPaper | None:
    """Make a paper of an entry; None without a count, a title or an id that we understand."""
    numbers = inner(entry, "externalIds")
    named = [
        f"{head}{number}"
        for name, head in (("ArXiv", "arXiv:"), ("ACL", ""), ("DOI", ""))
        if isinstance(number := numbers.get(name), str)
    ]
    ids = tuple(dict.fromkeys(found.id for text in named if (found := parse_id(text))))
    count, title = _count(entry), _text(entry.get("title"))
    if not (count and ids and title):
        return None
    names = (_text(author.get("name")) for author in objects(entry.get("authors")))
    paper = Paper(
        ids=ids,
        title=title,
        authors=tuple(filter(None, names)),
        abstract=_text(entry.get("abstract")),
        published_on=day_of(entry.get("publicationDate")),
    )
    return CitedPaper(paper, count)


OPENALEX = "OpenAlex"
OPENALEX_BATCH = 25
"""Papers of a request: with two DOIs each, the fifty values that a filter surely allows."""

KEY_NAME = "OPENALEX_API_KEY"
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class OpenAlexPlace:
    """The address of the API, "https://api.openalex.org", and the person's key."""

    url: str
    key: str = field(repr=False)


def openalex_counts(
    fetch: Fetch, place: OpenAlexPlace, papers: Sequence[Sequence[str]]
) -> list[CitationCount | None]:
    """Look up the citation count of each paper at OpenAlex, the highest of its copies.

    papers: the ids of each, at most OPENALEX_BATCH papers. Returns a count for each, None for a
    paper that is unknown there. Raises SourceFailed.
    """
    names = [_dois(ids) for ids in papers]
    # Each once: two papers here may have one DOI, and the filter allows fifty values.
    asked = list(dict.fromkeys(doi for dois in names for doi in dois))
    found = _ask_openalex(fetch, place, asked) if asked else {}
    known = [[found[doi] for doi in dois if doi in found] for dois in names]
    return [CitationCount(max(of_copies)) if of_copies else None for of_copies in known]


def _dois(ids: Sequence[str]) -> list[str]:
    """Get at most two DOIs of a paper, in small letters; each arXiv paper has one."""
    dois = [f"10.48550/arxiv.{i.removeprefix('arxiv:')}" for i in ids if i.startswith("arxiv:")]
    dois += [i.removeprefix("doi:") for i in ids if i.startswith("doi:")]
    # A comma or a bar in a DOI would end the value in the filter.
    return [doi.lower() for doi in dois if not re.search(r"[,|\s]", doi)][:2]


def _ask_openalex(fetch: Fetch, place: OpenAlexPlace, dois: Sequence[str]) -> Mapping[str, int]:
    """Ask OpenAlex for the citations of works: DOI → count, the higher one of two with one DOI."""
    question = urlencode(
        {"filter": "doi:" + "|".join(dois), "select": "doi,cited_by_count", "per-page": 100}
    )
    request = Request(
        f"{place.url.rstrip('/')}/works?{question}",
        OPENALEX,
        delay_s=1.0,
        accept="application/json",
        max_bytes=10_000_000,
        headers={"Authorization": f"Bearer {place.key}"},
    )
    try:
        answer = _json(fetch(request).content, OPENALEX)
    except SourceFailed as error:
        if error.status in (401, 403):
            what, hint = (
                lazy_gettext("the API key is not accepted"),
                lazy_gettext(
                    "Is the key in {name} or openalex_key_file right? Is its budget used up?",
                    name=KEY_NAME,
                ),
            )
            raise SourceFailed(source=OPENALEX, what=what, hint=hint) from error
        raise
    works = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(works, list):
        raise SourceFailed(source=OPENALEX, what=lazy_gettext("the answer has no list of works"))
    found: dict[str, int] = {}
    for work in objects(works):
        doi, n = work.get("doi"), _number(work.get("cited_by_count"))
        if isinstance(doi, str) and n is not None:
            name = re.sub(r"^https?://(dx\.)?doi\.org/", "", doi.lower())
            found[name] = max(n, found.get(name, 0))
    if works and not found:
        raise SourceFailed(source=OPENALEX, what=lazy_gettext("the answer has no citation count"))
    return found


def read_key(environ: Mapping[str, str], folder: Path, file: str) -> str:
    """Read OpenAlex's key from OPENALEX_API_KEY, else from a file that only its owner can read.

    folder: where a relative file starts. Raises UsageError or ConfigError, whose texts never have
    the key.
    """
    if named := environ.get("OPENALEX_API_KEY", "").strip():
        if not _is_key(named):
            what = lazy_gettext(
                "{name} does not hold an API key: {form}.",
                name=KEY_NAME,
                form=lazy_gettext("a key is one line of letters, digits and signs"),
            )
            raise UsageError(what=what, hint=lazy_gettext("Copy the key again from openalex.org."))
        return named
    if not file:
        hint = lazy_gettext(
            "Set {name}, or name a file that holds the key in openalex_key_file.", name=KEY_NAME
        )
        raise _wrong(
            "feeds.toml", "source", lazy_gettext("OpenAlex needs an API key, and none is set"), hint
        )
    path = folder / os.path.expanduser(file)
    key = _private_text(path).decode("ascii", "replace").strip()
    if not _is_key(key):
        what = lazy_gettext(
            "the file does not hold an API key: {form}",
            form=lazy_gettext("a key is one line of letters, digits and signs"),
        )
        raise _wrong(
            path, "openalex_key_file", what, lazy_gettext("Copy the key again from openalex.org.")
        )
    return key


def _private_text(path: Path) -> bytes:
    """Read the file of a key. Raises ConfigError where others may read it, or nobody can."""
    try:
        with path.open("rb") as handle:
            # The rights of the opened file, so that it cannot be exchanged in between.
            about = os.fstat(handle.fileno())
            if os.name == "posix" and about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                remedy = f"chmod 600 {path}"
                raise _wrong(
                    path, "openalex_key_file", lazy_gettext("other users can read the file"), remedy
                )
            return handle.read(LONGEST_KEY + 1)
    except OSError as error:
        what, hint = (
            lazy_gettext("the file cannot be read ({why})", why=os_reason(error)),
            lazy_gettext("Check its name and permissions."),
        )
        raise _wrong(path, "openalex_key_file", what, hint) from None


def _is_key(text: str) -> bool:
    return len(text) <= LONGEST_KEY and bool(re.fullmatch(r"[!-~]+", text))


def _wrong(place: str | Path, key: str, what: Text, hint: Text) -> ConfigError:
    return ConfigError(file=place, line=1, key=f"citations.{key}", what=what, hint=hint)
