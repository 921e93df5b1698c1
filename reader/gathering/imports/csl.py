"""Read CSL-JSON: Zotero's and Better BibTeX's list of items, or an object with such a list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain
from reader.base.words import is_cjk
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    collected,
    first_of,
    make_paper,
    or_untitled,
)

_NAMING = ("URL", "archive_location", "archive", "number", "note", "annote", "container-title")
_KEY = re.compile(r"""[^\s{}",#%~\\'()=]+""")
"""A key that BibTeX takes."""

_VENUE = ("container-title", "event-title", "publisher")
_PUBLICATION = {"venue": _VENUE[:2], "volume": ("volume",), "number": ("issue",),
                "pages": ("page",), "publisher": ("publisher",)}  # fmt: skip


def loaded(text: str, *, name: str) -> Any:
    """Parse some JSON; None where it is nested too deep. Raises UsageError for what is none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(
            what=lazy_gettext(
                "{file}, line {line}: the JSON breaks off or is damaged ({why}).",
                file=plain(name),
                line=error.lineno,
                why=error.msg,
            ),
            hint=lazy_gettext("Export the file again. Nothing was imported."),
        ) from None
    except RecursionError:
        return None


def is_csl(content: Any) -> bool:
    """Check whether some JSON is of CSL, whose items all have a type."""
    items = content.get("items") if isinstance(content, dict) else content
    return isinstance(items, list) and any(isinstance(i, dict) and "type" in i for i in items)


def read_csl(content: Any, *, name: str) -> ImportedLibrary:
    """Read the items that have a title or an id. Raises UsageError for what is no CSL-JSON."""
    if isinstance(content, dict):
        content = content.get("items")
    if not isinstance(content, list) or not any(isinstance(item, dict) for item in content):
        raise UsageError(
            what=lazy_gettext("{file} is JSON, but not CSL-JSON.", file=plain(name)),
            hint=lazy_gettext("Export the library as CSL-JSON, BibTeX, RIS or RDF."),
        )
    items: list[ImportedPaper | UnplacedItem] = []
    for number, thing in enumerate(content, 1):
        item = thing if isinstance(thing, dict) else {}
        key = _text(item, "citation-key") or _text(item, "id")
        place = lazy_gettext("{file}, item {n} {key}", file=name, n=number, key=key)
        items.append(or_untitled(_item(item, place), place))
    return collected("csl-json", items)


def _item(item: Mapping[str, Any], place: Text) -> ImportedPaper | None:
    paper = make_paper(
        html_to_text(_text(item, "title"))[0],
        list(_people(item)),
        named=[_text(item, name) for name in _NAMING],
        doi=_text(item, "DOI"),
        arxiv=_text(item, "number") or _text(item, "archive_location"),
        abstract=html_to_text(_text(item, "abstract"))[0],
        published=_issued(item),
        venue=next((text for name in _VENUE if (text := _text(item, name))), ""),
        said=("csl-json", first_of({name: _text(item, name) for name in item}, _PUBLICATION)),
    )
    if paper is None:
        return None
    tags = [tag.strip() for tag in re.split("[,;]", _text(item, "keyword")) if tag.strip()]
    note = _text(item, "annote")
    notes = (ImportedNote(note),) if plain(note) else ()
    key = _text(item, "citation-key")
    return ImportedPaper(
        paper,
        place,
        tags=tuple(dict.fromkeys(tags)),
        notes=notes,
        cited_as=key if _KEY.fullmatch(key) else "",
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int) else ""


def _people(item: Mapping[str, Any]) -> Iterator[str]:
    people = item.get("author")
    for one in people if isinstance(people, list) else []:
        if isinstance(one, dict):
            parts = ["given", "non-dropping-particle", "dropping-particle", "family", "suffix"]
            if is_cjk(_text(one, "family")):
                parts.reverse()
            name = " ".join(filter(None, (_text(one, part) for part in parts)))
            yield name or _text(one, "literal")


def _issued(item: Mapping[str, Any]) -> str:
    """Read the date of an item: `{"date-parts": [[2024, 3, 1]]}`, or a text in it."""
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return _text(item, "issued")
    try:
        return "-".join(str(part) for part in issued["date-parts"][0])
    except (KeyError, IndexError, TypeError):
        return _text(issued, "literal") or _text(issued, "raw")
