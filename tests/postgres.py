"""Start a PostgreSQL server for tests, with a folder, a socket and users of its own.

Only where Debian's packages postgresql-17 and postgresql-17-pgvector are installed; tests are
skipped elsewhere, but not where ASAYOMI_CI is set, as `.ci/run` does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest

from reader.search.rows.shared import opened

PEOPLE = ("ada", "bo", "chief", "guest")

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin/postgres"), default=Path()).parent

needs_postgres = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROGRAMS / "initdb").exists() and not os.environ.get("ASAYOMI_CI"),
        reason="PostgreSQL is not installed",
    ),
]
"""The marks of tests that start a server."""

# initdb refuses root.
AS_NOBODY = (
    ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
)


@dataclass
class Server:
    """A server that runs on a socket in a folder. port: names the socket; settings: of its own."""

    folder: Path
    port: int = 5432
    settings: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None
    names: Iterator[int] = field(default_factory=count)

    def url(self, database: str, user: str = "owner") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder))}&port={self.port}"

    def start(self) -> None:
        command = [f"{PROGRAMS}/postgres", "-D", f"{self.folder}/data", "-k", str(self.folder)]
        settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-p", str(self.port)]
        settings += [part for one in self.settings for part in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*AS_NOBODY, *command, *settings], stdout=log, stderr=log, cwd="/"
            )
        ready = [
            f"{PROGRAMS}/pg_isready",
            "-q",
            "-h",
            str(self.folder),
            "-p",
            str(self.port),
            "-t",
            "1",
        ]
        while subprocess.run(ready, check=False).returncode:
            assert self.process.poll() is None, (self.folder / "log").read_text()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends its sessions first, SIGQUIT leaves everything as a crash does."""
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait()

    def new_database(self) -> str:
        """Make an empty database; returns its name."""
        name = f"lab{next(self.names)}"
        self.ask("postgres", f"CREATE DATABASE {name}")
        return name

    def ask(self, database: str, sql: str, user: str = "owner") -> str:
        """Run SQL with psql; returns what it prints, unaligned."""
        command = [f"{PROGRAMS}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
        url = self.url(database, user)
        done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextlib.contextmanager
def served() -> Iterator[Server]:
    """Run a server until the end of the block."""
    with _placed() as server:
        options = ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        run_program("initdb", "-D", f"{server.folder}/data", "-U", "owner", "-A", "trust", *options)
        server.start()
        yield server


@contextlib.contextmanager
def standby(primary: Server) -> Iterator[Server]:
    """Run a server that follows another one, until the end of the block."""
    with _placed() as server:
        where = primary.url("postgres")
        run_program(
            "pg_basebackup",
            "-D",
            f"{server.folder}/data",
            "-d",
            where,
            "-R",
            "--no-sync",
            "-c",
            "fast",
        )
        server.start()
        yield server


def run_program(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs as the user that its servers run as."""
    command = [*AS_NOBODY, f"{PROGRAMS}/{name}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _placed() -> Iterator[Server]:
    # Not below pytest's folder: the path of a socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder)
    try:
        if AS_NOBODY:
            shutil.chown(folder, "nobody", "nogroup")
        folder.chmod(0o755)
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder)


def add_people(server: Server) -> None:
    """Make the logins of a lab: two who share, an owner and one who only reads."""
    server.ask("postgres", "".join(f"CREATE ROLE {one} LOGIN;" for one in PEOPLE))


def new_lab(server: Server) -> str:
    """Make a shared index for the people of a lab; returns the database's name."""
    name = server.new_database()
    with opened(server.url(name), timeout_s=10, may_change=True):
        pass
    server.ask(
        name,
        "GRANT asayomi_indexer TO ada, bo; GRANT asayomi_owner TO chief;"
        " GRANT asayomi_reader TO guest",
    )
    return name
