"""Run the installed command, as a person or cron does, on invented papers.

`reader` is the one beside this Python. Each run is a process of its own with the clock
standing still (READER_NOW) and only the environment that it is given. Sources are a
PlayServer on the loopback address; no test here reaches the network.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from reader.cli.demo.server import PlayedPaper
from reader.cli.frame import Settings
from reader.cli.frame import run as run_line
from reader.library.calendar import window
from reader.library.folder import open_library
from reader.library.paper import Paper
from reader.morning.pick import decide
from tests.play import PlayServer

READER = str(Path(sys.executable).with_name("reader"))
NOBODY = 65534

BACKGROUND = ("sh", "-c", 'trap "" INT TERM; exec "$@"', "sh")
"""Runs a command as a job in the background of a script, which inherits SIGINT as ignored; and
SIGTERM, which some that start jobs ignore."""

NOW = datetime(2031, 3, 4, 17, tzinfo=UTC)
"""Tuesday noon in New York: Tuesday's listing and feed are out."""
SOON = NOW + timedelta(hours=1)
"""A failed source may be asked again by then."""
TUESDAY, MONDAY = date(2031, 3, 4), date(2031, 3, 3)

NO_MODEL = "/no/such/folder"
"""What stands in feeds.toml where a test needs no vectors: nothing loads torch then."""


class Ran(NamedTuple):
    """What a run gave: its exit code, its output, and what it said on the error stream."""

    code: int
    out: str
    err: str


def run(
    *args: str,
    library: Path | None = None,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    now: datetime = NOW,
    timeout: float = 60.0,
    prefix: Sequence[str] = (),
) -> Ran:
    """Run `reader` to its end.

    prefix: a command that runs it, such as setpriv.
    """
    done = subprocess.run(
        [*prefix, READER, *args],
        input=input or b"",
        capture_output=True,
        env=environment(library, now, env),
        timeout=timeout,
        cwd="/",
    )
    return Ran(done.returncode, decoded(done.stdout), told(done.stderr))


def run_here(
    *args: str,
    library: Path,
    env: Mapping[str, str] | None = None,
    now: datetime = NOW,
) -> Ran:
    """Run `reader` within this process, which takes a sixth of the time: for what needs no
    terminal and no process of its own. The standard input is empty, a line has 80 columns."""
    bytes_out, bytes_err = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(b, "utf-8", write_through=True) for b in (bytes_out, bytes_err))
    more = {"COLUMNS": "80", **(env or {})}
    with (
        patch.dict(os.environ, environment(library, now, more), clear=True),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO())),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run_line(list(args), Settings())
    return Ran(code, decoded(bytes_out.getvalue()), told(bytes_err.getvalue()))


def start(
    *args: str,
    library: Path,
    env: Mapping[str, str] | None = None,
    now: datetime = NOW,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.PIPE,
    prefix: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Start `reader` and leave it running; see `finish` and, for `prefix`, `run`."""
    return subprocess.Popen(
        [*prefix, READER, *args],
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=environment(library, now, env),
        cwd="/",
    )


def finish(process: subprocess.Popen[bytes], *, timeout: float = 60.0) -> Ran:
    """Wait for a started run to end."""
    out, err = process.communicate(timeout=timeout)
    return Ran(process.returncode, decoded(out or b""), told(err))


@contextlib.contextmanager
def editing(
    id_: str, *, library: Path, editor: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start `reader note` on a terminal, so that it asks an editor: a shell command."""
    terminal, stdin = pty.openpty()
    more = {"EDITOR": editor, **(env or {})}
    process = start("note", id_, library=library, env=more, stdin=stdin)
    os.close(stdin)
    try:
        yield process
    finally:
        os.close(terminal)


def environment(
    library: Path | None, now: datetime, more: Mapping[str, str] | None
) -> dict[str, str]:
    """Give the environment of a run: this one's, without what would change the answer."""
    unwanted = re.compile(r"READER_|EDITOR$|VISUAL$|LC_|LANG|PYTHON|.*_proxy$|COLUMNS", re.I)
    env = {name: value for name, value in os.environ.items() if not unwanted.match(name)}
    env |= {"LANG": "C.UTF-8", "READER_NOW": now.isoformat(), "HF_HUB_OFFLINE": "1"}
    if library is not None:
        env["READER_LIBRARY"] = str(library)
    return env | dict(more or {})


def decoded(output: bytes) -> str:
    return output.decode("utf-8", "backslashreplace")


def told(errors: bytes) -> str:
    """Give the error stream without how far a long step was (`vectors: 16 of 900`): whether that
    is said depends on how busy the machine is. tests/cli/test_progress.py is about it."""
    return re.sub(r"^[^:\n]+: [\d,]+ of [\d,]+\n", "", decoded(errors), flags=re.MULTILINE)


def paper(
    n: int, title: str, *categories: str, day: date = TUESDAY, abstract: str = ""
) -> PlayedPaper:
    """Invent the n-th paper, arxiv:3103.9000n, submitted for a listing day."""
    invented = Paper(
        ids=(f"arxiv:3103.{90000 + n}",),
        title=title,
        authors=("Ada Neverwas", "Émile Nulle-Part"),
        abstract=abstract or f"Nobody wrote the abstract of paper {n}.",
        categories=categories or ("cs.CL",),
        announced_on=day,
    )
    return PlayedPaper(invented, window(day)[0] + timedelta(seconds=n))


EVIL = "Speech translation \x9b31m<b>bolder</b> \u202elive\u2066 & \x9d0;gone\x9c<script>"
"""What XML lets by: 8-bit escape sequences, bidi overrides, markup."""

PAPERS = (
    paper(1, "Speech translation in a lift", day=MONDAY),
    paper(2, "Speech translation on a ladder", day=MONDAY),
    paper(3, "Speech recognition under water", "eess.AS"),
    paper(4, "A large language model that hums", "cs.LG", "cs.CL"),
    paper(5, "静かな部屋の音声翻訳", "eess.AS", "cs.CL", abstract="雑音のない部屋で話す。"),
    paper(6, EVIL, abstract=EVIL),
)
ON_TUESDAY = [p.paper.id for p in PAPERS[2:]]
ALL = [p.paper.id for p in PAPERS]
LIFT, LADDER, WATER, HUMS, QUIET, EVIL_ID = ALL

TIMELINE = f"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>people who do not exist</title>
<item><guid>1</guid><author>ada@nowhere.example (Ada)</author>
<description>It hums &amp;#27;]0;owned&amp;#7; https://arxiv.org/abs/{HUMS[6:]}</description></item>
</channel></rss>
""".encode()

BLOG = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "a blog \u001b[31m",
        "items": [
            {
                "id": "1",
                "authors": [{"name": "Bob\u001b[2J\n\u202ebeB <i>"}],
                "content_text": f"Under \u001b[31mwater\u0007 <b>is</b> arxiv.org/abs/{WATER[6:]}",
            }
        ],
    }
).encode()


def feeds() -> dict[str, bytes]:
    return {"timeline.rss": TIMELINE, "blog.json": BLOG}


def feeds_toml(server: PlayServer, *, model: str = NO_MODEL) -> str:
    """Write a configuration whose every address is this server's; OAI-PMH is off, see
    tests/test_faults.py for it."""
    arxiv = re.sub(r'oai_url = ".*"', 'oai_url = "off"', server.arxiv_toml())
    return f"""[reader]
timezone = "UTC"

[encoder]
model = "{model}"

[arxiv]
categories = ["cs.CL", "eess.AS"]
{arxiv}
[resolve]
doi = "off"
openreview = "off"
acl = "off"

[topics."speech/translation"]
words = ["speech translation", "音声翻訳"]

[topics."speech/recognition"]
words = ["speech recognition"]

[topics."nlp/llm"]
lane = "near"
words = ["large language model"]

[[feed]]
name = "timeline"
url = "{server.feed_url("timeline.rss")}"

[[feed]]
name = "blog"
url = "{server.feed_url("blog.json")}"
"""


def new_library(folder: Path, server: PlayServer, *, model: str = NO_MODEL) -> Path:
    """Make a library that nothing was gathered for."""
    folder.mkdir()
    (folder / "feeds.toml").write_text(feeds_toml(server, model=model), encoding="utf-8")
    return folder


def copy_library(library: Path, folder: Path, server: PlayServer) -> Path:
    """Copy a library that no process has open, with the addresses of another server."""
    shutil.copytree(library, folder)
    file = folder / "feeds.toml"
    text = re.sub(r"127\.0\.0\.1:\d+", urlsplit(server.url).netloc, file.read_text("utf-8"))
    file.write_text(text, encoding="utf-8")
    return folder


def pick_at(library: Path, id_: str, moment: datetime) -> None:
    """Pick a paper as of an earlier moment, which the clock of a command could not show."""
    with open_library(library, now=lambda: moment) as opened, opened.db.unguarded():
        decide(opened, "pick", [id_])


def is_page(file: Path) -> bool:
    """Tell the page of a topic or of a week from the file of a paper."""
    return file.name == "index.md" or file.parent.name == "weeks"


def note_files(library: Path) -> list[Path]:
    """List the Markdown files of papers."""
    return sorted(f for f in (library / "notes").rglob("*.md") if not is_page(f))


def ids_of(library: Path) -> list[str]:
    """List the arXiv ids that are in a library, in order, doubled ones twice."""
    return [row[0] for row in rows(library, "SELECT id FROM identifiers ORDER BY id")]


def rows(library: Path, sql: str, *, database: str = "reader.db") -> list[tuple[Any, ...]]:
    """Look into a library from outside."""
    connection = sqlite3.connect(f"file:{library / database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def shown(library: Path, id_: str, *, now: datetime = NOW) -> Any:
    """Give what `show --json` says of a paper."""
    code, out, err = run_here("show", id_, "--json", library=library, now=now)
    assert (code, err) == (0, "")
    return json.loads(out)


def today(library: Path, *, now: datetime = NOW, fetch: bool = False) -> tuple[int, Any]:
    """Give the exit code of `today --json` and its object."""
    if fetch:
        ran = run("today", "--json", library=library, now=now)
    else:
        ran = run_here("today", "--json", "--no-fetch", library=library, now=now)
    return ran.code, json.loads(ran.out)


def states(morning: Any) -> dict[str, str]:
    """Give source → state; of a source with several days the last one's."""
    return {s["name"]: s["state"] for s in morning["sources"]}


def is_safe(text: str) -> bool:
    """Tell that nothing in a text can move the cursor, hide or turn anything round."""
    return not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text
    )


def says(text: str, *parts: str) -> bool:
    """Tell whether a message has these parts in this order: what, where, what to do.

    Lines and the spaces between them count as one space.
    """
    return bool(re.search(".*".join(map(re.escape, parts)), " ".join(text.split())))
