"""Draw many vectors like the few that were encoded: encoding 300,000 texts would take hours.

Each drawn vector is a real one moved by a part of the difference of two others, so that what all
have in common stays, and it is moved in the directions in which real vectors differ. How far is
chosen so that its cosine to the one it was made from is that of a real vector to its nearest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.library import SEED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Real vectors, (n, d) of length 1, and the part of a difference by which one is moved."""

    real: Floats
    part: float

    @property
    def said(self) -> str:
        return f"{len(self.real):,} vectors encoded, the others drawn like them"

    def drawn(self, n: int, *, seed: int) -> Floats:
        """Draw n vectors of length 1; with the same seed always the same."""
        return _moved(self.real, n, self.part, np.random.default_rng([SEED, seed]))


def likeness_of(real: Floats) -> Likeness:
    """Choose how far drawn vectors are moved: halve the range until the cosines agree."""
    alike = real @ real.T
    np.fill_diagonal(alike, -1)
    wanted = float(np.median(alike.max(axis=1)))
    low, high = 0.0, 2.0
    for _ in range(20):
        part = (low + high) / 2
        by = np.random.default_rng(SEED)
        at = by.integers(len(real), size=len(real))
        moved = _moved(real[at], None, part, by)
        is_too_near = float(np.median((moved * real[at]).sum(axis=1))) > wanted
        low, high = (part, high) if is_too_near else (low, part)
    return Likeness(real, low)


def _moved(real: Floats, n: int | None, part: float, by: np.random.Generator) -> Floats:
    """Move n of them, drawn at random; None: each of them."""
    own = real if n is None else real[by.integers(len(real), size=n)]
    one, other = (real[by.integers(len(real), size=len(own))] for _ in range(2))
    moved = own + np.float32(part) * (one - other)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return moved.astype(np.float32)
