"""Test the shim that plays power cuts, and try a tenth of all that may lose something."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.frame import DataMissing, Options, Subject
from tests.benchmarks.trust import SUBJECTS, disk

CARELESS = """
import os, sys
os.chdir(sys.argv[1])
os.mkdir("sub")
with open("sub/synced", "wb") as file:
    file.write(b"a" * 5000)
    file.flush()
    os.fsync(file.fileno())
    file.write(b"b" * 5000)
    file.truncate(9000)
folder = os.open("sub", os.O_RDONLY)
os.fsync(folder)
os.rename("old", "sub/new")
os.link("sub/new", "third")
os.unlink("kept")
print("done")
"""


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    library = disk.compiled(tmp_path)
    if library is None:
        pytest.skip("no C compiler here")
    return library


def test_only_what_was_synced_is_sure(shim: Path, tmp_path: Path) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    root.mkdir()
    for name in ("old", "kept"):
        (root / name).write_bytes(b"before")
    played = disk.Disk(root)
    names = {"LD_PRELOAD": str(shim), "POWERCUT_ROOT": str(root), "POWERCUT_LOG": str(log)}
    subprocess.run([sys.executable, "-c", CARELESS, root], env=os.environ | names, check=True)
    for record in disk.records(log):
        played.play(record)

    def written(name: str, chance: random.Random | None) -> dict[str, bytes]:
        folder = tmp_path / name
        played.write(folder, chance)
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    whole = written("whole", None)
    assert whole == {
        "sub/synced": b"a" * 5000 + b"b" * 4000,
        "sub/new": b"before",
        "third": b"before",
    }
    found = [written(f"cut{n}", random.Random(n)) for n in range(60)]
    # The name of the folder itself was never synced.
    assert {"old": b"before", "kept": b"before"} in found
    contents = {files["sub/synced"] for files in found if "sub/synced" in files}
    assert b"a" * 5000 in contents
    assert b"a" * 5000 + b"b" * 4000 in contents
    assert all(content.startswith(b"a" * 5000) for content in contents)
    # A rename is whole or not there.
    for files in found:
        assert "sub/synced" not in files or ("old" in files) != ("sub/new" in files)


# Saves and the year have tests of their own.
TRIED = [subject for subject in SUBJECTS if subject.name not in ("saves", "year")]


@pytest.mark.slow
@pytest.mark.parametrize("subject", TRIED, ids=[subject.name for subject in TRIED])
def test_a_tenth_of_the_attempts_loses_nothing(subject: Subject, tmp_path: Path) -> None:
    try:
        results = subject.measure(Options(tmp_path, tmp_path, is_quick=True))
    except DataMissing as missing:
        pytest.skip(f"no {missing} here")
    assert [result for result in results if result.bar == 0 and not result.ok] == []
