"""Lay out the list, and the pages that cover it, as lines of a screen of any size.

From top to bottom: the progress, the list, the current paper in full, and the keys or the last
message. No line is wider than the screen, and there are never more lines than it has. Widths
are display columns: a Japanese character takes two. Japanese is broken as in print: no closing
bracket begins a line, and no opening one ends it.

Pure functions: values and a size in, lines out. A line is made of spans, each in one style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import click

from reader.base.messages import N_, _, say_day
from reader.base.tex import title_text
from reader.base.text import columns, plain, shorten, wrap
from reader.cli.listing import (
    MARKS,
    heard,
    muted_lines,
    report_lines,
    said_text,
    sum_lines,
    theme_lines,
)
from reader.cli.output import authors_text
from reader.cli.terminal import CHOICES, NONE
from reader.cli.triage.entries import TEXT_INDENT, Row
from reader.library.paper import State
from reader.library.passage import minutes
from reader.morning.values import Entry, Morning, States, entry_seconds
from reader.ranking.model import ListLane
from reader.texts.morning import (
    muted_mark,
    queue_reading,
    sureness_mark,
    topic_text,
    written_text,
)
from reader.texts.paper import property_texts
from reader.texts.sources import families, no_network_text
from reader.texts.why import verdict

Style = Literal["", "bold", "dim", "here", "bar", "warn", "good", "bad"]

COLOURED: Mapping[Style, str] = {
    "": "", "bold": "\x1b[1m", "dim": "\x1b[2m", "here": "\x1b[1;7m", "bar": "\x1b[7m",
    "warn": "\x1b[1;31m", "good": "\x1b[32m", "bad": "\x1b[2m",
}  # fmt: skip
"""Escape sequences of the styles (ECMA-48, SGR); terminals ignore those that they do not know."""
PLAIN: Mapping[Style, str] = {**COLOURED, "warn": "\x1b[1m", "good": ""}
"""For NO_COLOR and terminals with one colour: only bold, dim and reverse."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some text in one style."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]


def line(text: str, style: Style = "") -> Line:
    """Make a line of a single span."""
    return (Span(text, style),)


def text_of(spans: Line) -> str:
    """Join a line's text without styles."""
    return "".join(span.text for span in spans)


def painted(spans: Line, styles: Mapping[Style, str]) -> str:
    """Join a line's text with the escape sequences of its styles."""
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
    """Put one text at each edge of a line; where both do not fit, the right one is left out.

    fill: the style of the space between them.
    """
    used = columns(text_of(tuple(left))) + columns(text_of(tuple(right)))
    # At least two blanks between them.
    if used + 2 > width:
        whole = cut(left, width)
        return (*whole, Span(" " * (width - columns(text_of(whole))), fill))
    return (*left, Span(" " * (width - used), fill), *right)


def fold(text: str, width: int, most: int | None = None) -> list[str]:
    """Break a text into lines of at most `width` columns; returns at least one line.

    most: the number of lines at most, None for any; a text that is cut ends with "…".
    """
    width = max(width, 1)
    lines = list(_fold_lines(text, width)) or [""]
    if most is None or len(lines) <= most:
        return lines
    # Fill the last line from the next one before cutting it, so that no room is wasted.
    last = shorten(f"{lines[most - 1]} {lines[most]}", width)
    if not last.endswith("…"):
        last = shorten(last, width - 1) + "…" if columns(last) >= width else last + "…"
    return [*lines[: most - 1], last] if most > 0 else []


def _fold_lines(text: str, width: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _PIECE.findall(text):
        wide = columns(piece.rstrip())
        if line and used + wide > width:
            yield line.rstrip()
            line, used = "", 0
        # A word longer than a line is cut. A line has at least one character, or this would not
        # end on a screen of one column.
        while wide > width:
            n = 1
            while columns(piece[: n + 1]) <= width:
                n += 1
            yield piece[:n]
            piece = piece[n:]
            wide = columns(piece.rstrip())
        line += piece
        used += columns(piece)
    if line.strip():
        yield line.rstrip()


# Kinsoku: closing signs begin no line, opening ones end none (JIS X 4051, W3C "Requirements for
# Japanese Text Layout"). A Latin word is one piece; of Japanese each character is one.
_OPENING = "（［｛「『【〈《〔“‘"
_CLOSING = "、。，．・：；？！）］｝」』】〉》〕”’…ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_LATIN = "!-~À-ɏ"
_PIECE = re.compile(
    rf"[{_OPENING}]*[{_LATIN}]+[{_CLOSING}]*[,.;:]*\s*"
    rf"|\s*[{_OPENING}]*[^\s{_LATIN}][{_CLOSING}]*\s*|\s+"
)


STATE_STYLES: dict[State, Style] = {"candidate": "", "pick": "good", "skip": "dim", "read": "good"}
PROSE = 100
"""Columns of running text at most: longer lines are hard to read."""
INDENT = "  "
LEAST_ABSTRACT = 3
"""Lines of the abstract that the posts about a paper leave it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The values above the list.

    spent, to_go: minutes. written, target: the notes of today and of the quota. more: short
    texts on what else there is today. lacking: what is missing from the list, "" for nothing.
    has_to_read: some paper waits for a decision or its note. n_queued: on a day without papers
    to decide the number of papers in the queue; `to_go` is then for those to be read today.
    """

    day: str
    n_decided: int
    n_all: int
    spent: int
    to_go: int
    written: int
    target: int
    more: tuple[str, ...] = ()
    lacking: str = ""
    has_to_read: bool = True
    n_queued: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """All that the screen shows. here: the row of the current paper.

    message: that of the last key, in place of the keys. is_warning: the message is shown
    as a warning. n_rows: rows of the whole list, so that nothing moves while it is narrowed.
    put_off: by row, until when a pick is put off.
    """

    head: Head
    rows: tuple[Row, ...]
    states: States
    here: int | None
    message: str = ""
    is_warning: bool = False
    n_rows: int = 0
    put_off: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoverPage:
    """A text that covers the list. top: the first line shown, from 0."""

    title: str
    lines: tuple[Line, ...]
    top: int = 0


def screen_lines(view: View, width: int, height: int) -> list[Line]:
    """Lay out the list and its paper: exactly `height` lines of at most `width` columns."""
    head = _screen_head(view.head, width, height)
    here = next((r.entry for r in view.rows if r.entry and r.entry.paper.row == view.here), None)
    foot = _foot_lines(view, width, height, is_queued=bool(here and here.queued))
    body = max(height - len(head) - len(foot), 0)
    has_rule = body >= 12
    n_list, n_paper = shares(view.n_rows or len(view.rows), body - has_rule)
    rows = _list_lines(view, width, n_list)
    rows += [()] * (n_list - len(rows))
    rule = [line("─" * width, "dim")] if has_rule else []
    paper = paper_block(here, width, n_paper) if here else []
    lines = [*head, *rows, *rule, *paper][: max(height - len(foot), 0)]
    lines += [()] * (height - len(foot) - len(lines))
    # On a screen of one or two lines the foot stays: it says how to leave.
    return [cut(spans, width) for spans in (*lines, *foot)][-height:]


def shares(n_rows: int, body: int) -> tuple[int, int]:
    """Divide `body` lines between the list and the current paper: (list, paper).

    It does not depend on the paper, so that nothing jumps while the person goes down the list.
    """
    if body <= 0:
        return 0, 0
    # The paper gets a third of a large screen and at least nine lines, but no more than five
    # eighths of a small one.
    least = min(body * 5 // 8, max(9, body // 3))
    n_list = max(min(n_rows, body - least), 1)
    return n_list, body - n_list


def page_lines(page: CoverPage, width: int, height: int) -> list[Line]:
    """Lay out a page over the whole screen."""
    # The other two lines are the title and the foot.
    n = max(height - 2, 0)
    top = min(page.top, last_top(page, height))
    shown = page.lines[top : top + n]
    title = spread([Span(f" {page.title}", "bar")], [], width, "bar")
    is_more = top + n < len(page.lines)
    foot = line(_(N_("esc back · ↓ space more") if is_more else N_("esc back")), "dim")
    blank: list[Line] = [()] * (n - len(shown))
    return [cut(spans, width) for spans in (title, *shown, *blank, foot)][:height]


def last_top(page: CoverPage, height: int) -> int:
    """Compute the largest `top` of a page: with it the page's end is on the screen."""
    return max(0, len(page.lines) - max(height - 2, 1))


def _screen_head(head: Head, width: int, height: int) -> list[Line]:
    values = {"n": head.n_decided, "of": head.n_all, "spent": head.spent, "to_go": head.to_go}
    written = {"written": head.written, "target": head.target}
    quota = _quota_text(head)
    if head.n_queued:
        values["of"] = head.n_queued
    whole, short, least = (
        (
            N_("{day} · {of} in the queue · {spent} min, about {to_go} to read"),
            N_("{of} in the queue · {spent} min, about {to_go} to read"),
            N_("{of} queued · {spent} min, {to_go} to read · {written}/{target} written"),
        )
        if head.n_queued
        else (
            N_("{day} · {n} of {of} decided · {spent} min"),
            N_("{n} of {of} decided · {spent} min"),
            N_("{n}/{of} · {spent} min · {written}/{target} written"),
        )
        if not head.to_go
        else (
            N_("{day} · {n} of {of} decided · {spent} min, about {to_go} left"),
            N_("{n} of {of} decided · {spent} min, about {to_go} left"),
            N_("{n}/{of} · {spent} min, {to_go} left · {written}/{target} written"),
        )
    )
    sides = [
        (_(whole, day=head.day, **values), quota),
        (_(short, **values), quota),
        (_(least, **written, **values), ""),
    ]
    # The longest form that fits. The 4 columns are the margins and the gap between the sides.
    left, right = next((s for s in sides if columns(s[0] + s[1]) + 4 <= width), sides[-1])
    lines = [spread([Span(f" {left}", "bar")], [Span(f"{right} ", "bar")], width, "bar")]
    if head.lacking:
        lines.append(line(f" {head.lacking}", "warn"))
    if head.more and height >= 14:
        lines.append(line(" " + " · ".join(head.more), "dim"))
    # The head takes a quarter of the screen at most.
    return lines[: max(1, height // 4)]


def _quota_text(head: Head) -> str:
    n, written = head.target - head.written, {"written": head.written, "target": head.target}
    if n <= 0:
        return _("{written} of {target} written", **written)
    if not head.has_to_read:
        return _("{written} of {target} written, nothing left to read", **written)
    return _("{written} of {target} written, {n} to go", n=n, **written)


def _foot_lines(view: View, width: int, height: int, *, is_queued: bool) -> list[Line]:
    if view.message:
        # A success takes one line, so that the paper stays where it is.
        most = 1 if height < 8 or not view.is_warning else 2 if height < 16 else 3
        style: Style = "warn" if view.is_warning else "bold"
        return [line(text, style) for text in fold(view.message, width, most)]
    several = [
        _(
            "p pick · s skip · x wrong topic · o open · w why · n note · u undo · / find · ? keys "
            "· q quit"
        ),
        _("p pick · s skip · o open · w why · n note · u undo · / find · ? keys · q quit"),
        _("p s o w n u · / find · ? keys · q quit"),
    ]
    if is_queued:
        several = [
            _("o open · n note · l later · s drop · w why · u undo · ? keys · q quit"),
            _("p s o w n u · / find · ? keys · q quit"),
        ]
    return [line(next((s for s in several if columns(s) <= width), several[-1]), "dim")]


def _list_lines(view: View, width: int, n: int) -> list[Line]:
    rows = view.rows
    at = next((i for i, r in enumerate(rows) if r.entry and r.entry.paper.row == view.here), 0)
    # The current paper stands in the middle, except near both ends of the list.
    top = min(max(at - n // 2, 0), max(len(rows) - n, 0))
    shown = list(rows[top : top + n])
    lane = next((i for i in range(at, -1, -1) if rows and rows[i].kind == "head"), None)
    if lane is not None and lane < top and n >= 4:
        # The head of the lane, with its count, stays in sight above a long lane.
        shown[0] = rows[lane]
    return [_row(row, view, width) for row in shown]


def _row(row: Row, view: View, width: int) -> Line:
    if row.entry is None:
        style: Style = "bold" if row.kind == "head" else "dim"
        indent = "" if row.kind == "head" else " " * TEXT_INDENT
        return cut([Span(indent + row.text, style)], width)
    paper = row.entry.paper
    state = view.states[paper.row]
    is_here = paper.row == view.here
    start = f"{'>' if is_here else ' '}{MARKS[state]} {row.number:>2} "
    start += f"{sureness_mark(row.entry)} " if row.entry.sureness else ""
    style = "here" if is_here else STATE_STYLES[state]
    queued = row.entry.queued
    # On a narrow screen the title needs the room.
    talk = _talk_text(row.entry) if row.is_near and width >= 60 else ""
    if row.entry.muted_by and width >= 60:
        talk = _("muted")
    if until := view.put_off.get(paper.row):
        talk = _("back on {day}", day=say_day(until, "short"))
    elif queued and width >= 60:
        time = N_("{n} min") if queued.is_whole else N_("abstract {n} min")
        pdf = _(N_("PDF") if queued.has_pdf else N_("no PDF"))
        talk = _("{time} · {pdf}", time=_(time, n=queued.minutes), pdf=pdf)
    day = [Span(f"{row.day} ", "here" if is_here else "dim")] if row.day else []
    title = cut(
        [Span(start, style), *day, Span(title_text(paper.record.title), style)],
        width - columns(talk) - 2 * bool(talk),
    )
    return spread(
        title, [Span(talk, "here" if is_here else "dim")], width, "here" if is_here else ""
    )


def _talk_text(entry: Entry) -> str:
    """Name the first person who talks about a paper, and count the others."""
    people = list(dict.fromkeys(plain(m.author) for m in heard(entry)))
    if not people:
        return ""
    # "@name@its.server": only the name is shown.
    name = shorten(re.sub(r"(?<=.)@[\w.-]+$", "", people[0]), 18)
    return name if len(people) == 1 else _("{name} +{n}", name=name, n=len(people) - 1)


def paper_block(entry: Entry, width: int, n: int) -> list[Line]:
    """Lay a paper out in `n` lines: title, authors, facts, abstract, posts, reason.

    The abstract gets the lines that the others leave.
    """
    # A low screen leaves out, in this order: further lines of authors (under 14 lines) and of
    # the reason (10), the posts (8), the second line of the title (7), the facts (6).
    width = min(width, PROSE)
    inner = max(width - len(INDENT), 1)
    paper = entry.paper.record
    title = fold(title_text(paper.title), width, 2 if n >= 7 else 1)
    who = authors_text(tuple(map(plain, paper.authors)))
    people = fold(who, inner, 1 if n < 14 else 3)
    facts = fold(" · ".join(_facts(entry)), inner, 1) if n >= 6 else []
    why = fold(_("Why: {why}", why=plain(str(entry.why))), inner, 1 if n < 10 else 3)
    if n >= 8 and (text := written_text(entry)):
        why += fold(text, inner, 1)
    n_left = n - len(title) - len(people) - len(facts) - len(why)
    n_talk = max(1, min(n_left - LEAST_ABSTRACT, max(4, n // 4)))
    talk = talk_lines(entry, inner, n_talk) if n >= 8 else []
    n_left -= len(talk)
    text = title_text(paper.abstract) or _("(no abstract)")
    abstract = fold(text, inner, max(n_left, 0)) if n_left > 0 else []
    lines: list[Line] = [line(text, "bold") for text in title]
    lines += [line(INDENT + text, "dim") for text in (*people, *facts)]
    lines += [line(INDENT + text) for text in abstract]
    lines += [line(INDENT + text, "dim") for text in talk]
    lines += [line(INDENT + text) for text in why]
    return lines[:n]


def _facts(entry: Entry) -> list[str]:
    paper = entry.paper.record
    topic, own = topic_text(entry), property_texts(entry.paper)
    if entry.queued:
        reading = [*own, *queue_reading(entry.queued)]
        return [plain(f) for f in (paper.id, *reading, *([topic] if topic else []))]
    time = _("{n} min", n=minutes(entry_seconds(entry)))
    marks = (text for text in (topic, muted_mark(entry)) if text)
    facts = (paper.id, *marks, *own, time, *families(entry.origins))
    return [plain(fact) for fact in facts]


def talk_lines(entry: Entry, width: int, most: int) -> list[str]:
    """Lay out the posts about a paper in at most `most` lines, those with words first.

    Each post has one line, and the first ones what the others leave. Posts that do not fit are
    counted at the end.
    """
    mentions = heard(entry)
    lines: list[str] = []
    for i, mention in enumerate(mentions[:most]):
        text = said_text(mention)
        more = len(mentions) - i - 1
        n_left = most - len(lines)
        if more and n_left == 1:
            ending = _(" (+{n}: enter)", n=more)
            return [*lines, fold(text, width - columns(ending), 1)[0] + ending]
        lines += fold(text, width, max(1, n_left - more))
    return lines


def as_lines(texts: Sequence[str], width: int, style: Style = "") -> list[Line]:
    """Break paragraphs into the lines of a page."""
    inner = max(min(width, PROSE) - 2 * len(INDENT), 1)
    return [line(INDENT + part, style) for text in texts for part in fold(text, inner)]


Which = Literal["help", "paper", "why", "morning", "topics", "mutes"]
TWO_COLUMNS = 72
"""Columns. On a narrower screen the help has one key a line."""
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
WITH_PAPER = ("paper", "why")


def page_for(
    which: Which, shown: Morning, entry: Entry | None, width: int, choices: Sequence[str] = ()
) -> CoverPage | None:
    """Make a page; None for a page about a paper where `entry` is None.

    choices: the topics for the page "topics", and for "mutes" what can be muted.
    """
    if which == "help":
        return help_page(width)
    if which == "morning":
        return morning_page(shown, width)
    if entry is None:
        return None
    if which in ("topics", "mutes"):
        return choice_page(entry, choices, width, of_topics=which == "topics")
    if which == "why":
        return why_page(entry, width, _lane_of(shown, entry))
    return paper_page(entry, width)


def _lane_of(shown: Morning, entry: Entry) -> ListLane:
    """Find the lane of a paper in the list."""
    listed, row = shown.folded or shown, entry.paper.row
    lanes: list[tuple[ListLane, tuple[Entry, ...]]] = [
        ("own", listed.own), ("doubtful", listed.doubtful), ("near", listed.near)
    ]  # fmt: skip
    return next((s for s, lane in lanes if any(e.paper.row == row for e in lane)), "wild")


def choice_page(entry: Entry, choices: Sequence[str], width: int, *, of_topics: bool) -> CoverPage:
    """Make the page that asks which topic a paper has, or what of it is to be muted."""
    texts = choice_texts(choices, of_topics=of_topics)
    lines = [
        *as_lines(texts, width),
        *as_lines([_("number or letter: choose · any other key: no change")], width, "dim"),
    ]
    title = as_lines([title_text(entry.paper.record.title)], width, "bold")
    question = N_("Wrong topic: which one is right?") if of_topics else MUTE_WHAT
    return CoverPage(_(question), (*lines, (), *title))


MUTE_WHAT = N_("Mute: what? (other words: reader mute WORDS)")


def choice_texts(choices: Sequence[str], *, of_topics: bool = True) -> list[str]:
    """Lay out the choices, each after its key; topics with one for none of them."""
    several = [f"{key}  {plain(text)}" for key, text in zip(CHOICES, choices, strict=False)]
    return [*several, f"{NONE}  " + _("none of my topics")] if of_topics else several


def chosen(key: str, paths: Sequence[str]) -> tuple[bool, str | None]:
    """Read a key: (whether it chooses, the topic or None for none of them)."""
    found = dict(zip(CHOICES, paths, strict=False))
    return key == NONE or key in found, found.get(key)


def help_page(width: int) -> CoverPage:
    """Make the page that explains every key."""
    parts = _("""p  pick: read it today        s  skip: not for me
space  later: next paper      u  undo the last action
l  put off for a week (in the queue): p brings it back, s drops it
x  wrong topic: choose one    n  write the note
m  mute: its words, people, category or source
o  open the PDF or its page   w  why: the sum behind its rank
t  tags: type them between commas, tab completes
enter  the whole abstract and all posts
up down j k  move             home end g  first, last
page up, page down  one screen up or down
/  find: type to narrow the list; enter keeps it, esc shows all
d  show or fold the papers that may be yours
S  skip the rest (tells you how many, and asks)
i  this morning: quota, sources, new versions, saved searches
q  quit: the PDFs of your picks are fetched in the background
ctrl-c  quit at once: the next gather fetches the PDFs
ctrl-z  to the shell, fg returns      ctrl-l  draw the screen again

+ picked   - skipped   * has your note
⣿ surely yours   ⣤ likely   ⣀ maybe
Each decision is saved before the next paper is shown. Papers without a
decision stay in the list, on every device.""").split("\n")
    if width < TWO_COLUMNS:
        # In the text a wide gap separates the two columns.
        parts = [key for part in parts for key in _GAP.split(part)]
    lines = [text for part in parts for text in as_lines([part], width)]
    return CoverPage(_("Keys"), tuple(lines))


def paper_page(entry: Entry, width: int) -> CoverPage:
    """Make the page of a paper: the whole abstract and all posts about it."""
    paper = entry.paper.record
    posts = [f"{said_text(m)} {plain(m.url)}".rstrip() for m in heard(entry)]
    facts = " · ".join(map(plain, (*paper.ids, *paper.categories)))
    lines: list[Line] = [
        *as_lines([title_text(paper.title)], width, "bold"),
        *as_lines([plain(", ".join(paper.authors)) or _("authors unknown"), facts], width, "dim"),
        (),
        *as_lines([title_text(paper.abstract) or _("(no abstract)")], width),
    ]
    if posts:
        lines += [(), *as_lines(posts, width)]
    lines += [(), *as_lines([_("Why: {why}", why=plain(str(entry.why)))], width)]
    if written := written_text(entry):
        lines += as_lines([written], width)
    if paper.comment:
        lines += as_lines([plain(paper.comment)], width, "dim")
    return CoverPage(_("The paper"), tuple(lines))


def why_page(entry: Entry, width: int, lane: ListLane) -> CoverPage:
    """Make the page that explains a paper's place: one sentence, and the whole sum."""
    reason = str(entry.why) if entry.queued else verdict(lane, entry.why)
    lines: list[Line] = [
        *as_lines([title_text(entry.paper.record.title)], width, "bold"),
        *as_lines([plain(reason)], width),
        (),
    ]
    if entry.terms:
        lines += [line(text) for text in sum_lines(entry.terms, min(width - 2, PROSE))]
    lines += [
        (),
        *as_lines(
            [
                _(
                    "What would change this rank: reader why {id} --all",
                    id=plain(entry.paper.record.id),
                )
            ],
            width,
            "dim",
        ),
    ]
    return CoverPage(_("Why it is here"), tuple(lines))


def morning_page(shown: Morning, width: int) -> CoverPage:
    """Make the page with the rest of the morning: quota, balance, new versions, sources."""
    inner = min(width - 2, 100)
    several = [*theme_lines(shown, inner), *report_lines(shown, inner)]
    if lacking := no_network_text(shown.sources):
        several += wrap(plain(lacking), inner, "    ", "  ! ")
    if (shown.folded or shown).muted:
        several += ["", *muted_lines(shown, inner)]
    texts = [click.unstyle(text) for text in several]
    return CoverPage(_("This morning"), tuple(line(f" {text}") for text in texts))
