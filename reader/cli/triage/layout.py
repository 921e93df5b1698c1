"""Lay out the list, and the pages that cover it, as lines of a screen of any size.

Above the progress, then the list, then all of the paper at which the person is, at the bottom
the keys or what was said last. No line is wider than the screen, and there are never more lines
than it has. Widths are display columns: Japanese takes two a character and is broken as it is
printed, no closing bracket at the beginning of a line, no opening one at its end.

Pure functions: values and a size in, lines out. A line is made of spans, each in one style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import click

from reader.base.messages import say
from reader.base.text import columns, plain, shorten
from reader.cli.screen import (
    MARKS,
    authors_text,
    heard,
    report_lines,
    said_text,
    sum_lines,
    theme_lines,
    wrap,
)
from reader.cli.terminal import CHOICES, NONE
from reader.cli.triage.entries import TEXT_INDENT, Row
from reader.library.paper import State
from reader.library.passage import minutes
from reader.morning.texts import (
    States,
    entry_seconds,
    families,
    no_network_text,
    queue_reading,
    sureness_mark,
    topic_text,
    verdict,
)
from reader.morning.values import Entry, Morning
from reader.ranking.rank import ListLane

Style = Literal["", "bold", "dim", "here", "bar", "warn", "good", "bad"]

COLOURED: Mapping[Style, str] = {
    "": "", "bold": "\x1b[1m", "dim": "\x1b[2m", "here": "\x1b[1;7m", "bar": "\x1b[7m",
    "warn": "\x1b[1;31m", "good": "\x1b[32m", "bad": "\x1b[2m",
}  # fmt: skip
"""Escape sequences of a style (ECMA-48, SGR); what a terminal does not know it leaves out."""
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
    """Return a line's text alone."""
    return "".join(span.text for span in spans)


def painted(spans: Line, styles: Mapping[Style, str]) -> str:
    """Return a line with the escape sequences of its styles."""
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
    # The last line is filled up from the next one before it is cut, so that no room is wasted.
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
        while wide > width:  # a word longer than a line is cut; one character stands in any line
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


# Kinsoku: what closes begins no line, what opens ends none (JIS X 4051, W3C "Requirements for
# Japanese Text Layout"). A Latin word is one piece, of Japanese each character is.
_OPENING = "（［｛「『【〈《〔“‘"
_CLOSING = "、。，．・：；？！）］｝」』】〉》〕”’…ーゝゞ々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
_LATIN = "!-~À-ɏ"
_PIECE = re.compile(
    rf"[{_OPENING}]*[{_LATIN}]+[{_CLOSING}]*[,.;:]*\s*"
    rf"|\s*[{_OPENING}]*[^\s{_LATIN}][{_CLOSING}]*\s*|\s+"
)


LOOKS: dict[State, Style] = {"candidate": "", "pick": "good", "skip": "dim", "read": "good"}
PROSE = 100
"""Columns of running text at most: longer lines are hard to read."""
INDENT = "  "
LEAST_ABSTRACT = 3
"""Lines of the abstract that what people say leaves."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the list. spent, to_go: minutes; more: what else there is today.

    n_queued: on a day without papers to decide those of the queue, and then `to_go` is for those
    of them that are to be read today.

    lacking: what is missing from the list, empty for nothing. has_to_read: some paper waits
    for a decision or for its note.
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
    """All that is on the screen. here: the paper (row) at which the person is.

    said: what the last key did, in place of the keys; is_warning: it needs an eye. n_rows:
    rows of the whole list, so that nothing moves while it is narrowed. put_off: until when
    picks are put off.
    """

    head: Head
    rows: tuple[Row, ...]
    states: States
    here: int | None
    said: str = ""
    is_warning: bool = False
    n_rows: int = 0
    put_off: Mapping[int, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoverPage:
    """A text that covers the list for a while; `top` is its first line that is shown."""

    title: str
    lines: tuple[Line, ...]
    top: int = 0


def screen_lines(view: View, width: int, height: int) -> list[Line]:
    """Lay out the list and its paper: exactly `height` lines of at most `width` columns."""
    head = _screen_head(view.head, width, height)
    here = next((r.entry for r in view.rows if r.entry and r.entry.held.row == view.here), None)
    foot = _foot(view, width, height, is_queued=bool(here and here.queued))
    body = max(height - len(head) - len(foot), 0)
    has_rule = body >= 12
    n_list, n_paper = shares(view.n_rows or len(view.rows), body - has_rule)
    rows = _list(view, width, n_list)
    rows += [()] * (n_list - len(rows))
    rule = [line("─" * width, "dim")] if has_rule else []
    paper = paper_block(here, width, n_paper) if here else []
    lines = [*head, *rows, *rule, *paper][: max(height - len(foot), 0)]
    lines += [()] * (height - len(foot) - len(lines))
    # On a screen of a line or two the foot stays, which says how to leave.
    return [cut(spans, width) for spans in (*lines, *foot)][-height:]


def shares(n_rows: int, body: int) -> tuple[int, int]:
    """Part the lines of the body between the list and its paper.

    It depends on no single paper, so that nothing jumps while a person goes down the list.
    """
    if body <= 0:
        return 0, 0
    # The paper has a third of a large screen and at least nine lines, but of a small screen no
    # more than five eighths.
    least = min(body * 5 // 8, max(9, body // 3))
    n_list = max(min(n_rows, body - least), 1)
    return n_list, body - n_list


def page_lines(page: CoverPage, width: int, height: int) -> list[Line]:
    """Lay out a page over the whole screen."""
    n = max(height - 2, 0)
    top = min(page.top, last_top(page, height))
    shown = page.lines[top : top + n]
    title = spread([Span(f" {page.title}", "bar")], [], width, "bar")
    is_more = top + n < len(page.lines)
    foot = line(say("screen.page.more" if is_more else "screen.page.keys"), "dim")
    blank: list[Line] = [()] * (n - len(shown))
    return [cut(spans, width) for spans in (title, *shown, *blank, foot)][:height]


def last_top(page: CoverPage, height: int) -> int:
    """Return the first line with which a page's end is on the screen."""
    return max(0, len(page.lines) - max(height - 2, 1))


def _screen_head(head: Head, width: int, height: int) -> list[Line]:
    values = {"n": head.n_decided, "of": head.n_all, "spent": head.spent, "to_go": head.to_go}
    written = {"written": head.written, "target": head.target}
    left_to_write = max(head.target - head.written, 0)
    if left_to_write and not head.has_to_read:
        quota = say("screen.quota.nothing", **written)
    elif left_to_write:
        quota = say("screen.quota", n=left_to_write, **written)
    else:
        quota = say("screen.quota.done", **written)
    if head.n_queued:
        values["of"] = head.n_queued
    key = "screen.head.queue" if head.n_queued else "screen.head"
    sides = [
        (say(key, day=head.day, **values), quota),
        (say(f"{key}.short", **values), quota),
        (say(f"{key}.least", **written, **values), ""),
    ]
    # The longest form that fits; 4 columns are the margins and the gap between the sides.
    left, right = next((s for s in sides if columns(s[0] + s[1]) + 4 <= width), sides[-1])
    lines = [spread([Span(f" {left}", "bar")], [Span(f"{right} ", "bar")], width, "bar")]
    if head.lacking:
        lines.append(line(f" {head.lacking}", "warn"))
    if head.more and height >= 14:
        lines.append(line(" " + " · ".join(head.more), "dim"))
    return lines[: max(1, height // 4)]


def _foot(view: View, width: int, height: int, *, is_queued: bool) -> list[Line]:
    if view.said:
        # What went well is said in one line, so that the paper stays where it is.
        most = 1 if height < 8 or not view.is_warning else 2 if height < 16 else 3
        style: Style = "warn" if view.is_warning else "bold"
        return [line(text, style) for text in fold(view.said, width, most)]
    sizes = (".queue", ".short") if is_queued else (".wide", "", ".short")
    several = [say(f"screen.keys{size}") for size in sizes]
    return [line(next((s for s in several if columns(s) <= width), several[-1]), "dim")]


def _list(view: View, width: int, n: int) -> list[Line]:
    rows = view.rows
    at = next((i for i, r in enumerate(rows) if r.entry and r.entry.held.row == view.here), 0)
    # The paper at which the person is stands in the middle, but at both ends of the list.
    top = min(max(at - n // 2, 0), max(len(rows) - n, 0))
    shown = list(rows[top : top + n])
    lane = next((i for i in range(at, -1, -1) if rows and rows[i].kind == "head"), None)
    if lane is not None and lane < top and n >= 4:
        # The lane's count stays in sight however far down its papers go.
        shown[0] = rows[lane]
    return [_row(row, view, width) for row in shown]


def _row(row: Row, view: View, width: int) -> Line:
    if row.entry is None:
        style: Style = "bold" if row.kind == "head" else "dim"
        indent = "" if row.kind == "head" else " " * TEXT_INDENT
        return cut([Span(indent + row.text, style)], width)
    held = row.entry.held
    state = view.states[held.row]
    is_here = held.row == view.here
    start = f"{'>' if is_here else ' '}{MARKS[state]} {row.number:>2} "
    start += f"{sureness_mark(row.entry)} " if row.entry.sureness else ""
    style = "here" if is_here else LOOKS[state]
    queued = row.entry.queued
    talk = _talk(row.entry) if row.is_near and width >= 60 else ""
    if until := view.put_off.get(held.row):
        talk = say("queue.until", day=f"{until:%m-%d}")
    elif queued and width >= 60:
        time = "queue.minutes" if queued.is_whole else "queue.minutes.abstract"
        pdf = say("queue.short.pdf" if queued.has_pdf else "queue.short.no_pdf")
        talk = say("screen.queued", time=say(time, n=queued.minutes), pdf=pdf)
    day = [Span(f"{row.day} ", "here" if is_here else "dim")] if row.day else []
    title = cut(
        [Span(start, style), *day, Span(plain(held.paper.title), style)],
        width - columns(talk) - 2 * bool(talk),
    )
    return spread(
        title, [Span(talk, "here" if is_here else "dim")], width, "here" if is_here else ""
    )


def _talk(entry: Entry) -> str:
    """Name who talks about a paper: the first, and how many more."""
    people = list(dict.fromkeys(plain(m.author) for m in heard(entry)))
    if not people:
        return ""
    # Of "@name@its.server" the server is no name.
    name = shorten(re.sub(r"(?<=.)@[\w.-]+$", "", people[0]), 18)
    return name if len(people) == 1 else say("screen.talk", name=name, n=len(people) - 1)


def paper_block(entry: Entry, width: int, n: int) -> list[Line]:
    """Lay a paper out in `n` lines: title, people, abstract, talk, why; the abstract gives way."""
    width = min(width, PROSE)
    inner = max(width - len(INDENT), 1)
    paper = entry.held.paper
    title = fold(plain(paper.title), width, 2 if n >= 7 else 1)
    who = authors_text(tuple(map(plain, paper.authors)))
    people = fold(who, inner, 1 if n < 14 else 3)
    facts = fold(" · ".join(_facts(entry)), inner, 1) if n >= 6 else []
    why = fold(say("screen.why", why=plain(entry.why)), inner, 1 if n < 10 else 3)
    n_left = n - len(title) - len(people) - len(facts) - len(why)
    n_talk = max(1, min(n_left - LEAST_ABSTRACT, max(4, n // 4)))
    talk = talk_lines(entry, inner, n_talk) if n >= 8 else []
    n_left -= len(talk)
    text = plain(paper.abstract) or say("screen.no_abstract")
    abstract = fold(text, inner, max(n_left, 0)) if n_left > 0 else []
    lines: list[Line] = [line(text, "bold") for text in title]
    lines += [line(INDENT + text, "dim") for text in (*people, *facts)]
    lines += [line(INDENT + text) for text in abstract]
    lines += [line(INDENT + text, "dim") for text in talk]
    lines += [line(INDENT + text) for text in why]
    return lines[:n]


def _facts(entry: Entry) -> list[str]:
    paper = entry.held.paper
    topic = topic_text(entry)
    if entry.queued:
        reading = queue_reading(entry.queued)
        return [plain(f) for f in (paper.id, *reading, *([topic] if topic else []))]
    time = say("screen.minutes", n=minutes(entry_seconds(entry)))
    facts = (paper.id, *([topic] if topic else []), time, *families(entry.origins))
    return [plain(fact) for fact in facts]


def talk_lines(entry: Entry, width: int, most: int) -> list[str]:
    """Lay out what people say of a paper, those with words first, in so many lines at most.

    Each has one line, and who comes first as many more as the others leave; who has none is
    counted.
    """
    said = heard(entry)
    lines: list[str] = []
    for i, mention in enumerate(said[:most]):
        text = said_text(mention)
        more = len(said) - i - 1
        n_left = most - len(lines)
        if more and n_left == 1:
            ending = say("screen.more_talk", n=more)
            return [*lines, fold(text, width - columns(ending), 1)[0] + ending]
        lines += fold(text, width, max(1, n_left - more))
    return lines


def as_lines(texts: Sequence[str], width: int, style: Style = "") -> list[Line]:
    """Fold paragraphs into the lines of a page."""
    inner = max(min(width, PROSE) - 2 * len(INDENT), 1)
    return [line(INDENT + part, style) for text in texts for part in fold(text, inner)]


Which = Literal["help", "paper", "why", "morning", "topics"]
TWO_COLUMNS = 72
"""Columns under which the help has one key a line."""
_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
WITH_PAPER = ("paper", "why")


def page_for(
    which: Which, shown: Morning, entry: Entry | None, width: int, choices: Sequence[str] = ()
) -> CoverPage | None:
    """Make one of the pages; None for one about a paper where there is none.

    choices: the topics to choose from, for the page that asks.
    """
    if which == "help":
        return help_page(width)
    if which == "morning":
        return morning_page(shown, width)
    if entry is None:
        return None
    if which == "topics":
        return topics_page(entry, choices, width)
    if which == "why":
        return why_page(entry, width, _lane(shown, entry))
    return paper_page(entry, width)


def _lane(shown: Morning, entry: Entry) -> ListLane:
    """Find the lane of the list in which a paper stands."""
    listed, row = shown.folded or shown, entry.held.row
    lanes: list[tuple[ListLane, tuple[Entry, ...]]] = [
        ("own", listed.own), ("doubtful", listed.doubtful), ("near", listed.near)
    ]  # fmt: skip
    return next((s for s, lane in lanes if any(e.held.row == row for e in lane)), "wild")


def topics_page(entry: Entry, paths: Sequence[str], width: int) -> CoverPage:
    """Ask of which topic a paper is, by one key; `paths`: those that it may be of."""
    texts = choice_texts(paths)
    lines = [*as_lines(texts, width), *as_lines([say("wrong.keys")], width, "dim")]
    title = as_lines([plain(entry.held.paper.title)], width, "bold")
    return CoverPage(say("wrong.ask"), (*lines, (), *title))


def choice_texts(paths: Sequence[str]) -> list[str]:
    """Name what can be chosen, each after its key."""
    several = zip(CHOICES, paths, strict=False)
    none = f"{NONE}  {say('wrong.none_of_mine')}"
    return [*(f"{key}  {plain(path)}" for key, path in several), none]


def chosen(key: str, paths: Sequence[str]) -> tuple[bool, str | None]:
    """Read whether a key chooses, and which topic; None: none of them."""
    found = dict(zip(CHOICES, paths, strict=False))
    return key == NONE or key in found, found.get(key)


def help_page(width: int) -> CoverPage:
    """Name every key."""
    parts = say("screen.help").split("\n")
    if width < TWO_COLUMNS:
        parts = [key for part in parts for key in _GAP.split(part)]
    lines = [text for part in parts for text in as_lines([part], width)]
    return CoverPage(say("screen.help.title"), tuple(lines))


def paper_page(entry: Entry, width: int) -> CoverPage:
    """Show all that is known of a paper before one reads it: the whole abstract, all talk."""
    paper = entry.held.paper
    said = [f"{said_text(m)} {plain(m.url)}".rstrip() for m in heard(entry)]
    facts = " · ".join(map(plain, (*paper.ids, *paper.categories)))
    lines: list[Line] = [
        *as_lines([plain(paper.title)], width, "bold"),
        *as_lines([plain(", ".join(paper.authors)) or say("authors.none"), facts], width, "dim"),
        (),
        *as_lines([plain(paper.abstract) or say("screen.no_abstract")], width),
    ]
    if said:
        lines += [(), *as_lines(said, width)]
    lines += [(), *as_lines([say("screen.why", why=plain(entry.why))], width)]
    if paper.comment:
        lines += as_lines([plain(paper.comment)], width, "dim")
    return CoverPage(say("screen.paper.title"), tuple(lines))


def why_page(entry: Entry, width: int, lane: ListLane) -> CoverPage:
    """Show where a paper stands in one sentence, and the whole sum behind it."""
    said = entry.why if entry.queued else verdict(lane, entry.why)
    lines: list[Line] = [
        *as_lines([plain(entry.held.paper.title)], width, "bold"),
        *as_lines([plain(said)], width),
        (),
    ]
    if entry.terms:
        lines += [line(text) for text in sum_lines(entry.terms, min(width - 2, PROSE))]
    lines += [(), *as_lines([say("screen.why.more", id=plain(entry.held.paper.id))], width, "dim")]
    return CoverPage(say("screen.why.title"), tuple(lines))


def morning_page(shown: Morning, width: int) -> CoverPage:
    """Show what else the morning has: quota, balance, new versions, sources."""
    inner = min(width - 2, 100)
    several = [*theme_lines(shown, inner), *report_lines(shown, inner)]
    if lacking := no_network_text(shown.sources):
        several += wrap(plain(lacking), inner, "    ", "  ! ")
    texts = [click.unstyle(text) for text in several]
    return CoverPage(say("screen.morning.title"), tuple(line(f" {text}") for text in texts))
