"""Tell what became of a note, when it comes back, and what a week and a year of notes hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reader.base.messages import MONTHS, N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import columns, plain, sentences, shorten, shorten_between_words
from reader.library.folder import Library
from reader.notes.export import progress
from reader.notes.folder import ExportOutcome
from reader.notes.links import NearNotes, lost_links, related
from reader.notes.own_words import Check
from reader.notes.recall import GRADE_NAMES, Due, GradeOutcome
from reader.notes.stretches import SourceText
from reader.notes.write import NoteOutcome

if TYPE_CHECKING:
    from reader.notes.week import Heatmap, Regret, Square
    from reader.search.encode import Encode


@dataclass(frozen=True, slots=True)
class NoteReport:
    """The report that a person gets on a note that was saved.

    unseen: what the check could not see, "" for nothing. message: the first sentence. check: what
    is near the paper's words, a paragraph each. lost: links that lead nowhere, in sentences.
    near: the nearest earlier notes.
    """

    message: str
    unseen: str = ""
    check: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    near: NearNotes = field(default_factory=lambda: NearNotes((), is_by_words=False))


def report_of(library: Library, noted: NoteOutcome, *, encode: Encode | None = None) -> NoteReport:
    """Report on a note that was saved."""
    title = title_text(noted.paper.record.title)
    if not noted.is_new:
        key = N_("No changes: {title}") if noted.number else N_("No note was written: {title}")
        return NoteReport(_(key, title=title))
    n_written, _unused, target = progress(library)
    if noted.is_written:
        key = N_("Written ({n} of {target} today): {title}")
    elif noted.was_written:
        key = N_("Saved; the paper stays written, by an earlier revision: {title}")
    elif noted.check is not None and noted.check.is_mostly_copied:
        key = N_("Saved, but does not count as written (mostly copied): {title}")
    else:
        key = N_("Skimmed (two sentences of your own count as written): {title}")
    lost = [
        _("[[{key}]] does not lead to a paper.", key=plain(key))
        + (_(" Did you mean [[{key}]]?", key=likest) if likest else "")
        for key, likest in lost_links(library, noted.text)
    ]
    return NoteReport(
        _(key, title=title, n=n_written, target=target),
        unseen_line(noted.check) if noted.check else "",
        tuple(check_lines(noted.check)) if noted.check else (),
        tuple(lost),
        related(library, noted.paper, noted.text, encode=encode),
    )


WIDTH = 100
"""Columns of a sentence or a run that are shown."""


def check_lines(check: Check, *, most: int = 5) -> list[str]:
    """Write the result of a check, safe to print; nothing where all words are the person's own.

    most: sentences that are shown; the others are counted.
    """
    found = sorted(check.found, key=lambda one: one.verdict != "copied")
    lines: list[str] = []
    if check.is_mostly_copied:
        lines.append(
            _(
                "Mostly copied ({n} %): this text does not count as written. Use your own "
                "words, or mark quotations with “…” or `>`.",
                n=round(100 * check.share),
            )
        )
    for one in found[:most]:
        is_copied = one.verdict == "copied"
        key = N_("copied, {where}: {sentence}") if is_copied else N_("close, {where}: {sentence}")
        if one.is_reworded:
            key = (
                N_("reworded, {where}: {sentence}")
                if is_copied
                else N_("close in meaning, {where}: {sentence}")
            )
        if one.is_translated:
            key = (
                N_("translated, {where}: {sentence}")
                if is_copied
                else N_("close in another language, {where}: {sentence}")
            )
        place = where(one.source) if one.source else ""
        lines.append(_(key, where=place, sentence=shorten(plain(one.text), WIDTH)))
        run = plain(one.run)
        # A stretch that is the whole sentence would stand there twice.
        if run and run != plain(one.text).rstrip(".。!?"):
            lines.append(_("    the same words: {run}", run=shorten(run, WIDTH)))
        if one.their:
            lines.append(_("    the paper: {sentence}", sentence=shorten(plain(one.their), WIDTH)))
    if len(found) > most:
        lines.append(
            ngettext("… and {n} more sentence", "… and {n} more sentences", len(found) - most)
        )
    return lines


def own_line(check: Check) -> str:
    """Say that nothing was found, and claim no more than was compared."""
    if not check.sentences:
        return _("There is nothing to compare: only quotations, headings or code.")
    if check.why_unseen:
        return _("No sentence has the same words as the paper.")
    return _("Your own words: no sentence is close to the paper's.")


def unseen_line(check: Check) -> str:
    """Say what a check could not see; "" where it saw everything."""
    if check.why_unseen == "model":
        return _(
            "Compared only by words, without the model: translations and copies in other words "
            "are not recognised."
        )
    if check.why_unseen == "paper":
        return _(
            "Compared only by words, because the paper has too few sentences: translations and "
            "copies in other words are not recognised."
        )
    if check.why_unseen == "note":
        return ngettext(
            "This note is long: {n} sentence was compared only by words.",
            "This note is long: {n} sentences were compared only by words.",
            check.n_unseen,
        )
    return ""


def where(source: SourceText) -> str:
    """Name where in the paper a text stands: "abstract", "p. 4"."""
    if source.where == "abstract":
        return _("abstract")
    if not source.page:
        return _(N_("highlight") if source.where == "highlight" else N_("PDF"))
    key = N_("highlight, p. {n}") if source.where == "highlight" else N_("p. {n}")
    return _(key, n=source.page)


def file_lines(done: ExportOutcome) -> list[str]:
    """Report on the Markdown file of one paper, in sentences; of failures the first."""
    lines = [
        plain(_(key, path=path))
        for key, paths in (
            (N_("your changes read: {path}"), done.read_in),
            (N_("both texts kept: {path}"), done.merged),
            (N_("emptied by hand; the note is kept: {path}"), done.emptied),
        )
        for path in paths
    ]
    return lines + [_("reader: {message}", message=plain(error.message)) for error in done.left[:1]]


def paused_text(due: Due) -> str:
    """Explain why nothing comes back, and that nothing is lost by it."""
    if due.deadline is None:
        return _("Today is a day off. Your notes wait, and come back a few a day afterwards.")
    return _(
        "Recall pauses until {name} ({on}). Your notes wait, and come back a few a day afterwards.",
        name=plain(due.deadline.name),
        on=due.deadline.on,
    )


def graded_text(library: Library, graded: GradeOutcome, *, has_title: bool) -> str:
    """Describe when a note comes back."""
    n = (graded.due_on - library.today()).days
    message = ngettext(
        "{grade}: comes back on {on}, in {n} day.",
        "{grade}: comes back on {on}, in {n} days.",
        n,
        grade=_(GRADE_NAMES[graded.grade]),
        on=graded.due_on,
    )
    return sentences([message, title_text(graded.paper.record.title)]) if has_title else message


def regret_text(regret: Regret) -> str:
    """Explain why a skipped paper may deserve another look."""
    facts = {"id": regret.paper.record.id, "day": regret.skipped_on}
    if regret.near is None:
        return ngettext(
            "{id} · skipped {day}; {n} person mentioned it since",
            "{id} · skipped {day}; {n} people mentioned it since",
            regret.n_people,
            **facts,
        )
    return _(
        "{id} · skipped {day}; similar to your pick “{title}”",
        title=shorten_between_words(title_text(regret.near.record.title), 60),
        **facts,
    )


SIZE, GAP, LEFT, TOP, RIGHT, BOTTOM = 12, 3, 34, 26, 12, 30
"""Lengths in the picture, in pixels: a square, the gap between two, and the margins."""

COLOURS = ("#ecedf0", "#b7e0c0", "#6cbf84", "#2f9a58", "#156b3b")
FROZEN = "#d5dbe8"
INK = "#4a4f57"

_WEEKDAYS = (
    N_("Mo"),
    N_("Tu"),
    N_("We"),
    N_("Th"),
    N_("Fr"),
    N_("Sa"),
    N_("Su"),
)


def month_marks(map_: Heatmap) -> Iterator[tuple[int, str]]:
    """Find where each month's name stands: the week with its first Monday, where it has room."""
    taken = 0
    for n, week in enumerate(map_.weeks):
        monday = week[0]
        name = _(MONTHS[monday.day.month - 1])[:3] if monday and monday.day.day <= 7 else ""
        if name and n >= taken:
            yield n, name
            taken = n + columns(name)


def rows(map_: Heatmap) -> Iterator[tuple[str, tuple[Square | None, ...]]]:
    """List the weekdays' names, each with its squares from week to week."""
    for n in range(7):
        yield _(_WEEKDAYS[n]), tuple(week[n] for week in map_.weeks)


def months_line(map_: Heatmap) -> str:
    """Write the months' names over the weeks, those that have room."""
    months = ""
    for n, name in month_marks(map_):
        if n + columns(name) <= len(map_.weeks):
            months += " " * (n - columns(months)) + name
    return months


def svg(map_: Heatmap) -> str:
    """Draw the map as SVG; a square shows its day and number when somebody points at it.

    Only shapes, fills and one font: what every renderer of SVG knows, PyMuPDF's too.
    """
    width = LEFT + len(map_.weeks) * (SIZE + GAP) + RIGHT
    height = TOP + 7 * (SIZE + GAP) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="10" fill="{INK}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    parts += [_text(LEFT + n * (SIZE + GAP), TOP - 8, name) for n, name in month_marks(map_)]
    # Every second weekday's name: they would touch.
    for n, (name, squares) in enumerate(rows(map_)):
        y = TOP + n * (SIZE + GAP)
        if n % 2 == 0:
            parts.append(_text(8, y + SIZE - 2, name))
        for week, square in enumerate(squares):
            parts += [_square(LEFT + week * (SIZE + GAP), y, square)] if square else []
    # The legend ends at the right: 28 px for "less", five squares, 30 px for "more".
    y, x = height - BOTTOM + 9, width - RIGHT - 5 * (SIZE + GAP) - 30
    parts.append(_text(x - 28, y + SIZE - 2, _("less")))
    parts += [_rect(x + n * (SIZE + GAP), y, colour) for n, colour in enumerate(COLOURS)]
    parts.append(_text(x + 5 * (SIZE + GAP) + 3, y + SIZE - 2, _("more")))
    parts.append(_rect(LEFT, y, FROZEN) + _dash(LEFT, y))
    parts.append(_text(LEFT + SIZE + 6, y + SIZE - 2, _("day off, or near a deadline")))
    return "\n".join([*parts, "</svg>", ""])


def _square(x: int, y: int, square: Square) -> str:
    name = ngettext(
        "{day}: {n} paper written up", "{day}: {n} papers written up", square.n, day=square.day
    )
    title = f"<title>{name}</title>"
    if square.is_frozen and not square.n:
        return f"<g>{title}{_rect(x, y, FROZEN)}{_dash(x, y)}</g>"
    return f"<g>{title}{_rect(x, y, COLOURS[square.level])}</g>"


def _rect(x: int, y: int, colour: str) -> str:
    size = f'width="{SIZE}" height="{SIZE}" rx="2"'
    return f'<rect x="{x}" y="{y}" {size} fill="{colour}"/>'


def _dash(x: int, y: int) -> str:
    """Draw the dash of a frozen day, which needs no colour to be seen."""
    path = f"M{x + 3} {y + SIZE / 2} L{x + SIZE - 3} {y + SIZE / 2}"
    return f'<path d="{path}" stroke="#8b97b0" stroke-width="1"/>'


def _text(x: int, y: float, words: str) -> str:
    return f'<text x="{x}" y="{y}">{words}</text>'
