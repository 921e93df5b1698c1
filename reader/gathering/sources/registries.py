"""Read papers from registries and proceedings: by DOI, OpenReview or ACL id, and a venue's list.

Crossref and DataCite both answer a DOI with CSL-JSON (citeproc.org), by content negotiation.
OpenReview is asked by version 2 of its API.

ACL Anthology: the MODS record (XML) of a paper, and not its BibTeX: it is UTF-8 without LaTeX's
accents, and names have parts. Of many papers a volume's or an event's page, its XML or its .bib:
`https://aclanthology.org/volumes/2024.iwslt-1/`, the same with `.bib` or `.xml` (MODS), and
the files of the Anthology's own repository (`data/xml/2024.iwslt.xml`). BibTeX gives ids and
titles only. Written after the Anthology's templates and documentation.

ISCA archive: a conference's page, `https://www.isca-archive.org/interspeech_2024/index.html`, has
titles, authors and links. It has no ids, and the DOI of a paper is on the paper's own page: so a
paper is identified by the address of its page until another source brings the same title and
authors.

bioRxiv and medRxiv: their own API, `https://api.biorxiv.org/details/biorxiv/7d/0/json`, returns
the preprints of the last seven days, 100 on a page. Fields after api.biorxiv.org.

None of them was tried on real bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit
from xml.etree import ElementTree

from reader.base.errors import SourceFailed
from reader.base.http import Fetch, Request
from reader.base.messages import N_, lazy_gettext, lazy_ngettext
from reader.base.text import html_to_text, plain
from reader.gathering.sources.answer import (
    Thing,
    count,
    day_of,
    inner,
    not_but,
    not_this,
    objects,
    read_json,
    received_text,
    refusal,
    text,
    to_utf8,
)
from reader.library.identity import printed_name
from reader.library.ids import parse_id, url_of, web_id
from reader.library.paper import Mention, Paper, Post, Publication
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
    family, given = (author.get(part) for part in ("family", "given"))
    whole = author.get("literal") or author.get("name")
    name = printed_name(*(p if isinstance(p, str) else "" for p in (family, given)))
    return plain(name or _first(whole))


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
        root = _xml_root(content)
    except _NO_XML as error:
        what = lazy_gettext("the answer is {came}, not a MODS record", came=received_text(content))
        raise SourceFailed(source=ACL, what=what) from error
    record = root if root.tag == "mods" else root.find("mods")
    if record is None or not _text_at(record, "titleInfo/title"):
        raise SourceFailed(source=ACL, what=lazy_gettext("the record has no title"))
    return _paper_of_mods(record, f"acl:{name}", f"{address}.pdf")


_NO_XML = (ElementTree.ParseError, ValueError, LookupError)
"""The exceptions of `_xml_root` for anything that is no XML."""


def _xml_root(data: bytes) -> ElementTree.Element:
    """Parse XML into elements whose names have no namespace. Raises one of _NO_XML."""
    # ElementTree fetches no external entity, and expat from 2.4.1 on limits how entities expand.
    root = ElementTree.fromstring(data)  # noqa: S314
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    return root


def _text_at(element: ElementTree.Element, path: str) -> str:
    """Get the whole text of an element's first descendant at a path; "" for none."""
    found = element.find(path)
    return "" if found is None else plain("".join(found.itertext()))


def _paper_of_mods(record: ElementTree.Element, id: str, pdf_url: str) -> Paper:
    """Turn a MODS record, with names without namespace, into a paper."""
    doi = parse_id(_text_at(record, "identifier[@type='doi']"))
    title, subtitle = _text_at(record, "titleInfo/title"), _text_at(record, "titleInfo/subTitle")
    names = (
        " ".join(plain("".join(part.itertext())) for part in person.findall("namePart"))
        for person in record.findall("name")
        if _text_at(person, "role/roleTerm") in ("author", "")  # not the editors
    )
    return Paper(
        ids=(id, doi.id) if doi and doi.id != id else (id,),
        title=f"{title}: {subtitle}" if subtitle else title,
        authors=tuple(name for name in names if name),
        abstract=_text_at(record, "abstract"),
        published_on=_mods_day(record),
        pdf_url=pdf_url,
        publication=_mods_publication(record),
    )


def _mods_publication(record: ElementTree.Element) -> Publication | None:
    """Read the volume that a record stands in, and its place there."""
    host, day = "relatedItem[@type='host']", _mods_day(record)
    first, last = (_text_at(record, f"part/extent/{end}") for end in ("start", "end"))
    return publication_of(
        "acl",
        venue=_text_at(record, f"{host}/titleInfo/title"),
        volume=_text_at(record, "part/detail[@type='volume']/number"),
        number=_text_at(record, "part/detail[@type='issue']/number"),
        pages=f"{first}-{last}".strip("-"),
        publisher=_text_at(record, f"{host}/originInfo/publisher"),
        year=str(day.year) if day else "",
        doi=_text_at(record, "identifier[@type='doi']"),
    )


def _mods_day(record: ElementTree.Element) -> date | None:
    """Read a date such as "2023-07"; a missing month or day is the first; None without one."""
    issued = _text_at(record, "originInfo/dateIssued")
    issued = issued or _text_at(record, "relatedItem/originInfo/dateIssued")
    parts = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", issued)
    try:
        return date(int(parts[1]), int(parts[2] or 1), int(parts[3] or 1)) if parts else None
    except ValueError:
        return None


_ID = r"(?:(?:19|20)\d\d\.[a-z][\w-]{1,60}\.\d{1,4}|[A-Z]\d\d-\d{4})"
_FRONT = re.compile(r"acl:(?:.*\.0|W\d\d-\d\d00|[A-VX-Z]\d\d-\d000)")
"""A volume's front matter, which is its paper 0."""

_TITLE = re.compile(
    rf"""<a\s[^<>]*?href=["']?(?:https?://(?:www\.)?aclanthology\.org)?/(?P<id>{_ID})/?["']?
    (?:\s[^<>]*)?>(?P<title>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""",
    re.VERBOSE,
)
_AUTHOR = re.compile(r"""<a\s[^<>]*?href=["']?[^\s"'<>]*/people/[^<>]*>([^<]*)</a\s*>""")
_ABSTRACT = re.compile(r"""<div\sclass=["']?card-body[^<>]*>([^<]*(?:<(?!/?div\b)[^<]*)*)</div""")
_ENTRY = re.compile(r"^@", re.MULTILINE)
_BIB_TITLE = re.compile(r"""^[ \t]*title\s*=\s*["{](.*?)["}],?\s*$""", re.MULTILINE | re.DOTALL)
_BIB_URL = re.compile(r"""^[ \t]*url\s*=\s*["{]([^"{}\s]{1,300})["}]""", re.MULTILINE)


def _bib_page(data: bytes, source: str) -> ListPage:
    entries = _ENTRY.split(data.decode("utf-8", "replace"))[1:]
    titles = {id: title for id, title in map(_of_bib, entries) if not _FRONT.fullmatch(id)}
    titles.pop("", None)
    if not titles:
        raise refusal(
            source, not_but(N_("the answer is {came}, not a list of the ACL Anthology"), data)
        )
    posts = [
        Post(id, "", title, url_of(id), None, mentions=(Mention(id),))
        for id, title in titles.items()
    ]
    n = sum(not entry.lower().startswith("proceedings") for entry in entries)
    return ListPage(tuple(posts), total=n)


def read_acl(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read a volume's papers, without its front matter.

    The page's total is the number of papers in its XML or .bib, read or not; None for an HTML
    page. A .bib has entries only, and no complete papers.
    """
    data = to_utf8(content, content_type)
    start = data[:2000].lstrip().lower()
    if start[:1] == b"@":
        return _bib_page(data, source)
    total = None
    if b"<html" in start or b"<!doctype html" in start:
        papers = _of_page(data.decode("utf-8", "replace"))
    else:
        try:
            root = _xml_root(data)
        except _NO_XML as error:
            raise refusal(
                source, not_but(N_("the answer is {came}, not a list of the ACL Anthology"), data)
            ) from error
        ids = (parse_id(record.findtext("location/url") or "") for record in root.iter("mods"))
        total = sum(found is None or not _FRONT.fullmatch(found.id) for found in ids)
        # In the Anthology's own XML front matter has another element.
        total += sum(1 for _ in root.iter("paper"))
        papers = _of_xml(root)
    listed = {paper.id: paper for paper in papers if not _FRONT.fullmatch(paper.id)}
    if not listed:
        what = (
            lazy_ngettext(
                "none of the {n} entry can be read", "none of the {n} entries can be read", total
            )
            if total
            else not_but(N_("the answer is {came}, not a list of the ACL Anthology"), data)
        )
        raise refusal(source, what)
    return page_of(list(listed.values()), total=total)


def _of_bib(entry: str) -> tuple[str, str]:
    """Read the id and the title of a BibTeX entry, "" for a missing one."""
    url, title = _BIB_URL.search(entry), _BIB_TITLE.search(entry[:5_000])
    found = parse_id(url[1]) if url else None
    return found.id if found else "", plain(re.sub(r"[{}]", "", title[1])) if title else ""


def _of_page(html: str) -> Iterator[Paper]:
    titles = list(_TITLE.finditer(html))
    # All about a paper is between its title and the next one.
    ends = [title.start() for title in titles[1:]] + [len(html)]
    for title, end in zip(titles, ends, strict=False):
        below = html[title.end() : min(end, title.end() + 50_000)]
        found, name = parse_id(f"acl:{title['id']}"), plain(html_to_text(title["title"])[0])
        abstract = _ABSTRACT.search(below)
        if found and name:
            # The year is in the id: "2024.rain-1.1", "P19-1001".
            digits = title["id"][:4] if title["id"][0].isdigit() else title["id"][1:3]
            yield Paper(
                ids=(found.id,),
                title=name,
                authors=tuple(plain(html_to_text(a)[0]) for a in _AUTHOR.findall(below)),
                abstract=plain(html_to_text(abstract[1])[0]) if abstract else "",
                published_on=date(_full_year(digits, first=50), 1, 1),
                pdf_url=f"https://aclanthology.org/{title['id']}.pdf",
            )


def _full_year(digits: str, *, first: int) -> int:
    """Complete a year of two digits; first: the first one that is in the 20th century."""
    year = int(digits)
    return year if year > 99 else year + (2000 if year < first else 1900)


def _of_xml(root: ElementTree.Element) -> Iterator[Paper]:
    for record in root.iter("mods"):
        if found := parse_id(record.findtext("location/url") or ""):
            yield _paper_of_mods(record, found.id, f"{url_of(found.id).rstrip('/')}.pdf")
    for volume in root.iter("volume"):
        year = volume.findtext("meta/year") or ""
        day = date(int(year), 1, 1) if re.fullmatch(r"[12]\d{3}", year, re.ASCII) else None
        for element in volume.iter("paper"):
            name = _place(root.get("id", ""), volume.get("id", ""), element.get("id", ""))
            url = element.findtext("url") or ""
            found = parse_id(f"acl:{url}") or parse_id(url) or parse_id(f"acl:{name}")
            if not found:
                continue
            doi = parse_id(element.findtext("doi") or "")
            names = (
                " ".join(part for p in author if (part := plain(p.text or "")))
                for author in element.findall("author")
            )
            yield Paper(
                ids=(found.id, doi.id) if doi and doi.id != found.id else (found.id,),
                title=_text_at(element, "title"),
                authors=tuple(filter(None, names)),
                abstract=_text_at(element, "abstract"),
                published_on=day,
                pdf_url=f"{url_of(found.id).rstrip('/')}.pdf" if url else "",
            )


def _place(collection: str, volume: str, number: str) -> str:
    """Build the Anthology's name of a paper by its place in a collection; "" for an odd place."""
    # The XML has the name only in the address of the PDF, which some papers of early volumes lack.
    # In the oldest files there is no collection, and the number begins with the volume's.
    if collection == volume:
        return f"{volume}-{number}"
    if not re.fullmatch(r"[A-Z]\d\d", collection):
        return f"{collection}-{volume}.{number}"
    if not (volume.isdecimal() and number.isdecimal()):
        return ""
    n_volume, n_paper = int(volume), int(number)
    # P19-1001 is volume 1, paper 1. Workshops have two digits of each: W19-0401.
    is_wide = collection[0] == "W" or collection == "C69" or (collection == "D19" and n_volume > 4)
    rest = f"{n_volume:02}{n_paper:02}" if is_wide else f"{n_volume}{n_paper:03}"
    return f"{collection}-{rest}"


_ISCA_ENTRY = re.compile(
    r"""<a\s[^<>]*?href\s*=\s*["']?(?P<href>[\w./:-]{0,200}?(?P<key>[a-z0-9-]{1,60}\d\d[a-z]{0,3}
    _[a-z0-9_-]{2,40})\.html)["']?(?:\s[^<>]*)?>(?P<about>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""",
    re.IGNORECASE | re.VERBOSE,
)


def read_isca(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the papers of a conference as entries without author: title, then authors."""
    data = to_utf8(content, content_type)
    found: dict[str, tuple[Post, Paper]] = {}
    for entry in _ISCA_ENTRY.finditer(data.decode("utf-8", "replace")):
        lines = [plain(line) for line in html_to_text(entry["about"])[0].split("\n")]
        # The first line of a link is the title, the others have the authors.
        title, *rest = [line for line in lines if line] or [""]
        key = entry["key"]
        if not title or key in found:
            continue
        # The key has the year in two digits, the conference's folder in four.
        digits = re.search(r"(\d\d)[a-z]{0,3}_", key)
        year = _full_year(digits[1] if digits else "0", first=80)
        folder = f"https://www.isca-archive.org/{key.partition('_')[2]}_{year}/"
        address = urljoin(folder, entry["href"])
        names = " ".join(rest)
        text = f"{title}\n\n{names}".strip()
        paper = Paper(
            ids=(web_id(address),),
            title=title,
            authors=tuple(filter(None, (name.strip() for name in names.split(",")))),
            published_on=date(year, 1, 1),
            pdf_url=f"{address.removesuffix('.html')}.pdf",
        )
        found[key] = Post(key, "", text, address, None, mentions=(Mention(paper.id),)), paper
    if not found:
        raise refusal(
            source, not_but(N_("the answer is {came}, not a conference of the ISCA archive"), data)
        )
    posts, papers = zip(*found.values(), strict=True)
    return ListPage(posts, papers)


_CURSOR = re.compile(r"/details/\w+/[^?#]*?/(?P<cursor>[0-9]{1,7})(?=/json|/xml|/?$|/?\?)")


def read_biorxiv(content: bytes, *, source: str, content_type: str = "", url: str = "") -> ListPage:
    """Read the preprints, each once with its newest version.

    One that a journal has published has the journal's DOI too. The page's total counts rows, of
    which a preprint has one for each version.
    """
    answer = read_json(content, source=source, content_type=content_type)
    if not isinstance(answer, dict) or not isinstance(answer.get("collection"), list):
        raise not_this(source, lazy_gettext("an answer of bioRxiv"))
    message = next(iter(objects(answer.get("messages"))), {})
    status = text(message, "status")
    if status not in ("", "ok") and "no posts" not in status.lower():
        raise not_this(
            source, lazy_gettext("a list (its status is {status!r})", status=plain(status)[:100])
        )
    # Versions come in the order of their days, so the newest one stays in the dict.
    papers = {paper.id: paper for row in objects(answer["collection"]) if (paper := _preprint(row))}
    n, total = count(message, "count") or 0, count(message, "total")
    cursor, next_url = _CURSOR.search(url), ""
    if cursor and n and total is not None and int(cursor["cursor"]) + n < total:
        start = int(cursor["cursor"]) + n
        next_url = f"{url[: cursor.start('cursor')]}{start}{url[cursor.end('cursor') :]}"
    return page_of(list(papers.values()), total=total, next_url=next_url)


def _preprint(row: Thing) -> Paper | None:
    doi, title = parse_id(text(row, "doi")), plain(text(row, "title"))
    if doi is None or not title:
        return None
    journal = parse_id(text(row, "published"))
    # "Doe, J. A.; …" is J. A. Doe.
    names = [plain(name).partition(",") for name in text(row, "authors").split(";")]
    category = plain(text(row, "category"))
    server = "medrxiv" if text(row, "server").lower() == "medrxiv" else "biorxiv"
    name = f"{doi.id.removeprefix('doi:')}v{count(row, 'version') or 1}"
    return Paper(
        ids=(doi.id, journal.id) if journal and journal.id != doi.id else (doi.id,),
        title=title,
        authors=tuple(f"{g.strip()} {f.strip()}".strip() for f, _, g in names if f or g),
        abstract=plain(text(row, "abstract")),
        comment=f"bioRxiv: {category}" if category else "",
        published_on=day_of(text(row, "date")),
        pdf_url=f"https://www.{server}.org/content/{name}.full.pdf",
    )
