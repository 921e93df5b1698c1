"""Test the polite client against a real server that misbehaves. No test waits for a pause."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reader import __version__
from reader.base.errors import OutOfTime, SourceFailed, Unreachable
from reader.base.http import Request, Response
from reader.base.http.client import Client
from reader.base.http.connections import Backend, PrivateAddress, RequestDeadline, is_public
from tests.server import NOW, Answer, Server, Time, gzipped, redirect

HOST = "127.0.0.1"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


def impatient(**settings: float) -> Client:
    """Return a client on real time, for what a stopped clock cannot show."""
    return Client(
        clock=lambda: NOW,
        sleep=time.sleep,
        monotonic=time.monotonic,
        timeout_s=settings.get("timeout_s", 5.0),
        deadline_s=settings.get("deadline_s", 5.0),
    )


def ask(url: str) -> Request:
    return Request(url, source="Feed")


def failure(client: Client, request: Request) -> SourceFailed:
    with pytest.raises(SourceFailed) as caught:
        client.fetch(request)
    assert not isinstance(caught.value, Unreachable)
    return caught.value


def silence(client: Client, request: Request) -> Unreachable:
    with pytest.raises(Unreachable) as caught:
        client.fetch(request)
    return caught.value


class TestAsking:
    def test_an_answer_comes_whole_with_its_headers_in_lower_case(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", Answer(b"hello", headers={"ETag": '"7"', "Date": "now"}))
        assert client.fetch(ask(server.url("/a"))) == Response(
            server.url("/a"), 200, b"hello", {"etag": '"7"', "date": "now", "content-length": "5"}
        )

    def test_the_program_says_who_it_is_and_unpacks_gzip_only(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", gzipped(b"x" * 5000))
        assert client.fetch(replace(ask(server.url("/a")), accept="text/x")).content == b"x" * 5000
        assert server.seen[0].headers == {
            "host": f"127.0.0.1:{server.port}",
            "connection": "keep-alive",
            "user-agent": f"asayomi/{__version__} (+https://github.com/asayomi/asayomi)",
            "accept": "text/x",
            "accept-encoding": "gzip",
        }

    def test_validators_are_sent_and_304_is_an_answer(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(status=304))
        request = replace(ask(server.url("/a")), etag='"7"', last_modified="yesterday")
        assert client.fetch(request).is_unchanged
        assert server.seen[0].headers["if-none-match"] == '"7"'
        assert server.seen[0].headers["if-modified-since"] == "yesterday"

    def test_304_without_a_validator_is_a_failure(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(status=304))
        assert failure(client, ask(server.url("/a"))).message == (
            "Feed: 127.0.0.1 answered 304: not changed, although nothing was fetched before"
        )

    def test_one_connection_serves_several_questions(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(b"hello"))
        for _ in range(3):
            client.fetch(ask(server.url("/a")))
        assert (len(server.seen), server.n_connections) == (3, 1)

    def test_a_kept_connection_that_the_server_closed_is_replaced(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
        answers = [client.fetch(ask(server.url("/a"))).content for _ in range(100)]
        assert answers == [b"hi"] * 100

    @pytest.mark.parametrize("body", [b"", b"x" * 100_000])
    @pytest.mark.parametrize("framing", ["length", "chunked", "unframed"])
    def test_every_framing_of_a_body_is_read(
        self, client: Client, server: Server, body: bytes, framing: str
    ) -> None:
        answer = Answer(body, is_chunked=framing == "chunked", is_unframed=framing == "unframed")
        server.script("/a", answer)
        assert client.fetch(ask(server.url("/a"))).content == body

    def test_gzip_of_several_members_is_read_to_the_end(
        self, client: Client, server: Server
    ) -> None:
        body = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)
        server.script("/a", Answer(body, headers={"Content-Encoding": "gzip"}))
        assert client.fetch(ask(server.url("/a"))).content == b"one two"


class TestManners:
    def test_two_calls_to_a_host_start_so_far_apart(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", Answer(b"hello"))
        request = replace(ask(server.url("/a")), delay_s=3)
        client.fetch(request)
        time_.now_s += 1
        client.fetch(request)
        client.fetch(request)
        assert time_.slept == [2, 3]

    def test_another_host_need_not_wait(self, client: Client, server: Server, time_: Time) -> None:
        server.script("/a", Answer(b"hello"))
        client.fetch(replace(ask(server.url("/a")), delay_s=3))
        client.fetch(replace(ask(f"http://localhost:{server.port}/a"), delay_s=3))
        assert time_.slept == []

    def test_threads_take_turns(self, server: Server) -> None:
        server.script("/a", Answer(b"hello"))
        slept: list[float] = []
        with Client(clock=lambda: NOW, sleep=slept.append, monotonic=lambda: 0.0) as client:
            request = replace(ask(server.url("/a")), delay_s=3)
            threads = [threading.Thread(target=client.fetch, args=(request,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sorted(slept) == [3, 6, 9]

    def test_turns_are_shared_at_hosts_with_a_delay_and_told_of_pauses(
        self, server: Server, time_: Time
    ) -> None:
        told: list[object] = []

        @contextlib.contextmanager
        def turn(host: str, delay_s: float) -> Iterator[Callable[[float], None]]:
            told.append((host, delay_s))
            time_.sleep(500)  # longer than an answer may take
            yield told.append
            told.append("end")

        busy = Answer(status=503, headers={"Retry-After": "7"})
        long, unsaid = (Answer(status=429, headers=h) for h in ({"Retry-After": "3600"}, {}))
        server.script("/a", busy, unsaid, Answer(b"hello"))
        server.script("/b", long)
        clock = time_
        with Client(
            clock=clock.clock, sleep=clock.sleep, monotonic=clock.monotonic, turn=turn
        ) as client:
            client.fetch(ask(server.url("/a")))
            assert told == []
            server.script("/a", busy, unsaid, Answer(b"hello"))
            client.fetch(replace(ask(server.url("/a")), delay_s=3))
            failure(client, replace(ask(server.url("/b")), delay_s=3))
        start = (HOST, 3)
        assert told == [
            *(start, 7.0, "end"),
            *(start, 2.0, "end"),
            *(start, 0.0, "end"),
            *(start, 3600.0, "end"),
        ]

    def test_retry_after_in_seconds_is_waited_out(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        busy = Answer(status=429, headers={"Retry-After": "7"})
        server.script("/a", busy, replace(busy, status=503), Answer(b"hello"))
        assert client.fetch(ask(server.url("/a"))).content == b"hello"
        assert time_.slept == [7, 7]

    def test_retry_after_as_a_date_is_waited_out(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        date = "Tue, 04 Mar 2025 06:00:12 GMT"
        server.script("/a", Answer(status=503, headers={"Retry-After": date}), Answer(b"hello"))
        assert client.fetch(ask(server.url("/a"))).content == b"hello"
        assert time_.slept == [12]

    @pytest.mark.parametrize("value", ["3600", "Tue, 04 Mar 2025 07:00:00 GMT"])
    def test_a_long_retry_after_is_left_to_the_next_gather(
        self, client: Client, server: Server, time_: Time, value: str
    ) -> None:
        server.script("/a", Answer(status=429, headers={"Retry-After": value}))
        error = failure(client, ask(server.url("/a")))
        assert (error.message, error.hint, error.retry_at, error.status) == (
            "Feed: 127.0.0.1 answered 429: too many requests",
            "It is asked again after 2025-03-04 07:00 UTC.",
            NOW + timedelta(hours=1),
            429,
        )
        assert (len(server.seen), time_.slept) == (1, [])

    @pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "Tue, 99 Foo 2025"])
    def test_without_retry_after_it_waits_two_and_six_seconds(
        self, client: Client, server: Server, time_: Time, value: str
    ) -> None:
        server.script("/a", Answer(status=503, headers={"Retry-After": value} if value else {}))
        error = failure(client, ask(server.url("/a")))
        assert (error.message, error.retry_at) == (
            "Feed: 127.0.0.1 answered 503: the server is too busy",
            None,
        )
        assert (len(server.seen), time_.slept) == (3, [2, 6])

    def test_a_server_that_is_busy_for_ever_is_given_up_with_its_own_time(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", Answer(status=429, headers={"Retry-After": "30"}))
        error = failure(client, ask(server.url("/a")))
        assert (len(server.seen), time_.slept) == (3, [30, 30])
        assert error.retry_at == NOW + timedelta(seconds=90)

    def test_a_past_date_is_no_wait_and_a_far_one_is_a_week(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        past = Answer(status=503, headers={"Retry-After": "Tue, 04 Mar 2003 06:00:00 GMT"})
        server.script("/a", past, Answer(status=503, headers={"Retry-After": "999999999"}))
        assert failure(client, ask(server.url("/a"))).retry_at == NOW + timedelta(days=7)
        assert time_.slept == []

    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_a_server_error_is_retried_once(
        self, client: Client, server: Server, time_: Time, status: int
    ) -> None:
        server.script("/a", Answer(status=status), Answer(b"hello"), Answer(status=status))
        assert client.fetch(ask(server.url("/a"))).content == b"hello"
        error = failure(client, ask(server.url("/a")))
        assert error.message == f"Feed: 127.0.0.1 answered {status}: the server has a problem"
        assert (len(server.seen), time_.slept) == (4, [2, 2])

    @pytest.mark.parametrize(
        ("status", "reason", "hint"),
        [
            (400, "it did not understand the request", "Check the address in feeds.toml."),
            (404, "there is nothing at this address", "Check the address in feeds.toml."),
            (410, "the page was removed for good", "Remove it from feeds.toml."),
            (418, "not the expected answer", "Check the address in feeds.toml."),
            (204, "not the expected answer", "Check the address in feeds.toml."),
            (300, "not the expected answer", "Check the address in feeds.toml."),
        ],
    )
    def test_other_statuses_are_errors_with_a_hint_and_not_retried(
        self, client: Client, server: Server, status: int, reason: str, hint: str
    ) -> None:
        server.script("/a", Answer(status=status))
        error = failure(client, ask(server.url("/a")))
        assert error.message == f"Feed: 127.0.0.1 answered {status}: {reason}"
        assert (error.hint, error.status, len(server.seen)) == (hint, status, 1)


def test_this_machine_is_never_asked_through_a_proxy(
    server: Server, time_: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.script("/a", Answer(b"hello"))
    with Server() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        with Client(clock=time_.clock, sleep=time_.sleep, monotonic=time_.monotonic) as client:
            assert client.fetch(ask(server.url("/a"))).content == b"hello"
            proxy.script("/x", Answer(b"through the proxy"))
            assert client.fetch(ask("http://far.invalid/x")).content == b"through the proxy"
            silence(client, replace(ask("http://far.invalid/x"), is_trusted=False))
    assert [seen.headers["host"] for seen in proxy.seen] == ["far.invalid"]


class TestRedirects:
    def test_redirects_are_followed_and_the_last_address_is_reported(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", redirect("/b?x=1", 301))
        server.script("/b", redirect(server.url("/c"), 308))
        server.script("/c", Answer(b"here"))
        answer = client.fetch(ask(server.url("/a")))
        assert (answer.url, answer.content) == (server.url("/c"), b"here")

    def test_a_redirect_loop_is_an_error(self, client: Client, server: Server) -> None:
        server.script("/a", redirect("/b"))
        server.script("/b", redirect("/a"))
        error = failure(client, ask(server.url("/a")))
        assert error.message == (
            "Feed: 127.0.0.1 redirects in a circle: 127.0.0.1/a → 127.0.0.1/b → 127.0.0.1/a"
        )
        assert len(server.seen) == 2

    def test_six_redirects_are_too_many(self, client: Client, server: Server) -> None:
        for i in range(7):
            server.script(f"/{i}", redirect(f"/{i + 1}"))
        error = failure(client, ask(server.url("/0")))
        assert error.message.startswith("Feed: 127.0.0.1 redirects more than 5 times: 127.0")
        assert len(server.seen) == 6

    @pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://h/x", "http://", "http://[::1"])
    def test_redirects_lead_to_web_addresses_only(
        self, client: Client, server: Server, to: str
    ) -> None:
        server.script("/a", redirect(to))
        failure(client, ask(server.url("/a")))


class TestRequestWithBody:
    """A body makes a POST; additional headers, such as a key, go to one host only."""

    def test_a_body_is_posted_with_its_headers(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(b"[]"))
        request = replace(
            ask(server.url("/a?x=1")), body=b'{"ids": []}', headers={"Content-Type": "text/x"}
        )
        assert client.fetch(request).content == b"[]"
        [seen] = server.seen
        assert (seen.method, seen.query, seen.body) == ("POST", {"x": "1"}, b'{"ids": []}')
        assert seen.headers["content-type"] == "text/x"

    def test_a_body_is_sent_again_when_the_server_is_busy(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", Answer(status=429), Answer(status=429), Answer(b"here"))
        request = replace(ask(server.url("/a")), body=b"question")
        assert client.fetch(request).content == b"here"
        assert [seen.body for seen in server.seen] == [b"question"] * 3
        assert time_.slept == [2, 6]

    def test_a_redirect_of_a_post_is_not_followed(self, client: Client, server: Server) -> None:
        server.script("/a", redirect("/b", 307))
        error = failure(client, replace(ask(server.url("/a")), body=b"question"))
        assert error.message == "Feed: 127.0.0.1 answered 307: not the expected answer"
        assert [seen.path for seen in server.seen] == ["/a"]

    def test_headers_go_along_on_the_same_host_and_to_no_other(
        self, client: Client, server: Server
    ) -> None:
        with Server() as other:
            server.script("/a", redirect("/b"))
            server.script("/b", redirect(other.url("/c")))
            other.script("/c", Answer(b"here"))
            request = replace(ask(server.url("/a")), headers={"Authorization": "Bearer s3cret"})
            assert client.fetch(request).content == b"here"
            assert [seen.headers.get("authorization") for seen in (*server.seen, *other.seen)] == [
                "Bearer s3cret", "Bearer s3cret", None
            ]  # fmt: skip

    @pytest.mark.parametrize("secret", ["s3cret\r\nX: y", "s3crét", "s3cret\x00"])
    def test_a_header_that_cannot_be_sent_is_refused_without_showing_it(
        self, client: Client, server: Server, secret: str
    ) -> None:
        error = failure(client, replace(ask(server.url("/a")), headers={"X-Key": secret}))
        assert error.message == ("Feed: a header cannot be sent: it must be printable ASCII")
        assert server.seen == []

    def test_body_and_headers_are_not_in_the_repr(self) -> None:
        request = Request("https://a.example/", "Feed", body=b"s3cret", headers={"X": "s3cret"})
        assert "s3cret" not in repr(request)
        assert hash(request) == hash(replace(request, headers={}))


class TestBadBytes:
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_half_a_body_is_a_failure(
        self, client: Client, server: Server, is_chunked: bool
    ) -> None:
        server.script("/a", Answer(b"x" * 5000, cut_after=2500, is_chunked=is_chunked))
        error = failure(client, ask(server.url("/a")))
        assert error.message.startswith("Feed: the answer of 127.0.0.1 broke off or is not HTTP:")

    def test_half_a_gzip_without_a_length_is_a_failure(
        self, client: Client, server: Server
    ) -> None:
        body = gzip.compress(bytes(range(256)) * 50)
        packed = {"Content-Encoding": "gzip"}
        server.script("/a", Answer(body[: len(body) // 2], headers=packed, is_unframed=True))
        error = failure(client, ask(server.url("/a")))
        assert error.message == "Feed: the answer broke off: its gzip data has no end"

    @pytest.mark.parametrize("body", [b"plain text", gzip.compress(b"x" * 99, mtime=0) + b"rest"])
    def test_invalid_gzip_is_a_failure(self, client: Client, server: Server, body: bytes) -> None:
        server.script("/a", Answer(body, headers={"Content-Encoding": "gzip"}))
        error = failure(client, ask(server.url("/a")))
        assert (
            error.message == "Feed: the answer is marked as gzip, but is something else or damaged"
        )

    def test_an_encoding_that_was_not_asked_for_is_named(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", Answer(b"?", headers={"Content-Encoding": "br"}))
        error = failure(client, ask(server.url("/a")))
        assert error.message == "Feed: the answer has an encoding that was not asked for ('br')"

    def test_an_answer_without_end_is_cut_off(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(b"x" * 2_000_000, is_chunked=True))
        request = replace(ask(server.url("/a")), max_bytes=1_000_000)
        assert failure(client, request).message == (
            "Feed: the answer is too long and was dropped (limit in bytes: 1,000,000)"
        )

    def test_the_longest_allowed_answer_is_kept(self, client: Client, server: Server) -> None:
        server.script("/a", Answer(b"x" * 1000), gzipped(b"x" * 1000))
        request = replace(ask(server.url("/a")), max_bytes=1000)
        assert client.fetch(request).content == client.fetch(request).content == b"x" * 1000

    def test_a_gzip_bomb_is_stopped_before_it_unpacks(self, client: Client, server: Server) -> None:
        server.script("/a", gzipped(b"\0" * 60_000_000))
        began = time.process_time()
        failure(client, replace(ask(server.url("/a")), max_bytes=1_000_000))
        assert time.process_time() - began < 0.5

    @pytest.mark.parametrize(
        "raw", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nA\x00: b\r\n\r\n"]
    )
    def test_an_answer_that_is_not_http_is_a_failure(
        self, client: Client, server: Server, raw: bytes
    ) -> None:
        server.script("/a", Answer(raw=raw))
        error = failure(client, ask(server.url("/a")))
        assert error.message.startswith("Feed: the answer of 127.0.0.1 broke off or is not HTTP:")


class TestSilence:
    def test_a_refused_connection(self, client: Client) -> None:
        with socket.socket() as taken:  # bound but not listening
            taken.bind((HOST, 0))
            error = silence(client, ask(f"http://127.0.0.1:{taken.getsockname()[1]}/"))
        assert error.message == "Feed: no answer (127.0.0.1 refused the connection)"
        assert error.hint == "Is the network up? Everything that was fetched before is still here."

    def test_a_name_that_does_not_exist(self, client: Client) -> None:
        assert silence(client, ask("http://nowhere.invalid/")).message == (
            "Feed: no answer (the host name nowhere.invalid was not found)"
        )

    def test_a_server_that_hangs(self, server: Server) -> None:
        server.script("/a", Answer(b"late", hang_s=30))
        with impatient(timeout_s=0.2) as client:
            error = silence(client, ask(server.url("/a")))
        assert error.message == "Feed: no answer (127.0.0.1 did not finish its answer within 0.2 s)"

    @pytest.mark.parametrize(
        "answer",
        [Answer(b"slow" * 1000, drip_s=0.05), Answer(b"slow", drip_head_s=0.05)],
        ids=["body", "head"],
    )
    def test_a_slow_drip_ends_at_the_deadline(self, server: Server, answer: Answer) -> None:
        server.script("/a", answer)
        began = time.monotonic()
        with impatient(deadline_s=0.5) as client:
            error = silence(client, ask(server.url("/a")))
        assert error.message == "Feed: no answer (127.0.0.1 did not finish its answer within 0.5 s)"
        assert time.monotonic() - began < 2

    def test_pauses_between_calls_do_not_count_against_the_deadline(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", redirect("/b"))
        server.script("/b", Answer(b"here"))
        assert client.fetch(replace(ask(server.url("/a")), delay_s=500)).content == b"here"
        assert time_.slept == [500]

    def test_a_handshake_that_drips_ends_at_the_deadline(self) -> None:
        with _DrippingHandshake(("127.0.0.1", 0), _DripHandshake) as server:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            with impatient(deadline_s=0.5) as client:
                silence(client, ask(f"https://127.0.0.1:{server.server_address[1]}/"))
            n_sent = server.n_sent
            server.stopping.set()
            server.shutdown()
        assert n_sent < N_DRIPS

    def test_a_server_that_speaks_no_tls(self, client: Client, server: Server) -> None:
        error = silence(client, ask(f"https://127.0.0.1:{server.port}/"))
        assert (
            error.message == "Feed: no answer (127.0.0.1 does not offer a secure connection (TLS))"
        )


N_DRIPS = 60


class _DrippingHandshake(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    n_sent = 0

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.stopping = threading.Event()


class _DripHandshake(socketserver.BaseRequestHandler):
    """Answer a handshake with the head of a long record, and its bytes for three seconds."""

    server: _DrippingHandshake

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.request.sendall(bytes([0x16, 3, 3, 0x3F, 0xFF, 2, 0, 0x3F, 0xFB]))
            while self.server.n_sent < N_DRIPS and not self.server.stopping.wait(0.05):
                self.request.sendall(bytes(1))
                self.server.n_sent += 1


class TestTimeForAll:
    """`within` gives many requests one time together."""

    def test_what_is_too_slow_is_cut_and_the_rest_is_not_asked(self, server: Server) -> None:
        server.script("/slow", Answer(b"slow" * 1000, drip_s=0.05))
        with impatient() as client:
            with client.within(0.5):
                error = failure(client, ask(server.url("/slow")))
                late = failure(client, ask(server.url("/late")))
            server.script("/late", Answer(b"here"))
            assert client.fetch(ask(server.url("/late"))).content == b"here"
        assert isinstance(error, OutOfTime)
        assert isinstance(late, OutOfTime)
        assert (error.was_asked, late.was_asked) == (True, False)
        assert error.message == (
            "Feed: 127.0.0.1 did not finish its answer within the 0.5 s for all sources"
        )
        assert late.message == "Feed: not asked: the 0.5 s for all sources were over"
        assert [seen.path for seen in server.seen] == ["/slow", "/late"]

    @pytest.mark.parametrize(("seconds", "is_slow"), [(2, False), (9, True)])
    def test_a_host_without_a_fair_time_is_not_to_blame(
        self, client: Client, server: Server, time_: Time, seconds: float, is_slow: bool
    ) -> None:
        def answer(_: object) -> Answer:
            time_.now_s += seconds
            return Answer(bytes(300_000))

        server.respond("/long", answer)
        server.script("/a", Answer(b"here"))
        with client.within(10):
            client.fetch(ask(server.url("/a")))
            time_.now_s += 10.5 - seconds
            error = failure(client, ask(server.url("/long")))
        assert isinstance(error, OutOfTime)
        assert error.was_asked == is_slow

    def test_pauses_that_the_source_asks_for_do_not_count(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", Answer(b"here"))
        request = replace(ask(server.url("/a")), delay_s=3)
        with client.within(10):
            assert [client.fetch(request).content for _ in range(9)] == [b"here"] * 9
        assert time_.slept == [3] * 8

    def test_a_busy_server_is_not_waited_for_beyond_the_time(
        self, client: Client, server: Server, time_: Time
    ) -> None:
        server.script("/a", Answer(status=429, headers={"Retry-After": "20"}))
        with client.within(10):
            assert failure(client, ask(server.url("/a"))).status == 429
        assert time_.slept == []


class TestContentAddresses:
    """Addresses found in content may not lead into a private network."""

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0.0.0.0", "10.0.0.1",
                 "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]"],
    )  # fmt: skip
    def test_private_ones_are_refused_before_anything_is_sent(
        self, client: Client, server: Server, host: str
    ) -> None:
        url = f"http://{host}:{server.port}/a"
        error = failure(client, replace(ask(url), is_trusted=False))
        assert "is in a private network" in error.message
        assert error.hint == "If you trust it, add it to feeds.toml yourself."
        assert (server.seen, server.n_connections) == ([], 0)

    def test_a_trusted_host_may_be_private(self, server: Server, time_: Time) -> None:
        server.script("/a", Answer(b"hello"))
        request = replace(ask(server.url("/a")), is_trusted=False)
        with Client(
            clock=time_.clock,
            sleep=time_.sleep,
            monotonic=time_.monotonic,
            trusted_hosts=frozenset({HOST}),
        ) as client:
            assert client.fetch(request).content == b"hello"

    def test_a_redirect_to_another_host_is_no_longer_trusted(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", redirect(f"http://localhost:{server.port}/b"))
        error = failure(client, ask(server.url("/a")))
        assert error.message.startswith("Feed: localhost is in a private network")
        assert [seen.path for seen in server.seen] == ["/a"]

    def test_a_trusted_connection_is_not_reused_for_content(
        self, client: Client, server: Server
    ) -> None:
        server.script("/a", Answer(b"hello"))
        client.fetch(ask(server.url("/a")))
        failure(client, replace(ask(server.url("/a")), is_trusted=False))
        assert len(server.seen) == 1

    def test_the_checked_address_is_the_one_connected_to(self) -> None:
        looked_up: list[str] = []

        def lookup(host: str, port: int) -> list[str]:
            looked_up.append(host)
            return ["192.0.2.1", "10.0.0.1"] if len(looked_up) == 1 else ["8.8.8.8"]

        backend = Backend(RequestDeadline(lambda: 0.0), is_guarded=True, lookup=lookup)
        with pytest.raises(PrivateAddress):
            backend.connect_tcp("rebinding.example", 80)
        assert looked_up == ["rebinding.example"]

    def test_one_private_address_among_public_ones_is_enough(self) -> None:
        backend = Backend(
            RequestDeadline(lambda: 0.0), is_guarded=True, lookup=lambda *_: ["8.8.8.8", "10.0.0.1"]
        )
        with pytest.raises(PrivateAddress, match=r"mixed\.example is 10\.0\.0\.1"):
            backend.connect_tcp("mixed.example", 80)

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("8.8.8.8", True),
            ("2606:4700::1111", True),
            ("64:ff9b::808:808", True),
            ("64:ff9b::a00:1", False),
            ("2002:a00:1::", False),
            ("::ffff:10.0.0.1", False),
            ("::ffff:8.8.8.8", True),
            ("100.64.0.1", False),
            ("224.0.0.1", False),
            ("fe80::1%eth0", False),
            ("fc00::1", False),
            ("::", False),
        ],
    )
    def test_public_is_told_from_private(self, address: str, expected: bool) -> None:
        assert is_public(address) is expected


def test_the_next_address_of_a_name_is_tried_when_the_first_is_dead(server: Server) -> None:
    backend = Backend(
        RequestDeadline(lambda: 0.0), is_guarded=False, lookup=lambda *_: ["::1", HOST]
    )
    stream = backend.connect_tcp("two.example", server.port, timeout=5)
    assert stream.get_extra_info("server_addr") == (HOST, server.port)
    stream.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_an_untrusted_certificate_is_an_error(client: Client, tmp_path: Path) -> None:
    new = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout k -out c"
    subprocess.run(new.split(), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    with Server(context) as server:
        error = failure(client, ask(f"https://localhost:{server.port}/"))
    assert error.message.startswith("Feed: the certificate of localhost is not valid: self")
    assert error.hint == "Check the clock of this computer. Nothing was sent."
