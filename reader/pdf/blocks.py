"""Make paragraphs of rows, and say what each is: text, heading, caption, reference, ….

Knows rows in reading order; nothing of the PDF. What a row is told by its size, weight,
place and first words, as measured on some hundred real papers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from reader.passage import Block, Kind, Page
from reader.pdf import headings
from reader.pdf.columns import Row
from reader.pdf.join import glued, joined
from reader.pdf.lines import Line

_CAPTION = re.compile(
    r"(?:(?:Figure|Fig\.|FIGURE|FIG\.|Table|TABLE|Algorithm|Listing|Exhibit|Chart)\s*[A-Z]?[\dIVX]+"
    r"(?:[.\-]\d+)*\s*(?:[.:|—–]|\([a-z]\)|$)|(?:図|表)\s*\d+(?:[.\-]\d+)*)"
)
_MAYBE_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|TABLE|FIGURE)\s*[A-Z]?[\dIVX]+(?:[.\-]\d+)*\s")
_NUMBERED_ENTRY = re.compile(r"\[[^\]]{1,12}\]|\(\d{1,3}\)\s|\d{1,3}[.)]\s")
_BULLET = re.compile(r"[•‣▪◦●○■・–]\s")
_NO_MIDDLE = re.compile(r"[•‣▪◦●○■・–]\s|\d+[.)]|\(\d+\)|http|doi")
_ENDED = re.compile(r"[.!?。．！？:：;][)\]\"'”’」）]*(?:\s*[\d,]+)?$")


@dataclass
class _Draft:
    """A block while its neighbours may still change it."""

    page: int
    text: str
    kind: Kind
    size: float
    is_bold: bool
    glue: str = "\n"


@dataclass
class Composer:
    """Takes pages in order, because a paragraph or the references go on over many.

    body: font size of the running text. hyphenated: see `join.compounds`.
    """

    body: float
    hyphenated: frozenset[str]
    drafts: list[_Draft] = field(default_factory=list)
    references: Row | None = None
    """The heading of the references while inside them."""
    last_text: _Draft | None = None
    """The paragraph that the next text may continue, None right after a heading."""
    section: tuple[int, ...] = ()
    """The number of the last numbered heading."""
    is_front: bool = True
    """Still before the first section: names of authors in bold are no headings."""

    def add(self, number: int, runs: list[list[Row]], height: float) -> None:
        """Add a page: its runs of rows, its height in points."""
        if number > 1:
            self.is_front = False
        for run in runs:
            last_body = max(
                (at for at, row in enumerate(run) if row.size > 0.93 * self.body), default=-1
            )
            at = 0
            for group in _groups(run, self.body, in_references=self.references is not None):
                at += len(group)
                is_below = at > last_body + 1 and group[0].y0 > 0.45 * height
                self._add_group(number, group, is_below=is_below)

    def pages(self, n_pages: int) -> tuple[Page, ...]:
        by_page: list[list[Block]] = [[] for _ in range(n_pages)]
        for d in self.drafts:
            if d.text:
                by_page[d.page - 1].append(Block(d.text, d.kind, d.size, d.is_bold, d.glue))
        return tuple(Page(number, tuple(blocks)) for number, blocks in enumerate(by_page, 1))

    def _add_group(self, page: int, group: list[Row], *, is_below: bool) -> None:
        first = group[0]
        found = headings.run_in(first.text)
        if found and self.references is None:
            name, rest = found
            self._add_heading(page, name, first)
            group = [first._replace(text=rest), *group[1:]]
            first = group[0]
        text = joined([row.text for row in group], self.hyphenated)
        if self._is_heading(group, text, is_below=is_below):
            self._add_heading(page, text, first)
            return
        kind = self._kind(group, text, is_below=is_below)
        draft = _Draft(page, text, kind, round(first.size, 1), first.is_bold)
        if kind == "text":
            self._continue(draft)
            self.last_text = draft
        elif kind == "reference":
            self._continue_entry(draft)
            self.last_text = draft
        self.drafts.append(draft)

    def _add_heading(self, page: int, text: str, row: Row) -> None:
        number = headings.number_of(text)
        if headings.follows(number, self.section):
            self.section = number
        if number or headings.is_known(text) or headings.run_in(text):
            self.is_front = False
        self.drafts.append(_Draft(page, text, "heading", round(row.size, 1), row.is_bold))
        self.references = row if headings.begins_references(text) else None
        self.last_text = None

    def _is_heading(self, group: list[Row], text: str, *, is_below: bool) -> bool:
        if _CAPTION.match(text):
            return False
        is_next = headings.follows(headings.number_of(text), self.section)
        if is_next and len(group) == 1 and len(text) < 60 and not _has_ended(text):
            return group[0].n <= 3
        if not headings.is_heading(group, text, self.body, is_below=is_below):
            return False
        if self.references is None:
            return not self.is_front or headings.is_known(text) or not self._has_heading()
        # Bold titles of works are many; what ends the references looks as their heading.
        is_like = (
            group[0].size > self.references.size - 0.3
            and group[0].is_bold == self.references.is_bold
            and group[0].size > self.body - 0.3
        )
        return (is_like and not _NUMBERED_ENTRY.match(text)) or headings.is_appendix(text)

    def _has_heading(self) -> bool:
        return any(draft.kind == "heading" for draft in self.drafts)

    def _kind(self, group: list[Row], text: str, *, is_below: bool) -> Kind:
        size = group[0].size
        if _CAPTION.match(text) or (_MAYBE_CAPTION.match(text) and size < 0.93 * self.body):
            return "caption"
        if self.references is not None:
            return "reference" if size > 0.65 * self.body else "figure"
        n_chars = len(text) / len(group)
        if len(group) > 1 and sum(row.n for row in group) >= 2.5 * len(group):
            return "table"
        is_small = size < 0.93 * self.body
        if is_small and is_below and n_chars > 20:
            return "footnote"
        if is_small and n_chars < 25 and not _has_ended(text):
            return "figure"
        return "text"

    def _continue(self, draft: _Draft) -> None:
        before = self.last_text
        if before is None or _has_ended(before.text) or _NO_MIDDLE.match(draft.text):
            return
        # Text goes on in its own size; an author's name does not go on in the next one's.
        if abs(before.size - draft.size) > 0.5 or len(before.text) < 40:
            return
        before.text, draft.glue = glued(before.text, draft.text, self.hyphenated)

    def _continue_entry(self, draft: _Draft) -> None:
        """Join the end of an entry that a column or page parted from its begin."""
        before = self.last_text
        if before is None or _NUMBERED_ENTRY.match(draft.text):
            return
        is_numbered = _NUMBERED_ENTRY.match(before.text) or before.glue != "\n"
        if is_numbered or draft.text[:1].islower():
            before.text, draft.glue = glued(before.text, draft.text, self.hyphenated)


def _has_ended(text: str) -> bool:
    return bool(_ENDED.search(text[-12:]))


def body_size(pages: list[list[Line]]) -> float:
    """Give the font size that most characters have, to a tenth of a point."""
    counts: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            counts[round(line.size, 1)] += len(line.text)
    return counts.most_common(1)[0][0] if counts else 10.0


def _groups(run: list[Row], body: float, *, in_references: bool) -> list[list[Row]]:
    """Part a run of rows where a paragraph, a heading or an entry begins."""
    left = _left_edge(run)
    right = max(row.x1 for row in run)
    leading = _leading(run, body)
    is_numbered = sum(bool(_NUMBERED_ENTRY.match(row.text)) for row in run) > 1
    groups: list[list[Row]] = []
    before: Row | None = None
    for row in run:
        if in_references and before is not None:
            is_new = _begins_entry(before, row, left, is_numbered=is_numbered)
        else:
            is_new = before is None or _begins(before, row, left, leading)
        short = left + 0.75 * (right - left)
        if (
            is_new
            or _is_numbered_alone(row, short)
            or (before and _is_numbered_alone(before, short))
        ):
            groups.append([])
        groups[-1].append(row)
        if headings.begins_references(row.text):
            in_references = True
            groups.append([])
            before = None
        else:
            before = row
    return [group for group in groups if group]


def _is_numbered_alone(row: Row, short: float) -> bool:
    """Say whether a row may be a heading that only its number tells from text."""
    return row.x1 < short and bool(headings.number_of(row.text)) and not _has_ended(row.text)


def _begins_entry(before: Row, row: Row, left: float, *, is_numbered: bool) -> bool:
    """Say whether a reference begins: at its number, else where the line hangs out."""
    if headings.is_known(row.text) or abs(row.size - before.size) > 0.2 * before.size:
        return True
    if _CAPTION.match(row.text) or row.is_bold > before.is_bold:
        return True
    if is_numbered:
        return bool(_NUMBERED_ENTRY.match(row.text))
    return row.x0 < left + 0.4 * row.size and (
        before.x0 > left + 0.7 * row.size or row.y0 - before.y1 > 0.35 * row.size
    )


def _begins(before: Row, row: Row, left: float, leading: float) -> bool:
    step = row.base - before.base
    if step > 1.4 * max(leading, row.size) or step < -row.size:
        return True
    if abs(row.size - before.size) > 0.08 * before.size or row.is_bold != before.is_bold:
        return True
    if headings.is_known(row.text) or headings.is_known(before.text):
        return True
    if _CAPTION.match(row.text) or _BULLET.match(row.text):
        return True
    is_indented = left + 0.7 * row.size < row.x0 < left + 4 * row.size
    return is_indented and before.x0 < left + 0.4 * row.size and bool(_has_ended(before.text))


def _left_edge(run: list[Row]) -> float:
    """Give where most rows begin; the leftmost of those that several share."""
    counts = Counter(round(row.x0) for row in run)
    often = [x for x, n in counts.items() if n >= max(2, 0.15 * len(run))]
    return float(min(often, default=min(row.x0 for row in run)))


def _leading(run: list[Row], body: float) -> float:
    steps = [
        b.base - a.base
        for a, b in pairwise(run)
        if 0 < b.base - a.base < 3 * body and abs(a.size - b.size) < 0.5
    ]
    return median(steps) if steps else 1.2 * body
