"""Look papers up by DOI, OpenReview id or ACL Anthology id.

Look a paper up by its DOI, through the registrars' content negotiation.

CSL-JSON (citeproc.org), which Crossref and DataCite both answer with. Written from their
documentation and tried on invented answers only, never yet on real bytes.

Look a paper up by its OpenReview id, or list a venue, through version 2 of its API.

Written from its documentation and tried on invented answers only, never yet on real bytes.

Look a paper up by its ACL Anthology id.

The MODS record (XML), not the BibTeX: it is UTF-8 without LaTeX's accents, and names have
parts. Written from the Anthology's documentation and tried on invented answers only,
never yet on real bytes.
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
from reader.base.http.wire import Fetch, Request
from reader.base.messages import say
from reader.base.text import html_to_text, plain
from reader.gathering.post import entry_of
from reader.gathering.sources.answer import count, inner, not_this, objects, read_json, what_came
from reader.library.ids import parse_id
from reader.library.paper import Paper, Post

DOI = "DOI"
CSL = "application/vnd.citationstyles.csl+json"


def paper_by_doi(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch one paper's record: `base` ("https://doi.org/") and the DOI after it.

    id: "doi:10.…", or without the scheme. None if no such DOI is registered; raises
    SourceFailed for every other failure.
    """
    name = id.removeprefix("doi:")
    request = Request(base.rstrip("/") + "/" + quote(name, safe="/:;()._-+,"), DOI, accept=CSL)
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
        raise SourceFailed(source=DOI, what=what) from error
    if not isinstance(record, dict) or not _first(record.get("title")):
        raise SourceFailed(source=DOI, what=say("answer.no_title", name=plain(name)))
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


OPENREVIEW = "OpenReview"


def paper_by_openreview(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch the submission of a forum: `base` is the API, "https://api2.openreview.net".

    id: "openreview:…", or without the scheme. None if there is none, or it is not public;
    raises SourceFailed for every other failure.
    """
    name = id.removeprefix("openreview:")
    request = Request(
        f"{base.rstrip('/')}/notes?forum={quote(name, safe='')}",
        OPENREVIEW,
        accept="application/json",
    )
    try:
        content = fetch(request).content
    except SourceFailed as error:
        if error.values.get("status") == 404:
            return None
        raise
    notes = _notes(content)
    mine = next((note for note in notes if isinstance(note, dict) and note.get("id") == name), None)
    return _openreview_paper(mine, name, base) if mine else None


def _notes(content: bytes) -> list[Any]:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SourceFailed(source=OPENREVIEW, what=say("answer.half_json")) from error
    notes = answer.get("notes") if isinstance(answer, dict) else None
    if not isinstance(notes, list):
        raise SourceFailed(source=OPENREVIEW, what=say("answer.no_notes"))
    return notes


def _openreview_paper(note: Mapping[str, Any], name: str, base: str) -> Paper | None:
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
        published_on=_openreview_day(note.get("pdate")) or _openreview_day(note.get("cdate")),
        pdf_url=_site(base) + pdf if pdf.startswith("/") else pdf,
    )


def _value(fields: Mapping[str, Any], name: str) -> object:
    """Unwrap {"value": …}, which version 2 puts around everything and version 1 did not."""
    value = fields.get(name)
    return value.get("value") if isinstance(value, dict) else value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = _value(fields, name)
    return plain(value) if isinstance(value, str) else ""


def _openreview_day(milliseconds: object) -> date | None:
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
    papers = (_openreview_paper(note, note["id"], _API) for note in tops)
    return tuple(paper for paper in papers if paper)


_API = "https://api2.openreview.net"


def openreview_total(content: bytes) -> int | None:
    """Give how many notes the venue has in all, None where the answer does not say."""
    return count(inner(read_json(content, source=OPENREVIEW)), "count")


def openreview_next(url: str, content: bytes) -> str:
    """Give the address of the page after this one, "" after the last."""
    answer = read_json(content, source=OPENREVIEW)
    n, total = len(objects(inner(answer).get("notes"))), count(inner(answer), "count")
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    offset = query.get("offset", "0")
    start = (int(offset) if re.fullmatch(r"[0-9]{1,7}", offset) else 0) + n
    if n == 0 or total is None or start >= total:
        return ""
    return urlunsplit(parts._replace(query=urlencode(query | {"offset": str(start)})))


# ElementTree fetches no external entity, and expat (2.4.1 on) stops entities that explode.


ACL = "ACL Anthology"


def paper_by_acl(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch one paper's record: `base` ("https://aclanthology.org/"), the id, ".xml".

    id: "acl:2023.acl-long.1", or without the scheme. None if there is none; raises
    SourceFailed for every other failure.
    """
    address = base.rstrip("/") + "/" + quote(id.removeprefix("acl:"), safe="._-")
    try:
        content = fetch(Request(f"{address}.xml", ACL, accept="application/xml")).content
    except SourceFailed as error:
        if error.values.get("status") == 404:
            return None
        raise
    return paper_of_mods(_acl_record(content), "acl:" + id.removeprefix("acl:"), f"{address}.pdf")


def _acl_record(content: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        what = say("answer.no_mods", came=what_came(content))
        raise SourceFailed(source=ACL, what=what) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # names without their namespace
    record = root if root.tag == "mods" else root.find("mods")
    if record is None or not _acl_text(record, "titleInfo/title"):
        raise SourceFailed(source=ACL, what=say("answer.no_title_here"))
    return record


def paper_of_mods(record: ElementTree.Element, id: str, pdf_url: str) -> Paper:
    """Turn one MODS record, its names without namespace, into a paper."""
    doi = parse_id(_acl_text(record, "identifier[@type='doi']"))
    title = _acl_text(record, "titleInfo/title")
    subtitle = _acl_text(record, "titleInfo/subTitle")
    return Paper(
        ids=(id, doi.id) if doi and doi.id != id else (id,),
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=tuple(name for part in record.findall("name") if (name := _acl_name(part))),
        abstract=_acl_text(record, "abstract"),
        published_on=_acl_day(record),
        pdf_url=pdf_url,
    )


def _acl_text(record: ElementTree.Element, path: str) -> str:
    found = record.find(path)
    return "" if found is None else plain("".join(found.itertext()))


def _acl_name(element: ElementTree.Element) -> str:
    """Give an author's name as printed; "" for an editor."""
    if _acl_text(element, "role/roleTerm") not in ("author", ""):
        return ""
    return " ".join(plain("".join(part.itertext())) for part in element.findall("namePart"))


def _acl_day(record: ElementTree.Element) -> date | None:
    """Read "2023-07": a missing month or day is taken for the first."""
    issued = _acl_text(record, "originInfo/dateIssued") or _acl_text(
        record, "relatedItem/originInfo/dateIssued"
    )
    parts = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", issued)
    try:
        return date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None
    except ValueError:
        return None
