"""The figures of collecting are measured on any data, by the installed command."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from tests.benchmarks import collect
from tests.benchmarks.frame import MISSED, Options, Result, Subject, run_subjects
from tests.test_benchmarks import row

DAYS = ("2025-06-02", "2025-06-03", "2025-06-04")


@pytest.mark.slow
def test_every_figure_is_there_and_everything_that_is_gathered_arrives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data" / "arxiv" / "papers"
    folder.mkdir(parents=True)
    with lzma.open(folder / "papers_2025-06.jsonl.xz", "wt") as lines:
        lines.writelines(json.dumps(row(n, DAYS[n % 3])) + "\n" for n in range(1, 61))

    def measure(options: Options) -> list[Result]:
        plan = collect.Plan(n_hosts=3, n_days=2, n_day=20, n_old=40, runs=1)
        return collect.measure(Options(options.data, tmp_path / "cache"), plan)

    arguments = ["--data", str(tmp_path / "data"), "--json"]
    code = run_subjects([Subject("collect", measure)], arguments)
    figures = {r["name"]: r["value"] for r in json.loads(capsys.readouterr().out)["results"]}
    assert code in (0, MISSED)  # a busy machine may miss a bar
    assert list(figures) == [
        "6 feeds on 3 hosts, gathered",
        "6 feeds on 3 hosts / the slowest host",
        "6 feeds on 3 hosts, peak memory",
        "a day of 20 papers, gathered",
        "a day of 20 papers, peak memory",
        "2 days caught up, a day",
        "2 days caught up, requests",
        "2 days caught up, peak memory",
        "day 2 / day 1 of 20 papers, gathered",
    ]
    assert all(value > 0 for value in figures.values())
