"""Write all that is precious in a library as lines of JSON, and make a library of such lines.

docs/reference.md explains the lines. An archive of `reader backup` is for this program; a dump can
be read by anybody, without it. PDFs, and other files that are no texts, stay where they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from reader import __version__
from reader.base.errors import UsageError, os_reason
from reader.base.messages import Text, lazy_gettext
from reader.base.text import plain
from reader.library.archive import DATABASE, is_text_or_pdf, part, too_new
from reader.library.backup import locked, passed_over, texts_of, undisturbed
from reader.library.disk import write_whole
from reader.library.file_names import LONGEST_PART
from reader.library.folder import template
from reader.library.place import FEEDS
from reader.library.rows import snapshot
from reader.library.rows.database import LATEST
from reader.library.rows.snapshot import is_fresh, new_database, rows_of

FORMAT, VERSION = "asayomi-dump", 1
"""What the first line says: the name of this format, and its number."""

LONGEST = 64_000_000
"""Bytes of a line. A longer one is no text that somebody wrote."""

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\{\s*"format"\s*:\s*"asayomi-dump"')
_encode = json.JSONEncoder(ensure_ascii=False).encode


def is_dump(file: Path) -> bool:
    """Check whether a file begins as a dump does."""
    try:
        with file.open("rb") as handle:
            return bool(_BEGINS.match(handle.read(100)))
    except OSError:
        return False


@dataclass
class Dump:
    """The lines of a library as it is at one moment; it may be in use.

    The other fields are filled while the lines are taken. left_out: files that are no texts.
    unread: files that could not be read. Neither are in it.
    """

    library: Path
    now: datetime
    n_papers: int = 0
    left_out: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[bytes]:
        """Yield the lines. Raises StoreError where reader.db cannot be read."""
        n_lines = 1
        for entry in self._entries():
            yield _encode(entry).encode() + b"\n"
            n_lines += 1
        yield _encode({"end": FORMAT, "lines": n_lines}).encode() + b"\n"

    def _entries(self) -> Iterator[dict[str, Any]]:
        with snapshot.opened(self.library / DATABASE, "ro") as rows:
            rows.execute("BEGIN")
            content = snapshot.content_of(rows)  # what is read from now on is of this moment
            self.n_papers = content.n_papers
            yield {
                "format": FORMAT,
                "version": VERSION,
                "layout": content.layout,
                "program": f"asayomi {__version__}",
                "made_at": self.now.isoformat(),
            }
            self.unread += passed_over(self.library)
            with undisturbed(self.library):
                yield from self._files()
            for table, row in rows_of(rows):
                yield {"table": table, **row}

    def _files(self) -> Iterator[dict[str, Any]]:
        for file in texts_of(self.library):
            path = file.relative_to(self.library).as_posix()
            try:
                text = _text_of(file)
            except OSError:
                self.unread.append(path)
                continue
            if text is None:
                self.left_out.append(path)
            else:
                yield {"file": path, "text": text}


def _text_of(file: Path) -> str | None:
    """Read a text; None for a file that is none. Raises OSError, also for a pipe."""
    if not file.is_file():
        raise FileNotFoundError(file)
    if file.stat().st_size > LONGEST // 8:  # JSON writes a byte as six, at the most
        return None
    try:
        return file.read_bytes().decode()
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True, slots=True)
class BroughtDump:
    """What a dump brought. missing: PDFs that its rows name, and that are not here."""

    content: snapshot.Content
    missing: tuple[str, ...]


def bring_dump(library: Path, file: Path, *, is_dry: bool = False) -> BroughtDump:
    """Make a new library that of a dump.

    The dump is checked as a whole first. reader.db comes last, in one transaction: after a kill
    the library is as new as before, and the same import brings all.
    Raises UsageError for a library that is not new, and for what is no whole dump of ours, with
    its line; Locked while a command works on the library; StoreError.
    """
    with locked(library), part(library, "dump") as database:
        _check_fresh(library, file)
        _load(library, file, database)
        content = snapshot.read_content(database)
        named = [pdf.path for pdf in snapshot.read_pdfs(database)]
        if not is_dry:
            for _n, entry in _lines(file):
                if "table" in entry:  # all files stand before
                    break
                if "file" in entry:
                    write_whole(library / entry["file"], entry["text"].encode())
            _check_fresh(library, file)  # somebody may have picked a paper meanwhile
            snapshot.replace_database(database, library / DATABASE)
    return BroughtDump(content, tuple(path for path in named if not (library / path).exists()))


def _check_fresh(library: Path, file: Path) -> None:
    if is_fresh(library / DATABASE):
        return
    raise UsageError(
        what=lazy_gettext("This library is not empty; a dump makes a new one."),
        hint=lazy_gettext(
            "Make one with `reader init DIR`, then run `reader --library DIR import {file}`.",
            file=plain(str(file)),
        ),
    )


def _load(library: Path, file: Path, database: Path) -> None:
    """Make a reader.db of a dump, and check all else that is in it. Raises UsageError."""
    lines = _lines(file)
    n, entry = next(lines, (1, {}))
    layout = _layout(file, entry)
    kind = "format"
    with new_database(database, layout) as rows:
        for n, entry in lines:
            kind_before = kind
            kind = next((one for one in ("table", "file", "end") if one in entry), "")
            try:
                if kind_before == "end":
                    raise ValueError(lazy_gettext("the dump goes on after its end"))
                if kind == "table":
                    rows.add(entry.pop("table"), entry)
                elif kind == "file" and kind_before != "table":
                    _check_file(library, entry)
                elif kind != "end" or entry.get("lines") != n:
                    raise ValueError(lazy_gettext("this is no line of a dump"))
            except ValueError as error:
                raise _refused(file, n, error.args[0]) from error
        if kind != "end":
            raise _refused(file, n, lazy_gettext("the dump breaks off after it"))
        try:
            rows.end()
        except ValueError as error:
            raise _refused(file, n, error.args[0]) from error


def _layout(file: Path, entry: dict[str, Any]) -> int:
    """Read the first line; returns the layout of the rows. Raises UsageError."""
    version: Any = entry.get("version")
    layout: Any = entry.get("layout")
    is_whole = type(version) is int and type(layout) is int and layout >= 1
    if entry.get("format") != FORMAT or not is_whole:
        raise _refused(file, 1, lazy_gettext("this is not the first line of a dump"))
    if version > VERSION or layout > LATEST:
        raise too_new(plain(str(file)))
    return int(layout)


def _check_file(library: Path, entry: dict[str, Any]) -> None:
    """Check a file of a dump. Raises ValueError, which says why it cannot be written."""
    path, text = entry.get("file"), entry.get("text")
    if not isinstance(path, str) or not isinstance(text, str) or not is_text_or_pdf(path):
        raise ValueError(lazy_gettext("{path} is no file of a library", path=repr(path)))
    target = library / path
    try:
        content = text.encode()
        if max(len(one.encode()) for one in path.split("/")) > LONGEST_PART:
            raise ValueError(lazy_gettext("its name is too long for this disk"))
        here = target.read_bytes()
    except UnicodeEncodeError:
        raise ValueError(lazy_gettext("the text is not UTF-8")) from None
    except FileNotFoundError:
        return
    except OSError as error:
        raise ValueError(lazy_gettext("{path}: {why}.", path=path, why=os_reason(error))) from None
    if here != content and not (path == FEEDS and here == template().encode()):
        what = lazy_gettext("{path} is in the library already, with another text", path=path)
        raise ValueError(what)


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the lines of a dump with their numbers, from 1. Raises UsageError."""
    try:
        with file.open("rb") as handle:
            for n in count(1):
                line = handle.readline(LONGEST)
                if not line:
                    return
                if len(line) == LONGEST:
                    what = lazy_gettext("the line is longer than {n} MB", n=LONGEST // 1_000_000)
                    raise _refused(file, n, what)
                yield n, _parsed(file, n, line)
    except OSError as error:
        what = lazy_gettext("{path}: {why}.", path=plain(str(file)), why=os_reason(error))
        hint = lazy_gettext("Check that you may read the file.")
        raise UsageError(what=what, hint=hint) from None


def _parsed(file: Path, n: int, line: bytes) -> dict[str, Any]:
    try:
        entry = json.loads(line.decode("utf-8-sig" if n == 1 else "utf-8"))
    except UnicodeDecodeError:
        raise _refused(file, n, lazy_gettext("the text is not UTF-8")) from None
    except (ValueError, RecursionError):
        is_cut = not line.endswith(b"\n")
        what = lazy_gettext("the line breaks off") if is_cut else lazy_gettext("this is no JSON")
        raise _refused(file, n, what) from None
    if not isinstance(entry, dict):
        raise _refused(file, n, lazy_gettext("this is no line of a dump"))
    return entry


def _refused(file: Path, line: int, what: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: {what}. Nothing was imported.",
            file=plain(file.name),
            line=line,
            what=what,
        ),
        hint=lazy_gettext(
            "Copy the dump once more, make a new one with `reader export --format dump`, or "
            "repair this line."
        ),
    )
