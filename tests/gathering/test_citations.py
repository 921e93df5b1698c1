"""Test requests to Semantic Scholar with a local server and invented answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from reader.base.errors import SourceFailed, Unreachable
from reader.base.http.client import Client
from reader.gathering.sources.citations import (
    BATCH,
    DELAY_S,
    KNOWN,
    MAX_BYTES,
    MAX_REFUSED,
    CitedPaper,
    counts,
    most_cited,
    name_of,
)
from reader.library.paper import CitationCount, Paper
from tests.server import Answer, Seen, Server, Time

SINCE = date(2023, 6, 5)
GARDEN = ("arxiv:2506.00001",)
POND = ("doi:10.5555/pond", "openreview:pond")
WELL = ("acl:2025.acl-long.7",)
SHED = ("openreview:shed",)


class Scholar:
    """Play the batch endpoint: answers what it knows, 400 where an id is malformed or where
    it knows nothing at all."""

    def __init__(self, **known: object) -> None:
        self.known = {KNOWN: {"citationCount": 9}} | {
            k.replace("_", ":"): v for k, v in known.items()
        }
        self.malformed: set[str] = set()
        self.asked: list[list[str]] = []

    def __call__(self, seen: Seen) -> Answer:
        assert (seen.method, seen.headers["content-type"]) == ("POST", "application/json")
        assert seen.query == {"fields": "citationCount,influentialCitationCount"}
        ids = json.loads(seen.body)["ids"]
        self.asked.append(ids)
        found = [self.known.get(id_) for id_ in ids]
        if self.malformed & set(ids) or not any(found):
            return Answer(b'{"error": "No valid paper ids given"}', status=400)
        return Answer(json.dumps(found).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def entry(n: object, influential: object = None) -> dict[str, object]:
    return {"paperId": "x", "citationCount": n, "influentialCitationCount": influential}


def ask(client: Client, server: Server, *papers: tuple[str, ...]) -> list[CitationCount | None]:
    return counts(client.fetch, server.url("/graph/v1/"), papers)


def refusal(client: Client, server: Server, *papers: tuple[str, ...]) -> SourceFailed:
    with pytest.raises(SourceFailed) as caught:
        ask(client, server, *(papers or (GARDEN,)))
    return caught.value


def play(server: Server, scholar: Scholar) -> None:
    server.respond("/graph/v1/paper/batch", scholar)


class TestCounts:
    def test_each_paper_is_asked_for_by_the_id_that_the_api_knows(
        self, client: Client, server: Server
    ) -> None:
        scholar = Scholar()
        scholar.known |= {
            "ARXIV:2506.00001": entry(240, 12),
            "DOI:10.5555/pond": entry(0),
            "ACL:2025.acl-long.7": entry(3, "many"),
        }
        play(server, scholar)
        assert ask(client, server, GARDEN, SHED, POND, WELL) == [
            CitationCount(240, 12), None, CitationCount(0), CitationCount(3)
        ]  # fmt: skip
        assert scholar.asked == [
            ["ARXIV:2506.00001", "DOI:10.5555/pond", "ACL:2025.acl-long.7", KNOWN]
        ]

    def test_arxivs_id_is_preferred_wherever_it_stands(self) -> None:
        assert name_of(("doi:10.5555/x", "arxiv:cs/0201082")) == "ARXIV:cs/0201082"
        assert name_of(SHED) == ""

    def test_nothing_is_asked_where_no_paper_has_such_an_id(
        self, client: Client, server: Server
    ) -> None:
        assert ask(client, server, SHED) == [None]
        assert server.seen == []

    def test_papers_that_it_does_not_know_are_none_also_when_it_knows_none(
        self, client: Client, server: Server
    ) -> None:
        scholar = Scholar()
        scholar.known["ARXIV:2506.00001"] = entry(7)
        play(server, scholar)
        assert ask(client, server, GARDEN, POND) == [CitationCount(7), None]
        assert ask(client, server, POND, WELL) == [None, None]
        assert len(server.seen) == 2

    def test_a_malformed_id_is_found_by_halves_and_the_others_are_counted(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        scholar = Scholar()
        papers = [(f"arxiv:2506.{n:05}",) for n in range(BATCH)]
        scholar.known |= {name_of(ids): entry(n) for n, ids in enumerate(papers)}
        scholar.malformed = {"ARXIV:2506.00123"}
        play(server, scholar)
        found = ask(client, server, *papers)
        assert found == [None if n == 123 else CitationCount(n) for n in range(BATCH)]
        assert len(server.seen) < 20
        assert set(time_.slept) == {DELAY_S}

    def test_an_api_that_refuses_everything_is_given_up(
        self, client: Client, server: Server
    ) -> None:
        server.script("/graph/v1/paper/batch", Answer(status=400))
        error = refusal(client, server, *[(f"arxiv:2506.{n:05}",) for n in range(BATCH)])
        assert error.message.startswith("Semantic Scholar: 127.0.0.1 answered 400")
        assert len(server.seen) <= 2 * MAX_REFUSED

    def test_too_many_requests_is_an_error_with_the_time_that_the_server_names(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/graph/v1/paper/batch", Answer(status=429, headers={"Retry-After": "600"}))
        error = refusal(client, server)
        assert error.message == "Semantic Scholar: 127.0.0.1 answered 429: too many requests"
        assert error.retry_at is not None
        assert (error.retry_at - time_.clock()).total_seconds() == 600

    def test_a_busy_moment_is_waited_out_and_the_whole_question_asked_again(
        self, client: Client, server: Server
    ) -> None:
        answer = Answer(json.dumps([entry(4), entry(9)]).encode())
        server.script("/graph/v1/paper/batch", Answer(status=429), answer)
        assert ask(client, server, GARDEN) == [CitationCount(4)]
        assert [json.loads(seen.body)["ids"][0] for seen in server.seen] == ["ARXIV:2506.00001"] * 2

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"", "the answer is not JSON, or it is incomplete"),
            (b"<html>Sign in</html>", "the answer is not JSON, or it is incomplete"),
            (b'[{"citationCount": 3', "the answer is not JSON, or it is incomplete"),
            (b"[" * 100_000, "the answer is not JSON, or it is incomplete"),
            (b"[" + b"9" * 5000 + b"]", "the answer is not JSON, or it is incomplete"),
            (b'{"data": []}', "the answer is not a list"),
            (b"[]", "the number of answers is wrong: 0 instead of 2"),
            (b'[{"citationCount": 3}]', "the number of answers is wrong: 1 instead of 2"),
            (b"[null, null]", "the answer has no citation count"),
            (b'[{"cited": 3}, {"cited": 9}]', "the answer has no citation count"),
            (b'[{"citationCount": "3"}, {"citationCount": true}]', "the answer has no citation"),
            (b'[{"citationCount": -1}, {"citationCount": 1e3}]', "the answer has no citation"),
            (b'[{"citationCount": 1234567890123456789012}, 3]', "the answer has no citation"),
        ],
    )
    def test_a_malformed_answer_is_refused_whole(
        self, client: Client, server: Server, body: bytes, what: str
    ) -> None:
        server.script("/graph/v1/paper/batch", Answer(body))
        assert refusal(client, server).message.startswith(f"Semantic Scholar: {what}")

    def test_one_answer_of_a_wrong_type_is_none_and_the_others_stand(
        self, client: Client, server: Server
    ) -> None:
        body = [entry("many"), entry(3), [], entry(9)]
        server.script("/graph/v1/paper/batch", Answer(json.dumps(body).encode()))
        assert ask(client, server, GARDEN, POND, WELL) == [None, CitationCount(3), None]

    def test_a_huge_answer_is_not_kept(self, client: Client, server: Server) -> None:
        server.script("/graph/v1/paper/batch", Answer(b" " * (MAX_BYTES + 1)))
        assert (
            "the answer is too long and was dropped (limit in bytes: 20,000,000)"
            in refusal(client, server).message
        )

    def test_a_cut_off_answer_and_a_missing_server_are_told_apart(
        self, client: Client, server: Server
    ) -> None:
        server.script("/graph/v1/paper/batch", Answer(b"[null, null]", cut_after=3))
        assert "broke off" in refusal(client, server).message
        with pytest.raises(Unreachable):
            counts(client.fetch, "http://127.0.0.1:9", [GARDEN])


def found(n: object = 500, **more: object) -> dict[str, object]:
    return {
        "paperId": "x",
        "title": "A large language\x1b[31m model",
        "abstract": None,
        "authors": [{"authorId": "1", "name": "Ada Field"}, {"name": None}, "Bo"],
        "externalIds": {"DOI": "10.48550/arXiv.2401.00001", "ArXiv": "2401.00001", "CorpusId": 7},
        "publicationDate": "2024-01-02",
        "citationCount": n,
        "influentialCitationCount": 31,
    } | more


class TestMostCited:
    def search(self, client: Client, server: Server, *words: str) -> list[CitedPaper]:
        return most_cited(
            client.fetch,
            server.url("/graph/v1"),
            words or ("large language model",),
            since=SINCE,
            at_least=5,
        )

    def test_a_topics_words_are_asked_for_as_phrases_the_most_cited_first(
        self, client: Client, server: Server
    ) -> None:
        server.script("/graph/v1/paper/search/bulk", Answer(b'{"total": 0, "data": []}'))
        assert self.search(client, server, "large language model", "機械翻訳", '"', 'a "b"') == []
        [seen] = server.seen
        assert (seen.method, seen.query) == (
            "GET",
            {
                "query": '"large language model" | "機械翻訳" | "a  b"',
                "publicationDateOrYear": "2023-06-05:",
                "minCitationCount": "5",
                "sort": "citationCount:desc",
                "fields": "title,abstract,authors,externalIds,publicationDate,citationCount,"
                "influentialCitationCount",
            },
        )

    def test_a_topic_without_words_asks_nothing(self, client: Client, server: Server) -> None:
        assert self.search(client, server, '"') == []
        assert server.seen == []

    def test_papers_come_with_their_ids_and_counts(self, client: Client, server: Server) -> None:
        body = {"total": 2, "token": None, "data": [found()]}
        server.script("/graph/v1/paper/search/bulk", Answer(json.dumps(body).encode()))
        assert self.search(client, server) == [
            CitedPaper(
                Paper(
                    ids=("arxiv:2401.00001",),
                    title="A large language model",
                    authors=("Ada Field",),
                    published_on=date(2024, 1, 2),
                ),
                CitationCount(500, 31),
            )
        ]

    def test_ids_of_every_kind_are_read_and_papers_without_one_left_out(
        self, client: Client, server: Server
    ) -> None:
        data = [
            found(externalIds={"DOI": "10.5555/X", "ACL": "2024.acl-long.1"}),
            found(externalIds={"CorpusId": 7}),
            found(externalIds=[]),
            found(title=""),
            found(publicationDate="2024"),
            "no paper",
            found(n=None),
        ]
        server.script("/graph/v1/paper/search/bulk", Answer(json.dumps({"data": data}).encode()))
        papers = [cited.paper for cited in self.search(client, server)]
        assert [paper.ids for paper in papers] == [
            ("acl:2024.acl-long.1", "doi:10.5555/x"),
            ("arxiv:2401.00001",),
        ]
        assert [paper.published_on for paper in papers] == [date(2024, 1, 2), None]

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"<html>", "the answer is not JSON, or it is incomplete"),
            (b"[]", "the answer has no list of papers"),
            (b'{"data": {}}', "the answer has no list of papers"),
            (b'{"data": [{"title": "x"}, 3]}', "the answer has no paper that can be read"),
        ],
    )
    def test_a_malformed_search_answer_is_refused(
        self, client: Client, server: Server, body: bytes, what: str
    ) -> None:
        server.script("/graph/v1/paper/search/bulk", Answer(body))
        with pytest.raises(SourceFailed) as caught:
            self.search(client, server)
        assert caught.value.message == f"Semantic Scholar: {what}"
