"""Ask registries how a paper was published: by its id, or at DBLP by its title.

DBLP's search (dblp.org/faq/How+to+use+the+dblp+search+API.html), works of OpenAlex
(docs.openalex.org) and papers of Semantic Scholar's Academic Graph answer with JSON. Written from
their documentation and tried on answers of our own only, never yet on real bytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request
from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.gathering.sources.answer import inner, not_this, objects, read_json, text
from reader.gathering.sources.citations import OPENALEX, SOURCE, name_of
from reader.gathering.sources.registries import (
    paper_by_acl,
    paper_by_doi,
    paper_by_openreview,
    record_or_none,
)
from reader.library.identity import is_telling, title_fold
from reader.library.paper import Paper, Publication, family_name
from reader.library.reference import UNPUBLISHED, named_meeting, publication_of

DBLP = "DBLP"
MAX_BYTES = 4_000_000


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
    answer = _asked(fetch, f"{base.rstrip('/')}/search/publ/api?{question}", DBLP)
    if answer is None:
        return None
    hits = inner(answer, "result", "hits")
    if "@total" not in hits:
        raise not_this(DBLP, lazy_gettext("a list of DBLP's"))
    infos = [inner(hit, "info") for hit in objects(hits.get("hit"))]
    found = [info for info in infos if _is_it(info, paper)]
    said = [one for info in found if (one := _dblp_publication(info))]
    return _record(paper, said[0] if said else Publication("dblp")) if found else None


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
    said = {name: html.unescape(text(info, name)) for name in names}
    # "ACL (1)" is the first volume of a year's proceedings.
    said["venue"] = re.sub(r" \(\d+\)$", "", html.unescape(name if isinstance(name, str) else ""))
    if "Conference" in text(info, "type"):
        said["venue"] = named_meeting(said["venue"], said["year"])
    return publication_of("dblp", **said)


def _doi_of(paper: Paper) -> str:
    dois = [id_.removeprefix("doi:") for id_ in paper.ids if id_.startswith("doi:")]
    # An arXiv paper has a DOI too, by which OpenAlex knows where it was published.
    dois += [f"10.48550/arxiv.{i.removeprefix('arxiv:')}" for i in paper.ids if i[:6] == "arxiv:"]
    return dois[0] if dois else ""


def by_openalex(fetch: Fetch, base: str, doi: str, paper: Paper) -> Paper | None:
    """Look a work up by its DOI."""
    fields = "doi,publication_year,biblio,primary_location,locations,abstract_inverted_index"
    url = f"{base.rstrip('/')}/works/doi:{quote(doi, safe='/')}?select={fields}"
    work = _asked(fetch, url, OPENALEX)
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
    said = publication_of(
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
    said = said if source else None
    abstract = " ".join(_in_order(inner(work, "abstract_inverted_index")))
    return _record(paper, said or Publication("openalex"), abstract)


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
    found = _asked(fetch, url, SOURCE)
    if found is None:
        return None
    if "title" not in found:
        raise not_this(SOURCE, lazy_gettext("a paper of Semantic Scholar's"))
    venue, journal, year = text(found, "venue"), inner(found, "journal"), text(found, "year")
    if inner(found, "publicationVenue").get("type") == "conference":
        venue = named_meeting(venue, year)
    if UNPUBLISHED.match(text(journal, "name")):
        journal = {}  # of a paper at a meeting the journal is often that of its preprint
    said = publication_of(
        "semantic-scholar",
        venue=venue or text(journal, "name"),
        volume=text(journal, "volume"),
        pages=text(journal, "pages"),
        year=year,
        doi=text(inner(found, "externalIds"), "DOI"),
    )
    return _record(paper, said or Publication("semantic-scholar"), text(found, "abstract"))


def _asked(fetch: Fetch, url: str, source: str) -> Mapping[str, Any] | None:
    request = Request(url, source, accept="application/json", max_bytes=MAX_BYTES)
    content = record_or_none(fetch, request, 404)
    answer = None if content is None else read_json(content, source=source)
    if content is not None and not isinstance(answer, dict):
        raise SourceFailed(source=source, what=lazy_gettext("the answer has no record"))
    return answer


def _record(paper: Paper, said: Publication, abstract: str = "") -> Paper:
    return Paper(paper.ids, paper.title, abstract=plain(abstract), publication=said)


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
