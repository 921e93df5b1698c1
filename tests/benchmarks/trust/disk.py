"""Play what powercut.c recorded, and build the folder that a power cut may leave.

On this disk there is for sure what POSIX promises, and no more: a file's content as it was at
its last fsync, and a name once its folder was synced. Of all that came later, names and sectors
of files, any part may be there, in any order. Real file systems keep more, each something else.
A rename is there as a whole or not at all, as on each file system with a journal.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 4096

_HEAD = struct.Struct("=QqIIII")


def compiled(folder: Path) -> Path | None:
    """Compile powercut.c into a folder; None where there is no compiler, or no LD_PRELOAD."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sysconfig.get_platform() not in ("linux-x86_64", "linux-aarch64"):
        return None
    library = folder / "powercut.so"
    source = Path(__file__).with_name("powercut.c")
    line = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)]
    subprocess.run([*line, "-ldl", "-lpthread"], check=True)
    return library


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a process did; `kind` is a letter of powercut.c, or e: it ended.

    at: an offset, a length, or an exit code.
    """

    kind: str
    file: int
    at: int
    name: str
    data: bytes


def records(log: Path) -> Iterator[Record]:
    """Read a log."""
    content, n = log.read_bytes(), 0
    while n < len(content):
        file, at, kind, n_name, n_data, _unused = _HEAD.unpack_from(content, n)
        n += _HEAD.size
        name = os.fsdecode(content[n : n + n_name])
        data = content[n + n_name : n + n_name + n_data]
        n += n_name + n_data
        yield Record(chr(kind), file, at, name, data)


def add_end(log: Path, code: int) -> None:
    """Record that a process ended."""
    with open(log, "ab") as file:
        file.write(_HEAD.pack(0, code, ord("e"), 0, 0, 0))


@dataclass(eq=False, slots=True)
class _Node:
    """A file or a folder. synced: its content for sure; waiting: (offset, data) of what was
    written since, or (length, None) where it was cut to a length."""

    is_folder: bool = False
    synced: bytes = b""
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)

    def after(self, changes: list[tuple[int, bytes | None]]) -> bytes:
        content = bytearray(self.synced)
        for at, data in changes:
            n = at if data is None else max(len(content), at + len(data))
            content += bytes(max(0, n - len(content)))
            if data is None:
                del content[n:]
            else:
                content[at : at + len(data)] = data
        return bytes(content)


@dataclass(frozen=True, eq=False, slots=True)
class _Renaming:
    """Names that change at once; None: the name is gone."""

    names: dict[str, _Node | None]

    @property
    def folders(self) -> set[str]:
        return {os.path.dirname(name) for name in self.names}


class Disk:
    """A folder as processes change it, with what is certain and what is not."""

    def __init__(self, root: Path) -> None:
        """root: as it is now, all of it on the disk for sure."""
        self.root = root
        self._by_number: dict[int, _Node] = {}
        self._names: dict[str, _Node] = {}
        for path in (root, *sorted(root.rglob("*"))):
            number = path.lstat().st_ino
            if number not in self._by_number:
                content = b"" if path.is_dir() else path.read_bytes()
                self._by_number[number] = _Node(path.is_dir(), content)
            self._names[str(path)] = self._by_number[number]
        self._sure = dict(self._names)
        self._waiting: list[_Renaming] = []

    def play(self, record: Record) -> None:
        """Do what a record says."""
        more = os.fsdecode(record.data)
        match record.kind:
            case "c" | "m":
                node = self._by_number[record.file] = _Node(record.kind == "m")
                self._rename({record.name: node})
            case "w":
                self._by_number[record.file].waiting.append((record.at, record.data))
            case "t":
                self._by_number[record.file].waiting.append((record.at, None))
            case "s":
                self._sync(self._by_number[record.file])
            case "u":
                self._rename({record.name: None})
            case "l":
                self._rename({more: self._names[record.name]})
            case "r" if self._names.get(more) is not self._names[record.name]:
                self._rename({record.name: None, more: self._names[record.name]})
            case "x":
                here, there = self._names[record.name], self._names[more]
                self._rename({record.name: there, more: here})

    def _rename(self, names: dict[str, _Node | None]) -> None:
        _apply(self._names, names)
        self._waiting.append(_Renaming(names))

    def _sync(self, node: _Node) -> None:
        if not node.is_folder:
            node.synced, node.waiting = node.after(node.waiting), []
            return
        (folder,) = (path for path, one in self._names.items() if one is node)
        # What a name was before is no later than what it is now: the earlier changes of the names
        # that become certain are so too.
        certain: list[_Renaming] = []
        names: set[str] = set()
        for renaming in reversed(self._waiting):
            if folder in renaming.folders or not names.isdisjoint(renaming.names):
                certain.insert(0, renaming)
                names.update(renaming.names)
        for renaming in certain:
            _apply(self._sure, renaming.names)
        self._waiting = [one for one in self._waiting if one not in certain]

    def write(self, folder: Path, chance: random.Random | None) -> None:
        """Write the folder that a cut at this moment may leave. chance: None keeps all."""
        names = dict(self._sure)
        # As often nothing and everything as any part: these are the likely ones.
        share = 1.0 if chance is None else chance.choice((0.0, 0.0, 0.5, 0.9, 1.0))
        of_files = 1.0 if chance is None else chance.choice((0.0, 0.0, 0.5, 0.9, 1.0))
        for renaming in self._waiting:
            if chance is None or chance.random() < share:
                _apply(names, renaming.names)
        folder.mkdir(parents=True)
        for path, node in sorted(names.items()):
            target = folder / Path(path).relative_to(self.root)
            # What is in a folder whose own name was lost is lost with it. SQLite makes the index
            # of a log anew (sqlite.org/walformat.html).
            if path == str(self.root) or not target.parent.is_dir() or path.endswith("-shm"):
                continue
            if node.is_folder:
                target.mkdir()
            else:
                target.write_bytes(node.after(_kept(node.waiting, of_files, chance)))


def _apply(names: dict[str, _Node], changes: dict[str, _Node | None]) -> None:
    for name, node in changes.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _kept(
    changes: list[tuple[int, bytes | None]], share: float, chance: random.Random | None
) -> list[tuple[int, bytes | None]]:
    """Choose what of the changes of a file is there: a write may be there in some sectors."""
    if chance is None:
        return changes
    kept: list[tuple[int, bytes | None]] = []
    for at, data in changes:
        if data is None:
            kept += [(at, None)] if chance.random() < share else []
            continue
        n = 0
        while n < len(data):
            end = min(len(data), n + SECTOR - (at + n) % SECTOR)
            if chance.random() < share:
                kept.append((at + n, data[n:end]))
            n = end
    return kept
