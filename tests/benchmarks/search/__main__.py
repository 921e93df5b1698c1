"""Run what there is about search: `python -m tests.benchmarks.search`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.search import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
