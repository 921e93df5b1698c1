"""Name the fields of papers and who says what in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reader.base.messages import N_, _
from reader.base.text import plain, shorten
from reader.library.paper import FieldValue
from reader.library.publication import differing

FIELD_NAMES = {
    "title": N_("title"),
    "authors": N_("authors"),
    "abstract": N_("abstract"),
    "venue": N_("venue"),
    "volume": N_("volume"),
    "number": N_("number"),
    "pages": N_("pages"),
    "publisher": N_("publisher"),
    "year": N_("year"),
    "doi": N_("DOI"),
}

_SOURCES = {
    "by hand": N_("by hand"),
    "as it came": N_("as it came"),
    "acl": "ACL Anthology",
    "doi": N_("DOI registry"),
    "dblp": "DBLP",
    "openreview": "OpenReview",
    "openalex": "OpenAlex",
    "semantic-scholar": "Semantic Scholar",
}
_LONGEST = 200


def field_source_name(source: str) -> str:
    """Name who says something of a paper; every other source is the form of an import."""
    return _(_SOURCES[source]) if source in _SOURCES else _("import ({form})", form=source)


def value_text(one: FieldValue) -> str:
    """Write a value with its source."""
    value = shorten(plain(one.value.replace("\n", "; ")), _LONGEST)
    return _("{value} ({source})", value=value, source=field_source_name(one.source))


def field_texts(said: Mapping[str, Sequence[FieldValue]]) -> Iterator[str]:
    """Write each field of a paper, but title, authors and abstract only where another value holds
    than the one that they came with."""
    for values in said.values():
        if values[0].source != "as it came":
            yield field_text(values)


def field_text(values: Sequence[FieldValue]) -> str:
    """Write a field with the source of its value, and what other sources say instead."""
    name = _(FIELD_NAMES[values[0].field])
    text = _("{field}: {value}", field=name, value=value_text(values[0]))
    others = _(", ").join(map(value_text, differing(values)))
    return _("{text}; others: {others}", text=text, others=others) if others else text
