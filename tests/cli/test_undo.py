"""Test `reader undo` and `remove` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import said
from tests.samples import NOW

ONE, TWO = "2506.00001", "2506.00002"


def test_acts_are_listed_and_one_is_undone(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "undo", "--list")[1] == "There is nothing to undo.\n"
    said(capsys, folder, "pick", ONE, TWO, "--no-fetch")
    said(capsys, folder, "file", TWO, "speech/recognition")
    said(capsys, folder, "remove", ONE)
    code, out, _err = said(capsys, folder, "undo", "--list")
    assert (code, out.splitlines()) == (0, [
        "     3  2025-06-04 06:30  Removed: On Bees",
        "     2  2025-06-04 06:30  Filed under speech/recognition: On Ants",
        "     1  2025-06-04 06:30  Picked: On Bees (and 1 more)",
    ])  # fmt: skip
    acts = [
        json.loads(line)
        for line in said(capsys, folder, "undo", "--list", "--json")[1].splitlines()
    ]
    assert [(a["act"], a["at"], a["kind"], a["topic"], len(a["papers"])) for a in acts] == [
        (3, NOW.isoformat(), "remove", None, 1),
        (2, NOW.isoformat(), "file", "speech/recognition", 1),
        (1, NOW.isoformat(), "pick", None, 2),
    ]
    assert said(capsys, folder, "undo", "2")[1] == "Undone (filing): On Ants\n"
    undone = json.loads(said(capsys, folder, "undo", "--json")[1])
    assert (undone["id"], undone["undone"], undone["state"]) == (f"arxiv:{ONE}", "remove", "pick")
    code, _out, err = said(capsys, folder, "undo", "2")
    assert code == 4
    assert "There is no act 2 that stands." in err
    assert said(capsys, folder, "undo", "1", "--list")[0] == 2


def test_a_removed_paper_says_so_and_how_it_comes_back(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "remove")[1] == "The trash is empty.\n"
    assert said(capsys, folder, "remove", ONE)[1] == (
        "Removed: On Bees\nUntil 2025-09-02 this brings it back: reader undo 1\n"
    )
    for command in ("show", "pick", "skip", "remove", "open", "why"):
        code, _out, err = said(capsys, folder, command, ONE)
        assert (code, err) == (4, (
            "reader: Removed on 2025-06-04: On Bees\n"
            f"  Until 2025-09-02 `reader undo 1` or `reader add arxiv:{ONE}` brings it back, with "
            "PDF, note and marks.\n"))  # fmt: skip
    assert said(capsys, folder, "remove")[1] == (
        "1 removed 2025-06-04, until 2025-09-02: On Bees\n"
    )
    listed = json.loads(said(capsys, folder, "remove", "--json")[1])
    assert (listed["removed_on"], listed["until"], listed["act"]) == ("2025-06-04", "2025-09-02", 1)
    assert said(capsys, folder, "add", ONE, "--no-fetch")[1].startswith("Brought back: ")
    assert said(capsys, folder, "show", ONE)[0] == 0
    assert said(capsys, folder, "remove", "2506.09999")[0] == 4


def test_what_a_topic_was_told_is_listed_with_the_topic(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "wrong", ONE, "speech/recognition")[0] == 0
    out = said(capsys, folder, "undo", "--list")[1]
    assert out == "     1  2025-06-04 06:30  Told speech/recognition: On Bees\n"


def test_a_restored_library_says_how_it_goes_back(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    said(capsys, folder, "pick", ONE, "--no-fetch")
    said(capsys, folder, "backup")
    [archive] = (folder / "backups").iterdir()
    said(capsys, folder, "skip", TWO)
    out = said(capsys, folder, "restore", str(archive), str(folder))[1]
    before = folder / "backups/asayomi-before-restore-2025-06-04T063000Z.zip"
    assert "To take it back: reader undo 3\n" in out
    code, out, _err = said(capsys, folder, "undo", "--list")
    assert (code, " ".join(out.split())) == (
        0,
        f"3 2025-06-04 06:30 The library was restored; this takes it back to {before} "
        "1 2025-06-04 06:30 Picked: On Bees",
    )
    said(capsys, folder, "pick", TWO, "--no-fetch")
    assert said(capsys, folder, "undo", "3")[0] == 0
    listed = said(capsys, folder, "undo", "--list")[1]
    assert "Skipped: On Ants" in listed
    assert TWO not in said(capsys, folder, "queue", "--json")[1]
    # That one can be taken back in its turn.
    assert said(capsys, folder, "undo", listed.split()[0])[0] == 0
    assert TWO in said(capsys, folder, "queue", "--json")[1]
