"""Write what stands in the program's block of a Markdown file: links, marks, entries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from reader.highlight import Highlight, gathered, once
from reader.plain import plain, plain_lines


def shown(text: str) -> str:
    """Make foreign text safe in Markdown: one or more lines, no markup of HTML."""
    return plain_lines(text).replace("<", "\\<")


def link(words: str, path: str) -> str:
    """Link to a file; brackets in the words would end it."""
    safe = re.sub(r"([\\\[\]<`])", r"\\\1", plain(words))
    return f"[{safe}]({file_target(path)})"


def links(files: Sequence[tuple[str, str]], id_: str, url: str, also: Iterable[str]) -> str:
    """Write the line of links: files that are there, the paper's page, its other ids."""
    found = [f"[{name}]({file_target(path)})" for name, path in files if path]
    found += [f"[{shown(id_)}]({target(url)})"] if url else [shown(id_)]
    return " · ".join([*found, *map(shown, also)])


def marked(highlights: Sequence[Highlight]) -> list[str]:
    """Quote what the reader marked, in reading order."""
    at = zip(highlights, gathered(highlights), strict=True)
    return [_quoted(highlight, pages) for highlight, pages in at if pages]


def _quoted(highlight: Highlight, pages: tuple[int, ...]) -> str:
    """Quote marked words with their pages; what the reader typed there stands below them, or
    in their place where there are none."""
    text, note = shown(once(highlight.text)), shown(highlight.note)
    where = "p. " if len(pages) == 1 else "pp. "
    place = f"({where}{', '.join(map(str, pages))}{_HOW.get(highlight.kind, '')})"
    lines = [f"{text} {place}" if text else f"{place} {note}".rstrip()]
    lines += ["", f"— {note}"] if text and note else []
    return "\n".join(f"> {line}".rstrip() for line in "\n".join(lines).split("\n"))


_HOW = {"underline": ", underlined", "strike-out": ", struck out", "squiggle": ", squiggle"}


def file_target(path: str) -> str:
    """Make a path safe between a link's brackets."""
    return target(path.replace("%", "%25"))


def target(address: str) -> str:
    """Make an address safe between a Markdown link's brackets; kanji stay readable."""
    return re.sub(r"[^\w/.~:?=&+#@,;!$'*%-]", lambda m: quote(m[0], errors="replace"), address)
