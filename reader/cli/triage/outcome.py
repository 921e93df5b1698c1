"""Say what a person decided in one go through a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """picked: rows of the papers picked and not taken back, to be fetched now."""

    picked: Sequence[int]
    n_skipped: int
    n_left: int
