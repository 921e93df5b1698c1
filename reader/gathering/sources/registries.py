"""Look papers up in registries by DOI, OpenReview or ACL id, and read a venue's list.

Crossref and DataCite both answer a DOI with CSL-JSON (citeproc.org), by content negotiation.
OpenReview is asked by version 2 of its API. Of the ACL Anthology the MODS record (XML) is read and
not the BibTeX: it is UTF-8 without LaTeX's accents, and names have parts. Written from their
documentation and tried on invented answers only, never yet on real bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request
from reader.base.messages import lazy_gettext
from reader.base.text import html_to_text, plain
from reader.gathering.sources.answer import (
    count,
    inner,
    not_this,
    objects,
    read_json,
    text,
    what_came,
)
from reader.library.ids import parse_id
from reader.library.paper import Paper, Publication
from reader.library.post import ListPage, page_of
from reader.library.reference import publication_of

DOI, OPENREVIEW, ACL = "DOI", "OpenReview", "ACL Anthology"
CSL = "application/vnd.citationstyles.csl+json"


def record_or_none(fetch: Fetch, request: Request, *gone: int) -> bytes | None:
    """Fetch a record; None where the status is one of `gone`, by which there is no record."""
    try:
        return fetch(request).content
    except SourceFailed as error:
        if error.status in gone:
            return None
        raise


def paper_by_doi(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Look a paper up by its DOI; None if the DOI is not registered.

    base: "https://doi.org/". id: "doi:10.…", or without the scheme. Raises SourceFailed for every
    other failure.
    """
    name = id.removeprefix("doi:")
    url = f"{base.rstrip('/')}/{quote(name, safe='/:;()._-+,')}"
    # 410 is a DOI that its registrar withdrew.
    content = record_or_none(fetch, Request(url, DOI, accept=CSL), 404, 410)
    if content is None:
        return None
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        what = lazy_gettext("the answer for {name} is not CSL-JSON", name=plain(name))
        raise SourceFailed(source=DOI, what=what) from error
    if not isinstance(record, dict) or not _first(record.get("title")):
        raise SourceFailed(
            source=DOI, what=lazy_gettext("the record of {name} has no title", name=plain(name))
        )
    names = (_author(author) for author in objects(record.get("author")))
    published_on = _csl_day(record.get("published")) or _csl_day(record.get("issued"))
    return Paper(
        ids=(f"doi:{name}",),
        title=_without_tags(_first(record.get("title"))),
        authors=tuple(name for name in names if name),
        abstract=re.sub(r"^Abstract[.:]? ", "", _without_tags(_first(record.get("abstract")))),
        published_on=published_on,
        publication=publication_of(
            "doi",
            venue=_without_tags(_first(record.get("container-title"))),
            volume=text(record, "volume"),
            number=text(record, "issue"),
            pages=text(record, "page"),
            publisher=text(record, "publisher"),
            year=str(published_on.year) if published_on else "",
        ),
    )


def _first(value: object) -> str:
    """Get a text, also where a registrar has put it into a list; "" for anything else."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""


def _without_tags(text: str) -> str:
    """Remove the tags from a title or abstract: JATS ("<jats:p>"), MathML or HTML."""
    return plain(html_to_text(re.sub(r"(</?)jats:", r"\1", text))[0])


def _author(author: Mapping[str, Any]) -> str:
    # A group of authors has `literal` or `name` in place of given and family name.
    parts = (author.get("given"), author.get("family"))
    whole = author.get("literal") or author.get("name")
    return plain(" ".join(p for p in parts if isinstance(p, str)) or _first(whole))


def _csl_day(value: object) -> date | None:
    """Read CSL's date-parts; a missing month or day is the first; None for anything else."""
    try:
        parts = value["date-parts"][0]  # type: ignore[index]
        year, month, day = ([int(part) for part in parts] + [1, 1])[:3]
        return date(year, month, day)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def paper_by_openreview(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Look a paper up at OpenReview, the submission of a forum; None if there is none in public.

    base: the API, "https://api2.openreview.net". id: "openreview:…", or without the scheme.
    Raises SourceFailed for every other failure.
    """
    name = id.removeprefix("openreview:")
    url = f"{base.rstrip('/')}/notes?forum={quote(name, safe='')}"
    content = record_or_none(fetch, Request(url, OPENREVIEW, accept="application/json"), 404)
    if content is None:
        return None
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(
            source=OPENREVIEW, what=lazy_gettext("the answer is not JSON, or it is incomplete")
        ) from error
    notes = answer.get("notes") if isinstance(answer, dict) else None
    if not isinstance(notes, list):
        raise SourceFailed(source=OPENREVIEW, what=lazy_gettext("the answer has no list of notes"))
    mine = next((note for note in objects(notes) if note.get("id") == name), None)
    return _submission(mine, base) if mine else None


def read_openreview(
    content: bytes, *, source: str, content_type: str = "", url: str = ""
) -> ListPage:
    """Read a venue's papers from its notes, without reviews and comments.

    `https://api2.openreview.net/notes?content.venueid=<venue>&limit=1000`.
    """
    answer = read_json(content, source=source, content_type=content_type)
    notes = answer.get("notes") if isinstance(answer, dict) else None
    if not isinstance(notes, list):
        raise not_this(source, lazy_gettext("OpenReview notes"))
    forums = [n for n in objects(notes) if parse_id(f"openreview:{n.get('id')}")]
    # A paper is the top of its forum, and reviews and comments are below it.
    tops = [n for n in forums if n.get("forum") in (None, n["id"])]
    papers = (_submission(note, "https://api2.openreview.net") for note in tops)
    total, n = count(answer, "count"), len(objects(notes))
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    offset = query.get("offset", "0")
    # The API's pages begin at an offset, which the person's address may have already.
    start = (int(offset) if re.fullmatch(r"[0-9]{1,7}", offset) else 0) + n
    next_url = ""
    if n and total is not None and start < total:
        next_url = urlunsplit(parts._replace(query=urlencode(query | {"offset": str(start)})))
    return page_of([paper for paper in papers if paper], total=total, next_url=next_url)


def _submission(note: Mapping[str, Any], base: str) -> Paper | None:
    """Make a paper of a note; None for one without a title."""
    content = inner(note, "content")
    # Version 2 of the API wraps every value in {"value": …}, version 1 did not.
    fields = {k: v.get("value") if isinstance(v, dict) else v for k, v in content.items()}
    texts = {name: plain(value) for name, value in fields.items() if isinstance(value, str)}
    if not texts.get("title"):
        return None
    authors, pdf = fields.get("authors"), texts.get("pdf", "")
    published_on = _openreview_day(note.get("pdate"))
    if pdf.startswith("/"):  # files are at openreview.net, not at api2.openreview.net
        site = urlsplit(base)
        pdf = f"{site.scheme}://{site.netloc.removeprefix('api2.').removeprefix('api.')}{pdf}"
    return Paper(
        ids=(f"openreview:{note['id']}",),
        title=texts["title"],
        authors=tuple(plain(name) for name in authors if isinstance(name, str))
        if isinstance(authors, list)
        else (),
        abstract=texts.get("abstract", ""),
        comment=texts.get("venue", ""),
        published_on=published_on or _openreview_day(note.get("cdate")),
        pdf_url=pdf,
        publication=publication_of(
            "openreview",
            venue=texts.get("venue", ""),
            year=str(published_on.year) if published_on else "",
        ),
    )


def _openreview_day(milliseconds: object) -> date | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC).date()  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def paper_by_acl(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Look a paper up at the ACL Anthology; None if it is not there.

    base: "https://aclanthology.org/". id: "acl:2023.acl-long.1", or without the scheme. Raises
    SourceFailed for every other failure.
    """
    name = id.removeprefix("acl:")
    address = f"{base.rstrip('/')}/{quote(name, safe='._-')}"
    content = record_or_none(fetch, Request(f"{address}.xml", ACL, accept="application/xml"), 404)
    if content is None:
        return None
    try:
        root = xml_root(content)
    except NO_XML as error:
        what = lazy_gettext("the answer is {came}, not a MODS record", came=what_came(content))
        raise SourceFailed(source=ACL, what=what) from error
    record = root if root.tag == "mods" else root.find("mods")
    if record is None or not text_at(record, "titleInfo/title"):
        raise SourceFailed(source=ACL, what=lazy_gettext("the record has no title"))
    return paper_of_mods(record, f"acl:{name}", f"{address}.pdf")


NO_XML = (ElementTree.ParseError, ValueError, LookupError)
"""The exceptions of `xml_root` for anything that is no XML."""


def xml_root(data: bytes) -> ElementTree.Element:
    """Parse XML into elements whose names have no namespace. Raises one of NO_XML."""
    # ElementTree fetches no external entity, and expat from 2.4.1 on limits how entities expand.
    root = ElementTree.fromstring(data)  # noqa: S314
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def text_at(element: ElementTree.Element, path: str) -> str:
    """Get the whole text of an element's first descendant at a path; "" for none."""
    found = element.find(path)
    return "" if found is None else plain("".join(found.itertext()))


def paper_of_mods(record: ElementTree.Element, id: str, pdf_url: str) -> Paper:
    """Turn a MODS record, with names without namespace, into a paper."""
    doi = parse_id(text_at(record, "identifier[@type='doi']"))
    title, subtitle = text_at(record, "titleInfo/title"), text_at(record, "titleInfo/subTitle")
    names = (
        " ".join(plain("".join(part.itertext())) for part in person.findall("namePart"))
        for person in record.findall("name")
        if text_at(person, "role/roleTerm") in ("author", "")  # not the editors
    )
    return Paper(
        ids=(id, doi.id) if doi and doi.id != id else (id,),
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=tuple(name for name in names if name),
        abstract=text_at(record, "abstract"),
        published_on=_mods_day(record),
        pdf_url=pdf_url,
        publication=_mods_publication(record),
    )


def _mods_publication(record: ElementTree.Element) -> Publication | None:
    """Read the volume that a record stands in, and its place there."""
    host, day = "relatedItem[@type='host']", _mods_day(record)
    first, last = (text_at(record, f"part/extent/{end}") for end in ("start", "end"))
    return publication_of(
        "acl",
        venue=text_at(record, f"{host}/titleInfo/title"),
        volume=text_at(record, "part/detail[@type='volume']/number"),
        number=text_at(record, "part/detail[@type='issue']/number"),
        pages=f"{first}-{last}".strip("-"),
        publisher=text_at(record, f"{host}/originInfo/publisher"),
        year=str(day.year) if day else "",
        doi=text_at(record, "identifier[@type='doi']"),
    )


def _mods_day(record: ElementTree.Element) -> date | None:
    """Read a date such as "2023-07"; a missing month or day is the first; None without one."""
    issued = text_at(record, "originInfo/dateIssued")
    issued = issued or text_at(record, "relatedItem/originInfo/dateIssued")
    parts = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", issued)
    try:
        return date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None
    except ValueError:
        return None
