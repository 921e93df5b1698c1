"""Run what there is about trust: `python -m tests.benchmarks.trust`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.trust import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
