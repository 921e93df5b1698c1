"""Test servers of a shared index: over TLS, a standby, and docs/compose.yaml."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme
import yaml

from reader.base.errors import SourceFailed
from reader.search.rows.shared import opened as opened_index
from reader.search.shared import share
from tests.data import ROOT
from tests.postgres import PROGRAMS, Server, needs_postgres, served, standby
from tests.search.test_shared import TOOLS, fill, find, ids, opened, several

pytestmark = needs_postgres

COMPOSE = ROOT / "docs" / "compose.yaml"
N_TWICE = """
    SELECT count(*) FROM (SELECT FROM asayomi.texts GROUP BY paper, kind, position
        HAVING count(*) > 1) AS twice
"""


@pytest.fixture
def postgres() -> Iterator[Server]:
    with served() as server:
        yield server


def test_tls_is_used_and_its_certificate_checked(tmp_path: Path, postgres: Server) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    at = postgres.folder / "data"
    (at / "server.crt").write_bytes(issued.cert_chain_pems[0].bytes())
    (at / "server.key").write_bytes(issued.private_key_pem.bytes())
    owner = at.stat()
    for name in ("server.crt", "server.key"):
        (at / name).chmod(0o600)
        os.chown(at / name, owner.st_uid, owner.st_gid)
    (at / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 trust\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    postgres.stop()
    postgres.port, postgres.settings = port, ["ssl=on", "listen_addresses=127.0.0.1"]
    postgres.start()
    name = postgres.new_database()
    roots = []
    for n, one in enumerate((authority, trustme.CA())):
        roots.append(tmp_path / f"{n}.pem")
        one.cert_pem.write_to_path(roots[-1])
    url = f"postgresql://owner@127.0.0.1:{port}/{name}?sslmode=verify-full&sslrootcert="
    with opened_index(f"{url}{roots[0]}", timeout_s=10, may_change=True) as shared:
        [(is_tls,)] = shared.connection.execute(
            "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        assert is_tls
    with (
        pytest.raises(SourceFailed, match="certificate verify failed"),
        opened_index(f"{url}{roots[1]}", timeout_s=10),
    ):
        pass
    bare = f"postgresql://owner@127.0.0.1:{port}/{name}?sslmode=disable"
    with pytest.raises(SourceFailed, match="no encryption"), opened_index(bare, timeout_s=10):
        pass


def test_a_standby_is_searched_and_takes_over(
    tmp_path: Path, at: ExitStack, postgres: Server
) -> None:
    name = postgres.new_database()
    url = postgres.url(name)
    theirs = opened(at, tmp_path / "theirs", url)
    fill(theirs, several(range(1, 31)))
    assert share(theirs, TOOLS) == []
    other = at.enter_context(standby(postgres))
    mine = opened(at, tmp_path / "mine", f'{url}"\nsearch_url = "{other.url(name)}')
    fill(mine, several(range(31, 41)))
    # It only reads, so what is sent goes to the first address, and is found once it has followed.
    assert share(mine, TOOLS) == []
    end = postgres.ask("postgres", "SELECT pg_current_wal_lsn()")
    while other.ask("postgres", f"SELECT pg_last_wal_replay_lsn() < '{end}'") == "t":
        pass
    assert len(ids(find(mine, "rain frog", limit=50))) == 40
    fill(theirs, several(range(41, 61)))
    postgres.stop(signal.SIGQUIT)
    assert len(ids(find(mine, "rain frog", limit=50))) == 40
    [problem] = share(theirs, TOOLS)
    assert problem.stage == "share"

    other.ask("postgres", "SELECT pg_promote()")
    again = opened(at, tmp_path / "again", other.url(name))
    fill(again, several(range(1, 61)))
    assert share(again, TOOLS) == []
    assert other.ask(name, "SELECT count(*) FROM asayomi.texts") == "60"
    assert other.ask(name, N_TWICE) == "0"


def test_what_the_compose_file_starts_works_on_a_local_server(postgres: Server) -> None:
    service = yaml.safe_load(COMPOSE.read_text())["services"]["postgres"]
    env = service["environment"]
    first, *settings = service["command"]
    assert first == "postgres"
    assert settings[::2] == ["-c"] * (len(settings) // 2)
    postgres.stop()
    # As large as the file says a server's memory is; this machine's shared memory may be smaller.
    postgres.settings = [one for one in settings[1::2] if not one.startswith("shared_buffers")]
    postgres.start()
    for one in postgres.settings:
        key, value = one.split("=")
        assert postgres.ask("postgres", f"SHOW {key}") == value
    postgres.ask("postgres", f"CREATE DATABASE {env['POSTGRES_DB']}")
    kind, line = service["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    there = {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PGHOST": str(postgres.folder),
        "POSTGRES_USER": env["POSTGRES_USER"],
        "POSTGRES_DB": env["POSTGRES_DB"],
    }
    checked = ["sh", "-c", line.replace("$$", "$")]
    assert subprocess.run(checked, env=there, check=False).returncode == 0
    options = shlex.split(env["POSTGRES_INITDB_ARGS"])
    assert {"--encoding=UTF8", "--locale=C.UTF-8"} <= set(options)
    with opened_index(
        postgres.url(env["POSTGRES_DB"], env["POSTGRES_USER"]), timeout_s=10, may_change=True
    ) as shared:
        assert shared.missing("", []) == []
    postgres.stop()
    assert subprocess.run(checked, env=there, check=False).returncode == 2
