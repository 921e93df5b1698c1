"""Run every subject there is: `python -m tests.benchmarks`."""

from __future__ import annotations

from dataclasses import replace

from tests.benchmarks import (
    collect,
    encoder,
    home,
    notes,
    pdfs,
    ranking,
    scale,
    screen,
    search,
    speed,
    web,
    workers,
)
from tests.benchmarks.frame import Subject, run_subjects

SUBJECTS = (
    Subject("speed", speed.measure),
    Subject("screen", screen.measure),
    Subject("collect", collect.measure),
    Subject("encoder", encoder.measure),
    Subject("workers", workers.measure),
    Subject("notes", notes.measure),
    *(replace(subject, name=f"home-{subject.name}") for subject in home.SUBJECTS),
    *(replace(subject, name=f"pdfs-{subject.name}") for subject in pdfs.SUBJECTS),
    *(replace(subject, name=f"search-{subject.name}") for subject in search.SUBJECTS),
    *(replace(subject, name=f"ranking-{subject.name}") for subject in ranking.SUBJECTS),
    *(replace(subject, name=f"scale-{subject.name}") for subject in scale.SUBJECTS),
    *(replace(subject, name=f"web-{subject.name}") for subject in web.SUBJECTS),
)

if __name__ == "__main__":
    raise SystemExit(run_subjects(SUBJECTS))
