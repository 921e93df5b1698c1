"""Count days back, and read the usual names of days: `yesterday`, `mon`, `03-04`."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain, shorten
from reader.library.config import WEEKDAYS


def days_back(day: date, n: int) -> date:
    """Compute the day that is n days earlier, or `date.min` where that would be before it."""
    return day - min(timedelta(days=n), day - date.min)


_BACK = {"today": 0, "yesterday": 1, "今日": 0, "昨日": 1}
_JAPANESE = "月火水木金土日"
_NUMBERS = re.compile(r"(?:(?P<year>[0-9]{4})-)?(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")


def day_named(text: str, today: date) -> date:
    """Read the name of a day: a date, a date without its year, a weekday, or yesterday.

    A weekday or a date without its year is the last such day, today included.
    Raises UsageError for what is no day, or one that is still to come.
    """
    # NFKC, since Japanese keyboards type full-width digits and hyphens.
    name = unicodedata.normalize("NFKC", plain(text)).lower()
    if name in _BACK:
        return today - timedelta(days=_BACK[name])
    for weekday, (english, japanese) in enumerate(zip(WEEKDAYS, _JAPANESE, strict=True)):
        if name in (english, english[:3], japanese, f"{japanese}曜", f"{japanese}曜日"):
            return today - timedelta(days=(today.weekday() - weekday) % 7)
    numbers = _NUMBERS.fullmatch(name)
    if numbers is None or numbers["year"] == "0000":  # date begins with the year 1
        raise _refused(lazy_gettext("“{text}” is not a day.", text=shorten(name, 40)))
    month, number = int(numbers["month"]), int(numbers["day"])
    if not 1 <= month <= 12:
        raise _refused(lazy_gettext("There is no day {text}: a year has 12 months.", text=name))
    # 29 February may be eight years back: 1896 and 1904, with 1900 between them.
    years = [int(numbers["year"])] if numbers["year"] else range(today.year, today.year - 9, -1)
    most = max(monthrange(year, month)[1] for year in years)
    if not 1 <= number <= most:
        if numbers["year"]:
            raise _refused(
                lazy_ngettext(
                    "There is no day {text}: this month has {n} day.",
                    "There is no day {text}: this month has {n} days.",
                    most,
                    text=name,
                )
            )
        raise _refused(
            lazy_ngettext(
                "There is no day {text}: this month has at most {n} day.",
                "There is no day {text}: this month has at most {n} days.",
                most,
                text=name,
            )
        )
    days = [date(year, month, number) for year in years if number <= monthrange(year, month)[1]]
    found = next((day for day in days if day <= today), None)
    if found is None:
        raise _refused(lazy_gettext("{text} is in the future.", text=days[0]))
    return found


def _refused(what: Text) -> UsageError:
    return UsageError(
        what=what, hint=lazy_gettext("A day is today, yesterday, mon to sun, 03-04 or 2031-03-04.")
    )
