"""Test that each hostile PDF gets a clear error, and that the others are still read."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pymupdf
import pytest

from reader.base.errors import PdfError
from reader.pdfs.text.process import PdfPool, PdfReader
from tests.data import DATA, needs_data
from tests.hostile import circular, deep, good, long, packed_twice, unmapped

pytestmark = pytest.mark.slow

# What the manifest expects → what may come of it. "document" stands for a Document.
OUTCOMES = {
    "opens": {"document"},
    "repaired (opens with a warning)": {"document"},
    "encrypted (needs a password)": {"encrypted"},
    "not a pdf": {"not a pdf"},
    "opens with no readable page": {"no page"},
    # One of the three has no PDF header at all, which is the clearer word.
    "does not open": {"broken", "not a pdf"},
    # With much time it comes to the limit of memory, where MuPDF may crash.
    "hangs: must be stopped by the caller": {"time", "memory", "crash"},
}


@needs_data
@pytest.mark.slow
def test_every_hostile_file_comes_out_as_its_manifest_says() -> None:
    assert DATA is not None
    lines = (DATA / "files" / "hostile_truth.jsonl").read_text("utf-8").splitlines()
    expected = {DATA / "files" / row["file"]: row["expected"] for row in map(json.loads, lines)}
    # The one that hangs gets less time than it may take elsewhere; the others much more
    # than they need.
    with PdfPool(timeout_s=5) as pool:
        found = {
            path: error.kind if isinstance(error := one, PdfError) else "document"
            for path, one in pool.read_all(expected)
        }
    wrong = {p.name: (found[p], e) for p, e in expected.items() if found[p] not in OUTCOMES[e]}
    assert (wrong, len(found)) == ({}, len(lines))


@pytest.fixture(scope="module")
def reader() -> Iterator[PdfReader]:
    with PdfReader(timeout_s=30) as reader:
        yield reader


def said(reader: PdfReader, path: Path) -> str:
    """Read a bad file, and return its error's message and hint as one text."""
    with pytest.raises(PdfError) as error:
        reader.read(path)
    begin, _, rest = error.value.message.partition(": ")
    assert Path(begin).name
    assert error.value.hint
    return rest


def test_bytes_that_are_no_pdf_are_named_as_what_they_are(
    reader: PdfReader, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    words = []
    for content in (b"", b"<html><body>Log in", b"GIF89a", b"%PDF-1.7\n", b"PK\x03\x04" * 99):
        path.write_bytes(content)
        words.append(said(reader, path))
    assert words == [
        "is empty (0 bytes)",
        "is not a PDF",
        "is not a PDF",
        "is damaged and cannot be opened",
        "is not a PDF",
    ]


def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes_or_named(
    reader: PdfReader, tmp_path: Path
) -> None:
    whole = good(tmp_path / "whole.pdf", n_pages=20).read_bytes()
    path = tmp_path / "cut.pdf"
    for part in (0.02, 0.3, 0.6, 0.9, 0.99):
        path.write_bytes(whole[: int(part * len(whole))])
        try:
            assert reader.read(path).n_pages > 0
        except PdfError as error:
            assert error.kind in ("no page", "broken")  # noqa: PT017


def test_a_path_that_is_no_file_is_named_and_not_waited_for(
    reader: PdfReader, tmp_path: Path
) -> None:
    folder, loop = tmp_path / "folder.pdf", tmp_path / "loop.pdf"
    folder.mkdir()
    loop.symlink_to(loop)
    dangling = tmp_path / "dangling.pdf"
    dangling.symlink_to(tmp_path / "nowhere.pdf")
    assert [said(reader, p) for p in (folder, dangling, tmp_path / "a\0b.pdf")] == [
        "is a folder, not a PDF",
        "cannot be read (no such file)",
        "cannot be read (no such name)",
    ]
    assert said(reader, loop).startswith("cannot be read (")


@pytest.mark.skipif(os.name != "posix", reason="there are no such files")
def test_pipes_and_devices_are_not_opened(reader: PdfReader, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.pdf"
    os.mkfifo(pipe)
    begin = time.monotonic()
    assert said(reader, pipe) == "is not a regular file, but a pipe or a device"
    assert said(reader, Path("/dev/zero")) == "is not a regular file, but a pipe or a device"
    assert time.monotonic() - begin < 5


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(reader: PdfReader, tmp_path: Path) -> None:
    path = good(tmp_path / "mine.pdf")
    path.chmod(0)
    assert said(reader, path) == "cannot be read (Permission denied)"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"two\nlines.pdf", r"two\nlines.pdf"),
        (b"no utf\xff8.pdf", r"no utf\xff8.pdf"),
        ("朝読み 朝.pdf".encode(), "朝読み 朝.pdf"),
        (b"esc\x1b[31m.pdf", r"esc\x1b[31m.pdf"),
    ],
)
def test_a_file_of_any_name_is_read_and_named_so_that_it_can_be_printed(
    reader: PdfReader, tmp_path: Path, name: bytes, shown: str
) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(good(tmp_path / "good.pdf").read_bytes())
    assert reader.read(path).first_page == "Fine."
    path.write_bytes(b"no pdf")
    with pytest.raises(PdfError) as error:
        reader.read(path)
    assert error.value.message == f"{tmp_path}/{shown}: is not a PDF"
    error.value.message.encode()


def test_a_password_is_asked_for_only_where_one_is_needed(
    reader: PdfReader, tmp_path: Path
) -> None:
    key = pymupdf.PDF_ENCRYPT_AES_256
    locked = good(tmp_path / "locked.pdf", encryption=key, user_pw="x", owner_pw="y")
    assert said(reader, locked) == "is encrypted and needs a password"
    protected = good(tmp_path / "printable.pdf", encryption=key, user_pw="", owner_pw="y")
    assert reader.read(protected).first_page == "Fine."


def test_page_trees_that_are_deep_or_go_round_end(reader: PdfReader, tmp_path: Path) -> None:
    for path in (deep(tmp_path / "deep.pdf"), circular(tmp_path / "circle.pdf")):
        try:
            assert reader.read(path).n_pages <= 1
        except PdfError as error:
            assert error.kind in ("no page", "broken")  # noqa: PT017


def test_a_font_without_a_mapping_is_a_page_without_text(reader: PdfReader, tmp_path: Path) -> None:
    document = reader.read(unmapped(tmp_path / "unmapped.pdf"))
    assert (document.n_pages, document.n_scanned) == (1, 1)


def test_five_thousand_pages_are_read(reader: PdfReader, tmp_path: Path) -> None:
    document = reader.read(long(tmp_path / "long.pdf", n_pages=5000))
    assert (document.n_pages, document.n_scanned) == (5000, 0)


@pytest.mark.parametrize("unit", [b"\n", b"0 0 9 9 re f\n"], ids=["nothing", "rectangles"])
def test_a_copy_that_unpacks_to_far_more_than_it_is_is_refused_at_once(
    tmp_path: Path, unit: bytes
) -> None:
    bomb, fine = tmp_path / "bomb.pdf", good(tmp_path / "fine.pdf")
    bomb.write_bytes(packed_twice(unit))
    assert bomb.stat().st_size < 2_000
    # With 300 MB it cannot be unpacked whole; what counts it has no need to.
    with PdfReader(timeout_s=10, max_bytes=300_000_000) as reader:
        for ask in (reader.marks, reader.looks):
            with pytest.raises(PdfError) as error:
                ask(bomb)
            assert error.value.kind == "bomb"
            assert "unpacks to more than 100 MB, hundreds of times its size" in error.value.message
        assert (reader.marks(fine).highlights, reader.looks(fine).n_pages) == ((), 1)


@needs_data
@pytest.mark.slow
def test_no_real_file_is_taken_for_a_bomb() -> None:
    assert DATA is not None
    files = [*(DATA / "files/papers").glob("*.pdf"), *(DATA / "files/annotated").glob("*.pdf")]
    with PdfPool() as pool:
        kinds = {
            found.kind
            for _, found in pool._ask_each(pool.marks, files)
            if isinstance(found, PdfError)
        }
    assert "bomb" not in kinds
