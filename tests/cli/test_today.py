"""Run `today` where nothing can be written: the list is shown whatever happens."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.folder import open_library
from tests.installed import NOW, copy_library, new_library, run, says, today
from tests.play import PlayServer

NOTHING_FITS = ("prlimit", "--fsize=1")
"""No file may grow beyond one byte: to SQLite, a disk that takes nothing any more."""

needs_prlimit = pytest.mark.skipif(not shutil.which("prlimit"), reason="there is no prlimit")


@needs_prlimit
def test_on_a_full_disk_the_list_is_shown_as_it_is(
    tmp_path: Path, server: PlayServer, gathered: Path
) -> None:
    library = copy_library(gathered, tmp_path / "library", server)
    later = NOW + timedelta(days=1)
    # Held open, so that the files that SQLite needs to read at all are there.
    with open_library(library):
        code, out, err = run("today", library=library, prefix=NOTHING_FITS, now=later)
    assert code == 6
    assert says(out, "0 new papers", "This is the list as it is now")
    assert says(err, f"reader: {library}/reader.db:", "then run the command again.")


@needs_prlimit
def test_a_list_that_was_never_ranked_is_shown_where_no_rank_can_be_kept(
    tmp_path: Path, server: PlayServer, gathered: Path
) -> None:
    library = copy_library(gathered, tmp_path / "library", server)
    whole = today(library)
    (library / "index.db").unlink()
    with open_library(library):
        ran = run("today", "--no-fetch", "--json", library=library, prefix=NOTHING_FITS)
        assert (ran.code, ran.err) == (whole[0], "")
    # What it learned was derived too, until the next gather: words alone, and the same papers.
    own = [{entry["id"] for entry in of["own"]} for of in (today(library)[1], whole[1])]
    assert own[0] == own[1]
    assert ran.out.count('"own": []') == 0


def test_the_earliest_date_has_a_list(tmp_path: Path, server: PlayServer) -> None:
    library = new_library(tmp_path / "library", server)
    code, out, err = run("today", "--date", "0001-01-01", library=library)
    assert (code, err) == (0, "")
    assert says(out, "0 new papers")
