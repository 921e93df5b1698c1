"""Compute arXiv's calendar, and read the usual names of days: `yesterday`, `mon`, `03-04`.

arXiv's calendar is when a submission is announced, and what a day's listing contains.

Source: "Availability of submissions", info.arxiv.org/help/availability.html. Deadlines
are 14:00 and announcements 20:00 Eastern time. A listing has the date of the day after its
announcement:

    listed    announced    submitted (Eastern time, from 14:00 up to 14:00)
    Monday    Sunday       Thursday - Friday
    Tuesday   Monday       Friday - Monday
    Wednesday Tuesday      Monday - Tuesday
    Thursday  Wednesday    Tuesday - Wednesday
    Friday    Thursday     Wednesday - Thursday

arXiv's holidays move a batch to the next announcement. They are not published far ahead, so they
are not here: a day without a batch is found by asking for it.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext, lazy_ngettext
from reader.base.text import plain, shorten
from reader.library.config import WEEKDAYS

EASTERN = ZoneInfo("America/New_York")
DEADLINE = time(14)
ANNOUNCEMENT = time(20)

_MONDAY, _SUNDAY = 0, 6


def is_listing_day(day: date) -> bool:
    """Check whether arXiv lists papers under this date: Monday to Friday."""
    return day.weekday() < 5


def window(day: date) -> tuple[datetime, datetime]:
    """Compute the UTC times [start, end) between which a listing's papers were submitted.

    Raises ValueError for a Saturday or Sunday.
    """
    if not is_listing_day(day):
        raise ValueError(f"{day} is a {day:%A}: arXiv lists nothing under it")
    # Monday's list closes on Friday, Tuesday's opens then: see the table above.
    end = day - timedelta(days=3 if day.weekday() == _MONDAY else 1)
    start = end - timedelta(days=3 if end.weekday() == _MONDAY else 1)
    return _deadline(start), _deadline(end)


def listing_day(submitted_at: datetime) -> date:
    """Compute the listing day on which arXiv announces a submission of a moment."""
    local = submitted_at.astimezone(EASTERN)
    day = local.date() + timedelta(days=local.time() >= DEADLINE)
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)
    # `day` is now the deadline's weekday; its batch is mailed that night, listed the day
    # after. Friday's deadline is mailed on Sunday, listed on Monday.
    return day + timedelta(days=3 if day.weekday() == 4 else 1)


def announced_at(day: date) -> datetime:
    """Compute the UTC moment at which a listing comes out: the evening before."""
    return datetime.combine(day - timedelta(days=1), ANNOUNCEMENT, EASTERN).astimezone(UTC)


def latest_listing(now: datetime) -> date:
    """Compute the newest listing day that is out at a moment."""
    day = now.astimezone(EASTERN).date() + timedelta(days=1)
    # From tomorrow backwards: a listing comes out on the evening before its date.
    while not is_listing_day(day) or announced_at(day) > now:
        day -= timedelta(days=1)
    return day


def latest_feed(now: datetime) -> date:
    """Compute the listing day that the announcement feed should have at a moment.

    The feed is made at midnight Eastern time, hours after the announcement, and is there an
    hour later; on Saturday and Sunday it is empty.
    """
    return latest_listing(datetime.combine(_feed_date(now), time(), EASTERN))


def feed_has_papers(now: datetime) -> bool:
    """Check whether the announcement feed should have papers at a moment, as on weekdays."""
    # In the hour in which Saturday's or Monday's feed is made, it may be the old or the new one.
    return is_listing_day(_feed_date(now)) and is_listing_day(now.astimezone(EASTERN).date())


def _feed_date(now: datetime) -> date:
    return (now.astimezone(EASTERN) - timedelta(hours=1)).date()


def listings_since(last: date, now: datetime) -> list[date]:
    """List the listing days after `last` that are out by now, oldest first."""
    newest = latest_listing(now)
    n_days = (newest - last).days
    days = (last + timedelta(days=i) for i in range(1, n_days + 1))
    return [day for day in days if is_listing_day(day)]


def _deadline(day: date) -> datetime:
    return datetime.combine(day, DEADLINE, EASTERN).astimezone(UTC)


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
