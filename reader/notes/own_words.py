"""Check a note's sentences: which are the person's own, which copy or translate the paper.

Sentences are compared by the words that they share with the paper's texts (`stretches`), and,
where an encoder is there, by their meaning. Quotations, headings, code and links are nobody's
copying: everything that is no prose is blanked, so that a sentence's place in the note stays.

An encoder's cosines lie close together, and how close depends on the encoder, the languages
and the subject. What all sentences of the note have in common, and all of the paper, is taken
off first: nearness is the cosine of what is left. Who copies goes with the paper sentence by
sentence: each is near, about as long, and its neighbours are near as well, in any order. Who
writes a summary is near here and there, and shorter. How much each of these says was fitted by
tests/benchmarks/notes_fit.py. A copied sentence says nothing of those beside it: people paste
one, and write about it.

Pure, linear in the length of the note, and never an error on any text. What the thresholds were
measured on stands in docs/benchmarks.md.
"""

from __future__ import annotations

import math
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
Unseen = Literal["model", "note", "paper"]


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a note, and the result of its check.

    text: as it stands in the note, white space around it off. share: how much of it stands
    in the source as well, 0 to 1. run: the longest stretch of it that does, as the note has
    it; "" where there is none. source: None for a sentence of one's own. is_reworded: the
    source says it in other words, is_translated: in another language. their: the paper's
    sentence that says it so, "" where neither. chance: that the sentence says what one of the
    paper's does, by its meaning; 0 where that was not looked at.
    """

    text: str
    verdict: Verdict = "own"
    share: float = 0.0
    run: str = ""
    source: SourceText | None = None
    is_reworded: bool = False
    is_translated: bool = False
    their: str = ""
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """The result of comparing a note with its paper.

    sentences: those that the person wrote, in order; quotations, headings, code are not.
    verdict: the note as a whole. is_mostly_copied: it does not count towards the quota.
    share: how much of the note is in copied sentences, 0 to 1.
    n_unseen: sentences that were compared by their words alone, and why: there was no model,
    the note is long, or the paper has too few sentences.
    """

    sentences: tuple[CheckedSentence, ...] = ()
    verdict: Verdict = "own"
    is_mostly_copied: bool = False
    share: float = 0.0
    n_unseen: int = 0
    why_unseen: Unseen | None = None

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
    note: str,
    sources: Sequence[SourceText] | PaperTexts,
    *,
    closeness: Closeness | None = None,
    is_known: Callable[[str], bool] = lambda _: False,
) -> Check:
    """Compare each sentence of a note with a paper's texts.

    closeness: with it reworded and translated sentences are found; `n_unseen` counts those
    that were not compared so. is_known: tells of which passages there are vectors; only these
    are compared by meaning.
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
    left = [
        n for n, part in enumerate(parts) if found[n].verdict != "copied" and part.weight >= SHORT
    ]
    n_seen = 0
    why: Unseen = "model"
    if closeness is not None and left:
        judged = _by_meaning(parts, left[:MOST_OWN], prepared, closeness, is_known)
        n_seen, why = len(judged), "note" if judged else "paper"
        for n, one in judged.items():
            found[n] = _stronger(found[n], one)
    n_unseen = len(left) - n_seen
    weights = [part.weight for part in parts]
    copied = sum(w for w, one in zip(weights, found, strict=True) if one.verdict == "copied")
    share = copied / sum(weights) if any(weights) else 0.0
    is_mostly = share >= MOSTLY
    is_own = all(one.verdict == "own" for one in found)
    verdict: Verdict = "copied" if is_mostly else "own" if is_own else "close"
    why_unseen = why if n_unseen else None
    return Check(tuple(found), verdict, is_mostly, share, n_unseen, why_unseen)


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


SAME, NEAR = 0.5, 0.25
"""From these chances on a sentence is copied, and close."""

SHORT = 6 * LATIN
"""The least weight of a sentence that is compared by meaning."""

MOST_OWN = 40
"""The most sentences of a note that are compared by meaning: an encoder needs time for each."""


def _by_meaning(
    parts: Sequence[Part],
    places: Sequence[int],
    prepared: PaperTexts,
    closeness: Closeness,
    is_known: Callable[[str], bool],
) -> dict[int, CheckedSentence]:
    """Judge the sentences at `places` by their meaning; none beside a paper of few sentences."""
    ours = [read(parts[n].words) for n in places]
    theirs = paper_sentences(prepared.sources, ours, closeness, is_known)
    if len(theirs) < LEAST_SENTENCES:
        return {}
    found = {}
    for n, one in zip(places, compare(ours, theirs, closeness), strict=True):
        if one.chance < NEAR:
            found[n] = CheckedSentence(parts[n].text, chance=one.chance)
            continue
        near = theirs[one.column]
        found[n] = CheckedSentence(
            parts[n].text,
            "copied" if one.chance >= SAME else "close",
            source=near.source,
            is_reworded=one.is_same,
            is_translated=not one.is_same,
            their=near.sentence.text,
            chance=one.chance,
        )
    return found


def _stronger(words: CheckedSentence, meaning: CheckedSentence) -> CheckedSentence:
    """Choose between the results by words and by meaning: what was copied, else by words."""
    if words.verdict == "own" or meaning.verdict == "copied":
        return replace(meaning, share=words.share, run=words.run)
    return replace(words, chance=meaning.chance)


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
    links to notes, comments, what stands under "Abstract" or "References". Lists keep their
    points."""
    return _blanked(note).replace(POINT, "-")


def _blanked(note: str) -> str:
    """Replace all but prose with blanks, and the marks of a list's points with POINT."""
    lines: list[str] = []
    fence, under = "", ""
    for line in _LINE.findall(_COMMENT.sub(_blank, note)):
        bare = line.strip()
        mark = bare[:3] if bare[:3] in ("```", "~~~") else ""
        # A note that lost its line breaks may begin with "## " and go on for a page.
        is_heading = _HEADING.match(bare) and len(bare) <= LONGEST_HEADING
        if is_heading and not fence:
            found = _OF_PAPER.match(bare)
            under = (found and found.lastgroup) or ""
        # A Japanese text below "Abstract" is a summary of an English paper, and nobody's copy.
        is_of_paper = under == "list" or (under == "abstract" and not _WIDE.search(line))
        is_apart = mark or fence or bare[:1] == ">" or is_heading or is_of_paper
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
# What stands under it is the paper's. Under 概要 and 要旨 people write summaries of their own.
_OF_PAPER = re.compile(
    r"#+\s+[*_]*(?:(?P<abstract>abstract)|(?P<list>(?:\w+\s)?references|bibliography|参考文献))"
    r"[*_:：]*(?:\s#+)?\Z",
    re.IGNORECASE,
)
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


Closeness = Callable[[Sequence[str], Sequence[str]], list[list[float]]]
"""Compares by meaning: cosines of each note sentence (row) with each source sentence (column)."""


Rows = Sequence[Sequence[float]]


class ReadSentence(NamedTuple):
    """A sentence as it is compared. weight: of its words, see `stretches`."""

    text: str
    weight: int
    is_cjk: bool


class PaperSentence(NamedTuple):
    """A sentence of the paper, and the text that it stands in."""

    sentence: ReadSentence
    source: SourceText


@dataclass(frozen=True, slots=True)
class NearestSentence:
    """A note's sentence beside the paper's nearest one.

    column: which one it is. nearness: their cosine, see above, 0 to 1. misfit: how different
    the two are in length, 0 to 1.
    follows: the sentence before or after is nearest to one shortly before or after.
    is_same: both are in the same language, is_cjk: the note's is in Japanese.
    """

    column: int
    nearness: float
    misfit: float = 0.0
    follows: bool = False
    is_same: bool = False
    is_cjk: bool = False

    @property
    def features(self) -> tuple[float, ...]:
        """Return what is weighed, in the order of WEIGHTS."""
        is_reworded_latin = self.is_same and not self.is_cjk
        is_reworded_cjk = self.is_same and self.is_cjk
        return (
            self.nearness,
            self.misfit,
            self.follows,
            is_reworded_latin,
            is_reworded_cjk,
            1.0,
        )

    @property
    def chance(self) -> float:
        """Return the chance that the sentence is the paper's, 0 to 1."""
        evidence = sum(w * x for w, x in zip(WEIGHTS, self.features, strict=True))
        return 1 / (1 + math.exp(-evidence))


WEIGHTS = (13.25, -2.08, 0.8, -5.68, -2.39, -3.64)
"""For each of the features: nearness, misfit, follows; English beside English, Japanese
beside Japanese; and the last for any sentence. Within a language all that is written on a subject
is nearer, so more is asked there."""

LEAST_SENTENCES = 4
"""Of a paper with fewer sentences nothing stands out from others."""

ENOUGH, FIRST = 6, 3
"""With fewer sentences in the abstract than the first, and no vectors of passages, so many
passages are read."""

MOST = 32
"""The most sentences of a paper that are compared, those of the abstract first: an encoder needs
time for each."""

LANGUAGE = 300
"""Characters of a passage that tell its language."""

NEXT = 2
"""How many sentences further on one follows another."""


def read(text: str) -> ReadSentence:
    """Weigh a sentence, and tell its script."""
    found = tokens(text)
    n_characters = sum(token.weight == CHARACTER for token in found)
    # A Japanese sentence on a paper is full of Latin names, so these count half.
    is_cjk = n_characters * CHARACTER > (len(found) - n_characters) * LATIN / 2
    return ReadSentence(" ".join(text.split()), sum(token.weight for token in found), is_cjk)


def paper_sentences(
    sources: Sequence[SourceText],
    ours: Sequence[ReadSentence],
    closeness: Closeness,
    is_known: Callable[[str], bool],
) -> list[PaperSentence]:
    """List the sentences to compare with: the abstract's, then those of the nearest passages.

    is_known: tells whether a passage has its vector; the others would take too long.
    """
    found = [
        one for source in sources if source.where == "abstract" for one in _sentences_of(source)
    ]
    in_pdf = [one for one in sources if one.where == "passage"]
    # Under their own text, by which their vectors are known.
    passages = [
        PaperSentence(read(one.text[:LANGUAGE])._replace(text=one.text), one)
        for one in in_pdf
        if is_known(one.text)
    ]
    if not passages and len(found) < ENOUGH:
        found += [one for source in in_pdf[:FIRST] for one in _sentences_of(source)]
    chosen: dict[int, list[PaperSentence]] = {}
    room = MOST - len(found)
    for n in _nearest_first(passages, ours, closeness) if room > 0 else ():
        chosen[n] = _sentences_of(passages[n].source)[:room]
        room -= len(chosen[n])
        if room <= 0:
            break
    # In the paper's order, in which sentences follow each other.
    return [*found, *(one for n in sorted(chosen) for one in chosen[n])][:MOST]


def _sentences_of(source: SourceText) -> list[PaperSentence]:
    read_ = (read(text) for text in sentences(source.text[:20_000]))
    return [PaperSentence(one, source) for one in read_ if one.weight >= LATIN]


def _nearest_first(
    passages: Sequence[PaperSentence], ours: Sequence[ReadSentence], closeness: Closeness
) -> list[int]:
    """Order passages, each taken as one sentence, by how near all of the note's are to each."""
    sums = [0.0] * len(passages)
    for _, row in _rows(ours, passages, closeness):
        for n, nearness in enumerate(row):
            # Squared, since one near sentence says more than many distant ones.
            sums[n] += max(0.0, nearness) ** 2
    return sorted(range(len(passages)), key=sums.__getitem__, reverse=True)


def compare(
    ours: Sequence[ReadSentence],
    theirs: Sequence[PaperSentence],
    closeness: Closeness,
) -> list[NearestSentence]:
    """Compare a note's sentences with the paper's, each with its nearest one."""
    nearest = [(0, 0.0)] * len(ours)
    for n, row in _rows(ours, theirs, closeness):
        nearness, column = max((nearness, j) for j, nearness in enumerate(row))
        nearest[n] = column, max(0.0, min(1.0, nearness))
    found = []
    for n, (one, (column, nearness)) in enumerate(zip(ours, nearest, strict=True)):
        their = theirs[column].sentence
        found.append(
            NearestSentence(
                column,
                nearness,
                min(1.0, abs(math.log(one.weight / their.weight))),
                any(
                    0 <= n + step < len(nearest)
                    and 0 < step * (nearest[n + step][0] - column) <= NEXT
                    for step in (-1, 1)
                ),
                one.is_cjk == their.is_cjk,
                one.is_cjk,
            )
        )
    return found


def _rows(
    ours: Sequence[ReadSentence], theirs: Sequence[PaperSentence], closeness: Closeness
) -> Iterator[tuple[int, list[float]]]:
    """Compute how near each of the note's sentences is to each of the paper's."""
    texts = [one.sentence.text for one in theirs]
    # A language has a part of its own in every vector.
    for is_cjk in (False, True):
        places = [n for n, one in enumerate(ours) if one.is_cjk == is_cjk]
        if places and theirs:
            mine = [ours[n].text for n in places]
            is_same = sum(one.sentence.is_cjk == is_cjk for one in theirs) * 2 > len(theirs)
            rows = _centred(
                closeness(mine, texts),
                closeness(texts, texts),
                closeness(mine, mine),
                is_same=is_same,
            )
            yield from zip(places, rows, strict=True)


def _centred(across: Rows, theirs: Rows, ours: Rows, *, is_same: bool) -> list[list[float]]:
    """Compute the cosines of vectors less their mean, from the cosines of the vectors.

    A note has few sentences, so one more is thought of: the paper's mean where it is in the
    same language, else none at all.
    """
    m, n = len(ours), len(theirs)
    k, p = 1 / (m + 1), is_same / (m + 1)
    # Dots with the sums of both sides, and of these with each other.
    theirs_mean = [sum(row) / n for row in theirs]
    across_mean = [sum(row) / n for row in across]
    columns = [sum(row[j] for row in across) for j in range(n)]
    all_theirs, all_across = sum(theirs_mean) / n, sum(across_mean)
    all_ours = sum(map(sum, ours))
    centre = k * k * all_ours + p * p * all_theirs + 2 * k * p * all_across
    their_lengths = [row[j] - 2 * theirs_mean[j] + all_theirs for j, row in enumerate(theirs)]
    # The centre's dot with each of theirs, less their mean.
    to_centre = [
        k * (columns[j] - all_across) + p * (theirs_mean[j] - all_theirs) for j in range(n)
    ]
    found = []
    for i, row in enumerate(across):
        length = ours[i][i] - 2 * (k * sum(ours[i]) + p * across_mean[i]) + centre
        found.append(
            [
                (row[j] - across_mean[i] - to_centre[j])
                / max(1e-6, math.sqrt(max(0.0, length) * max(0.0, their_lengths[j])))
                for j in range(n)
            ]
        )
    return found
