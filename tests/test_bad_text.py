"""Foreign text reaches a terminal tamed; a terminal that is poor or gone is no accident."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.installed import (
    ALL,
    EVIL_ID,
    HUMS,
    NOW,
    QUIET,
    READER,
    WATER,
    environment,
    is_safe,
    rows,
    run,
    says,
    start,
)
from tests.play import Fault, PlayServer

pytestmark = pytest.mark.slow

TITLE = "&#27;[31mSpeech translation&#155;2J&#x202e; \n <b>bold</b> &amp;#27;]0;owned&amp;#7;"
"""References that XML forbids, or that become escapes only when HTML is unescaped."""


def evil_feed(path: str, _: int) -> Fault | None:
    """Answer the announcement feed with what no XML library would write."""
    if path != "/atom/cs.CL":
        return None
    entry = f"""<entry><id>oai:arXiv.org:3103.90066v1</id><title>{TITLE}</title>
<link href="https://arxiv.org/abs/3103.90066"/><published>2031-03-04T00:00:00-05:00</published>
<summary>Announce Type: new Abstract: {TITLE}\x1b[2J\x07</summary>
<dc:creator>Mallory\x1b[5m &#8238;yrollaM &lt;script&gt;</dc:creator></entry>"""
    head = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
    )
    return Fault(body=f"{head}{entry}</feed>".encode())


COMMANDS = (
    ("today", "--no-fetch"),
    ("today", "--no-fetch", "--json"),
    *(("show", id_) for id_ in ("arxiv:3103.90066", WATER, HUMS, EVIL_ID)),
    ("show", "arxiv:3103.90066", "--json"),
    ("search", "speech"),
    ("search", "speech", "--json"),
    ("search", "\x1b[31mspeech\x07"),
    ("pick", "--no-fetch", "arxiv:3103.90066", EVIL_ID),
    ("note", "arxiv:3103.90066", "-m", "\x1b[31mRed\x07 \u202eand back. Two."),
    ("show", "arxiv:3103.90066"),
    ("search", "red"),
    ("export",),
    ("undo",),
)


@pytest.mark.slow
def test_escapes_bidi_and_line_breaks_of_others_never_reach_the_terminal(
    fresh: Path, server: PlayServer
) -> None:
    server.faults = evil_feed
    run("gather", library=fresh)
    assert "arxiv:3103.90066" in [r[0] for r in rows(fresh, "SELECT id FROM identifiers")]
    for args in COMMANDS:
        code, out, err = run(*args, library=fresh)
        assert code in (0, 7), (args, err)
        assert out or args == ("export",), args  # the note was exported by itself
        assert is_safe(out), args
        assert is_safe(err), args
    # The words themselves are there; markup is shown as it was written.
    out = run("show", "arxiv:3103.90066", library=fresh).out
    assert says(out, "Speech translation", "<b>bold</b>")
    # A title is one line, in the listing and in the exported front matter.
    assert says(out.splitlines()[0], "<b>bold</b>", "owned")
    (file,) = (fresh / "notes").rglob("2*_*.md")
    assert is_safe(file.read_text("utf-8").partition("\n---\n")[0])
    assert is_safe(file.name)
    for paper in json.loads(run("today", "--no-fetch", "--json", library=fresh).out)["own"]:
        assert is_safe("".join(paper["title"].splitlines(keepends=False)))


def test_a_source_cannot_write_on_the_terminal_through_its_error(
    fresh: Path, server: PlayServer
) -> None:
    body = f"\x1b[31m\x9b2J{escape('<pwned>')}\u202e\x07".encode()
    server.faults = lambda _path, _n: Fault(body=body)
    code, out, err = run("gather", "--no-encode", library=fresh)
    assert code == 5
    assert is_safe(out + err)
    code, out, err = run("today", "--no-fetch", library=fresh)
    assert code == 5
    assert is_safe(out + err)


@pytest.mark.parametrize(
    "env",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"TERM": "dumb", "COLUMNS": "1"},
    ],
    ids=lambda env: " ".join(f"{k}={v}" for k, v in env.items()),
)
def test_a_terminal_that_knows_no_japanese_gets_what_it_can_show(
    library: Path, env: Mapping[str, str]
) -> None:
    for args in (("today", "--no-fetch"), ("show", QUIET), ("search", "部屋"), ("show", "部屋")):
        code, _, err = run(*args, library=library, env=env)
        assert code in (0, 4, 7), (args, err)
        assert "Traceback" not in err
        assert "unexpected" not in err
    note = "魚は聞く。水は歌う。"
    assert run("note", QUIET, "-m", note, library=library, env=env).code == 0
    assert run("export", library=library, env=env).code == 0
    assert rows(library, "SELECT text FROM notes") == [(note,)]
    (file,) = (library / "notes").rglob("2*_*.md")
    assert note in file.read_text("utf-8")


@pytest.mark.parametrize("args", [("today", "--no-fetch"), ("show", QUIET), ("--help",)], ids=str)
def test_a_reader_of_the_output_that_goes_away_is_no_error(
    library: Path, args: tuple[str, ...]
) -> None:
    read, write = os.pipe()
    os.close(read)
    process = start(*args, library=library, stdout=write)
    os.close(write)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_head_takes_one_line_and_the_rest_is_not_missed(library: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{READER} today --no-fetch | head -n 1; {READER} today --json | head -c 1"],
        capture_output=True,
        env=environment(library, NOW, None),
        timeout=60,
    )
    assert (done.stdout, done.stderr) == (b"Tuesday, 4 March 2031 \xc2\xb7 6 new papers\n{", b"")


def test_a_closed_output_is_no_accident(library: Path) -> None:
    kinds = ("pick --no-fetch", "skip", "pick --no-fetch", "skip")
    for closed, kind in zip((">&-", "2>&-", "<&-", ">&- 2>&-"), kinds, strict=True):
        done = subprocess.run(
            ["sh", "-c", f"{READER} {kind} {' '.join(ALL)} {closed}"],
            capture_output=True,
            env=environment(library, NOW, None),
            timeout=60,
        )
        assert b"Traceback" not in done.stderr, closed
        assert done.returncode == 0, closed
    assert rows(library, "SELECT count(DISTINCT act) FROM decisions") == [(4,)]
