"""Read the ISCA archive's page of a conference: titles, authors and links.

`https://www.isca-archive.org/interspeech_2024/index.html`. The page has no ids, and its
papers' DOIs stand on pages of their own: so a paper is known by the address of its page until
another source brings the same title and authors. Written after the archive's pages as they
are; not tried on real bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

from reader.paper import Mention, Paper, Post
from reader.plain import html_to_text, plain
from reader.sources.feed import not_but, refusal, to_utf8
from reader.sources.web_ids import web_id

_ENTRY = re.compile(
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
            published_on=date(_year(key), 1, 1),
            pdf_url=f"{url.removesuffix('.html')}.pdf",
        )
        papers.setdefault(key, paper)
    return tuple(papers.values())


def _entries(data: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Give key, address and lines of text of each paper; the first line is its title."""
    for entry in _ENTRY.finditer(data.decode("utf-8", "replace")):
        lines = [plain(line) for line in html_to_text(entry["about"])[0].split("\n")]
        lines = [line for line in lines if line]
        if lines:
            folder = f"{entry['key'].partition('_')[2]}_{_year(entry['key'])}"
            yield entry["key"], urljoin(f"{_BASE}{folder}/", entry["href"]), lines


def _year(key: str) -> int:
    """Give the year within a paper's key, which is in the name of its conference's folder too."""
    year = re.search(r"(\d\d)[a-z]{0,3}_", key)
    number = int(year[1]) if year else 0
    return number + (2000 if number < 80 else 1900)
