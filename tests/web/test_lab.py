"""Test the pages of several readers: who is known, that nobody gets another's, and the limits."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from reader.base.errors import UsageError
from reader.library.folder import open_library
from reader.library.rows import papers
from reader.notes.rows.notes import papers_by_key
from reader.notes.write import add_note
from reader.web.gate import Door, ServerAddress, is_address
from reader.web.lab import (
    Lab,
    Limit,
    Metrics,
    Proxy,
    ReaderLimits,
    codes_of,
    is_name,
    kind_of,
    readers_in,
)
from reader.web.pages import ROUTES
from reader.web.server import application
from reader.web.sessions import LIFE_S, FileCodes, Sessions
from tests.samples import FEEDS_TOML, new_database, paper
from tests.web.site import parts_of, run_apart
from tests.web.world import EARLIER, NOW, lived_in, played

PROXY = "192.0.2.1"
LOCAL = "127.0.0.1"


def raised(error: Exception) -> None:
    raise error


def library(folder: Path, word: str = "") -> Path:
    """Make a small library; word: is in the title of its paper and in the note."""
    folder.mkdir(parents=True)
    (folder / "feeds.toml").write_text(FEEDS_TOML, encoding="utf-8")
    new_database(folder).close()
    if word:
        with open_library(folder, now=lambda: NOW) as opened:
            papers.add_papers(opened.db, [paper(1, f"On {word}")], source="arXiv", on=NOW.date())
            [library_paper] = papers.papers_at(opened.db, [1])
            add_note(opened, library_paper, f"It is about {word}.")
    return folder


@dataclass
class House:
    """A folder of readers and what is served of it."""

    folder: Path
    proxy: Proxy | None = None
    most_open: int = 16
    on_trouble: Callable[[Exception], None] = raised

    @property
    def readers(self) -> Path:
        return self.folder / "readers"

    def lab(self) -> Lab:
        (self.folder / "front").mkdir(exist_ok=True)
        return Lab(
            self.readers,
            data=self.folder / "data",
            parts_of=lambda folder: parts_of(folder, now=lambda: NOW),
            front=parts_of(self.folder / "front"),
            door=Door(ServerAddress(port=8100), on_trouble=self.on_trouble),
            proxy=self.proxy,
            most_open=self.most_open,
        )

    @contextmanager
    def open(self, peer: str = LOCAL) -> Iterator[TestClient]:
        with TestClient(self.lab(), base_url="http://127.0.0.1", client=(peer, 9)) as client:
            yield client

    def another(self, client: TestClient, peer: str = LOCAL) -> TestClient:
        """Return a client of another device."""
        found = TestClient(client.app, base_url="http://127.0.0.1", client=(peer, 9))
        found.portal = client.portal
        return found

    def sign_in(self, client: TestClient, name: str) -> None:
        """Sign a device in, and remember the token of its pages."""
        code = codes_of(self.folder / "data", name).new()
        csrf = token_of(client.get("/enter").text)
        answer = client.post("/enter", data={"code": code, "csrf": csrf}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        client.headers["x-csrf"] = token_of(client.get("/door").text)


def token_of(page: str) -> str:
    [found] = re.findall(r'name="csrf" content="(\w+)"', page)
    return str(found)


@pytest.fixture
def house(tmp_path: Path) -> House:
    found = House(tmp_path)
    library(found.readers / "anna", "quokkas")
    library(found.readers / "ben", "numbats")
    return found


# Who is a reader


def test_a_readers_name_has_letters_digits_and_marks_within() -> None:
    good = ["anna", "a", "a.b-c_d", "7", "x" * 64]
    assert [is_name(one) for one in good] == [True] * 5
    bad = ["", "Anna", ".a", "a.", "-a", "a/b", "..", "織部", "a b", "x" * 65, "a\n"]
    assert [one for one in bad if is_name(one)] == []


def test_folders_with_other_names_are_left_out_and_told(house: House) -> None:
    for name in ("Bad Name", ".hidden", "織部"):
        (house.readers / name).mkdir()
    (house.readers / "file").write_text("no folder")
    assert readers_in(house.readers) == (["anna", "ben"], ["Bad Name", "織部"])
    with pytest.raises(UsageError):
        readers_in(house.folder / "nowhere")


# Signing in


def test_nobody_sees_anything_before_the_sign_in(house: House) -> None:
    with house.open() as client:
        answer = client.get("/papers", headers={"accept": "text/html"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/enter?next=%2Fpapers")
        assert client.get("/papers", follow_redirects=False).status_code == 401
        page = client.get("/enter").text
    # A reader of a lab need not have a terminal on the server.
    assert ("Whoever runs this server" in page, "reader serve" in page) == (True, False)


def test_a_code_signs_in_the_reader_that_it_was_made_for(house: House) -> None:
    with house.open() as client:
        other = house.another(client)
        house.sign_in(client, "anna")
        house.sign_in(other, "ben")
        mine, theirs = client.get("/papers").text, other.get("/papers").text
    assert ("quokkas" in mine, "numbats" in mine) == (True, False)
    assert ("quokkas" in theirs, "numbats" in theirs) == (False, True)


def test_a_code_from_a_signed_in_device_is_for_the_same_reader(house: House) -> None:
    with house.open() as client:
        house.sign_in(client, "anna")
        shown = client.post("/door/code").text
        [code] = re.findall(r'<p class="code" role="status">(\S+)</p>', shown)
        other = house.another(client)
        csrf = token_of(other.get("/enter").text)
        other.post("/enter", data={"code": code, "csrf": csrf})
        assert "quokkas" in other.get("/papers").text
        # It was good once.
        third = house.another(client)
        data = {"code": code, "csrf": token_of(third.get("/enter").text)}
        assert third.post("/enter", data=data).status_code == 403


def test_a_code_of_another_reader_does_not_change_whose_device_it_is(house: House) -> None:
    with house.open() as client:
        house.sign_in(client, "anna")
        code = codes_of(house.folder / "data", "ben").new()
        assert client.post("/enter", data={"code": code}).status_code == 403
        assert "quokkas" in client.get("/papers").text


def test_sign_in_outlives_the_server_and_the_signing_out_of_others(house: House) -> None:
    with house.open() as client:
        other = house.another(client)
        house.sign_in(client, "anna")
        house.sign_in(other, "ben")
        other.post("/door/leave", data={"session": "all"})
        assert other.get("/papers").status_code == 401
        cookies = dict(client.cookies)
    with house.open() as client:
        client.cookies.update(cookies)
        assert "quokkas" in client.get("/papers").text


def test_a_token_with_another_readers_name_in_front_is_nobodys(house: House) -> None:
    with house.open() as client:
        house.sign_in(client, "anna")
        [(name, token)] = [pair for pair in client.cookies.items() if pair[0].startswith("reader")]
        for forged in (token.replace("anna", "ben"), token.removeprefix("anna."), "anna.", "ben"):
            other = house.another(client)
            other.cookies.set(name, forged)
            assert other.get("/papers").status_code == 401, forged


def test_guesses_are_slowed_over_all_readers_together(house: House) -> None:
    with house.open() as client:
        csrf = token_of(client.get("/enter").text)
        guesses = [
            client.post("/enter", data={"code": "WRONG", "csrf": csrf}).status_code
            for _ in range(4)
        ]
    assert guesses == [403, 403, 403, 429]


def test_codes_in_a_file_work_once_within_five_minutes_and_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    now = 1_000_000.0
    file = tmp_path / "codes" / "anna.json"
    here, there = (FileCodes(lambda: now, file=file) for _ in range(2))
    code, late = here.new(), here.new()
    assert file.stat().st_mode & 0o777 == 0o600
    assert [there.take(code), here.take(code), there.take("WRONG")] == [True, False, False]
    now += LIFE_S
    assert not there.take(late)
    # A clock that was set back makes no code live on.
    late = here.new()
    now -= 86_400
    assert not there.take(late)
    file.write_text('{"A": null}')
    assert here.take(there.new())


# The proxy's header


@pytest.fixture
def proxied(house: House) -> House:
    house.proxy = Proxy("X-Remote-User", PROXY)
    return house


def test_the_proxy_says_who_asks(proxied: House) -> None:
    with proxied.open(PROXY) as client:
        mine = client.get("/papers", headers={"x-remote-user": "anna"}).text
        theirs = client.get("/papers", headers={"x-remote-user": "ben"}).text
    assert ("quokkas" in mine, "numbats" in mine) == (True, False)
    assert ("quokkas" in theirs, "numbats" in theirs) == (False, True)


@pytest.mark.parametrize(
    ("peer", "names", "said"),
    [
        ("192.0.2.2", ["anna"], "The header X-Remote-User came from 192.0.2.2"),
        (LOCAL, ["anna"], "which is not the proxy."),
        (LOCAL, [], "only be opened through the proxy"),
        (PROXY, [], "did not say who you are"),
        (PROXY, [" "], "did not say who you are"),
        (PROXY, ["anna", "ben"], "said it more than once"),
        (PROXY, ["anna", "anna"], "said it more than once"),
        (PROXY, ["anna, ben"], "There is no library for anna, ben here."),
        (PROXY, ["chie"], "There is no library for chie here."),
        (PROXY, ["Anna"], "There is no library for Anna here."),
        (PROXY, ["../readers/anna"], "There is no library for ../readers/anna here."),
        (PROXY, ["<b>"], "There is no library for &lt;b&gt; here."),
    ],
)
def test_anything_but_one_known_name_from_the_proxy_is_refused(
    proxied: House, peer: str, names: list[str], said: str
) -> None:
    with proxied.open(peer) as client:
        for path in ("/papers", "/enter", "/worker.js", "/nowhere"):
            answer = client.get(path, headers=[("x-remote-user", name) for name in names])
            assert answer.status_code == 403
            assert said in answer.text
            assert "quokkas" not in answer.text


def test_an_address_is_compared_as_an_address() -> None:
    assert is_address("192.0.2.1", PROXY)
    assert is_address("::ffff:192.0.2.1", PROXY)
    assert is_address("2001:db8::1", "2001:db8:0::1")
    assert not is_address("192.0.2.10", PROXY)
    assert not is_address("testclient", PROXY)
    assert not is_address("", PROXY)


def test_form_tokens_and_hosts_are_checked_behind_a_proxy_too(proxied: House) -> None:
    with proxied.open(PROXY) as client:
        anna = {"x-remote-user": "anna"}
        token = token_of(client.get("/door", headers=anna).text)
        ok = client.post("/undo", headers=anna | {"x-csrf": token})
        theirs = client.post("/undo", headers={"x-remote-user": "ben", "x-csrf": token})
        host = client.get("/door", headers=anna | {"host": "evil.example"})
        site = client.post("/undo", headers=anna | {"x-csrf": token, "origin": "http://evil"})
    assert [one.status_code for one in (ok, theirs, host, site)] == [200, 403, 421, 403]


# Nobody gets another's

A_ID = EARLIER[0]
FIELDS = {
    "id": A_ID, "kind": "pick", "text": "Words that somebody else wrote.", "base": "0",
    "draft": "1", "seen": "1", "number": "1", "topic": "speech/translation", "back": "/",
    "what": A_ID, "url": f"https://arxiv.org/abs/{A_ID.removeprefix('arxiv:')}", "grade": "good",
    "revision": "1", "tags": "x", "key": "1", "rating": "5",
    "n": "1", "page": "1", "row": "1", "word": "speech", "language": "en", "sure": "1",
}  # fmt: skip
"""Fields that forms have, filled with what is only in the other library."""
PARTS = {
    "id:path": A_ID,
    "n:int": "1",
    "k:int": "1",
    "number:int": "1",
    "path:path": "speech/translation",
    "name": "x1.png",
}
QUERY = f"?id={quote(A_ID)}&q=bubbles+verb+listener&page=1&as=markdown&revision=1&at={quote(A_ID)}"


MAC = "anna's Mac"


def annas(house: House) -> Sessions:
    """Open anna's sessions, with one device; it is signed in until somebody signs it out."""
    sessions = Sessions(house.folder / "data" / "devices" / "anna.json", time.time, "anna")
    if not any(one.name == MAC for one in sessions.all()):
        sessions.add(MAC)
    return sessions


def walk(
    house: House, client: TestClient, headers: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Ask for every route, by each of its methods, with ids of the other reader's papers.

    Yields each request, and the answer's headers and body.
    """
    [mac] = [one for one in annas(house).all() if one.name == MAC]
    fields = FIELDS | {"session": mac.id}
    several = [one for one in ROUTES if isinstance(one, Route)]
    assert len(several) == len(ROUTES)
    for one in several:
        address = re.sub(r"\{([^}]+)\}", lambda found: quote(PARTS[found[1]]), one.path)
        if one.path == "/work/events":
            # A stream, which ends only with the server.
            lab = client.app
            assert isinstance(lab, Lab)
            assert client.portal is not None
            client.portal.call(lab.state.end_streams)
        for method in sorted(one.methods or ()):
            for query in ("", QUERY) if method != "POST" else ("",):
                answer = client.request(
                    method,
                    address + query,
                    headers=headers,
                    data=fields if method == "POST" else None,
                )
                got = repr(answer.headers.raw).encode() + answer.content
                yield f"{method} {address}{query}", got


def content(folder: Path) -> dict[str, Any]:
    """Read all rows and files of a library."""
    found: dict[str, Any] = {}
    for name in ("reader.db", "index.db"):
        with sqlite3.connect(folder / name) as db:
            found[name] = list(db.iterdump())
    for file in folder.rglob("*"):
        if file.is_file() and ".db" not in file.name:
            found[str(file)] = file.read_bytes()
    return found


def words_of(folder: Path) -> list[bytes]:
    """List the titles and sentences that only this library has."""
    with open_library(folder, now=lambda: NOW) as opened:
        several = papers.papers_at(opened.db, list(range(1, papers.n_papers(opened.db) + 1)))
        noted = papers_by_key(opened.db)
    found = {paper.record.title for paper in several} | set(noted)
    found |= {"It waits until the verb is there", "Bubbles carry the words", "静かな部屋の録音"}
    return [
        text.encode()
        for one in found
        # As a page writes it: up to what is escaped or set as a formula.
        if len(text := re.split(r"[<&$\"':]", one)[0].strip()) > 12
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with played() as server:
        return lived_in(tmp_path_factory.mktemp("world") / "library", server)


@pytest.fixture
def shared(tmp_path: Path, world: Path) -> House:
    """Make a house in which anna has lived, and ben's library is new."""
    # Some routes need tools that are not here.
    found = House(tmp_path, on_trouble=lambda _: None)
    library(found.readers / "ben", "numbats")
    shutil.copytree(world, found.readers / "anna")
    return found


@dataclass(frozen=True)
class Wrong:
    """A wrong person: the house's proxy, their address, and what they send besides.

    prepare: makes the headers, given the house and a client.
    """

    prepare: Callable[[House, TestClient], dict[str, str]]
    proxy: Proxy | None = None
    peer: str = LOCAL


def no_one(_: House, client: TestClient) -> dict[str, str]:
    return {"x-csrf": token_of(client.get("/enter").text)}


def ben(house: House, client: TestClient) -> dict[str, str]:
    house.sign_in(client, "ben")
    return {}


def ben_with_annas_token(house: House, client: TestClient) -> dict[str, str]:
    house.sign_in(client, "ben")
    other = house.another(client)
    house.sign_in(other, "anna")
    return {"x-csrf": other.headers["x-csrf"], "x-remote-user": "anna"}


def a_forger(house: House, client: TestClient) -> dict[str, str]:
    house.sign_in(client, "ben")
    other = house.another(client)
    house.sign_in(other, "anna")
    [(name, token)] = [pair for pair in client.cookies.items() if pair[0].startswith("reader")]
    client.cookies.clear()
    client.cookies.set(name, token.replace("ben.", "anna."))
    return {"x-csrf": other.headers["x-csrf"]}


def ben_by_proxy_with_annas_cookie(house: House, client: TestClient) -> dict[str, str]:
    client.cookies.set("reader-8100", annas(house).add("Phone"))
    ben = {"x-remote-user": "ben"}
    return ben | {"x-csrf": token_of(client.get("/door", headers=ben).text)}


def anna_from_elsewhere(house: House, _: TestClient) -> dict[str, str]:
    return {"x-remote-user": "anna", "x-csrf": annas(house).csrf(None)}


BY_PROXY = Proxy("X-Remote-User", PROXY)
WRONG = [
    Wrong(no_one),
    Wrong(ben),
    Wrong(ben_with_annas_token),
    Wrong(a_forger),
    Wrong(ben_by_proxy_with_annas_cookie, BY_PROXY, PROXY),
    Wrong(anna_from_elsewhere, BY_PROXY, "192.0.2.77"),
]


@pytest.mark.slow
@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: one.prepare.__name__)
def test_no_route_shows_or_changes_another_readers_library(shared: House, wrong: Wrong) -> None:
    anna = shared.readers / "anna"
    words, before = words_of(anna), content(anna)
    assert len(words) > 10
    shared.proxy = wrong.proxy
    with shared.open(wrong.peer) as client:
        headers = wrong.prepare(shared, client)
        devices = annas(shared).all()
        for address, got in walk(shared, client, headers):
            assert [one for one in words if one in got] == [], address
    assert content(anna) == before
    assert annas(shared).all() == devices


@pytest.mark.slow
def test_the_same_walk_shows_and_changes_ones_own_library(shared: House) -> None:
    anna = shared.readers / "anna"
    words, before = words_of(anna), content(anna)
    with shared.open() as client:
        shared.sign_in(client, "anna")
        shown = {
            address for address, got in walk(shared, client, {}) if any(one in got for one in words)
        }
    assert len(shown) > 30
    assert content(anna) != before


# Opening and closing


def test_a_folder_that_is_added_later_is_found(house: House) -> None:
    with house.open() as client:
        library(house.readers / "chie", "bilbies")
        house.sign_in(client, "chie")
        assert "bilbies" in client.get("/papers").text
        shutil.rmtree(house.readers / "chie")
        assert client.get("/papers").status_code == 401


def n_open(client: TestClient) -> str:
    [line] = re.findall(r"asayomi_open_libraries \d+", client.get("/metrics").text)
    return str(line.split()[1])


def test_the_library_that_was_not_used_for_longest_is_closed_and_opened_again(
    house: House,
) -> None:
    house.most_open = 1
    with house.open() as client:
        assert n_open(client) == "0"
        other = house.another(client)
        for _ in range(2):
            house.sign_in(client, "anna")
            house.sign_in(other, "ben")
            assert "quokkas" in client.get("/papers").text
            assert "numbats" in other.get("/papers").text
            assert n_open(client) == "1"


def break_feeds(folder: Path) -> str:
    (folder / "feeds.toml").write_text("topics = [")
    return "feeds.toml"


def make_newer(folder: Path) -> str:
    with sqlite3.connect(folder / "reader.db") as db:
        db.execute("PRAGMA user_version = 999")
    return "newer version"


def take_away(folder: Path) -> str:
    (folder / "feeds.toml").unlink()
    return "feeds.toml"


@pytest.mark.parametrize("harm", [break_feeds, make_newer, take_away])
def test_a_library_that_cannot_be_opened_says_so_to_its_reader_alone(
    house: House, harm: Callable[[Path], str]
) -> None:
    if harm is make_newer:
        house.most_open = 1  # Ben closes Anna's library, and it is opened again
    with house.open() as client:
        other = house.another(client)
        house.sign_in(client, "anna")
        house.sign_in(other, "ben")
        said = harm(house.readers / "anna")
        answer = client.get("/papers")
        assert answer.status_code in (404, 500, 503)
        assert said in answer.text
        assert "numbats" in other.get("/papers").text
        assert client.get("/ready").text == "ready\n"


# Limits


class Held:
    """ASGI middleware that answers only once it is let go."""

    def __init__(self, app: ASGIApp, *, go: asyncio.Event, asked: asyncio.Queue[str]) -> None:
        self._app, self._go, self._asked = app, go, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._asked.put_nowait(scope["path"])
        await self._go.wait()
        await self._app(scope, receive, send)


def test_one_readers_requests_wait_in_a_short_queue_and_are_then_refused(tmp_path: Path) -> None:
    refused: list[str] = []
    limits = {"search": Limit(1, 1)}

    async def steps() -> list[httpx.Response]:
        go, asked = asyncio.Event(), asyncio.Queue[str]()
        limited = Middleware(
            ReaderLimits,
            may_work=lambda: True,
            refuse=refused.append,
            encoding=asyncio.Semaphore(8),
            limits=limits,
        )
        app = application(parts_of(tmp_path), limited, Middleware(Held, go=go, asked=asked))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
            ) as client,
        ):
            one = asyncio.create_task(client.get("/search?q=a"))
            assert await asked.get() == "/search"
            two = asyncio.create_task(client.get("/search?q=b"))
            page = asyncio.create_task(client.get("/papers"))
            # A page is no search: it does not wait behind them.
            assert await asked.get() == "/papers"
            three = await client.get("/search?q=c", headers={"accept": "application/json"})
            go.set()
            return [three, await one, await two, await page]

    three, *others = run_apart(steps())
    assert three.status_code == 429
    assert three.headers["retry-after"] == "5"
    assert three.json()["error"] == "Too many requests are being answered at once."
    assert [answer.status_code for answer in others] == [200, 200, 200]
    assert refused == ["search"]


def test_work_waits_for_that_of_other_readers(tmp_path: Path) -> None:
    limited = Middleware(
        ReaderLimits, may_work=lambda: False, refuse=lambda _: None, encoding=asyncio.Semaphore(8)
    )
    app = application(replace(parts_of(tmp_path), door=(door := Door())), limited)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.headers["x-csrf"] = door.sessions.csrf(None)
        answer = client.post("/work", data={"kind": "gather"})
        page = client.get("/work")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert page.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "query", "kind"),
    [
        ("GET", "/search", b"q=a", "search"),
        ("GET", "/search", b"", "page"),
        ("POST", "/note/arxiv:1", b"", "note"),
        ("GET", "/pdf/arxiv:1/page/1.webp", b"", "pdf"),
        ("POST", "/pdf/arxiv:1/back", b"", "upload"),
        ("POST", "/work", b"", "work"),
        ("GET", "/work", b"", "page"),
        ("GET", "/work/events", b"", "stream"),
        ("GET", "/static/reader.js", b"1", "static"),
        ("GET", "/health", b"", "probe"),
        ("POST", "/enter", b"", "sign-in"),
        ("GET", "/paper/arxiv:1", b"", "page"),
    ],
)
def test_kinds_of_requests(method: str, path: str, query: bytes, kind: str) -> None:
    assert kind_of({"method": method, "path": path, "query_string": query}) == kind


# Health, readiness, metrics


PROBES = ("/health", "/ready", "/metrics")


def test_probes_answer_this_machine_and_the_proxy_without_a_sign_in(proxied: House) -> None:
    for peer, statuses in (
        (LOCAL, [200, 200, 200]),
        ("::1", [200, 200, 200]),
        (PROXY, [200, 200, 200]),
        ("192.0.2.9", [403, 403, 403]),
    ):
        with proxied.open(peer) as client:
            assert [client.get(path).status_code for path in PROBES] == statuses


def test_probes_answer_nobody_else_and_no_foreign_name(house: House) -> None:
    with house.open("192.0.2.9") as client:
        assert [client.get(path).status_code for path in PROBES] == [401] * 3
    with house.open() as client:
        foreign = {"host": "evil.example"}
        assert [client.get(path, headers=foreign).status_code for path in PROBES] == [421] * 3
        assert client.post("/health").status_code == 405


def test_the_server_is_ready_while_its_folder_can_be_read(house: House) -> None:
    with house.open() as client:
        assert (client.get("/health").text, client.get("/ready").text) == ("ok\n", "ready\n")
        house.readers.rename(house.folder / "elsewhere")
        answer = client.get("/ready")
        assert answer.status_code == 503
        assert answer.text == "not ready: the readers' folder cannot be read\n"
        assert client.get("/health").status_code == 200


def test_a_shared_index_that_does_not_answer_degrades_the_server(house: House) -> None:
    nowhere = house.folder / "no-server"
    with (house.readers / "ben" / "feeds.toml").open("a") as file:
        file.write(f'\n[index]\nurl = "postgresql:///lab?host={nowhere}"\n')
    (house.readers / "anna" / "feeds.toml").write_text("broken = [")
    with house.open() as client:
        answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.text == "degraded: the shared index does not answer\n"


def test_metrics_count_and_name_nobody(house: House) -> None:
    with house.open() as client:
        house.sign_in(client, "anna")
        client.get("/search?q=quokkas")
        client.get("/nowhere/anna")
        text = client.get("/metrics").text
    assert 'asayomi_requests_total{kind="search",status="200"} 1\n' in text
    assert 'asayomi_requests_total{kind="page",status="404"} 1\n' in text
    assert 'asayomi_request_seconds_count{kind="search"} 1\n' in text
    assert "asayomi_open_libraries 1\n" in text
    assert not re.search("anna|quokka|nowhere|arxiv", text)
    assert all(re.fullmatch(r'(# TYPE \w+ \w+|\w+(\{[\w="+.,-]*\})? [\d.e-]+)', line)
               for line in text.splitlines())  # fmt: skip


def test_a_histogram_counts_what_took_at_most_so_long() -> None:
    metrics = Metrics()
    for took_s in (0.01, 0.02, 99.0):
        metrics.add("page", 200, took_s)
    text = metrics.text(0)
    for bound, n in (("0.01", 1), ("0.025", 2), ("10.0", 2), ("+Inf", 3)):
        assert f'asayomi_request_seconds_bucket{{kind="page",le="{bound}"}} {n}\n' in text
    assert 'asayomi_request_seconds_sum{kind="page"} 99.030000\n' in text


# What a device keeps


def test_pages_name_the_library_that_a_device_may_keep_pages_of(house: House) -> None:
    # A copied library has the same id: the reader's name tells them apart.
    shutil.rmtree(house.readers / "ben")
    shutil.copytree(house.readers / "anna", house.readers / "ben")
    marks = []
    with house.open() as client:
        marks.append(re.findall(r'data-library="([^"]*)"', client.get("/enter").text))
        for name in ("anna", "ben"):
            device = house.another(client)
            house.sign_in(device, name)
            marks.append(re.findall(r'data-library="([^"]*)"', device.get("/papers").text))
            assert device.get("/offline.json").json()["library"] == marks[-1][0]
    assert len({mark for [mark] in marks}) == 3
    alone = application(parts_of(house.folder / "front"))
    with TestClient(alone, base_url="http://127.0.0.1") as client:
        assert "data-library" not in client.get("/papers").text


def test_signing_out_takes_the_sentence_for_the_next_page_along(house: House) -> None:
    with house.open() as client:
        house.sign_in(client, "anna")
        client.post("/undo", follow_redirects=False)
        assert client.cookies["said"]
        client.post("/door/leave", data={"session": "all"}, follow_redirects=False)
        assert "said" not in client.cookies
