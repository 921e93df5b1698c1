"""The sample morning is whole on any day, and says that it is invented."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import arxiv
import feedparser
import httpx
import pymupdf
import pytest

from reader.cli.demo import (
    TIMELINE,
    feeds_toml,
    sample_notes,
    sample_papers,
    sample_pdf,
    sample_server,
    sample_timeline,
)
from reader.library.calendar import feed_has_papers, latest_feed
from tests.arxiv_catalogue import WholeCatalogue

TUESDAY_NOON = datetime(2031, 3, 4, 17, tzinfo=UTC)
MOMENTS = [TUESDAY_NOON + timedelta(hours=11 * n) for n in range(16)]


@pytest.mark.slow
def test_the_feed_has_the_papers_that_are_due_at_every_half_hour_of_a_week() -> None:
    for n in range(2 * 24 * 7):
        now = TUESDAY_NOON + timedelta(minutes=30 * n + 12)
        server = sample_server(now)
        feed = feedparser.parse(server.answer("/atom/cs.CL").body)
        due = {p.number for p in sample_papers(now) if p.listed_on >= latest_feed(now)}
        listed = {entry.id.rpartition(":")[2].rpartition("v")[0] for entry in feed.entries}
        assert due & listed or not feed_has_papers(now), f"{now:%A %H:%M}"


@pytest.mark.parametrize("now", MOMENTS)
def test_the_sample_is_of_the_last_two_listings_at_any_moment(now: datetime) -> None:
    papers = sample_papers(now)
    days = {p.listed_on for p in papers if not p.replaced_at}
    visible = WholeCatalogue(papers).search("cat:*", [], now=now)
    assert (len(papers), len(days), len(visible)) == (41, 2, 41)
    assert all(p.number.split(".")[1] > "90000" for p in papers)
    assert len({p.number for p in papers}) == len({p.paper.title for p in papers}) == 41


def test_the_sample_has_both_themes_and_a_replacement() -> None:
    catalogue = WholeCatalogue(sample_papers(TUESDAY_NOON))
    translation = catalogue.search('all:"speech translation"', [], now=TUESDAY_NOON)
    recognition = catalogue.search('all:"speech recognition"', [], now=TUESDAY_NOON)
    replaced = [p for p in catalogue.search("cat:*", [], now=TUESDAY_NOON) if p.replaced_at]
    assert len(translation) >= 6
    assert len(recognition) >= 5
    assert [p.version(TUESDAY_NOON) for p in replaced] == [2]


def test_the_sample_timeline_links_papers_in_five_forms() -> None:
    papers = sample_papers(TUESDAY_NOON)
    feed = feedparser.parse(sample_timeline(papers, TUESDAY_NOON))
    text = " ".join(entry.summary for entry in feed.entries)
    assert (feed.bozo, len(feed.entries)) == (False, 8)
    assert all(
        form in text
        for form in ("arxiv.org/abs/", "arxiv.org/pdf/", "alphaxiv.org/", "/papers/", "doi.org/")
    )
    assert sum("href" not in entry.summary for entry in feed.entries) == 1
    assert sum(entry.summary.count("<a ") == 2 for entry in feed.entries) == 1
    assert all(late < early for early, late in pairwise(e.published_parsed for e in feed.entries))


def test_each_sample_note_is_written_and_has_a_pdf_of_two_pages_or_more() -> None:
    papers = sample_papers(TUESDAY_NOON)
    notes = sample_notes(papers)
    assert [note.topic for note in notes] == [
        "speech/translation",
        "speech/translation",
        "speech/recognition",
    ]
    for note in notes:
        data = sample_pdf(note.paper)
        document = pymupdf.open(stream=data)
        pages = [page.get_text() for page in document]
        assert data == sample_pdf(note.paper)
        assert len(pages) >= 2
        assert sum(len(text.split()) for text in pages) > 800
        assert pages[0].startswith(note.paper.title.split(":")[0])
        assert note.paper.id.replace("arxiv", "arXiv") in pages[0]
        assert all("Invented for a demonstration" in text for text in pages)
        assert note.question.isascii() == note.text.isascii()
        assert sum(note.text.count(mark) for mark in ("。", ". ")) >= 2


def test_one_sample_pdf_has_a_japanese_page() -> None:
    papers = sample_papers(TUESDAY_NOON)
    texts = [pymupdf.open(stream=sample_pdf(n.paper))[-1].get_text() for n in sample_notes(papers)]
    assert [("同時通訳者" in text.replace("\n", "")) for text in texts] == [False, True, False]


def test_the_sample_server_plays_papers_posts_and_pdfs() -> None:
    with sample_server(TUESDAY_NOON) as server:
        search = arxiv.Search("cat:cs.* OR cat:eess.AS", max_results=None)
        number = sample_papers(TUESDAY_NOON)[0].number
        client = arxiv.Client(delay_seconds=0, num_retries=0)
        client.query_url_format = f"{server.url}/api/query?{{}}"
        results = list(client.results(search))
        posts = httpx.get(server.feed_url(TIMELINE)).content
        pdf = httpx.get(f"{server.url}/pdf/{number}").content
        missing = httpx.get(f"{server.url}/pdf/3103.12345").status_code
    assert (len(results) > 30, posts[:5], pdf[:5], missing) == (True, b"<?xml", b"%PDF-", 404)


def test_the_sample_feeds_toml_has_no_seed_that_its_server_lacks() -> None:
    with sample_server(TUESDAY_NOON) as server:
        feeds = tomllib.loads(feeds_toml(server))
    assert len(feeds["topics"]) > 2
    assert not [topic for topic in feeds["topics"].values() if "seeds" in topic]
