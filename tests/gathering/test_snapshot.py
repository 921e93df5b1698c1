"""Test the reading of arXiv's metadata snapshot, whole and damaged. All records are invented."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import UsageError
from reader.gathering.imports.arxiv_metadata import (
    LONGEST,
    is_snapshot,
    is_wanted,
    read_record,
    read_snapshot,
)
from reader.gathering.imports.item import ImportedPaper, UnplacedItem
from reader.library.paper import Paper


def record(number: int, **more: Any) -> dict[str, Any]:
    """Make a sample record, in the fields and their order that arXiv's own have."""
    return {
        "id": f"2506.{number:05}",
        "submitter": "Ada Field",
        "authors": "Ada Field and J. Sch\\\"on, Jr. (Garden)",
        "title": f"Whistling Moss in\n  Old Gardens {number}",
        "comments": "12 pages",
        "journal-ref": None,
        "doi": None,
        "report-no": None,
        "categories": "cs.CL eess.AS",
        "license": None,
        "abstract": f"  Moss number {number} whistles\nat night.\n",
        "versions": [
            {"version": "v1", "created": "Sun, 1 Jun 2025 23:30:00 GMT"},
            {"version": "v2", "created": "Mon, 9 Jun 2025 10:00:00 GMT"},
        ],
        "update_date": "2025-06-10",
        "authors_parsed": [["Field", "Ada", ""], ["Sch\\\"on", "J.", "Jr.", "Garden"]],
    } | more  # fmt: skip


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in records)


def test_a_record_becomes_a_paper() -> None:
    told = record(1, doi="10.5555/1 10.5555/2", **{"journal-ref": "Garden Studies 7 (2025) 1-10"})
    read = read_record(json.dumps(told).encode(), "here")
    assert isinstance(read, ImportedPaper)
    assert read.paper == Paper(
        ("arxiv:2506.00001", "doi:10.5555/1", "doi:10.5555/2"),
        "Whistling Moss in Old Gardens 1",
        ("Ada Field", "J. Schön Jr."),
        "Moss number 1 whistles at night.",
        ("cs.CL", "eess.AS"),
        "12 pages; Garden Studies 7 (2025) 1-10",
        published_on=date(2025, 6, 1),
        version=2,
    )


@pytest.mark.parametrize(
    ("number", "id_"),
    [("hep-th/9901001", "hep-th/9901001"), ("math.GT/0309136", "math/0309136"),
     ("0704.0001", "0704.0001")],
)  # fmt: skip
def test_old_numbers_are_read(number: str, id_: str) -> None:
    read = read_record(json.dumps(record(1, id=number, authors_parsed=None)).encode(), "here")
    assert isinstance(read, ImportedPaper)
    assert (read.paper.id, read.paper.authors) == (f"arxiv:{id_}", ("Ada Field", "J. Schön Jr."))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", 2506.00001),
        ("id", "doi:10.5555/1"),
        ("id", None),
        ("title", "\n"),
        ("abstract", ["a"]),
        ("categories", None),
        ("doi", {}),
        ("authors_parsed", [["Field", 3]]),
        ("authors_parsed", "Field"),
        ("versions", []),
        ("versions", [{"version": "v1"}]),
        ("versions", [{"version": "v1", "created": "last June"}]),
        ("versions", [{"version": "1e9", "created": "Sun, 1 Jun 2025 23:30:00 GMT"}]),
    ],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    read = read_record(json.dumps(record(1, **{field: value})).encode(), "here")
    assert isinstance(read, UnplacedItem)
    assert str(read.why) == f"its field {field} is missing or wrong"


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(record(1))), _json))
def test_any_values_make_a_paper_or_a_reason(changes: dict[str, Any]) -> None:
    read = read_record(json.dumps(record(1, **changes)).encode(), "here")
    if isinstance(read, ImportedPaper):
        assert read.paper.id.startswith("arxiv:")
        assert read.paper.title
    else:
        assert str(read.why)


@given(st.binary() | _json.map(lambda value: json.dumps(value).encode()))
def test_no_other_line_is_a_paper(line: bytes) -> None:
    assert isinstance(read_record(line, "here"), UnplacedItem)


@given(st.lists(st.binary(max_size=30) | st.just(lines(record(1)))))
def test_each_line_that_is_not_empty_comes_once(
    tmp_path_factory: pytest.TempPathFactory, several: list[bytes]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    # Plain, whatever its first bytes.
    file.write_bytes(b" \n" + b"\n".join(several))
    found = [line for line in file.read_bytes().split(b"\n") if line.strip()]
    read = list(read_snapshot(file))
    assert len(read) == len(found)
    assert sum(isinstance(one, ImportedPaper) for one in read) == several.count(lines(record(1)))


def zipped(content: bytes, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README", "A sample.")
        archive.writestr("snapshot.json", content)


def gzipped(content: bytes, file: Path) -> None:
    file.write_bytes(gzip.compress(content))


def plain(content: bytes, file: Path) -> None:
    file.write_bytes(content)


@pytest.mark.parametrize("write", [plain, gzipped, zipped])
def test_it_is_recognised_and_read_in_each_wrapping(
    tmp_path: Path, write: Callable[[bytes, Path], None]
) -> None:
    file = tmp_path / "snapshot"
    write(lines(record(1), record(2)), file)
    assert is_snapshot(file)
    read = list(read_snapshot(file))
    assert [one.paper.id for one in read if isinstance(one, ImportedPaper)] == [
        "arxiv:2506.00001",
        "arxiv:2506.00002",
    ]
    assert str(read[1].place) == "snapshot, line 2"


def test_other_json_is_not_recognised(tmp_path: Path) -> None:
    for content in (b"[]", b'{"id": "a"}', b"[" * 100_000, b"\x1f\x8b\0", b"PK\3\4", b""):
        (tmp_path / "other").write_bytes(content)
        assert not is_snapshot(tmp_path / "other")
    assert not is_snapshot(tmp_path)


@pytest.mark.parametrize("write", [gzipped, zipped])
def test_a_file_that_breaks_off_is_an_error_after_the_lines_before(
    tmp_path: Path, write: Callable[[bytes, Path], None]
) -> None:
    file = tmp_path / "snapshot"
    write(lines(*map(record, range(1, 400))), file)
    content = bytearray(file.read_bytes())
    if write is gzipped:
        del content[-300:]
    else:  # a zip without its end is none; damaged data has another checksum
        content[content.index(b"snapshot.json") + 3_000] ^= 0xFF
    file.write_bytes(content)
    read: list[ImportedPaper | UnplacedItem] = []
    with pytest.raises(UsageError, match=r"snapshot, after line \d+: the file breaks off") as told:
        read.extend(read_snapshot(file))
    assert f"after line {len(read)}:" in str(told.value)
    assert read or write is zipped
    assert "nothing is doubled" in str(told.value.hint)


def test_a_huge_line_is_left_and_the_next_one_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.json"
    file.write_bytes(b"{" * (2 * LONGEST + 5) + b"\n" + lines(record(1)))
    huge, read = read_snapshot(file)
    assert isinstance(huge, UnplacedItem)
    assert str(huge.why) == "it is longer than 10 MB"
    assert str(read.place) == "huge.json, line 2"


def test_papers_are_chosen_by_class_archive_and_day() -> None:
    paper = Paper(("arxiv:2506.00001",), "Moss", categories=("cs.CL", "eess.AS"),
                  published_on=date(2025, 6, 1))  # fmt: skip
    assert is_wanted(paper, (), None)
    assert is_wanted(paper, ("eess.AS",), date(2025, 6, 1))
    assert is_wanted(paper, ("math", "cs"), None)
    assert not is_wanted(paper, ("cs.LG", "c"), None)
    assert not is_wanted(paper, (), date(2025, 6, 2))
