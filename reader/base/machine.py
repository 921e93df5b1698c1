"""Ask the operating system about this machine."""

from __future__ import annotations

import os


def n_cores() -> int:
    """Count the processor cores that this process may use; containers often allow fewer."""
    # Absent on macOS and Windows. `os.process_cpu_count` does the same from Python 3.13 on.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
