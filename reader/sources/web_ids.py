"""Name a paper by the address of its page, where nothing else names it: `web:host/path`.

Journals' feeds often print no DOI. Such a name gives way to a number that others know.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

_PAGE = re.compile(
    r"https?://(?P<host>(?:[0-9a-z-]{1,63}\.){1,6}[a-z]{2,12}(?::\d{1,5})?)(?P<path>/[^\s?#]*)"
    r"(?:\?(?P<query>[^\s#]*))?(?:#\S*)?",
    re.IGNORECASE | re.ASCII,
)
_VISIT = re.compile(r"utm_|dgcid$|af$|rss$|ref$|via$|source$|feed$|campaign", re.IGNORECASE)
_LONGEST = 300


def web_id(url: str) -> str:
    """Give the id of the paper whose page this is, "" for what is no page's address.

    Without what names a place on the page or counts its visits: one page has one id. A query
    stands behind ";", as an id is part of the addresses of our own pages; where that could be
    taken for something else the address makes no id.
    """
    match = _PAGE.fullmatch(url.strip())
    if match is None:
        return ""
    query = parse_qsl(match["query"] or "", keep_blank_values=True)
    kept = "&".join(f"{key}={value}" for key, value in query if not _VISIT.match(key))
    path = unquote(match["path"])
    name = f"{match['host'].lower()}{path}{';' if kept else ''}{kept}".rstrip(_LOOSE)
    is_safe = not _UNSAFE.search(path) and not _UNSAFE.search(kept)
    return f"web:{name}" if is_safe and "/" in name and len(name) <= _LONGEST else ""


_UNSAFE = re.compile(r"""[\s?#%<>";\\\x00-\x1f\x7f]""")
_LOOSE = "/'.,;:!)]}"
