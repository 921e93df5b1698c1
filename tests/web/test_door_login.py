"""Test signing in: codes, slowed guesses, devices in and out."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from reader.web.gate import Door, ServerAddress
from reader.web.sessions import (
    ALPHABET,
    FORGOTTEN_S,
    FREE,
    FREE_IN_ALL,
    LIFE_S,
    LONGEST_IN_ALL_S,
    LONGEST_S,
    MOST_CLIENTS,
    MOST_CODES,
    SEEN_EACH_S,
    UNSEEN_S,
    Codes,
    Sessions,
    Throttle,
    device_of,
    grouped,
    network_of,
    tidy,
)
from reader.web.sessions import MOST as MOST_SESSIONS
from tests.web.site import parts_of, site


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


# Codes


def test_a_code_works_once() -> None:
    codes = Codes(Clock())
    code = codes.new()
    assert (len(code), set(code) <= set(ALPHABET)) == (8, True)
    assert [codes.take(code), codes.take(code)] == [True, False]


def test_a_code_works_for_five_minutes() -> None:
    clock = Clock()
    codes = Codes(clock)
    first, second = codes.new(), codes.new()
    clock.now += LIFE_S - 1
    assert codes.take(first)
    clock.now += 1
    assert not codes.take(second)


def test_only_the_newest_codes_are_valid() -> None:
    codes = Codes(Clock())
    made = [codes.new() for _ in range(MOST_CODES + 1)]
    assert [codes.take(code) for code in made] == [False] + [True] * MOST_CODES


def test_a_code_may_be_typed_in_several_ways() -> None:
    assert tidy("k7qm-2f9x") == "K7QM2F9X"
    assert tidy(" K7QM 2F9X ") == "K7QM2F9X"
    assert tidy("oil0-1111") == "01101111"
    assert tidy("Ｋ７ＱＭ－２Ｆ９Ｘ") == "K7QM2F9X"
    assert grouped("K7QM2F9X") == "K7QM-2F9X"


@given(st.text())
def test_any_text_is_only_a_wrong_code(typed: str) -> None:
    codes = Codes(Clock())
    assert not codes.take(typed)
    codes.new()
    assert not codes.take(typed)


# Slowing down


def test_a_client_that_guesses_waits_longer_each_time() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    waits = []
    for _ in range(12):
        waits.append(throttle.try_now("192.0.2.1"))
        clock.now += waits[-1]
        assert throttle.try_now("192.0.2.1") == 0 or not waits[-1]
    assert waits[0] == 0
    assert sorted(waits) == waits
    assert waits[-1] == LONGEST_S
    assert throttle.try_now("192.0.2.2") == 0


def test_tries_that_come_all_at_once_are_counted_before_they_are_made() -> None:
    throttle = Throttle(Clock())
    assert [throttle.try_now("192.0.2.1") == 0 for _ in range(6)] == [True] * FREE + [False] * 3


def test_many_failing_clients_slow_down_only_each_other() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    many = [f"192.0.2.{n}" for n in range(FREE_IN_ALL)]
    assert [throttle.try_now(client) for client in many] == [0] * FREE_IN_ALL
    assert throttle.try_now(many[0]) > 0
    assert throttle.try_now("198.51.100.1") == 0
    clock.now += LONGEST_IN_ALL_S
    assert throttle.try_now(many[0]) == 0


def test_the_right_code_clears_a_clients_mistakes() -> None:
    throttle = Throttle(Clock())
    for _ in range(FREE - 1):
        assert throttle.try_now("192.0.2.1") == 0
    throttle.succeeded("192.0.2.1")
    assert [throttle.try_now("192.0.2.1") == 0 for _ in range(FREE + 1)] == [True] * FREE + [False]


def test_mistakes_are_forgotten_after_an_hour() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FREE):
        throttle.try_now("192.0.2.1")
    clock.now += FORGOTTEN_S + 1
    assert [throttle.try_now("192.0.2.1") for _ in range(FREE)] == [0] * FREE


def test_any_number_of_clients_takes_bounded_memory() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for n in range(MOST_CLIENTS + 500):
        clock.now += FORGOTTEN_S + 1
        throttle.try_now(f"10.0.{n // 256}.{n % 256}")
    assert len(throttle._clients) == MOST_CLIENTS


def test_an_ipv6_network_counts_as_one_client() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db9::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("testclient") == "testclient"


# Devices


def test_the_devices_file_is_private_and_has_no_token(tmp_path: Path) -> None:
    file = tmp_path / "devices" / "a.json"
    sessions = Sessions(file, Clock())
    sessions.start()
    token = sessions.add("iPad, Safari")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert token not in file.read_text()
    found = sessions.of_token(token)
    assert found is not None
    assert found.name == "iPad, Safari"


def test_sessions_and_form_tokens_survive_a_restart(tmp_path: Path) -> None:
    first = Sessions(tmp_path / "a.json", Clock())
    first.start()
    nobodys = first.csrf(None)
    token = first.add("")
    again = Sessions(tmp_path / "a.json", Clock())
    again.start()
    found = again.of_token(token)
    assert found is not None
    assert (again.csrf(found), again.csrf(None)) == (first.csrf(found), nobodys)
    assert again.csrf(found) != nobodys


def test_a_sign_out_on_one_server_counts_on_another(tmp_path: Path) -> None:
    one, other = (Sessions(tmp_path / "a.json", Clock()) for _ in range(2))
    one.start()
    other.start()
    token = one.add("")
    found = other.of_token(token)
    assert found is not None
    other.remove(found.id)
    assert one.of_token(token) is None
    one.add("a")
    other.add("b")
    assert sorted(session.name for session in one.all()) == ["a", "b"]


def test_signing_out_everywhere_invalidates_form_tokens(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "a.json", Clock())
    token, before = sessions.add(""), sessions.csrf(None)
    sessions.remove_all()
    assert (sessions.of_token(token), sessions.all()) == (None, [])
    assert sessions.csrf(None) != before


def test_a_device_that_stays_away_is_signed_out() -> None:
    clock = Clock()
    sessions = Sessions(None, clock)
    token = sessions.add("")
    clock.now += SEEN_EACH_S + 1
    assert sessions.of_token(token) is not None
    assert sessions.all()[0].seen == clock.now
    clock.now += UNSEEN_S + 1
    assert sessions.of_token(token) is None


def test_the_longest_unseen_device_is_replaced() -> None:
    clock = Clock()
    sessions = Sessions(None, clock)
    tokens = []
    for _ in range(MOST_SESSIONS + 1):
        clock.now += 1
        tokens.append(sessions.add(""))
    assert sessions.of_token(tokens[0]) is None
    assert len(sessions.all()) == MOST_SESSIONS


@pytest.mark.parametrize("content", ["", "{", '{"key": 1}', '{"key": "zz", "sessions": []}', "[]"])
def test_an_unreadable_devices_file_signs_nobody_in(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    sessions = Sessions(tmp_path / "a.json", Clock())
    sessions.start()
    assert (sessions.all(), len(sessions.csrf(None))) == ([], 64)
    sessions.add("new")
    assert [one["name"] for one in json.loads((tmp_path / "a.json").read_text())["sessions"]] == [
        "new"
    ]


def test_a_device_name_has_only_known_words() -> None:
    ipad = "Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1"
    chrome = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0.0.0 Safari/537.36"
    assert device_of(ipad) == "iPad, Safari"
    assert device_of(chrome) == "Linux, Chrome"
    assert device_of("<script>alert(1)</script>") == ""


# Pages


@dataclass
class Entrance:
    """A server beyond this machine, with its access rules."""

    clock: Clock = field(default_factory=Clock)
    is_tls: bool = True

    def __post_init__(self) -> None:
        scheme = "https" if self.is_tls else "http"
        served = ServerAddress(
            names=frozenset({"reader.test"}),
            port=8100,
            is_tls=self.is_tls,
            needs_login=True,
            addresses=(f"{scheme}://reader.test/",),
        )
        self.url = f"{scheme}://reader.test"
        self.door = Door(
            served, Sessions(None, self.clock), Codes(self.clock), Throttle(self.clock)
        )

    @contextmanager
    def open(self, folder: Path) -> Iterator[TestClient]:
        with site(replace(parts_of(folder), door=self.door)) as client:
            client.base_url = self.url
            yield client

    def enter(self, client: TestClient, code: str = "", **fields: str) -> int:
        data = {"code": code or self.door.codes.new()} | fields
        return client.post("/enter", data=data, follow_redirects=False).status_code


def test_nothing_is_shown_before_the_sign_in(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        page = client.get("/paper/a?b=c", headers={"accept": "text/html"}, follow_redirects=False)
        part = client.get("/search?q=a", headers={"accept": "text/html", "x-part": "1"})
        script = client.get("/", headers={"accept": "application/json"})
        act = client.post("/decide", data={"id": "arxiv:1", "kind": "pick"})
    assert (page.status_code, page.headers["location"]) == (303, "/enter?next=%2Fpaper%2Fa%3Fb%3Dc")
    assert [part.status_code, script.status_code, act.status_code] == [401, 401, 401]
    assert script.json()["error"] == "You are not signed in."


def test_a_code_is_exchanged_for_a_strict_http_only_cookie(
    tmp_path: Path,
) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        data = {"code": entrance.door.codes.new().lower(), "next": "/door"}
        answer = client.post("/enter", data=data, follow_redirects=False)
        shown = client.get("/door")
    assert (answer.status_code, answer.headers["location"]) == (303, "/door")
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "__Host-reader-8100"
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=strict", "secure"} <= attributes
    assert not any(part.startswith("domain") for part in attributes)
    assert "This device" in shown.text


def test_over_plain_http_the_cookie_is_strict_without_secure(tmp_path: Path) -> None:
    entrance = Entrance(is_tls=False)
    with entrance.open(tmp_path) as client:
        answer = client.post(
            "/enter", data={"code": entrance.door.codes.new()}, follow_redirects=False
        )
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("reader-8100=")
    assert "httponly" in cookie
    assert "secure" not in cookie


@pytest.mark.parametrize("is_tls", [True, False])
def test_the_message_cookie_is_as_protected_as_the_session(tmp_path: Path, is_tls: bool) -> None:
    entrance = Entrance(is_tls=is_tls)
    with entrance.open(tmp_path) as client:
        entrance.enter(client)
        found = re.search(r'name="csrf" content="(\w+)"', client.get("/").text)
        assert found
        client.headers["X-CSRF"] = found[1]
        answer = client.post("/undo", follow_redirects=False)
        page = client.get("/")
    set_, gone = answer.headers["set-cookie"], page.headers["set-cookie"]
    assert "There is nothing to undo." in page.text
    for cookie in (set_, gone):
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax"} <= attributes
        assert ("secure" in attributes) is is_tls


def test_opening_the_address_with_a_code_does_not_use_it_up(tmp_path: Path) -> None:
    entrance = Entrance()
    code = entrance.door.codes.new()
    with entrance.open(tmp_path) as client:
        for _ in range(3):
            assert f'value="{code}"' in client.get(f"/enter?code={code}").text
        assert client.head(f"/enter?code={code}").status_code == 200
        assert entrance.enter(client, code) == 303
        assert entrance.enter(TestClient(client.app, base_url=entrance.url), code) == 403


def test_used_and_wrong_codes_are_refused_and_then_slowed(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        first = client.post("/enter", data={"code": "WRONG"})
        codes = [entrance.enter(client, "WRONG") for _ in range(3)]
        slowed = client.post("/enter", data={"code": entrance.door.codes.new()})
        entrance.clock.now += int(slowed.headers["retry-after"])
        late = entrance.enter(client)
    assert first.status_code == 403
    assert 'role="alert"' in first.text
    assert codes == [403, 403, 429]
    assert slowed.status_code == 429
    assert late == 303


def test_a_signed_in_device_goes_on_from_the_sign_in_page(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        assert entrance.enter(client) == 303
        answer = client.get("/enter?next=/door", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/door")


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:a",
    ],
)
def test_no_redirect_leads_to_another_site(tmp_path: Path, elsewhere: str) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        page = client.get("/enter", params={"next": elsewhere})
        data = {"code": entrance.door.codes.new(), "next": elsewhere}
        answer = client.post("/enter", data=data, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert "evil" not in page.text
    assert "javascript" not in page.text


def test_a_device_signs_another_one_out_and_in(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        assert entrance.enter(client) == 303
        mine = client.get("/door").text
        client.headers["x-csrf"] = str(re.findall(r'name="csrf" content="(\w+)"', mine)[0])
        shown = client.post("/door/code", data={})
        [code] = re.findall(r'<p class="code" role="status">(\S+)</p>', shown.text)
        other = TestClient(client.app, base_url=entrance.url)
        other.headers["x-csrf"] = entrance.door.sessions.csrf(None)
        assert entrance.enter(other, code) == 303
        assert other.get("/door").status_code == 200
        theirs = next(one for one in entrance.door.sessions.all() if one.id not in mine)
        client.post("/door/leave", data={"session": theirs.id})
        statuses = [one.get("/door").status_code for one in (client, other)]
    assert "<svg" in shown.text
    assert statuses == [200, 401]


def test_signing_out_takes_the_cookie_and_leaves_what_was_written_offline(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        assert entrance.enter(client) == 303
        [mine] = entrance.door.sessions.all()
        client.headers["x-csrf"] = entrance.door.sessions.csrf(mine)
        answer = client.post("/door/leave", data={"session": mine.id}, follow_redirects=False)
        after = client.get("/door").status_code
    assert answer.headers["clear-site-data"] == '"cache"'
    assert (answer.headers["location"], after) == ("/enter", 401)


def test_signing_out_everywhere_leaves_nobody_and_no_code(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        assert entrance.enter(client) == 303
        code = entrance.door.codes.new()
        [mine] = entrance.door.sessions.all()
        client.headers["x-csrf"] = entrance.door.sessions.csrf(mine)
        client.post("/door/leave", data={"session": "all"})
    assert (entrance.door.sessions.all(), entrance.door.codes.take(code)) == ([], False)


def test_each_device_has_its_own_form_token(tmp_path: Path) -> None:
    entrance = Entrance()
    with entrance.open(tmp_path) as client:
        assert entrance.enter(client) == 303  # x-csrf is still nobody's
        assert client.post("/door/leave", data={"session": "all"}).status_code == 403
    assert len(entrance.door.sessions.all()) == 1


def test_on_this_machine_alone_nobody_has_to_sign_in(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        door = client.get("/door").text
        assert "nobody has to sign in" in door
        assert '<pre id="command" class="copyable" tabindex="0">reader serve --host' in door
        assert "<h1>This device is signed in</h1>" in client.get("/enter").text
        assert client.get("/enter?next=/door", follow_redirects=False).status_code == 303


def test_without_an_authority_there_is_nothing_to_trust(tmp_path: Path) -> None:
    with site(parts_of(tmp_path)) as client:
        assert "no certificate of its own" in client.get("/trust").text
        assert client.get("/trust/asayomi.cer").status_code == 404
