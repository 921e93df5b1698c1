"""Test the buttons: pick, skip, undo, skip the rest, with and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.testclient import TestClient

from reader.library.folder import Library, find_paper
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.notes.write import add_note
from tests.samples import DAY, paper
from tests.web.site import parts_of, site

JSON = {"accept": "application/json"}
ONE, TWO, THREE = (f"arxiv:2506.0000{n}" for n in (1, 2, 3))


@contextmanager
def pages(folder: Path) -> Iterator[tuple[TestClient, Library]]:
    parts = parts_of(folder)
    with parts.open_library() as library:
        several = [paper(n, f"Speech translation, {n}") for n in (1, 2, 3)]
        papers.add_papers(library.db, several, source="arXiv", on=DAY)
        with site(parts) as client:
            yield client, library


def states(library: Library) -> list[str]:
    return [find_paper(library, id_).state for id_ in (ONE, TWO, THREE)]


def test_a_form_picks_and_comes_back_to_the_paper_with_a_sentence(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        fields = {"id": ONE, "kind": "pick", "back": "/?date=2025-06-04#p1"}
        answer = client.post("/decide", data=fields, follow_redirects=False)
        page = client.get("/").text
        again = client.get("/").text
        assert (answer.status_code, answer.headers["location"]) == (303, "/?date=2025-06-04#p1")
        assert states(library) == ["pick", "candidate", "candidate"]
    assert "Picked for speech/translation: Speech translation, 1" in page
    assert "Picked for" not in again


def test_a_script_gets_the_state_and_what_to_say(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        fields = {"id": ONE, "kind": "skip"}
        found = client.post("/decide", data=fields, headers=JSON).json()
        back = client.post("/undo", data={"id": ONE}, headers=JSON).json()
        nothing = client.post("/undo", data={"id": ONE}, headers=JSON).json()
    assert found == {
        "said": "Skipped: Speech translation, 1",
        "is_done": True,
        "state": "skip",
        "id": ONE,
    }
    assert (back["state"], back["said"]) == ("candidate", "Undone (skip): Speech translation, 1")
    assert (nothing["is_done"], nothing["said"]) == (False, "There is nothing to undo.")


def test_a_decision_of_another_device_stays_and_is_reported(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "skip", [ONE])
        fields = {"id": ONE, "kind": "pick", "seen": "candidate"}
        found = client.post("/decide", data=fields, headers=JSON).json()
        assert states(library)[0] == "skip"
        changed = client.post("/decide", data=fields | {"seen": "skip"}, headers=JSON).json()
        assert states(library)[0] == "pick"
    assert (found["state"], found["is_done"]) == ("skip", False)
    assert found["said"] == "Just skipped elsewhere: Speech translation, 1"
    assert changed["is_done"]


def test_a_repeated_decision_is_not_attributed_to_another_device(tmp_path: Path) -> None:
    """A double tap sends it twice where no script holds the second one back."""
    with pages(tmp_path) as (client, library):
        fields = {"id": ONE, "kind": "pick"}
        several = [client.post("/decide", data=fields, headers=JSON).json() for _ in range(2)]
        shown = client.post("/decide", data=fields | {"back": "/"}).text
        assert states(library)[0] == "pick"
        client.post("/undo", data={"id": ONE})
        assert states(library)[0] == "candidate"
    assert [(one["is_done"], one["state"]) for one in several] == [(True, "pick")] * 2
    assert several[1]["said"] == "Already picked: Speech translation, 1"
    assert "elsewhere" not in shown


def test_a_paper_with_a_note_keeps_its_place(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        add_note(library, find_paper(library, ONE), "It waits. It is late for that.")
        fields = {"id": ONE, "kind": "skip"}
        found = client.post("/decide", data=fields, headers=JSON).json()
    assert (found["state"], found["is_done"]) == ("read", False)
    assert found["said"] == "Just written up elsewhere: Speech translation, 1"


def test_one_decision_is_taken_back_whatever_came_after_it(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "pick", [ONE])
        decide(library, "skip", [ONE])
        decide(library, "skip", [TWO])
        client.post("/undo", data={"id": ONE})
        assert states(library) == ["pick", "skip", "candidate"]
        client.post("/undo", data={"id": ONE})
        assert states(library) == ["candidate", "skip", "candidate"]
        client.post("/undo")
        assert states(library) == ["candidate", "candidate", "candidate"]


def test_undo_keeps_decisions_outside_of_the_days_list(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        client.get("/")
        other = paper(9, "Knots")
        papers.add_papers(library.db, [other], source="arXiv", on=DAY)
        decide(library, "pick", ["2506.00009"])
        answer = client.post("/undo", headers=JSON)
        assert find_paper(library, "2506.00009").state == "pick"
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "Your last action was not in this list: Knots",
        "hint": "Undo it on its own page; notes are kept.",
    }


def test_the_rest_is_skipped_only_after_a_confirmation(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        decide(library, "pick", [TWO])
        fields = {"id": [ONE, TWO, THREE], "back": "/triage"}
        asked = client.post("/skip-rest", data=fields).text
        assert states(library) == ["candidate", "pick", "candidate"]
        done = client.post("/skip-rest", data=fields | {"sure": "yes"}).text
        assert states(library) == ["skip", "pick", "skip"]
        client.post("/undo")
        assert states(library) == ["candidate", "pick", "candidate"]
    assert "Skip 3 undecided papers?" in asked
    assert "Skipped 2 papers. Undo brings all of them back." in done


def test_invalid_decisions_and_foreign_return_addresses_are_refused(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        wrong = client.post("/decide", data={"id": ONE, "kind": "eat"})
        unknown = client.post("/decide", data={"id": "arxiv:2506.99999", "kind": "pick"})
        fields = {"id": ONE, "kind": "pick", "back": "//example.org"}
        away = client.post("/decide", data=fields, follow_redirects=False)
    assert (wrong.status_code, unknown.status_code) == (400, 404)
    assert away.headers["location"] == "/"


def test_a_wrong_topic_is_asked_on_a_page_of_its_own_and_taken_back(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        home = client.get("/").text
        asked = client.get("/wrong", params={"id": ONE, "back": "/#p1"}).text
        [none] = re.findall(r'name="topic" value="">([^<]*)<', asked)
        assert f"“{none}” also skips it" in asked
        fields = {"id": ONE, "topic": "speech/recognition", "seen": "candidate", "back": "/#p1"}
        answer = client.post("/wrong", data=fields, follow_redirects=False)
        page = client.get("/").text
        back = client.post("/undo", data={"id": ONE}, headers=JSON).json()
        assert states(library)[0] == "candidate"
    assert '/wrong?id=arxiv%3A2506.00001&amp;back=/%23p1">Wrong topic</a>' in home
    assert "It is listed under speech/translation." in asked
    names = re.findall(r'<button name="topic" value="([^"]*)"', asked)
    assert names == ["speech/recognition", "nlp/llm", ""]
    assert (answer.status_code, answer.headers["location"]) == (303, "/#p1")
    assert "Moved to speech/recognition: Speech translation, 1" in page
    assert page.count('<span class="chip topic">speech/recognition</span>') == 1
    assert (back["state"], back["topic"]) == ("candidate", "speech/translation")


def test_none_of_mine_is_a_skip_and_the_paper_stays_in_its_place(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        before = re.findall(r'id="(p\d)"', client.get("/").text)
        fields = {"id": ONE, "topic": "", "seen": "candidate"}
        found = client.post("/wrong", data=fields, headers=JSON).json()
        again = client.get("/").text
        assert states(library)[0] == "skip"
        refused = client.post("/wrong", data={"id": TWO}, headers=JSON)
        unknown = client.post(
            "/wrong", data=fields | {"topic": "cooking", "seen": "skip"}, headers=JSON
        )
    assert found == {
        "said": "Not in any of your topics, so it was skipped: Speech translation, 1",
        "is_done": True,
        "state": "skip",
        "id": ONE,
        "topic": "",
    }
    assert re.findall(r'id="(p\d)"', again) == before
    assert "2 papers for you (3 new" in again
    assert (refused.status_code, unknown.status_code) == (400, 404)


def test_each_act_of_a_form_is_offered_for_undo_and_an_undo_is_not(tmp_path: Path) -> None:
    offered = re.compile(r'id="undo-last"[^>]*>.*?name="number" value="([1-9]\d*)"')
    acts = [
        ("/decide", {"id": ONE, "kind": "pick"}),
        ("/later", {"id": ONE}),
        (f"/paper/{ONE}/file", {"topic": "snails", "new": "1"}),
        (f"/paper/{ONE}/tags", {"add": "survey"}),
        ("/mute", {"words": "gravel"}),
    ]
    with pages(tmp_path) as (client, library):
        numbers = [
            offered.findall(client.post(address, data=fields).text) for address, fields in acts
        ]
        undone = [
            client.post("/undo/act", data={"number": number}).text
            for (number,) in reversed(numbers)
        ]
        paper = find_paper(library, ONE)
        wrong = [
            client.post("/undo/act", data={"number": number}).status_code
            for number in ("", "x", "9" * 400, "77")
        ]
        said = client.post("/undo/act", data={"number": "77"}).text
    # No hint names a command.
    assert "There is no act 77" in said
    assert "Reload the page" in said
    assert "reader undo" not in said
    assert [offered.findall(text) for text in undone] == [[]] * 5
    for kind, text in zip(("tag", "filing", "put off", "pick"), undone[1:], strict=True):
        assert text.count(f"Undone ({kind}): Speech translation, 1") == 1
    assert "No longer muted: gravel" in undone[0]
    assert (paper.state, paper.tags) == ("candidate", ())
    assert wrong == [400, 400, 400, 404]
