"""Test the pages that look back (week, year, day) and sharing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from reader.web.visit import Parts
from tests.a_year import FIRST, LADDER, WATER, a_reader
from tests.samples import NOW
from tests.web.site import parts_of, site


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_of(a_reader(tmp_path / "library"), now=lambda: NOW)


@pytest.fixture
def client(parts: Parts) -> Iterator[TestClient]:
    with site(parts) as client:
        yield client


def test_an_empty_library_shows_no_empty_tables_or_counts(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        assert "By source" not in client.get("/stats").text
        assert "0 of 0" not in client.get("/triage").text


class TestWeek:
    def test_the_week_shows_notes_links_and_dropped_papers(self, client: TestClient) -> None:
        page = client.get("/week").text
        assert page.index("speech translation</h2>") < page.index("音声認識</h2>")
        assert "一度目は雑音だけを聞き、二度目で訳す。" in page
        assert "New links between notes" in page
        assert f'href="/note/arxiv:{FIRST}"' in page
        assert "2 people mentioned it since" in page

    def test_only_a_note_that_does_not_count_is_marked(self, client: TestClient) -> None:
        n_marked = 0
        for day in ("2025-05-14", "2025-05-21", "2025-05-28", "2025-06-04"):
            page = client.get(f"/week?on={day}").text
            marks = re.findall(r'<span class="chip">(\w+)</span>', page)
            [n] = re.findall(r"written, (\d+) skimmed", page)
            assert marks == ["skimmed"] * int(n)
            n_marked += len(marks)
        assert n_marked > 0

    def test_the_week_links_to_the_weeks_before_and_after(self, client: TestClient) -> None:
        page = client.get("/week?on=2025-05-28").text
        assert ('href="/week?on=2025-05-19"' in page, 'href="/week?on=2025-06-02"' in page) == (
            True,
            True,
        )
        assert 'rel="next"' not in client.get("/week").text

    def test_what_is_no_date_is_refused(self, client: TestClient) -> None:
        answer = client.get("/week?on=%3Cb%3E")
        assert answer.status_code == 400
        assert "<b>" not in answer.text


@pytest.mark.parametrize(
    "address", ["/?date=", "/triage?date=", "/week?on=", "/day?on=", "/stats?on="]
)
def test_an_impossible_date_is_refused_in_the_same_words(client: TestClient, address: str) -> None:
    answer = client.get(f"{address}2025-02-30", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "There is no day 2025-02-30: this month has 28 days.",
            "hint": "A day is today, yesterday, mon to sun, 03-04 or 2031-03-04.",
        },
    )
    assert client.get(f"{address}2025-06-05").status_code == 400, "a day to come"


class TestStats:
    def test_an_earlier_day_has_the_figures_up_to_it(self, client: TestClient) -> None:
        page = client.get("/stats?on=2025-05-20").text
        assert "<small>Tuesday, 20 May 2025</small>" in page
        assert "/day?on=2025-05-21" not in page
        assert "<small>" not in client.get("/stats?on=today").text.partition("</h1>")[0]

    def test_each_day_of_the_map_leads_to_that_day(self, client: TestClient) -> None:
        page = client.get("/stats").text
        assert page.count('href="/day?on=') == 52 * 7 + 3
        assert "2025-06-04: " in page
        assert '<a href="/day?on=2025-06-03">' in page  # something was noted
        assert '<a href="/day?on=2024-11-05" tabindex="-1">' in page

    def test_streak_themes_and_sources_are_shown(self, client: TestClient) -> None:
        page = client.get("/stats").text
        for text in ("days in a row", "speech translation", "音声認識", "In the last 14 days"):
            assert text in page
        assert '<th scope="row">arXiv</th>' in page

    def test_the_page_stays_light(self, client: TestClient) -> None:
        assert len(client.get("/stats").content) < 100_000

    def test_it_speaks_japanese(self, client: TestClient) -> None:
        page = client.get("/stats", headers={"accept-language": "ja"}).text
        assert "日連続" in page
        assert "読了" in page


class TestDay:
    def test_a_day_shows_what_was_noted_and_what_waits(self, client: TestClient) -> None:
        page = client.get("/day?on=2025-06-04").text
        assert "Wednesday, 4 June 2025" in page
        assert f'href="/paper/arxiv:{LADDER}"' in page
        assert f'href="/paper/arxiv:{WATER}"' in client.get("/day?on=2025-06-03").text
        assert 'href="/day?on=2025-06-03"' in page
        assert 'href="/day?on=2025-06-04"' not in page
        assert 'rel="next"' not in page

    def test_the_first_day_of_all_is_a_day_and_the_last_is_to_come(
        self, client: TestClient
    ) -> None:
        assert client.get("/day?on=0001-01-01").status_code == 200
        answer = client.get("/day?on=9999-12-31")
        assert (answer.status_code, "is in the future" in answer.text) == (400, True)
        assert client.get("/week?on=9999-12-31").status_code == 400
        assert client.get("/week?on=0001-01-01").status_code == 200


class TestSharing:
    def test_the_papers_noted_lately_can_be_chosen(self, client: TestClient) -> None:
        page = client.get(f"/share?id={WATER}").text
        assert f'value="arxiv:{WATER}" checked' in page
        assert f'value="arxiv:{FIRST}">' in page

    def test_the_paper_to_share_comes_first(self, client: TestClient) -> None:
        page = client.get(f"/share?id={WATER}").text
        before_fold, _, rest = page.partition("<details><summary>Other papers</summary>")
        folded, _, after = rest.partition("</details>")
        assert re.findall(r'name="(?:id|week)" value="([^"]*)"', before_fold) == [f"arxiv:{WATER}"]
        assert f'value="arxiv:{FIRST}">' in folded
        assert 'name="week" value="1">' in folded
        assert 'value="page">Save as a page</button>' in after

    def test_the_week_to_share_is_chosen(self, client: TestClient) -> None:
        page = client.get("/share?week=1").text
        assert 'name="week" value="1" checked>' in page.partition("<details>")[0]
        assert " checked" not in page.partition("<details>")[2].partition("</details>")[0]
        assert "<details>" not in client.get("/share").text

    def test_the_file_is_a_page_of_its_own(self, client: TestClient) -> None:
        answer = client.get(f"/share/file?id={FIRST}&id={WATER}&figures=1&as=page")
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["content-disposition"].endswith('.html"')
        assert "The verb comes last." in answer.text
        assert "the verb comes last</q>" not in answer.text
        marked = client.get(f"/share/file?id={FIRST}&highlights=1&as=page").text
        assert "the verb comes last</q>" in marked

    def test_a_whole_week_is_shared_as_markdown(self, client: TestClient) -> None:
        answer = client.get("/share/file?week=1&as=markdown")
        assert answer.headers["content-type"].startswith("text/markdown")
        assert "Bubbles are words too." in answer.text

    @pytest.mark.parametrize("part", ["highlights=9", "figures=no", "week=2031-10", "as=pdf"])
    def test_what_is_not_understood_of_an_address_is_refused(
        self, client: TestClient, part: str
    ) -> None:
        answer = client.get(f"/share/file?id={FIRST}&{part}")
        assert answer.status_code == 400
        assert f"The address says {part}, which is not understood." in answer.text

    def test_nothing_chosen_leads_back(self, client: TestClient) -> None:
        assert client.get("/share/file?as=page").url.path == "/share"
