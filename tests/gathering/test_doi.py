"""Test the look-up of DOIs with invented records; no real ones were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from reader.base.errors import SourceFailed
from reader.base.http.client import Client
from reader.gathering.sources.registries import paper_by_doi
from reader.library.paper import Paper, Publication
from tests.server import Answer, Server, Time, redirect

RECORD = {
    "DOI": "10.1234/River.5",
    "title": "Talking <i>Rivers</i>",
    "author": [
        {"given": "Mio", "family": "Hoshi", "sequence": "first"},
        {"family": "Field"},
        {"given": "澪", "family": "星"},
        {"literal": "The River Group"},
        {},
        "nonsense",
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>Rivers talk &amp; "
    "<jats:italic>listen</jats:italic>.</jats:p>",
    "issued": {"date-parts": [[2025, 3]]},
    "container-title": "Journal of &amp; on Rivers",
    "volume": "7",
    "issue": 2,
    "page": "11-20",
    "publisher": "Moss Press",
}
PAPER = Paper(
    ids=("doi:10.1234/river.5",),
    title="Talking Rivers",
    authors=("Mio Hoshi", "Field", "星 澪", "The River Group"),
    abstract="Rivers talk & listen.",
    published_on=date(2025, 3, 1),
    publication=Publication(
        "doi", "Journal of & on Rivers", "7", "2", "11-20", "Moss Press", year="2025"
    ),
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    time = Time()
    with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
        yield client


@pytest.mark.parametrize("id", ["doi:10.1234/river.5", "10.1234/river.5"])
def test_a_record_becomes_a_paper(client: Client, server: Server, id: str) -> None:
    server.script("/10.1234/river.5", redirect("/works/5"))
    server.script("/works/5", Answer(json.dumps(RECORD).encode()))
    assert paper_by_doi(client.fetch, server.url("/"), id) == PAPER
    assert [seen.headers["accept"] for seen in server.seen] == [
        "application/vnd.citationstyles.csl+json"
    ] * 2


def test_odd_characters_are_escaped(client: Client, server: Server) -> None:
    path = "/10.1002/(SICI)1%3C1::AID-1%3E3.0.CO;2-Z%23"
    server.script(path, Answer(json.dumps(RECORD).encode()))
    paper_by_doi(client.fetch, server.url(), "doi:10.1002/(SICI)1<1::AID-1>3.0.CO;2-Z#")
    assert server.seen[0].path == path


def test_lists_for_texts_and_missing_fields_are_accepted(client: Client, server: Server) -> None:
    record = {"title": ["Rivers"], "author": None, "issued": {"date-parts": [[None]]}}
    server.script("/10.1/x", Answer(json.dumps(record).encode()))
    found = paper_by_doi(client.fetch, server.url(), "doi:10.1/x")
    assert found == Paper(ids=("doi:10.1/x",), title="Rivers")


def test_a_preprint_server_is_no_publisher(client: Client, server: Server) -> None:
    record = {"title": "Rivers", "publisher": "arXiv", "issued": {"date-parts": [[2025]]}}
    server.script("/10.1/x", Answer(json.dumps(record).encode()))
    found = paper_by_doi(client.fetch, server.url(), "doi:10.1/x")
    assert found
    assert found.publication is None


@pytest.mark.parametrize("status", [404, 410])
def test_an_unregistered_doi_is_none(client: Client, server: Server, status: int) -> None:
    server.script("/10.1/x", Answer(status=status))
    assert paper_by_doi(client.fetch, server.url(), "doi:10.1/x") is None


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(b"<html>"), "the answer for 10.1/x is not CSL-JSON"),
        (Answer(b""), "the answer for 10.1/x is not CSL-JSON"),
        (Answer(b'{"title": "A'), "the answer for 10.1/x is not CSL-JSON"),
        (Answer(b"[" * 99_999), "the answer for 10.1/x is not CSL-JSON"),
        (Answer(b"[]"), "the record of 10.1/x has no title"),
        (Answer(b'{"title": []}'), "the record of 10.1/x has no title"),
        (Answer(status=406), "127.0.0.1 answered 406: not the expected answer"),
    ],
)
def test_any_other_status_is_a_failure(
    client: Client, server: Server, answer: Answer, sentence: str
) -> None:
    server.script("/10.1/x", answer)
    with pytest.raises(SourceFailed) as caught:
        paper_by_doi(client.fetch, server.url(), "doi:10.1/x")
    assert caught.value.message == f"DOI: {sentence}"
