"""Say how far long work is as lines of JSON, for a program that shows it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reader.cli import output
from reader.cli.build import Silent
from reader.errors import ReaderError
from reader.plain import plain
from reader.stages.tools import Problem

OFTEN_S = 0.2
"""A step with many items says no more than five lines a second."""


@dataclass
class Lines(Silent):
    """Prints `{step, done, total}` for each step as it goes on."""

    monotonic: Callable[[], float] = time.monotonic
    _last: tuple[str, float] = field(default=("", 0.0))

    def __call__(self, label: str, done: int, total: int) -> None:
        before, at = self._last
        now = self.monotonic()
        if label == before and done < total and now - at < OFTEN_S:
            return
        self._last = (label, now)
        output.put_json({"step": label, "done": done, "total": total})


def put_end(n_new: int, problems: Sequence[Problem], error: ReaderError | None = None) -> None:
    """Print the last line: what came, what could not be done, and what stopped the rest."""
    output.put_json(
        {
            "n_new": n_new,
            "problems": [
                {"stage": one.stage, "subject": plain(one.subject), **_said(one.error)}
                for one in problems
            ],
            "error": _said(error) if error else None,
        }
    )


def _said(error: ReaderError) -> dict[str, str]:
    return {"message": plain(error.message), "hint": plain(error.hint)}
