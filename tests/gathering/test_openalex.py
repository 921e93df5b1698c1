"""Test requests to OpenAlex with a local server, and that the key shows nowhere."""

from __future__ import annotations

import json
import logging
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from reader.base.errors import ConfigError, ReaderError, SourceFailed, UsageError
from reader.base.http.client import Client
from reader.gathering.sources.citations import LONGEST_KEY, OpenAlexPlace, read_key
from reader.gathering.sources.citations import OPENALEX_BATCH as BATCH
from reader.gathering.sources.citations import openalex_counts as counts
from reader.library.paper import CitationCount
from tests.server import Answer, Server, Time, redirect

KEY = "s3cret-key-of-a-person"
GARDEN = ("arxiv:2506.00001", "doi:10.5555/Garden")
POND = ("doi:10.5555/pond", "openreview:pond")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def client() -> Iterator[Client]:
    time = Time()
    with Client(clock=time.clock, sleep=time.sleep, monotonic=time.monotonic) as client:
        yield client


def ask(client: Client, server: Server, *papers: tuple[str, ...]) -> list[CitationCount | None]:
    return counts(client.fetch, OpenAlexPlace(server.url("/oa"), KEY), papers)


def work(doi: object, n: object) -> dict[str, object]:
    return {"doi": doi, "cited_by_count": n}


def play(server: Server, *works: object) -> None:
    body = {"meta": {"count": len(works)}, "results": list(works)}
    server.script("/oa/works", Answer(json.dumps(body).encode()))


def test_papers_are_asked_for_by_their_dois_and_the_highest_count_holds(
    client: Client, server: Server
) -> None:
    play(
        server,
        work("https://doi.org/10.48550/arXiv.2506.00001", 12),
        work("https://doi.org/10.5555/garden", 40),
        work("https://doi.org/10.5555/garden", 3),
        work(None, 7),
    )
    assert ask(client, server, GARDEN, POND) == [CitationCount(40), None]
    [seen] = server.seen
    assert seen.query == {
        "filter": "doi:10.48550/arxiv.2506.00001|10.5555/garden|10.5555/pond",
        "select": "doi,cited_by_count",
        "per-page": "100",
    }
    assert seen.headers["authorization"] == f"Bearer {KEY}"


def test_a_whole_batch_asks_for_fifty_dois_at_most(client: Client, server: Server) -> None:
    play(server)
    several = [(f"arxiv:2506.{n:05}", f"doi:10.5555/{n}", f"doi:10.5/{n}") for n in range(BATCH)]
    assert ask(client, server, *several) == [None] * BATCH
    assert server.seen[0].query["filter"].count("|") == 49


def test_a_doi_that_would_break_the_filter_is_not_asked_for(client: Client, server: Server) -> None:
    assert (
        ask(client, server, ("doi:10.5555/a|b",), ("doi:10.5555/a,b",), ("acl:P19-1001",))
        == [None] * 3
    )
    assert server.seen == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<html>", "the answer is not JSON, or it is incomplete"),
        (b'{"results": [', "the answer is not JSON, or it is incomplete"),
        (b"[]", "the answer has no list of works"),
        (b'{"results": {}}', "the answer has no list of works"),
        (b'{"results": [3, {"doi": 4, "cited_by_count": 5}]}', "the answer has no citation"),
        (b'{"results": [{"doi": "10.5555/pond", "cited_by_count": "5"}]}', "the answer has no"),
    ],
)
def test_a_malformed_answer_is_refused(
    client: Client, server: Server, body: bytes, what: str
) -> None:
    server.script("/oa/works", Answer(body))
    with pytest.raises(SourceFailed) as caught:
        ask(client, server, POND)
    assert caught.value.message.startswith(f"OpenAlex: {what}")


def test_a_key_that_is_not_taken_is_named_with_its_remedy(client: Client, server: Server) -> None:
    server.script("/oa/works", Answer(status=401))
    with pytest.raises(SourceFailed) as caught:
        ask(client, server, POND)
    assert (caught.value.message, caught.value.hint) == (
        "OpenAlex: the API key is not accepted",
        "Is the key in OPENALEX_API_KEY or openalex_key_file right? Is its budget used up?",
    )


def everything_said(error: BaseException) -> str:
    """Collect all text of an exception: its values, its causes and its traceback."""
    words = traceback.format_exception(error)
    words += [repr(error), str(error), *map(repr, error.args)]
    words += [repr(getattr(error, "values", "")), repr(getattr(error, "hint", ""))]
    return "\n".join(words)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=401),
        Answer(status=403),
        Answer(status=400),
        Answer(status=429),
        Answer(status=503, headers={"Retry-After": "900"}),
        Answer(f'{{"error": "unknown key {KEY}"}}'.encode(), status=403),
        Answer(f"unknown key {KEY}".encode()),
        Answer(f'{{"results": "{KEY}"}}'.encode()),
        Answer(b"{}", cut_after=1),
        Answer(raw=b"no HTTP at all"),
        redirect("/oa/works"),
        redirect("https://[::bad"),
    ],
)
def test_whatever_goes_wrong_the_key_is_in_no_address_message_log_or_repr(
    client: Client, server: Server, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script("/oa/works", answer)
    with pytest.raises(ReaderError) as caught:
        ask(client, server, POND)
    assert KEY not in everything_said(caught.value)
    assert KEY not in caplog.text
    assert all(KEY not in seen.path + repr(seen.query) for seen in server.seen)
    assert any(KEY in seen.headers["authorization"] for seen in server.seen)


def test_the_key_goes_to_no_other_host(client: Client, server: Server) -> None:
    with Server() as other:
        server.script("/oa/works", redirect(other.url("/oa/works")))
        play(other, work("https://doi.org/10.5555/pond", 2))
        assert ask(client, server, POND) == [CitationCount(2)]
        assert "authorization" not in other.seen[0].headers


def test_the_repr_of_a_place_hides_its_key() -> None:
    assert KEY not in repr(OpenAlexPlace("https://a.example", KEY))


class TestKey:
    def file(self, folder: Path, content: bytes = f"{KEY}\n".encode(), mode: int = 0o600) -> str:
        path = folder / "openalex.key"
        path.write_bytes(content)
        path.chmod(mode)
        return path.name

    def refusal(self, environ: dict[str, str], folder: Path, file: str) -> ReaderError:
        with pytest.raises(ReaderError) as caught:
            read_key(environ, folder, file)
        assert KEY not in everything_said(caught.value)
        return caught.value

    def test_the_key_is_read_from_the_environment_or_else_from_the_file(
        self, tmp_path: Path
    ) -> None:
        file = self.file(tmp_path, b" from-file \n")
        assert read_key({"OPENALEX_API_KEY": f" {KEY}\n"}, tmp_path, file) == KEY
        assert read_key({"OPENALEX_API_KEY": ""}, tmp_path, file) == "from-file"
        assert read_key({}, Path("/nowhere"), str(tmp_path / file)) == "from-file"

    def test_a_missing_key_is_an_error_that_explains_how_to_set_one(self, tmp_path: Path) -> None:
        error = self.refusal({}, tmp_path, "")
        assert isinstance(error, ConfigError)
        assert "OpenAlex needs an API key" in error.message
        assert (
            error.hint
            == "Set OPENALEX_API_KEY, or name a file that holds the key in openalex_key_file."
        )

    @pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
    @pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o666, 0o601])
    def test_a_file_that_others_may_touch_is_refused(self, tmp_path: Path, mode: int) -> None:
        error = self.refusal({}, tmp_path, self.file(tmp_path, mode=mode))
        path = tmp_path / "openalex.key"
        assert (error.message, error.hint) == (
            f"{path}, line 1: citations.openalex_key_file: other users can read the file",
            f"chmod 600 {path}",
        )

    @pytest.mark.parametrize(
        "content", [b"", f"{KEY}\n{KEY}".encode(), KEY.encode() + b"\xff", b"k" * (LONGEST_KEY + 1)]
    )
    def test_a_file_without_a_key_is_refused(self, tmp_path: Path, content: bytes) -> None:
        error = self.refusal({}, tmp_path, self.file(tmp_path, content))
        assert "the file does not hold an API key" in error.message

    def test_a_missing_file_or_a_folder_in_its_place_is_named(self, tmp_path: Path) -> None:
        error = self.refusal({}, tmp_path, "none.key")
        what = "none.key, line 1: citations.openalex_key_file: the file cannot be read"
        assert what in error.message
        assert "the file cannot be read" in self.refusal({}, tmp_path, ".").message

    def test_an_environment_with_something_else_is_refused(self, tmp_path: Path) -> None:
        error = self.refusal({"OPENALEX_API_KEY": f"{KEY} {KEY}"}, tmp_path, "")
        assert isinstance(error, UsageError)
        assert error.message.startswith("OPENALEX_API_KEY does not hold an API key")
