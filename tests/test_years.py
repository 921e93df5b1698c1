"""A small year of mornings: nothing that the program keeps for itself is more at its end."""

from __future__ import annotations

import pytest

from tests.benchmarks.trust.year import Scale, counts, live

pytestmark = pytest.mark.slow

SMALL = Scale(
    n_papers=600, n_notes=60, n_feeds=60, n_mornings=36, per_day=2, step=13, n_days=1, turns=0
)


def test_a_year_of_mornings_leaves_nothing_behind() -> None:
    found = counts(live(SMALL), until=6)
    assert len(found) > 10
    assert [f"{r.name}: {r.value:.2f} ({r.note})" for r in found if not r.ok] == []
