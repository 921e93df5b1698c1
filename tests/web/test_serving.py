"""Test serving: names, sockets, certificates, and the command itself."""

from __future__ import annotations

import contextlib
import gc
import http.client
import os
import pty
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from starlette.applications import Starlette

from reader.base.errors import UsageError
from reader.cli.frame import Settings
from reader.cli.frame import run as command_line
from reader.web.authority import (
    GOOD_FOR,
    LIFE,
    SOON,
    Authority,
    context_of,
    names_in,
    open_authority,
)
from reader.web.gate import LOCAL_NAMES
from reader.web.server import END_PATIENCE_S, listening, name_of, own_names, served
from reader.web.server import run as run_server
from tests.installed import BACKGROUND, READER, Ran, environment, finish, run, start
from tests.samples import FEEDS_TOML, new_database
from tests.web.serving import SLOW_S, Serving

NOW = datetime(2031, 3, 4, tzinfo=UTC)


# Names


def test_on_this_machine_alone_nobody_signs_in() -> None:
    found = served("127.0.0.1", 8100)
    assert (found.names, found.needs_login) == (LOCAL_NAMES, False)
    assert found.addresses == ("http://127.0.0.1:8100/",)
    assert served("::1", 8100).addresses == ("http://[::1]:8100/",)
    assert served("127.0.0.1", 8100, must_sign_in=True).needs_login


def test_beyond_this_machine_a_sign_in_is_required() -> None:
    wide = served("0.0.0.0", 8100, host="0.0.0.0", given=["reader.test"], is_tls=True)
    assert wide.needs_login
    assert wide.addresses[0] == "https://reader.test:8100/"
    assert wide.names >= LOCAL_NAMES | {"reader.test", *own_names("0.0.0.0")}
    named = served("127.0.0.1", 8100, given=["reader.test"])
    assert (named.needs_login, named.names) == (True, LOCAL_NAMES | {"reader.test"})
    one = served("192.0.2.7", 8100, host="laptop.example")
    assert one.addresses == ("http://laptop.example:8100/", "http://192.0.2.7:8100/")


def test_names_are_read_as_somebody_types_them() -> None:
    assert [name_of(n) for n in ("Laptop.Local.", "[2001:DB8::1]", "192.0.2.7", "例え.test")] == [
        "laptop.local",
        "2001:db8::1",
        "192.0.2.7",
        "xn--r8jz45g.test",
    ]
    for wrong in ("", "https://a.b", "a b", "a_b", "a/b", "a:80", "*.a.b", "-a", "a" * 300):
        with pytest.raises(UsageError, match="neither a machine's name nor an address"):
            name_of(wrong)


# Sockets


def test_what_is_loaded_at_the_start_is_left_out_of_garbage_collections() -> None:
    frozen = []

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        frozen.append(gc.get_freeze_count())
        signal.raise_signal(signal.SIGINT)
        yield

    async def end_streams() -> None:
        """Do nothing: there are no streams."""

    app = Starlette(lifespan=lifespan)
    app.state.end_streams = end_streams
    try:
        run_server(app, listening("127.0.0.1", 0), context=None, is_debug=False)
    finally:
        gc.unfreeze()
    assert frozen[0] > 0, "a whole collection takes 50 ms of somebody's page"


def test_a_port_that_is_taken_and_an_address_of_another_machine_are_told() -> None:
    with listening("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        with pytest.raises(UsageError, match=f"Port {port} is in use.") as raised:
            listening("127.0.0.1", port)
        assert "--port 0" in raised.value.hint
    for host in ("192.0.2.1", "no.such.host.invalid", "", "a b"):
        with pytest.raises(UsageError, match="not an address of this machine"):
            listening(host or "256.256.256.256", 0)


# Certificates


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate, its key, another one's key, and one with a passphrase."""
    folder = tmp_path_factory.mktemp("certificates")
    ca = trustme.CA()
    for name in ("a", "b"):
        leaf = ca.issue_cert("laptop.example", "192.0.2.7", "*.wide.example")
        leaf.private_key_pem.write_to_path(folder / f"{name}.key")
        leaf.cert_chain_pems[0].write_to_path(folder / f"{name}.pem")
        leaf.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.both")
    key = load_pem_private_key((folder / "a.key").read_bytes(), None)
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    (folder / "a.locked").write_bytes(locked)
    (folder / "text").write_text("no certificate")
    return folder


def test_a_certificate_and_its_key_are_taken_from_one_file_or_two(made: Path) -> None:
    assert context_of(made / "a.pem", made / "a.key").cert_store_stats()
    assert context_of(made / "a.both", None).cert_store_stats()
    assert names_in(made / "a.pem") == ["laptop.example", "192.0.2.7"]
    assert names_in(made / "text") == []


@pytest.mark.parametrize(
    ("certificate", "key", "what"),
    [
        ("a.pem", "b.key", "b.key does not belong to the certificate in .*a.pem"),
        ("a.pem", "a.locked", "a.locked has a passphrase"),
        ("a.pem", None, "a.pem does not contain a certificate and its key"),
        ("text", "a.key", "text does not contain a certificate and its key"),
        ("none.pem", "a.key", "none.pem cannot be read: No such file"),
        ("a.pem", "none.key", "none.key cannot be read: No such file"),
        (".", "a.key", "cannot be read: Is a directory"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told(
    made: Path, certificate: str, key: str | None, what: str
) -> None:
    with pytest.raises(UsageError, match=what) as raised:
        context_of(made / certificate, made / key if key else None)
    assert raised.value.hint


TODAY = datetime.now(UTC)
NAMES = ("reader.test", "127.0.0.1", "::1", "localhost")


def authority_in(folder: Path, *names: str, now: datetime = TODAY) -> Authority:
    """Open an authority for some names besides this machine's own."""
    return open_authority(folder, machine="laptop", names=[*NAMES, *names], now=now)


def test_the_authority_is_made_once_and_its_key_is_its_owners(tmp_path: Path) -> None:
    first = authority_in(tmp_path / "a")
    again = authority_in(tmp_path / "a")
    assert first.certificate == again.certificate
    assert (len(first.fingerprint), first.fingerprint) == (64, again.fingerprint)
    assert (first.why_new, again.why_new) == ("", "")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "a" / "authority.key").stat().st_mode) == 0o600
    assert authority_in(tmp_path / "b").fingerprint != first.fingerprint


def test_a_readable_or_invalid_authority_key_is_refused(tmp_path: Path) -> None:
    authority_in(tmp_path)
    key = tmp_path / "authority.key"
    key.chmod(0o640)
    with pytest.raises(UsageError, match="Other users can read"):
        authority_in(tmp_path)
    key.chmod(0o600)
    key.write_bytes(trustme.CA().private_key_pem.bytes())
    with pytest.raises(UsageError, match="the key is another one's"):
        authority_in(tmp_path)
    key.write_text("no key")
    with pytest.raises(UsageError, match="not a certificate authority of `reader serve`"):
        authority_in(tmp_path)


def test_a_certificate_is_good_for_a_year_and_for_its_names(tmp_path: Path) -> None:
    authority = authority_in(tmp_path)
    context = authority.context(["reader.test", "127.0.0.1", "::1"], now=TODAY)
    trusting = ssl.create_default_context(cadata=authority.certificate.decode())
    for name in ("reader.test", "127.0.0.1", "::1"):
        found = shaken(context, trusting, name)
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)
        assert timedelta() <= TODAY + GOOD_FOR - ends < timedelta(minutes=1)
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(context, trusting, "other.test")
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(context, ssl.create_default_context(), "reader.test")


def test_a_stolen_key_cannot_sign_other_sites(tmp_path: Path) -> None:
    authority = authority_in(tmp_path, "192.168.7.5", "203.0.113.9")
    trusting = ssl.create_default_context(cadata=authority.certificate.decode())
    for name in ("reader.test", "192.168.9.1", "203.0.113.9"):  # a router gave another address
        assert shaken(authority.context([name], now=TODAY), trusting, name)
    for name in ("bank.example", "test", "10.0.0.1", "203.0.113.10", "2001:db8::1"):
        assert not authority.limits.cover(name)
        forged = authority.context([name], now=TODAY)
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            shaken(forged, trusting, name)


def test_an_authority_without_limits_is_replaced(tmp_path: Path) -> None:
    """Earlier versions made such ones, valid until the year 3000."""
    before = trustme.CA(path_length=0, organization_name="asayomi")
    before.cert_pem.write_to_path(tmp_path / "authority.pem")
    before.private_key_pem.write_to_path(tmp_path / "authority.key")
    (tmp_path / "authority.key").chmod(0o600)
    found = authority_in(tmp_path)
    assert found.why_new == "any"
    assert found.certificate != before.cert_pem.bytes()
    assert found.limits.cover("reader.test")
    assert timedelta() <= TODAY + LIFE - found.limits.until < timedelta(minutes=1)
    assert before.private_key_pem.bytes() != (tmp_path / "authority.key").read_bytes()
    assert authority_in(tmp_path).why_new == ""


def test_an_authority_that_lacks_a_name_or_has_run_out_is_made_anew(tmp_path: Path) -> None:
    first = authority_in(tmp_path)
    other = authority_in(tmp_path, "phone.test", "192.0.2.7")
    assert (other.why_new, other.missing) == ("names", ("phone.test", "192.0.2.7"))
    assert other.fingerprint != first.fingerprint
    again = authority_in(tmp_path)
    assert (again.why_new, again.fingerprint) == ("", other.fingerprint)
    late = TODAY + LIFE + timedelta(days=1)
    assert authority_in(tmp_path, now=late).why_new == "ended"


def test_an_expiring_authority_is_announced_two_months_before(tmp_path: Path) -> None:
    authority = authority_in(tmp_path)
    assert not authority.ends_soon(TODAY + LIFE - SOON - timedelta(days=1))
    assert authority.ends_soon(TODAY + LIFE - SOON + timedelta(days=1))


def shaken(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> Mapping[str, object]:
    """Do a TLS handshake in memory; returns the certificate that the client saw."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = server.wrap_bio(to_server, to_client, server_side=True)
    other = client.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for side in (other, one):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    found = other.getpeercert()
    assert found
    return found


# The command


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "feeds.toml").write_text(FEEDS_TOML, encoding="utf-8")
    new_database(folder).close()
    return folder


@pytest.mark.slow
def test_the_command_serves_on_this_machine_and_tells_where(library: Path) -> None:
    with Serving(library, now=NOW) as serving:
        connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=SLOW_S)
        connection.request("GET", "/door")
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.request("GET", "/door", headers={"Host": f"evil.example:{serving.port}"})
        rebound = connection.getresponse()
        rebound.read()
        second = run("serve", "--port", str(serving.port), library=library)
    assert serving.said[0] == (
        f"Open http://127.0.0.1:{serving.port}/ in a browser (Ctrl-C stops the server)."
    )
    assert (answer.status, rebound.status) == (200, 421)
    assert "nobody has to sign in" in text
    assert answer.getheader("server") is None
    assert second == Ran(
        2,
        "",
        f"reader: Port {serving.port} is in use.\n  Another `reader serve` may be running. "
        "`--port 0` takes any free port.\n",
    )


@pytest.mark.slow
def test_over_tls_under_another_name_a_device_signs_in_and_stays_in(
    library: Path,
) -> None:
    serving = Serving(library, now=NOW, arguments=["--https", "--name", "reader.test"])
    with serving:
        authority = serving.data / "asayomi" / "authority" / "authority.pem"
        trusting = ssl.create_default_context(cafile=str(authority))
        home = Home(serving.port, trusting)
        assert home.get("/")[0] == 401
        status, page = home.get("/enter")
        assert status == 200
        [token] = re.findall(rb'name="csrf" content="(\w+)"', page)
        status, _ = home.post("/enter", f"csrf={token.decode()}&code={serving.code}")
        assert (status, home.get("/door")[0]) == (303, 200)
        trust = home.get("/trust")[1].decode()
        assert (
            "only for these names and networks: localhost, reader.test, 127.0.0.0/8, ::1/128."
            in trust
        )
        assert home.get("/trust/asayomi.cer")[1] == ssl.PEM_cert_to_DER_cert(authority.read_text())
        serving.restart()
        assert home.get("/door")[0] == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            Home(serving.port, ssl.create_default_context()).get("/")
    assert serving.said[0] == (
        f"Open https://reader.test:{serving.port}/ in a browser (Ctrl-C stops the server)."
    )
    secrets = [home.cookie.partition("=")[2], token.decode()]
    assert [secret for secret in secrets if secret in "\n".join(serving.said)] == []


@pytest.mark.slow
def test_the_terminal_says_when_devices_have_to_trust_a_new_authority(library: Path) -> None:
    serving = Serving(library, now=NOW, arguments=["--https"])
    folder = serving.data / "asayomi" / "authority"
    began = datetime.now(UTC)
    names = [*own_names("127.0.0.1"), *LOCAL_NAMES]
    open_authority(folder, machine="a", names=names, now=began - LIFE + timedelta(days=30))
    with serving:
        said = serving.wait_for("expires on")
        serving.stop()
        assert f"expires on {(began + timedelta(days=30)).astimezone().date()}." in said
        assert "A new certificate authority" not in said
        serving.arguments = ["--https", "--name", "phone.test"]
        serving.start()
        said = serving.wait_for("remove the old one")
    assert "the old one may not sign certificates for phone.test." in said


class Home:
    """A device that calls this machine reader.test; it keeps its cookie."""

    def __init__(self, port: int, trusting: ssl.SSLContext) -> None:
        self.port, self.trusting, self.cookie = port, trusting, ""

    def get(self, path: str) -> tuple[int, bytes]:
        return self._ask("GET", path, "")

    def post(self, path: str, body: str) -> tuple[int, bytes]:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        here = socket.create_connection(("127.0.0.1", self.port), 10)
        with self.trusting.wrap_socket(here, server_hostname="reader.test") as secured:
            connection = http.client.HTTPConnection("reader.test", self.port)
            connection.sock = secured
            headers = {"Cookie": self.cookie, "Origin": f"https://reader.test:{self.port}"}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.cookie = (answer.getheader("set-cookie") or self.cookie).partition(";")[0]
            return answer.status, answer.read()


N_IDLE = 600


def opened_from(address: str, port: int) -> socket.socket:
    """Open a connection from one of this machine's loopback addresses."""
    return socket.create_connection(("127.0.0.1", port), SLOW_S, source_address=(address, 0))


def status_from(address: str, port: int) -> int:
    """Request a page from an address; returns the status."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", port, timeout=SLOW_S, source_address=(address, 0)
    )
    connection.request("GET", "/door")
    found = connection.getresponse().status
    connection.close()
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs all of 127.0.0.0/8")
def test_idle_connections_of_one_client_keep_nobody_out(library: Path) -> None:
    """It keeps out neither others nor itself; requests that have begun are answered."""
    with contextlib.ExitStack() as several, Serving(library, now=NOW) as serving:
        begun = several.enter_context(opened_from("127.0.0.2", serving.port))
        body = b"session=none"
        head = f"POST /door/leave HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        begun.sendall(head.encode() + b"\r\n" + body[:3])
        # Once another is answered, the server has read what came before.
        assert status_from("127.0.0.3", serving.port) == 200
        for _ in range(N_IDLE):
            several.enter_context(opened_from("127.0.0.2", serving.port))
        found = [status_from(address, serving.port) for address in ("127.0.0.3", "127.0.0.2")]
        begun.sendall(body[3:])
        answer = begun.recv(100)
    assert found == [200, 200]
    assert answer.startswith(b"HTTP/1.1 403")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs all of 127.0.0.0/8")
def test_idle_connections_of_many_clients_keep_nobody_out(library: Path) -> None:
    with contextlib.ExitStack() as several, Serving(library, now=NOW) as serving:
        for n in range(N_IDLE):
            several.enter_context(opened_from(f"127.0.1.{n % 6 + 1}", serving.port))
        assert status_from("127.0.0.3", serving.port) == 200


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_as_it_is_asked_to(library: Path, how: signal.Signals) -> None:
    serving = Serving(library, now=NOW)
    with serving:
        process = serving._process
        assert process is not None
        first = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=SLOW_S)
        first.request("GET", "/")
        assert first.getresponse().status == 200
        first.close()
        idle = socket.create_connection(("127.0.0.1", serving.port), SLOW_S)
        os.kill(process.pid, how)
        assert process.wait(END_PATIENCE_S - 1) == 0
        idle.close()
        serving.wait_for("Stopped.")
    assert serving.said[-1] == "Stopped."


def test_connections_that_come_just_as_it_ends_do_not_hold_it_up(library: Path) -> None:
    come: list[socket.socket] = []

    def keep_coming(port: int) -> None:
        with contextlib.suppress(OSError):
            while len(come) < 500:
                come.append(socket.create_connection(("127.0.0.1", port), SLOW_S))
                time.sleep(0.0005)

    with Serving(library, now=NOW) as serving:
        process = serving._process
        assert process is not None
        coming = threading.Thread(target=keep_coming, args=(serving.port,))
        coming.start()
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_PATIENCE_S - 1) == 0
        coming.join()
    for one in come:
        one.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("prefix", [(), BACKGROUND], ids=["foreground", "background"])
def test_it_ends_as_soon_as_its_address_is_known(
    library: Path, how: signal.Signals, prefix: tuple[str, ...]
) -> None:
    env = {"PYTHONUNBUFFERED": "1", "XDG_DATA_HOME": str(library / "data")}
    process = start("serve", "--port", "0", library=library, env=env, prefix=prefix)
    assert process.stdout is not None
    try:
        said = process.stdout.readline().decode()
        process.send_signal(how)
        code, out, err = finish(process, timeout=SLOW_S)
    finally:
        process.kill()
    assert (said[:12], code, out, err) == ("Open http://", 0, "Stopped.\n", "")


NETWORK_WARNING = "Without HTTPS, others in this network can read along"


def test_plain_http_beyond_this_machine_prints_a_warning(library: Path) -> None:
    with Serving(library, now=NOW, arguments=["--host", "0.0.0.0"]) as serving:
        connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=SLOW_S)
        connection.request("GET", "/", headers={"Accept": "text/html"})
        answer = connection.getresponse()
        serving.wait_for("To sign in one device")
    assert (answer.status, answer.getheader("location")) == (303, "/enter?next=%2F")
    assert any(line.startswith(NETWORK_WARNING) for line in serving.said)


def test_on_this_machine_a_sign_in_causes_no_network_warning(
    library: Path,
) -> None:
    with Serving(library, now=NOW, arguments=["--login"]) as serving:
        serving.wait_for("To sign in one device")
    assert [line for line in serving.said if NETWORK_WARNING in line] == []


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--host", "192.0.2.1"], "192.0.2.1 is not an address of this machine."),
        (["--name", "a b"], "a b is neither a machine's name nor an address."),
        (["--cert", "/no/such.pem"], "/no/such.pem cannot be read: No such file or directory."),
        (["--cert", "a", "--https"], "--https makes a certificate and --cert names one"),
        (["--key", "a"], "--key needs --cert."),
    ],
)
def test_serve_errors_have_a_hint(
    library: Path, capsys: pytest.CaptureFixture[str], args: list[str], what: str
) -> None:
    code = command_line(["serve", "--port", "0", *args], Settings(library))
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert what in said.err
    assert len(said.err.splitlines()) == 2


def test_a_request_that_has_begun_is_answered_before_the_end(library: Path) -> None:
    serving = Serving(library, now=NOW)
    with serving:
        process = serving._process
        assert process is not None
        begun = socket.create_connection(("127.0.0.1", serving.port), SLOW_S)
        body = b"session=none"
        head = f"POST /door/leave HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        begun.sendall(head.encode() + b"\r\n" + body[:3])
        assert status_from("127.0.0.1", serving.port) == 200  # so it has read what came before
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        begun.sendall(body[3:])
        answer = begun.recv(100)
        begun.close()
        assert process.wait(SLOW_S) == 0
    assert answer.startswith(b"HTTP/1.1 403")


def test_on_a_terminal_a_code_is_a_picture_too_and_enter_makes_another(library: Path) -> None:
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [READER, "serve", "--login", "--port", "0"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=environment(library, NOW, {"XDG_DATA_HOME": str(library / "data"), "TERM": "xterm"}),
        start_new_session=True,
    )
    os.close(inside)
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        said = read_until(screen, "Press Enter for a new code.")
        screen.write(b"\n")
        again = read_until(screen, "▀▀▀▀▀▀▀▀▀▀")
        time.sleep(0.5)  # so that it has begun to serve
        process.send_signal(signal.SIGINT)
        last = read_until(screen, "Stopped.")
        assert process.wait(SLOW_S) == 0
    codes = re.findall(r"use the code (\S+) or", said + again)
    assert (len(codes), len(set(codes))) == (2, 2)
    assert "█" in said
    assert "Traceback" not in last
    assert "Fatal" not in last


def read_until(screen: IO[bytes], end: str) -> str:
    """Read a terminal's output until it shows a text."""
    seen = b""
    while end.encode() not in seen:
        seen += screen.read(1_024)
    return seen.decode("utf-8", "replace")
