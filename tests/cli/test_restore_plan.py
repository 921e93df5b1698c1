"""Test what `reader restore --dry-run` says of an archive, on plain values."""

from __future__ import annotations

from datetime import UTC

from reader.cli.library import plan_lines
from reader.library.archive import Manifest
from reader.library.backup import RestorePlan
from reader.library.rows.snapshot import Content
from tests.samples import NOW


def test_counts_have_their_thousands_apart() -> None:
    here, there = Content(1, "a", 12_345, 999, 6_000), Content(1, "a", 1_193, 94, 10)
    plan = RestorePlan(Manifest(NOW, there, ()), here, False, (), ())
    assert plan_lines(plan, UTC)[1:] == [
        "  papers: 12,345 → 1,193",
        "  written notes: 999 → 94",
        "  decisions: 6,000 → 10",
    ]
