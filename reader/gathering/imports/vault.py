"""Read a folder of Markdown, as Obsidian's vaults: each file is a note, with its paper if it says
which.

The front matter says it, a citation key with a .bib beside it, or the one id in the text. The
title of any other note is looked for among the papers of the library. Nothing outside the folder
is read, wherever a link of a note or of the system leads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from reader.base.errors import os_reason
from reader.base.front_matter import FRONT, values, yaml_of
from reader.base.messages import Text, lazy_gettext
from reader.base.text import as_utf8, plain, visible
from reader.gathering.imports.bibtex import read_bibtex
from reader.gathering.imports.item import (
    AttachedFiles,
    ImportedLibrary,
    ImportedNote,
    ImportedPaper,
    UnplacedItem,
    collected,
    make_paper,
)
from reader.library.ids import find_ids
from reader.library.paper import Paper

_MOST_BYTES = 16_000_000
_NAMING = ("arxiv", "arxiv_id", "arxivid", "arxiv-id", "eprint", "url", "urls", "link", "links",
           "source", "id", "paper", "pdf", "also_known")  # fmt: skip
_AUTHORS = ("authors", "author")
_PUBLISHED = ("published", "year")
_VENUE = ("venue", "journal", "conference", "booktitle", "publication")
_CITED = ("citekey", "citationkey", "citation-key", "citation_key")
_WRITTEN = ("updated", "modified", "last_modified", "date modified", "created", "date", "read")

_EMBED = re.compile(r"!\[\[([^\[\]|#\n]{1,400})[^\[\]\n]{0,400}\]\]")
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,400})\]\(<?([^()<>\n]{1,1000}?)>?(?: \"[^\"\n]*\")?\)")
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
    files = [only.absolute()] if only else sorted(_files(root))
    found: list[ImportedPaper | UnplacedItem] = []
    cited: dict[str, ImportedPaper] = {}
    for file in files:
        if file.suffix.lower() == ".bib" and isinstance(text := _text(file, root), str):
            read = read_bibtex(text, name=file.name, folder=file.parent)
            cited |= {item.cited_as: item for item in read.items}
    vault = _Vault(root, {file.name.casefold(): file for file in reversed(files)}, cited)
    for file in files:
        if file.suffix.lower() in (".md", ".markdown"):
            place = as_utf8(str(file.relative_to(root) if file.is_relative_to(root) else file.name))
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
        return lazy_gettext("it has more than {n} B", n=f"{_MOST_BYTES:,}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return lazy_gettext("line {line} is not UTF-8: save the file as UTF-8", line=line)


def _note(vault: _Vault, file: Path, place: Text, text: str) -> ImportedPaper | UnplacedItem:
    text = text.replace("\r\n", "\n")
    front = {key.casefold(): _several(value) for key, value in values(yaml_of(text)).items()}
    body = text[match.end() :] if (match := FRONT.match(text)) else text
    if not plain(body):
        return UnplacedItem(place, lazy_gettext("it has no words"))
    heading = _HEADING.search(body)
    title = _first(front, ("title",)) or (heading[1] if heading else file.stem)
    paper, is_known_only = _paper(vault, file, front, title, body)
    attached = _attached(vault, file, body)
    tags = [tag for one in front.get("tags", ()) for tag in re.split(r"[,\s]+", one.strip("#"))]
    parent = Path(str(place)).parent.as_posix()
    return ImportedPaper(
        paper,
        place,
        collections=() if parent == "." else (parent,),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        notes=(ImportedNote(_with_wiki_links(vault, visible(body).strip()), _at(front, file)),),
        attached=attached,
        is_only_known=is_known_only,
        name=file.stem,
    )


def _paper(
    vault: _Vault, file: Path, front: Mapping[str, tuple[str, ...]], title: str, body: str
) -> tuple[Paper, bool]:
    """Find the paper of a note, and whether only its title may name it."""
    authors = [name for key in _AUTHORS for name in front.get(key, ())]
    key = _first(front, _CITED) or file.stem
    if entry := vault.cited.get(key.removeprefix("@")):
        return entry.paper, False
    doi = _first(front, ("doi",))
    named = [text for key in _NAMING for text in front.get(key, ())]
    more = {"published": _first(front, _PUBLISHED), "venue": _first(front, _VENUE)}
    arxiv = _first(front, _NAMING[:5])
    paper = make_paper(title, authors, named=named, doi=doi, arxiv=arxiv, **more)
    if paper and not paper.id.startswith("pdf:"):
        return paper, False
    if paper is None or not authors:
        # Without its title: a note is often called otherwise than the paper that it is about.
        ids = dict.fromkeys(one.id for one in find_ids(body))
        if len(ids) == 1 and (only := make_paper("", (), named=ids)):
            return only, False
    assert paper is not None  # noqa: S101  a file has a name
    return paper, not authors


def _several(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _first(front: Mapping[str, tuple[str, ...]], keys: Iterable[str]) -> str:
    return next((text for key in keys for text in front.get(key, ()) if text.strip()), "")


def _at(front: Mapping[str, tuple[str, ...]], file: Path) -> datetime:
    """Read when a note was written last: as it says, else the time of its file."""
    for written in (text for key in _WRITTEN for text in front.get(key, ())):
        try:
            at = datetime.fromisoformat(written.strip())
            return at if at.tzinfo else at.replace(tzinfo=UTC)
        except ValueError:
            continue
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _attached(vault: _Vault, file: Path, body: str) -> AttachedFiles:
    """Find the PDFs and pictures that a note shows or links to, inside the vault alone."""
    pdfs: list[Path] = []
    outside: list[Path] = []
    n_other = 0
    paths = [match[1].strip() for match in _EMBED.finditer(body)]
    for match in _LINK.finditer(body):
        path = unquote(match[3].partition("#")[0])
        if "://" not in path and (match[1] or path.lower().endswith(".pdf")):
            paths.append(path)
    for path in dict.fromkeys(paths):
        there = file.parent / path
        if not there.exists():
            there = vault.by_name.get(Path(path).name.casefold(), there)
        if not there.resolve().is_relative_to(vault.root):
            outside.append(there)
        elif there.suffix.lower() == ".pdf":
            pdfs.append(there)
        else:
            n_other += there.suffix.lower() not in ("", ".md")
    return AttachedFiles(tuple(pdfs), tuple(outside), n_other)


def _with_wiki_links(vault: _Vault, text: str) -> str:
    """Write `[words](other.md)` as `[[other|words]]`, where the vault has that note."""

    def link(match: re.Match[str]) -> str:
        path = unquote(match[3].partition("#")[0])
        if match[1] or not path.lower().endswith(".md") or "://" in path:
            return match[0]
        name = Path(path).name
        return f"[[{Path(path).stem}|{match[2]}]]" if name.casefold() in vault.by_name else match[0]

    return _LINK.sub(link, text)
