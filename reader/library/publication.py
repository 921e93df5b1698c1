"""Clean what registries and imports say of where a paper was published."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reader.base.text import plain
from reader.library.identity import title_fold
from reader.library.ids import parse_id
from reader.library.paper import FieldValue, Publication

MEETING = re.compile(
    r"\b(?:proc(?:eedings|\.)|conference|workshop|symposium|meeting|(?:19|20)\d\d)\b", re.IGNORECASE
)
"""A word by which a venue is known as proceedings and no journal."""

UNPUBLISHED = re.compile(
    r"(?:submitted|under review|bioRxiv|medRxiv|arXiv|CoRR)\b|.*\b(?:withdrawn|rejected)\b",
    re.IGNORECASE,
)
"""The venue of a paper that was published nowhere yet."""

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_DOI = re.compile(r"10\.\d+/\S+")
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212]+\s*")
_LONGEST = 1_000
"""Letters of a field."""


def publication_of(source: str, **said: str) -> Publication | None:
    """Clean what a source says; None where it names no publication, or a preprint server alone.

    said: fields of a Publication, as the source writes them.
    """
    texts = {name: cleaned(name, value) for name, value in said.items()}
    venue, publisher = texts.get("venue", ""), texts.get("publisher", "")
    is_out = not UNPUBLISHED.match(venue or publisher)
    has_place = any(text for name, text in texts.items() if name not in ("year", "doi"))
    return Publication(source, **texts) if is_out and has_place else None


def cleaned(field: str, value: str) -> str:
    """Write the value of a field as it is stored; "" for what cannot be one."""
    text = plain(value)
    if field == "year":
        found = _YEAR.search(text)
        return found[0] if found else ""
    if field == "doi":
        named = _DOI.search(text.lower())
        # A DOI of arXiv's is the preprint's.
        return named[0] if named and not named[0].startswith("10.48550/") else ""
    if field in ("volume", "number") and parse_id(text.removeprefix("abs/")):
        return ""  # the number of a preprint
    if field == "pages":
        text = _DASH.sub("-", re.sub(r"^pp?\.\s*", "", text))
    return text[:_LONGEST]


def named_meeting(venue: str, year: str) -> str:
    """Name the proceedings of a meeting: "Interspeech" in 2023 is "Interspeech 2023"."""
    return f"{venue} {year}" if venue and year and not MEETING.search(venue) else venue


def differing(values: Sequence[FieldValue]) -> list[FieldValue]:
    """List the values of a field that say something else than the first one, each once.

    Case, accents, blanks and punctuation make no difference.
    """
    different = {title_fold(one.value) or one.value: one for one in reversed(values)}
    return [one for one in values[1:] if one in different.values()]
