"""Read values of the command line: whole numbers within bounds, times of day.

Their help and their errors say what fits, where click's own types show their format.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import click

from reader.base.messages import say


class WholeNumber(click.ParamType):  # type: ignore[type-arg]
    """A whole number from `low` to `high`."""

    name = "n"

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> int:
        """Read a number."""
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or not self.low <= number <= self.high:
            self.fail(say("value.range", text=value, low=self.low, high=self.high), param, context)
        return number


class TimeOfDay(click.ParamType):  # type: ignore[type-arg]
    """Hours and minutes."""

    name = "hh:mm"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> time:
        """Read a time."""
        try:
            return datetime.strptime(value, "%H:%M").time()  # noqa: DTZ007  of no day
        except ValueError:
            self.fail(say("value.time", text=value), param, context)
