"""Check a note's sentences: which are the person's own, which copy or translate the paper.

Sentences are compared by the words that they share with the paper's texts (`stretches`), and,
where an encoder is there, with the paper's sentences in another language.

An encoder's cosines lie close together, and how close depends on the encoder and on the
languages. So a sentence of the note is as near to a paper's sentence as it stands out
from the paper's other sentences, measured by how far that sentence itself stands out
from them: 1 is the sentence itself, 0 no nearer than to the others.

Quotations, headings, code and links are nobody's copying: everything that is no prose is
blanked, so that a sentence's place in the note stays.

Pure, linear in the length of the note, and never an error on any text. What the thresholds were
measured on stands in docs/benchmarks.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, NamedTuple

from reader.base.words import composed
from reader.library.passage import sentences
from reader.notes.stretches import (
    CHARACTER,
    LATIN,
    Pairs,
    PaperTexts,
    SourceText,
    Token,
    copied_runs,
    longest_same,
    prepare,
    tokens,
)

Verdict = Literal["own", "close", "copied"]

Closeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
"""Compares by meaning: cosines of each note sentence (row) with each source sentence (column)."""


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a note, and the result of its check.

    text: as it stands in the note, white space around it off. share: how much of it stands
    in the source as well, 0 to 1. run: the longest stretch of it that does, as the note has
    it; "" where there is none. source: None for a sentence of one's own. is_translated: the
    source says it in another language. nearness: how near the paper's nearest sentence in
    another language is, as the module says it; 0 where none was looked at.
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
    """The result of comparing a note with its paper.

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


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of a note.

    text: as it stands there. words: the same length, and blanks where it is quoted, code, a
    formula or an address. tokens: its words, those of the note from `first` on.
    """

    text: str
    words: str
    tokens: list[Token]
    first: int
    weight: int


COPIED = 0.6
"""A sentence is copied from this share of its words in stretches that count."""

CLOSE = 0.35
"""A sentence is close from this share."""

LONG = 8 * LATIN
"""Weight of a stretch without a change that makes a sentence close, whatever its share."""

LONGEST = 60_000
"""Characters of a note that are checked: twenty pages, whose beginning is enough."""

MOSTLY = 0.5
"""A note does not count from this share of its words in copied sentences."""


def check(
    note: str, sources: Sequence[SourceText] | PaperTexts, *, closeness: Closeness | None = None
) -> Check:
    """Compare each sentence of a note with a paper's texts.

    closeness: with it Japanese sentences that translate English ones are found, and the
    other way round; `n_unseen` counts the sentences in another language that were not
    compared.
    """
    prepared = sources if isinstance(sources, PaperTexts) else prepare(sources)
    parts = parts_of(note[:LONGEST])
    stretches: list[list[Pairs]] = [[] for _ in parts]
    owner = [n for n, part in enumerate(parts) for _ in part.tokens]
    # A stretch may go on from one sentence into the next.
    for run in copied_runs([token.word for part in parts for token in part.tokens], prepared):
        for n, pairs in groupby(run, key=lambda pair: owner[pair[0]]):
            stretches[n].append(list(pairs))
    found = [
        _compared(part, shared, prepared) for part, shared in zip(parts, stretches, strict=True)
    ]
    theirs = _paper_sentences(prepared)
    # The language of a paper is that of its first sentences.
    is_cjk = _is_in_characters("".join(one.text for one in theirs[:ENOUGH]))
    foreign = [
        n
        for n, part in enumerate(parts)
        if theirs
        and found[n].verdict != "copied"
        and part.weight >= SHORT
        and _is_in_characters(part.words) != is_cjk
    ]
    n_unseen = len(foreign)
    if closeness is not None:
        n_unseen = max(0, len(foreign) - MOST_OWN)
        _mark_translations(found, parts, foreign[:MOST_OWN], theirs, closeness)
    weights = [part.weight for part in parts]
    copied = sum(w for w, one in zip(weights, found, strict=True) if one.verdict == "copied")
    share = copied / sum(weights) if any(weights) else 0.0
    is_mostly = share >= MOSTLY
    is_own = all(one.verdict == "own" for one in found)
    verdict: Verdict = "copied" if is_mostly else "own" if is_own else "close"
    is_long = closeness is not None and n_unseen > 0
    return Check(tuple(found), verdict, is_mostly, share, n_unseen, is_long)


def _compared(part: Part, stretches: Sequence[Pairs], prepared: PaperTexts) -> CheckedSentence:
    """Judge a sentence by the words that it shares with a source."""
    if not stretches:
        return CheckedSentence(part.text)
    at = {own: part.tokens[own - part.first] for pairs in stretches for own, _ in pairs}
    share = sum(token.weight for token in at.values()) / part.weight
    longest = max(stretches, key=len)
    same = max(map(longest_same, stretches), key=len)
    verdict: Verdict = "own"
    if share >= COPIED:
        verdict = "copied"
    elif share >= CLOSE or sum(at[own].weight for own, _ in same) >= LONG:
        verdict = "close"
    source = prepared.source_at(longest[0][1]) if verdict != "own" else None
    run = part.text[at[same[0][0]].start : at[same[-1][0]].end]
    return CheckedSentence(part.text, verdict, share, run, source)


FLOOR = 0.15
"""The least nearness at which a sentence may be a translation."""

EVIDENCE = 0.45
"""The least sum of the nearnesses of sentences in order, each less FLOOR."""

ENOUGH_OF_ONE = 0.25
"""The most that one of them adds: one near sentence is no order."""

ALONE = 0.4
"""The least nearness at which a sentence out of any order is close."""

LENGTHS = (0.55, 2.4)
"""The least and the greatest length of a translation, relative to its sentence; a character is half
a word."""

LEFT_OUT = 2
"""How many of the note's sentences in a row may say something else. As many of the paper's
sentences may be passed over there."""

SHORT = 6 * LATIN
"""The least weight of a sentence that is compared by meaning."""

LEAST_SENTENCES, ENOUGH, MOST = 4, 6, 30
"""Numbers of the paper's sentences: with fewer than the first nothing stands out from others; with
fewer than the second the abstract gets those of passages; the third is the most."""

MOST_OWN = 60
"""The most sentences of a note that are compared by meaning: an encoder needs time for each."""


class _PaperSentence(NamedTuple):
    text: str
    weight: int
    source: SourceText


class _Near(NamedTuple):
    """The paper's sentence (column) that a note's sentence (place) stands out nearest to."""

    place: int
    column: int
    nearness: float


def _paper_sentences(prepared: PaperTexts) -> list[_PaperSentence]:
    """List sentences of the paper: the abstract's, and where those are few the first ones
    of its passages."""
    found: list[_PaperSentence] = []
    for where, enough in (("abstract", MOST), ("passage", ENOUGH)):
        for source in prepared.sources:
            if source.where != where or len(found) >= enough:
                continue
            for text in sentences(source.text[:20_000]):
                weight = sum(token.weight for token in tokens(text))
                if weight >= LATIN:
                    found.append(_PaperSentence(" ".join(text.split()), weight, source))
    return found[:MOST]


def _mark_translations(
    found: list[CheckedSentence],
    parts: Sequence[Part],
    places: Sequence[int],
    theirs: Sequence[_PaperSentence],
    closeness: Closeness,
) -> None:
    """Mark those of the sentences at `places` that translate the paper's, in `found`.

    Those that go through the paper's sentences one after the other are copied, one that is
    near alone is close. Of a paper with too few sentences nothing stands out from others.
    """
    if len(theirs) < LEAST_SENTENCES or not places:
        return
    texts = [one.text for one in theirs]
    ours = [" ".join(parts[n].words.split()) for n in places]
    nearest = _nearest(closeness(ours, texts), closeness(texts, texts))
    near = [_Near(n, *column) for n, column in zip(places, nearest, strict=True)]
    fitting = [
        one
        for one in near
        if one.nearness >= FLOOR
        and LENGTHS[0] <= parts[one.place].weight / theirs[one.column].weight <= LENGTHS[1]
    ]
    in_order = set[int]()
    for chain in _chains(fitting):
        evidence = sum(min(one.nearness - FLOOR, ENOUGH_OF_ONE) for one in chain)
        if len(chain) > 1 and evidence >= EVIDENCE:
            in_order.update(one.place for one in chain)
    alone = {one.place for one in fitting if one.nearness >= ALONE}
    for place, column, nearness in near:
        if place in in_order | alone:
            found[place] = CheckedSentence(
                found[place].text,
                "copied" if place in in_order else "close",
                source=theirs[column].source,
                is_translated=True,
            )
        found[place] = replace(found[place], nearness=nearness)


def _nearest(
    cosines: Sequence[Sequence[float]], among: Sequence[Sequence[float]]
) -> list[tuple[int, float]]:
    """Find for each row the column that stands out most, and how far."""
    n = len(among)
    # How near each of the paper's sentences usually is: to the others of the paper.
    usual = [(sum(row) - row[j]) / (n - 1) for j, row in enumerate(among)]
    all_usual = sum(usual)
    found = []
    for row in cosines:
        all_row = sum(row)
        best = (-1.0, 0)
        for j in range(n):
            # How much nearer this sentence is to the paper's others than those are to each other:
            # the share of the language and the subject, which says nothing of sentence j.
            others = (all_row - row[j] - (all_usual - usual[j])) / (n - 1)
            # A sentence that is like all others leaves no room to stand out.
            room = 1 - usual[j]
            nearness = (row[j] - others - usual[j]) / room if room > 1e-6 else 0.0
            best = max(best, (nearness, j))
        found.append((best[1], max(0.0, min(1.0, best[0]))))
    return found


def _chains(fitting: Sequence[_Near]) -> list[list[_Near]]:
    """Group sentences that follow each other as the paper's do."""
    chains: list[list[_Near]] = []
    for one in fitting:
        last = chains[-1][-1] if chains else None
        follows = last is not None and (
            one.place - last.place <= 1 + LEFT_OUT
            and 0 <= one.column - last.column <= one.place - last.place
        )
        if follows:
            chains[-1].append(one)
        else:
            chains.append([one])
    return chains


def _is_in_characters(text: str) -> bool:
    found = tokens(text)
    n_characters = sum(token.weight == CHARACTER for token in found)
    # A Japanese sentence on a paper is full of Latin names, so these count half.
    return n_characters * CHARACTER > (len(found) - n_characters) * LATIN / 2


def parts_of(note: str) -> list[Part]:
    """Split a note into the sentences that the person wrote. note: any text."""
    note = composed(note, "NFC")
    blanked = _blanked(note)
    parts: list[Part] = []
    first = start = 0
    for end in [*_ends(blanked), len(blanked)]:
        piece = blanked[start:end]
        at, words = start + len(piece) - len(piece.lstrip()), piece.strip()
        start = end
        if _LETTER.search(words):
            found = tokens(words)
            weight = sum(token.weight for token in found)
            parts.append(Part(note[at : at + len(words)], words, found, first, weight))
            first += len(found)
    return parts


def own_prose(note: str) -> str:
    """Replace what is no prose of the person's with blanks: quotations, headings, code, formulas,
    links to notes, comments. Lists keep their points."""
    return _blanked(note).replace(POINT, "-")


def _blanked(note: str) -> str:
    """Replace all but prose with blanks, and the marks of a list's points with POINT."""
    lines: list[str] = []
    fence = ""
    for line in _LINE.findall(_COMMENT.sub(_blank, note)):
        bare = line.strip()
        mark = bare[:3] if bare[:3] in ("```", "~~~") else ""
        # A note that lost its line breaks may begin with "## " and go on for a page.
        is_heading = _HEADING.match(bare) and len(bare) <= LONGEST_HEADING
        is_apart = mark or fence or bare[:1] == ">" or is_heading
        if mark and fence in ("", mark):
            fence = "" if fence else mark
        lines.append(_SEEN.sub(" ", line) if is_apart else _MARKER.sub(_mark_point, line, count=1))
    text = "".join(lines)
    for pattern in _SPANS:
        text = pattern.sub(_blank, text)
    # Of a link of Markdown the words stay, in their place.
    return _LINK.sub(lambda m: " " + m[1] + " " * (len(m[0]) - len(m[1]) - 1), text)


def _blank(match: re.Match[str]) -> str:
    return _SEEN.sub(" ", match[0])


def _mark_point(match: re.Match[str]) -> str:
    """Replace a list's bullet with POINT; a line without one stays as it is."""
    return POINT + " " * (len(match[0]) - 1) if match[0].strip() else match[0]


def _ends(text: str) -> Iterator[int]:
    """Find where sentences end. A line that fills its width goes on in the next one, and so
    does one before a small letter."""
    for match in _BREAK.finditer(text):
        if match["line"] is None:
            yield match.end()
            continue
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        n_columns = len(line) + len(_WIDE.findall(line))
        if n_columns < FULL_LINE and not text[match.end() : match.end() + 1].islower():
            yield match.end()


LONGEST_HEADING = 120

POINT = "\x1e"

FULL_LINE = 50
"""Columns from which on a line was broken for its width, and not at the end of a thought."""


_SEEN = re.compile(r"[^\n\r]")
_LINE = re.compile(r"[^\n\r]*(?:\r\n|[\n\r]|\Z)")
_LETTER = re.compile(r"[^\W\d_]")
_COMMENT = re.compile(r"<!--(?:.*?-->|.*\Z)", re.DOTALL)
_HEADING = re.compile(r"#{1,6}(?:\s|\Z)|(?:[-*_=]\s*){3,}\Z")
_MARKER = re.compile(r"\A\s*(?:[-*+•●◦‣・]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]\]\s+)?")
# Every span has a longest length, so that a mark that nobody closed costs linear time.
_SPANS = (
    # Code.
    re.compile(r"`[^`\n]{1,2000}`"),
    # Formulas.
    re.compile(r"\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,300}\$|\\\[[^\n]{1,2000}?\\\]"),
    # Pictures, and links to other notes.
    re.compile(r"!\[[^\]\n]{0,300}\](?:\([^)\n]{0,1000}\))?|\[\[[^\]\n]{0,300}\]\]"),
    # Addresses of the web, and tags of HTML.
    re.compile(r"(?:https?://|www\.)[!-~]+|<[a-zA-Z/][^<>\n]{0,300}>"),
    # Quotations: German, French, English, Japanese.
    re.compile("„[^„“”]{1,2000}[“”]|«[^«»]{1,2000}»|‘(?=\\S)[^‘]{1,2000}?’(?!\\w)"),
    re.compile("“[^“”]{1,2000}”|「[^「」]{1,2000}」|『[^『』]{1,2000}』"),
    # Japanese once more: a quotation within another one is blank by now.
    re.compile("「[^「」]{1,2000}」|『[^『』]{1,2000}』"),
    re.compile(r'(?<![\w"])"(?=\S)[^"]{1,2000}"(?!\w)'),
)
_LINK = re.compile(
    r"\[([^\[\]\n]{1,300})\]\([^()\n]{0,1000}(?:\([^()\n]{0,300}\)[^()\n]{0,300})?\)"
)
# A sentence ends at an end mark (not behind an initial, "et al.", "e.g.", "cf.", "Fig."), at a
# blank line, before a list's next point; points may stand in one line where a note lost its
# line breaks.
_CLOSING = "[\"'”’」』)）\\]*_]*"
_BREAK = re.compile(
    r"(?<!\b[A-Za-z])(?<!\bal)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bvs)(?<!\bFig)"
    rf"(?<![.!?])[.!?]++{_CLOSING}+(?=\s)|[。．！？!?]++{_CLOSING}+"
    rf"|{POINT}|\n(?=[ \t]*\r?\n)"
    r"|[ \t](?=(?:[-*]|#{1,6})[ \t]+[A-Z\u3041-\u9fff])"
    r"|(?P<line>\n[ \t]*)"
)
_WIDE = re.compile("[\u1100-\u11ff\u3000-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60]")
