"""Arrange a morning: which papers stand in which lane, in which order, and why.

    values   what a morning is made of
    lanes    a day's papers → its lanes
    reasons  the terms of a score → one plain sentence
    told     a person's word on a topic, which stands above what its model says
    measure  how fast citations come, how many days were missed
    past     what stood on the screen when something was decided

Pure functions on values that others fetched.
"""

from reader.today.lanes import Lanes, lanes
from reader.today.measure import MUCH_CITED, listing_days, months_between, velocity
from reader.today.reasons import why
from reader.today.values import (
    Candidate,
    Entry,
    Fetching,
    Folded,
    Kept,
    Morning,
    NewVersion,
    PaperTitle,
    PdfsHere,
    Queued,
    Quota,
    Rank,
    Saved,
    Seed,
    Shelf,
    SourceLine,
)

__all__ = [
    "MUCH_CITED", "Candidate", "Entry", "Fetching", "Folded", "Kept", "Lanes", "Morning",
    "NewVersion", "PaperTitle", "PdfsHere", "Queued", "Quota", "Rank", "Saved", "Seed", "Shelf",
    "SourceLine", "lanes", "listing_days", "months_between", "velocity", "why",
]  # fmt: skip
