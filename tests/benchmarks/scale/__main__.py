"""Run what there is about scale: `python -m tests.benchmarks.scale`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.scale import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
