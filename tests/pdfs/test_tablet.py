"""Test which files `take` puts into the tablet's folder, and that it never overwrites."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import Locked, NotAnId, PdfError, ReadOnly, StoreError, UsageError
from reader.library.disk import lock_file
from reader.library.feeds_file import parse
from reader.library.folder import Library
from reader.library.paper import LibraryPaper
from reader.library.rows import highlights, papers, pdfs
from reader.morning.pick import decide
from reader.pdfs.tablet import (
    LOCK,
    TabletOutcome,
    evicted,
    file_at,
    is_named_after,
    place_of,
    tablet_folder,
    take,
)
from reader.ranking.learn import file_away
from tests.samples import DAY, FEEDS_TOML, NOW, Clock, a_library, paper

TITLES = ("On Snails", "On Moss", "On Rain")
FIRST, SECOND = "2025-06-04 01 2025_Field_Snails.pdf", "2025-06-04 02 2025_Field_Rain.pdf"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, clock: Clock) -> Iterator[Library]:
    folder = tmp_path / "library"
    folder.mkdir()
    with a_library(folder, now=clock) as library:
        given = [paper(n, title) for n, title in enumerate(TITLES, 1)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        yield library


@pytest.fixture
def pad(tmp_path: Path) -> Path:
    return tmp_path / "pad"


def library_paper(library: Library, row: int) -> LibraryPaper:
    return papers.papers_at(library.db, [row])[0]


def give_pdf(library: Library, row: int, content: bytes) -> None:
    file_away(library, library_paper(library, row))
    path = f"papers/{library_paper(library, row).key}.pdf"
    file = library.folder / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    pdf = pdfs.Pdf(row, path, hashlib.sha256(content).hexdigest())
    pdfs.add_pdf(library.db, pdf, n_bytes=len(content), at=NOW)


def pick(library: Library, *rows: int) -> None:
    for row in rows:
        give_pdf(library, row, f"%PDF-1.7 {row} %%EOF".encode())
        decide(library, "pick", [library_paper(library, row).record.id])


def taken(library: Library, pad: Path, *texts: str) -> list[tuple[str, str]]:
    return [(took.outcome, took.name) for took in take(library, texts, pad)]


def test_todays_picks_are_copied_under_names_that_sort(library: Library, pad: Path) -> None:
    pick(library, 1, 3)
    assert taken(library, pad) == [("copied", FIRST), ("copied", SECOND)]
    assert {file.name: file.read_bytes() for file in pad.iterdir()} == {
        FIRST: b"%PDF-1.7 1 %%EOF",
        SECOND: b"%PDF-1.7 3 %%EOF",
    }
    assert [t.path for row in (1, 3) for t in highlights.taken_of(library.db, row)] == [
        FIRST,
        SECOND,
    ]
    pick(library, 2)
    assert taken(library, pad) == [
        ("there", FIRST),
        ("there", SECOND),
        ("copied", "2025-06-04 03 2025_Field_Moss.pdf"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        FIRST,
        "2025-06-04 01 2025_field_snails (annotated).PDF",
        "read/2025-06-04 01 2025_Field_Snails 2.pdf",
        f".{FIRST}.icloud",
    ],
)
def test_a_copy_that_lies_there_stays_as_it_is_on_any_day(
    library: Library, pad: Path, clock: Clock, name: str
) -> None:
    pick(library, 1)
    taken(library, pad)
    (pad / FIRST).unlink()
    file = pad / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"marked")
    clock.now += timedelta(days=3)
    ((outcome, _),) = taken(library, pad, "2506.00001")
    assert outcome == "there"
    assert [f.read_bytes() for f in pad.rglob("*") if f.is_file()] == [b"marked"]


def test_a_copy_that_came_back_under_another_name_stays_as_it_is(
    library: Library, pad: Path, clock: Clock
) -> None:
    pick(library, 1)
    taken(library, pad)
    file = pad / "read" / "Snails (final).pdf"
    file.parent.mkdir()
    (pad / FIRST).rename(file)
    place = place_of(library, Path(os.path.realpath(file)))
    highlights.set_returned(library.db, highlights.PlaceState(place, 1, "1" * 64), at=NOW)
    clock.now += timedelta(days=3)
    assert taken(library, pad, "On Snails") == [("there", "read/Snails (final).pdf")]
    assert [f for f in pad.rglob("*") if f.is_file()] == [file]
    file.rename(file.with_name(f".{file.name}.icloud"))
    assert taken(library, pad, "On Snails") == [("there", "read/Snails (final).pdf")]
    file.with_name(f".{file.name}.icloud").unlink()
    assert taken(library, pad, "On Snails")[0][0] == "copied"


def test_a_copy_that_was_deleted_is_made_again(library: Library, pad: Path, clock: Clock) -> None:
    pick(library, 1)
    taken(library, pad)
    (pad / FIRST).unlink()
    assert taken(library, pad) == [("copied", FIRST)]
    (pad / FIRST).unlink()
    clock.now += timedelta(days=1)
    later = FIRST.replace("06-04", "06-05")
    assert taken(library, pad, "On Snails") == [("copied", later)]


def test_a_file_of_that_name_which_is_not_ours_is_not_overwritten(
    library: Library, pad: Path
) -> None:
    pick(library, 1)
    pad.mkdir()
    (pad / FIRST).write_bytes(b"somebody's")
    assert taken(library, pad) == [("copied", FIRST.replace(" 01 ", " 02 "))]
    assert (pad / FIRST).read_bytes() == b"somebody's"


def test_a_kill_after_the_row_leaves_nothing_that_the_next_run_does_not_mend(
    library: Library, pad: Path
) -> None:
    pick(library, 1)
    pad.mkdir()
    pad.chmod(0o500)
    if os.access(pad, os.W_OK):  # root may write anywhere
        pad.chmod(0o700)
        highlights.add_taken(library.db, highlights.TabletCopy(1, FIRST, "0" * 64), at=NOW)
    else:
        with pytest.raises(StoreError):
            taken(library, pad)
        pad.chmod(0o700)
    assert taken(library, pad) == [("copied", FIRST)]


def test_a_paper_without_pdf_is_named_and_the_rest_is_copied(library: Library, pad: Path) -> None:
    pick(library, 1)
    took = list(take(library, ["On Moss", "On Snails", "2506.00001"], pad))
    hint = "Fetch it with `reader pick arxiv:2506.00002`, then run take again."
    assert [replace(t, error=None) for t in took] == [
        TabletOutcome(library_paper(library, 2), "missing"),
        TabletOutcome(library_paper(library, 1), "copied", FIRST),
    ]
    error = took[0].error
    assert isinstance(error, PdfError)
    assert (error.message, error.hint) == ("On Moss: its PDF is not in the library", hint)
    (library.folder / f"papers/{library_paper(library, 1).key}.pdf").unlink()
    (pad / FIRST).unlink()
    assert taken(library, pad) == [("missing", "")]
    # One that was picked already is fetched, and not picked again.
    [again] = take(library, [], pad)
    hint = "Fetch it with `reader fetch arxiv:2506.00001`, then run take again."
    assert isinstance(again.error, PdfError)
    assert again.error.hint == hint


def test_an_unknown_paper_stops_all_before_anything_is_copied(library: Library, pad: Path) -> None:
    pick(library, 1)
    with pytest.raises(NotAnId):
        taken(library, pad, "On Snails", "On Nothing")
    assert not pad.exists()


def test_with_nothing_to_take_no_folder_is_made(library: Library, pad: Path) -> None:
    assert taken(library, pad) == []
    assert not pad.exists()


def test_a_folder_without_its_disk_is_not_made(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cloud/pad does not exist") as raised:
        taken(library, tmp_path / "cloud" / "pad")
    assert "Connect its disk or cloud" in raised.value.hint
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError):
        taken(library, tmp_path / "file")


def test_two_at_once_are_one_after_the_other(library: Library, pad: Path) -> None:
    with lock_file(library.folder / LOCK), pytest.raises(Locked):
        taken(library, pad)


def test_the_folder_is_that_of_feeds_toml_unless_one_is_given(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at(folder: str) -> Library:
        text = f'{FEEDS_TOML}[tablet]\nfolder = "{folder}"\n' if folder else FEEDS_TOML
        return replace(library, config=parse(text))

    monkeypatch.setenv("HOME", "/home/ada")
    assert tablet_folder(at("~/iCloud/pad")) == Path("/home/ada/iCloud/pad")
    assert tablet_folder(at("../pad")) == library.folder.parent / "pad"
    assert tablet_folder(at("~/x"), Path("/y")) == Path("/y")
    with pytest.raises(UsageError, match="No tablet folder") as raised:
        tablet_folder(at(""))
    assert "under [tablet] in feeds.toml" in raised.value.hint
    with pytest.raises(UsageError, match="no such home"):
        tablet_folder(at("~nobody-at-all/x"))


def test_a_place_has_one_name_on_every_machine(library: Library, pad: Path) -> None:
    config = parse(f'{FEEDS_TOML}[tablet]\nfolder = "{pad}"\n')
    with_pad = replace(library, config=config)
    real = Path(os.path.realpath(library.folder))
    places = {
        pad / "read" / "Äx.pdf": "tablet:read/Äx.pdf",
        real / "papers" / "a.pdf": "library:papers/a.pdf",
        Path("/laptop/a.pdf"): "/laptop/a.pdf",
    }
    for file, place in places.items():
        assert place_of(with_pad, file) == place
        assert file_at(with_pad, place) == file
    assert place_of(library, pad / os.fsdecode(b"\xff.pdf")).isprintable()


def test_names_that_an_app_makes_of_ours_are_known() -> None:
    assert is_named_after("2025-06-04 01 Snails (annotated).pdf", "2025-06-04 01 Snails.pdf")
    assert is_named_after("2025-06-04 01 Snails.PDF", "2025-06-04 01 Snails.pdf")
    assert not is_named_after("2025-06-04 01 Snails-2.pdf", "2025-06-04 01 Snails.pdf")
    assert not is_named_after("Snails.pdf", "2025-06-04 01 Snails.pdf")
    assert (evicted(".a.pdf.icloud"), evicted("a.pdf")) == ("a.pdf", "")


@pytest.mark.parametrize("name", ["", "papers", "papers/nlp", "Notes", "vectors"])
def test_nothing_is_copied_to_where_the_library_keeps_its_own_files(
    library: Library, name: str
) -> None:
    pick(library, 1)
    with pytest.raises(UsageError, match="where the library keeps its own files"):
        taken(library, library.folder / name)


def test_a_folder_with_an_impossible_name_is_a_clear_error(library: Library) -> None:
    pick(library, 1)
    with pytest.raises(StoreError, match="its name is too long for this disk"):
        taken(library, library.folder.parent / ("n" * 300))


def test_a_read_only_library_is_reported_before_any_file_is_written(
    tmp_path: Path, pad: Path
) -> None:
    with a_library(tmp_path) as library:
        papers.add_papers(library.db, [paper(1, "On Snails")], source="arXiv", on=DAY)
        pick(library, 1)
        library.db.can_write = False
        with pytest.raises(ReadOnly):
            taken(library, pad)
    assert not pad.exists()
