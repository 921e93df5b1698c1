"""Read the papers of a conference or a preprint server: ACL, ISCA, bioRxiv, medRxiv.

ACL Anthology: a volume's or an event's page, its XML or its .bib.
`https://aclanthology.org/volumes/2024.iwslt-1/`, the same with `.bib` or `.xml` (MODS), and
the files of the Anthology's own repository (`data/xml/2024.iwslt.xml`). BibTeX gives ids and
titles only: its accents are LaTeX. Written after the Anthology's templates and documentation.

ISCA archive: a conference's page, `https://www.isca-archive.org/interspeech_2024/index.html`, has
titles, authors and links. It has no ids, and the DOI of a paper is on the paper's own page: so a
paper is identified by the address of its page until another source brings the same title and
authors.

bioRxiv and medRxiv: their own API, `https://api.biorxiv.org/details/biorxiv/7d/0/json`, returns
the preprints of the last seven days, 100 on a page. Fields after api.biorxiv.org.

None of them was tried on real bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin
from xml.etree import ElementTree

from reader.base.messages import N_, lazy_gettext, lazy_ngettext
from reader.base.text import html_to_text, plain
from reader.gathering.sources.answer import (
    Thing,
    count,
    day_of,
    not_but,
    not_this,
    objects,
    read_json,
    refusal,
    to_utf8,
)
from reader.gathering.sources.answer import text as field
from reader.gathering.sources.registries import NO_XML, paper_of_mods, text_at, xml_root
from reader.library.ids import parse_id, url_of, web_id
from reader.library.paper import Mention, Paper, Post
from reader.library.post import ListPage, page_of

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
            root = xml_root(data)
        except NO_XML as error:
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
            yield paper_of_mods(record, found.id, f"{url_of(found.id).rstrip('/')}.pdf")
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
                title=text_at(element, "title"),
                authors=tuple(filter(None, names)),
                abstract=text_at(element, "abstract"),
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
    status = field(message, "status")
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
    doi, title = parse_id(field(row, "doi")), plain(field(row, "title"))
    if doi is None or not title:
        return None
    journal = parse_id(field(row, "published"))
    # "Doe, J. A.; …" is J. A. Doe.
    names = [plain(name).partition(",") for name in field(row, "authors").split(";")]
    category = plain(field(row, "category"))
    server = "medrxiv" if field(row, "server").lower() == "medrxiv" else "biorxiv"
    name = f"{doi.id.removeprefix('doi:')}v{count(row, 'version') or 1}"
    return Paper(
        ids=(doi.id, journal.id) if journal and journal.id != doi.id else (doi.id,),
        title=title,
        authors=tuple(f"{g.strip()} {f.strip()}".strip() for f, _, g in names if f or g),
        abstract=plain(field(row, "abstract")),
        comment=f"bioRxiv: {category}" if category else "",
        published_on=day_of(field(row, "date")),
        pdf_url=f"https://www.{server}.org/content/{name}.full.pdf",
    )
