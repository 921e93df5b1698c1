"""Look a paper up by its ACL Anthology id.

The MODS record (XML), not the BibTeX: it is UTF-8 without LaTeX's accents, and names have
parts. Written from the Anthology's documentation and tried on invented answers only,
never yet on real bytes.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

# ElementTree fetches no external entity, and expat (2.4.1 on) stops entities that explode.
from xml.etree import ElementTree

from reader.errors import SourceFailed
from reader.ids import parse_id
from reader.paper import Paper
from reader.phrases import say
from reader.plain import plain
from reader.sources.feed import what_came
from reader.wire import Fetch, Request

SOURCE = "ACL Anthology"


def paper_by_acl(fetch: Fetch, base: str, id: str) -> Paper | None:
    """Fetch one paper's record: `base` ("https://aclanthology.org/"), the id, ".xml".

    id: "acl:2023.acl-long.1", or without the scheme. None if there is none; raises
    SourceFailed for every other failure.
    """
    address = base.rstrip("/") + "/" + quote(id.removeprefix("acl:"), safe="._-")
    try:
        content = fetch(Request(f"{address}.xml", SOURCE, accept="application/xml")).content
    except SourceFailed as error:
        if error.values.get("status") == 404:
            return None
        raise
    return paper_of_mods(_record(content), "acl:" + id.removeprefix("acl:"), f"{address}.pdf")


def _record(content: bytes) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(content)  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        what = say("answer.no_mods", came=what_came(content))
        raise SourceFailed(source=SOURCE, what=what) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # names without their namespace
    record = root if root.tag == "mods" else root.find("mods")
    if record is None or not _text(record, "titleInfo/title"):
        raise SourceFailed(source=SOURCE, what=say("answer.no_title_here"))
    return record


def paper_of_mods(record: ElementTree.Element, id: str, pdf_url: str) -> Paper:
    """Turn one MODS record, its names without namespace, into a paper."""
    doi = parse_id(_text(record, "identifier[@type='doi']"))
    title = _text(record, "titleInfo/title")
    subtitle = _text(record, "titleInfo/subTitle")
    return Paper(
        ids=(id, doi.id) if doi and doi.id != id else (id,),
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=tuple(name for part in record.findall("name") if (name := _name(part))),
        abstract=_text(record, "abstract"),
        published_on=_day(record),
        pdf_url=pdf_url,
    )


def _text(record: ElementTree.Element, path: str) -> str:
    found = record.find(path)
    return "" if found is None else plain("".join(found.itertext()))


def _name(element: ElementTree.Element) -> str:
    """Give an author's name as printed; "" for an editor."""
    if _text(element, "role/roleTerm") not in ("author", ""):
        return ""
    return " ".join(plain("".join(part.itertext())) for part in element.findall("namePart"))


def _day(record: ElementTree.Element) -> date | None:
    """Read "2023-07": a missing month or day is taken for the first."""
    issued = _text(record, "originInfo/dateIssued") or _text(
        record, "relatedItem/originInfo/dateIssued"
    )
    parts = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", issued)
    try:
        return date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None
    except ValueError:
        return None
