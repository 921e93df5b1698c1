"""Test that a full disk, or one that cannot be written, ends no command that only reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installed import NOW, READER, environment, ids_of, run_here

pytestmark = pytest.mark.slow

FILL = """
mount -t tmpfs -o size=8m,mode=755 tmpfs "$1" || exit 77
cp -r "$2"/. "$1"
rm -f "$1"/*-wal "$1"/*-shm
{before}
dd if=/dev/zero of="$1/fill" bs=4k 2> /dev/null
{read_only}
exec "$3" -m tests.test_full_disk "$4"
"""
"""A disk of its own in a namespace of its own, full to the last block; nobody else sees it."""

READING = ("today", "queue", "sources", "stats", "week", "search", "show", "doctor", "why")


def on_disk(
    library: Path, folder: Path, *, before: str = "", read_only: str = ""
) -> dict[str, list[object]]:
    """Run the reading commands on a copy of a library on a full disk: name → code, out, err."""
    folder.mkdir()
    script = FILL.format(before=before, read_only=read_only)
    ran = subprocess.run(
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            script,
            "sh",
            folder,
            library,
            sys.executable,
            ids_of(library)[0],
        ],
        capture_output=True,
        text=True,
        env={**environment(folder, NOW, None), "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    if ran.returncode in (1, 77) and not ran.stdout:
        pytest.skip(f"no disk of our own can be made here: {ran.stderr.strip()}")
    found: dict[str, list[object]] = json.loads(ran.stdout)
    return found


def played(id_: str) -> dict[str, list[object]]:
    """Run each reading command, and two that write; called in the namespace."""
    arguments = {"today": ["--no-fetch"], "search": ["speech"], "show": [id_], "why": [id_]}
    lines = {name: [name, *arguments.get(name, [])] for name in READING}
    lines |= {"skip": ["skip", id_], "note": ["note", id_, "-m", "Words. That stay."]}
    lines["after"] = ["show", id_]
    found: dict[str, list[object]] = {}
    for name, line in lines.items():
        ran = subprocess.run(
            [READER, *line], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        found[name] = [ran.returncode, ran.stdout, ran.stderr]
    return found


@pytest.fixture
def noted(library: Path) -> Path:
    assert run_here("pick", "--no-fetch", ids_of(library)[0], library=library).code == 0
    return library


def check(found: dict[str, list[object]], reason: str) -> None:
    for name in READING:
        code, out, err = found[name]
        assert code in (0, 5, 7), (name, err)  # 7: these libraries have no model
        assert out, name
        assert "I/O error" not in str(err)
    for name in ("skip", "note"):
        code, _out, err = found[name]
        assert code == 6, name
        assert reason in str(err)


def test_full_disk_is_read_and_told(noted: Path, tmp_path: Path) -> None:
    found = on_disk(noted, tmp_path / "full")
    check(found, "the disk is full")
    assert "the disk is full" in str(found["queue"][2]), "a command that only reads says it too"
    assert "1" in str(found["queue"][1])


def test_log_of_a_killed_command_is_read_on_a_full_disk(noted: Path, tmp_path: Path) -> None:
    """Its last transactions are in the log alone."""
    kill = (
        f'"{sys.executable}" -c "import os, sqlite3, sys; '
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA wal_autocheckpoint = 0'); "
        "c.execute('UPDATE papers SET title = ?', ('Kept in the log',)); c.commit(); "
        'os._exit(0)" "$1/reader.db"; rm -f "$1/reader.db-shm"'
    )
    found = on_disk(noted, tmp_path / "full", before=kill)
    check(found, "the disk is full")
    assert "Kept in the log" in str(found["show"][1])


def test_disk_that_cannot_be_written_is_read(noted: Path, tmp_path: Path) -> None:
    found = on_disk(noted, tmp_path / "full", read_only='rm "$1/fill"; mount -o remount,ro "$1"')
    check(found, "cannot be written")


if __name__ == "__main__":
    print(json.dumps(played(sys.argv[1])))  # noqa: T201
