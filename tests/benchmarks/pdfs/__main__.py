"""Run what there is about PDFs: `python -m tests.benchmarks.pdfs`."""

from __future__ import annotations

from tests.benchmarks.frame import run_subjects
from tests.benchmarks.pdfs import SUBJECTS

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
