"""Test the reading of Paperlib's libraries, on files that Realm wrote (paperlib/make.*)."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader.base.errors import ReaderError
from reader.gathering.imports.forms import read_source
from reader.gathering.imports.item import AttachedFiles, ImportedNote, ImportedPaper
from reader.gathering.imports.paperlib import RealmError, RealmFile
from reader.library.paper import Paper, Publication

SAMPLES = Path(__file__).parent / "paperlib"
OF_2, OF_3, OF_4 = (SAMPLES / f"paperlib{n}.realm" for n in (2, 3, 4))
WHOLE = OF_3.read_bytes()
NAMED = ("name", "url", "children")


def as_json(value: object) -> object:
    """Write a value as Realm's own JSON does."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return [*value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("file", [OF_2, OF_3, OF_4])
def test_each_value_is_what_realm_itself_reads(file: Path) -> None:
    realm = RealmFile(file.read_bytes())
    said: list[dict[str, Any]] = json.loads(Path(f"{file}.json").read_text("utf-8"))
    table = "Entity" if file == OF_4 else "PaperEntity"
    linked = {"tags": ("PaperTag", "name"), "folders": ("PaperFolder", "name"),
              "supplementarys": ("Supplementary", "url")}  # fmt: skip
    there = {column: realm.objects(of, NAMED) for column, (of, _name) in linked.items()}
    found = []
    for paper in realm.objects(table, said[0].keys()).values():
        row = {name: as_json(value) for name, value in paper.items()}
        for column, (_of, name) in linked.items():
            keys = paper.get(column)
            if isinstance(keys, tuple):
                row[column] = [there[column][key][name] for key in keys if isinstance(key, int)]
        found.append(row)
    assert len(found) == (36 if file == OF_2 else 27)
    assert found == said


def library(folder: Path, content: bytes = WHOLE) -> Path:
    (folder / "default.realm").write_bytes(content)
    return folder


def test_papers_come_with_all_that_paperlib_keeps(tmp_path: Path) -> None:
    read = read_source(library(tmp_path))
    assert (read.form, len(read.items), read.notes) == ("paperlib", 27, ())
    assert read.items[0] == ImportedPaper(
        Paper(
            ("doi:10.5555/moss.0",),
            "The growth of moss, part 0",
            ("Ada Field", "Bo Lind", "Mio Hoshi"),
            comment="Garden Studies",
            published_on=date(2000, 1, 1),
            publication=Publication("paperlib", "Garden Studies", "7", "2", "0-9", "Moss & Co",
                                    "2000", "10.5555/moss.0"),
        ),
        "default.realm, 000000000000000000000008",
        collections=("Moss/Wet moss",),
        tags=("to read", "苔", "flagged"),
        attached=AttachedFiles(
            (tmp_path / "Growth_of_moss_0.pdf", tmp_path / "Growth_of_moss_0_sup0.pdf"), (), 1
        ),
    )  # fmt: skip
    third = read.items[3]
    assert third.paper.title == "苔の成長について、その3"
    assert third.paper.authors == ("星 みお", "森 はる")
    assert third.notes == (
        ImportedNote("# Moss 3\n\n*Slow*.", datetime(2023, 1, 4, 9, 30, tzinfo=UTC)),
    )
    assert third.rating == 3
    assert [(one.place, str(one.why)) for one in read.unplaced[-2:]] == [
        (
            "default.realm, Mosses",
            "a feed; `reader follow https://example.org/moss.rss` follows it",
        ),
        ("default.realm, Unread", "a smart filter, which is a search of Paperlib's own"),
    ]
    assert all(one.is_no_paper for one in read.unplaced)


def test_papers_of_later_versions_are_read_with_their_files() -> None:
    read = read_source(OF_4)
    one = read.items[0]
    assert (one.paper.abstract, one.paper.comment) == ("Moss is slow.", "Garden Studies")
    assert one.attached.pdfs == (
        SAMPLES / "Growth_of_moss_0.pdf",
        SAMPLES / "Growth_of_moss_0_sup0.pdf",
    )
    assert (one.collections, read.items[1].rating) == (("Moss/Wet moss",), 1)


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (b"x", "default.realm is no database of Realm", "BibTeX"),
        (bytes(range(256)) * 64, "or it is encrypted", "BibTeX"),
        (WHOLE[:-1000], r"damaged at byte (\d+) of \1", "BibTeX"),
        (WHOLE[:20] + b"\x18" + WHOLE[21:], "newer Paperlib: its file format 24", "BibTeX"),
        (WHOLE[:20] + b"\x0a" + WHOLE[21:], "old Paperlib: its file format 10", "once in Paperlib"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_remedy(
    tmp_path: Path, content: bytes, what: str, hint: str
) -> None:
    with pytest.raises(ReaderError, match=what) as error:
        read_source(library(tmp_path, content))
    assert error.value.exit_code == 2
    assert hint in error.value.hint
    assert "default.realm" in str(error.value)


def read_whole(content: bytes) -> None:
    realm = RealmFile(content)
    columns = {name for paper in json.loads(Path(f"{OF_3}.json").read_text()) for name in paper}
    for table in realm.tables:
        realm.objects(table, {*columns, *NAMED})


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([WHOLE, OF_2.read_bytes(), OF_4.read_bytes()])))
    for _n in range(data.draw(st.integers(1, 8))):
        at = 8 * data.draw(st.integers(0, len(content) // 8 - 1))
        if data.draw(st.booleans()):  # a node that stands elsewhere, or anything
            copied = 8 * data.draw(st.integers(0, len(content) // 8 - 1))
            content[at : at + 8] = content[copied : copied + 8]
        else:
            content[at : at + 8] = data.draw(st.binary(min_size=8, max_size=8))
    with suppress(RealmError):
        read_whole(bytes(content))


class Crafted:
    """Writes a database of one table, `class_A`, whose clusters are the test's."""

    def __init__(self) -> None:
        self.content = bytearray(24)

    def node(self, values: Sequence[int], flags: int = 0x46, size: int | None = None) -> int:
        """Add a node, of 32 bits a value."""
        at = len(self.content)
        self.content += b"AAAA" + bytes([flags])
        self.content += (len(values) if size is None else size).to_bytes(3, "big")
        self.content += struct.pack(f"<{len(values)}i", *values)
        self.content += bytes(-len(self.content) % 8)
        return at

    def objects(self, clusters: int) -> int:
        """Read the table; returns how many objects it has."""
        names = len(self.content)
        self.content += b"AAAA\x0d\0\0\1" + b"class_A".ljust(15, b"\0") + b"\x08"
        empty = self.node([], 6)
        spec = self.node([empty, self.node([], 0x0E), empty, 0, 0, empty])
        top = self.node([names, self.node([self.node([spec, 0, clusters])])])
        self.content[:24] = struct.pack("<QQ4s4B", top, 0, b"T-DB", 23, 23, 0, 0)
        return len(RealmFile(bytes(self.content)).objects("A", ()))


def test_a_crafted_database_is_read() -> None:
    crafted = Crafted()
    leaves = [crafted.node([2 * 200 + 1]), crafted.node([2 * 7 + 1])]
    # 256 keys for each child; depth, number of objects, children.
    assert crafted.objects(crafted.node([0, 3, 415, *leaves], 0xC6)) == 207


@pytest.mark.parametrize("n_children", [1, 200])
def test_a_tree_that_leads_in_a_circle_is_refused(n_children: int) -> None:
    crafted = Crafted()
    with pytest.raises(RealmError, match=r"broken tree|overlap"):
        crafted.objects(crafted.node([0, 3, 1, *[24] * n_children], 0xC6))


def test_one_cluster_in_many_places_is_refused() -> None:
    crafted = Crafted()
    leaf = crafted.node([2 * 256 + 1])
    rows = [crafted.node([0, 3, 1, *[leaf] * 500], 0xC6) for _n in range(20)]
    with pytest.raises(RealmError, match=r"overlap|more values"):
        crafted.objects(crafted.node([0, 5, 1, *rows], 0xC6))


@pytest.mark.parametrize("slots", [[2 * 5_000_000 + 1], [-1], [12], [8 * 10**6]])
def test_a_cluster_without_sense_is_refused(slots: list[int]) -> None:
    crafted = Crafted()
    with pytest.raises(RealmError):
        crafted.objects(crafted.node(slots))


def test_a_node_of_millions_of_values_in_no_bytes_is_refused() -> None:
    crafted = Crafted()
    with pytest.raises(RealmError, match="more values"):
        crafted.objects(crafted.node([], 0x40, size=16_000_000))
