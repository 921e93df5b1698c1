"""List the papers of a conference or a preprint server: ACL, ISCA, bioRxiv, medRxiv.

Read what the ACL Anthology lists: a volume's or an event's page, its XML or its .bib.

`https://aclanthology.org/volumes/2024.iwslt-1/`, the same with `.bib` or `.xml` (MODS), and
the files of the Anthology's own repository (`data/xml/2024.iwslt.xml`). BibTeX gives ids and
titles only: its accents are LaTeX. Written after the Anthology's templates and its
documentation; not tried on real bytes.

Read the ISCA archive's page of a conference: titles, authors and links.

`https://www.isca-archive.org/interspeech_2024/index.html`. The page has no ids, and its
papers' DOIs stand on pages of their own: so a paper is known by the address of its page until
another source brings the same title and authors. Written after the archive's pages as they
are; not tried on real bytes.

Read bioRxiv's and medRxiv's own API: preprints with all that is known of them.

`https://api.biorxiv.org/details/biorxiv/7d/0/json?category=neuroscience`: those of the last
seven days, 100 a page. Fields after api.biorxiv.org; not tried on real bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin
from xml.etree import ElementTree

from reader.base.messages import say
from reader.base.text import html_to_text, plain
from reader.gathering.post import entry_of
from reader.gathering.sources.answer import (
    Thing,
    count,
    inner,
    not_but,
    not_this,
    objects,
    read_json,
    refusal,
    to_utf8,
)
from reader.gathering.sources.answer import text as field
from reader.gathering.sources.registries import paper_of_mods
from reader.library.ids import parse_id, url_of, web_id
from reader.library.paper import Mention, Paper, Post

# ElementTree fetches no external entity, and expat (2.4.1 on) stops entities that explode.


def read_acl(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read a volume's papers as entries of nobody, without its front matter."""
    data = to_utf8(content, content_type)
    if data.lstrip()[:1] == b"@":
        named = _of_bib(data.decode("utf-8", "replace"))
    else:
        papers = acl_papers(content, source=source, content_type=content_type)
        named = ((paper.id, paper.title) for paper in papers)
    posts = {
        id: Post(id, "", title, url_of(id), None, mentions=(Mention(id),)) for id, title in named
    }
    if not posts:
        n = 0 if data.lstrip()[:1] == b"@" else acl_total(content)
        what = say("answer.none_read", n=n) if n else not_but("answer.no_acl", data)
        raise refusal(source, what)
    return tuple(posts.values())


def acl_total(content: bytes) -> int | None:
    """Count the papers that a volume's XML or .bib holds, read or not; None for a page, which
    is read by what it holds of each."""
    data = to_utf8(content)
    start = data[:2000].lstrip().lower()
    if start[:1] == b"@":
        entries = _ENTRY.split(data.decode("utf-8", "replace"))[1:]
        return sum(not entry.lower().startswith("proceedings") for entry in entries)
    if b"<html" in start or b"<!doctype html" in start:
        return None
    try:
        root = _root(data)
    except _NO_XML:
        return None
    urls = (record.findtext("location/url") or "" for record in root.iter("mods"))
    ids = (parse_id(url) for url in urls)
    n_mods = sum(found is None or not _is_front(found.id) for found in ids)
    return n_mods + sum(1 for _ in root.iter("paper"))


def acl_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read all that is said of a volume's papers; nothing of a .bib."""
    data = to_utf8(content, content_type)
    start = data[:2000].lstrip().lower()
    if start[:1] == b"@":
        return ()
    if b"<html" in start or b"<!doctype html" in start:
        papers = _of_page(data.decode("utf-8", "replace"))
    else:
        papers = _of_xml(data, source)
    return tuple({paper.id: paper for paper in papers if not _is_front(paper.id)}.values())


def _is_front(id: str) -> bool:
    """Tell a volume's front matter: paper 0 of it."""
    name = id.removeprefix("acl:")
    return bool(re.search(r"\.0$|^W\d\d-\d\d00$|^[A-VX-Z]\d\d-\d000$", name))


_ID = r"(?:(?:19|20)\d\d\.[a-z][\w-]{1,60}\.\d{1,4}|[A-Z]\d\d-\d{4})"
_TITLE = re.compile(
    rf"""<a\s[^<>]*?href=["']?(?:https?://(?:www\.)?aclanthology\.org)?/(?P<id>{_ID})/?["']?
    (?:\s[^<>]*)?>(?P<title>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""",
    re.VERBOSE,
)
_AUTHOR = re.compile(r"""<a\s[^<>]*?href=["']?[^\s"'<>]*/people/[^<>]*>([^<]*)</a\s*>""")
_ABSTRACT = re.compile(r"""<div\sclass=["']?card-body[^<>]*>([^<]*(?:<(?!/?div\b)[^<]*)*)</div""")


def _of_page(html: str) -> Iterator[Paper]:
    titles = list(_TITLE.finditer(html))
    ends = [title.start() for title in titles[1:]] + [len(html)]
    for title, end in zip(titles, ends, strict=False):
        below = html[title.end() : min(end, title.end() + 50_000)]
        found, name = parse_id(f"acl:{title['id']}"), plain(html_to_text(title["title"])[0])
        abstract = _ABSTRACT.search(below)
        if found and name:
            yield Paper(
                ids=(found.id,),
                title=name,
                authors=tuple(plain(html_to_text(a)[0]) for a in _AUTHOR.findall(below)),
                abstract=plain(html_to_text(abstract[1])[0]) if abstract else "",
                published_on=_year(title["id"]),
                pdf_url=f"https://aclanthology.org/{title['id']}.pdf",
            )


def _year(name: str) -> date | None:
    digits = re.match(r"(\d{4})\.|[A-Z](\d\d)-", name)
    if not digits:
        return None
    year = int(digits[1] or digits[2])
    if not digits[1]:
        year += 2000 if year < 50 else 1900
    return date(year, 1, 1)


def _of_xml(data: bytes, source: str) -> Iterator[Paper]:
    try:
        root = _root(data)
    except _NO_XML as error:
        raise refusal(source, not_but("answer.no_acl", data)) from error
    for record in root.iter("mods"):
        url = record.findtext("location/url") or ""
        if found := parse_id(url):
            yield paper_of_mods(record, found.id, f"{url_of(found.id).rstrip('/')}.pdf")
    for volume in root.iter("volume"):
        for element in volume.iter("paper"):
            name = _place(root.get("id", ""), volume.get("id", ""), element.get("id", ""))
            url = element.findtext("url") or ""
            if found := parse_id(f"acl:{url}") or parse_id(url) or parse_id(f"acl:{name}"):
                yield _of_own_xml(element, found.id, volume.findtext("meta/year") or "")


_NO_XML = (ElementTree.ParseError, ValueError, LookupError)


def _root(data: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(data)  # noqa: S314
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]  # names without their namespace
    return root


def _place(collection: str, volume: str, number: str) -> str:
    """Name a paper by its place, as the Anthology does: its own name stands only in the address
    of its PDF, and early volumes have papers without one."""
    if collection == volume:  # the oldest files: no collection, and the volume within the number
        return f"{volume}-{number}"
    if not re.fullmatch(r"[A-Z]\d\d", collection):
        return f"{collection}-{volume}.{number}"
    if not (volume.isdecimal() and number.isdecimal()):
        return ""
    n_volume, n_paper = int(volume), int(number)
    is_wide = collection[0] == "W" or collection == "C69" or (collection == "D19" and n_volume > 4)
    return f"{collection}-" + (
        f"{n_volume:02}{n_paper:02}" if is_wide else f"{n_volume}{n_paper:03}"
    )


def _of_own_xml(element: ElementTree.Element, id: str, year: str) -> Paper:
    doi = parse_id(element.findtext("doi") or "")
    names = [[plain(part.text or "") for part in author] for author in element.findall("author")]
    return Paper(
        ids=(id, doi.id) if doi and doi.id != id else (id,),
        title=_said(element, "title"),
        authors=tuple(name for parts in names if (name := " ".join(filter(None, parts)))),
        abstract=_said(element, "abstract"),
        published_on=date(int(year), 1, 1) if re.fullmatch(r"[12]\d{3}", year, re.ASCII) else None,
        pdf_url=f"{url_of(id).rstrip('/')}.pdf" if element.findtext("url") else "",
    )


def _said(element: ElementTree.Element, name: str) -> str:
    found = element.find(name)
    return "" if found is None else plain("".join(found.itertext()))


_ENTRY = re.compile(r"^@", re.MULTILINE)
_BIB_TITLE = re.compile(r"""^[ \t]*title\s*=\s*["{](.*?)["}],?\s*$""", re.MULTILINE | re.DOTALL)
_BIB_URL = re.compile(r"""^[ \t]*url\s*=\s*["{]([^"{}\s]{1,300})["}]""", re.MULTILINE)


def _of_bib(text: str) -> Iterator[tuple[str, str]]:
    for entry in _ENTRY.split(text)[1:]:
        url, title = _BIB_URL.search(entry), _BIB_TITLE.search(entry[:5_000])
        found = parse_id(url[1]) if url else None
        if found and not _is_front(found.id):
            yield found.id, plain(re.sub(r"[{}]", "", title[1])) if title else ""


_ISCA_ENTRY = re.compile(
    r"""<a\s[^<>]*?href\s*=\s*["']?(?P<href>[\w./:-]{0,200}?(?P<key>[a-z0-9-]{1,60}\d\d[a-z]{0,3}
    _[a-z0-9_-]{2,40})\.html)["']?(?:\s[^<>]*)?>(?P<about>[^<]*(?:<(?!/?a\b)[^<]*)*)</a\s*>""",
    re.IGNORECASE | re.VERBOSE,
)
_BASE = "https://www.isca-archive.org/"


def read_isca(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read the papers of a conference as entries without author: title, then authors."""
    data = to_utf8(content, content_type)
    posts: dict[str, Post] = {}
    for key, url, lines in _entries(data):
        text = "\n\n".join([lines[0], " ".join(lines[1:])]).strip()
        posts.setdefault(key, Post(key, "", text, url, None, mentions=(Mention(web_id(url)),)))
    if not posts:
        raise refusal(source, not_but("answer.no_isca", data))
    return tuple(posts.values())


def isca_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read all that the page says of its papers: title, authors, year and where the PDF is."""
    papers: dict[str, Paper] = {}
    for key, url, lines in _entries(to_utf8(content, content_type)):
        names = (name.strip() for name in " ".join(lines[1:]).split(","))
        paper = Paper(
            ids=(web_id(url),),
            title=lines[0],
            authors=tuple(filter(None, names)),
            published_on=date(_isca_year(key), 1, 1),
            pdf_url=f"{url.removesuffix('.html')}.pdf",
        )
        papers.setdefault(key, paper)
    return tuple(papers.values())


def _entries(data: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Give key, address and lines of text of each paper; the first line is its title."""
    for entry in _ISCA_ENTRY.finditer(data.decode("utf-8", "replace")):
        lines = [plain(line) for line in html_to_text(entry["about"])[0].split("\n")]
        lines = [line for line in lines if line]
        if lines:
            folder = f"{entry['key'].partition('_')[2]}_{_isca_year(entry['key'])}"
            yield entry["key"], urljoin(f"{_BASE}{folder}/", entry["href"]), lines


def _isca_year(key: str) -> int:
    """Give the year within a paper's key, which is in the name of its conference's folder too."""
    year = re.search(r"(\d\d)[a-z]{0,3}_", key)
    number = int(year[1]) if year else 0
    return number + (2000 if number < 80 else 1900)


def read_biorxiv(content: bytes, *, source: str, content_type: str = "") -> tuple[Post, ...]:
    """Read the preprints as entries of nobody."""
    return tuple(
        entry_of(paper)
        for paper in biorxiv_papers(content, source=source, content_type=content_type)
    )


def biorxiv_papers(content: bytes, *, source: str, content_type: str = "") -> tuple[Paper, ...]:
    """Read the preprints, each once with its newest version.

    One that a journal has published is known by the journal's DOI too.
    """
    answer = read_json(content, source=source, content_type=content_type)
    if not isinstance(answer, dict) or not isinstance(answer.get("collection"), list):
        raise not_this(source, say("kind_of.biorxiv"))
    status = field(_message(answer), "status")
    if status not in ("", "ok") and "no posts" not in status.lower():
        raise not_this(source, say("kind_of.list", status=plain(status)[:100]))
    papers: dict[str, Paper] = {}
    for item in objects(answer["collection"]):
        paper = _paper(item)
        # Versions come in the order of their days.
        if paper:
            papers[paper.id] = paper
    return tuple(papers.values())


def biorxiv_total(content: bytes) -> int | None:
    """Give how many rows the interval has: a preprint has one for each version in it."""
    return count(_message(read_json(content, source="bioRxiv")), "total")


def biorxiv_next(url: str, content: bytes) -> str:
    """Give the address of the page after this one, "" after the last."""
    answer = read_json(content, source="bioRxiv")
    n, total = count(_message(answer), "count") or 0, count(_message(answer), "total")
    place = _CURSOR.search(url)
    start = int(place["cursor"]) + n if place else 0
    if not place or n == 0 or total is None or start >= total:
        return ""
    return f"{url[: place.start('cursor')]}{start}{url[place.end('cursor') :]}"


_CURSOR = re.compile(r"/details/\w+/[^?#]*?/(?P<cursor>[0-9]{1,7})(?=/json|/xml|/?$|/?\?)")


def _message(answer: object) -> Thing:
    messages = objects(inner(answer).get("messages"))
    return messages[0] if messages else {}


def _paper(item: Thing) -> Paper | None:
    doi = parse_id(field(item, "doi"))
    title = plain(field(item, "title"))
    if doi is None or not title:
        return None
    journal = parse_id(field(item, "published"))
    names = [_name(plain(name)) for name in field(item, "authors").split(";") if name.strip()]
    category = plain(field(item, "category"))
    return Paper(
        ids=(doi.id, journal.id) if journal and journal.id != doi.id else (doi.id,),
        title=title,
        authors=tuple(names),
        abstract=plain(field(item, "abstract")),
        comment=f"bioRxiv: {category}" if category else "",
        published_on=_day(field(item, "date")),
        pdf_url=f"https://www.{_server(item)}.org/content/{doi.id.removeprefix('doi:')}"
        f"v{count(item, 'version') or 1}.full.pdf",
    )


def _server(item: Thing) -> str:
    return "medrxiv" if field(item, "server").lower() == "medrxiv" else "biorxiv"


def _name(written: str) -> str:
    """Turn "Doe, J. A." into "J. A. Doe"."""
    family, comma, given = written.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else written


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
