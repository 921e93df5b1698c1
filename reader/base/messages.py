"""Translate what the program shows; the English text in the code is the message id.

    _("Written {n} of {of}.", n=3, of=5)
    ngettext("{n} paper", "{n} papers", n)
    pgettext("button", "Read")         the same English, another meaning
    N_("nothing to undo")              marked here, translated later by `_`
    lazy_gettext("{n} left", n=3)      a Message: translated when it is shown, `str(message)`
    Joined((one, other), "; ")         messages in a row, joined when they are shown

Only `cli`, `web` and what they share (`texts`) translate; every other room returns messages, so
that an error or an outcome is told in the language of whoever reads it.

`locale/LANGUAGE/LC_MESSAGES/asayomi.po` holds each language; installing the program compiles it
into the .mo that is read here, when the language is first spoken. English needs no file. Which
language is spoken is a context variable, so that each request of a server has its own. Knows no
terminal and no page.
"""

from __future__ import annotations

import gettext as catalogues
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "ja"]

DOMAIN = "asayomi"
LOCALE = Path(__file__).parent.parent / "locale"

_spoken: ContextVar[Language] = ContextVar("language", default="en")


def spoken() -> Language:
    """Return the language that is spoken now, in this context."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Speak a language from now on, in this context: a command line does it once.

    Raises FileNotFoundError when its texts were not compiled.
    """
    _texts(language)
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak a language within the block: a server does it for each request."""
    _texts(language)
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def _texts(language: Language) -> catalogues.NullTranslations:
    if language == "en":
        return catalogues.NullTranslations()
    try:
        # Opened here: `gettext.translation` takes half as long again, for copies of its own.
        with (LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            return catalogues.GNUTranslations(file)
    except FileNotFoundError as error:
        # In English: it is the other language that cannot be spoken.
        error.strerror = f"no compiled texts for {language}; install asayomi again"
        raise


def _(text: str, /, **values: object) -> str:
    """Translate a text into the spoken language and fill in its values.

    A text without a translation stays English; a test holds that there is none.
    """
    if not text:  # gettext keeps the head of the .po under the empty text
        return ""
    return _texts(_spoken.get()).gettext(text).format_map(_printable(values))


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Translate a text that counts; n is the count, and the value `n` unless another is given.

    A count is written as `in_thousands` does; other values, such as years, as they are.
    """
    counted = values.get("n", n)
    shown = in_thousands(counted) if isinstance(counted, int) else counted
    return (
        _texts(_spoken.get()).ngettext(one, many, n).format_map(_printable({**values, "n": shown}))
    )


def in_thousands(n: int) -> str:
    """Write a count with its thousands apart, in both languages: 1,490."""
    return f"{n:,}"


def _printable(values: Mapping[str, object]) -> dict[str, object]:
    r"""Write the bytes of a path that are not UTF-8 as text, \udcff, since none can be printed."""
    return {
        name: str(value).encode("utf-8", "backslashreplace").decode()
        if isinstance(value, Path)
        else value
        for name, value in values.items()
    }


def pgettext(context: str, text: str, /, **values: object) -> str:
    """Translate a text whose English means several things; context: which one, for translators."""
    return _texts(_spoken.get()).pgettext(context, text).format_map(values)


@dataclass(frozen=True, slots=True)
class Message:
    """A text with its values, translated where it is shown: `str(message)`.

    text: English, the form for one where `many` is given; n: the count that chooses.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    many: str = ""
    n: int = 0

    def __str__(self) -> str:
        if self.many:
            return ngettext(self.text, self.many, self.n, **self.values)
        return _(self.text, **self.values)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several texts in a row, translated and joined where they are shown: `str(joined)`.

    by: what stands between them, itself translated (", " is 、 in Japanese).
    """

    parts: Sequence[Text]
    by: str = ", "

    def __str__(self) -> str:
        return _(self.by).join(str(part) for part in self.parts)


Text = str | Message | Joined
"""What an error or an outcome says: a text that is as it is, or one to be translated."""


def lazy_gettext(text: str, /, **values: object) -> Message:
    """Make a text that is translated later; its values may be messages too."""
    return Message(text, values)


def lazy_ngettext(one: str, many: str, n: int, /, **values: object) -> Message:
    """Make a text that counts and is translated later."""
    return Message(one, {"n": n, **values}, many, n)


def N_(text: str) -> str:
    """Mark a text that is translated where it is shown, and return it as it is."""
    return text


WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
"""The weekdays' names as `date.weekday` numbers them."""


MONTHS = (
    N_("January"),
    N_("February"),
    N_("March"),
    N_("April"),
    N_("May"),
    N_("June"),
    N_("July"),
    N_("August"),
    N_("September"),
    N_("October"),
    N_("November"),
    N_("December"),
)


def say_day(day: date, form: Literal["full", "long", "short", "column"] = "full") -> str:
    """Write a day in words; a date within a sentence, and one to type, is ISO: 2031-07-03.

    full: "Thursday, 3 July 2031", as a heading; long: without the year, where it is of about
    now; short: "Thu 3 Jul"; column: " 3 Jul", without the weekday. 2031年7月3日(木), 7月3日.
    """
    names = {"weekday": _(WEEKDAYS[day.weekday()]), "month": _(MONTHS[day.month - 1])}
    return _(_DAY_FORMS[form], n=day.day, year=day.year, **names)


_DAY_FORMS = {
    "full": N_("{weekday}, {n} {month} {year}"),
    "long": N_("{weekday}, {n} {month}"),
    "short": N_("{weekday:.3} {n} {month:.3}"),
    "column": N_("{n:>2} {month:.3}"),
}
