"""Test `reader tag` as a person types it, and where its values are shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import said

ONE, TWO = "2506.00001", "2506.00002"


def test_one_command_tags_rates_and_prioritises(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert said(capsys, folder, "tag")[1].startswith("There are no tags.")
    code, out, _err = said(capsys, folder, "tag", ONE, TWO, "+survey", "+to cite")
    assert (code, out.splitlines()) == (0, [
        "#survey, #to cite: On Bees",
        "#survey, #to cite: On Ants",
    ])  # fmt: skip
    rated = said(capsys, folder, "tag", ONE, "-to-cite", "--rating", "4", "--priority", "high")
    assert rated[1] == "high priority, rated 4 of 5, #survey: On Bees\n"
    assert said(capsys, folder, "tag", ONE, "-old")[1].startswith("Unchanged (high priority")
    assert said(capsys, folder, "tag")[1] == "survey: 2 papers\nto cite: 1 paper\n"
    assert said(capsys, folder, "tag", TWO)[1] == "#survey, #to cite: On Ants\n"
    shown = json.loads(said(capsys, folder, "show", ONE, "--json")[1])
    assert (shown["tags"], shown["rating"], shown["priority"]) == (["survey"], 4, "high")
    assert "high priority · rated 4 of 5 · #survey" in said(capsys, folder, "show", ONE)[1]
    assert said(capsys, folder, "undo")[1] == "Undone (tag): On Bees\n"
    lists = [json.loads(line) for line in said(capsys, folder, "tag", "--json")[1].splitlines()]
    assert lists == [{"tag": "survey", "n_papers": 2}, {"tag": "to cite", "n_papers": 2}]


def test_what_is_no_rating_no_tag_or_no_paper_is_said(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    code, _out, err = said(capsys, folder, "tag", ONE, "--rating", "6")
    assert (code, "6 is not a number from 1 to 5, or none." in err) == (2, True)
    code, _out, err = said(capsys, folder, "tag", "+survey")
    assert (code, "No paper is named." in err) == (2, True)
    code, _out, err = said(capsys, folder, "tag", ONE, "+--")
    assert (code, "'--' is no tag." in err) == (2, True)
    assert said(capsys, folder, "tag", ONE, "9999.99999", "+survey")[0] == 4
    assert said(capsys, folder, "tag")[1].startswith("There are no tags.")
