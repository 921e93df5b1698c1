"""Say what stands on a card of recall: its front, its words behind it, when it comes back."""

from __future__ import annotations

from dataclasses import dataclass

from reader.library.folder import Library
from reader.library.recall import Due, Graded
from reader.library.writing import newest_note
from reader.note.gist import question
from reader.paper import Held
from reader.phrases import say
from reader.plain import plain
from reader.store.reviews import Waiting


@dataclass(frozen=True, slots=True)
class Card:
    """A note that comes back. seen: when it was last, in words. question: what to remember
    before the note is shown; safe to print."""

    held: Held
    waiting: Waiting
    seen: str
    question: str
    note: str


def card_of(library: Library, held: Held, waiting: Waiting) -> Card:
    """Put a card together."""
    since = (library.today() - (waiting.last_on or waiting.written_on)).days
    note = newest_note(library, held)
    text = note.text if note else ""
    key = "recall.seen" if waiting.last_on else "recall.wrote"
    seen = say(key, n=since) if since else say(f"{key}_today")
    return Card(held, waiting, seen, plain(question(text)), text)


def paused_text(due: Due) -> str:
    """Say why nothing comes back, and that nothing is lost by it."""
    if due.deadline is None:
        return say("recall.day_off")
    return say("recall.deadline", name=plain(due.deadline.name), on=due.deadline.on)


def graded_text(library: Library, graded: Graded, *, has_title: bool) -> str:
    """Say when a note comes back."""
    n = (graded.due_on - library.today()).days
    said = say("recall.graded", grade=say(f"recall.{graded.grade}"), on=graded.due_on, n=n)
    return f"{said} {plain(graded.held.paper.title)}" if has_title else said
