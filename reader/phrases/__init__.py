"""Hold every text that the program shows, in one catalogue; a module for each subject.

English is complete. Another language is another dict with the same keys; errors have
theirs in `errors.py`, where a class's docstring is its message. Knows no terminal and
no page.

`{n}` is a value; `{n:paper|papers}` counts: "1 paper", "2 papers".
"""

from __future__ import annotations

from string import Formatter

from reader.phrases import (
    adding,
    commands,
    habit,
    notes,
    pages,
    papers,
    ranking,
    screen,
    today,
    writing,
)

SUBJECTS = (
    adding.TEXTS,
    commands.TEXTS,
    habit.TEXTS,
    notes.TEXTS,
    pages.TEXTS,
    papers.TEXTS,
    ranking.TEXTS,
    screen.TEXTS,
    today.TEXTS,
    writing.TEXTS,
)
ENGLISH: dict[str, str] = {key: text for texts in SUBJECTS for key, text in texts.items()}


def say(key: str, /, **values: object) -> str:
    """Give a text with its values filled in. Raises KeyError for a text that is not there."""
    text = ENGLISH[key]
    return _COUNTING.vformat(text, (), values) if "|" in text else text.format_map(values)


class _Counting(Formatter):
    """Fill in what is counted in the number that it has."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, is_counted, many = format_spec.partition("|")
        if not is_counted:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if value == 1 else many}"


_COUNTING = _Counting()
