"""Read the numbers that come with the program. Knows nothing of how they were fitted."""

from __future__ import annotations

import functools
import importlib.resources

from reader.heat import Coefficients


@functools.cache
def shipped_talk() -> Coefficients:
    """Give the weights of the forecast as they ship."""
    file = importlib.resources.files("reader.heat") / "talk.txt"
    return Coefficients.read(file.read_text("utf-8"))
