"""Test the queue on the pages: its place and its buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.gathering.rows import sources
from reader.library.disk import lock_file
from reader.library.folder import Library, find_paper
from reader.library.paper import PropertyChange
from reader.library.rows import failures, papers
from reader.morning.edit import tag
from reader.morning.pick import FETCH_LOCK, FETCH_LOG, decide, decide_rows, later, whole_queue
from reader.notes.write import add_note
from tests.samples import DAY, NOW, Clock, paper, post
from tests.web.site import parts_of, site

ONE, TWO, THREE = (f"arxiv:2506.0000{n}" for n in (1, 2, 3))
JSON = {"accept": "application/json"}
NOTE = "It listens twice. It costs twice the time."


@contextmanager
def pages(folder: Path, *, days: int = 0) -> Iterator[tuple[TestClient, Library]]:
    """Open the pages some days after two of three papers were picked."""
    clock = Clock()
    parts = parts_of(folder, now=clock)
    with parts.open_library() as library:
        several = [paper(n, f"Speech translation, <i>{n}</i>") for n in (1, 2, 3)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [TWO])
        decide(library, "pick", [ONE])
        clock.now = NOW + timedelta(days)
        with site(parts) as client:
            yield client, library


def shown(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def queued(html: str) -> list[str]:
    """Return the ids of the papers in the queue, in order."""
    return re.findall(r'formaction="/later" name="id" value="([^"]+)"', html)


def undoable(html: str) -> list[str]:
    """Return the ids of the dropped papers that have an undo in place."""
    return re.findall(r'class="card let-go".*?name="id" value="([^"]+)"', html, re.DOTALL)


def test_the_queue_stands_below_a_list_with_news_and_on_top_without(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        news = client.get("/").text
        assert queued(news) == [TWO, ONE]
        assert news.index('id="own"') < news.index('id="queued"')
        assert "Picked and not written up yet, oldest first." in shown(news)
        decide(library, "skip", [THREE])
        none = client.get("/").text
        assert none.index('id="queued"') < none.index('id="own"')
        assert "Nothing new to decide" not in shown(none), "no source was asked"
        assert (
            "Nothing to decide so far. 2 to write today: read from your queue, oldest first."
            in (shown(none))
        )
        assert "picked 2025-06-04 · abstract 1 min · no PDF yet" in shown(none)
        assert "<i>" not in none
        triage = client.get("/triage").text
        assert 'href="/#queued"' in triage
        assert "Read from the queue (2)" in shown(triage)


def test_today_shows_ten_of_the_queue_and_leads_to_all(tmp_path: Path) -> None:
    with pages(tmp_path, days=1) as (client, library):
        several = [paper(n, f"Title {n}") for n in range(100, 108)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in several])
        page = client.get("/").text
        assert queued(page) == [TWO, ONE, *(one.id for one in several)]
        assert "The whole queue" not in page
        decide(library, "pick", [THREE])
        page = client.get("/").text
        assert queued(page) == [TWO, ONE, *(one.id for one in several)]
        assert '<a class="button" href="/queue">The whole queue: 11</a>' in page
        assert queued(client.get("/queue").text)[10:] == [THREE]


def test_a_paper_of_the_queue_needs_few_bytes(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        few = len(client.get("/queue").content)
        several = [paper(n, f"Title {n}") for n in range(100, 140)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in several])
        assert len(client.get("/queue").content) - few < 40 * 1_200


def test_a_long_queue_has_several_pages(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        several = [paper(n, f"Title {n}") for n in range(100, 200)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in several])
        first, second, last = (client.get(f"/queue?page={n}").text for n in (1, 2, 3))
        assert client.get("/queue").text == first
        every = [TWO, ONE, *(one.id for one in several)]
        assert [*queued(first), *queued(second), *queued(last)] == every
        assert all("102 papers" in shown(text) for text in (first, second, last))
        assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
        assert '<a class="button" rel="prev" href="/queue?page=1">' in second
        assert 'name="back" value="/queue?page=2"' in second, "who drops a paper stays here"
        assert 'rel="next"' not in last
        # A page that is no more is the last one; what is no number is the first.
        assert queued(client.get("/queue?page=99").text) == queued(last)
        assert queued(client.get("/queue?page=-1").text) == queued(first)
        by_title = client.get("/queue?sort=title&page=2").text
        assert 'href="/queue?sort=title&amp;page=3"' in by_title


def test_with_nothing_to_read_nothing_is_to_go(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        assert "3 to go" in shown(client.get("/").text)
        decide(library, "skip", [ONE, TWO, THREE])
        text = shown(client.get("/").text)
        assert "Nothing is left to read today." in text
        assert "to go" not in text
        assert "Queue" not in text


def test_an_earlier_day_has_no_queue(tmp_path: Path) -> None:
    with pages(tmp_path, days=1) as (client, _):
        assert queued(client.get("/").text) == [TWO, ONE]
        text = client.get(f"/?date={DAY}").text
        assert queued(text) == []
        assert "written, 0 skimmed" in shown(text)
        assert "to go" not in shown(text), "nothing more can be written on that day"


def test_later_takes_a_paper_out_and_comes_back_with_a_sentence(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        said = client.post("/later", data={"id": TWO, "back": "/"}).text
        assert "Put off until 2025-06-11: Speech translation, &lt;i&gt;2&lt;/i&gt;" in said
        assert queued(said) == [ONE]
        answer = client.post("/later", data={"id": ONE}, headers=JSON).json()
        assert answer["said"].startswith("Put off until 2025-06-11")
        refused = client.post("/later", data={"id": THREE})
        assert refused.status_code == 400
        assert "because it was not picked" in refused.text
        assert [one.until is None for one in whole_queue(library)] == [False, False]


def test_a_paper_that_was_put_off_says_so_and_is_brought_back(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        at = f"/paper/{TWO}"
        put_off = "Put off until 2025-06-11"
        assert put_off not in shown(client.get(at).text)
        later(library, TWO)
        page = client.get(at).text
        assert put_off in shown(page)
        assert ">Move back to the queue<" in page
        form = {"id": TWO, "kind": "pick", "seen": "pick", "back": at}
        assert put_off not in shown(client.post("/decide", data=form).text)
        assert queued(client.get("/").text) == [TWO, ONE]
        client.post("/undo", data={"id": TWO})
        assert queued(client.get("/").text) == [ONE]


def test_dropping_a_paper_is_a_skip(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        form = {"id": TWO, "kind": "skip", "seen": "pick", "back": "/"}
        said = client.post("/decide", data=form).text
        assert queued(said) == [ONE]
        assert find_paper(library, TWO).state == "skip"
        client.post("/undo", data={"id": TWO})
        assert queued(client.get("/").text) == [TWO, ONE]


def test_a_dropped_paper_has_its_undo_in_place(tmp_path: Path) -> None:
    with pages(tmp_path, days=1) as (client, library):
        for id_ in (TWO, ONE):
            form = {"id": id_, "kind": "skip", "seen": "pick", "back": "/"}
            said = client.post("/decide", data=form).text
        assert queued(said) == []
        assert undoable(said) == [TWO, ONE]
        assert "Dropped" in shown(said)
        assert "外しました" in client.get("/", headers={"accept-language": "ja"}).text
        said = client.post("/undo", data={"id": TWO, "back": "/"}).text
        assert (queued(said), undoable(said)) == ([TWO], [ONE])
        assert undoable(client.get(f"/?date={DAY}").text) == []
        add_note(library, find_paper(library, ONE), NOTE)
        assert undoable(client.get("/").text) == []
    two_days_on = parts_of(tmp_path, now=lambda: NOW + timedelta(days=2))
    with pages_again(tmp_path, 2) as client, two_days_on.open_library() as library:
        client.post("/decide", data={"id": TWO, "kind": "skip", "seen": "pick"})
        assert undoable(client.get("/").text) == [TWO]
        decide(library, "pick", [TWO])
        assert undoable(client.get("/").text) == []
    with pages_again(tmp_path, 3) as client:
        client.post("/decide", data={"id": TWO, "kind": "skip", "seen": "pick"})
    with pages_again(tmp_path, 4) as client:
        assert undoable(client.get("/").text) == [], "it was let go on another day"


def test_a_paper_in_the_list_has_its_undo_only_there(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        client.get("/")
        form = {"id": TWO, "kind": "skip", "seen": "pick", "back": "/"}
        assert undoable(client.post("/decide", data=form).text) == []


def test_the_week_offers_undo_for_papers_dropped_on_its_question(tmp_path: Path) -> None:
    with pages(tmp_path, days=14) as (client, library):
        decide(library, "pick", [THREE])
        client.get("/week")
        for id_ in (ONE, TWO, THREE):
            form = {"id": id_, "kind": "skip", "seen": "pick", "back": "/week"}
            said = client.post("/decide", data=form).text
        assert undoable(said) == [ONE, TWO]
        again = client.post("/undo", data={"id": ONE, "back": "/week"}).text
        assert undoable(again) == [TWO]
        assert f'formaction="/keep" name="id" value="{ONE}"' in again, "asked as before"
    with pages_again(tmp_path, 15) as client:
        assert undoable(client.get("/week").text) == []


def test_a_noted_paper_leaves_the_queue(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        add_note(library, find_paper(library, TWO), NOTE)
        assert queued(client.get("/").text) == [ONE]


def test_each_button_says_for_which_paper_it_is(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        page = client.get("/").text
        part = page[page.index('id="queued"') :]
        labels = re.findall(r'aria-label="([^"]+)"', part[: part.index("</section>")])
        assert labels
        assert len(labels) == len(set(labels)) == 6


def test_the_current_number_of_pdfs_is_shown(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        here = "PDFs of your picks: 0 of 2 here"
        sentence = f"{here}; “Fetch the PDFs” or the next gather fetches the others."
        page = client.get("/").text
        assert (sentence in shown(page), page.count('name="kind" value="fetch"')) == (True, 1)
        with lock_file(library.folder / FETCH_LOCK):
            page = client.get("/").text
            assert f"{here}; fetching continues." in shown(page)
            assert 'value="fetch"' not in page
        # Nothing was written since, so that the morning itself is remembered.
        (library.folder / FETCH_LOG).write_text("…")
        assert sentence in shown(client.get("/").text)
        for id_ in (ONE, TWO):
            words = (f"PDF of {id_}: nobody answers", "")
            failures.add_failure(library.db, "pdf", id_, words, now=NOW)
        text = shown(client.get("/").text)
        again = "“Fetch the PDFs” tries again now, a later gather by itself."
        assert f"{here}, 2 failed; {again}" in text
        assert "PDF of …: nobody answers (2 papers)" in text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_week_asks_about_old_picks_on_one_day(tmp_path: Path, language: str) -> None:
    asked = {"en": "Picked at least 14 days ago", "ja": "14日以上前に選び"}[language]
    with pages(tmp_path, days=14) as (client, library):
        client.cookies.set("language", language)
        decide_rows(library, "pick", [3])
        first = client.get("/week").text
        assert asked in first
        assert [id_ in first for id_ in (ONE, TWO, THREE)] == [True, True, False]
        assert asked in client.get("/week").text, "a page that is loaded anew asks the same"
        client.post("/decide", data={"id": ONE, "kind": "skip", "seen": "pick", "back": "/week"})
        asks = client.get("/week").text.partition('class="card let-go"')[0]
        assert [id_ in asks for id_ in (ONE, TWO)] == [False, True]
        kept = client.post("/keep", data={"id": TWO})
        assert kept.url.path == f"/paper/{TWO}"
        assert asked not in client.get("/week").text
        assert find_paper(library, TWO).state == "pick"
        assert client.post("/keep", data={"id": ONE}).status_code == 400
        assert asked not in client.get("/week?on=2025-06-04").text
    with pages_again(tmp_path, 15) as client:
        assert asked not in client.get("/week").text


def test_the_week_says_how_many_more_it_will_ask_about(tmp_path: Path) -> None:
    with pages(tmp_path, days=14) as (client, library):
        assert "to be asked about another" not in client.get("/week").text
    with parts_of(tmp_path).open_library() as library:
        several = [paper(n, f"Title {n}") for n in range(100, 123)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        decide(library, "pick", [one.id for one in several])
    with pages_again(tmp_path, 15) as client:
        page = client.get("/week").text
        assert page.count('action="/keep"') == 20
        assert "Picked later, to be asked about another time: 3." in shown(page)


@contextmanager
def pages_again(folder: Path, days: int) -> Iterator[TestClient]:
    """Open the pages of the same library on another day."""
    clock = Clock()
    clock.now = NOW + timedelta(days)
    with site(parts_of(folder, now=clock)) as client:
        yield client


def test_the_queue_has_a_page_in_any_order_to_select_from(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        tag(library, [1], PropertyChange(rating=4))
        one = post("1", TWO, author="Cy", sentence="Read it.")
        sources.add_posts(library.db, [one], source="timeline", on=DAY)
        shown_by = {
            sort: queued(client.get(f"/queue?sort={sort}").text)
            for sort in ("", "newest", "title", "rating", "talk", "year")
        }
        text = client.get("/queue?sort=title").text
        refused = client.get("/queue?sort=colour").status_code
    assert shown_by == {
        "": [TWO, ONE],
        "newest": [TWO, ONE],
        "title": [ONE, TWO],
        "rating": [ONE, TWO],
        "talk": [TWO, ONE],
        "year": [TWO, ONE],
    }
    assert f'form="several" name="id" value="{ONE}"' in text
    assert '<a href="/queue?sort=title" aria-current="true">' in text
    assert refused == 400


def test_the_queue_leads_to_papers_whose_note_does_not_count(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        assert "does not count" not in client.get("/queue").text
        add_note(library, find_paper(library, ONE), "It listens twice.")
        html = client.get("/queue").text
        assert queued(html) == [TWO]
        leads = re.findall(r'<a href="([^"]+)">1 paper has a note that does not count', html)
        listed = client.get(*leads).text
        assert "Speech translation, &lt;i&gt;1&lt;/i&gt;" in listed
        assert "Speech translation, &lt;i&gt;2&lt;/i&gt;" not in listed
