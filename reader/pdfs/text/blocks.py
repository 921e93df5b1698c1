"""Group rows into paragraphs, and find the kind of each: text, heading, caption, reference, ….

Knows rows in reading order, nothing of the PDF. Size, weight, place and first words decide on the
kind; the thresholds were measured on some hundred real papers.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from reader.library.passage import Block, Box, Kind, Page
from reader.pdfs.text import headings
from reader.pdfs.text.headings import entry_rows, first_entry, has_numbered_entries, in_contents
from reader.pdfs.text.lines import Line, PageLines, Row, glued, joined

_CAPTION = re.compile(
    r"(?:(?:Figure|Fig\.|FIGURE|FIG\.|Table|TABLE|Algorithm|Listing|Exhibit|Chart)\s*[A-Z]?[\dIVX]+"
    r"(?:[.\-]\d+)*\s*(?:[.:|—–]|\([a-z]\)|$)|(?:図|表)\s*\d+(?:[.\-]\d+)*)"
)
_MAYBE_CAPTION = re.compile(r"(?:Figure|Fig\.|Table|TABLE|FIGURE)\s*[A-Z]?[\dIVX]+(?:[.\-]\d+)*\s")
_CAPTIONS = "FTALEC図表"
_BULLETS = "•‣▪◦●○■・–"
_BULLET = re.compile(r"[•‣▪◦●○■・–]\s")
_NO_MIDDLE = re.compile(r"[•‣▪◦●○■・–]\s|\d+[.)]|\(\d+\)|http|doi")
_ENDED = re.compile(r"[.!?。．！？:：;][)\]\"'”’」）]*(?:\s*[\d,]+)?$")


@dataclass
class _Draft:
    """A block that its neighbours may still change."""

    page: int
    text: str
    kind: Kind
    size: float
    is_bold: bool
    box: Box
    glue: str = "\n"


@dataclass
class Composer:
    """Makes blocks of pages, in order, since paragraphs and references go on over pages.

    body: font size of the running text. hyphenated: see `lines.compounds`.
    """

    body: float
    hyphenated: frozenset[str]
    look: tuple[float, bool] | None = None
    """The look of sections' names, see `headings.section_look`."""
    drafts: list[_Draft] = field(default_factory=list)
    references: Row | None = None
    """The heading of the references while inside them, else None."""
    last_text: _Draft | None = None
    """The paragraph that the next text may continue, None right after a heading."""
    section: tuple[int, ...] = ()
    """The number of the last numbered heading."""
    title_size: float | None = None
    """The size of page 1's largest letters, None after the first section: before it, names of
    authors in bold are no headings."""

    def add(self, number: int, runs: list[list[Row]], size: tuple[float, float]) -> None:
        """Add a page: its runs of rows, its width and height in points."""
        width, height = size
        rows = [row for run in runs for row in run]
        self.title_size = max([row.top for row in rows], default=0.0) if number == 1 else None
        is_slide = width > 1.1 * height
        n_blocks = len(self.drafts)
        for run in runs:
            for part, is_contents in in_contents(run):
                if is_contents:
                    # Its lines repeat the headings of other pages, so they are no headings here.
                    for row in part:
                        self._draft(number, joined([row.text], self.hyphenated), "table", [row])
                    self.last_text = None
                    continue
                start = first_entry(part) if self.references is None else None
                for piece in [part] if start is None else [part[:start], part[start:]]:
                    if start is not None and piece and piece[0] is part[start]:
                        self.references, self.last_text = piece[0], None
                    if piece:
                        self._add_run(number, piece, height, is_slide=is_slide, since=n_blocks)

    def _add_run(
        self, number: int, run: list[Row], height: float, *, is_slide: bool, since: int
    ) -> None:
        """Add a run of a page; since: the number of drafts before the page."""
        last_body = max(
            (at for at, row in enumerate(run) if row.size > 0.93 * self.body), default=-1
        )
        left = left_edge(run)
        right = max(row.x1 for row in run)
        at = 0
        for group in paragraphs(run, self.body, left, in_references=self.references is not None):
            at += len(group)
            is_below = at > last_body + 1 and group[0].y0 > 0.45 * height
            after = run[at] if at < len(run) else None
            around = headings.Around(self.body, self.look, left, right, after, is_below)
            is_first = len(self.drafts) == since if is_slide else None
            self._add_group(number, group, around, is_first=is_first)

    def _draft(self, page: int, text: str, kind: Kind, rows: list[Row]) -> _Draft:
        row = rows[0]
        draft = _Draft(page, text, kind, round(row.size, 1), row.is_bold, _box(rows))
        self.drafts.append(draft)
        return draft

    def pages(self, pages: list[PageLines]) -> tuple[Page, ...]:
        """Return all pages, each with its blocks in reading order."""
        by_page: list[list[Block]] = [[] for _ in pages]
        for d in self.drafts:
            if d.text:
                box = None if pages[d.page - 1].is_turned else d.box
                by_page[d.page - 1].append(Block(d.text, d.kind, d.size, d.is_bold, d.glue, box))
        return tuple(
            Page(number, tuple(blocks), page.width, page.height)
            for number, (page, blocks) in enumerate(zip(pages, by_page, strict=True), 1)
        )

    def _ends_references(self, first: Row, text: str, before: _Draft) -> bool:
        """Check for text in the size of the running text, where entries are smaller."""
        if not self.references or before.kind != "reference":
            return False
        is_body = abs(first.size - self.body) < 0.03 * self.body
        is_entry = has_numbered_entries(text) or before.size > 0.95 * self.body
        return is_body and not is_entry and len(text) > 60 and not is_caption(text)

    def _is_slide_title(self, group: list[Row], text: str) -> bool:
        is_large = group[0].top > 1.08 * self.body or group[0].is_bold
        return is_large and headings.is_title(group, text)

    def _add_group(
        self,
        page: int,
        group: list[Row],
        around: headings.Around,
        *,
        is_first: bool | None,
    ) -> None:
        """Add rows that belong together.

        is_first: whether the group begins a slide, which has one heading; None outside of slides.
        """
        first = group[0]
        found = headings.run_in(first.text) or self._abstract_word(group)
        if found and self.references is None:
            name, rest = found
            self._add_heading(page, name, [first])
            group = [first._replace(text=rest), *group[1:]]
            first = group[0]
        text = joined([row.text for row in group], self.hyphenated)
        is_heading = (
            self._is_heading(page, group, text, around)
            if is_first is None
            else is_first and self._is_slide_title(group, text)
        )
        if is_heading:
            self._add_heading(page, text, group)
            return
        before = self.last_text
        if before and self._ends_references(first, text, before):
            self.references = None
        kind = self._kind(group, text, is_below=around.is_below)
        is_hung = first.x0 > around.left + 0.7 * first.size
        if kind == "reference" and self._continue_entry(text, is_hung=is_hung):
            return
        draft = self._draft(page, text, kind, group)
        if kind == "text" and before and not has_ended(before.text):
            # A text goes on in its own size only, and a short one (an author's name) does not.
            is_alike = abs(before.size - draft.size) <= 0.5 and len(before.text) >= 40
            if is_alike and not _NO_MIDDLE.match(text):
                before.text, draft.glue = glued(before.text, text, self.hyphenated)
        if kind in ("text", "reference"):
            self.last_text = draft

    def _abstract_word(self, group: list[Row]) -> tuple[str, str] | None:
        """Split the name of an abstract off its first words; None once a section has begun."""
        heads = (draft.text for draft in self.drafts if draft.kind == "heading")
        if len(group) <= 2 or any(headings.is_known(h) or headings.number_of(h) for h in heads):
            return None
        return headings.abstract_word(group[0].text)

    def _add_heading(self, page: int, text: str, rows: list[Row]) -> None:
        number = headings.number_of(text)
        if headings.follows(number, self.section):
            self.section = number
        if number or headings.is_known(text) or headings.run_in(text):
            self.title_size = None
        self._draft(page, text, "heading", rows)
        self.references = rows[0] if headings.begins_references(text) else None
        self.last_text = None

    def _is_heading(self, page: int, group: list[Row], text: str, around: headings.Around) -> bool:
        row = group[0]
        if not text or is_caption(text):
            return False
        if self.title_size and not headings.is_known(text):
            if not any(draft.kind == "heading" for draft in self.drafts):
                # The first heading is the title; names and addresses, mostly, follow it.
                is_large = row.top > 0.95 * self.title_size > self.body
                return is_large and headings.is_title(group, text)
            if self.look and row.top < self.look[0] - 0.7:
                return False  # "1 Institute of Sounds"
        is_short = len(group) <= 2 and not has_ended(text)
        if is_short and headings.is_next(row, text, self.section, around):
            return self.references is None or self._is_like_references(row, text)
        if not headings.is_heading(group, text, around):
            return False
        if self.references is not None:
            return self._is_like_references(row, text)
        # On page 1 authors may be in the right column, beside the introduction.
        is_author_like = page == 1 and (self.title_size or self.section)
        return not is_author_like or headings.is_known(text) or headings.is_numbered(text)

    def _is_like_references(self, row: Row, text: str) -> bool:
        """Check whether a heading ends the references, since it looks as their own heading.

        Entries with bold titles look as headings too.
        """
        assert self.references is not None  # noqa: S101 (asked for inside them alone)
        is_like = (
            row.size > self.references.size - 0.3
            and row.is_bold >= self.references.is_bold
            and row.size > self.body - 0.3
        )
        is_appendix = headings.APPENDIX.match(text) is not None
        return (is_like and not has_numbered_entries(text)) or is_appendix

    def _kind(self, group: list[Row], text: str, *, is_below: bool) -> Kind:
        is_small = group[0].size < 0.93 * self.body
        n_cells, n_rows = sum(row.n for row in group), len(group)
        if is_caption(text) or (is_small and _MAYBE_CAPTION.match(text)):
            return "caption"
        if self.references is not None:
            is_table = n_cells >= 3 * n_rows and len(text) < 12 * n_cells
            if is_table and not has_numbered_entries(text):
                return "table"
            return "reference" if group[0].top > 0.65 * self.body else "figure"
        if n_rows > 1 and n_cells >= 2.5 * n_rows:
            return "table"
        n_chars = len(text) / n_rows
        if is_small and is_below and n_chars > 20:
            return "footnote"
        if is_small and n_chars < 25 and not has_ended(text):
            return "figure"
        return "text"

    def _continue_entry(self, text: str, *, is_hung: bool) -> bool:
        """Add a text to the last entry, if a column or page separated it from its begin.

        is_hung: it is farther right than entries begin. Returns False where it is another entry.
        """
        entry = self.last_text
        if not entry or entry.kind != "reference" or has_numbered_entries(text, like=entry.text):
            return False
        if not (is_hung or text[:1].islower() or has_numbered_entries(entry.text)):
            return False
        begin, glue = glued(entry.text, text, self.hyphenated)
        entry.text = begin + glue + text
        return True


def left_edge(run: list[Row]) -> float:
    """Find the left edge of a run of rows: the leftmost x at which several rows begin."""
    counts = Counter(round(row.x0) for row in run)
    often = [x for x, n in counts.items() if n >= max(2, 0.15 * len(run))]
    return float(min(often, default=min(row.x0 for row in run)))


def _box(rows: list[Row]) -> Box:
    # Some fonts claim to be ten lines tall, so the upper edge is that of the letters.
    return (
        round(min([row.x0 for row in rows]), 1),
        round(min([max(row.y0, row.base - 1.1 * row.top) for row in rows]), 1),
        round(max([row.x1 for row in rows]), 1),
        round(max([min(row.y1, row.base + 0.4 * row.top) for row in rows]), 1),
    )


def has_ended(text: str) -> bool:
    """Check whether a text ends as a sentence does."""
    return bool(_ENDED.search(text[-12:]))


def body_size(pages: list[list[Line]]) -> float:
    """Find the font size of the running text, that of most characters, to a tenth of a point."""
    # Text before the heading of the references counts, if it is enough: in short papers there may
    # be more references than running text.
    counts: dict[float, int] = {}
    before: dict[float, int] = {}
    for lines in pages:
        for line in lines:
            text, size = line.text, line.size
            n = len(text)
            if 1 < n < 24 and headings.begins_references(text):
                before = counts.copy()
            counts[size] = counts.get(size, 0) + n
    best = before if sum(before.values()) > 0.3 * sum(counts.values()) else counts
    rounded: Counter[float] = Counter()
    for size, n in best.items():
        rounded[round(size, 1)] += n
    return rounded.most_common(1)[0][0] if rounded else 10.0


def paragraphs(
    run: list[Row], body: float, left: float, *, in_references: bool = False
) -> list[list[Row]]:
    """Split a run of rows where a paragraph, a heading or an entry begins."""
    right = max(row.x1 for row in run)
    short = left + 0.75 * (right - left)
    steps = [
        b.base - a.base
        for a, b in pairwise(run)
        if 0 < b.base - a.base < 3 * body and abs(a.size - b.size) < 0.5
    ]
    leading = median(steps) if steps else 1.2 * body
    entries = entry_rows(run) if in_references else frozenset()
    groups: list[list[Row]] = []
    before: Row | None = None
    for at, row in enumerate(run):
        if before is None:
            is_new = True
        elif in_references:
            is_new = at in entries or _begins_entry(before, row, left, is_numbered=bool(entries))
        else:
            is_new = (
                _begins(before, row, left, leading)
                or _is_alone(row, left, right, short)
                or (_is_alone(before, left, right, short) and not _goes_on(before, row, body))
            )
        if is_new:
            groups.append([])
        groups[-1].append(row)
        before = row
        if headings.begins_references(row.text):
            in_references, before = True, None
            entries = frozenset(n + at + 1 for n in entry_rows(run[at + 1 :]))
    return groups


def _is_alone(row: Row, left: float, right: float, short: float) -> bool:
    """Check whether a numbered row may be a heading: it is short, or in the middle."""
    if row.n > 1 or not headings.number_of(row.text) or has_ended(row.text):
        return False
    is_centred = row.x0 > left + 3 * row.size and abs(row.x0 - left - right + row.x1) < row.size
    return row.x1 < short or is_centred


def _goes_on(before: Row, row: Row, body: float) -> bool:
    """Check whether a row is a heading's second one: of the same look, or below its name."""
    if abs(row.size - before.size) > 0.3 or row.is_bold != before.is_bold:
        return False
    is_below_name = 0.8 * row.size < row.x0 - before.x0 < 4 * row.size and row.x1 < before.x1
    return is_below_name or row.size > 1.08 * body


def _begins_entry(before: Row, row: Row, left: float, *, is_numbered: bool) -> bool:
    """Check whether a row begins something new: a heading, a caption, or an entry."""
    if headings.is_known(row.text) or headings.is_known(before.text):
        return True
    is_other = abs(row.top - before.top) > 0.15 * before.top or row.is_bold > before.is_bold
    if is_other or is_caption(row.text) or is_numbered:
        # Where entries have numbers, only a number begins one.
        return is_other or is_caption(row.text)
    # The first row of an entry is farther left than its others, or there is a gap above it.
    return row.x0 < left + 0.4 * row.size and (
        before.x0 > left + 0.7 * row.size or row.y0 - before.y1 > 0.35 * row.size
    )


def _begins(before: Row, row: Row, left: float, leading: float) -> bool:
    """Check whether a row begins a paragraph, a heading, a caption or an item of a list."""
    size = row.size
    step = row.base - before.base
    # A gap below the row before, or a step up to the next column.
    if step > 1.4 * max(leading, size) or step < -size:
        return True
    if row.is_bold != before.is_bold or abs(size - before.size) > 0.08 * before.size:
        return True
    text = row.text
    if headings.is_known(text) or headings.is_known(before.text):
        return True
    if is_caption(text) or (text[0] in _BULLETS and _BULLET.match(text)):
        return True
    # The first line of a paragraph is indented, and the line before it ends a sentence.
    is_indented = left + 0.7 * size < row.x0 < left + 4 * size
    return is_indented and before.x0 < left + 0.4 * size and has_ended(before.text)


def is_caption(text: str) -> bool:
    """Check whether a text begins as a caption: "Figure 1:", "図 1"."""
    return text[0] in _CAPTIONS and _CAPTION.match(text) is not None
