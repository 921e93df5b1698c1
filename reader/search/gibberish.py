"""Tell gibberish from a question by its vector, beside those of samples of both. Pure.

An encoder puts letters typed at random about as near to papers as a question: cosines of .81 to
.87, and both stand out from the other papers by as much. But gibberish lies near to gibberish.
It imports numpy, so it is imported only where that is needed anyway.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reader.search.samples import GIBBERISH, QUESTIONS

Vectors = NDArray[np.float32]

NEAREST = 7
"""Samples of each kind that count, the nearest ones; with 3 two of 20 more were missed."""

SURER = 1.5
"""By how much more a query must look like gibberish if some text has a word of it."""


def is_gibberish(query: Vectors, samples: Vectors, *, is_known: bool) -> bool:
    """Check whether a query is nearer to gibberish than to questions.

    query: (d,). samples: of SAMPLES, in their order, (n, d); rows of length 1. is_known: some text
    has a word of the query.
    """
    n = len(GIBBERISH)
    cosines = samples @ np.vstack([query, samples[n:]]).T
    for i in range(len(QUESTIONS)):
        cosines[n + i, 1 + i] = -1.0  # no sample is compared with itself
    leads = _nearest(cosines[:n]) - _nearest(cosines[n:])
    # How much a question may look like gibberish differs from encoder to encoder: as much as one
    # of the sample questions does among the others.
    most = max(0.0, float(leads[1:].max()))
    return float(leads[0]) > most * (SURER if is_known else 1.0)


def _nearest(cosines: Vectors) -> Vectors:
    """Compute the mean of the largest cosines in each column: (n, m) → (m,)."""
    mean: Vectors = np.sort(cosines, axis=0)[-NEAREST:].mean(axis=0)
    return mean
