"""Lay text out in display columns: spans with a style, lines that are never too long.

Pure functions. Japanese takes two columns a character, and is broken as it is printed: no
closing bracket begins a line, no opening one ends it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reader.plain import columns, shorten

Style = Literal["", "bold", "dim", "here", "bar", "warn", "good", "bad"]

COLOURED: Mapping[Style, str] = {
    "": "", "bold": "\x1b[1m", "dim": "\x1b[2m", "here": "\x1b[1;7m", "bar": "\x1b[7m",
    "warn": "\x1b[1;31m", "good": "\x1b[32m", "bad": "\x1b[2m",
}  # fmt: skip
PLAIN: Mapping[Style, str] = {**COLOURED, "warn": "\x1b[1m", "good": ""}
"""For NO_COLOR and one-colour terminals: weight and reverse alone."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some text in one style."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]


def line(text: str, style: Style = "") -> Line:
    """Make a line of one span."""
    return (Span(text, style),)


def text_of(spans: Line) -> str:
    """Give a line's text alone."""
    return "".join(span.text for span in spans)


def painted(spans: Line, styles: Mapping[Style, str]) -> str:
    """Give a line as a terminal takes it."""
    return "".join(f"{styles[s.style]}{s.text}\x1b[m" if styles[s.style] else s.text for s in spans)


def cut(spans: Sequence[Span], width: int) -> Line:
    """Cut a line at a width, with "…" where something was cut."""
    kept: list[Span] = []
    left = width
    for span in spans:
        if left <= 0:
            break
        text = shorten(span.text, left)
        kept.append(Span(text, span.style))
        left -= columns(text)
        if text != span.text:
            break
    return tuple(kept)


def spread(left: Sequence[Span], right: Sequence[Span], width: int, fill: Style = "") -> Line:
    """Put one text at each edge; where both do not fit, the right one goes.

    fill: the style of what is between.
    """
    used = columns(text_of(tuple(left))) + columns(text_of(tuple(right)))
    if used + 2 > width:
        whole = cut(left, width)
        return (*whole, Span(" " * (width - columns(text_of(whole))), fill))
    return (*left, Span(" " * (width - used), fill), *right)


def fold(text: str, width: int, most: int | None = None) -> list[str]:
    """Break a text into lines of at most `width` columns, at least one line.

    most: so many lines; what does not fit ends with "…".
    """
    width = max(width, 1)
    lines = list(_folded(text, width)) or [""]
    if most is None or len(lines) <= most:
        return lines
    last = shorten(f"{lines[most - 1]} {lines[most]}", width)
    if not last.endswith("…"):
        last = shorten(last, width - 1) + "…" if columns(last) >= width else last + "…"
    return [*lines[: most - 1], last] if most > 0 else []


def _folded(text: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _PIECE.findall(text):
        wide = columns(piece.rstrip())
        if line and used + wide > width:
            yield line.rstrip()
            line, used = "", 0
        while wide > width:
            head = _head(piece, width)
            yield head
            piece = piece[len(head) :]
            wide = columns(piece.rstrip())
        line += piece
        used += columns(piece)
    if line.strip():
        yield line.rstrip()


def _head(text: str, width: int) -> str:
    """Give as much of a text as fits, one character at least."""
    used = 0
    for i, char in enumerate(text):
        used += columns(char)
        if used > width and i:
            return text[:i]
    return text


_OPENING = "（［｛「『【〈《〔“‘"
_CLOSING = "、。，．・：；？！）］｝」』】〉》〕”’…ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_LATIN = "!-~À-ɏ"
_PIECE = re.compile(
    rf"[{_OPENING}]*[{_LATIN}]+[{_CLOSING}]*[,.;:]*\s*"
    rf"|\s*[{_OPENING}]*[^\s{_LATIN}][{_CLOSING}]*\s*|\s+"
)
