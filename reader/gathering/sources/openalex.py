"""Ask OpenAlex how often papers are cited, with the key that the person has there.

Its documented `works` list, filtered by DOI: an arXiv paper has one too. The key goes into
a header, as pyalex sends it, so that no address and no message ever holds it. Written from
the documentation and tried on invented answers only, never yet on real bytes. Knows no
rows.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from reader.base.errors import ConfigError, SourceFailed, UsageError
from reader.base.http.wire import Fetch, Request
from reader.base.messages import say
from reader.gathering.sources.citations import number, read_json
from reader.library.paper import CitationCount

SOURCE = "OpenAlex"
BATCH = 25
"""Papers a question: with two DOIs each the fifty values that a filter may have for sure."""
DELAY_S = 1.0
MAX_BYTES = 10_000_000
KEY_NAME = "OPENALEX_API_KEY"
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class OpenAlexPlace:
    """Where the API is, "https://api.openalex.org", and the person's key there."""

    url: str
    key: str = field(repr=False)


def counts(
    fetch: Fetch, place: OpenAlexPlace, papers: Sequence[Sequence[str]]
) -> list[CitationCount | None]:
    """Give each paper's count, the highest of its copies; None where none is known there.

    papers: the identifiers of each, at most BATCH papers. Raises SourceFailed.
    """
    names = [_dois(ids) for ids in papers]
    asked = list(dict.fromkeys(doi for dois in names for doi in dois))
    found = _ask(fetch, place, asked) if asked else {}
    return [
        CitationCount(max(known))
        if (known := [found[doi] for doi in dois if doi in found])
        else None
        for dois in names
    ]


def read_key(environ: Mapping[str, str], folder: Path, file: str) -> str:
    """Find the key in OPENALEX_API_KEY, else in a file that only its owner can read.

    folder: what the file's name is relative to. Raises ConfigError, without the key.
    """
    if named := environ.get("OPENALEX_API_KEY", "").strip():
        if not _is_key(named):
            raise UsageError(
                what=say("openalex.no_key", name=KEY_NAME, form=say("openalex.form")),
                hint=say("openalex.anew"),
            )
        return named
    if not file:
        raise _wrong(
            "feeds.toml",
            "source",
            say("openalex.none"),
            say("openalex.none.hint", name=KEY_NAME),
        )
    path = folder / os.path.expanduser(file)
    try:
        with path.open("rb") as handle:
            about = os.fstat(handle.fileno())
            if os.name == "posix" and about.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                hint = f"chmod 600 {path}"
                raise _wrong(path, "openalex_key_file", say("openalex.open"), hint)
            content = handle.read(LONGEST_KEY + 1)
    except OSError as error:
        what, hint = say("openalex.unreadable", why=error.strerror), say("openalex.unreadable.hint")
        raise _wrong(path, "openalex_key_file", what, hint) from None
    key = content.decode("ascii", "replace").strip()
    if not _is_key(key):
        what = say("openalex.none_in_it", form=say("openalex.form"))
        raise _wrong(path, "openalex_key_file", what, say("openalex.anew"))
    return key


def _is_key(text: str) -> bool:
    return len(text) <= LONGEST_KEY and bool(re.fullmatch(r"[!-~]+", text))


def _wrong(place: str | Path, key: str, what: str, hint: str) -> ConfigError:
    return ConfigError(file=place, line=1, key=f"citations.{key}", what=what, hint=hint)


def _dois(ids: Sequence[str]) -> list[str]:
    """Give a paper's DOIs in lower case; arXiv gives one to each of its papers."""
    dois = [f"10.48550/arxiv.{i.removeprefix('arxiv:')}" for i in ids if i.startswith("arxiv:")]
    dois += [i.removeprefix("doi:") for i in ids if i.startswith("doi:")]
    # A comma or a bar in a DOI would end its place in the filter.
    return [doi.lower() for doi in dois if not re.search(r"[,|\s]", doi)][:2]


def _ask(fetch: Fetch, place: OpenAlexPlace, dois: Sequence[str]) -> Mapping[str, int]:
    """Give DOI → citations of the works that are known, the higher one where two have it."""
    question = urlencode(
        {"filter": "doi:" + "|".join(dois), "select": "doi,cited_by_count", "per-page": 100}
    )
    request = Request(
        f"{place.url.rstrip('/')}/works?{question}",
        SOURCE,
        delay_s=DELAY_S,
        accept="application/json",
        max_bytes=MAX_BYTES,
        headers={"Authorization": f"Bearer {place.key}"},
    )
    try:
        answer = read_json(fetch(request).content, SOURCE)
    except SourceFailed as error:
        if error.values.get("status") in (401, 403):
            what, hint = say("openalex.refused"), say("openalex.refused.hint", name=KEY_NAME)
            raise SourceFailed(source=SOURCE, what=what, hint=hint) from error
        raise
    works = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(works, list):
        raise SourceFailed(source=SOURCE, what=say("answer.no_works"))
    found: dict[str, int] = {}
    for work in works:
        doi, n = _work(work)
        if n is not None:
            found[doi] = max(n, found.get(doi, 0))
    if works and not found:
        raise SourceFailed(source=SOURCE, what=say("answer.no_counts"))
    return found


def _work(work: object) -> tuple[str, int | None]:
    if not isinstance(work, dict) or not isinstance(work.get("doi"), str):
        return "", None
    doi = re.sub(r"^https?://(dx\.)?doi\.org/", "", work["doi"].lower())
    return doi, number(work.get("cited_by_count"))
