"""Test that `follow` adds a person to feeds.toml and touches nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader.base.errors import ReaderError, UsageError
from reader.cli.frame import Settings, run
from reader.gathering.follow import BOM, follow, with_person
from reader.library.config import Person
from reader.library.feeds_file import parse
from reader.library.folder import Library, read_config, template
from reader.library.replaced import replace_feeds
from reader.library.rows import papers
from tests.library.test_database import as_reader, close_folder
from tests.samples import DAY, FEEDS_TOML, a_library, new_database, paper

SMALL = '[topics."a/b"] # mine\nwords = ["x"]   \n'
FEED = "https://example.org/@mio.rss"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
    with a_library(tmp_path) as library:
        yield library


def file(library: Library) -> Path:
    return library.folder / "feeds.toml"


@pytest.mark.parametrize(
    "before",
    [
        SMALL.encode(),
        SMALL.rstrip("\n").encode(),
        SMALL.encode() + b"\n\n",
        SMALL.replace("\n", "\r\n").encode(),
        BOM + SMALL.encode(),
        FEEDS_TOML.encode(),
        template().encode(),
        (SMALL + '[[person]]\nname = "Bo Lind"\n[[feed]]\nurl = "https://example.org/x"').encode(),
    ],
)
def test_a_person_is_added_and_every_other_byte_stays(library: Library, before: bytes) -> None:
    file(library).write_bytes(before)
    known = read_config(file(library)).people
    follow(library, "Di Reed", [FEED])
    after = file(library).read_bytes()
    assert after.startswith(before)
    end = b"\r\n" if b"\r\n" in before else b"\n"
    block = [b"[[person]]", b'name = "Di Reed"', f'feeds = ["{FEED}"]'.encode(), b""]
    assert after.endswith(end * 2 + end.join(block))
    assert b"\r" not in after.replace(b"\r\n", b"")[len(before) :]
    assert read_config(file(library)).people == (*known, Person("Di Reed", (FEED,)))


@given(st.text(min_size=1, max_size=40))
def test_any_name_stands_in_the_file_as_it_is(name: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    config = parse(with_person(SMALL.encode(), name, ()).decode())
    assert config.people == (Person(name),)


@pytest.mark.parametrize(
    ("name", "feeds", "what"),
    [
        ("Mio Hoshi", (), "follow Mio Hoshi already"),
        ("Hoshi, Mio", (), "follow Hoshi, Mio already, as Mio Hoshi"),
        ("", (), "not a person's name"),
        ("42", (), "not a person's name"),
        ("x" * 300, (), "not a person's name"),
        ("Di Reed", ("example.org",), "not a web address"),
        ("Di Reed", ("http://127.0.0.1:9/timeline.rss",), "a source already"),
        ("Di Reed", (FEED, FEED), "a source already"),
        ("timeline", (FEED,), "another source has the name"),
    ],
)
def test_what_cannot_be_followed_changes_nothing(
    library: Library, name: str, feeds: tuple[str, ...], what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        follow(library, name, feeds)
    assert file(library).read_text("utf-8") == FEEDS_TOML


def test_people_written_in_one_line_are_refused_and_left(library: Library) -> None:
    before = 'person = [{name = "Bo Lind"}]\n' + SMALL
    file(library).write_text(before, "utf-8")
    with pytest.raises(UsageError, match="would not be valid"):
        follow(library, "Di Reed")
    assert file(library).read_text("utf-8") == before


def test_a_person_added_since_the_library_was_opened_is_a_duplicate_too(library: Library) -> None:
    follow(library, "Di Reed")
    with pytest.raises(UsageError, match="You follow Di Reed already"):
        follow(library, "Di Reed")  # the open library still has the configuration of before


def test_a_broken_file_is_named_and_left(library: Library) -> None:
    file(library).write_text("[topics", "utf-8")
    with pytest.raises(ReaderError, match="line 1"):
        follow(library, "Di Reed")
    assert file(library).read_text("utf-8") == "[topics"


def test_a_link_and_its_rights_stay(library: Library, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere.toml"
    file(library).rename(real)
    real.chmod(0o600)
    file(library).symlink_to(real)
    follow(library, "Di Reed")
    assert file(library).is_symlink()
    assert (real.stat().st_mode & 0o777, b"Di Reed" in real.read_bytes()) == (0o600, True)


def test_a_file_that_somebody_saved_meanwhile_is_not_overwritten(library: Library) -> None:
    assert not replace_feeds(
        library.folder, library.now(), b"what was read", b"what would be written"
    )
    assert file(library).read_text("utf-8") == FEEDS_TOML


READ_ONLY = """
from reader.base.errors import ReadOnly
from reader.library.folder import open_library
from reader.gathering.follow import follow
with open_library(folder) as library:
    try:
        follow(library, "Di Reed")
    except ReadOnly as error:
        print(error.exit_code, error.file)
"""


def test_a_file_that_must_not_be_written_is_left_and_named() -> None:
    with tempfile.TemporaryDirectory(prefix="reader-test-") as name:
        folder = Path(name)
        (folder / "feeds.toml").write_text(FEEDS_TOML, "utf-8")
        new_database(folder).close()
        close_folder(folder)
        assert as_reader(READ_ONLY, folder) == ["6", str(folder / "feeds.toml")]
        folder.chmod(0o755)
        assert (folder / "feeds.toml").read_text("utf-8") == FEEDS_TOML


def test_the_authors_whom_a_name_may_mean_are_told(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    by = [("Di Reed",), ("D. Reed",), ("Bo Lind",)]
    given = [paper(n, f"On Bees {n}", authors=names) for n, names in enumerate(by, 1)]
    papers.add_papers(library.db, given, source="arXiv", on=DAY)
    assert follow(library, "Bo Lind").is_ambiguous is False
    found = follow(library, "Di Reed")
    assert (found.is_ambiguous, found.authors) == (
        True, {"D. Reed": "ambiguous", "Di Reed": "same"})  # fmt: skip
    file(library).write_text(FEEDS_TOML, "utf-8")
    assert run(["follow", "Di Reed", "--feed", FEED], Settings(tmp_path)) == 0
    assert capsys.readouterr().out == (
        "You follow Di Reed now.\n"
        "More than one person may have this name. Authors here: Di Reed, D. Reed.\n"
    )
    assert run(["follow", "Di Reed", "--quiet"], Settings(tmp_path)) == 2
    assert "You follow Di Reed already" in capsys.readouterr().err
