"""Find the line of a key in the text of a feeds.toml, for messages: tomllib does not say."""

from __future__ import annotations

import re

Place = tuple[str | int, ...]
"""The way to a key: ("feed", 1, "url") is the second [[feed]]'s url."""


def line_of(text: str, place: Place) -> int:
    """Find the line (from 1) of a key in TOML text; 1 where it cannot be found."""
    header, best = "", 1
    n_seen: dict[str, int] = {}
    names = [part for part in place if isinstance(part, str)]
    index = next((part for part in place if isinstance(part, int)), 0)
    # As tomllib counts: U+2028 and the like end no line.
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$", line):
            header = re.sub(
                r"[\"']|\s*\.\s*(?=[\"'])", lambda m: "." if "." in m[0] else "", match[2]
            )
            n_seen[header] = n_seen.get(header, -1) + 1
            is_parent = header == ".".join(names[:-1]) and n_seen[header] == index
            if is_parent or header == ".".join(names):
                best = number
            continue
        key = re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*[.=]""", line)
        name = next((g for g in key.groups() if g is not None), "") if key else ""
        full = f"{header}.{name}" if header else name
        if name and full == ".".join(names) and n_seen.get(header, 0) in (index, -1):
            return number
    return best
