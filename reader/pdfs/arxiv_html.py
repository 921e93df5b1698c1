"""Fetch arXiv's HTML of picks, clean it, and keep it in the library's folder `html/`.

A paper's folder there has what came (`source.html.gz`), its pictures, and `page.html`: a line
of JSON about it, then what may be shown. All of it is derived, and goes with the pick.

LaTeXML makes that HTML. lxml takes the article out of arXiv's page and arranges it; nh3 then
decides what passes. Pictures are known by their addresses at arXiv, and links to entries of the
bibliography stay links within the page.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import itertools
import json
import re
import shutil
import zlib
from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import nh3
from lxml import etree, html

from reader.base.errors import OutOfTime, SourceFailed, StoreError, Unreachable
from reader.base.http import Request, Response
from reader.base.messages import lazy_gettext
from reader.base.text import visible
from reader.library.disk import lock_file, write_whole
from reader.library.files import is_here
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import failures, papers, pdfs
from reader.library.rows.failures import waiting
from reader.pdfs.fetch import PdfTools

CLEANER = 1
"""The version of these rules; a page cleaned by other ones is cleaned again."""

MISSING = '<span class="no-picture"></span>'
"""Stands where a picture is missing, so that it can be said in the reader's language."""

PICTURE = re.compile(r"[0-9a-f]{16}\.(?:png|jpeg|gif|webp)")
"""The name of a picture's file."""

PREFIX = "ltx-"
"""Begins each id: none is then an id of our own pages."""

MOST_ELEMENTS = 250_000
"""Elements of a page: some ten times those of a usual one."""

LONGEST_NAME = 50
"""Characters of a link's target that name the link."""

LONG_FORMULA = 40
"""Characters of TeX from which a formula in a line may be wider than a phone."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MATHML = _names(
    "math semantics mrow mi mo mn ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom"
    " menclose msub msup msubsup munder mover munderover mmultiscripts mprescripts none"
    " mtable mtr mtd"
)
_MATHML_VALUES = _names(
    "mathvariant mathsize stretchy fence separator accent accentunder movablelimits largeop"
    " symmetric maxsize minsize lspace rspace form linethickness columnalign rowalign"
    " columnspan rowspan columnspacing rowspacing columnlines rowlines width height depth"
    " voffset scriptlevel displaystyle notation"
)
_TAGS = _MATHML | _names(
    "section div span p br hr em strong b i u s sub sup small code pre cite q blockquote"
    " ul ol li dl dt dd table caption thead tbody tfoot tr th td figure figcaption aside"
    " img a h2 h3 h4 h5 h6"
)
_VALUES = dict.fromkeys(_MATHML, _MATHML_VALUES) | {
    "*": {"class", "id"},
    "math": {*_MATHML_VALUES, "alttext", "display"},
    "a": {"href", "aria-label"},
    "img": {"src", "alt", "width", "height", "loading"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "table": {"role"},
}
# These go with what is in them; of any other element that is not allowed the content stays.
_WITH_CONTENT = _names(
    "script style template noscript iframe object embed applet form button select textarea nav"
    " audio video canvas svg annotation annotation-xml title"
)
_UNWANTED = ("ltx_ERROR", "ltx_TOC", "ltx_rdf", "ltx_note_type", "ltx_title_document")
_TABLES = {f"ltx_{name}": name for name in ("tr", "td", "th", "thead", "tbody", "tfoot")}
_TABLES["ltx_tabular"] = "table"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = {*_HEADINGS, "p", "li", "td", "th", "dd", "figcaption", "aside", "article"}

_OURS = ("no-picture", "wide")
_CLASS = re.compile(r"ltx_[\w-]{1,50}", re.ASCII)
_PATTERNS = {
    "href": re.compile(r"#[^\s]+|https?://[^\s]+"),
    "src": re.compile(rf"html/{PICTURE.pattern}"),
    "role": re.compile("presentation"),
    "colspan": re.compile("[0-9]{1,3}"),
    "rowspan": re.compile("[0-9]{1,3}"),
}
# U+2061 to U+2064 stay: without its invisible operator "2x" has the gap of a visible one.
_NO_OPERATOR = re.compile("[^\u2061-\u2064]+")


# "120%", "0.1667em", "center left": nothing that is four digits wide.
_MATH_VALUE = re.compile(r"(?!.*(?<![.\d])\d{4})[\w.%+ -]{0,60}", re.ASCII)


def _passed(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return " ".join(c for c in value.split() if c in _OURS or _CLASS.fullmatch(c)) or None
    is_of_math = tag in _MATHML and name in _MATHML_VALUES
    pattern = _MATH_VALUE if is_of_math else _PATTERNS.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_VALUES,
    clean_content_tags=_WITH_CONTENT,
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer nofollow",
    attribute_filter=_passed,
)


class PaperPage:
    """A page of arXiv's HTML as it came. url: where from. name: the paper's arXiv number.

    Raises ValueError for what is not a whole paper by LaTeXML, or too large.
    """

    def __init__(self, content: bytes, *, url: str, name: str) -> None:
        text = content.decode("utf-8", "replace")
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        try:
            root = html.document_fromstring(text.encode(), parser=parser)
        except (etree.LxmlError, ValueError) as error:
            raise ValueError("no HTML") from error
        # The parser stops at 256 levels, and what follows would be lost without a word.
        is_whole = "</article>" in text and not any(
            e.level_name == "FATAL" for e in parser.error_log
        )
        articles = [one for one in root.iter("article") if _has(one, "ltx_document")]
        if not articles or not is_whole or sum(1 for _ in root.iter()) > MOST_ELEMENTS:
            raise ValueError("no whole paper")
        self._article = articles[0]
        base = next((joined(url, one.get("href", "")) for one in root.iter("base")), "")
        self._base = base or f"{url.rstrip('/')}/"
        self._own = re.compile(rf"https?://[^/]+/html/{re.escape(name)}(?:v\d+)?/?")
        marks = (str(mark.text_content()) for mark in root.xpath('//*[@id="watermark-tr"]'))
        number = re.compile(rf"{re.escape(name)}v(\d{{1,4}})(?!\d)")
        found = filter(None, map(number.search, (url, self._base, *marks)))
        self.version: int | None = next((int(one[1]) for one in found), None)

    def pictures(self) -> list[str]:
        """List the addresses of its pictures in their order, each once."""
        found = (joined(self._base, img.get("src", "")) for img in self._article.iter("img"))
        return list(dict.fromkeys(filter(None, found)))

    def cleaned(self, pictures: Mapping[str, tuple[str, int, int]]) -> str:
        """Return what may stand in an <article> of ours.

        pictures: address → (file's name, width, height) of those that are here.
        """
        article = deepcopy(self._article)
        _drop_unwanted(article)
        self._set_pictures(article, pictures)
        _set_footnotes(article)
        _set_wide(article)
        _set_headings(article)
        self._set_links(article)
        for element in article.iter():
            if element.tag in _MATHML:
                element.attrib.pop("id", None)  # half of a page's letters, and no link leads there
            elif element.get("id"):
                element.set("id", PREFIX + element.get("id"))
        text = html.tostring(article, encoding="unicode", with_tail=False)
        # Before nh3: without a letter that cannot be seen, an address may be another one.
        return _CLEANER.clean(_NO_OPERATOR.sub(lambda found: visible(found[0]), text))

    def _set_pictures(self, article: Any, pictures: Mapping[str, tuple[str, int, int]]) -> None:
        for element in _each(article, "img", "svg", "object", "embed", "iframe"):
            here = pictures.get(joined(self._base, element.get("src", "")))
            if element.tag == "img" and here:
                name, width, height = here
                element.set("src", f"html/{name}")
                element.set("loading", "lazy")
                element.set("width", str(width))
                element.set("height", str(height))
            else:
                _replace(element, html.fragment_fromstring(MISSING))

    def _set_links(self, article: Any) -> None:
        """Let links to parts of the paper stay in the page, and name each by where it leads."""
        parts = {element.get("id"): element for element in article.iter() if element.get("id")}
        names: dict[str, str] = {}
        for link in article.iter("a"):
            page, _hash, part = joined(self._base, link.get("href", "")).partition("#")
            if part and (page == self._base or self._own.fullmatch(page)):
                if part not in names:
                    names[part] = _beginning(parts[part]) if part in parts else ""
                link.set("href", f"#{PREFIX}{part}")
                # "1" may be a section, a figure and a note.
                link.set("aria-label", f"{link.text_content()}: {names[part]}")
            elif link.get("href"):
                link.set("href", page + _hash + part)


def _beginning(element: Any) -> str:
    """Get the first words of an element."""
    text = "".join(islice(element.itertext(), 2 * LONGEST_NAME))  # some are blanks alone
    return " ".join(text.split())[:LONGEST_NAME].strip()


def joined(base: str, address: str) -> str:
    """Make an address absolute; "" where it is none of the web."""
    try:
        found = urljoin(base, address.strip())
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _drop_unwanted(article: Any) -> None:
    """Drop what is no text of the paper; of a `maction` the first thing shown stays."""
    for element in _each(article):
        if element.tag == "maction":
            del element[1:]
        elif element.getparent() is None:
            continue  # within a `maction`
        elif "annotation" in element.tag or any(_has(element, one) for one in _UNWANTED):
            element.drop_tree()


def _set_footnotes(article: Any) -> None:
    """Set each footnote behind the block that has its mark; its mark links to it."""
    for n, note in enumerate(_each(article, "span"), 1):
        if not _has(note, "ltx_note"):
            continue
        inner = (one for one in note.iterdescendants("span") if _has(one, "ltx_note_content"))
        content = next(inner, None)
        # None for a note within a mark of another one, which went.
        block = next((one for one in note.iterancestors() if one.tag in _BLOCKS), None)
        # A note in a note stays in its line.
        if content is None or block is None or block.tag == "aside":
            continue
        marks = [one for one in content.iter("sup") if _has(one, "ltx_note_mark")]
        text = marks[0].text_content().strip() if marks else ""
        for one in (*marks, *(one for one in content if _has(one, "ltx_tag_note"))):
            one.drop_tree()
        id_ = note.get("id") or f"note{n}"
        link = html.fragment_fromstring('<sup class="ltx_note_mark"><a></a></sup>')
        link[0].text, link[0].attrib["href"] = text or "*", f"#{id_}"
        aside = html.Element("aside", {"class": "ltx_note", "id": id_})
        aside.text = f"{text} " if text else ""
        content.tail = None
        aside.append(content)
        _replace(note, link)
        if block.tag == "p" or block.tag in _HEADINGS:
            aside.tail, block.tail = block.tail, None
            block.addnext(aside)
        else:
            block.append(aside)


def _set_wide(article: Any) -> None:
    """Make tables of LaTeXML's spans, and let what may be wide scroll within itself."""
    for element in _each(article):
        names = element.get("class", "").split() if element.tag in ("span", "div") else ()
        element.tag = next((_TABLES[name] for name in names if name in _TABLES), element.tag)
    for element in _each(article, "table", "math", "th"):
        if element.tag == "th" and not element.text_content().strip():
            element.tag = "td"  # it heads nothing
        is_formula = element.tag == "table" and _has(element, "ltx_eqn_table")
        if is_formula:
            element.set("role", "presentation")
        is_long = element.tag == "math" and len(element.get("alttext", "")) > LONG_FORMULA
        is_apart = not any(True for _ in element.iterancestors("table", "math"))
        if is_apart and (element.tag == "table" or is_long):
            around = html.Element("div" if element.tag == "table" else "span", {"class": "wide"})
            _replace(element, around)
            around.append(element)


def _set_headings(article: Any) -> None:
    """Let no heading skip a level; our page's own heading is the first."""
    last = 1
    for heading in _each(article, *_HEADINGS):
        last = min(max(2, int(heading.tag[1])), last + 1)
        heading.tag = f"h{last}"


def _replace(element: Any, other: Any) -> None:
    """Put another element in the place of one; the text behind it stays behind."""
    other.tail, element.tail = element.tail, None
    element.getparent().replace(element, other)


def _has(element: Any, name: str) -> bool:
    return name in element.get("class", "").split()


def _each(article: Any, *tags: str) -> list[Any]:
    """List the elements below, before any of them is moved."""
    return [element for element in article.iter(*tags) if element is not article]


FOLDER = STAGE = "html"

MOST_PAPERS = 50
"""How many of the newest picks have their HTML kept."""
MOST_AT_ONCE = 10
"""Papers of one run: arXiv wants three seconds between two files."""
MAX_BYTES = 8_000_000
MOST_PICTURES, PICTURE_BYTES, PICTURES_BYTES = 40, 4_000_000, 16_000_000
"""The most pictures of a paper, and bytes of one and of all."""
MOST_PIXELS = 40_000_000

_PAGE, _SOURCE = "page.html", "source.html.gz"
_FOLDER_NAME = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?-\d{7}")


@dataclass(frozen=True, slots=True)
class StoredHtml:
    """arXiv's HTML of a paper.

    asked: the number that arXiv was asked for, url: where the answer came from. pictures: as
    `PaperPage.cleaned` takes them. version: None where the page does not say. html: as rules of
    the version `cleaner` left it.
    """

    asked: str
    url: str
    pictures: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    version: int | None = None
    cleaner: int = 0
    html: str = ""


def fetch_html(library: Library, tools: PdfTools, *, only: Collection[int] | None = None) -> None:
    """Fetch arXiv's HTML of the newest picks whose PDF is here, of the PDF's version.

    arXiv has none of many papers. That is no problem, nor is what failed, since the PDF is here:
    it is asked for again in its time, and `doctor` names it. only: these papers (rows); None: all.
    """
    if not library.config.arxiv.html_url:
        return
    # One process at a time, so that arXiv is asked by one, and for each paper once.
    with lock_file(library.folder / "html.lock", wait=True):
        lacking = _lacking(library, only)[:MOST_AT_ONCE]
        for n_done, (paper, number) in enumerate(lacking):
            tools.progress("html", n_done, len(lacking))
            try:
                _fetch_one(library, tools, paper, number)
                failures.clear_failure(library.db, STAGE, number)
            except SourceFailed as error:
                words = error.message, error.hint
                why = "no paper" if error.status == 404 else error.reason
                failures.add_failure(
                    library.db, STAGE, number, words, now=library.now(), reason=why
                )
                if isinstance(error, Unreachable | OutOfTime):
                    break
        tools.progress("html", len(lacking), len(lacking))


def _lacking(library: Library, only: Collection[int] | None) -> list[tuple[LibraryPaper, str]]:
    """List the papers whose HTML is to be fetched now, the newest pick first, with the number to
    ask for; the HTML of all others goes."""
    # One after another until there are enough: years of picks are not looked for on the disk.
    there = (
        row
        for row, path in reversed(pdfs.picks(library.db))
        if path and is_here(library.folder / path)
    )
    newest = papers.papers_at(library.db, [*itertools.islice(there, MOST_PAPERS)])
    wanted = [(paper, number) for paper in newest if (number := _html_number(library, paper))]
    if only is None:
        _sweep(library, {_folder_name(paper) for paper in newest})
        failed = {failure.subject for failure in failures.failures(library.db, STAGE)}
        for number in failed - {number for _, number in wanted}:
            failures.clear_failure(library.db, STAGE, number)
    waits, found = waiting(library, STAGE), []
    for paper, number in wanted:
        if number not in waits and (only is None or paper.row in only):
            here = stored_html(library, paper)
            found += [] if here and here.asked == number else [(paper, number)]
    return found


def _html_number(library: Library, paper: LibraryPaper) -> str:
    """Return the number to ask arXiv for, with the version of the PDF; "" without a number."""
    number, pdf = _number(paper), pdfs.pdf_of(library.db, paper.row)
    return f"{number}v{pdf.version}" if number and pdf and pdf.version else number


def stored_html(library: Library, paper: LibraryPaper) -> StoredHtml | None:
    """Read the HTML of a paper, cleaned by the present rules; None where it is not here."""
    folder = library.folder / FOLDER / _folder_name(paper)
    stored = _read(folder)
    if stored is None or stored.cleaner == CLEANER:
        return stored
    try:
        content = gzip.decompress((folder / _SOURCE).read_bytes())
        stored = _cleaned(stored, _opened(content, stored))
    except (OSError, EOFError, zlib.error, ValueError):
        return None
    with contextlib.suppress(StoreError):  # on a disk that is read-only: again the next time
        _write_page(folder, stored)
    return stored


def picture_file(library: Library, paper: LibraryPaper, name: str) -> Path:
    """Return where a picture of a paper's HTML lies if it is here."""
    return library.folder / FOLDER / _folder_name(paper) / name


def _number(paper: LibraryPaper) -> str:
    """Return a paper's number at arXiv, "" without one."""
    return next((id_[6:] for id_ in paper.record.ids if id_.startswith("arxiv:")), "")


def _folder_name(paper: LibraryPaper) -> str:
    name = _number(paper).replace("/", "-")
    return name if _FOLDER_NAME.fullmatch(name) else "none"


def _fetch_one(library: Library, tools: PdfTools, paper: LibraryPaper, number: str) -> None:
    """Fetch a page with its pictures, and keep it in place of an older one. Raises SourceFailed."""
    arxiv, source = library.config.arxiv, lazy_gettext("arXiv's HTML of {id}", id=paper.record.id)

    def got(url: str, accept: str, max_bytes: int) -> Response:
        delay_s = arxiv.delay_for(url)
        return tools.fetch(Request(url, source, delay_s, accept=accept, max_bytes=max_bytes))

    answer = got(arxiv.html_url + number, "text/html", MAX_BYTES)
    stored = StoredHtml(number, answer.url)
    try:
        page = _opened(answer.content, stored)
    except ValueError:
        what = lazy_gettext("what came is not a whole paper")
        raise SourceFailed(source=source, what=what, url=answer.url) from None
    # An address in a page is trusted only below the one that feeds.toml names.
    places = (arxiv.html_url, joined(answer.url, "/html/"))
    files: dict[str, bytes] = {}
    pictures: dict[str, tuple[str, int, int]] = {}
    for address in [one for one in page.pictures() if one.startswith(places)][:MOST_PICTURES]:
        left = PICTURES_BYTES - sum(map(len, files.values()))
        try:
            content = got(address, "image/*", min(PICTURE_BYTES, left)).content
        except (Unreachable, OutOfTime):
            raise
        except SourceFailed:
            continue  # the page says where one is missing
        if picture := _picture(content):
            files[picture[0]], pictures[address] = content, picture
    folder = library.folder / FOLDER / _folder_name(paper)
    _delete(folder)
    for name, content in files.items():
        write_whole(folder / name, content)
    write_whole(folder / _SOURCE, gzip.compress(answer.content, 6, mtime=0))
    # Last: what has it is whole.
    _write_page(folder, _cleaned(replace(stored, pictures=pictures), page))


def _opened(content: bytes, stored: StoredHtml) -> PaperPage:
    """Read what came. Raises ValueError."""
    return PaperPage(content, url=stored.url, name=re.sub(r"v\d+$", "", stored.asked))


def _cleaned(stored: StoredHtml, page: PaperPage) -> StoredHtml:
    html = page.cleaned(stored.pictures)
    return replace(stored, version=page.version, cleaner=CLEANER, html=html)


def _picture(content: bytes) -> tuple[str, int, int] | None:
    """Name a picture by its content, with its width and height; None for what is none, or large.

    Only its head is read: browsers draw it. SVG is no such picture, as it may have scripts.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "GIF", "WEBP")) as image:
            (width, height), kind = image.size, str(image.format).lower()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
    return (name, width, height) if 0 < width * height <= MOST_PIXELS else None


def _read(folder: Path) -> StoredHtml | None:
    try:
        head, _line, html = (folder / _PAGE).read_text("utf-8").partition("\n")
        return StoredHtml(**json.loads(head), html=html)
    except (OSError, ValueError, TypeError):
        return None


def _write_page(folder: Path, stored: StoredHtml) -> None:
    head = asdict(stored)
    html = head.pop("html")
    write_whole(folder / _PAGE, f"{json.dumps(head)}\n{html}".encode())


def _sweep(library: Library, kept: Collection[str]) -> None:
    """Delete the HTML of all other papers; folders of other names are somebody's."""
    with contextlib.suppress(OSError):
        for folder in (library.folder / FOLDER).iterdir():
            if _FOLDER_NAME.fullmatch(folder.name) and folder.name not in kept:
                _delete(folder)


def _delete(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # on a disk that is read-only it stays
