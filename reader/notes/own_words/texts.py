"""Take notes and papers apart into sentences and words, and tell terms from copying.

Take texts apart into words, so that one sentence is one whatever its print.

Case, width, accents, ligatures, plurals, hyphens and line breaks do not tell words apart.
A character of Chinese, Japanese or Korean is a word that weighs half a Latin one. Any
text is taken; the time is linear in its length.

Tell copying from what is everybody's words: terms, names, numbers, the paper's title.

There is no grammar here: a stretch in which no verb, pronoun or particle makes a clause is
taken for a term as long as it is short. Knows no sources.

Find the person's own sentences in a note: Markdown, quotations, code and links aside.

Everything that is no prose is blanked, so a sentence's place in the note stays; the time
is linear in its length. Compares nothing.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reader.base.words import composed, folded

Where = Literal["abstract", "passage", "highlight", "title"]
Verdict = Literal["own", "close", "copied"]

Closeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
"""Gives the cosine of each note sentence (row) with each source sentence (column)."""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text of the paper that a note may have been copied from; where: what it is there.

    page: where it begins in the PDF, from 1; None where it has none. A title is what one
    may always name: its words are not copying.
    """

    text: str
    where: Where
    page: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a note with what was found about it.

    text: as it stands in the note, white space around it off. share: how much of it stands
    in the source as well, 0 to 1. run: the longest stretch of it that does, as the note has
    it; "" where there is none. source: None for a sentence of one's own. is_translated: the
    source says it in another language. nearness: how near the paper's nearest sentence in
    another language is, as `across` says it; 0 where none was looked at.
    """

    text: str
    verdict: Verdict = "own"
    share: float = 0.0
    run: str = ""
    source: SourceText | None = None
    is_translated: bool = False
    nearness: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """What a note looks like beside its paper.

    sentences: those that the person wrote, in order; quotations, headings, code are not.
    verdict: the note as a whole. is_mostly_copied: it does not count towards the quota.
    share: how much of the note is in copied sentences, 0 to 1.
    n_unseen: sentences in another language than the paper's that were not compared: there
    was no model, or there are too many of them (is_long).
    """

    sentences: tuple[CheckedSentence, ...] = ()
    verdict: Verdict = "own"
    is_mostly_copied: bool = False
    share: float = 0.0
    n_unseen: int = 0
    is_long: bool = False

    @property
    def found(self) -> tuple[CheckedSentence, ...]:
        """List the sentences that are not the person's own."""
        return tuple(one for one in self.sentences if one.verdict != "own")


LATIN, CHARACTER = 2, 1
"""What a word weighs, and what a character of a script without blanks."""
LONGEST = 400
"""Characters of a word that tell it from others."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it counts, and where it stands in its text."""

    word: str
    start: int
    end: int

    @property
    def weight(self) -> int:
        """Say what it weighs."""
        return weight_of(self.word)


def words(text: str) -> tuple[list[str], list[bool]]:
    """List the words of a source, and which of them are names: numbers, acronyms, words with
    a capital within a sentence. text: in NFC."""
    found: list[str] = []
    are_names: list[bool] = []
    n_capitals = n_latin = 0
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if _CJK_START.match(raw):
            characters = _characters(raw)
            found.extend(characters)
            are_names.extend([False] * len(characters))
        elif word := _word(raw):
            found.append(word)
            n_latin += 1
            is_capital = raw[0].isupper()
            n_capitals += is_capital
            begins = is_capital and _BEGIN.match(text, max(0, match.start() - 3), match.start())
            is_acronym = any(map(str.isupper, raw[1:])) or (not raw.isalpha() and _has_digit(raw))
            are_names.append(is_acronym or len(word) == 1 or (is_capital and not begins))
    # Where everything is in capitals they say nothing.
    return found, are_names if n_capitals < 0.7 * n_latin else [False] * len(found)


def tokens(text: str) -> list[Token]:
    """List the words of a note with their places. text: in NFC."""
    listed: list[Token] = []
    for match in _TOKEN.finditer(text):
        raw, start = match[0], match.start()
        if _CJK_START.match(raw):
            characters = _characters(raw)
            step = len(raw) / max(1, len(characters))
            for n, character in enumerate(characters):
                at, end = start + int(n * step), start + int((n + 1) * step)
                listed.append(Token(character, at, end))
        elif word := _word(raw):
            listed.append(Token(word, start, match.end()))
    return listed


def weight_of(word: str) -> int:
    """Say what a word of `words` weighs."""
    return CHARACTER if word > _LAST_LATIN and _CJK_START.match(word) else LATIN


def is_character(word: str) -> bool:
    """Tell a character of Chinese, Japanese or Korean from a Latin word."""
    return weight_of(word) == CHARACTER


_CJK = "\u3005-\u3007\u3041-\u3096\u3099-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
_CJK += "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_CJK += "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_LETTERS = rf"[^\W_{_CJK}][\u0300-\u036f]*"
_HYPHEN = "[-\u00ad\u2010-\u2013\u2212]"
# A hyphen joins, at a line's end too: "pre-training", "pre-\ntraining" and "pretraining".
_WITHIN = rf"{_HYPHEN}\s{{0,4}}|['’]|(?<=\d)[.,](?=\d)"
_TOKEN = re.compile(rf"[{_CJK}]+|(?:{_LETTERS})+(?:(?:{_WITHIN})(?:{_LETTERS})+)*")
_CJK_START = re.compile(f"[{_CJK}]")
_LAST_LATIN = "\u10ff"
# What stands before a sentence's first word: nothing, or an end mark and a blank.
_BEGIN = re.compile(r"\A\W{0,3}\Z|.*[.!?:;•。「“\"(][\s\"“(]*\Z", re.DOTALL)
_NO_WORD = re.compile(r"[\W_]+")


@functools.lru_cache(maxsize=65_536)
def _word(raw: str) -> str:
    whole = raw[:LONGEST].casefold()
    if not whole.isascii():
        whole = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", whole).casefold())
    return folded(_NO_WORD.sub("", whole))


def _characters(raw: str) -> str:
    return _NO_WORD.sub("", composed(raw, "NFKC"))


def _has_digit(raw: str) -> bool:
    return any(map(str.isdigit, raw))


LEAST = 5 * LATIN
"""What a stretch must weigh to count, without linking words at its ends."""
TERM = 7 * LATIN
"""The longest stretch without a change that is a term where nothing in it makes a clause."""
SENTENCE = 12 * LATIN
"""From here on a stretch without a change counts although most of it is names and numbers."""
CONTENT = 3 * LATIN
"""What in a stretch that counts is neither name nor linking word."""

Pairs = Sequence[tuple[int, int]]
"""Places of words that are the same, in a note and in the sources."""


def counts(
    pairs: Pairs, note: Sequence[str], *, titles: Sequence[bool], are_names: Sequence[bool]
) -> bool:
    """Tell whether a stretch is more than a term.

    note: its words, and titles: which of them are the title's. are_names: which words of
    the sources are names.
    """
    real = [i for i, (own, _) in enumerate(pairs) if note[own] not in LINKING]
    pairs = pairs[real[0] : real[-1] + 1] if real else ()
    names = content = 0
    for own, place in pairs:
        if titles[own] or are_names[place]:
            names += weight_of(note[own])
        elif note[own] not in LINKING:
            content += weight_of(note[own])
    same = weigh([note[own] for own, _ in longest_same(pairs)])
    weight = weigh([note[own] for own, _ in pairs])
    if weight < LEAST or content < CONTENT or (content < names and same < SENTENCE):
        return False
    return same > TERM or any(_makes_clause(note[own]) for own, _ in pairs)


def longest_same(pairs: Pairs) -> Pairs:
    """Give the longest piece of a stretch that has no change in it, the first of equal ones."""
    best, begin = (0, 0), 0
    for i, (own, place) in enumerate(pairs):
        if i and (own - pairs[i - 1][0], place - pairs[i - 1][1]) != (1, 1):
            begin = i
        if i + 1 - begin > best[1] - best[0]:
            best = (begin, i + 1)
    return pairs[best[0] : best[1]]


def weigh(words: Sequence[str]) -> int:
    """Say what words weigh together."""
    return sum(map(weight_of, words))


def _makes_clause(word: str) -> bool:
    if is_character(word):
        return "\u3041" <= word <= "\u3096" and word not in _JOINS
    return word in _CLAUSAL


# What joins words within a term, and what makes a clause of them, as `folded` gives them.
_JOINS = frozenset(["a", "an", "and", "for", "in", "of", "on", "or", "the", "with", *"のとや"])
_CLAUSAL = frozenset(
    ["are", "as", "be", "been", "being", "but", "by", "can", "could", "did", "do", "doe", "from",
     "had", "ha", "have", "how", "if", "into", "is", "it", "may", "might", "not", "our", "than",
     "that", "their", "them", "then", "there", "these", "they", "this", "those", "through", "to",
     "wa", "we", "were", "what", "when", "where", "which", "while", "who", "whose", "will",
     "without", "would"]
)  # fmt: skip
LINKING = _JOINS | _CLAUSAL
"""Words that join others and say nothing themselves."""


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
