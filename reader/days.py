"""Reckon with days."""

from __future__ import annotations

from datetime import date, timedelta


def days_back(day: date, n: int) -> date:
    """Go some days back, not beyond the first day that there is."""
    return day - min(timedelta(days=n), day - date.min)
