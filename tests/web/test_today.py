"""Test today's page: all parts of the morning, and no claim that does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from reader.gathering.gather import source_names
from reader.gathering.rows import sources
from reader.library.folder import Library, find_paper
from reader.library.paper import Batch, LibraryPaper
from reader.library.rows import papers
from reader.morning.pick import decide
from reader.morning.today import keep_shown
from reader.morning.values import Entry, Sureness, minutes_of
from reader.notes.rows import notes
from reader.notes.write import add_note
from reader.web.pages import ROUTES
from reader.web.render import PAGES_OF_COMMANDS, environment, ticked, title
from tests.mornings import morning
from tests.samples import DAY, FEEDS_TOML, NOW, paper, post
from tests.web.site import parts_of, site

OWN = "Speech translation in a <b>storm</b> of $O(n^2)$"
NOTE = "It waits for the verb. That is why it is late, and I had not seen that before."


MORE = """
[[deadline]]
name = "Interspeech"
on = 2025-07-04
days = 3
quota = 1
[[search]]
name = "rainy"
query = "rain"
"""


@contextmanager
def pages(folder: Path, *, text: str = FEEDS_TOML) -> Iterator[tuple[TestClient, Library]]:
    """Open the pages of a morning: an own paper, a near one with a post, one without a topic."""
    parts = parts_of(folder, text)
    with parts.open_library() as library:
        papers.add_papers(
            library.db,
            [
                paper(1, OWN, "We listen <script>alert(1)</script> to $\\alpha$ & rain."),
                paper(2, "A large language model that knits"),
                paper(3, "Knots and their gardens"),
            ],
            source="arXiv",
            on=DAY,
        )
        said = post("p1", "arxiv:2506.00002", author="Cy <i>Pond</i>", sentence="So <b>warm</b>!")
        sources.add_posts(library.db, [said], source="timeline", on=DAY)
        for source in source_names(library.config):
            batch = Batch(source, DAY, 3, 3, "complete")
            sources.add_batch(library.db, batch, now=library.now(), on=DAY)
        with site(parts) as client:
            yield client, library


LANE = '<section class="lane"'


def shown(text: str) -> str:
    """Return a page's text without markup."""
    text = re.sub(r'<span class="whole">(.*?)</span>', r"\1", text)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_the_own_lane_stands_with_its_count_and_every_text_is_escaped(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get("/").text
    assert "1 paper for you (3 new, all sources complete)." in text
    assert text.count(LANE) == 2
    assert "speech/translation: 1 · speech/recognition: 0 today" in shown(text)
    assert "Speech translation in a &lt;b&gt;storm&lt;/b&gt; of <math" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; to <math" in text
    assert "<script>alert" not in text
    assert "<b>" not in text
    assert "<i>" not in text


def test_an_empty_day_says_once_that_nothing_came(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with parts.open_library() as library, site(parts) as client:
        not_asked = client.get("/").text
        for source in source_names(library.config):
            sources.add_batch(
                library.db, Batch(source, DAY, 0, 0, "complete"), now=library.now(), on=DAY
            )
        empty = client.get("/").text
        in_japanese = client.get("/", headers={"accept-language": "ja"}).text
    for page, said, word in (
        (not_asked, "No new papers so far. Not all sources have answered.", "No new"),
        (empty, "No new papers. All sources were asked.", "No new"),
        (in_japanese, "新着はありません。すべての取得元に問い合わせました。", "新着は"),
    ):
        text = shown(page)
        assert (said in text, text.count(word)) == (True, 1)
        # Before the sources were asked nobody knows whether something is left.
        assert ("Nothing is left to read today." in text) == (page is empty)
        # A lane without papers has no heading, and nothing says once more that it is empty.
        assert LANE not in page


def test_the_buttons_of_each_paper_are_named_by_it(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get("/").text
    titles = ["Speech translation in a &lt;b&gt;storm&lt;/b&gt; of O(n²)", "A large language model"]
    for what in ("Pick", "Skip", "Undo", "Wrong topic"):
        names = re.findall(rf'<(?:button|a|summary) [^>]*aria-label="{what}: ([^"]*)"', text)
        assert len(names) == len(set(names)) == 2
        assert [name[: len(title)] for name, title in zip(names, titles, strict=True)] == titles


def test_talk_stands_with_its_words_and_its_link(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        text = client.get("/").text
    assert "So &lt;b&gt;warm&lt;/b&gt;!</q>" in text
    assert 'href="https://example.org/p1" rel="noopener noreferrer nofollow"' in text
    assert "Cy &lt;i&gt;Pond&lt;/i&gt;" in text


def test_a_repost_is_not_quoted_as_own_words(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        passed_on = replace(post("p3", "arxiv:2506.00001", author="Di Fern"), kind="repost")
        sources.add_posts(library.db, [passed_on], source="timeline", on=DAY)
        assert "Di Fern reposted it" in client.get("/").text
        assert "reposted by Di Fern" in client.get("/paper/arxiv:2506.00001").text


def test_an_address_that_is_not_of_the_web_is_no_link(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        bad = replace(post("p2", "arxiv:2506.00001"), url="javascript:alert(1)")
        sources.add_posts(library.db, [bad], source="timeline", on=DAY)
        text = client.get("/").text
    assert "Cy Pond" in text
    assert "javascript:" not in text


def test_without_an_answer_nothing_is_called_complete(tmp_path: Path) -> None:
    parts = parts_of(tmp_path)
    with site(parts) as client:
        text = shown(client.get("/").text)
    assert "No new papers so far. Not all sources have answered." in text
    assert "timeline: not asked on this day." in text
    assert "All sources were asked" not in text


def test_a_source_that_failed_is_named_with_its_day_and_what_to_do(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        failed = Batch("timeline", DAY, None, 0, "failed", "The server said 503.")
        sources.add_batch(library.db, failed, now=library.now(), on=DAY)
        text = client.get("/").text
    assert f"timeline: nothing received for {DAY}: The server said 503." in shown(text)
    assert "1 paper for you (3 new so far, some sources are missing)." in shown(text)
    assert "speech/recognition: 0 so far" in shown(text)
    assert 'href="/work"' in text
    assert 'href="/sources"' in text


def test_each_part_of_the_morning_stands_there(tmp_path: Path) -> None:
    with pages(tmp_path, text=FEEDS_TOML + MORE) as (client, library):
        library_paper = decide(library, "pick", ["2506.00001"])[0]
        add_note(library, library_paper, NOTE)
        old = paper(9, "Speech recognition of last week")
        papers.add_papers(library.db, [old], source="arXiv", on=DAY - timedelta(days=1))
        morning(library, DAY - timedelta(days=1))
        text = shown(client.get("/").text)
    for said in (
        "Wednesday, 4 June",
        "1 of 3 written, 0 skimmed",
        "2 to go",
        "Interspeech in 30 days",
        "speech/translation 1",
        "1 undecided from earlier days Tuesday, 3 June 1",
        "rainy 0 new",
    ):
        assert said in text
    assert "Read" in text


def test_a_saved_search_links_to_its_new_papers(tmp_path: Path) -> None:
    feeds = FEEDS_TOML + "[[search]]\nname = 'gardens'\nquery = 'author:field'\n"
    with pages(tmp_path, text=feeds) as (client, library):
        more = [paper(n, f"Of <i>moss</i> {n}") for n in (4, 5)]
        papers.add_papers(library.db, more, source="arXiv", on=DAY)
        text = client.get("/").text
    saved = text[text.index("Saved searches") :]
    linked = re.findall(r'href="/paper/arxiv:2506.(\d+)"', saved)
    assert linked == ["00001", "00002", "00003", "00004", "00005"]
    assert saved.index("and 2 more") > saved.index("00003")
    assert "<i>" not in saved


def test_a_saved_search_says_why_it_finds_nothing(tmp_path: Path) -> None:
    feeds = FEEDS_TOML + "[[search]]\nname = 'gardens'\nquery = 'author:<i>nobody'\n"
    with pages(tmp_path, text=feeds) as (client, _):
        text = client.get("/").text
    assert "There is no author &lt;i&gt;nobody here." in text


def test_minutes_are_those_of_the_terminal(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        entries = morning(library, DAY).entries
        text = shown(client.get("/").text)
    assert f"Go through 2 papers about {minutes_of(entries)} min" in text


def test_a_day_of_the_past_has_its_own_list_and_a_wrong_one_is_said(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        past = shown(client.get("/?date=2025-06-02").text)
        assert "Monday, 2 June" in past
        assert "Progress of that day" in past
        assert "Today's progress" not in past
        wrong = client.get("/?date=soon<b>")
    assert wrong.status_code == 400
    assert "“soon&lt;b&gt;” is not a day." in wrong.text


def test_the_days_to_a_deadline_are_counted_from_today_alone(tmp_path: Path) -> None:
    with pages(tmp_path, text=FEEDS_TOML + MORE) as (client, _):
        today, past = (shown(client.get(f"/{at}").text) for at in ("", "?date=2025-06-02"))
    assert ("Interspeech in" in today, "Interspeech in" in past) == (True, False)


def test_the_list_keeps_its_order_whatever_comes_later(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        before = re.findall(r'data-id="([^"]+)"', client.get("/").text)
        new = paper(8, "Speech translation, speech translation", "Speech translation.")
        papers.add_papers(library.db, [new], source="arXiv", on=DAY)
        after = re.findall(r'data-id="([^"]+)"', client.get("/").text)
    assert before == ["arxiv:2506.00001", "arxiv:2506.00002"]
    assert after == ["arxiv:2506.00001", "arxiv:2506.00008", "arxiv:2506.00002"]


def line_of(entry: Entry) -> str:
    """Return a line of the list from the page."""
    template = '{% from "entries.html" import lines with context %}{{ lines(several, "/", true) }}'
    return (
        environment().from_string(template).render(several=[entry], csrf_field="", is_folded=False)
    )


def test_an_expected_paper_is_marked() -> None:
    library_paper = LibraryPaper(1, paper(1), "candidate", DAY)
    entry = Entry(library_paper, "near", "nlp/llm", 1.0, "fits.", (), ("arXiv",), is_foretold=True)
    assert "not talked about yet" in line_of(entry)


def test_a_near_paper_of_no_near_topic_is_said_to_be_outside() -> None:
    library_paper = LibraryPaper(1, paper(1), "candidate", DAY)
    entry = Entry(library_paper, "near", None, 1.0, "mentioned by Cy.", (), ("arXiv",))
    assert '<span class="chip topic">outside your topics</span>' in line_of(entry)


@pytest.mark.parametrize(
    ("sureness", "label", "mark"),
    [("sure", "surely yours", "⣿"), ("likely", "likely yours", "⣤"), ("maybe", "maybe yours", "⣀")],
)
def test_the_sureness_mark_has_a_label(sureness: Sureness, label: str, mark: str) -> None:
    library_paper = LibraryPaper(1, paper(1), "candidate", DAY)
    entry = Entry(
        library_paper, "own", "speech/translation", 1.0, "fits.", (), (), sureness=sureness
    )
    text = line_of(entry)
    assert f'role="img" aria-label="{label}" title="{label}">{mark}</span>' in text
    assert [word for word in ("surely", "likely", "maybe") if f"{word} yours" in text] == [
        label.split()[0]
    ]
    assert 'class="sure"' not in line_of(replace(entry, sureness=None))


def test_both_topics_stand_in_the_line_where_two_are_close() -> None:
    library_paper = LibraryPaper(1, paper(1), "candidate", DAY)
    entry = Entry(
        library_paper, "own", "speech/translation", 1.0, "fits.", (), (), also=("speech/asr",)
    )
    assert '<span class="chip topic">speech/translation, speech/asr</span>' in line_of(entry)
    filed = replace(entry, paper=replace(library_paper, topic="speech/asr"))
    assert '<span class="chip topic">speech/asr</span>' in line_of(filed)


def test_each_own_paper_shows_its_sureness(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        papers.add_papers(
            library.db,
            [
                paper(4, "Speech translation twice", "Speech translation. Speech translation."),
                paper(5, "On Moss", "Speech translation."),
            ],
            source="arXiv",
            on=DAY,
        )
        page = client.get("/").text
        later = client.get("/", headers={"accept-language": "ja"}).text
    labels = re.findall(r'class="sure" role="img" aria-label="([^"]*)"', page)
    assert labels == ["surely yours", "likely yours", "maybe yours"]
    assert "確実に自分のトピック" in later


def test_more_shows_which_language_was_chosen(tmp_path: Path) -> None:
    pressed = re.compile(r'name="language" value="(\w+)"[^>]* class="main" aria-pressed="true"')
    with pages(tmp_path) as (client, _):
        for chosen in ("auto", "ja", "auto"):
            client.post("/language", data={"language": chosen})
            text = client.get("/more", headers={"accept-language": "ja"}).text
            assert pressed.findall(text) == [chosen]


def test_it_speaks_the_language_of_the_browser_and_of_the_cookie(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        japanese = client.get("/", headers={"accept-language": "ja,en;q=0.5"}).text
        client.post("/language", data={"language": "ja"})
        chosen = client.get("/", headers={"accept-language": "en"}).text
        client.post("/language", data={"language": "auto"})
        english = client.get("/", headers={"accept-language": "en"}).text
    assert '<html lang="ja">' in japanese
    assert "6月4日(水)" in japanese
    assert '<html lang="ja">' in chosen
    assert '<html lang="en">' in english


def test_more_leads_to_every_page_without_a_tab(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        text = client.get("/more").text
    for address in ("/topics", "/sources", "/week", "/stats", "/work", "/door"):
        assert f'href="{address}"' in text
    assert text.count('href="/papers"') == 1, "the tab, and nothing beside it"


def test_no_page_has_a_script_or_a_style_within_it(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, _):
        texts = [client.get(address).text for address in ("/", "/triage", "/more")]
    for text in texts:
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_several_days_away_become_one_list(tmp_path: Path) -> None:
    late = NOW + timedelta(days=7)
    parts = parts_of(tmp_path)
    with parts.open_library() as library:
        papers.add_papers(library.db, [paper(1, "Speech translation")], source="arXiv", on=DAY)
        keep_shown(library, morning(library, DAY))
        later = DAY + timedelta(days=2)
        several = [paper(n, f"Speech translation, {n}", announced_on=later) for n in (2, 3)]
        papers.add_papers(library.db, several, source="arXiv", on=later + timedelta(days=3))
    with site(parts_of(tmp_path, now=lambda: late)) as client:
        page = client.get("/").text
        triage = shown(client.get("/triage").text)
    assert "You were away: the days since Wednesday, 4 June are one list." in shown(page)
    # The counts stand there once.
    assert len(re.findall(r"\b2 new\b|2 announced", shown(page))) == 1
    assert re.findall(r'data-id="([^"]+)"', page) == ["arxiv:2506.00002", "arxiv:2506.00003"]
    assert (
        re.findall(r'<time[^>]*datetime="([^"]+)">([^<]+)', page)
        == [("2025-06-06", "Fri 6 Jun")] * 2
    )
    assert "Fri 6 Jun" in triage
    assert "0 of 2 decided" in triage


def test_a_new_version_of_a_noted_paper_is_named_with_its_change(tmp_path: Path) -> None:
    with pages(tmp_path) as (client, library):
        old = paper(7, "Old title")
        before = DAY - timedelta(days=9)
        papers.add_papers(library.db, [old], source="arXiv", on=before)
        library_paper, at = find_paper(library, "2506.00007"), NOW - timedelta(days=9)
        notes.add_note(library.db, library_paper.row, NOTE, is_written=True, at=at, on=before)
        new = replace(old, title="New $x^2$", version=2)
        papers.add_papers(library.db, [new], source="arXiv", on=DAY)
        text = client.get("/").text
    assert "New versions of papers with your note" in text
    assert "changed: title" in text
    assert "New <math" in text


def test_a_hyphen_stays_with_its_formula_and_an_option_whole() -> None:
    """Browsers may break a line at both."""
    html = title("$a$ and $x$-Divergence of ($y$), $z$ and $t$")
    formulas = re.findall(r'<span class="whole">(.*?)</span>', html)
    assert [re.sub("<math.*</math>", "#", found) for found in formulas] == ["#-", "(#)"]
    assert ticked("Say `reader serve --https` -- now") == (
        'Say <code>reader serve <span class="whole">--https</span></code> -- now'
    )


def test_a_command_that_a_page_can_do_is_a_link_to_it() -> None:
    # No page fetches one paper's PDF again at once.
    assert ticked("`reader queue` shows <it>; `reader open ID` opens it.") == (
        '<a href="/queue">Queue</a> shows &lt;it&gt;; <code>reader open ID</code> opens it.'
    )
    assert ticked("`reader topics --move` moves it") == (
        '<code>reader topics <span class="whole">--move</span></code> moves it'
    )
    assert ticked("`reader add ID`") == '<a href="/add">Add a paper</a>'
    assert ticked("`reader add doi:10.1/a&b`") == (
        '<a href="/add?url=doi:10.1%2Fa%26b">Add a paper</a>'
    )
    assert ticked("`reader note --waiting` lists") == (
        '<a href="/waiting">Notes that wait for their paper</a> lists'
    )
    assert ticked("`reader note doi:10.1/a`") == '<a href="/note/doi:10.1/a">Note</a>'
    assert ticked("`reader note ID`") == "<code>reader note ID</code>"
    addresses = {address for address, _name in PAGES_OF_COMMANDS.values()}
    assert addresses <= {one.path for one in ROUTES if isinstance(one, Route)}
