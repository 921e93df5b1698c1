"""Read notes beside abstracts, labelled: those of the data, and those that were made up."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reader.notes.stretches import SourceText
from tests.benchmarks.frame import DataMissing
from tests.data import ROOT


@dataclass(frozen=True, slots=True)
class Pair:
    """A note beside its abstract. label: own, paraphrased, copied."""

    where: str
    label: str
    is_english: bool
    title: str
    abstract: str
    note: str

    @property
    def sources(self) -> list[SourceText]:
        return [SourceText(self.title, "title"), SourceText(self.abstract, "abstract")]


def real_pairs(file: Path) -> list[Pair]:
    """Read the labelled pairs of the data."""
    if not file.is_file():
        raise DataMissing(f"{file} is not there")
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [
        Pair(
            row["id"],
            row["label"],
            row["note_language"] == "en",
            row["title"] or "",
            row["abstract"],
            row["note"],
        )
        for row in rows
    ]


def own_pairs(n_papers: int | None = None) -> list[Pair]:
    """Read the pairs that were made up; n_papers: of so many papers, None for all."""
    content = tomllib.loads((ROOT / "tests" / "own_words_pairs.toml").read_text("utf-8"))
    found = [
        [
            Pair(
                f"paper {n}, note {m}",
                "copied" if note["label"] == "translated" else note["label"],
                False,
                paper["title"],
                paper["abstract"],
                note["text"],
            )
            for m, note in enumerate(paper["note"], 1)
        ]
        for n, paper in enumerate(content["paper"], 1)
    ]
    if n_papers is not None:
        found = random.Random(7).sample(found, n_papers)
    return [pair for pairs in found for pair in pairs]


def with_changes(pairs: Sequence[Pair], *, every: int) -> list[Pair]:
    """Exchange every n-th word of notes for one from another note, drawn by seed."""
    draw = random.Random(7)
    words = [word for pair in pairs for word in pair.note.split()]
    changed = []
    for pair in pairs:
        own = pair.note.split()
        own[every - 1 :: every] = [draw.choice(words) for _ in own[every - 1 :: every]]
        changed.append(replace(pair, note=" ".join(own)))
    return changed
