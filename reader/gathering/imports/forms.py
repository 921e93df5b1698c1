"""Recognise what a file or folder is that somebody wants to bring, and read it."""

from __future__ import annotations

import codecs
from pathlib import Path

from reader.base.errors import NotKnown, UsageError, os_reason
from reader.base.front_matter import FRONT
from reader.base.messages import N_, Joined, Text, lazy_gettext
from reader.base.text import plain
from reader.gathering.imports.bibliography import is_csl, loaded, read_bibtex, read_csl, read_ris
from reader.gathering.imports.item import ImportedLibrary

FORMS = ("bibtex", "ris", "csl-json", "zotero", "rdf", "papis", "paperlib", "csv", "list",
         "markdown", "enex")  # fmt: skip
"""The forms that `--as` takes."""

ZOTERO, PAPIS, PAPERLIB = "zotero.sqlite", "info.yaml", "default.realm"
"""Files by which the folders of programs are recognised."""

_MOST_BYTES = 1_000_000_000
_ENDINGS = {".bib": "bibtex", ".bibtex": "bibtex", ".biblatex": "bibtex", ".ris": "ris",
            ".json": "json", ".sqlite": "zotero", ".rdf": "rdf", ".csv": "csv", ".tsv": "csv",
            ".md": "list", ".html": "list", ".htm": "list", ".enex": "enex",
            ".realm": "paperlib"}  # fmt: skip


def read_source(path: Path, form: str = "") -> ImportedLibrary:
    """Read a file or folder whole; nothing in it is changed.

    form: one of FORMS, "" to recognise it. Raises NotKnown where nothing is, and UsageError for
    what cannot be read, with the place and the remedy.
    """
    if not path.exists():
        raise NotKnown(
            what=lazy_gettext("{path} does not exist.", path=plain(str(path))),
            hint=lazy_gettext("Name the file or folder to import."),
        )
    form = form or _form_of(path)
    if read := _read_program(path, form):
        return read
    if path.is_dir() or not form:
        raise _unknown(path)
    text = decoded(_content(path), path)
    if form == "bibtex":
        read = read_bibtex(text, name=path.name, folder=path.parent)
    elif form == "ris":
        read = read_ris(text, name=path.name, folder=path.parent)
    elif form == "csv":
        from reader.gathering.imports.tables import read_csv

        read = read_csv(text, name=path.name, folder=path.parent)
    elif form == "list" and not text.lstrip().startswith(("[", "{")):
        from reader.gathering.imports.tables import read_list

        read = read_list(text, name=path.name)
        if not read.items and path.suffix.lower() == ".md":
            return read_source(path, "markdown")
    else:
        read = _read_json(text, path, form)
    if not read.items and not read.unplaced:
        what = lazy_gettext("{file} has no entry of {form}.", file=plain(str(path)), form=form)
        raise UsageError(what=what, hint=_unknown(path).hint)
    return read


def _read_program(path: Path, form: str) -> ImportedLibrary | None:
    """Read what a program keeps or exports in a form of its own; None for any other form.

    Each reader is imported here: only some need lxml, and what turns HTML into Markdown.
    """
    if form == "zotero":
        from reader.gathering.imports.zotero import read_zotero

        return read_zotero(path / ZOTERO if path.is_dir() else path)
    if form == "enex":
        from reader.gathering.imports.enex import read_enex

        return read_enex(path)
    if form == "papis" and path.is_dir():
        from reader.gathering.imports.folders import read_papis

        return read_papis(path)
    if form == "paperlib":
        from reader.gathering.imports.paperlib import read_paperlib

        return read_paperlib(path / PAPERLIB if path.is_dir() else path)
    if form == "markdown":
        from reader.gathering.imports.folders import read_vault

        read = read_vault(path) if path.is_dir() else read_vault(path.parent, path)
        if not (read.items or read.notes or read.unplaced):
            raise _unknown(path)
        return read
    if form == "rdf" and not path.is_dir():
        from reader.gathering.imports.zotero import read_rdf

        return read_rdf(_content(path), name=path.name, folder=path.parent)
    return None


def _read_json(text: str, path: Path, form: str) -> ImportedLibrary:
    content = loaded(text, name=path.name)
    if form != "csl-json" and not is_csl(content):
        from reader.gathering.imports.tables import read_json

        read = read_json(content, name=path.name, folder=path.parent)
        if read.items or form == "list":
            return read
    return read_csl(content, name=path.name)


def _form_of(path: Path) -> str:
    """Recognise the form by the name, and where that says nothing by the beginning."""
    if path.is_dir():
        if (path / ZOTERO).is_file():
            return "zotero"
        if (path / PAPERLIB).is_file():
            return "paperlib"
        if next(path.glob("*.enex"), None):
            return "enex"
        if next(path.rglob(PAPIS), None):
            return "papis"
        return "markdown" if next(path.rglob("*.md"), None) else ""
    if path.suffix.lower() == ".md" and FRONT.match(
        _content(path, 64_000).decode("utf-8", "replace")
    ):
        return "markdown"
    if form := _ENDINGS.get(path.suffix.lower()):
        return form
    start = _content(path, 4_000)
    if start.startswith(b"SQLite format 3\0"):
        return "zotero"
    start = start.lstrip(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"TY  -"):
        return "ris"
    if start.startswith((b"[", b"{")):
        return "json"
    if b"<en-export" in start:
        return "enex"
    if b"<rdf:RDF" in start:
        return "rdf"
    if start.startswith((b"@", b"%")):
        return "bibtex"
    return "list" if path.suffix.lower() == ".txt" else ""


def _content(path: Path, most: int = _MOST_BYTES) -> bytes:
    try:
        if not path.is_file():  # a pipe has no end
            raise _unknown(path)
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        what = lazy_gettext("{path}: {why}.", path=plain(str(path)), why=os_reason(error))
        raise UsageError(
            what=what, hint=lazy_gettext("Check that you may read the file.")
        ) from None


def _unknown(path: Path) -> UsageError:
    shown = plain(str(path))
    return UsageError(
        what=lazy_gettext("{path} is nothing that can be imported.", path=shown),
        hint=lazy_gettext("`reader follow --from {path}` adds the feeds of an OPML.", path=shown)
        if path.suffix.lower() == ".opml"
        else lazy_gettext(
            "Give one of these, and name it with --as if it is not recognised: {forms}.",
            forms=Joined(FORMS, N_(", ")),
        ),
    )


def decoded(content: bytes, path: Path) -> str:
    """Decode a text file. Raises UsageError for any encoding but UTF-8: a guess may be wrong, and
    would spoil names for good."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:100]:
        raise _not_utf8(path, "UTF-16", 1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _not_utf8(path, _encoding(content), line) from None


def _not_utf8(path: Path, encoding: str, line: int) -> UsageError:
    name: Text = plain(path.name)
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: the text is not UTF-8, but probably {encoding}. "
            "Nothing was imported.",
            file=name,
            line=line,
            encoding=encoding,
        ),
        hint=lazy_gettext(
            "Save it as UTF-8, for instance: iconv -f {encoding} -t UTF-8 {file} > utf8-{file}",
            file=name,
            encoding=encoding,
        ),
    )


def _encoding(content: bytes) -> str:
    """Guess the encoding of a text that is not UTF-8, for the message."""
    for encoding, name in (("euc_jp", "EUC-JP"), ("cp932", "SHIFT_JIS")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Hiragana stands in all Japanese sentences; bytes of Latin-1 hardly ever decode to it.
        if any("\u3041" <= char <= "\u30fa" for char in text):
            return name
    return "LATIN1"
