"""Find the person's own sentences in a note: Markdown, quotations, code and links aside.

Everything that is no prose is blanked, so a sentence's place in the note stays; the time
is linear in its length. Compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reader.own_words.tokens import Token, tokens
from reader.words import composed


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a note. text: as it stands there; words: the same length, and blanks
    where it is quoted, code, a formula or an address."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence with its words: those of the note from `first` on."""

    piece: Piece
    found: list[Token]
    first: int
    weight: int


def parts_of(note: str) -> list[Part]:
    """List the sentences that the person wrote, taken apart."""
    parts: list[Part] = []
    first = 0
    for piece in pieces_of(note):
        found = tokens(piece.words)
        parts.append(Part(piece, found, first, sum(token.weight for token in found)))
        first += len(found)
    return parts


def own_prose(note: str) -> str:
    """Blank what is no prose of the person's: quotations, headings, code, formulas, links to
    notes, comments. Lists keep their points."""
    return _blank_spans(_blank_lines(note)).replace(POINT, "-")


def pieces_of(note: str) -> list[Piece]:
    """List the sentences that the person wrote, in order. note: any text."""
    note = composed(note, "NFC")
    blanked = _blank_spans(_blank_lines(note))
    found: list[Piece] = []
    start = 0
    for end in [*_ends(blanked), len(blanked)]:
        part = blanked[start:end]
        at = start + len(part) - len(part.lstrip())
        size = len(part.strip())
        found.append(Piece(note[at : at + size], blanked[at : at + size]))
        start = end
    return [piece for piece in found if _LETTER.search(piece.words)]


def _ends(text: str) -> Iterator[int]:
    """Give where sentences end. A line that fills its width goes on in the next one, and so
    does one before a small letter."""
    for match in _BREAK.finditer(text):
        if match["line"] is None:
            yield match.end()
            continue
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        n_columns = len(line) + len(_WIDE.findall(line))
        if n_columns < FULL_LINE and not text[match.end() : match.end() + 1].islower():
            yield match.end()


def _blank_lines(note: str) -> str:
    """Blank quoted lines, headings, code blocks, rules and comments."""
    lines: list[str] = []
    fence = ""
    for line in _LINE.findall(_COMMENT.sub(_blank, note)):
        bare = line.strip()
        mark = bare[:3] if bare[:3] in ("```", "~~~") else ""
        is_apart = bool(mark or fence) or bare[:1] == ">" or _is_heading(bare)
        if mark and fence in ("", mark):
            fence = "" if fence else mark
        lines.append(_blank_text(line) if is_apart else _MARKER.sub(_mark_point, line, count=1))
    return "".join(lines)


def _is_heading(bare: str) -> bool:
    # A note that lost its line breaks may begin with "## " and go on for a page.
    return bool(_HEADING.match(bare)) and len(bare) <= LONGEST_HEADING


LONGEST_HEADING = 120
POINT = "\x1e"
FULL_LINE = 50
"""Columns from which on a line was broken for its width, and not because a thought ended."""


def _blank_spans(text: str) -> str:
    for pattern in _SPANS:
        text = pattern.sub(_blank, text)
    return _LINK.sub(lambda m: " " + m[1] + " " * (len(m[0]) - len(m[1]) - 1), text)


def _mark_point(match: re.Match[str]) -> str:
    """Put a break in place of a list's bullet, or of nothing where there is none."""
    return POINT + " " * (len(match[0]) - 1) if match[0].strip() else match[0]


def _blank(match: re.Match[str]) -> str:
    return _blank_text(match[0])


def _blank_text(text: str) -> str:
    return _SEEN.sub(" ", text)


_SEEN = re.compile(r"[^\n\r]")
_LINE = re.compile(r"[^\n\r]*(?:\r\n|[\n\r]|\Z)")
_LETTER = re.compile(r"[^\W\d_]")
_COMMENT = re.compile(r"<!--(?:.*?-->|.*\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}(?:\s|\Z)|(?:[-*_=]\s*){3,}\Z")
_MARKER = re.compile(r"\A\s*(?:[-*+•●◦‣・]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?")
_SPANS = (
    re.compile(r"`[^`\n]{1,2000}`"),
    re.compile(r"\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,300}\$|\\\[[^\n]{1,2000}?\\\]"),
    re.compile(r"!\[[^\]\n]{0,300}\](?:\([^)\n]{0,1000}\))?|\[\[[^\]\n]{0,300}\]\]"),
    re.compile(r"(?:https?://|www\.)[!-~]+|<[a-zA-Z/][^<>\n]{0,300}>"),
    re.compile("„[^„“”]{1,2000}[“”]|«[^«»]{1,2000}»|‘(?=\\S)[^‘]{1,2000}?’(?!\\w)"),
    re.compile("“[^“”]{1,2000}”|「[^「」]{1,2000}」|『[^『』]{1,2000}』"),
    re.compile("「[^「」]{1,2000}」|『[^『』]{1,2000}』"),
    re.compile(r'(?<![\w"])"(?=\S)[^"]{1,2000}"(?!\w)'),
)
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\([^()\n]{0,1000}(?:\([^()\n]{0,300}\)[^()\n]{0,300})?\)"
)
# A sentence ends at an end mark, at a blank line, before a list's next point; points may
# stand in one line where a note lost its line breaks.
_CLOSING = "[\"'”’」』)）\\]*_]*"
_BREAK = re.compile(
    r"(?<!\b[A-Za-z])(?<!\bal)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bvs)(?<!\bFig)"
    rf"(?<![.!?])[.!?]++{_CLOSING}+(?=\s)|[。．！？!?]++{_CLOSING}+"
    rf"|{POINT}|\n(?=[ \t]*\r?\n)"
    r"|[ \t](?=(?:[-*]|#{1,6})[ \t]+[A-Z\u3041-\u9fff])"
    r"|(?P<line>\n[ \t]*)"
)
_WIDE = re.compile("[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]")
