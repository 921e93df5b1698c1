"""Say why a folder is suggested for a paper, and by what else it is sorted."""

from __future__ import annotations

from collections.abc import Iterable

from reader.base.errors import ReaderError
from reader.base.messages import N_, _, ngettext
from reader.base.text import plain, sentences
from reader.library.file_names import Suggestion, folder_name
from reader.library.paper import LibraryPaper
from reader.library.properties import Priority


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
    said = ngettext(
        "Filed {n} paper under {topic}.",
        "Filed {n} papers under {topic}.",
        n,
        topic=folder_name(topic),
    )
    return plain(sentences([said, *(problem.message for problem in problems)]))


_PRIORITIES: dict[Priority, str] = {
    "high": N_("high priority"),
    "normal": "",
    "low": N_("low priority"),
}


MOST_TAGS = 5
"""Tags of a paper named in a list; imports bring dozens."""


def property_texts(held: LibraryPaper, most: int = MOST_TAGS) -> list[str]:
    """Describe a paper's priority, rating and tags, as far as it has any; of tags at most some."""
    priority = _PRIORITIES[held.priority]
    facts = [_(priority) if priority else ""]
    facts += [_("rated {n} of 5", n=held.rating) if held.rating else ""]
    tags = [f"#{tag}" for tag in held.tags]
    return [*filter(None, facts), *tags[:most], *(["…"] if len(tags) > most else [])]
