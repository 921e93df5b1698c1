"""Clean the HTML that LaTeXML makes of a paper for arXiv, so that a page of ours may show it.

lxml takes the article out of arXiv's page and arranges it; nh3 then decides what passes.
Knows no server and no folder: pictures are known by their addresses at arXiv, and links to
entries of the bibliography stay links within the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import nh3
from lxml import etree, html

from reader.base.text import visible

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
