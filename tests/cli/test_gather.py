"""Run `gather`, `add` and `index`: what is missing is said each time, what is not ours stays."""

from __future__ import annotations

import json
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from reader.library.disk import lock_file
from reader.library.rows.database import Database
from reader.ranking.rows import standings
from tests.installed import (
    HUMS,
    LIFT,
    NOW,
    WATER,
    finish,
    ids_of,
    rows,
    run_here,
    says,
    start,
)
from tests.play import Fault, PlayServer

OTHER = "arxiv:3103.90077"
RECORD = b'{"DOI": "10.5555/kettle.1", "title": "On Kettles that Whistle"}'


def test_rebuild_deletes_nothing_outside_of_a_library(tmp_path: Path) -> None:
    (tmp_path / "index.db").write_bytes(b"of another program")
    assert run_here("index", "--rebuild", library=tmp_path).code == 3
    (tmp_path / "feeds.toml").write_text("[reader]\nquota = 'many'\n")
    assert run_here("index", "--rebuild", library=tmp_path).code == 3
    assert (tmp_path / "index.db").read_bytes() == b"of another program"


@pytest.mark.parametrize("name", ["gather.lock", "index.lock"])
def test_rebuild_is_refused_while_the_index_is_being_filled(library: Path, name: str) -> None:
    file = library / "index.db"
    before = file.stat().st_ino
    with lock_file(library / name):
        code, out, err = run_here("index", "--rebuild", library=library)
    assert (code, out) == (6, "")
    assert says(err, f"{library / name} is in use by another process")
    assert file.stat().st_ino == before
    assert run_here("index", "--rebuild", library=library).code == 7  # its model is missing
    assert says(run_here("search", "water", library=library).out, "PAPER Speech recognition")


def test_workers_are_here_or_elsewhere_and_need_dask(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = ("--workers", "2", "--scheduler", "tcp://127.0.0.1:9")
    assert run_here("index", *both, library=library).code == 2
    assert run_here("index", "--workers", "0", library=library).code == 2
    monkeypatch.setitem(sys.modules, "dask", None)
    for asked in (both[:2], both[2:]):
        code, _, err = run_here("index", *asked, library=library)
        assert (code, err) == (
            5,
            "reader: Dask: it is not installed\n  Install it: pip install 'asayomi[cluster]'\n",
        )


def test_gather_learns_without_vectors_too(library: Path) -> None:
    run_here("skip", WATER, library=library)
    run_here("gather", "--no-encode", library=library)
    with Database(library) as db:
        assert "topic speech/recognition" in standings.fingerprints(db)


def test_each_gather_reports_a_missing_pdf_in_one_line(library: Path, server: PlayServer) -> None:
    server.faults = lambda path, _: Fault(status=404) if path.startswith("/pdf/") else None
    assert run_here("pick", "--no-fetch", WATER, LIFT, library=library).code == 0
    assert run_here("gather", library=library).code == 5
    code, _, err = run_here("gather", library=library, now=NOW + timedelta(minutes=5))
    assert code == 5
    # The same reason of both papers is said once, without a hint below it.
    lines = [line for line in err.splitlines() if "PDF" in line]
    assert lines == [
        "reader: PDFs of 2 papers: 127.0.0.1 answered 404: there is nothing at this address; "
        "next try after 2031-03-04 17:30"
    ]
    assert err.partition(lines[0])[2].startswith("\nreader: ")
    # Who picks one again asks for that one, at once, and hears of no other.
    server.requests.clear()
    code, _, err = run_here("pick", WATER, library=library, now=NOW + timedelta(minutes=5))
    assert says(err, f"PDF of {WATER}: ", "answered 404")
    assert LIFT not in err
    assert [r for r in server.requests if r.startswith("/pdf/")] == [f"/pdf/{WATER[6:]}"]


def test_index_fetches_the_pdfs_of_papers_that_fit_but_not_of_removed_ones(
    library: Path, server: PlayServer
) -> None:
    run_here("remove", LIFT, library=library)
    titles = dict(rows(library, "SELECT canonical, title FROM papers"))
    server.requests.clear()
    code, _, err = run_here("index", "--pdfs-of", "author:nobody", library=library)
    assert (code, says(err, "nobody")) == (7, True)  # its model is missing
    assert [r for r in server.requests if r.startswith("/pdf/")] == []
    # Words are found although the index is deleted before.
    asked = ("index", "--rebuild", "--pdfs-of", f'"{titles[WATER]}"')
    code, _, err = run_here(*asked, library=library)
    assert (code, says(err, f"PDF of {WATER}: 127.0.0.1 answered 404")) == (5, True)
    assert [r for r in server.requests if r.startswith("/pdf/")] == [f"/pdf/{WATER[6:]}"]
    run_here("index", "--pdfs-of", "year:1990-2040", library=library)
    wanted = [f"/pdf/{id_[6:]}" for id_ in titles if id_ != LIFT and id_.startswith("arxiv:")]
    assert sorted(r for r in server.requests if r.startswith("/pdf/")) == sorted(wanted)


def test_added_papers_are_found_by_words_at_once(library: Path, server: PlayServer) -> None:
    file = library / "feeds.toml"
    before = file.read_text("utf-8")
    file.write_text(before.replace('doi = "off"', f'doi = "{server.url}/doi/"'), "utf-8")
    server.faults = lambda path, _: (
        Fault(status=200, body=RECORD) if path.startswith("/doi/") else None
    )
    code, out, err = run_here("add", "10.5555/kettle.1", library=library)
    assert (code, err) == (0, "")
    assert out == (
        "Added: On Kettles that Whistle (doi:10.5555/kettle.1)\n"
        "  Fetch its PDF with `reader pick doi:10.5555/kettle.1`.\n"
    )
    assert says(run_here("search", "kettles", library=library).out, "PAPER On Kettles that Whistle")


def test_a_disabled_lookup_is_reported_as_off(library: Path) -> None:
    code, out, err = run_here("add", "10.5555/kettle.1", library=library)
    assert (code, out) == (4, "")
    assert says(
        err,
        "doi:10.5555/kettle.1 was not added: looking it up is turned off.",
        'resolve.doi = "off"',
    )
    code, _, err = run_here("add", "--no-fetch", OTHER, library=library)
    assert code == 4
    assert says(
        err, f"{OTHER} is not in this library, and was not looked up.", "Without --no-fetch"
    )
    code, _, err = run_here("add", OTHER, library=library)
    assert code == 4
    assert says(
        err,
        f"{OTHER} was not added: its registry does not know it.",
        "https://arxiv.org/abs/3103.90077",
    )


@pytest.mark.slow
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_ended_it_says_how_far_it_came(
    fresh: Path, server: PlayServer, how: signal.Signals, code: int
) -> None:
    server.faults = lambda path, _: Fault(hang_s=60) if "/feeds/timeline" in path else None
    process = start("gather", "--no-encode", library=fresh)
    while "/feeds/timeline.rss" not in server.requests:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    assert finish(process) == (
        code,
        "",
        "Ended before all was done. Sources asked: 3 of 5; new papers: 6."
        " The next gather goes on.\n",
    )


def of_the_page(number: int, *authors: str, n_votes: int) -> dict[str, object]:
    """Invent an entry of the daily papers, in the form of Hugging Face's API."""
    about = {
        "id": f"3102.{number:05}",
        "title": f"Of {number} Ponds",
        "summary": "We count ponds.",
        "upvotes": n_votes,
        "authors": [{"name": name, "hidden": False} for name in authors],
    }
    return {"paper": about, "publishedAt": "2031-03-02T03:50:58.348Z", "numComments": 3}


def test_votes_of_past_days_are_imported_told_and_counted_in_a_record(
    fresh: Path, gathered: Path, server: PlayServer
) -> None:
    with (fresh / "feeds.toml").open("a", encoding="utf-8") as file:
        file.write(f'[[feed]]\nname = "daily"\nkind = "hf"\nurl = "{server.url}/votes"\n')
    page = json.dumps([of_the_page(1, "Ada Neverwas", n_votes=7), of_the_page(2, n_votes=1)])
    pages = [page, "[]", "no JSON"]
    # Later answers are those to the feed itself, and to the day that failed.
    server.faults = lambda path, n: (
        Fault(status=200, body=(pages[n - 1] if n <= len(pages) else "[]").encode())
        if path == "/votes"
        else None
    )
    code, out, err = run_here("gather", "--no-encode", "--votes-since", "2031-03-01", library=fresh)
    assert code == 5
    assert out.splitlines() == [
        "Asking daily for the votes of 3 days (about 1 min).",
        "Votes of 2 days read: papers 1, up-votes 7.",
        "1 entry without authors or an arXiv id was not used.",
        "1 day is missing; the same command asks for it again.",
    ]
    assert says(err, "daily (votes of 2031-03-01): the answer is text", "not JSON")
    assert [r for r in server.requests if r.startswith("/votes?")] == [
        f"/votes?date=2031-03-{day:02}&limit=100" for day in (3, 2, 1)
    ]
    # The library is the same as without: no paper of the pages is in it, and none in the queue.
    assert ids_of(fresh) == ids_of(gathered)
    assert says(
        run_here("why", "--all", HUMS, library=fresh).out,
        "+0.057 earlier papers of its authors that were talked about: Ada Neverwas: 1 of 1",
    )
    last = "Imported votes (2031-03-02 to 2031-03-03): 2 days, papers 1."
    assert run_here("sources", library=fresh).out.splitlines()[-1] == last
    code, out, _ = run_here(
        "gather", "--no-encode", "--json", "--votes-since", "2031-03-01", library=fresh
    )
    ended = json.loads(out.splitlines()[-1])
    assert (code, ended["votes"]) == (
        0,
        {"n_days": 1, "n_papers": 0, "n_votes": 0, "n_skipped": 0, "n_left": 0},
    )
    lines = run_here("sources", "--json", library=fresh).out.splitlines()
    assert json.loads(lines[-1]) == {
        "name": "votes", "is_missing": False, "first": "2031-03-01", "last": "2031-03-03",
        "n_days": 3, "n_papers": 1, "n_votes": 7,
    }  # fmt: skip
    assert run_here("gather", "--votes-since", "2031-04-01", library=fresh).code == 2


def test_before_the_first_gather_sources_say_what_asks_them(fresh: Path) -> None:
    told = "Nothing was asked yet; `reader today` asks."
    assert says(run_here("sources", library=fresh).out, told)
    run_here("gather", "--no-encode", library=fresh)
    assert told not in run_here("sources", library=fresh).out.replace("\n", " ")
