"""Define the text of a PDF, cut it into passages, and estimate how long it takes to read.

A passage is the piece that search finds: about 200 tokens of one section, from the begin of a
sentence to the end of one. Knows neither PDFs nor encoders; the caller counts the tokens.
Reading time counts English in words and Japanese in characters, each with a speed of its own; a
text of both is the sum of its parts.
"""

from __future__ import annotations

import functools
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from reader.library.paper import Paper

Kind = Literal["heading", "text", "caption", "footnote", "table", "figure", "reference"]
WhyUnread = Literal["", "no tesseract", "time", "failed"]
Type = Literal["paper", "thesis", "slides", "supplement", "other"]
Box = tuple[float, float, float, float]
"""Left, upper, right and lower edge, in points from the upper left corner of the page."""
CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or the part of one that is on one page, without line breaks."""

    text: str
    kind: Kind = "text"
    """table: cells in rows; figure: the words inside a picture; reference: one entry of
    the list of references, whole, on the page where it begins."""
    size: float = 0.0
    """Font size of most of its characters, in points."""
    is_bold: bool = False
    glue: str = "\n"
    """What joins it to the running text before it: "\\n" where a paragraph begins; " " or
    nothing where one goes on after a column, a page or a figure."""
    box: Box | None = field(default=None, compare=False)
    """Where it stands, up to the end of its column; None on a page whose text is turned."""


@dataclass(frozen=True, slots=True)
class Page:
    """The text of one page of a PDF."""

    number: int
    """From 1, as PDF viewers count, whatever is printed on it."""
    blocks: tuple[Block, ...] = ()
    """In reading order; none where the page has no text layer."""
    width: float = field(default=0.0, compare=False)
    """In points."""
    height: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one PDF as a person reads it, without running heads and page numbers."""

    pages: tuple[Page, ...]
    title: str = ""
    """As printed on the page, empty where none was found; see `is_title_sure`."""
    stamp: str = ""
    """arXiv's stamp along the margin of page 1 ("arXiv:2305.11171v2 [cs.CL] 18 May 2023")."""
    first_page: str = ""
    """All words of page 1, running heads and stamp too: where printed ids are looked for."""
    n_scanned: int = 0
    """The number of pages that are pictures, without a readable text layer."""
    authors: tuple[str, ...] = ()
    """As printed below the title, without marks of affiliations; empty where not found."""
    year: int | None = None
    """Printed on page 1 or 2 as the paper's own; None where there is none."""
    abstract: str = ""
    """Printed on the first pages; empty where there is none."""
    doi: str = ""
    """Printed on page 1 as the paper's own (`10.21437/…`), not a reference's; not yet checked."""
    type: Type = "paper"
    """The kind of text that it looks like."""
    n_ocr: int = 0
    """The number of scanned pages whose text was read from the picture."""
    why_unread: WhyUnread = ""
    """Why other scanned pages were not read: no program for it, the time for one file was over,
    or it failed; empty where there are no others."""
    is_title_sure: bool = True
    """False for a title that a person should confirm before it is used."""
    abstract_language: str = ""
    """"en" for an English abstract before a text in another language, else empty."""
    contents: str = field(default="", compare=False)
    """Its outline or headings, as JSON for the screen; empty where they were not listed."""

    @property
    def n_pages(self) -> int:
        """Return the number of pages."""
        return len(self.pages)

    @property
    def references(self) -> tuple[str, ...]:
        """List the entries of the list of references, in order."""
        return tuple(b.text for page in self.pages for b in page.blocks if b.kind == "reference")


@dataclass(frozen=True, slots=True)
class Passage:
    """The n-th searchable piece of a version."""

    n: int
    """From 0."""
    text: str
    page: int
    """The page on which it begins, from 1."""
    section: str = ""
    """The headings above it, joined by " / " where no text stands between them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the page on which it begins."""

    text: str
    """With the white space after it, so that sentences put together are the text."""
    page: int


def split(
    document: Document, *, count_tokens: CountTokens, max_tokens: int = 200
) -> tuple[Passage, ...]:
    """Cut a document into passages of one section and at most `max_tokens` each.

    count_tokens: returns n counts for n texts, by the encoder's tokenizer; what it adds to each
    text (a prefix, end marks) may be in the count.

    In each section the running text comes first, then its captions, footnotes, tables and
    words in figures, since those may stand in the middle of a sentence. Headings are in
    `section` and not in the text; references are left out, and nothing else is. Passages of
    one section are about equally long; a sentence over the limit is cut after a clause, else
    between words, else between characters.
    """
    # What the tokenizer adds to every text counts once a passage, not once a sentence.
    empty = count_tokens([""])[0]
    found: list[tuple[str, str, int]] = []
    for section, flow in _section_texts(document):
        sentences, counts = _cut_to_fit(flow, count_tokens, max_tokens)
        groups = _pack(sentences, [count - empty for count in counts], max_tokens - empty)
        for group in _split_again(groups, count_tokens, max_tokens):
            found.append((_text(group), section, group[0].page))
    return tuple(
        Passage(n=n, text=text, page=page, section=section)
        for n, (text, section, page) in enumerate(found)
    )


_ABBREVIATIONS = frozenset(
    {"al", "approx", "cf", "ch", "chap", "dept", "dr", "e.g", "ed", "eds", "eq", "eqs", "etc"}
    | {"ex", "fig", "figs", "i.e", "inc", "jr", "min", "mr", "mrs", "ms", "no", "nos", "pp"}
    | {"prof", "ref", "refs", "resp", "sec", "secs", "sect", "st", "tab", "tabs", "univ", "viz"}
    | {"vol", "vs", "w.r.t"}
)
# The end of a sentence with the white space after it: line breaks; Japanese full stops; the
# full-width stop ．, unless it is a decimal point between digits; and Latin stops, which need a
# blank after them, and then no small letter.
_END = re.compile(
    r"\n+\s*"
    r"|[。！？]+[」』）)\]”’]*\s*"
    r"|(?<![0-9０-９])．[」』）)\]”’]*\s*|．(?![0-9０-９])\s*"
    r"|(?P<latin>[.!?]+)[)\]\"'”’]*(?:\s+(?=[\"'“‘(\[]*[^\Wa-z_])|\s*\Z)"
)


def sentences(text: str) -> list[str]:
    """Cut a text after each sentence, English or Japanese, and at each line break.

    Each piece keeps the white space after it: joined they are the text again. "et al.",
    "Fig." and initials do not end a sentence.
    """
    pieces, start = [], 0
    for end in _END.finditer(text):
        if end["latin"] == "." and end.end() < len(text):
            # No abbreviation is longer than 12 characters.
            word = re.split(r"[\s(\[]", text[max(0, end.start() - 12) : end.start()])[-1]
            is_initial = len(word) == 1 and word.isupper()
            if is_initial or word.lower() in _ABBREVIATIONS:
                continue
        if end.end() > start:
            pieces.append(text[start : end.end()])
            start = end.end()
    if start < len(text):
        pieces.append(text[start:])
    return pieces


def _section_texts(document: Document) -> Iterator[tuple[str, list[Sentence]]]:
    """Yield each section's running text, then its captions, tables and so on, as sentences."""
    section, is_open = "", False
    running: list[tuple[int, Block]] = []
    apart: list[tuple[int, Block]] = []
    sections = [(section, running, apart)]
    for page in document.pages:
        for block in page.blocks:
            if block.kind == "heading":
                # A heading right below another one belongs to it: "3 Method / 3.1 Data".
                section = f"{section} / {block.text}" if is_open else block.text
                running, apart, is_open = [], [], True
                sections.append((section, running, apart))
                continue
            is_open = False
            if block.kind == "text":
                running.append((page.number, block))
            elif block.kind != "reference":
                apart.append((page.number, block))
    for section, running, apart in sections:
        if running:
            yield section, _with_pages((page, block.text, block.glue) for page, block in running)
        if apart:
            yield section, _with_pages((page, block.text, "\n") for page, block in apart)


def _with_pages(pieces: Iterable[tuple[int, str, str]]) -> list[Sentence]:
    """Join pieces (page, words, glue) and cut them into sentences, each with its page."""
    # A sentence may go on over a page, so the pieces are joined before they are cut.
    text, starts, pages = "", [], []
    parts: list[str] = []
    length = 0
    for page, words, glue in pieces:
        if parts:
            parts.append(glue)
            length += len(glue)
        starts.append(length)
        pages.append(page)
        parts.append(words)
        length += len(words)
    text = "".join(parts)
    found, at = [], 0
    for piece in sentences(text):
        # White space alone is no sentence, but counts for the places of those after it.
        if piece.strip():
            found.append(Sentence(piece, pages[bisect_right(starts, at) - 1]))
        at += len(piece)
    return found


def _cut_to_fit(
    flow: list[Sentence], count_tokens: CountTokens, max_tokens: int
) -> tuple[list[Sentence], list[int]]:
    """Halve the sentences that are over the limit until all fit; return them and their counts.

    All texts of a round are counted in one call.
    """
    counts = count_tokens([sentence.text for sentence in flow])
    while any(_is_over(s, n, max_tokens) for s, n in zip(flow, counts, strict=True)):
        halves: list[list[Sentence]] = [
            _halves(s) if _is_over(s, n, max_tokens) else [s]
            for s, n in zip(flow, counts, strict=True)
        ]
        new = [piece for pieces in halves if len(pieces) > 1 for piece in pieces]
        news = iter(count_tokens([piece.text for piece in new]))
        counts = [
            count
            for pieces, old in zip(halves, counts, strict=True)
            for count in ([old] if len(pieces) == 1 else [next(news) for _ in pieces])
        ]
        flow = [piece for pieces in halves for piece in pieces]
    return flow, counts


def _is_over(sentence: Sentence, n_tokens: int, max_tokens: int) -> bool:
    return n_tokens > max_tokens and len(sentence.text.strip()) > 1


_BORDERS = (re.compile(r"[;:,；：，、]\s*(?=\S)|\s[—–]\s(?=\S)"), re.compile(r"\s+(?=\S)"))


def _halves(sentence: Sentence) -> list[Sentence]:
    """Cut a sentence near its middle: after a clause, else between words, else anywhere."""
    text = sentence.text
    inner = len(text.rstrip())
    start = len(text) - len(text.lstrip())
    middle = (start + inner) // 2
    # White space at the ends is not counted, so that each half has a character of its own.
    at = max(middle, start + 1)
    for border in _BORDERS:
        found = [m.end() for m in border.finditer(text, start, inner) if m.end() > start]
        # A border near an end would leave a crumb.
        found = [end for end in found if inner / 4 <= end <= inner * 3 / 4]
        if found:
            at = min(found, key=lambda end: abs(end - middle))
            break
    return [Sentence(text[:at], sentence.page), Sentence(text[at:], sentence.page)]


def _pack(flow: list[Sentence], counts: list[int], limit: int) -> list[list[Sentence]]:
    """Fill passages in order, all about equally, so that no crumb is left at the end."""
    total = sum(counts)
    # The size of a passage if the fewest passages that are possible were equally long.
    goal = total / max(1, math.ceil(total / max(1, limit)))
    groups: list[list[Sentence]] = []
    size = 0.0
    for sentence, count in zip(flow, counts, strict=True):
        # A sentence belongs to the passage that has the larger half of it.
        if not groups or size + count > limit or (size and size + count / 2 > goal):
            groups.append([])
            size = 0
        groups[-1].append(sentence)
        size += count
    return groups


def _split_again(
    groups: list[list[Sentence]], count_tokens: CountTokens, max_tokens: int
) -> list[list[Sentence]]:
    """Halve the passages that are over the limit after all.

    A tokenizer may count more tokens in a whole than in its parts.
    """
    counts = count_tokens([_text(group) for group in groups])
    if all(n <= max_tokens or len(g) == 1 for g, n in zip(groups, counts, strict=True)):
        return groups
    smaller: list[list[Sentence]] = []
    for group, count in zip(groups, counts, strict=True):
        if count <= max_tokens or len(group) == 1:
            smaller.append(group)
        else:
            smaller += [group[: len(group) // 2], group[len(group) // 2 :]]
    return _split_again(smaller, count_tokens, max_tokens)


def _text(group: list[Sentence]) -> str:
    return "".join(sentence.text for sentence in group).strip()


WORDS_A_MINUTE = 228
CHARACTERS_A_MINUTE = 357
"""Words of English and characters of Japanese that native readers read aloud in a minute.

Trauzettel-Klosinski, Dietz and the IReST Study Group 2012, Invest. Ophthalmol. Vis. Sci. 53(9),
table of means, doi:10.1167/iovs.11-8284. One study has both, with texts of the same content and
difficulty, so that the two are comparable. An abstract is dense, and is rarely read faster than
aloud."""

LETTERS_A_WORD = 6.5
"""Characters of a word in the text of a paper, with the blank after it."""

PAUSE_S = 180.0
"""The longest gap between two decisions that counts as reading, in seconds."""

_CHARACTERS = re.compile(
    "[\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORDS = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


@functools.lru_cache(4_096)
def seconds(text: str) -> float:
    """Estimate the seconds that it takes to read a text, by its words and Japanese characters.

    Results are cached: a server's page asks for the same abstracts after each decision, which
    took 9 of its 40 ms.
    """
    rest, n_characters = _CHARACTERS.subn(" ", text)
    n_words = len(_WORDS.findall(rest))
    return 60 * (n_words / WORDS_A_MINUTE + n_characters / CHARACTERS_A_MINUTE)


def paper_seconds(paper: Paper, posts: Iterable[str] = ()) -> float:
    """Estimate the seconds to read a paper in a list: its title, abstract and posts about it."""
    return seconds(" ".join((paper.title, paper.abstract, *posts)))


def length_seconds(n_characters: int, n_bytes: int) -> float:
    """Estimate the seconds to read a text by its length alone.

    n_bytes: in UTF-8, where a Japanese character has three bytes and a letter mostly one.
    """
    # So each Japanese character adds two bytes to the number of characters.
    n_japanese = max(0, (n_bytes - n_characters) // 2)
    n_words = (n_characters - n_japanese) / LETTERS_A_WORD
    return 60 * (n_words / WORDS_A_MINUTE + n_japanese / CHARACTERS_A_MINUTE)


def minutes(seconds: float) -> int:
    """Round seconds to whole minutes; anything above 0 is at least one."""
    return max(1, round(seconds / 60)) if seconds > 0 else 0


def spent_s(moments: Iterable[datetime], *, pause_s: float = PAUSE_S) -> float:
    """Add up the seconds between acts, given in any order and from any devices.

    A gap longer than `pause_s` counts as nothing, since the person did something else.
    """
    gaps = [(b - a).total_seconds() for a, b in pairwise(sorted(moments))]
    return math.fsum(gap for gap in gaps if gap <= pause_s)
