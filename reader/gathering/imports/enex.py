"""Read the exports of Evernote (.enex): each note as Markdown, with its dates, tags and files.

A file is read twice, in pieces. First to its end, so that a damaged one is refused before
anything is brought; then note by note. In memory is one note's text, and never the bytes of its
files: lxml hands them over in pieces as it reads them. Entities are refused: an export declares
none, and they may expand without end. The format: evernote.com/pub/evernote-export4.dtd, and for
the text of notes enml2.dtd.
"""

from __future__ import annotations

import binascii
import hashlib
import html
import mimetypes
import re
import tempfile
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from lxml import etree

from reader.base.errors import UsageError
from reader.base.messages import Text, lazy_gettext
from reader.base.text import html_to_text, plain
from reader.gathering.imports.item import (
    ImportedLibrary,
    KeptAttachment,
    LooseNote,
    to_markdown,
    unreadable,
)

_AT_ONCE = 1 << 18
"""Bytes that are read and parsed at once."""

_LONGEST = 20_000_000
"""Letters of a note's text that are collected; what is longer cannot be a note here."""

_LONGEST_MARKUP = 200_000
"""Letters of a text whose markup is kept: Markdown takes some hundred times as much memory."""

_INK = "application/vnd.evernote.ink"


def read_enex(path: Path) -> ImportedLibrary:
    """Check an export, or a folder of them, to its end; the notes are read when they are asked
    for. Raises UsageError for what is damaged."""
    files = sorted(path.glob("*.enex")) if path.is_dir() else [path]
    return ImportedLibrary("enex", (), notes=EnexNotes({file: _count(file) for file in files}))


class EnexNotes(Collection[LooseNote]):
    """The notes of some exports, read anew each time. counts: file → its number of notes."""

    def __init__(self, counts: Mapping[Path, int]) -> None:
        """Keep only where the notes stand."""
        self._counts = counts

    def __len__(self) -> int:
        return sum(self._counts.values())

    def __contains__(self, note: object) -> bool:
        return any(one == note for one in self)

    def __iter__(self) -> Iterator[LooseNote]:
        """Yield each note; its files are there until the next one is asked for."""
        for file in self._counts:
            with tempfile.TemporaryDirectory() as folder:
                number = 0
                target = _NoteReader(Path(folder))
                for _piece in _parsed(file, target):
                    while target.done:
                        number += 1
                        found = target.done.popleft()
                        yield _note(found, file, number)
                        for one in found.resources:
                            one.path.unlink(missing_ok=True)


class _Target(Protocol):
    """What lxml tells of a file as it reads it."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> None: ...


class _Counter:
    """Counts the notes of an export."""

    def __init__(self) -> None:
        self.n_notes = 0
        self.root = ""

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.root = self.root or tag
        self.n_notes += tag == "note"

    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> None: ...


def _count(file: Path) -> int:
    target = _Counter()
    for _piece in _parsed(file, target):
        pass
    if target.root != "en-export":
        raise _refusal(file, 1, lazy_gettext("it is XML, but no export of Evernote"))
    return target.n_notes


def _parsed(file: Path, target: _Target) -> Iterator[None]:
    """Parse a file in pieces; yields after each one. Raises UsageError."""
    # Without `huge_tree` a file of more than 10 MB in a note is refused. No tree is built here.
    parser: Any = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        with file.open("rb") as content:
            is_first = True
            while piece := content.read(_AT_ONCE):
                if is_first and b"<!ENTITY" in piece.partition(b"<en-export")[0]:
                    why = lazy_gettext("it declares entities, which no export has")
                    raise _refusal(file, 1, why)
                is_first = False
                parser.feed(piece)
                yield
        parser.close()
        yield
    except etree.XMLSyntaxError as error:
        why = lazy_gettext("the XML breaks off or is damaged ({why})", why=plain(error.msg)[:150])
        raise _refusal(file, error.lineno or 1, why) from None
    except OSError as error:
        raise unreadable(file, error) from None


def _refusal(file: Path, line: int, why: Text) -> UsageError:
    return UsageError(
        what=lazy_gettext(
            "{file}, line {line}: {why}. Nothing was imported.",
            file=plain(file.name),
            line=line,
            why=why,
        ),
        hint=lazy_gettext("Export the notebook from Evernote again, in the format ENEX."),
    )


@dataclass
class _Resource:
    """A file of a note: its bytes lie at `path`."""

    path: Path
    mime: str = ""
    name: str = ""
    md5: str = ""
    sha256: str = ""
    n_bytes: int = 0

    @property
    def full_name(self) -> str:
        """Return its name with an ending, made of what it is where the export has none."""
        name = plain(self.name.replace("\\", "/").rpartition("/")[2])
        ending = mimetypes.guess_extension(self.mime) or ""
        if not name:
            return f"{self.md5[:8]}{ending}"
        return name if PurePosixPath(name).suffix else f"{name}{ending}"


@dataclass
class _RawNote:
    """A note as it stands in the export. texts: by element, each as often as it stands there."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    resources: list[_Resource] = field(default_factory=list)

    def text(self, name: str) -> str:
        return next(iter(self.texts.get(name, ())), "")


_WANTED = {"title", "content", "created", "updated", "tag", "source-url", "mime", "file-name",
           "taskStatus"}  # fmt: skip


class _NoteReader:
    """Collects notes while the parser reads. done: those that are complete."""

    def __init__(self, folder: Path) -> None:
        self.done: deque[_RawNote] = deque()
        self._folder = folder
        self._n_files = 0
        self._path: list[str] = []
        self._note = _RawNote()
        self._texts: list[str] = []
        self._n_letters = 0
        self._bytes: _Base64File | None = None

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._path.append(tag)
        self._texts, self._n_letters = [], 0
        if tag == "note":
            self._note = _RawNote()
        elif tag == "resource":
            self._n_files += 1
            self._note.resources.append(_Resource(self._folder / str(self._n_files)))
        elif tag == "data" and self._note.resources:
            self._bytes = _Base64File(self._note.resources[-1])

    def data(self, text: str) -> None:
        if self._bytes is not None:
            self._bytes.add(text)
        elif self._path and self._path[-1] in _WANTED and self._n_letters <= _LONGEST:
            self._texts.append(text)
            self._n_letters += len(text)

    def end(self, tag: str) -> None:
        self._path.pop()
        above = self._path[-1] if self._path else ""
        if self._bytes is not None and tag == "data":
            self._bytes.end()
            self._bytes = None
        elif tag == "note":
            self.done.append(self._note)
        elif tag in _WANTED:
            text = "".join(self._texts)
            if "resource" in self._path:
                one = self._note.resources[-1]
                one.mime = text.strip() if tag == "mime" else one.mime
                one.name = text if tag == "file-name" else one.name
            else:
                name = f"task {tag}" if above == "task" else tag
                self._note.texts.setdefault(name, []).append(text)

    def close(self) -> None: ...


class _Base64File:
    """Decodes a file piece by piece."""

    def __init__(self, resource: _Resource) -> None:
        self._resource = resource
        self._file: BinaryIO = resource.path.open("wb")
        self._rest = ""
        # Evernote names a file by its MD5; it guards against nothing.
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()

    def add(self, text: str) -> None:
        letters = self._rest + "".join(text.split())
        whole = len(letters) - len(letters) % 4
        self._rest = letters[whole:]
        self._write(letters[:whole])

    def _write(self, letters: str) -> None:
        try:
            content = binascii.a2b_base64(letters)
        except ValueError:  # damaged: its MD5 is not the one by which the note names it
            content = b""
        self._file.write(content)
        self._md5.update(content)
        self._sha256.update(content)
        self._resource.n_bytes += len(content)

    def end(self) -> None:
        self._write(self._rest)
        self._file.close()
        self._resource.md5 = self._md5.hexdigest()
        self._resource.sha256 = self._sha256.hexdigest()


def _note(raw: _RawNote, file: Path, number: int) -> LooseNote:
    """Make a note of what was collected."""
    problems: list[Text] = []
    files: dict[str, KeptAttachment] = {}
    for one in raw.resources:
        if one.n_bytes:
            files[one.md5] = KeptAttachment(one.path, one.full_name, one.sha256)
        else:
            name = plain(one.name) or one.mime
            problems.append(lazy_gettext("its file {name} is empty in the export", name=name))
        if one.mime == _INK:
            problems.append(
                lazy_gettext(
                    "it has handwriting that only Evernote shows; export it there as a picture"
                )
            )
    text, more = _markdown(raw.text("content"), files, {o.md5: o.mime for o in raw.resources})
    tasks = [
        f"- [{'x' if status.strip() == 'completed' else ' '}] {plain(title)}"
        for title, status in zip(
            raw.texts.get("task title", ()), raw.texts.get("task taskStatus", ()), strict=False
        )
    ]
    dates = {name: _moment(raw.text(name)) for name in ("created", "updated")}
    for name, moment in dates.items():
        if moment is None and (written := plain(raw.text(name))):
            problems.append(lazy_gettext("its date {date} is none", date=written[:40]))
    return LooseNote(
        lazy_gettext("{file}, note {n}", file=plain(file.name), n=number),
        raw.text("title"),
        "\n\n".join(filter(None, (text, "\n".join(tasks)))),
        named=tuple(raw.texts.get("source-url", ())),
        notebook=plain(file.stem),
        tags=tuple(raw.texts.get("tag", ())),
        created_at=dates["created"],
        at=dates["updated"] or dates["created"],
        files=tuple(files.values()),
        problems=(*problems, *more),
    )


def _moment(written: str) -> datetime | None:
    try:
        return datetime.strptime(written.strip(), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


# Names of characters that XML does not know; `enml2.dtd` declares them, and is never loaded.
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")


def _markdown(
    content: str, files: Mapping[str, KeptAttachment], mimes: Mapping[str, str]
) -> tuple[str, Sequence[Text]]:
    """Turn a note's ENML into Markdown, with its files where they stood, the others at the end.

    files, mimes: by MD5. Returns the problems too.
    """
    # A document type with entities of its own is not looked at.
    content = content[max(content.find("<en-note"), 0) :].replace("\xa0", " ")
    problems: list[Text] = []
    placed: set[str] = set()
    if len(content) > _LONGEST_MARKUP:
        text = html_to_text(content)[0]
    else:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        known = _ENTITY.sub(_character, content)
        try:
            root = etree.fromstring(known.encode(errors="replace"), parser)
        except etree.XMLSyntaxError:
            # Damaged, or nested hundreds deep: no word is lost, but some form.
            text = to_markdown(content)
        else:
            placed = _translate(root, files, mimes, problems)
            text = to_markdown(etree.tostring(root, encoding="unicode", method="html"))
            text = re.sub(r"(?m)^(\s*)(\[[ x]\] )", r"\1- \2", text)
    links = [_link(file, mimes[md5]) for md5, file in files.items() if md5 not in placed]
    return "\n\n".join(filter(None, (text, "\n".join(links)))), problems


def _character(entity: re.Match[str]) -> str:
    found = html.unescape(entity[0])
    return " " if found == "\xa0" else html.escape(found)


def _link(file: KeptAttachment, mime: str) -> str:
    name = re.sub(r"[\[\]]", "", file.name)
    return f"{'!' if mime.startswith('image/') else ''}[{name}]({file.kept})"


def _show_file(node: Any, file: KeptAttachment, mime: str) -> None:
    is_image = mime.startswith("image/")
    _become(node, "img" if is_image else "a", "" if is_image else file.name)
    node.set("src" if is_image else "href", file.kept)
    node.set("alt", file.name)


def _translate(
    root: Any,
    files: Mapping[str, KeptAttachment],
    mimes: Mapping[str, str],
    problems: list[Text],
) -> set[str]:
    """Put elements of HTML in place of Evernote's own; returns the MD5 of the files in them."""
    placed: set[str] = set()
    for node in list(root.iter(etree.Element)):
        style = re.sub(r"\s", "", node.get("style") or "")
        if node.tag == "en-media":
            if (md5 := (node.get("hash") or "").lower()) in files:
                placed.add(md5)
                _show_file(node, files[md5], mimes[md5])
            else:
                what = lazy_gettext(
                    "the export does not have a file of it, or has it damaged (MD5 {md5})",
                    md5=plain(md5)[:32],
                )
                problems.append(what)
                _become(node, "span", "")
        elif node.tag == "en-todo":
            _become(node, "span", "[x] " if node.get("checked") == "true" else "[ ] ")
        elif node.tag == "en-crypt":
            hint = plain(node.get("hint") or "")
            problems.append(
                lazy_gettext(
                    "a part of it is encrypted (hint: {hint}); decrypt it in Evernote, and export "
                    "it again",
                    hint=hint or "-",
                )
            )
            _become(node, "code", f"encrypted in Evernote: {hint}")
        elif node.tag == "li" and (found := re.search("--en-checked:(true|false)", style)):
            while len(node) and node[0].tag == "div" and not (node.text or "").strip():
                node = node[0]
            node.text = f"[{'x' if found[1] == 'true' else ' '}] {node.text or ''}"
        elif "-en-codeblock:true" in style:
            lines = "\n".join("".join(one.itertext()) for one in node)
            _become(node, "pre", f"{node.text or ''}{lines}")
    return placed


def _become(node: Any, tag: str, text: str) -> None:
    """Make an element another one with a text; what stands behind it stays."""
    tail = node.tail
    node.clear()
    node.tag, node.text, node.tail = tag, text, tail
