"""Read the ISCA archive's page of a conference: titles and links, and nobody's words.

`https://www.isca-archive.org/interspeech_2024/index.html`. The page has no ids, and its
papers' DOIs stand on pages of their own: so an entry names no paper that could be looked up,
and waits until another source brings the same title. Written after the archive's pages as
they are; not tried on real bytes.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

from reader.paper import Post
from reader.plain import html_to_text, plain
from reader.sources.feed import not_but, refusal, to_utf8

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
    for entry in _ENTRY.finditer(data.decode("utf-8", "replace")):
        lines = [plain(line) for line in html_to_text(entry["about"])[0].split("\n")]
        lines = [line for line in lines if line]
        if lines:
            conference = entry["key"].partition("_")[2]
            url = urljoin(f"{_BASE}{_folder(conference, entry['key'])}/", entry["href"])
            text = "\n\n".join([lines[0], " ".join(lines[1:])]).strip()
            posts.setdefault(entry["key"], Post(entry["key"], "", text, url, None))
    if not posts:
        raise refusal(source, not_but("answer.no_isca", data))
    return tuple(posts.values())


def _folder(conference: str, key: str) -> str:
    """Name the conference's folder, "interspeech_2024", after the year within a paper's key."""
    year = re.search(r"(\d\d)[a-z]{0,3}_", key)
    number = int(year[1]) if year else 0
    return f"{conference}_{number + (2000 if number < 80 else 1900)}"
