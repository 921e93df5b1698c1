"""Name a paper's fields and who says what in them, and say how it is filed and sorted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reader.base.errors import ReaderError
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, sentences, shorten
from reader.library.file_names import Suggestion, folder_name
from reader.library.identity import differing
from reader.library.paper import FieldValue, LibraryPaper, Priority


def suggestion_text(suggestion: Suggestion) -> str:
    """Describe the reasons for a folder."""
    reasons = []
    if suggestion.like:
        n = len(suggestion.like) - 1
        key = suggestion.like[0]
        reasons.append(
            _("like {key} and {n} more, filed there", key=key, n=n)
            if n
            else _("like {key}, filed there", key=key)
        )
    if suggestion.authors:
        names, n = _(", ").join(suggestion.authors[:3]), suggestion.n_by_authors
        reasons.append(
            ngettext("{n} paper there by {names}", "{n} papers there by {names}", n, names=names)
        )
    if suggestion.words:
        reasons.append(_("words: {words}", words=_(", ").join(suggestion.words[:5])))
    if suggestion.category:
        reasons.append(_("{name}, like most papers filed there", name=suggestion.category))
    return _("; ").join(reasons)


def filed_text(n: int, topic: str, problems: Iterable[ReaderError]) -> str:
    """Say how many papers were filed under a topic, and what did not succeed."""
    message = ngettext(
        "Filed {n} paper under {topic}.",
        "Filed {n} papers under {topic}.",
        n,
        topic=folder_name(topic),
    )
    return plain(sentences([message, *(problem.message for problem in problems)]))


_PRIORITIES: dict[Priority, str] = {
    "high": N_("high priority"),
    "normal": "",
    "low": N_("low priority"),
}


MOST_TAGS = 5
"""Tags of a paper named in a list; imports bring dozens."""


def property_texts(paper: LibraryPaper, most: int = MOST_TAGS) -> list[str]:
    """Describe a paper's priority, rating and tags, as far as it has any; of tags at most some."""
    priority = _PRIORITIES[paper.priority]
    facts = [_(priority) if priority else ""]
    facts += [_("rated {n} of 5", n=paper.rating) if paper.rating else ""]
    tags = [f"#{tag}" for tag in paper.tags]
    return [*filter(None, facts), *tags[:most], *(["…"] if len(tags) > most else [])]


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


def field_texts(field_values: Mapping[str, Sequence[FieldValue]]) -> Iterator[str]:
    """Write each field of a paper, but title, authors and abstract only where another value holds
    than the one that they came with."""
    for values in field_values.values():
        if values[0].source != "as it came":
            yield field_text(values)


def field_text(values: Sequence[FieldValue]) -> str:
    """Write a field with the source of its value, and what other sources say instead."""
    name = _(FIELD_NAMES[values[0].field])
    text = _("{field}: {value}", field=name, value=value_text(values[0]))
    others = _(", ").join(map(value_text, differing(values)))
    return _("{text}; others: {others}", text=text, others=others) if others else text
