"""Test the pages of a lab that shares notes, on a shared index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import find_paper
from reader.library.rows import papers
from reader.notes.write import add_note
from reader.search.indexes import SharedNote
from reader.search.rows.shared import opened
from tests.postgres import Server, add_people, needs_postgres, new_lab, served
from tests.samples import DAY, FEEDS_TOML, paper
from tests.web.site import parts_of, site

ID, OTHER = "arxiv:2506.00001", "arxiv:2506.00002"
HOSTILE = (
    "Fine\x1b[31m words.\u202e <script>alert(1)</script> ![x](https://tracker.example/a.png)"
    " <img src=x onerror=alert(1)> [evil](javascript:alert(1)) [[2506.00001]]"
)
MARK = "Someone here has written about this"
AWAY = "It is not known who in your lab has written about"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with served() as server:
        add_people(server)
        yield server


@pytest.fixture
def lab(postgres: Server) -> str:
    return new_lab(postgres)


def client_of(at: ExitStack, folder: Path, url: str) -> TestClient:
    parts = parts_of(folder, f'{FEEDS_TOML}[index]\nurl = "{url}"\n')
    with parts.open_library() as library:
        given = [paper(n, f"Speech Translation in Gardens, {n}") for n in (1, 2)]
        papers.add_papers(library.db, given, source="arXiv", on=DAY)
        add_note(library, find_paper(library, ID), "Mine is <b>this</b>. It rains.")
    return at.enter_context(site(parts))


@pytest.fixture
def at() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.slow
class TestPages:
    pytestmark = needs_postgres

    def test_a_shared_note_is_text_and_gone_once_taken_back(
        self, tmp_path: Path, at: ExitStack, postgres: Server, lab: str
    ) -> None:
        client = client_of(at, tmp_path, postgres.url(lab, "bo"))
        with opened(postgres.url(lab, "ada"), timeout_s=10) as shared:
            shared.share_notes([SharedNote((OTHER,), "</p><script>/../Ada", HOSTILE, DAY)])
            for address in ("/", "/triage"):
                page = client.get(address).text
                assert page.count(MARK) == 1
                assert "&lt;/p&gt;&lt;script&gt;/../Ada (ada)" in page
                assert "<script>/" not in page
            page = client.get(f"/paper/{OTHER}").text
            _before, _head, rest = page.partition('id="written"')
            words = rest.partition("</section>")[0]
            assert "Fine words." in words
            assert "&lt;script&gt;alert(1)" in words
            wrong = ("<script", "<img", 'href="javascript', "\x1b")
            assert not [one for one in wrong if one in words]
            assert "\u202e" not in page
            # Nothing of it is kept for use offline, where it could not be taken back.
            for address in ("/", f"/paper/{OTHER}"):
                kept = client.get(address, headers={"x-carry": "1"}).text
                assert "Gardens, 2" in kept
                assert "(ada)" not in kept
            shared.withdraw_notes()
        for address in ("/", "/triage", f"/paper/{OTHER}"):
            page = client.get(address).text
            assert MARK not in page
            assert "(ada)" not in page

    def test_the_button_shares_the_note_and_takes_it_back(
        self, tmp_path: Path, at: ExitStack, postgres: Server, lab: str
    ) -> None:
        client = client_of(at, tmp_path, postgres.url(lab, "bo"))
        assert "Your note is not shared with your lab." in client.get(f"/paper/{ID}").text
        told = client.post(f"/paper/{ID}/lab", data={"share": "1"}).text
        assert "Shared with your lab: Speech Translation in Gardens, 1" in told
        assert "Your note is shared with your lab." in told
        query = "SELECT login, words FROM asayomi.shared_notes"
        assert postgres.ask(lab, query) == "bo|Mine is <b>this</b>. It rains."
        assert MARK not in client.get("/").text
        told = client.post(f"/paper/{ID}/lab").text
        assert "Not shared with your lab any more" in told
        assert "Your note is not shared with your lab." in told
        assert postgres.ask(lab, query) == ""
        # A paper without a note has no such button.
        assert '/lab"' not in client.get(f"/paper/{OTHER}").text


def test_without_its_server_the_pages_stand_and_say_what_is_not_known(
    tmp_path: Path, at: ExitStack
) -> None:
    client = client_of(at, tmp_path, "postgresql://me@127.0.0.1:9/papers?connect_timeout=2")
    for address in ("/", f"/paper/{ID}"):
        page = client.get(address).text
        assert "Gardens, 1" in page
        assert AWAY in page
    told = client.post(f"/paper/{ID}/lab", data={"share": "1"}).text
    assert "Not sent yet, the next gather shares it with your lab" in told


def test_a_library_of_one_person_alone_has_no_such_button(tmp_path: Path, at: ExitStack) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(1)], source="arXiv", on=DAY)
        add_note(library, find_paper(library, ID), "Mine is this. It rains.")
    page = at.enter_context(site(parts)).get(f"/paper/{ID}").text
    assert "Your note of" in page
    assert "your lab" not in page
