"""Read a papis library: a folder for each paper, with info.yaml, its files and its note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from reader.base.errors import os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import as_utf8, plain, visible
from reader.gathering.imports.item import (
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    attached,
    collected,
    first_of,
    make_paper,
    names_in,
    or_untitled,
)

_MOST_BYTES = 16_000_000
_VENUE = ("journal", "booktitle", "school", "publisher")
_PUBLICATION = {"venue": _VENUE[:2], "volume": ("volume",), "number": ("number", "issue"),
                "pages": ("pages",), "publisher": ("publisher", "school")}  # fmt: skip


def read_papis(folder: Path) -> ImportedLibrary:
    """Read the papers in all folders below; the folders above each are its collection."""
    found: list[ImportedPaper | UnplacedItem] = []
    for file in sorted(folder.rglob("info.yaml")):
        place = as_utf8(str(file.relative_to(folder)))
        try:
            info = yaml.safe_load(_content(file))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            why = lazy_gettext("line {line} cannot be read ({why})", line=line, why=error.problem)
            found.append(UnplacedItem(place, why))
            continue
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
            why = lazy_gettext("it cannot be read ({why})", why=plain(str(error))[:100])
            found.append(UnplacedItem(place, why))
            continue
        except OSError as error:
            found.append(UnplacedItem(place, os_reason(error)))
            continue
        item = _item(info, place, file, folder) if isinstance(info, dict) else None
        found.append(or_untitled(item, place))
    return collected("papis", found)


def _content(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES).decode("utf-8-sig")


def _item(info: Mapping[str, Any], place: Text, file: Path, root: Path) -> ImportedPaper | None:
    paper = make_paper(
        _text(info, "title"),
        list(_people(info)),
        named=[_text(info, "url"), _text(info, "note")],
        doi=_text(info, "doi"),
        arxiv=_text(info, "eprint") or _text(info, "arxivid"),
        abstract=_text(info, "abstract"),
        published=_text(info, "date") or _text(info, "year"),
        venue=next((text for name in _VENUE if (text := _text(info, name))), ""),
        said=("papis", first_of({name: _text(info, name) for name in info}, _PUBLICATION)),
    )
    if paper is None:
        return None
    tags = info.get("tags")
    tags = tags if isinstance(tags, list) else re.split(r"[,;\s]+", _text(info, "tags"))
    files = info.get("files")
    above = file.parent.parent.relative_to(root).as_posix() if file.parent != root else "."
    return ImportedPaper(
        paper,
        place,
        collections=() if above == "." else (as_utf8(above),),
        tags=tuple(str(tag) for tag in tags if tag and isinstance(tag, str | int)),
        notes=tuple(_notes(info, file.parent)),
        attached=attached(
            [one for one in files if isinstance(one, str)] if isinstance(files, list) else [],
            file.parent,
        ),
    )


def _text(info: Mapping[str, Any], name: str) -> str:
    value = info.get(name)
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _people(info: Mapping[str, Any]) -> Iterator[str]:
    people = info.get("author_list")
    if isinstance(people, list) and people:
        for one in people:
            if isinstance(one, dict):
                yield f"{_text(one, 'given')} {_text(one, 'family')}".strip()
        return
    yield from names_in(_text(info, "author"))


def _notes(info: Mapping[str, Any], folder: Path) -> Iterator[ImportedNote]:
    """Read the note beside the paper, with the day of its file."""
    name = _text(info, "notes")
    file = folder / name
    # A name that leads out of the folder is no note of this paper.
    if not name or Path(name).name != name or not file.is_file():
        return
    try:
        text = visible(_content(file)).strip()
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except (OSError, UnicodeDecodeError):
        return
    if text:
        yield ImportedNote(text, at)
