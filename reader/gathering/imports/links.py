"""Read lists of links: Pocket's page and other bookmarks, reading lists in Markdown, texts with an
address or a number in each line.

A line or a link with the id of a paper is a paper. What it is called is a guess, which the record
of its registry replaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from reader.base.messages import lazy_gettext
from reader.base.text import plain
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedPaper,
    UnplacedItem,
    collected,
    make_paper,
    no_paper,
    page_title,
)
from reader.library.ids import find_ids, parse_id

_LINK = re.compile(r"\[(?P<text>[^\[\]]{0,400})\]\(\s*<?(?P<address>[^\s)>]{1,2000})")
_ADDRESS = re.compile(r"https?://\S")
_MARKS = re.compile(r"^[\s>#*+-]+|^\d+[.)]\s|[*_`\[\]]|<[^<>]{0,99}>|\b\d+[-/]\d+[-/]\d+\b")


def read_list(text: str, *, name: str) -> ImportedLibrary:
    """Read the links of a page or the lines of a text."""
    found = _page(text, name) if text.lstrip().startswith("<") else _lines(text, name)
    return collected("list", found)


def _page(text: str, name: str) -> Iterator[ImportedPaper | UnplacedItem]:
    root = etree.fromstring(text.encode(), etree.HTMLParser(encoding="utf-8", no_network=True))
    for link in root.iter("a") if root is not None else ():
        address = link.get("href") or ""
        if not _ADDRESS.match(address):
            continue
        place = lazy_gettext("{file}, line {line}", file=plain(name), line=link.sourceline)
        title = "".join(link.itertext())
        paper = make_paper(page_title(title), (), named=[address])
        if paper is None or paper.id.startswith("pdf:"):
            yield no_paper(place)
        else:
            tags = [tag.strip() for tag in (link.get("tags") or "").split(",")]
            yield ImportedPaper(paper, place, tags=tuple(filter(None, tags)))


def _lines(text: str, name: str) -> Iterator[ImportedPaper | UnplacedItem]:
    for n, line in enumerate(text.split("\n"), 1):
        ids = [one.id for one in find_ids(line)]
        if not ids and (typed := parse_id(line)):
            ids = [typed.id]
        place = lazy_gettext("{file}, line {line}", file=plain(name), line=n)
        for id_ in ids:
            title = _title(line, id_, is_alone=len(set(ids)) == 1)
            if paper := make_paper(title, (), named=[id_]):
                yield ImportedPaper(paper, place)
        if not ids and _ADDRESS.search(line):
            yield no_paper(place)


def _title(line: str, id_: str, *, is_alone: bool) -> str:
    """Guess a title in a line: the text of its link, or of the line where that has one paper."""
    links = list(_LINK.finditer(line))
    texts = [one["text"] for one in links if id_ in (i.id for i in find_ids(one["address"]))]
    if is_alone:
        before = line[: links[0].start()] if links else line.partition("http")[0]
        texts += [before, *(one["text"] for one in links[:1])]
    titles = (page_title(_MARKS.sub(" ", text)) for text in texts)
    return next((title for title in titles if len(re.findall(r"[^\W\d_]{2,}", title)) > 2), "")
