"""Read folders of notes: of Markdown, as Obsidian's vaults, and of papis.

In a vault each file is a note, with its paper if it says which. The front matter says it, a
citation key with a .bib beside it, or the one id in the text. Any other note waits for a paper of
its title. Nothing outside the folder is read, wherever a link of a note or of the system leads.

papis has a folder for each paper, with info.yaml, its files and its note.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from reader.base.errors import os_reason
from reader.base.front_matter import FRONT, values, yaml_of
from reader.base.messages import Text, in_thousands, lazy_gettext
from reader.base.text import as_utf8, plain, visible
from reader.gathering.imports.bibliography import read_bibtex
from reader.gathering.imports.item import (
    AttachedFiles,
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    KeptAttachment,
    LooseNote,
    UnplacedItem,
    attached,
    collected,
    first_of,
    make_paper,
    moment_of,
    names_in,
    or_untitled,
)
from reader.library.identity import printed_name
from reader.library.ids import find_ids
from reader.library.paper import Paper

_MOST_BYTES = 16_000_000
_MOST_YAML = 100_000
_MOST_TEXTS = 1_000
"""Texts under one key; a few lines of YAML can name a billion."""
_NAMING = ("arxiv", "arxiv_id", "arxivid", "arxiv-id", "eprint", "url", "urls", "link", "links",
           "source", "id", "paper", "pdf", "also_known")  # fmt: skip
_AUTHORS = ("authors", "author")
_PUBLISHED = ("published", "year")
_VENUE = ("venue", "journal", "conference", "booktitle", "publication")
_CITED = ("citekey", "citationkey", "citation-key", "citation_key")
_WRITTEN = ("updated", "modified", "last_modified", "date modified", "created", "date", "read")

_LINK = re.compile(
    r"!\[\[(?P<wiki>[^\[\]|\n]{1,400})[^\[\]\n]{0,400}\]\]"
    r"|!?\[(?P<words>[^\[\]\n]{0,400})\]\(<?(?P<path>[^()<>\n]{1,1000}?)>?(?: \"[^\"\n]*\")?\)"
)
_HEADING = re.compile(r"^#\s+(\S.*?)\s*#*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Vault:
    """A folder of notes. root: it, without links of the system; by_name: its files by their names
    in small letters, as a `[[name]]` finds them; cited: the entries of its .bib files by key."""

    root: Path
    by_name: Mapping[str, Path]
    cited: Mapping[str, ImportedPaper]


def read_vault(folder: Path, only: Path | None = None) -> ImportedLibrary:
    """Read the notes of a folder and of those below it, except hidden ones; only: that one."""
    root = folder.resolve()
    files = [root / only.name] if only else sorted(_files(root))
    found: list[ImportedPaper | UnplacedItem | LooseNote] = []
    cited: dict[str, ImportedPaper] = {}
    for file in files:
        if file.suffix.lower() == ".bib" and isinstance(text := _text(file, root), str):
            read = read_bibtex(text, name=file.name, folder=file.parent)
            cited |= {item.cited_as: item for item in read.items}
    vault = _Vault(root, {file.name.casefold(): file for file in reversed(files)}, cited)
    for file in files:
        if file.suffix.lower() in (".md", ".markdown"):
            place = as_utf8(str(file.relative_to(root)))
            text = _text(file, root)
            found.append(_note(vault, file, place, text) if isinstance(text, str) else
                         UnplacedItem(place, text))  # fmt: skip
    return collected("markdown", found)


def _files(root: Path) -> Iterable[Path]:
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _text(file: Path, root: Path) -> str | Text:
    """Read a file, or say why not."""
    if not file.resolve().is_relative_to(root):
        return lazy_gettext("its path leads out of the folder")
    try:
        with file.open("rb") as opened:
            content = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        return os_reason(error)
    if len(content) > _MOST_BYTES:
        return lazy_gettext("it has more than {n} B", n=in_thousands(_MOST_BYTES))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return lazy_gettext("line {line} is not UTF-8: save the file as UTF-8", line=line)


def _note(
    vault: _Vault, file: Path, place: Text, text: str
) -> ImportedPaper | UnplacedItem | LooseNote:
    text = text.replace("\r\n", "\n")
    front = _front(yaml_of(text))
    body = visible(text[match.end() :] if (match := FRONT.match(text)) else text).strip()
    if not plain(body):
        return UnplacedItem(place, lazy_gettext("it has no words"))
    heading = _HEADING.search(body)
    title = _first(front, ("title",)) or (heading[1] if heading else file.stem)
    tags = [tag for one in front.get("tags", ()) for tag in re.split(r"[,\s]+", one.strip("#"))]
    tags = list(dict.fromkeys(filter(None, tags)))
    parent = file.parent.relative_to(vault.root).as_posix()
    parent = "" if parent == "." else as_utf8(parent)
    paper = _paper(vault, file, front, title, body)
    words, shown = _shown(vault, file, body, keeps_pdfs=paper is None)
    note = ImportedNote(words, _at(front, file), tuple(shown.kept))
    if paper is None:
        why = lazy_gettext("a file that it shows lies outside of the folder")
        return LooseNote(
            place,
            title,
            note.text,
            notebook=parent,
            tags=tuple(tags),
            at=note.at,
            files=note.files,
            problems=(why,) * bool(shown.outside),
        )
    return ImportedPaper(
        paper,
        place,
        collections=(parent,) if parent else (),
        tags=tuple(tags),
        notes=(note,),
        attached=AttachedFiles(tuple(shown.pdfs), tuple(shown.outside)),
        name=file.stem,
    )


def _paper(
    vault: _Vault, file: Path, front: Mapping[str, tuple[str, ...]], title: str, body: str
) -> Paper | None:
    """Make the paper that a note names; None where only its title may name one."""
    key = _first(front, _CITED) or file.stem
    if entry := vault.cited.get(key.removeprefix("@")):
        return entry.paper
    authors = [name for key in _AUTHORS for name in front.get(key, ())]
    paper = make_paper(
        title,
        authors,
        named=[text for key in _NAMING for text in front.get(key, ())],
        doi=_first(front, ("doi",)),
        arxiv=_first(front, _NAMING[:5]),
        published=_first(front, _PUBLISHED),
        venue=_first(front, _VENUE),
    )
    if paper and (authors or not paper.id.startswith("pdf:")):
        return paper
    # Without its title: a note is often called otherwise than the paper that it is about.
    ids = dict.fromkeys(one.id for one in find_ids(body))
    return make_paper("", (), named=ids) if len(ids) == 1 else None


def _front(text: str) -> dict[str, tuple[str, ...]]:
    """Read the texts under each key, in small letters, of a front matter.

    People write `title: Whisper: a model`, which is no YAML; then each line is read by itself.
    """
    try:
        found = yaml.load(text[:_MOST_YAML], yaml.BaseLoader)  # noqa: S506  it makes texts, lists and dicts
    except (yaml.YAMLError, RecursionError):
        found = values(text)
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        key.casefold(): tuple(islice(_texts(value), _MOST_TEXTS))
        for key, value in pairs
        if isinstance(key, str)
    }


def _texts(value: object) -> Iterator[str]:
    """Find the texts in a value; of one with keys of its own, that of its name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(value.get("name", ""))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


def _first(front: Mapping[str, tuple[str, ...]], keys: Iterable[str]) -> str:
    return next((text for key in keys for text in front.get(key, ()) if text.strip()), "")


def _at(front: Mapping[str, tuple[str, ...]], file: Path) -> datetime:
    """Read when a note was written last: as it says, else the time of its file."""
    for written in (text for key in _WRITTEN for text in front.get(key, ())):
        if at := moment_of(written):
            return at
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


@dataclass(slots=True)
class _ShownFiles:
    """The files of a note. kept: those that its text names; pdfs: of its paper."""

    kept: list[KeptAttachment] = field(default_factory=list)
    pdfs: list[Path] = field(default_factory=list)
    outside: list[Path] = field(default_factory=list)


def _shown(vault: _Vault, file: Path, body: str, *, keeps_pdfs: bool) -> tuple[str, _ShownFiles]:
    """Find the files that a note shows, inside the vault alone, and name them in its text as they
    are kept. A link to another note of the vault becomes a `[[name|words]]`."""
    shown = _ShownFiles()

    def replaced(match: re.Match[str]) -> str:
        is_shown = match[0].startswith("!")
        path = unquote((match["wiki"] or match["path"]).partition("#")[0]).strip()
        name, ending = Path(path).name, Path(path).suffix.lower()
        if ending == ".md" and not is_shown and name.casefold() in vault.by_name:
            return f"[[{Path(path).stem}|{match['words']}]]"
        if "://" in path or not (is_shown or ending == ".pdf") or ending in ("", ".md"):
            return match[0]
        there = file.parent / path
        there = there if there.exists() else vault.by_name.get(name.casefold(), there)
        if not there.resolve().is_relative_to(vault.root):
            shown.outside.append(there)
        elif ending == ".pdf" and not keeps_pdfs:
            shown.pdfs.append(there)
        elif there.is_file():
            with there.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            kept = KeptAttachment(there, name, sha256)
            shown.kept.append(kept)
            words = re.sub(r"[\[\]]", "", match["words"] or name)
            return f"{'!' * (ending != '.pdf')}[{words}]({kept.kept})"
        return match[0]

    text = _LINK.sub(replaced, body)
    for paths in (shown.pdfs, shown.outside):
        paths[:] = dict.fromkeys(paths)
    return text, shown


_PAPIS_VENUE = ("journal", "booktitle", "school", "publisher")
_PAPIS_PUBLICATION = {
    "venue": _PAPIS_VENUE[:2], "volume": ("volume",), "number": ("number", "issue"),
    "pages": ("pages",), "publisher": ("publisher", "school"),
}  # fmt: skip


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
        item = _papis_item(info, place, file, folder) if isinstance(info, dict) else None
        found.append(or_untitled(item, place))
    return collected("papis", found)


def _content(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES).decode("utf-8-sig")


def _papis_item(
    info: Mapping[str, Any], place: Text, file: Path, root: Path
) -> ImportedPaper | None:
    paper = make_paper(
        _value(info, "title"),
        list(_papis_people(info)),
        named=[_value(info, "url"), _value(info, "note")],
        doi=_value(info, "doi"),
        arxiv=_value(info, "eprint") or _value(info, "arxivid"),
        abstract=_value(info, "abstract"),
        published=_value(info, "date") or _value(info, "year"),
        venue=next((text for name in _PAPIS_VENUE if (text := _value(info, name))), ""),
        publication=(
            "papis",
            first_of({name: _value(info, name) for name in info}, _PAPIS_PUBLICATION),
        ),
    )
    if paper is None:
        return None
    tags = info.get("tags")
    tags = tags if isinstance(tags, list) else re.split(r"[,;\s]+", _value(info, "tags"))
    files = info.get("files")
    above = file.parent.parent.relative_to(root).as_posix() if file.parent != root else "."
    return ImportedPaper(
        paper,
        place,
        collections=() if above == "." else (as_utf8(above),),
        tags=tuple(str(tag) for tag in tags if tag and isinstance(tag, str | int)),
        notes=tuple(_papis_notes(info, file.parent)),
        attached=attached(
            [one for one in files if isinstance(one, str)] if isinstance(files, list) else [],
            file.parent,
        ),
    )


def _value(info: Mapping[str, Any], name: str) -> str:
    value = info.get(name)
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _papis_people(info: Mapping[str, Any]) -> Iterator[str]:
    people = info.get("author_list")
    if isinstance(people, list) and people:
        for one in people:
            if isinstance(one, dict):
                yield printed_name(_value(one, "family"), _value(one, "given"))
        return
    yield from names_in(_value(info, "author"))


def _papis_notes(info: Mapping[str, Any], folder: Path) -> Iterator[ImportedNote]:
    """Read the note beside the paper, with the day of its file."""
    name = _value(info, "notes")
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
