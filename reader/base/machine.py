"""Ask the machine what it has."""

from __future__ import annotations

import os


def n_cores() -> int:
    """Count the processors that this process may use, which can be fewer than there are."""
    # Absent on macOS and Windows. `os.process_cpu_count` does the same from Python 3.13 on.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
