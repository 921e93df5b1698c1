"""Test the gate: which requests are answered, and the headers of every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import Message, Receive

from reader.web.gate import (
    MAX_BODY,
    POLICY,
    Door,
    ServerAddress,
    host_of,
    is_cross_site,
    is_own_host,
    limited,
)
from reader.web.server import application
from reader.web.visit import Visit, route
from tests.web.site import parts_of, run_apart, site


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with site(parts_of(tmp_path)) as client:
        yield client


# Host


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("127.0.0.1:8100", "127.0.0.1"),
        ("LocalHost.", "localhost"),
        ("[::1]:8100", "::1"),
        ("[::1]", "::1"),
        ("a.local:99999", "a.local"),
        ("a.local:999999", None),
        ("evil.example@127.0.0.1", None),
        ("127.0.0.1:8100, evil.example", None),
        ("::1", None),
        ("", None),
    ],
)
def test_a_host_header_is_a_name_with_or_without_a_port(header: str, name: str | None) -> None:
    assert host_of(header) == name


def test_a_host_is_accepted_by_name_or_by_the_address_of_the_connection() -> None:
    served = ServerAddress(names=frozenset({"localhost", "laptop.local"}))
    assert is_own_host(served, "laptop.local:8100", "192.0.2.7")
    assert is_own_host(served, "192.0.2.7:8100", "192.0.2.7")
    assert is_own_host(served, "192.0.2.7", "::ffff:192.0.2.7")
    assert is_own_host(served, "[fe80::1]:8100", "fe80::1%eth0")
    assert not is_own_host(served, "192.0.2.8", "192.0.2.7")
    assert not is_own_host(served, "laptop.local.evil.example", "192.0.2.7")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "169.254.0.1", "[::2]"])
def test_an_unknown_host_name_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert (answer.status_code, answer.text) == (421, "Misdirected request")


def test_the_names_of_this_machine_are_answered(client: TestClient) -> None:
    answers = [
        client.get("/", headers={"host": h}) for h in ("localhost:1", "[::1]:1", "127.0.0.1")
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


# Other sites


LINKED = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


def test_only_links_from_other_sites_are_allowed() -> None:
    def is_refused(headers: dict[str, str], *, is_read: bool = True, is_tls: bool = False) -> bool:
        served = ServerAddress(is_tls=is_tls)
        return is_cross_site(served, {"host": "a.local:8100"} | headers, is_read=is_read)

    assert not is_refused(LINKED | {"sec-fetch-dest": "document"})
    assert not is_refused(LINKED | {"sec-fetch-dest": "empty"}), "through our service worker"
    assert is_refused(LINKED | {"sec-fetch-dest": "iframe"})
    assert is_refused({"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"})
    assert is_refused({"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"})
    assert is_refused(LINKED | {"sec-fetch-dest": "document"}, is_read=False)
    ours = {"sec-fetch-site": "same-origin", "origin": "http://a.local:8100"}
    assert not is_refused(ours, is_read=False)
    for origin in ("null", "http://evil.example", "http://a.local:8101", "http://a.local"):
        assert is_refused({"origin": origin}, is_read=False)
    assert is_refused({"origin": "http://a.local:8100"}, is_read=False, is_tls=True)
    assert not is_refused({"origin": "https://a.local:8100"}, is_read=False, is_tls=True)
    assert not is_refused({}, is_read=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
def test_a_cross_site_post_is_refused_even_with_a_valid_token(
    client: TestClient, headers: dict[str, str]
) -> None:
    assert client.post("/door/leave", data={"session": "all"}, headers=headers).status_code == 403


def test_a_page_of_another_site_cannot_embed_a_picture_or_script_of_ours(
    client: TestClient,
) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert client.get("/static/reader.css", headers=headers).status_code == 403
    assert client.get("/static/reader.css").status_code == 200


# Tokens of forms


def posts(client: TestClient) -> list[str]:
    """List an address of each route with POST."""
    found = []
    for one in client.app.routes:  # type: ignore[attr-defined]
        if isinstance(one, Route) and "POST" in (one.methods or ()):
            found.append(
                "/".join("1" if part.startswith("{") else part for part in one.path.split("/"))
            )
    return found


def test_every_post_is_refused_without_the_token_and_with_a_wrong_one(client: TestClient) -> None:
    addresses = posts(client)
    assert "/door/leave" in addresses
    del client.headers["x-csrf"]
    wrong = "0" * 64
    for address in addresses:
        answers = [
            client.post(address, data={}),
            client.post(address, data={"csrf": wrong}),
            client.post(address, headers={"x-csrf": wrong}),
            client.post(address, files={"csrf": ("csrf", b"file")}),
            client.post(address, data={"csrf": ""}, headers={"x-csrf": ""}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5, address


def test_forms_send_the_token_in_a_field_and_scripts_in_a_header(client: TestClient) -> None:
    token = client.headers["x-csrf"]
    assert client.post("/door/leave", data={}).status_code == 200
    del client.headers["x-csrf"]
    assert client.post("/door/leave", data={"csrf": token}).status_code == 200
    assert f'name="csrf" content="{token}"' in client.get("/door").text


def test_a_refusal_says_why_to_a_script_as_json(client: TestClient) -> None:
    headers = {"x-csrf": "", "accept": "application/json"}
    answer = client.post("/door/leave", headers=headers)
    assert answer.json() == {
        "error": "The request did not come from a valid page of this server.",
        "hint": "Go back, reload the page and try again. What you typed is still there.",
    }


# What every answer carries


@pytest.mark.parametrize("address", ["/", "/door", "/no/such/page", "/static/reader.css"])
def test_every_answer_has_the_strict_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_pages_are_never_cached_and_static_files_for_good(client: TestClient) -> None:
    assert client.get("/door").headers["cache-control"] == "private, no-store"
    assert client.get("/static/reader.css").headers["cache-control"] == "private, no-cache"
    assert "immutable" in client.get("/static/reader.css?1").headers["cache-control"]
    # The program's own files come packed; a page does not, beside whose token others' words stand.
    assert client.get("/static/reader.css?1").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/enter").headers


# Sizes and shapes


def test_a_body_is_counted_as_it_arrives(client: TestClient) -> None:
    def drip() -> Iterator[bytes]:
        for _ in range(18):
            yield b"a" * (MAX_BODY // 16)

    large = client.post("/door/leave", content=b"a" * (MAX_BODY + 1))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    growing = client.post("/door/leave", content=drip(), headers=headers)
    assert (large.status_code, growing.status_code) == (413, 413)
    assert "The upload is too large." in growing.text


def test_an_address_a_query_and_a_method_have_their_bounds(client: TestClient) -> None:
    assert client.get("/" + "a" * 3_000).status_code == 414
    assert client.get("/?" + "a" * 9_000).status_code == 414
    assert client.get("/door", headers={"x-long": "a" * 40_000}).status_code == 431
    assert [client.request(m, "/").status_code for m in ("PUT", "DELETE", "OPTIONS", "TRACE")] == [
        405
    ] * 4
    assert client.post("/door").status_code == 405


def test_a_form_of_a_thousand_fields_is_refused(client: TestClient) -> None:
    content = "&".join(f"a{n}=1" for n in range(1_001))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/door/leave", content=content, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "content", [b"--x\r\n", b"\xff\xfe", b"--x\r\ncontent-disposition: form-data\r\n\r\nx\r\n--x--"]
)
def test_a_broken_form_is_refused(client: TestClient, content: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = client.post("/door/leave", content=content, headers=headers)
    assert answer.status_code in (200, 400)
    assert "Traceback" not in answer.text


def received(*messages: Message) -> Receive:
    """Return a receiver of the given messages, which then waits for ever."""
    left = list(messages)

    async def receive() -> Message:
        if left:
            return left.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def test_a_body_that_comes_too_slowly_is_given_up() -> None:
    now = 0.0

    async def read() -> None:
        nonlocal now
        part = {"type": "http.request", "body": b"a", "more_body": True}
        receive = limited(received(part), 10, clock=lambda: now, patience_s=0.01)
        assert (await receive())["body"] == b"a"
        now = 0.02
        await receive()

    with pytest.raises(HTTPException) as raised:
        run_apart(read())
    assert raised.value.status_code == 408


def test_waiting_for_a_disconnect_has_no_time_limit() -> None:
    async def read() -> Message:
        last: Message = {"type": "http.request", "body": b"a", "more_body": False}
        gone: Message = {"type": "http.disconnect"}
        receive = limited(received(last, gone), 10, clock=iter([0.0, 0.0]).__next__)
        await receive()
        return await receive()

    assert run_apart(read()) == {"type": "http.disconnect"}


# Trouble


def _fails(_: Visit) -> Response:
    raise LookupError("a secret detail")


def test_an_exception_becomes_a_plain_error_page(tmp_path: Path) -> None:
    told: list[Exception] = []
    app = application(replace(parts_of(tmp_path), door=Door(on_trouble=told.append)))
    app.router.routes.insert(0, route("/fails", _fails))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        answer = client.get("/fails")
        after = client.get("/door")
    assert (answer.status_code, after.status_code) == (500, 200)
    assert "secret" not in answer.text
    assert "An unexpected error occurred." in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert [str(error) for error in told] == ["a secret detail"]


def test_a_page_that_is_not_there_says_so_in_the_readers_language(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"accept-language": "ja"})
    assert answer.status_code == 404
    assert "このページは存在しません。" in answer.text


# Other folders


WAYS_OUT = [
    "../feeds.toml",
    "..%2ffeeds.toml",
    "%2e%2e/feeds.toml",
    "%2e%2e%2f%2e%2e%2ffeeds.toml",
    "..%5cfeeds.toml",
    "/feeds.toml",
    "%2ffeeds.toml",
    "..//..//feeds.toml",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "a%00.html",
    "%00",
    "....//feeds.toml",
    "..;/feeds.toml",
    "%c0%ae%c0%ae/feeds.toml",
    "%ff",
    "file:///etc/passwd",
    "C:\\feeds.toml",
    "a/./b",
]


def places(client: TestClient) -> set[str]:
    """List the beginning of each route up to its first parameter, and of each mount."""
    found = {"/"}
    for one in client.app.routes:  # type: ignore[attr-defined]
        if isinstance(one, Route | Mount):
            found.add(one.path.partition("{")[0].rstrip("/") + "/")
    return found


def raw(client: TestClient, path: str) -> tuple[int, str]:
    """Request a path unchanged, which a client would normalise: (status, text)."""
    scope = {
        "type": "http",
        "method": "GET",
        "http_version": "1.1",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1")],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 9),
        "state": {},
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def ask() -> None:
        nothing: Message = {"type": "http.request", "body": b"", "more_body": False}
        await client.app(scope, received(nothing), send)

    assert client.portal is not None
    client.portal.call(ask)
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], body.decode("utf-8", "replace")


def test_no_route_leaves_its_folder(client: TestClient, tmp_path: Path) -> None:
    secret = "quota = 3"
    assert secret in (tmp_path / "feeds.toml").read_text()
    for place in sorted(places(client)):
        for way in WAYS_OUT:
            status, text = raw(client, place + way)
            assert status in (307, 400, 404), (place, way)
            assert secret not in text
            assert "root:" not in text


def test_only_the_programs_own_static_files_are_served(client: TestClient) -> None:
    assert raw(client, "/static/door.css")[0] == 200
    assert raw(client, "/static/../render.py")[0] == 404
    assert raw(client, "/static/")[0] == 404
