"""Run what there is about ranking: `python -m tests.benchmarks.ranking`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.ranking import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
