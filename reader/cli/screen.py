"""Lay out texts and papers as lines, at any width, with and without colours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import click

from reader.base.messages import _
from reader.base.tex import title_text
from reader.base.text import columns, plain, sentences
from reader.library.ids import url_of
from reader.library.paper import LibraryPaper


def width_of_terminal() -> int:
    """Measure the width for lines in columns: the terminal's, at most 100."""
    # Imported here: 10 ms.
    import shutil

    return min(shutil.get_terminal_size((80, 24)).columns, 100)


def authors_text(authors: Sequence[str]) -> str:
    """Name the first three authors and count the others."""
    if not authors:
        return _("authors unknown")
    first = ", ".join(authors[:3])
    return (
        first if len(authors) <= 3 else _("{first} and {n} more", first=first, n=len(authors) - 3)
    )


def paper_lines(held: LibraryPaper, width: int) -> Iterator[str]:
    """Lay out a paper's title, authors, ids, categories and address."""
    paper = held.paper
    yield from map(bold, wrap(title_text(paper.title), width))
    yield from wrap(plain(", ".join(paper.authors)) or _("authors unknown"), width)
    facts = [*paper.ids, *paper.categories]
    yield dim(plain(" · ".join(facts)))
    yield dim(url_of(paper.id))


def with_hint(message: str, hint: str) -> str:
    """Join a message and its hint into sentences, with a full stop between them if needed."""
    is_ended = not hint or message.endswith((".", "!", "?", "…", "。", "？", "！"))
    return sentences([message if is_ended else message + _("."), hint]).rstrip()


def wrap(text: str, width: int, indent: str = "", first: str | None = None) -> list[str]:
    """Break a text into lines of a display width, also Japanese without spaces.

    first: replaces the indent of the first line. Line breaks in the text stay; a word that is
    longer than a line runs over its end.
    """
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", 0
        for piece in _PIECE.findall(paragraph):
            cells = columns(piece.rstrip())
            if line and len(indent) + used + cells > width:
                lines.append(line.rstrip())
                line, used = "", 0
            line += piece
            used += columns(piece)
        lines.append(line.rstrip())
    before = [indent if first is None else first, *[indent] * (len(lines) - 1)]
    return [(head + line).rstrip() for head, line in zip(before, lines, strict=True)]


# The pieces between which a line may end: a Latin word with its quotation marks, or a single
# Japanese character with the marks that may not begin or end a line.
_PIECE = re.compile(
    r"(?![(\[]+[^\s!-~À-ɏ])[“‘「『]*[!-~À-ɏ]+[”’…」』、。]*[,.;:]*\s*"
    r"|\s*[(\[“‘「『]*\S[”’…」』、。ー)\],.;:]*\s*"
)


def wrap_marked(
    text: str, marks: Sequence[tuple[int, int]], width: int, indent: str
) -> Iterator[str]:
    """Break a text into lines as `wrap` does, with some spans (start, end) of it in bold."""
    at = 0
    for line in wrap(text, width, indent):
        shown = line.removeprefix(indent)
        # `wrap` drops white space at the ends of lines: look for the line's first character.
        at = text.index(shown[0], at) if shown else at
        spans = [(max(start - at, 0), min(end - at, len(shown))) for start, end in marks]
        pieces, done = [indent], 0
        for start, end in spans:
            if start < end:
                pieces += [shown[done:start], bold(shown[start:end])]
                done = end
        yield "".join([*pieces, shown[done:]])
        at += len(shown)


def bold(text: str) -> str:
    return click.style(text, bold=True)


def dim(text: str) -> str:
    return click.style(text, dim=True)
