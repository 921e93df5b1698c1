"""Run what there is about the pages: `python -m tests.benchmarks.web`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.web import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
