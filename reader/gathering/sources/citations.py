"""Ask Semantic Scholar, OpenAlex and DBLP how often papers are cited, and how they were published.

Two documented endpoints of Semantic Scholar's Academic Graph API need no key: `paper/batch` for
counts, `paper/search/bulk` for a topic's words. All callers without a key share one allowance, so
429 is a usual answer. OpenAlex has a documented list of `works`, filtered by DOI (an arXiv paper
has one too), and a key for each person. The key goes into a header, as pyalex sends it, so that no
address and no message ever has it. A publication is asked for by a paper's id, or at DBLP by its
title (dblp.org/faq/How+to+use+the+dblp+search+API.html). Written from the documentation and tried
on invented answers only, never yet on real bytes. Knows no rows.
"""

from __future__ import annotations

import html
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from reader.base.errors import ConfigError, SourceFailed, UsageError, os_reason
from reader.base.http import Fetch, Request
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.sources.answer import day_of, inner, not_this, objects, read_json, text
from reader.gathering.sources.registries import (
    paper_by_acl,
    paper_by_doi,
    paper_by_openreview,
    record_or_none,
)
from reader.library.identity import is_telling, title_fold
from reader.library.ids import parse_id
from reader.library.paper import CitationCount, Paper, Publication, family_name
from reader.library.reference import UNPUBLISHED, named_meeting, publication_of

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
    ids = [*names, KNOWN]
    answer = _object(fetch, url, json.dumps({"ids": ids}).encode())
    # The counts are in the order of the ids, null for an unknown one; so a list of another
    # length is useless.
    if not isinstance(answer, list):
        raise SourceFailed(source=SOURCE, what=lazy_gettext("the answer is not a list"))
    if len(answer) != len(ids):
        what = lazy_gettext(
            "the number of answers is wrong: {n} instead of {of}", n=len(answer), of=len(ids)
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
    wanted = list(dict.fromkeys(doi for dois in names for doi in dois))
    found = _ask_openalex(fetch, place, wanted) if wanted else {}
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


DBLP = "DBLP"
MOST_BYTES = 4_000_000


class PublicationSource(NamedTuple):
    """A registry. name: as in `rows.fields.ORDER`. delay_s: seconds between two calls.

    named: what a paper is asked for by, "" where the registry cannot be asked for it. ask: given
    fetch, the address in feeds.toml, what `named` returned and the paper; its answer has an
    abstract and a publication alone, or is None where the registry does not know the paper.
    Raises SourceFailed.
    """

    name: str
    delay_s: float
    named: Callable[[Paper], str]
    ask: Callable[[Fetch, str, str, Paper], Paper | None]


def _id_of(scheme: str) -> Callable[[Paper], str]:
    return lambda paper: next((id_ for id_ in paper.ids if id_.startswith(f"{scheme}:")), "")


def _by_id(ask: Callable[[Fetch, str, str], Paper | None]) -> Callable[..., Paper | None]:
    return lambda fetch, base, id_, _paper: ask(fetch, base, id_)


def _title_of(paper: Paper) -> str:
    # A short title is that of many papers.
    words = " ".join(re.findall(r"\w+", paper.title))
    return words if paper.authors and is_telling(paper.title) else ""


def by_dblp(fetch: Fetch, base: str, words: str, paper: Paper) -> Paper | None:
    """Find the entry with a paper's title and one of its authors, a published one first."""
    question = urlencode({"q": words, "format": "json", "h": 20})
    answer = _work_at(fetch, f"{base.rstrip('/')}/search/publ/api?{question}", DBLP)
    if answer is None:
        return None
    hits = inner(answer, "result", "hits")
    if "@total" not in hits:
        raise not_this(DBLP, lazy_gettext("a list of DBLP's"))
    infos = [inner(hit, "info") for hit in objects(hits.get("hit"))]
    found = [info for info in infos if _is_it(info, paper)]
    publications = [one for info in found if (one := _dblp_publication(info))]
    return (
        _record(paper, publications[0] if publications else Publication("dblp")) if found else None
    )


def _is_it(info: Mapping[str, Any], paper: Paper) -> bool:
    title = html.unescape(text(info, "title")).rstrip(".")
    # One author is an object, several are a list.
    authors = inner(info, "authors").get("author")
    names = [
        text(one, "text") for one in objects(authors if isinstance(authors, list) else [authors])
    ]
    # DBLP numbers people of one name: "Wei Wang 0001".
    families = {title_fold(family_name(re.sub(r" \d{4}$", "", name))) for name in names}
    has_author = not families.isdisjoint(title_fold(family_name(name)) for name in paper.authors)
    return has_author and title_fold(title) == title_fold(paper.title)


def _dblp_publication(info: Mapping[str, Any]) -> Publication | None:
    # A journal of several names has a list of them.
    several = info.get("venue")
    name = next(iter(several), "") if isinstance(several, list) else text(info, "venue")
    names = ("volume", "number", "pages", "publisher", "year", "doi")
    values = {name: html.unescape(text(info, name)) for name in names}
    # "ACL (1)" is the first volume of a year's proceedings.
    values["venue"] = re.sub(r" \(\d+\)$", "", html.unescape(name if isinstance(name, str) else ""))
    if "Conference" in text(info, "type"):
        values["venue"] = named_meeting(values["venue"], values["year"])
    return publication_of("dblp", **values)


def _doi_of(paper: Paper) -> str:
    dois = [id_.removeprefix("doi:") for id_ in paper.ids if id_.startswith("doi:")]
    # An arXiv paper has a DOI too, by which OpenAlex knows where it was published.
    dois += [f"10.48550/arxiv.{i.removeprefix('arxiv:')}" for i in paper.ids if i[:6] == "arxiv:"]
    return dois[0] if dois else ""


def by_openalex(fetch: Fetch, base: str, doi: str, paper: Paper) -> Paper | None:
    """Look a work up by its DOI."""
    fields = "doi,publication_year,biblio,primary_location,locations,abstract_inverted_index"
    url = f"{base.rstrip('/')}/works/doi:{quote(doi, safe='/')}?select={fields}"
    work = _work_at(fetch, url, OPENALEX)
    if work is None:
        return None
    if "doi" not in work:
        raise not_this(OPENALEX, lazy_gettext("a work of OpenAlex's"))
    places = [work.get("primary_location"), *objects(work.get("locations"))]
    sources = [inner(place, "source") for place in objects(places)]
    source = next((s for s in sources if s.get("type") in _PUBLISHING), {})
    biblio, year = inner(work, "biblio"), text(work, "publication_year")
    name, pages = (
        text(source, "display_name"),
        [text(biblio, p) for p in ("first_page", "last_page")],
    )
    publication = publication_of(
        "openalex",
        venue=named_meeting(name, year) if source.get("type") == "conference" else name,
        volume=text(biblio, "volume"),
        number=text(biblio, "issue"),
        pages="-".join(filter(None, dict.fromkeys(pages))),
        publisher=text(source, "host_organization_name"),
        year=year,
        doi=text(work, "doi"),
    )
    # Without a journal or proceedings the work is a preprint.
    publication = publication if source else None
    abstract = " ".join(_in_order(inner(work, "abstract_inverted_index")))
    return _record(paper, publication or Publication("openalex"), abstract)


_PUBLISHING = ("journal", "conference", "book series")


def _in_order(places: Mapping[str, Any]) -> Iterator[str]:
    """Order the words of an abstract, which OpenAlex has as word → its places."""
    at: dict[int, str] = {}
    for word, several in places.items():
        for place in several if isinstance(several, list) else ():
            if isinstance(place, int):
                at[place] = word
    return (at[place] for place in sorted(at))


def by_semantic_scholar(fetch: Fetch, base: str, name: str, paper: Paper) -> Paper | None:
    """Look a paper up by its arXiv number, DOI or ACL id."""
    fields = "title,venue,publicationVenue,journal,year,externalIds,abstract"
    url = f"{base.rstrip('/')}/paper/{quote(name, safe=':/')}?fields={fields}"
    found = _work_at(fetch, url, SOURCE)
    if found is None:
        return None
    if "title" not in found:
        raise not_this(SOURCE, lazy_gettext("a paper of Semantic Scholar's"))
    venue, journal, year = text(found, "venue"), inner(found, "journal"), text(found, "year")
    if inner(found, "publicationVenue").get("type") == "conference":
        venue = named_meeting(venue, year)
    if UNPUBLISHED.match(text(journal, "name")):
        journal = {}  # of a paper at a meeting the journal is often that of its preprint
    publication = publication_of(
        "semantic-scholar",
        venue=venue or text(journal, "name"),
        volume=text(journal, "volume"),
        pages=text(journal, "pages"),
        year=year,
        doi=text(inner(found, "externalIds"), "DOI"),
    )
    return _record(paper, publication or Publication("semantic-scholar"), text(found, "abstract"))


def _work_at(fetch: Fetch, url: str, source: str) -> Mapping[str, Any] | None:
    request = Request(url, source, accept="application/json", max_bytes=MOST_BYTES)
    content = record_or_none(fetch, request, 404)
    answer = None if content is None else read_json(content, source=source)
    if content is not None and not isinstance(answer, dict):
        raise SourceFailed(source=source, what=lazy_gettext("the answer has no record"))
    return answer


def _record(paper: Paper, publication: Publication, abstract: str = "") -> Paper:
    return Paper(paper.ids, paper.title, abstract=plain(abstract), publication=publication)


SOURCES = (
    PublicationSource("acl", 1.0, _id_of("acl"), _by_id(paper_by_acl)),
    PublicationSource("dblp", 2.0, _title_of, by_dblp),
    PublicationSource("openreview", 1.0, _id_of("openreview"), _by_id(paper_by_openreview)),
    PublicationSource("openalex", 1.0, _doi_of, by_openalex),
    PublicationSource(
        "semantic-scholar", 3.0, lambda paper: name_of(paper.ids), by_semantic_scholar
    ),
    # Last, since the others may tell the DOI.
    PublicationSource("doi", 1.0, _id_of("doi"), _by_id(paper_by_doi)),
)
"""The registries, in the order in which they are asked for a paper."""
