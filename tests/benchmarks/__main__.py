"""Run every subject there is: `python -m tests.benchmarks`."""

from __future__ import annotations

from tests.benchmarks import collect, speed
from tests.benchmarks.frame import Subject, run_subjects

SUBJECTS = (Subject("speed", speed.measure), Subject("collect", collect.measure))

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
