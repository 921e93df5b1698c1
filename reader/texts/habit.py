"""Write the sentences of recall and of the week, and draw the map of days as text and as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reader.base.messages import MONTHS, N_, _, ngettext
from reader.base.tex import title_text
from reader.base.text import columns, plain, sentences, shorten
from reader.library.folder import Library
from reader.notes.recall import GRADE_NAMES, Due, GradeOutcome

if TYPE_CHECKING:
    from reader.notes.week import Heatmap, Regret, Square


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
    said = ngettext(
        "{grade}: comes back on {on}, in {n} day.",
        "{grade}: comes back on {on}, in {n} days.",
        n,
        grade=_(GRADE_NAMES[graded.grade]),
        on=graded.due_on,
    )
    return sentences([said, title_text(graded.held.paper.title)]) if has_title else said


def regret_text(regret: Regret) -> str:
    """Explain why a skipped paper may deserve another look."""
    facts = {"id": regret.held.paper.id, "day": regret.skipped_on}
    if regret.near is None:
        return ngettext(
            "{id} · skipped {day}; {n} person mentioned it since",
            "{id} · skipped {day}; {n} people mentioned it since",
            regret.n_people,
            **facts,
        )
    return _(
        "{id} · skipped {day}; similar to your pick “{title}”",
        title=shorten(title_text(regret.near.paper.title), 60),
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
