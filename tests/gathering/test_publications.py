"""Test what registries say of a paper's publication, with answers of our own.

They were written after the documentation of each API and are nobody's: no real one was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reader.base.errors import SourceFailed
from reader.base.http.client import Client
from reader.gathering.sources.citations import SOURCES
from reader.library.paper import Paper, Publication
from tests.server import Answer, Server, Time

BEES = Paper(
    ("arxiv:2506.00001", "doi:10.5555/a.1"),
    "On Bees that Listen to the Rain in Small Gardens",
    ("Ada Field", "Bo Lind"),
)
DBLP_SEARCH = "/search/publ/api"

DBLP: dict[str, Any] = {
    "title": "On Bees That Listen to the Rain in Small Gardens.",
    "authors": {"author": [{"@pid": "1/1", "text": "Ada Field 0001"}, {"text": "Bo Lind"}]},
    "venue": "Interspeech (2)",
    "volume": "7",
    "pages": "11-20",
    "publisher": "Moss &amp; Co",
    "year": "2025",
    "type": "Conference and Workshop Papers",
    "doi": "10.5555/A.1",
}
CORR = DBLP | {"venue": "CoRR", "volume": "abs/2506.00001", "publisher": None, "doi": None,
               "type": "Informal and Other Publications"}  # fmt: skip
OTHERS = DBLP | {"authors": {"author": {"text": "Mio Hoshi"}}}


def dblp(*infos: object) -> bytes:
    hits: dict[str, Any] = {"@total": str(len(infos)), "hit": [{"info": info} for info in infos]}
    return json.dumps({"result": {"hits": hits}}).encode()


OPENALEX: dict[str, Any] = {
    "doi": "https://doi.org/10.5555/a.1",
    "publication_year": 2025,
    "biblio": {"volume": "7", "issue": "2", "first_page": "11", "last_page": "20"},
    "primary_location": {"source": {"display_name": "arXiv", "type": "repository"}},
    "locations": [
        {"source": None},
        {"source": {"display_name": "Garden Studies", "type": "journal",
                    "host_organization_name": "Moss Press"}},
    ],
    "abstract_inverted_index": {"Bees": [0], "listen": [1, 3], "and": [2]},
}  # fmt: skip
SCHOLAR: dict[str, Any] = {
    "title": "On Bees",
    "venue": "Interspeech",
    "publicationVenue": {"name": "Interspeech", "type": "conference"},
    "journal": {"name": "ArXiv", "volume": "abs/2506.00001"},
    "year": 2025,
    "externalIds": {"DOI": "10.5555/A.1", "ArXiv": "2506.00001"},
    "abstract": "Bees  listen.",
}
IN_JOURNAL = SCHOLAR | {
    "venue": "Garden Studies",
    "publicationVenue": {"type": "journal"},
    "journal": {"name": "Garden Studies", "volume": "7", "pages": "\n 11 - 20"},
}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def ask(server: Server, name: str, paper: Paper = BEES) -> Paper | None:
    time = Time()
    [source] = [one for one in SOURCES if one.name == name]
    with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
        named = source.named(paper)
        return source.ask(client.fetch, server.url(), named, paper) if named else None


def said(server: Server, name: str, paper: Paper = BEES) -> Publication | None:
    found = ask(server, name, paper)
    return found.publication if found else None


def test_dblp_is_asked_by_the_title_and_answers_with_what_was_published(server: Server) -> None:
    server.script(DBLP_SEARCH, Answer(dblp(CORR, OTHERS, "x", {}, DBLP)))
    assert said(server, "dblp") == Publication(
        "dblp", "Interspeech 2025", "7", "", "11-20", "Moss & Co", "2025", "10.5555/a.1"
    )
    assert server.seen[0].query == {"q": BEES.title, "format": "json", "h": "20"}


def test_a_preprint_alone_is_known_but_not_published(server: Server) -> None:
    server.script(DBLP_SEARCH, Answer(dblp(CORR)))
    assert said(server, "dblp") == Publication("dblp")


@pytest.mark.parametrize("infos", [(), (OTHERS,), (DBLP | {"title": "On Bees"},)])
def test_a_paper_of_another_title_or_of_others_is_not_it(
    server: Server, infos: tuple[object, ...]
) -> None:
    server.script(DBLP_SEARCH, Answer(dblp(*infos)))
    assert ask(server, "dblp") is None


def test_a_journal_of_several_names_keeps_its_first_and_no_year(server: Server) -> None:
    article = DBLP | {"venue": ["Garden Studies", "x"], "type": "Journal Articles", "number": "2"}
    server.script(DBLP_SEARCH, Answer(dblp(article)))
    found = said(server, "dblp")
    assert found is not None
    assert (found.venue, found.number) == ("Garden Studies", "2")


def test_nobody_is_asked_for_a_short_title_or_without_an_id(server: Server) -> None:
    nothing = Paper(("pdf:0123456789abcdef",), "Bees", ("Ada Field",))
    assert [ask(server, source.name, nothing) for source in SOURCES] == [None] * 6
    assert server.seen == []


def test_openalex_is_asked_by_doi_and_a_repository_is_no_venue(server: Server) -> None:
    server.script("/works/doi:10.5555/a.1", Answer(json.dumps(OPENALEX).encode()))
    found = ask(server, "openalex")
    assert found is not None
    assert found.abstract == "Bees listen and listen"
    assert found.publication == Publication(
        "openalex", "Garden Studies", "7", "2", "11-20", "Moss Press", "2025", "10.5555/a.1"
    )
    preprint = OPENALEX | {"locations": [], "biblio": {"volume": None}}
    server.script("/works/doi:10.48550/arxiv.2506.00001", Answer(json.dumps(preprint).encode()))
    paper = Paper(("arxiv:2506.00001",), "On Bees")
    assert said(server, "openalex", paper) == Publication("openalex")


def test_semantic_scholar_is_asked_by_ids_and_the_preprints_journal_is_left_out(
    server: Server,
) -> None:
    server.script("/paper/ARXIV:2506.00001", Answer(json.dumps(SCHOLAR).encode()),
                  Answer(json.dumps(IN_JOURNAL).encode()))  # fmt: skip
    found = ask(server, "semantic-scholar")
    assert found is not None
    assert found.abstract == "Bees listen."
    assert found.publication == Publication(
        "semantic-scholar", "Interspeech 2025", year="2025", doi="10.5555/a.1"
    )
    assert said(server, "semantic-scholar") == Publication(
        "semantic-scholar", "Garden Studies", "7", "", "11-20", "", "2025", "10.5555/a.1"
    )


ASKED = {
    "dblp": DBLP_SEARCH,
    "openalex": "/works/doi:10.5555/a.1",
    "semantic-scholar": "/paper/ARXIV:2506.00001",
}


@pytest.mark.parametrize("name", ASKED)
def test_an_unknown_paper_is_none(server: Server, name: str) -> None:
    server.script(ASKED[name], Answer(status=404))
    assert ask(server, name) is None


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    "answer",
    [Answer(b"<html>"), Answer(b"[1]"), Answer(b"{}"), Answer(b'{"a'), Answer(status=403)],
)
def test_anything_else_is_a_failure(server: Server, name: str, answer: Answer) -> None:
    server.script(ASKED[name], answer)
    with pytest.raises(SourceFailed):
        ask(server, name)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("value", [None, 7, "x", [], [None], {}, True])
def test_a_field_of_another_type_is_a_missing_one(server: Server, name: str, value: object) -> None:
    for field in {"dblp": DBLP, "openalex": OPENALEX, "semantic-scholar": SCHOLAR}[name]:
        odd = {
            "dblp": dblp(DBLP | {field: value}),
            "openalex": json.dumps(OPENALEX | {field: value}).encode(),
            "semantic-scholar": json.dumps(SCHOLAR | {field: value}).encode(),
        }[name]
        server.script(ASKED[name], Answer(odd))
        ask(server, name)
