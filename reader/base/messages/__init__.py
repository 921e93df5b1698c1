"""Hold every text that the program shows, in one catalogue; a module for each subject.

English is complete, and `japanese/` has the same keys, loaded when they are first spoken;
errors have their English in `errors.py`, marked by `N_`. Which language is spoken is a
context variable, so that each request of a server, run in a thread, has its own. Knows no
terminal and no page.

`{n}` is a value; `{n:paper|papers}` counts: "1 paper", "2 papers". Japanese counts without
forms, by a word behind the number: `{n}件`.

A new subject stands here and in `japanese/`, a module and a line of `SUBJECTS` each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from string import Formatter
from typing import Literal

from reader.base.messages import (
    answers,
    commands,
    examples,
    failures,
    habit,
    models,
    notes,
    own_words,
    pages,
    papers,
    pdfs,
    queue,
    ranks,
    screen,
    settings,
    today,
    web,
    web_door,
    web_morning,
    web_offline,
    web_paper,
    web_words,
)

Language = Literal["en", "ja"]

SUBJECTS = (
    pdfs.TEXTS,
    answers.TEXTS,
    commands.TEXTS,
    examples.TEXTS,
    failures.TEXTS,
    habit.TEXTS,
    models.TEXTS,
    notes.TEXTS,
    pages.TEXTS,
    papers.TEXTS,
    queue.TEXTS,
    ranks.TEXTS,
    screen.TEXTS,
    settings.TEXTS,
    today.TEXTS,
    web.TEXTS,
    web_door.TEXTS,
    web_morning.TEXTS,
    web_offline.TEXTS,
    web_paper.TEXTS,
    web_words.TEXTS,
    own_words.TEXTS,
)
ENGLISH: dict[str, str] = {key: text for texts in SUBJECTS for key, text in texts.items()}


def N_(text: str) -> str:
    """Mark a text for translation where it is stored; it is translated where it is shown.

    The name is the one that gettext's tools look for.
    """
    return text


_spoken: ContextVar[Language] = ContextVar("language", default="en")


def spoken() -> Language:
    """Give the language that is spoken now, in this context."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Speak a language from now on, in this context: a command line does it once."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language within the block: a server does it for each request."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def catalogue(language: Language) -> Mapping[str, str]:
    """Give all texts of a language; Japanese is loaded when it is first asked for."""
    if language == "en":
        return ENGLISH
    from reader.base.messages.japanese import JAPANESE

    return JAPANESE


def say(key: str, /, **values: object) -> str:
    """Give a text of the spoken language with its values filled in.

    Raises KeyError for a text that is not there, in Japanese too: nothing falls back.
    """
    text = catalogue(_spoken.get())[key]
    return _COUNTING.vformat(text, (), values) if "|" in text else text.format_map(values)


WEEKDAYS = (
    "weekday.long.0",
    "weekday.long.1",
    "weekday.long.2",
    "weekday.long.3",
    "weekday.long.4",
    "weekday.long.5",
    "weekday.long.6",
)


def say_day(day: date, form: Literal["long", "short"] = "long") -> str:
    """Give a day with its weekday: "Thursday 2031-07-03", "Thu 07-03"; 7月3日(木)."""
    weekday = say(WEEKDAYS[day.weekday()])
    if form == "short":
        return say("day.short", day=day, weekday=weekday)
    return say("day.long", day=day, weekday=weekday)


class _Counting(Formatter):
    """Fill in what is counted in the number that it has."""

    def format_field(self, value: object, format_spec: str) -> str:
        one, is_counted, many = format_spec.partition("|")
        if not is_counted:
            return str(super().format_field(value, format_spec))
        return f"{value} {one if value == 1 else many}"


_COUNTING = _Counting()
