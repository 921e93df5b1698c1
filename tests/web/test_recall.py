"""Test the page of recall: remember, reveal, grade, take back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.library.folder import find_paper
from reader.notes.rows import habit as reviews
from reader.web.visit import Parts
from tests.a_year import ANTS, FIRST, QUIET, a_reader
from tests.samples import NOW
from tests.web.site import parts_of, site


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_of(a_reader(tmp_path / "library"), now=lambda: NOW)


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def grades(parts: Parts, id_: str) -> list[int]:
    with parts.open_library() as library:
        row = find_paper(library, id_).row
        return [one.grade for one in reviews.reviews_of(library.db, row)]


def fields_of(page: str, **more: str) -> dict[str, str]:
    """Read the hidden fields of the card's form."""
    card = page[page.index('class="grades"') :]

    def value(name: str) -> str:
        return card.split(f'name="{name}" value="')[1].split('"')[0]

    return {name: value(name) for name in ("id", "state", "later")} | more


def test_title_and_question_come_first_and_the_words_behind_a_button(client: TestClient) -> None:
    page = client.get(f"/recall?id={FIRST}").text
    front, _, back = page.partition("<details")
    assert "Speech Translation That Waits for the Verb" in front
    assert "What did you write under Problem, Idea, Doubt?" in front
    assert "The verb comes last." not in front
    assert "The verb comes last." in back
    assert [f'data-key="{n}"' in back for n in "1234"] == [True] * 4


def test_a_grade_is_kept_and_the_next_card_comes(parts: Parts, client: TestClient) -> None:
    page = client.get("/recall").text
    fields = fields_of(page, grade="3")
    after = client.post("/recall", data=fields)
    assert after.url.path == "/recall"
    assert "good: comes back" in after.text
    assert f'data-paper="{fields["id"]}"' not in after.text
    assert grades(parts, fields["id"]) == [3]


def test_a_grade_can_be_taken_back(parts: Parts, client: TestClient) -> None:
    fields = fields_of(client.get("/recall").text, grade="1")
    after = client.post("/recall", data=fields).text
    assert 'action="/recall/undo"' in after
    back = client.post("/recall/undo", data={"id": fields["id"]})
    assert "Undone (again)" in back.text
    assert f'data-paper="{fields["id"]}"' in back.text
    assert grades(parts, fields["id"]) == []
    assert "There is no grade to undo." in client.post("/recall/undo").text


def test_a_card_graded_in_another_window_is_not_graded_twice(
    parts: Parts, client: TestClient
) -> None:
    fields = fields_of(client.get("/recall").text, grade="3")
    client.post("/recall", data=fields)
    again = client.post("/recall", data=fields | {"grade": "1"})
    assert "Already graded in another window" in again.text
    assert grades(parts, fields["id"]) == [3]


def test_later_puts_a_card_behind_the_others(client: TestClient) -> None:
    first = fields_of(client.get("/recall").text)["id"]
    page = client.get("/recall").text
    later = page.split('data-key="l" href="')[1].split('"')[0]
    second = client.get(later).text
    assert f'data-paper="{first}"' not in second
    assert fields_of(second)["later"] != ""


def test_at_the_end_it_says_so(client: TestClient) -> None:
    for _ in range(9):
        page = client.get("/recall").text
        if 'class="grades"' not in page:
            break
        client.post("/recall", data=fields_of(page, grade="4"))
    assert "recalled today." in page


def test_recall_pauses_before_a_deadline_and_says_why(tmp_path: Path) -> None:
    parts = parts_of(a_reader(tmp_path / "library"), now=lambda: NOW + timedelta(33))
    with site(parts) as client:
        page = client.get("/recall").text
    assert "Recall pauses until Interspeech (2025-07-10)" in page


def test_invalid_grades_and_papers_without_a_note_are_refused(client: TestClient) -> None:
    assert client.post("/recall", data={"id": FIRST, "grade": "9"}).status_code == 400
    assert client.get("/recall?id=2506.00006").status_code == 400


def test_a_script_is_answered_with_json(client: TestClient) -> None:
    fields = fields_of(client.get(f"/recall?id={QUIET}").text, grade="2")
    answer = client.post("/recall", data=fields, headers={"accept": "application/json"}).json()
    assert (answer["is_done"], answer["id"]) == (True, f"arxiv:{QUIET}")


def test_all_cards_of_the_day_are_in_the_page_and_one_is_shown(client: TestClient) -> None:
    page = client.get("/recall").text
    cards = page.split('<article class="card recall"')[1:]
    assert len(cards) > 1
    assert [" hidden>" in card.split("\n")[0] for card in cards] == [False] + [True] * (
        len(cards) - 1
    )
    assert [card.count('name="state"') for card in cards] == [1] * len(cards)


def test_a_grade_that_comes_late_counts_once_and_for_its_own_day(
    parts: Parts, client: TestClient
) -> None:
    fields = fields_of(client.get("/recall").text, grade="3")
    made, sent = NOW - timedelta(days=1, hours=1), NOW
    act = {"act": "a" * 32, "made_at": made.isoformat(), "sent_at": sent.isoformat()}
    headers = {"accept": "application/json"}
    first = client.post("/recall", data=fields | act, headers=headers).json()
    again = client.post("/recall", data=fields | act, headers=headers).json()
    assert (first["is_done"], again["repeated"]) == (True, True)
    with parts.open_library() as library:
        row = find_paper(library, fields["id"]).row
        [review] = reviews.reviews_of(library.db, row)
        assert review.on_date == library.day_of(made)


def test_a_grade_of_a_paper_without_a_note_leads_to_its_note(client: TestClient) -> None:
    fields = {"id": ANTS, "grade": "3"}
    assert f'<a href="/note/arxiv:{ANTS}">Note</a>' in client.post("/recall", data=fields).text
    found = client.post("/recall", data=fields, headers={"accept": "application/json"})
    # A script shows it as text, which no command belongs in.
    assert found.json()["hint"] == "Write one first: Note"
