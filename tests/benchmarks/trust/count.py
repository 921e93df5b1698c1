"""Count what was tried and what was lost."""

from __future__ import annotations

from collections.abc import Sequence

from tests.benchmarks.frame import Miss, Result


def counted(name: str, n_tried: int, lost: Sequence[Miss]) -> Result:
    """Make the figure of some attempts, of which none may lose anything."""
    return Result(
        f"{name}: lost", len(lost), "", bar=0, note=f"of {n_tried} tried", misses=tuple(lost)
    )
