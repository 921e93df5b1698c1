"""Lay out cards of recall and what is said of them, as lines and as JSON."""

from __future__ import annotations

from typing import Any

import click

from reader.cli import output, screen
from reader.library.cards import card_of, paused_text
from reader.library.folder import Library
from reader.library.recall import Due
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store.reviews import Waiting


def card_lines(library: Library, held: Held, waiting: Waiting, *, number: int) -> list[str]:
    """Lay out the front of a card: title, who, when it was seen, the question."""
    width = screen.width_of_terminal()
    card = card_of(library, held, waiting)
    facts = [screen.authors_text(held.paper.authors), card.seen]
    lines = ["", *screen.wrap(plain(held.paper.title), width, "    ", f"{number:>2}  ")]
    lines = [line and click.style(line, bold=True) for line in lines]
    lines += [
        click.style(line, dim=True) for line in screen.wrap(plain(" · ".join(facts)), width, "    ")
    ]
    lines += screen.wrap(card.question, width, "    ", "    ? ")
    return lines


def head_lines(due: Due, *, is_named: bool, n: int) -> list[str]:
    """Say what is to come, or why nothing is; n: how many papers were named."""
    if is_named:
        return [click.style(say("recall.head_named", n=n), bold=True)]
    if due.is_paused:
        return screen.wrap(paused_text(due), screen.width_of_terminal())
    if not due.n:
        return [say("recall.nothing", n=due.n_done)]
    return [click.style(say("recall.head", due=due.n_due, new=due.n_new), bold=True)]


def due_json(library: Library, due: Due, cards: list[tuple[Held, Waiting]]) -> dict[str, Any]:
    """Give what comes back today as one object."""
    return {
        "date": library.today(),
        "is_paused": due.is_paused,
        "deadline": due.deadline and {"name": plain(due.deadline.name), "on": due.deadline.on},
        "n_due": due.n_due,
        "n_new": due.n_new,
        "n_done": due.n_done,
        "cards": [_card_json(library, held, waiting) for held, waiting in cards],
    }


def _card_json(library: Library, held: Held, waiting: Waiting) -> dict[str, Any]:
    card = card_of(library, held, waiting)
    return output.paper_json(held) | {
        "question": card.question,
        "note": card.note,
        "written_on": waiting.written_on,
        "recalled_on": waiting.last_on,
        "due_on": waiting.due_on,
    }
