"""Without a network it is said once, and a source that was not tried is no answer."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from reader.base.errors import PdfError, Problem, SourceFailed, Unreachable
from reader.gathering.gather import source_names
from reader.gathering.rows import sources
from reader.gathering.source import fail, joined_problems
from reader.library.paper import Batch
from tests.installed import (
    LADDER,
    LIFT,
    NOW,
    SOON,
    WATER,
    feeds_toml,
    run,
    run_here,
    says,
    states,
    today,
)
from tests.play import PlayServer
from tests.samples import DAY
from tests.samples import NOW as NOW_THERE
from tests.web.site import parts_of, site

pytestmark = pytest.mark.slow

ALL = ("arXiv", "arXiv feed cs.CL", "arXiv feed eess.AS", "timeline", "blog")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def offline(tmp_path: Path) -> Path:
    """A library whose every address is a port at which nobody listens, with a seed to look up."""
    with PlayServer((), clock=lambda: NOW) as gone:
        text = feeds_toml(gone)
        oai = f'oai_url = "{gone.url}/oai"'
    text = text.replace('oai_url = "off"', oai)
    text = text.replace('"音声翻訳"]', '"音声翻訳"]\nseeds = ["arxiv:3103.90001"]')
    folder = tmp_path / "offline"
    folder.mkdir()
    (folder / "feeds.toml").write_text(text, encoding="utf-8")
    return folder


def test_no_network_is_one_line_of_the_list(offline: Path) -> None:
    code, out, err = run("today", library=offline)
    assert (code, err) == (5, "")
    assert says(
        out,
        "INCOMPLETE: None of the 5 sources can be reached (2031-03-03 to 2031-03-04).",
        "Is the network up? Everything that was fetched before is still here.",
        "SOURCES 0 of 5 up to date.",
        "(no connection at 2031-03-04 17:00)",
    )
    assert out.count("reached") == 1
    assert out.count("  ! ") == 0
    assert "127.0.0.1" not in out


def test_no_network_is_one_message_of_a_gather(offline: Path) -> None:
    code, out, err = run("gather", "--no-encode", library=offline)
    assert (code, out) == (5, "")
    assert err.count("reader: ") == 1
    assert says(err, "arXiv, arXiv feed cs.CL, arXiv feed eess.AS, timeline, blog: no answer")
    assert says(err, "Is the network up? Everything that was fetched before is still here.")

    # What waits after it is within the one message, and so is OAI-PMH, asked for the first time.
    code, out, err = run("gather", "--no-encode", library=offline, now=LATER)
    assert (code, out) == (5, "")
    assert err.count("reader: ") == 1
    every = "arXiv, arXiv feed cs.CL, arXiv feed eess.AS, arXiv OAI, timeline, blog:"
    assert says(err, f"reader: {every} no answer (127.0.0.1 refused the connection); those")
    later = "that failed earlier are tried again after 2031-03-04 17:1"
    assert says(err, later, "Is the network up?")

    # Asked once more within their rest, none of them is asked.
    code, out, err = run("gather", "--no-encode", library=offline, now=LATER)
    assert (code, out) == (5, "")
    assert err.count("reader: ") == 1
    assert says(err, every, "no answer; next try after 2031-03-04 17:1", "asks one of them now")
    out = run("sources", library=offline, now=LATER).out
    assert says(out, "! arXiv failed, waiting for the next try", "failed 1 time")
    assert "not asked today" not in out
    _, out, _ = run("today", "--no-fetch", library=offline, now=LATER)
    assert says(out, "INCOMPLETE: None of the 6 sources can be reached")


def test_a_channel_that_had_nothing_to_be_asked_for_is_no_answer(offline: Path) -> None:
    _, morning = today(offline, fetch=True)
    assert states(morning) == dict.fromkeys(ALL, "failed") | {"arXiv OAI": "not needed"}
    code, out, _ = run("sources", library=offline)
    assert code == 5
    assert says(out, "Today's list is incomplete. Sources that cannot be reached: 5 of 5.")
    assert says(out, "Not needed today: arXiv OAI.", "arXiv OAI nothing to ask for today")
    assert " ".join(out.split()).count("Is the network up?") == 1
    assert out.count("no answer") == 0


def test_what_was_missed_and_cannot_be_asked_for_is_no_part_of_an_answer(offline: Path) -> None:
    """OAI-PMH was said to have given a part, 0 papers, where nobody answered."""
    today(offline, fetch=True)
    run("gather", "--no-encode", library=offline, now=LATER)
    _, morning = today(offline, now=LATER, fetch=False)
    oai = [s for s in morning["sources"] if s["name"] == "arXiv OAI"]
    assert [s["state"] for s in oai if s["covers"] == "2031-03-03"] == ["failed"]


def test_a_network_that_is_up_is_not_said_to_be_down(
    fresh: Path, server: PlayServer, offline: Path
) -> None:
    """Two sources of two hosts that nobody answers at stand in a line of their own."""
    port = (offline / "feeds.toml").read_text("utf-8").partition("127.0.0.1:")[2].partition("/")[0]
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8")
    for name in ("timeline.rss", "blog.json"):
        text = text.replace(server.feed_url(name), f"http://127.0.0.1:{port}/{name}")
    file.write_text(text, encoding="utf-8")
    code, out, err = run("today", library=fresh)
    assert (code, err) == (5, "")
    lacking = "INCOMPLETE: papers may be missing from timeline, blog; see below."
    assert says(out, lacking, "SOURCES 3 of 5 up to date")
    assert says(out, "! timeline, blog: nothing received for 2031-03-04: no answer (127.0.0.1 ")
    assert "None of" not in out
    assert "Is the network up?" not in out


def test_the_pages_say_it_once_in_the_browsers_language(offline: Path) -> None:
    parts = parts_of(offline, (offline / "feeds.toml").read_text("utf-8"))
    with parts.open_library() as library:
        for name in source_names(library.config):
            error = Unreachable(source=name, what="refused the connection")
            fail(library, name, error)
            batch = Batch(name, DAY, None, 0, "failed", error.message, reason=error.reason)
            sources.add_batch(library.db, batch, now=NOW_THERE, on=DAY)
    with site(parts) as client:
        for language, said in (("en", "None of the 6 sources"), ("ja", "取得元6件のどれにも")):
            for path in ("/", "/sources"):
                text = client.get(path, headers={"accept-language": language}).text
                assert text.count(said) == 1, (language, path)
        assert "refused the connection" not in client.get("/").text


def test_the_remedy_is_said_once_where_a_source_had_answered_earlier(offline: Path) -> None:
    text = (offline / "feeds.toml").read_text("utf-8")
    parts = parts_of(offline, text)
    with parts.open_library() as library:
        first, *others = source_names(library.config)
        batch = Batch(first, DAY, 2, 2, "complete")
        sources.add_batch(library.db, batch, now=NOW_THERE, on=DAY)
        for name in others:
            error = Unreachable(source=name, what="refused the connection")
            fail(library, name, error)
            batch = Batch(name, DAY, None, 0, "failed", error.message, reason=error.reason)
            sources.add_batch(library.db, batch, now=NOW_THERE, on=DAY)
    remedy = "Is the network up? Everything that was fetched before is still here."
    code, out, _ = run_here("sources", library=offline, now=NOW_THERE)
    assert (code, out.count("no answer")) == (5, 5)
    assert says(out, f"Sources with something missing: 5 of 6. {remedy}")
    assert " ".join(out.split()).count("Is the network up?") == 1
    with site(parts) as client:
        for language, said in (("en", remedy), ("ja", "ネットワーク")):
            page = client.get("/sources", headers={"accept-language": language}).text
            assert page.count(said) == 1, language


def test_the_page_of_the_work_has_one_message_too(offline: Path) -> None:
    _, out, _ = run("gather", "--no-encode", "--json", library=offline)
    ended = json.loads(out.splitlines()[-1])
    assert len(ended["problems"]) == 6
    [told] = ended["told"]
    assert told["message"].startswith(
        "arXiv, arXiv feed cs.CL, arXiv feed eess.AS, timeline, blog:"
    )
    assert told["hint"].startswith("Is the network up?")


@pytest.mark.parametrize("name", ["arXiv", "arXiv OAI", "timeline"])
def test_one_source_that_is_asked_by_name_is_one_message(offline: Path, name: str) -> None:
    run("gather", "--no-encode", library=offline)
    for _ in range(2):
        code, out, err = run("gather", "--no-encode", name, library=offline, now=LATER)
        assert (code, out) == (5, "")
        assert err.startswith(f"reader: {name}: no answer (127.0.0.1 refused the connection)\n")
        assert err.count("reader: ") == 1


def test_pdfs_that_fail_for_the_same_reason_are_one_message(
    fresh: Path, server: PlayServer
) -> None:
    run("gather", "--no-encode", library=fresh)
    file = fresh / "feeds.toml"
    with PlayServer((), clock=lambda: NOW) as gone:
        text = re.sub(r'pdf_url = ".*"', f'pdf_url = "{gone.url}/pdf/"', file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    code, _, err = run("pick", LIFT, LADDER, WATER, library=fresh)
    one = "reader: PDFs of 3 papers: no answer"
    assert (code, err.count("no answer")) == (5, 1)
    assert says(err, f"{one} (127.0.0.1 refused the connection)", "Is the network up?")
    code, out, err = run("fetch", library=fresh)
    assert (code, out) == (5, "PDFs of your picks: 0 of 3 here.\n")
    assert says(err, f"{one}; next try after 2031-03-04 17:30", "`reader fetch ID` asks")
    assert err.count("reader: ") == 1
    _, _, err = run("index", library=fresh, now=SOON)
    assert says(err, f"{one} (127.0.0.1 refused the connection)")
    assert err.count("no answer") == 1


def test_papers_are_named_where_their_pdfs_fail_for_several_reasons() -> None:
    silent = [Problem("pdf", n, Unreachable(source=f"PDF of {n}", what="x")) for n in "ab"]
    gone = [
        Problem("pdf", n, SourceFailed(source=f"PDF of {n}", what="answered 404")) for n in "cd"
    ]
    page = [Problem("pdf", n, PdfError(file=f"PDF of {n}", what="is a web page")) for n in "efg"]
    assert [error.message for error in joined_problems([*page, *gone, *silent])] == [
        "PDF of a, b: no answer (x)",
        "PDF of e, f, g: is a web page",
        "PDF of c, d: answered 404",
    ]
    assert [error.message for error in joined_problems(gone)] == ["PDFs of 2 papers: answered 404"]
    assert [error.message for error in joined_problems(page)] == ["PDFs of 3 papers: is a web page"]
    assert joined_problems(page[:1]) == [page[0].error]
    source = Problem("gather", "s", Unreachable(source="s", what="x"))
    assert [error.message for error in joined_problems([source, *gone, *silent[:1]])] == [
        "s, PDF of a: no answer (x)",
        "PDF of c, d: answered 404",
    ]


def test_ids_that_cannot_be_looked_up_are_one_message(offline: Path, server: PlayServer) -> None:
    code, out, err = run("add", "3103.90007", "3103.90008", "3103.90009", library=offline)
    assert (code, out, err.count("reader: ")) == (5, "", 1)
    assert says(
        err, "reader: 3 papers not added: arXiv: no answer (127.0.0.1 refused the connection)"
    )
    code, _, err = run("add", "3103.90007", library=offline)
    assert says(err, "reader: arXiv: no answer (127.0.0.1 refused the connection)")
    # Those that failed are named where others did not.
    file = offline / "feeds.toml"
    text = file.read_text("utf-8")
    gone = re.findall(r'api_url = "(http://[^/]*)', text)[0]
    text = re.sub(r'api_url = ".*"', f'api_url = "{server.url}/api/query"', text)
    file.write_text(text.replace('doi = "off"', f'doi = "{gone}/"'), encoding="utf-8")
    code, out, err = run("add", LIFT, "10.9999/a", "10.9999/b", library=offline)
    assert (code, err.count("reader: ")) == (5, 1)
    assert says(out, "Speech translation in a lift")
    assert says(err, "reader: not added (doi:10.9999/a, doi:10.9999/b): ", ": no answer")


def test_an_outage_is_said_anew_in_the_language_that_is_spoken(
    fresh: Path, server: PlayServer
) -> None:
    run("gather", "--no-encode", library=fresh)
    file = fresh / "feeds.toml"
    text = file.read_text("utf-8")
    with PlayServer((), clock=lambda: NOW) as gone:
        text = re.sub(r'pdf_url = ".*"', f'pdf_url = "{gone.url}/pdf/"', text)
        for name in ("timeline.rss", "blog.json"):
            text = text.replace(server.feed_url(name), gone.feed_url(name))
        seed = 'seeds = ["openreview:nowhere"]'
        text = text.replace('openreview = "off"', f'openreview = "{gone.url}"')
    text = text.replace('"音声翻訳"]', f'"音声翻訳"]\n{seed}')
    file.write_text(text, encoding="utf-8")
    run("pick", LIFT, LADDER, library=fresh)
    run("gather", "--no-encode", library=fresh)
    file.write_text(text.replace("[reader]", '[reader]\nlanguage = "ja"'), encoding="utf-8")
    for line in ("today --no-fetch", "sources", "gather --no-encode", "fetch", "index"):
        _, out, err = run(*line.split(), library=fresh, now=LATER)
        assert "no answer" not in out + err, line
        assert "network" not in out + err, line
        if line != "sources":
            assert "応答が" in out + err, line
    with site(parts_of(fresh, file.read_text("utf-8"))) as client:
        for path in ("/", "/sources", f"/paper/{LIFT}"):
            page = client.get(path, headers={"accept-language": "ja"}).text
            assert "no answer" not in page, path
    # What was stored in the language that is spoken keeps its details.
    file.write_text(text, encoding="utf-8")
    _, out, _ = run("sources", library=fresh, now=LATER)
    assert says(out, "Is the network up?", "timeline: no answer (127.0.0.1 refused the connection)")


def test_what_failed_for_another_reason_is_told_beside_it() -> None:
    silent = [Problem("gather", n, Unreachable(source=n, what=f"{n} is silent")) for n in "ab"]
    other = Problem("gather", "c", SourceFailed(source="c", what="answered 403"))
    found = [error.message for error in joined_problems([silent[0], other, silent[1]])]
    assert found == ["a, b: no answer (2 hosts)", "c: answered 403"]
    assert joined_problems([silent[0], other]) == [silent[0].error, other.error]
    assert joined_problems([]) == []
